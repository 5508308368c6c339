//! The offline story with real processes: a server, two devices, real HTTP, kill -9.
//!
//! A journal outside the replicas records every save that a device has acknowledged. What a third, fresh device reads
//! after its first sync, less that journal, is what was lost: it must be nothing.

mod device;
mod journal;
mod serving;
mod story;

pub use device::Device;
pub use journal::{Journal, Saved};
pub use serving::{Serving, company, free_port};
pub use story::{Report, play};
