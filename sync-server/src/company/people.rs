//! People, what they may do, their devices.

use super::Company;
use super::access::grant;
use super::whole;
use crate::auth::{hash_password, verify_password};
use crate::store::{Row as Found, params};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maydan_core::command::Level;
use maydan_core::sync::wire::Tokens;
use maydan_core::{DeviceId, Error, ErrorCode, Instant, RecordId, Result, Row, ScopeId};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// Who sends a request, from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: RecordId,
    /// Her device.
    pub device: DeviceId,
}

/// The server, as the sender of a change.
pub(super) const NOBODY: Caller = Caller { user: RecordId(Uuid::nil()), device: DeviceId(Uuid::nil()) };

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub name: String,
    /// Role: admin, manager, back_office, rep, auditor.
    pub role: String,
    /// Password; without one she can't sign in by it.
    pub password: Option<String>,
}

/// A person's device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// Her login.
    pub login: String,
    /// Her name.
    pub name: String,
    /// When its session was renewed last.
    pub seen_at: Instant,
    /// It was cut off.
    pub is_cut_off: bool,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, login, name, seen_at, is_cut_off } = self;
        write!(f, "{id} {name} ({login}), session renewed {}{}", in_words(*seen_at), if *is_cut_off { ", cut off" } else { "" })
    }
}

