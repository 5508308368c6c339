//! A visit's life: a list of appended events, from which its status is derived.
//!
//! Events are never edited and never collide: two devices that append at once both keep their events. The order is the
//! causal order of the document, not a clock's. Events that do not fit the state (two check-ins at once) stay in the
//! history and change nothing.
//!
//! An approval pins the heads that the manager saw; changes beyond them are shown as after-approval.

use super::geo::{Fix, Point};
use crate::document::{DocumentView, Hash};
use crate::id::RecordId;
use crate::record::{Row, Value};
use crate::time::{Day, Instant};
use crate::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};

/// Check-ins up to this far from the customer are inside, metres.
pub const RADIUS_M: f64 = 200.0;
/// Fixes less sure than this are doubtful, metres.
pub const DOUBTFUL_ACCURACY_M: f64 = 100.0;
/// Fixes older than this at check-in are doubtful, milliseconds.
pub const DOUBTFUL_AGE_MS: i64 = 120_000;
/// A clock further than this from the server's makes a check-in doubtful, milliseconds.
pub const DOUBTFUL_SKEW_MS: i64 = 300_000;

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On somebody's list for a day.
    Planned,
    /// The rep is there.
    CheckedIn,
    /// The rep has left.
    CheckedOut,
    /// The report waits for a manager.
    Submitted,
    /// A manager agreed.
    Approved,
    /// A manager wants something mended.
    Returned,
}

impl Status {
    /// The word in rows and locale keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::CheckedIn => "checked_in",
            Self::CheckedOut => "checked_out",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Returned => "returned",
        }
    }
}

/// How well a check-in proves presence. It never blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Within [`RADIUS_M`], sure, fresh.
    Verified,
    /// It can't be told.
    Doubtful,
    /// Surely elsewhere; the rep says why.
    OutOfRadius,
}

impl Grade {
    /// The word in rows and locale keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Doubtful => "doubtful",
            Self::OutOfRadius => "out_of_radius",
        }
    }
}

/// What the device could tell at check-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The position, if there was one.
    pub fix: Option<Fix>,
    /// Metres from the customer's pin, where both are known.
    pub distance: Option<i64>,
    /// Server clock less device clock at the last contact, milliseconds.
    pub clock_skew: Option<i64>,
    /// The judgement.
    pub grade: Grade,
    /// What the rep said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Grades a check-in at `now` against the customer's pin.
pub fn grade(fix: Option<&Fix>, pin: Option<Point>, clock_skew: Option<i64>, now: Instant) -> (Grade, Option<i64>) {
    let Some(fix) = fix else { return (Grade::Doubtful, None) };
    let Some(pin) = pin else { return (Grade::Doubtful, None) };
    let metres = fix.point.distance(pin);
    #[expect(clippy::cast_possible_truncation, reason = "distances on the earth fit")]
    let distance = metres.round() as i64;
    let accuracy = if fix.accuracy.is_finite() { fix.accuracy.max(0.0) } else { f64::MAX };
    let unsure = fix.mock
        || accuracy > DOUBTFUL_ACCURACY_M
        || now.since(fix.at).abs() > DOUBTFUL_AGE_MS
        || clock_skew.is_some_and(|s| s.abs() > DOUBTFUL_SKEW_MS);
    let grade = if metres - accuracy.min(DOUBTFUL_ACCURACY_M) > RADIUS_M {
        Grade::OutOfRadius
    } else if unsure || metres > RADIUS_M {
        Grade::Doubtful
    } else {
        Grade::Verified
    };
    (grade, Some(distance))
}

