use unicode_width::UnicodeWidthStr;

use crate::draw::pad_to_width;
use crate::{JobSpec, RunReport, on_virtual_time, run_with_gather, run_with_taskgroup};

/// Runs the jobs through a gather and through a `TaskGroup`, on virtual time, and prints both
/// reports side by side. The output is the same in each run. It can be called within a runtime.
///
/// # Panics
///
/// As [`on_virtual_time`]: when the system refuses a thread or a runtime. No job panics.
pub fn print_comparison(jobs: &[JobSpec]) {
    let jobs = jobs.to_vec();
    let (gather, taskgroup) = on_virtual_time(async move {
        (
            run_with_gather(&jobs).await,
            run_with_taskgroup(&jobs).await,
        )
    });

    let rows = [
        ["", "completed", "cancelled", "raised", "aggregated"].map(str::to_owned),
        row("gather, at return", gather.at_return),
        row("gather, settled", gather.settled),
        row("TaskGroup", taskgroup.settled),
    ];
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    for row in &rows {
        let cells = (0..).zip(row);
        let cells = cells.map(|(column, cell)| pad_to_width(cell, width(column).unwrap_or(0)));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

fn row(title: &str, report: RunReport) -> [String; 5] {
    let list = |texts: Vec<String>| {
        if texts.is_empty() {
            "-".to_owned()
        } else {
            texts.join(", ")
        }
    };
    [
        title.to_owned(),
        list(report.completed),
        list(report.cancelled),
        list(report.raised.into_iter().collect()),
        list(report.aggregated),
    ]
}
