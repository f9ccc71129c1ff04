//! What is nearly right finds more than what is not right at all.

use proptest::collection::vec;
use proptest::prelude::*;

/// The bytes with a few of them changed, left out, or put in.
pub fn edited(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), b' '..=b'~', b'0'..=b'9'];
    let edits = vec((any::<prop::sample::Index>(), 0..3_u8, byte), 0..4);
    (bytes, edits).prop_map(|(mut bytes, edits)| {
        for (place, edit, byte) in edits {
            let place = place.index(bytes.len() + 1);
            match edit {
                0 => bytes.insert(place, byte),
                _ if place == bytes.len() => {}
                1 => drop(bytes.remove(place)),
                _ => bytes[place] = byte,
            }
        }
        bytes
    })
}
