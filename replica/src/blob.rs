//! Contents of records on this device: in the database, in parts, beside everything else. So they are kept in one
//! transaction, wiped and copied with it, and lie where the rest lies on every host.

use crate::{Replica, storage};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::{self, BlobHash, PART_BYTES};
use maydan_core::command::{Content, Done, Event, KeepContent, KeptContent, ReadContent, RetryTransfer, Transfer, Transfers};
use maydan_core::{Error, Instant, Result};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Written here, and to be sent.
pub(crate) const TO_SEND: i64 = 1;
/// Offered to a server that may have forgotten it.
pub(crate) const OFFERED: i64 = 2;
/// Rounds in which an offer is made.
const MOST_TRIES: i64 = 20;
/// A content that no record came to name in so long was given up, milliseconds: 7 days.
const GIVEN_UP_MS: i64 = 7 * 24 * 3_600_000;

/// What is known of a content here.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub n: i64,
    pub hash: BlobHash,
    /// Zero until the server has said so.
    pub size: u64,
    pub to_send: i64,
    /// Parts that the server lacks, once it has said so.
    pub lacking: Option<Vec<u32>>,
}

const COLUMNS: &str = "n, hash, size, to_send, lacking";

impl Known {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Vec<u8>, u64, i64, Option<String>)> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    }

    fn of((n, hash, size, to_send, lacking): (i64, Vec<u8>, u64, i64, Option<String>)) -> Result<Self> {
        let lacking = lacking.map(|json| serde_json::from_str(&json)).transpose()?;
        Ok(Self { n, hash: BlobHash::from_slice(&hash)?, size, to_send, lacking })
    }
}

/// A content by its name.
pub(crate) fn find(db: &Connection, hash: BlobHash) -> Result<Option<Known>> {
    let found = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM blob WHERE hash = ?1"))
        .and_then(|mut s| s.query_row([hash.as_slice()], Known::read).optional())
        .map_err(storage)?;
    found.map(Known::of).transpose()
}

/// What is to be sent or fetched next: what somebody wants to see goes first.
pub(crate) fn next(db: &Connection) -> Result<Option<Known>> {
    let sql = format!("SELECT {COLUMNS} FROM blob WHERE {DUE} ORDER BY wanted DESC, n LIMIT 1");
    let found = db.prepare_cached(&sql).and_then(|mut s| s.query_row([], Known::read).optional()).map_err(storage)?;
    found.map(Known::of).transpose()
}

/// In the words of the index.
const DUE: &str = "(to_send > 0 OR wanted > 0) AND waiting = 0 AND refused IS NULL";

/// Whether there is anything to send or fetch now.
pub(crate) fn is_due(db: &Connection) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM blob WHERE {DUE})");
    db.prepare_cached(&sql).and_then(|mut s| s.query_row([], |row| row.get(0))).map_err(storage)
}

/// What could not be done in the last round is tried again; what nothing came to name in a long time is given up. Nothing here
/// nor there: the record of a photo that was not sent yet may have left this device long ago.
pub(crate) fn wait_no_longer(db: &Connection, now: Instant) -> Result<()> {
    db.execute("UPDATE blob SET waiting = 0 WHERE (to_send > 0 OR wanted > 0) AND waiting > 0", []).map_err(storage)?;
    let sql = format!("UPDATE blob SET to_send = 0 WHERE to_send = {TO_SEND} AND made_at < ?1 AND tries >= 3 AND {}", unnamed());
    db.execute(&sql, [now.0 - GIVEN_UP_MS]).map_err(storage)?;
    Ok(())
}

/// The device begins to hand over: what stood against a content until now counts no more.
pub(crate) fn begin_anew(db: &Connection) -> Result<()> {
    db.execute("UPDATE blob SET tries = 0 WHERE to_send > 0 AND tries > 0", []).map(drop).map_err(storage)
}

/// Everything that was written here is sent once more, also what the server would not have.
pub(crate) fn send_whatever_was_refused(db: &Connection) -> Result<()> {
    db.execute("UPDATE blob SET waiting = 0, refused = NULL, wanted = 0 WHERE to_send > 0 OR wanted > 0", []).map(drop).map_err(storage)
}

/// Nothing can be done for a content in this round. An offer is not made for ever.
pub(crate) fn waits(db: &Connection, n: i64) -> Result<()> {
    let given_up = format!("to_send = {OFFERED} AND tries >= {MOST_TRIES}");
    db.execute(&format!("UPDATE blob SET waiting = 1, tries = tries + 1, to_send = iif({given_up}, 0, to_send) WHERE n = ?1"), [n])
        .map(drop)
        .map_err(storage)
}

/// The server says that nothing names it there, while this device hands over what it has. Asked a few times, each behind a
/// look at whether the server was put back: then it is believed. Answers whether it is.
pub(crate) fn is_unwanted(db: &Connection, n: i64) -> Result<bool> {
    let tries: i64 =
        db.query_row("UPDATE blob SET tries = tries + 1 WHERE n = ?1 RETURNING tries", [n], |row| row.get(0)).map_err(storage)?;
    let is_believed = tries >= 3;
    if is_believed {
        db.execute("UPDATE blob SET to_send = 0 WHERE n = ?1", [n]).map_err(storage)?;
    }
    Ok(is_believed)
}

