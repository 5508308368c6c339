//! Serving the feeds: index scans per scope, all from one read transaction.

use super::access::rights;
use super::feed;
use super::log::Log;
use super::{Caller, Company};
use crate::store::{Tx, params};
use maydan_core::command::Grant;
use maydan_core::document::Hash;
use maydan_core::permit::{self, Action};
use maydan_core::sync::wire::{Cursor, Entered, Entry, Page, Pull, Ready, TARGET_BATCH_BYTES};
use maydan_core::{Error, ErrorCode, RecordId, Result, ScopeId};
use serde_bytes::ByteBuf;

/// Feed entries looked at in one page.
pub(super) const MOST_ENTRIES: usize = 4_000;

impl Company {
    /// The newest entry of each scope's feed.
    pub fn high_water(&self, grants: &[Grant]) -> Result<Vec<(ScopeId, u64)>> {
        self.read(|tx| grants.iter().map(|g| Ok((g.scope, high_water(tx, g.scope)?))).collect())
    }

    /// What the feeds hold from.
    pub fn floor(&self) -> Result<u64> {
        self.read(|tx| floor(tx))
    }

    /// The next page after the cursors.
    ///
    /// # Errors
    /// [`ErrorCode::EpochChanged`]; [`ErrorCode::MustRefetch`] for a cursor below the floor; [`ErrorCode::Forbidden`] for a
    /// scope that is not granted.
    pub fn pull(&self, caller: Caller, pull: &Pull) -> Result<Page> {
        self.must_have_the_same_past(pull.known.as_ref())?;
        let epoch = self.epoch()?;
        if pull.epoch != epoch {
            return Err(Error::new(ErrorCode::EpochChanged, "the server was restored: say hello and begin again"));
        }
        self.read(|tx| {
            let (_, grants) = rights(tx, caller)?;
            let log = Log::newest(tx)?;
            let head = log.head(self.secret());
            let mut page = Page { epoch, head, entries: Vec::new(), cursors: Vec::new(), has_more: false };
            let floor = floor(tx)?;
            let mut room = Room { bytes: TARGET_BATCH_BYTES, entries: self.0.page_entries };
            for cursor in &pull.cursors {
                permit::check(&grants, cursor.scope, Action::Read)?;
                if cursor.is_below(floor) {
                    return Err(Error::new(ErrorCode::MustRefetch, "the feed no longer goes back so far: say hello and begin it again"));
                }
                let next = self.scan(tx, log.seq(), *cursor, &mut room, &mut page.entries)?;
                page.has_more |= next.seq < high_water(tx, cursor.scope)?;
                page.cursors.push(next);
            }
            Ok(page)
        })
    }

    fn scan(&self, tx: &mut dyn Tx, newest: u64, cursor: Cursor, room: &mut Room, entries: &mut Vec<Entry>) -> Result<Cursor> {
        let mut next = cursor;
        if cursor.since == cursor.seq || cursor.upto < cursor.seq {
            next.since = cursor.seq;
            next.upto = newest;
        }
        while !room.is_full() {
            let listed = list(tx, &next)?;
            let is_last = listed.len() < AT_ONCE;
            let bodies = bodies(tx, &listed, &next)?;
            for (entry, body) in listed.iter().zip(bodies) {
                match entry.sort {
                    feed::ENTER => {
                        let entered = self.whole(tx, entry.n, entry.doc)?;
                        let size =
                            entered.snapshot.as_ref().map_or(0, |s| s.len()) + entered.changes.iter().map(|c| c.len()).sum::<usize>();
                        room.take(size + entered.ready.as_ref().map_or(0, |_| 500));
                        entries.push(Entry::Enter(Box::new(entered)));
                    }
                    feed::LEAVE => {
                        room.take(0);
                        entries.push(Entry::Leave { doc: entry.doc, scope: cursor.scope });
                    }
                    // The document came whole in this catch-up, with this change in it.
                    _ if is_included(entry, &next) => {}
                    _ => {
                        let (bytes, hash) = body.ok_or_else(|| Error::internal("a change in a feed has no bytes"))?;
                        room.take(bytes.len());
                        let receipt = self.attest(entry.doc, &entry.kind, entry.parent, cursor.scope, hash);
                        entries.push(Entry::Change { doc: entry.doc, bytes: bytes.into(), receipt });
                    }
                }
                next.seq = entry.seq;
                if room.is_full() {
                    return Ok(next);
                }
            }
            if is_last {
                // The end of the feed, as of this transaction: the next catch-up begins behind everything that there is, so that
                // a quiet scope does not seem to stay behind.
                return Ok(Cursor { seq: newest, since: newest, upto: newest, ..next });
            }
        }
        Ok(next)
    }

