//! What holds for every policy, every header and every run, on cases that nobody thought of.
//!
//! `PROPTEST_CASES=1000000 cargo test -p step7-bounded-retry --test laws --release` looks longer.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use step7_bounded_retry::engine::{
    AttemptError, Failure, Jitter, Kind, Outcome, Settings, retry_after, stream,
};
use step7_bounded_retry::{ConcurrencyMeter, RetryPolicy};
use tokio::runtime::{Builder, Handle};
use tokio::time::sleep;

fn policy(base_delay: Duration, multiplier: f64) -> RetryPolicy {
    RetryPolicy {
        base_delay,
        multiplier,
        ..RetryPolicy::default()
    }
}

fn header(value: &[u8]) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(value).ok()?;
    Some(HeaderMap::from_iter([(RETRY_AFTER, value)]))
}

proptest! {
    #[test]
    fn the_backoff_never_shrinks(base_delay: Duration, multiplier in 1.0_f64.., attempt in 1_u32..) {
        let policy = policy(base_delay, multiplier);
        prop_assert!(policy.backoff(attempt) <= policy.backoff(attempt.saturating_add(1)));
    }

    #[test]
    fn no_policy_makes_the_backoff_panic(base_delay: Duration, bits: u64, attempt: u32) {
        let _ = policy(base_delay, f64::from_bits(bits)).backoff(attempt);
    }

    #[test]
    fn a_delay_is_the_floor_and_at_most_the_backoff_on_top(floor: Duration, backoff: Duration, random in 0.0..1.0) {
        let longest = floor.saturating_add(backoff);
        let delay = Jitter::Full.delay(floor, backoff, random);
        prop_assert!(floor <= delay && delay <= longest);
        prop_assert_eq!(Jitter::None.delay(floor, backoff, random), longest);
    }

    #[test]
    fn retry_after_in_seconds_is_read_whatever_their_number(digits in "[0-9]{1,30}") {
        let seconds = digits.parse::<u128>().unwrap();
        let expected = u64::try_from(seconds).map_or(Duration::MAX, Duration::from_secs);
        let headers = header(digits.as_bytes()).unwrap();
        prop_assert_eq!(retry_after(&headers, SystemTime::now()), Some(expected));
    }

    #[test]
    fn retry_after_as_a_date_is_the_time_until_then(now in 0..4_000_000_000_u64, date in 0..4_000_000_000_u64) {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let headers = header(httpdate::fmt_http_date(at(date)).as_bytes()).unwrap();
        let expected = date.checked_sub(now).map(Duration::from_secs);
        prop_assert_eq!(retry_after(&headers, at(now)), expected);
    }

    #[test]
    fn retry_after_that_is_neither_asks_for_nothing(value: Vec<u8>) {
        let Some(headers) = header(&value) else {
            return Ok(()); // no HTTP library would let it through
        };
        let text = String::from_utf8_lossy(&value);
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let asked = retry_after(&headers, SystemTime::UNIX_EPOCH);
        prop_assert!(digits == asked.is_some() || httpdate::parse_http_date(text).is_ok());
    }
}

/// What the attempts of one URL do, one after the other; the last goes for all that follow.
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

fn scripts() -> impl Strategy<Value = Vec<Script>> {
    let fault = prop_oneof![
        Just(Fault::None),
        prop::sample::select(vec![404, 408, 429, 500, 501, 503]).prop_map(Fault::Status),
        (0..3_000_u64).prop_map(Fault::Busy),
        Just(Fault::Reset),
        Just(Fault::TooLong),
    ];
    let attempts = prop::collection::vec((0..300_u64, fault), 1..4);
    let script = (0..4_u8, attempts).prop_map(|(host, attempts)| Script { host, attempts });
    prop::collection::vec(script, 0..40)
}

prop_compose! {
    fn settings()(
        max_concurrency in 1..6_usize,
        max_per_host in 1..4_usize,
        window in prop::option::of(1..20_usize),
        max_attempts in 1..5_u32,
        base_delay in 0..200_u64,
        full in any::<bool>(),
        max_retry_after in 0..2_000_u64,
        attempt_timeout in 1..250_u64,
        deadline in 1..3_000_u64,
    ) -> Settings {
        Settings {
            max_concurrency: max_concurrency.try_into().unwrap(),
            max_per_host: max_per_host.try_into().unwrap(),
            window: window.map(|window| window.try_into().unwrap()),
            retry: RetryPolicy {
                max_attempts: max_attempts.try_into().unwrap(),
                base_delay: Duration::from_millis(base_delay),
                multiplier: 2.0,
            },
            max_delay: Duration::from_millis(500),
            jitter: if full { Jitter::Full } else { Jitter::None },
            max_retry_after: Duration::from_millis(max_retry_after),
            attempt_timeout: Duration::from_millis(attempt_timeout),
            deadline: Duration::from_millis(deadline),
        }
    }
}

