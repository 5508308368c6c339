//! One visit, for the rep who makes it: where it stands, the next step as one big button, the report, what happened.
//!
//! Deliberately absent: the manager's answer ([`crate::pages::review`]).

mod check_in;
pub mod life;
mod next;
pub mod proof;
mod report;
mod stepper;
pub mod waiting;

use crate::components::{Bdi, Chip, Empty, Icon, Page, StatusChip, Tone};
use crate::hooks::{use_i18n, use_query, use_session};
use crate::pages::customer::contact::ContactLinks;
use crate::pages::customer::rows::{link, pin, text};
use crate::route::Route;
use life::Life;
use maydan_core::RecordId;
use maydan_core::command::{GetRecord, VisitEvents};
use next::NextStep;
use proof::{Proof, check_in_of};
use report::{Report, Saver};
use stepper::Stepper;
use waiting::waiting;
use yew::prelude::*;
use yew_router::prelude::Link;

/// Properties of [`VisitPage`].
#[derive(Properties, PartialEq)]
pub struct VisitPageProps {
    /// The visit's id, as it stands in the address.
    pub id: String,
}

/// The page of a visit.
#[component]
pub fn VisitPage(props: &VisitPageProps) -> Html {
    let i18n = use_i18n();
    match props.id.parse::<RecordId>() {
        Ok(id) => html! { <VisitView key={props.id.clone()} {id} /> },
        Err(_) => html! {
            <Page title={i18n.t("page-visit-title")} back={Some(Route::Today)}>
                <Empty icon={Icon::Visit} title={i18n.t("page-visit-unknown")} text={i18n.t("page-visit-unknown-text")} />
            </Page>
        },
    }
}

#[derive(Properties, PartialEq)]
struct VisitViewProps {
    id: RecordId,
}

#[component]
fn VisitView(props: &VisitViewProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let visit = use_query(Some(GetRecord { id: props.id }), &["visit", "customer"]);
    let customer_id = visit.data.as_ref().and_then(|record| link(&record.row, "customer"));
    let customer = use_query(customer_id.map(|id| GetRecord { id }), &["customer"]);
    let life = use_query(Some(VisitEvents { visit: props.id }), &["visit"]);
    let saver = use_memo(props.id, |id| Saver::new(*id));

    let Some(record) = visit.data.clone() else {
        return html! {
            <Page title={i18n.t("page-visit-title")} back={Some(Route::Today)}>{ waiting(&visit, 6) }</Page>
        };
    };
    let row = &record.row;
    let status = text(row, "status").to_owned();
    let rep = link(row, "rep");
    let own = rep.is_none() || rep == session.user.as_ref().map(|user| user.id);
    let name = |id: Option<RecordId>| id.and_then(|id| record.names.get(&id.to_string()).cloned());
    let customer_name = name(customer_id).unwrap_or_else(|| i18n.t("page-visit-title"));
    let customer_pin = customer.data.as_ref().and_then(|record| pin(&record.row));
    let events = life.data.clone();
    let proof = events.as_ref().and_then(|life| check_in_of(&life.events));
    let comment = text(row, "comment").to_owned();
    let reported = !matches!(status.as_str(), "" | "planned");
    let read_only = !own || status == "approved";

    html! {
        <Page title={i18n.t("page-visit-title")} back={Some(Route::Today)}>
            <div class="p2-visit">
                <header class="p2-visit-head">
                    <h2 class="p2-visit-name">
                        if let Some(id) = customer_id {
                            <Link<Route> classes={classes!("p2-link")} to={Route::Customer { id: id.to_string() }}>
                                <Bdi>{ customer_name.clone() }</Bdi>
                            </Link<Route>>
                        } else {
                            <Bdi>{ customer_name.clone() }</Bdi>
                        }
                    </h2>
                    <span data-testid="visit-status" data-status={status.clone()}>
                        <StatusChip status={AttrValue::from(status.clone())} />
                    </span>
                    if row.contains_key("changed_after_approval") {
                        <Chip label={i18n.t("page-review-changed")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                    }
                </header>
                if !own {
                    <p class="p2-notice">{ i18n.ta("page-visit-of", &[("name", name(rep).unwrap_or_default().into())]) }</p>
                }
                if let Some(customer) = customer.data.as_ref().filter(|_| own) {
                    <ContactLinks row={customer.row.clone()} />
                }
                if !text(row, "reason").is_empty() {
                    <p class="muted" dir="auto">{ text(row, "reason").to_owned() }</p>
                }
                <Stepper status={AttrValue::from(status.clone())} />
                if matches!(status.as_str(), "returned" | "approved") && !comment.is_empty() {
                    <blockquote class={classes!("p2-comment", (status == "returned").then_some("p2-comment-warn"))}>
                        <span class="muted">{ i18n.t("page-visit-manager-says") }</span>
                        <p dir="auto">{ comment }</p>
                    </blockquote>
                }
                if let Some((evidence, at)) = proof {
                    <Proof {evidence} {at} />
                }
                if reported {
                    <Report
                        saver={(*saver).clone()}
                        text={AttrValue::from(text(row, "report").to_owned())}
                        heads={record.heads.clone()}
                        {read_only}
                    />
                }
                if own {
                    if let Some(customer) = customer_id {
                        <NextStep
                            visit={props.id}
                            {customer}
                            pin={customer_pin}
                            status={AttrValue::from(status)}
                            saver={(*saver).clone()}
                        />
                    }
                }
                if let Some(life) = events {
                    <Life {life} />
                }
            </div>
        </Page>
    }
}
