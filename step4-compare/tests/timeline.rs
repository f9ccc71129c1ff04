//! What a timeline records, and how it is drawn.

use step4_compare::{
    CallerResult, JobSpec, Mode, Outcome, Scenario, Timeline, render_svg, render_text,
};

fn scenario(name: &str, jobs: &[JobSpec]) -> Scenario {
    Scenario {
        name: name.to_owned(),
        jobs: jobs.to_vec(),
    }
}

fn two_jobs() -> [Timeline; 3] {
    Scenario::built_in()[0].play()
}

#[test]
fn gather_answers_at_the_failure_and_leaves_an_orphan() {
    let [gather, _, _] = two_jobs();
    let names: Vec<_> = gather.jobs.iter().map(|job| &job.name).collect();
    assert_eq!(names, ["slow_ok", "quick_fail"]);
    let (slow_ok, quick_fail) = (&gather.jobs[0], &gather.jobs[1]);

    assert_eq!(gather.mode, Mode::Gather);
    assert_eq!(
        (slow_ok.end_ms, slow_ok.outcome, slow_ok.orphan),
        (50, Outcome::Completed, true)
    );
    assert_eq!(
        (quick_fail.end_ms, quick_fail.outcome, quick_fail.orphan),
        (10, Outcome::Failed, false),
    );
    assert_eq!(
        (gather.caller.at_ms, gather.caller.result),
        (10, CallerResult::Err)
    );
    assert_eq!(gather.caller.message.as_deref(), Some("boom"));
}

#[test]
fn collecting_answers_when_the_last_job_has_ended() {
    let [_, collect, _] = two_jobs();

    assert_eq!(
        (collect.caller.at_ms, collect.caller.result),
        (50, CallerResult::Ok)
    );
    assert!(collect.jobs.iter().all(|job| !job.orphan));
}

#[test]
fn a_taskgroup_cancels_and_answers_at_the_failure_and_leaves_no_orphan() {
    let [_, _, taskgroup] = two_jobs();

    assert_eq!(taskgroup.jobs[0].outcome, Outcome::Cancelled);
    assert_eq!(taskgroup.jobs[0].end_ms, 10);
    assert!(taskgroup.jobs.iter().all(|job| !job.orphan));
    assert_eq!(
        (taskgroup.caller.at_ms, taskgroup.caller.result),
        (10, CallerResult::Err)
    );
}

#[test]
fn the_same_jobs_draw_the_same_picture_each_time() {
    for scenario in Scenario::built_in() {
        let first = render_text(&scenario.play());
        for _ in 0..10 {
            assert_eq!(render_text(&scenario.play()), first);
        }
    }
}

#[test]
fn a_timeline_is_drawn_like_this() {
    let expected = "\
two-jobs · gather
              0       10      20     30      40      50 ms
  slow_ok     ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌● completed, nobody heard
  quick_fail  ━━━━━━━━✗ boom
  caller      ········▲ Err(boom)

two-jobs · gather, collecting
              0       10      20     30      40      50 ms
  slow_ok     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━● completed
  quick_fail  ━━━━━━━━✗ boom
  caller      ·······································▲ Ok

two-jobs · TaskGroup
              0       10      20     30      40      50 ms
  slow_ok     ━━━━━━━━◌ cancelled
  quick_fail  ━━━━━━━━✗ boom
  caller      ········▲ Err(1 error: boom)";

    assert_eq!(render_text(&two_jobs()), expected);
}

#[test]
fn a_timeline_is_one_line_of_json() {
    let [gather, ..] = two_jobs();

    assert_eq!(
        gather.to_json(),
        concat!(
            r#"{"scenario":"two-jobs","mode":"gather","jobs":["#,
            r#"{"name":"slow_ok","start_ms":0,"end_ms":50,"outcome":"completed","orphan":true,"error":null},"#,
            r#"{"name":"quick_fail","start_ms":0,"end_ms":10,"outcome":"failed","orphan":false,"error":"boom"}],"#,
            r#""caller":{"at_ms":10,"result":"err","message":"boom"}}"#,
        ),
    );
}

