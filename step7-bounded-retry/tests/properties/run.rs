//! Runs on the paused clock, with random failures at random moments.

use std::collections::HashSet;
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use reqwest::StatusCode;
use step7_bounded_retry::engine::{
    AttemptError, Failure, FailureKind, Jitter, Outcome, Request, Settings, stream,
};
use step7_bounded_retry::{ConcurrencyMeter, InFlight, RetryPolicy};
use tokio::runtime::{Builder, Handle};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use crate::runs;

/// No run here takes so long. On the paused clock, a run that hangs reaches it at once.
const LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What the attempts of one URL do, in order; further attempts do the same as the last one.
#[derive(Clone, Debug)]
struct Script {
    host: u8,
    attempts: Vec<(u64, Fault)>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Status(u16),
    Busy(u64),
    Reset,
    TooLong,
}

impl Script {
    fn attempt(&self, number: usize) -> (Duration, Fault) {
        let last = self.attempts.len() - 1;
        let (delay, fault) = self.attempts[last.min(number)];
        (ms(delay), fault)
    }

    /// The number of attempts and the kind of the failure, if the host refuses none, and the URL is not
    /// stopped by its deadline or its host's budget.
    fn expected(&self, settings: &Settings) -> (u32, Option<FailureKind>) {
        let most = settings.retry.max_attempts.get();
        for number in 1.. {
            let (delay, fault) = self.attempt(number as usize - 1);
            let kind = match fault {
                _ if delay > settings.stall_timeout => FailureKind::Timeout,
                Fault::None => return (number, None),
                Fault::Status(404 | 501) => return (number, Some(FailureKind::Status)),
                Fault::TooLong => return (number, Some(FailureKind::BodyTooLarge)),
                Fault::Status(_) => FailureKind::Status,
                Fault::Reset => FailureKind::Transport,
                Fault::Busy(_) => unreachable!("the host refuses none"),
            };
            if number == most {
                return (number, Some(kind));
            }
        }
        unreachable!("the last attempt has returned")
    }
}

fn faults_of_hosts() -> impl Strategy<Value = Fault> {
    prop_oneof![
        prop::sample::select(vec![429, 503]).prop_map(Fault::Status),
        (0..3_000_u64).prop_map(Fault::Busy),
        faults_of_urls(),
    ]
}

fn faults_of_urls() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::None),
        prop::sample::select(vec![404, 408, 500, 501]).prop_map(Fault::Status),
        Just(Fault::Reset),
        Just(Fault::TooLong),
    ]
}

fn scripts(fault: impl Strategy<Value = Fault>) -> impl Strategy<Value = Vec<Script>> {
    let attempts = prop::collection::vec((0..300_u64, fault), 1..4);
    let script = (0..4_u8, attempts).prop_map(|(host, attempts)| Script { host, attempts });
    prop::collection::vec(script, 0..25)
}

prop_compose! {
    fn settings()(
        max_concurrency in 1..6_usize,
        max_per_host in 1..4_usize,
        max_waiting in 1..2_000_usize,
        host_interval in prop_oneof![Just(0), 0..50_u64],
        host_patience in 1..2_000_u64,
        max_attempts in 1..5_u32,
        base_delay in 0..200_u64,
        full in any::<bool>(),
        max_retry_after in 0..2_000_u64,
        stall_timeout in 1..250_u64,
        deadline in 1..3_000_u64,
    ) -> Settings {
        Settings {
            max_concurrency: max_concurrency.try_into().unwrap(),
            max_per_host: max_per_host.try_into().unwrap(),
            max_waiting,
            host_interval: ms(host_interval),
            host_patience: ms(host_patience),
            max_kept_hosts: usize::MAX,
            retry: RetryPolicy {
                max_attempts: max_attempts.try_into().unwrap(),
                base_delay: ms(base_delay),
                multiplier: 2.0,
            },
            max_delay: ms(500),
            jitter: if full { Jitter::Full } else { Jitter::None },
            max_retry_after: ms(max_retry_after),
            stall_timeout: ms(stall_timeout),
            deadline: ms(deadline),
        }
    }
}

