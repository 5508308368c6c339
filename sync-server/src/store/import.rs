//! Records that the server itself makes: people, territories, imported files, seeds. They are written like any other
//! change, under the server's own actor, with snapshot and row ready for first syncs.

use super::{Caller, Store, begin, feed, now, random_uuid, storage};
use maydan_core::document::{Appendix, Document, Edit, Hash};
use maydan_core::import::{self, Layout, RowError};
use maydan_core::{Actor, DeviceId, RecordId, Result, Row, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// What became of a file.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Rows in the file.
    pub rows: u32,
    /// Records made.
    pub created: u32,
    /// Rows whose record was here already.
    pub present: u32,
    /// Rows left out, each with its line and why.
    pub errors: Vec<RowError>,
}

/// Rows written in one transaction.
const BATCH: usize = 1_000;

impl Store {
    /// Brings a CSV file of customers into a territory, a thousand rows in one transaction. Records that are here already are
    /// left as they are.
    pub fn import_customers(&self, file: &[u8], layout: Option<Layout>, scope: ScopeId) -> Result<Imported> {
        let table = import::read(file, layout)?;
        let mut report = Imported { rows: table.rows(), errors: table.bad, ..Imported::default() };
        for batch in table.good.chunks(BATCH) {
            self.bulk(|bulk| {
                for (line, fields) in batch {
                    match bulk.record("customer", import::derived_id(scope, fields), scope, None, fields, &[]) {
                        Ok(true) => report.created += 1,
                        Ok(false) => report.present += 1,
                        Err(e) => {
                            let cells = fields.values().filter_map(|v| v.as_text().map(str::to_owned)).collect();
                            report.errors.push(RowError { line: *line, code: e.code, field: None, cells });
                        }
                    }
                }
                Ok(())
            })?;
        }
        report.errors.sort_by_key(|e| e.line);
        Ok(report)
    }

    /// Writes one record.
    pub(crate) fn write_record(&self, kind: &str, id: RecordId, scope: ScopeId, parent: Option<RecordId>, fields: &Row) -> Result<()> {
        self.bulk(|bulk| bulk.record(kind, id, scope, parent, fields, &[]).map(drop))
    }

    /// Writes many records in one transaction.
    pub fn bulk(&self, write: impl FnOnce(&mut Bulk<'_>) -> Result<()>) -> Result<()> {
        let mut db = self.writer();
        let tx = begin(&mut db)?;
        let actor = server_actor(&tx)?;
        let mut bulk = Bulk { store: self, db: &tx, actor };
        write(&mut bulk)?;
        tx.commit().map_err(storage)
    }
}

/// A transaction in which many records are made.
pub struct Bulk<'a> {
    store: &'a Store,
    db: &'a Connection,
    actor: Actor,
}

impl std::fmt::Debug for Bulk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bulk({:?})", self.actor)
    }
}

impl Bulk<'_> {
    /// The transaction.
    pub(super) fn db(&self) -> &Connection {
        self.db
    }

    /// Makes a record, unless it is there. `entries` are appended as they are: field, key, content.
    pub fn record(
        &mut self,
        kind: &str,
        id: RecordId,
        scope: ScopeId,
        parent: Option<RecordId>,
        fields: &Row,
        entries: &[(&str, String, Appendix<'_>)],
    ) -> Result<bool> {
        if feed::doc(self.db, id)?.is_some() {
            return Ok(false);
        }
        let kind = self.store.registry().get(kind)?.clone();
        let mut document = Document::create(&kind, id)?;
        let edits: Vec<Edit> = fields.iter().map(|(field, value)| Edit::set(field, value.clone())).collect();
        let at = now();
        let mut changes: Vec<_> = document.edit(self.actor, at, None, &edits)?.change.into_iter().collect();
        for (field, key, entry) in entries {
            changes.extend(document.append(self.actor, at, field, key, *entry)?.change);
        }
        feed::open(self.db, id, &kind.name, scope, parent)?;
        let Some(doc) = feed::doc(self.db, id)? else { return Ok(false) };
        let from = Caller { user: RecordId(Uuid::nil()), device: DeviceId(Uuid::nil()) };
        let mut upto = 0;
        for change in &changes {
            upto = feed::append(self.db, &doc, change, from)?;
        }
        put_snapshot(self.db, doc.n, upto, &mut document, kind.fingerprint())?;
        Ok(true)
    }
}

fn put_snapshot(db: &Connection, n: i64, upto: u64, document: &mut Document, fingerprint: i64) -> Result<()> {
    let heads: Vec<u8> = document.heads().iter().flat_map(|h: &Hash| h.0).collect();
    let row = serde_json::to_string(&document.row())?;
    db.prepare_cached("INSERT OR REPLACE INTO snapshot (doc, upto_seq, bytes, heads, row, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .and_then(|mut s| s.execute(params![n, upto, document.save(), heads, row, fingerprint]))
        .map_err(storage)?;
    Ok(())
}

/// The actor under which the server writes; made once per database.
fn server_actor(db: &Connection) -> Result<Actor> {
    let known: Option<String> = db.query_row("SELECT value FROM meta WHERE key = 'actor'", [], |r| r.get(0)).optional().map_err(storage)?;
    if let Some(actor) = known.and_then(|text| text.parse().ok()) {
        return Ok(Actor(actor));
    }
    let actor = random_uuid();
    db.execute("INSERT INTO meta (key, value) VALUES ('actor', ?1)", [actor.to_string()]).map_err(storage)?;
    // Of nobody, so that histories name it as what it is.
    let nobody = Uuid::nil();
    db.execute(
        "INSERT INTO actor (actor, device, user) VALUES (?1, ?2, ?2)",
        params![actor.as_bytes().as_slice(), nobody.as_bytes().as_slice()],
    )
    .map_err(storage)?;
    Ok(Actor(actor))
}
