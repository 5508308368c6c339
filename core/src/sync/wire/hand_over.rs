//! What a device that was cut off has not sent.

use super::Known;
use crate::id::Actor;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;

/// `POST /v1/hand-over`: unsent work of a device that was cut off. It is kept as it came, for an administrator to read;
/// nobody else gets to see it. The same again is kept once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// As in [`super::Hello`].
    #[serde(default)]
    pub known: Option<Known>,
    /// The actors under which the device has written, at most [`super::MAX_EARLIER`].
    pub actors: Vec<Actor>,
    /// In the order in which they were made, at most [`super::MAX_PUSH_ITEMS`]: each the MessagePack of an [`super::Item`].
    pub items: Vec<ByteBuf>,
}

/// All of it is on the server's disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The server's epoch. On another one than the device knows, what it was told to be on the server may be forgotten there.
    pub epoch: Uuid,
}
