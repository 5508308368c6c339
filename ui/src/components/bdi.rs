//! Isolation of names, phones and codes from the direction of the sentence around them.

use yew::prelude::*;

/// Properties of [`Bdi`].
#[derive(Properties, PartialEq)]
pub struct BdiProps {
    /// What to isolate.
    #[prop_or_default]
    pub children: Html,
}

/// Text whose own direction must not disturb its neighbours.
#[component]
pub fn Bdi(props: &BdiProps) -> Html {
    html! { <bdi>{ props.children.clone() }</bdi> }
}
