//! The promises.

use crate::run::World;
use crate::server::{Content, Place};
use maydan_core::document::Hash;
use maydan_core::{RecordId, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

type Broken = Result<(), String>;

impl World {
    /// What a device was told to be on the server is there, after whatever power cut.
    pub(crate) fn check_acked(&self) -> Broken {
        if self.was_put_back {
            return Ok(());
        }
        let content = self.server.content();
        let lost: Vec<&Place> = self.server.acked.iter().filter(|place| !content.changes.contains(place)).collect();
        if lost.is_empty() { Ok(()) } else { Err(format!("the server has lost what it had acknowledged: {lost:?}")) }
    }

    /// What was said to be saved on a device is there, or on the server.
    pub(crate) fn check_devices(&mut self, random: &mut fastrand::Rng) -> Broken {
        for (number, device) in self.devices.iter_mut().enumerate() {
            if device.mount.disk.is_dead() {
                let forgotten =
                    device.has_forgotten(&self.server.acked, random).map_err(|e| format!("device {number} does not open: {e}"))?;
                if !forgotten.is_empty() {
                    return Err(format!("device {number} has lost what it had saved: {forgotten:?}"));
                }
            }
        }
        Ok(())
    }

    /// After healing everybody agrees, and nothing is missing.
    pub(crate) fn check(&mut self, random: &mut fastrand::Rng) -> Broken {
        let content = self.server.content();
        check_server(&content)?;
        self.check_nothing_lost(&content, random)?;
        self.check_agreement(&content, random)?;
        self.check_replay()
    }

    /// Everything that was ever saved on a device is on the server, or is shown as refused.
    fn check_nothing_lost(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        for number in 0..self.devices.len() {
            let worked: Vec<RecordId> = self.devices[number].saved.keys().copied().collect();
            let present = self.devices[number].user;
            for person in worked.into_iter().chain([present]) {
                let device = &mut self.devices[number];
                if device.user != person {
                    device.switch(person);
                }
                let words = |e: maydan_core::Error| format!("device {number} does not open: {e}");
                let refused = device.refused(random).map_err(words)?;
                let waiting: BTreeSet<Place> = device.waiting(random).map_err(words)?.difference(&refused).copied().collect();
                if !waiting.is_empty() {
                    return Err(format!("device {number} still has to send: {waiting:?}"));
                }
                let saved = device.saved.get(&person).cloned().unwrap_or_default();
                let lost: Vec<&Place> = saved.iter().filter(|p| !content.changes.contains(p) && !refused.contains(p)).collect();
                if !lost.is_empty() {
                    return Err(format!("what was saved on device {number} is nowhere: {lost:?}"));
                }
            }
        }
        Ok(())
    }

    /// All devices that may see a record see the same, and it is what the server has; what they may not see they do not have.
    fn check_agreement(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        let mut rows: BTreeMap<RecordId, (usize, String)> = BTreeMap::new();
        for number in 0..self.devices.len() {
            let words = |e: maydan_core::Error| format!("device {number}: {e}");
            let user = self.devices[number].user;
            let granted = self.server.granted(user).map_err(words)?;
            let refused: BTreeSet<RecordId> = self.devices[number].refused(random).map_err(words)?.iter().map(|place| place.0).collect();
            let here = self.devices[number].content(random).map_err(words)?;
            for (id, (scope, heads, row)) in &here {
                if refused.contains(id) {
                    continue;
                }
                let Some(there) = content.docs.get(id) else {
                    return Err(format!("device {number} has {id}, which the server does not have"));
                };
                if there != scope || !granted.contains(scope) {
                    return Err(format!("device {number} has {id} in {scope}; the server has it in {there}; granted are {granted:?}"));
                }
                let theirs = content.heads.get(id).cloned().unwrap_or_default();
                let mine: BTreeSet<Hash> = if theirs.is_empty() { BTreeSet::new() } else { heads.clone() };
                if mine != theirs {
                    return Err(format!("device {number} has {id} at {mine:?}, the server at {theirs:?}"));
                }
                match rows.get(id) {
                    None => drop(rows.insert(*id, (number, row.clone()))),
                    Some((_, other)) if other == row => {}
                    Some((other_device, other)) => {
                        return Err(format!("devices {other_device} and {number} show {id} differently: {other} and {row}"));
                    }
                }
            }
            let missing: Vec<RecordId> =
                content.docs.iter().filter(|(id, scope)| granted.contains(*scope) && !here.contains_key(id)).map(|(id, _)| *id).collect();
            if !missing.is_empty() {
                return Err(format!("device {number} lacks {missing:?}"));
            }
        }
        Ok(())
    }

    /// Everything that was ever pushed, pushed again, changes nothing.
    fn check_replay(&mut self) -> Broken {
        let company = self.server.company().map_err(|e| e.to_string())?.clone();
        let before = self.server.content();
        for (caller, push) in &self.server.log {
            // Who is no longer known, or lost her actor with a copy that was put back, is refused as a whole.
            drop(company.push(*caller, push));
        }
        let after = self.server.content();
        let added: Vec<&Place> = after.changes.difference(&before.changes).collect();
        let expected =
            |place: &&Place| self.was_put_back || self.devices.iter().any(|d| d.saved.values().any(|saved| saved.contains(place)));
        let foreign: Vec<&&Place> = added.iter().filter(|place| !expected(place)).collect();
        if !foreign.is_empty() {
            return Err(format!("pushing everything again adds {foreign:?}"));
        }
        check_server(&after)
    }
}

/// What the server holds fits together.
fn check_server(content: &Content) -> Broken {
    for (place, dependencies) in &content.dependencies {
        let (actor, sender) = content.writers[place];
        if actor != maydan_core::Actor::GENESIS && content.owners.get(&actor).is_none_or(|owner| *owner != sender && !is_nobody(*owner)) {
            return Err(format!("{place:?} was written under an actor of somebody else than its sender"));
        }
        for hash in dependencies {
            let missing = !content.changes.contains(&(place.0, *hash));
            // What nothing was made on but the genesis, which is never sent.
            let is_first = content
                .dependencies
                .iter()
                .filter(|((doc, _), _)| *doc == place.0)
                .all(|(_, d)| d.iter().all(|h| !content.changes.contains(&(place.0, *h)) || h != hash));
            if missing && !is_first {
                return Err(format!("{place:?} was made on {hash:?}, which is not there"));
            }
        }
    }
    Ok(())
}

fn is_nobody(id: RecordId) -> bool {
    ScopeId::from(id) == ScopeId::from(RecordId(uuid::Uuid::nil()))
}
