//! Input that is almost valid, which finds more bugs than random bytes do.

use proptest::collection::vec;
use proptest::prelude::*;

/// `bytes` with a few of them changed, removed or inserted.
pub fn edited(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), b' '..=b'~', b'0'..=b'9'];
    let edits = vec((any::<prop::sample::Index>(), 0..3_u8, byte), 0..4);
    (bytes, edits).prop_map(|(mut bytes, edits)| {
        for (position, edit, byte) in edits {
            let position = position.index(bytes.len() + 1);
            match edit {
                0 => bytes.insert(position, byte),
                _ if position == bytes.len() => {}
                1 => drop(bytes.remove(position)),
                _ => bytes[position] = byte,
            }
        }
        bytes
    })
}
