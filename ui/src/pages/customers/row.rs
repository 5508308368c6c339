//! One customer in the list.

use crate::components::{Avatar, Bdi, Icon, IconView};
use crate::i18n::I18n;
use crate::pages::customer::rows::text;
use crate::route::Route;
use maydan_core::command::Line;
use yew::prelude::*;

/// A line of the list; the shape of one while it is being read.
pub fn customer_row(i18n: &I18n, line: Option<&Line>) -> Html {
    let Some(line) = line else {
        return html! { <div class="p1-customer-row p1-customer-row-empty" aria-hidden="true"><span></span></div> };
    };
    let name = text(&line.row, "name").to_owned();
    let about = ["activity", "city"].into_iter().map(|field| text(&line.row, field)).filter(|word| !word.is_empty());
    let about = about.collect::<Vec<_>>().join(" · ");
    let phone = text(&line.row, "phone").to_owned();
    let archived = text(&line.row, "status") == "archived";
    // The list itself is what Tab reaches; its keys choose the row.
    html! {
        <a
            class={classes!("p1-customer-row", archived.then_some("p1-archived"))}
            href={Route::Customer { id: line.id.to_string() }.href()}
            tabindex="-1"
            data-testid="customer-row"
        >
            <Avatar name={name.clone()} />
            <span class="p1-customer-row-words">
                <span class="p1-strong p1-cut"><Bdi>{ name }</Bdi></span>
                <span class="muted p1-cut" dir="auto">{ about }</span>
            </span>
            if line.conflicted {
                <span class="p1-mark p1-mark-warn" role="img" aria-label={i18n.t("page-customers-conflicted")} title={i18n.t("page-customers-conflicted")}>
                    <IconView icon={Icon::Warning} />
                </span>
            }
            if line.pending {
                <span class="p1-mark p1-dot" role="img" aria-label={i18n.t("page-customers-pending")} title={i18n.t("page-customers-pending")}></span>
            }
            <span class="p1-customer-row-phone muted"><bdi dir="ltr">{ phone }</bdi></span>
        </a>
    }
}
