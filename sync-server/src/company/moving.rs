//! Moving records between scopes, and where they were before: work that was written before its writer heard of a move, or
//! of a right that was taken away, counts for [`GOOD_FAITH_MS`].

use super::Company;
use super::access::level;
use super::erase;
use super::feed::{self, Stored};
use super::log::Log;
use super::people::NOBODY;
use crate::store::{Row, Tx, Value, params};
use maydan_core::command::Grant;
use maydan_core::permit::{self, Action};
use maydan_core::sync::server::{Earlier, GOOD_FAITH_MS};
use maydan_core::sync::wire::Seen;
use maydan_core::{Error, ErrorCode, Instant, RecordId, Result, ScopeId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Company {
    /// Moves a record, and whatever follows it, into another scope.
    pub fn rescope(&self, id: RecordId, to: ScopeId) -> Result<()> {
        let (command, at) = (self.0.host.new_uuid(), self.now());
        self.write(move |log, tx| {
            if !erase::among(tx, &BTreeSet::from([id]))?.is_empty() {
                return Err(Error::new(ErrorCode::Erased, format!("{id} was erased for good")));
            }
            move_all(log, tx, &Moving { command, by: NOBODY.user, id, to, at }).map(drop)
        })
    }
}

/// A move, as it was decided.
pub(super) struct Moving {
    /// The command: done once.
    pub command: Uuid,
    /// Who gave it.
    pub by: RecordId,
    pub id: RecordId,
    pub to: ScopeId,
    pub at: Instant,
}

/// Moves a record with whatever follows it; answers the number under which it entered.
pub(super) fn move_all(log: &mut Log, tx: &mut dyn Tx, moving: &Moving) -> Result<u64> {
    let doc = feed::find_one(tx, moving.id)?.ok_or_else(|| Error::new(ErrorCode::NotFound, "no such record"))?;
    let seq = if doc.scope == moving.to {
        let seq = log.next(&[b"there", doc.id.as_bytes(), moving.to.as_bytes()]);
        keep(tx, &doc, moving, Some(moving.command), seq)?;
        seq
    } else {
        move_one(log, tx, &doc, moving, Some(moving.command))?
    };
    move_followers(log, tx, moving)?;
    Ok(seq)
}

/// A record that came to be where it is, to which may come what follows it.
pub(super) struct Gathering<'a> {
    pub id: RecordId,
    pub to: ScopeId,
    /// Only from where these let her write; from anywhere, where that is proven.
    pub may_write: Option<&'a [Grant]>,
}

