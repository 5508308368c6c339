//! Language, digits, calendar and theme: each takes effect at once.

use crate::components::{Field, Select};
use crate::hooks::{use_i18n, use_prefs};
use crate::i18n::I18n;
use crate::prefs::{Calendar, Digits, Language, Prefs, Theme};
use yew::prelude::*;

/// How the app looks to this person.
#[component]
pub fn Look() -> Html {
    let i18n = use_i18n();
    let prefs = use_prefs();
    // A word that is not on the list changes nothing.
    let change = |apply: fn(Prefs, &str) -> Option<Prefs>| {
        let prefs = prefs.clone();
        Callback::from(move |word: String| {
            if let Some(changed) = apply(prefs.now, &word) {
                prefs.set(changed);
            }
        })
    };
    let language = change(|now, word| Some(Prefs { language: Language::of(word)?, ..now }));
    let digits = change(|now, word| Some(Prefs { digits: Digits::of(word)?, ..now }));
    let calendar = change(|now, word| Some(Prefs { calendar: Calendar::of(word)?, ..now }));
    let theme = change(|now, word| Some(Prefs { theme: Theme::of(word)?, ..now }));
    let now = prefs.now;
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-settings-look") }</h2>
            <div class="p2-form">
                <Field label={i18n.t("page-settings-language")}>
                    <Select
                        value={now.language.word()}
                        options={options(&i18n, "language", Language::ALL.iter().map(|choice| choice.word()))}
                        onchange={language}
                        testid="settings-language"
                    />
                </Field>
                <Field label={i18n.t("page-settings-theme")}>
                    <Select
                        value={now.theme.word()}
                        options={options(&i18n, "theme", Theme::ALL.iter().map(|choice| choice.word()))}
                        onchange={theme}
                        testid="settings-theme"
                    />
                </Field>
                <Field label={i18n.t("page-settings-digits")}>
                    <Select
                        value={now.digits.word()}
                        options={options(&i18n, "digits", Digits::ALL.iter().map(|choice| choice.word()))}
                        onchange={digits}
                        testid="settings-digits"
                    />
                </Field>
                <Field label={i18n.t("page-settings-calendar")}>
                    <Select
                        value={now.calendar.word()}
                        options={options(&i18n, "calendar", Calendar::ALL.iter().map(|choice| choice.word()))}
                        onchange={calendar}
                        testid="settings-calendar"
                    />
                </Field>
            </div>
        </section>
    }
}

fn options(i18n: &I18n, setting: &str, words: impl Iterator<Item = &'static str>) -> Vec<(AttrValue, String)> {
    words.map(|word| (AttrValue::Static(word), i18n.t(&format!("page-settings-{setting}-{word}")))).collect()
}
