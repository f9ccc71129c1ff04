//! `cargo xtask parity`: runs the same random scenarios with CPython and with lesson 4, and compares
//! their reports.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Instant;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use crate::style::{BAD, BOLD, GOOD};

#[derive(clap::Args)]
#[command(
    after_help = "Exit codes: 0 no mismatch, 1 a mismatch, 3 no suitable Python, and so nothing compared."
)]
pub struct Options {
    /// How many scenarios to compare
    #[arg(long, value_name = "N", default_value_t = 2000)]
    scenarios: usize,
    /// The seed: the same one gives the same scenarios
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The Python to compare with [default: PYTHON, or else python3 or python]
    #[arg(long, value_name = "PATH")]
    python: Option<OsString>,
}

const NO_PYTHON: u8 = 3;
const MODES: [&str; 3] = ["gather", "collect", "taskgroup"];
const PROGRAM: &str = include_str!("parity.py");
/// Prints its name and version, and fails if it is not a CPython with `asyncio.TaskGroup`.
const CHECK: &str = "import platform, sys
print(platform.python_implementation(), platform.python_version())
sys.exit(sys.implementation.name != 'cpython' or sys.version_info < (3, 11))";

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let (python, version) = match find_python(options.python.clone()) {
        Ok(found) => found,
        Err(reason) => {
            writeln!(
                anstream::stderr(),
                "{BAD}error{BAD:#}: nothing was compared: this needs CPython 3.11 or newer{reason}"
            )?;
            return Ok(ExitCode::from(NO_PYTHON));
        }
    };
    let workspace = Workspace::find()?;
    let example = ["-q", "-p", "step4-compare", "--example", "scenario"];
    let build = workspace.cargo().arg("build").args(example).status();
    if !build.is_ok_and(|status| status.success()) {
        return Err(Failure::failed("cannot build lesson 4"));
    }

    let start = Instant::now();
    let mut random = Rng::with_seed(options.seed);
    let scenarios: Vec<_> = (0..options.scenarios)
        .map(|_| scenario(&mut random).to_string())
        .collect();
    let input = scenarios.join("\n") + "\n";
    let (lesson, cpython) = thread::scope(|scope| {
        let cpython = scope.spawn(|| {
            reports(
                Command::new(&python).args(["-I", "-X", "utf8", "-c", PROGRAM]),
                &input,
            )
        });
        let lesson = reports(workspace.cargo().arg("run").args(example), &input);
        (
            lesson,
            cpython.join().expect("its thread returns its errors"),
        )
    });
    let (lesson, cpython) = (lesson?, cpython?);
    let counts = [scenarios.len(), lesson.len(), cpython.len()];
    if counts.iter().any(|count| *count != counts[0]) {
        let message = format!("scenarios, reports of lesson 4, and reports of CPython: {counts:?}");
        return Err(Failure::failed(message));
    }
    let code = compare(
        &scenarios,
        &lesson,
        &cpython,
        &version,
        &mut anstream::stdout(),
    )?;
    writeln!(anstream::stderr(), "{:.1} s", start.elapsed().as_secs_f64())?;
    Ok(code)
}

/// The first suitable Python, and its name and version. The error has a line for each that was tried.
fn find_python(named: Option<OsString>) -> Result<(OsString, String), String> {
    let named = named.or_else(|| env::var_os("PYTHON").filter(|path| !path.is_empty()));
    let candidates = named.map_or_else(|| vec!["python3".into(), "python".into()], |one| vec![one]);
    let mut tried = String::new();
    for python in candidates {
        let reason = match Command::new(&python).args(["-I", "-c", CHECK]).output() {
            Ok(output) => {
                let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                if output.status.success() {
                    return Ok((python, version));
                }
                format!("this is {version}")
            }
            Err(error) => error.to_string(),
        };
        tried += &format!("\n  {}: {reason}", python.to_string_lossy());
    }
    Err(tried)
}

/// A few moments for many jobs, so that most scenarios have ties.
fn scenario(random: &mut Rng) -> Value {
    let moments = 1 + random.u64(..12);
    let milliseconds = [1, 7, 1000][random.usize(..3)];
    let failing_of_four = random.u8(..4);
    let most = if random.u8(..50) == 0 { 60 } else { 8 };
    let count = random.usize(..=most);
    let mut job = |index| {
        let fails = random.u8(..4) < failing_of_four;
        json!({
            "name": format!("j{index}"),
            "delay_ms": random.u64(..moments) * milliseconds,
            "fail": fails.then(|| format!("j{index} failed")),
        })
    };
    json!({ "jobs": (0..count).map(&mut job).collect::<Vec<_>>() })
}

fn reports(command: &mut Command, input: &str) -> Result<Vec<Value>, Failure> {
    let output = process::output(command, input)?;
    let reports: Result<_, _> = output.lines().map(serde_json::from_str).collect();
    reports.map_err(|error| Failure::failed(format!("a report is not JSON: {error}")))
}

/// Shows the shortest scenario whose reports differ, and the counts.
fn compare(
    scenarios: &[String],
    lesson: &[Value],
    cpython: &[Value],
    version: &str,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let mismatches: Vec<_> = (0..scenarios.len())
        .filter(|index| lesson[*index] != cpython[*index])
        .collect();
    if let Some(&index) = mismatches
        .iter()
        .min_by_key(|index| scenarios[**index].len())
    {
        writeln!(
            out,
            "The reports of this scenario differ:\n{}\n",
            scenarios[index]
        )?;
        for mode in MODES {
            let (lesson, cpython) = (&lesson[index][mode], &cpython[index][mode]);
            if lesson != cpython {
                writeln!(
                    out,
                    "{BOLD}{mode}{BOLD:#}\n  lesson 4  {lesson}\n  CPython   {cpython}\n"
                )?;
            }
        }
    }
    let (count, mismatches) = (scenarios.len(), mismatches.len());
    let (style, found) = match mismatches {
        0 => (GOOD, "no mismatch".into()),
        1 => (BAD, "1 mismatch".into()),
        _ => (BAD, format!("{mismatches} mismatches")),
    };
    writeln!(
        out,
        "{count} scenarios compared with {version}: {style}{found}{style:#}"
    )?;
    let cancelled = |report: &&Value| {
        report["taskgroup"]["cancelled"]
            .as_array()
            .is_some_and(|jobs| jobs.len() > 1)
    };
    let ties = cpython.iter().filter(cancelled).count();
    writeln!(
        out,
        "Not compared: the order in which a TaskGroup cancels its jobs, where it cancels several ({ties} scenarios). In CPython it differs from run to run."
    )?;
    Ok(ExitCode::from(u8::from(mismatches > 0)))
}
