//! A visit to a customer: planned, checked in, checked out, submitted, approved or returned.

use super::macros::record;

record! {
    /// A visit. Its status is derived from appended events (see [`crate::domain::visit`]), never set.
    "visit" v 1 in Parent("customer");
    customer: Link("customer") [required, filter],
    rep: Link("user") [filter],
    reason: Line [search],
    report: Prose [search],
    events: Events,
    status: DerivedChoice("planned", "checked_in", "checked_out", "submitted", "approved", "returned") [filter],
    day: DerivedDay [sort, filter],
    position: DerivedInteger,
    checked_in_at: DerivedInstant [sort],
    checked_out_at: DerivedInstant,
    submitted_at: DerivedInstant [sort],
    grade: DerivedChoice("verified", "doubtful", "out_of_radius") [filter],
    distance: DerivedInteger,
    comment: DerivedLine,
    changed_after_approval: DerivedBool,
}
