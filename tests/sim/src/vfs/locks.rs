//! Locks and shared memory of a file, among the connections of this process.

use std::collections::BTreeSet;

/// Locks of SQLite's write-ahead log.
const SLOTS: usize = 8;

/// What the connections to one file share.
#[derive(Default)]
pub(super) struct Shared {
    /// How many have it open.
    pub open: usize,
    readers: BTreeSet<u64>,
    reserved: Option<u64>,
    exclusive: Option<u64>,
    /// Regions of shared memory; their places stay as long as somebody has the file open.
    pub regions: Vec<Box<[u8]>>,
    slots: [Slot; SLOTS],
}

#[derive(Default)]
struct Slot {
    readers: BTreeSet<u64>,
    writer: Option<u64>,
}

impl Shared {
    /// Raises the lock of a connection to a level (1 shared … 4 exclusive); says whether it got it.
    pub fn lock(&mut self, who: u64, level: i32) -> bool {
        let others = |owner: Option<u64>| owner.is_some_and(|o| o != who);
        if others(self.exclusive) || (level >= 2 && others(self.reserved)) {
            return false;
        }
        match level {
            1 => drop(self.readers.insert(who)),
            2 => self.reserved = Some(who),
            _ => {
                self.reserved = Some(who);
                if self.readers.iter().any(|reader| *reader != who) {
                    return false;
                }
                self.exclusive = Some(who);
            }
        }
        true
    }

    /// Lowers it again, to shared or to none.
    pub fn unlock(&mut self, who: u64, level: i32) {
        let free = |owner: &mut Option<u64>| *owner = owner.filter(|o| *o != who);
        free(&mut self.exclusive);
        free(&mut self.reserved);
        if level == 0 {
            self.readers.remove(&who);
        }
    }

    /// Whether somebody is about to write.
    pub fn is_reserved(&self) -> bool {
        self.reserved.is_some() || self.exclusive.is_some()
    }

    /// Takes locks of the write-ahead log, all or none.
    pub fn lock_slots(&mut self, who: u64, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let slots = &mut self.slots[slots];
        let free = |slot: &Slot| {
            let written = slot.writer.is_some_and(|w| w != who);
            let blocked = exclusive && slot.readers.iter().any(|reader| *reader != who);
            !written && !blocked
        };
        if !slots.iter().all(free) {
            return false;
        }
        for slot in slots {
            if exclusive {
                slot.writer = Some(who);
            } else {
                slot.readers.insert(who);
            }
        }
        true
    }

    /// Gives them back.
    pub fn unlock_slots(&mut self, who: u64, slots: std::ops::Range<usize>) {
        for slot in &mut self.slots[slots] {
            slot.readers.remove(&who);
            slot.writer = slot.writer.filter(|w| *w != who);
        }
    }

    /// A connection is gone, with whatever it held.
    pub fn forget(&mut self, who: u64) {
        self.unlock(who, 0);
        self.unlock_slots(who, 0..SLOTS);
    }
}
