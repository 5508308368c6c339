//! A customer's profile: every field edited in place, remarks typed together.

use super::prose::ProseBox;
use super::rows::text;
use super::territory::TerritoryField;
use crate::components::InlineEdit;
use crate::hooks::use_i18n;
use crate::i18n::I18n;
use crate::records::{field_type, form_fields};
use maydan_core::FieldType;
use maydan_core::command::Record;
use std::rc::Rc;
use yew::prelude::*;

/// The field that the page's header lets one edit already.
const IN_HEADER: &str = "name";

/// Properties of [`Overview`].
#[derive(Properties, PartialEq)]
pub struct OverviewProps {
    /// The customer.
    pub record: Rc<Record>,
}

/// The profile.
#[component]
pub fn Overview(props: &OverviewProps) -> Html {
    let i18n = use_i18n();
    let record = &props.record;
    let is_prose = |field: &String| field_type("customer", field) == Some(FieldType::Prose);
    let (wide, narrow): (Vec<String>, Vec<String>) = form_fields("customer").into_iter().filter(|f| f != IN_HEADER).partition(is_prose);
    let shown = |field: String| {
        let ty = field_type("customer", &field);
        let wide = ty == Some(FieldType::Prose);
        html! {
            <div class={classes!("p1-profile-field", wide.then_some("p1-profile-wide"))} key={field.clone()} data-testid={format!("customer-field-{field}")}>
                <dt class="p1-label">{ i18n.label("customer", &field) }</dt>
                <dd>{ control(&i18n, record, &field, ty.as_ref()) }</dd>
            </div>
        }
    };
    html! {
        <dl class="p1-profile">
            { for narrow.into_iter().map(shown) }
            <TerritoryField record={record.clone()} />
            { for wide.into_iter().map(shown) }
        </dl>
    }
}

fn control(i18n: &I18n, record: &Rc<Record>, field: &str, ty: Option<&FieldType>) -> Html {
    let value = record.row.get(field).cloned().unwrap_or_default();
    match ty {
        Some(FieldType::Prose) => html! {
            <ProseBox
                record={record.id}
                field={AttrValue::from(field.to_owned())}
                text={text(&record.row, field).to_owned()}
                heads={record.heads.clone()}
                label={i18n.label("customer", field)}
                testid="customer-prose"
            />
        },
        _ => html! {
            <InlineEdit kind="customer" field={AttrValue::from(field.to_owned())} {value} record={record.id} base={record.heads.clone()} />
        },
    }
}
