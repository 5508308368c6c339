//! Documents and their changes as rows.

use crate::storage;
use maydan_core::document::{Document, Hash, RawChange, Reading, decode_change};
use maydan_core::sync::tally::Mark;
use maydan_core::sync::wire::{Entered, Ready};
use maydan_core::{Error, ErrorCode, Kind, RecordId, Registry, Result, Row, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Documents kept in memory at most: about 30 KB each.
const CACHED: usize = 128;
/// A tail longer than this is folded into a new snapshot.
const LONG_TAIL: usize = 16;

/// What a row of `document` says, without the snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub n: i64,
    pub id: RecordId,
    pub kind: String,
    /// Where the server has it.
    pub scope: ScopeId,
    /// Where it shall be: a command that moves it is on its way.
    pub target: Option<ScopeId>,
    pub heads: Vec<Hash>,
    /// Above 0 once its history was shortened.
    pub generation: u64,
    pub pending: bool,
    /// Its row came from the server, and nothing here has confirmed it yet.
    pub lent: bool,
    /// Its bytes could not be read.
    pub damaged: bool,
}

impl Stored {
    /// Where the person sees it.
    pub fn shown_scope(&self) -> ScopeId {
        self.target.unwrap_or(self.scope)
    }
}

/// Recently used documents.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    documents: BTreeMap<RecordId, Document>,
    used: VecDeque<RecordId>,
}

impl Cache {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.documents.len()
    }

    pub fn take(&mut self, id: RecordId) -> Option<Document> {
        self.used.retain(|u| *u != id);
        self.documents.remove(&id)
    }

    pub fn put(&mut self, document: Document) {
        let id = document.id();
        self.used.retain(|u| *u != id);
        self.used.push_back(id);
        self.documents.insert(id, document);
        if self.used.len() > CACHED
            && let Some(oldest) = self.used.pop_front()
        {
            self.documents.remove(&oldest);
        }
    }
}

pub(crate) fn find(db: &Connection, id: RecordId) -> Result<Option<Stored>> {
    db.prepare_cached("SELECT n, kind, scope, heads, pending > 0, lent, damaged > 0, target, generation FROM document WHERE id = ?1")
        .and_then(|mut s| {
            s.query_row([id.as_bytes()], |r| {
                let bytes = (r.get::<_, Vec<u8>>(2)?, r.get::<_, Option<Vec<u8>>>(7)?, r.get::<_, Vec<u8>>(3)?);
                let (n, kind, pending, lent, damaged) = (r.get(0)?, r.get(1)?, r.get(4)?, r.get(5)?, r.get(6)?);
                let (scope, target, heads, generation) = (ScopeId::COMPANY, None, Vec::new(), r.get(8)?);
                Ok((Stored { n, id, kind, scope, target, heads, generation, pending, lent, damaged }, bytes))
            })
            .optional()
        })
        .map_err(storage)?
        .map(|(stored, (scope, target, heads))| {
            let target = target.map(|scope| ScopeId::from_slice(&scope)).transpose()?;
            Ok(Stored { scope: ScopeId::from_slice(&scope)?, target, heads: unpack(&heads)?, ..stored })
        })
        .transpose()
}

/// The record that a document belongs to.
pub(crate) fn parent(db: &Connection, n: i64) -> Result<Option<RecordId>> {
    let parent: Option<Vec<u8>> =
        db.prepare_cached("SELECT parent FROM document WHERE n = ?1").and_then(|mut s| s.query_row([n], |r| r.get(0))).map_err(storage)?;
    parent.map(|id| RecordId::from_slice(&id)).transpose()
}

pub(crate) fn get(db: &Connection, id: RecordId) -> Result<Stored> {
    find(db, id)?.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("no record {id} is on this device")))
}

/// Loads a document from its snapshot and its changes.
pub(crate) fn load(db: &Connection, registry: &Registry, stored: &Stored) -> Result<Document> {
    let kind = registry.get(&stored.kind)?;
    let (snapshot, changes) = blobs(db, stored.n)?;
    Document::load(kind, stored.id, snapshot.as_deref(), changes.iter().map(Vec::as_slice))
}

/// A document's snapshot and tail.
pub(crate) fn blobs(db: &Connection, n: i64) -> Result<(Option<Vec<u8>>, Vec<Vec<u8>>)> {
    let snapshot = db
        .prepare_cached("SELECT snapshot FROM document WHERE n = ?1")
        .and_then(|mut s| s.query_row([n], |r| r.get(0)))
        .map_err(storage)?;
    let changes = db
        .prepare_cached("SELECT bytes FROM change WHERE document = ?1 ORDER BY n")
        .and_then(|mut s| s.query_map([n], |r| r.get(0))?.collect())
        .map_err(storage)?;
    Ok((snapshot, changes))
}

