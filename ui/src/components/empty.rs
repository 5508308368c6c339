//! Places with nothing to show: nothing yet, something wrong, or not here yet.

use super::{Button, Icon, IconView};
use crate::hooks::use_i18n;
use maydan_core::Error;
use yew::prelude::*;

/// Properties of [`Empty`].
#[derive(Properties, PartialEq)]
pub struct EmptyProps {
    /// What is missing, as a picture.
    pub icon: Icon,
    /// What is missing.
    pub title: String,
    /// What to do about it.
    #[prop_or_default]
    pub text: String,
    /// A button that does it.
    #[prop_or_default]
    pub action: Html,
}

/// Nothing here yet, and what to do about it.
#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="empty" data-testid="empty">
            <span class="empty-icon"><IconView icon={props.icon} /></span>
            <p class="empty-title">{ props.title.clone() }</p>
            if !props.text.is_empty() {
                <p class="empty-text">{ props.text.clone() }</p>
            }
            <div class="empty-action">{ props.action.clone() }</div>
        </div>
    }
}

/// Properties of [`ErrorBox`].
#[derive(Properties, PartialEq)]
pub struct ErrorBoxProps {
    /// What went wrong.
    pub error: Error,
    /// Tries again, where that makes sense.
    #[prop_or_default]
    pub retry: Option<Callback<()>>,
}

/// What went wrong, in words that say what to do.
#[component]
pub fn ErrorBox(props: &ErrorBoxProps) -> Html {
    let i18n = use_i18n();
    html! {
        <div class="error-box" role="alert" data-testid="error-box">
            <IconView icon={Icon::Warning} />
            <p class="error-box-text">{ i18n.error(&props.error) }</p>
            if let Some(retry) = &props.retry {
                <Button label={i18n.t("component-retry")} icon={Icon::Sync} onclick={retry.clone()} testid="retry" />
            }
        </div>
    }
}

/// Properties of [`Skeleton`].
#[derive(Properties, PartialEq)]
pub struct SkeletonProps {
    /// How many lines to suggest.
    #[prop_or(3)]
    pub lines: u32,
}

/// The shape of what is about to come. Shown only when an answer takes longer than a person notices.
#[component]
pub fn Skeleton(props: &SkeletonProps) -> Html {
    let i18n = use_i18n();
    html! {
        <div class="skeleton" role="status" aria-label={i18n.t("component-loading")} data-testid="skeleton">
            { for (0..props.lines).map(|line| html! { <span key={line} class="skeleton-line"></span> }) }
        </div>
    }
}
