//! Rows as they are kept and sent: packed when they are made, and taken apart by whoever shows them.

use crate::record::Row;
use crate::{Error, Result};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A row as MessagePack: a map of field names to values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedRow(ByteBuf);

impl PackedRow {
    /// Packs a row.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`](crate::ErrorCode::Internal) when it can't be written.
    pub fn of(row: &Row) -> Result<Self> {
        let bytes = rmp_serde::to_vec(row).map_err(|e| Error::internal(format!("a row could not be packed: {e}")))?;
        Ok(Self(bytes.into()))
    }

    /// Bytes that were kept. That they are whole is looked at; what they say is not.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt).
    pub fn kept(bytes: Vec<u8>) -> Result<Self> {
        let mut rest = bytes.as_slice();
        let is_map = matches!(bytes.first(), Some(0x80..=0x8f | 0xde | 0xdf));
        let read = IgnoredAny::deserialize(&mut rmp_serde::Deserializer::new(&mut rest));
        if is_map && read.is_ok() && rest.is_empty() { Ok(Self(bytes.into())) } else { Err(Error::corrupt("a packed row is damaged")) }
    }

    /// The row.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt).
    pub fn row(&self) -> Result<Row> {
        rmp_serde::from_slice(&self.0).map_err(|e| Error::corrupt(format!("a packed row is damaged: {e}")))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    #[test]
    fn a_row_comes_out_as_it_went_in_and_damage_is_noticed() {
        let pairs = [
            ("name", Value::from("شركة النور")),
            ("visits", Value::Int(-7)),
            ("latitude", Value::Real(32.88)),
            ("is_open", Value::Bool(true)),
            ("tags", Value::Tags(vec!["جملة".into()])),
            ("city", Value::Null),
        ];
        let row: Row = pairs.map(|(field, value)| (field.to_owned(), value)).into();
        let packed = PackedRow::of(&row).expect("packed");
        let bytes = packed.as_bytes().to_vec();
        assert_eq!(PackedRow::kept(bytes.clone()).and_then(|packed| packed.row()), Ok(row));
        let more = [&bytes[..], &[0xc0]].concat();
        for damaged in [&[][..], &bytes[..bytes.len() - 1], &more, &[0xc0], &[0xc1]] {
            let code = PackedRow::kept(damaged.to_vec()).expect_err("damaged").code;
            assert_eq!(code, crate::ErrorCode::Corrupt, "{damaged:?}");
        }
    }
}
