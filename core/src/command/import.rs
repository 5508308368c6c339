//! Commands that bring tables of others in.

use crate::id::ScopeId;
use crate::import::{Layout, RowError};
use serde::{Deserialize, Serialize};

/// What Maydan makes of a file, before anything is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewImport {
    /// The file, base64.
    pub file: String,
    /// Corrections to what was guessed.
    #[serde(default)]
    pub layout: Option<Layout>,
}

/// A first look at a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// What was guessed or told: encoding, delimiter, decimal mark, columns.
    pub layout: Layout,
    /// The header.
    pub header: Vec<String>,
    /// The first rows, as read.
    pub sample: Vec<Vec<String>>,
    /// Rows in all.
    pub rows: u32,
    /// Rows that can't be read, the first hundred.
    pub errors: Vec<RowError>,
    /// Bad rows in all.
    pub bad_rows: u32,
}

/// Brings a file of customers in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRows {
    /// The file, base64.
    pub file: String,
    /// How to read it; as guessed when absent.
    #[serde(default)]
    pub layout: Option<Layout>,
    /// The territory; the user's own first when absent.
    #[serde(default)]
    pub scope: Option<ScopeId>,
}

/// What an import did. Good and bad rows add up to all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows in the file.
    pub rows: u32,
    /// Records made.
    pub created: u32,
    /// Rows whose record was there already (same reference), with nothing to change.
    pub unchanged: u32,
    /// Rows whose record was there and got new values.
    pub updated: u32,
    /// Rows left out, each with its line and why.
    pub errors: Vec<RowError>,
}
