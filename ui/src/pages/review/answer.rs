//! Approve, or return with a word on what to mend.
//!
//! Invariant: an approval names the heads that are on the screen, so that what came later shows as changed after it.

use crate::components::{Button, ButtonKind, Field, Icon, TextArea};
use crate::hooks::{use_command, use_i18n, use_key, use_toasts};
use crate::route::{Route, go};
use maydan_core::RecordId;
use maydan_core::command::{ReviewVisit, Revision};
use maydan_core::document::Hash;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Properties of [`Answer`].
#[derive(Properties, PartialEq)]
pub struct AnswerProps {
    /// The visit.
    pub visit: RecordId,
    /// The heads that are shown.
    pub saw: Vec<Hash>,
    /// It waits for a first answer; an approved one can only be returned.
    pub waits: bool,
    /// Where an answer leads; back to the queue when there is none.
    pub next: Option<RecordId>,
}

/// The manager's answer.
#[component]
pub fn Answer(props: &AnswerProps) -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let toasts = use_toasts();
    let comment = use_state(String::new);
    let missing = use_state_eq(|| false);
    let section = use_node_ref();
    let review = {
        let (next, words) = (props.next, i18n.t("page-review-answered"));
        use_command::<ReviewVisit>(Callback::from(move |_: Revision| {
            toasts.show(words.clone());
            let to = next.map_or(Route::Review, |id| Route::ReviewVisit { id: id.to_string() });
            go(&nav, to);
        }))
    };
    let answer = {
        let (visit, saw, waits, comment, missing, section) =
            (props.visit, props.saw.clone(), props.waits, comment.clone(), missing.clone(), section.clone());
        Callback::from(move |approve: bool| {
            let words = comment.trim().to_owned();
            if approve && !waits {
                return;
            }
            if !approve && words.is_empty() {
                missing.set(true);
                focus_comment(&section);
                return;
            }
            review.emit(ReviewVisit { visit, approve, saw: saw.clone(), comment: words });
        })
    };
    let approve = answer.reform(|()| true);
    let send_back = answer.reform(|()| false);
    use_key("a", approve.clone());
    use_key("r", send_back.clone());
    let oninput = {
        let (comment, missing) = (comment.clone(), missing.clone());
        Callback::from(move |typed: String| {
            missing.set(false);
            comment.set(typed);
        })
    };
    html! {
        <section class="p2-answer" ref={section}>
            <Field
                label={i18n.t("page-review-comment")}
                error={missing.then(|| i18n.t("page-review-comment-missing"))}
                hint={Some(i18n.t("page-review-comment-hint"))}
            >
                <TextArea value={AttrValue::from((*comment).clone())} {oninput} rows={2} testid="review-comment" />
            </Field>
            <div class="row">
                if props.waits {
                    <Button
                        label={i18n.t("page-review-approve")}
                        icon={Some(Icon::Check)}
                        kind={ButtonKind::Primary}
                        onclick={approve}
                        testid="review-approve"
                    />
                }
                <Button label={i18n.t("page-review-return")} icon={Some(Icon::Undo)} onclick={send_back} testid="review-return" />
            </div>
            <p class="muted p2-keys">{ i18n.t("page-review-keys") }</p>
        </section>
    }
}

fn focus_comment(section: &NodeRef) {
    let found = section.cast::<web_sys::Element>().and_then(|section| section.query_selector("textarea").ok().flatten());
    if let Some(text) = found.and_then(|text| text.dyn_into::<HtmlElement>().ok()) {
        let _ = text.focus();
    }
}
