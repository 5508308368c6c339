//! Chance that repeats: splitmix64 (Steele, Lea and Flood, 2014), begun anew for every record, so that a record does
//! not depend on how many there are.

use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// A sequence of numbers.
pub(super) struct Random(u64);

impl Random {
    /// The sequence of one record.
    pub fn of(seed: u64, kind: &str, index: usize) -> Self {
        let bytes = digest(seed, kind, index);
        Self(bytes.iter().take(8).fold(0, |state, byte| (state << 8) | u64::from(*byte)))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, `end`; 0 when there is nothing.
    pub fn below(&mut self, end: usize) -> usize {
        // Reduced in u64, so that 32-bit machines draw the same.
        let end = end.max(1) as u64;
        (self.draw() % end) as usize
    }

    /// Like [`Self::below`], the small ones more often.
    pub fn early(&mut self, end: usize) -> usize {
        let first = self.below(end);
        first.min(self.below(end))
    }

    /// A whole number.
    pub fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        let span = range.end().abs_diff(*range.start()) + 1;
        range.start() + (self.draw() % span) as i64
    }

    /// A measure from `low` up to, not including, `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.draw() >> 11) as f64 / (1_u64 << 53) as f64;
        low + unit * (high - low)
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several; there must be one.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Brings a list into another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last + 1);
            list.swap(last, other);
        }
    }
}

/// The id of a thing.
pub(super) fn uuid(seed: u64, kind: &str, index: usize) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(seed, kind, index)[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn digest(seed: u64, kind: &str, index: usize) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"maydan seed 1");
    hash.update(seed.to_le_bytes());
    hash.update((index as u64).to_le_bytes());
    hash.update(kind.as_bytes());
    hash.finalize().into()
}
