//! A shift of eight hours with signal all the time, a position every ten seconds: what is kept and sent of each.

use crate::Plan;
use crate::figure::{Figure, Runs};
use anyhow::{Context, Result, ensure};
use maydan_core::command::{AddPings, EndTrip, Grant, Level, ReplicaCommands, SessionUser, StartTrip};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::sync::wire::{LogHead, Outcome, PushAnswer};
use maydan_core::{DeviceId, Host, RecordId, Registry};
use maydan_it::platform::SystemHost;
use maydan_replica::{OpenOptions, Place, Replica};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

const PINGS: usize = 8 * 360;

/// Bytes of a position, kept and sent, beside a GPX file, a JSON object for each, and bare columns of differences.
pub(super) async fn trip(plan: &Plan) -> Result<Vec<Figure>> {
    let host = Arc::new(SystemHost::default());
    let folder = tempfile::tempdir()?;
    let options = OpenOptions {
        place: Place::File(folder.path().join("replica.db")),
        host: host.clone(),
        registry: Registry::maydan(),
        remembered_actor: None,
    };
    let mut replica = Replica::open(options)?;
    let id = RecordId(Uuid::from_u128(0xA));
    let grants = vec![Grant { scope: id.into(), level: Level::Write }];
    replica.set_user(SessionUser { id, name: "أمل".into(), role: "rep".into(), grants, device: DeviceId(id.0) })?;
    let trip = replica.start_trip(StartTrip {})?.id;
    let (mut sent, mut pushes, mut fixes) = (0, 0, Vec::new());
    for n in 0..PINGS {
        host.wrong_by.fetch_add(10_000, Ordering::Relaxed);
        let fix = position(n, host.now());
        fixes.push(fix);
        replica.add_pings(AddPings { trip, fixes: vec![fix] })?;
        if replica.has_work()? {
            sent += push(&mut replica)?;
            pushes += 1;
        }
    }
    replica.end_trip(EndTrip { trip })?;
    sent += push(&mut replica)?;
    let kept: usize = replica.connection().query_row(
        "SELECT ifnull(length(snapshot), 0) + (SELECT sum(length(bytes)) FROM change WHERE document = d.n) FROM document d WHERE d.id = ?1",
        [trip.as_bytes()],
        |row| row.get(0),
    )?;
    let (columns, gpx, json) = (columns(&fixes), gpx(&fixes), serde_json::to_vec(&fixes)?.len());
    let line = |name, ours: usize| {
        let runs = Runs { ours: vec![each(ours)], floor: vec![each(columns)] };
        Figure::new(name, PINGS, "B/ping", runs, "≤ 12 B per ping").judged(|figure| Some(figure.ours <= 12.0))
    };
    let commits = Runs { ours: vec![each(pushes * PINGS)], floor: Vec::new() };
    let mut figures = vec![line("trip-kept", kept), line("trip-sent", sent)];
    if plan.peers.is_some() {
        figures.push(line("trip-kept", kept).beside("GPX file", Some(each(gpx))));
        figures.push(line("trip-sent", sent).beside("one JSON per ping", Some(each(json))));
    }
    figures.push(Figure::new("trip-pushes", PINGS, "pushes", commits, "one in ten minutes"));
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a position")]
fn each(bytes: usize) -> f64 {
    bytes as f64 / PINGS as f64
}

/// Sends what there is; answers the bytes of it.
fn push(replica: &mut Replica) -> Result<usize> {
    let batch = replica.batch()?;
    ensure!(!batch.items.is_empty(), "there was nothing to send");
    let outcomes = vec![Outcome::Accepted { seq: 1 }; batch.items.len()];
    replica.apply_outcomes(&batch, &PushAnswer { epoch: Uuid::nil(), head: LogHead::default(), outcomes })?;
    Ok(batch.bytes.iter().map(|item| item.len()).sum())
}

/// The n-th position of a drive through a town, ten metres a second, as well as a receiver knows.
fn position(n: usize, at: maydan_core::Instant) -> Fix {
    #[expect(clippy::cast_precision_loss, reason = "positions of a shift")]
    let along = n as f64 * 0.000_9;
    // No pattern that a compressor could find: splitmix64.
    let noise = |salt: u64, most: u64| {
        let mut z = (n as u64).wrapping_mul(2).wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let small = ((z ^ (z >> 31)) % most) as f64;
        small
    };
    let point = Point {
        latitude: 32.8 + along.sin() * 0.05 + noise(0, 12) * 0.000_01,
        longitude: 13.2 + along.cos() * 0.05 + noise(1, 12) * 0.000_01,
    };
    let battery = u8::try_from(90 - n / 60).ok();
    Fix { point, accuracy: 5.0 + noise(7, 10), at, mock: false, simulated: false, battery }
}

/// Each column by itself, as differences in as few bytes as they need.
fn columns(fixes: &[Fix]) -> usize {
    let columns: [fn(&Fix) -> i64; 5] = [
        |fix| fix.at.0 / 1_000,
        |fix| scaled(fix.point.latitude),
        |fix| scaled(fix.point.longitude),
        |fix| scaled(fix.accuracy / 1e5),
        |fix| fix.battery.map_or(-1, i64::from),
    ];
    let size = |difference: i64| (64 - ((difference << 1) ^ (difference >> 63)).leading_zeros()).div_ceil(7).max(1) as usize;
    let of = |column: &fn(&Fix) -> i64| {
        let mut before = 0;
        fixes.iter().map(|fix| size(column(fix) - std::mem::replace(&mut before, column(fix)))).sum::<usize>()
    };
    columns.iter().map(of).sum()
}

/// Hundred-thousandths of a degree.
#[expect(clippy::cast_possible_truncation, reason = "scaled degrees")]
fn scaled(degrees: f64) -> i64 {
    (degrees * 1e5).round() as i64
}

fn gpx(fixes: &[Fix]) -> usize {
    let point = |fix: &Fix| {
        let at = chrono::DateTime::from_timestamp_millis(fix.at.0).context("a time").map(|at| at.to_rfc3339()).unwrap_or_default();
        format!("<trkpt lat=\"{:.5}\" lon=\"{:.5}\"><time>{at}</time></trkpt>\n", fix.point.latitude, fix.point.longitude).len()
    };
    fixes.iter().map(point).sum()
}
