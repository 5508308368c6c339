//! Receipts: the server's word that it has accepted something, for the day when it has forgotten it.
//!
//! A change names by their hashes the changes it was made on, so that a receipt for one stands for everything before it.
//! A device keeps the receipts of what it was sent last, and brings a restored server the work of colleagues whose own
//! devices are lost: the server takes what its own receipt proves, whoever brings it.

use crate::document::Hash;
use crate::id::{RecordId, ScopeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;

/// What a receipt says: this change, and all it was made on, was part of this document, which was this and belonged there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attested<'a> {
    /// The document.
    pub doc: RecordId,
    /// Its kind.
    pub kind: &'a str,
    /// The record whose scope it follows.
    pub parent: Option<RecordId>,
    /// Its scope.
    pub scope: ScopeId,
    /// The change.
    pub hash: Hash,
}

/// A receipt: 16 bytes that only the server can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt(pub [u8; 16]);

impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let bytes = ByteBuf::deserialize(d)?;
        bytes.into_vec().try_into().map(Self).map_err(|_| serde::de::Error::custom("a receipt has 16 bytes"))
    }
}

/// Who makes receipts: the holder of the server's key.
pub trait Notary {
    /// The receipt for this.
    fn receipt(&self, of: &Attested<'_>) -> Receipt;
}
