//! Comparing with the server: whether what is here of a scope is what it has, when its feed was read to its end.
//!
//! The server says how many documents a scope has and the sum of their marks ([`Tally`]). Should these be others than here,
//! something was missed or lost, whatever the reason; then the marks of all documents are asked for, and
//! - a document that differs, that is not here, or that the server does not name, is asked for by name: it comes whole, or
//!   the server says that it is elsewhere, and it goes;
//! - one that has more here than it came with is sent again and brought back, as after a restore;
//! - one that the server does not know stays, counts as unproven, and is sent and brought too: it may be the only copy.
//!
//! Nothing is compared while something of the scope is unsent or asked for by name, and nothing that agreed within the last hour: the sums are
//! read from all documents of a scope.

use super::{feed, relay};
use crate::open::{meta, set_meta};
use crate::{Replica, storage, store};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::tally::{Mark, Tally};
use maydan_core::sync::wire::{Cursor, Entry, MAX_WANTED, Page, Survey, Surveyed};
use maydan_core::{ErrorCode, RecordId, Result, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use tracing::warn;

/// How long a comparison is good for, milliseconds.
const GOOD_MS: i64 = 3_600_000;

/// A difference that stays is looked at less and less often: this often doubled, after a good day.
const MOST_DOUBLED: u32 = 5;
/// The key of `meta` under which stands how often something was found to differ.
const DIFFERENCES: &str = "differences";

/// What a pull asks for besides the feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Documents by name.
    pub want: Vec<RecordId>,
    /// Marks.
    pub survey: Option<Survey>,
}

/// What the next pull asks for besides these feeds.
pub(super) fn asked(db: &Connection, cursors: &[Cursor]) -> Result<Asked> {
    let want: Vec<Vec<u8>> = db
        .prepare_cached("SELECT id FROM want ORDER BY n LIMIT ?1")
        .and_then(|mut s| s.query_map([MAX_WANTED], |r| r.get(0))?.collect())
        .map_err(storage)?;
    let want = want.iter().map(|id| RecordId::from_slice(id)).collect::<Result<_>>()?;
    let open: Vec<(Vec<u8>, Option<Vec<u8>>)> = db
        .prepare_cached("SELECT scope, after FROM survey WHERE open ORDER BY scope")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    for (scope, after) in open {
        let scope = ScopeId::from_slice(&scope)?;
        if cursors.iter().any(|cursor| cursor.scope == scope) {
            let after = after.map(|id| RecordId::from_slice(&id)).transpose()?;
            return Ok(Asked { want, survey: Some(Survey { scope, after }) });
        }
    }
    Ok(Asked { want, survey: None })
}

/// Whether a pull would ask for something besides the feeds.
pub(super) fn is_open(db: &Connection, cursors: &[Cursor]) -> Result<bool> {
    Ok(asked(db, cursors)? != Asked::default())
}

/// Nothing that was compared holds any more.
pub(super) fn forget_all(db: &Connection) -> Result<()> {
    db.execute_batch("DELETE FROM survey; DELETE FROM want;").map_err(storage)
}

/// Nothing that was compared of this scope holds any more.
pub(super) fn forget(db: &Connection, scope: ScopeId) -> Result<()> {
    db.execute("DELETE FROM survey WHERE scope = ?1", [scope.as_bytes()]).map(drop).map_err(storage)
}

/// Takes in what a page says besides the feeds, after its entries and cursors.
pub(super) fn take(replica: &Replica, asked: &Asked, page: &Page) -> Result<()> {
    let db = &replica.db;
    if let Some(survey) = asked.survey
        && page.cursors.iter().any(|cursor| cursor.scope == survey.scope && cursor.is_at_end())
    {
        match &page.surveyed {
            Some(surveyed) => compare(db, survey, surveyed, replica.host.now().0)?,
            None => close(db, survey.scope, replica.host.now().0)?,
        }
    }
    for (scope, tally) in &page.tallies {
        if is_due(db, *scope, replica.host.now().0)? && !has_unsent(db, *scope)? && !is_asked(db)? {
            if self::tally(db, *scope)? == *tally {
                close(db, *scope, replica.host.now().0)?;
                db.prepare_cached("UPDATE survey SET in_vain = 0 WHERE scope = ?1")
                    .and_then(|mut s| s.execute([scope.as_bytes()]))
                    .map_err(storage)?;
            } else {
                warn!(%scope, "what is here of a scope is not what the server has: the documents are compared");
                count_difference(db)?;
                db.execute(
                    "INSERT INTO survey (scope, compared_at, open) VALUES (?1, 0, 1)
                     ON CONFLICT DO UPDATE SET open = 1, after = NULL, in_vain = in_vain + 1",
                    [scope.as_bytes()],
                )
                .map_err(storage)?;
            }
        }
    }
    Ok(())
}

