//! A reader takes a live timeline in hand.

use serde_json::{Value, json};

use crate::book;
use crate::browser::Browser;

const RIGHT: &str = "\u{E014}";
const LEFT: &str = "\u{E012}";
const PAGE_UP: &str = "\u{E00E}";
const END: &str = "\u{E010}";
const HOME: &str = "\u{E011}";
const ENTER: &str = "\u{E007}";
const DELETE: &str = "\u{E017}";
const TAB: &str = "\u{E004}";
const F2: &str = "\u{E032}";

/// The page with one timeline: slow=50ms, quick=10ms:fail=boom, late=30ms:fail=timeout.
fn what_if(more: &str) -> Option<Browser> {
    let book = book()?;
    let browser = Browser::start();
    browser.open(&book.join("what-if.html"), more);
    Some(browser)
}

fn command(browser: &Browser) -> String {
    let text = browser.run("return document.querySelector('.command code').textContent");
    text.as_str()
        .unwrap()
        .strip_prefix("cargo xtask timeline ")
        .unwrap()
        .to_owned()
}

/// What the first panel shows behind the lanes.
fn words(browser: &Browser) -> Value {
    browser.run("return [...document.querySelectorAll('.panel:first-child .words')].map((words) => words.textContent)")
}

/// The mark at the end of the job in this place, from 1.
fn handle(job: usize) -> String {
    // The first child is the axis.
    format!(".panel:first-child .lane:nth-child({}) .handle", job + 1)
}

fn focus(browser: &Browser, selector: &str) {
    browser.run_with(
        "document.querySelector(arguments[0]).focus()",
        &json!([selector]),
    );
}

#[test]
fn dragging_the_end_of_a_job_moves_it_and_changes_what_happens() {
    let Some(browser) = what_if("") else { return };
    assert_eq!(
        words(&browser),
        json!([
            "completed (orphan)",
            "boom",
            "timeout (orphan)",
            "Err(boom)"
        ])
    );

    // The axis ends at 60 ms.
    let width = browser.run("return document.querySelector('.lane .track').clientWidth");
    let pixels = (width.as_f64().unwrap() * 30.0 / 60.0).round();
    #[allow(
        clippy::cast_possible_truncation,
        reason = "less than the width of a screen"
    )]
    browser.drag(&handle(2), pixels as i64);

    let expected = "--job slow=50ms --job quick=40ms:fail=boom --job late=30ms:fail=timeout";
    assert_eq!(command(&browser), expected);
    assert_eq!(
        words(&browser),
        json!([
            "completed (orphan)",
            "boom (orphan)",
            "timeout",
            "Err(timeout)"
        ])
    );
    let answers = browser.run("return [...document.querySelectorAll('.panel:first-child dd')].map((dd) => dd.textContent)");
    let lost = "The caller gets the error of late. That of quick is lost.";
    assert_eq!(
        answers,
        json!([
            "Nothing stops them.",
            "The caller does not wait for slow and quick.",
            lost
        ])
    );
}

#[test]
fn the_end_of_a_job_can_be_dragged_in_each_panel() {
    let Some(browser) = what_if("") else { return };
    browser.drag(".panel:nth-child(3) .lane:nth-child(4) .handle", -300);

    assert!(
        command(&browser).contains("late=0ms"),
        "{}",
        command(&browser)
    );
}

#[test]
fn pressing_the_end_or_the_name_of_a_job_makes_it_fail_or_complete() {
    let Some(browser) = what_if("") else { return };
    browser.click(&handle(1));
    assert!(
        command(&browser).contains("--job slow=50ms:fail "),
        "{}",
        command(&browser)
    );
    browser.click(".panel:first-child .lane:nth-child(2) .name");
    assert!(
        command(&browser).contains("--job slow=50ms --job"),
        "{}",
        command(&browser)
    );
    browser.click(".panel:first-child .lane:nth-child(3) .name");
    assert!(
        command(&browser).contains("--job quick=10ms --job"),
        "{}",
        command(&browser)
    );
    // The message that the page gave it comes back.
    browser.click(".panel:first-child .lane:nth-child(3) .name");
    assert!(
        command(&browser).contains("--job quick=10ms:fail=boom"),
        "{}",
        command(&browser)
    );
}

#[test]
fn everything_can_be_done_with_the_keyboard_and_is_announced() {
    let Some(browser) = what_if("") else { return };
    focus(&browser, &handle(2));
    browser.press(&[RIGHT, RIGHT, LEFT]);
    assert!(
        command(&browser).contains("quick=11ms"),
        "{}",
        command(&browser)
    );
    browser.press(&[PAGE_UP, END, HOME]);
    assert!(
        command(&browser).contains("quick=0ms:fail=boom"),
        "{}",
        command(&browser)
    );
    browser.press(&[ENTER]);
    assert!(
        command(&browser).contains("quick=0ms --job"),
        "{}",
        command(&browser)
    );
    browser.wait("document.querySelector('.said').textContent.includes('quick completed at 0 ms')");
    let slider = browser.run("return document.activeElement.getAttribute('aria-valuetext')");
    assert_eq!(slider, "0 ms, would complete");

    browser.press(&[F2]);
    browser.type_text("first");
    browser.press(&[TAB]);
    assert!(
        command(&browser).contains("first=0ms"),
        "{}",
        command(&browser)
    );
    // The arrow keys of a field are its own: mdBook must not turn the page.
    browser.press(&[LEFT, RIGHT]);
    focus(&browser, &handle(3));
    browser.press(&[DELETE]);
    assert_eq!(command(&browser), "--job slow=50ms --job first=0ms");
    let focused = browser.run("return document.activeElement.getAttribute('aria-label')");
    assert_eq!(focused, "End of first");
    let is_here = browser.run("return location.pathname.endsWith('what-if.html')");
    assert_eq!(is_here, true);
}

