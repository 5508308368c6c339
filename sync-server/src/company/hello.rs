//! The beginning of a round.

use super::log::Log;
use super::{Caller, Company};
use maydan_core::sync::wire::{Hello, HelloAnswer, Known, MAX_EARLIER, PROTOCOL};
use maydan_core::{Error, ErrorCode, Result};

impl Company {
    /// What a round starts from.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a newer protocol, [`ErrorCode::ForeignActor`], [`ErrorCode::SignInNeeded`].
    pub fn hello(&self, caller: Caller, hello: &Hello) -> Result<HelloAnswer> {
        if hello.protocol > PROTOCOL {
            return Err(Error::new(ErrorCode::Unsupported, "this app speaks a newer protocol than the server: update the server"));
        }
        self.rights(caller)?;
        self.claim_actor(caller, hello.actor)?;
        if hello.earlier.len() > MAX_EARLIER {
            return Err(Error::new(ErrorCode::TooLarge, format!("a hello names at most {MAX_EARLIER} earlier actors")));
        }
        for actor in &hello.earlier {
            match self.claim_actor(caller, *actor) {
                // What was written under it will be refused item by item.
                Err(e) if e.code == ErrorCode::ForeignActor => tracing::warn!(?actor, "an earlier actor of a device is somebody else's"),
                done => done?,
            }
        }
        self.notice_another_past(hello.known.as_ref())?;
        // Before anything else is read: what is accepted meanwhile makes one poke too many, never one too few.
        let head = self.head()?;
        let (role, grants) = self.rights(caller)?;
        Ok(HelloAnswer {
            protocol: PROTOCOL,
            epoch: self.epoch()?,
            server_time: self.now(),
            floor: self.floor()?,
            role,
            high_water: self.high_water(&grants)?,
            grants,
            actors: self.actors_after(hello.actors_known)?,
            head,
        })
    }

    /// The data was put back to an earlier state without `restore`: then this is another life of it, and says so.
    fn notice_another_past(&self, known: Option<&Known>) -> Result<()> {
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
