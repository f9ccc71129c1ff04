use crate::JobSpec;
use crate::recording::{Event, What};

/// What a run came to, in the same four fields for every way of running it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunReport {
    /// The jobs that completed, in the order in which they did.
    pub completed: Vec<String>,
    /// The jobs that were cancelled, in spawn order.
    pub cancelled: Vec<String>,
    /// The error that the caller got, as one line.
    pub raised: Option<String>,
    /// The failures that the caller can see one by one: those in the group, in the order in which
    /// they happened, or those among the collected results, in input order.
    pub aggregated: Vec<String>,
}

impl RunReport {
    pub(crate) fn of<'a>(
        events: impl IntoIterator<Item = &'a Event>,
        jobs: &[JobSpec],
        raised: Option<String>,
        aggregated: Vec<String>,
    ) -> Self {
        let mut completed = Vec::new();
        let mut cancelled = Vec::new();
        for event in events {
            match event.what {
                What::Completed(job) => completed.push(job),
                What::Cancelled(job) => cancelled.push(job),
                What::Started(_) | What::Failed(..) | What::Answered => {}
            }
        }
        cancelled.sort_unstable();

        let names = |indices: Vec<usize>| {
            indices
                .into_iter()
                .map(|index| jobs[index].name.clone())
                .collect()
        };
        Self {
            completed: names(completed),
            cancelled: names(cancelled),
            raised,
            aggregated,
        }
    }
}
