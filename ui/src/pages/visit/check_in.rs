//! "I am here": finds the position, grades it here and now, and asks for a reason when the rep is surely elsewhere.
//!
//! Invariant: nothing blocks a check-in. Whoever does not want to wait for a fix, or gets none, checks in without one.

use crate::backend::location::locate;
use crate::components::{Button, ButtonKind, Field, Icon, Sheet, TextArea};
use crate::format::now;
use crate::hooks::{use_command, use_i18n, use_toasts};
use maydan_core::command::{CheckIn, CheckedIn};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::domain::visit::{Grade, grade};
use maydan_core::{Error, RecordId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What reps say most, so that it takes a tap.
const QUICK: [&str; 3] = ["page-visit-away-elsewhere", "page-visit-away-moved", "page-visit-away-pin"];

/// Properties of [`CheckInStep`].
#[derive(Properties, PartialEq)]
pub struct CheckInStepProps {
    /// The planned visit.
    pub visit: RecordId,
    /// The customer.
    pub customer: RecordId,
    /// The customer's pin, if there is one.
    pub pin: Option<Point>,
}

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Ready,
    Locating,
    NoFix(Error),
    Elsewhere(Fix, Option<i64>),
}

/// The check-in button with everything that it may lead to.
#[component]
pub fn CheckInStep(props: &CheckInStepProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let stage = use_state(|| Stage::Ready);
    let reason = use_state(String::new);
    // Counts attempts: a fix that comes after she went on, or away, is nobody's any more.
    let attempt = use_mut_ref(|| 0_u32);
    let check_in = {
        let words = i18n.t("page-visit-checked-in");
        use_command::<CheckIn>(Callback::from(move |_: CheckedIn| toasts.show(words.clone())))
    };
    {
        let attempt = attempt.clone();
        use_effect_with((), move |()| move || *attempt.borrow_mut() += 1);
    }

    let CheckInStepProps { visit, customer, pin } = *props;
    let request = move |fix, reason| CheckIn { visit: Some(visit), customer, fix, reason };
    let locate_and_send = {
        let (stage, attempt, check_in) = (stage.clone(), attempt.clone(), check_in.clone());
        Callback::from(move |()| {
            *attempt.borrow_mut() += 1;
            let mine = *attempt.borrow();
            stage.set(Stage::Locating);
            let (stage, attempt, check_in) = (stage.clone(), attempt.clone(), check_in.clone());
            spawn_local(async move {
                let found = locate().await;
                if *attempt.borrow() != mine {
                    return;
                }
                match found {
                    Err(error) => stage.set(Stage::NoFix(error)),
                    Ok(fix) => match grade(Some(&fix), pin, None, now()) {
                        (Grade::OutOfRadius, distance) => stage.set(Stage::Elsewhere(fix, distance)),
                        _ => {
                            stage.set(Stage::Ready);
                            check_in.emit(request(Some(fix), None));
                        }
                    },
                }
            });
        })
    };
    let without_fix = {
        let (stage, attempt, check_in) = (stage.clone(), attempt.clone(), check_in.clone());
        Callback::from(move |()| {
            *attempt.borrow_mut() += 1;
            stage.set(Stage::Ready);
            check_in.emit(request(None, None));
        })
    };
    let elsewhere = match &*stage {
        Stage::Elsewhere(fix, distance) => Some((*fix, *distance)),
        _ => None,
    };
    let with_reason = {
        let (stage, reason, check_in) = (stage.clone(), reason.clone(), check_in);
        Callback::from(move |()| {
            if let Some((fix, _)) = elsewhere {
                stage.set(Stage::Ready);
                check_in.emit(request(Some(fix), Some(reason.trim().to_owned())));
            }
        })
    };
    let close = {
        let stage = stage.clone();
        Callback::from(move |()| stage.set(Stage::Ready))
    };
    let write = {
        let reason = reason.clone();
        Callback::from(move |typed: String| reason.set(typed))
    };
    let locating = *stage == Stage::Locating;
    let anyway = html! {
        <Button
            label={i18n.t("page-visit-check-in-anyway")}
            kind={ButtonKind::Plain}
            wide={true}
            onclick={without_fix}
            testid="visit-check-in-anyway"
        />
    };

    html! {
        <div class="p2-next big-button">
            if let Stage::NoFix(error) = &*stage {
                <p class="p2-notice" role="status">{ i18n.error(error) }</p>
            }
            <Button
                label={i18n.t(if locating { "page-visit-locating" } else { "page-visit-check-in" })}
                icon={Some(Icon::Pin)}
                kind={ButtonKind::Primary}
                disabled={locating}
                wide={true}
                onclick={locate_and_send}
                testid="visit-check-in"
            />
            if locating || matches!(*stage, Stage::NoFix(_)) {
                { anyway }
            }
            <Sheet open={elsewhere.is_some()} title={i18n.t("page-visit-away")} onclose={close}>
                <p>
                    { i18n.ta(
                        "page-visit-away-text",
                        &[("distance", elsewhere.and_then(|(_, metres)| metres).map(|m| i18n.distance(m)).unwrap_or_default().into())],
                    ) }
                </p>
                <div class="p2-quick">
                    { for QUICK.iter().map(|key| {
                        let words = i18n.t(key);
                        let onclick = {
                            let (reason, words) = (reason.clone(), words.clone());
                            Callback::from(move |_: MouseEvent| reason.set(words.clone()))
                        };
                        html! { <button key={*key} type="button" class="p2-quick-word" {onclick}>{ words }</button> }
                    }) }
                </div>
                <Field label={i18n.t("page-visit-reason")}>
                    <TextArea value={AttrValue::from((*reason).clone())} oninput={write} rows={3} testid="visit-reason" />
                </Field>
                <Button
                    label={i18n.t("page-visit-check-in-reason")}
                    icon={Some(Icon::Pin)}
                    kind={ButtonKind::Primary}
                    disabled={reason.trim().is_empty()}
                    wide={true}
                    onclick={with_reason}
                    testid="visit-check-in-anyway"
                />
            </Sheet>
        </div>
    }
}
