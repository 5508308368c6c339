//! The manager's queue: visits that wait for an answer, and the visit that is being looked at.
//!
//! On a desktop the queue stays beside the visit; on a phone one follows the other.

mod answer;
mod detail;
mod queue;

use crate::components::{Empty, Icon, Page};
use crate::hooks::{use_i18n, use_session};
use crate::route::Route;
use detail::ReviewDetail;
use maydan_core::RecordId;
use maydan_core::command::SessionUser;
use queue::Queue;
use yew::prelude::*;

/// The queue, with no visit chosen yet.
#[component]
pub fn ReviewPage() -> Html {
    html! { <Review chosen={None::<RecordId>} /> }
}

/// Properties of [`ReviewVisitPage`].
#[derive(Properties, PartialEq)]
pub struct ReviewVisitPageProps {
    /// The visit's id, as it stands in the address.
    pub id: String,
}

/// One visit of the queue.
#[component]
pub fn ReviewVisitPage(props: &ReviewVisitPageProps) -> Html {
    html! { <Review chosen={props.id.parse::<RecordId>().ok()} /> }
}

#[derive(Properties, PartialEq)]
struct ReviewProps {
    chosen: Option<RecordId>,
}

#[component]
fn Review(props: &ReviewProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    // The visit after the chosen one: an answer leads on to it.
    let next = use_state_eq(|| None::<RecordId>);
    let onnext = {
        let setter = next.setter();
        use_callback((), move |id: Option<RecordId>, _: &()| setter.set(id))
    };
    if !session.user.as_ref().is_some_and(SessionUser::is_reviewer) {
        return html! {
            <Page title={i18n.t("page-review-title")}>
                <Empty icon={Icon::Review} title={i18n.t("page-review-not-yours")} text={i18n.t("page-review-not-yours-text")} />
            </Page>
        };
    }
    let back = props.chosen.map(|_| Route::Review);
    html! {
        <Page title={i18n.t("page-review-title")} {back}>
            <div class={classes!("p2-review", props.chosen.is_some().then_some("p2-review-chosen"))}>
                <Queue chosen={props.chosen} {onnext} />
                <div class="p2-review-detail">
                    if let Some(visit) = props.chosen {
                        <ReviewDetail key={visit.to_string()} {visit} next={*next} />
                    } else {
                        <Empty icon={Icon::Review} title={i18n.t("page-review-choose")} text={i18n.t("page-review-choose-text")} />
                    }
                </div>
            </div>
        </Page>
    }
}
