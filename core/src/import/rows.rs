//! Rows to customers.

use super::MAX_COLUMNS;
use super::layout::{DecimalMark, Layout};
use crate::domain::geo::Point;
use crate::id::{RecordId, ScopeId};
use crate::record::{Row, Value};
use crate::text::digits;
use crate::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A row that could not be brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub code: ErrorCode,
    /// The column that is wrong, by its field, if it is one.
    pub field: Option<String>,
    /// The row as read, so that it can be mended and brought in again.
    pub cells: Vec<String>,
}

/// A table, read.
#[derive(Debug, Clone)]
pub struct Table {
    /// How it was read.
    pub layout: Layout,
    /// The header.
    pub header: Vec<String>,
    /// The first rows, as read.
    pub sample: Vec<Vec<String>>,
    /// Good rows: line and fields.
    pub good: Vec<(u64, Row)>,
    /// Bad rows.
    pub bad: Vec<RowError>,
}

impl Table {
    /// All rows, good and bad.
    pub fn rows(&self) -> u32 {
        u32::try_from(self.good.len() + self.bad.len()).unwrap_or(u32::MAX)
    }
}

/// The cells of one line.
pub(super) fn cells(line: &str, delimiter: char) -> Result<Vec<String>> {
    let mut reader = reader(line, delimiter)?;
    match reader.records().next() {
        Some(Ok(record)) => Ok(record.iter().map(|c| c.trim().to_owned()).collect()),
        _ => Ok(Vec::new()),
    }
}

fn reader(text: &str, delimiter: char) -> Result<csv::Reader<&[u8]>> {
    let delimiter =
        u8::try_from(delimiter).ok().filter(u8::is_ascii).ok_or_else(|| Error::bad_request("the delimiter is one ASCII character"))?;
    Ok(csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes()))
}

pub(super) fn read(text: &str, layout: Layout) -> Result<Table> {
    let mut reader = reader(text, layout.delimiter)?;
    let mut records = reader.records();
    let header: Vec<String> = match records.next() {
        Some(Ok(record)) => record.iter().map(|c| c.trim().to_owned()).collect(),
        _ => return Err(Error::bad_request("the file has no header line")),
    };
    if header.len() > MAX_COLUMNS {
        return Err(Error::new(ErrorCode::TooLarge, format!("a table has at most {MAX_COLUMNS} columns")));
    }
    if !layout.columns.iter().flatten().any(|f| f == "name") {
        return Err(Error::bad_request("no column holds the customers' names: say which one does"));
    }
    let mut table = Table { layout, header, sample: Vec::new(), good: Vec::new(), bad: Vec::new() };
    for record in records {
        let (line, cells, unreadable) = match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                (line, record.iter().map(|c| c.trim().to_owned()).collect::<Vec<_>>(), false)
            }
            Err(e) => (e.position().map_or(0, csv::Position::line), Vec::new(), true),
        };
        if table.sample.len() < 5 {
            table.sample.push(cells.clone());
        }
        let problem = if unreadable { Err((ErrorCode::Corrupt, None)) } else { row(&table, &cells) };
        match problem {
            Ok(fields) => table.good.push((line, fields)),
            Err((code, field)) => table.bad.push(RowError { line, code, field, cells }),
        }
    }
    Ok(table)
}

fn row(table: &Table, cells: &[String]) -> Result<Row, (ErrorCode, Option<String>)> {
    if cells.len() > table.header.len() {
        return Err((ErrorCode::BadRequest, None)); // a delimiter inside an unquoted cell: every later cell would be another's
    }
    let mut fields = Row::new();
    for (cell, field) in cells.iter().zip(&table.layout.columns) {
        let Some(field) = field.as_ref().filter(|_| !cell.is_empty()) else { continue };
        if cell.contains('\u{FFFD}') {
            return Err((ErrorCode::Corrupt, Some(field.clone())));
        }
        let value = match field.as_str() {
            "latitude" | "longitude" => {
                let degrees = number(cell, table.layout.decimal);
                let on_earth = |x: f64| if field == "latitude" { Point::new(x, 0.0) } else { Point::new(0.0, x) }.is_some();
                match degrees.filter(|x| on_earth(*x)) {
                    Some(x) => Value::Real(x),
                    None => return Err((ErrorCode::InvalidValue, Some(field.clone()))),
                }
            }
            _ => Value::Text(cell.clone()),
        };
        fields.insert(field.clone(), value);
    }
    if fields.get("name").is_none_or(Value::is_empty) {
        // A business known only by its other name is still a business.
        match fields.get("other_name").cloned() {
            Some(other) => fields.insert("name".into(), other),
            None => return Err((ErrorCode::Required, Some("name".into()))),
        };
    }
    Ok(fields)
}

fn number(cell: &str, mark: DecimalMark) -> Option<f64> {
    let ascii = digits(cell).replace(['\u{200e}', '\u{200f}', ' '], "").replace('٫', ".");
    let ascii = match mark {
        DecimalMark::Point => ascii,
        DecimalMark::Comma => ascii.replace(',', "."),
    };
    ascii.parse().ok().filter(|x: &f64| x.is_finite())
}

/// The id of an imported customer of `scope`: the same row gives the same id everywhere.
pub fn derived_id(scope: ScopeId, fields: &Row) -> RecordId {
    let mut hash = Sha256::new();
    hash.update(b"maydan customer import 1");
    hash.update(scope.as_bytes());
    let text = |field: &str| fields.get(field).and_then(Value::as_text).unwrap_or_default();
    let identity = match text("reference") {
        "" => format!("{}\u{1f}{}\u{1f}{}", text("name"), text("city"), text("phone")),
        reference => reference.to_owned(),
    };
    hash.update(identity.as_bytes());
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    RecordId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
