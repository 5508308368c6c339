//! People, what they may do, their devices.

use super::{Store, begin, feed, fill_random, now, random_uuid, storage};
use crate::auth::{hash_password, verify_password};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maydan_core::command::{Grant, Level};
use maydan_core::sync::wire::Tokens;
use maydan_core::{Actor, DeviceId, Error, ErrorCode, RecordId, Result, Row, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// Who sends a request, from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub user: RecordId,
    pub device: DeviceId,
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub name: String,
    /// Role: admin, manager, back_office, rep, auditor.
    pub role: String,
    /// Password.
    pub password: String,
}

/// A device that has not been here for so long must sign in again, milliseconds: 90 days.
const SESSION_MS: i64 = 90 * 24 * 3_600_000;
/// Shortest password accepted.
const SHORTEST_PASSWORD: usize = 8;

impl Store {
    /// Adds a person: account, user record, and the scopes that everybody has (the company's to read, her own to write).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`] for an empty or taken login, an unknown role or a short password.
    pub fn add_user(&self, user: &NewUser) -> Result<RecordId> {
        let invalid = |m: String| Error::new(ErrorCode::InvalidValue, m);
        if user.login.trim().is_empty() || user.password.chars().count() < SHORTEST_PASSWORD {
            return Err(invalid(format!("a login is not empty and a password has at least {SHORTEST_PASSWORD} characters")));
        }
        let hash = hash_password(&user.password)?;
        let id = RecordId(random_uuid());
        let row: Row = [("name".to_owned(), user.name.as_str().into()), ("role".to_owned(), user.role.as_str().into())].into();
        // What the record would refuse is refused before the account is made.
        let kind = self.registry().get("user")?;
        row.iter().try_for_each(|(field, value)| kind.get(field)?.check(value.clone()).map(drop))?;
        self.bulk(|bulk| {
            let added = bulk
                .db()
                .execute(
                    "INSERT INTO user (id, login, name, role, password_hash) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                    params![id.as_bytes(), user.login.trim(), user.name, user.role, hash],
                )
                .map_err(storage)?;
            if added == 0 {
                return Err(invalid(format!("the login {:?} is taken", user.login)));
            }
            let company = if user.role == "admin" { Level::Manage } else { Level::Read };
            grant(bulk.db(), id, ScopeId::COMPANY, Some(company))?;
            grant(bulk.db(), id, id.into(), Some(Level::Write))?;
            bulk.record("user", id, ScopeId::COMPANY, None, &row, &[]).map(drop)
        })?;
        Ok(id)
    }

    /// Adds a territory: its id is the scope of what lies in it.
    pub fn add_territory(&self, name: &str) -> Result<ScopeId> {
        let id = RecordId(random_uuid());
        self.write_record("territory", id, ScopeId::COMPANY, None, &[("name".to_owned(), name.into())].into())?;
        Ok(id.into())
    }

    /// Grants a scope, or changes how much of it is granted; `None` takes it away.
    pub fn grant(&self, user: RecordId, scope: ScopeId, level: impl Into<Option<Level>>) -> Result<()> {
        let mut db = self.writer();
        let tx = begin(&mut db)?;
        grant(&tx, user, scope, level.into())?;
        tx.commit().map_err(storage)
    }

    /// The person with this login.
    pub fn user_by_login(&self, login: &str) -> Result<RecordId> {
        let found: Option<Vec<u8>> =
            self.read(|db| db.query_row("SELECT id FROM user WHERE login = ?1", [login], |r| r.get(0)).optional().map_err(storage))?;
        let missing = || Error::new(ErrorCode::NotFound, format!("nobody has the login {login:?}"));
        RecordId::from_slice(&found.ok_or_else(missing)?)
    }

