//! Signing in and out. One database for each server and user: nobody's work gets into another's.

use crate::Platform;
use crate::app::{App, lock};
use crate::http::Remote;
use maydan_core::command::{CutOff, Event, Session, SessionUser, SignIn, SignOut, SignedOut};
use maydan_core::sync::wire::{HelloAnswer, SignInRequest, Tokens};
use maydan_core::{DeviceId, Error, ErrorCode, RecordId, Result};
use maydan_replica::{OpenOptions, Replica};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What is kept outside the databases.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub device: DeviceId,
    pub server: Option<String>,
    pub login: Option<String>,
    /// Who is signed in; the database named by server and user is open then.
    pub user: Option<RecordId>,
    /// The actor of each database, to notice a copied one.
    pub actors: BTreeMap<String, maydan_core::Actor>,
    /// The device was cut off, and nobody has signed in since.
    #[serde(default)]
    pub cut_off: Option<CutOff>,
}

const PROFILE: &str = "profile";

impl Profile {
    pub fn load(platform: &impl Platform) -> Result<Self> {
        if let Some(json) = platform.load(PROFILE)? {
            return serde_json::from_str(&json).map_err(|e| {
                Error::corrupt(format!(
                    "the profile can't be read ({e}): restore it, or remove it and sign in again; work stays in its database"
                ))
            });
        }
        let device = DeviceId(platform.host().new_uuid());
        let profile = Self { device, server: None, login: None, user: None, actors: BTreeMap::new(), cut_off: None };
        profile.save(platform)?;
        Ok(profile)
    }

    pub fn save(&self, platform: &impl Platform) -> Result<()> {
        platform.store(PROFILE, Some(&serde_json::to_string(self)?))
    }
}

/// The name of a user's database.
fn database(server: &str, user: RecordId) -> String {
    let digest = Sha256::digest(format!("{server}\u{1f}{user}"));
    digest[..16].iter().map(|b| format!("{b:02x}")).collect()
}

impl<P: Platform> App<P> {
    /// Who is signed in here.
    pub fn session(&self) -> Session {
        let profile = lock(&self.profile).clone();
        let user = lock(&self.replica).as_ref().and_then(|r| r.user().cloned());
        Session {
            user,
            server: profile.server.or_else(|| self.platform.default_server()),
            login: profile.login,
            unsupported: self.platform.unsupported(),
            durable: self.platform.durable(),
            cut_off: profile.cut_off,
        }
    }

    /// Opens the database of the session that was left open.
    pub(crate) fn reopen_session(&self) -> Result<()> {
        let profile = lock(&self.profile).clone();
        if let (Some(server), Some(user)) = (&profile.server, profile.user) {
            let replica = self.open_replica(server, user)?;
            *lock(&self.replica) = Some(replica);
        }
        Ok(())
    }

    fn open_replica(&self, server: &str, user: RecordId) -> Result<Replica> {
        let name = database(server, user);
        let replica = Replica::open(OpenOptions {
            place: self.platform.place(&name),
            host: self.platform.host(),
            registry: self.registry.clone(),
            remembered_actor: lock(&self.profile).actors.get(&name).copied(),
        })?;
        let mut profile = lock(&self.profile);
        if profile.actors.insert(name, replica.actor()) != Some(replica.actor()) {
            profile.save(&self.platform)?;
        }
        Ok(replica)
    }