/// Changes beside the snapshot that are no part of the document yet: what they were made on is not here, or only a later
/// version of the app knows it.
pub(crate) fn waiting(db: &Connection, n: i64, document: &mut Document) -> Result<Vec<RawChange>> {
    let here = document.hashes();
    let (_, rows) = blobs(db, n)?;
    Ok(rows.iter().filter_map(|bytes| decode_change(bytes).ok()).filter(|change| !here.contains(&change.hash())).collect())
}

/// Makes the row of a document.
pub(crate) fn insert(db: &Connection, kind: &str, id: RecordId, scope: ScopeId, parent: Option<RecordId>) -> Result<i64> {
    db.prepare_cached("INSERT INTO document (id, kind, scope, parent, heads, mark) VALUES (?1, ?2, ?3, ?4, x'', ?5)")
        .and_then(|mut s| s.insert(params![id.as_bytes(), kind, scope.as_bytes(), parent.map(|p| *p.as_bytes()), Mark::of(id, []).0]))
        .map_err(storage)
}

/// Sets what stands for a document in the tally of its scope.
pub(crate) fn set_mark(db: &Connection, n: i64, mark: Mark) -> Result<()> {
    db.prepare_cached("UPDATE document SET mark = ?2 WHERE n = ?1")
        .and_then(|mut s| s.execute(params![n, mark.0]))
        .map(drop)
        .map_err(storage)
}

/// Those of these changes that do not lie beside the snapshot as they came: they may be folded into it, or damaged here.
pub(crate) fn lacking(db: &Connection, n: i64, changes: Vec<RawChange>) -> Result<Vec<RawChange>> {
    let mut lacking = Vec::new();
    for change in changes {
        let is_here = db
            .prepare_cached("SELECT 1 FROM change WHERE document = ?1 AND hash = ?2 AND bytes = ?3")
            .and_then(|mut s| s.exists(params![n, change.hash().0, change.bytes()]))
            .map_err(storage)?;
        if !is_here {
            lacking.push(change);
        }
    }
    Ok(lacking)
}

/// Lays a change beside the snapshot; says whether it is new here.
pub(crate) fn append(db: &Connection, n: i64, change: &RawChange) -> Result<bool> {
    append_all(db, n, [change])
}

/// Lays changes beside the snapshot; says whether any of them is new here.
pub(crate) fn append_all<'a>(db: &Connection, n: i64, changes: impl IntoIterator<Item = &'a RawChange>) -> Result<bool> {
    let (mut new, mut bytes) = (0, 0);
    for change in changes {
        let rows = db
            .prepare_cached("INSERT INTO change (document, hash, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .and_then(|mut s| s.execute(params![n, change.hash().0, change.bytes()]))
            .map_err(storage)?;
        if rows > 0 {
            new += 1;
            bytes += change.bytes().len();
        }
    }
    if new > 0 {
        db.prepare_cached("UPDATE document SET tail = tail + ?2, tail_bytes = tail_bytes + ?3 WHERE n = ?1")
            .and_then(|mut s| s.execute(params![n, new, bytes]))
            .map_err(storage)?;
    }
    Ok(new > 0)
}

/// What is to be known of a document without loading it. Telling it needs no database.
pub(crate) struct Standing {
    heads: Vec<u8>,
    is_conflicted: bool,
    mark: Mark,
}

impl Standing {
    pub fn of(id: RecordId, reading: &Reading) -> Self {
        Self { heads: pack(&reading.heads), is_conflicted: reading.is_conflicted, mark: Mark::of(id, &reading.written_heads) }
    }

    /// Stores it.
    pub fn put(&self, db: &Connection, n: i64) -> Result<()> {
        db.prepare_cached("UPDATE document SET heads = ?2, conflicted = ?3, lent = 0, mark = ?4 WHERE n = ?1")
            .and_then(|mut s| s.execute(params![n, self.heads, self.is_conflicted, self.mark.0]))
            .map(drop)
            .map_err(storage)
    }
}

/// How much lies beside a document's snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Tail {
    changes: usize,
    bytes: usize,
    snapshot_bytes: Option<usize>,
}

impl Tail {
    /// A statement of its own, and not what writing the document's row answers (`RETURNING`): for that SQLite takes a savepoint, at
    /// which FTS5 writes out what it has gathered (see [`crate::projection`]'s rows).
    pub fn of(db: &Connection, n: i64) -> Result<Self> {
        db.prepare_cached("SELECT tail, tail_bytes, length(snapshot) FROM document WHERE n = ?1")
            .and_then(|mut s| s.query_row([n], |r| Ok(Self { changes: r.get(0)?, bytes: r.get(1)?, snapshot_bytes: r.get(2)? })))
            .map_err(storage)
    }

