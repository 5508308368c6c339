//! What a platform lends to the pure parts: time, randomness, the civil zone.

use crate::id::RecordId;
use crate::time::{Day, Instant};
use uuid::Uuid;

/// The machine's side of everything that is not a pure function.
pub trait Host: Send + Sync {
    /// Now, by this machine's clock: for display and for civil dates, never for ordering or rights.
    fn now(&self) -> Instant;

    /// Fills the buffer with random bytes from a source fit for keys.
    fn fill_random(&self, buffer: &mut [u8]);

    /// The IANA name of the zone that people here live by, for example `Africa/Tripoli`.
    fn zone(&self) -> String;

    /// Minutes east of UTC at `at`.
    fn utc_offset_minutes(&self, at: Instant) -> i32;

    /// A new random identity.
    fn new_uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.fill_random(&mut random);
        let ms = u64::try_from(self.now().0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
    }

    /// A new record id (UUIDv7).
    fn new_record_id(&self) -> RecordId {
        RecordId(self.new_uuid())
    }

    /// The civil date here at `at`.
    fn day(&self, at: Instant) -> Day {
        at.day(self.utc_offset_minutes(at))
    }
}