    pub(crate) async fn sign_in(&self, request: &SignIn) -> Result<Session> {
        let remote = Remote::new(&request.server)?;
        let server = remote.base().to_owned();
        let device = lock(&self.profile).device;
        let body = SignInRequest { login: request.login.clone(), password: request.password.clone(), device };
        let tokens: Tokens = remote.json("sign-in", None, &body).await.map_err(|f| f.error)?;
        let open = lock(&self.replica).as_ref().and_then(|r| r.user().map(|u| u.id));
        let same = open == Some(tokens.user) && lock(&self.profile).server.as_ref() == Some(&server);
        // Nothing of the present session is touched until the server has answered for the new one.
        let fresh = if same { None } else { Some(self.open_replica(&server, tokens.user)?) };
        let hello = match &fresh {
            Some(replica) => replica.hello()?,
            None => self.with_replica(|r| r.hello())?,
        };
        let answer = match remote.json::<HelloAnswer>("hello", Some(&tokens.access), &hello).await {
            // The device was cut off, and there is work of hers on it: the loop hands it over, and that is all.
            Err(f) if f.error.code == ErrorCode::CutOff && fresh.as_ref().is_none_or(|replica| replica.user().is_some()) => None,
            answer => Some(answer.map_err(|f| f.error)?),
        };
        // What the loop has under way belongs to nobody from here on; without a token it sends nothing meanwhile.
        lock(&self.progress).sign_ins += 1;
        *lock(&self.access) = None;
        if let Some(replica) = fresh {
            // The other person's database is closed; her unsent work stays in it.
            *lock(&self.replica) = Some(replica);
        }
        if let Some(answer) = answer {
            let user = SessionUser {
                id: tokens.user,
                name: tokens.name.clone(),
                role: tokens.role.clone(),
                grants: answer.grants.clone(),
                device,
            };
            self.with_replica(|r| {
                r.set_user(user)?;
                r.apply_hello(&hello, &answer).map(drop)
            })?;
        }
        self.platform.store_secret("refresh", Some(&tokens.refresh))?;
        {
            let mut profile = lock(&self.profile);
            profile.server = Some(server);
            profile.login = Some(request.login.trim().to_owned());
            profile.user = Some(tokens.user);
            profile.cut_off = None;
            profile.save(&self.platform)?;
        }
        *lock(&self.access) = Some(tokens.access);
        lock(&self.progress).signed_in_again();
        self.publish();
        let session = self.session();
        self.emit(Event::Session(session.clone()));
        self.wake_now();
        Ok(session)
    }

    pub(crate) fn sign_out(&self, request: &SignOut) -> Result<SignedOut> {
        // What a shift under way has gathered is unsent work too.
        let counted = self.with_replica(|replica| replica.pack_trips().and_then(|()| replica.counts()));
        let pending = counted.map_or(0, |counts| counts.pending);
        if pending > 0 && !request.confirmed {
            return Ok(SignedOut { done: false, pending });
        }
        self.end_session(|_| {})?;
        Ok(SignedOut { done: true, pending })
    }

    /// The device was cut off, and has handed over what it had not sent: everything of hers goes from it. Answers whether it
    /// did: somebody may have written something meanwhile.
    pub(crate) fn wipe(&self, session: u64) -> Result<bool> {
        let wiped = self.with_replica(|replica| {
            // Somebody else may have signed in.
            if lock(&self.progress).sign_ins != session {
                return Ok(None);
            }
            let handed_over = replica.handed_over()?;
            Ok(replica.wipe()?.then_some(handed_over))
        })?;
        let Some(handed_over) = wiped else { return Ok(false) };
        let at = self.platform.host().now();
        tracing::warn!(handed_over, "this device was cut off: what was not sent is with the server, and nothing is left here");
        self.end_session(|profile| {
            if let (Some(server), Some(user)) = (&profile.server, profile.user) {
                profile.actors.remove(&database(server, user));
            }
            profile.cut_off = Some(CutOff { at, handed_over });
        })?;
        Ok(true)
    }

    /// Nobody is signed in any more.
    fn end_session(&self, remember: impl FnOnce(&mut Profile)) -> Result<()> {
        {
            let mut profile = lock(&self.profile);
            remember(&mut profile);
            profile.user = None;
            profile.save(&self.platform)?;
        }
        self.platform.store_secret("refresh", None)?;
        *lock(&self.access) = None;
        *lock(&self.replica) = None;
        lock(&self.progress).signed_out();
        self.publish();
        self.emit(Event::Session(self.session()));
        self.wake_now();
        Ok(())
    }
}