/// How often something was found to differ, since this database was made: a sign of a fault on either side.
pub(super) fn differences(db: &Connection) -> Result<u64> {
    Ok(meta(db, DIFFERENCES)?.and_then(|count| count.parse().ok()).unwrap_or(0))
}

fn count_difference(db: &Connection) -> Result<()> {
    set_meta(db, DIFFERENCES, &(differences(db)? + 1).to_string())
}

/// Documents that were asked for by name and were dealt with, and those that came by themselves: they are not asked for again.
pub(super) fn dealt_with(db: &Connection, asked: &Asked, page: &Page) -> Result<()> {
    if !is_asked(db)? {
        return Ok(());
    }
    if !asked.want.is_empty() && page.wanted == 0 && !page.has_more {
        warn!("the server does not answer for documents by name");
        return db.execute("DELETE FROM want", []).map(drop).map_err(storage);
    }
    let came = page.entries.iter().filter_map(|entry| if let Entry::Enter(entered) = entry { Some(&entered.doc) } else { None });
    for id in asked.want.iter().take(page.wanted).chain(came) {
        db.prepare_cached("DELETE FROM want WHERE id = ?1").and_then(|mut s| s.execute([id.as_bytes()])).map_err(storage)?;
    }
    page.elsewhere.iter().filter(|id| asked.want.contains(id)).try_for_each(|id| feed::left(db, *id))
}

/// Documents that were asked for by name, after the page was kept: what the server lacks of them, though nothing of it is
/// unsent, is sent and brought again.
pub(super) fn send_what_it_lacks(replica: &mut Replica, asked: &Asked, page: &Page) -> Result<()> {
    for id in asked.want.iter().take(page.wanted).filter(|id| !page.elsewhere.contains(id)) {
        let Some((n, mark, pending)) = row(&replica.db, *id)? else { continue };
        let came = page.entries.iter().find_map(|entry| match entry {
            Entry::Enter(entered) if entered.doc == *id => Some(Mark::of(*id, entered.receipts.iter().map(|(hash, _)| hash))),
            _ => None,
        });
        if pending || came == Some(mark) {
            continue;
        }
        warn!(%id, known = came.is_some(), "the server lacks something that it had acknowledged: it is sent again");
        if came.is_none() {
            feed::doubt_until_brought(&replica.db, n)?;
        }
        match replica.enqueue_all(*id) {
            Err(e) if e.code == ErrorCode::Corrupt => warn!(%id, error = %e, "a damaged document is not sent again"),
            done => done?,
        }
        relay::bring(&replica.db, n)?;
    }
    Ok(())
}

fn row(db: &Connection, id: RecordId) -> Result<Option<(i64, Mark, bool)>> {
    db.prepare_cached("SELECT n, mark, pending > 0 FROM document WHERE id = ?1 AND leaving = 0 AND damaged = 0")
        .and_then(|mut s| s.query_row([id.as_bytes()], |r| Ok((r.get(0)?, Mark(r.get(1)?), r.get(2)?))).optional())
        .map_err(storage)
}

/// The documents of a scope that are here, in two numbers.
pub(super) fn tally(db: &Connection, scope: ScopeId) -> Result<Tally> {
    db.prepare_cached("SELECT count(*), ifnull(sum(mark), 0) FROM document WHERE scope = ?1 AND leaving = 0")
        .and_then(|mut s| s.query_row([scope.as_bytes()], |r| Ok(Tally { docs: r.get(0)?, sum: r.get(1)? })))
        .map_err(storage)
}