/// How a run ends: when all URLs are done, or stopped or dropped after some milliseconds.
#[derive(Clone, Copy, Debug)]
enum End {
    Done,
    Stopped(u64),
    Dropped(u64),
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Done),
        (0..2_000_u64).prop_map(End::Stopped),
        (0..2_000_u64).prop_map(End::Dropped),
    ]
}

/// The attempts in flight, in total and for each host, and when the last one ended.
#[derive(Default)]
struct Flights {
    all: ConcurrencyMeter,
    hosts: [ConcurrencyMeter; 4],
    last: Mutex<Option<Instant>>,
}

struct Flight(
    Arc<Flights>,
    #[expect(dead_code, reason = "counted until dropped")] [InFlight; 2],
);

impl Flights {
    fn enter(self: &Arc<Self>, host: u8) -> Flight {
        Flight(
            Arc::clone(self),
            [self.all.enter(), self.hosts[usize::from(host)].enter()],
        )
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        *self.0.last.lock().unwrap() = Some(Instant::now());
    }
}

/// What was observed of a run.
struct Run {
    outcomes: Vec<Outcome<()>>,
    accepted: u64,
    most_pending: u64,
    flights: Arc<Flights>,
    /// From the start until the last attempt ended.
    last_attempt: Duration,
    /// The tasks that were left.
    tasks: usize,
}

/// Runs the scripts, with a consumer that pauses after each outcome.
async fn run(settings: Settings, scripts: Vec<Script>, end: End, pause: Duration) -> Run {
    let start = Instant::now();
    let flights = Arc::new(Flights::default());
    let (accepted, received) = (AtomicU64::new(0), AtomicU64::new(0));
    let most_pending = AtomicU64::new(0);
    let hosts_of_urls: Vec<_> = scripts.iter().map(|script| script.host).collect();
    let urls = stream::iter(hosts_of_urls).map(|host| {
        let accepted = accepted.fetch_add(1, Ordering::Relaxed) + 1;
        let pending = accepted - received.load(Ordering::Relaxed);
        most_pending.fetch_max(pending, Ordering::Relaxed);
        format!("http://host-{host}.test/")
    });

    let numbers: Arc<[AtomicUsize]> = scripts.iter().map(|_| AtomicUsize::new(0)).collect();
    let enter = Arc::clone(&flights);
    let attempt = move |request: Arc<Request>| {
        let index = usize::try_from(request.index).unwrap();
        let number = numbers[index].fetch_add(1, Ordering::Relaxed);
        let (delay, fault) = scripts[index].attempt(number);
        let flight = enter.enter(scripts[index].host);
        async move {
            let _flight = flight;
            sleep(delay).await;
            let status = |code, retry_after| AttemptError::Status {
                status: StatusCode::from_u16(code).unwrap(),
                retry_after,
            };
            Err(match fault {
                Fault::None => return Ok(()),
                Fault::Status(code) => status(code, None),
                Fault::Busy(asked) => status(503, Some(ms(asked))),
                Fault::Reset => AttemptError::Send("reset".into()),
                Fault::TooLong => AttemptError::BodyTooLarge { limit: 1 },
            })
        }
    };

    let at = |moment: Option<u64>| async move {
        match moment {
            Some(at) => sleep(ms(at)).await,
            None => pending().await,
        }
    };
    let (stop, drop) = match end {
        End::Done => (None, None),
        End::Stopped(at) => (Some(at), None),
        End::Dropped(at) => (None, Some(at)),
    };
    let mut outcomes = Vec::new();
    {
        let mut stream = pin!(stream(settings, urls, at(stop), attempt));
        let run = async {
            while let Some(outcome) = stream.next().await {
                received.fetch_add(1, Ordering::Relaxed);
                outcomes.push(outcome);
                sleep(pause).await;
            }
        };
        tokio::select! {
            biased;
            () = at(drop) => {}
            () = run => {}
        }
    }

    // Dropping a stream does not wait for its tasks. They are polled here, and no time passes.
    let ended = Instant::now();
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(Instant::now(), ended);
    let last = *flights.last.lock().unwrap();
    Run {
        outcomes,
        accepted: accepted.into_inner(),
        most_pending: most_pending.into_inner(),
        last_attempt: last.map_or(Duration::ZERO, |last| last - start),
        flights,
        tasks: Handle::current().metrics().num_alive_tasks(),
    }
}

