//! Messages between device and server.
//!
//! A change is identified by (document, hash). Pushing is idempotent, with an answer per item. A device pulls one feed
//! per scope, each with its own cursor.

mod blob;
mod hand_over;
mod push;
mod row;

pub use blob::{BlobPart, GetBlob, Lacking, Part, PutBlob};
pub use hand_over::{HandOver, HandedOver};
pub use push::{Act, Command, Item, Outcome, Push, PushAnswer, Relay, Seen};
pub use row::PackedRow;

use crate::command::Grant;
use crate::document::Hash;
use crate::id::{Actor, DeviceId, RecordId, ScopeId};
use crate::sync::receipt::Receipt;
use crate::sync::tally::{Mark, Tally};
use crate::time::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;
use uuid::Uuid;

/// Newest version of this protocol that is spoken here.
pub const PROTOCOL: u16 = 1;
/// Oldest version that is spoken here.
pub const OLDEST_PROTOCOL: u16 = 1;
/// Media type of `push` and `pull` bodies.
pub const MEDIA_TYPE: &str = "application/vnd.maydan.sync+msgpack";
/// Most items in a push.
pub const MAX_PUSH_ITEMS: usize = 500;
/// Most bytes in a push or pull body, before compression.
pub const MAX_BODY_BYTES: usize = 4 << 20;
/// Most earlier actors in a hello.
pub const MAX_EARLIER: usize = 1_000;
/// Bytes of items after which a client closes a push batch, and a server a page of a pull that does not say how many it wants.
pub const TARGET_BATCH_BYTES: usize = 1 << 20;
/// The same for the first page of a first sync: somebody waits for it.
pub const FIRST_PAGE_BYTES: usize = 1 << 17;
/// The most that a pull gets when it asks for more.
pub const MAX_PAGE_BYTES: usize = 3 << 20;

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
    /// Newest version of the protocol that the client speaks.
    pub protocol: u16,
    /// Oldest version that it speaks.
    #[serde(default = "first")]
    pub oldest: u16,
    /// Version of the app: `1.2.3`. Clients that are not ours say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The actor under which this database writes.
    pub actor: Actor,
    /// Actors under which it wrote before, as long as the server has not answered a `hello` that names them.
    #[serde(default)]
    pub earlier: Vec<Actor>,
    /// How many entries of the actor directory the client has.
    pub actors_known: u64,
    /// How many of the erased records it has heard of.
    #[serde(default)]
    pub erased_known: u64,
    /// The epoch that the client knows, and the newest head of the server's log that it was shown in it.
    #[serde(default)]
    pub known: Option<Known>,
}

fn first() -> u16 {
    1
}

impl Hello {
    /// From a client that knows nothing yet and is not ours.
    pub fn of(actor: Actor) -> Self {
        Self {
            protocol: PROTOCOL,
            oldest: OLDEST_PROTOCOL,
            app: None,
            actor,
            earlier: Vec::new(),
            actors_known: 0,
            erased_known: 0,
            known: None,
        }
    }
}

/// What a round starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloAnswer {
    /// Version of the protocol in which this round is spoken: the newest that both sides know.
    pub protocol: u16,
    /// The app is older than what the company wants to serve. It may push; to pull, it must be updated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
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
    /// Records that were erased for good, after the first `erased_known`: nothing of them may be kept, sent or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<RecordId>,
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
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.serialize_str(&self.0.iter().map(|b| format!("{b:02x}")).collect::<String>())
        } else {
            s.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Seal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
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
    /// Bytes of entries after which the page is to be closed, [`TARGET_BATCH_BYTES`] when absent: over a bad line a small page
    /// comes where a large one does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<usize>,
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

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
    /// Above 0 once its history was shortened: what a device has of an earlier one gives way to this.
    #[serde(default, skip_serializing_if = "is_default")]
    pub generation: u64,
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
    pub row: PackedRow,
    /// Some field holds several values, and somebody must choose.
    #[serde(default)]
    pub conflicted: bool,
    /// Fingerprint of the declaration by which the row was made.
    pub fingerprint: i64,
}
