//! How long a learner waits: from a save to the verdict of `cargo xtask learn watch`.

use std::io::{self, BufRead, BufReader, Error};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use super::programs::Sample;

/// Beside a learner's own `practice`, which is left alone.
const FOLDER: &str = "practice-bench";

/// The median of ten saves, in a lesson that is built already.
pub fn measure(root: &Path) -> io::Result<Sample> {
    let folder = root.join(FOLDER);
    clear(&folder)?;
    if !learn(root)?
        .args(["start", "3"])
        .stdout(Stdio::null())
        .status()?
        .success()
    {
        return Err(Error::other("lesson 3 cannot be laid out"));
    }
    let seconds = saves(root, &folder.join("step3-taskgroup/src/task_group.rs"));
    clear(&folder)?;
    Ok(Sample {
        seconds: seconds?,
        peak_kibibytes: None,
    })
}

fn saves(root: &Path, file: &Path) -> io::Result<f64> {
    let mut watch = Watch::begin(root)?;
    watch.verdict()?;
    let source = fs::read_to_string(file)?;
    let mut seconds = Vec::new();
    for save in 0..10 {
        let changed = source.replace("todo!(", &format!("let _ = {save};\n        todo!("));
        let saved = Instant::now();
        fs::write(file, changed)?;
        watch.verdict()?;
        seconds.push(saved.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[5])
}

fn learn(root: &Path) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args(["learn", "--folder", FOLDER])
        .current_dir(root);
    Ok(command)
}

fn clear(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// `cargo xtask learn watch`, until it is dropped.
struct Watch {
    process: Child,
    said: io::Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn begin(root: &Path) -> io::Result<Self> {
        let mut process = learn(root)?.arg("watch").stdout(Stdio::piped()).spawn()?;
        let said = process.stdout.take().expect("it is piped");
        Ok(Self {
            process,
            said: BufReader::new(said).lines(),
        })
    }

    /// Waits until the watch has said all and is watching again.
    fn verdict(&mut self) -> io::Result<()> {
        let said = self.said.by_ref().map_while(Result::ok);
        let mut said = said.skip_while(|line| !line.starts_with("not yet written"));
        if said.any(|line| line.starts_with("watching ")) {
            Ok(())
        } else {
            Err(Error::other("the watch has ended"))
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