#[test]
fn jobs_can_be_added_and_edited_and_the_reset_brings_the_page_back() {
    let Some(browser) = what_if("") else { return };
    let given = command(&browser);
    browser.click(".tools .add");
    assert_eq!(command(&browser), format!("{given} --job job_4=30ms"));
    browser.run("document.querySelector('.edit').open = true");
    browser.click(".job:nth-child(4) .job-error");
    browser.type_text("no \"route\"");
    assert!(
        command(&browser).ends_with(r#"--job "job_4=30ms:fail=no \"route\"""#),
        "{}",
        command(&browser)
    );
    browser.click(".job:nth-child(1) .job-name");
    browser.type_text("=");
    let name = browser.run("return document.querySelector('.job-name').validationMessage");
    assert_eq!(name, "A name must not be empty, and must not contain =");
    assert!(
        command(&browser).starts_with("--job slow=50ms"),
        "{}",
        command(&browser)
    );
    browser.click(".job:nth-child(4) .remove");
    assert_eq!(command(&browser), given);
    browser.click(".modes [data-mode=collect]");
    assert_eq!(
        browser.run("return document.querySelectorAll('.panel').length"),
        2
    );
    browser.click(".tools .reset");
    assert_eq!(command(&browser), given);
    assert_eq!(
        browser.run("return [document.querySelectorAll('.panel').length, location.hash]"),
        json!([3, ""])
    );
}

#[test]
fn the_address_has_what_is_on_the_screen_and_brings_it_back() {
    let Some(browser) = what_if("") else { return };
    browser.click(&handle(2));
    browser.click(".modes [data-mode=gather]");
    let hash = browser.run("return location.hash");
    let expected = "#timeline-1&job=slow=50ms&job=quick=10ms&job=late=30ms:fail=timeout&mode=collect&mode=taskgroup";
    assert_eq!(hash, expected);

    let shared = "#timeline-1&job=a%20b=1500ms&job=c=2000ms:fail=x%26y&mode=taskgroup";
    browser.open(&book().unwrap().join("what-if.html"), shared);
    assert_eq!(
        command(&browser),
        "--job \"a b=1500ms\" --job \"c=2000ms:fail=x&y\""
    );
    assert_eq!(
        words(&browser),
        json!(["completed", "x&y", "Err(1 error: x&y)"])
    );
    // What is no state is no error.
    browser.open(
        &book().unwrap().join("what-if.html"),
        "#timeline-1&job=a&job=b=1ms",
    );
    assert!(
        command(&browser).starts_with("--job slow=50ms"),
        "{}",
        command(&browser)
    );
}

#[test]
fn playing_hides_what_has_not_happened_yet_with_and_without_motion() {
    let Some(browser) = what_if("") else { return };
    for motion in ["no-preference", "reduce"] {
        browser.emulate("screen", "prefers-reduced-motion", motion);
        browser.open(&book().unwrap().join("what-if.html"), "");
        browser.click(".tools .play");
        let hidden = "[...document.querySelectorAll('.playing .ahead .words')].length";
        assert_eq!(browser.run(&format!("return {hidden}")), 12, "{motion}");
        browser.wait(&format!("{hidden} > 0 && {hidden} < 12"));
        browser.wait("!document.querySelector('.playing, .ahead')");
        browser.wait("document.querySelector('.said').textContent.includes('the caller has')");
    }
}

#[test]
fn a_step_of_a_drag_with_six_jobs_is_measured() {
    let six = "#timeline-1&job=a=10ms&job=b=20ms:fail=x&job=c=20ms:fail=y&job=d=20ms&job=e=30ms&job=f=40ms";
    let Some(browser) = what_if(six) else { return };
    // The layout is part of a step: reading a size makes the browser compute it.
    let steps = "const timeline = book.timelines[0];\
                 const times = Array.from({ length: 200 }, (_, step) => {\
                     const start = performance.now();\
                     timeline.move(1, step % 40);\
                     timeline.figure.getBoundingClientRect();\
                     return performance.now() - start;\
                 }).sort((a, b) => a - b);\
                 return [times[100], times[190]]";
    let times = browser.run(steps);
    println!(
        "a step of a drag with six jobs: median {} ms, 95 of 100 below {} ms",
        times[0], times[1]
    );
    assert_eq!(
        browser.run("return document.querySelectorAll('.lane .handle').length"),
        18
    );
}