/// One step of a visit's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Step {
    /// Put on the list of a day; `position` orders the day's stops.
    Planned {
        /// The civil day.
        day: Day,
        /// IANA zone in which that day is meant.
        zone: String,
        /// Order within the day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<i64>,
    },
    /// Arrived.
    CheckedIn {
        /// The civil day of arrival.
        day: Day,
        /// Proof of presence.
        evidence: Box<Evidence>,
    },
    /// Left.
    CheckedOut {
        /// Where, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<Fix>,
    },
    /// Handed in.
    Submitted,
    /// Agreed.
    Approved {
        /// The heads that the manager saw.
        saw: Vec<Hash>,
        /// What she said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        comment: String,
    },
    /// Sent back.
    Returned {
        /// What is to be mended.
        comment: String,
    },
}

/// A step with who and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, by the device's clock.
    pub at: Instant,
    /// Who.
    pub by: RecordId,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// Whether `step` may follow `status`.
///
/// # Errors
/// [`ErrorCode::WrongState`], [`ErrorCode::Required`] for a return without a word.
pub fn allow(status: Option<Status>, step: &Step) -> Result<Status> {
    use Status as S;
    let next = match (status, step) {
        (None | Some(S::Planned), Step::Planned { .. }) => S::Planned,
        (None | Some(S::Planned), Step::CheckedIn { .. }) => S::CheckedIn,
        (Some(S::CheckedIn), Step::CheckedOut { .. }) => S::CheckedOut,
        (Some(S::CheckedOut | S::Returned), Step::Submitted) => S::Submitted,
        (Some(S::Submitted), Step::Approved { .. }) => S::Approved,
        (Some(S::Submitted | S::Approved), Step::Returned { comment }) => {
            if comment.trim().is_empty() {
                return Err(Error::new(ErrorCode::Required, "a return says what to mend"));
            }
            S::Returned
        }
        (status, _) => {
            let state = status.map_or("new", S::as_str);
            return Err(Error::new(ErrorCode::WrongState, format!("a visit that is {state} can't take this step")));
        }
    };
    Ok(next)
}

/// The events of a visit, in causal order, with the change that brought each.
pub fn events(view: &DocumentView<'_>) -> Vec<(Event, Option<Hash>)> {
    view.appended("events").into_iter().filter_map(|entry| Some((serde_json::from_slice(&entry.body).ok()?, entry.change))).collect()
}

/// Where a list of events leads. Steps that do not fit change nothing.
pub fn status<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Status> {
    events.into_iter().fold(None, |status, event| allow(status, &event.step).ok().or(status))
}

