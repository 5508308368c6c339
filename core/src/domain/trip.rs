//! GPS trips: positions packed into chunks, distance, gaps.
//!
//! A chunk is a self-contained, delta-coded run of pings: zig-zag varints of seconds, 1e-5 degrees (about a metre) and
//! metres of accuracy, then a byte of flags. Chunks are appended to the trip's document under the sequence number of
//! their first ping, so that sending a chunk twice stores it once.

use super::geo::{Fix, Point};
use crate::document::DocumentView;
use crate::record::{Row, Value};
use crate::time::Instant;
use crate::{Error, Result};

/// Between two pings further apart than this the trace is a gap, not a line, milliseconds.
pub const GAP_MS: i64 = 10 * 60 * 1000;
/// Most pings in one chunk.
pub const MAX_CHUNK_PINGS: usize = 4_096;
/// Movements below this are noise of standing still, metres.
const JITTER_M: f64 = 10.0;
/// Faster than this between two fixes is an error of the receiver, metres per second.
const IMPOSSIBLE_SPEED: f64 = 70.0;

const FORMAT: u8 = 1;
const FLAG_MOCK: u8 = 1;
const FLAG_SIMULATED: u8 = 2;
const FLAG_BATTERY: u8 = 4;

/// Packs fixes into a chunk.
pub fn encode(fixes: &[Fix]) -> Vec<u8> {
    let mut out = vec![FORMAT];
    put(&mut out, i64::try_from(fixes.len()).unwrap_or(i64::MAX));
    let (mut t, mut lat, mut lon) = (0, 0, 0);
    for fix in fixes {
        let (t2, lat2, lon2) = (fix.at.0.div_euclid(1000), scale(fix.point.latitude), scale(fix.point.longitude));
        put(&mut out, t2 - t);
        put(&mut out, lat2 - lat);
        put(&mut out, lon2 - lon);
        (t, lat, lon) = (t2, lat2, lon2);
        #[expect(clippy::cast_possible_truncation, reason = "clamped")]
        put(&mut out, fix.accuracy.clamp(0.0, 100_000.0).round() as i64);
        let battery = if fix.battery.is_some() { FLAG_BATTERY } else { 0 };
        out.push(battery | if fix.mock { FLAG_MOCK } else { 0 } | if fix.simulated { FLAG_SIMULATED } else { 0 });
        out.extend(fix.battery);
    }
    out
}

/// Unpacks a chunk.
///
/// # Errors
/// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt) for bytes that are not exactly one chunk.
pub fn decode(bytes: &[u8]) -> Result<Vec<Fix>> {
    let mut reader = Reader(bytes);
    if reader.byte()? != FORMAT {
        return Err(Error::corrupt("this track was written by a newer version: update the app to see it"));
    }
    let count = usize::try_from(reader.number()?).ok().filter(|n| *n <= MAX_CHUNK_PINGS);
    let count = count.ok_or_else(|| Error::corrupt("a track chunk has too many pings"))?;
    let mut fixes = Vec::with_capacity(count);
    let (mut t, mut lat, mut lon) = (0_i64, 0_i64, 0_i64);
    for _ in 0..count {
        t = t.wrapping_add(reader.number()?);
        lat = lat.wrapping_add(reader.number()?);
        lon = lon.wrapping_add(reader.number()?);
        let accuracy = reader.number()?;
        let flags = reader.byte()?;
        let battery = if flags & FLAG_BATTERY == 0 { None } else { Some(reader.byte()?) };
        let point = Point::new(unscale(lat), unscale(lon)).ok_or_else(|| Error::corrupt("a ping is not on the earth"))?;
        #[expect(clippy::cast_precision_loss, reason = "metres")]
        fixes.push(Fix {
            point,
            accuracy: accuracy as f64,
            at: Instant(t.saturating_mul(1000)),
            mock: flags & FLAG_MOCK != 0,
            simulated: flags & FLAG_SIMULATED != 0,
            battery,
        });
    }
    if reader.0.is_empty() { Ok(fixes) } else { Err(Error::corrupt("a track chunk has bytes left over")) }
}

/// The pings of a trip, in the order of time.
pub fn pings(view: &DocumentView<'_>) -> Vec<Fix> {
    let mut fixes: Vec<Fix> = view.appended("track").iter().filter_map(|c| decode(&c.body).ok()).flatten().collect();
    fixes.sort_by_key(|f| f.at);
    fixes
}

/// What a trace amounts to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Summary {
    /// Metres driven, over gaps not counted.
    pub metres: f64,
    /// Stretches without pings.
    pub gaps: usize,
}

