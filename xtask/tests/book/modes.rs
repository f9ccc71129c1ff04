//! The other ways to read the book: predicting, slides, search, no JavaScript, a screen reader.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::browser::Browser;
use crate::support::{outcome, xtask};
use crate::{book, not_tested, root};

const RIGHT: &str = "\u{E014}";

/// The lessons' chapters.
fn lessons(book: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(book)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pages = folders.map(|folder| folder.join("index.html"));
    let mut pages: Vec<_> = pages.filter(|page| page.is_file()).collect();
    pages.sort();
    pages
}

#[test]
fn a_covered_timeline_is_shown_once_the_reader_has_said_what_will_happen() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    browser.open(&book.join("what-if.html"), "?predict");
    let visible = "[...document.querySelectorAll('.bar, .answers')].filter((part) => part.offsetParent).length";
    assert_eq!(browser.run(&format!("return {visible}")), 0);
    browser.click(".guesses button");
    // Nothing has been said yet.
    assert_eq!(browser.run(&format!("return {visible}")), 0);

    let guesses = json!([
        ["orphaned", "failed", "failed", "10"],
        ["completed", "failed", "failed", "50"],
        ["cancelled", "failed", "completed", "30"],
    ]);
    let fill = "document.querySelectorAll('fieldset').forEach((fields, panel) =>\
                fields.querySelectorAll('select, input').forEach((field, at) => {\
                    field.value = arguments[0][panel][at];\
                }))";
    browser.run_with(fill, &json!([guesses]));
    browser.click(".guesses button");
    let verdict = browser.run("return document.querySelector('.guesses strong').textContent");
    assert_eq!(verdict, "10 of 12 right");
    let wrong = browser
        .run("return [...document.querySelectorAll('.wrong')].map((wrong) => wrong.textContent)");
    assert_eq!(wrong, json!(["cancelled", "10 ms"]));
    assert_ne!(browser.run(&format!("return {visible}")), 0);
}

#[test]
fn a_lesson_has_the_questions_of_predict_with_their_answers() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    for page in lessons(book) {
        browser.open(&page, "");
        let count = "document.querySelectorAll('.question').length";
        let answers = "[...document.querySelectorAll('.question')].filter((question) =>\
                       question.querySelector('details p').textContent).length";
        let [questions, answers] =
            [count, answers].map(|what| browser.run(&format!("return {what}")));
        assert_eq!(questions, answers, "{page:?}");
        let covered = "return [...document.querySelectorAll('.question figure')].every((figure) => figure.matches('.covered'))";
        assert_eq!(browser.run(covered), true, "{page:?}");
    }
}

#[test]
fn slides_show_every_chapter_in_screens_of_which_none_is_cut_off() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    browser.resize(1280, 720);
    let mut cut_off = Vec::new();
    for page in [
        vec![book.join("index.html"), book.join("what-if.html")],
        lessons(book),
    ]
    .concat()
    {
        browser.open(&page, "?slides");
        browser.wait("document.querySelector('.slide.here')");
        // In one script: a command for each slide would take most of the time.
        let turn = "const next = new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true });\
                    return [...document.querySelectorAll('.slide')].map((slide, index, slides) => {\
                        if (index > 0) document.body.dispatchEvent(next);\
                        const { bottom } = document.querySelector('.slide.here').getBoundingClientRect();\
                        return [document.querySelector('.count').textContent, bottom - innerHeight];\
                    })";
        let slides = browser.run(turn);
        let slides = slides.as_array().unwrap();
        let count = slides.len();
        assert!(count > 1, "{page:?}");
        for (slide, shown) in (1..).zip(slides) {
            assert_eq!(shown[0], format!("{slide} / {count}"), "{page:?}");
            let rest = shown[1].as_f64().unwrap();
            if rest > 0.0 {
                cut_off.push(format!("{}: slide {slide}: {rest} pixels", page.display()));
            }
        }
    }
    assert!(cut_off.is_empty(), "{}", cut_off.join("\n"));
}

