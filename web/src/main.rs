//! The web edition's worker: the same replica, driver and handlers as the app, over SQLite in the browser's private files.
//!
//! Every tab starts a worker. One of them leads: it holds a Web Lock and has the database open. The others send it their
//! requests over a BroadcastChannel; when it goes, the lock passes on and the next one opens the database.
//!
//! Deliberately absent: decisions. This crate is a host and a transport.

#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod leader;
#[cfg(target_arch = "wasm32")]
mod message;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod relay;
#[cfg(target_arch = "wasm32")]
mod scope;

fn main() {
    #[cfg(target_arch = "wasm32")]
    relay::start();
}
