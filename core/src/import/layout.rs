//! What is guessed about a table, and may be corrected.

use super::decode::Encoding;
use crate::text::fold;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// How to read a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Its characters.
    pub encoding: Encoding,
    /// Between cells: one ASCII character.
    pub delimiter: char,
    /// Between whole and part of a number.
    pub decimal: DecimalMark,
    /// For each column, the customer field that it fills, if any.
    pub columns: Vec<Option<String>>,
}

/// A decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// 32.88
    Point,
    /// 32,88
    Comma,
}

/// Headers as people write them, folded, with the field that they mean.
const HEADERS: &[(&str, &[&str])] = &[
    ("reference", &["المعرف", "الرقم", "رقم العميل", "الرمز", "id", "reference", "code", "customer id"]),
    ("name", &["الاسم", "اسم العميل", "العميل", "اسم المحل", "اسم الشركه", "name", "customer", "customer name"]),
    ("other_name", &["الاسم بالانجليزيه", "الاسم الاخر", "الاسم اللاتيني", "english name", "other name"]),
    ("phone", &["الهاتف", "رقم الهاتف", "الجوال", "الموبايل", "النقال", "هاتف", "phone", "mobile", "telephone"]),
    ("other_phone", &["هاتف اخر", "هاتف 2", "الهاتف الثاني", "phone 2", "other phone"]),
    ("email", &["البريد", "البريد الالكتروني", "الايميل", "email", "e-mail"]),
    ("city", &["المدينه", "البلده", "المنطقه", "city", "town"]),
    ("address", &["العنوان", "الشارع", "address", "street"]),
    ("activity", &["النشاط", "نوع النشاط", "القطاع", "activity", "sector", "category"]),
    ("latitude", &["خط العرض", "العرض", "latitude", "lat"]),
    ("longitude", &["خط الطول", "الطول", "longitude", "lon", "lng"]),
    ("remarks", &["ملاحظات", "ملاحظه", "remarks", "notes"]),
];

impl Layout {
    /// Guesses from the text.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`](crate::ErrorCode::BadRequest) when no line could be a header.
    pub fn guess(encoding: Encoding, text: &str) -> Result<Self> {
        let header = text.lines().find(|l| !l.trim().is_empty()).ok_or_else(|| Error::bad_request("the file is empty"))?;
        let delimiter = [',', ';', '\t', '|'].into_iter().max_by_key(|d| (header.matches(*d).count(), *d == ',')).unwrap_or(',');
        let cells = super::rows::cells(header, delimiter)?;
        let columns: Vec<Option<String>> = cells.iter().map(|cell| field_of(cell)).collect();
        let decimal = guess_decimal(text, delimiter, &columns);
        Ok(Self { encoding, delimiter, decimal, columns })
    }
}

fn field_of(header: &str) -> Option<String> {
    let header = fold(header);
    HEADERS.iter().find(|(_, names)| names.iter().any(|n| fold(n) == header)).map(|(field, _)| (*field).to_owned())
}

/// A comma counts as the decimal mark when the first coordinates that have a mark at all have a comma.
fn guess_decimal(text: &str, delimiter: char, columns: &[Option<String>]) -> DecimalMark {
    let coordinate = |c: &Option<String>| matches!(c.as_deref(), Some("latitude" | "longitude"));
    for line in text.lines().skip(1).take(200) {
        let Ok(cells) = super::rows::cells(line, delimiter) else { continue };
        for (cell, _) in cells.iter().zip(columns).filter(|(_, c)| coordinate(c)) {
            match (cell.contains(','), cell.contains('.')) {
                (true, false) => return DecimalMark::Comma,
                (false, true) => return DecimalMark::Point,
                _ => {}
            }
        }
    }
    DecimalMark::Point
}
