//! What Maydan *is*, without any I/O: its records, the documents behind them, the rules of the business,
//! Arabic text, and every decision of the sync protocol.
//!
//! Invariant: nothing here reads a clock, a file, a socket, the environment or a random source. What must come
//! from outside comes through [`Host`]. The crate compiles to `wasm32` and is shared by the app, the web edition,
//! the server and the tests.
//!
//! Deliberately absent: storage (`maydan-replica`), time and sockets (`maydan-driver`), pixels (`maydan-ui`).

pub mod blob;
pub mod command;
pub mod document;
pub mod domain;
pub mod error;
pub mod host;
pub mod id;
pub mod import;
pub mod permit;
pub mod record;
pub mod sync;
pub mod text;
pub mod time;

pub use error::{Error, ErrorCode, Result};
pub use host::Host;
pub use id::{Actor, DeviceId, RecordId, ScopeId};
pub use record::{Field, FieldType, Kind, Registry, Row, Value};
pub use time::{Day, Instant};
