//! The queue of unsent work, settings, and what is needed to mend and compare replicas.

use crate::sync::item_of;
use crate::{Replica, projection, storage, store};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::command::*;
use maydan_core::sync::wire::Item;
use maydan_core::{Error, ErrorCode, Instant, RecordId, Result};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(super) fn outbox(replica: &mut Replica, request: &Outbox) -> Result<OutboxPage> {
    let total = replica.db.query_row("SELECT count(DISTINCT document) FROM outbox", [], |r| r.get(0)).map_err(storage)?;
    let groups: Vec<(Vec<u8>, String, u32, i64, i64, u32)> = replica
        .db
        .prepare_cached(
            "SELECT d.id, d.kind, count(*), sum(length(o.item)), min(o.created_at), max(o.attempts)
             FROM outbox o JOIN document d ON d.n = o.document
             GROUP BY o.document ORDER BY min(o.n) LIMIT ?1",
        )
        .and_then(|mut s| {
            s.query_map([request.limit], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?)))?.collect()
        })
        .map_err(storage)?;
    let mut items = Vec::with_capacity(groups.len());
    for (id, kind, changes, bytes, since, attempts) in groups {
        let id = RecordId::from_slice(&id)?;
        let title = projection::titles(&replica.db, &replica.registry, [id])?.remove(&id).unwrap_or_default();
        let bytes = u64::try_from(bytes).unwrap_or(0);
        items.push(OutboxItem { id, kind, title, changes, bytes, since: Instant(since), attempts });
    }
    Ok(OutboxPage { items, total })
}

/// A file of unsent work: readable, versioned, complete.
#[derive(Serialize, Deserialize)]
struct Unsent {
    maydan_unsent: u16,
    user: RecordId,
    items: Vec<String>,
}

pub(super) fn export_unsent(replica: &mut Replica) -> Result<UnsentFile> {
    super::trip::pack_pings(replica)?;
    let user = replica.signed_in()?.id;
    let items: Vec<Vec<u8>> = replica
        .db
        .prepare("SELECT item FROM outbox ORDER BY n")
        .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
        .map_err(storage)?;
    // What was refused is unsent too: on another device it may be taken, or at least read.
    let refused = crate::sync::quarantine::all_items(&replica.db)?;
    let items = items.iter().map(Vec::as_slice).chain(refused.iter().map(|i| i.as_slice())).map(|i| STANDARD.encode(i)).collect();
    let text = serde_json::to_string_pretty(&Unsent { maydan_unsent: 1, user, items })?;
    Ok(UnsentFile { text })
}

/// Reads a file of unsent work in. Changes that are here already are skipped.
pub(super) fn import_unsent(replica: &mut Replica, request: &UnsentFile) -> Result<ImportedUnsent> {
    let file: Unsent = serde_json::from_str(&request.text)?;
    if file.maydan_unsent != 1 {
        return Err(Error::new(ErrorCode::Unsupported, "this file was written by a newer Maydan: update the app"));
    }
    if file.user != replica.signed_in()?.id {
        return Err(Error::new(ErrorCode::Forbidden, "this file holds another person's work: she must sign in to bring it in"));
    }
    let read: Vec<Option<Item>> = file.items.iter().map(|text| item_of(&STANDARD.decode(text).ok()?).ok()).collect();
    let items: Vec<Item> = read.iter().flatten().cloned().collect();
    let unread = read.len() - items.len();
    let done = crate::sync::adopt(replica, &items)?;
    Ok(ImportedUnsent { damaged: done.damaged + u32::try_from(unread).unwrap_or(u32::MAX), ..done })
}

pub(super) fn rebuild(replica: &mut Replica) -> Result<Done> {
    let kinds: Vec<_> = replica.registry.iter().cloned().collect();
    for kind in kinds {
        projection::rebuild(replica, &kind)?;
        replica.events.push(Event::Changed { kind: kind.name.clone().into_owned(), ids: Vec::new() });
    }
    Ok(Done {})
}

pub(super) fn settings(replica: &mut Replica) -> Result<Settings> {
    let values: Vec<(String, String)> = replica
        .db
        .prepare_cached("SELECT name, value FROM setting")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    Ok(Settings { values: values.into_iter().collect() })
}

pub(super) fn put_setting(replica: &mut Replica, request: &PutSetting) -> Result<Done> {
    const MOST: usize = 4_000;
    if request.name.is_empty() || request.name.len() > 100 || request.value.len() > MOST {
        return Err(Error::new(ErrorCode::InvalidValue, "a setting has a short name and a short value"));
    }
    replica
        .db
        .prepare_cached("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
        .and_then(|mut s| s.execute(params![request.name, request.value]))
        .map_err(storage)?;
    Ok(Done {})
}

pub(super) fn fingerprint(replica: &mut Replica) -> Result<ReplicaFingerprint> {
    super::trip::pack_pings(replica)?;
    let ids: Vec<(Vec<u8>, Vec<u8>)> = replica
        .db
        .prepare("SELECT id, heads FROM document")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    let mut heads = BTreeMap::new();
    for (id, packed) in ids {
        heads.insert(RecordId::from_slice(&id)?, store::unpack(&packed)?);
    }
    let mut hash = Sha256::new();
    let kinds: Vec<_> = replica.registry.iter().cloned().collect();
    for kind in kinds {
        let numbers: Vec<i64> = replica
            .db
            .prepare(&format!("SELECT r.n FROM r_{} r JOIN document d ON d.n = r.n ORDER BY d.id", kind.name))
            .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
            .map_err(storage)?;
        for line in projection::fetch(&replica.db, &kind, &numbers)? {
            hash.update(serde_json::to_vec(&(&kind.name, line.id, &line.row))?);
        }
    }
    let projections = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok(ReplicaFingerprint { heads, projections })
}
