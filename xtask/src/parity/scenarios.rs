//! Random scenarios, as the lines that both sides read.
//!
//! Nothing is left out here. What CPython and tokio settle differently, [`super::ties`] sorts out.

use fastrand::Rng;
use serde_derive::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// None for the outermost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub jobs: Vec<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_ms: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Member {
    Job(Job),
    Group(Group),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub name: String,
    pub delay_ms: u64,
    pub fail: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub at_ms: u64,
    pub fail: Option<String>,
}

pub fn scenario(random: &mut Rng) -> Group {
    let mut draft = Draft {
        nested: random.bool(),
        bodies: random.u8(..3) == 0,
        // Few moments for many jobs, so that most scenarios have ties.
        moments: 1 + random.u64(..12),
        scale: [1, 7, 1000][random.usize(..3)],
        failing: random.u8(..4),
        most: if random.u8(..50) == 0 { 60 } else { 8 },
        names: 0,
        random,
    };
    let mut scenario = draft.group(None, 0);
    if draft.random.u8(..3) == 0 {
        scenario.stop_ms = Some(draft.moment());
    }
    scenario
}

struct Draft<'a> {
    random: &'a mut Rng,
    nested: bool,
    bodies: bool,
    moments: u64,
    /// So many milliseconds from one to the next.
    scale: u64,
    /// How many of four jobs fail.
    failing: u8,
    /// The outermost group has no more jobs than this.
    most: u64,
    names: u32,
}

impl Draft<'_> {
    fn group(&mut self, name: Option<String>, depth: u32) -> Group {
        let count = self.random.u64(..=self.most >> depth);
        let jobs = (0..count).map(|_| self.member(depth)).collect();
        let has_body = self.bodies && self.random.bool();
        let body = has_body.then(|| Body {
            at_ms: self.moment(),
            fail: self.failure(name.as_deref().unwrap_or("scenario"), "'s body failed"),
        });
        Group {
            name,
            jobs,
            body,
            stop_ms: None,
        }
    }

    fn member(&mut self, depth: u32) -> Member {
        self.names += 1;
        let name = format!("j{}", self.names);
        if self.nested && depth < 3 && self.random.u8(..4) == 0 {
            return Member::Group(self.group(Some(name), depth + 1));
        }
        Member::Job(Job {
            delay_ms: self.moment(),
            fail: self.failure(&name, " failed"),
            name,
        })
    }

    fn moment(&mut self) -> u64 {
        self.random.u64(..self.moments) * self.scale
    }

    fn failure(&mut self, whose: &str, what: &str) -> Option<String> {
        let fails = self.random.u8(..4) < self.failing;
        fails.then(|| format!("{whose}{what}"))
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::{Group, scenario};

    fn scenarios(seed: u64) -> Vec<Group> {
        let mut random = Rng::with_seed(seed);
        (0..500).map(|_| scenario(&mut random)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_scenarios() {
        assert_eq!(scenarios(7), scenarios(7));
        assert_ne!(scenarios(7), scenarios(8));
    }
}
