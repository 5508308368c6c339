//! Records that are moved to another territory: a command, because who may see a record is the server's to decide.
//!
//! Here the record is shown in its new territory at once; its scope changes when the server has brought it there, with
//! whatever follows it. What is written meanwhile is written by the rights in the old one, which its manager has.

use super::quarantine::{self, Refusal};
use crate::store;
use crate::{Replica, storage};
use maydan_core::command::{Done, MoveRecord};
use maydan_core::document::Hash;
use maydan_core::permit::{self, Action};
use maydan_core::record::ScopeRule;
use maydan_core::sync::wire::{Act, Command, Item};
use maydan_core::{Error, ErrorCode, RecordId, Result};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

/// What names a command in the queue, where changes have their hashes.
pub(crate) fn name(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Moves a record to another territory, as soon as the server hears of it.
pub(crate) fn order(replica: &mut Replica, request: &MoveRecord) -> Result<Done> {
    let stored = store::get(&replica.db, request.id)?;
    let kind = replica.registry.get(&stored.kind)?;
    if kind.scope != ScopeRule::Territory {
        return Err(Error::new(ErrorCode::InvalidValue, format!("a {} is where its kind says", kind.name)));
    }
    let territory = store::find(&replica.db, RecordId(request.to.0))?;
    if territory.is_none_or(|found| found.kind != "territory") {
        return Err(Error::new(ErrorCode::InvalidValue, format!("{} is no territory", request.to)));
    }
    let from = stored.shown_scope();
    if from == request.to {
        return Ok(Done {});
    }
    let grants = &replica.signed_in()?.grants;
    permit::check(grants, from, Action::Reassign)?;
    permit::check(grants, request.to, Action::Write)?;
    let act = Act::Move { from, to: request.to };
    let command = Command { id: replica.host.new_uuid(), doc: request.id, act };
    let now = replica.host.now();
    let tx = replica.db.transaction().map_err(storage)?;
    enqueue(&tx, stored.n, command, now)?;
    tx.commit().map_err(storage)?;
    replica.changed(&stored.kind, stored.id);
    Ok(Done {})
}

/// Puts a command into the queue, and shows its record where it shall be.
pub(super) fn enqueue(db: &Connection, n: i64, command: Command, now: maydan_core::Instant) -> Result<()> {
    let Act::Move { to, .. } = command.act;
    let item = Item::Command(command);
    crate::write::enqueue(db, n, Some(name(&item.to_bytes()?)), &item, now)?;
    db.execute("UPDATE document SET target = ?2 WHERE n = ?1", params![n, to.as_bytes()]).map(drop).map_err(storage)
}

/// The server refused a command, which stands in this row of the queue: the record is shown where it is, and the person is
/// told. All at once, so that no power cut loses it.
pub(super) fn refused(replica: &mut Replica, row: i64, command: Command, why: &Refusal) -> Result<()> {
    let Some(stored) = store::find(&replica.db, command.doc)? else { return Ok(()) };
    let Act::Move { to, .. } = command.act;
    let put_by = quarantine::command(replica, &stored, why, command.act.as_field(), &Item::Command(command))?;
    let tx = replica.db.transaction().map_err(storage)?;
    super::acknowledge(&tx, &[row])?;
    tx.execute("UPDATE document SET target = NULL WHERE n = ?1 AND target = ?2", params![stored.n, to.as_bytes()]).map_err(storage)?;
    put_by(&tx)?;
    tx.commit().map_err(storage)?;
    replica.changed(&stored.kind, stored.id);
    Ok(())
}

/// Where no move is on its way any more, records are where the server has them.
pub(super) fn settle(db: &Connection) -> Result<()> {
    db.prepare_cached(
        "UPDATE document SET target = NULL WHERE target IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.document = document.n)",
    )
    .and_then(|mut s| s.execute([]))
    .map(drop)
    .map_err(storage)
}

/// Commands kept at most.
const GIVEN: i64 = 1_000;

/// The server has done a command.
pub(super) fn keep_given(db: &Connection, item: &Item) -> Result<()> {
    let bytes = item.to_bytes()?;
    db.prepare_cached("INSERT INTO given (item) VALUES (?1) ON CONFLICT DO NOTHING")
        .and_then(|mut s| s.execute([bytes]))
        .and_then(|_| db.prepare_cached("DELETE FROM given WHERE n <= (SELECT max(n) FROM given) - ?1"))
        .and_then(|mut s| s.execute([GIVEN]))
        .map(drop)
        .map_err(storage)
}

/// The server was put back: what it had done before is asked for again, as far as the records are here. It knows those that it
/// has done.
pub(super) fn give_again(replica: &mut Replica) -> Result<()> {
    let items: Vec<Vec<u8>> = replica
        .db
        .prepare("SELECT item FROM given ORDER BY n")
        .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
        .map_err(storage)?;
    let now = replica.host.now();
    let tx = replica.db.transaction().map_err(storage)?;
    for bytes in items {
        let queued: bool =
            tx.query_row("SELECT EXISTS (SELECT 1 FROM outbox WHERE hash = ?1)", [name(&bytes).0], |r| r.get(0)).map_err(storage)?;
        if let (false, Ok(Item::Command(command))) = (queued, Item::from_bytes(&bytes))
            && let Some(stored) = store::find(&tx, command.doc)?
        {
            enqueue(&tx, stored.n, command, now)?;
        }
    }
    tx.commit().map_err(storage)
}
