//! What a device that keeps to no rules tries, and must not get: at the end of every story, when all honest ones agree.

use crate::run::World;
use maydan_core::document::{Document, Edit};
use maydan_core::sync::receipt::Receipt;
use maydan_core::sync::wire::{Cursor, Hello, Item, Outcome, Pull, Push, Relay};
use maydan_core::{Actor, ErrorCode, Instant, RecordId, Registry, Result, ScopeId};
use maydan_sync_server::{Caller, Company};
use uuid::Uuid;

impl World {
    /// Every door that must be shut is tried.
    pub(crate) fn check_doors(&mut self) -> std::result::Result<(), String> {
        let Some(device) = self.devices.iter().find(|device| device.actor().is_some()) else { return Ok(()) };
        let (caller, actor) = (device.caller(), device.actor().unwrap_or(Actor::GENESIS));
        let owners = self.server.content().owners;
        let foreign = owners.iter().find(|(_, owner)| **owner != caller.user && !owner.0.is_nil()).map(|(actor, _)| *actor);
        let company = self.server.company().map_err(|e| e.to_string())?.clone();
        let attempt = Attempt { company: &company, caller, actor, foreign: foreign.unwrap_or(Actor(Uuid::from_u128(0xBAD))) };
        // A database that was opened since may write under a new actor.
        company.hello(caller, &Hello::of(actor)).map_err(|e| format!("nobody says hello: {e}"))?;
        attempt.all().map_err(|e| format!("a door could not be tried: {e}"))?.map_or(Ok(()), |open| Err(format!("a device {open}")))
    }
}

struct Attempt<'a> {
    company: &'a Company,
    caller: Caller,
    actor: Actor,
    foreign: Actor,
}

impl Attempt<'_> {
    /// The first door that is open, in words.
    fn all(&self) -> Result<Option<&'static str>> {
        let elsewhere = ScopeId(Uuid::from_u128(0xE15E));
        let pull = Pull { epoch: self.company.epoch()?, cursors: vec![Cursor::start(elsewhere)], ..Pull::default() };
        if !self.company.pull(self.caller, &pull).is_err_and(|e| e.code == ErrorCode::Forbidden) {
            return Ok(Some("reads a scope that is not granted"));
        }
        let id = |n: u128| RecordId(Uuid::from_u128(0x0BAD_0000 | n));
        let open = |id, kind: &str, scope| Item::Open { doc: id, kind: kind.into(), parent: None, scope };
        if self.takes(&open(id(1), "customer", elsewhere))? {
            return Ok(Some("writes in a scope that is not granted"));
        }
        let own = ScopeId::from(self.caller.user);
        let trip = Registry::maydan().get("trip")?.clone();
        let written = |id, actor| -> Result<Vec<u8>> {
            let mut document = Document::create(&trip, id)?;
            let change = document.edit(actor, Instant(1_000), None, &[Edit::set("day", "2026-01-05")])?.change;
            Ok(change.map(|change| change.bytes().to_vec()).unwrap_or_default())
        };
        self.takes(&open(id(2), "trip", own))?;
        if self.takes(&Item::Change { doc: id(2), bytes: written(id(2), self.foreign)?.into() })? {
            return Ok(Some("writes under somebody else's actor"));
        }
        let mut built = Document::create(&trip, id(4))?;
        built.edit(self.foreign, Instant(1_000), None, &[Edit::set("day", "2026-01-05")])?;
        let upon = built.edit(self.actor, Instant(1_000), None, &[Edit::set("day", "2026-01-06")])?.change;
        let upon = upon.map(|change| change.bytes().to_vec()).unwrap_or_default();
        self.takes(&open(id(4), "trip", own))?;
        if self.takes(&Item::Change { doc: id(4), bytes: upon.into() })? {
            return Ok(Some("builds on what is not there"));
        }
        let bytes = written(id(3), self.foreign)?;
        let hash = maydan_core::document::decode_change(&bytes)?.hash();
        let relay = Relay {
            doc: id(3),
            kind: "trip".into(),
            parent: None,
            scope: own,
            changes: vec![bytes.into()],
            receipts: vec![(hash, Receipt([7; 16]))],
        };
        let relayed = self.takes(&Item::Relay(Box::new(relay)))?;
        Ok(relayed.then_some("brings back what was never there"))
    }

    fn takes(&self, item: &Item) -> Result<bool> {
        let push = Push::of(self.actor, vec![item.to_bytes()?.into()]);
        let outcome = self.company.push(self.caller, &push)?.outcomes.pop();
        Ok(!matches!(outcome, None | Some(Outcome::Rejected { .. })))
    }
}
