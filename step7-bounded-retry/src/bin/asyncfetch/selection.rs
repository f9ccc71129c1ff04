use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::Path;

use serde_derive::Deserialize;
use step7_bounded_retry::engine::host;

use crate::arguments::Shard;

/// Which lines are fetched; the others are passed over like comments.
pub struct Selection {
    shard: Option<Shard>,
    /// A hash of each URL that an earlier run has fetched: a million of them take a few megabytes.
    fetched: HashSet<u64>,
    hasher: RandomState,
    resumed: u64,
}

#[derive(Deserialize)]
struct Object {
    url: String,
    ok: bool,
}

impl Selection {
    /// # Errors
    ///
    /// If `resume` cannot be read, or does not begin with what an earlier run has written. A run that is
    /// killed cuts its last line, and a later run may have appended to that.
    pub fn new(shard: Option<Shard>, resume: Option<&Path>) -> io::Result<Self> {
        let mut selection = Self {
            shard,
            fetched: HashSet::new(),
            hasher: RandomState::new(),
            resumed: 0,
        };
        let Some(path) = resume else {
            return Ok(selection);
        };
        let mut begun = false;
        let mut lines = BufReader::new(File::open(path)?).split(b'\n').peekable();
        while let Some(line) = lines.next() {
            match serde_json::from_slice::<Object>(&line?) {
                Ok(object) => {
                    begun = true;
                    if object.ok {
                        let hash = selection.hasher.hash_one(object.url);
                        selection.fetched.insert(hash);
                    }
                }
                Err(_) if begun || lines.peek().is_none() => {}
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        Ok(selection)
    }

    pub fn takes(&mut self, line: &str) -> bool {
        let is_ours = |shard: Shard| host_hash(line) % shard.of == shard.number - 1;
        if !self.shard.is_none_or(is_ours) {
            return false;
        }
        let is_fetched = self.fetched.contains(&self.hasher.hash_one(line));
        self.resumed += u64::from(is_fetched);
        !is_fetched
    }

    /// How many lines were passed over because an earlier run has fetched them.
    pub fn resumed(&self) -> u64 {
        self.resumed
    }
}

/// The hash of a line's host, or of the line if it is not a URL that can be fetched.
pub fn host_hash(line: &str) -> u64 {
    fnv(FNV_BASIS, host(line).as_deref().unwrap_or(line))
}

/// The hash of nothing.
pub const FNV_BASIS: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a, 64 bits: the same on every machine and in every version. It goes on from the hash of what
/// came before.
pub fn fnv(before: u64, text: &str) -> u64 {
    text.bytes().fold(before, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
