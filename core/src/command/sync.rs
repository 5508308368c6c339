//! Commands about the session, the queue and this device's settings.

use crate::document::{FieldChange, Hash};
use crate::id::{DeviceId, RecordId, ScopeId};
use crate::{ErrorCode, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who is signed in here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GetSession {}

/// The session on this device. It outlives the server's: work goes on when the server has ended its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The user, when somebody is signed in.
    pub user: Option<SessionUser>,
    /// The server that was used last.
    pub server: Option<String>,
    /// The login that was used last.
    pub login: Option<String>,
    /// What this host can't do, by word (`background_location`, `keyring`).
    pub unsupported: Vec<String>,
    /// Where this host keeps its data is safe from being thrown away by the platform.
    pub durable: Option<bool>,
    /// The device was cut off, and nobody has signed in here since.
    #[serde(default)]
    pub cut_off: Option<CutOff>,
}

/// What became of the work on a device that an administrator has cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// When it was wiped.
    pub at: Instant,
    /// Edits that had not been sent, and are with the server now.
    pub handed_over: u64,
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionUser {
    /// Her id.
    pub id: RecordId,
    /// Her name.
    pub name: String,
    /// Her role, a word.
    pub role: String,
    /// What she may see and do.
    pub grants: Vec<Grant>,
    /// This device.
    pub device: DeviceId,
}

impl SessionUser {
    /// Whether she may approve visits in this scope.
    pub fn may_review(&self, scope: ScopeId) -> bool {
        self.grants.iter().any(|g| g.scope == scope && g.level == Level::Manage)
    }

    /// Whether she manages anything at all.
    pub fn is_reviewer(&self) -> bool {
        self.role != "rep" && self.grants.iter().any(|g| g.level == Level::Manage && g.scope != ScopeId::from(self.id))
    }
}

/// How much of a scope is granted. Each level includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// See.
    Read,
    /// See, make, edit.
    Write,
    /// The same, and approve.
    Manage,
}

/// A scope that a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The scope.
    pub scope: ScopeId,
    /// How much of it.
    pub level: Level,
}

/// Signs in. Needs the server once; after that the device works without it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// Address of the server.
    pub server: String,
    /// Login name.
    pub login: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({} at {})", self.login, self.server)
    }
}

/// Signs out. Unsent work stays on the device and goes out when she signs in again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignOut {
    /// She has seen how much is unsent.
    #[serde(default)]
    pub confirmed: bool,
}

/// Whether she was signed out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignedOut {
    /// Signed out.
    pub done: bool,
    /// Items not yet sent; with any, an unconfirmed sign-out only answers this.
    pub pending: u32,
}

/// What the sync chip shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GetSyncStatus {}

/// Where sync stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Nobody is signed in.
    #[default]
    SignedOut,
    /// Talking to the server.
    Syncing,
    /// Everything is on both sides.
    Synced,
    /// The server has not answered several times in a row.
    Offline,
    /// The server wants a new sign-in; work goes on meanwhile.
    SignInNeeded,
    /// Items were refused: somebody must look.
    Attention,
    /// The app is too old to be served: what is here is sent, nothing comes.
    UpdateNeeded,
}

/// The sync chip.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncStatus {
    /// The state.
    pub state: SyncState,
    /// Items waiting to be sent.
    pub pending: u32,
    /// Pieces of work that were refused.
    pub refused: u32,
    /// Records in which somebody must choose between values.
    pub conflicts: u32,
    /// Without the server since.
    pub offline_since: Option<Instant>,
    /// The last round, of those that were asked for, after which both sides had everything.
    #[serde(default)]
    pub round: u64,
    /// The last time both sides had everything.
    pub synced_at: Option<Instant>,
    /// Records received in the first sync that is under way, if one is.
    pub receiving: Option<u32>,
    /// The last failure.
    pub last_error: Option<ErrorCode>,
    /// When the loop tries again by itself.
    pub next_try: Option<Instant>,
}

/// Tries now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncNow {}

/// The round that was asked for: done when [`SyncStatus::round`] has come so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRound {
    /// Its number.
    pub round: u64,
}

/// The queue of what was not sent yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    /// Most items wanted.
    pub limit: u32,
}

/// Items of the queue, by record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutboxPage {
    /// The records with unsent work.
    pub items: Vec<OutboxItem>,
    /// How many records have unsent work in all.
    pub total: u32,
}

/// Unsent work on one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// How many changes.
    pub changes: u32,
    /// Their size.
    pub bytes: u64,
    /// The oldest one.
    pub since: Instant,
    /// How often it was tried.
    pub attempts: u32,
}

/// Work that the server refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListRefused {
    /// Most pieces wanted.
    pub limit: u32,
}

/// Refused work, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RefusedPage {
    /// The pieces.
    pub items: Vec<RefusedItem>,
    /// How many there are in all.
    pub total: u32,
    /// Titles of the records that values in them name.
    pub names: BTreeMap<String, String>,
}

/// A piece of refused work: it is in its record no more, and kept here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedItem {
    /// Its number.
    pub n: i64,
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Why.
    pub code: ErrorCode,
    /// When the answer came.
    pub at: Instant,
    /// What was written.
    pub fields: Vec<FieldChange>,
}

/// Brings refused work back into its record and into the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryRefused {
    /// Its number.
    pub n: i64,
}

/// Puts refused work away for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DismissRefused {
    /// Its number.
    pub n: i64,
}

/// All unsent work as a file, for when storage or device are at risk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportUnsent {}

/// A file of unsent work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnsentFile {
    /// Its text.
    pub text: String,
}

/// What a file of unsent work brought.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportedUnsent {
    /// Changes that were new here.
    pub changes: u32,
    /// Changes to records that are not on this device yet: after the next sync the file brings them too.
    pub left: u32,
    /// Items that can't be read or used.
    pub damaged: u32,
}

/// Drops and rebuilds every projection from the documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RebuildProjections {}

/// This user's settings on this device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GetSettings {}

/// Settings by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The values.
    pub values: BTreeMap<String, String>,
}

/// Sets one setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PutSetting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What a replica holds, in a form that two replicas can be compared by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {}

/// Heads and projections of a replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicaFingerprint {
    /// Heads of each document.
    pub heads: BTreeMap<RecordId, Vec<Hash>>,
    /// SHA-256 over all projection rows, hex.
    pub projections: String,
}
