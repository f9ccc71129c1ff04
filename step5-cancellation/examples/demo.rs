//! Three kinds of worker beside a child that fails; then three runs under a time limit, and which
//! of them leak; then a race.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use step3_taskgroup::{ErrorGroup, TaskGroup};
use step4_compare::{Caller, CallerResult, JobLane, Mode, Outcome, Timeline, render_text};
use step5_cancellation::{
    ResourceLog, careful_worker, cleaning_worker, race, run_futures_under_timeout,
    run_gather_under_timeout, run_taskgroup_under_deadline, swallowing_worker,
};
use tokio::time::{Instant, sleep};

const WORK: Duration = Duration::from_millis(50);
const FAILURE: Duration = Duration::from_millis(10);
const CLEAN_UP: Duration = Duration::from_millis(15);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("{}", render_text(&[three_workers_and_a_failure().await]));

    println!(
        "\nTwo careful workers that need 50 ms, and a limit of 10 ms. Still open at the limit:"
    );
    let log = ResourceLog::default();
    let worker = |name| {
        let log = log.clone();
        async move { careful_worker(name, WORK, &log).await }
    };
    run_gather_under_timeout(FAILURE, worker).await;
    println!("  gather under a timeout         {:?}", log.leaked());

    let log = ResourceLog::default();
    run_futures_under_timeout(FAILURE, |name| careful_worker(name, WORK, &log)).await;
    println!("  plain futures under a timeout  {:?}", log.leaked());

    let log = ResourceLog::default();
    let in_time = run_taskgroup_under_deadline(FAILURE, |group, name| {
        let log = log.clone();
        group.spawn(async move {
            careful_worker(name, WORK, &log).await;
            Ok(())
        });
    });
    in_time.await.expect("no worker fails");
    println!("  a group with a deadline        {:?}", log.leaked());

    println!("\n{}", render_text(&[three_racers().await]));
}

async fn three_workers_and_a_failure() -> Timeline {
    let start = Instant::now();
    let lanes = Lanes::default();
    let log = ResourceLog::default();

    let result = TaskGroup::scope(async |group| {
        let (work, lane) = (log.clone(), LaneGuard::new("careful", start, &lanes));
        group.spawn(lane.record(Outcome::Completed, async move {
            careful_worker("careful", WORK, &work).await;
            Ok(())
        }));
        let (work, lane) = (log.clone(), LaneGuard::new("cleaning", start, &lanes));
        group.spawn_with_token(|stop| {
            lane.record(Outcome::Cancelled, async move {
                cleaning_worker("cleaning", WORK, CLEAN_UP, &work, &stop).await;
                Ok(())
            })
        });
        let (work, lane) = (log.clone(), LaneGuard::new("swallowing", start, &lanes));
        group.spawn_with_token(|stop| {
            lane.record(Outcome::Completed, async move {
                swallowing_worker("swallowing", WORK, &work, &stop).await;
                Ok(())
            })
        });
        let lane = LaneGuard::new("failing", start, &lanes);
        group.spawn(lane.record(Outcome::Completed, async {
            sleep(FAILURE).await;
            Err("boom")
        }));
        Ok(())
    })
    .await;

    timeline("three workers and a failure", start, &lanes, result)
}

async fn three_racers() -> Timeline {
    let start = Instant::now();
    let lanes = Lanes::default();
    let racer = |name, delay, result| {
        let lane = LaneGuard::new(name, start, &lanes);
        let racer = lane.record(Outcome::Completed, async move {
            sleep(delay).await;
            result
        });
        (name, racer)
    };

    let result = race([
        racer("primary", FAILURE, Err("boom")),
        racer("backup", 3 * FAILURE, Ok(())),
        racer("slow", WORK, Ok(())),
    ])
    .await;

    timeline("a race of three", start, &lanes, result)
}

fn timeline(
    scenario: &str,
    start: Instant,
    lanes: &Lanes,
    result: Result<(), ErrorGroup<&'static str>>,
) -> Timeline {
    Timeline {
        scenario: scenario.to_owned(),
        mode: Mode::TaskGroup,
        jobs: lanes.lock().unwrap().clone(),
        caller: Caller {
            at_ms: since(start),
            result: if result.is_ok() {
                CallerResult::Ok
            } else {
                CallerResult::Err
            },
            message: result.err().map(|errors| errors.to_string()),
        },
    }
}

type Lanes = Arc<Mutex<Vec<JobLane>>>;

/// Adds its worker's lane to the timeline when it is dropped. The worker was cancelled unless
/// `record` has set another outcome.
struct LaneGuard {
    name: &'static str,
    start: Instant,
    outcome: Outcome,
    lanes: Lanes,
}

impl LaneGuard {
    fn new(name: &'static str, start: Instant, lanes: &Lanes) -> Self {
        Self {
            name,
            start,
            outcome: Outcome::Cancelled,
            lanes: Arc::clone(lanes),
        }
    }

    /// Runs `work`. Its lane ends with `outcome`, or as failed if `work` returns an error.
    async fn record(
        mut self,
        outcome: Outcome,
        work: impl Future<Output = Result<(), &'static str>>,
    ) -> Result<(), &'static str> {
        let result = work.await;
        self.outcome = if result.is_ok() {
            outcome
        } else {
            Outcome::Failed
        };
        result
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        let failed = self.outcome == Outcome::Failed;
        self.lanes.lock().unwrap().push(JobLane {
            name: self.name.to_owned(),
            start_ms: 0,
            end_ms: since(self.start),
            outcome: self.outcome,
            orphan: false,
            error: failed.then(|| "boom".to_owned()),
        });
    }
}

fn since(start: Instant) -> u64 {
    start.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