    /// Checks a password and opens a session for a device.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCredentials`], with the same work and the same words for unknown people.
    pub(crate) fn sign_in(&self, login: &str, password: &str, device: DeviceId) -> Result<(Tokens, Caller)> {
        let found: Option<(Vec<u8>, String, String, String)> = self.read(|db| {
            db.query_row("SELECT id, name, role, password_hash FROM user WHERE login = ?1 AND disabled = 0", [login.trim()], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
            })
            .optional()
            .map_err(storage)
        })?;
        let wrong = || Error::new(ErrorCode::WrongCredentials, "wrong login or password");
        let hash = found.as_ref().map(|(.., hash)| hash.as_str());
        if !verify_password(password, hash) {
            return Err(wrong());
        }
        let (id, name, role, _) = found.ok_or_else(wrong)?;
        let caller = Caller { user: RecordId::from_slice(&id)?, device };
        let refresh = new_refresh();
        let revoked: i64 = self
            .writer()
            .query_row(
                "INSERT INTO device (id, user, refresh_hash, seen_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id, user) DO UPDATE SET refresh_hash = ?3, previous_hash = NULL, seen_at = ?4 RETURNING revoked",
                params![device.as_bytes(), caller.user.as_bytes(), digest(&refresh), now().0],
                |r| r.get(0),
            )
            .map_err(storage)?;
        if revoked != 0 {
            return Err(Error::new(ErrorCode::Forbidden, "this device was cut off: ask an administrator"));
        }
        Ok((Tokens { access: String::new(), refresh, user: caller.user, name, role }, caller))
    }

    /// Trades a refresh token for the next one. The one before stays good until the next is used: an answer may get lost.
    pub(crate) fn refresh(&self, refresh: &str, device: DeviceId) -> Result<(Tokens, Caller)> {
        let ended = || Error::new(ErrorCode::SignInNeeded, "the session has ended: sign in again");
        let hash = digest(refresh);
        let mut db = self.writer();
        let tx = begin(&mut db)?;
        let found: Option<(Vec<u8>, String, String, bool)> = tx
            .query_row(
                "SELECT u.id, u.name, u.role, d.refresh_hash = ?2 FROM device d JOIN user u ON u.id = d.user
                 WHERE d.id = ?1 AND (d.refresh_hash = ?2 OR d.previous_hash = ?2) AND d.revoked = 0 AND u.disabled = 0
                   AND d.seen_at > ?3",
                params![device.as_bytes(), hash, now().plus(-SESSION_MS).0],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)),
            )
            .optional()
            .map_err(storage)?;
        let (user, name, role, _) = found.ok_or_else(ended)?;
        let next = new_refresh();
        tx.execute(
            "UPDATE device SET previous_hash = ?3, refresh_hash = ?4, seen_at = ?5 WHERE id = ?1 AND user = ?2",
            params![device.as_bytes(), user, hash, digest(&next), now().0],
        )
        .map_err(storage)?;
        tx.commit().map_err(storage)?;
        let caller = Caller { user: RecordId::from_slice(&user)?, device };
        Ok((Tokens { access: String::new(), refresh: next, user: caller.user, name, role }, caller))
    }

    /// Binds an actor to the caller's device.
    ///
    /// # Errors
    /// [`ErrorCode::ForeignActor`] when it is another device's, or the genesis actor.
    pub(crate) fn claim_actor(&self, caller: Caller, actor: Actor) -> Result<()> {
        let foreign = || Error::new(ErrorCode::ForeignActor, "this actor belongs to another device");
        if actor == Actor::GENESIS {
            return Err(foreign());
        }
        if self.read(|db| owns_actor(db, caller, actor))? {
            return Ok(());
        }
        let added = self
            .writer()
            .execute(
                "INSERT INTO actor (actor, device, user) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![actor.0.as_bytes(), caller.device.as_bytes(), caller.user.as_bytes()],
            )
            .map_err(storage)?;
        if added == 0 { Err(foreign()) } else { Ok(()) }
    }

    /// The directory of actors after the first `known`.
    pub(crate) fn actors_after(&self, known: u64) -> Result<Vec<(Actor, RecordId)>> {
        const MOST: u64 = 5_000;
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self.read(|db| {
            db.prepare_cached("SELECT actor, user FROM actor ORDER BY n LIMIT ?2 OFFSET ?1")
                .and_then(|mut s| s.query_map([known, MOST], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
                .map_err(storage)
        })?;
        rows.iter().map(|(actor, user)| Ok((Actor(RecordId::from_slice(actor)?.0), RecordId::from_slice(user)?))).collect()
    }

    /// The role and the grants of a person whose device is not cut off.
    ///
    /// # Errors
    /// [`ErrorCode::SignInNeeded`] otherwise.
    pub(crate) fn rights(&self, caller: Caller) -> Result<(String, Vec<Grant>)> {
        self.read(|db| {
            let role: Option<String> = db
                .prepare_cached(
                    "SELECT u.role FROM user u JOIN device d ON d.user = u.id AND d.id = ?2
                     WHERE u.id = ?1 AND u.disabled = 0 AND d.revoked = 0",
                )
                .and_then(|mut s| s.query_row(params![caller.user.as_bytes(), caller.device.as_bytes()], |r| r.get(0)).optional())
                .map_err(storage)?;
            let role = role.ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "the session has ended: sign in again"))?;
            Ok((role, grants(db, caller.user)?))
        })
    }

    /// Cuts a device off.
    pub fn revoke_device(&self, device: DeviceId) -> Result<()> {
        let rows = self.writer().execute("UPDATE device SET revoked = 1 WHERE id = ?1", [device.as_bytes()]).map_err(storage)?;
        if rows == 0 { Err(Error::new(ErrorCode::NotFound, "no such device")) } else { Ok(()) }
    }
}

