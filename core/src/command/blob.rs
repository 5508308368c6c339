//! Commands about contents of records: photos, signatures, voice notes.

use crate::ErrorCode;
use crate::blob::BlobHash;
use serde::{Deserialize, Serialize};

/// Keeps a content on this device, to be sent to the server once a record names it. Keeping the same twice keeps it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeepContent {
    /// Its bytes, base64.
    pub bytes: String,
}

/// A content by its name: what a record's `content` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptContent {
    /// The name.
    pub hash: BlobHash,
    /// Its size, bytes.
    pub size: u64,
}

/// Asks for a content. One that is not here is fetched as soon as there is a network; an event tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadContent {
    /// The name.
    pub hash: BlobHash,
}

/// What is here of a content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Its bytes, base64; absent as long as they are not all here.
    pub bytes: Option<String>,
    /// How many of its bytes are here.
    pub here: u64,
    /// How many it has; absent until the server has said so.
    pub size: Option<u64>,
}

/// What waits to be sent or fetched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListTransfers {}

/// The queue of contents, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Transfers {
    /// Each.
    pub items: Vec<Transfer>,
}

/// A content on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// The content.
    pub hash: BlobHash,
    /// It goes to the server; otherwise it comes from there.
    pub is_outgoing: bool,
    /// How many of its bytes are where they shall be.
    pub done: u64,
    /// How many it has; absent until that is known.
    pub size: Option<u64>,
    /// Why the server would not have it: asking again is up to a person.
    pub refused: Option<ErrorCode>,
}

/// Tries again what was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryTransfer {
    /// The content.
    pub hash: BlobHash,
}
