//! A page of the feeds, into the database.
//!
//! Changes are applied per document. A damaged one is left out and reported; the good ones of the page are not affected.
//! A document that comes whole with its row is listed without being loaded.

use super::generation::{self, Meeting};
use super::heal::heal;
use super::listing::Listing;
use super::merging::{Changes, intact, mark_unknown, merge};
use super::received::Received;
use super::relay;
use super::survey::{self, Asked};
use super::{feed, moving};
use crate::projection::Line;
use crate::write::{append_genesis, enqueue};
use crate::{Replica, storage, store};
use maydan_core::command::ImportedUnsent;
use maydan_core::document::{changes_of_snapshot, decode_change};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::{Cursor, Entered, Entry, Item};
use maydan_core::{Error, ErrorCode, RecordId, Result};
use rusqlite::{Connection, params};
use tracing::warn;

pub(super) fn apply(replica: &mut Replica, received: Received, asked: &Asked) -> Result<()> {
    let Received { page, lines } = received;
    let page = &page;
    let mut changes = Changes::default();
    let mut listing = Listing::default();
    let mut touched = Vec::new();
    let mut again = Vec::new();
    // Healing gives the database another actor: should the page be taken back, so is that.
    let actor = replica.actor;
    // The transaction is opened by hand: the pieces below need the whole replica.
    if !Safeguard::CursorWithEntries.holds() {
        page.cursors.iter().try_for_each(|cursor| put_cursor(&replica.db, cursor))?;
    }
    replica.db.execute_batch("BEGIN IMMEDIATE").map_err(storage)?;
    let done = (|| {
        page.cursors.iter().try_for_each(|cursor| feed::moves(&replica.db, cursor))?;
        for (entry, line) in page.entries.iter().zip(lines) {
            match entry {
                Entry::Change { doc, bytes, receipt } => changes.add(*doc, bytes, receipt),
                Entry::Enter(entered) => {
                    changes.apply(replica, &mut listing, &mut touched)?;
                    touched.push((entered.kind.clone(), entered.doc));
                    if put_ready(replica, entered, line, &mut listing)? {
                        continue;
                    }
                    match store::find(&replica.db, entered.doc)? {
                        // First the server hears of what is here.
                        Some(stored) if Meeting::of(&stored, entered) == Meeting::Later && relay::is_to_come(&replica.db, stored.n)? => {
                            again.push(stored.id);
                        }
                        Some(stored) => {
                            listing.write_before(replica, &stored)?;
                            if meet(replica, &stored, entered, &mut listing)? {
                                relay::renew(&replica.db, &stored, store::known_kind(&replica.registry, &stored).is_some(), entered)?;
                                mark_unknown(replica, &stored)?;
                            }
                        }
                        None => {
                            if let Some(n) = enter(replica, entered, &mut listing)? {
                                relay::put_all(&replica.db, n, entered)?;
                                if replica.registry.get(&entered.kind).is_err() {
                                    survey::mark_by_receipts(&replica.db, &store::get(&replica.db, entered.doc)?)?;
                                }
                            }
                        }
                    }
                }
                Entry::Leave { doc, scope } => {
                    changes.apply(replica, &mut listing, &mut touched)?;
                    replica
                        .db
                        .execute(
                            "UPDATE document SET leaving = ?3 WHERE id = ?1 AND scope = ?2",
                            params![doc.as_bytes(), scope.as_bytes(), feed::GONE],
                        )
                        .map_err(storage)?;
                }
            }
        }
        changes.apply(replica, &mut listing, &mut touched)?;
        listing.write(replica)?;
        for cursor in &page.cursors {
            put_cursor(&replica.db, cursor)?;
            feed::moved(&replica.db, cursor)?;
        }
        survey::dealt_with(&replica.db, asked, page)?;
        again.iter().try_for_each(|id| survey::want(&replica.db, *id))?;
        survey::take(replica, asked, page)?;
        super::show_head(&replica.db, page.epoch, &page.head)?;
        if !page.has_more {
            super::hello::has_seen_all(&replica.db)?;
            moving::settle(&replica.db)?;
        }
        if !page.entries.is_empty() {
            // What items wait for may have come to the server with it. Those that wait for a record to come whole go with that.
            replica.db.execute("UPDATE outbox SET waiting = 0 WHERE waiting = 1", []).map_err(storage)?;
        }
        replica.db.execute_batch("COMMIT").map_err(storage)
    })();
    if let Err(e) = done {
        replica.documents = store::Cache::new();
        replica.actor = actor;
        // On a full disk SQLite has rolled back by itself.
        if !replica.db.is_autocommit() {
            replica.db.execute_batch("ROLLBACK").map_err(storage)?;
        }
        return Err(e);
    }
    replica.has_caught_up |= page.has_more;
    for (kind, id) in touched {
        replica.changed(&kind, id);
    }
    survey::send_what_it_lacks(replica, asked, page)?;
    replica.purge_left()
}

