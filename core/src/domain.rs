//! The rules of the business, as pure functions.

pub mod agenda;
pub mod geo;
pub mod gpx;
pub mod trip;
pub mod visit;
