//! What happens behind the back of client and server: things that get lost without a word, old copies, new copies, and an
//! administrator who tidies up.

use crate::run::World;
use crate::server::{Place, Server};
use maydan_core::command::{ListTransfers, ReplicaCommands};
use maydan_core::{Host, Instant, RecordId, Result};
use std::collections::BTreeSet;

/// One such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// The newest entry of a territory's feed is gone from the server.
    LoseEntry(usize),
    /// The newest change is gone from the server, though it had answered for it.
    LoseChange,
    /// A record on a device counts as left, though it never did.
    LoseRecord(usize),
    /// The server forgets what its feeds held some time ago.
    Trim,
    /// A copy of a device's disk is put by.
    KeepDevice(usize),
    /// That copy is put in place. What the device remembers elsewhere stays.
    RewindDevice(usize),
    /// A device's disk is copied to another one.
    CloneDevice(usize, usize),
}

impl Harm {
    /// What it is called, whatever it is done to.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoseEntry(_) => "LoseEntry",
            Self::LoseChange => "LoseChange",
            Self::LoseRecord(_) => "LoseRecord",
            Self::Trim => "Trim",
            Self::KeepDevice(_) => "KeepDevice",
            Self::RewindDevice(_) => "RewindDevice",
            Self::CloneDevice(..) => "CloneDevice",
        }
    }

    /// Whether something is lost by it, or comes back, of which nobody is told.
    pub fn is_silent(self) -> bool {
        !matches!(self, Self::Trim | Self::KeepDevice(_))
    }

    /// One at random, those apart that are drawn by themselves.
    pub fn any(random: &mut fastrand::Rng, devices: usize, territories: usize) -> Self {
        let device = random.usize(0..devices);
        match random.u8(0..8) {
            0 | 1 => Self::LoseEntry(random.usize(0..territories)),
            2 => Self::LoseRecord(device),
            3 => Self::Trim,
            4 | 5 => Self::KeepDevice(device),
            6 => Self::RewindDevice(device),
            _ => Self::CloneDevice(device, random.usize(0..devices)),
        }
    }
}

impl World {
    /// Does it; answers what became of it in a word.
    pub(crate) fn harm(&mut self, harm: Harm, random: &mut fastrand::Rng) -> Result<&'static str> {
        match harm {
            Harm::LoseEntry(territory) => {
                let scope = self.territories[territory];
                self.server.company()?;
                self.has_lost_entries = true;
                self.server.lose_entry(scope)
            }
            Harm::LoseChange => {
                // A device that begins its numbers again is found out by a server that knows them: not by one that lost them too.
                if self.has_rewound {
                    return Ok("not now");
                }
                self.server.company()?;
                self.has_lost_changes = true;
                self.server.lose_change()
            }
            Harm::LoseRecord(device) => self.devices[device].lose_record(random),
            Harm::Trim => {
                let before = Instant(self.server.host.now().0 - random.i64(0..3_600_000));
                self.server.company()?.trim(before)?;
                Ok("trimmed")
            }
            Harm::KeepDevice(device) => {
                let device = &mut self.devices[device];
                if device.mount.disk.is_dead() {
                    return Ok("dark");
                }
                device.close();
                device.copy = Some(device.mount.disk.copy());
                Ok("kept")
            }
            Harm::RewindDevice(number) => {
                let device = &mut self.devices[number];
                let Some(copy) = device.copy.clone() else { return Ok("no copy") };
                if self.has_lost_changes {
                    return Ok("not now");
                }
                self.has_rewound = true;
                device.close();
                if device.mount.disk.is_dead() {
                    device.mount.disk.restart(random);
                }
                // A new disk: what is on it can be looked at, and no power cut of the old one's comes.
                device.mount.disk.calm();
                device.mount.disk.put(&copy);
                self.what_is_left(number, random)?;
                Ok("rewound")
            }
            Harm::CloneDevice(from, to) => {
                // Nobody copies over what was not sent yet.
                if from == to
                    || self.devices[to].mount.disk.is_dead()
                    || self.devices[from].mount.disk.is_dead()
                    || self.has_unsent(to, random)?
                {
                    return Ok("not now");
                }
                let present = self.devices[to].user;
                for person in self.devices[to].saved.keys().copied().collect::<Vec<RecordId>>() {
                    self.devices[to].switch_quietly(person);
                    self.devices[to].rename_saved(random)?;
                }
                self.devices[to].switch_quietly(present);
                self.devices[from].close();
                self.devices[to].close();
                let copy = self.devices[from].mount.disk.copy();
                self.devices[to].mount.disk.put(&copy);
                Ok("cloned")
            }
        }
    }

    /// What an old copy does not have was lost with the disk, unless the server has it.
    fn what_is_left(&mut self, number: usize, random: &mut fastrand::Rng) -> Result<()> {
        let device = &mut self.devices[number];
        let present = device.user;
        for person in device.saved.keys().copied().collect::<Vec<RecordId>>() {
            device.switch_quietly(person);
            let mut left: BTreeSet<Place> = device.waiting(random)?;
            left.extend(device.refused(random)?);
            let Server { acked, handed, .. } = &self.server;
            if let Some(saved) = device.saved.get_mut(&person) {
                saved.retain(|place| acked.contains(place) || handed.contains(place) || left.contains(place));
            }
        }
        device.switch_quietly(present);
        Ok(())
    }

    /// Whether anybody's work on a device is not on the server yet.
    fn has_unsent(&mut self, number: usize, random: &mut fastrand::Rng) -> Result<bool> {
        let device = &mut self.devices[number];
        let present = device.user;
        let mut has = false;
        for person in device.saved.keys().copied().collect::<Vec<RecordId>>() {
            device.switch_quietly(person);
            has |= !device.waiting(random)?.is_empty() || !device.refused(random)?.is_empty();
            has |= !device.replica(random)?.list_transfers(ListTransfers {})?.items.is_empty();
        }
        device.switch_quietly(present);
        Ok(has)
    }

    /// Something happens in every scope that has records, long after everything else: whoever reads its feed to the end compares.
    pub(crate) fn stir(&mut self) -> Result<()> {
        self.time.pass(2 * 3_600_000);
        let company = self.server.company()?.clone();
        company.add_territory("آخر الكلام")?;
        for territory in self.territories.clone() {
            let file = format!("name\nآخر الكلام {territory}\n");
            company.import_customers(file.as_bytes(), None, territory)?;
        }
        Ok(())
    }
}
