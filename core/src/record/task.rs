//! A thing to do by a day, for a person, about a customer.

use super::macros::record;

record! {
    /// A task.
    "task" v 1 in Parent("customer");
    title: Line [required, search, sort],
    customer: Link("customer") [required, filter],
    body: Prose [search],
    assignee: Link("user") [filter],
    due: Day [sort, filter],
    priority: Choice("low", "normal", "high") [filter],
    done_at: Instant [sort],
}
