//! Signing out. Whoever has unsent work learns how much before it is left behind.

use crate::components::{Button, ButtonKind, Dialog, Icon};
use crate::hooks::{use_command, use_i18n, use_session};
use crate::pages::trip::recorder;
use crate::route::{Route, go};
use maydan_core::command::{SignOut, SignedOut};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The way out.
#[component]
pub fn SignOutButton() -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let session = use_session();
    let pending = use_state_eq(|| None::<u32>);
    let sign_out = {
        let pending = pending.clone();
        use_command::<SignOut>(Callback::from(move |answer: SignedOut| {
            if answer.done {
                pending.set(None);
                recorder::stop();
            } else {
                pending.set(Some(answer.pending));
            }
        }))
    };
    let close = {
        let pending = pending.clone();
        Callback::from(move |()| pending.set(None))
    };
    let to_queue = {
        let pending = pending.clone();
        Callback::from(move |()| {
            pending.set(None);
            go(&nav, Route::Sync);
        })
    };
    let Some(user) = &session.user else { return Html::default() };
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-settings-account") }</h2>
            <p class="muted">{ i18n.ta("page-settings-signed-in", &[("name", user.name.clone().into())]) }</p>
            <Button
                label={i18n.t("page-settings-sign-out")}
                icon={Some(Icon::User)}
                onclick={sign_out.reform(|()| SignOut { confirmed: false })}
                testid="settings-sign-out"
            />
            <Dialog open={pending.is_some()} title={i18n.t("page-settings-sign-out-pending")} onclose={close}>
                <p data-testid="sign-out-pending" data-count={(*pending).unwrap_or(0).to_string()}>
                    { i18n.ta("page-settings-sign-out-text", &[("count", (*pending).unwrap_or(0).into())]) }
                </p>
                <div class="row">
                    <Button label={i18n.t("page-settings-sign-out-queue")} icon={Some(Icon::Sync)} kind={ButtonKind::Primary} onclick={to_queue} />
                    <Button
                        label={i18n.t("page-settings-sign-out-anyway")}
                        kind={ButtonKind::Danger}
                        onclick={sign_out.reform(|()| SignOut { confirmed: true })}
                        testid="settings-sign-out-anyway"
                    />
                </div>
            </Dialog>
        </section>
    }
}
