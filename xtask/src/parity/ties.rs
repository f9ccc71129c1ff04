//! The ties that asyncio and tokio settle differently, on purpose: the rows of the table in lesson
//! 4's page. A random scenario that holds one is left out, and counted. Nothing else is.

use std::collections::BTreeMap;

use super::scenarios::{Group, Member};

pub struct Tie {
    /// As the page says it.
    pub when: &'static str,
    holds: fn(&Group) -> bool,
}

pub const TIES: [Tie; 5] = [
    Tie {
        when: "a group is stopped at the moment its body is done",
        holds: |scenario| {
            let body = scenario.body.as_ref().map(|body| body.at_ms);
            body.is_some() && body == scenario.stop_ms
        },
    },
    Tie {
        when: "the stop comes at the moment something in an inner group ends",
        holds: |scenario| {
            let stop = scenario.stop_ms;
            let mut inner = nested(scenario).into_iter().skip(1);
            stop.is_some_and(|stop| inner.any(|place| ends_at(place.group, stop)))
        },
    },
    Tie {
        when: "the stop comes at 0 ms, and something ends at 0 ms",
        holds: |scenario| {
            let is_empty = |group: &Group| group.jobs.is_empty() && group.body.is_none();
            let mut places = nested(scenario).into_iter();
            scenario.stop_ms == Some(0)
                && places.any(|place| is_empty(place.group) || ends_at(place.group, 0))
        },
    },
    Tie {
        when: "something fails at 0 ms, and in another, inner group something ends at 0 ms",
        holds: |scenario| {
            let places = nested(scenario);
            let fails = |place: &&Place| endings(place.group).any(|end| end == (0, true));
            let ends_within = |failing: &Place| {
                let mut others = places.iter().filter(|place| place.path != failing.path);
                others.any(|place| !place.path.is_empty() && ends_at(place.group, 0))
            };
            places.iter().filter(fails).any(ends_within)
        },
    },
    Tie {
        when: "two groups fail at one moment, and an inner one does not end with that; or three fail",
        holds: |scenario| {
            let places = nested(scenario);
            let failing = first_failures(&places);
            let is_unsettled = |(moment, failing): (&u64, &Vec<&Place>)| match failing[..] {
                [one, other] => lingers(one, other, *moment) || lingers(other, one, *moment),
                _ => failing.len() > 2,
            };
            failing.iter().any(is_unsettled)
        },
    },
];

/// The index of the first of these ties that the scenario holds.
pub fn find(scenario: &Group) -> Option<usize> {
    TIES.iter().position(|tie| (tie.holds)(scenario))
}

/// A group, and the way to it: which member of the outermost, which member of that, and so on.
struct Place<'a> {
    path: Vec<usize>,
    group: &'a Group,
}

/// All groups of the scenario, the outermost first.
fn nested(scenario: &Group) -> Vec<Place<'_>> {
    let outermost = Place {
        path: Vec::new(),
        group: scenario,
    };
    let mut places = vec![outermost];
    let mut next = 0;
    while let Some(Place { path, group }) = places.get(next) {
        let path = path.clone();
        for (index, member) in group.jobs.iter().enumerate() {
            if let Member::Group(group) = member {
                let path = path.iter().copied().chain([index]).collect();
                places.push(Place { path, group });
            }
        }
        next += 1;
    }
    places
}

/// When the group's own jobs and its body end, and whether they fail.
fn endings(group: &Group) -> impl Iterator<Item = (u64, bool)> {
    let jobs = group.jobs.iter().filter_map(|member| match member {
        Member::Job(job) => Some((job.delay_ms, job.fail.is_some())),
        Member::Group(_) => None,
    });
    let body = group.body.iter();
    jobs.chain(body.map(|body| (body.at_ms, body.fail.is_some())))
}

fn ends_at(group: &Group, moment: u64) -> bool {
    endings(group).any(|(at, _)| at == moment)
}

/// Which groups fail at a moment, and have not been stopped before by a failure of their own or
/// around them. The outermost may fail at any moment: as a gather it goes on.
fn first_failures<'a>(places: &'a [Place<'a>]) -> BTreeMap<u64, Vec<&'a Place<'a>>> {
    let failures = |place: &Place<'a>| endings(place.group).filter(|(_, fails)| *fails);
    let first = |place: &Place<'a>| failures(place).map(|(at, _)| at).min();
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for place in places {
        let stopped = places
            .iter()
            .filter(|around| !around.path.is_empty() && place.path.starts_with(&around.path))
            .filter_map(first)
            .min();
        let mut moments: Vec<_> = failures(place).map(|(at, _)| at).collect();
        moments.retain(|at| stopped.is_none_or(|stopped| *at <= stopped));
        moments.sort_unstable();
        moments.dedup();
        for moment in moments {
            found.entry(moment).or_default().push(place);
        }
    }
    found
}