#[test]
fn a_key_shows_the_notes_and_the_slides_of_the_next_chapter_follow() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    browser.open(&book.join("step4-compare/index.html"), "?slides");
    browser.wait("document.querySelector('.slide.here')");
    let notes = "return document.querySelector('.notes').checkVisibility()";
    assert_eq!(browser.run(notes), false);
    browser.press(&["n"]);
    assert_eq!(browser.run(notes), true);
    let text = browser.run("return document.querySelector('.notes h2').textContent");
    assert_eq!(text, "For the teacher");
    browser.press(&["n", "\u{E010}", RIGHT]);
    browser.wait(
        "!location.pathname.includes('step4-compare/index') && location.search === '?slides'",
    );
    browser.press(&["\u{E00C}"]);
    browser.wait("location.search === '' && !document.querySelector('.slides')");
}

#[test]
fn the_search_finds_a_word_of_a_page_that_was_opened_as_a_file() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    browser.open(&book.join("index.html"), "");
    browser.press(&["/"]);
    browser.wait("document.activeElement.id === 'mdbook-searchbar'");
    browser.type_text("cancellation");
    browser.wait("document.querySelectorAll('#mdbook-searchresults li').length > 3");
}

#[test]
fn without_javascript_the_timeline_is_text() {
    let Some(book) = book() else { return };
    let browser = Browser::start();
    browser.devtools(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": true}),
    );
    browser.open(&book.join("what-if.html"), "");
    // The test itself may run scripts again then.
    browser.devtools(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": false}),
    );
    let text = browser.run("return document.querySelector('figure.timeline pre').innerText");
    let jobs = [
        "slow=50ms",
        "quick=10ms:fail=boom",
        "late=30ms:fail=timeout",
    ];
    let arguments = jobs.map(|job| ["--job", job]).concat();
    let (_, drawn, _) = outcome(&mut xtask(
        &root(),
        &[&["timeline"], &arguments[..]].concat(),
    ));
    let command = arguments.join(" ");
    assert_eq!(
        text,
        format!("$ cargo xtask timeline {command}\n{}", drawn.trim_end())
    );
    assert_eq!(
        browser.run("return document.querySelectorAll('.live').length"),
        0
    );
}

#[test]
fn axe_finds_nothing_in_the_book_in_light_and_in_dark() {
    let Some(book) = book() else { return };
    let Ok(axe) = fs::read_to_string(root().join("target/axe-core/package/axe.min.js")) else {
        let file = "target/axe-core/package/axe.min.js";
        return not_tested(&format!("accessibility is not checked: {file} is missing"));
    };
    let browser = Browser::start();
    let mut found = Vec::new();
    let pages = [
        ("index.html", ""),
        ("what-if.html", ""),
        ("what-if.html", "?predict"),
        ("what-if.html", "?slides"),
        ("step5-cancellation/index.html", ""),
        ("step2-gather/tests/gather.rs.html", "#L9"),
    ];
    for scheme in ["light", "dark"] {
        browser.emulate("screen", "prefers-color-scheme", scheme);
        for (page, more) in pages {
            browser.open(&book.join(page), more);
            browser
                .run("document.querySelectorAll('.edit').forEach((edit) => { edit.open = true; })");
            browser.run(&axe);
            // mdBook's own bar has two labels that axe does not accept.
            browser.run(
                "window.found = null; axe.run({ exclude: ['#mdbook-menu-bar', '#mdbook-sidebar', '#mdbook-search-wrapper'] }).then((results) => { window.found = results; })",
            );
            browser.wait("window.found");
            let violations = "return window.found.violations.map(({ id, nodes }) => {\
                              const [{ target, failureSummary }] = nodes;\
                              return `${id}, ${nodes.length} times: ${target} ${failureSummary}`; })";
            for violation in browser.run(violations).as_array().unwrap() {
                found.push(format!(
                    "{page}{more}, {scheme}: {}",
                    violation.as_str().unwrap()
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
