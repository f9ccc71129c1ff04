use std::future::ready;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use step7_bounded_retry::engine::{self, Http, Request, redirect_policy};
use tokio_util::sync::CancellationToken;

use crate::arguments::{Arguments, Format};
use crate::folder::Folder;
use crate::progress::Progress;
use crate::summary::Summary;
use crate::{FAILED, INTERRUPTED, UNUSABLE, client, complain, input, line, say, signals};

/// Fetches what the arguments ask for, and gives the exit code.
///
/// # Errors
///
/// If nothing can be fetched, because what the arguments name cannot be used.
pub async fn run(arguments: &Arguments) -> Result<u8, String> {
    let input = arguments.input.as_deref();
    let mut lines = input::lines(&arguments.urls, input)
        .map_err(|error| unusable("cannot read --input", input, &error))?;
    let output = arguments.output.as_deref();
    let folder = output
        .map(Folder::open)
        .transpose()
        .map_err(|error| unusable("cannot make --output", output, &error))?
        .map(Arc::new);
    let redirects = || redirect_policy(arguments.limits.max_redirects.into());
    let client = match client::client(redirects) {
        Ok(client) => client,
        Err(error) => return Ok(complain(FAILED, format!("cannot begin: {error}"))),
    };
    let http = Http {
        client,
        max_body: arguments.limits.max_body.0,
    };
    let attempt = move |request: Arc<Request>| {
        let (http, folder) = (http.clone(), folder.clone());
        async move {
            match folder {
                Some(folder) => folder.save(&http, &request).await,
                None => http.get(&request, &mut tokio::io::sink()).await.map(drop),
            }
        }
    };

    let interrupted = CancellationToken::new();
    let stop = interrupted.child_token();
    tokio::spawn(signals::listen(interrupted.clone()));
    let progress = begin(arguments);
    let mut out: Box<dyn Write> = match arguments.format {
        Format::Text => Box::new(anstream::stdout()),
        Format::Ndjson => Box::new(io::stdout()),
    };
    let mut unreadable = None;
    let mut unwritable = None;
    let mut summary = Summary::begin();

    let urls = stream::poll_fn(|context| {
        lines.poll_recv(context).map(|line| match line? {
            Ok(line) => {
                progress.taken_in();
                Some(line)
            }
            Err(error) => {
                unreadable = Some(error);
                None
            }
        })
    });
    engine::stream(arguments.settings(), urls, stop.cancelled(), attempt)
        .for_each(|outcome| {
            summary.count(&outcome);
            if unwritable.is_none() {
                let write = || line::write(&mut out, arguments.format, &outcome);
                if let Err(error) = progress.done(summary.failed(), write) {
                    unwritable = Some(error);
                    stop.cancel();
                }
            }
            ready(())
        })
        .await;
    progress.end();

    // Where nobody reads the lines any more, nobody is left to tell.
    let closed = |error: &io::Error| error.kind() == ErrorKind::BrokenPipe;
    if !unwritable.as_ref().is_some_and(closed) {
        say(&summary);
    }
    let unwritten = unwritable.is_some();
    if let Some(error) = unwritable.filter(|error| !closed(error)) {
        complain(FAILED, format!("cannot write: {error}"));
    }
    let unread = unreadable.is_some();
    if let Some(error) = unreadable {
        complain(FAILED, format!("the input broke off: {error}"));
    }

    Ok(if interrupted.is_cancelled() {
        INTERRUPTED
    } else if unread && summary.total() == 0 {
        UNUSABLE
    } else if unread || unwritten || summary.failed() > 0 {
        FAILED
    } else {
        0
    })
}

fn unusable(what: &str, path: Option<&Path>, error: &io::Error) -> String {
    let path = path.unwrap_or(Path::new("")).display();
    format!("{what} {path}: {error}")
}

/// The progress, but where it would be drawn over what somebody types.
fn begin(arguments: &Arguments) -> Progress {
    let typed = arguments.urls.is_empty() && arguments.input.is_none() && io::stdin().is_terminal();
    if typed {
        say("one URL a line; Ctrl-D ends");
        return Progress::none();
    }
    Progress::begin()
}