/// Distance and gaps of a trace that is in the order of time. Standing still adds nothing; jumps that no car can make
/// are left out.
pub fn summary(fixes: &[Fix]) -> Summary {
    let mut summary = Summary::default();
    let Some(first) = fixes.first() else { return summary };
    let (mut from, mut last_seen) = (first, first.at);
    for fix in &fixes[1..] {
        let silence = fix.at.since(last_seen);
        last_seen = fix.at;
        if silence > GAP_MS {
            summary.gaps += 1;
            from = fix;
            continue;
        }
        let metres = from.point.distance(fix.point);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a shift")]
        let seconds = (fix.at.since(from.at) as f64 / 1000.0).max(1.0);
        if metres > JITTER_M.max(fix.accuracy.min(50.0) / 2.0) && metres / seconds < IMPOSSIBLE_SPEED {
            summary.metres += metres;
            from = fix;
        }
    }
    summary
}

/// Splits a trace at its gaps, for drawing.
pub fn segments(fixes: &[Fix]) -> Vec<&[Fix]> {
    fixes.chunk_by(|a, b| b.at.since(a.at) <= GAP_MS).collect()
}

/// Fills a trip's derived fields.
pub fn derive(view: &DocumentView<'_>, row: &mut Row) {
    let fixes = pings(view);
    let summary = summary(&fixes);
    row.insert("pings".into(), Value::Int(i64::try_from(fixes.len()).unwrap_or(i64::MAX)));
    #[expect(clippy::cast_possible_truncation, reason = "metres of a shift")]
    row.insert("metres".into(), Value::Int(summary.metres.round() as i64));
    row.insert("gaps".into(), Value::Int(i64::try_from(summary.gaps).unwrap_or(i64::MAX)));
    if fixes.iter().any(|f| f.simulated) {
        row.insert("simulated".into(), Value::Bool(true));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "degrees times 1e5 fit")]
fn scale(degrees: f64) -> i64 {
    (degrees * 1e5).round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "degrees times 1e5 are exact in f64")]
fn unscale(scaled: i64) -> f64 {
    scaled as f64 / 1e5
}

fn put(out: &mut Vec<u8>, n: i64) {
    let mut zigzag = ((n << 1) ^ (n >> 63)).cast_unsigned();
    while zigzag >= 0x80 {
        out.push((zigzag & 0x7f) as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.0.split_first().ok_or_else(|| Error::corrupt("a track chunk ends too early"))?;
        self.0 = rest;
        Ok(first)
    }

    fn number(&mut self) -> Result<i64> {
        let mut zigzag = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            zigzag |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed()));
            }
        }
        Err(Error::corrupt("a number in a track chunk is too long"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive(minutes: &[i64]) -> Vec<Fix> {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        minutes
            .iter()
            .map(|m| Fix {
                point: Point { latitude: 32.8 + *m as f64 * 0.005, longitude: 13.2 },
                accuracy: 8.0,
                at: Instant(1_760_000_000_000 + m * 60_000),
                mock: false,
                simulated: *m % 2 == 0,
                battery: (*m % 3 == 0).then_some(77),
            })
            .collect()
    }

    #[test]
    fn chunks_keep_every_ping() {
        let fixes = drive(&[0, 1, 2, 3, 30, 31]);
        let back = decode(&encode(&fixes)).expect("decoded");
        assert_eq!(back.len(), fixes.len());
        for (a, b) in fixes.iter().zip(&back) {
            assert!(a.point.distance(b.point) < 1.0);
            assert_eq!((a.at, a.mock, a.simulated, a.battery), (b.at, b.mock, b.simulated, b.battery));
        }
    }

    #[test]
    fn a_ping_of_a_drive_takes_twelve_bytes_at_most() {
        let fixes = drive(&(0..96).map(|n| n * 5).collect::<Vec<_>>());
        assert!(encode(&fixes).len() <= 12 * fixes.len());
    }

    #[test]
    fn silence_is_a_gap_and_not_a_line() {
        let fixes = drive(&[0, 1, 2, 60, 61]);
        let summary = summary(&fixes);
        assert_eq!(summary.gaps, 1);
        assert!((summary.metres - 3.0 * 556.0).abs() < 10.0, "{}", summary.metres);
        assert_eq!(segments(&fixes).iter().map(|s| s.len()).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn standing_still_and_impossible_jumps_add_no_distance() {
        let mut fixes = drive(&[0, 0, 0]);
        fixes[1].point.latitude += 0.000_03;
        fixes[1].at = fixes[0].at.plus(60_000);
        fixes[2].point.latitude += 1.0;
        fixes[2].at = fixes[0].at.plus(61_000);
        assert!(summary(&fixes).metres < 0.1);
    }

    #[test]
    fn damaged_chunks_are_errors() {
        let good = encode(&drive(&[0, 1, 2]));
        for cut in 0..good.len() {
            assert!(decode(&good[..cut]).is_err(), "cut at {cut}");
        }
        assert!(decode(&[good.as_slice(), &[0]].concat()).is_err(), "bytes left over");
        assert!(decode(&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]).is_err(), "endless number");
    }
}
