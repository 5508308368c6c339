//! The machines of a simulation: one time for all, a clock of each one's own, randomness from its seed.

use maydan_core::{Host, Instant};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// 2026-01-05, a Monday.
const BEGIN: i64 = 1_767_600_000_000;

/// The one true time of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// Milliseconds since the simulation began.
    pub fn elapsed(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Lets time go by.
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

/// A machine.
#[derive(Debug)]
pub struct Machine {
    time: Time,
    /// How wrong its clock is, milliseconds.
    pub wrong_by: AtomicI64,
    random: Mutex<fastrand::Rng>,
}

impl Machine {
    /// A machine with randomness of its own.
    pub fn new(time: &Time, seed: u64) -> Arc<Self> {
        Arc::new(Self { time: time.clone(), wrong_by: AtomicI64::default(), random: Mutex::new(fastrand::Rng::with_seed(seed)) })
    }
}

impl Host for Machine {
    fn now(&self) -> Instant {
        Instant(BEGIN + self.time.elapsed() + self.wrong_by.load(Ordering::Relaxed))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
    }

    fn zone(&self) -> String {
        "Africa/Tripoli".into()
    }

    fn utc_offset_minutes(&self, _: Instant) -> i32 {
        120
    }
}
