//! Three failures as a tree and sorted by type; then the same jobs in the article's form and in the
//! form that keeps tolerable failures, as a table and as two timelines.

use step3_taskgroup::{ErrorGroup, TaskGroup};
use step4_compare::{JobSpec, Timeline, render_text, run_with_taskgroup};
use step6_error_groups::{
    BoxError, Except, FatalError, PartialJob, PartialReport, TolerableError, run_keeping_tolerable,
    run_with_except_star,
};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let errors = three_failures().await.unwrap_err();
    println!("{}\n", errors.tree());

    let rest = Except::new(errors)
        .handle::<TolerableError>(|group| {
            println!("tolerated  {group}");
            Ok(())
        })
        .handle::<FatalError>(|group| {
            println!("fatal      {group}");
            Ok(())
        })
        .reraise();
    if let Err(rest) = rest {
        println!("re-raised  {rest}");
    }

    println!(
        "\n{:13}succeeded  {:<19}  {:<19}  cancelled",
        "", "tolerated", "fatal"
    );
    print("the article", run_with_except_star(four_jobs()).await.0);
    print("kept", run_keeping_tolerable(four_jobs()).await.0);

    let article = as_the_group_sees_it(JobSpec::fails("limited", 10, "rate limit")).await;
    // When the failure is a value, the child completes as far as its group can tell.
    let kept = as_the_group_sees_it(JobSpec::completes("limited", 10)).await;
    println!(
        "\nFirst the article's form, then the form in which a tolerable failure is a value:\n{}",
        render_text(&[article, kept])
    );
}

/// The timeline of the same four jobs. `limited` is the job as its group sees it.
async fn as_the_group_sees_it(limited: JobSpec) -> Timeline {
    let jobs = [
        limited,
        JobSpec::completes("good", 20),
        JobSpec::fails("broken", 30, "no database"),
        JobSpec::completes("slow", 40),
    ];
    Timeline {
        scenario: "four jobs".to_owned(),
        ..run_with_taskgroup(&jobs).await.timeline
    }
}

fn limited() -> PartialJob {
    PartialJob::fails("limited", 10, TolerableError("rate limit".to_owned()))
}

fn broken(milliseconds: u64) -> PartialJob {
    let error = FatalError("no database".to_owned());
    PartialJob::fails("broken", milliseconds, error)
}

fn four_jobs() -> Vec<PartialJob> {
    vec![
        limited(),
        PartialJob::succeeds("good", 20),
        broken(30),
        PartialJob::succeeds("slow", 40),
    ]
}

async fn three_failures() -> Result<(), ErrorGroup<BoxError>> {
    TaskGroup::scope(async |group| {
        group.spawn_named("limited", limited().run());
        group.spawn_group(TaskGroup::scope(async |inner| {
            inner.spawn_named("broken", broken(10).run());
            let odd = PartialJob::fails("odd", 10, "what is this");
            inner.spawn_named("odd", odd.run());
            Ok(())
        }));
        Ok(())
    })
    .await
}

fn print(form: &str, report: PartialReport) {
    let PartialReport {
        succeeded,
        tolerated,
        fatal,
        cancelled,
    } = report;
    let [succeeded, tolerated, fatal, cancelled] =
        [succeeded, tolerated, fatal, cancelled].map(|jobs| {
            if jobs.is_empty() {
                "-".to_owned()
            } else {
                jobs.join(", ")
            }
        });
    println!("{form:<11}  {succeeded:<9}  {tolerated:<19}  {fatal:<19}  {cancelled}");
}
