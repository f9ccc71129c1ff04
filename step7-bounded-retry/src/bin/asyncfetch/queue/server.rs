use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, IntoConnectionInfo, Pipeline,
    RedisError,
};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::eprint_line;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest wait for an answer. The library's own limit of 500 ms is too short for a server that
/// forks or writes to a slow disk.
const ANSWER: Duration = Duration::from_secs(5);
/// A server that has never answered is given up after this time.
const PATIENCE: Duration = Duration::from_secs(10);
const SHORTEST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// The server, over one connection.
pub struct Server {
    client: Client,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    has_answered: bool,
    is_in_trouble: bool,
}

impl Server {
    /// Connects at the first command.
    ///
    /// # Errors
    ///
    /// If it is not an address. The message does not repeat it: there may be a password in it.
    pub fn open(address: &str) -> Result<Self, String> {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let open = || {
            let address = address.into_connection_info()?;
            // CLIENT SETINFO: a user with few rights may not have it, an old server does not know it.
            let settings = address.redis_settings().clone().set_skip_set_lib_name();
            Client::open(address.set_redis_settings(settings))
        };
        let client = open().map_err(|_: RedisError| {
            "QUEUE must be an address such as redis://127.0.0.1:6379/0 or rediss://USER:PASSWORD@HOST"
        })?;
        let state = Mutex::default();
        Ok(Self { client, state })
    }

    /// Runs the commands, again and again until they succeed. When an answer is lost, they run once more
    /// than was noticed: each of them must allow that.
    ///
    /// # Errors
    ///
    /// If trying again cannot help, or if the server has never answered in ten seconds.
    pub async fn run<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, String> {
        let started = Instant::now();
        let mut delay = SHORTEST_DELAY;
        loop {
            let answer = self.try_once(commands).await;
            let mut state = self.state.lock().await;
            let error = match answer {
                Ok(answer) => {
                    state.has_answered = true;
                    if std::mem::take(&mut state.is_in_trouble) {
                        eprint_line("the queue server answers again");
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // After a fail-over, the name may stand for another server.
            state.connection = None;
            let address = self.client.get_connection_info().addr();
            let (may_pass, problem) = problem(error);
            let message = format!("queue server {address}: {problem}");
            if !may_pass || (!state.has_answered && started.elapsed() > PATIENCE) {
                return Err(message);
            }
            if !std::mem::replace(&mut state.is_in_trouble, true) {
                eprint_line(format_args!("warning: {message}; trying again"));
            }
            drop(state);
            sleep(delay.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            delay = LONGEST_DELAY.min(delay * 2);
        }
    }

    async fn try_once<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, RedisError> {
        let mut connection = {
            let current = &mut self.state.lock().await.connection;
            if current.is_none() {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(Some(ANSWER));
                let client = &self.client;
                let connect = client.get_multiplexed_async_connection_with_config(&config);
                *current = Some(connect.await?);
            }
            current.clone().expect("it is connected")
        };
        commands.query_async(&mut connection).await
    }
}

/// Whether trying again may help, and what is wrong.
fn problem(error: RedisError) -> (bool, String) {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::Io => (!text.contains("certificate"), text),
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => {
            (false, "it is not a Redis or Valkey server".to_owned())
        }
        _ => {
            let errors = error.into_server_errors();
            let Some((_, error)) = errors.as_deref().and_then(<[_]>::first) else {
                return (false, text);
            };
            let (code, details) = (error.code(), error.details().unwrap_or_default());
            // It starts, is full, runs a long script, or another server takes its place.
            let may_pass = matches!(
                code,
                "BUSY"
                    | "CLUSTERDOWN"
                    | "LOADING"
                    | "MASTERDOWN"
                    | "MISCONF"
                    | "NOREPLICAS"
                    | "OOM"
                    | "READONLY"
                    | "TRYAGAIN"
            );
            (may_pass, format!("{code} {details}"))
        }
    }
}
