use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use tokio::sync::Semaphore;
use url::Position;

use super::budget::Budget;

/// What is shared by all requests to one host: one scheme, name and port.
pub(super) struct Host {
    pub(super) permits: Semaphore,
    budget: Mutex<Budget>,
}

impl Host {
    /// Gives access to the budget, for a moment.
    pub(super) fn budget<T>(&self, account: impl FnOnce(&mut Budget) -> T) -> T {
        account(&mut self.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The hosts of the requests that are pending, and a few more.
pub(super) struct Hosts {
    permits: usize,
    known: Mutex<Known>,
}

struct Known {
    hosts: HashMap<String, Arc<Host>>,
    /// How many there may be before those that nobody uses are forgotten.
    limit: usize,
}

const SMALLEST_LIMIT: usize = 1024;

impl Hosts {
    pub(super) fn new(permits: usize) -> Self {
        Self {
            permits: permits.min(Semaphore::MAX_PERMITS),
            known: Mutex::new(Known {
                hosts: HashMap::new(),
                limit: SMALLEST_LIMIT,
            }),
        }
    }

    pub(super) fn of(&self, url: &Url) -> Arc<Host> {
        // Nearly every URL has its origin in it; no need to write it down anew for each.
        let key = if url.username().is_empty() && url.password().is_none() {
            Cow::Borrowed(&url[..Position::AfterPort])
        } else {
            url.origin().ascii_serialization().into()
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = known.hosts.get(&*key) {
            return Arc::clone(host);
        }
        known.forget_the_idle();
        let host = Arc::new(Host {
            permits: Semaphore::new(self.permits),
            budget: Mutex::default(),
        });
        known.hosts.insert(key.into_owned(), Arc::clone(&host));
        host
    }
}

impl Known {
    /// A list of a million hosts must not become a map of a million. A host that comes back later
    /// begins anew.
    fn forget_the_idle(&mut self) {
        if self.hosts.len() >= self.limit {
            self.hosts.retain(|_, host| Arc::strong_count(host) > 1);
            self.limit = SMALLEST_LIMIT.max(self.hosts.len() * 2);
        }
    }
}
