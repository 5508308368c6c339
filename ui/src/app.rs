//! The app's root: what every screen stands on, from the choices of the person down to the screen of an address.

mod add;
mod device;
mod nav;
mod offers;
mod shell;
mod shortcuts;
mod toast;

use crate::components::{Button, ButtonKind, Empty, Icon, Page};
use crate::hooks::use_i18n;
use crate::pages::{
    ConflictsPage, CustomerPage, CustomersPage, ImportPage, NewCustomerPage, ReviewPage, ReviewVisitPage, SettingsPage, SyncPage,
    TodayPage, TripPage, VisitPage,
};
use crate::prefs::PrefsProvider;
use crate::route::{Route, go};
use device::Device;
use toast::ToastProvider;
use yew::prelude::*;
use yew_router::prelude::*;

/// Everything.
#[component]
pub fn App() -> Html {
    html! {
        <PrefsProvider>
            <ToastProvider>
                <HashRouter>
                    <Device />
                </HashRouter>
            </ToastProvider>
        </PrefsProvider>
    }
}

/// The screen of an address. A record's id is its key: another record starts with a fresh state.
fn screen(route: Route) -> Html {
    match route {
        Route::Home | Route::Today => html! { <TodayPage /> },
        Route::Customers => html! { <CustomersPage /> },
        Route::NewCustomer => html! { <NewCustomerPage /> },
        Route::Customer { id } => html! { <CustomerPage id={id.clone()} key={id} /> },
        Route::Visit { id } => html! { <VisitPage id={id.clone()} key={id} /> },
        Route::Trip => html! { <TripPage /> },
        Route::Review => html! { <ReviewPage /> },
        Route::ReviewVisit { id } => html! { <ReviewVisitPage id={id.clone()} key={id} /> },
        Route::Sync => html! { <SyncPage /> },
        Route::Conflicts => html! { <ConflictsPage /> },
        Route::Settings => html! { <SettingsPage /> },
        Route::Import => html! { <ImportPage /> },
        Route::NotFound => html! { <NotFoundPage /> },
    }
}

/// An address that leads nowhere.
#[component]
fn NotFoundPage() -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let onclick = Callback::from(move |()| go(&nav, Route::Today));
    let action = html! {
        <Button label={i18n.t("not-found-action")} kind={ButtonKind::Primary} {onclick} testid="not-found-today" />
    };
    html! {
        <Page title={i18n.t("not-found-title")}>
            <Empty icon={Icon::Search} title={i18n.t("not-found-title")} text={i18n.t("not-found-text")} {action} />
        </Page>
    }
}
