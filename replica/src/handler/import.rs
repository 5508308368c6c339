//! Files of customers.

use super::record::edits;
use crate::write::{self, Opening};
use crate::{Replica, storage, store};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::command::*;
use maydan_core::document::Document;
use maydan_core::import::{self, RowError};
use maydan_core::permit::{self, Action};
use maydan_core::{Error, ErrorCode, RecordId, Result, Row, ScopeId};

/// Rows written in one transaction.
const BATCH: usize = 500;
/// Bad rows shown in a preview.
const SHOWN_ERRORS: usize = 100;

pub(super) fn preview(request: PreviewImport) -> Result<ImportPreview> {
    let table = import::read(&bytes(&request.file)?, request.layout)?;
    let rows = table.rows();
    let bad_rows = u32::try_from(table.bad.len()).unwrap_or(u32::MAX);
    let errors = table.bad.into_iter().take(SHOWN_ERRORS).collect();
    Ok(ImportPreview { layout: table.layout, header: table.header, sample: table.sample, rows, errors, bad_rows })
}

pub(super) fn import(replica: &mut Replica, request: ImportRows) -> Result<ImportReport> {
    let table = import::read(&bytes(&request.file)?, request.layout)?;
    let kind = replica.registry.get("customer")?.clone();
    let scope = replica.scope_for(&kind.scope, request.scope, None)?;
    permit::check(&replica.signed_in()?.grants, scope, Action::Write)?;
    let mut report = ImportReport { rows: table.rows(), created: 0, unchanged: 0, updated: 0, errors: table.bad };
    for batch in table.good.chunks(BATCH) {
        import_batch(replica, scope, batch, &mut report)?;
    }
    report.errors.sort_by_key(|e| e.line);
    replica.events.push(Event::Changed { kind: "customer".into(), ids: Vec::new() });
    Ok(report)
}

fn bytes(file: &str) -> Result<Vec<u8>> {
    STANDARD.decode(file).map_err(|_| Error::bad_request("the file must come as base64"))
}

fn cells(fields: &Row) -> Vec<String> {
    fields.values().filter_map(|v| v.as_text().map(str::to_owned)).collect()
}

/// What became of a row.
enum Fate {
    Created,
    Unchanged,
    Updated,
}

fn import_batch(replica: &mut Replica, scope: ScopeId, rows: &[(u64, Row)], report: &mut ImportReport) -> Result<()> {
    let now = replica.host.now();
    let (actor, registry) = (replica.actor, replica.registry.clone());
    let kind = registry.get("customer")?;
    let tx = replica.db.transaction().map_err(storage)?;
    let mut touched: Vec<RecordId> = Vec::new();
    for (line, fields) in rows {
        let id = import::derived_id(scope, fields);
        let existing = store::find(&tx, id)?;
        let mut document = match &existing {
            Some(stored) => match store::load(&tx, &registry, stored) {
                // It comes whole again; the row is reported, the others go on.
                Err(e) if e.code == ErrorCode::Corrupt => {
                    crate::sync::mark_damaged(&tx, stored.n)?;
                    report.errors.push(RowError { line: *line, code: e.code, field: None, cells: cells(fields) });
                    continue;
                }
                loaded => loaded?,
            },
            None => Document::create(kind, id)?,
        };
        // Before anything else is written.
        let genesis = if existing.is_none() { document.changes_since(&[]) } else { Vec::new() };
        let written = match document.edit(actor, now, None, &edits(fields)) {
            Ok(written) => written,
            Err(e) => {
                report.errors.push(RowError { line: *line, code: e.code, field: None, cells: cells(fields) });
                continue;
            }
        };
        let (n, fate) = match &existing {
            Some(stored) if written.change.is_none() => (stored.n, Fate::Unchanged),
            Some(stored) => (stored.n, Fate::Updated),
            None => (write::open_document(&tx, &Opening { kind: "customer", id, scope, parent: None }, &genesis, now)?, Fate::Created),
        };
        match fate {
            Fate::Unchanged => report.unchanged += 1,
            Fate::Updated => report.updated += 1,
            Fate::Created => report.created += 1,
        }
        if let Some(change) = written.change {
            write::persist(&tx, &registry, n, &mut document, &[change], now)?;
            touched.push(id);
        }
    }
    tx.commit().map_err(storage)?;
    for id in touched {
        replica.documents.take(id);
    }
    Ok(())
}
