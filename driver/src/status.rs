//! What the sync chip shows.

use crate::Platform;
use crate::app::{App, lock};
use maydan_core::command::{Event, SyncState, SyncStatus};
use maydan_core::{ErrorCode, Instant};

/// What the loop has seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub busy: bool,
    pub offline_since: Option<Instant>,
    pub first_failure: Option<Instant>,
    pub synced_at: Option<Instant>,
    pub sign_in_needed: bool,
    /// This app is too old to be served.
    pub outdated: bool,
    pub last_error: Option<ErrorCode>,
    pub next_try: Option<Instant>,
    pub receiving: Option<u32>,
    /// How often somebody signed in or out: an answer that was asked for before belongs to nobody who is here now.
    pub sign_ins: u64,
    /// The newest round that somebody asked for, the newest that has begun, the newest that is done.
    asked: u64,
    begun: u64,
    done: u64,
}

impl Progress {
    /// Nobody is here: nothing of the last session is shown to the next.
    pub fn signed_out(&mut self) {
        *self = Self { sign_ins: self.sign_ins + 1, ..Self::default() };
    }

    /// Asks for a round that begins from now on.
    pub fn ask(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    /// A round begins: it serves everybody who asked so far.
    pub fn begins(&mut self) {
        self.begun = self.asked;
    }

    /// Both sides have everything.
    pub fn rests(&mut self, now: Instant) {
        self.done = self.begun;
        self.synced_at = Some(now);
        self.receiving = None;
    }

    pub fn signed_in_again(&mut self) {
        self.sign_ins += 1;
        self.sign_in_needed = false;
        self.last_error = None;
    }
}

impl<P: Platform> App<P> {
    /// Where sync stands; tells the user interface when that is news.
    ///
    /// Counting, comparing and telling are one step: of two threads that publish, the one that counted last tells last,
    /// so that the chip never stays at what was true before.
    pub fn publish(&self) -> SyncStatus {
        let mut shown = lock(&self.shown);
        let status = self.count();
        if *shown != status {
            *shown = status.clone();
            self.emit(Event::Sync(status.clone()));
        }
        status
    }

    fn count(&self) -> SyncStatus {
        let counts = {
            let guard = lock(&self.replica);
            let Some(replica) = guard.as_ref() else { return SyncStatus::default() };
            replica.counts().unwrap_or_default()
        };
        let progress = lock(&self.progress).clone();
        let state = if progress.sign_in_needed {
            SyncState::SignInNeeded
        } else if counts.refused > 0 {
            SyncState::Attention
        } else if progress.offline_since.is_some() {
            SyncState::Offline
        } else if progress.outdated {
            SyncState::UpdateNeeded
        } else if progress.busy || counts.pending > 0 || progress.synced_at.is_none() {
            SyncState::Syncing
        } else {
            SyncState::Synced
        };
        SyncStatus {
            state,
            pending: counts.pending,
            refused: counts.refused,
            conflicts: counts.conflicts,
            offline_since: progress.offline_since,
            round: progress.done,
            synced_at: progress.synced_at,
            receiving: progress.receiving,
            last_error: progress.last_error,
            next_try: progress.next_try,
        }
    }
}
