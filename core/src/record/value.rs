//! Values of fields, as rows and commands carry them.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A record as lists and forms see it: field name to value; empty fields are absent.
pub type Row = BTreeMap<String, Value>;

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
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

/// By hand: told by the form alone, without trying one after the other. Rows come by the thousand.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

struct AnyForm;

impl<'de> Visitor<'de> for AnyForm {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a field")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "no field holds such a number")]
        Ok(i64::try_from(n).map_or(Value::Real(n as f64), Value::Int))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(Value::Real(x))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::Text(s.to_owned()))
    }

    fn visit_string<E>(self, s: String) -> Result<Value, E> {
        Ok(Value::Text(s))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut words: A) -> Result<Value, A::Error> {
        let mut tags = Vec::new();
        while let Some(word) = words.next_element()? {
            tags.push(word);
        }
        Ok(Value::Tags(tags))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_both_forms_of_writing() {
        let tags = Value::Tags(vec!["جملة".into(), "نقداً".into()]);
        let values = [Value::Null, Value::Bool(true), Value::Int(-7), Value::Int(i64::MAX), Value::Real(32.5), "اسم".into(), tags];
        for value in values {
            let json = serde_json::to_string(&value).expect("written");
            assert_eq!(serde_json::from_str::<Value>(&json).expect("read"), value);
            let packed = rmp_serde::to_vec_named(&value).expect("written");
            assert_eq!(rmp_serde::from_slice::<Value>(&packed).expect("read"), value);
        }
        assert!(serde_json::from_str::<Value>("{}").is_err() && serde_json::from_str::<Value>("[1]").is_err());
    }
}
