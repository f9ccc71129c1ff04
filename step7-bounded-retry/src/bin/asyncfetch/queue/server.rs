use std::sync::atomic::{AtomicBool, Ordering};
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
    connection: Mutex<Option<MultiplexedConnection>>,
    has_answered: AtomicBool,
    is_in_trouble: AtomicBool,
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
        Ok(Self {
            client,
            connection: Mutex::new(None),
            has_answered: AtomicBool::new(false),
            is_in_trouble: AtomicBool::new(false),
        })
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
            let error = match self.try_once(commands).await {
                Ok(answer) => {
                    self.has_answered.store(true, Ordering::Relaxed);
                    if self.is_in_trouble.swap(false, Ordering::Relaxed) {
                        eprint_line("the queue server answers again");
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // After a fail-over, the name may stand for another server.
            *self.connection.lock().await = None;
            let address = self.client.get_connection_info().addr();
            let (may_pass, problem) = problem(error);
            let message = format!("queue server {address}: {problem}");
            let is_known = self.has_answered.load(Ordering::Relaxed);
            if !may_pass || (!is_known && started.elapsed() > PATIENCE) {
                return Err(message);
            }
            if !self.is_in_trouble.swap(true, Ordering::Relaxed) {
                eprint_line(format_args!("warning: {message}; trying again"));
            }
            sleep(delay.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            delay = LONGEST_DELAY.min(delay * 2);
        }
    }

    async fn try_once<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, RedisError> {
        let mut connection = {
            let mut current = self.connection.lock().await;
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
    match error.kind() {
        ErrorKind::Io => {
            let text = error.to_string();
            if error.is_timeout() {
                (true, "no answer".into())
            } else if error.is_connection_dropped() && !error.is_connection_refusal() {
                (true, "it closes the connection".into())
            } else {
                (!text.contains("certificate"), text)
            }
        }
        ErrorKind::AuthenticationFailed => (false, "it refuses the user or the password".into()),
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => {
            (false, "it is not a Redis or Valkey server".into())
        }
        _ => {
            let text = error.to_string();
            let errors = error.into_server_errors();
            let Some((_, error)) = errors.as_deref().and_then(<[_]>::first) else {
                return (false, text);
            };
            let details = error.details().unwrap_or_default();
            match error.code() {
                "LOADING" => (true, "it is starting, and loads its data".into()),
                "OOM" => (true, "its memory is full: raise its maxmemory".into()),
                "READONLY" | "MASTERDOWN" => (true, "it is a replica".into()),
                "NOAUTH" => (false, "it asks for a password".into()),
                "WRONGTYPE" => (
                    false,
                    "a key of the queue belongs to another program".into(),
                ),
                "MOVED" | "CROSSSLOT" => (false, "it is one node of a cluster".into()),
                code @ ("MISCONF" | "NOREPLICAS" | "BUSY" | "TRYAGAIN" | "CLUSTERDOWN") => {
                    (true, format!("{code} {details}"))
                }
                code => (false, format!("{code} {details}")),
            }
        }
    }
}
