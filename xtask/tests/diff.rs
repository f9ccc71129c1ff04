//! `cargo xtask diff`: what one lesson changes over another.

mod support;

use std::process::Command;

use support::outcome;

fn diff(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("diff")
            .args(arguments),
    )
}

#[test]
fn a_lesson_over_the_one_before_is_its_crates_its_names_and_the_functions_that_do_the_same_job() {
    let (code, stdout, stderr) = diff(&["2", "3"]);

    assert_eq!(code, Some(0), "{stderr}");
    for expected in [
        "- Step 2  gather",
        "+ Step 3  TaskGroup",
        "\nCrates\n- futures-util\n+ tokio-util\n",
        "\n+ ErrorGroup  ErrorNode",
        "\n--- fetch_all_strict  step2-gather/src/fetch.rs\n\
         +++ fetch_all_taskgroup  step3-taskgroup/src/fetch.rs\n\
         -pub async fn fetch_all_strict(\n",
        "\n-    gather(fetches(client, urls)).await\n",
        "\n+    TaskGroup::scope(async |group| {\n",
    ] {
        assert!(stdout.contains(expected), "{expected}\n\n{stdout}");
    }
    assert!(!stdout.contains('\u{1b}'), "colour is for a terminal");
}

#[test]
fn lessons_of_which_no_function_is_like_another_say_so() {
    let (code, stdout, _) = diff(&["1", "2"]);

    let last = "\nNo function of the two is like another.\n";
    assert!(stdout.ends_with(last), "{stdout}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_lesson_that_does_not_exist_and_one_over_itself_are_wrong_usage() {
    for (arguments, words) in [
        (["2", "9"], "there is no step 9: the steps are 1, 2"),
        (["3", "3"], "a lesson changes nothing over itself"),
        (["2", "x"], "invalid value 'x'"),
    ] {
        let (code, stdout, stderr) = diff(&arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}
