use std::path::Path;
use std::sync::Once;

use step7_bounded_retry::engine::{AttemptError, Http, Request, Settings};

use crate::arguments::Fetch;
use crate::body_store::BodyStore;
use crate::run::path_error;
use crate::{client, eprint_line, limits};

/// How one attempt is made: with which client, and where its body goes.
pub struct Attempts {
    pub settings: Settings,
    http: Http,
    store: Option<BodyStore>,
}

impl Attempts {
    /// `keep` says whether files of an earlier run stay in `folder`.
    ///
    /// # Errors
    ///
    /// If an option cannot be used: `--header` or `--output`. Then nothing is fetched.
    pub fn new(fetch: &Fetch, folder: Option<&Path>, keep: bool) -> Result<Self, String> {
        let headers = client::headers(fetch)?;
        let store = folder
            .map(|folder| BodyStore::open(folder, keep))
            .transpose()
            .map_err(|error| path_error("cannot create --output", folder, &error))?;
        let open_files = limits::raise_open_files();
        let mut settings = fetch.settings();
        let (concurrency, per_host) = (settings.max_concurrency.get(), settings.max_per_host.get());
        settings.max_kept_hosts = limits::kept_hosts(open_files, concurrency, per_host);
        let http =
            client::http(fetch, headers).map_err(|error| format!("cannot start: {error}"))?;
        Ok(Self {
            settings,
            http,
            store,
        })
    }

    /// Makes one attempt, and returns the name of the file in which its body is saved.
    ///
    /// # Errors
    ///
    /// Those of [`BodyStore::save`].
    pub async fn attempt(
        &self,
        request: &Request,
        index: u64,
    ) -> Result<Option<String>, AttemptError> {
        static SAID: Once = Once::new();

        let saved = match &self.store {
            Some(store) => store.save(&self.http, request, index).await.map(Some),
            None => self
                .http
                .get(request, &mut tokio::io::sink())
                .await
                .map(|_| None),
        };
        if let Err(AttemptError::Local(error)) = &saved {
            SAID.call_once(|| eprint_line(format_args!("warning: {error}: some URLs wait")));
        }
        saved
    }
}
