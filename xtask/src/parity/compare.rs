//! Two answers to one scenario, field by field.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A field in which two answers differ.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Such as `gather.raised`.
    pub field: String,
    /// The lesson's, and CPython's.
    pub values: [Value; 2],
}

impl Difference {
    pub fn mode(&self) -> &str {
        self.field.split('.').next().unwrap_or_default()
    }
}

/// Every field in which the answers differ. A field that one of them lacks is shown as null.
pub fn differences(mut lesson: Value, mut cpython: Value) -> Vec<Difference> {
    if lets_go(&lesson) {
        for mode in GATHERS {
            cancel_what_was_let_go(&mut lesson[mode], &mut cpython[mode]);
        }
    }
    let mut found = Vec::new();
    for mode in keys(&lesson, &cpython) {
        for field in keys(&lesson[&mode], &cpython[&mode]) {
            let values = [&lesson, &cpython].map(|answer| answer[&mode].get(&field).cloned());
            if values[0] != values[1] {
                found.push(Difference {
                    field: format!("{mode}.{field}"),
                    values: values.map(Option::unwrap_or_default),
                });
            }
        }
    }
    found
}

const GATHERS: [&str; 2] = ["gather", "collect"];

/// Whether a gather was stopped. Then CPython has cancelled what in tokio runs on: a row in the
/// lesson's page.
pub fn lets_go(answer: &Value) -> bool {
    GATHERS.iter().any(|mode| answer[mode]["stopped"] == true)
}

/// Both sides must mean the same jobs. So the lesson's report is told as if those that were let go
/// had been cancelled at the stop.
fn cancel_what_was_let_go(lesson: &mut Value, cpython: &mut Value) {
    if lesson["stopped"] != true {
        return;
    }
    let let_go = names(&lesson["unfinished"]);
    let completed = names(&lesson["completed"]);
    let before_the_stop = completed.into_iter().filter(|name| !let_go.contains(name));
    lesson["completed"] = before_the_stop.collect();
    // Spawn order is not known here.
    let cancelled = names(&lesson["cancelled"]).into_iter().chain(let_go);
    lesson["cancelled"] = cancelled.collect::<BTreeSet<_>>().into_iter().collect();
    if let Some(Value::Array(cancelled)) = cpython.get_mut("cancelled") {
        cancelled.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
}

fn names(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten();
    names.filter_map(Value::as_str).map(Into::into).collect()
}

fn keys(one: &Value, other: &Value) -> BTreeSet<String> {
    let keys = [one, other].into_iter().filter_map(Value::as_object);
    keys.flat_map(Map::keys).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Difference, differences};

    fn answer() -> Value {
        json!({
            "gather": {
                "completed": ["a"], "cancelled": [], "raised": "boom", "aggregated": [],
                "completed_at_return": [],
            },
            "collect": {
                "completed": ["a"], "cancelled": [], "raised": null, "aggregated": ["boom"],
                "results": ["ok:a", "err:boom"],
            },
            "taskgroup": {
                "completed": [], "cancelled": ["a", "c"], "raised": "1 error: boom",
                "aggregated": ["boom"],
            },
        })
    }

    fn fields(lesson: &Value, cpython: &Value) -> Vec<String> {
        let differences = differences(lesson.clone(), cpython.clone());
        differences.into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn a_wrong_answer_in_any_field_is_found_and_named_with_both_values() {
        assert_eq!(differences(answer(), answer()), []);
        for (mode, report) in answer().as_object().unwrap() {
            for (field, right) in report.as_object().unwrap() {
                let mut wrong = answer();
                wrong[mode][field] = json!("wrong");
                let found = Difference {
                    field: format!("{mode}.{field}"),
                    values: ["wrong".into(), right.clone()],
                };
                assert_eq!(differences(wrong, answer()), [found]);
            }
        }
    }

    #[test]
    fn the_order_counts() {
        let mut wrong = answer();
        wrong["taskgroup"]["cancelled"] = json!(["c", "a"]);
        assert_eq!(fields(&wrong, &answer()), ["taskgroup.cancelled"]);
    }

    #[test]
    fn a_field_that_only_one_side_has_is_found() {
        let mut more = answer();
        more["gather"]["stopped"] = json!(false);
        assert_eq!(fields(&more, &answer()), ["gather.stopped"]);
        assert_eq!(fields(&answer(), &more), ["gather.stopped"]);
        assert_eq!(fields(&answer(), &json!({})).len(), 14);
    }

    #[test]
    fn a_stopped_gather_must_let_go_of_the_jobs_that_cpython_cancels() {
        let stopped = |completed: &[&str], cancelled: &[&str]| {
            json!({ "gather": {
                "completed": completed, "cancelled": cancelled, "stopped": true,
                "unfinished": ["slow", "late"], "completed_at_return": ["a"],
            }})
        };
        // In tokio `slow` completes, and `late` is cancelled later, in a group of its own.
        let lesson = stopped(&["a", "slow"], &["early", "late"]);
        assert_eq!(
            fields(&lesson, &stopped(&["a"], &["early", "slow", "late"])),
            [""; 0]
        );
        assert_eq!(
            fields(&lesson, &stopped(&["a"], &["early", "late"])),
            ["gather.cancelled"]
        );
        assert_eq!(
            fields(
                &lesson,
                &stopped(&["a", "slow"], &["early", "slow", "late"])
            ),
            ["gather.completed"]
        );
        // No other mode is told in another way.
        let group = |report: &Value| json!({ "taskgroup": report["gather"] });
        assert_eq!(
            fields(&group(&lesson), &group(&stopped(&["a"], &["slow"]))),
            ["taskgroup.cancelled", "taskgroup.completed"]
        );
    }
}
