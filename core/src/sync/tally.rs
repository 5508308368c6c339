//! A number that stands for all documents of a scope: equal where the same documents stand at the same heads.
//!
//! A device compares its own with the server's when it has read a feed to its end. Should they differ, something was missed
//! or lost on the way, whatever the reason: then it asks for the mark of each document, and for those that differ.

use crate::document::Hash;
use crate::id::RecordId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Marks have so many bits: a sum over eight million documents still fits where whole numbers have a sign.
const BITS: u32 = 40;

/// What stands for one document: id and heads, the genesis left out. The first 40 bits of the SHA-256 of the id's 16 bytes
/// and the sorted heads' 32 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(pub i64);

impl Mark {
    /// The mark of a document at these heads.
    pub fn of<'a>(doc: RecordId, heads: impl IntoIterator<Item = &'a Hash>) -> Self {
        let heads: BTreeSet<&Hash> = heads.into_iter().collect();
        let mut digest = Sha256::new_with_prefix(doc.as_bytes());
        heads.into_iter().for_each(|head| digest.update(head.0));
        let bytes = digest.finalize();
        let first = bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self((first >> (u64::BITS - BITS)).cast_signed())
    }
}

/// The documents of a scope in two numbers; also what one adds to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many documents there are.
    pub docs: i64,
    /// The sum of their marks.
    pub sum: i64,
}

impl Tally {
    /// A document comes to stand at this mark.
    pub fn add(&mut self, mark: Mark) {
        self.docs += 1;
        self.sum += mark.0;
    }

    /// A document stands no longer at this mark.
    pub fn remove(&mut self, mark: Mark) {
        self.docs -= 1;
        self.sum -= mark.0;
    }
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { docs: self.docs + other.docs, sum: self.sum + other.sum }
    }
}

impl FromIterator<Mark> for Tally {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let mut tally = Self::default();
        marks.into_iter().for_each(|mark| tally.add(mark));
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn doc(n: u128) -> RecordId {
        RecordId(Uuid::from_u128(n))
    }

    #[test]
    fn the_order_of_heads_and_documents_says_nothing_and_everything_else_does() {
        let (a, b) = (Hash([1; 32]), Hash([2; 32]));
        assert_eq!(Mark::of(doc(1), [&a, &b]), Mark::of(doc(1), [&b, &a]));
        let all = [Mark::of(doc(1), []), Mark::of(doc(1), [&a]), Mark::of(doc(1), [&a, &b]), Mark::of(doc(2), [&a])];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|mark| (0..1 << BITS).contains(&mark.0)));

        let forth: Tally = all.into_iter().collect();
        let back: Tally = all.into_iter().rev().collect();
        assert_eq!(forth, back);
        let mut less = forth;
        less.remove(all[0]);
        assert_eq!(less, all[1..].iter().copied().collect());
    }

    #[test]
    fn the_mark_is_what_the_protocol_says() {
        // SHA-256 of 16 zero bytes begins with 374708fff7.
        assert_eq!(Mark::of(doc(0), []), Mark(0x37_4708_fff7));
    }
}
