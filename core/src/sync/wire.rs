//! Messages between device and server.
//!
//! A change is identified by (document, hash). Pushing is idempotent, with an answer per item. A device pulls one feed
//! per scope, each with its own cursor.

use crate::command::Grant;
use crate::document::Hash;
use crate::id::{Actor, DeviceId, RecordId, ScopeId};
use crate::record::Row;
use crate::sync::receipt::Receipt;
use crate::sync::tally::{Mark, Tally};
use crate::time::Instant;
use crate::{Error, ErrorCode, Result};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Version of this protocol.
pub const PROTOCOL: u16 = 1;
/// Media type of `push` and `pull` bodies.
pub const MEDIA_TYPE: &str = "application/vnd.maydan.sync+msgpack";
/// Most items in a push.
pub const MAX_PUSH_ITEMS: usize = 500;
/// Most bytes in a push or pull body, before compression.
pub const MAX_BODY_BYTES: usize = 4 << 20;
/// Most earlier actors in a hello.
pub const MAX_EARLIER: usize = 1_000;
/// Bytes of items after which a client closes a push batch, and a server a page.
pub const TARGET_BATCH_BYTES: usize = 1 << 20;

/// Most documents that a pull asks for by name.
pub const MAX_WANTED: usize = 500;

/// `POST /v1/sign-in`, JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Login name.
    pub login: String,
    /// Password.
    pub password: String,
    /// The installation.
    pub device: DeviceId,
}

/// `POST /v1/refresh`, JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The refresh token of this device.
    pub refresh: String,
    /// The installation that the token was given to.
    pub device: DeviceId,
}

/// Answer to both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// Bearer token for minutes.
    pub access: String,
    /// Token for new ones; each use gives the next.
    pub refresh: String,
    /// Who signed in.
    pub user: RecordId,
    /// Her name.
    pub name: String,
    /// Her role.
    pub role: String,
}

/// `POST /v1/hello`, JSON: opens a round. When nothing is new on either side it is the only request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the protocol that the client speaks.
    pub protocol: u16,
    /// The actor under which this database writes.
    pub actor: Actor,
    /// Actors under which it wrote before, as long as the server has not answered a `hello` that names them.
    #[serde(default)]
    pub earlier: Vec<Actor>,
    /// How many entries of the actor directory the client has.
    pub actors_known: u64,
    /// The epoch that the client knows, and the newest head of the server's log that it was shown in it.
    #[serde(default)]
    pub known: Option<Known>,
}

/// What a round starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloAnswer {
    /// Version of the protocol that the server speaks.
    pub protocol: u16,
    /// Changes when the server was restored from a backup.
    pub epoch: Uuid,
    /// The server's clock.
    pub server_time: Instant,
    /// Her role now.
    pub role: String,
    /// What she may see and do now.
    pub grants: Vec<Grant>,
    /// The newest entry of each granted scope's feed.
    pub high_water: Vec<(ScopeId, u64)>,
    /// The actor that `hello` named is another device's: this database is a copy of its, and writes under a new one.
    #[serde(default)]
    pub actor_taken: bool,
    /// Who writes under which actor: the entries after `actors_known`.
    pub actors: Vec<(Actor, RecordId)>,
    /// What the feeds hold from: a cursor that [is below](Cursor::is_below) has missed something and begins again.
    #[serde(default)]
    pub floor: u64,
    /// Where the server's log stands; a poke with the same number says nothing new.
    pub head: LogHead,
}

/// An epoch, and a head of the server's log in it.
pub type Known = (Uuid, LogHead);

/// Where the server's log stood: how many entries it had, and the server's seal on what they were. A server that was put
/// back to an earlier state without anybody saying so is found out by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// The newest number given.
    pub seq: u64,
    /// The seal: opaque to clients.
    pub seal: Seal,
}

/// A server's seal: 8 bytes of digest and 16 of a code that only the server can make. Hex in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seal(pub [u8; 24]);

impl Serialize for Seal {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.serialize_str(&self.0.iter().map(|b| format!("{b:02x}")).collect::<String>())
        } else {
            s.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Seal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let bytes = if d.is_human_readable() {
            let text = String::deserialize(d)?;
            let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
            (0..text.len()).step_by(2).map(digit).collect::<Option<Vec<u8>>>().unwrap_or_default()
        } else {
            ByteBuf::deserialize(d)?.into_vec()
        };
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("a seal has 24 bytes"))
    }
}

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
    /// As in [`Hello`].
    #[serde(default)]
    pub known: Option<Known>,
    /// Items in the order in which they were made; at most [`MAX_PUSH_ITEMS`]. Each is written by itself
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

