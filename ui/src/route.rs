//! The addresses of screens. They live behind `#`, so that a window of the app and any static host serve them alike.

use yew_router::prelude::*;

/// A screen.
#[derive(Debug, Clone, PartialEq, Routable)]
pub enum Route {
    /// Where the app opens: today.
    #[at("/")]
    Home,
    /// The day's visits and tasks.
    #[at("/today")]
    Today,
    /// All customers.
    #[at("/customers")]
    Customers,
    /// A form for a new customer.
    #[at("/customers/new")]
    NewCustomer,
    /// One customer.
    #[at("/customers/:id")]
    Customer {
        /// Her record.
        id: String,
    },
    /// One visit.
    #[at("/visits/:id")]
    Visit {
        /// Its record.
        id: String,
    },
    /// The shift on the road.
    #[at("/trip")]
    Trip,
    /// Visits that wait for a manager.
    #[at("/review")]
    Review,
    /// One of them.
    #[at("/review/:id")]
    ReviewVisit {
        /// Its record.
        id: String,
    },
    /// The queue of unsent work.
    #[at("/sync")]
    Sync,
    /// Fields with two values.
    #[at("/conflicts")]
    Conflicts,
    /// Choices of this person on this device.
    #[at("/settings")]
    Settings,
    /// Bringing customers in from a file.
    #[at("/import")]
    Import,
    /// No such screen.
    #[not_found]
    #[at("/not-found")]
    NotFound,
}

impl Route {
    /// The entry of the navigation under which this screen lies.
    pub fn section(&self) -> Self {
        match self {
            Self::Home | Self::Today | Self::Visit { .. } => Self::Today,
            Self::Customers | Self::NewCustomer | Self::Customer { .. } => Self::Customers,
            Self::Review | Self::ReviewVisit { .. } => Self::Review,
            Self::Sync | Self::Conflicts => Self::Sync,
            other => other.clone(),
        }
    }

    /// What an anchor points to.
    pub fn href(&self) -> String {
        format!("#{}", self.to_path())
    }
}

/// Goes to a screen.
#[expect(clippy::needless_pass_by_value, reason = "a route is made for the call")]
pub fn go(navigator: &Option<Navigator>, route: Route) {
    if let Some(navigator) = navigator {
        navigator.push(&route);
    }
}
