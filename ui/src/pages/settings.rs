//! Choices of this person for this device, what the device is, and the way out.

mod about;
mod install;
mod look;
mod sign_out;
mod simulated;

use crate::components::{Button, Icon, Page};
use crate::hooks::{use_command, use_i18n, use_toasts};
use about::About;
use install::Install;
use look::Look;
use maydan_core::command::{Done, RebuildProjections};
use sign_out::SignOutButton;
use simulated::Simulated;
use yew::prelude::*;

/// The page of settings.
#[component]
pub fn SettingsPage() -> Html {
    let i18n = use_i18n();
    html! {
        <Page title={i18n.t("page-settings-title")}>
            <div class="p2-settings">
                <Look />
                <Install />
                <SignOutButton />
                <Upkeep />
                <Simulated />
                <About />
            </div>
        </Page>
    }
}

/// What a person may be told to do when lists look wrong.
#[component]
fn Upkeep() -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let rebuild = {
        let words = i18n.t("page-settings-rebuilt");
        use_command::<RebuildProjections>(Callback::from(move |_: Done| toasts.show(words.clone())))
    };
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-settings-upkeep") }</h2>
            <p class="muted">{ i18n.t("page-settings-rebuild-text") }</p>
            <Button
                label={i18n.t("page-settings-rebuild")}
                icon={Some(Icon::History)}
                onclick={rebuild.reform(|()| RebuildProjections {})}
                testid="settings-rebuild"
            />
        </section>
    }
}