/// A place in a scope's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The scope.
    pub scope: ScopeId,
    /// Everything up to here has been received, except what `scan` has still to bring.
    pub seq: u64,
    /// Where this catch-up began; documents that entered since came whole.
    pub since: u64,
    /// What was in the feed when this catch-up began; changes up to here of those documents are not repeated.
    pub upto: u64,
    /// How far the scope's documents have come whole, as long as its first sync goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// A first sync: the documents of a scope as they are, each whole, in the order of their worth, instead of all that ever
/// happened to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The parts that are still to come, the present one first: [`TODAY`], then kinds.
    pub left: Vec<String>,
    /// Of the present part, the documents whose server number is below this are still to come.
    pub before: u64,
}

/// The part of a first sync that brings the work of these days, with what it belongs to.
pub const TODAY: &str = "today";

impl Cursor {
    /// The beginning of a feed.
    pub fn start(scope: ScopeId) -> Self {
        Self { scope, seq: 0, since: 0, upto: 0, scan: None }
    }

    /// A feed that was read to its end, at `seq`.
    pub fn at_end(scope: ScopeId, seq: u64) -> Self {
        Self { scope, seq, since: seq, upto: seq, scan: None }
    }

    /// Whether the feed was read to its end.
    pub fn is_at_end(&self) -> bool {
        self.scan.is_none() && self.seq == self.since && self.seq == self.upto
    }

    /// Whether its first sync has yet to end.
    pub fn is_first(&self) -> bool {
        self.seq == 0 || self.scan.is_some()
    }

    /// Whether something may have been missed, when changes and departures before `floor` are kept no longer. One who has
    /// yet to begin misses nothing: documents come whole.
    pub fn is_below(&self, floor: u64) -> bool {
        self.seq > 0 && self.seq < floor
    }
}

/// `POST /v1/pull`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Pull {
    /// The epoch that the cursors are of.
    pub epoch: Uuid,
    /// As in [`Hello`].
    #[serde(default)]
    pub known: Option<Known>,
    /// One for each scope.
    pub cursors: Vec<Cursor>,
    /// Documents that are asked for by name, at most [`MAX_WANTED`]: they come whole, before anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want: Vec<RecordId>,
    /// Documents whose marks are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<Survey>,
}

/// Asks for the marks of a scope's documents, when its tally is not what it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// The scope.
    pub scope: ScopeId,
    /// Those whose ids are greater; all when absent.
    pub after: Option<RecordId>,
}

/// The marks that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveyed {
    /// By id, in their order, without gaps.
    pub marks: Vec<(RecordId, Mark)>,
    /// There are no more behind these.
    pub is_last: bool,
}

/// A page of the feeds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Page {
    /// The server's epoch.
    pub epoch: Uuid,
    /// Where its log stands.
    pub head: LogHead,
    /// What is new.
    pub entries: Vec<Entry>,
    /// Where to go on; to be stored together with the entries.
    pub cursors: Vec<Cursor>,
    /// There is more.
    pub has_more: bool,
    /// The tallies of those scopes whose feeds end on this page.
    #[serde(default)]
    pub tallies: Vec<(ScopeId, Tally)>,
    /// Of the documents that were asked for by name, so many were dealt with, from the first. What neither came nor is
    /// `elsewhere` is unknown here.
    #[serde(default)]
    pub wanted: usize,
    /// Those of them that are in no scope that is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<RecordId>,
    /// The marks that were asked for; absent as long as the scope's feed goes on behind this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surveyed: Option<Surveyed>,
}

/// One entry of a feed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A change of a document that the device has.
    Change {
        /// The document.
        doc: RecordId,
        /// The change.
        bytes: ByteBuf,
        /// The server's word that it has it.
        receipt: Receipt,
    },
    /// A document comes into the scope: whole.
    Enter(Box<Entered>),
    /// A document left the scope: everything of it goes from the device.
    Leave {
        /// The document.
        doc: RecordId,
        /// The scope that it left.
        scope: ScopeId,
    },
}

/// A document, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entered {
    /// The document.
    pub doc: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its scope.
    pub scope: ScopeId,
    /// The record whose scope it follows.
    pub parent: Option<RecordId>,
    /// The document up to some point.
    pub snapshot: Option<ByteBuf>,
    /// Heads and row of the snapshot, where the server has them ready.
    pub ready: Option<Ready>,
    /// The changes after the snapshot.
    pub changes: Vec<ByteBuf>,
    /// The server's word for each of its heads.
    pub receipts: Vec<(Hash, Receipt)>,
}

/// A snapshot's heads and row, so that a device can list a record before it loads the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// Heads of the snapshot.
    pub heads: Vec<Hash>,
    /// The row of the record at these heads.
    pub row: Row,
    /// Some field holds several values, and somebody must choose.
    #[serde(default)]
    pub conflicted: bool,
    /// Fingerprint of the declaration by which the row was made.
    pub fingerprint: i64,
}