/// What is known of a run when it is over.
struct Run {
    outcomes: Vec<Outcome<()>>,
    taken_in: u64,
    all: ConcurrencyMeter,
    hosts: Arc<[ConcurrencyMeter]>,
    tasks: usize,
}

async fn run(settings: Settings, scripts: Vec<Script>, stop: Option<u64>) -> Run {
    let all = ConcurrencyMeter::default();
    let hosts: Arc<[ConcurrencyMeter]> = (0..4).map(|_| ConcurrencyMeter::default()).collect();
    let taken_in = AtomicU64::new(0);
    let hosts_of_urls: Vec<_> = scripts.iter().map(|script| script.host).collect();
    let urls = stream::iter(hosts_of_urls).map(|host| {
        taken_in.fetch_add(1, Ordering::Relaxed);
        format!("http://host-{host}.test/")
    });
    let stop = async {
        match stop {
            Some(at) => sleep(Duration::from_millis(at)).await,
            None => std::future::pending().await,
        }
    };

    let begun: Arc<[AtomicU64]> = scripts.iter().map(|_| AtomicU64::new(0)).collect();
    let (meter, meters) = (all.clone(), Arc::clone(&hosts));
    let attempt = move |request: Arc<step7_bounded_retry::engine::Request>| {
        let index = usize::try_from(request.index).unwrap();
        let script = &scripts[index];
        let number = begun[index].fetch_add(1, Ordering::Relaxed);
        let last = script.attempts.len() - 1;
        let (delay, fault) = script.attempts[last.min(usize::try_from(number).unwrap())];
        let in_flight = (meter.enter(), meters[usize::from(script.host)].enter());
        async move {
            let _in_flight = in_flight;
            sleep(Duration::from_millis(delay)).await;
            let status = |code, retry_after| AttemptError::Status {
                status: StatusCode::from_u16(code).unwrap(),
                retry_after,
            };
            Err(match fault {
                Fault::None => return Ok(()),
                Fault::Status(code) => status(code, None),
                Fault::Busy(asked) => status(503, Some(Duration::from_millis(asked))),
                Fault::Reset => AttemptError::Send("reset".into()),
                Fault::TooLong => AttemptError::BodyTooLarge { limit: 1 },
            })
        }
    };
    let outcomes = stream(settings, urls, stop, attempt).collect().await;
    Run {
        outcomes,
        taken_in: taken_in.load(Ordering::Relaxed),
        all,
        hosts,
        tasks: Handle::current().metrics().num_alive_tasks(),
    }
}

proptest! {
    #[test]
    fn whatever_happens_each_url_has_one_outcome_no_cap_is_exceeded_and_nothing_is_left(
        settings in settings(),
        scripts in scripts(),
        stop in prop::option::of(0..2_000_u64),
    ) {
        let urls = scripts.len() as u64;
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let run = runtime.block_on(run(settings, scripts, stop));

        let indexes: HashSet<_> = run.outcomes.iter().map(|outcome| outcome.index).collect();
        prop_assert_eq!(indexes.len(), run.outcomes.len(), "no URL has two outcomes");
        prop_assert_eq!(indexes.len() as u64, run.taken_in, "and each that was taken in has one");
        if stop.is_none() {
            prop_assert_eq!(run.taken_in, urls);
        }

        prop_assert!(run.all.peak() <= settings.max_concurrency.get());
        for host in run.hosts.iter() {
            prop_assert!(host.peak() <= settings.max_per_host.get());
        }
        prop_assert_eq!(run.all.in_flight(), 0);
        prop_assert_eq!(run.tasks, 0);

        for outcome in &run.outcomes {
            prop_assert!(outcome.attempts <= settings.retry.max_attempts.get());
            prop_assert!(outcome.elapsed <= settings.deadline);
            let kind = outcome.result.as_ref().err().map(Failure::kind);
            prop_assert!(stop.is_some() || kind != Some(Kind::Cancelled));
        }
    }
}
