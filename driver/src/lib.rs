//! The one sync loop, used unchanged by the app, the web edition, the demo and the tests.
//!
//! [`App`] owns a device's replica and session, answers every command, and runs the loop: sockets and timers around
//! the decisions of [`maydan_core::sync::client`].
//!
//! Invariants:
//! - Replica commands never wait for the network: the replica is locked for the length of one command or one page.
//! - A session outlives the server's: an ended token stops sending, never working.
//! - Network state is shown as it was seen, and one failure alone is not "offline".

mod app;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod http;
mod looping;
mod platform;
mod session;
mod status;
mod timer;

pub use app::App;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::Folder;
pub use platform::Platform;