fn is_due(db: &Connection, scope: ScopeId, now: i64) -> Result<bool> {
    if !Safeguard::Tally.holds() {
        return Ok(false);
    }
    let compared: Option<(i64, bool, u32)> = db
        .prepare_cached("SELECT compared_at, open, in_vain FROM survey WHERE scope = ?1")
        .and_then(|mut s| s.query_row([scope.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional())
        .map_err(storage)?;
    // A clock that was set back is no reason to wait for ever.
    let good_for = |in_vain: u32| GOOD_MS << in_vain.min(MOST_DOUBLED);
    Ok(compared.is_none_or(|(at, open, in_vain)| !open && !(at..at.saturating_add(good_for(in_vain))).contains(&now)))
}

fn has_unsent(db: &Connection, scope: ScopeId) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox o CROSS JOIN document d ON d.n = o.document WHERE d.scope = ?1)")
        .and_then(|mut s| s.query_row([scope.as_bytes()], |r| r.get(0)))
        .map_err(storage)
}

/// Whether something is known to be missing here, and asked for.
fn is_asked(db: &Connection) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM want)").and_then(|mut s| s.query_row([], |r| r.get(0))).map_err(storage)
}

fn close(db: &Connection, scope: ScopeId, now: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO survey (scope, compared_at, open) VALUES (?1, ?2, 0)
         ON CONFLICT DO UPDATE SET compared_at = ?2, open = 0, after = NULL",
    )
    .and_then(|mut s| s.execute(params![scope.as_bytes(), now]))
    .map(drop)
    .map_err(storage)
}

/// Compares the marks of a scope's documents with what is here.
fn compare(db: &Connection, asked: Survey, surveyed: &Surveyed, now: i64) -> Result<()> {
    let Survey { scope, after } = asked;
    let there: BTreeMap<RecordId, Mark> = surveyed.marks.iter().copied().collect();
    let last = there.keys().next_back().copied();
    let mut here = between(db, scope, after, last.filter(|_| !surveyed.is_last))?;
    for (id, mark) in &there {
        match here.remove(id) {
            Some(local) if local.mark == *mark || local.pending => {}
            _ => want(db, *id)?,
        }
    }
    for (id, _) in here.into_iter().filter(|(_, local)| !local.pending) {
        want(db, id)?;
    }
    match last {
        Some(last) if !surveyed.is_last => db
            .execute("UPDATE survey SET after = ?2 WHERE scope = ?1", params![scope.as_bytes(), last.as_bytes()])
            .map(drop)
            .map_err(storage),
        _ => close(db, scope, now),
    }
}

struct Local {
    mark: Mark,
    pending: bool,
}

/// What is here of a scope, between two ids.
fn between(db: &Connection, scope: ScopeId, after: Option<RecordId>, upto: Option<RecordId>) -> Result<BTreeMap<RecordId, Local>> {
    let rows: Vec<(Vec<u8>, Local)> = db
        .prepare_cached(
            "SELECT id, mark, pending > 0 FROM document
             WHERE scope = ?1 AND leaving = 0 AND (?2 IS NULL OR id > ?2) AND (?3 IS NULL OR id <= ?3)",
        )
        .and_then(|mut s| {
            let (after, upto) = (after.map(|id| *id.as_bytes()), upto.map(|id| *id.as_bytes()));
            s.query_map(params![scope.as_bytes(), after, upto], |r| Ok((r.get(0)?, Local { mark: Mark(r.get(1)?), pending: r.get(2)? })))?
                .collect()
        })
        .map_err(storage)?;
    rows.into_iter().map(|(id, local)| Ok((RecordId::from_slice(&id)?, local))).collect()
}

/// A document is to be asked for by name.
pub(super) fn want(db: &Connection, id: RecordId) -> Result<()> {
    db.prepare_cached("INSERT INTO want (id) VALUES (?1) ON CONFLICT DO NOTHING")
        .and_then(|mut s| s.execute([id.as_bytes()]))
        .map(drop)
        .map_err(storage)
}

/// The mark of a document by what the server has said of it, where its own heads can't be read.
pub(super) fn mark_by_receipts(db: &Connection, stored: &store::Stored) -> Result<()> {
    let hashes = relay::attested(db, stored.n)?;
    store::set_mark(db, stored.n, Mark::of(stored.id, &hashes))
}
