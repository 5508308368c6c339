//! How well a check-in proves presence, in words: the grade, what was measured, and why it is not better.

use crate::components::{Chip, GradeChip, Icon, Tone};
use crate::hooks::use_i18n;
use maydan_core::Instant;
use maydan_core::domain::visit::{DOUBTFUL_ACCURACY_M, DOUBTFUL_AGE_MS, DOUBTFUL_SKEW_MS, Event as VisitEvent, Evidence, RADIUS_M, Step};
use yew::prelude::*;

/// The check-in that counts: the first one. Later ones did not fit the state.
pub fn check_in_of(events: &[VisitEvent]) -> Option<(Evidence, Instant)> {
    events.iter().find_map(|event| match &event.step {
        Step::CheckedIn { evidence, .. } => Some(((**evidence).clone(), event.at)),
        _ => None,
    })
}

/// Locale keys of everything that speaks against a check-in made at `at`.
pub fn doubts(evidence: &Evidence, at: Instant) -> Vec<&'static str> {
    let Some(fix) = &evidence.fix else { return vec!["page-visit-why-no-fix"] };
    let against = [
        (evidence.distance.is_none(), "page-visit-why-no-pin"),
        (evidence.distance.is_some_and(|metres| metres as f64 > RADIUS_M), "page-visit-why-far"),
        (fix.mock, "page-visit-why-mock"),
        (fix.accuracy.is_nan() || fix.accuracy > DOUBTFUL_ACCURACY_M, "page-visit-why-vague"),
        (at.since(fix.at).abs() > DOUBTFUL_AGE_MS, "page-visit-why-old"),
        (evidence.clock_skew.is_some_and(|skew| skew.abs() > DOUBTFUL_SKEW_MS), "page-visit-why-clock"),
    ];
    against.into_iter().filter_map(|(holds, key)| holds.then_some(key)).collect()
}

/// Properties of [`Proof`].
#[derive(Properties, PartialEq)]
pub struct ProofProps {
    /// What the device could tell.
    pub evidence: Evidence,
    /// When the check-in was made.
    pub at: Instant,
}

/// A check-in's grade with its grounds.
#[component]
pub fn Proof(props: &ProofProps) -> Html {
    let i18n = use_i18n();
    let evidence = &props.evidence;
    let why = doubts(evidence, props.at);
    let fix = evidence.fix;
    html! {
        <section class="p2-proof" data-testid="visit-proof" data-grade={evidence.grade.as_str()}>
            <div class="row">
                <GradeChip grade={AttrValue::from(evidence.grade.as_str())} distance={evidence.distance} />
                if let Some(fix) = fix {
                    <Chip
                        label={i18n.ta("page-visit-accuracy", &[("accuracy", i18n.distance(fix.accuracy.round() as i64).into())])}
                        icon={Some(Icon::Pin)}
                    />
                    if fix.mock {
                        <Chip label={i18n.t("page-visit-mock")} tone={Tone::Bad} icon={Some(Icon::Warning)} />
                    }
                    if fix.simulated {
                        <Chip label={i18n.t("page-simulated")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                    }
                    if let Some(battery) = fix.battery {
                        <Chip label={i18n.ta("page-visit-battery", &[("percent", i64::from(battery).into())])} />
                    }
                }
            </div>
            if !why.is_empty() {
                <ul class="p2-why">{ for why.iter().map(|key| html! { <li key={*key}>{ i18n.t(key) }</li> }) }</ul>
            }
            if let Some(reason) = evidence.reason.clone() {
                <p class="p2-said"><span class="muted">{ i18n.t("page-visit-reason-said") }</span>{ " " }<bdi dir="auto">{ reason }</bdi></p>
            }
        </section>
    }
}
