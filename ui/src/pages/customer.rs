//! A customer: header, clashes to settle, and tabs for profile, timeline, notes, visits and history.

mod autosave;
mod check_in;
mod conflicts;
pub mod contact;
mod header;
mod history;
mod notes;
mod overview;
mod pin;
mod prose;
mod removal;
pub mod rows;
mod territory;
mod timeline;
mod visits;

use crate::components::{Button, ButtonKind, Empty, ErrorBox, Icon, Page, Skeleton, Tabs};
use crate::hooks::{use_i18n, use_query};
use crate::route::{Route, go};
use check_in::CheckInNow;
use conflicts::ConflictBanner;
use header::CustomerHeader;
use history::HistoryTab;
use maydan_core::command::GetRecord;
use maydan_core::{ErrorCode, RecordId};
use notes::NotesTab;
use overview::Overview;
use pin::PinHere;
use removal::use_removal;
use timeline::TimelineTab;
use visits::VisitsTab;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The tabs, in their order.
const TABS: [&str; 5] = ["overview", "timeline", "notes", "visits", "history"];

/// Properties of [`CustomerPage`].
#[derive(Properties, PartialEq)]
pub struct CustomerPageProps {
    /// The customer's id, as in the address.
    pub id: String,
}

/// The page of one customer.
#[component]
pub fn CustomerPage(props: &CustomerPageProps) -> Html {
    match props.id.parse::<RecordId>() {
        // Keyed, so that drafts and tabs of one customer never show at another.
        Ok(id) => html! { <CustomerView key={id.to_string()} {id} /> },
        Err(_) => html! { <Missing /> },
    }
}

/// Properties of [`CustomerView`].
#[derive(Properties, PartialEq)]
struct CustomerViewProps {
    id: RecordId,
}

#[component]
fn CustomerView(props: &CustomerViewProps) -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let active = use_state(|| AttrValue::Static(TABS[0]));
    let record = use_query(Some(GetRecord { id: props.id }), &["customer"]);
    let leave = {
        let navigator = navigator.clone();
        Callback::from(move |()| go(&navigator, Route::Customers))
    };
    let remove = use_removal("page-customer-deleted", leave);
    // Also one that was here a moment ago: moved away, or deleted for good.
    if record.error.as_ref().is_some_and(|error| error.code == ErrorCode::NotFound) {
        return html! { <Missing /> };
    }
    let Some(customer) = record.data.clone() else {
        return match &record.error {
            Some(error) => html! {
                <Page title={i18n.t("page-customer-title")} back={Route::Customers}><ErrorBox error={error.clone()} /></Page>
            },
            None => html! {
                <Page title={i18n.t("page-customer-title")} back={Route::Customers}>
                    if record.loading { <Skeleton lines={8} /> }
                </Page>
            },
        };
    };
    let tabs: Vec<(AttrValue, String)> =
        TABS.into_iter().map(|tab| (AttrValue::Static(tab), i18n.t(&format!("page-customer-tab-{tab}")))).collect();
    let onselect = {
        let active = active.clone();
        Callback::from(move |tab: AttrValue| active.set(tab))
    };
    let id = props.id;
    let onremove = Callback::from(move |()| remove.emit(id));
    let actions = html! { <CheckInNow customer={customer.clone()} /> };
    let panel = match active.as_str() {
        "timeline" => html! { <TimelineTab customer={id} /> },
        "notes" => html! { <NotesTab customer={id} /> },
        "visits" => html! { <VisitsTab {customer} /> },
        "history" => html! { <HistoryTab record={customer} /> },
        _ => html! {
            <>
                <Overview record={customer.clone()} />
                <div class="row">
                    <PinHere record={customer} />
                    <Button label={i18n.t("page-customer-delete")} icon={Icon::Trash} kind={ButtonKind::Danger} onclick={onremove} testid="customer-delete" />
                </div>
            </>
        },
    };
    html! {
        <Page title={i18n.t("page-customer-title")} back={Route::Customers} {actions}>
            if let Some(record) = &record.data {
                <CustomerHeader record={record.clone()} />
                <ConflictBanner record={record.clone()} />
            }
            <Tabs {tabs} active={(*active).clone()} {onselect} />
            <section class="stack" data-testid={format!("panel-{}", active.as_str())}>{ panel }</section>
        </Page>
    }
}

/// What stands here when there is no such customer: deleted, or not in a territory of this person.
#[component]
fn Missing() -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let back = Callback::from(move |()| go(&navigator, Route::Customers));
    let action = html! { <Button label={i18n.t("page-customer-missing-back")} kind={ButtonKind::Primary} onclick={back} testid="customer-missing-back" /> };
    html! {
        <Page title={i18n.t("page-customer-title")} back={Route::Customers}>
            <Empty icon={Icon::User} title={i18n.t("page-customer-missing")} text={i18n.t("page-customer-missing-text")} {action} />
        </Page>
    }
}