    /// A document, whole, as this transaction sees it.
    fn whole(&self, tx: &mut dyn Tx, n: i64, doc: RecordId) -> Result<Entered> {
        let row = tx.first("SELECT kind, scope, parent, heads FROM doc WHERE n = $1", params![n])?;
        let row = row.ok_or_else(|| Error::internal("an entry of a feed has no document"))?;
        let snapshot = tx.first("SELECT upto_seq, bytes, heads, row, fingerprint FROM snapshot WHERE doc = $1", params![n])?;
        let upto: u64 = snapshot.as_ref().map(|s| s.get(0)).transpose()?.unwrap_or(0);
        let changes = tx.rows("SELECT bytes FROM change WHERE doc = $1 AND seq > $2 ORDER BY seq", params![n, upto])?;
        let (snapshot, ready) = match snapshot {
            None => (None, None),
            Some(s) => {
                let heads = s.get::<Vec<u8>>(2)?.chunks(32).map(Hash::from_slice).collect::<Result<_>>()?;
                let row =
                    serde_json::from_str(&s.get::<String>(3)?).map_err(|e| Error::internal(format!("a stored row is damaged: {e}")))?;
                (Some(ByteBuf::from(s.get::<Vec<u8>>(1)?)), Some(Ready { heads, row, fingerprint: s.get(4)? }))
            }
        };
        let changes = changes.iter().map(|row| Ok(ByteBuf::from(row.get::<Vec<u8>>(0)?))).collect::<Result<_>>()?;
        let (kind, scope, parent): (String, ScopeId, Option<RecordId>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let heads = feed::unpack(&row.get::<Vec<u8>>(3)?)?;
        let receipts = heads.into_iter().map(|hash| (hash, self.attest(doc, &kind, parent, scope, hash))).collect();
        Ok(Entered { doc, kind, scope, parent, snapshot, ready, changes, receipts })
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

/// What the feeds hold from.
fn floor(tx: &mut dyn Tx) -> Result<u64> {
    let stored = tx.first("SELECT value FROM meta WHERE key = 'floor'", params![])?;
    let Some(row) = stored else { return Ok(0) };
    row.get::<String>(0)?.parse().map_err(|_| Error::internal("the floor in the database is no number"))
}

fn high_water(tx: &mut dyn Tx, scope: ScopeId) -> Result<u64> {
    tx.value("SELECT coalesce(max(seq), 0) FROM feed WHERE scope = $1", params![scope])
}

/// One entry of a feed, as it is kept.
struct Listed {
    seq: u64,
    sort: i64,
    n: i64,
    doc: RecordId,
    entered_seq: u64,
    kind: String,
    parent: Option<RecordId>,
}

/// Entries looked up at once: what a page takes of small changes, so that large ones do not fill the memory.
const AT_ONCE: usize = 256;

fn list(tx: &mut dyn Tx, after: &Cursor) -> Result<Vec<Listed>> {
    let rows = tx.rows(
        "SELECT f.seq, f.sort, f.doc, d.id, d.entered_seq, d.kind, d.parent FROM feed f JOIN doc d ON d.n = f.doc
         WHERE f.scope = $1 AND f.seq > $2 ORDER BY f.seq LIMIT $3",
        params![after.scope, after.seq, AT_ONCE as u64],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                seq: row.get(0)?,
                sort: row.get(1)?,
                n: row.get(2)?,
                doc: row.get(3)?,
                entered_seq: row.get(4)?,
                kind: row.get(5)?,
                parent: row.get(6)?,
            })
        })
        .collect()
}

/// The changes among these entries, with their hashes.
fn bodies(tx: &mut dyn Tx, listed: &[Listed], cursor: &Cursor) -> Result<Vec<Option<(Vec<u8>, Hash)>>> {
    let wanted = |entry: &&Listed| entry.sort == feed::CHANGE && !is_included(entry, cursor);
    let sets: Vec<_> = listed.iter().filter(wanted).map(|entry| params![entry.seq]).collect();
    let mut found = tx.each("SELECT bytes, hash FROM change WHERE seq = $1", &sets)?.into_iter();
    listed
        .iter()
        .map(|entry| {
            let rows = if wanted(&entry) { found.next().unwrap_or_default() } else { Vec::new() };
            rows.first().map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
        })
        .collect()
}

/// Whether a change is in the document that came whole in this catch-up.
fn is_included(entry: &Listed, cursor: &Cursor) -> bool {
    entry.entered_seq > cursor.since && entry.seq <= cursor.upto
}
