mod classify;
mod connections;
mod decode;
mod redirect;

use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT_ENCODING, CONNECTION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode, retry};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::{AttemptError, Request, retry_after};
use classify::{classify_send_error, has_too_many_headers, is_unanswered};
use connections::{Connections, IDLE};
use decode::Decoder;
use redirect::Route;

/// How long a body that is not wanted is read, so that its connection can be reused.
const UNWANTED_BODY_DRAIN: Duration = Duration::from_millis(100);
/// How many bytes are decoded at a time: they may become a thousand times as many.
const DECODE_STEP: usize = 4096;
/// How many headers a response may have. Browsers limit their bytes alone.
const MAX_HEADERS: usize = 1000;

/// The attempt for real servers: one GET over HTTP, with its redirects.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    /// For a request that is sent again: without a pool, so that it gets a new connection, and with room
    /// for more headers, which would cost each response its time.
    for_resending: Client,
    connections: Connections,
    /// The longest time to open a connection.
    timeout: Duration,
    /// The longest body, in decoded bytes: a few kilobytes of gzip can decode to gigabytes. Default: any.
    pub max_body: u64,
    /// How many redirects are followed. Default: 10.
    pub max_redirects: usize,
    /// Sent with each request to the URL's own host, and in part to hosts to which it redirects:
    /// `Accept`, `Accept-Language` and `User-Agent` only. Default: none.
    pub headers: HeaderMap,
    /// Whether to ask for the head alone, with `HEAD`, and only where a server does not support that
    /// (405, 501) with `GET`. Default: no.
    pub head: bool,
}

impl Http {
    /// `client` builds what is common to both clients; it should set no timeout. `timeout` is the longest
    /// time to open a connection, and should be [`stall_timeout`](super::Settings::stall_timeout).
    ///
    /// # Errors
    ///
    /// If a client cannot be built.
    pub fn new(client: impl Fn() -> ClientBuilder, timeout: Duration) -> reqwest::Result<Self> {
        // A little less, so that it is known to be the connection that took so long.
        let client = || configure(client()).connect_timeout(timeout / 50 * 49);
        Ok(Self {
            client: client().build()?,
            for_resending: client()
                .pool_max_idle_per_host(0)
                .http1_max_headers(MAX_HEADERS)
                .build()?,
            connections: Connections::new(),
            timeout,
            max_body: u64::MAX,
            max_redirects: 10,
            headers: HeaderMap::new(),
            head: false,
        })
    }

    /// Sends the request, and writes the body of a 2xx response to `body` as it arrives, decoded.
    ///
    /// `body` is flushed but not shut down. After an error, it may contain a part of the body.
    ///
    /// # Errors
    ///
    /// Every [`AttemptError`] except a timeout.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn get(
        &self,
        request: &Request,
        body: &mut (impl AsyncWrite + Unpin),
    ) -> Result<StatusCode, AttemptError> {
        let mut method = if self.head { Method::HEAD } else { Method::GET };
        let mut route = Route::new(&request.url);
        loop {
            let mut response = self.send(&method, &route, request).await?;
            let status = response.status();
            if status.is_success() {
                self.read(&mut response, &method, request, body).await?;
                return Ok(status);
            }
            let is_unsupported = matches!(status.as_u16(), 405 | 501) && method == Method::HEAD;
            let next = if is_unsupported {
                Ok(true)
            } else {
                route.follow(&response, self.max_redirects)
            };
            let error = AttemptError::Status {
                status,
                retry_after: retry_after(response.headers(), SystemTime::now()),
            };
            let mut sink = tokio::io::sink();
            let unwanted = self.read(&mut response, &method, request, &mut sink);
            let _ = timeout(UNWANTED_BODY_DRAIN, unwanted).await;
            if !next? {
                return Err(error);
            }
            if is_unsupported {
                method = Method::GET;
            }
            request.discard_bytes();
        }
    }

    /// Sends the request, and once more at once if only the connection is at fault, one that was used
    /// before and that the server has closed meanwhile ([RFC 9112, section
    /// 9.3.1](https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1); some say 408 before they close it),
    /// or if the response has more headers than are commonly read.
    async fn send(
        &self,
        method: &Method,
        route: &Route<'_>,
        request: &Request,
    ) -> Result<Response, AttemptError> {
        let mut client = &self.client;
        let mut is_first = true;
        loop {
            let mut builder = client.request(method.clone(), route.url().clone());
            if !self.headers.is_empty() {
                builder = builder.headers(route.headers(&self.headers));
            }
            if request.close {
                builder = builder.header(CONNECTION, HeaderValue::from_static("close"));
            }
            let sent = builder.send().await;
            let may_be_stale = match &sent {
                Ok(response) => response.status() == StatusCode::REQUEST_TIMEOUT,
                Err(error) => is_unanswered(error),
            };
            let is_stale = may_be_stale && self.connections.was_used(&sent);
            let is_too_long = sent.as_ref().is_err_and(has_too_many_headers);
            if is_first && (is_stale || is_too_long) {
                (client, is_first) = (&self.for_resending, false);
                continue;
            }
            let response = sent.map_err(|error| classify_send_error(error, self.timeout))?;
            request.record_status(response.status());
            self.connections.record(&response, request.last_progress());
            return Ok(response);
        }
    }

    async fn read(
        &self,
        response: &mut Response,
        method: &Method,
        request: &Request,
        body: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), AttemptError> {
        let has_body = *method != Method::HEAD;
        if has_body
            && response
                .content_length()
                .is_some_and(|length| length > self.max_body)
        {
            return Err(self.body_too_large());
        }
        let mut decoder = Decoder::new(response.headers());
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| AttemptError::Body(error.without_url().into()))?;
            let Some(chunk) = chunk else { break };
            if decoder.is_identity() {
                self.write(&chunk, request, body).await?;
                continue;
            }
            request.record_progress();
            for step in chunk.chunks(DECODE_STEP) {
                let plain = decoder.decode(step).map_err(AttemptError::Encoding)?;
                self.write(&plain, request, body).await?;
            }
        }
        if !decoder.is_identity() {
            let rest = decoder.finish().map_err(AttemptError::Encoding)?;
            self.write(&rest, request, body).await?;
        }
        body.flush().await.map_err(output)
    }

    async fn write(
        &self,
        bytes: &[u8],
        request: &Request,
        body: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), AttemptError> {
        request.record_bytes(bytes.len() as u64);
        if request.bytes() > self.max_body {
            return Err(self.body_too_large());
        }
        body.write_all(bytes).await.map_err(output)
    }

    fn body_too_large(&self) -> AttemptError {
        let limit = self.max_body;
        AttemptError::BodyTooLarge { limit }
    }
}

/// No redirects and no retries of the client's own, no `Referer`, and patience with headers that
/// browsers accept.
fn configure(client: ClientBuilder) -> ClientBuilder {
    let accept_encoding = HeaderValue::from_static(decode::ACCEPTED);
    client
        .default_headers([(ACCEPT_ENCODING, accept_encoding)].into_iter().collect())
        .redirect(Policy::none())
        .retry(retry::never().max_retries_per_request(0))
        .referer(false)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .pool_idle_timeout(IDLE)
}

fn output(error: std::io::Error) -> AttemptError {
    AttemptError::from_io(error, AttemptError::Output)
}
