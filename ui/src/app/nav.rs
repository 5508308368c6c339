//! The ways from screen to screen: one entry, shown in the rail, in the bottom bar and in the sheet of further screens.

use crate::components::{Icon, IconView};
use crate::route::{Route, go};
use yew::prelude::*;
use yew_router::prelude::{use_navigator, use_route};

/// A screen that the navigation names.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The screen.
    pub route: Route,
    /// Its picture.
    pub icon: Icon,
    /// The key of its name; also the hook for tests.
    pub name: &'static str,
}

/// The screens that the rail names, for one who reviews or not.
pub fn entries(reviews: bool) -> Vec<Entry> {
    let entry = |route, icon, name| Entry { route, icon, name };
    let mut all = vec![
        entry(Route::Today, Icon::Today, "nav-today"),
        entry(Route::Customers, Icon::Customers, "nav-customers"),
        entry(Route::Trip, Icon::Trip, "nav-trip"),
    ];
    if reviews {
        all.push(entry(Route::Review, Icon::Review, "nav-review"));
    }
    all.extend([
        entry(Route::Sync, Icon::Sync, "nav-sync"),
        entry(Route::Import, Icon::Upload, "nav-import"),
        entry(Route::Settings, Icon::Settings, "nav-settings"),
    ]);
    all
}

/// Properties of [`NavLink`].
#[derive(Properties, PartialEq)]
pub struct NavLinkProps {
    /// Where it leads.
    pub route: Route,
    /// Its picture.
    pub icon: Icon,
    /// Its name, in the person's language.
    pub label: String,
    /// How it looks.
    pub class: &'static str,
    /// A hook for tests.
    pub testid: String,
    /// It was followed.
    #[prop_or_default]
    pub onfollow: Callback<()>,
}

/// A link that knows whether its screen is shown.
#[component]
pub fn NavLink(props: &NavLinkProps) -> Html {
    let navigator = use_navigator();
    let here = use_route::<Route>().is_some_and(|route| route.section() == props.route.section());
    let onclick = {
        let (route, onfollow) = (props.route.clone(), props.onfollow.clone());
        Callback::from(move |event: MouseEvent| {
            onfollow.emit(());
            // With a modifier the person wants a new tab or window.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                go(&navigator, route.clone());
            }
        })
    };
    html! {
        <a
            href={props.route.href()}
            class={classes!(props.class, here.then_some("active"))}
            aria-current={here.then_some("page")}
            {onclick}
            data-testid={props.testid.clone()}
        >
            <IconView icon={props.icon} />
            <span>{ props.label.clone() }</span>
        </a>
    }
}
