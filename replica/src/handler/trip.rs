//! Shifts: each position is on the disk at once, in a local tail; the trip's document takes them in batches.

use crate::write::Opening;
use crate::{Replica, projection, storage, store};
use maydan_core::command::*;
use maydan_core::document::{Appendix, Edit};
use maydan_core::domain::geo::Fix;
use maydan_core::domain::trip;
use maydan_core::permit::Action;
use maydan_core::{Error, ErrorCode, Instant, RecordId, Result, Row};
use rusqlite::{OptionalExtension, params};

/// Positions in the tail after which they are packed into the document.
const PACK_AT: i64 = 120;
/// How long the oldest of the tail waits for others, milliseconds: each change that is sent costs as much as twenty positions.
pub(crate) const RIPE_MS: i64 = 10 * 60 * 1000;

pub(super) fn current(replica: &mut Replica) -> Result<OpenTrip> {
    let rep = replica.signed_in()?.id.to_string();
    let kind = replica.registry.get("trip")?.clone();
    let open: Option<i64> = replica
        .db
        .prepare_cached("SELECT n FROM r_trip WHERE deleted = 0 AND ended_at IS NULL AND rep = ?1 ORDER BY started_at DESC LIMIT 1")
        .and_then(|mut s| s.query_row([rep], |r| r.get(0)).optional())
        .map_err(storage)?;
    let Some(n) = open else { return Ok(OpenTrip { trip: None, row: Row::new() }) };
    let line = projection::fetch(&replica.db, &kind, &[n])?.pop();
    Ok(line.map_or(OpenTrip { trip: None, row: Row::new() }, |l| OpenTrip { trip: Some(l.id), row: l.row }))
}

pub(super) fn start(replica: &mut Replica) -> Result<Revision> {
    if let Some(id) = current(replica)?.trip {
        let stored = store::get(&replica.db, id)?;
        return Ok(Revision { id, base: stored.heads, changed: false });
    }
    let rep = replica.signed_in()?.id;
    let now = replica.host.now();
    let id = replica.host.new_record_id();
    let edits = [
        Edit::set("rep", rep.to_string()),
        Edit::set("day", replica.host.day(now).to_string()),
        Edit::set("zone", replica.host.zone()),
        Edit::set("started_at", now.0),
    ];
    replica.create(&Opening { kind: "trip", id, scope: rep.into(), parent: None }, |document, actor, at| {
        Ok(vec![document.edit(actor, at, None, &edits)?])
    })
}

