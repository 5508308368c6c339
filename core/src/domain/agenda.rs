//! Which day a piece of work is for, told from a change alone: a first sync brings the work of these days first.

use super::visit::{Event, Step};
use crate::document::RawChange;
use crate::time::{Day, Instant};
use chrono::{Datelike, NaiveDate};

/// A day as a number, so that it can be looked up: days since 0001-01-01, counting that as 1.
pub fn number(day: Day) -> i64 {
    i64::from(day.0.num_days_from_ce())
}

/// The days that may be today somewhere, first and last.
pub fn around(now: Instant) -> (i64, i64) {
    let today = number(now.day(0));
    (today - 1, today + 1)
}

/// The day that a change puts its record on, as a [`number`]. `None` when it says nothing of a day.
pub fn day_of(kind: &str, change: &RawChange) -> Option<i64> {
    let is_of_interest = matches!(kind, "visit" | "task");
    let writes = if is_of_interest { change.root_writes() } else { Vec::new() };
    let days = writes.into_iter().filter_map(|write| {
        let text = write.text?;
        match kind {
            "visit" if write.key.starts_with("events/") => match serde_json::from_str::<Event>(&text).ok()?.step {
                Step::Planned { day, .. } | Step::CheckedIn { day, .. } => Some(day),
                _ => None,
            },
            "task" if write.key == "due" => text.parse().ok(),
            _ => None,
        }
    });
    // A day without a date says nothing of when.
    days.filter(|day| day.0 > NaiveDate::MIN).map(number).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Edit};
    use crate::id::{Actor, RecordId};
    use crate::record::Registry;
    use uuid::Uuid;

    #[test]
    fn a_task_is_for_the_day_it_is_due_and_a_customer_for_none() {
        let registry = Registry::maydan();
        let written = |kind: &str, edits: &[Edit]| {
            let kind = registry.get(kind).expect("declared");
            let mut document = Document::create(kind, RecordId(Uuid::from_u128(7))).expect("made");
            let change = document.edit(Actor(Uuid::from_u128(8)), Instant(0), None, edits).expect("edited").change.expect("a change");
            day_of(&kind.name, &change)
        };
        let (first, last) = around(Instant(1_760_000_000_000));
        assert_eq!(last - first, 2);
        assert_eq!(written("task", &[Edit::set("title", "اتصال"), Edit::set("due", "2025-10-09")]), Some(first + 1));
        assert_eq!(written("task", &[Edit::set("title", "اتصال")]), None);
        assert_eq!(written("customer", &[Edit::set("name", "2025-10-09")]), None);
    }
}
