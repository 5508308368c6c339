//! The machine's clock and its random source.

use maydan_core::{Host, Instant};
use uuid::Uuid;

/// The machine that the server runs on. It lives in UTC: civil dates are the devices'.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Host for Machine {
    fn now(&self) -> Instant {
        Instant(chrono::Utc::now().timestamp_millis())
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        fill_random(buffer);
    }

    fn zone(&self) -> String {
        "UTC".into()
    }

    fn utc_offset_minutes(&self, _: Instant) -> i32 {
        0
    }
}

pub(crate) fn fill_random(buffer: &mut [u8]) {
    // Without a random source nothing here is safe: stopping is the only answer.
    if let Err(e) = getrandom::fill(buffer) {
        panic!("this machine has no random source: {e}");
    }
}

pub(crate) fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
