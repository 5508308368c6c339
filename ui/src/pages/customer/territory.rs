//! Where a customer lies, and moving her to another territory.

use crate::backend::call;
use crate::components::{Bdi, Button, ButtonKind, Dialog, Field, Select};
use crate::hooks::{Territory, use_i18n, use_territories, use_toasts};
use crate::i18n::Arg;
use maydan_core::command::{Level, MoveRecord, Record};
use maydan_core::{RecordId, ScopeId};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Properties of [`TerritoryField`].
#[derive(Properties, PartialEq)]
pub struct TerritoryFieldProps {
    /// The customer.
    pub record: Rc<Record>,
}

/// The territory, and for its manager a way into another one.
#[component]
pub fn TerritoryField(props: &TerritoryFieldProps) -> Html {
    let i18n = use_i18n();
    let open = use_state_eq(|| false);
    let Some(territories) = use_territories() else { return Html::default() };
    let Some(here) = territories.iter().find(|territory| territory.scope == props.record.scope).cloned() else {
        return Html::default();
    };
    let others: Vec<Territory> = territories.into_iter().filter(|other| other.is_writable() && other.scope != here.scope).collect();
    let may_move = here.level >= Some(Level::Manage) && !others.is_empty();
    let (show, close) = {
        let (on, off) = (open.clone(), open.clone());
        (Callback::from(move |()| on.set(true)), Callback::from(move |()| off.set(false)))
    };
    html! {
        <div class="p1-profile-field" data-testid="customer-territory">
            <dt class="p1-label">{ i18n.t("page-customer-territory") }</dt>
            <dd class="row">
                <Bdi>{ here.name.clone() }</Bdi>
                if may_move {
                    <Button label={i18n.t("page-customer-move")} kind={ButtonKind::Quiet} onclick={show} testid="customer-move" />
                    <Dialog open={*open} title={i18n.t("page-customer-move-title")} onclose={close.clone()}>
                        <Choice customer={props.record.id} {here} {others} done={close} />
                    </Dialog>
                }
            </dd>
        </div>
    }
}

/// Properties of [`Choice`].
#[derive(Properties, PartialEq)]
struct ChoiceProps {
    customer: RecordId,
    here: Territory,
    others: Vec<Territory>,
    done: Callback<()>,
}

/// The question where to.
#[component]
fn Choice(props: &ChoiceProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let chosen = use_state_eq(|| props.others.first().map(|other| other.scope));
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |id: String| chosen.set(id.parse::<ScopeId>().ok()))
    };
    let onclick = {
        let (i18n, id, here, others, done) = (i18n.clone(), props.customer, props.here.clone(), props.others.clone(), props.done.clone());
        let chosen = chosen.clone();
        Callback::from(move |()| {
            let Some(to) = others.iter().find(|other| Some(other.scope) == *chosen).cloned() else { return };
            let (toasts, here) = (toasts.clone(), here.clone());
            let said = i18n.ta("page-customer-moved", &[("territory", Arg::from(to.name.clone()))]);
            done.emit(());
            spawn_local(async move {
                if let Err(error) = call(MoveRecord { id, to: to.scope }).await {
                    toasts.error(&error);
                } else if to.level >= Some(Level::Manage) {
                    let on_failure = toasts.clone();
                    let undo = Callback::from(move |()| {
                        let (toasts, to) = (on_failure.clone(), here.scope);
                        spawn_local(async move {
                            if let Err(error) = call(MoveRecord { id, to }).await {
                                toasts.error(&error);
                            }
                        });
                    });
                    toasts.undo(said, undo);
                } else {
                    // Who does not manage the other territory can't take it back.
                    toasts.show(said);
                }
            });
        })
    };
    let value = chosen.map(|scope| scope.to_string()).unwrap_or_default();
    let options: Vec<(AttrValue, String)> = props.others.iter().map(Territory::option).collect();
    html! {
        <>
            <p>{ i18n.ta("page-customer-move-text", &[("territory", Arg::from(props.here.name.clone()))]) }</p>
            <Field label={i18n.t("page-customer-move-to")}>
                <Select {value} {options} {onchange} testid="customer-move-to" />
            </Field>
            <Button label={i18n.t("page-customer-move-now")} kind={ButtonKind::Primary} wide={true} {onclick} testid="customer-move-now" />
        </>
    }
}
