//! What pages and components use to ask, to write and to know what is going on.
//!
//! Invariant: a hook gives back the last known state at once and never blocks; news comes as another rendering.

mod context;
mod key;
mod mutation;
mod offers;
mod query;
mod territories;
mod toasts;
mod today;

pub use crate::i18n::use_i18n;
pub use crate::prefs::use_prefs;
pub use context::{use_session, use_sync_status};
pub use key::use_key;
pub use mutation::use_command;
pub use offers::{is_installed, take_install, take_update, use_offers};
pub use query::{Query, use_query};
pub use territories::{Territory, use_territories};
pub use toasts::{Toast, ToastList, ToastText, Toasts, use_toasts};
pub use today::use_today;
