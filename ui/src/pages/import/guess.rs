//! What can be told of a file when its header says nothing.

use maydan_core::import::{DecimalMark, Encoding, Layout};

/// Whether some column holds the customers' names, without which nothing can be brought in.
pub fn has_name(columns: &[Option<String>]) -> bool {
    columns.iter().flatten().any(|field| field == "name")
}

/// The fields that the words of a header stand for.
pub fn headed(header: &[String]) -> Vec<Option<String>> {
    // The guess reads a header line: one without marks that could be taken for delimiters.
    let line = header.iter().map(|cell| cell.replace([',', ';', '\t', '|', '"', '\n', '\r'], " ")).collect::<Vec<_>>().join(",");
    Layout::guess(Encoding::Utf8, &line).map_or_else(|_| vec![None; header.len()], |layout| layout.columns)
}

/// A layout by the bytes alone, with the first column taken for the names.
pub fn fallback(file: &[u8]) -> Layout {
    let encoding = match file {
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        _ if std::str::from_utf8(file).is_ok() => Encoding::Utf8,
        _ => Encoding::Windows1256,
    };
    let header = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |mark: char| header.iter().filter(|byte| char::from(**byte) == mark).count();
    let delimiter = [';', '\t', '|'].into_iter().fold(',', |best, mark| if count(mark) > count(best) { mark } else { best });
    Layout { encoding, delimiter, decimal: DecimalMark::Point, columns: vec![Some("name".to_owned())] }
}
