//! What the promises of sync rest on, as a closed list: the simulator switches them off one by one and must notice each.
//!
//! In every build but the simulator's they hold, and asking costs nothing.

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safeguard {
    /// A device sends everything again to a server that was put back to an earlier state.
    Epoch,
    /// A change that is there already is known by its hash.
    HashDedupe,
    /// A feed that no longer goes back far enough is begun again.
    Floor,
    /// A change is taken when everything that it was made on is there.
    Dependencies,
    /// Nobody reads or writes outside what is granted.
    Scope,
    /// Others' work is brought back as far as receipts prove it.
    Receipt,
    /// A change is written under an actor of its sender's.
    ActorBinding,
    /// What is here of a scope is compared with what the server has.
    Tally,
    /// What was answered for is on the disk.
    Durable,
    /// Entries and the cursor behind them are kept together.
    CursorWithEntries,
    /// What was sent is kept until it was answered.
    OutboxUntilAnswered,
    /// What was refused is put by and shown.
    Quarantine,
    /// A database that was copied writes under another actor.
    Incarnation,
    /// What was erased for good is taken no more, whoever still has it.
    Erasure,
    /// Changes of a history that was shortened are never mixed with those since.
    Generation,
}

impl Safeguard {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Epoch,
        Self::HashDedupe,
        Self::Floor,
        Self::Dependencies,
        Self::Scope,
        Self::Receipt,
        Self::ActorBinding,
        Self::Tally,
        Self::Durable,
        Self::CursorWithEntries,
        Self::OutboxUntilAnswered,
        Self::Quarantine,
        Self::Incarnation,
        Self::Erasure,
        Self::Generation,
    ];

    /// Whether it is in force.
    #[cfg(not(feature = "mutation"))]
    #[inline]
    pub const fn holds(self) -> bool {
        true
    }

    /// Whether it is in force, on this thread.
    #[cfg(feature = "mutation")]
    pub fn holds(self) -> bool {
        off::OFF.get() != Some(self)
    }
}

#[cfg(feature = "mutation")]
pub use off::switch_off;

#[cfg(feature = "mutation")]
mod off {
    use super::Safeguard;
    use std::cell::Cell;

    thread_local! {
        pub(super) static OFF: Cell<Option<Safeguard>> = const { Cell::new(None) };
    }

    /// Switches one off on this thread, or (`None`) all on again.
    pub fn switch_off(which: Option<Safeguard>) {
        OFF.set(which);
    }
}
