//! What a device sends of its own, and what became of it.

use super::{Known, LogHead};
use crate::document::{FieldChange, Hash};
use crate::id::{Actor, RecordId, ScopeId};
use crate::sync::receipt::Receipt;
use crate::{Error, ErrorCode, Result};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One thing that a device sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A new document; its genesis follows from kind and id.
    Open {
        /// The document.
        doc: RecordId,
        /// Its kind.
        kind: String,
        /// The record whose scope it follows.
        parent: Option<RecordId>,
        /// Its scope, as the device understands it.
        scope: ScopeId,
    },
    /// A change.
    Change {
        /// Its document.
        doc: RecordId,
        /// The change.
        bytes: ByteBuf,
    },
    /// A document as the device has it, for a server that may have forgotten it: it takes what its receipts prove.
    Relay(Box<Relay>),
    /// Something that the server decides.
    Command(Command),
}

/// What somebody wants the server to do: queued like any edit, and done at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Made when it was given: the same again is a duplicate.
    pub id: Uuid,
    /// The document.
    pub doc: RecordId,
    /// What.
    pub act: Act,
}

/// What a [`Command`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Moves a record, with whatever follows it, into another territory.
    Move {
        /// Where it was when this was wanted: somebody who has moved it elsewhere meanwhile is not overruled.
        from: ScopeId,
        /// Where it shall be.
        to: ScopeId,
    },
}

impl Act {
    /// As people read it: a change of the field that says where the record is.
    pub fn as_field(&self) -> FieldChange {
        let Self::Move { from, to } = self;
        FieldChange { field: "territory".into(), before: from.to_string().into(), after: to.to_string().into() }
    }
}

/// A document that is brought back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relay {
    /// The document.
    pub doc: RecordId,
    /// Its kind.
    pub kind: String,
    /// The record whose scope it follows.
    pub parent: Option<RecordId>,
    /// Its scope when the receipts were made.
    pub scope: ScopeId,
    /// Its changes without the genesis, each after those it was made on.
    pub changes: Vec<ByteBuf>,
    /// Receipts for the heads of these changes.
    pub receipts: Vec<(Hash, Receipt)>,
}

impl Item {
    /// The document that it is about.
    pub fn doc(&self) -> RecordId {
        match self {
            Self::Open { doc, .. } | Self::Change { doc, .. } => *doc,
            Self::Relay(relay) => relay.doc,
            Self::Command(command) => command.doc,
        }
    }

    /// The item as it is stored and sent.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        rmp_serde::to_vec_named(self).map_err(|e| Error::internal(format!("an item could not be written: {e}")))
    }

    /// Reads a stored, exported or received item.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a sort that a later version brought, [`ErrorCode::BadRequest`] for anything else that
    /// is no item.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        rmp_serde::from_slice(bytes).map_err(|e| {
            let sort = rmp_serde::from_slice::<BTreeMap<String, IgnoredAny>>(bytes).ok().filter(|map| map.len() == 1);
            match sort.and_then(|map| map.into_keys().next()) {
                Some(sort) if !SORTS.contains(&sort.as_str()) => {
                    Error::new(ErrorCode::Unsupported, format!("items of the sort {sort:?} are not known here: update"))
                }
                _ => Error::bad_request(format!("not an item: {e}")),
            }
        })
    }
}

/// The sorts of items.
const SORTS: &[&str] = &["open", "change", "relay", "command"];

/// `POST /v1/push`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Push {
    /// The actor that `hello` announced.
    pub actor: Actor,
    /// As in [`super::Hello`].
    #[serde(default)]
    pub known: Option<Known>,
    /// Items in the order in which they were made; at most [`super::MAX_PUSH_ITEMS`]. Each is written by itself
    /// ([`Item::to_bytes`]), so that one that can't be read harms no other.
    pub items: Vec<ByteBuf>,
    /// What the writer knew of the server's decisions when she wrote them.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

impl Push {
    /// These items, and nothing known.
    pub fn of(actor: Actor, items: Vec<ByteBuf>) -> Self {
        Self { actor, known: None, items, seen: Seen::default() }
    }
}

/// For each item of a push, up to which number of the server's log its writer knew what she may do and what lies where:
/// work that was done in good faith is judged by the rights of then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(
    /// Runs: the position of the first item, and the number that holds from there on.
    pub Vec<(u32, u64)>,
);

impl Seen {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what was known of the item at `position`, which is behind all others.
    pub fn add(&mut self, position: usize, seq: u64) {
        if self.0.last().map_or(0, |(_, last)| *last) != seq {
            self.0.push((u32::try_from(position).unwrap_or(u32::MAX), seq));
        }
    }

    /// Checks that the runs are of so many items, each behind the one before.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`].
    pub fn check(&self, items: usize) -> Result<()> {
        let is_behind = self.0.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let last = self.0.last().map_or(0, |(first, _)| usize::try_from(*first).unwrap_or(usize::MAX));
        let fits = self.0.len() <= items && (self.0.is_empty() || last < items);
        if is_behind && fits { Ok(()) } else { Err(Error::bad_request("what was seen is said in runs, from one item to a later one")) }
    }

    /// What was known of the item at `position`; 0 is nothing.
    pub fn at(&self, position: usize) -> u64 {
        let run = self.0.iter().take_while(|(first, _)| usize::try_from(*first).is_ok_and(|first| first <= position)).last();
        run.map_or(0, |(_, seq)| *seq)
    }
}

/// What became of each item, in the same order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushAnswer {
    /// The server's epoch.
    pub epoch: Uuid,
    /// Where its log stands, with what was accepted.
    pub head: LogHead,
    /// One for each item.
    pub outcomes: Vec<Outcome>,
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// On the server's disk.
    Accepted {
        /// Its place in the feed.
        seq: u64,
    },
    /// It was there already.
    Duplicate,
    /// The document is there, made just now or before, but not in the scope that the item named: the server's word counts.
    Elsewhere {
        /// Its scope.
        scope: ScopeId,
    },
    /// Refused; the others are not affected.
    Rejected {
        /// Why.
        code: ErrorCode,
        /// For whoever debugs.
        message: String,
    },
}
