//! A shift on the road, as positions.

use super::macros::record;

record! {
    /// A GPS trip of one shift. Positions are appended in chunks (see [`crate::domain::trip`]).
    "trip" v 1 in Own;
    rep: Link("user") [required, filter],
    day: Day [sort, filter],
    zone: Line,
    started_at: Instant [sort],
    ended_at: Instant [sort],
    track: Track,
    pings: DerivedInteger,
    metres: DerivedInteger,
    gaps: DerivedInteger,
    simulated: DerivedBool,
}
