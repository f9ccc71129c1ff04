//! A program that cargo has built, and how it ends.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_derive::Deserialize;

#[derive(Debug, PartialEq)]
pub struct Program {
    pub name: String,
    pub executable: PathBuf,
}

/// How a program ended.
#[derive(Debug, PartialEq)]
pub enum Ending {
    Passed,
    Failed,
    /// It was ended, with all that it had started.
    OutOfTime,
}

/// The test programs and the benchmarks among what cargo built, according to its JSON. A program of
/// the lesson's own may be there too.
pub fn tests(messages: &str) -> Vec<Program> {
    programs(messages, |artifact| artifact.profile.test)
}

/// The examples among what cargo built, according to its JSON.
pub fn examples(messages: &str) -> Vec<Program> {
    programs(messages, |artifact| {
        artifact.target.kind.iter().any(|kind| kind == "example")
    })
}

fn programs(messages: &str, wanted: impl Fn(&Artifact) -> bool) -> Vec<Program> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok())
        .filter(wanted)
        .filter_map(|artifact| {
            Some(Program {
                name: artifact.target.name,
                executable: artifact.executable?,
            })
        })
        .collect()
}

/// A line of cargo's JSON, if it speaks of something that was built.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
    profile: Profile,
    target: Target,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// Runs the program for `limit` at most, and gives what it printed on both streams. That goes through
/// the file `log`, which unlike a pipe is never full, and is gone afterwards.
pub fn run(mut command: Command, limit: Duration, log: &Path) -> io::Result<(Ending, String)> {
    let output = File::create(log)?;
    command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let ending = ending(command, limit)?;
    let printed = String::from_utf8_lossy(&fs::read(log)?).into_owned();
    fs::remove_file(log)?;
    Ok((ending, printed))
}

fn ending(mut command: Command, limit: Duration) -> io::Result<Ending> {
    let until_end = group::begin(&mut command)?;
    let mut program = command.spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = program.try_wait()? {
            return Ok(if status.success() {
                Ending::Passed
            } else {
                Ending::Failed
            });
        }
        if start.elapsed() >= limit || until_end.is_interrupted() {
            group::kill(&mut program)?;
            program.wait()?;
            until_end.exit_if_interrupted();
            return Ok(Ending::OutOfTime);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The program and all that it starts, as one group of processes.
///
/// A Ctrl-C in the terminal does not reach a group of its own. So while there is one, we are not
/// ended by it at once, and end the group first.
#[cfg(unix)]
mod group {
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, exit};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use rustix::process::{Pid, Signal, kill_process_group};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag;

    static SIGNALS: OnceLock<Signals> = OnceLock::new();

    #[derive(Default)]
    struct Signals {
        came: Arc<AtomicBool>,
        /// No group is running.
        idle: Arc<AtomicBool>,
    }

    pub struct UntilEnd(&'static Signals);

    pub fn begin(command: &mut Command) -> io::Result<UntilEnd> {
        command.process_group(0);
        if SIGNALS.get().is_none() {
            let signals = Signals::default();
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                flag::register_conditional_default(signal, Arc::clone(&signals.idle))?;
                flag::register(signal, Arc::clone(&signals.came))?;
            }
            // Whoever was quicker has registered the same.
            let _ = SIGNALS.set(signals);
        }
        let signals = SIGNALS.get_or_init(Signals::default);
        signals.idle.store(false, Ordering::SeqCst);
        Ok(UntilEnd(signals))
    }

    impl UntilEnd {
        pub fn is_interrupted(&self) -> bool {
            self.0.came.load(Ordering::SeqCst)
        }

        pub fn exit_if_interrupted(&self) {
            if self.is_interrupted() {
                exit(130);
            }
        }
    }

    impl Drop for UntilEnd {
        fn drop(&mut self) {
            self.0.idle.store(true, Ordering::SeqCst);
        }
    }

    pub fn kill(program: &mut Child) -> io::Result<()> {
        Ok(kill_process_group(Pid::from_child(program), Signal::KILL)?)
    }
}

#[cfg(not(unix))]
mod group {
    use std::io;
    use std::process::{Child, Command};

    pub struct UntilEnd;

    pub fn begin(_command: &mut Command) -> io::Result<UntilEnd> {
        Ok(UntilEnd)
    }

    impl UntilEnd {
        pub fn is_interrupted(&self) -> bool {
            false
        }

        pub fn exit_if_interrupted(&self) {}
    }

    pub fn kill(program: &mut Child) -> io::Result<()> {
        program.kill()
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, examples, tests};

    #[test]
    fn only_test_programs_are_run() {
        let messages = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"lib"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"program"},"profile":{"test":false},"executable":"/target/program"}
{"reason":"compiler-artifact","target":{"kind":["example"],"name":"demo"},"profile":{"test":false},"executable":"/target/demo"}
{"reason":"compiler-artifact","target":{"kind":["test"],"name":"fetch"},"profile":{"test":true},"executable":"/target/fetch-1"}
{"reason":"build-finished","success":true}
"#;
        let program = |name: &str, executable: &str| Program {
            name: name.into(),
            executable: executable.into(),
        };
        assert_eq!(tests(messages), [program("fetch", "/target/fetch-1")]);
        assert_eq!(examples(messages), [program("demo", "/target/demo")]);
    }

    #[cfg(unix)]
    mod on_unix {
        use std::process::Command;
        use std::time::{Duration, Instant};

        use super::super::{Ending, run};

        /// Every run has its own file: the tests run at the same time.
        fn ends(script: &str, limit: Duration, log: &str) -> (Ending, String) {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            let log = std::env::temp_dir().join(format!("xtask-{log}-{}", std::process::id()));
            run(command, limit, &log).unwrap()
        }

        const MINUTE: Duration = Duration::from_secs(60);
        const SHORT: Duration = Duration::from_millis(200);

        #[test]
        fn a_program_ends_well_or_badly_or_is_ended() {
            assert_eq!(ends("true", MINUTE, "ends").0, Ending::Passed);
            assert_eq!(ends("false", MINUTE, "ends").0, Ending::Failed);
            let ended = ends("exec sleep 600", SHORT, "ends");
            assert_eq!(ended.0, Ending::OutOfTime);
        }

        #[test]
        fn what_a_program_has_started_is_ended_with_it() {
            let (ending, child) = ends("sleep 600 & echo $!; wait", SHORT, "group");
            assert_eq!(ending, Ending::OutOfTime);
            // The signal is on its way; what it is sent to may still be there for a moment.
            let is_gone = || {
                let script = format!("kill -0 {} 2>/dev/null", child.trim());
                let alive = Command::new("sh").args(["-c", &script]).status().unwrap();
                !alive.success()
            };
            let start = Instant::now();
            while !is_gone() {
                assert!(start.elapsed() < MINUTE, "it is still there");
                std::thread::yield_now();
            }
        }
    }
}
