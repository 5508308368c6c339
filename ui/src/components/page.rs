//! The frame of a screen: title, way back, actions, content.

use super::{Icon, IconButton};
use crate::hooks::use_i18n;
use crate::route::{Route, go};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Properties of [`Page`].
#[derive(Properties, PartialEq)]
pub struct PageProps {
    /// What is shown.
    pub title: String,
    /// Where the arrow leads.
    #[prop_or_default]
    pub back: Option<Route>,
    /// Buttons beside the title.
    #[prop_or_default]
    pub actions: Html,
    /// The content, which scrolls below the title.
    #[prop_or_default]
    pub children: Html,
}

/// A screen. Its title is the window's title too.
#[component]
pub fn Page(props: &PageProps) -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let window_title = format!("{} · {}", props.title, i18n.t("component-window"));
    use_effect_with(window_title, |title| gloo::utils::document().set_title(title));
    let back = props.back.clone().map(|route| {
        let onclick = Callback::from(move |()| go(&nav, route.clone()));
        html! { <IconButton icon={Icon::Back} label={i18n.t("component-back")} {onclick} testid="back" /> }
    });
    html! {
        <section class="page">
            <header class="page-header">
                { back }
                <h1 class="page-title" dir="auto" data-testid="page-title">{ props.title.clone() }</h1>
                <div class="page-actions">{ props.actions.clone() }</div>
            </header>
            <div class="page-body">{ props.children.clone() }</div>
        </section>
    }
}
