//! Contents: what is too large for a document. Photos, signatures, voice notes.
//!
//! A content is named by the SHA-256 of its bytes, everywhere and for ever: the same photo is kept once, and whoever has
//! the name can tell whether the bytes are right. A record names it (`attachment`); who may read the record may read the
//! content. It travels in parts of [`PART_BYTES`], each by itself, so that what was cut off goes on where it stopped.

use crate::document::{Hash, RawChange};
use crate::{Error, ErrorCode, Result, Row};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Bytes of a part; the last one has what is left.
pub const PART_BYTES: usize = 256 << 10;
/// Largest content.
pub const MAX_BLOB_BYTES: u64 = 32 << 20;

/// The name of a content: SHA-256 of its bytes. 64 hex digits in JSON, 32 bytes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash(pub Hash);

impl BlobHash {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Hash(Sha256::digest(bytes).into()))
    }

    /// Reads a name from its 32 bytes.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`] when there are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(|bytes| Self(Hash(bytes))).map_err(|_| Error::corrupt("the name of a content has 32 bytes"))
    }

    /// Its 32 bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0.0
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BlobHash {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bytes: Option<Vec<u8>> = if is_hex { (0..64).step_by(2).map(digit).collect() } else { None };
        bytes.and_then(|bytes| Self::from_slice(&bytes).ok()).ok_or_else(|| Error::bad_request("the name of a content is 64 hex digits"))
    }
}

impl Serialize for BlobHash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl<'de> Deserialize<'de> for BlobHash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Hash::deserialize(d).map(Self)
    }
}

/// How many parts a content of this size has.
///
/// # Errors
/// [`ErrorCode::InvalidValue`] for an empty one, [`ErrorCode::TooLarge`] for more than [`MAX_BLOB_BYTES`].
pub fn parts(size: u64) -> Result<u32> {
    match size {
        0 => Err(Error::new(ErrorCode::InvalidValue, "an empty file is no content")),
        1..=MAX_BLOB_BYTES => Ok(u32::try_from(size.div_ceil(PART_BYTES as u64)).unwrap_or(u32::MAX)),
        _ => Err(Error::new(ErrorCode::TooLarge, format!("a content has at most {MAX_BLOB_BYTES} bytes"))),
    }
}

/// How many bytes the part `n` of a content of this size has; `None` when it has no such part.
pub fn part_len(size: u64, n: u32) -> Option<usize> {
    let left = size.checked_sub(u64::from(n) * PART_BYTES as u64)?;
    usize::try_from(left).ok().map(|left| left.min(PART_BYTES)).filter(|len| *len > 0)
}

/// The fields by which a record of some kind names contents.
pub const FIELDS: &[&str] = &["content", "thumbnail"];
/// The kind whose records name contents.
pub const KIND: &str = "attachment";

/// The contents that a record of [`KIND`] names.
pub fn named_in(row: &Row) -> Vec<BlobHash> {
    FIELDS.iter().filter_map(|field| row.get(*field)?.as_text()?.parse().ok()).collect()
}

/// The contents that a change names.
pub fn named_by(change: &RawChange) -> Vec<BlobHash> {
    let names = change.root_writes().into_iter().filter(|write| FIELDS.contains(&write.key.as_str()));
    names.filter_map(|write| write.text?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_cut_into_parts_that_make_the_whole() {
        for size in [1, PART_BYTES as u64 - 1, PART_BYTES as u64, PART_BYTES as u64 + 1, MAX_BLOB_BYTES] {
            let count = parts(size).expect("fits");
            let sum: usize = (0..count).map(|n| part_len(size, n).expect("a part")).sum();
            assert_eq!(sum as u64, size);
            assert_eq!(part_len(size, count), None);
        }
        assert_eq!(parts(0).expect_err("refused").code, ErrorCode::InvalidValue);
        assert_eq!(parts(MAX_BLOB_BYTES + 1).expect_err("refused").code, ErrorCode::TooLarge);
        assert_eq!(part_len(5, u32::MAX), None);
    }

    #[test]
    fn a_name_is_read_as_it_is_written_and_nothing_else_is() {
        let name = BlobHash::of("صورة".as_bytes());
        assert_eq!(name.to_string().parse::<BlobHash>().expect("read"), name);
        for wrong in ["", "ab", &"é".repeat(32), &"g".repeat(64), &"+1".repeat(32)] {
            assert!(wrong.parse::<BlobHash>().is_err(), "{wrong}");
        }
    }
}
