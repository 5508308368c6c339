//! What the server decides, without storage and sockets: about a push, and what comes on a page of a pull ([`Plan`]).
//!
//! [`parse`] reads the items, [`Needs`] says what must be known of them, whoever stores looks that up in a few batches and
//! fills [`Facts`], and [`judge`] answers one [`Verdict`] per item. Order per item: form → hash → actor → dependencies →
//! right to write → rules of the fields → write.
//!
//! Invariants:
//! - One bad item never changes the verdict on another, except that a change whose dependency was refused lacks it.
//! - A verdict takes the earlier items of the same push into account.
//! - The same items over the same facts get the same verdicts: nothing here reads a clock or draws lots.

mod facts;
mod judge;
mod plan;
mod relay;
mod rules;

pub use facts::{Branch, Doc, Earlier, Facts, GOOD_FAITH_MS, Needs};
pub use judge::{Parsed, Verdict, judge, parse};
pub use plan::{Part, Plan};
pub use relay::Relayed;
