//! Finds a CPython that is new enough: `asyncio.TaskGroup` came with 3.11.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

const OLDEST: (u32, u32) = (3, 11);
const NAMES: [&str; 6] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
];

pub struct Python {
    program: OsString,
    /// Such as `CPython 3.11.7`.
    pub name: String,
}

impl Python {
    /// The one that was asked for, by option or by `PYTHON`; else the first that will do. The error
    /// says what is needed, and why each candidate was refused, on a line of its own.
    pub fn find(asked: Option<&OsStr>) -> Result<Self, String> {
        let asked = asked.map(OsStr::to_owned);
        let asked = asked.or_else(|| env::var_os("PYTHON").filter(|name| !name.is_empty()));
        let candidates = asked.map_or_else(|| NAMES.map(OsString::from).to_vec(), |one| vec![one]);
        let mut refused = Vec::new();
        for program in candidates {
            match version(&program) {
                Ok(name) => return Ok(Self { program, name }),
                Err(reason) => refused.push(format!("\n  {}: {reason}", program.to_string_lossy())),
            }
        }
        let (major, minor) = OLDEST;
        Err(format!(
            "this needs CPython {major}.{minor} or newer. \
             Name one with --python PATH or in PYTHON.{}",
            refused.concat()
        ))
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // Nothing of the user's own environment, and UTF-8 on every system.
        command.args(["-I", "-X", "utf8"]);
        command
    }
}

fn version(program: &OsStr) -> Result<String, String> {
    let ask =
        "import platform, sys; print(platform.python_implementation(), *sys.version_info[:3])";
    let output = Command::new(program)
        .args(["-I", "-c", ask])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cannot say its version: {}", output.status));
    }
    suitable(&String::from_utf8_lossy(&output.stdout))
}

/// The name of the Python that gave this answer, or why it will not do.
fn suitable(answer: &str) -> Result<String, String> {
    let words: Vec<_> = answer.split_whitespace().collect();
    let [implementation, version @ ..] = &words[..] else {
        return Err("cannot say its version".into());
    };
    let name = format!("{implementation} {}", version.join("."));
    let numbers: Vec<u32> = version.iter().flat_map(|number| number.parse()).collect();
    match numbers[..] {
        [major, minor, _] if *implementation == "CPython" && (major, minor) >= OLDEST => Ok(name),
        _ => Err(format!("this is {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::suitable;

    #[test]
    fn a_cpython_from_3_11_on_will_do() {
        assert_eq!(suitable("CPython 3 11 0\n"), Ok("CPython 3.11.0".into()));
        assert_eq!(suitable("CPython 4 0 0"), Ok("CPython 4.0.0".into()));
    }

    #[test]
    fn an_older_or_another_python_is_refused_by_its_name() {
        for (answer, name) in [
            ("CPython 3 10 13", "CPython 3.10.13"),
            ("CPython 2 7 18", "CPython 2.7.18"),
            ("PyPy 3 11 0", "PyPy 3.11.0"),
        ] {
            assert_eq!(suitable(answer), Err(format!("this is {name}")));
        }
        assert_eq!(suitable(""), Err("cannot say its version".into()));
    }
}
