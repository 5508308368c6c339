//! Tables of others (CSV) as customers.
//!
//! Everything that is guessed (encoding, delimiter, decimal mark, which column is which) is a [`Layout`] that the person
//! sees and may correct. Every row ends up as a record or as a [`RowError`]: none is lost silently.
//!
//! Invariant: the id of an imported record is derived from its reference (or, without one, from its content), so that
//! importing a file twice, or on two devices, makes each record once.

mod decode;
mod layout;
mod rows;

pub use decode::Encoding;
pub use layout::{DecimalMark, Layout};
pub use rows::{RowError, Table, derived_id};

use crate::{Error, ErrorCode, Result};

/// Largest file accepted, bytes.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// Most columns accepted.
pub const MAX_COLUMNS: usize = 256;

/// Reads a file: as `layout` says, or as guessed.
///
/// # Errors
/// [`ErrorCode::TooLarge`]; [`ErrorCode::BadRequest`] when there is no header or no column with a name.
pub fn read(file: &[u8], layout: Option<Layout>) -> Result<Table> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Error::new(ErrorCode::TooLarge, format!("a file has at most {} MiB: split it", MAX_FILE_BYTES >> 20)));
    }
    let encoding = layout.as_ref().map_or_else(|| decode::guess(file), |l| l.encoding);
    let text = decode::decode(file, encoding);
    let layout = match layout {
        Some(layout) => layout,
        None => Layout::guess(encoding, &text)?,
    };
    rows::read(&text, layout)
}

#[cfg(test)]
mod tests;
