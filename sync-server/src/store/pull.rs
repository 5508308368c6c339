//! Serving the feeds: index scans per scope, all from one read transaction.

use super::{Caller, Store, feed, storage};
use maydan_core::command::Grant;
use maydan_core::document::Hash;
use maydan_core::permit::{self, Action};
use maydan_core::sync::wire::{Cursor, Entered, Entry, Page, Pull, Ready, TARGET_BATCH_BYTES};
use maydan_core::{Error, ErrorCode, RecordId, Result, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::ByteBuf;

/// Feed entries looked at in one page.
const MOST_ENTRIES: usize = 4_000;

impl Store {
    /// The newest entry of each scope's feed.
    pub(crate) fn high_water(&self, grants: &[Grant]) -> Result<Vec<(ScopeId, u64)>> {
        self.read(|db| grants.iter().map(|g| Ok((g.scope, high_water(db, g.scope)?))).collect())
    }

    /// What the feeds hold from.
    pub(crate) fn floor(&self) -> Result<u64> {
        self.read(|db| floor(db))
    }

    /// The next page after the cursors.
    ///
    /// # Errors
    /// [`ErrorCode::EpochChanged`]; [`ErrorCode::MustRefetch`] for a cursor below the floor; [`ErrorCode::Forbidden`] for a
    /// scope that is not granted.
    pub(crate) fn pull(&self, caller: Caller, pull: &Pull) -> Result<Page> {
        if pull.epoch != self.epoch() {
            return Err(Error::new(ErrorCode::EpochChanged, "the server was restored: say hello and begin again"));
        }
        let (_, grants) = self.rights(caller)?;
        self.read(|db| {
            let tx = db.transaction().map_err(storage)?;
            let mut page = Page { epoch: self.epoch(), entries: Vec::new(), cursors: Vec::new(), has_more: false };
            let floor = floor(&tx)?;
            let mut room = Room { bytes: TARGET_BATCH_BYTES, entries: MOST_ENTRIES };
            for cursor in &pull.cursors {
                permit::check(&grants, cursor.scope, Action::Read)?;
                if cursor.is_below(floor) {
                    return Err(Error::new(ErrorCode::MustRefetch, "the feed no longer goes back so far: say hello and begin it again"));
                }
                let next = scan(&tx, *cursor, &mut room, &mut page.entries)?;
                page.has_more |= next.seq < high_water(&tx, cursor.scope)?;
                page.cursors.push(next);
            }
            Ok(page)
        })
    }
}

struct Room {
    bytes: usize,
    entries: usize,
}

impl Room {
    fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes + 64);
        self.entries = self.entries.saturating_sub(1);
    }

    fn is_full(&self) -> bool {
        self.bytes == 0 || self.entries == 0
    }
}

fn floor(db: &Connection) -> Result<u64> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'floor'")
        .and_then(|mut s| s.query_row([], |r| r.get(0)).optional())
        .map_err(storage)?;
    text.map_or(Ok(0), |text| text.parse().map_err(|_| Error::internal("the floor in the database is no number")))
}

fn high_water(db: &Connection, scope: ScopeId) -> Result<u64> {
    db.prepare_cached("SELECT ifnull(max(seq), 0) FROM feed WHERE scope = ?1")
        .and_then(|mut s| s.query_row([scope.as_bytes()], |r| r.get(0)))
        .map_err(storage)
}

