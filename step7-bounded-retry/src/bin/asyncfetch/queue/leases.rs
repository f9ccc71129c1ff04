use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use redis::pipe;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::keys::{LEASE, PARTITIONS, WORKERS, eval};
use super::work::Worker;

/// How long a lease lasts.
const LEASE_TIME: Duration = Duration::from_secs(6);
const RENEW: Duration = Duration::from_secs(2);
/// After so long without a renewal, the attempts are stopped. The rest of the lease is for their answers.
const SURE: Duration = Duration::from_secs(4);
/// How often the live workers are counted.
const TICK: Duration = Duration::from_millis(250);
/// How long the attempts of a partition that is given back may still run.
const GRACE: Duration = Duration::from_secs(1);

/// A partition that this worker owns. Each line in hand holds a reference to it.
pub struct Partition {
    pub number: u64,
    /// The id from which lines are read next.
    pub next: AtomicU64,
    /// The owner before this one had been asked to wait.
    pub not_before: Instant,
    /// It is closed when no attempt may start any more.
    pub attempts: TaskTracker,
    /// Cancelled when no attempt may run any more.
    pub lost: CancellationToken,
}

impl Partition {
    fn new(number: u64, pause: Duration) -> Arc<Self> {
        Arc::new(Self {
            number,
            next: AtomicU64::new(1),
            not_before: Instant::now() + pause,
            attempts: TaskTracker::new(),
            lost: CancellationToken::new(),
        })
    }

    fn lose(&self) {
        self.attempts.close();
        self.lost.cancel();
    }

    fn lose_later(&self) {
        self.attempts.close();
        let lost = self.lost.clone();
        tokio::spawn(async move {
            sleep(GRACE).await;
            lost.cancel();
        });
    }
}

impl Worker {
    /// The partitions of which attempts may start.
    pub fn open(&self) -> Vec<Arc<Partition>> {
        let owned = self.owned();
        let open = owned.values().filter(|one| !one.attempts.is_closed());
        open.cloned().collect()
    }

    fn owned(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Partition>>> {
        self.owned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds a fair share of the partitions for as long as this is polled.
    ///
    /// # Errors
    ///
    /// If the server cannot be used any more.
    pub async fn hold(&self) -> Result<Infallible, String> {
        let mut renewed = Instant::now();
        loop {
            let asked = Instant::now();
            let renews = asked - renewed >= RENEW;
            match timeout_at(renewed + SURE, self.balance(LEASE_TIME, renews)).await {
                Ok(done) => done?,
                Err(_) => self.owned().values().for_each(|one| one.lose()),
            }
            if renews || renewed + SURE <= Instant::now() {
                renewed = asked;
            }
            sleep(TICK).await;
        }
    }

    /// Gives all partitions back.
    pub async fn leave(&self) {
        self.owned().values().for_each(|one| one.lose());
        // The leases end by themselves if the server is not there.
        let _ = timeout_at(Instant::now() + GRACE, self.balance(Duration::ZERO, false)).await;
    }

    /// Takes free partitions up to this worker's share, and gives back what is above it or was lost, when
    /// its attempts have ended. Leases end after `time`; without any time, the share is nothing.
    async fn balance(&self, time: Duration, renews: bool) -> Result<(), String> {
        let mut commands = pipe();
        let key = format!("{}:workers", self.queue.name);
        let workers = eval(&mut commands, WORKERS, &[key]);
        workers.arg(&self.name).arg(milliseconds(time));
        let (workers,): (u64,) = self.queue.server.run(&commands).await?;
        let share = match time {
            Duration::ZERO => 0,
            _ => usize::try_from(PARTITIONS.div_ceil(workers.max(1))).unwrap_or(usize::MAX),
        };
        // At random, so that workers do not all ask for the same ones.
        let mut open = self.open();
        fastrand::shuffle(&mut open);
        open.iter().skip(share).for_each(|one| one.lose_later());
        let mut free = Vec::new();
        if open.len() < share {
            for (number, owner) in (0..).zip(self.queue.owners().await?) {
                if owner.is_none_or(|owner| owner == self.name) {
                    free.push(number);
                }
            }
            fastrand::shuffle(&mut free);
        }

        let mut leases = Vec::new();
        {
            let owned = self.owned();
            for (number, one) in &*owned {
                if one.attempts.is_closed() && one.attempts.is_empty() {
                    leases.push((*number, Duration::ZERO));
                } else if renews {
                    leases.push((*number, time));
                }
            }
            free.retain(|number| !owned.contains_key(number));
        }
        if time.is_zero() {
            // Also those that were taken at this moment, and whose answer was not awaited.
            leases = (0..PARTITIONS).map(|number| (number, time)).collect();
        }
        free.truncate(share.saturating_sub(open.len()));
        leases.extend(free.into_iter().map(|number| (number, time)));
        let mut commands = pipe();
        for (number, time) in &leases {
            let keys = ["lease", "pause"].map(|what| self.queue.key(*number, what));
            let lease = eval(&mut commands, LEASE, &keys);
            lease.arg(&self.name).arg(milliseconds(*time));
        }
        if leases.is_empty() {
            return Ok(());
        }
        let pauses: Vec<i64> = self.queue.server.run(&commands).await?;
        let mut owned = self.owned();
        for ((number, time), pause) in leases.into_iter().zip(pauses) {
            if time.is_zero() {
                owned.remove(&number);
            } else if let Ok(pause) = u64::try_from(pause) {
                // A new owner waits for the shortest time between two attempts, too.
                let interval = self.attempts.settings.host_interval;
                let pause = interval.max(Duration::from_millis(pause));
                let new = || Partition::new(number, pause);
                owned.entry(number).or_insert_with(new);
            } else if let Some(one) = owned.get(&number) {
                one.lose();
            }
        }
        Ok(())
    }
}

pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
