//! Values of fields, as rows and commands carry them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A record as lists and forms see it: field name to value; empty fields are absent.
pub type Row = BTreeMap<String, Value>;

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(untagged)]
pub enum Value {
    /// Empty.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number: counts, instants (ms), metres.
    Int(i64),
    /// A measure: coordinates.
    Real(f64),
    /// Lines, prose, choices, phones, emails, days (ISO), links (ids).
    Text(String),
    /// A set of words.
    Tags(Vec<String>),
}

impl Value {
    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            _ => None,
        }
    }

    /// The whole number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The measure, also of a whole number.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Self::Real(x) => Some(*x),
            #[expect(clippy::cast_precision_loss, reason = "coordinates typed as whole degrees are small")]
            Self::Int(n) => Some(*n as f64),
            _ => None,
        }
    }

    /// Nothing was entered.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(s) => s.is_empty(),
            Self::Tags(t) => t.is_empty(),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}
impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}
impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}
