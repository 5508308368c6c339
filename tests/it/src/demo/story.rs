//! Who does what.

use super::device::Device;
use super::journal::{Journal, Saved};
use super::serving::{Serving, company, free_port};
use crate::world::PASSWORD;
use maydan_core::command::*;
use maydan_core::document::Edit;
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::{Instant, RecordId, Result, Value};
use serde::Serialize;
use std::path::Path;

/// What came of the story.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Saves that a device has acknowledged.
    pub captured: usize,
    /// Records that both devices hold with equal heads.
    pub merged: usize,
    /// Acknowledged saves that a fresh device does not have.
    pub lost: usize,
    /// Values kept beside another one of the same field.
    pub conflicts_kept: usize,
    /// Whether heads and projections of all devices are equal.
    pub equal: bool,
    /// How long it took.
    pub seconds: f64,
}

/// Plays the story in `folder` with the programs in `programs`.
pub fn play(programs: &Path, folder: &Path) -> Result<Report> {
    let begun = std::time::Instant::now();
    let data = company(folder, &["amal", "basma"])?;
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let server = Serving::start(programs, &data, port)?;
    let mut journal = Journal::new(&folder.join("journal.jsonl"))?;
    let mut amal = signed_in(programs, &folder.join("amal"), &url, "amal")?;
    let mut basma = signed_in(programs, &folder.join("basma"), &url, "basma")?;

    let customer = create(
        &mut amal,
        &mut journal,
        "customer",
        &[("name", "شركة النور".into()), ("latitude", 32.8872.into()), ("longitude", 13.1913.into())],
    )?;
    let note = create(&mut amal, &mut journal, "note", &[("customer", customer.to_string().into()), ("body", "زبون قديم. ".into())])?;
    amal.settles()?;
    basma.settles()?;

    drop(server);
    work_offline(
        &mut amal,
        &mut journal,
        customer,
        note,
        &Work { phone: "0912345678", activity: "بقالة", at_end: false, words: "اتصلت به. " },
    )?;
    work_offline(&mut basma, &mut journal, customer, note, &Work { phone: "", activity: "جملة", at_end: true, words: "يريد عرض سعر." })?;
    let mut amal = amal.killed_and_restarted(programs)?;
    let mut basma = basma.killed_and_restarted(programs)?;
    set(&mut amal, &mut journal, customer, "address", "شارع الجمهورية")?;
    set(&mut basma, &mut journal, customer, "city", "طرابلس")?;

    let server = Serving::start(programs, &data, port)?;
    amal.ask(&SyncNow {})?;
    drop(server); // in the middle of it all, once more
    let mut amal = amal.killed_and_restarted(programs)?;
    let _server = Serving::start(programs, &data, port)?;
    for device in [&mut amal, &mut basma] {
        device.settles()?;
    }
    amal.settles()?;

    let mut fresh = signed_in(programs, &folder.join("fresh"), &url, "huda")?;
    fresh.settles()?;
    let missing = journal.missing_on(&mut fresh)?;
    let conflicts = fresh.ask(&ListConflicts {})?;
    let prints = [amal.ask(&Fingerprint {})?, basma.ask(&Fingerprint {})?, fresh.ask(&Fingerprint {})?];
    let merged = prints[0].heads.iter().filter(|(id, heads)| prints.iter().all(|p| p.heads.get(id) == Some(heads)));
    Ok(Report {
        captured: journal.saves(),
        merged: merged.count(),
        lost: missing.len(),
        conflicts_kept: conflicts.records.iter().flat_map(|r| &r.conflicts).map(|c| c.values.len() - 1).sum(),
        equal: prints.iter().all(|p| *p == prints[0]),
        seconds: (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    })
}

fn signed_in(programs: &Path, folder: &Path, url: &str, login: &str) -> Result<Device> {
    let mut device = Device::start(programs, folder)?;
    device.ask(&SignIn { server: url.into(), login: login.into(), password: PASSWORD.into() })?;
    Ok(device)
}

/// What one rep does differently from the other.
struct Work {
    phone: &'static str,
    activity: &'static str,
    at_end: bool,
    words: &'static str,
}

fn work_offline(device: &mut Device, journal: &mut Journal, customer: RecordId, note: RecordId, work: &Work) -> Result<()> {
    if !work.phone.is_empty() {
        set(device, journal, customer, "phone", work.phone)?;
    }
    set(device, journal, customer, "activity", work.activity)?;
    let at = if work.at_end { usize::MAX } else { 0 };
    let splice = Edit::Splice { field: "body".into(), at, delete: 0, insert: work.words.into() };
    device.ask(&EditFields::now(note, vec![splice]))?;
    journal.saved(Saved::Words { record: note, field: "body".into(), words: work.words.trim().into() })?;

    let checked_in = device.ask(&CheckIn { visit: None, customer, fix: Some(fix(0)), reason: None })?;
    let visit = checked_in.revision.id;
    journal.saved(Saved::Step { visit, step: "checked_in".into() })?;
    set(device, journal, visit, "report", "المخزون جيد والعميل راضٍ.")?;
    device.ask(&CheckOut { visit, fix: None })?;
    journal.saved(Saved::Step { visit, step: "checked_out".into() })?;
    device.ask(&SubmitVisit { visit })?;
    journal.saved(Saved::Step { visit, step: "submitted".into() })?;

    let trip = device.ask(&StartTrip {})?.id;
    for n in 0..40_u64 {
        let count = device.ask(&AddPings { trip, fixes: (0..5).map(|k| fix(n * 5 + k)).collect() })?.pings;
        journal.saved(Saved::Pings { trip, count })?;
    }
    Ok(())
}

fn create(device: &mut Device, journal: &mut Journal, kind: &str, fields: &[(&str, Value)]) -> Result<RecordId> {
    let row = fields.iter().map(|(f, v)| ((*f).to_owned(), v.clone())).collect();
    let id = device.ask(&CreateRecord { kind: kind.into(), id: None, scope: None, fields: row })?.id;
    for (field, value) in fields {
        let (record, field) = (id, (*field).to_owned());
        // A text may be typed in later: what is journalled of it are its words.
        journal.saved(match (field.as_str(), value.as_text()) {
            ("body", Some(words)) => Saved::Words { record, field, words: words.trim().into() },
            _ => Saved::Field { record, field, value: value.clone() },
        })?;
    }
    Ok(id)
}

fn set(device: &mut Device, journal: &mut Journal, record: RecordId, field: &str, value: &str) -> Result<()> {
    device.ask(&EditFields::now(record, vec![Edit::set(field, value)]))?;
    journal.saved(Saved::Field { record, field: field.into(), value: value.into() })
}

/// The n-th position of a drive, one a minute.
fn fix(n: u64) -> Fix {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let along = n as f64;
    Fix {
        point: Point { latitude: 32.8872 + along * 0.001, longitude: 13.1913 },
        accuracy: 8.0,
        at: Instant(chrono::Utc::now().timestamp_millis() + i64::try_from(n).unwrap_or(0) * 1_000),
        mock: false,
        simulated: true,
        battery: Some(80),
    }
}
