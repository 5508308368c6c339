//! Chips for the words that a visit's life is told in.

use super::{Chip, Icon, Tone};
use crate::hooks::use_i18n;
use yew::prelude::*;

/// Properties of [`StatusChip`].
#[derive(Properties, PartialEq)]
pub struct StatusChipProps {
    /// The status word of a visit, as rows carry it.
    pub status: AttrValue,
}

/// Where a visit stands.
#[component]
pub fn StatusChip(props: &StatusChipProps) -> Html {
    let i18n = use_i18n();
    let (tone, icon) = match props.status.as_str() {
        "checked_in" => (Tone::Accent, Some(Icon::Pin)),
        "checked_out" => (Tone::Warn, None),
        "submitted" => (Tone::Accent, None),
        "approved" => (Tone::Good, Some(Icon::Check)),
        "returned" => (Tone::Bad, Some(Icon::Undo)),
        _ => (Tone::Neutral, None),
    };
    html! { <Chip label={i18n.choice("visit", "status", &props.status)} {tone} {icon} /> }
}

/// Properties of [`GradeChip`].
#[derive(Properties, PartialEq)]
pub struct GradeChipProps {
    /// The grade word of a check-in, as rows carry it.
    pub grade: AttrValue,
    /// Metres from the customer's pin, where both are known.
    #[prop_or_default]
    pub distance: Option<i64>,
}

/// How well a check-in proves presence, and how far from the customer it was.
#[component]
pub fn GradeChip(props: &GradeChipProps) -> Html {
    let i18n = use_i18n();
    let (tone, icon) = match props.grade.as_str() {
        "verified" => (Tone::Good, Icon::Check),
        "doubtful" => (Tone::Warn, Icon::Warning),
        _ => (Tone::Bad, Icon::Warning),
    };
    let grade = i18n.choice("visit", "grade", &props.grade);
    let label = match props.distance {
        Some(metres) => format!("{grade} · {}", i18n.distance(metres)),
        None => grade,
    };
    html! { <Chip {label} {tone} {icon} /> }
}