fn scan(db: &Connection, cursor: Cursor, room: &mut Room, entries: &mut Vec<Entry>) -> Result<Cursor> {
    let mut next = cursor;
    if cursor.since == cursor.seq || cursor.upto < cursor.seq {
        next.since = cursor.seq;
        next.upto = feed::newest(db)?;
    }
    if room.is_full() {
        return Ok(next);
    }
    let mut statement = db
        .prepare_cached(
            "SELECT f.seq, f.sort, f.doc, d.id, d.entered_seq FROM feed f JOIN doc d ON d.n = f.doc
             WHERE f.scope = ?1 AND f.seq > ?2 ORDER BY f.seq",
        )
        .map_err(storage)?;
    let mut rows = statement.query(params![cursor.scope.as_bytes(), cursor.seq]).map_err(storage)?;
    while let Some(row) = rows.next().map_err(storage)? {
        let (seq, sort, n): (u64, i64, i64) = (row.get(0).map_err(storage)?, row.get(1).map_err(storage)?, row.get(2).map_err(storage)?);
        let doc = RecordId::from_slice(&row.get::<_, Vec<u8>>(3).map_err(storage)?)?;
        let entered_seq: u64 = row.get(4).map_err(storage)?;
        match sort {
            feed::ENTER => {
                let entered = whole(db, n, doc)?;
                let size = entered.snapshot.as_ref().map_or(0, |s| s.len()) + entered.changes.iter().map(|c| c.len()).sum::<usize>();
                room.take(size + entered.ready.as_ref().map_or(0, |_| 500));
                entries.push(Entry::Enter(Box::new(entered)));
            }
            feed::LEAVE => entries.push(Entry::Leave { doc, scope: cursor.scope }),
            // The document came whole in this catch-up, with this change in it.
            _ if entered_seq > next.since && seq <= next.upto => {}
            _ => {
                let bytes: Vec<u8> = db
                    .prepare_cached("SELECT bytes FROM change WHERE seq = ?1")
                    .and_then(|mut s| s.query_row([seq], |r| r.get(0)))
                    .map_err(storage)?;
                room.take(bytes.len());
                entries.push(Entry::Change { doc, bytes: bytes.into() });
            }
        }
        next.seq = seq;
        if room.is_full() {
            return Ok(next);
        }
    }
    // The end of the feed, as of this transaction: the next catch-up begins behind everything that there is, so that a quiet
    // scope does not seem to stay behind.
    next.seq = feed::newest(db)?;
    next.since = next.seq;
    next.upto = next.seq;
    Ok(next)
}

/// A document, whole, as this transaction sees it.
fn whole(db: &Connection, n: i64, doc: RecordId) -> Result<Entered> {
    let (kind, scope, parent): (String, Vec<u8>, Option<Vec<u8>>) = db
        .prepare_cached("SELECT kind, scope, parent FROM doc WHERE n = ?1")
        .and_then(|mut s| s.query_row([n], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))))
        .map_err(storage)?;
    let snapshot: Option<(u64, Vec<u8>, Vec<u8>, String, i64)> = db
        .prepare_cached("SELECT upto_seq, bytes, heads, row, fingerprint FROM snapshot WHERE doc = ?1")
        .and_then(|mut s| s.query_row([n], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))).optional())
        .map_err(storage)?;
    let upto = snapshot.as_ref().map_or(0, |(upto, ..)| *upto);
    let changes: Vec<Vec<u8>> = db
        .prepare_cached("SELECT bytes FROM change WHERE doc = ?1 AND seq > ?2 ORDER BY seq")
        .and_then(|mut s| s.query_map(params![n, upto], |r| r.get(0))?.collect())
        .map_err(storage)?;
    let (snapshot, ready) = match snapshot {
        None => (None, None),
        Some((_, bytes, heads, row, fingerprint)) => {
            let heads = heads.chunks(32).map(Hash::from_slice).collect::<Result<_>>()?;
            let row = serde_json::from_str(&row).map_err(|e| Error::new(ErrorCode::Internal, format!("a stored row is damaged: {e}")))?;
            (Some(ByteBuf::from(bytes)), Some(Ready { heads, row, fingerprint }))
        }
    };
    Ok(Entered {
        doc,
        kind,
        scope: ScopeId::from_slice(&scope)?,
        parent: parent.map(|p| RecordId::from_slice(&p)).transpose()?,
        snapshot,
        ready,
        changes: changes.into_iter().map(ByteBuf::from).collect(),
    })
}
