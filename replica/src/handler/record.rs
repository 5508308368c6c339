//! Commands that serve every kind.

use super::names::{links, text_keys};
use crate::sync::quarantine;
use crate::write::Opening;
use crate::{Replica, blob, projection, storage, store};
use maydan_core::command::*;
use maydan_core::document::{Document, Edit, Written};
use maydan_core::permit::{self, Action};
use maydan_core::record::ScopeRule;
use maydan_core::{Error, ErrorCode, Kind, RecordId, Result, Row, Value};

pub(super) fn get_record(replica: &mut Replica, request: &GetRecord) -> Result<Record> {
    let stored = store::get(&replica.db, request.id)?;
    permit::check(&replica.signed_in()?.grants, stored.scope, Action::Read)?;
    let kind = replica.registry.get(&stored.kind)?.clone();
    let (row, heads, conflicts) = replica.read(&stored, |d| (d.row(), d.heads(), d.conflicts()))?;
    let actors: Vec<_> = conflicts.iter().flat_map(|c| c.values.iter().map(|v| v.actor)).collect();
    let mut ids: Vec<RecordId> = links(&kind, &row).collect();
    ids.extend(conflicts.iter().flat_map(|c| &c.values).filter_map(|v| v.value.as_text()?.parse::<RecordId>().ok()));
    let names = text_keys(replica, ids, actors)?;
    Ok(Record { id: request.id, scope: stored.shown_scope(), kind: stored.kind, row, heads, conflicts, pending: stored.pending, names })
}

pub(super) fn history(replica: &mut Replica, request: &History) -> Result<HistoryPage> {
    let stored = store::get(&replica.db, request.id)?;
    permit::check(&replica.signed_in()?.grants, stored.scope, Action::Read)?;
    let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
    let entries = replica.read(&stored, |d| d.history(limit))?;
    let actors: Vec<_> = entries.iter().map(|e| e.actor).collect();
    let ids: Vec<RecordId> =
        entries.iter().flat_map(|e| &e.fields).flat_map(|f| [&f.before, &f.after]).filter_map(|v| v.as_text()?.parse().ok()).collect();
    let names = text_keys(replica, ids, actors)?;
    Ok(HistoryPage { entries, names })
}

pub(super) fn list_conflicts(replica: &mut Replica) -> Result<ConflictPage> {
    const MOST: usize = 200;
    let ids: Vec<Vec<u8>> = replica
        .db
        .prepare_cached("SELECT id FROM document WHERE conflicted > 0 LIMIT ?1")
        .and_then(|mut s| s.query_map([MOST], |r| r.get(0))?.collect())
        .map_err(storage)?;
    let mut page = ConflictPage::default();
    let (mut actors, mut named) = (Vec::new(), Vec::new());
    for id in ids {
        let id = RecordId::from_slice(&id)?;
        let stored = store::get(&replica.db, id)?;
        if replica.registry.get(&stored.kind).is_err() {
            continue;
        }
        let conflicts = match replica.read(&stored, Document::conflicts) {
            // It comes whole again; the others are shown meanwhile.
            Err(e) if e.code == ErrorCode::Corrupt => continue,
            read => read?,
        };
        let values = conflicts.iter().flat_map(|c| &c.values);
        actors.extend(values.clone().map(|v| v.actor));
        named.extend(values.filter_map(|v| v.value.as_text()?.parse::<RecordId>().ok()));
        let title = projection::titles(&replica.db, &replica.registry, [id])?.remove(&id).unwrap_or_default();
        page.records.push(ConflictedRecord { id, kind: stored.kind, title, conflicts });
    }
    page.names = text_keys(replica, named, actors)?;
    Ok(page)
}

pub(super) fn create_record(replica: &mut Replica, request: &CreateRecord) -> Result<Revision> {
    let kind = replica.registry.get(&request.kind)?.clone();
    if let Some(missing) = kind.fields.iter().find(|f| f.required && request.fields.get(f.name.as_ref()).is_none_or(Value::is_empty)) {
        return Err(Error::new(ErrorCode::Required, format!("the field {} is required", missing.name)));
    }
    let id = request.id.unwrap_or_else(|| replica.host.new_record_id());
    let parent = parent(&kind, &request.fields)?;
    let scope = replica.scope_for(&kind.scope, request.scope, parent)?;
    let edits = edits(&request.fields);
    replica.create(&Opening { kind: &request.kind, id, scope, parent }, |document, actor, at| {
        Ok(vec![document.edit(actor, at, None, &edits)?])
    })
}

pub(super) fn edits(fields: &Row) -> Vec<Edit> {
    fields.iter().map(|(field, value)| Edit::set(field, value.clone())).collect()
}

/// The record whose scope a new one follows.
pub(crate) fn parent(kind: &Kind, fields: &Row) -> Result<Option<RecordId>> {
    match &kind.scope {
        ScopeRule::Parent(field) => fields.get(field.as_ref()).and_then(Value::as_text).map(str::parse).transpose(),
        _ => Ok(None),
    }
}

pub(super) fn edit_fields(replica: &mut Replica, request: &EditFields) -> Result<Revision> {
    let stored = store::get(&replica.db, request.id)?;
    let kind = replica.registry.get(&stored.kind)?.clone();
    if let ScopeRule::Parent(link) = &kind.scope
        && request.edits.iter().any(|e| matches!(e, Edit::Set { field, .. } if field == link.as_ref()))
    {
        return Err(Error::new(ErrorCode::Forbidden, format!("{link} is where a {} belongs and never changes", kind.name)));
    }
    let base = request.base.as_ref().map(|heads| quarantine::current(&replica.db, heads)).transpose()?;
    replica.write_once(request.id, Action::Write, request.request, |document, actor, at| {
        document.edit(actor, at, base.as_deref(), &request.edits)
    })
}

pub(super) fn set_deleted(replica: &mut Replica, id: RecordId, deleted: bool) -> Result<Revision> {
    let revision = replica.write(id, Action::Write, |document, actor, at| {
        if document.view().deleted_at().is_some() == deleted {
            let base = document.heads();
            return Ok(Written { change: None, base });
        }
        document.edit(actor, at, None, &[Edit::Delete { deleted }])
    })?;
    let stored = store::get(&replica.db, id)?;
    if !deleted && stored.kind == maydan_core::blob::KIND {
        let row = replica.read(&stored, Document::row)?;
        blob::offer_named(&replica.db, &maydan_core::blob::named_in(&row))?;
    }
    Ok(revision)
}
