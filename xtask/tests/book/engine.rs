//! The rules in the book's `engine.js` are those of the Rust program.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::{book, example};

/// Besides those with ties.
const COUNT: usize = 3_000;
const MODES: [&str; 3] = ["gather", "collect", "taskgroup"];

/// Short delays, so that many jobs end in the same tick.
fn random_scenario(random: &mut fastrand::Rng) -> Value {
    let most = if random.bool() { 4 } else { 1000 };
    let jobs = (0..random.usize(..8)).map(|number| {
        let fail = (random.u8(..5) < 2).then(|| format!("error {number}"));
        json!({"name": format!("job {number}"), "delay_ms": random.u32(..=most), "fail": fail})
    });
    json!({"jobs": jobs.collect::<Vec<_>>()})
}

/// Ties that random scenarios rarely have.
fn ties() -> Vec<Value> {
    let scenario = |jobs: &[(u32, bool)]| {
        let jobs = jobs.iter().enumerate().map(|(number, (delay, fails))| {
            let fail = fails.then(|| format!("error {number}"));
            json!({"name": format!("job {number}"), "delay_ms": delay, "fail": fail})
        });
        json!({"jobs": jobs.collect::<Vec<_>>()})
    };
    vec![
        scenario(&[(1, true), (1, true), (1, true), (1, true)]),
        scenario(&[
            (2, false),
            (1, true),
            (1, true),
            (1, true),
            (1, true),
            (1, true),
            (1, false),
        ]),
        scenario(&[
            (0, true),
            (0, false),
            (0, true),
            (0, true),
            (0, true),
            (3, true),
        ]),
        scenario(&[]),
    ]
}

/// The report that the program `scenario` prints, from the timelines of the three modes.
fn report(runs: &Value) -> Value {
    let list = |run: &Value, key: &str, test: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        let jobs = run["jobs"].as_array().unwrap().iter();
        jobs.filter(|job| test(job))
            .map(|job| job[key].clone())
            .collect()
    };
    let with = |run: &Value, outcome: &'static str| {
        list(run, "name", &move |job| job["outcome"] == outcome)
    };
    let [gather, collect, taskgroup] = [0, 1, 2].map(|at| &runs[at]);
    let result = |job: &Value| match job["error"].as_str() {
        Some(error) => format!("err:{error}"),
        None => format!("ok:{}", job["name"].as_str().unwrap()),
    };
    let results: Vec<_> = collect["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(result)
        .collect();
    let is_error = |job: &Value| !job["error"].is_null();
    let report = |run: &Value| {
        let aggregated = if run["mode"] == "gather" {
            Vec::new()
        } else {
            list(run, "error", &is_error)
        };
        json!({
            "completed": with(run, "completed"), "cancelled": with(run, "cancelled"),
            "raised": run["caller"]["message"], "aggregated": aggregated,
        })
    };
    let at_return = list(gather, "name", &|job| {
        job["outcome"] == "completed" && job["orphan"] == false
    });
    let mut reports = json!({"gather": report(gather), "collect": report(collect), "taskgroup": report(taskgroup)});
    reports["gather"]["completed_at_return"] = at_return.into();
    reports["collect"]["results"] = json!(results);
    reports
}

/// Names in the order of the list of jobs, not in the order of time.
fn sorted(mut report: Value) -> Value {
    for mode in MODES {
        for key in [
            "completed",
            "cancelled",
            "completed_at_return",
            "aggregated",
        ] {
            if let Some(names) = report[mode].get_mut(key).and_then(Value::as_array_mut) {
                names.sort_by_key(Value::to_string);
            }
        }
    }
    report
}

#[test]
fn the_engine_of_the_book_and_the_rust_program_agree_on_random_scenarios() {
    let Some(book) = book() else { return };
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut scenarios = ties();
    scenarios.extend((0..COUNT).map(|_| random_scenario(&mut random)));

    let browser = Browser::start();
    browser.open(&book.join("what-if.html"), "");
    // As text: chromedriver is slow with large objects.
    let play = |scenarios: &[Value]| -> Value {
        let script = "const runs = ({ jobs }) => arguments[1].map((mode) => book.run(jobs, mode));\
                      return JSON.stringify(JSON.parse(arguments[0]).map(runs))";
        let text = browser.run_with(script, &json!([json!(scenarios).to_string(), MODES]));
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    };
    let lines: Vec<_> = scenarios.iter().map(Value::to_string).collect();
    let expected = example("step4-compare", "scenario", &[], &lines.join("\n"));
    assert_eq!(expected.len(), scenarios.len());
    for (scenarios, expected) in scenarios.chunks(1000).zip(expected.chunks(1000)) {
        let runs = play(scenarios);
        for (at, expected) in expected.iter().enumerate() {
            let actual = sorted(report(&runs[at]));
            assert_eq!(
                actual,
                sorted(expected.clone()),
                "seed {seed}: {}",
                scenarios[at]
            );
        }
    }

    // The times too. This is one program for each scenario, so there are fewer of them.
    let runs = play(&scenarios[..8]);
    for (at, line) in lines[..8].iter().enumerate() {
        let mut timelines = example("step4-compare", "timeline", &["--json", "--line", line], "");
        for timeline in &mut timelines {
            timeline.as_object_mut().unwrap().remove("scenario");
        }
        assert_eq!(runs[at], json!(timelines), "seed {seed}: {line}");
    }
}
