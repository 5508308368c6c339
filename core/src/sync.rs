//! The sync protocol: its messages, and the decisions of client and server. No sockets, no clock, no storage.
//!
//! Transport: HTTPS. Requests and answers of `push` and `pull` are MessagePack with named fields; everything else is
//! JSON. Errors are always JSON: [`crate::Error`].

pub mod client;
pub mod digest;
pub mod receipt;
pub mod safeguard;
pub mod server;
pub mod tally;
pub mod wire;
