//! Timelines as text, for a terminal of 80 columns.

use unicode_width::UnicodeWidthStr;

use super::axis::Axis;
use crate::{Caller, JobLane, Outcome, Timeline};

const COLUMNS: usize = 80;
const WIDEST_NAME: usize = 20;
/// The columns kept for the text behind a lane that ends at the right edge.
const ENDING_COLUMNS: usize = 26;

/// Draws timelines below each other, at most 80 columns wide. Timelines of the same scenario share
/// an axis.
///
/// There is no colour: each lane ends in words, so that the drawing can be read in a log too.
#[must_use]
pub fn render_text(timelines: &[Timeline]) -> String {
    let render = |timeline: &Timeline| {
        let scenario = &timeline.scenario;
        let same_scenario = timelines.iter().filter(|other| other.scenario == *scenario);
        render_timeline(timeline, &Axis::covering(same_scenario))
    };
    let rendered: Vec<_> = timelines.iter().map(render).collect();
    rendered.join("\n\n")
}

fn render_timeline(timeline: &Timeline, axis: &Axis) -> String {
    let names = timeline.jobs.iter().map(|job| job.name.width());
    let name_width = names.fold("caller".len(), usize::max).min(WIDEST_NAME);
    let length = COLUMNS - ENDING_COLUMNS - name_width - 4;
    let last = length - 1;
    let column = |ms| usize::try_from(axis.position(ms, last as u64)).unwrap_or(last);
    let lane = |name: &str, bar: &str, ending: &str, end: usize| {
        let name = pad_to_width(name, name_width);
        let ending = truncate_to_width(ending, COLUMNS - name_width - end - 6);
        format!("  {name}  {bar} {ending}")
    };

    let title = match timeline.scenario.as_str() {
        "" => timeline.mode.title().to_owned(),
        scenario => format!("{scenario} · {}", timeline.mode.title()),
    };
    let mut labels = String::new();
    for (ms, label) in axis.ticks() {
        labels = format!("{labels:<width$}{label}", width = column(ms));
    }
    let labels = format!("  {:name_width$}  {labels} {}", "", axis.unit());
    let mut lines = vec![
        truncate_to_width(&title, COLUMNS),
        truncate_to_width(&labels, COLUMNS),
    ];
    for job in &timeline.jobs {
        let bar = render_bar(job, &timeline.caller, column);
        lines.push(lane(&job.name, &bar, &job.ending(), column(job.end_ms)));
    }
    let end = column(timeline.caller.at_ms);
    let bar = "·".repeat(end) + "▲";
    lines.push(lane("caller", &bar, &timeline.caller.result_text(), end));
    lines.join("\n")
}

/// A solid line while the caller waits for the job, a thin one after that.
fn render_bar(job: &JobLane, caller: &Caller, column: impl Fn(u64) -> usize) -> String {
    let (start, end) = (column(job.start_ms), column(job.end_ms));
    let awaited = column(job.awaited_until_ms(caller));
    let mark = match job.outcome {
        Outcome::Completed => '●',
        Outcome::Failed => '✗',
        Outcome::Cancelled => '◌',
    };
    format!(
        "{}{}{}{mark}",
        " ".repeat(start),
        "━".repeat(awaited - start),
        "╌".repeat(end - awaited)
    )
}

/// `text` on one line, truncated or padded to exactly `width` columns.
pub fn pad_to_width(text: &str, width: usize) -> String {
    let text = truncate_to_width(text, width);
    let missing = width - text.width();
    text + &" ".repeat(missing)
}

/// `text` on one line and in at most `width` columns. A control character becomes a space.
pub fn truncate_to_width(text: &str, width: usize) -> String {
    let text = text.replace(char::is_control, " ");
    if text.width() <= width {
        return text;
    }
    // Characters may be wider together than alone, so the whole text is measured after each cut.
    // The first cut bounds the number of characters of no width.
    let mut kept: String = text.chars().take(4 * width).collect();
    loop {
        let short = format!("{kept}…");
        if short.width() <= width || kept.pop().is_none() {
            return short;
        }
    }
}
