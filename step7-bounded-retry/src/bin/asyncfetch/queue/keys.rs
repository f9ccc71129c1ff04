use redis::{Pipeline, pipe};

use super::server::Server;
use crate::selection::host_hash;

/// A host falls to one of them, and one worker owns it at a time.
pub const PARTITIONS: u64 = 64;

/// Adds lines to a partition, each with its number as its id. The server refuses an id that is not
/// greater than all before it: such a line has been added already.
///
/// It ends at the first other error, so that no line is passed over.
pub const ADD: &str = "
for i = 1, #ARGV, 2 do
  local added = redis.pcall('XADD', KEYS[1], ARGV[i], 'line', ARGV[i + 1])
  if added.err and not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
end";

/// Takes a lease, or renews it: ARGV is the worker, the time of the lease, and for how long another owner
/// has to leave the partition alone. The answer is -1 if another worker has the lease, and otherwise for
/// how long this one has to.
pub const LEASE: &str = "
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local pause = math.max(redis.call('PTTL', KEYS[2]), 0)
if pause < tonumber(ARGV[3]) then redis.call('SET', KEYS[2], '', 'PX', ARGV[3]) end
return pause";

/// Gives a lease back, if it still is the worker's.
pub const RELEASE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

/// Notes that a partition must be left alone for a time, unless a longer one is noted.
pub const PAUSE: &str = "
local pause = redis.call('PTTL', KEYS[1])
if pause < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end";

/// Writes outcomes: ARGV is the id of each line, and its object. A line that is not there any more has
/// its outcome already.
///
/// The line is deleted last: if the server's memory is full, the outcome is refused and the line stays.
pub const WRITE: &str = "
for i = 1, #ARGV, 2 do
  if #redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[2], '*', 'object', ARGV[i + 1])
    redis.call('XDEL', KEYS[1], ARGV[i])
  end
end";

/// Notes that a worker is alive, by the server's clock, forgets those that are not, and counts the rest.
/// ARGV is the worker, or nothing, and the time for which it counts.
pub const WORKERS: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZCARD', KEYS[1])";

/// Compare and set.
pub const SWAP: &str = "
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] and now ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1";

/// One list, with its outcomes.
pub struct Queue {
    pub server: Server,
    name: String,
}

impl Queue {
    /// # Errors
    ///
    /// Those of [`Server::open`].
    pub fn open(address: &str, name: &str) -> Result<Self, String> {
        Ok(Self {
            server: Server::open(address)?,
            name: name.to_owned(),
        })
    }

    /// The braces keep the keys of a partition on one node of a cluster.
    pub fn key(&self, partition: u64, what: &str) -> String {
        format!("{{{}:{partition}}}:{what}", self.name)
    }

    pub fn meta_key(&self) -> String {
        format!("{}:meta", self.name)
    }

    pub fn workers_key(&self) -> String {
        format!("{}:workers", self.name)
    }

    /// How many lines have no outcome yet.
    pub async fn waiting(&self) -> Result<u64, String> {
        self.sum("XLEN", "lines").await
    }

    pub async fn outcomes(&self) -> Result<u64, String> {
        self.sum("XLEN", "results").await
    }

    /// How many partitions have an owner.
    pub async fn owned(&self) -> Result<u64, String> {
        self.sum("EXISTS", "lease").await
    }

    /// How many workers are alive.
    pub async fn workers(&self) -> Result<u64, String> {
        let mut commands = pipe();
        eval(&mut commands, WORKERS, &[self.workers_key()]).arg(&["", "0"]);
        let (workers,) = self.server.run(&commands).await?;
        Ok(workers)
    }

    async fn sum(&self, command: &str, what: &str) -> Result<u64, String> {
        let mut commands = pipe();
        for partition in 0..PARTITIONS {
            commands.cmd(command).arg(self.key(partition, what));
        }
        let counts: Vec<u64> = self.server.run(&commands).await?;
        Ok(counts.iter().sum())
    }
}

/// Begins a script; its arguments follow.
pub fn eval<'a>(commands: &'a mut Pipeline, script: &str, keys: &[String]) -> &'a mut Pipeline {
    let command = commands.cmd("EVAL");
    command.arg(script.trim()).arg(keys.len()).arg(keys)
}

/// The partition to which the line's host falls.
pub fn partition(line: &str) -> u64 {
    host_hash(line) % PARTITIONS
}

/// The name of a queue: it becomes a part of keys.
pub fn name(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 64 letters, digits, dots, hyphens or underscores")
    }
}

/// The id of a line in its partition: ids begin at 1.
pub fn id(number: u64) -> String {
    format!("{}-0", number + 1)
}

/// The number of the line with this id.
pub fn number(id: &str) -> u64 {
    let id = id.split_once('-').and_then(|(id, _)| id.parse().ok());
    id.unwrap_or(1_u64).saturating_sub(1)
}
