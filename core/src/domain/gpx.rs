//! GPX files, as far as a track needs: the positions and times of track points.
//!
//! Used for simulated positions (trials, tests, desktops without a receiver). Everything read from a file is marked
//! [`Fix::simulated`].

use super::geo::{Fix, Point};
use crate::time::Instant;
use crate::{Error, ErrorCode, Result};
use chrono::DateTime;

/// Largest file read.
pub const MAX_GPX_BYTES: usize = 8 << 20;

/// Reads the track points of a GPX file, in its order. Points without a position on the earth are left out; points
/// without a time of our century follow their predecessor by a second.
///
/// # Errors
/// [`ErrorCode::TooLarge`]; [`ErrorCode::Corrupt`] when it is not XML or holds no point.
pub fn parse(text: &str) -> Result<Vec<Fix>> {
    if text.len() > MAX_GPX_BYTES {
        return Err(Error::new(ErrorCode::TooLarge, format!("a GPX file has at most {MAX_GPX_BYTES} bytes")));
    }
    let xml =
        roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).map_err(|e| Error::corrupt(format!("not a GPX file: {e}")))?;
    let mut fixes: Vec<Fix> = Vec::new();
    for node in xml.descendants().filter(|n| n.has_tag_name_local("trkpt")) {
        let number = |name| node.attribute(name).and_then(|v| v.trim().parse::<f64>().ok());
        let Some(point) = number("lat").zip(number("lon")).and_then(|(lat, lon)| Point::new(lat, lon)) else { continue };
        let written = node
            .children()
            .find(|n| n.has_tag_name_local("time"))
            .and_then(|n| DateTime::parse_from_rfc3339(n.text()?.trim()).ok())
            .map(|t| Instant(t.timestamp_millis()))
            .filter(|t| (0..4_102_444_800_000).contains(&t.0));
        let at = written.unwrap_or_else(|| fixes.last().map_or(Instant(0), |f| f.at.plus(1000)));
        fixes.push(Fix { point, accuracy: 10.0, at, mock: false, simulated: true, battery: None });
    }
    if fixes.is_empty() {
        return Err(Error::corrupt("the GPX file holds no track point"));
    }
    Ok(fixes)
}

/// Matches tags whatever version of the GPX name space the file declares.
trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for roxmltree::Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(name: &str) -> Result<Vec<Fix>> {
        // Tests run in their package's folder.
        parse(&std::fs::read_to_string(format!("../tests/fixtures/tracks/{name}")).expect("fixture"))
    }

    #[test]
    fn tracks_of_real_devices_are_read() {
        for (name, points) in [("Mojstrovka.gpx", 184), ("korita-zbevnica.gpx", 871), ("around-visnjan-with-car.gpx", 104)] {
            let fixes = track(name).expect(name);
            assert_eq!(fixes.len(), points, "{name}");
            assert!(fixes.iter().all(|f| f.simulated));
        }
    }

    #[test]
    fn odd_files_are_read_as_far_as_they_make_sense() {
        for name in ["track-with-empty-segment.gpx", "track-with-extremes.gpx", "unicode_with_bom.gpx"] {
            match track(name) {
                Ok(fixes) => assert!(!fixes.is_empty(), "{name}"),
                Err(e) => assert_eq!(e.code, ErrorCode::Corrupt, "{name}"),
            }
        }
    }

    #[test]
    fn what_is_no_gpx_is_an_error() {
        for text in ["", "<html>", "<gpx></gpx>", "{}"] {
            assert_eq!(parse(text).expect_err(text).code, ErrorCode::Corrupt);
        }
    }
}
