//! Text as people here type it: folded for search, phones in every writing.

mod fold;
mod phone;
mod plural;

pub use fold::{bare_tokens, digits, fold};
pub use phone::{Phone, phone_search_forms};
pub use plural::arabic_plural;