/// Brings what follows records to where they are.
pub(super) fn gather(log: &mut Log, tx: &mut dyn Tx, records: &[Gathering<'_>], at: Instant) -> Result<()> {
    let sets: Vec<Vec<Value>> = records.iter().map(|record| params![record.id, record.to]).collect();
    let rows = tx.each(ELSEWHERE, &sets)?;
    for (Gathering { id, to, may_write }, rows) in records.iter().zip(&rows) {
        let moving = Moving { command: Uuid::nil(), by: NOBODY.user, id: *id, to: *to, at };
        let followers = followers(tx, rows)?;
        let may = |follower: &&Stored| may_write.is_none_or(|grants| permit::check(grants, follower.scope, Action::Write).is_ok());
        followers.iter().filter(may).try_for_each(|follower| move_one(log, tx, follower, &moving, None).map(drop))?;
    }
    Ok(())
}

/// What follows a record and is not where that is.
const ELSEWHERE: &str = "SELECT id FROM doc WHERE parent = $1 AND scope <> $2";

fn followers(tx: &mut dyn Tx, rows: &[Row]) -> Result<Vec<Stored>> {
    let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<RecordId>>>()?;
    Ok(feed::find(tx, ids)?.into_iter().flatten().collect())
}

fn move_followers(log: &mut Log, tx: &mut dyn Tx, moving: &Moving) -> Result<()> {
    let rows = tx.rows(ELSEWHERE, params![moving.id, moving.to])?;
    followers(tx, &rows)?.iter().try_for_each(|follower| move_one(log, tx, follower, moving, None).map(drop))
}

fn move_one(log: &mut Log, tx: &mut dyn Tx, doc: &Stored, moving: &Moving, command: Option<Uuid>) -> Result<u64> {
    let entered = feed::rescope(log, tx, doc, moving.to)?;
    keep(tx, doc, moving, command, entered)?;
    Ok(entered)
}

fn keep(tx: &mut dyn Tx, doc: &Stored, moving: &Moving, command: Option<Uuid>, seq: u64) -> Result<()> {
    tx.write(
        "INSERT INTO moved (seq, doc, source, target, command, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![seq, doc.n, doc.scope, moving.to, command, moving.by, moving.at],
    )
    .map(drop)
}

/// Those of these commands that were done.
pub(super) fn done(tx: &mut dyn Tx, commands: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let sets: Vec<Vec<Value>> = commands.iter().map(|id| params![*id]).collect();
    let rows = tx.each("SELECT seq FROM moved WHERE command = $1", &sets)?;
    Ok(commands.iter().zip(rows).filter(|(_, rows)| !rows.is_empty()).map(|(id, _)| *id).collect())
}

/// How things stood at each number of the log that a push names, as far as it still counts. Nothing when nothing of what
/// she may do, and none of these documents' places, has changed since.
pub(super) fn earlier(tx: &mut dyn Tx, user: RecordId, docs: &[&Stored], seen: &Seen, now: Instant) -> Result<BTreeMap<u64, Earlier>> {
    let mut earlier = BTreeMap::new();
    let numbers: BTreeSet<u64> = seen.0.iter().map(|(_, seq)| *seq).filter(|seq| *seq > 0).collect();
    let Some(oldest) = numbers.first().copied() else { return Ok(earlier) };
    let since = now.plus(-GOOD_FAITH_MS);
    let newest_move: u64 = tx.value("SELECT coalesce(max(seq), 0) FROM moved", params![])?;
    let newest_grant: u64 = tx.value("SELECT coalesce(max(seq), 0) FROM grant_log WHERE person = $1", params![user])?;
    if newest_move.max(newest_grant) <= oldest {
        return Ok(earlier);
    }
    let grants = tx.rows("SELECT seq, scope, level, granted_at FROM grant_log WHERE person = $1 ORDER BY seq", params![user])?;
    let grants = grants
        .iter()
        .map(|row| Ok(GrantTurn { seq: row.get(0)?, scope: row.get(1)?, level: row.get(2)?, at: row.get(3)? }))
        .collect::<Result<Vec<_>>>()?;
    let sets: Vec<Vec<Value>> = docs.iter().map(|doc| params![doc.n, oldest, since]).collect();
    let moves = tx.each("SELECT seq, source FROM moved WHERE doc = $1 AND seq > $2 AND at >= $3 ORDER BY seq", &sets)?;
    // What was made under a record that had moved by then never lay where its writer thought.
    let sets: Vec<Vec<Value>> = docs.iter().map(|doc| params![doc.parent, oldest, since]).collect();
    let of_parents = tx.each(
        "SELECT m.seq, m.source FROM moved m JOIN doc d ON d.n = m.doc WHERE d.id = $1 AND m.seq > $2 AND m.at >= $3 ORDER BY m.seq",
        &sets,
    )?;
    for seen in numbers {
        let mut then = Earlier { grants: granted(&grants, seen, since), scopes: BTreeMap::new() };
        for ((doc, own), parents) in docs.iter().zip(&moves).zip(&of_parents) {
            let rows = if doc.n.unsigned_abs() > seen { parents } else { own };
            // Where the first move since took it from.
            for row in rows {
                if row.get::<u64>(0)? > seen {
                    then.scopes.insert(doc.id, row.get(1)?);
                    break;
                }
            }
        }
        earlier.insert(seen, then);
    }
    Ok(earlier)
}

/// A grant that was made or taken away.
struct GrantTurn {
    seq: u64,
    scope: ScopeId,
    level: i64,
    at: Instant,
}

/// What was granted at `seen`; what was otherwise `since` long ago is as it was made then.
fn granted(turns: &[GrantTurn], seen: u64, since: Instant) -> Vec<Grant> {
    let mut levels: BTreeMap<ScopeId, i64> = BTreeMap::new();
    for turn in turns.iter().filter(|turn| turn.seq <= seen || turn.at < since) {
        levels.insert(turn.scope, turn.level);
    }
    levels.into_iter().filter(|(_, number)| *number > 0).map(|(scope, number)| Grant { scope, level: level(number) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maydan_core::command::Level;

    #[test]
    fn a_right_counts_for_thirty_days_after_it_was_taken_away() {
        let scope = ScopeId(Uuid::from_u128(5));
        let turns = [(3, 2, 0), (8, 0, 1_000), (9, 1, 5_000)].map(|(seq, level, at)| GrantTurn { seq, scope, level, at: Instant(at) });
        let level = |seen, since| granted(&turns, seen, Instant(since)).first().map(|grant| grant.level);
        assert_eq!(level(2, 0), None, "before it was given");
        assert_eq!(level(7, 1_000), Some(Level::Write), "taken away just now");
        assert_eq!(level(7, 1_001), None, "taken away too long ago");
        assert_eq!(level(7, 5_001), Some(Level::Read), "and given again since");
        assert_eq!(level(8, 0), None, "she had seen it");
    }
}
