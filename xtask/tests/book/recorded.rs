//! The pictures of lessons 5 and 7 play what the programs have recorded.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::{book, example};

const RIGHT: &str = "\u{E014}";
const HOME: &str = "\u{E011}";
const END: &str = "\u{E010}";

const LESSON_5: &str = "step5-cancellation";
const LESSON_7: &str = "step7-bounded-retry";

/// A lesson's page, with `more` in its address.
fn page(lesson: &str, more: &str) -> Option<Browser> {
    let book = book()?;
    let browser = Browser::start();
    browser.open(&book.join(lesson).join("index.html"), more);
    Some(browser)
}

fn all_text(browser: &Browser, selector: &str) -> Value {
    let script =
        "return [...document.querySelectorAll(arguments[0])].map((part) => part.textContent)";
    browser.run_with(script, &json!([format!(".recorded {selector}")]))
}

fn press_on_the_handle(browser: &Browser, keys: &[&str]) {
    browser.run("document.querySelector('.recorded .handle').focus()");
    browser.press(keys);
}

fn run_with<'a>(runs: &'a [Value], settings: &Value) -> &'a Value {
    let is_set = |run: &Value| {
        settings
            .as_object()
            .unwrap()
            .iter()
            .all(|(key, value)| run[key] == *value)
    };
    &runs.iter().find(|run| is_set(run)).expect("a recording")["timeline"]
}

#[test]
fn dragging_the_failure_of_lesson_5_shows_the_run_that_was_recorded_for_it() {
    let Some(browser) = page(LESSON_5, "") else {
        return;
    };
    let runs = example(LESSON_5, "three_workers", &["--json"], "");
    let shown = || {
        let ends = browser.run("return [...document.querySelectorAll('.recorded [data-end]')].map((row) => +row.dataset.end)");
        (ends, all_text(&browser, ".words"))
    };
    let recorded = |settings: &Value| {
        let run = run_with(&runs, settings);
        let mut ends: Vec<_> = run["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| &job["end_ms"])
            .collect();
        ends.push(&run["caller"]["at_ms"]);
        json!(ends)
    };

    let first = json!({"failure_ms": 10, "grace_period": true});
    let words = json!([
        "boom",
        "dropped",
        "cleaned up",
        "dropped later",
        "Err(1 error: boom)"
    ]);
    assert_eq!(shown(), (recorded(&first), words));

    let pixels = browser.run("const { end } = book.timelines.at(-1);\
                              return Math.round(document.querySelector('.recorded .track').clientWidth * 20 / end)");
    browser.drag(".recorded .handle", pixels.as_i64().unwrap());
    let dragged = json!({"failure_ms": 30, "grace_period": true});
    assert_eq!(shown().0, recorded(&dragged));

    browser.click(".recorded .switch");
    let without_grace = json!({"failure_ms": 30, "grace_period": false});
    let words = json!([
        "boom",
        "dropped",
        "cleaned up",
        "worked on",
        "Err(1 error: boom)"
    ]);
    assert_eq!(shown(), (recorded(&without_grace), words));

    // After the workers have ended, the failure stops nothing.
    press_on_the_handle(&browser, &[END]);
    let late = json!({"failure_ms": 60, "grace_period": false});
    let words = json!([
        "boom",
        "completed",
        "completed",
        "completed",
        "Err(1 error: boom)"
    ]);
    assert_eq!(shown(), (recorded(&late), words));
}

#[test]
fn the_makespan_of_lesson_7_is_the_recorded_one_for_every_setting() {
    let Some(browser) = page(LESSON_7, "") else {
        return;
    };
    let runs = example(LESSON_7, "permits", &["--json"], "");
    let makespan = |settings: &Value| {
        let caller = &run_with(&runs, settings)["caller"];
        format!("{} ms", caller["at_ms"])
    };
    let mut seen = 0;
    for held in [false, true] {
        for permits in 1..=3 {
            browser.click(&format!(
                ".recorded [data-setting=permits]:nth-of-type({permits})"
            ));
            press_on_the_handle(&browser, &[HOME]);
            for busy in (0..=120).step_by(20) {
                let [this, other] = [held, !held].map(|held| {
                    makespan(
                        &json!({"permits": permits, "busy_ms": busy, "held_while_sleeping": held}),
                    )
                });
                let shown = all_text(&browser, ".answers dd");
                assert_eq!(
                    [&shown[0], &shown[1]],
                    [&this, &other],
                    "{permits} permits, busy until {busy} ms"
                );
                assert_eq!(
                    all_text(&browser, ".caller .words"),
                    json!([format!("done at {this}")])
                );
                press_on_the_handle(&browser, &[RIGHT]);
                seen += 1;
            }
        }
        browser.click(".recorded .switch");
    }
    assert_eq!(seen, runs.len());
}

#[test]
fn a_recording_is_announced_shared_played_and_reset() {
    let shared = "#recorded-1&busy_ms=60&held_while_sleeping=true&permits=2";
    let Some(browser) = page(LESSON_7, shared) else {
        return;
    };
    assert_eq!(
        all_text(&browser, ".caller .words"),
        json!(["done at 160 ms"])
    );
    press_on_the_handle(&browser, &[RIGHT]);
    let slider = browser.run("return document.activeElement.getAttribute('aria-valuetext')");
    assert_eq!(slider, "80 ms");
    browser.wait("document.querySelector('.recorded .said').textContent.includes('180 ms')");
    assert_eq!(
        browser.run("return location.hash"),
        shared.replace("60", "80")
    );

    browser.click(".recorded .play");
    browser.wait("document.querySelector('.recorded .playing .ahead')");
    browser.wait("!document.querySelector('.recorded .playing, .recorded .ahead')");

    // What is no state is no error.
    browser.run("location.hash = '#recorded-1&permits=9&busy_ms=?'");
    browser.click(".recorded .reset");
    assert_eq!(
        all_text(&browser, ".caller .words"),
        json!(["done at 120 ms"])
    );
    assert_eq!(browser.run("return location.hash"), "");
}

#[test]
fn a_covered_recording_shows_its_plan_and_asks_what_will_happen() {
    let Some(browser) = page(LESSON_5, "?predict") else {
        return;
    };
    let visible = "return [...document.querySelectorAll('.recorded :is(.lanes .bar, .ended, .answers)')]\
                   .filter((part) => part.offsetParent).length";
    assert_eq!(browser.run(visible), 0);
    let fill = "const fields = document.querySelectorAll('.recorded :is(select, input)');\
                fields.forEach((field, at) => { field.value = arguments[0][at]; })";
    browser.run_with(
        fill,
        &json!([["failed", "cancelled", "cancelled", "completed", "30"]]),
    );
    browser.click(".recorded .guesses button");
    assert_eq!(
        all_text(&browser, ".guesses strong"),
        json!(["4 of 5 right"])
    );
    assert_eq!(all_text(&browser, ".guesses .wrong"), json!(["cancelled"]));
    assert_ne!(browser.run(visible), 0);
}
