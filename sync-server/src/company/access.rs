//! Who may do what, and whose an actor is.

use super::log::Log;
use super::{Caller, Company};
use crate::store::{Tx, params};
use maydan_core::command::{Grant, Level};
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Result, ScopeId};

/// Most actors of one person on one device.
const MOST_ACTORS: u64 = 10_000;

impl Company {
    /// Grants a scope, or changes how much of it is granted; `None` takes it away.
    pub fn grant(&self, user: RecordId, scope: ScopeId, level: impl Into<Option<Level>>) -> Result<()> {
        let (level, at) = (level.into(), self.now());
        self.write(move |log, tx| grant(log, tx, user, scope, level, at))
    }

    /// The role and the grants of a person whose device is not cut off.
    ///
    /// # Errors
    /// [`ErrorCode::CutOff`], or [`ErrorCode::SignInNeeded`] for one that nobody knows.
    pub fn rights(&self, caller: Caller) -> Result<(String, Vec<Grant>)> {
        self.read(|tx| rights(tx, caller))
    }

    /// Binds an actor to the caller's device.
    ///
    /// # Errors
    /// [`ErrorCode::ForeignActor`] when it is another device's, or the genesis actor.
    pub fn claim_actor(&self, caller: Caller, actor: Actor) -> Result<()> {
        let foreign = || Error::new(ErrorCode::ForeignActor, "this actor belongs to another device");
        if actor == Actor::GENESIS {
            return Err(foreign());
        }
        if self.read(|tx| owns_actor(tx, caller, actor))? {
            return Ok(());
        }
        // Nobody needs so many; everybody gets all of them.
        let sql = "SELECT count(*) FROM actor WHERE device = $1 AND person = $2";
        if self.read(|tx| tx.value::<u64>(sql, params![caller.device, caller.user]))? >= MOST_ACTORS {
            return Err(Error::new(ErrorCode::TooLarge, "this device has announced too many actors"));
        }
        self.write(move |_, tx| if add_actor(tx, actor, caller)? || owns_actor(tx, caller, actor)? { Ok(()) } else { Err(foreign()) })
    }

    /// The directory of actors after the first `known`.
    pub(crate) fn actors_after(&self, known: u64) -> Result<Vec<(Actor, RecordId)>> {
        const MOST: i64 = 5_000;
        let rows = self.read(|tx| tx.rows("SELECT actor, person FROM actor ORDER BY n LIMIT $1 OFFSET $2", params![MOST, known]))?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }
}

pub(super) fn rights(tx: &mut dyn Tx, caller: Caller) -> Result<(String, Vec<Grant>)> {
    let (role, is_cut_off) = standing(tx, caller)?;
    if is_cut_off {
        return Err(Error::new(ErrorCode::CutOff, "this device was cut off: hand over what was not sent, and ask an administrator"));
    }
    Ok((role, grants(tx, caller.user)?))
}

/// The role of a person, and whether she or her device was cut off.
///
/// # Errors
/// [`ErrorCode::SignInNeeded`] for one that has never signed in there.
pub(super) fn standing(tx: &mut dyn Tx, caller: Caller) -> Result<(String, bool)> {
    let found = tx.first(
        "SELECT p.role, p.disabled + d.revoked FROM person p JOIN device d ON d.person = p.id AND d.id = $2 WHERE p.id = $1",
        params![caller.user, caller.device],
    )?;
    let row = found.ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "the session has ended: sign in again"))?;
    Ok((row.get(0)?, row.get::<i64>(1)? > 0))
}

/// Writes a grant with its place among everything that happened, from which rights at an earlier time can be told.
pub(super) fn grant(log: &mut Log, tx: &mut dyn Tx, user: RecordId, scope: ScopeId, level: Option<Level>, at: Instant) -> Result<()> {
    let number = level.map_or(0, |level| level as i64 + 1);
    let seq = log.next(&[b"grant", user.as_bytes(), scope.as_bytes(), &number.to_le_bytes()]);
    tx.write(
        "INSERT INTO grant_log (seq, person, scope, level, granted_at) VALUES ($1, $2, $3, $4, $5)",
        params![seq, user, scope, number, at],
    )?;
    match level {
        Some(_) => tx.write(
            "INSERT INTO access (person, scope, level) VALUES ($1, $2, $3) ON CONFLICT (person, scope) DO UPDATE SET level = $3",
            params![user, scope, number],
        ),
        None => tx.write("DELETE FROM access WHERE person = $1 AND scope = $2", params![user, scope]),
    }
    .map(drop)
}

pub(super) fn grants(tx: &mut dyn Tx, user: RecordId) -> Result<Vec<Grant>> {
    let rows = tx.rows("SELECT scope, level FROM access WHERE person = $1 ORDER BY scope", params![user])?;
    rows.iter().map(|row| Ok(Grant { scope: row.get(0)?, level: level(row.get(1)?) })).collect()
}

/// A level as it is kept.
pub(super) fn level(number: i64) -> Level {
    match number {
        1 => Level::Read,
        2 => Level::Write,
        _ => Level::Manage,
    }
}

/// Enters an actor into the directory; says whether it is new there.
pub(super) fn add_actor(tx: &mut dyn Tx, actor: Actor, of: Caller) -> Result<bool> {
    let newest: i64 = tx.value("SELECT coalesce(max(n), 0) FROM actor", params![])?;
    let added = tx.write(
        "INSERT INTO actor (n, actor, device, person) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        params![newest + 1, actor, of.device, of.user],
    )?;
    Ok(added > 0)
}

pub(super) fn owns_actor(tx: &mut dyn Tx, caller: Caller, actor: Actor) -> Result<bool> {
    let found =
        tx.first("SELECT n FROM actor WHERE actor = $1 AND device = $2 AND person = $3", params![actor, caller.device, caller.user])?;
    Ok(found.is_some())
}
