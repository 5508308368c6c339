//! A person who signs in. Passwords and roles live on the server, not here.

use super::macros::record;

record! {
    /// A person of the company.
    "user" v 1 in Company;
    name: Line [required, search, sort],
    phone: Phone [search],
    email: Email [search],
    role: Choice("admin", "manager", "back_office", "rep", "auditor") [filter],
}
