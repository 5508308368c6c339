//! A visit's life-cycle as five steps in a row.

use crate::components::{Icon, IconView};
use crate::hooks::use_i18n;
use yew::prelude::*;

/// The way of a visit that goes well; a return takes the place of the last step.
const WAY: [&str; 5] = ["planned", "checked_in", "checked_out", "submitted", "approved"];

/// Properties of [`Stepper`].
#[derive(Properties, PartialEq)]
pub struct StepperProps {
    /// Where the visit stands.
    pub status: AttrValue,
}

/// The steps; those behind are ticked, the present one is marked.
#[component]
pub fn Stepper(props: &StepperProps) -> Html {
    let i18n = use_i18n();
    let returned = props.status == "returned";
    let here = if returned { WAY.len() - 1 } else { WAY.iter().position(|step| props.status == *step).unwrap_or(0) };
    let steps = WAY.iter().enumerate().map(|(place, step)| {
        let last = place == WAY.len() - 1;
        let step = if last && returned { "returned" } else { *step };
        let finished = place < here || (place == here && last && !returned);
        let class = classes!(
            "p2-step",
            finished.then_some("p2-step-done"),
            (place == here).then_some("p2-step-here"),
            (last && returned).then_some("p2-step-back"),
        );
        html! {
            <li key={step} {class} aria-current={(place == here).then_some("step")}>
                <span class="p2-step-mark" aria-hidden="true">
                    if finished {
                        <IconView icon={Icon::Check} />
                    } else {
                        { i18n.number(place as i64 + 1) }
                    }
                </span>
                <span class="p2-step-name">{ i18n.choice("visit", "status", step) }</span>
            </li>
        }
    });
    html! { <ol class="p2-steps" aria-label={i18n.t("page-visit-steps")}>{ for steps }</ol> }
}
