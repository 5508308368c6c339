//! Checking in from a customer's page: find the position, ask for a reason when it is elsewhere, open the visit.
//!
//! Never blocked: without a position, or out of the radius, the check-in happens and is graded accordingly.

use super::rows::{is, now, pin};
use crate::backend::location::locate;
use crate::backend::{call, new_id};
use crate::components::{Button, ButtonKind, Dialog, Field, Icon, TextInput};
use crate::hooks::{use_i18n, use_query, use_session, use_toasts, use_today};
use crate::i18n::Arg;
use crate::route::{Route, go};
use maydan_core::command::{CheckIn, ListRecords, Record};
use maydan_core::domain::geo::Fix;
use maydan_core::domain::visit::{Grade, grade};
use maydan_core::{Day, RecordId};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Properties of [`CheckInNow`].
#[derive(Properties, PartialEq)]
pub struct CheckInNowProps {
    /// The customer.
    pub customer: Rc<Record>,
}

/// A position that is surely elsewhere, waiting for a reason.
#[derive(Clone, PartialEq)]
struct Elsewhere {
    fix: Fix,
    metres: i64,
}

/// The check-in button and, when needed, the question why.
#[component]
pub fn CheckInNow(props: &CheckInNowProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let session = use_session();
    let today = use_today();
    let navigator = use_navigator();
    let locating = use_state(|| false);
    let elsewhere = use_state(|| None::<Elsewhere>);
    let reason = use_state(String::new);
    let customer = props.customer.id;
    let me = session.user.as_ref().map(|user| user.id);

    // Where she is already there is nothing to arrive at.
    let running = use_query(me.map(|me| running_visit(me, customer)), &["visit"]);
    let to_visit = navigator.clone();

    let arrive = {
        let (toasts, locating) = (toasts.clone(), locating.clone());
        Callback::from(move |(fix, reason): (Option<Fix>, Option<String>)| {
            let (toasts, locating, navigator) = (toasts.clone(), locating.clone(), navigator.clone());
            spawn_local(async move {
                let visit = Some(planned(me, customer, today).await.unwrap_or_else(new_id));
                let answer = call(CheckIn { visit, customer, fix, reason }).await;
                locating.set(false);
                match answer {
                    Ok(checked_in) => go(&navigator, Route::Visit { id: checked_in.revision.id.to_string() }),
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    let start = {
        let (locating, elsewhere, arrive, i18n) = (locating.clone(), elsewhere.clone(), arrive.clone(), i18n.clone());
        let pin = pin(&props.customer.row);
        Callback::from(move |()| {
            if *locating {
                return;
            }
            locating.set(true);
            let (locating, elsewhere, arrive, toasts, i18n) =
                (locating.clone(), elsewhere.clone(), arrive.clone(), toasts.clone(), i18n.clone());
            spawn_local(async move {
                let fix = locate().await.ok();
                if fix.is_none() {
                    toasts.show(i18n.t("page-customer-check-in-no-position"));
                }
                match (grade(fix.as_ref(), pin, None, now()), fix) {
                    ((Grade::OutOfRadius, Some(metres)), Some(fix)) => {
                        locating.set(false);
                        elsewhere.set(Some(Elsewhere { fix, metres }));
                    }
                    (_, fix) => arrive.emit((fix, None)),
                }
            });
        })
    };
    let close = {
        let elsewhere = elsewhere.clone();
        Callback::from(move |()| elsewhere.set(None))
    };
    let confirm = {
        let (elsewhere, reason) = (elsewhere.clone(), reason.clone());
        Callback::from(move |()| {
            let Some(found) = (*elsewhere).clone() else { return };
            if reason.trim().is_empty() {
                return;
            }
            elsewhere.set(None);
            arrive.emit((Some(found.fix), Some(reason.trim().to_owned())));
        })
    };
    let oninput = {
        let reason = reason.clone();
        Callback::from(move |typed: String| reason.set(typed))
    };
    if let Some(id) = running.data.as_ref().and_then(|page| page.lines.first()).map(|line| line.id) {
        let onclick = Callback::from(move |()| go(&to_visit, Route::Visit { id: id.to_string() }));
        let label = i18n.t("page-customer-continue");
        return html! { <Button {label} icon={Icon::Forward} kind={ButtonKind::Primary} {onclick} testid="visit-continue" /> };
    }
    let distance = elsewhere.as_ref().map(|found| i18n.distance(found.metres)).unwrap_or_default();
    let label = i18n.t(if *locating { "page-customer-locating" } else { "page-customer-check-in" });
    html! {
        <>
            <Button {label} icon={Icon::Pin} kind={ButtonKind::Primary} disabled={*locating} onclick={start} testid="visit-check-in" />
            <Dialog open={elsewhere.is_some()} title={i18n.t("page-customer-elsewhere")} onclose={close}>
                <p>{ i18n.ta("page-customer-elsewhere-text", &[("distance", Arg::from(distance))]) }</p>
                <Field label={i18n.t("page-customer-elsewhere-reason")}>
                    <TextInput value={(*reason).clone()} {oninput} onenter={confirm.clone()} autofocus={true} testid="check-in-reason" />
                </Field>
                <Button
                    label={i18n.t("page-customer-check-in-anyway")}
                    kind={ButtonKind::Primary}
                    wide={true}
                    disabled={reason.trim().is_empty()}
                    onclick={confirm}
                    testid="check-in-anyway"
                />
            </Dialog>
        </>
    }
}

/// A visit of this person to the customer that is under way.
fn running_visit(me: RecordId, customer: RecordId) -> ListRecords {
    let filters = vec![is("customer", customer.to_string()), is("rep", me.to_string()), is("status", "checked_in")];
    ListRecords { kind: "visit".to_owned(), filters, limit: 1, ..ListRecords::default() }
}

/// This person's stop at the customer today, so that a check-in uses it instead of making a second visit.
async fn planned(me: Option<RecordId>, customer: RecordId, today: Day) -> Option<RecordId> {
    let filters =
        vec![is("customer", customer.to_string()), is("rep", me?.to_string()), is("day", today.to_string()), is("status", "planned")];
    let page = call(ListRecords { kind: "visit".to_owned(), filters, limit: 1, ..ListRecords::default() }).await.ok()?;
    page.lines.first().map(|line| line.id)
}
