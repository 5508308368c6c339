//! Narrowing the list: status, city, activity.

use crate::components::Select;
use crate::hooks::use_i18n;
use crate::pages::customer::rows::is;
use maydan_core::command::Filter;
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// What the list is narrowed to; empty words narrow nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chosen {
    /// `active` or `archived`.
    pub status: String,
    /// A city.
    pub city: String,
    /// An activity.
    pub activity: String,
}

impl Chosen {
    /// The same, as conditions of a query.
    pub fn filters(&self) -> Vec<Filter> {
        [("status", &self.status), ("city", &self.city), ("activity", &self.activity)]
            .into_iter()
            .filter(|(_, word)| !word.is_empty())
            .map(|(field, word)| is(field, word.as_str()))
            .collect()
    }

    /// Whether anything is narrowed.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

/// Properties of [`Filters`].
#[derive(Properties, PartialEq)]
pub struct FiltersProps {
    /// What is chosen.
    pub chosen: Chosen,
    /// Cities to choose from.
    pub cities: Rc<BTreeSet<String>>,
    /// Activities to choose from.
    pub activities: Rc<BTreeSet<String>>,
    /// Something else was chosen.
    pub onchange: Callback<Chosen>,
}

/// The row of filters.
#[component]
pub fn Filters(props: &FiltersProps) -> Html {
    let i18n = use_i18n();
    let statuses = vec![
        (AttrValue::from(""), i18n.t("page-customers-any-status")),
        (AttrValue::from("active"), i18n.choice("customer", "status", "active")),
        (AttrValue::from("archived"), i18n.choice("customer", "status", "archived")),
    ];
    let cities = options(i18n.t("page-customers-any-city"), &props.cities, &props.chosen.city);
    let activities = options(i18n.t("page-customers-any-activity"), &props.activities, &props.chosen.activity);
    let on_status = changing(props, |chosen, word| chosen.status = word);
    let on_city = changing(props, |chosen, word| chosen.city = word);
    let on_activity = changing(props, |chosen, word| chosen.activity = word);
    let chosen = props.chosen.clone();
    let status = html! { <Select value={chosen.status} options={statuses} onchange={on_status} testid="customers-filter-status" /> };
    let city = html! { <Select value={chosen.city} options={cities} onchange={on_city} testid="customers-filter-city" /> };
    let activity =
        html! { <Select value={chosen.activity} options={activities} onchange={on_activity} testid="customers-filter-activity" /> };
    html! {
        <div class="p1-filters" role="group" aria-label={i18n.t("page-customers-filters")}>
            { labelled(i18n.label("customer", "status"), status) }
            { labelled(i18n.label("customer", "city"), city) }
            { labelled(i18n.label("customer", "activity"), activity) }
        </div>
    }
}

/// The words of a filter, after the one that narrows nothing.
fn options(all: String, known: &BTreeSet<String>, chosen: &str) -> Vec<(AttrValue, String)> {
    // A choice that no customer has any more must still show as what it is.
    let lost = (!chosen.is_empty() && !known.contains(chosen)).then(|| chosen.to_owned());
    let words = known.iter().cloned().chain(lost).map(|word| (AttrValue::from(word.clone()), word));
    std::iter::once((AttrValue::from(""), all)).chain(words).collect()
}

/// Tells the page of the choice that `change` makes of a word.
fn changing(props: &FiltersProps, change: fn(&mut Chosen, String)) -> Callback<String> {
    let (chosen, onchange) = (props.chosen.clone(), props.onchange.clone());
    Callback::from(move |word: String| {
        let mut next = chosen.clone();
        change(&mut next, word);
        onchange.emit(next);
    })
}

fn labelled(label: String, control: Html) -> Html {
    html! { <label><span class="visually-hidden">{ label }</span>{ control }</label> }
}