#[test]
fn a_timeline_can_be_read_from_its_json() {
    for timeline in Scenario::built_in().iter().flat_map(Scenario::play) {
        assert_eq!(Timeline::from_json(&timeline.to_json()), Ok(timeline));
    }
    assert!(Timeline::from_json("{}").is_err());
}

#[test]
fn a_job_that_ends_before_it_starts_is_no_timeline() {
    let [gather, ..] = two_jobs();
    let json = gather
        .to_json()
        .replace(r#""start_ms":0"#, r#""start_ms":11"#);

    assert_eq!(
        Timeline::from_json(&json),
        Err("the job \"quick_fail\" ends before it starts".to_owned())
    );
}

/// How many columns a terminal gives to each line.
fn widths(text: &str) -> impl Iterator<Item = usize> {
    text.lines().map(unicode_width::UnicodeWidthStr::width)
}

#[test]
fn no_line_is_wider_than_80_columns() {
    let name = "a job with a name that is much too long for its column";
    let message = "a message that goes on and on and on and would never fit into one line";
    let jobs = [
        JobSpec::fails(name, 0, message),
        JobSpec::fails("作業", 86_400_000, message),
        JobSpec::completes("a\nb\t\u{1b}[31m", 86_399_999),
        // One column a letter, and two together.
        JobSpec::completes(&"❤\u{FE0F}".repeat(20), 1),
    ];
    for timeline in scenario(name, &jobs).play() {
        let text = render_text(&[timeline]);

        assert!(widths(&text).all(|width| width <= 80), "{text}");
        assert_eq!(text.lines().count(), 2 + 4 + 1, "{text}");
        assert!(!text.contains(['\t', '\u{1b}']), "{text}");
    }
}

#[test]
fn wide_names_stay_aligned() {
    let jobs = [
        JobSpec::completes("作業", 10),
        JobSpec::completes("plain", 10),
    ];
    let [gather, ..] = scenario("", &jobs).play();
    let text = render_text(&[gather]);

    let bars: Vec<_> = text
        .lines()
        .filter_map(|line| {
            line.find('━')
                .map(|at| widths(&line[..at]).next().unwrap_or(0))
        })
        .collect();
    assert_eq!(bars, [10, 10], "{text}");
}

#[test]
fn nothing_to_do_and_nothing_to_wait_for_can_be_drawn() {
    for jobs in [&[][..], &[JobSpec::completes("now", 0)]] {
        let timelines = scenario("empty", jobs).play();
        assert!(render_text(&timelines).contains("▲ Ok"));
        assert!(render_svg(&timelines).contains("</svg>"));
    }
}

#[test]
fn an_svg_is_16_by_9_with_up_to_nine_jobs_and_taller_with_more() {
    for (count, view_box) in [
        (0, "0 0 1280 720"),
        (9, "0 0 1280 720"),
        (20, "0 0 1280 1303"),
    ] {
        let jobs: Vec<_> = (0..count)
            .map(|index| JobSpec::completes(&index.to_string(), index))
            .collect();
        let picture = render_svg(&scenario("x", &jobs).play());
        assert!(picture.contains(view_box), "{picture}");
    }
}

#[test]
fn an_svg_holds_every_name_and_message_and_no_markup_of_theirs() {
    let jobs = [
        JobSpec::fails("<b>", 10, "a & b"),
        JobSpec::completes("slow", 20),
    ];
    let picture = render_svg(&scenario("x", &jobs).play());

    assert!(
        picture.contains("&lt;b&gt;") && picture.contains("a &amp; b"),
        "{picture}"
    );
    assert!(!picture.contains("<b>"));
    assert!(picture.contains("prefers-color-scheme: dark"));
}
