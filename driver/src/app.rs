//! A device: its replica, its session, its answers.

use crate::Platform;
use crate::session::Profile;
use crate::status::Progress;
use maydan_core::command::{self, AppRequest, Event, SyncRound, SyncStatus};
use maydan_core::{Error, ErrorCode, Registry, Result};
use maydan_replica::Replica;
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A device.
pub struct App<P> {
    pub(crate) platform: P,
    pub(crate) registry: Registry,
    pub(crate) replica: Mutex<Option<Replica>>,
    pub(crate) profile: Mutex<Profile>,
    pub(crate) access: Mutex<Option<String>>,
    pub(crate) progress: Mutex<Progress>,
    pub(crate) shown: Mutex<SyncStatus>,
    /// Something was written here, somebody signed in, a person asked: the loop has work.
    pub(crate) wake: Notify,
    /// A person asked, or signed in: also the waiting after a failure ends.
    pub(crate) urgent: Notify,
}

impl<P: Platform> std::fmt::Debug for App<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl<P: Platform> App<P> {
    /// Opens the device: with the session that was left open, if one was.
    ///
    /// # Errors
    /// What opening the replica says. The files are left as they are.
    pub fn open(platform: P) -> Result<Self> {
        Self::open_with(platform, Registry::maydan())
    }

    /// The same with kinds of one's own.
    pub fn open_with(platform: P, registry: Registry) -> Result<Self> {
        let profile = Profile::load(&platform)?;
        let app = Self {
            platform,
            registry,
            replica: Mutex::new(None),
            profile: Mutex::new(profile),
            access: Mutex::default(),
            progress: Mutex::default(),
            shown: Mutex::default(),
            wake: Notify::new(),
            urgent: Notify::new(),
        };
        app.reopen_session()?;
        Ok(app)
    }

    /// Answers a command: JSON in, JSON out.
    pub async fn call(&self, name: &str, body: Value) -> Result<Value> {
        let mutates = command::ALL.iter().any(|(n, mutates)| *n == name && *mutates);
        let mut has_work = false;
        let answered = {
            let mut guard = lock(&self.replica);
            match guard.as_mut() {
                Some(replica) => {
                    let answer = command::dispatch(replica, name, body.clone());
                    let events = replica.take_events();
                    // A position of a shift waits for others: it wakes nobody. Where that can't be told, the round will tell why.
                    has_work = mutates && replica.has_work().unwrap_or(true);
                    drop(guard);
                    events.into_iter().for_each(|e| self.platform.emit(e));
                    answer
                }
                None if is_app_command(name) => None,
                None => Some(Err(Error::new(ErrorCode::SignInNeeded, "nobody is signed in: sign in first"))),
            }
        };
        if let Some(answer) = answered {
            if mutates && answer.is_ok() {
                self.publish();
                if has_work {
                    self.wake.notify_one();
                }
            }
            return answer;
        }
        match AppRequest::parse(name, body)? {
            AppRequest::Session(_) => json(&self.session()),
            AppRequest::SignIn(request) => json(&self.sign_in(&request).await?),
            AppRequest::SignOut(request) => json(&self.sign_out(&request)?),
            AppRequest::SyncStatus(_) => json(&self.publish()),
            AppRequest::SyncNow(_) => {
                if let Some(replica) = lock(&self.replica).as_mut() {
                    replica.pack_trips()?;
                }
                let round = lock(&self.progress).ask();
                self.wake_now();
                json(&SyncRound { round })
            }
        }
    }

    /// The same, typed.
    pub async fn ask<C: command::Command>(&self, request: C) -> Result<C::Answer> {
        let answer = self.call(C::NAME, serde_json::to_value(request)?).await?;
        Ok(serde_json::from_value(answer)?)
    }

    /// Works on the open replica.
    ///
    /// # Errors
    /// [`ErrorCode::SignInNeeded`] when nobody is signed in.
    pub fn with_replica<T>(&self, work: impl FnOnce(&mut Replica) -> Result<T>) -> Result<T> {
        let mut guard = lock(&self.replica);
        let replica = guard.as_mut().ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "nobody is signed in: sign in first"))?;
        let answer = work(replica);
        let events = replica.take_events();
        drop(guard);
        for event in events {
            self.platform.emit(event);
        }
        answer
    }

    pub(crate) fn wake_now(&self) {
        self.wake.notify_one();
        self.urgent.notify_one();
    }

    pub(crate) fn emit(&self, event: Event) {
        self.platform.emit(event);
    }
}

fn is_app_command(name: &str) -> bool {
    AppRequest::NAMES.contains(&name)
}

fn json<T: serde::Serialize>(answer: &T) -> Result<Value> {
    Ok(serde_json::to_value(answer)?)
}

/// A panic elsewhere does not make the data behind a lock wrong: every write is a transaction of its own.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
