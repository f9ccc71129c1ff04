//! Scenario lines with groups within groups, a body and a stop; and where tokio and CPython differ.

use std::task::{Context, Waker};
use std::time::Duration;

use serde_json::{Value, json};
use step3_taskgroup::TaskGroup;
use step4_compare::{
    Answer, Outcome, Timeline, answer_scenarios, lanes, on_virtual_time, parse_line,
};
use tokio::sync::oneshot;
use tokio::time::sleep;

fn answer(scenario: &Value) -> Value {
    let (line, mut output, mut problems) = (scenario.to_string(), Vec::new(), Vec::new());
    assert!(answer_scenarios(line.as_bytes(), &mut output, &mut problems).unwrap());
    serde_json::from_slice(&output).unwrap()
}

fn play(scenario: &Value) -> [Timeline; 3] {
    parse_line(scenario.to_string().as_bytes()).unwrap().play()
}

#[test]
fn a_plain_list_of_jobs_has_no_more_fields_than_it_asked_for() {
    let answer = answer(&json!({ "jobs": [{ "name": "a", "delay_ms": 1 }], "stop_ms": null }));

    let fields = |mode: &str| answer[mode].as_object().unwrap().len();
    assert_eq!(["gather", "collect", "taskgroup"].map(fields), [5, 5, 4]);
}

#[test]
fn a_group_among_the_jobs_is_a_task_group_in_every_mode() {
    let answer = answer(&json!({ "jobs": [
        { "name": "a", "delay_ms": 9 },
        { "name": "inner", "jobs": [
            { "name": "b", "delay_ms": 5, "fail": "boom" },
            { "name": "c", "delay_ms": 5, "fail": "bang" },
            { "name": "d", "delay_ms": 6 },
        ]},
    ]}));

    assert_eq!(answer["gather"]["raised"], "2 errors: boom; bang");
    assert_eq!(answer["gather"]["completed"], json!(["a"]));
    assert_eq!(answer["gather"]["cancelled"], json!(["d"]));
    assert_eq!(
        answer["collect"]["results"],
        json!(["ok:a", "err:2 errors: boom; bang"])
    );
    assert_eq!(answer["taskgroup"]["errors"], json!([["boom", "bang"]]));
    assert_eq!(answer["taskgroup"]["cancelled"], json!(["a", "d"]));
}

#[test]
fn a_body_that_fails_comes_last_and_jobs_of_that_moment_still_end() {
    let answer = answer(&json!({
        "jobs": [
            { "name": "a", "delay_ms": 5 },
            { "name": "b", "delay_ms": 5, "fail": "boom" },
            { "name": "c", "delay_ms": 6 },
        ],
        "body": { "at_ms": 5, "fail": "the body" },
    }));

    assert_eq!(answer["taskgroup"]["completed"], json!(["a"]));
    assert_eq!(answer["taskgroup"]["cancelled"], json!(["c"]));
    assert_eq!(answer["taskgroup"]["errors"], json!(["boom", "the body"]));
    assert_eq!(answer["gather"]["raised"], "boom");
}

#[test]
fn a_gather_has_no_body() {
    let answer = answer(&json!({ "jobs": [], "body": { "at_ms": 1, "fail": "the body" } }));

    assert_eq!(answer["gather"]["raised"], Value::Null);
    assert_eq!(answer["collect"]["aggregated"], json!([]));
    assert_eq!(answer["taskgroup"]["raised"], "1 error: the body");
}

#[test]
fn a_stopped_group_cancels_and_waits_and_has_failed_in_nothing() {
    let scenario = json!({
        "jobs": [{ "name": "a", "delay_ms": 1 }, { "name": "b", "delay_ms": 50 }],
        "stop_ms": 20,
    });
    let taskgroup = &answer(&scenario)["taskgroup"];
    let [.., timeline] = play(&scenario);

    assert_eq!(taskgroup["stopped"], true);
    assert_eq!(taskgroup["raised"], Value::Null);
    assert_eq!(taskgroup["completed"], json!(["a"]));
    assert_eq!(taskgroup["cancelled"], json!(["b"]));
    assert_eq!(taskgroup["unfinished"], json!([]));
    assert_eq!(timeline.caller.at_ms, 20);
    assert_eq!(timeline.caller.result, Answer::Stopped);
}

#[test]
fn a_stop_that_comes_after_the_answer_stops_nothing() {
    let answer = answer(&json!({
        "jobs": [
            { "name": "a", "delay_ms": 50 },
            { "name": "b", "delay_ms": 10, "fail": "boom" },
        ],
        "stop_ms": 20,
    }));

    assert_eq!(answer["gather"]["stopped"], false);
    assert_eq!(answer["gather"]["completed"], json!(["a"]));
    assert_eq!(answer["collect"]["stopped"], true);
    assert_eq!(answer["taskgroup"]["stopped"], false);
}

/// CPython cancels them.
#[test]
fn the_jobs_of_a_gather_that_is_stopped_run_on() {
    let scenario = json!({ "jobs": [{ "name": "slow", "delay_ms": 50 }], "stop_ms": 20 });
    let answer = answer(&scenario);

    for mode in ["gather", "collect"] {
        assert_eq!(answer[mode]["stopped"], true);
        assert_eq!(answer[mode]["unfinished"], json!(["slow"]));
        assert_eq!(answer[mode]["completed"], json!(["slow"]));
        assert_eq!(answer[mode]["cancelled"], json!([]));
    }
    let [gather, ..] = play(&scenario);
    let slow = &gather.jobs[0];
    assert_eq!((slow.end_ms, slow.outcome), (50, Outcome::Completed));
    assert_eq!(gather.caller.at_ms, 20);
    assert!(lanes(&[gather]).contains("▲ stopped"));
}

