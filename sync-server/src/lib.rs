//! Maydan's sync server: one small binary over one SQLite file.
//!
//! It is the authority: it decides who may write what, gives every accepted change a place in the feed of its scope, and
//! serves those feeds. It parses the headers of changes and loads no document to accept one.
//!
//! Invariants:
//! - An item that was answered `accepted` is on the disk (`synchronous=FULL`, one transaction for a push or for several that came at once).
//! - One bad item never blocks the others of its push.
//! - A device is served only the feeds of scopes that are granted to its user at that moment.
//! - The key of tokens and seals lies beside the database, never in it. A database that was put back to an earlier state,
//!   by `restore` or by hand, is another life of the data: devices learn it from the epoch and send what it lacks.

pub mod admin;
mod api;
mod auth;
mod chance;
mod company;
pub mod config;
mod server;
pub mod store;
mod tls;

pub use api::routes;
pub use chance::Machine;
pub use company::{
    Bulk, Caller, Checked, Collected, Company, Device, Erased, Fault, Handed, HandedRecord, Imported, NewUser, Shorten, Shortened, TakenIn,
    What,
};
pub use config::Config;
pub use server::Server;
