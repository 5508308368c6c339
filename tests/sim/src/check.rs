//! The promises.

use crate::action::is_quiet;
use crate::edition::Edition;
use crate::run::World;
use crate::server::{Content, Place, Server};
use maydan_core::command::{GetRecord, ReplicaCommands};
use maydan_core::document::Hash;
use maydan_core::sync::wire::Push;
use maydan_core::{RecordId, Registry, ScopeId};
use maydan_sync_server::What;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

type Broken = Result<(), String>;

impl World {
    /// What a device was told to be on the server is there, after whatever power cut.
    pub(crate) fn check_acked(&self) -> Broken {
        if self.was_put_back || self.has_lost_changes {
            return Ok(());
        }
        let content = self.server.content();
        let erased = self.server.erased();
        let is_lost =
            |place: &&Place| !content.changes.contains(place) && !erased.contains(&place.0) && !self.server.stands_for(&content, place);
        let lost: Vec<&Place> = self.server.acked.iter().filter(is_lost).collect();
        if lost.is_empty() { Ok(()) } else { Err(format!("the server has lost what it had acknowledged: {lost:?}")) }
    }

    /// What was said to be saved on a device is there, or on the server.
    pub(crate) fn check_devices(&mut self, random: &mut fastrand::Rng) -> Broken {
        if !self.devices.iter().any(|device| device.mount.disk.is_dead()) {
            return Ok(());
        }
        let is_erased = self.is_erased();
        for (number, device) in self.devices.iter_mut().enumerate() {
            if device.mount.disk.is_dead() {
                let forgotten =
                    device.has_forgotten(&self.server, &is_erased, random).map_err(|e| format!("device {number} does not open: {e}"))?;
                if !forgotten.is_empty() {
                    return Err(format!("device {number} has lost what it had saved: {forgotten:?}"));
                }
            }
        }
        Ok(())
    }

    /// Whether a record was erased for good, or belongs to one that was: what was written about that, and never sent, goes with it.
    fn is_erased(&self) -> impl Fn(&RecordId) -> bool + use<> {
        let erased = self.server.erased();
        let parents: BTreeMap<RecordId, RecordId> = self.devices.iter().flat_map(|device| device.parents.clone()).collect();
        move |id| erased.contains(id) || parents.get(id).is_some_and(|parent| erased.contains(parent))
    }

    /// After healing everybody agrees, and nothing is missing.
    pub(crate) fn check(&mut self, random: &mut fastrand::Rng) -> Broken {
        let content = self.server.content();
        check_server(&content)?;
        self.check_erased(&content, random)?;
        self.check_store()?;
        self.check_nothing_lost(&content, random)?;
        self.check_contents(random)?;
        self.check_once(&content, random)?;
        self.check_agreement(&content, random)?;
        self.check_replay()?;
        self.check_doors()
    }

    /// What the server keeps fits together by its own count too, except for what the story took away.
    fn check_store(&self) -> Broken {
        let mut faults = Vec::new();
        let words = |e: maydan_core::Error| format!("the server can't be looked at: {e}");
        self.server.company().map_err(words)?.check(&mut |fault| faults.push(fault)).map_err(words)?;
        faults.retain(|fault| match fault.what {
            What::Untold(_) => !self.has_lost_entries,
            // A move that the copy does not know is done again by whoever may, and not by whoever writes the record anew.
            What::Stray(_) => !self.was_put_back,
            _ => true,
        });
        if faults.is_empty() { Ok(()) } else { Err(format!("the server's store does not fit together: {faults:?}")) }
    }

    /// Of what was erased for good nothing is left, wherever it was: neither with the server nor on any device, refused or not.
    fn check_erased(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        let erased = self.server.erased();
        let parents: BTreeMap<RecordId, RecordId> = self.devices.iter().flat_map(|device| device.parents.clone()).collect();
        let asked = &self.server.asked_to_erase;
        let was_asked = |id: &&RecordId| asked.contains(*id) || parents.get(*id).is_some_and(|parent| asked.contains(parent));
        if let Some(id) = erased.iter().find(|id| !was_asked(id)) {
            return Err(format!("{id} was erased, and nobody had asked for it"));
        }
        let kept = content.changes.iter().chain(&content.handed).find(|place| erased.contains(&place.0));
        if let Some(place) = kept {
            return Err(format!("the server holds {place:?}, which was erased"));
        }
        for (number, device) in self.devices.iter_mut().enumerate() {
            let words = |e: maydan_core::Error| format!("device {number}: {e}");
            let here: BTreeSet<RecordId> = device.content(random).map_err(words)?.into_keys().collect();
            let refused = device.refused(random).map_err(words)?;
            if let Some(id) = here.iter().find(|id| erased.contains(id)) {
                return Err(format!("device {number} keeps {id}, which was erased"));
            }
            if let Some((id, _)) = refused.iter().find(|(id, _)| erased.contains(id)) {
                return Err(format!("device {number} shows what was refused of {id}, which was erased"));
            }
        }
        Ok(())
    }

