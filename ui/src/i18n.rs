//! Words: Fluent messages of both languages, embedded, with numbers and dates as the person wants them.
//!
//! Invariant: a missing message shows its key and never breaks a screen; English stands in for a missing Arabic one.
//! Isolates stay around placeables: text from here is for screens, not for files or links.

pub use crate::prefs::Language;

use crate::format;
use crate::prefs::{Prefs, use_prefs};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use maydan_core::text::arabic_plural;
use maydan_core::{Day, Error, Instant};
use std::rc::Rc;
use yew::prelude::*;

type Bundle = FluentBundle<FluentResource>;

const ARABIC: &[&str] = &[
    include_str!("../locales/ar/common.ftl"),
    include_str!("../locales/ar/components.ftl"),
    include_str!("../locales/ar/errors.ftl"),
    include_str!("../locales/ar/records.ftl"),
    include_str!("../locales/ar/pages1.ftl"),
    include_str!("../locales/ar/pages2.ftl"),
];
const ENGLISH: &[&str] = &[
    include_str!("../locales/en/common.ftl"),
    include_str!("../locales/en/components.ftl"),
    include_str!("../locales/en/errors.ftl"),
    include_str!("../locales/en/records.ftl"),
    include_str!("../locales/en/pages1.ftl"),
    include_str!("../locales/en/pages2.ftl"),
];

thread_local! {
    static AR: Bundle = bundle("ar", ARABIC);
    static EN: Bundle = bundle("en", ENGLISH);
}

fn bundle(language: &str, texts: &[&str]) -> Bundle {
    let mut bundle = Bundle::new(vec![language.parse().unwrap_or_default()]);
    for text in texts {
        // What parses of a file with a mistake in it is still used: one bad message must not take the others away.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
    }
    bundle.set_formatter(Some(figures));
    // Arabic messages choose by `FORM($count)`: the plural rules that come with Fluent take every number from 100 up for
    // `other`. Adding fails only where the name is taken, in a bundle that has no other function.
    let _ = bundle.add_function("FORM", |args, _| match args {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts on a screen")]
        [FluentValue::Number(n)] => arabic_plural(n.value.abs() as u64).into(),
        _ => FluentValue::None,
    });
    bundle
}

/// Writes numbers inside messages with the person's digits.
fn figures<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(n) => {
            let least = n.options.minimum_fraction_digits.unwrap_or(0);
            let most = n.options.maximum_fraction_digits.unwrap_or(least.max(3));
            Some(format::number(&format::current(), n.value, least, most))
        }
        _ => None,
    }
}

/// A value put into a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text, isolated from the direction of what surrounds it.
    Text(String),
    /// A number: it also chooses among plural forms.
    Number(f64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Arg {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(float(number))
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and metres on a screen are far below 2^53")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The words of the app in the chosen language. Cheap to clone; equal when everything it writes would be equal.
#[derive(Debug, Clone, PartialEq)]
pub struct I18n {
    prefs: Prefs,
    tag: Rc<str>,
}

impl I18n {
    /// Words as `prefs` want them.
    pub fn new(prefs: Prefs) -> Self {
        Self { prefs, tag: prefs.tag().into() }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.prefs.language
    }

    /// A message.
    pub fn t(&self, key: &str) -> String {
        self.ta(key, &[])
    }

    /// A message with values in it.
    pub fn ta(&self, key: &str, args: &[(&str, Arg)]) -> String {
        self.find(key, args).unwrap_or_else(|| key.to_owned())
    }

    fn find(&self, key: &str, args: &[(&str, Arg)]) -> Option<String> {
        format::set_current(&self.tag);
        let own = match self.prefs.language {
            Language::Ar => AR.with(|bundle| message(bundle, key, args)),
            Language::En => None,
        };
        own.or_else(|| EN.with(|bundle| message(bundle, key, args)))
    }

    /// What went wrong and what to do about it.
    pub fn error(&self, error: &Error) -> String {
        let code = serde_json::to_value(error.code).ok();
        let code = code.as_ref().and_then(serde_json::Value::as_str).unwrap_or("internal");
        let key = format!("error-{}", code.replace('_', "-"));
        self.find(&key, &[]).unwrap_or_else(|| self.t("error-internal"))
    }

    /// The name of a field.
    pub fn label(&self, kind: &str, field: &str) -> String {
        self.t(&key(&[kind, field]))
    }

    /// The name of one of a field's choices.
    pub fn choice(&self, kind: &str, field: &str, value: &str) -> String {
        self.t(&key(&[kind, field, value]))
    }

    /// A whole number.
    pub fn number(&self, number: i64) -> String {
        format::number(&self.tag, float(number), 0, 0)
    }

    /// A number with that many digits after the decimal mark.
    pub fn decimal(&self, number: f64, digits: usize) -> String {
        format::number(&self.tag, number, digits, digits)
    }

    /// A distance: metres below a kilometre, kilometres above.
    pub fn distance(&self, metres: i64) -> String {
        match metres.unsigned_abs() {
            0..1_000 => format::unit(&self.tag, float(metres), "meter", 0),
            1_000..100_000 => format::unit(&self.tag, float(metres) / 1_000.0, "kilometer", 1),
            _ => format::unit(&self.tag, float(metres) / 1_000.0, "kilometer", 0),
        }
    }

    /// What stands between words of a set.
    pub fn list_separator(&self) -> &'static str {
        match self.prefs.language {
            Language::Ar => "، ",
            Language::En => ", ",
        }
    }

    /// A civil date with its day of the week.
    pub fn long_date(&self, day: Day) -> String {
        format::long_day(&self.tag, day)
    }

    /// A civil date.
    pub fn date(&self, day: Day) -> String {
        format::day(&self.tag, day)
    }

    /// The time of day here.
    pub fn time(&self, at: Instant) -> String {
        format::time(&self.tag, at)
    }

    /// Date and time here.
    pub fn datetime(&self, at: Instant) -> String {
        format::datetime(&self.tag, at)
    }

    /// How long ago, in words; a date when it is more than a month.
    pub fn ago(&self, at: Instant) -> String {
        format::ago(&self.tag, at)
    }

    /// A length of time in hours and minutes.
    pub fn duration(&self, ms: i64) -> String {
        let minutes = ms.max(0) / 60_000;
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let part = |number: i64, unit| format::unit(&self.tag, float(number), unit, 0);
        match (hours, minutes) {
            (0, 0) => self.t("duration-moment"),
            (0, minutes) => part(minutes, "minute"),
            (hours, 0) => part(hours, "hour"),
            (hours, minutes) => {
                self.ta("duration-both", &[("hours", part(hours, "hour").into()), ("minutes", part(minutes, "minute").into())])
            }
        }
    }
}

/// Names of kinds, fields and choices have underscores; keys have dashes.
fn key(parts: &[&str]) -> String {
    parts.join("-").replace('_', "-")
}

fn message(bundle: &Bundle, key: &str, args: &[(&str, Arg)]) -> Option<String> {
    let found = bundle.get_message(key)?;
    let pattern = found.value()?;
    let mut values = FluentArgs::new();
    for (name, value) in args {
        match value {
            Arg::Text(text) => values.set((*name).to_owned(), text.clone()),
            Arg::Number(number) => values.set((*name).to_owned(), *number),
        }
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
}

/// The words of the app; the component follows when the person chooses another language, digits or calendar.
#[hook]
pub fn use_i18n() -> I18n {
    I18n::new(use_prefs().now)
}
