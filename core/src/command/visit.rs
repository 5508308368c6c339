//! Commands of a visit's life.

use super::Revision;
use crate::document::Hash;
use crate::domain::geo::Fix;
use crate::domain::visit::{Event, Grade};
use crate::id::RecordId;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Puts a visit on a day's list, or moves one that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanVisit {
    /// The visit; one that is not there is made under this id, so that asking twice makes one. Without it the device
    /// chooses an id.
    #[serde(default)]
    pub visit: Option<RecordId>,
    /// Whom to visit.
    pub customer: RecordId,
    /// The civil day.
    pub day: Day,
    /// Order within the day.
    #[serde(default)]
    pub position: Option<i64>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Says "I am here". Never blocked; graded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckIn {
    /// The planned visit, or an id for an unplanned one; without it the device chooses an id.
    #[serde(default)]
    pub visit: Option<RecordId>,
    /// The customer.
    pub customer: RecordId,
    /// The position, if the device found one.
    #[serde(default)]
    pub fix: Option<Fix>,
    /// What the rep says when she is not where the pin is.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A check-in and how it was graded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// The visit.
    pub revision: Revision,
    /// The grade.
    pub grade: Grade,
    /// Metres from the pin.
    pub distance: Option<i64>,
}

/// Says "I am leaving".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckOut {
    /// The visit.
    pub visit: RecordId,
    /// The position, if there is one.
    #[serde(default)]
    pub fix: Option<Fix>,
}

/// Hands the report in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubmitVisit {
    /// The visit.
    pub visit: RecordId,
}

/// A manager's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewVisit {
    /// The visit.
    pub visit: RecordId,
    /// Agreed, or to be mended.
    pub approve: bool,
    /// The heads that she saw.
    pub saw: Vec<Hash>,
    /// What she says; required for a return.
    #[serde(default)]
    pub comment: String,
}

/// The steps of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitEvents {
    /// The visit.
    pub visit: RecordId,
}

/// A visit's steps in causal order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitLife {
    /// The steps.
    pub events: Vec<Event>,
    /// Names of the people in them.
    pub names: BTreeMap<RecordId, String>,
}