/// Fills a visit's derived fields.
pub fn derive(view: &DocumentView<'_>, row: &mut Row) {
    let mut status = None;
    for (event, change) in events(view) {
        let Ok(next) = allow(status, &event.step) else { continue };
        status = Some(next);
        let mut put = |field: &str, value: Value| {
            row.insert(field.to_owned(), value);
        };
        match event.step {
            Step::Planned { day, position, .. } => {
                put("day", day.to_string().into());
                put("position", position.map_or(Value::Null, Value::Int));
            }
            Step::CheckedIn { day, evidence } => {
                put("day", day.to_string().into());
                put("checked_in_at", event.at.0.into());
                put("grade", evidence.grade.as_str().into());
                put("distance", evidence.distance.map_or(Value::Null, Value::Int));
            }
            Step::CheckedOut { .. } => put("checked_out_at", event.at.0.into()),
            Step::Submitted => {
                put("submitted_at", event.at.0.into());
                put("changed_after_approval", Value::Null);
            }
            Step::Approved { saw, comment } => {
                put("comment", comment.into());
                let beyond = change.map_or(0, |approval| {
                    let mut known = saw;
                    known.push(approval);
                    view.changes_beyond(&known)
                });
                put("changed_after_approval", if beyond > 0 { true.into() } else { Value::Null });
            }
            Step::Returned { comment } => {
                put("comment", comment.into());
                put("changed_after_approval", Value::Null);
            }
        }
    }
    if let Some(status) = status {
        row.insert("status".to_owned(), status.as_str().into());
    }
    row.retain(|_, value| !value.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_760_000_000_000);
    const PIN: Point = Point { latitude: 32.8872, longitude: 13.1913 };

    fn fix(metres_north: f64, accuracy: f64) -> Fix {
        let point = Point { latitude: PIN.latitude + metres_north / 111_195.0, longitude: PIN.longitude };
        Fix { point, accuracy, at: NOW, mock: false, simulated: false, battery: Some(80) }
    }

    #[test]
    fn check_ins_are_graded_by_distance_and_trust() {
        let graded = |f: Fix, skew| grade(Some(&f), Some(PIN), skew, NOW).0;
        assert_eq!(graded(fix(150.0, 20.0), None), Grade::Verified);
        assert_eq!(graded(fix(210.0, 20.0), None), Grade::Doubtful, "200 m is within its accuracy");
        assert_eq!(graded(fix(290.0, 20.0), None), Grade::OutOfRadius);
        assert_eq!(graded(fix(20.0, 150.0), None), Grade::Doubtful, "too unsure");
        assert_eq!(graded(fix(5_000.0, 2_000.0), None), Grade::OutOfRadius, "a vague fix far away is not nearby");
        assert_eq!(graded(Fix { mock: true, ..fix(20.0, 5.0) }, None), Grade::Doubtful);
        assert_eq!(graded(Fix { at: NOW.plus(-180_000), ..fix(20.0, 5.0) }, None), Grade::Doubtful, "an old fix");
        assert_eq!(graded(Fix { at: NOW.plus(180_000), ..fix(20.0, 5.0) }, None), Grade::Doubtful, "a fix of the future");
        assert_eq!(graded(fix(20.0, 5.0), Some(600_000)), Grade::Doubtful, "the clock is wrong");
        assert_eq!(graded(fix(20.0, f64::NAN), None), Grade::Doubtful);
    }

    #[test]
    fn without_a_fix_or_a_pin_presence_is_doubtful_and_never_blocked() {
        assert_eq!(grade(None, Some(PIN), None, NOW), (Grade::Doubtful, None));
        assert_eq!(grade(Some(&fix(0.0, 5.0)), None, None, NOW), (Grade::Doubtful, None));
    }

    /// Every step in every state: what is allowed, and where it leads.
    #[test]
    fn the_life_cycle_allows_exactly_these_steps() {
        use Status as S;
        let evidence = Box::new(Evidence { fix: None, distance: None, clock_skew: None, grade: Grade::Doubtful, reason: None });
        let day: Day = "2026-11-21".parse().expect("a day");
        let steps = [
            ("plan", Step::Planned { day, zone: "Africa/Tripoli".into(), position: None }),
            ("check in", Step::CheckedIn { day, evidence }),
            ("check out", Step::CheckedOut { fix: None }),
            ("submit", Step::Submitted),
            ("approve", Step::Approved { saw: vec![], comment: String::new() }),
            ("return", Step::Returned { comment: "أعد الصورة".into() }),
        ];
        let states =
            [None, Some(S::Planned), Some(S::CheckedIn), Some(S::CheckedOut), Some(S::Submitted), Some(S::Approved), Some(S::Returned)];
        let mut allowed = Vec::new();
        for state in states {
            for (name, step) in &steps {
                if let Ok(next) = allow(state, step) {
                    allowed.push((state.map_or("new", S::as_str), *name, next.as_str()));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                ("new", "plan", "planned"),
                ("new", "check in", "checked_in"),
                ("planned", "plan", "planned"),
                ("planned", "check in", "checked_in"),
                ("checked_in", "check out", "checked_out"),
                ("checked_out", "submit", "submitted"),
                ("submitted", "approve", "approved"),
                ("submitted", "return", "returned"),
                ("approved", "return", "returned"),
                ("returned", "submit", "submitted"),
            ]
        );
    }

    #[test]
    fn a_return_must_say_what_to_mend() {
        let silent = Step::Returned { comment: "  ".into() };
        assert_eq!(allow(Some(Status::Submitted), &silent).expect_err("refused").code, ErrorCode::Required);
    }
}
