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
        ("gather, at return", gather.at_return),
        ("gather, settled", gather.settled),
        ("TaskGroup", taskgroup.settled),
    ];
    println!(
        "{:<19}{:<16}{:<16}{:<18}aggregated",
        "", "completed", "cancelled", "raised"
    );
    for (title, report) in rows {
        let RunReport {
            completed,
            cancelled,
            raised,
            aggregated,
        } = report;
        println!(
            "{title:<19}{:<16}{:<16}{:<18}{}",
            list(&completed),
            list(&cancelled),
            raised.unwrap_or_else(|| "-".to_owned()),
            list(&aggregated),
        );
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
}
