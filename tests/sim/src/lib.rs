//! A deterministic simulation: devices, people, a server, and everything that goes wrong between them.
//!
//! The parts are the real ones: replica, state machine, company, SQLite. Simulated are the disks ([`disk`], [`vfs`]), the
//! network, the clocks and the randomness. A seed makes a list of actions ([`action`]); each carries its own randomness, so
//! that a failing list can be cut down ([`shrink`]). When all of it has happened, trouble ends, everybody syncs, and the
//! promises are checked.
//!
//! The promises:
//! 1. What the server has acknowledged is on its disk after any power cut; what a device has saved is on its own.
//! 2. What was saved on a device, and not refused in the open, is on the server in the end.
//! 3. Everybody who may see a record sees the same: equal heads, equal rows. Nobody keeps what she may not see.
//! 4. Every queue empties; nothing goes round for ever.
//! 5. What the server holds fits together: actors belong to their senders, dependencies are there.
//! 6. Pushing everything once more changes nothing.
//! 7. The same seed gives the same trace.

pub mod action;
mod check;
pub mod coverage;
pub mod device;
pub mod disk;
pub mod edition;
pub mod harm;
pub mod host;
mod hostile;
pub mod mutation;
pub mod network;
pub mod run;
pub mod server;
pub mod shrink;
pub mod vfs;
pub mod wire;
