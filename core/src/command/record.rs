//! Commands that serve every kind of record.

use crate::document::{Conflict, Edit, Hash, HistoryEntry};
use crate::id::{RecordId, ScopeId};
use crate::record::{Row, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A page of a list: filtered, searched, sorted, by position.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListRecords {
    /// The kind.
    pub kind: String,
    /// All must hold.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// Words to find, as typed. The best matches come first, whatever `sort` says.
    #[serde(default)]
    pub search: String,
    /// Order; by title when absent.
    #[serde(default)]
    pub sort: Option<Sort>,
    /// Lines to pass over.
    #[serde(default)]
    pub offset: u32,
    /// Most lines wanted (at most [`MAX_PAGE`]).
    pub limit: u32,
}

/// Most lines in one page.
pub const MAX_PAGE: u32 = 500;

/// A condition on a filterable field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The field.
    pub field: String,
    /// The condition.
    pub test: Test,
}

/// What a filter asks of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Exactly this.
    Is(Value),
    /// One of these.
    OneOf(Vec<Value>),
    /// Nothing was entered.
    Empty,
    /// This or more.
    AtLeast(Value),
    /// This or less.
    AtMost(Value),
}

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    /// A sortable field.
    pub field: String,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
}

/// Lines of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordPage {
    /// The lines.
    pub lines: Vec<Line>,
    /// How many there are in all.
    pub total: u32,
    /// There are more matches than a search counts.
    #[serde(default)]
    pub total_is_floor: bool,
    /// Titles of the records that links in the lines name.
    pub names: BTreeMap<RecordId, String>,
}

/// A record in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: RecordId,
    /// Its fields.
    pub row: Row,
    /// Something of it waits to be sent.
    #[serde(default)]
    pub pending: bool,
    /// Somebody must choose between values.
    #[serde(default)]
    pub conflicted: bool,
}

/// What stands in a filterable field, over all live records of a kind: the choices of a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldValues {
    /// The kind.
    pub kind: String,
    /// The field.
    pub field: String,
    /// Most values wanted; the most frequent ones are kept.
    pub limit: u32,
}

/// Values of a field, the most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueList {
    /// Each once.
    pub values: Vec<Value>,
}

/// One record, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetRecord {
    /// Its id.
    pub id: RecordId,
}

/// A record with what a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Who may see it.
    pub scope: ScopeId,
    /// Its fields.
    pub row: Row,
    /// Heads at which this was read: the base of edits.
    pub heads: Vec<Hash>,
    /// Fields with more than one value.
    pub conflicts: Vec<Conflict>,
    /// Something of it waits to be sent.
    pub pending: bool,
    /// Titles of the records and people that it names, by id; writers of conflicting values by actor.
    pub names: BTreeMap<String, String>,
}

/// What happened around a customer, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The customer.
    pub customer: RecordId,
    /// Most entries wanted.
    pub limit: u32,
}

/// Entries of a timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelinePage {
    /// Newest first.
    pub entries: Vec<TimelineEntry>,
    /// Titles of linked records.
    pub names: BTreeMap<RecordId, String>,
}

/// A note, visit or task on a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Its kind.
    pub kind: String,
    /// When (ms).
    pub at: i64,
    /// The record.
    pub line: Line,
}

/// The changes of a record, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The record.
    pub id: RecordId,
    /// Most entries wanted.
    pub limit: u32,
}

/// Changes of a record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// Names of the writers, by actor, and titles of linked records, by id.
    pub names: BTreeMap<String, String>,
}

/// Records in which somebody must choose between values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListConflicts {}

/// Clashes, for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConflictPage {
    /// The records with their clashes.
    pub records: Vec<ConflictedRecord>,
    /// Names of the writers, by actor, and titles of linked records, by id.
    pub names: BTreeMap<String, String>,
}

/// A record and its clashes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConflictedRecord {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The fields.
    pub conflicts: Vec<Conflict>,
}

/// Makes a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateRecord {
    /// Its kind.
    pub kind: String,
    /// Its id, when the asker wants to know it before; making it twice makes one.
    #[serde(default)]
    pub id: Option<RecordId>,
    /// The territory, for kinds that lie in one; the user's own first territory when absent.
    #[serde(default)]
    pub scope: Option<ScopeId>,
    /// Its fields.
    pub fields: Row,
}

/// Edits fields of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditFields {
    /// The record.
    pub id: RecordId,
    /// Heads that the editor saw; the present ones when absent.
    #[serde(default)]
    pub base: Option<Vec<Hash>>,
    /// What to write.
    pub edits: Vec<Edit>,
    /// Names this request: asked again under the same name (its answer was lost), it is answered and not done again. Text
    /// written twice at the same heads would stand there twice.
    #[serde(default)]
    pub request: Option<Uuid>,
}

impl EditFields {
    /// Edits at the present heads.
    pub fn now(id: RecordId, edits: Vec<Edit>) -> Self {
        Self { id, base: None, edits, request: None }
    }
}

/// Marks a record as deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteRecord {
    /// The record.
    pub id: RecordId,
}

/// Takes a deletion back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreRecord {
    /// The record.
    pub id: RecordId,
}

/// Moves a record, with whatever follows it, to another territory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveRecord {
    /// Its id.
    pub id: RecordId,
    /// The territory.
    pub to: ScopeId,
}

/// What a write left behind. It is on the disk when this is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The record.
    pub id: RecordId,
    /// Heads that hold exactly what the editor saw and wrote: the base of her next edit in the same form.
    pub base: Vec<Hash>,
    /// Whether anything changed.
    pub changed: bool,
}
