//! `cargo xtask pages`, in a workspace with one small lesson.

mod support;
#[path = "support/workspace.rs"]
mod workspace;

use std::fs;

use workspace::{workspace, write, xtask};

const RIGHT: &str = "\
# The *right* page, it's `one`

[line](src/lib.rs#L7), [`lesson::half`](src/lib.rs), [`Half`](src/lib.rs), [`src/lib.rs`](src/lib.rs),
[heading](README.md#the-right-page-its-one), [here](#the-right-page-its-one), [folder](tests),
[elsewhere](https://example.com/a.rs), <https://example.com>, ![picture](Cargo.toml), [reference]

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
    let start = "lesson/README.md:14: expected:\n$ cargo run -q --example demo1\nolder\n";
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
