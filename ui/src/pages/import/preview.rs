//! A file as it was read: the guesses, its first rows under the fields that they fill, the rows that can't be read.

use super::guess::has_name;
use super::layout::Reading;
use super::outcome::Problems;
use crate::components::{Button, ButtonKind, Field, Icon, Select};
use crate::hooks::{Territory, use_i18n, use_territories};
use maydan_core::command::ImportPreview;
use maydan_core::import::Layout;
use maydan_core::{FieldType, Registry, ScopeId};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Preview`].
#[derive(Properties, PartialEq)]
pub struct PreviewProps {
    /// What was made of the file.
    pub preview: Rc<ImportPreview>,
    /// A correction, and whether it makes another header of the file.
    pub onlayout: Callback<(Layout, bool)>,
    /// Brings the rows into a territory; the person's own first when there is none.
    pub ongo: Callback<Option<ScopeId>>,
}

/// What will be brought in.
#[component]
pub fn Preview(props: &PreviewProps) -> Html {
    let i18n = use_i18n();
    let territory = use_state_eq(|| None::<ScopeId>);
    let territories = use_territories();
    let own: Vec<(AttrValue, String)> =
        territories.iter().flatten().filter(|territory| territory.is_writable()).map(Territory::option).collect();
    let preview = &props.preview;
    let good = preview.rows.saturating_sub(preview.bad_rows);
    let onterritory = {
        let territory = territory.clone();
        Callback::from(move |id: String| territory.set(id.parse::<ScopeId>().ok()))
    };
    // One choice is no question; among several nobody but the person knows. Until they are here nobody knows which it is.
    let several = own.len() > 1;
    let only = own.first().filter(|_| !several).and_then(|(id, _)| id.parse().ok());
    let chosen = (*territory).or(only);
    let go = {
        let scope = chosen;
        props.ongo.reform(move |()| scope)
    };
    html! {
        <>
            <Reading layout={preview.layout.clone()} onlayout={props.onlayout.clone()} />
            <Columns preview={preview.clone()} onlayout={props.onlayout.clone()} />
            <Problems errors={preview.errors.clone()} total={preview.bad_rows} />
            if several {
                <div class="p2-form">
                    <Field label={i18n.t("page-import-territory")}>
                        <Select
                            value={AttrValue::from(chosen.map(|scope| scope.to_string()).unwrap_or_default())}
                            options={std::iter::once((AttrValue::Static(""), i18n.t("page-import-territory-choose"))).chain(own).collect::<Vec<_>>()}
                            onchange={onterritory}
                            testid="import-territory"
                        />
                    </Field>
                </div>
            }
            <Button
                label={i18n.ta("page-import-go", &[("count", good.into())])}
                icon={Some(Icon::Upload)}
                kind={ButtonKind::Primary}
                disabled={good == 0 || territories.is_none() || (several && chosen.is_none())}
                wide={true}
                onclick={go}
                testid="import-go"
            />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ColumnsProps {
    preview: Rc<ImportPreview>,
    onlayout: Callback<(Layout, bool)>,
}

/// The first rows, and above each column the field that it fills.
#[component]
fn Columns(props: &ColumnsProps) -> Html {
    let i18n = use_i18n();
    let nameless = use_state_eq(|| false);
    let preview = &props.preview;
    let fields: Vec<(AttrValue, String)> = std::iter::once((AttrValue::Static(""), i18n.t("page-import-ignore")))
        .chain(importable().into_iter().map(|field| (AttrValue::from(field.clone()), i18n.label("customer", &field))))
        .collect();
    let chosen = |place: usize| preview.layout.columns.get(place).cloned().flatten().unwrap_or_default();
    let onchange = |place: usize| {
        let (preview, onlayout, nameless) = (preview.clone(), props.onlayout.clone(), nameless.clone());
        Callback::from(move |field: String| {
            let layout = assign(&preview, place, field);
            let named = has_name(&layout.columns);
            nameless.set(!named);
            // Without names nothing can be read: the device would only refuse.
            if named {
                onlayout.emit((layout, false));
            }
        })
    };
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-import-columns") }</h2>
            if *nameless {
                <p class="p2-notice" role="alert">{ i18n.t("page-import-nameless") }</p>
            }
            <div class="p2-table" tabindex="0" role="region" aria-label={i18n.t("page-import-columns")}>
                <table>
                    <thead>
                        <tr>
                            { for preview.header.iter().enumerate().map(|(place, cell)| html! {
                                <th key={place} scope="col">
                                    <bdi dir="auto">{ cell.clone() }</bdi>
                                    <Select
                                        value={AttrValue::from(chosen(place))}
                                        options={fields.clone()}
                                        onchange={onchange(place)}
                                        testid="import-column"
                                    />
                                </th>
                            }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for preview.sample.iter().enumerate().map(|(place, row)| html! {
                            <tr key={place}>{ for row.iter().map(|cell| html! { <td><bdi dir="auto">{ cell.clone() }</bdi></td> }) }</tr>
                        }) }
                    </tbody>
                </table>
            </div>
            <p class="muted">{ i18n.ta("page-import-rows", &[("count", preview.rows.into())]) }</p>
        </section>
    }
}

/// The layout with `field` (or nothing) in that column; a field fills from one column only.
fn assign(preview: &ImportPreview, place: usize, field: String) -> Layout {
    let mut layout = preview.layout.clone();
    layout.columns.resize(preview.header.len().max(layout.columns.len()), None);
    let field = (!field.is_empty()).then_some(field);
    for column in &mut layout.columns {
        if *column == field {
            *column = None;
        }
    }
    if let Some(column) = layout.columns.get_mut(place) {
        *column = field;
    }
    layout
}

/// The customer fields that a cell of a table can hold.
fn importable() -> Vec<String> {
    let registry = Registry::declared();
    let Ok(customer) = registry.get("customer") else { return Vec::new() };
    let fits = |ty: &FieldType| matches!(ty, FieldType::Line | FieldType::Phone | FieldType::Email | FieldType::Prose | FieldType::Real);
    customer.fields.iter().filter(|field| fits(&field.ty)).map(|field| field.name.clone().into_owned()).collect()
}
