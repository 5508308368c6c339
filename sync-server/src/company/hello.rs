//! The beginning of a round.

use super::erase;
use super::log::Log;
use super::{Caller, Company};
use maydan_core::sync::wire::{Hello, HelloAnswer, Known, MAX_EARLIER, OLDEST_PROTOCOL, PROTOCOL};
use maydan_core::{Actor, Error, ErrorCode, Result};
use semver::Version;

impl Company {
    /// What a round starts from.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for one that speaks newer protocols only, [`ErrorCode::SignInNeeded`], [`ErrorCode::CutOff`].
    pub fn hello(&self, caller: Caller, hello: &Hello) -> Result<HelloAnswer> {
        if hello.oldest > PROTOCOL {
            return Err(Error::new(ErrorCode::Unsupported, "this app speaks a newer protocol than the server: update the server"));
        }
        self.rights(caller)?;
        let actor_taken = !self.claims(caller, hello.actor)?;
        if hello.earlier.len() > MAX_EARLIER {
            return Err(Error::new(ErrorCode::TooLarge, format!("a hello names at most {MAX_EARLIER} earlier actors")));
        }
        for actor in &hello.earlier {
            if !self.claims(caller, *actor)? {
                // Her own on another device, whose work she may bring; or it will be refused item by item.
                tracing::warn!(?actor, "an earlier actor of a device is another one's");
            }
        }
        self.notice_another_past(hello.known.as_ref())?;
        // Before anything else is read: what is accepted meanwhile makes one poke too many, never one too few.
        let head = self.head()?;
        let (role, grants) = self.rights(caller)?;
        Ok(HelloAnswer {
            protocol: hello.protocol.clamp(OLDEST_PROTOCOL, PROTOCOL),
            outdated: self.is_outdated(hello),
            epoch: self.epoch()?,
            server_time: self.now(),
            floor: self.floor()?,
            role,
            actor_taken,
            high_water: self.high_water(&grants)?,
            grants,
            actors: self.actors_after(hello.actors_known)?,
            erased: self.read(|tx| erase::after(tx, hello.erased_known))?,
            head,
        })
    }

    /// Whether an app is too old to be served. What it has not sent is taken all the same.
    fn is_outdated(&self, hello: &Hello) -> bool {
        let app = hello.app.as_ref().and_then(|version| Version::parse(version).ok());
        let is_old = self.0.minimum_app.as_ref().zip(app).is_some_and(|(minimum, app)| app < *minimum);
        is_old || hello.protocol < OLDEST_PROTOCOL
    }

    /// Claims an actor for the caller's device; says whether it is its own now.
    pub(super) fn claims(&self, caller: Caller, actor: Actor) -> Result<bool> {
        match self.claim_actor(caller, actor) {
            Err(e) if e.code == ErrorCode::ForeignActor => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// The data was put back to an earlier state without `restore`: then this is another life of it, and says so.
    pub(super) fn notice_another_past(&self, known: Option<&Known>) -> Result<()> {
        let Some((epoch, shown)) = known else { return Ok(()) };
        if *epoch != self.epoch()? || !self.read(|tx| Log::contradicts(tx, self.secret(), shown))? {
            return Ok(());
        }
        let renewed = self.renew_epoch()?;
        tracing::warn!(%renewed, "a device has seen what this data does not know: it was put back to an earlier state; devices will send what it lacks");
        Ok(())
    }

    /// The same in the middle of a round, which must then begin again: an answer would show a newer head, and with it the
    /// evidence would be gone.
    ///
    /// # Errors
    /// [`ErrorCode::EpochChanged`].
    pub(super) fn must_have_the_same_past(&self, known: Option<&Known>) -> Result<()> {
        self.notice_another_past(known)?;
        match known {
            Some((epoch, _)) if *epoch != self.epoch()? => {
                Err(Error::new(ErrorCode::EpochChanged, "the server was restored: say hello and begin again"))
            }
            _ => Ok(()),
        }
    }
}
