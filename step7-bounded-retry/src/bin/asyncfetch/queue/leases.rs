use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::pipe;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::keys::{LEASE, PARTITIONS, PAUSE, Queue, RELEASE, WORKERS, eval};

/// How long a lease lasts.
const LEASE_TIME: Duration = Duration::from_secs(6);
const RENEW: Duration = Duration::from_secs(2);
/// After so long without a renewal, the attempts are stopped. The rest of the lease is for their answers.
const SURE: Duration = Duration::from_secs(4);
/// How often the live workers are counted.
const TICK: Duration = Duration::from_millis(250);
/// How long the attempts of a partition that is given back may still run.
const GRACE: Duration = Duration::from_secs(1);

/// A partition that this worker owns.
pub struct Partition {
    pub number: u64,
    /// The id from which lines are read next.
    pub next: AtomicU64,
    /// Lines that were read, and whose outcome has not been written.
    pub in_hand: AtomicUsize,
    /// A host of this partition asked the owner before this one to wait.
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
            in_hand: AtomicUsize::new(0),
            not_before: Instant::now() + pause,
            attempts: TaskTracker::new(),
            lost: CancellationToken::new(),
        })
    }

    fn lose(&self) {
        self.attempts.close();
        self.lost.cancel();
    }
}

/// The partitions of one worker.
pub struct Leases {
    queue: Arc<Queue>,
    pub worker: String,
    /// How long a partition is left alone when it changes hands: the shortest time between two attempts.
    pause: Duration,
    owned: Mutex<Vec<Arc<Partition>>>,
}

impl Leases {
    pub fn new(queue: Arc<Queue>, worker: String, pause: Duration) -> Self {
        Self {
            queue,
            worker,
            pause,
            owned: Mutex::default(),
        }
    }

    /// Those of which attempts may start.
    pub fn open(&self) -> Vec<Arc<Partition>> {
        self.with(|owned| {
            let open = owned.iter().filter(|one| !one.attempts.is_closed());
            open.cloned().collect()
        })
    }

    fn with<T>(&self, with: impl FnOnce(&mut Vec<Arc<Partition>>) -> T) -> T {
        with(&mut self.owned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds a fair share of the partitions for as long as this is polled.
    ///
    /// # Errors
    ///
    /// If the server cannot be used any more.
    pub async fn hold(self: &Arc<Self>) -> Result<Infallible, String> {
        let mut renewed = Instant::now();
        loop {
            let asked = Instant::now();
            let renews = asked - renewed >= RENEW;
            if let Ok(done) = timeout_at(renewed + SURE, self.tick(renews)).await {
                done?;
                if renews || self.with(|owned| owned.is_empty()) {
                    renewed = asked;
                }
            } else {
                self.lose_all();
                renewed = Instant::now();
            }
            sleep(TICK).await;
        }
    }

    async fn tick(self: &Arc<Self>, renews: bool) -> Result<(), String> {
        if renews {
            let owned = self.with(|owned| owned.clone());
            let answers = self.lease(owned.iter().map(|one| one.number)).await?;
            for (one, _) in owned.iter().zip(answers).filter(|(_, answer)| *answer < 0) {
                one.lose();
                self.forget(one);
            }
        }
        let mut commands = pipe();
        eval(&mut commands, WORKERS, &[self.queue.workers_key()])
            .arg(&self.worker)
            .arg(milliseconds(LEASE_TIME));
        let (workers,): (u64,) = self.queue.server.run(&commands).await?;
        let share = usize::try_from(PARTITIONS.div_ceil(workers.max(1))).unwrap_or(usize::MAX);

        let mut open = self.open();
        if open.len() > share {
            fastrand::shuffle(&mut open);
            for one in open.drain(..open.len() - share) {
                let leases = Arc::clone(self);
                one.attempts.close();
                tokio::spawn(async move { leases.give_back(&one).await });
            }
        }
        let owned = self.with(|owned| owned.iter().map(|one| one.number).collect::<Vec<_>>());
        let mut others: Vec<_> = (0..PARTITIONS).filter(|one| !owned.contains(one)).collect();
        // So that workers do not all ask for the same ones.
        fastrand::shuffle(&mut others);
        while open.len() < share && !others.is_empty() {
            let some = others.split_off(others.len().saturating_sub(share - open.len()));
            let answers = self.lease(some.iter().copied()).await?;
            for (number, pause) in some.into_iter().zip(answers) {
                if let Ok(pause) = u64::try_from(pause) {
                    let one = Partition::new(number, Duration::from_millis(pause));
                    self.with(|owned| owned.push(Arc::clone(&one)));
                    open.push(one);
                }
            }
        }
        Ok(())
    }

    async fn lease(&self, partitions: impl Iterator<Item = u64>) -> Result<Vec<i64>, String> {
        let mut commands = pipe();
        for one in partitions {
            let keys = ["lease", "pause"].map(|what| self.queue.key(one, what));
            eval(&mut commands, LEASE, &keys)
                .arg(&self.worker)
                .arg(milliseconds(LEASE_TIME))
                .arg(milliseconds(self.pause));
        }
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        self.queue.server.run(&commands).await
    }

    async fn give_back(&self, one: &Arc<Partition>) {
        let _ = timeout(GRACE, one.attempts.wait()).await;
        one.lose();
        // The lease ends by itself if the server is not there.
        let _ = timeout(GRACE, self.release(&[Arc::clone(one)])).await;
        self.forget(one);
    }

    fn lose_all(&self) -> Vec<Arc<Partition>> {
        let owned = self.with(std::mem::take);
        for one in &owned {
            one.lose();
        }
        owned
    }

    fn forget(&self, one: &Arc<Partition>) {
        self.with(|owned| owned.retain(|other| !Arc::ptr_eq(one, other)));
    }

    async fn release(&self, partitions: &[Arc<Partition>]) -> Result<(), String> {
        let mut commands = pipe();
        for one in partitions {
            let pause = milliseconds(self.pause);
            if pause > 0 {
                eval(&mut commands, PAUSE, &[self.queue.key(one.number, "pause")]).arg(pause);
            }
            eval(
                &mut commands,
                RELEASE,
                &[self.queue.key(one.number, "lease")],
            )
            .arg(&self.worker);
        }
        if commands.is_empty() {
            return Ok(());
        }
        self.queue.server.run(&commands).await
    }

    async fn leave(&self) -> Result<(), String> {
        let mut commands = pipe();
        let workers = commands.cmd("ZREM").arg(self.queue.workers_key());
        workers.arg(&self.worker);
        self.queue.server.run(&commands).await
    }

    /// Gives all partitions back.
    pub async fn end(&self) {
        let owned = self.lose_all();
        let _ = timeout(GRACE, self.release(&owned)).await;
        let _ = timeout(GRACE, self.leave()).await;
    }
}

pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
