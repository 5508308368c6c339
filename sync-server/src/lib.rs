//! Maydan's sync server: one small binary over one SQLite file.
//!
//! It is the authority: it decides who may write what, gives every accepted change a place in the feed of its scope, and
//! serves those feeds. It parses the headers of changes and loads no document to accept one.
//!
//! Invariants:
//! - An item that was answered `accepted` is on the disk (`synchronous=FULL`, one transaction for each push).
//! - One bad item never blocks the others of its push.
//! - A device is served only the feeds of scopes that are granted to its user at that moment.
//! - The epoch and the token key are files beside the database, never in it: a restored backup does not bring them back.

pub mod admin;
mod api;
mod auth;
pub mod config;
mod server;
mod store;
mod tls;

pub use server::Server;
pub use store::{Imported, NewUser, Store};