/// Writes a grant with its place among everything that happened, from which rights at an earlier time can be told.
fn grant(db: &Connection, user: RecordId, scope: ScopeId, level: Option<Level>) -> Result<()> {
    let seq = feed::next(db)?;
    let number = level.map_or(0, |level| level as i64 + 1);
    db.execute(
        "INSERT INTO grant_log (seq, user, scope, level, granted_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![seq, user.as_bytes(), scope.as_bytes(), number, now().0],
    )
    .map_err(storage)?;
    let (user, scope) = (user.as_bytes(), scope.as_bytes());
    match level {
        Some(_) => db.execute(
            "INSERT INTO access (user, scope, level) VALUES (?1, ?2, ?3) ON CONFLICT (user, scope) DO UPDATE SET level = ?3",
            params![user, scope, number],
        ),
        None => db.execute("DELETE FROM access WHERE user = ?1 AND scope = ?2", params![user, scope]),
    }
    .map_err(storage)?;
    Ok(())
}

pub(super) fn grants(db: &Connection, user: RecordId) -> Result<Vec<Grant>> {
    let rows: Vec<(Vec<u8>, i64)> = db
        .prepare_cached("SELECT scope, level FROM access WHERE user = ?1 ORDER BY scope")
        .and_then(|mut s| s.query_map([user.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    rows.into_iter()
        .map(|(scope, level)| {
            let level = match level {
                1 => Level::Read,
                2 => Level::Write,
                _ => Level::Manage,
            };
            Ok(Grant { scope: ScopeId::from_slice(&scope)?, level })
        })
        .collect()
}

pub(super) fn owns_actor(db: &Connection, caller: Caller, actor: Actor) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM actor WHERE actor = ?1 AND device = ?2 AND user = ?3)")
        .and_then(|mut s| s.query_row(params![actor.0.as_bytes(), caller.device.as_bytes(), caller.user.as_bytes()], |r| r.get(0)))
        .map_err(storage)
}

/// Whether an actor is one of this person's, on whatever device.
pub(super) fn is_persons_actor(db: &Connection, user: RecordId, actor: Actor) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM actor WHERE actor = ?1 AND user = ?2)")
        .and_then(|mut s| s.query_row(params![actor.0.as_bytes(), user.as_bytes()], |r| r.get(0)))
        .map_err(storage)
}

fn new_refresh() -> String {
    let mut bytes = [0; 32];
    fill_random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Tokens are stored as digests: a stolen database opens no session.
fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
