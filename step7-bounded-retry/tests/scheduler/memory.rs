//! How long hosts are remembered.

use std::time::Duration;

use fastrand::Rng;
use step7_bounded_retry::engine::scheduler::{Report, Scheduler, Step, Why};
use step7_bounded_retry::engine::{Jitter, Settings};

const SECOND: Duration = Duration::from_secs(1);
/// By then a host without lines is forgotten, unless there is something to remember.
const LATER: Duration = Duration::from_secs(21);

fn scheduler(settings: Settings) -> Scheduler<u32> {
    let settings = Settings {
        jitter: Jitter::None,
        ..settings
    };
    Scheduler::new(settings, Rng::with_seed(7))
}

/// Attempts one line of the host, which ends with this report. Returns why the line has ended.
fn attempt(
    scheduler: &mut Scheduler<u32>,
    host: &str,
    report: Report,
    now: Duration,
) -> Option<Why> {
    scheduler.push(host, 0, 0, now);
    let attempt = match scheduler.next(now) {
        Step::Start(attempt) => attempt,
        Step::End(ended) => return Some(ended.why),
        Step::Wait(_) => panic!("no attempt starts"),
    };
    let ended = scheduler.ended(attempt, report, now)?;
    Some(ended.why)
}

/// Lets the scheduler look at the time.
fn look(scheduler: &mut Scheduler<u32>, now: Duration) {
    assert!(matches!(scheduler.next(now), Step::Wait(_)));
}

#[test]
fn hosts_without_lines_are_forgotten_so_that_memory_is_bounded() {
    let mut scheduler = scheduler(Settings::default());
    let mut most = 0;
    // A new host every 10 ms, for 200 seconds.
    for number in 0..20_000 {
        let now = SECOND / 100 * number;
        let name = format!("http://{number}.test");
        let ended = attempt(&mut scheduler, &name, Report::Success, now);
        assert_eq!(ended, Some(Why::Reported));
        most = most.max(scheduler.hosts());
    }
    assert!(most <= 1_002, "{most} hosts are known");

    look(&mut scheduler, SECOND * 200 + LATER);
    assert_eq!(scheduler.hosts(), 0);
}

#[test]
fn of_hosts_that_are_down_the_last_ten_thousand_are_remembered() {
    let settings = Settings {
        // Each line ends with its only attempt.
        deadline: Duration::ZERO,
        ..Settings::default()
    };
    let mut scheduler = scheduler(settings);
    let mut most = 0;
    // All within the patience for the first of them.
    for number in 0..20_000 {
        let now = SECOND / 1_000 * number;
        let name = format!("http://{number}.test");
        let gone = Report::Host {
            connected: false,
            retry_after: None,
        };
        attempt(&mut scheduler, &name, gone, now);
        most = most.max(scheduler.hosts());
    }
    assert!((10_000..=10_001).contains(&most), "{most} hosts are known");
    assert!(scheduler.host("http://9000.test").is_none());
    assert!(scheduler.host("http://11000.test").is_some());
}

#[test]
fn a_host_is_remembered_while_it_is_paused() {
    let asked = SECOND * 50;
    let settings = Settings {
        deadline: SECOND,
        ..Settings::default()
    };
    let mut scheduler = scheduler(settings);
    // The pause is longer than the deadline, so the line ends, and the host has none.
    let report = Report::Host {
        connected: true,
        retry_after: Some(asked),
    };
    let ended = attempt(&mut scheduler, "http://a", report, Duration::ZERO);
    assert_eq!(ended, Some(Why::Deadline));

    look(&mut scheduler, LATER);
    let not_before = scheduler.statuses().next().map(|(_, host)| host.not_before);
    assert!(not_before >= Some(asked), "{not_before:?}");
    look(&mut scheduler, asked + LATER);
    look(&mut scheduler, asked + 2 * LATER);
    assert!(scheduler.host("http://a").is_none());
}

#[test]
fn a_host_is_remembered_while_its_patience_runs() {
    let settings = Settings {
        // Each line ends with its only attempt.
        deadline: Duration::ZERO,
        ..Settings::default()
    };
    let mut scheduler = scheduler(settings);
    let gone = Report::Host {
        connected: false,
        retry_after: None,
    };
    // One line every 20 s, so that the host has none for most of the time.
    let ends: Vec<_> = [0, 20, 40, 60, 61, 62]
        .map(|second| {
            look(&mut scheduler, SECOND * second);
            attempt(&mut scheduler, "http://a", gone, SECOND * second)
        })
        .into();
    assert_eq!(ends[4..], [Some(Why::HostDown); 2], "{ends:?}");

    // It ends without another failure, too.
    attempt(&mut scheduler, "http://b", gone, SECOND * 100);
    look(&mut scheduler, SECOND * 160);
    assert!(scheduler.host("http://b").is_some());
    look(&mut scheduler, SECOND * 160 + LATER);
    look(&mut scheduler, SECOND * 160 + 2 * LATER);
    assert_eq!(scheduler.hosts(), 0);
}
