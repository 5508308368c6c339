//! What a host lends to the loop, beside its clock and randomness.

use maydan_core::command::Event;
use maydan_core::{Host, Result};
use maydan_replica::Place;
use std::sync::Arc;

/// A host: desktop, phone, browser worker, test.
pub trait Platform: Send + Sync + 'static {
    /// Clock, randomness, zone.
    fn host(&self) -> Arc<dyn Host>;

    /// Where a database of this name is.
    fn place(&self, name: &str) -> Place;

    /// Reads a small thing that is kept outside every database.
    fn load(&self, key: &str) -> Result<Option<String>>;

    /// Keeps or forgets a small thing, durably.
    fn store(&self, key: &str, value: Option<&str>) -> Result<()>;

    /// Reads a secret from the safest place that this host has.
    fn load_secret(&self, key: &str) -> Result<Option<String>>;

    /// Keeps or forgets a secret.
    fn store_secret(&self, key: &str, value: Option<&str>) -> Result<()>;

    /// What this host can't do, by word.
    fn unsupported(&self) -> Vec<String>;

    /// Whether the platform promises not to throw the data away; `None` where it can't say.
    fn durable(&self) -> Option<bool>;

    /// The server to offer before anybody has signed in here.
    fn default_server(&self) -> Option<String> {
        None
    }

    /// Tells the user interface.
    fn emit(&self, event: Event);
}
