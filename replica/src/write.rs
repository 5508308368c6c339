//! The one way in which a person's work gets onto the disk.

use crate::store::{self, Stored};
use crate::{Replica, projection, storage};
use maydan_core::command::Revision;
use maydan_core::document::{Document, Hash, RawChange, Written};
use maydan_core::permit::{self, Action};
use maydan_core::sync::wire::Item;
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Registry, Result, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use tracing::warn;
use uuid::Uuid;

/// A document to be made.
pub(crate) struct Opening<'a> {
    pub kind: &'a str,
    pub id: RecordId,
    pub scope: ScopeId,
    pub parent: Option<RecordId>,
}

impl Replica {
    /// Writes to an existing document: `edit` makes changes, everything that follows from them goes into one transaction.
    pub(crate) fn write(
        &mut self,
        id: RecordId,
        action: Action,
        edit: impl FnOnce(&mut Document, Actor, Instant) -> Result<Written>,
    ) -> Result<Revision> {
        self.write_once(id, action, None, edit)
    }

    /// The same, at most once for each name of a request.
    pub(crate) fn write_once(
        &mut self,
        id: RecordId,
        action: Action,
        request: Option<Uuid>,
        edit: impl FnOnce(&mut Document, Actor, Instant) -> Result<Written>,
    ) -> Result<Revision> {
        if let Some(request) = request
            && let Some(base) = done_before(&self.db, request)?
        {
            return Ok(Revision { id, base, changed: true });
        }
        let stored = store::get(&self.db, id)?;
        permit::check(&self.signed_in()?.grants, stored.scope, action)?;
        let mut document = self.document(&stored)?;
        // A document that failed half-way must not stay in the cache: it is put back only after the commit.
        let written = edit(&mut document, self.actor, self.host.now())?;
        let now = self.host.now();
        if let Some(change) = &written.change {
            let tx = self.db.transaction().map_err(storage)?;
            persist(&tx, &self.registry, stored.n, &mut document, std::slice::from_ref(change), now)?;
            if let Some(request) = request {
                remember(&tx, request, &written.base)?;
            }
            tx.commit().map_err(storage)?;
            self.changed(&stored.kind, id);
        }
        self.documents.put(document);
        Ok(Revision { id, base: written.base, changed: written.change.is_some() })
    }

    /// Makes a document with its first edit, in one transaction. Making the same twice makes one and then edits it.
    pub(crate) fn create(
        &mut self,
        opening: &Opening<'_>,
        edit: impl FnOnce(&mut Document, Actor, Instant) -> Result<Vec<Written>>,
    ) -> Result<Revision> {
        permit::check(&self.signed_in()?.grants, opening.scope, Action::Write)?;
        let kind = self.registry.get(opening.kind)?.clone();
        let existing = store::find(&self.db, opening.id)?;
        let mut document = match &existing {
            Some(stored) => self.document(stored)?,
            None => Document::create(&kind, opening.id)?,
        };
        // Before anything else is written.
        let genesis = if existing.is_none() { document.changes_since(&[]) } else { Vec::new() };
        let now = self.host.now();
        let written = edit(&mut document, self.actor, now)?;
        let changes: Vec<RawChange> = written.iter().filter_map(|w| w.change.clone()).collect();
        let tx = self.db.transaction().map_err(storage)?;
        let n = match &existing {
            Some(stored) => stored.n,
            None => open_document(&tx, opening, &genesis, now)?,
        };
        persist(&tx, &self.registry, n, &mut document, &changes, now)?;
        tx.commit().map_err(storage)?;
        let base = written.last().map_or_else(|| document.heads(), |w| w.base.clone());
        self.documents.put(document);
        self.changed(opening.kind, opening.id);
        Ok(Revision { id: opening.id, base, changed: existing.is_none() || !changes.is_empty() })
    }

    /// The document, from memory or from its rows. Taken out: put it back when it is in step with the database.
    pub(crate) fn document(&mut self, stored: &Stored) -> Result<Document> {
        match self.documents.take(stored.id) {
            Some(document) => Ok(document),
            None => {
                let mut document = self.load(stored)?;
                if stored.lent {
                    self.check_lent(stored, &mut document)?;
                }
                Ok(document)
            }
        }
    }

    /// The document from its rows; one that can't be read is marked, to be asked for again.
    pub(crate) fn load(&self, stored: &Stored) -> Result<Document> {
        let loaded = store::load(&self.db, &self.registry, stored);
        if loaded.as_ref().is_err_and(|e| e.code == ErrorCode::Corrupt) {
            crate::sync::mark_damaged(&self.db, stored.n)?;
        }
        loaded
    }

    /// Compares a row that came from the server with what its document says, now that this is loaded anyway: the document
    /// is right.
    fn check_lent(&mut self, stored: &Stored, document: &mut Document) -> Result<()> {
        if projection::agrees(&self.db, stored.n, document)? {
            return Ok(());
        }
        warn!(id = %stored.id, "the server's row of a record was not what its document says");
        let tx = self.db.savepoint().map_err(storage)?;
        projection::write(&tx, &self.registry, stored.n, document)?;
        tx.commit().map_err(storage)?;
        self.changed(&stored.kind, stored.id);
        Ok(())
    }

    /// Reads from a document.
    pub(crate) fn read<T>(&mut self, stored: &Stored, read: impl FnOnce(&mut Document) -> T) -> Result<T> {
        let mut document = self.document(stored)?;
        let answer = read(&mut document);
        self.documents.put(document);
        Ok(answer)
    }

