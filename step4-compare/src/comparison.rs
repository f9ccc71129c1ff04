use unicode_width::UnicodeWidthStr;

use crate::lanes::pad;
use crate::{JobSpec, RunReport, on_virtual_time, run_with_gather, run_with_taskgroup};

/// Runs the jobs through both and prints what each reports, side by side.
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
    let widths: [usize; 5] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    });
    for row in &rows {
        let cells: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| pad(cell, width))
            .collect();
        println!("{}", cells.join("  ").trim_end());
    }
}

fn row(title: &str, report: RunReport) -> [String; 5] {
    let list = |names: Vec<String>| {
        if names.is_empty() {
            "-".to_owned()
        } else {
            names.join(", ")
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
