//! What happened to a visit, step by step.

use crate::components::{Bdi, Icon, IconView};
use crate::hooks::use_i18n;
use crate::i18n::I18n;
use maydan_core::command::VisitLife;
use maydan_core::domain::visit::Step;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Life`].
#[derive(Properties, PartialEq)]
pub struct LifeProps {
    /// The steps, in causal order.
    pub life: Rc<VisitLife>,
}

/// A small timeline, oldest first: it reads like the visit went.
#[component]
pub fn Life(props: &LifeProps) -> Html {
    let i18n = use_i18n();
    if props.life.events.is_empty() {
        return Html::default();
    }
    let steps = props.life.events.iter().enumerate().map(|(place, event)| {
        let (icon, what, said) = words(&i18n, &event.step);
        let who = props.life.names.get(&event.by).cloned();
        html! {
            <li key={place} class="p2-life-step">
                <span class="p2-life-icon" aria-hidden="true"><IconView {icon} /></span>
                <div>
                    <span>{ what }</span>
                    <div class="muted">
                        if let Some(who) = who { <Bdi>{ who }</Bdi>{ " · " } }
                        { i18n.datetime(event.at) }
                    </div>
                    if let Some(said) = said {
                        <p class="p2-said" dir="auto">{ said }</p>
                    }
                </div>
            </li>
        }
    });
    html! {
        <section>
            <h3 class="section-title">{ i18n.t("page-visit-life") }</h3>
            <ol class="p2-life" data-testid="visit-life">{ for steps }</ol>
        </section>
    }
}

/// A step's icon, what it was, and what was said with it.
fn words(i18n: &I18n, step: &Step) -> (Icon, String, Option<String>) {
    let spoken = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    match step {
        Step::Planned { day, .. } => (Icon::Clock, i18n.ta("page-visit-life-planned", &[("day", i18n.date(*day).into())]), None),
        Step::CheckedIn { evidence, .. } => {
            let what = match evidence.distance {
                Some(metres) => i18n.ta("page-visit-life-checked-in-at", &[("distance", i18n.distance(metres).into())]),
                None => i18n.t("page-visit-life-checked-in"),
            };
            (Icon::Pin, what, evidence.reason.as_deref().and_then(spoken))
        }
        Step::CheckedOut { .. } => (Icon::Forward, i18n.t("page-visit-life-checked-out"), None),
        Step::Submitted => (Icon::Upload, i18n.t("page-visit-life-submitted"), None),
        Step::Approved { comment, .. } => (Icon::Check, i18n.t("page-visit-life-approved"), spoken(comment)),
        Step::Returned { comment } => (Icon::Undo, i18n.t("page-visit-life-returned"), spoken(comment)),
    }
}
