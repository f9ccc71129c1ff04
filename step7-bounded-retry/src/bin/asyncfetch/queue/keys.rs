use redis::{FromRedisValue, Pipeline, pipe};

use super::server::Server;
use crate::selection::host_hash;

/// A host falls to one of them, and one worker owns it at a time.
pub const PARTITIONS: u64 = 64;

/// Adds lines to a partition: ARGV is the id of each line, and the line. The server refuses an id that is
/// not greater than all before it: such a line has been added already.
///
/// It ends at the first other error, so that no line is passed over.
pub const ADD: &str = "
for i = 1, #ARGV, 2 do
  local added = redis.pcall('XADD', KEYS[1], ARGV[i], 'line', ARGV[i + 1])
  if added.err and not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
end";

/// Takes, renews or gives back a lease: ARGV is the worker, and for how long it has the lease from now on.
/// The answer is -1 if another worker has it, and otherwise for how long this one must wait.
pub const LEASE: &str = "
redis.call('SET', KEYS[1], ARGV[1], 'NX')
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return math.max(redis.call('PTTL', KEYS[2]), 0)";

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

/// Notes that a worker is alive, by the server's clock, forgets those that are not, and counts the rest:
/// ARGV is the worker, and for how long it counts from now on.
pub const WORKERS: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZCARD', KEYS[1])";

/// Compare and set. It may be repeated.
pub const SWAP: &str = "
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] and now ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1";

/// One list, with its outcomes.
pub struct Queue {
    pub server: Server,
    pub name: String,
}

impl Queue {
    /// The braces keep the keys of a partition on one node of a cluster.
    pub fn key(&self, partition: u64, what: &str) -> String {
        format!("{{{}:{partition}}}:{what}", self.name)
    }

    /// Runs a command with this key of each partition.
    pub async fn each<T>(&self, command: &str, what: &str) -> Result<Vec<T>, String>
    where
        Vec<T>: FromRedisValue,
    {
        let mut commands = pipe();
        for partition in 0..PARTITIONS {
            commands.cmd(command).arg(self.key(partition, what));
        }
        self.server.run(&commands).await
    }

    /// How many lines have no outcome yet.
    pub async fn waiting(&self) -> Result<u64, String> {
        Ok(self.each::<u64>("XLEN", "lines").await?.iter().sum())
    }

    /// The worker that owns each partition, if one does.
    pub async fn owners(&self) -> Result<Vec<Option<String>>, String> {
        self.each("GET", "lease").await
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