pub(super) fn add_pings(replica: &mut Replica, request: &AddPings) -> Result<PingCount> {
    let stored = trip_row(replica, request.trip)?;
    if request.fixes.len() > trip::MAX_CHUNK_PINGS {
        return Err(Error::new(ErrorCode::TooLarge, format!("at most {} positions at once", trip::MAX_CHUNK_PINGS)));
    }
    if !request.fixes.is_empty() {
        let count = i64::try_from(request.fixes.len()).unwrap_or(i64::MAX);
        replica
            .db
            .prepare_cached("INSERT INTO ping (trip, chunk, count, at) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut s| s.execute(params![stored.n, trip::encode(&request.fixes), count, replica.host.now().0]))
            .map_err(storage)?;
    }
    let (tail, packed): (i64, i64) = replica
        .db
        .prepare_cached(
            "SELECT (SELECT ifnull(sum(count), 0) FROM ping WHERE trip = ?1), (SELECT ifnull(pings, 0) FROM r_trip WHERE n = ?1)",
        )
        .and_then(|mut s| s.query_row([stored.n], |r| Ok((r.get(0)?, r.get(1)?))))
        .map_err(storage)?;
    if tail >= PACK_AT {
        pack(replica, &stored)?;
    }
    replica.changed("trip", request.trip);
    Ok(PingCount { pings: u64::try_from(tail + packed).unwrap_or(0) })
}

pub(super) fn end(replica: &mut Replica, request: &EndTrip) -> Result<Revision> {
    let stored = trip_row(replica, request.trip)?;
    pack(replica, &stored)?;
    let now = replica.host.now().0;
    replica.write(request.trip, Action::Write, |document, actor, at| document.edit(actor, at, None, &[Edit::set("ended_at", now)]))
}

pub(super) fn trace(replica: &mut Replica, request: &TripTrace) -> Result<Trace> {
    let stored = trip_row(replica, request.trip)?;
    let mut fixes = replica.read(&stored, |d| trip::pings(&d.view()))?;
    fixes.extend(tail(replica, stored.n)?);
    fixes.sort_by_key(|f| f.at);
    let summary = trip::summary(&fixes);
    let segments = trip::segments(&fixes);
    #[expect(clippy::cast_possible_truncation, reason = "metres of a shift")]
    Ok(Trace {
        times: segments.iter().filter_map(|s| Some((s.first()?.at.0, s.last()?.at.0))).collect(),
        segments: segments.iter().map(|s| s.iter().map(|f| f.point).collect()).collect(),
        metres: summary.metres.round() as i64,
        pings: fixes.len() as u64,
        gaps: u32::try_from(summary.gaps).unwrap_or(u32::MAX),
        simulated: fixes.iter().any(|f| f.simulated),
    })
}

/// Packs the tails of all trips, because somebody wants the server to have what there is.
pub(crate) fn pack_pings(replica: &mut Replica) -> Result<()> {
    pack_tails(replica, Instant(i64::MAX))
}

/// Packs the tails that have waited long enough.
pub(crate) fn pack_ripe_pings(replica: &mut Replica) -> Result<()> {
    let ripe = replica.host.now().plus(-RIPE_MS);
    pack_tails(replica, ripe)
}

/// Packs the tails that began before that.
fn pack_tails(replica: &mut Replica, before: Instant) -> Result<()> {
    let trips: Vec<Vec<u8>> = replica
        .db
        // A clock that was set back is no reason to wait for ever.
        .prepare_cached("SELECT id FROM document WHERE n IN (SELECT trip FROM ping WHERE at <= ?1 OR at > ?2)")
        .and_then(|mut s| s.query_map([before.0, replica.host.now().0], |r| r.get(0))?.collect())
        .map_err(storage)?;
    for id in trips {
        let stored = store::get(&replica.db, RecordId::from_slice(&id)?)?;
        match pack(replica, &stored) {
            // Its positions wait until the trip can be read again; what else there is goes out.
            Err(e) if e.code == ErrorCode::Corrupt => tracing::warn!(error = %e, "a damaged trip is not packed"),
            done => done?,
        }
    }
    Ok(())
}

/// Moves the tail of a trip into its document: one change, in the same transaction in which the tail goes.
fn pack(replica: &mut Replica, stored: &store::Stored) -> Result<()> {
    let fixes = tail(replica, stored.n)?;
    if fixes.is_empty() {
        return Ok(());
    }
    let mut document = replica.document(stored)?;
    let now = replica.host.now();
    let mut changes = Vec::new();
    for chunk in fixes.chunks(trip::MAX_CHUNK_PINGS) {
        let key = replica.host.new_uuid().to_string();
        let written = document.append(replica.actor, now, "track", &key, Appendix::Chunk(&trip::encode(chunk)))?;
        changes.extend(written.change);
    }
    let tx = replica.db.transaction().map_err(storage)?;
    tx.execute("DELETE FROM ping WHERE trip = ?1", [stored.n]).map_err(storage)?;
    crate::write::persist(&tx, &replica.registry, stored.n, &mut document, &changes, now)?;
    tx.commit().map_err(storage)?;
    replica.documents.put(document);
    Ok(())
}

fn tail(replica: &Replica, n: i64) -> Result<Vec<Fix>> {
    let chunks: Vec<Vec<u8>> = replica
        .db
        .prepare_cached("SELECT chunk FROM ping WHERE trip = ?1 ORDER BY n")
        .and_then(|mut s| s.query_map([n], |r| r.get(0))?.collect())
        .map_err(storage)?;
    chunks.iter().map(|c| trip::decode(c)).collect::<Result<Vec<_>>>().map(|v| v.concat())
}

fn trip_row(replica: &Replica, id: RecordId) -> Result<store::Stored> {
    let stored = store::get(&replica.db, id)?;
    let own = stored.kind == "trip" && replica.signed_in()?.grants.iter().any(|g| g.scope == stored.scope);
    if own { Ok(stored) } else { Err(Error::new(ErrorCode::NotFound, format!("{id} is no trip here"))) }
}
