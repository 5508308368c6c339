//! Records that the server itself makes: people, territories, imported files, seeds. They are written like any other
//! change, under the server's own actor, with snapshot and row ready for first syncs.

use super::Company;
use super::access::add_actor;
use super::erase;
use super::feed::{self, Appending, Opening};
use super::log::Log;
use super::people::NOBODY;
use super::whole;
use crate::store::{Tx, params};
use maydan_core::document::{Appendix, Document, Edit};
use maydan_core::import::{self, Layout, RowError};
use maydan_core::{Actor, Error, ErrorCode, RecordId, Result, Row, ScopeId};
use std::collections::BTreeSet;

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

impl Company {
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
        self.write_alone(|log, tx| {
            let actor = server_actor(self, tx)?;
            write(&mut Bulk { company: self, log, tx, actor })
        })
    }
}

/// The actor under which the server writes; made once per database.
pub(super) fn server_actor(company: &Company, tx: &mut dyn Tx) -> Result<Actor> {
    let known: Option<String> = tx.first("SELECT value FROM meta WHERE key = 'actor'", params![])?.map(|row| row.get(0)).transpose()?;
    if let Some(actor) = known.and_then(|text| text.parse().ok()) {
        return Ok(Actor(actor));
    }
    let actor = Actor(company.0.host.new_uuid());
    tx.write("INSERT INTO meta (key, value) VALUES ('actor', $1)", params![actor.0.to_string()])?;
    // Of nobody, so that histories name it as what it is.
    add_actor(tx, actor, NOBODY)?;
    Ok(actor)
}

/// A transaction in which many records are made.
pub struct Bulk<'a> {
    company: &'a Company,
    log: &'a mut Log,
    tx: &'a mut dyn Tx,
    actor: Actor,
}

impl std::fmt::Debug for Bulk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bulk({:?})", self.actor)
    }
}

impl Bulk<'_> {
    /// The transaction.
    pub(super) fn tx(&mut self) -> &mut dyn Tx {
        self.tx
    }

    /// The log and the transaction.
    pub(super) fn log(&mut self) -> (&mut Log, &mut dyn Tx) {
        (self.log, self.tx)
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
        if !erase::among(self.tx, &BTreeSet::from([id]))?.is_empty() {
            return Err(Error::new(ErrorCode::Erased, format!("{id} was erased for good")));
        }
        if feed::find_one(self.tx, id)?.is_some() {
            return Ok(false);
        }
        let kind = self.company.registry().get(kind)?.clone();
        let mut document = Document::create(&kind, id)?;
        let edits: Vec<Edit> = fields.iter().map(|(field, value)| Edit::set(field, value.clone())).collect();
        let at = self.company.now();
        let mut changes: Vec<_> = document.edit(self.actor, at, None, &edits)?.change.into_iter().collect();
        for (field, key, entry) in entries {
            changes.extend(document.append(self.actor, at, field, key, *entry)?.change);
        }
        let opened = feed::open(self.log, self.tx, &[Opening { id, kind: &kind.name, scope, parent, generation: 0 }])?;
        let (doc, entered) = opened.into_iter().next().ok_or_else(|| Error::internal("a document was not made"))?;
        let appending: Vec<_> = changes.iter().map(|change| Appending { doc: &doc, change, from: NOBODY, at }).collect();
        let upto = feed::append(self.log, self.tx, &appending)?.last().copied().unwrap_or(entered);
        whole::put_one(self.tx, doc.n, upto, &mut document)?;
        Ok(true)
    }
}
