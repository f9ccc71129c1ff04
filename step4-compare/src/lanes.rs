//! A timeline as text, for a terminal of 80 columns.

use unicode_width::UnicodeWidthStr;

use crate::scale::Scale;
use crate::{JobLane, Outcome, Timeline};

const COLUMNS: usize = 80;
const WIDEST_NAME: usize = 20;
/// Room for the words behind a lane that ends at the right edge.
const WORDS: usize = 26;

/// Draws `timelines` below each other, at most 80 columns wide; those of one scenario on one scale.
///
/// Without colour, and every line ends in words: it reads the same in a log.
#[must_use]
pub fn lanes(timelines: &[Timeline]) -> String {
    let drawn: Vec<_> = timelines
        .iter()
        .map(|timeline| panel(timeline, &Scale::of(timeline, timelines)))
        .collect();
    drawn.join("\n\n")
}

fn panel(timeline: &Timeline, scale: &Scale) -> String {
    let names = timeline
        .jobs
        .iter()
        .map(|job| job.name.width())
        .max()
        .unwrap_or(0);
    let names = names.clamp("caller".len(), WIDEST_NAME);
    let length = COLUMNS - WORDS - names - 4;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is at most the lane's own length"
    )]
    let column = |ms| scale.place(ms, length as u64 - 1) as usize;
    let words = |words: &str, column: usize| fit(words, COLUMNS - names - column - 6);

    let mut axis = String::new();
    for (ms, label) in scale.ticks() {
        axis = format!("{axis:<width$}{label}", width = column(ms));
    }
    let mut lines = vec![
        fit(&timeline.title(), COLUMNS),
        format!("  {}  {axis} {}", pad("", names), scale.unit()),
    ];
    for job in &timeline.jobs {
        let words = words(&job.ending(), column(job.end_ms));
        let bar = bar(job, timeline.caller.at_ms, column);
        lines.push(format!("  {}  {bar} {words}", pad(&job.name, names)));
    }
    let at = column(timeline.caller.at_ms);
    let words = words(&timeline.caller.answer(), at);
    lines.push(format!(
        "  {}  {}▲ {words}",
        pad("caller", names),
        "·".repeat(at)
    ));
    lines.join("\n")
}

/// Solid while somebody waits, thin once nobody does.
fn bar(job: &JobLane, answered_ms: u64, column: impl Fn(u64) -> usize) -> String {
    let (start, end) = (column(job.start_ms), column(job.end_ms));
    let heard = if job.orphan {
        column(answered_ms).clamp(start, end)
    } else {
        end
    };
    let mark = match job.outcome {
        Outcome::Completed => '●',
        Outcome::Failed => '✗',
        Outcome::Cancelled => '◌',
    };
    format!(
        "{}{}{}{mark}",
        " ".repeat(start),
        "━".repeat(heard - start),
        "╌".repeat(end - heard)
    )
}

/// `text` on one line, in `width` columns exactly.
pub fn pad(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let missing = width - text.width();
    text + &" ".repeat(missing)
}

/// `text` on one line and in at most `width` columns.
pub fn fit(text: &str, width: usize) -> String {
    let text = text.replace(char::is_control, " ");
    if text.width() <= width {
        return text;
    }
    // Letters may be wider together than alone, so it is measured as a whole after each cut. Those
    // of no width could be many.
    let mut kept: String = text.chars().take(4 * width).collect();
    loop {
        let short = format!("{kept}…");
        if short.width() <= width || kept.pop().is_none() {
            return short;
        }
    }
}
