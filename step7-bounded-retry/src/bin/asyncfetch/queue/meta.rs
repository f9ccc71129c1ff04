use redis::pipe;
use serde_derive::{Deserialize, Serialize};

use super::keys::{PARTITIONS, Queue, SWAP, eval};
use crate::selection::{FNV_BASIS, fnv};

/// Changed with the meaning of the keys.
const LAYOUT: u64 = 1;
/// By so many first lines an input is recognized.
pub const HEAD: u64 = 1000;

/// How far the last input has been added. The numbers of lines count all inputs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    layout: u64,
    partitions: u64,
    /// Where the last input begins.
    start: u64,
    /// Lines that are, or may be, in their partitions.
    pub reserved: u64,
    /// Lines that are in their partitions.
    pub added: u64,
    /// Whether the last input has been added to its end.
    pub ended: bool,
    /// The hash of all lines of the last input, and of its first [`HEAD`] lines.
    pub hash: u64,
    pub head: u64,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            layout: LAYOUT,
            partitions: PARTITIONS,
            start: 0,
            reserved: 0,
            added: 0,
            ended: true,
            hash: FNV_BASIS,
            head: FNV_BASIS,
        }
    }
}

impl Meta {
    /// How many lines of the last input are reserved.
    pub fn lines(&self) -> u64 {
        self.reserved - self.start
    }

    /// What this is when another input begins.
    pub fn next_input(&self) -> Self {
        Self {
            start: self.reserved,
            hash: FNV_BASIS,
            head: FNV_BASIS,
            ..self.clone()
        }
    }

    /// What this was when the last input began.
    pub fn first_line(&self) -> Self {
        Self {
            reserved: self.start,
            hash: FNV_BASIS,
            head: FNV_BASIS,
            ..self.clone()
        }
    }

    /// Reserves the number of one more line.
    pub fn push(&mut self, line: &str) {
        self.hash = fnv(fnv(self.hash, line), "\n");
        self.reserved += 1;
        if self.lines() <= HEAD {
            self.head = self.hash;
        }
    }
}

impl Queue {
    /// [`None`] if nothing has been added yet.
    ///
    /// # Errors
    ///
    /// If the queue has another layout.
    pub async fn meta(&self) -> Result<Option<Meta>, String> {
        let key = self.meta_key();
        let mut commands = pipe();
        commands.cmd("GET").arg(&key);
        let (text,): (Option<Vec<u8>>,) = self.server.run(&commands).await?;
        let Some(text) = text else {
            return Ok(None);
        };
        serde_json::from_slice(&text)
            .ok()
            .filter(|meta: &Meta| (meta.layout, meta.partitions) == (LAYOUT, PARTITIONS))
            .map(Some)
            .ok_or(format!(
                "{key} was written by another version of asyncfetch, or by another program"
            ))
    }

    /// Replaces `old`.
    ///
    /// # Errors
    ///
    /// If it has been replaced by another `queue add` meanwhile.
    pub async fn replace_meta(&self, old: Option<&Meta>, new: &Meta) -> Result<(), String> {
        let text = |meta: &Meta| serde_json::to_string(meta).expect("it has no maps");
        let mut commands = pipe();
        eval(&mut commands, SWAP, &[self.meta_key()])
            .arg(old.map(text).unwrap_or_default())
            .arg(text(new));
        let (is_replaced,): (bool,) = self.server.run(&commands).await?;
        if is_replaced {
            Ok(())
        } else {
            Err(
                "another `queue add` has changed this queue, or its server has lost data: \
                 add the same input again"
                    .to_owned(),
            )
        }
    }
}
