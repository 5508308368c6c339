//! Another way of requests to the server than a call: real sockets, as far as a network of them can be simulated.

use maydan_core::{DeviceId, Result};
use maydan_sync_server::Company;

/// What a device asks.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub device: DeviceId,
    /// Her token; empty where none is needed.
    pub token: String,
    /// Where, below `/v1/`.
    pub path: &'static str,
    /// What the body is.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A network between devices and the server.
pub trait Wire: std::fmt::Debug {
    /// Carries a request there and its answer back. With `cut`, nothing gets through any more after so many steps of the network.
    ///
    /// # Errors
    /// What the server answers; [`maydan_core::ErrorCode::Offline`] when no answer comes.
    fn carry(&mut self, company: &Company, asked: Asked, cut: Option<u32>) -> Result<Vec<u8>>;

    /// The server's machine stops: nothing of it holds the company any more.
    fn stop(&mut self);
}
