//! The head of a customer's page: her names, where she stands, ways to reach her.

use super::contact::ContactLinks;
use super::rows::text;
use crate::components::{Avatar, Bdi, Chip, Icon, InlineEdit, Tone};
use crate::hooks::use_i18n;
use maydan_core::Value;
use maydan_core::command::Record;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`CustomerHeader`].
#[derive(Properties, PartialEq)]
pub struct CustomerHeaderProps {
    /// The customer.
    pub record: Rc<Record>,
}

/// Names edited in place, chips, contact buttons.
#[component]
pub fn CustomerHeader(props: &CustomerHeaderProps) -> Html {
    let i18n = use_i18n();
    let record = &props.record;
    let row = &record.row;
    let value = |field: &str| row.get(field).cloned().unwrap_or_default();
    let archived = text(row, "status") == "archived";
    let facts = ["activity", "city"].into_iter().map(|field| text(row, field)).filter(|fact| !fact.is_empty());
    let tags = match row.get("tags") {
        Some(Value::Tags(words)) => words.clone(),
        _ => Vec::new(),
    };
    html! {
        <header class="p1-customer-header">
            <Avatar name={text(row, "name").to_owned()} />
            <div class="p1-grow">
                <div class="p1-customer-name" role="heading" aria-level="2" data-testid="customer-name">
                    <InlineEdit kind="customer" field="name" value={value("name")} record={record.id} base={record.heads.clone()} />
                </div>
                if !text(row, "other_name").is_empty() {
                    <div class="muted"><Bdi>{ text(row, "other_name").to_owned() }</Bdi></div>
                }
                <div class="p1-chips">
                    if archived {
                        <Chip label={i18n.choice("customer", "status", "archived")} tone={Tone::Warn} />
                    }
                    { for facts.map(|fact| html! { <Chip label={fact.to_owned()} tone={Tone::Neutral} /> }) }
                    { for tags.into_iter().map(|tag| html! { <Chip label={tag} tone={Tone::Accent} /> }) }
                    if record.pending {
                        <Chip label={i18n.t("page-customer-pending")} tone={Tone::Neutral} icon={Icon::Upload} />
                    }
                </div>
            </div>
            <ContactLinks row={row.clone()} />
        </header>
    }
}
