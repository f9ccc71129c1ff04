//! One scenario as a picture for a projector: a row for each job, a panel for each mode.

use super::axis::Axis;
use super::text::truncate_to_width;
use crate::{JobLane, Outcome, Timeline};

const WIDTH: u64 = 1280;
const MIN_HEIGHT: u64 = 720;
const NAMES_RIGHT: u64 = 160;
const NAME_COLUMNS: usize = 12;
const PANELS_LEFT: u64 = 188;
/// From the left edge of a panel to that of the next.
const PANEL_WIDTH: u64 = 365;
/// The columns of text that fit into a panel in a wide font.
const PANEL_COLUMNS: usize = 34;
const LANE_LENGTH: u64 = 290;
const LANES_TOP: u64 = 168;
const STYLE: &str = include_str!("svg.css");

/// Draws the timelines of one scenario side by side, on one axis, as
/// [`Scenario::play`](crate::Scenario::play) gives them.
///
/// The picture is 1280 × 720 with up to nine jobs, and taller with more. It has a background of its
/// own, light or dark as the viewer prefers.
#[must_use]
pub fn render_svg(timelines: &[Timeline; 3]) -> String {
    let Timeline { scenario, jobs, .. } = &timelines[0];
    let rows = jobs.len() as u64 + 1;
    let row_height = ((MIN_HEIGHT - LANES_TOP - 22) / rows).clamp(53, 170);
    let height = (LANES_TOP + rows * row_height + 22).max(MIN_HEIGHT);

    let mut elements = text("scenario", 32, 64, scenario, 50);
    let names = jobs.iter().map(|job| job.name.as_str()).chain(["caller"]);
    for (row, name) in (0..).zip(names) {
        let y = lane_y(row, row_height) + 7;
        elements += &text("name", NAMES_RIGHT, y, name, NAME_COLUMNS);
    }
    let axis = Axis::covering(timelines);
    for (panel, timeline) in (0..).zip(timelines) {
        let left = PANELS_LEFT + panel * PANEL_WIDTH;
        elements += &render_panel(timeline, &axis, left, row_height);
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
<title>When each job started and ended, and when the caller got its result</title>
<style>
{STYLE}</style>
<rect class="paper" width="{WIDTH}" height="{height}"/>
{elements}</svg>
"#
    )
}

/// The middle of a lane. The text stands above it.
fn lane_y(row: u64, row_height: u64) -> u64 {
    LANES_TOP + 54 + row * row_height
}

fn render_panel(timeline: &Timeline, axis: &Axis, left: u64, row_height: u64) -> String {
    let caller = &timeline.caller;
    let x = |ms| left + axis.position(ms, LANE_LENGTH);
    let bottom = lane_y(timeline.jobs.len() as u64, row_height);
    let tick = |x, label: &str| text("tick", x, LANES_TOP - 10, label, PANEL_COLUMNS);

    let mut elements = text("mode", left, 110, timeline.mode.title(), PANEL_COLUMNS);
    for (ms, label) in axis.ticks() {
        elements += &path("grid", &format!("M {} {LANES_TOP} V {bottom}", x(ms)));
        elements += &tick(x(ms), &label);
    }
    elements += &tick(left + LANE_LENGTH + 32, axis.unit());

    let returned = x(caller.at_ms);
    elements += &path("returned", &format!("M {returned} {LANES_TOP} V {bottom}"));
    for (row, job) in (0..).zip(&timeline.jobs) {
        let y = lane_y(row, row_height);
        let awaited = x(job.awaited_until_ms(caller));
        elements += &render_lane(job, x(job.start_ms), awaited, x(job.end_ms), y);
        elements += &text("ending", left, y - 18, &job.ending(), PANEL_COLUMNS);
    }
    let triangle = format!("M {returned} {} l 10 18 h -20 z", bottom - 9);
    elements += &path("caller", &triangle);
    let result = caller.result_text();
    elements + &text("ending", left, bottom - 18, &result, PANEL_COLUMNS)
}

/// A thick line while the caller waits for the job, a thin one after that, and a mark at the end.
fn render_lane(job: &JobLane, start: u64, awaited: u64, end: u64, y: u64) -> String {
    let circle = "m -9 0 a 9 9 0 0 0 18 0 a 9 9 0 0 0 -18 0";
    let (outcome, mark) = match job.outcome {
        Outcome::Completed => ("completed", circle),
        Outcome::Failed => ("failed", "m -9 -9 l 18 18 m 0 -18 l -18 18"),
        Outcome::Cancelled => ("cancelled", circle),
    };
    let bar = path("bar", &format!("M {start} {y} H {awaited}"));
    let orphan = path("orphan", &format!("M {awaited} {y} H {end}"));
    let mark = path("mark", &format!("M {end} {y} {mark}"));
    format!("<g class=\"{outcome}\">\n{bar}{orphan}{mark}</g>\n")
}

fn path(class: &str, data: &str) -> String {
    format!("<path class=\"{class}\" d=\"{data}\"/>\n")
}

/// A text of at most `columns` columns. XML cannot hold U+FFFE and U+FFFF.
fn text(class: &str, x: u64, y: u64, text: &str, columns: usize) -> String {
    let text = truncate_to_width(text, columns)
        .replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>\n")
}
