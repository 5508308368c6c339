//! What goes wrong, as a closed list, and how often it did.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(usize)]
pub enum Fault {
    /// A device's process is killed, whatever it is doing.
    KillDevice,
    /// The server's process is killed, whatever it is doing.
    KillServer,
    /// A connection is closed as soon as it was made.
    Refuse,
    /// What is sent arrives late.
    Delay,
    /// Some bytes are sent twice.
    Duplicate,
    /// A connection ends in the middle, as if all had been said.
    Truncate,
    /// A connection is reset in the middle.
    Reset,
    /// Nothing arrives any more, and nobody says so.
    Silence,
    /// Disks have no room.
    FullDisk,
    /// Disks take their time.
    SlowDisk,
}

/// All of them.
pub const ALL: [Fault; 10] = [
    Fault::KillDevice,
    Fault::KillServer,
    Fault::Refuse,
    Fault::Delay,
    Fault::Duplicate,
    Fault::Truncate,
    Fault::Reset,
    Fault::Silence,
    Fault::FullDisk,
    Fault::SlowDisk,
];

impl Fault {
    /// Whether it happens to a connection.
    pub fn is_of_the_network(self) -> bool {
        !matches!(self, Self::KillDevice | Self::KillServer | Self::FullDisk | Self::SlowDisk)
    }
}

/// How often each happened.
#[derive(Debug, Default)]
pub struct Faults([AtomicU64; ALL.len()]);

impl Faults {
    /// It happened once more.
    pub fn count(&self, fault: Fault) {
        self.0[fault as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often each happened.
    pub fn all(&self) -> BTreeMap<Fault, u64> {
        ALL.into_iter().map(|fault| (fault, self.0[fault as usize].load(Ordering::Relaxed))).collect()
    }
}