/// Whether there is a content here that the server has not said to have.
pub(crate) fn has_unsent(db: &Connection) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM blob WHERE to_send > 0 AND to_send = {TO_SEND})");
    db.query_row(&sql, [], |row| row.get(0)).map_err(storage)
}

/// A record is there again that names contents: what is here of them the server may have thrown away, or this device have given up
/// to send while the record was elsewhere.
pub(crate) fn offer_named(db: &Connection, contents: &[BlobHash]) -> Result<()> {
    contents.iter().try_for_each(|hash| offer(db, *hash))
}

fn offer(db: &Connection, hash: BlobHash) -> Result<()> {
    let whole = "size > 0 AND size = (SELECT sum(length(bytes)) FROM blob_part WHERE blob = blob.n)";
    let sql = format!("UPDATE blob SET to_send = ?2, lacking = NULL, tries = 0 WHERE hash = ?1 AND to_send = 0 AND {whole}");
    db.execute(&sql, params![hash.as_slice(), OFFERED]).map(drop).map_err(storage)
}

/// How many bytes of it are here.
fn here(db: &Connection, n: i64) -> Result<u64> {
    db.prepare_cached("SELECT ifnull(sum(length(bytes)), 0) FROM blob_part WHERE blob = ?1")
        .and_then(|mut s| s.query_row([n], |row| row.get(0)))
        .map_err(storage)
}

/// Which of its parts are here.
pub(crate) fn parts_here(db: &Connection, n: i64) -> Result<Vec<u32>> {
    db.prepare_cached("SELECT n FROM blob_part WHERE blob = ?1 ORDER BY n")
        .and_then(|mut s| s.query_map([n], |row| row.get(0))?.collect())
        .map_err(storage)
}

/// A part; `None` when it is not here.
pub(crate) fn part(db: &Connection, n: i64, part: u32) -> Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT bytes FROM blob_part WHERE blob = ?1 AND n = ?2")
        .and_then(|mut s| s.query_row(params![n, part], |row| row.get(0)).optional())
        .map_err(storage)
}

pub(crate) fn put_part(db: &Connection, n: i64, part: u32, bytes: &[u8]) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO blob_part (blob, n, bytes) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute(params![n, part, bytes]))
        .map(drop)
        .map_err(storage)
}

