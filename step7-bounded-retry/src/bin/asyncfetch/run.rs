use std::future::ready;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use step7_bounded_retry::engine::{self, Request};
use tokio_util::sync::CancellationToken;

use crate::arguments::{Arguments, Format};
use crate::attempts::Attempts;
use crate::input::Utf16;
use crate::progress::Progress;
use crate::selection::Selection;
use crate::summary::Summary;
use crate::{
    FAILED, INTERRUPTED, USAGE_ERROR, eprint_line, input, limits, output, report_error, signals,
};

/// Fetches the URLs, and returns the exit code.
///
/// # Errors
///
/// If an option cannot be used: `--input`, `--output`, `--resume` or `--header`. Then nothing is fetched.
pub async fn run(arguments: &Arguments) -> Result<u8, String> {
    if limits::stdout_is_closed() {
        let error = "cannot write to standard output: it is closed";
        return Ok(report_error(FAILED, error));
    }
    let resume = arguments.resume.as_deref();
    let mut selection = Selection::new(arguments.shard, resume)
        .map_err(|error| path_error("cannot read --resume", resume, &error))?;
    let input = arguments.input.as_deref();
    let mut lines = input::lines(&arguments.urls, input)
        .map_err(|error| path_error("cannot read --input", input, &error))?;
    let folder = arguments.output.as_deref();
    let attempts = Attempts::new(&arguments.fetch, folder, resume.is_some())?;
    let settings = attempts.settings;
    let attempts = Arc::new(attempts);
    let attempt = move |request: Arc<Request>| {
        let attempts = Arc::clone(&attempts);
        async move { attempts.attempt(&request, request.index).await }
    };

    let interrupted = CancellationToken::new();
    let stop = interrupted.child_token();
    signals::listen(interrupted.clone());
    let progress = start_progress(arguments);
    let mut out: Box<dyn Write> = match arguments.format {
        Format::Text => Box::new(anstream::stdout()),
        Format::Ndjson => Box::new(io::stdout()),
    };
    let mut read_error = None;
    let mut write_error = None;
    let mut summary = Summary::start();

    let urls = stream::poll_fn(|context| {
        lines.poll_recv(context).map(|line| match line? {
            Ok(line) => Some(line),
            Err(error) => {
                let first_line = first_line(&error);
                read_error = Some(error);
                first_line
            }
        })
    })
    .filter(|line| {
        let takes = selection.takes(line);
        if takes {
            progress.accepted();
        }
        ready(takes)
    });
    engine::stream(settings, urls, stop.cancelled(), attempt)
        .for_each(|outcome| {
            summary.count(&outcome);
            if write_error.is_none() {
                let write = || output::write(&mut out, arguments.format, &outcome);
                if let Err(error) = progress.done(summary.failed(), write) {
                    write_error = Some(error);
                    stop.cancel();
                }
            }
            ready(())
        })
        .await;
    progress.finish();
    summary.resumed(selection.resumed());

    // Broken pipe (for example `| head`): exit quietly.
    let closed = |error: &io::Error| error.kind() == ErrorKind::BrokenPipe;
    if !write_error.as_ref().is_some_and(closed) {
        eprint_line(&summary);
    }
    let write_failed = write_error.is_some();
    if let Some(error) = write_error.filter(|error| !closed(error)) {
        report_error(FAILED, format!("cannot write to standard output: {error}"));
    }
    let read_failed = read_error.is_some();
    if let Some(error) = read_error {
        report_error(FAILED, format!("cannot read the input: {error}"));
    }

    Ok(if interrupted.is_cancelled() {
        INTERRUPTED
    } else if read_failed && summary.total() == summary.invalid_urls() {
        USAGE_ERROR
    } else if read_failed || write_failed || summary.failed() > 0 {
        FAILED
    } else {
        0
    })
}

/// The first line of a list in UTF-16. Its outcome, that of an invalid URL, shows the error to a program
/// that reads nothing but the outcomes.
fn first_line(error: &io::Error) -> Option<String> {
    let utf16: &Utf16 = error.get_ref()?.downcast_ref()?;
    Some(utf16.first_line.clone())
}

pub fn path_error(what: &str, path: Option<&Path>, error: &io::Error) -> String {
    let path = path.unwrap_or(Path::new("")).to_string_lossy();
    format!("{what} {}: {error}", output::without_user(&path))
}

/// Starts the progress bar, unless URLs are typed at the terminal: it would overwrite them.
fn start_progress(arguments: &Arguments) -> Progress {
    let reads_stdin = match &arguments.input {
        Some(input) => input == Path::new("-"),
        None => arguments.urls.is_empty(),
    };
    let typed = reads_stdin && io::stdin().is_terminal();
    if typed {
        eprint_line("Type one URL per line. Ctrl-D ends the input.");
        return Progress::hidden();
    }
    Progress::start()
}
