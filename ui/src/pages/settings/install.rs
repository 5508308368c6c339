//! Installing the web edition: the browser's own question where it has one, the way by hand where it has none.

use crate::components::{Button, Icon};
use crate::hooks::{is_installed, take_install, use_i18n, use_offers};
use yew::prelude::*;

/// How to install, for whoever has not.
#[component]
pub fn Install() -> Html {
    let i18n = use_i18n();
    let offers = use_offers();
    if is_installed() {
        return Html::default();
    }
    html! {
        <section data-testid="settings-install">
            <h2 class="section-title">{ i18n.t("page-settings-install") }</h2>
            <p class="muted">{ i18n.t("offer-install") }</p>
            if offers.install {
                <Button
                    label={i18n.t("offer-install-take")}
                    icon={Some(Icon::Download)}
                    onclick={Callback::from(|()| take_install())}
                    testid="settings-install-take"
                />
            } else {
                <p class="muted">{ i18n.t("page-settings-install-by-hand") }</p>
            }
        </section>
    }
}