/// CPython cancels it if the stop's timer was there before the job's, as it is here.
#[test]
fn a_job_that_is_done_at_the_moment_of_the_stop_completes() {
    let scenario = json!({ "jobs": [{ "name": "a", "delay_ms": 7 }], "stop_ms": 7 });

    let taskgroup = &answer(&scenario)["taskgroup"];
    assert_eq!(taskgroup["completed"], json!(["a"]));
    assert_eq!(taskgroup["cancelled"], json!([]));
}

/// CPython cancels the body, which has not taken its next step.
#[test]
fn a_body_that_is_done_at_the_moment_of_the_stop_is_heard() {
    let failing = json!({ "jobs": [], "body": { "at_ms": 7, "fail": "boom" }, "stop_ms": 7 });
    let taskgroup = &answer(&failing)["taskgroup"];
    assert_eq!(taskgroup["raised"], "1 error: boom");
    assert_eq!(taskgroup["stopped"], false);

    let done = json!({ "jobs": [], "body": { "at_ms": 7 }, "stop_ms": 7 });
    assert_eq!(answer(&done)["taskgroup"]["stopped"], false);
}

/// In CPython they have completed: the stop reaches them a turn later than their group.
#[test]
fn the_jobs_of_an_inner_group_run_on_too_at_the_moment_of_the_stop() {
    let answer = answer(&json!({
        "jobs": [{ "name": "g", "jobs": [{ "name": "a", "delay_ms": 7 }] }],
        "stop_ms": 7,
    }));

    for mode in ["gather", "collect"] {
        assert_eq!(answer[mode]["stopped"], true);
        assert_eq!(answer[mode]["unfinished"], json!(["a"]));
        assert_eq!(answer[mode]["completed"], json!(["a"]));
    }
    assert_eq!(answer["taskgroup"]["completed"], json!(["a"]));
}

/// In CPython it has completed by the time the stop can be set.
#[test]
fn a_stop_at_zero_comes_before_the_jobs_have_had_a_turn() {
    let answer = answer(&json!({ "jobs": [{ "name": "a", "delay_ms": 0 }], "stop_ms": 0 }));

    for mode in ["gather", "collect", "taskgroup"] {
        assert_eq!(answer[mode]["stopped"], true);
        // A group waits for it, and a gather does not.
        assert_eq!(answer[mode]["completed"], json!(["a"]));
    }
    assert_eq!(answer["gather"]["unfinished"], json!(["a"]));
    assert_eq!(answer["taskgroup"]["unfinished"], json!([]));
}

/// CPython cancels it: the body fell asleep first, wakes first, and cancels what has not stepped.
#[test]
fn a_job_that_is_done_when_the_body_fails_completes_whoever_fell_asleep_first() {
    let completed = on_virtual_time(async {
        let (sender, completed) = oneshot::channel();
        let result = TaskGroup::scope(async move |group| {
            group.spawn(async move {
                sleep(Duration::from_millis(5)).await;
                Ok(sender.send(()))
            });
            sleep(Duration::from_millis(5)).await;
            Err::<(), _>("the body".into())
        })
        .await;
        assert_eq!(result.unwrap_err().to_string(), "1 error: the body");
        completed.await
    });
    assert_eq!(completed, Ok(()));
}

/// CPython hears `inner` too: there a group that is cancelled still raises what it has.
#[test]
fn a_failure_within_at_the_moment_of_one_without_is_unheard_if_its_group_has_more_to_stop() {
    let outer = json!({ "name": "a", "delay_ms": 5, "fail": "outer" });
    let inner = json!({ "name": "b", "delay_ms": 5, "fail": "inner" });
    let more = json!({ "name": "c", "delay_ms": 9 });

    let both = answer(&json!({ "jobs": [outer, { "name": "g", "jobs": [inner] }] }));
    assert_eq!(both["taskgroup"]["errors"], json!(["outer", ["inner"]]));
    let group = json!({ "name": "g", "jobs": [inner, more] });
    let one = answer(&json!({ "jobs": [outer, group] }));
    assert_eq!(one["taskgroup"]["errors"], json!(["outer"]));
    // A stop from outside is no different.
    let stopped = answer(&json!({ "jobs": [group], "stop_ms": 5 }));
    assert_eq!(stopped["taskgroup"]["errors"], Value::Null);
    assert_eq!(stopped["taskgroup"]["stopped"], true);
}

/// A zero delay: nothing in tokio, in asyncio a turn of the loop.
#[test]
fn a_sleep_of_zero_does_not_wait() {
    on_virtual_time(async {
        let sleep = std::pin::pin!(sleep(Duration::ZERO));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.poll(&mut context).is_ready());
    });
}

/// In CPython it has: a zero delay gives every job a turn of the loop, in which inner ones start.
#[test]
fn a_gather_that_fails_at_zero_has_not_seen_an_inner_job_of_zero_complete() {
    let answer = answer(&json!({ "jobs": [
        { "name": "g", "jobs": [{ "name": "b", "delay_ms": 0 }] },
        { "name": "a", "delay_ms": 0, "fail": "boom" },
    ]}));

    assert_eq!(answer["gather"]["completed_at_return"], json!([]));
    assert_eq!(answer["gather"]["completed"], json!(["b"]));
}

#[test]
fn a_timeline_can_be_read_from_what_it_was_written_as() {
    let scenario = json!({ "jobs": [{ "name": "a", "delay_ms": 7, "fail": "b" }], "stop_ms": 3 });
    for timeline in play(&scenario) {
        assert_eq!(Timeline::from_json(&timeline.to_json()), Ok(timeline));
    }
    assert!(Timeline::from_json("{}").is_err());
}
