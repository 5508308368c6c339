//! The shape of a declaration.

use super::value::{Row, Value};
use crate::document::DocumentView;
use crate::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// What a field holds, and with it how it merges.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line; a clash keeps both values.
    Line,
    /// Free text; concurrent typing interleaves.
    Prose,
    /// A phone number.
    Phone,
    /// An email address.
    Email,
    /// A whole number.
    Integer,
    /// A measure.
    Real,
    /// Yes or no.
    Bool,
    /// A civil date.
    Day,
    /// An instant, milliseconds UTC.
    Instant,
    /// One of these.
    Choice(Vec<Cow<'static, str>>),
    /// A record of this kind (`*`: of any kind).
    Link(Cow<'static, str>),
    /// A set of words; concurrent additions all stay.
    Tags,
    /// Appended events, never edited; see [`crate::domain::visit`].
    Events,
    /// Appended position chunks, never edited; see [`crate::domain::trip`].
    Track,
    /// Computed from the document by the kind's `derive`; never written.
    Derived(Box<FieldType>),
}

impl FieldType {
    /// What the projection's column holds: a derived field's own type.
    pub fn stored(&self) -> &Self {
        match self {
            Self::Derived(inner) => inner,
            other => other,
        }
    }

    /// Whether this is free text in a Text object.
    pub fn is_prose(&self) -> bool {
        matches!(self, Self::Prose)
    }

    /// Whether the field has a column in the projection. Events and tracks are read from the document.
    pub fn has_column(&self) -> bool {
        !matches!(self, Self::Events | Self::Track)
    }
}

/// One field of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Its name in documents, columns and locale keys.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub ty: FieldType,
    /// Must not be empty.
    pub required: bool,
    /// Found by search.
    pub search: bool,
    /// Lists may be sorted by it.
    pub sort: bool,
    /// Lists may be filtered by it; indexed.
    pub filter: bool,
    /// The kind's version that brought it.
    pub since: u16,
}

impl Field {
    /// A plain field.
    pub fn new(name: impl Into<Cow<'static, str>>, ty: FieldType) -> Self {
        Self { name: name.into(), ty, required: false, search: false, sort: false, filter: false, since: 1 }
    }

    /// Turns on one option by the word that declarations use for it.
    #[must_use]
    pub fn with(mut self, option: &str) -> Self {
        match option {
            "required" => self.required = true,
            "search" => self.search = true,
            "sort" => self.sort = true,
            "filter" => self.filter = true,
            other => debug_assert!(false, "no such field option: {other}"),
        }
        self
    }

    /// Brought by a later version of its kind.
    #[must_use]
    pub fn since(mut self, version: u16) -> Self {
        self.since = version;
        self
    }

    /// Checks that `value` fits, and brings it into stored form.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`], [`ErrorCode::Required`], [`ErrorCode::UnknownField`] for fields that no edit may write.
    pub fn check(&self, value: Value) -> Result<Value> {
        if value.is_empty() {
            return if self.required {
                Err(Error::new(ErrorCode::Required, format!("the field {} is required", self.name)))
            } else {
                Ok(Value::Null)
            };
        }
        let invalid = || Error::new(ErrorCode::InvalidValue, format!("the field {} does not hold such a value", self.name));
        match (&self.ty, value) {
            (FieldType::Line | FieldType::Phone | FieldType::Email, Value::Text(s)) => {
                let line = s.split_whitespace().collect::<Vec<_>>().join(" ");
                if line.len() > MAX_LINE_BYTES {
                    return Err(Error::new(ErrorCode::TooLarge, format!("{} is longer than {MAX_LINE_BYTES} bytes", self.name)));
                }
                Ok(Value::Text(line))
            }
            (FieldType::Prose, Value::Text(s)) if s.len() <= MAX_PROSE_BYTES => Ok(Value::Text(s)),
            (FieldType::Prose, Value::Text(_)) => {
                Err(Error::new(ErrorCode::TooLarge, format!("{} is longer than {MAX_PROSE_BYTES} bytes", self.name)))
            }
            (FieldType::Integer | FieldType::Instant, v @ Value::Int(_)) => Ok(v),
            (FieldType::Real, v) => v.as_real().filter(|x| x.is_finite()).map(Value::Real).ok_or_else(invalid),
            (FieldType::Bool, v @ Value::Bool(_)) => Ok(v),
            (FieldType::Day, Value::Text(s)) => s.parse::<crate::Day>().map(|d| Value::Text(d.to_string())),
            (FieldType::Choice(of), Value::Text(s)) if of.iter().any(|c| *c == s) => Ok(Value::Text(s)),
            (FieldType::Link(_), Value::Text(s)) => s.parse::<crate::RecordId>().map(|id| Value::Text(id.to_string())),
            (FieldType::Tags, v @ Value::Tags(_)) => Ok(v),
            (FieldType::Events | FieldType::Track | FieldType::Derived(_), _) => {
                Err(Error::new(ErrorCode::UnknownField, format!("{} is not written by edits", self.name)))
            }
            _ => Err(invalid()),
        }
    }
}

/// Longest single line, bytes.
pub const MAX_LINE_BYTES: usize = 2_000;
/// Longest free text, bytes.
pub const MAX_PROSE_BYTES: usize = 200_000;

/// Whose scope a record has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeRule {
    /// Everybody in the company.
    Company,
    /// A territory, named when the record is made.
    Territory,
    /// The user who made it, and those who manage her.
    Own,
    /// The record in this link field: a child's scope follows its parent's, and that link never changes.
    Parent(Cow<'static, str>),
}

/// Fills a kind's derived fields from its document.
pub type Derive = fn(&DocumentView<'_>, &mut Row);

/// A kind of record.
#[derive(Clone)]
pub struct Kind {
    /// Its name in documents, tables and locale keys.
    pub name: Cow<'static, str>,
    /// Counts its genesis changes.
    pub version: u16,
    /// Who may see its records.
    pub scope: ScopeRule,
    /// Its fields, in the order of forms.
    pub fields: Vec<Field>,
    /// Computes its derived fields.
    pub derive: Option<Derive>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kind({} v{})", self.name, self.version)
    }
}

impl Kind {
    /// A kind without fields, to be filled at run time (custom kinds).
    pub fn new(name: impl Into<Cow<'static, str>>, scope: ScopeRule) -> Self {
        Self { name: name.into(), version: 1, scope, fields: Vec::new(), derive: None }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The field of that name.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownField`].
    pub fn get(&self, name: &str) -> Result<&Field> {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .ok_or_else(|| Error::new(ErrorCode::UnknownField, format!("{} has no field {name:?}", self.name)))
    }

    /// The fields with a column of their own.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.ty.has_column())
    }

    /// The field by which people name a record of this kind: its first required line, else its first searchable field.
    pub fn title(&self) -> Option<&Field> {
        self.fields.iter().find(|f| f.required && f.ty == FieldType::Line).or_else(|| self.fields.iter().find(|f| f.search))
    }

    /// Changes whenever the projection of this kind must be rebuilt. The same on every platform: rows travel with it.
    pub fn fingerprint(&self) -> i64 {
        let declared = serde_json::to_vec(&(super::FOLD_VERSION, &self.name, self.version, &self.fields)).unwrap_or_default();
        let digest = Sha256::digest(&declared);
        i64::from_le_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
    }
}
