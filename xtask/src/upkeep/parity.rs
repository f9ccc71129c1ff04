//! `cargo xtask parity`: asserts with CPython what lesson 4's page says about asyncio. Then runs the
//! same random scenarios with CPython and with lesson 4, and compares their reports.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, ExitCode};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::process;
use crate::style::{BAD, BOLD, GOOD};

#[derive(clap::Args)]
#[command(
    after_help = "PYTHON names the Python to compare with; else it is python3.\nExit codes: 0 no \
                  mismatch, 1 a mismatch or a false claim, 3 no CPython 3.11 or newer."
)]
pub struct Options {
    /// How many scenarios to compare
    #[arg(long, value_name = "N", default_value_t = 2000)]
    scenarios: usize,
    /// The seed: the same one gives the same scenarios
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

const CLAIMS: &str = include_str!("../../../step4-compare/python/claims.py");
const REPORTS: &str = include_str!("../../../step4-compare/python/scenarios.py");
/// Prints its name and version, and fails if it is not a CPython with `asyncio.TaskGroup`.
const CHECK: &str = "import platform, sys
print(platform.python_implementation(), platform.python_version())
sys.exit(sys.implementation.name != 'cpython' or sys.version_info < (3, 11))";

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let python = env::var_os("PYTHON").filter(|path| !path.is_empty());
    let python = python.unwrap_or_else(|| "python3".into());
    let version = check(&python).map_err(|reason| {
        let python = python.to_string_lossy();
        let message = format!(
            "nothing was compared: {python}: {reason}\n\
             This needs CPython 3.11 or newer. Name one in PYTHON."
        );
        Failure::new(3, message)
    })?;
    let mut out = anstream::stdout();
    let run_python = |program| {
        let mut command = Command::new(&python);
        command.args(["-I", "-X", "utf8", "-c", program]);
        command
    };
    let claims = process::output(&mut run_python(CLAIMS), "")?;
    writeln!(out, "{version}: {}", claims.trim_end())?;

    let workspace = Workspace::find()?;
    let mut random = Rng::with_seed(options.seed);
    let scenarios = (0..options.scenarios).map(|_| scenario(&mut random).to_string());
    let scenarios: Vec<_> = scenarios.collect();
    let input = scenarios.join("\n") + "\n";
    let lesson = reports(workspace.example("step4-compare", "scenario"), &input)?;
    let cpython = reports(run_python(REPORTS), &input)?;
    let (count, counts) = (scenarios.len(), [lesson.len(), cpython.len()]);
    if counts != [count; 2] {
        let message = format!("{count} scenarios have {counts:?} reports of lesson 4 and CPython");
        return Err(Failure::failed(message));
    }

    let reports = lesson.iter().zip(&cpython);
    let all = scenarios.iter().zip(reports);
    let differ: Vec<_> = all.filter(|(_, (one, other))| one != other).collect();
    if let Some((shortest, (lesson, cpython))) = differ.iter().min_by_key(|(line, _)| line.len()) {
        writeln!(out, "The reports differ in this scenario:\n{shortest}\n")?;
        for mode in ["gather", "collect", "taskgroup"] {
            let (lesson, cpython) = (&lesson[mode], &cpython[mode]);
            if lesson != cpython {
                writeln!(out, "{BOLD}{mode}{BOLD:#}\n  lesson 4  {lesson}")?;
                writeln!(out, "  CPython   {cpython}\n")?;
            }
        }
    }
    let mismatches = differ.len();
    let style = if mismatches == 0 { GOOD } else { BAD };
    write!(out, "{count} scenarios compared with {version}: ")?;
    writeln!(out, "{style}{mismatches} mismatches{style:#}")?;
    // CPython keeps the tasks of a group in a set, so this order differs from run to run.
    let cancelled = |report: &&Value| report["taskgroup"]["cancelled"].get(1).is_some();
    let ties = cpython.iter().filter(cancelled).count();
    write!(out, "Not compared: the order in which a TaskGroup cancels ")?;
    writeln!(out, "several jobs (in {ties} scenarios)")?;
    Ok(ExitCode::from(u8::from(mismatches > 0)))
}

/// The name and version of a suitable Python, or why it is not suitable.
fn check(python: &OsString) -> Result<String, String> {
    let output = Command::new(python).args(["-I", "-c", CHECK]).output();
    let output = output.map_err(|error| error.to_string())?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        Ok(version)
    } else {
        Err(format!("this is {version}"))
    }
}

/// With few moments for many jobs, so that most scenarios have ties.
fn scenario(random: &mut Rng) -> Value {
    let moments = 1 + random.u64(..12);
    let milliseconds = [1, 7, 1000][random.usize(..3)];
    let failing_of_four = random.u8(..4);
    let most = if random.u8(..50) == 0 { 60 } else { 8 };
    let count = random.usize(..=most);
    let job = |index| {
        let fails = random.u8(..4) < failing_of_four;
        json!({
            "name": format!("j{index}"),
            "delay_ms": random.u64(..moments) * milliseconds,
            "fail": fails.then(|| format!("j{index} failed")),
        })
    };
    json!({ "jobs": (0..count).map(job).collect::<Vec<_>>() })
}

fn reports(mut command: Command, input: &str) -> Result<Vec<Value>, Failure> {
    let output = process::output(&mut command, input)?;
    let reports: Result<_, _> = output.lines().map(serde_json::from_str).collect();
    reports.map_err(|error| Failure::failed(format!("a report is not JSON: {error}")))
}
