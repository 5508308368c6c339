//! Small changes to bytes: what a fuzzer without feedback can do in a second.

use fastrand::Rng;

/// Numbers at which lengths and counts go wrong.
const EDGES: [u8; 10] = [0, 1, 0x7f, 0x80, 0xff, 0xc0, 0xc4, 0xc6, 0xdc, 0xdf];

/// A mutant of `one`, with pieces of `other`.
pub fn mutant(random: &mut Rng, one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = one.to_vec();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=bytes.len());
        match random.u8(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(0..8),
            1 if at < bytes.len() => bytes[at] = EDGES[random.usize(0..EDGES.len())],
            2 => bytes.truncate(at),
            3 => {
                let end = bytes.len().min(at + random.usize(0..16));
                bytes.drain(at..end);
            }
            4 if !other.is_empty() => {
                let from = random.usize(0..other.len());
                let to = other.len().min(from + random.usize(1..64));
                drop(bytes.splice(at..at, other[from..to].iter().copied()));
            }
            _ => bytes.insert(at, random.u8(..)),
        }
    }
    bytes
}
