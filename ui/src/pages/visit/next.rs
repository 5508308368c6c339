//! The next step of a visit, as one big button.

use super::check_in::CheckInStep;
use super::report::Saver;
use crate::backend::location::locate;
use crate::components::{Button, ButtonKind, Icon};
use crate::hooks::{use_command, use_i18n, use_toasts};
use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use maydan_core::RecordId;
use maydan_core::command::{CheckOut, Revision, SubmitVisit};
use maydan_core::domain::geo::{Fix, Point};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Leaving waits this long for a position, milliseconds: whoever leaves is in a hurry.
const PATIENCE_MS: u32 = 4_000;

/// Properties of [`NextStep`].
#[derive(Properties, PartialEq)]
pub struct NextStepProps {
    /// The visit.
    pub visit: RecordId,
    /// The customer.
    pub customer: RecordId,
    /// The customer's pin, if there is one.
    pub pin: Option<Point>,
    /// Where the visit stands.
    pub status: AttrValue,
    /// The report, which goes to the disk before a step is taken.
    pub saver: Saver,
}

/// What is to be done now; a sentence when there is nothing to do.
#[component]
pub fn NextStep(props: &NextStepProps) -> Html {
    let i18n = use_i18n();
    let NextStepProps { visit, customer, pin, .. } = *props;
    match props.status.as_str() {
        "" | "planned" => html! { <CheckInStep {visit} {customer} {pin} /> },
        "checked_in" => html! { <CheckOutStep {visit} saver={props.saver.clone()} /> },
        "checked_out" => html! { <SubmitStep {visit} saver={props.saver.clone()} again={false} /> },
        "returned" => html! { <SubmitStep {visit} saver={props.saver.clone()} again={true} /> },
        "submitted" => html! { <p class="p2-notice">{ i18n.t("page-visit-waits") }</p> },
        _ => Html::default(),
    }
}

#[derive(Properties, PartialEq)]
struct CheckOutStepProps {
    visit: RecordId,
    saver: Saver,
}

#[component]
fn CheckOutStep(props: &CheckOutStepProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let leaving = use_state(|| false);
    let check_out = use_command::<CheckOut>(Callback::from(|_: Revision| ()));
    let onclick = {
        let (visit, saver, leaving) = (props.visit, props.saver.clone(), leaving.clone());
        Callback::from(move |()| {
            leaving.set(true);
            let (saver, leaving, check_out, toasts) = (saver.clone(), leaving.clone(), check_out.clone(), toasts.clone());
            spawn_local(async move {
                if let Err(error) = saver.save().await {
                    toasts.error(&error);
                }
                check_out.emit(CheckOut { visit, fix: soon().await });
                leaving.set(false);
            });
        })
    };
    html! {
        <div class="p2-next big-button">
            <Button
                label={i18n.t(if *leaving { "page-visit-locating" } else { "page-visit-check-out" })}
                icon={Some(Icon::Forward)}
                kind={ButtonKind::Primary}
                disabled={*leaving}
                wide={true}
                {onclick}
                testid="visit-check-out"
            />
        </div>
    }
}

/// A position, if there is one soon.
async fn soon() -> Option<Fix> {
    match select(Box::pin(locate()), Box::pin(TimeoutFuture::new(PATIENCE_MS))).await {
        Either::Left((found, _)) => found.ok(),
        Either::Right(_) => None,
    }
}

#[derive(Properties, PartialEq)]
struct SubmitStepProps {
    visit: RecordId,
    saver: Saver,
    again: bool,
}

#[component]
fn SubmitStep(props: &SubmitStepProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submit = {
        let toasts = toasts.clone();
        let words = i18n.t("page-visit-submitted");
        use_command::<SubmitVisit>(Callback::from(move |_: Revision| toasts.show(words.clone())))
    };
    let onclick = {
        let (visit, saver) = (props.visit, props.saver.clone());
        Callback::from(move |()| {
            let (saver, submit, toasts) = (saver.clone(), submit.clone(), toasts.clone());
            spawn_local(async move {
                match saver.save().await {
                    Ok(()) => submit.emit(SubmitVisit { visit }),
                    // A report that is not on the disk is not handed in: the manager would read an older one.
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    html! {
        <div class="p2-next big-button">
            <Button
                label={i18n.t(if props.again { "page-visit-submit-again" } else { "page-visit-submit" })}
                icon={Some(Icon::Upload)}
                kind={ButtonKind::Primary}
                wide={true}
                {onclick}
                testid="visit-submit"
            />
        </div>
    }
}
