//! The lines above a screen in which the browser's offers stand. Neither interrupts: a form stays as it is until the
//! person agrees.

use crate::components::{Button, ButtonKind, Icon, IconButton, IconView};
use crate::hooks::{take_install, take_update, use_i18n, use_offers};
use crate::prefs::{store, stored};
use yew::prelude::*;

/// Remembers that the person does not want to install.
const DECLINED: &str = "maydan.install_declined";

/// Properties of [`Offers`].
#[derive(Properties, PartialEq)]
pub struct OffersProps {
    /// Installing may be offered on this screen.
    pub install: bool,
}

/// The offers that stand, if any.
#[component]
pub fn Offers(props: &OffersProps) -> Html {
    let i18n = use_i18n();
    let offers = use_offers();
    let declined = use_state_eq(|| stored(DECLINED).is_some());
    if offers.update {
        return html! {
            <div class="banner offer" role="status" data-testid="offer-update">
                <IconView icon={Icon::Download} />
                <span>{ i18n.t("offer-update") }</span>
                <Button
                    label={i18n.t("offer-update-take")}
                    kind={ButtonKind::Primary}
                    onclick={Callback::from(|()| take_update())}
                    testid="offer-update-take"
                />
            </div>
        };
    }
    if !props.install || !offers.install || *declined {
        return Html::default();
    }
    let decline = Callback::from(move |()| {
        let _ = store(DECLINED, "1");
        declined.set(true);
    });
    html! {
        <div class="banner offer" data-testid="offer-install">
            <IconView icon={Icon::Download} />
            <span>{ i18n.t("offer-install") }</span>
            <Button label={i18n.t("offer-install-take")} onclick={Callback::from(|()| take_install())} testid="offer-install-take" />
            <IconButton icon={Icon::Close} label={i18n.t("offer-install-decline")} onclick={decline} testid="offer-install-decline" />
        </div>
    }
}
