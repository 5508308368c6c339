//! Contents of records, part by part.

use super::Known;
use crate::blob::BlobHash;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// `POST /v1/blob/put`: says that a content is here, and brings a part of it. Idempotent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PutBlob {
    /// What the server showed of its log, as in `hello`.
    #[serde(default)]
    pub known: Option<Known>,
    /// The content.
    pub hash: BlobHash,
    /// How many bytes it has as a whole.
    pub size: u64,
    /// A part; without one the server only says what it lacks.
    #[serde(default)]
    pub part: Option<Part>,
}

/// A part of a content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which, from 0.
    pub n: u32,
    /// Its bytes.
    pub bytes: ByteBuf,
}

/// What is still to come of a content: nothing when it is complete, and found to be what its name says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lacking {
    /// Parts.
    pub parts: Vec<u32>,
    /// Once nothing is: the epoch, and the newest of the log, in which the content stands.
    #[serde(default)]
    pub head: Option<Known>,
}

/// `POST /v1/blob/get`: asks for a part of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetBlob {
    /// The content.
    pub hash: BlobHash,
    /// Which part, from 0.
    pub n: u32,
}

/// The part that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlobPart {
    /// How many bytes the content has as a whole.
    pub size: u64,
    /// The part.
    pub bytes: ByteBuf,
}
