//! Record kinds: one declaration each, from which everything else is derived.
//!
//! A [`Kind`] drives the document mapping ([`crate::document`]), the projection tables and search columns
//! (`maydan-replica`), filters, sort, form controls and history labels (`maydan-ui`), import columns, and the rights.
//! Adding a kind is one file here, a line in [`Registry::maydan`], and its labels in the locale files.
//!
//! Invariant: kinds and fields are only ever added; a field never changes its type. A kind's `version` counts its
//! genesis changes (see [`crate::document::genesis`]).

mod attachment;
mod customer;
mod kind;
mod macros;
mod note;
mod registry;
mod task;
mod territory;
mod trip;
mod user;
mod value;
mod visit;

pub use kind::{Derive, Field, FieldType, Kind, ScopeRule};
pub use registry::{FOLD_VERSION, Registry};
pub use value::{Row, Value};
