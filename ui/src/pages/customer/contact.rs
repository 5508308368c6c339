//! Ways to reach a customer: call her, write to her, drive there. A way that her record does not offer is not shown.

use super::rows::{pin, text};
use crate::components::{Icon, IconView};
use crate::hooks::use_i18n;
use maydan_core::Row;
use maydan_core::domain::geo::Point;
use maydan_core::text::Phone;
use yew::prelude::*;

/// Country code of numbers that were typed without one: Libya's, as in the search forms of phones.
const HOME: &str = "218";

/// Properties of [`ContactLinks`].
#[derive(Properties, PartialEq)]
pub struct ContactLinksProps {
    /// The customer's fields.
    pub row: Row,
}

/// Call, WhatsApp and navigate.
#[component]
pub fn ContactLinks(props: &ContactLinksProps) -> Html {
    let i18n = use_i18n();
    let phone = phone(&props.row);
    let call = phone.as_ref().map(|phone| format!("tel:{}", phone.dial()));
    let write =
        phone.as_ref().and_then(|phone| phone.e164.as_deref()).map(|number| format!("https://wa.me/{}", number.trim_start_matches('+')));
    let drive = pin(&props.row).map(directions);
    if call.is_none() && drive.is_none() {
        return Html::default();
    }
    html! {
        <div class="p1-contact">
            { way(Icon::Phone, i18n.t("page-contact-call"), call, "contact-call") }
            { way(Icon::Message, i18n.t("page-contact-whatsapp"), write, "contact-whatsapp") }
            { way(Icon::Navigate, i18n.t("page-contact-navigate"), drive, "contact-navigate") }
        </div>
    }
}

fn way(icon: Icon, label: String, href: Option<String>, testid: &'static str) -> Html {
    let Some(href) = href else { return Html::default() };
    // A page of another site opens beside the app; `tel:` and `geo:` leave it where it is.
    let target = href.starts_with("https:").then_some("_blank");
    html! {
        <a class="p1-contact-way" {href} {target} rel="noopener noreferrer" aria-label={label.clone()} title={label} data-testid={testid}>
            <IconView {icon} />
        </a>
    }
}

/// The number to reach her by.
fn phone(row: &Row) -> Option<Phone> {
    ["phone", "other_phone"].into_iter().map(|field| Phone::parse(text(row, field), HOME)).find(|phone| !phone.dial().is_empty())
}

/// Android offers every map app for `geo:`; elsewhere a web address is what opens a map.
fn directions(to: Point) -> String {
    let Point { latitude, longitude } = to;
    let android = gloo::utils::window().navigator().user_agent().is_ok_and(|agent| agent.contains("Android"));
    if android {
        format!("geo:{latitude},{longitude}?q={latitude},{longitude}")
    } else {
        format!("https://www.google.com/maps/dir/?api=1&destination={latitude},{longitude}")
    }
}
