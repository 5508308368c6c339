//! Lists and timelines.

use super::names::links;
use crate::{Replica, projection, storage};
use maydan_core::command::*;
use maydan_core::{Result, Value};
use rusqlite::Transaction;

pub(super) fn list_records(replica: &Replica, request: &ListRecords) -> Result<RecordPage> {
    let kind = replica.registry.get(&request.kind)?.clone();
    let _page = reading(replica)?;
    let (lines, total, total_is_floor) = projection::list(&replica.db, &kind, request)?;
    let linked: Vec<_> = lines.iter().flat_map(|l| links(&kind, &l.row).collect::<Vec<_>>()).collect();
    let names = projection::titles(&replica.db, &replica.registry, linked)?;
    Ok(RecordPage { lines, total, total_is_floor, names })
}

/// Holds one state of the database for a page that is put together from many statements, and spares each of them its locks.
fn reading(replica: &Replica) -> Result<Transaction<'_>> {
    replica.db.unchecked_transaction().map_err(storage)
}

pub(super) fn field_values(replica: &Replica, request: &FieldValues) -> Result<ValueList> {
    let kind = replica.registry.get(&request.kind)?;
    Ok(ValueList { values: projection::values(&replica.db, kind, &request.field, request.limit.min(MAX_PAGE))? })
}

/// Kinds on a customer's timeline, with the field that says when: the last one that is filled counts.
const TIMELINE: &[(&str, &[&str])] = &[("note", &["written_at"]), ("visit", &["checked_in_at", "submitted_at"]), ("task", &["done_at"])];

pub(super) fn timeline(replica: &Replica, request: &Timeline) -> Result<TimelinePage> {
    let mut page = TimelinePage::default();
    let _page = reading(replica)?;
    for (name, instants) in TIMELINE {
        let kind = replica.registry.get(name)?.clone();
        let numbers: Vec<i64> = replica
            .db
            .prepare_cached(&format!("SELECT n FROM r_{name} WHERE deleted = 0 AND customer = ?1 ORDER BY n DESC LIMIT {}", request.limit))
            .and_then(|mut s| s.query_map([request.customer.to_string()], |r| r.get(0))?.collect())
            .map_err(storage)?;
        for line in projection::fetch(&replica.db, &kind, &numbers)? {
            let written = instants.iter().rev().find_map(|f| line.row.get(*f).and_then(Value::as_int));
            let at = written.unwrap_or_else(|| made_at(line.id));
            page.entries.push(TimelineEntry { kind: (*name).to_owned(), at, line });
        }
    }
    page.entries.sort_by_key(|e| std::cmp::Reverse(e.at));
    page.entries.truncate(usize::try_from(request.limit).unwrap_or(usize::MAX));
    let mut linked = Vec::new();
    for entry in &page.entries {
        linked.extend(links(replica.registry.get(&entry.kind)?, &entry.line.row));
    }
    page.names = projection::titles(&replica.db, &replica.registry, linked)?;
    Ok(page)
}

/// When a record was made, by its id (UUIDv7); zero for derived ids.
fn made_at(id: maydan_core::RecordId) -> i64 {
    let time = id.0.get_timestamp().map(|t| t.to_unix());
    time.map_or(0, |(seconds, nanos)| i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos / 1_000_000))
}