fn on_the_paused_clock(run: impl Future<Output = Run>) -> Run {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime
        .block_on(async { timeout(LIMIT, run).await })
        .expect("the run hangs")
}

proptest! {
    #![proptest_config(runs())]

    #[test]
    fn each_url_has_one_outcome_no_cap_is_exceeded_and_nothing_is_left(
        settings in settings(),
        scripts in scripts(faults_of_hosts()),
        end in ends(),
        pause in prop_oneof![Just(0), 0..100_u64],
    ) {
        let urls = scripts.len() as u64;
        let pause = ms(pause);
        let run = on_the_paused_clock(run(settings, scripts, end, pause));

        let indexes: HashSet<_> = run.outcomes.iter().map(|outcome| outcome.index).collect();
        prop_assert_eq!(indexes.len(), run.outcomes.len(), "no URL has two outcomes");
        match end {
            End::Done => prop_assert_eq!(indexes.len() as u64, urls, "each URL has one"),
            End::Stopped(_) => prop_assert_eq!(indexes.len() as u64, run.accepted),
            End::Dropped(_) => prop_assert!(indexes.len() as u64 <= run.accepted),
        }

        prop_assert!(run.flights.all.peak() <= settings.max_concurrency.get());
        for host in &run.flights.hosts {
            prop_assert!(host.peak() <= settings.max_per_host.get());
        }
        // A line takes more than 64 bytes. Each attempt that runs may become one that waits.
        let most = settings.max_waiting / 64 + 2 * settings.max_concurrency.get();
        let ready = 16 + 3; // those that wait to be received, and the one that filled the room
        prop_assert!(run.most_pending <= (most + ready) as u64, "{} are pending", run.most_pending);

        prop_assert_eq!(run.flights.all.in_flight(), 0);
        prop_assert_eq!(run.tasks, 0, "a task is left");
        let latest = match end {
            End::Done => Duration::MAX,
            // `stop` is only observed while the stream is polled.
            End::Stopped(at) => ms(at) + pause,
            End::Dropped(at) => ms(at),
        };
        prop_assert!(run.last_attempt <= latest, "an attempt ended at {:?}", run.last_attempt);

        for outcome in &run.outcomes {
            // A slow consumer delays the loop that looks at the time.
            prop_assert!(outcome.elapsed <= settings.deadline || !pause.is_zero());
            let kind = outcome.result.as_ref().err().map(Failure::kind);
            prop_assert!(matches!(end, End::Stopped(_)) || kind != Some(FailureKind::Cancelled));
        }
    }

    /// It fails if a permit is not released or a URL is not woken: that URL ends by its deadline.
    #[test]
    fn with_enough_time_each_outcome_follows_from_its_own_attempts(
        settings in settings(),
        scripts in scripts(faults_of_urls()),
    ) {
        let settings = Settings { deadline: Duration::from_secs(24 * 60 * 60), ..settings };
        let run = on_the_paused_clock(run(settings, scripts.clone(), End::Done, Duration::ZERO));

        for outcome in &run.outcomes {
            if let Err(Failure::BudgetSpent(_)) = outcome.result {
                continue; // it depends on the other URLs of its host
            }
            let script = &scripts[usize::try_from(outcome.index).unwrap()];
            let kind = outcome.result.as_ref().err().map(Failure::kind);
            prop_assert_eq!((outcome.attempts, kind), script.expected(&settings));
        }
    }
}
