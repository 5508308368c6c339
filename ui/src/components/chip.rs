//! A small label that says a state.

use super::{Icon, IconView};
use yew::prelude::*;

/// What a colour means. Colour never says it alone: the words do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// A plain fact.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// Somebody should look.
    Warn,
    /// Somebody must act.
    Bad,
    /// Under way.
    Accent,
}

impl Tone {
    /// The class that carries the colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
            Self::Accent => "tone-accent",
        }
    }
}

/// Properties of [`Chip`].
#[derive(Properties, PartialEq)]
pub struct ChipProps {
    /// Its words.
    pub label: String,
    /// What its colour means.
    #[prop_or_default]
    pub tone: Tone,
    /// An icon in place of the dot.
    #[prop_or_default]
    pub icon: Option<Icon>,
}

/// A small label with a dot or an icon.
#[component]
pub fn Chip(props: &ChipProps) -> Html {
    html! {
        <span class={classes!("chip", props.tone.class())}>
            if let Some(icon) = props.icon {
                <IconView {icon} />
            } else if props.tone != Tone::Neutral {
                <span class="chip-dot" aria-hidden="true"></span>
            }
            <span class="chip-label">{ props.label.clone() }</span>
        </span>
    }
}
