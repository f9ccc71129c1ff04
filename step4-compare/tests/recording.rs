//! What a job records of its start and its end.

use std::time::Duration;

use step4_compare::{JobLane, JobSpec, Outcome, Recording};
use tokio::time::{sleep, timeout};

/// The one job that has ended.
fn only_lane(recording: &Recording) -> JobLane {
    let events = recording.events();
    let [(0, lane)] = &events.ended[..] else {
        panic!("not one job with the index 0: {events:?}");
    };
    lane.clone()
}

#[tokio::test(start_paused = true)]
async fn a_job_sleeps_for_its_delay_and_then_completes_with_its_name() {
    let recording = Recording::begin();
    let result = JobSpec::completes("a", 50).work(0, recording.clone()).await;

    assert_eq!(result, Ok("a".to_owned()));
    let lane = only_lane(&recording);
    assert_eq!((&*lane.name, lane.start_ms, lane.end_ms), ("a", 0, 50));
    assert_eq!((lane.outcome, lane.error), (Outcome::Completed, None));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_to_fail_fails_with_its_message_after_its_delay() {
    let recording = Recording::begin();
    let result = JobSpec::fails("a", 10, "boom")
        .work(0, recording.clone())
        .await;

    assert_eq!(result, Err("boom".to_owned()));
    let lane = only_lane(&recording);
    assert_eq!((lane.end_ms, lane.outcome), (10, Outcome::Failed));
    assert_eq!(lane.error.as_deref(), Some("boom"));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_dropped_before_its_end_is_recorded_as_cancelled() {
    let recording = Recording::begin();
    let job = JobSpec::fails("a", 50, "boom").work(0, recording.clone());
    let cut_off = timeout(Duration::from_millis(20), job).await;

    assert!(cut_off.is_err());
    let lane = only_lane(&recording);
    assert_eq!((lane.end_ms, lane.outcome), (20, Outcome::Cancelled));
    assert_eq!(lane.error, None);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_ends_after_the_caller_has_its_result_is_an_orphan() {
    for (caller_at_ms, is_orphan) in [(49, true), (51, false)] {
        let recording = Recording::begin();
        let caller = async {
            sleep(Duration::from_millis(caller_at_ms)).await;
            recording.caller_returned();
        };
        let job = JobSpec::completes("a", 50).work(0, recording.clone());
        let _ = tokio::join!(caller, job);

        assert_eq!(recording.events().caller_at_ms, Some(caller_at_ms));
        assert_eq!(only_lane(&recording).orphan, is_orphan);
    }
}
