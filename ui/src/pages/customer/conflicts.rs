//! Fields of this record that two people set at once: both values, who and when, and one tap to choose.

use crate::components::{Bdi, Button, Chip, Icon, IconView, Tone};
use crate::hooks::{use_command, use_i18n};
use crate::i18n::{Arg, I18n};
use crate::records::{author, words_or_empty};
use maydan_core::Instant;
use maydan_core::command::{EditFields, Record, Revision};
use maydan_core::document::{Conflict, ConflictValue, Edit};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`ConflictBanner`].
#[derive(Properties, PartialEq)]
pub struct ConflictBannerProps {
    /// The record.
    pub record: Rc<Record>,
}

/// The clashes of a record; nothing when there are none.
#[component]
pub fn ConflictBanner(props: &ConflictBannerProps) -> Html {
    let i18n = use_i18n();
    let write = use_command::<EditFields>(Callback::from(|_: Revision| ()));
    let record = &props.record;
    if record.conflicts.is_empty() {
        return Html::default();
    }
    let fields = record.conflicts.iter().map(|conflict| clash(&i18n, record, conflict, &write));
    html! {
        <section class="p1-banner p1-banner-warn" role="status" aria-label={i18n.t("page-customer-conflicts")} data-testid="conflict-banner">
            <h3 class="p1-banner-title"><IconView icon={Icon::Warning} />{ i18n.t("page-customer-conflicts") }</h3>
            <p class="muted">{ i18n.t("page-customer-conflicts-hint") }</p>
            { for fields }
        </section>
    }
}

fn clash(i18n: &I18n, record: &Rc<Record>, conflict: &Conflict, write: &Callback<EditFields>) -> Html {
    let values = conflict.values.iter().enumerate().map(|(index, value)| standing(i18n, record, &conflict.field, value, index == 0, write));
    html! {
        <div class="p1-clash" key={conflict.field.clone()}>
            <h4 class="p1-label">{ i18n.label(&record.kind, &conflict.field) }</h4>
            <ul class="p1-clash-values">{ for values }</ul>
        </div>
    }
}

fn standing(i18n: &I18n, record: &Rc<Record>, field: &str, value: &ConflictValue, shown: bool, write: &Callback<EditFields>) -> Html {
    let who = author(i18n, &record.names, value.actor);
    let when = value.written_at.map_or_else(String::new, |ms| i18n.datetime(Instant(ms)));
    // Written at the present heads, the choice stands above both values and settles the clash for everybody.
    let request = EditFields::now(record.id, vec![Edit::set(field, value.value.clone())]);
    let choose = {
        let write = write.clone();
        Callback::from(move |()| write.emit(request.clone()))
    };
    html! {
        <li class="p1-clash-value" data-testid="conflict-value">
            <div class="p1-grow">
                <div class="p1-chips">
                    <span class="p1-strong"><Bdi>{ words_or_empty(i18n, &record.kind, field, &value.value, &record.names) }</Bdi></span>
                    if shown {
                        <Chip label={i18n.t("page-conflicts-current")} tone={Tone::Neutral} />
                    }
                </div>
                <div class="muted">{ i18n.ta("page-customer-written-by", &[("who", Arg::from(who)), ("when", Arg::from(when))]) }</div>
            </div>
            <Button
                label={i18n.t("page-conflicts-choose")}
                onclick={choose}
                testid="conflict-choose"
            />
        </li>
    }
}
