//! A customer, as reps and back-office know her.

use super::macros::record;

record! {
    /// A shop, a company or a person who buys.
    "customer" v 1 in Territory;
    name: Line [required, search, sort],
    other_name: Line [search],
    phone: Phone [search],
    other_phone: Phone [search],
    email: Email [search],
    city: Line [search, sort, filter],
    address: Line [search],
    activity: Line [search, filter],
    latitude: Real,
    longitude: Real,
    tags: Tags [search],
    language: Choice("ar", "en"),
    status: Choice("active", "archived") [filter],
    owner: Link("user") [filter],
    reference: Line [search, filter],
    remarks: Prose [search],
}
