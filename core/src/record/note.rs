//! What was said and seen about a customer.

use super::macros::record;

record! {
    /// A note about a customer; colleagues may type in it at once.
    "note" v 1 in Parent("customer");
    customer: Link("customer") [required, filter],
    body: Prose [search],
    author: Link("user") [filter],
    written_at: Instant [sort],
}
