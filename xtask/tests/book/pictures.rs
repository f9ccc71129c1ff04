//! Pictures of the book in `target/book-shots`, for people to look at.

use crate::browser::Browser;
use crate::{book, root};

#[test]
fn pages_are_not_wider_than_the_screen_and_have_their_picture_taken() {
    let Some(book) = book() else { return };
    let shots = root().join("target/book-shots");
    let browser = Browser::start();
    let pages = [
        ("front", "index.html", ""),
        ("what-if", "what-if.html", ""),
        ("lesson-5", "step5-cancellation/index.html", "#recorded-1&"),
        ("lesson-7", "step7-bounded-retry/index.html", "#recorded-1&"),
        ("slides", "what-if.html", "?slides"),
        ("source", "step2-gather/tests/gather.rs.html", "#L30"),
    ];
    for scheme in ["light", "dark"] {
        browser.emulate("screen", "prefers-color-scheme", scheme);
        let sizes = [(390, 844), (1920, 1080), (1280, 900)];
        let count = if scheme == "light" { 3 } else { 2 };
        for (width, height) in sizes.into_iter().take(count) {
            browser.resize(width, height);
            for (name, page, more) in pages {
                browser.open(&book.join(page), more);
                browser.wait("document.readyState === 'complete'");
                if more == "?slides" {
                    browser.wait("document.querySelector('.slide.here')");
                    browser.press(&["\u{E014}"]);
                }
                browser.save_screenshot(&shots.join(format!("{name}-{width}-{scheme}.png")));
                let overflow =
                    browser.run("return document.documentElement.scrollWidth - innerWidth");
                assert!(
                    overflow.as_i64().unwrap() <= 0,
                    "{name}, {width}: {overflow} pixels"
                );
            }
        }
    }
    // A sheet of paper.
    browser.emulate("print", "prefers-color-scheme", "light");
    browser.resize(794, 1123);
    for (name, page) in [
        ("what-if", "what-if.html"),
        ("lesson-7", "step7-bounded-retry/index.html"),
    ] {
        browser.open(&book.join(page), "");
        browser.save_screenshot(&shots.join(format!("{name}-print.png")));
        let is_whole = "return [...document.querySelectorAll('.panel')].every((panel) => panel.checkVisibility())\
                        && ![...document.querySelectorAll('.tools')].some((tools) => tools.checkVisibility())";
        assert_eq!(browser.run(is_whole), true, "{name}");
    }
}
