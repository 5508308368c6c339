//! Bytes to text.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use serde::{Deserialize, Serialize};

/// How a file writes its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Windows-1256, the old Arabic one.
    Windows1256,
}

/// A byte-order mark decides; else what is valid UTF-8 is UTF-8; else it is the old Windows encoding.
pub(super) fn guess(file: &[u8]) -> Encoding {
    match file {
        [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8,
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        _ if std::str::from_utf8(file).is_ok() => Encoding::Utf8,
        _ => Encoding::Windows1256,
    }
}

/// Decodes; what can't be decoded becomes U+FFFD, which makes its row a bad row.
pub(super) fn decode(file: &[u8], encoding: Encoding) -> String {
    let decoder = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Windows1256 => WINDOWS_1256,
    };
    decoder.decode_with_bom_removal(file).0.into_owned()
}
