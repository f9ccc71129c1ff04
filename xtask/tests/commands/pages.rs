//! `cargo xtask pages`, in a workspace with one small lesson.

use std::fs;

use crate::workspace::{workspace, write, xtask};

const RIGHT: &str = "\
# The *right* page, it's `one`

[line](src/lib.rs#L7), [`lesson::half`](src/lib.rs), [`Half`](src/lib.rs), [`src/lib.rs`](src/lib.rs),
[heading](README.md#the-right-page-its-one), [here](#the-right-page-its-one), [folder](tests),
[elsewhere](https://example.com/a.rs), <https://example.com>, ![picture](Cargo.toml), [reference],
[test](tests/halves.rs \"four_has_two\")

[reference]: src/lib.rs

```console
$ git clone https://example.com
$ cargo test -p lesson
```

```console
$ cargo run -q --example demo1
one

two
...

$ printf 'a \"b\"\\nc\\n' | cargo run -q --example demo1 -- 'd e'
...
t[..]ee
a \"b\"
c
```

```text
$ cargo run
old
```

```diff
# lesson/src/lib.rs
-x
```

```console
$ cargo test -p lesson --test halves four_has_two
test four_has_two ... FAILED
```

```console
$ cargo run -q --example demo1
one
...
```

## Tests

```console
$ cargo test -p lesson --test halves -- four_has_two one_has_none
test four_has_two ... ok
test one_has_none ... ok
...
test result: ok. 2 passed; [..]
```
";

const NUMBER: &str = "\
//! Numbers.

use std::{fmt::Debug, mem::take};

/// A number.
#[derive(Debug)]
pub struct Number {
    /// Public.
    pub value: u32,
}

impl Number {
    /// Half of it.
    pub fn half(&self) -> u32 {
        self.value / 2 // Rounded down.
    }

    #[must_use]
    pub fn twice(&self) -> u32 {
        self.value * 2
    }
}

impl Drop for Number {
    fn drop(&mut self) {}
}
";

#[test]
fn a_page_is_right_if_its_links_lead_somewhere_and_its_blocks_show_the_real_output() {
    let root = workspace("pages-right");
    write(&root, "lesson/README.md", RIGHT);
    let (code, stdout, stderr) = xtask(&root, &["pages"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(
        stderr.ends_with("1 pages checked, 0 problems\n"),
        "{stderr}"
    );
}

#[test]
fn a_block_that_shows_something_else_is_a_problem_and_can_be_written_anew() {
    let root = workspace("pages-stale");
    let stale = RIGHT
        .replace("one\n\ntwo", "older\n\ntwo")
        .replace("\nc\n```", "\nold\n```")
        .replace("one\n...", "four\n...");
    write(&root, "lesson/README.md", &stale);
    let (code, stdout, _) = xtask(&root, &["pages"]);
    assert_eq!(code, Some(1));
    let start = "lesson/README.md:15: expected:\n$ cargo run -q --example demo1\nolder\n";
    assert!(stdout.starts_with(start), "{stdout}");
    assert!(
        stdout.contains("actual:\n$ cargo run -q --example demo1\none\n"),
        "{stdout}"
    );

    let (code, stdout, stderr) = xtask(&root, &["pages", "--write"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(
        stderr.ends_with("1 pages checked, 0 problems\n"),
        "{stderr}"
    );
    assert_eq!(
        fs::read_to_string(root.join("lesson/README.md")).unwrap(),
        RIGHT
    );
}

#[test]
fn what_leads_nowhere_or_cannot_be_run_is_a_problem_that_is_not_written() {
    let root = workspace("pages-wrong");
    let mut page = String::new();
    let mut expected = Vec::new();
    for (text, problem) in [
        ("[a](gone.rs)", "there is no file gone.rs"),
        ("![a](gone.svg)", "there is no file gone.svg"),
        ("[a](src/lib.rs#L8)", "src/lib.rs#L8: there is no such line"),
        (
            "[a](README.md#gone)",
            "README.md#gone: there is no such heading",
        ),
        (
            "[`m::gone`](src/lib.rs)",
            "there is no function `gone` in src/lib.rs",
        ),
        (
            "[a](src/lib.rs \"gone\")",
            "there is no function `gone` in src/lib.rs",
        ),
        (
            "```console\nout\n```",
            "a console block must begin with a command: `$ ...`",
        ),
        (
            "```console\n$ ls\nout\n```",
            "`ls`: only `cargo` is run here",
        ),
        (
            "```console\n$ cargo 'a\nout\n```",
            "`cargo 'a`: a quote is not closed",
        ),
        (
            "```console\n$ cat a | cargo b\nout\n```",
            "`cat a | cargo b`: only `printf TEXT` may be before a pipe",
        ),
        (
            "```console\n$ cargo a | head\nout\n```",
            "`cargo a | head`: only `printf TEXT` may be before a pipe",
        ),
        (
            "```console\n$ printf %s | cargo b\nout\n```",
            "`printf %s | cargo b`: of the escapes of `printf`, only `\\n` is known",
        ),
        (
            "```console\n$ cargo xtask pages\nout\n```",
            "`cargo xtask pages`: this command would run itself",
        ),
    ] {
        let line = page.lines().count() + 1;
        page.extend([text, "\n\n"]);
        expected.push(format!("lesson/README.md:{line}: {problem}\n"));
    }
    page += "```console\n$ cargo gone\nout\n```\n";
    write(&root, "lesson/README.md", &page);

    let (code, stdout, _) = xtask(&root, &["pages", "--write"]);
    assert_eq!(code, Some(1));
    assert!(
        stdout.contains("error: no such command: `gone`"),
        "{stdout}"
    );
    let expected = expected.concat();
    assert!(stdout.starts_with(&expected), "{stdout}\n\n{expected}");
}

#[test]
fn an_rs_block_shows_items_as_they_are_in_its_file_without_comments_and_docs() {
    let root = workspace("pages-rs");
    write(&root, "lesson/src/number.rs", NUMBER);
    let block = |code: &str| format!("```rs src/number.rs\n{code}\n```\n\n");
    let of_number = |method: &str| block(&format!("impl Number {{\n{method}\n}}"));
    let twice = "#[must_use]\npub fn twice(&self) -> u32 {\n    // Double.\n    self.value * 2\n}";
    let code: Vec<_> = NUMBER.lines().collect();
    let right = [
        block(NUMBER),
        block("use std::mem::take;"),
        block("#[derive(Debug)]\npub struct Number {\n    pub value: u32,\n}"),
        of_number(twice),
        of_number(twice) + &of_number(&code[13..17].join("\n")),
        block("impl Drop for Number {}"),
    ];
    write(&root, "lesson/README.md", &right.concat());
    let (code, stdout, stderr) = xtask(&root, &["pages"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");

    let different = |line, page, file| {
        format!("not in src/number.rs: {page}\n  most similar, line {line}: {file}")
    };
    let (mut page, mut expected) = (String::new(), Vec::new());
    for (block, line, problem) in [
        (
            of_number(&twice.replace("* 2", "* 3")),
            5,
            different(20, "self.value * 3", "self.value * 2"),
        ),
        (
            of_number(&twice.replace("#[must_use]\n", "")),
            2,
            different(18, "pub fn twice(&self) -> u32 {", "#[must_use]"),
        ),
        (
            block("struct Gone;\nfn gone() {}"),
            1,
            different(24, "struct Gone;", "impl Drop for Number {"),
        ),
        (
            block("impl Gone {}"),
            1,
            different(24, "impl Gone {}", "impl Drop for Number {"),
        ),
        (
            block("use std::mem::swap;"),
            1,
            different(
                3,
                "use std::mem::swap;",
                "use std::{fmt::Debug, mem::take};",
            ),
        ),
        (
            of_number("fn drop(&mut self) {}"),
            1,
            different(24, "impl Number {", "impl Drop for Number {"),
        ),
        (
            block("fn half( {"),
            1,
            "cannot parse string into token stream".into(),
        ),
        (
            "```rs src/gone.rs\nfn half() {}\n```\n\n".into(),
            0,
            "there is no file `src/gone.rs`".into(),
        ),
    ] {
        let line = page.lines().count() + 1 + line;
        page += &block;
        expected.push(format!("lesson/README.md:{line}: {problem}\n"));
    }
    write(&root, "lesson/README.md", &page);
    let (code, stdout, _) = xtask(&root, &["pages"]);
    assert_eq!((code, stdout), (Some(1), expected.concat()));
}