    /// Everything that was ever saved on a device is on the server, or is shown as refused.
    fn check_nothing_lost(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        let is_erased = self.is_erased();
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
                if device.has_queue(random).map_err(words)? {
                    return Err(format!("device {number} still has to send: {}", device.queue(random)));
                }
                let differed = device.replica(random).and_then(|replica| replica.differences()).map_err(words)?;
                if is_quiet(self.seed) && differed > 0 {
                    return Err(format!("device {number} missed something of a feed, {differed} times"));
                }
                let saved = device.saved.get(&person).cloned().unwrap_or_default();
                let mut lost = Vec::new();
                let mut open: Vec<Place> = saved.into_iter().filter(|(id, _)| !is_erased(id)).collect();
                while let Some(place) = open.pop() {
                    if content.changes.contains(&place) || content.handed.contains(&place) || refused.contains(&place) {
                        continue;
                    }
                    if self.server.stands_for(content, &place) {
                        continue;
                    }
                    let called = device.now_called(place, random).map_err(words)?;
                    if called == [place] {
                        // What changes nothing any more stands for the genesis, which is never sent.
                        if !is_genesis(content, &place) {
                            lost.push(place);
                        }
                    } else {
                        open.extend(called);
                    }
                }
                // A server that was put back gets it from whoever still has it: not from those who had to forget it since.
                if self.was_put_back || self.has_lost_changes {
                    lost.retain(|place| {
                        let Server { acked, held, handed, .. } = &self.server;
                        let was_there = acked.contains(place) || held.contains(place) || handed.contains(place);
                        !was_there || self.is_held(*place, random)
                    });
                }
                if !lost.is_empty() {
                    let told = |place: &Place| (*place, self.server.acked.contains(place));
                    let lost: Vec<_> = lost.iter().map(told).collect();
                    return Err(format!("what was saved on device {number} is nowhere (change, whether acknowledged): {lost:?}"));
                }
            }
        }
        Ok(())
    }

    /// What somebody typed stands there once, however often it was sent, and done again.
    fn check_once(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        // A text that only a server which is gone has shortened is put beside the other one as a whole.
        if self.was_put_back || self.has_lost_changes {
            return Ok(());
        }
        let notes: Vec<RecordId> = content.kinds.iter().filter(|(_, kind)| *kind == "note").map(|(id, _)| *id).collect();
        for (number, device) in self.devices.iter_mut().enumerate() {
            let replica = device.replica(random).map_err(|e| format!("device {number}: {e}"))?;
            for id in &notes {
                let Ok(record) = replica.get_record(GetRecord { id: *id }) else { continue };
                let body = record.row.get("body").and_then(|body| body.as_text()).unwrap_or_default();
                let words: Vec<&str> = body.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() > 8).collect();
                if words.iter().collect::<BTreeSet<_>>().len() < words.len() {
                    return Err(format!("device {number} has something twice in {id}: {body}"));
                }
            }
        }
        Ok(())
    }

    /// Every content that a record names is with the server, as far as anybody has it; and nobody was served what she may not see.
    fn check_contents(&mut self, random: &mut fastrand::Rng) -> Broken {
        if let Some(leaked) = self.server.leaked.first() {
            return Err(format!("a content was served to somebody who may not see it: {leaked}"));
        }
        let lacking = self.server.lacking();
        // What was on a disk that was put back, or with a server that was, may be nowhere any more.
        if !lacking.is_empty() && !self.was_put_back && !self.has_rewound && !self.has_lost_changes {
            return Err(format!("contents never came to the server: {lacking:?}"));
        }
        for number in 0..self.devices.len() {
            let words = |e: maydan_core::Error| format!("device {number}: {e}");
            let user = self.devices[number].user;
            let granted = self.server.granted(user).map_err(words)?;
            let device = &mut self.devices[number];
            let here = device.contents(random).map_err(words)?;
            for (id, (scope, _, row)) in device.content(random).map_err(words)? {
                let kept = here.iter().find(|hash| lacking.contains(hash) && row.contains(&hash.to_string()));
                if let Some(hash) = kept
                    && granted.contains(&scope)
                {
                    return Err(format!("device {number} has the content {hash} of {id}, which the server lacks"));
                }
            }
        }
        Ok(())
    }

    /// Whether some database holds a change.
    fn is_held(&mut self, place: Place, random: &mut fastrand::Rng) -> bool {
        let people = self.people.clone();
        self.devices.iter_mut().any(|device| {
            let before = device.user;
            let held = people.iter().any(|person| {
                device.has_database(*person) && {
                    device.switch_quietly(*person);
                    device.holds(place, random)
                }
            });
            device.switch_quietly(before);
            held
        })
    }

    /// All devices that may see a record see the same, and it is what the server has; what they may not see they do not have.
    fn check_agreement(&mut self, content: &Content, random: &mut fastrand::Rng) -> Broken {
        let mut rows: BTreeMap<(RecordId, Edition), (usize, String)> = BTreeMap::new();
        for number in 0..self.devices.len() {
            let words = |e: maydan_core::Error| format!("device {number}: {e}");
            let user = self.devices[number].user;
            let granted = self.server.granted(user).map_err(words)?;
            let here = self.devices[number].content(random).map_err(words)?;
            for (id, (scope, heads, row)) in &here {
                let Some(there) = content.docs.get(id) else {
                    return Err(format!("device {number} has {id}, which the server does not have"));
                };
                if there != scope || !granted.contains(scope) {
                    return Err(format!("device {number} has {id} in {scope}; the server has it in {there}; granted are {granted:?}"));
                }
                let theirs = content.heads.get(id).cloned().unwrap_or_default();
                let mine: BTreeSet<Hash> =
                    heads.iter().filter(|head| theirs.contains(*head) || !is_genesis(content, &(*id, **head))).copied().collect();
                if mine != theirs {
                    return Err(format!("device {number} has {id} at {mine:?}, the server at {theirs:?}"));
                }
                // Another version shows other fields.
                let seen_by = (*id, self.devices[number].edition);
                match rows.get(&seen_by) {
                    None => drop(rows.insert(seen_by, (number, row.clone()))),
                    Some((_, other)) if other == row => {}
                    Some((other_device, other)) => {
                        return Err(format!("devices {other_device} and {number} show {id} differently: {other} and {row}"));
                    }
                }
            }
            let edition = self.devices[number].edition;
            let shows = |id: &RecordId| content.kinds.get(id).is_some_and(|kind| edition.knows(kind));
            let is_missing = |(id, scope): &(&RecordId, &ScopeId)| granted.contains(*scope) && !here.contains_key(*id) && shows(id);
            let missing: Vec<RecordId> = content.docs.iter().filter(is_missing).map(|(id, _)| *id).collect();
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
            // Nor does it matter what the device had been shown of a past that this data may not have.
            drop(company.push(*caller, &Push { known: None, ..push.clone() }));
        }
        let after = self.server.content();
        for (id, scope) in self.server.records("customer") {
            let is_expected = self.was_put_back || self.server.refused_moves.contains(&id);
            if before.docs.get(&id).is_some_and(|was| *was != scope) && !is_expected {
                return Err(format!("pushing everything again moves {id} to {scope}"));
            }
        }
        let added: Vec<&Place> = after.changes.difference(&before.changes).collect();
        // What was refused once may be granted by now.
        let expected = |place: &&Place| self.was_put_back || self.has_lost_changes || self.server.refused.contains(*place);
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
        if actor != maydan_core::Actor::GENESIS
            && content.owners.get(&actor).is_none_or(|owner| *owner != sender && !is_nobody(*owner))
            && !is_nobody(sender)
        {
            return Err(format!("{place:?} was written under an actor of somebody else than its sender"));
        }
        for hash in dependencies {
            let dependency = (place.0, *hash);
            // The genesis is never sent.
            if !content.changes.contains(&dependency) && !is_genesis(content, &dependency) {
                return Err(format!("{place:?} was made on {hash:?}, which is not there"));
            }
        }
    }
    Ok(())
}

/// Whether a change is what makes a document, which is never sent.
pub(crate) fn is_genesis(content: &Content, place: &Place) -> bool {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Edition::Next.registry());
    let known = content.kinds.get(&place.0);
    let mut kinds = REGISTRY.iter().filter(|kind| known.is_none_or(|known| *known == kind.name));
    kinds.any(|kind| maydan_core::document::genesis::hashes(kind, place.0).is_ok_and(|hashes| hashes.contains(&place.1)))
}

fn is_nobody(id: RecordId) -> bool {
    id.0.is_nil()
}
