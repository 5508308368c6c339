//! Two kinds of time that must not be mixed: an instant, and a day that a person means.

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in time: milliseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The civil date that a clock `offset_minutes` east of UTC shows.
    pub fn day(self, offset_minutes: i32) -> Day {
        let ms = self.0.saturating_add(i64::from(offset_minutes) * 60_000);
        Day(DateTime::from_timestamp_millis(ms).map_or(NaiveDate::MIN, |t| t.date_naive()))
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant moved by `ms` milliseconds.
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// A civil date, as in "visit her on Tuesday": it has no instant until somebody says where.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

impl std::str::FromStr for Day {
    type Err = crate::Error;
    fn from_str(s: &str) -> crate::Result<Self> {
        NaiveDate::parse_from_str(s, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| crate::Error::new(crate::ErrorCode::InvalidValue, format!("not a day (YYYY-MM-DD): {s:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_what_the_local_clock_shows() {
        let late_evening_utc = Instant(1_763_676_000_000); // 2025-11-20T22:00Z
        assert_eq!(late_evening_utc.day(0).to_string(), "2025-11-20");
        assert_eq!(late_evening_utc.day(120).to_string(), "2025-11-21");
    }
}
