//! Numbers, units, dates and times, written by the platform's `Intl` for a locale tag.
//!
//! Makers of `Intl` formats are slow and their results are not: each is made once per tag and style. Whatever the
//! platform refuses is shown plainly (ASCII digits, ISO dates), because a screen never breaks over a number.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use maydan_core::{Day, Instant};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;

thread_local! {
    static CURRENT: RefCell<Rc<str>> = RefCell::new("en-u-nu-latn".into());
    static FORMATS: RefCell<HashMap<String, Function>> = RefCell::new(HashMap::new());
    static RELATIVE: RefCell<HashMap<String, Intl::RelativeTimeFormat>> = RefCell::new(HashMap::new());
}

/// The tag by which numbers inside messages are written.
pub fn current() -> Rc<str> {
    CURRENT.with(|tag| Rc::clone(&tag.borrow()))
}

/// Sets the tag by which numbers inside messages are written.
pub fn set_current(tag: &Rc<str>) {
    CURRENT.with(|now| *now.borrow_mut() = Rc::clone(tag));
}

/// The platform's clock, milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
pub fn now() -> Instant {
    Instant(Date::now() as i64)
}

/// Today's civil date by the platform's clock and zone.
#[expect(clippy::cast_possible_truncation, reason = "zones are within a day")]
pub fn today() -> Day {
    now().day(-(Date::new_0().get_timezone_offset() as i32))
}

/// A number with between `least` and `most` digits after the decimal mark.
pub fn number(tag: &str, number: f64, least: usize, most: usize) -> String {
    let style = format!("{tag} number {least} {most}");
    let format = cached(&style, || {
        let options = options(&[]);
        digits(&options, least, most);
        Intl::NumberFormat::new(&locales(tag), &options).format()
    });
    run(&format, &JsValue::from_f64(number)).unwrap_or_else(|| number.to_string())
}

/// A number with its unit (`meter`, `kilometer`, `minute`, `hour`), short.
pub fn unit(tag: &str, number: f64, unit: &str, most: usize) -> String {
    let style = format!("{tag} {unit} {most}");
    let format = cached(&style, || {
        let options = options(&[("style", "unit"), ("unit", unit), ("unitDisplay", "short")]);
        digits(&options, 0, most);
        Intl::NumberFormat::new(&locales(tag), &options).format()
    });
    run(&format, &JsValue::from_f64(number)).unwrap_or_else(|| format!("{number} {unit}"))
}

/// A civil date. It has no zone: noon in UTC, written for UTC, is that day everywhere.
pub fn day(tag: &str, day: Day) -> String {
    let format = dates(tag, &[("day", "numeric"), ("month", "short"), ("year", "numeric"), ("timeZone", "UTC")]);
    let noon = Date::new(&JsValue::from_str(&format!("{day}T12:00:00Z")));
    run(&format, &noon).unwrap_or_else(|| day.to_string())
}

/// A civil date with its day of the week, without the year.
pub fn long_day(tag: &str, day: Day) -> String {
    let format = dates(tag, &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("timeZone", "UTC")]);
    let noon = Date::new(&JsValue::from_str(&format!("{day}T12:00:00Z")));
    run(&format, &noon).unwrap_or_else(|| day.to_string())
}

/// The time of day, here.
pub fn time(tag: &str, at: Instant) -> String {
    instant(&dates(tag, &[("hour", "numeric"), ("minute", "2-digit")]), at)
}

/// Date and time, here.
pub fn datetime(tag: &str, at: Instant) -> String {
    let options = [("day", "numeric"), ("month", "short"), ("year", "numeric"), ("hour", "numeric"), ("minute", "2-digit")];
    instant(&dates(tag, &options), at)
}

/// How long ago: "now", minutes, hours, days; a date when more than a month has passed.
pub fn ago(tag: &str, at: Instant) -> String {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let passed = now().since(at);
    let (count, unit) = match passed.abs() {
        0..MINUTE => (0, "second"),
        MINUTE..HOUR => (passed / MINUTE, "minute"),
        HOUR..DAY => (passed / HOUR, "hour"),
        _ => (passed / DAY, "day"),
    };
    let Ok(count) = i32::try_from(count) else { return datetime(tag, at) };
    if count.abs() > 30 && unit == "day" {
        return instant(&dates(tag, &[("day", "numeric"), ("month", "short"), ("year", "numeric")]), at);
    }
    RELATIVE.with(|made| {
        let mut made = made.borrow_mut();
        let format =
            made.entry(tag.to_owned()).or_insert_with(|| Intl::RelativeTimeFormat::new(&locales(tag), &options(&[("numeric", "auto")])));
        format.format(f64::from(-count), unit).into()
    })
}

fn instant(format: &Function, at: Instant) -> String {
    let ms = JsValue::from_f64(ms(at));
    run(format, &Date::new(&ms)).unwrap_or_else(|| at.0.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn ms(at: Instant) -> f64 {
    at.0 as f64
}

fn dates(tag: &str, parts: &[(&str, &str)]) -> Function {
    let style = parts.iter().fold(format!("{tag} date"), |style, (name, value)| format!("{style} {name}={value}"));
    cached(&style, || Intl::DateTimeFormat::new(&locales(tag), &options(parts)).format())
}

fn cached(style: &str, make: impl FnOnce() -> Function) -> Function {
    FORMATS.with(|made| made.borrow_mut().entry(style.to_owned()).or_insert_with(make).clone())
}

fn locales(tag: &str) -> Array {
    Array::of1(&JsValue::from_str(tag))
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a fresh object can't fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    object
}

fn digits(options: &Object, least: usize, most: usize) {
    for (name, count) in [("minimumFractionDigits", least), ("maximumFractionDigits", most)] {
        let count = u32::try_from(count).unwrap_or(0).min(20);
        let _ = Reflect::set(options, &JsValue::from_str(name), &JsValue::from(count));
    }
}

fn run(format: &Function, value: &JsValue) -> Option<String> {
    let text: JsValue = format.call1(&JsValue::UNDEFINED, value).ok()?;
    text.as_string()
}
