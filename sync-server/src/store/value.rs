//! Values that both databases hold alike: whole numbers, text, bytes, nothing.

use maydan_core::document::Hash;
use maydan_core::{Actor, DeviceId, Error, Instant, RecordId, Result, ScopeId};
use uuid::Uuid;

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A column, by its place from 0.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`](maydan_core::ErrorCode::Internal) when it does not hold such a value.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T> {
        let value = self.0.get(column).cloned().unwrap_or(Value::Null);
        T::from_value(value).map_err(|e| Error::internal(format!("column {column} of the database: {}", e.message)))
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// Reads it.
    fn from_value(value: Value) -> Result<Self>;
}

fn other<T>(value: &Value) -> Result<T> {
    Err(Error::internal(format!("another sort of value was expected than {value:?}")))
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self> {
        if let Value::Int(n) = value { Ok(n) } else { other(&value) }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(i64::unsigned_abs)
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(|n| n != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self> {
        if let Value::Text(text) = value { Ok(text) } else { other(&value) }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self> {
        if let Value::Bytes(bytes) = value { Ok(bytes) } else { other(&value) }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self> {
        if value == Value::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u64> for Value {
    /// Numbers of entries never come near the limit.
    fn from(n: u64) -> Self {
        Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Self::Int(at.0)
    }
}

impl FromValue for Instant {
    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(Self)
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self> {
        RecordId::from_value(value).map(|id| id.0)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Bytes(id.as_bytes().to_vec())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids {
    ($($id:ident),*) => { $(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Bytes(id.0.as_bytes().to_vec())
            }
        }

        impl FromValue for $id {
            fn from_value(value: Value) -> Result<Self> {
                let bytes = Vec::from_value(value)?;
                Uuid::from_slice(&bytes).map(Self).map_err(|_| Error::internal("an id has 16 bytes"))
            }
        }
    )* };
}
ids!(RecordId, ScopeId, DeviceId, Actor);

impl From<Hash> for Value {
    fn from(hash: Hash) -> Self {
        Self::Bytes(hash.0.to_vec())
    }
}

impl FromValue for Hash {
    fn from_value(value: Value) -> Result<Self> {
        Self::from_slice(&Vec::from_value(value)?)
    }
}

/// Parameters of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}
pub(crate) use params;