/// An instant, for operators.
pub(super) fn in_words(at: Instant) -> String {
    chrono::DateTime::from_timestamp_millis(at.0).map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

/// A device that has not been here for so long must sign in again, milliseconds: 90 days.
const SESSION_MS: i64 = 90 * 24 * 3_600_000;
/// Shortest password accepted.
const SHORTEST_PASSWORD: usize = 8;

impl Company {
    /// Adds a person: account, user record, and the scopes that everybody has (the company's to read, her own to write).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`] for an empty or taken login, an unknown role or a short password.
    pub fn add_user(&self, user: &NewUser) -> Result<RecordId> {
        let invalid = |m: String| Error::new(ErrorCode::InvalidValue, m);
        if user.login.trim().is_empty() || user.password.as_ref().is_some_and(|p| p.chars().count() < SHORTEST_PASSWORD) {
            return Err(invalid(format!("a login is not empty and a password has at least {SHORTEST_PASSWORD} characters")));
        }
        // Nothing hashes to nothing: no password fits.
        let hash = user.password.as_deref().map(hash_password).transpose()?.unwrap_or_default();
        let id = self.0.host.new_record_id();
        let row: Row = [("name".to_owned(), user.name.as_str().into()), ("role".to_owned(), user.role.as_str().into())].into();
        // What the record would refuse is refused before the account is made.
        let kind = self.registry().get("user")?;
        row.iter().try_for_each(|(field, value)| kind.get(field)?.check(value.clone()).map(drop))?;
        let at = self.now();
        self.bulk(|bulk| {
            let added = bulk.tx().write(
                "INSERT INTO person (id, login, name, role, password_hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                params![id, user.login.trim(), user.name.as_str(), user.role.as_str(), hash.as_str()],
            )?;
            if added == 0 {
                return Err(invalid(format!("the login {:?} is taken", user.login)));
            }
            let company = if user.role == "admin" { Level::Manage } else { Level::Read };
            let (log, tx) = bulk.log();
            grant(log, tx, id, ScopeId::COMPANY, Some(company), at)?;
            grant(log, tx, id, id.into(), Some(Level::Write), at)?;
            bulk.record("user", id, ScopeId::COMPANY, None, &row, &[]).map(drop)
        })?;
        Ok(id)
    }

    /// Adds a territory: its id is the scope of what lies in it.
    pub fn add_territory(&self, name: &str) -> Result<ScopeId> {
        let id = self.0.host.new_record_id();
        self.write_record("territory", id, ScopeId::COMPANY, None, &[("name".to_owned(), name.into())].into())?;
        Ok(id.into())
    }

    /// The territories, by name.
    pub fn territories(&self) -> Result<Vec<(ScopeId, String)>> {
        let mut found = self.read(|tx| {
            let rows = tx.rows("SELECT id, n FROM doc WHERE kind = 'territory'", params![])?;
            let named = |row: &Found| {
                let name = whole::document(self, tx, row.get(1)?)?.and_then(|mut document| document.title());
                Ok((ScopeId(row.get::<RecordId>(0)?.0), name.unwrap_or_default()))
            };
            rows.iter().map(named).collect::<Result<Vec<_>>>()
        })?;
        found.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(found)
    }

    /// The devices, the one that was here last first.
    pub fn devices(&self) -> Result<Vec<Device>> {
        let sql = "SELECT d.id, p.login, p.name, d.seen_at, d.revoked FROM device d JOIN person p ON p.id = d.person ORDER BY d.seen_at DESC, d.id";
        let rows = self.read(|tx| tx.rows(sql, params![]))?;
        let device = |row: &Found| {
            let revoked: i64 = row.get(4)?;
            Ok(Device { id: row.get(0)?, login: row.get(1)?, name: row.get(2)?, seen_at: row.get(3)?, is_cut_off: revoked > 0 })
        };
        rows.iter().map(device).collect()
    }

    /// The person with this login.
    pub fn user_by_login(&self, login: &str) -> Result<RecordId> {
        let found = self.read(|tx| tx.first("SELECT id FROM person WHERE login = $1", params![login]))?;
        found.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("nobody has the login {login:?}")))?.get(0)
    }

    /// Checks a password and opens a session for a device.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCredentials`], with the same work and the same words for unknown people.
    pub fn sign_in(&self, login: &str, password: &str, device: DeviceId) -> Result<(Tokens, Caller)> {
        let found = self.read(|tx| {
            tx.first("SELECT id, name, role, password_hash FROM person WHERE login = $1 AND disabled = 0", params![login.trim()])
        })?;
        let wrong = || Error::new(ErrorCode::WrongCredentials, "wrong login or password");
        let hash: Option<String> = found.as_ref().map(|row| row.get(3)).transpose()?;
        if !verify_password(password, hash.as_deref()) {
            return Err(wrong());
        }
        let row = found.ok_or_else(wrong)?;
        let (tokens, caller) = self.open_session(row.get(0)?, device)?;
        Ok((Tokens { name: row.get(1)?, role: row.get(2)?, ..tokens }, caller))
    }

    /// Opens a session for a person who has shown who she is. Name and role are left for the caller to fill. On a device that
    /// was cut off it is good for handing over what was not sent.
    pub fn open_session(&self, user: RecordId, device: DeviceId) -> Result<(Tokens, Caller)> {
        let caller = Caller { user, device };
        let (refresh, at) = (self.new_refresh(), self.now());
        let digest = digest(&refresh);
        self.write(move |_, tx| {
            // Whoever signs in on a device that was cut off is cut off with it.
            tx.write(
                "INSERT INTO device (id, person, revoked, refresh_hash, seen_at)
                 VALUES ($1, $2, (SELECT coalesce(max(revoked), 0) FROM device WHERE id = $1), $3, $4)
                 ON CONFLICT (id, person) DO UPDATE SET refresh_hash = $3, previous_hash = NULL, seen_at = $4",
                params![device, caller.user, digest, at],
            )
        })?;
        Ok((Tokens { access: String::new(), refresh, user, name: String::new(), role: String::new() }, caller))
    }

    /// Trades a refresh token for the next one. The one before stays good until the next is used: an answer may get lost.
    pub fn refresh(&self, refresh: &str, device: DeviceId) -> Result<(Tokens, Caller)> {
        let (next, shown, at) = (self.new_refresh(), digest(refresh), self.now());
        let fresh = digest(&next);
        let (user, name, role) = self.write(move |_, tx| {
            let found = tx.first(
                "SELECT p.id, p.name, p.role FROM device d JOIN person p ON p.id = d.person
                 WHERE d.id = $1 AND (d.refresh_hash = $2 OR d.previous_hash = $2) AND d.seen_at > $3",
                params![device, shown.as_slice(), at.plus(-SESSION_MS)],
            )?;
            let row = found.ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "the session has ended: sign in again"))?;
            let user: RecordId = row.get(0)?;
            tx.write(
                "UPDATE device SET previous_hash = $3, refresh_hash = $4, seen_at = $5 WHERE id = $1 AND person = $2",
                params![device, user, shown, fresh, at],
            )?;
            Ok((user, row.get(1)?, row.get(2)?))
        })?;
        Ok((Tokens { access: String::new(), refresh: next, user, name, role }, Caller { user, device }))
    }

    fn new_refresh(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random::<32>())
    }

    /// Cuts a device off: at its next contact it hands over what it has not sent and forgets everything.
    pub fn revoke_device(&self, device: DeviceId) -> Result<()> {
        self.set_revoked(device, true)
    }

    /// Lets a device in again that was cut off.
    pub fn readmit_device(&self, device: DeviceId) -> Result<()> {
        self.set_revoked(device, false)
    }

    fn set_revoked(&self, device: DeviceId, revoked: bool) -> Result<()> {
        let sql = "UPDATE device SET revoked = $2 WHERE id = $1";
        let rows = self.write(move |_, tx| tx.write(sql, params![device, i64::from(revoked)]))?;
        if rows == 0 { Err(Error::new(ErrorCode::NotFound, "no such device")) } else { Ok(()) }
    }
}

/// Tokens are stored as digests: a stolen database opens no session.
fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
