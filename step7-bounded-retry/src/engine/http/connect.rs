//! Which connection a request gets: reqwest does not say, but its connector can be watched.

use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use hyper_util::client::legacy::connect::{Connected, Connection, HttpInfo};
use reqwest::Response;

use crate::engine::Request;

tokio::task_local! {
    /// The request that is being sent in this task.
    pub(super) static SENDING: Arc<Request>;
}

/// Records in the request that a connection is being opened for it, and that it has been.
///
/// The pool lends a connection without asking the connector. And if one comes back to the pool while
/// the connector is at work, the request takes that one.
#[derive(Clone)]
pub(super) struct WatchConnections;

impl<S> Layer<S> for WatchConnections {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(connector)
    }
}

#[derive(Clone)]
pub(super) struct Watched<S>(S);

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Response: Connection,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let _ = SENDING.try_with(|request| request.record_connecting());
            let connection = connecting.await?;
            let address = address(&connection.connected());
            let _ = SENDING.try_with(|request| request.record_connected(address));
            Ok(connection)
        })
    }
}

/// Our end of the connection on which the response came, or on which none came.
pub(super) fn used(sent: &Result<Response, reqwest::Error>) -> Option<SocketAddr> {
    match sent {
        Ok(response) => Some(response.extensions().get::<HttpInfo>()?.local_addr()),
        Err(error) => {
            let error: &hyper_util::client::legacy::Error = error.source()?.downcast_ref()?;
            address(error.connect_info()?)
        }
    }
}

fn address(connection: &Connected) -> Option<SocketAddr> {
    let mut extensions = http::Extensions::new();
    connection.get_extras(&mut extensions);
    Some(extensions.get::<HttpInfo>()?.local_addr())
}
