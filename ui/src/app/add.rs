//! The sheet behind the big plus: what can be started from anywhere.

use crate::components::{Button, Icon, Sheet};
use crate::hooks::use_i18n;
use crate::route::{Route, go};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Properties of [`AddSheet`].
#[derive(Properties, PartialEq)]
pub struct AddSheetProps {
    /// Shown.
    pub open: bool,
    /// Something was chosen, or nothing.
    pub onclose: Callback<()>,
}

/// A new customer, a new visit, customers from a file.
#[component]
pub fn AddSheet(props: &AddSheetProps) -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let choose = |route: Route| {
        let (navigator, onclose) = (navigator.clone(), props.onclose.clone());
        Callback::from(move |()| {
            onclose.emit(());
            go(&navigator, route.clone());
        })
    };
    html! {
        <Sheet open={props.open} title={i18n.t("add-title")} onclose={props.onclose.clone()}>
            <div class="stack">
                <Button label={i18n.t("add-customer")} icon={Icon::User} wide=true onclick={choose(Route::NewCustomer)} testid="add-customer" />
                <Button label={i18n.t("add-visit")} icon={Icon::Visit} wide=true onclick={choose(Route::Customers)} testid="add-visit" />
                <Button label={i18n.t("add-import")} icon={Icon::Upload} wide=true onclick={choose(Route::Import)} testid="add-import" />
            </div>
        </Sheet>
    }
}