/// All of its bytes, when they are here.
pub(crate) fn bytes(db: &Connection, known: &Known) -> Result<Option<Vec<u8>>> {
    if known.size == 0 || here(db, known.n)? != known.size {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    for n in 0..blob::parts(known.size)? {
        bytes.extend(part(db, known.n, n)?.unwrap_or_default());
    }
    Ok(Some(bytes))
}

/// Everything that is whole here is offered to a server that may have forgotten it.
pub(crate) fn offer_all(db: &Connection) -> Result<()> {
    db.execute(
        "UPDATE blob SET to_send = max(to_send, ?1 * (to_send = 0)), lacking = NULL, tries = 0
         WHERE size > 0 AND size = (SELECT sum(length(bytes)) FROM blob_part WHERE blob = blob.n)",
        [OFFERED],
    )
    .map(drop)
    .map_err(storage)
}

/// Takes away contents that nothing here names any more, once they are with the server.
pub(crate) fn sweep(db: &Connection) -> Result<()> {
    db.execute(&format!("DELETE FROM blob WHERE to_send = 0 AND {}", unnamed()), []).map(drop).map_err(storage)
}

/// The contents that these records name go, sent or not, unless other records here name them too.
pub(crate) fn forget_of(db: &Connection, gone: &BTreeSet<i64>) -> Result<()> {
    for n in gone {
        for field in blob::FIELDS {
            let sql = format!("SELECT unhex({field}) FROM r_{} WHERE n = ?1 AND {field} IS NOT NULL", blob::KIND);
            let hash: Option<Option<Vec<u8>>> =
                db.prepare_cached(&sql).and_then(|mut s| s.query_row([n], |r| r.get(0)).optional()).map_err(storage)?;
            if let Some(hash) = hash.flatten() {
                forget_unnamed(db, BlobHash::from_slice(&hash)?, gone)?;
            }
        }
    }
    Ok(())
}

/// A content goes, sent or not, unless another record here names it than those that are `gone`.
pub(crate) fn forget_unnamed(db: &Connection, hash: BlobHash, gone: &BTreeSet<i64>) -> Result<()> {
    for field in blob::FIELDS {
        let sql = format!("SELECT n FROM r_{} WHERE unhex({field}) = ?1", blob::KIND);
        let named: Vec<i64> =
            db.prepare_cached(&sql).and_then(|mut s| s.query_map([hash.as_slice()], |r| r.get(0))?.collect()).map_err(storage)?;
        if named.iter().any(|n| !gone.contains(n)) {
            return Ok(());
        }
    }
    db.prepare_cached("DELETE FROM blob WHERE hash = ?1").and_then(|mut s| s.execute([hash.as_slice()])).map(drop).map_err(storage)
}

/// A content is with the server. It goes when nothing here names it.
pub(crate) fn is_sent(db: &Connection, n: i64) -> Result<()> {
    db.execute("UPDATE blob SET to_send = 0, lacking = NULL, waiting = 0, tries = 0 WHERE n = ?1", [n]).map_err(storage)?;
    db.execute(&format!("DELETE FROM blob WHERE n = ?1 AND {}", unnamed()), [n]).map(drop).map_err(storage)
}

/// That no record here names a content, and none that was refused may: as long as there is such, nothing goes.
fn unnamed() -> String {
    format!("hash NOT IN ({}) AND NOT EXISTS (SELECT 1 FROM quarantine)", named())
}

/// A query for the contents that records here name.
fn named() -> String {
    let of = |field: &&str| format!("SELECT unhex({field}) FROM r_{} WHERE {field} IS NOT NULL", blob::KIND);
    blob::FIELDS.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
}

pub(crate) fn keep(replica: &mut Replica, request: &KeepContent) -> Result<KeptContent> {
    let bytes = STANDARD.decode(&request.bytes).map_err(|e| Error::bad_request(format!("the content is not base64: {e}")))?;
    let (hash, size) = (BlobHash::of(&bytes), bytes.len() as u64);
    blob::parts(size)?;
    if let Some(known) = find(&replica.db, hash)?
        && self::bytes(&replica.db, &known)?.is_some()
    {
        return Ok(KeptContent { hash, size });
    }
    let now = replica.host.now();
    let tx = replica.db.transaction().map_err(storage)?;
    let n: i64 = tx
        .query_row(
            "INSERT INTO blob (hash, size, made_at, to_send) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (hash) DO UPDATE SET size = ?2, to_send = ?4, wanted = 0, waiting = 0 RETURNING n",
            params![hash.as_slice(), size, now.0, TO_SEND],
            |row| row.get(0),
        )
        .map_err(storage)?;
    for (part, bytes) in (0..).zip(bytes.chunks(PART_BYTES)) {
        put_part(&tx, n, part, bytes)?;
    }
    tx.commit().map_err(storage)?;
    Ok(KeptContent { hash, size })
}

pub(crate) fn read(replica: &mut Replica, request: &ReadContent) -> Result<Content> {
    let known = find(&replica.db, request.hash)?;
    if let Some(known) = &known
        && let Some(bytes) = bytes(&replica.db, known)?
    {
        return Ok(Content { here: known.size, size: Some(known.size), bytes: Some(STANDARD.encode(bytes)) });
    }
    replica
        .db
        .execute(
            "INSERT INTO blob (hash, size, made_at, wanted) VALUES (?1, 0, ?2, 1) ON CONFLICT (hash) DO UPDATE SET wanted = 1, waiting = iif(tries > 0, waiting, 0)",
            params![request.hash.as_slice(), replica.host.now().0],
        )
        .map_err(storage)?;
    let here = known.as_ref().map(|known| here(&replica.db, known.n)).transpose()?.unwrap_or(0);
    Ok(Content { bytes: None, here, size: known.map(|known| known.size).filter(|size| *size > 0) })
}

pub(crate) fn list(replica: &Replica) -> Result<Transfers> {
    let sql = format!("SELECT {COLUMNS}, refused FROM blob WHERE to_send > 0 OR wanted > 0 ORDER BY n");
    let rows: Vec<_> = replica
        .db
        .prepare_cached(&sql)
        .and_then(|mut s| s.query_map([], |row| Ok((Known::read(row)?, row.get::<_, Option<String>>(5)?)))?.collect())
        .map_err(storage)?;
    let mut items = Vec::new();
    for (row, refused) in rows {
        let Known { n, hash, size, to_send, lacking } = Known::of(row)?;
        let is_outgoing = to_send > 0;
        let left = lacking.map(|parts| parts.into_iter().filter_map(|n| blob::part_len(size, n)).sum::<usize>() as u64);
        let done = if is_outgoing { left.map_or(0, |left| size - left) } else { here(&replica.db, n)? };
        let refused = refused.map(|json| serde_json::from_str(&json)).transpose()?;
        items.push(Transfer { hash, is_outgoing, done, size: Some(size).filter(|size| *size > 0), refused });
    }
    Ok(Transfers { items })
}

pub(crate) fn retry(replica: &mut Replica, request: RetryTransfer) -> Result<Done> {
    let sql = "UPDATE blob SET refused = NULL, waiting = 0, tries = 0, lacking = NULL WHERE hash = ?1";
    replica.db.execute(sql, [request.hash.as_slice()]).map_err(storage)?;
    replica.tell_contents();
    Ok(Done {})
}

impl Replica {
    /// Something happened to a content: whoever shows attachments looks again.
    pub(crate) fn tell_contents(&mut self) {
        let event = Event::Changed { kind: blob::KIND.into(), ids: Vec::new() };
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }
}
