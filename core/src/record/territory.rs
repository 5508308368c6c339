//! A part of the market that a team works: the usual scope of customers.

use super::macros::record;

record! {
    /// A territory; its id is the scope of what lies in it.
    "territory" v 1 in Company;
    name: Line [required, search, sort],
    city: Line [search],
}
