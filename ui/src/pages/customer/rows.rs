//! Reading rows, and asking for them. Deliberately absent: how values look ([`crate::records`]).

pub use crate::format::now;

use maydan_core::command::{Filter, Test};
use maydan_core::domain::geo::Point;
use maydan_core::{Instant, RecordId, Row, Value};

/// The text of a field; empty when there is none.
pub fn text<'a>(row: &'a Row, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_text).unwrap_or_default()
}

/// The record that a link field names.
pub fn link(row: &Row, field: &str) -> Option<RecordId> {
    row.get(field)?.as_text()?.parse().ok()
}

/// The instant in a field.
pub fn instant(row: &Row, field: &str) -> Option<Instant> {
    row.get(field)?.as_int().map(Instant)
}

/// A customer's pin on the map.
pub fn pin(row: &Row) -> Option<Point> {
    Point::new(row.get("latitude")?.as_real()?, row.get("longitude")?.as_real()?)
}

/// The condition that a field is exactly this.
pub fn is(field: &str, value: impl Into<Value>) -> Filter {
    Filter { field: field.to_owned(), test: Test::Is(value.into()) }
}
