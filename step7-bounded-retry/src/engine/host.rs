use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use tokio::sync::Semaphore;
use url::Position;

use super::budget::Budget;

/// The state that all requests to one host share. A host is a scheme, a name and a port.
pub(super) struct Host {
    pub(super) permits: Semaphore,
    budget: Mutex<Budget>,
}

impl Host {
    /// Locks the budget while `account` runs.
    pub(super) fn budget<T>(&self, account: impl FnOnce(&mut Budget) -> T) -> T {
        account(&mut self.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The hosts of all pending requests, and some that are idle.
pub(super) struct Hosts {
    permits: usize,
    known: Mutex<Known>,
}

struct Known {
    hosts: HashMap<String, Arc<Host>>,
    /// Idle hosts are evicted once the map has this many entries.
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

    pub(super) fn get_or_insert(&self, url: &Url) -> Arc<Host> {
        // Nearly every URL contains its origin as text, so that no string is allocated.
        let key = if url.username().is_empty() && url.password().is_none() {
            Cow::Borrowed(&url[..Position::AfterPort])
        } else {
            url.origin().ascii_serialization().into()
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = known.hosts.get(&*key) {
            return Arc::clone(host);
        }
        known.evict_idle();
        let host = Arc::new(Host {
            permits: Semaphore::new(self.permits),
            budget: Mutex::default(),
        });
        known.hosts.insert(key.into_owned(), Arc::clone(&host));
        host
    }
}

impl Known {
    /// Keeps the map small when a list has a million hosts. A host that was evicted starts with a
    /// new budget when it comes up again.
    fn evict_idle(&mut self) {
        if self.hosts.len() >= self.limit {
            self.hosts.retain(|_, host| Arc::strong_count(host) > 1);
            self.limit = SMALLEST_LIMIT.max(self.hosts.len() * 2);
        }
    }
}
