//! Links to people and territories: the name of the one, and a list of all.

use super::control::{ControlProps, list};
use super::text::all_of;
use crate::hooks::{use_i18n, use_query};
use crate::records::title_of;
use maydan_core::command::GetRecord;
use maydan_core::{FieldType, RecordId};
use yew::prelude::*;

/// Kinds whose changes make a name out of date.
fn topics(kind: &str) -> &'static [&'static str] {
    match kind {
        "user" => &["user"],
        "territory" => &["territory"],
        "customer" => &["customer"],
        _ => &[],
    }
}

/// Properties of [`LinkName`].
#[derive(Properties, PartialEq)]
pub(super) struct LinkNameProps {
    /// The kind of the linked record.
    pub kind: String,
    /// Its id, as rows carry it.
    pub id: String,
}

/// The title of a linked record.
#[component]
pub(super) fn LinkName(props: &LinkNameProps) -> Html {
    let request = props.id.parse::<RecordId>().ok().map(|id| GetRecord { id });
    let found = use_query(request, topics(&props.kind));
    let name = found.data.as_ref().and_then(|record| title_of(&record.kind, &record.row));
    html! { <bdi>{ name.unwrap_or_default() }</bdi> }
}

/// All records that the link may point to.
#[component]
pub(super) fn LinkControl(props: &ControlProps) -> Html {
    let i18n = use_i18n();
    let kind = match &props.field.ty {
        FieldType::Link(kind) => kind.to_string(),
        _ => String::new(),
    };
    let found = use_query((!kind.is_empty()).then(|| all_of(&kind)), topics(&kind));
    let options = found.data.as_ref().map(|page| {
        let named = page.lines.iter().filter_map(|line| Some((line.id.to_string(), title_of(&kind, &line.row)?)));
        named.collect::<Vec<_>>()
    });
    list(props, &i18n, options.unwrap_or_default())
}
