//! Three kinds of worker beside a child that fails, as a timeline. Two examples show it.

use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use step4_compare::{Caller, CallerResult, Mode, Recording, Timeline};
use step5_cancellation::{
    ResourceLog, careful_worker, cleaning_worker, swallowing_worker, with_grace_period,
};
use tokio::time::sleep;

pub const WORK: Duration = Duration::from_millis(50);
pub const CLEAN_UP: Duration = Duration::from_millis(15);

/// The signalled workers have `grace` to end. `Duration::MAX` is no limit.
pub async fn three_workers(fails_at: Duration, grace: Duration) -> Timeline {
    let recording = Recording::begin();
    let log = ResourceLog::default();

    let result = TaskGroup::scope(async |group| {
        let (work_log, job) = (log.clone(), recording.clone().start(1, "careful"));
        group.spawn(async move {
            careful_worker("careful", WORK, &work_log).await;
            job.completed();
            Ok(())
        });
        let (work_log, job) = (log.clone(), recording.clone().start(2, "cleaning"));
        group.spawn_with_token(|stop| async move {
            let work = cleaning_worker("cleaning", WORK, CLEAN_UP, &work_log, &stop);
            with_grace_period(&stop, grace, work).await;
            if work_log.completed().contains(&"cleaning".to_owned()) {
                job.completed();
            }
            Ok(())
        });
        let (work_log, job) = (log.clone(), recording.clone().start(3, "swallowing"));
        group.spawn_with_token(|stop| async move {
            let work = swallowing_worker("swallowing", WORK, &work_log, &stop);
            if with_grace_period(&stop, grace, work).await.is_some() {
                job.completed();
            }
            Ok(())
        });
        let job = recording.clone().start(0, "failing");
        group.spawn::<()>(async move {
            sleep(fails_at).await;
            job.failed("boom");
            Err("boom")
        });
        Ok(())
    })
    .await;

    timeline("three workers and a failure", &recording, result)
}

/// The jobs are in the order of their indices.
pub fn timeline(
    scenario: &str,
    recording: &Recording,
    result: Result<(), ErrorGroup<&'static str>>,
) -> Timeline {
    recording.caller_returned();
    let mut events = recording.events();
    events.ended.sort_by_key(|(index, _)| *index);
    Timeline {
        scenario: scenario.to_owned(),
        mode: Mode::TaskGroup,
        jobs: events.ended.into_iter().map(|(_, lane)| lane).collect(),
        caller: Caller {
            at_ms: events.caller_at_ms.unwrap_or_default(),
            result: if result.is_ok() {
                CallerResult::Ok
            } else {
                CallerResult::Err
            },
            message: result.err().map(|errors| errors.to_string()),
        },
    }
}