fn put_cursor(db: &Connection, cursor: &Cursor) -> Result<()> {
    let scan = cursor.scan.as_ref().map(serde_json::to_string).transpose()?;
    db.prepare_cached(
        "INSERT INTO cursor (scope, seq, since, upto, scan) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET seq = ?2, since = ?3, upto = ?4, scan = ?5",
    )
    .and_then(|mut s| s.execute(params![cursor.scope.as_bytes(), cursor.seq, cursor.since, cursor.upto, scan]))
    .map(drop)
    .map_err(storage)
}

/// A document comes whole that is here already. Answers whether what came is part of what is here now.
fn meet(replica: &mut Replica, stored: &store::Stored, entered: &Entered, listing: &mut Listing) -> Result<bool> {
    replica
        .db
        .prepare_cached("UPDATE document SET scope = ?2, leaving = 0, target = NULL WHERE n = ?1")
        .and_then(|mut s| s.execute(params![stored.n, entered.scope.as_bytes()]))
        .map_err(storage)?;
    if entered.changes.is_empty() && entered.ready.as_ref().is_some_and(|ready| ready.heads == stored.heads) && !stored.damaged {
        // What it says is here.
        return Ok(true);
    }
    let meeting = Meeting::of(stored, entered);
    let kind = replica.registry.get(&entered.kind).cloned().ok();
    match (meeting, &kind) {
        (Meeting::Later, Some(kind)) => return generation::replace(replica, stored, kind, entered),
        (Meeting::Later, None) => return generation::replace_unknown(replica, stored, entered),
        // It is brought what is here when the records are compared; what can't be read here is better than nothing.
        (Meeting::Earlier, Some(kind)) if stored.damaged => return generation::replace(replica, stored, kind, entered),
        (Meeting::Earlier, _) => return Ok(false),
        (Meeting::Same, _) => {}
    }
    if let Some(kind) = kind
        && replica.document(stored).map(|d| replica.documents.put(d)).is_err_and(|e| e.code == ErrorCode::Corrupt)
    {
        heal(replica, stored, &kind, entered)?;
        return Ok(true);
    }
    let mut fresh = Vec::new();
    if let Some(snapshot) = &entered.snapshot {
        match changes_of_snapshot(snapshot) {
            Ok(theirs) => {
                for change in theirs {
                    fresh.extend(intact(&replica.db, stored, Ok(change))?);
                }
            }
            Err(e) => warn!(id = %entered.doc, error = %e, "a damaged snapshot was left out"),
        }
    }
    for bytes in &entered.changes {
        fresh.extend(intact(&replica.db, stored, decode_change(bytes))?);
    }
    merge(replica, stored, fresh, listing)?;
    Ok(true)
}

/// Puts a document that comes with its row where nothing is yet, and answers whether it did. So come nearly all of a first sync:
/// looking for each before it is put there would cost a tenth of that.
fn put_ready(replica: &Replica, entered: &Entered, line: Option<Line>, listing: &mut Listing) -> Result<bool> {
    let (Some(snapshot), Some(ready), Some(line)) = (&entered.snapshot, &entered.ready, line) else { return Ok(false) };
    if !entered.changes.is_empty() || !generation::has_come(entered, ready) {
        return Ok(false);
    }
    let Some(n) = store::insert_ready(&replica.db, entered, snapshot, ready)? else { return Ok(false) };
    relay::put_all(&replica.db, n, entered)?;
    listing.put(entered.kind.clone(), n, line);
    Ok(true)
}

