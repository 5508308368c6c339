//! Commands of a shift on the road.

use crate::domain::geo::{Fix, Point};
use crate::id::RecordId;
use crate::record::Row;
use serde::{Deserialize, Serialize};

/// The trip that is under way, if one is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CurrentTrip {}

/// A trip under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenTrip {
    /// The trip.
    pub trip: Option<RecordId>,
    /// Its fields.
    pub row: Row,
}

/// Starts a shift. A shift that is under way is answered instead of a second one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StartTrip {}

/// Stores positions of a shift. Each is on the disk when this is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddPings {
    /// The trip.
    pub trip: RecordId,
    /// The positions, oldest first.
    pub fixes: Vec<Fix>,
}

/// How many positions a trip has now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PingCount {
    /// All of them, packed or not.
    pub pings: u64,
}

/// Ends a shift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndTrip {
    /// The trip.
    pub trip: RecordId,
}

/// A trip's trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripTrace {
    /// The trip.
    pub trip: RecordId,
}

/// A trace, for drawing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Stretches without a gap, each in the order of time.
    pub segments: Vec<Vec<Point>>,
    /// First and last instant of each stretch (ms).
    pub times: Vec<(i64, i64)>,
    /// Metres driven.
    pub metres: i64,
    /// Positions in all.
    pub pings: u64,
    /// Stretches without positions.
    pub gaps: u32,
    /// Some positions were replayed from a file.
    pub simulated: bool,
}
