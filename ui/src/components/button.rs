//! Buttons: with words, or with an icon alone.

use super::{Icon, IconView, test_hook};
use yew::prelude::*;

/// How much a button asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// One of several things.
    #[default]
    Plain,
    /// Seldom wanted; no border.
    Quiet,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button-primary",
            Self::Plain => "button-plain",
            Self::Quiet => "button-quiet",
            Self::Danger => "button-danger",
        }
    }
}

/// Properties of [`Button`].
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// Its words.
    pub label: String,
    /// An icon before the words.
    #[prop_or_default]
    pub icon: Option<Icon>,
    /// How much it asks for.
    #[prop_or_default]
    pub kind: ButtonKind,
    /// Not possible now.
    #[prop_or_default]
    pub disabled: bool,
    /// As wide as its container.
    #[prop_or_default]
    pub wide: bool,
    /// Pressed.
    #[prop_or_default]
    pub onclick: Callback<()>,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// A button with words.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let onclick = props.onclick.reform(|_: MouseEvent| ());
    let class = classes!("button", props.kind.class(), props.wide.then_some("button-wide"));
    html! {
        <button type="button" {class} disabled={props.disabled} {onclick} data-testid={test_hook(props.testid)}>
            if let Some(icon) = props.icon {
                <IconView {icon} />
            }
            <span class="button-label">{ props.label.clone() }</span>
        </button>
    }
}

/// Properties of [`IconButton`].
#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// What it shows.
    pub icon: Icon,
    /// What it says to screen readers and under the pointer.
    pub label: String,
    /// Pressed.
    #[prop_or_default]
    pub onclick: Callback<()>,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// A button with an icon alone.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    let onclick = props.onclick.reform(|_: MouseEvent| ());
    html! {
        <button
            type="button"
            class="icon-button"
            aria-label={props.label.clone()}
            title={props.label.clone()}
            {onclick}
            data-testid={test_hook(props.testid)}
        >
            <IconView icon={props.icon} />
        </button>
    }
}
