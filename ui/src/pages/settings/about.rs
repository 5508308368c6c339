//! What this is, where it sends to, and what this platform can't do.

use crate::components::Bdi;
use crate::hooks::{use_i18n, use_session};
use yew::prelude::*;

/// What a word of the session's list means; a word of a newer device is shown as it is.
const UNSUPPORTED: [(&str, &str); 3] = [
    ("background_location", "page-settings-lacks-background-location"),
    ("location", "page-settings-lacks-location"),
    ("keyring", "page-settings-lacks-keyring"),
];

/// About this app on this device.
#[component]
pub fn About() -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let lacks = session.unsupported.iter().map(|word| {
        let known = UNSUPPORTED.iter().find(|(known, _)| known == word);
        html! { <li key={word.clone()}>{ known.map_or_else(|| word.clone(), |(_, key)| i18n.t(key)) }</li> }
    });
    html! {
        <section data-testid="settings-about">
            <h2 class="section-title">{ i18n.t("page-settings-about") }</h2>
            <dl class="p2-about">
                <dt>{ i18n.t("page-settings-version") }</dt>
                <dd><bdi dir="ltr">{ env!("CARGO_PKG_VERSION") }</bdi></dd>
                if let Some(server) = session.server.clone() {
                    <dt>{ i18n.t("page-settings-server") }</dt>
                    <dd><bdi dir="ltr">{ server }</bdi></dd>
                }
                if let Some(user) = &session.user {
                    <dt>{ i18n.t("page-settings-device") }</dt>
                    <dd data-testid="settings-device"><Bdi>{ user.device.to_string() }</Bdi></dd>
                }
            </dl>
            if !session.unsupported.is_empty() {
                <p class="muted">{ i18n.t("page-settings-lacks") }</p>
                <ul class="p2-facts">{ for lacks }</ul>
            }
        </section>
    }
}
