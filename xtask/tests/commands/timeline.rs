//! `cargo xtask timeline` passes everything on to the example of lesson 4.

use std::fs;

use crate::support::{folder, outcome, this_workspace, xtask};

#[test]
fn arguments_and_output_are_passed_on() {
    let arguments = [
        "timeline",
        "--job",
        "a=50ms",
        "--job",
        "b=1ms:fail",
        "--json",
    ];
    let (code, stdout, stderr) = outcome(&mut xtask(this_workspace(), &arguments));

    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout.matches("\"name\":\"a\"").count(), 3, "{stdout}");
    assert_eq!(stdout.lines().count(), 3, "{stdout}");
}

#[test]
fn its_exit_code_and_its_error_are_passed_on() {
    let arguments = ["timeline", "--no-such-option"];
    let (code, stdout, stderr) = outcome(&mut xtask(this_workspace(), &arguments));

    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("--no-such-option"), "{stderr}");
}

#[test]
fn its_help_is_shown_and_not_the_help_of_xtask() {
    let (code, stdout, stderr) = outcome(&mut xtask(this_workspace(), &["timeline", "--help"]));

    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("--job"), "{stdout}");
}

#[test]
fn files_are_relative_to_the_current_folder() {
    let folder = folder("timeline", &[]);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let arguments = ["timeline", "--job", "a=50ms", "--svg", "picture.svg"];
    let (code, _, stderr) = outcome(&mut xtask(&folder, &arguments));

    assert_eq!(code, Some(0), "{stderr}");
    assert!(folder.join("picture.svg").exists());
}
