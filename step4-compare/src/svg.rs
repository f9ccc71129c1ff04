//! Timelines as a picture, for a projector.

use std::fmt::Write;

use crate::lanes::fit;
use crate::scale::Scale;
use crate::{JobLane, Outcome, Timeline};

const WIDTH: u64 = 1000;
const LANE_LEFT: u64 = 190;
const LANE_LENGTH: u64 = 520;
const LANE_HEIGHT: u64 = 38;
/// What a column of text takes, on average.
const LETTER: u64 = 11;

const STYLE: &str = "\
    .paper { fill: #ffffff }
    text { font: 20px ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
    .title { font-size: 22px; font-weight: 600 }
    .name { text-anchor: end }
    .tick { font-size: 15px; text-anchor: middle; fill: #59636e }
    .grid { stroke: #d1d9e0; stroke-width: 1 }
    .answer { stroke: #8250df; stroke-width: 2; stroke-dasharray: 2 5 }
    .caller { fill: #8250df }
    .bar { stroke-width: 9; stroke-linecap: round; fill: none }
    .mark { stroke-width: 4; fill: #ffffff }
    .unheard { stroke-width: 4; stroke-dasharray: 1 9 }
    .completed { stroke: #0969da }
    .failed { stroke: #cf222e }
    .cancelled { stroke: #818b98 }
    .completed.mark { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      .paper, .mark { fill: #0d1117 }
      text { fill: #f0f6fc }
      .tick { fill: #9198a1 }
      .grid { stroke: #3d444d }
      .answer { stroke: #ab7df8 }
      .caller { fill: #ab7df8 }
      .completed { stroke: #4493f8 }
      .failed { stroke: #ff6b63 }
      .cancelled { stroke: #9198a1 }
      .completed.mark { fill: #4493f8 }
    }
";

/// Draws `timelines` below each other, as an SVG for light and dark backgrounds; those of one
/// scenario on one scale.
#[must_use]
pub fn svg(timelines: &[Timeline]) -> String {
    let mut panels = String::new();
    let mut top = 20;
    for timeline in timelines {
        panel(
            &mut panels,
            timeline,
            &Scale::of(timeline, timelines),
            &mut top,
        );
    }

    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" role=\"img\">\n\
         <title>What happened to each job, and when the caller heard of it</title>\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{top}\" rx=\"8\"/>\n\
         {panels}</svg>\n"
    )
}

fn panel(svg: &mut String, timeline: &Timeline, scale: &Scale, top: &mut u64) {
    let x = |ms| LANE_LEFT + scale.place(ms, LANE_LENGTH);
    line(
        svg,
        format_args!(
            r#"<text class="title" x="24" y="{}">{}</text>"#,
            *top + 24,
            text(&timeline.title(), 60)
        ),
    );

    let first = *top + 72;
    let caller = first + LANE_HEIGHT * timeline.jobs.len() as u64;
    for (ms, label) in scale.ticks() {
        let (x, y, below) = (x(ms), *top + 50, caller + 16);
        line(
            svg,
            format_args!(
                r#"<line class="grid" x1="{x}" y1="{}" x2="{x}" y2="{below}"/>"#,
                y + 6
            ),
        );
        line(
            svg,
            format_args!(r#"<text class="tick" x="{x}" y="{y}">{label}</text>"#),
        );
    }
    let after = LANE_LEFT + LANE_LENGTH + 44;
    line(
        svg,
        format_args!(
            r#"<text class="tick" x="{after}" y="{}">{}</text>"#,
            *top + 50,
            scale.unit()
        ),
    );

    let answer = x(timeline.caller.at_ms);
    line(
        svg,
        format_args!(
            r#"<line class="answer" x1="{answer}" y1="{}" x2="{answer}" y2="{caller}"/>"#,
            first - 16
        ),
    );
    for (index, job) in timeline.jobs.iter().enumerate() {
        let y = first + LANE_HEIGHT * index as u64;
        lane(svg, job, y, x(job.start_ms), x(job.end_ms), answer);
    }

    name(svg, "caller", caller);
    line(
        svg,
        format_args!(
            r#"<path class="caller" d="M {answer} {} l 9 16 h -18 z"/>"#,
            caller - 9,
        ),
    );
    words(svg, &timeline.caller.answer(), answer, caller);
    *top = caller + 44;
}

fn lane(svg: &mut String, job: &JobLane, y: u64, start: u64, end: u64, answer: u64) {
    name(svg, &job.name, y);
    let outcome = match job.outcome {
        Outcome::Completed => "completed",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
    };
    let heard = if job.orphan {
        answer.clamp(start, end)
    } else {
        end
    };
    line(
        svg,
        format_args!(r#"<path class="bar {outcome}" d="M {start} {y} H {heard}"/>"#),
    );
    if heard < end {
        line(
            svg,
            format_args!(r#"<path class="bar unheard {outcome}" d="M {heard} {y} H {end}"/>"#),
        );
    }
    let mark = match job.outcome {
        Outcome::Failed => format!(
            r#"<path class="mark failed" d="M {} {} l 16 16 m 0 -16 l -16 16"/>"#,
            end - 8,
            y - 8
        ),
        Outcome::Completed | Outcome::Cancelled => {
            format!(r#"<circle class="mark {outcome}" cx="{end}" cy="{y}" r="8"/>"#)
        }
    };
    line(svg, format_args!("{mark}"));
    words(svg, &job.ending(), end, y);
}

fn name(svg: &mut String, name: &str, y: u64) {
    let x = LANE_LEFT - 24;
    line(
        svg,
        format_args!(
            r#"<text class="name" x="{x}" y="{}">{}</text>"#,
            y + 7,
            text(name, 14)
        ),
    );
}

fn words(svg: &mut String, words: &str, x: u64, y: u64) {
    let x = x + 20;
    let room = usize::try_from((WIDTH - x) / LETTER).unwrap_or(0);
    line(
        svg,
        format_args!(
            r#"<text x="{x}" y="{}">{}</text>"#,
            y + 7,
            text(words, room)
        ),
    );
}

fn line(svg: &mut String, element: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(svg, "{element}");
}

/// `text` shortened to `width` columns, and safe between tags. XML has no way to say U+FFFE and
/// U+FFFF.
fn text(text: &str, width: usize) -> String {
    fit(text, width)
        .replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
