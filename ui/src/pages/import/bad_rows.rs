//! Bad rows as a table for a spreadsheet: where, why, and the row as it was read.
//!
//! Invariant: no cell of a stranger's file may run as a formula in the spreadsheet that opens this one.

use maydan_core::import::{DecimalMark, Layout, RowError};

/// The table as text: with a byte-order mark, so that spreadsheets read it as UTF-8, and `;` where a comma is the
/// decimal mark. `why` says what is wrong with a row; `line` and `problem` head the first two columns.
pub fn table(
    errors: &[RowError],
    header: &[String],
    layout: &Layout,
    line: &str,
    problem: &str,
    why: impl Fn(&RowError) -> String,
) -> String {
    let delimiter = if layout.decimal == DecimalMark::Comma { ';' } else { ',' };
    let mut text = String::from('\u{feff}');
    push(&mut text, delimiter, [line.to_owned(), problem.to_owned()].into_iter().chain(header.iter().cloned()));
    for error in errors {
        push(&mut text, delimiter, [error.line.to_string(), why(error)].into_iter().chain(error.cells.iter().cloned()));
    }
    text
}

fn push(text: &mut String, delimiter: char, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&guarded(&cell), delimiter)).collect();
    text.push_str(&cells.join(&delimiter.to_string()));
    text.push_str("\r\n");
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe; numbers and phones stay as they are.
fn guarded(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mut rest = cell.chars();
    let signed = matches!(rest.next(), Some('+' | '-'));
    let plain = signed && cell.len() > 1 && rest.all(|c| c.is_numeric() || matches!(c, ' ' | '.' | ',' | '-' | '(' | ')' | '/'));
    if risky && !plain { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str, delimiter: char) -> String {
    if cell.contains([delimiter, '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
