use serde_derive::Serialize;

use crate::{JobLane, Outcome};

/// The result of a run, in the same four fields for every way of running it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// The jobs that completed, in the order in which they completed.
    pub completed: Vec<String>,
    /// The jobs that were cancelled, in spawn order.
    pub cancelled: Vec<String>,
    /// The error that the caller got, as one line.
    pub raised: Option<String>,
    /// The failures that the caller can see one by one: those in the error group, in the order in
    /// which they happened, or those among the collected results, in input order.
    pub aggregated: Vec<String>,
}

impl RunReport {
    /// `ended` are the jobs that ended, in that order, each with its index in spawn order.
    pub(crate) fn new(
        ended: &[(usize, JobLane)],
        raised: Option<String>,
        aggregated: Vec<String>,
    ) -> Self {
        let ended_as = |outcome| {
            ended
                .iter()
                .filter(move |(_, lane)| lane.outcome == outcome)
        };
        let name = |(_, lane): &(usize, JobLane)| lane.name.clone();
        let mut cancelled: Vec<_> = ended_as(Outcome::Cancelled).collect();
        cancelled.sort_unstable_by_key(|(index, _)| *index);
        Self {
            completed: ended_as(Outcome::Completed).map(name).collect(),
            cancelled: cancelled.into_iter().map(name).collect(),
            raised,
            aggregated,
        }
    }
}