/// Whether the inner group, when it fails at `moment`, is still there when it is told of the other's
/// failure: it has more to stop, or a group around it has to be told first.
fn lingers(inner: &Place, other: &Place, moment: u64) -> bool {
    let way = inner.path.iter().zip(&other.path);
    let shared = way.take_while(|(one, other)| one == other).count();
    let body_is_done = |group: &Group| group.body.as_ref().is_none_or(|body| body.at_ms < moment);
    let is_done = |member: &Member| match member {
        Member::Job(job) => job.delay_ms <= moment,
        Member::Group(group) => nested(group)
            .iter()
            .all(|place| endings(place.group).all(|(at, _)| at < moment)),
    };
    match inner.path.len() - shared {
        0 => false,
        1 => !body_is_done(inner.group) || !inner.group.jobs.iter().all(is_done),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::super::scenarios::{Group, Member, scenario};
    use super::{TIES, endings, find, first_failures, nested};

    const PAGE: &str = include_str!("../../../step4-compare/README.md");

    #[test]
    fn the_page_has_a_row_for_each_tie_and_a_line_that_holds_it_and_no_other() {
        let lines = PAGE.lines().filter(|line| line.starts_with(r#"{"jobs":"#));
        let scenarios: Vec<Group> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();

        assert_eq!(scenarios.len(), TIES.len());
        for (index, (tie, scenario)) in TIES.iter().zip(&scenarios).enumerate() {
            assert!(PAGE.contains(&format!("| {} |", tie.when)), "{}", tie.when);
            let held = TIES.iter().map(|tie| (tie.holds)(scenario));
            let held: Vec<_> = held.collect();
            assert!(
                held.iter()
                    .enumerate()
                    .all(|(at, holds)| *holds == (at == index))
            );
        }
    }

    #[test]
    fn every_kind_of_scenario_is_compared_and_every_kind_of_tie_that_is_no_row() {
        let mut random = Rng::with_seed(1);
        let scenarios = (0..4000).map(|_| scenario(&mut random));
        let compared: Vec<_> = scenarios
            .filter(|scenario| find(scenario).is_none())
            .collect();
        assert!(compared.len() > 3000, "{}", compared.len());

        let is_there = |what: &str, is: &dyn Fn(&Group) -> bool| {
            let count = compared.iter().filter(|scenario| is(scenario)).count();
            assert!(count > 20, "{what}: {count}");
        };
        let all = |scenario: &Group| -> Vec<(u64, bool)> {
            let places = nested(scenario);
            places
                .iter()
                .flat_map(|place| endings(place.group))
                .collect()
        };
        let has_job = |group: &Group, moment: u64| {
            let is_it =
                |member: &Member| matches!(member, Member::Job(job) if job.delay_ms == moment);
            group.jobs.iter().any(is_it)
        };
        is_there("no jobs", &|scenario| scenario.jobs.is_empty());
        is_there("a failure at zero", &|scenario| {
            all(scenario).contains(&(0, true))
        });
        is_there("many failures", &|scenario| {
            all(scenario).iter().filter(|(_, fails)| *fails).count() > 5
        });
        is_there("groups in groups in groups", &|scenario| {
            nested(scenario).iter().any(|place| place.path.len() > 1)
        });
        is_there("something ends with the first failure", &|scenario| {
            let all = all(scenario);
            let first = all.iter().filter(|(_, fails)| *fails).min();
            first.is_some_and(|first| all.iter().filter(|(at, _)| *at == first.0).count() > 1)
        });
        is_there("a job ends with a failing body", &|scenario| {
            nested(scenario).iter().any(|place| {
                let body = place.group.body.as_ref();
                let failing = body.filter(|body| body.fail.is_some());
                failing.is_some_and(|body| has_job(place.group, body.at_ms))
            })
        });
        is_there("a job ends with the stop", &|scenario| {
            let stop = scenario.stop_ms;
            stop.is_some_and(|stop| has_job(scenario, stop))
        });
        is_there("a stop at zero", &|scenario| scenario.stop_ms == Some(0));
        is_there("two groups fail at one moment", &|scenario| {
            let places = nested(scenario);
            let failing = first_failures(&places);
            failing.values().any(|failing| failing.len() == 2)
        });
    }
}
