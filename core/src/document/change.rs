//! One change: the unit that is stored, sent, acknowledged and identified by (document, hash).

use crate::id::Actor;
use crate::{Error, ErrorCode, Result};
use automerge::{AutoCommit, Change, ChangeHash};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Largest change accepted from outside. The longest prose field, written at once, fits.
pub const MAX_CHANGE_BYTES: usize = 1 << 20;

/// Where a chunk's checksum stands.
const CHECKSUM: std::ops::Range<usize> = 4..8;
/// Where a chunk's type stands.
const CHUNK_TYPE: usize = 8;
/// The type of a deflated change.
const DEFLATED: u8 = 2;

/// SHA-256 of a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The same as Automerge names it.
    pub fn automerge(&self) -> ChangeHash {
        ChangeHash(self.0)
    }

    /// Reads a hash from its 32 bytes.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`] when there are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| Error::corrupt("a change hash has 32 bytes"))
    }
}

impl From<&ChangeHash> for Hash {
    fn from(hash: &ChangeHash) -> Self {
        Self(hash.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &self.to_string()[..12])
    }
}

impl std::str::FromStr for Hash {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let parsed: ChangeHash = s.parse().map_err(|_| Error::bad_request("a change hash is 64 hex digits"))?;
        Ok(Self::from(&parsed))
    }
}

/// Text (hex) for people and JSON, 32 bytes on the wire.
impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(self) } else { s.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        if d.is_human_readable() {
            String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
        } else {
            let bytes = serde_bytes::ByteBuf::deserialize(d)?;
            Self::from_slice(&bytes).map_err(serde::de::Error::custom)
        }
    }
}

/// A decoded change with its bytes.
#[derive(Clone)]
pub struct RawChange(Change);

impl fmt::Debug for RawChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawChange({:?})", self.hash())
    }
}

impl RawChange {
    pub(super) fn into_inner(self) -> Change {
        self.0
    }

    pub(super) fn inner(&self) -> &Change {
        &self.0
    }

    /// Its identity within its document.
    pub fn hash(&self) -> Hash {
        Hash::from(&self.0.hash())
    }

    /// The installation that wrote it.
    pub fn actor(&self) -> Actor {
        Actor::from(self.0.actor_id())
    }

    /// The actor as Automerge wrote it: a form edited at old heads writes under a branch of its actor, with its own sequence.
    pub fn branch(&self) -> &[u8] {
        self.0.actor_id().to_bytes()
    }

    /// Its place among its branch's changes, from 1.
    pub fn sequence(&self) -> u64 {
        self.0.seq()
    }

    /// The changes that it was made on.
    pub fn dependencies(&self) -> Vec<Hash> {
        self.0.deps().iter().map(Hash::from).collect()
    }

    /// The writer's clock, seconds since 1970: for display, never for ordering.
    pub fn written_at(&self) -> i64 {
        self.0.timestamp()
    }

    /// The change as stored and sent.
    pub fn bytes(&self) -> &[u8] {
        self.0.raw_bytes()
    }

    /// What it writes at the root.
    pub fn root_writes(&self) -> Vec<RootWrite> {
        use automerge::ScalarValue;
        use automerge::legacy::{Key, ObjectId, OpType};
        let written = self.0.decode().operations.into_iter().filter(|op| op.obj == ObjectId::Root);
        written
            .filter_map(|op| {
                let Key::Map(key) = &op.key else { return None };
                let text = match &op.action {
                    OpType::Put(ScalarValue::Str(text)) => Some(text.to_string()),
                    _ => None,
                };
                Some(RootWrite { key: key.to_string(), text, overwrites: op.pred.iter().next().is_some() })
            })
            .collect()
    }
}

/// Whether a snapshot's own checksum fits it: cheap beside loading it.
pub fn is_intact(snapshot: &[u8]) -> bool {
    match snapshot {
        [_, _, _, _, a, b, c, d, rest @ ..] if !rest.is_empty() => Sha256::digest(rest)[..4] == [*a, *b, *c, *d],
        _ => false,
    }
}

/// The changes in a snapshot, of whatever kind its document is.
///
/// # Errors
/// [`crate::ErrorCode::Corrupt`].
pub fn changes_of_snapshot(snapshot: &[u8]) -> Result<Vec<RawChange>> {
    guarded("the snapshot", || Ok(AutoCommit::load(snapshot)?.get_changes(&[]).into_iter().map(RawChange::from).collect()))
}

/// A write at the root of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootWrite {
    /// The key.
    pub key: String,
    /// The value, where it is text.
    pub text: Option<String>,
    /// Something stood there before.
    pub overwrites: bool,
}

impl From<Change> for RawChange {
    fn from(change: Change) -> Self {
        Self(change)
    }
}

/// Decodes one change that came from outside.
///
/// # Errors
/// [`ErrorCode::TooLarge`] above [`MAX_CHANGE_BYTES`], [`ErrorCode::Corrupt`] for anything that is not exactly one change.
pub fn decode_change(bytes: &[u8]) -> Result<RawChange> {
    if bytes.len() > MAX_CHANGE_BYTES {
        return Err(Error::new(ErrorCode::TooLarge, format!("a change has at most {MAX_CHANGE_BYTES} bytes")));
    }
    check_inflated_size(bytes)?;
    guarded("the change", || {
        let change = Change::from_bytes(bytes.to_vec()).map_err(|e| Error::corrupt(format!("not a change: {e}")))?;
        // The decoder does not compare the checksum, which is the beginning of the hash.
        if bytes.get(CHECKSUM) == Some(&change.hash().0[..CHECKSUM.len()]) {
            Ok(RawChange(change))
        } else {
            Err(Error::corrupt("the change is damaged: its checksum does not fit"))
        }
    })
}

/// Other clients may send deflated chunks: a small one must not become a huge one.
fn check_inflated_size(bytes: &[u8]) -> Result<()> {
    if bytes.get(CHUNK_TYPE) != Some(&DEFLATED) {
        return Ok(());
    }
    let length_bytes = bytes[CHUNK_TYPE + 1..].iter().take_while(|b| **b & 0x80 != 0).count() + 1;
    let body = bytes.get(CHUNK_TYPE + 1 + length_bytes..).unwrap_or_default();
    let limit = u64::try_from(MAX_CHANGE_BYTES).unwrap_or(u64::MAX);
    let inflated = std::io::copy(&mut flate2::read::DeflateDecoder::new(body).take(limit + 1), &mut std::io::sink());
    match inflated {
        Ok(size) if size <= limit => Ok(()),
        Ok(_) => Err(Error::new(ErrorCode::TooLarge, "a change is too large once inflated")),
        Err(_) => Err(Error::corrupt("a deflated change is damaged")),
    }
}

/// Runs a decoder over outside bytes: should it panic, that is an error of the bytes, not the end of the process.
pub fn guarded<T>(what: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(Error::corrupt(format!("{what} could not be decoded"))))
}
