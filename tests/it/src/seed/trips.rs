//! Trips: tracks of real devices, laid around towns of western Libya. Every position says that it is simulated.

use super::random::{Random, uuid};
use super::source::Source;
use super::{Spec, Trip, clock, workday};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::{Instant, RecordId};

/// Metres in a second: how fast a track is driven at most, whatever its file says.
const SPEED: f64 = 14.0;
/// Degrees that a track stays south of a town's centre: most of these towns have the sea in the north.
const INLAND: f64 = 0.03;

pub(super) fn make(spec: &Spec, source: &Source, count: usize) -> Vec<Trip> {
    (0..count).map(|index| trip(spec, source, index)).collect()
}

fn trip(spec: &Spec, source: &Source, index: usize) -> Trip {
    let mut random = Random::of(spec.seed, "trip", index);
    let rep = index % 2;
    let day = workday(spec.today, 1 + index / 2);
    let town = source.town_of(rep, &mut random);
    let &(track, ref original) = random.pick(&source.tracks);
    let begin = clock(day, random.within(8 * 60..=9 * 60));
    let fixes = lay(original, town.place, begin, &mut random);
    let ended_at = fixes.last().map_or(begin, |f| f.at).plus(random.within(60..=300) * 1000);
    Trip { id: RecordId(uuid(spec.seed, "trip", index)), rep, day, town: town.name.clone(), track, fixes, ended_at }
}

/// Lays a track around a town: its shape in metres stays, mirrored half the times; its times stay where a car could
/// have kept them.
fn lay(track: &[Fix], town: Point, begin: Instant, random: &mut Random) -> Vec<Fix> {
    let bounds = |of: fn(&Fix) -> f64| track.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    let (_, north) = bounds(|f| f.point.latitude);
    let (west, east) = bounds(|f| f.point.longitude);
    let anchor = town.latitude - INLAND;
    let mirror = if random.chance(50) { -1.0 } else { 1.0 };
    let stretch = mirror * north.to_radians().cos() / anchor.to_radians().cos();
    let mut laid: Vec<Fix> = Vec::with_capacity(track.len());
    for (n, fix) in track.iter().enumerate() {
        let latitude = anchor + fix.point.latitude - north;
        let longitude = town.longitude + (fix.point.longitude - f64::midpoint(west, east)) * stretch;
        let point = Point { latitude, longitude };
        let at = match (laid.last(), n.checked_sub(1).and_then(|before| track.get(before))) {
            (Some(last), Some(before)) => {
                let written = (fix.at.since(before.at) / 1000).clamp(5, 900);
                let needed = (last.point.distance(point) / SPEED).ceil() as i64;
                last.at.plus(written.max(needed) * 1000)
            }
            _ => begin,
        };
        let accuracy = random.within(4..=18) as f64;
        let battery = u8::try_from(96 - 50 * n / track.len()).ok();
        laid.push(Fix { point, accuracy, at, mock: false, simulated: true, battery });
    }
    laid
}
