//! The screens. A page asks through hooks and shows through components; it never talks to the device itself.

mod conflicts;
mod customer;
mod customers;
mod import;
mod new_customer;
mod review;
mod settings;
mod sign_in;
mod sync;
mod today;
mod trip;
mod visit;

pub use conflicts::ConflictsPage;
pub use customer::CustomerPage;
pub use customers::CustomersPage;
pub use import::ImportPage;
pub use new_customer::NewCustomerPage;
pub use review::{ReviewPage, ReviewVisitPage};
pub use settings::SettingsPage;
pub use sign_in::SignInPage;
pub use sync::SyncPage;
pub use today::TodayPage;
pub use trip::{TripPage, ensure_recording};
pub use visit::VisitPage;