    /// The scope for a new record: a territory's, the user's own, the company's, or the parent's.
    pub(crate) fn scope_for(
        &self,
        rule: &maydan_core::record::ScopeRule,
        wanted: Option<ScopeId>,
        parent: Option<RecordId>,
    ) -> Result<ScopeId> {
        use maydan_core::command::Level;
        use maydan_core::record::ScopeRule;
        let user = self.signed_in()?;
        match rule {
            ScopeRule::Company => Ok(ScopeId::COMPANY),
            ScopeRule::Own => Ok(ScopeId::from(user.id)),
            ScopeRule::Parent(field) => {
                let parent = parent.ok_or_else(|| Error::new(ErrorCode::Required, format!("the field {field} is required")))?;
                Ok(store::get(&self.db, parent)?.scope)
            }
            ScopeRule::Territory => wanted
                .or_else(|| {
                    let territory = |s: ScopeId| s != ScopeId::COMPANY && s != ScopeId::from(user.id);
                    user.grants.iter().find(|g| g.level >= Level::Write && territory(g.scope)).map(|g| g.scope)
                })
                .ok_or_else(|| Error::new(ErrorCode::Forbidden, "no territory is granted to this user: ask an administrator")),
        }
    }
}

/// Named requests kept: more than any page has under way.
const REQUESTS: i64 = 500;

/// What a request was answered when it was done before.
fn done_before(db: &Connection, request: Uuid) -> Result<Option<Vec<Hash>>> {
    let base: Option<Vec<u8>> = db
        .prepare_cached("SELECT base FROM request WHERE id = ?1")
        .and_then(|mut s| s.query_row([request.as_bytes()], |r| r.get(0)).optional())
        .map_err(storage)?;
    base.map(|packed| store::unpack(&packed)).transpose()
}

fn remember(db: &Connection, request: Uuid, base: &[Hash]) -> Result<()> {
    db.prepare_cached("INSERT INTO request (id, base) VALUES (?1, ?2)")
        .and_then(|mut s| s.execute(params![request.as_bytes(), store::pack(base)]))
        .map_err(storage)?;
    db.prepare_cached("DELETE FROM request WHERE n <= (SELECT max(n) FROM request) - ?1")
        .and_then(|mut s| s.execute([REQUESTS]))
        .map_err(storage)?;
    Ok(())
}

/// Makes the rows of a new document: itself, its genesis, and the outbox item that opens it.
pub(crate) fn open_document(db: &Connection, opening: &Opening<'_>, genesis: &[RawChange], now: Instant) -> Result<i64> {
    let n = store::insert(db, opening.kind, opening.id, opening.scope, opening.parent)?;
    store::append_all(db, n, genesis)?;
    let item = Item::Open { doc: opening.id, kind: opening.kind.to_owned(), parent: opening.parent, scope: opening.scope };
    enqueue(db, n, None, &item, now)?;
    Ok(n)
}

/// Adds the genesis changes of a document.
pub(crate) fn append_genesis(db: &Connection, n: i64, kind: &maydan_core::Kind, id: RecordId) -> Result<()> {
    let genesis: Vec<_> = maydan_core::document::genesis::changes(kind, id)?.into_iter().map(RawChange::from).collect();
    store::append_all(db, n, &genesis).map(drop)
}

/// Writes the rows of a document anew from its history, one for each change, and with them those of `waiting`: changes that lie
/// here and can't be part of it yet.
pub(crate) fn rewrite(db: &Connection, registry: &Registry, n: i64, document: &mut Document, waiting: &[RawChange]) -> Result<()> {
    db.execute("DELETE FROM change WHERE document = ?1", [n]).map_err(storage)?;
    db.execute("UPDATE document SET snapshot = NULL, tail = 0, tail_bytes = 0 WHERE n = ?1", [n]).map_err(storage)?;
    append_genesis(db, n, &document.kind().clone(), document.id())?;
    store::append_all(db, n, document.changes_since(&[]).iter().chain(waiting))?;
    projection::write(db, registry, n, document)
}

/// Appends changes made here to a document's rows and to the outbox, and brings what is known of it up to date.
pub(crate) fn persist(
    db: &Connection,
    registry: &Registry,
    n: i64,
    document: &mut Document,
    changes: &[RawChange],
    now: Instant,
) -> Result<()> {
    for change in changes {
        if store::append(db, n, change)? {
            let item = Item::Change { doc: document.id(), bytes: change.bytes().to_vec().into() };
            enqueue(db, n, Some(change.hash()), &item, now)?;
        }
    }
    projection::write(db, registry, n, document)
}

/// Puts an item into the outbox.
pub(crate) fn enqueue(db: &Connection, n: i64, hash: Option<Hash>, item: &Item, now: Instant) -> Result<()> {
    let bytes = item.to_bytes()?;
    db.prepare_cached(
        "INSERT INTO outbox (document, hash, item, created_at, seen)
         VALUES (?1, ?2, ?3, ?4, ifnull((SELECT value FROM meta WHERE key = 'seen'), 0))",
    )
    .and_then(|mut s| s.execute(params![n, hash.map(|h| h.0), bytes, now.0]))
    .map_err(storage)?;
    db.prepare_cached("UPDATE document SET pending = pending + 1 WHERE n = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
    Ok(())
}