/// A document comes that is new here; answers its number, unless it was left out.
fn enter(replica: &mut Replica, entered: &Entered, listing: &mut Listing) -> Result<Option<i64>> {
    let Ok(kind) = replica.registry.get(&entered.kind).cloned() else {
        // A kind of a later version: kept whole, projected after the update.
        let n = store::insert(&replica.db, &entered.kind, entered.doc, entered.scope, entered.parent)?;
        if let Some(snapshot) = &entered.snapshot {
            store::put_snapshot(&replica.db, n, snapshot)?;
        }
        for bytes in &entered.changes {
            append_intact(replica, n, entered.doc, bytes)?;
        }
        if generation::has_come_unread(entered) {
            store::set_generation(&replica.db, n, entered.generation)?;
        }
        return Ok(Some(n));
    };
    let n = store::insert(&replica.db, &entered.kind, entered.doc, entered.scope, entered.parent)?;
    match &entered.snapshot {
        Some(snapshot) => store::put_snapshot(&replica.db, n, snapshot)?,
        None => append_genesis(&replica.db, n, &kind, entered.doc)?,
    }
    for bytes in &entered.changes {
        append_intact(replica, n, entered.doc, bytes)?;
    }
    let stored = store::get(&replica.db, entered.doc)?;
    let mut document = match store::load(&replica.db, &replica.registry, &stored) {
        Ok(document) => document,
        Err(e) => {
            warn!(id = %entered.doc, error = %e, "a damaged document was left out");
            replica.db.execute("DELETE FROM document WHERE n = ?1", [n]).map_err(storage)?;
            return Ok(None);
        }
    };
    if entered.generation > 0 {
        // By what came, whatever the server calls it: it may have lost what the history was shortened to, and find that out later.
        store::set_generation(&replica.db, n, document.generation())?;
    }
    let row = store::settle(&replica.db, n, &mut document)?;
    listing.set(entered.kind.clone(), n, Line::of(&kind, row));
    Ok(Some(n))
}

fn append_intact(replica: &Replica, n: i64, doc: RecordId, bytes: &[u8]) -> Result<()> {
    match decode_change(bytes) {
        Ok(change) => store::append(&replica.db, n, &change).map(drop),
        Err(e) => {
            warn!(id = %doc, error = %e, "a damaged change was left out");
            Ok(())
        }
    }
}

/// Takes in items of a file of unsent work: into the documents and into the outbox. Changes to records that are not on
/// this device yet, and items that can't be used, are counted; the others come.
pub(crate) fn adopt(replica: &mut Replica, items: &[Item]) -> Result<ImportedUnsent> {
    let mut done = ImportedUnsent::default();
    for item in items {
        match adopt_one(replica, item) {
            Ok(Adopted::New) => done.changes += 1,
            Ok(Adopted::Known) => {}
            Err(e) if e.code == ErrorCode::NotFound => done.left += 1,
            Err(e) if is_of_the_database(e.code) => return Err(e),
            Err(e) => {
                warn!(id = %item.doc(), error = %e, "an item of the file can't be used");
                done.damaged += 1;
            }
        }
    }
    Ok(done)
}

/// Whether an error is the database's own and not of what was asked.
fn is_of_the_database(code: ErrorCode) -> bool {
    use ErrorCode::{DiskFailed, DiskFull, InUse, Internal, NotADatabase};
    matches!(code, DiskFull | DiskFailed | NotADatabase | InUse | Internal)
}

/// What became of an item.
enum Adopted {
    New,
    Known,
}

fn adopt_one(replica: &mut Replica, item: &Item) -> Result<Adopted> {
    let now = replica.host.now();
    match item {
        // Nobody exports such.
        Item::Relay(_) => Ok(Adopted::Known),
        Item::Command(command) => {
            let stored = store::get(&replica.db, command.doc)?;
            let tx = replica.db.transaction().map_err(storage)?;
            moving::enqueue(&tx, stored.n, *command, now)?;
            tx.commit().map_err(storage)?;
            replica.changed(&stored.kind, stored.id);
            Ok(Adopted::New)
        }
        Item::Open { doc, kind, parent, scope } => {
            if store::find(&replica.db, *doc)?.is_none() {
                let declared = replica.registry.get(kind)?.clone();
                let tx = replica.db.transaction().map_err(storage)?;
                let n = store::insert(&tx, kind, *doc, *scope, *parent)?;
                append_genesis(&tx, n, &declared, *doc)?;
                enqueue(&tx, n, None, item, now)?;
                tx.commit().map_err(storage)?;
            }
            // A record counts with its first change.
            Ok(Adopted::Known)
        }
        Item::Change { doc, bytes } => {
            let change = decode_change(bytes)?;
            let stored = store::get(&replica.db, *doc)?;
            let mut document = replica.document(&stored)?;
            if document.has(&change.hash()) {
                replica.documents.put(document);
                return Ok(Adopted::Known);
            }
            if change.generation() != document.generation() || !change.dependencies().iter().all(|dependency| document.has(dependency)) {
                // The document would keep it aside without a word, and the server would wait for ever for what it was made on.
                replica.documents.put(document);
                return Err(Error::new(ErrorCode::NotFound, "what the change was made on is not on this device"));
            }
            document.apply([change.clone()])?;
            let tx = replica.db.transaction().map_err(storage)?;
            crate::write::persist(&tx, &replica.registry, stored.n, &mut document, &[change], now)?;
            tx.commit().map_err(storage)?;
            replica.documents.put(document);
            replica.changed(&stored.kind, *doc);
            Ok(Adopted::New)
        }
    }
}
