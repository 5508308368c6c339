//! A photo, a signature, a voice note: what is known of it. Its bytes are a content ([`crate::blob`]), and come later.

use super::macros::record;

record! {
    /// An attachment of a customer, or of something about her.
    "attachment" v 1 in Parent("customer");
    name: Line [required, search],
    customer: Link("customer") [required, filter],
    about: Link("*") [filter],
    media: Line [filter],
    size: Integer,
    content: Line [required],
    thumbnail: Line,
    author: Link("user") [filter],
    taken_at: Instant [sort],
}