    /// As it is once these lie there too.
    pub fn with(self, changes: &[RawChange]) -> Self {
        let bytes: usize = changes.iter().map(|change| change.bytes().len()).sum();
        Self { changes: self.changes + changes.len(), bytes: self.bytes + bytes, ..self }
    }

    /// Whether it is better folded into the snapshot.
    pub fn is_long(self) -> bool {
        self.changes > LONG_TAIL || self.bytes > self.snapshot_bytes.unwrap_or(2_000)
    }
}

/// A document in one piece, to take the place of its snapshot and its tail. Making it needs no database.
pub(crate) struct Folded {
    snapshot: Vec<u8>,
    hashes: BTreeSet<Hash>,
}

impl Folded {
    pub fn of(document: &mut Document) -> Self {
        Self { snapshot: document.save(), hashes: document.hashes() }
    }

    /// Stores it. Changes that still wait for others stay as rows.
    pub fn put(&self, db: &Connection, n: i64) -> Result<()> {
        let beside: Vec<Vec<u8>> = db
            .prepare_cached("SELECT hash FROM change WHERE document = ?1")
            .and_then(|mut s| s.query_map([n], |r| r.get(0))?.collect())
            .map_err(storage)?;
        for hash in beside {
            if self.hashes.contains(&Hash::from_slice(&hash)?) {
                db.prepare_cached("DELETE FROM change WHERE document = ?1 AND hash = ?2")
                    .and_then(|mut s| s.execute(params![n, hash]))
                    .map_err(storage)?;
            }
        }
        db.prepare_cached(
            "UPDATE document SET snapshot = ?2,
                tail = (SELECT count(*) FROM change WHERE document = ?1),
                tail_bytes = (SELECT ifnull(sum(length(bytes)), 0) FROM change WHERE document = ?1)
             WHERE n = ?1",
        )
        .and_then(|mut s| s.execute(params![n, self.snapshot]))
        .map(drop)
        .map_err(storage)
    }
}

/// Stores how a document stands, and answers its row; folds its tail into a snapshot when it has grown long.
pub(crate) fn settle(db: &Connection, n: i64, document: &mut Document) -> Result<Row> {
    let reading = document.reading();
    Standing::of(document.id(), &reading).put(db, n)?;
    if Tail::of(db, n)?.is_long() {
        Folded::of(document).put(db, n)?;
    }
    Ok(reading.row)
}

/// Stores the snapshot of a document that has nothing yet.
pub(crate) fn put_snapshot(db: &Connection, n: i64, snapshot: &[u8]) -> Result<()> {
    db.prepare_cached("UPDATE document SET snapshot = ?2 WHERE n = ?1")
        .and_then(|mut s| s.execute(params![n, snapshot]))
        .map(drop)
        .map_err(storage)
}

/// Says of which generation a document is.
pub(crate) fn set_generation(db: &Connection, n: i64, generation: u64) -> Result<()> {
    db.prepare_cached("UPDATE document SET generation = ?2 WHERE n = ?1")
        .and_then(|mut s| s.execute(params![n, generation]))
        .map(drop)
        .map_err(storage)
}

/// Makes the row of a document that came with everything ready, unless there is one. Its row in lists is the server's until the
/// document is loaded.
pub(crate) fn insert_ready(db: &Connection, entered: &Entered, snapshot: &[u8], ready: &Ready) -> Result<Option<i64>> {
    let rows = db
        .prepare_cached(
            "INSERT INTO document (id, kind, scope, parent, snapshot, heads, conflicted, lent, mark, generation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9) ON CONFLICT DO NOTHING",
        )
        .and_then(|mut s| {
            let mark = Mark::of(entered.doc, entered.receipts.iter().map(|(hash, _)| hash));
            let (id, scope, parent) = (entered.doc.as_bytes(), entered.scope.as_bytes(), entered.parent.map(|p| *p.as_bytes()));
            s.execute(params![id, entered.kind, scope, parent, snapshot, pack(&ready.heads), ready.conflicted, mark.0, entered.generation])
        })
        .map_err(storage)?;
    Ok((rows > 0).then(|| db.last_insert_rowid()))
}

/// The kind of a stored document, when it is known here.
pub(crate) fn known_kind<'a>(registry: &'a Registry, stored: &Stored) -> Option<&'a Arc<Kind>> {
    registry.get(&stored.kind).ok()
}

pub(crate) fn pack(heads: &[Hash]) -> Vec<u8> {
    heads.iter().flat_map(|h| h.0).collect()
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<Vec<Hash>> {
    bytes.chunks(32).map(Hash::from_slice).collect()
}
