//! Two devices that worked apart on the same records.

use super::ms;
use super::sync::beside;
use crate::Plan;
use crate::device::Device;
use crate::figure::{Figure, Runs};
use crate::floor;
use crate::peers::{self, Peer};
use crate::world::world;
use anyhow::{Result, ensure};
use automerge::AutoCommit;
use maydan_core::RecordId;
use maydan_core::command::{EditFields, ListRecords, ReplicaCommands};
use maydan_core::document::Edit;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

const SHARED: usize = 300;
const EDITS: usize = 500;

/// Some customers that both devices have.
fn customers(device: &mut Device, count: usize) -> Result<Vec<RecordId>> {
    let mut ids: Vec<RecordId> = Vec::new();
    while ids.len() < count {
        let offset = u32::try_from(ids.len())?;
        let page = device.replica.list_records(ListRecords { kind: "customer".into(), limit: 100, offset, ..ListRecords::default() })?;
        ensure!(!page.lines.is_empty(), "there are too few customers");
        ids.extend(page.lines.iter().map(|line| line.id));
    }
    ids.truncate(count);
    Ok(ids)
}

fn edit(device: &mut Device, id: RecordId, field: &str, value: String) -> Result<()> {
    device.replica.edit_fields(EditFields::now(id, vec![Edit::set(field, value)]))?;
    Ok(())
}

/// 500 edits here and 500 elsewhere, over 300 shared records.
pub(super) async fn merge(plan: &Plan) -> Result<Vec<Figure>> {
    let mut runs = Runs::default();
    for run in 0..plan.runs {
        let world = world(SHARED * 2 + 400).await?;
        let folder = tempfile::tempdir()?;
        let mut here = Device::new(&world.url(), "huda", &folder.path().join("here")).await?;
        let mut there = Device::new(&world.url(), "huda", &folder.path().join("there")).await?;
        here.round(|_| false).await?;
        there.round(|_| false).await?;
        let ids = customers(&mut here, SHARED)?;
        for number in 0..EDITS {
            edit(&mut here, ids[number % SHARED], "phone", format!("09123{number:05}"))?;
            edit(&mut there, ids[number % SHARED], "remarks", format!("ملاحظة {number}"))?;
        }
        there.round(|_| false).await?;
        let before = bytes_of(&here, &ids)?;
        let theirs = bytes_of(&there, &ids)?;

        let began = Instant::now();
        here.round(|_| false).await?;
        runs.ours.push(ms(began));
        ensure!(here.replica.counts()?.pending == 0, "all was sent");
        runs.floor.push(raw(&before, &theirs, &folder.path().join(format!("floor-{run}.db")))?);
    }
    let pouch = peers::ask(plan, Peer::Pouch, "merge", SHARED).await?;
    let repo = peers::ask(plan, Peer::Repo, "merge", SHARED).await?;
    let samod = peers::ask(plan, Peer::Samod, "merge", SHARED).await?;
    let figure = Figure::new("merge", EDITS, "ms", runs, "≤ 2 × floor; ≥ 3 × PouchDB; ≥ 15 × automerge-repo").within(2.0);
    let beside = [
        beside(&figure, "PouchDB, conflicts unmerged", pouch, 3.0),
        beside(&figure, "automerge-repo", repo, 15.0),
        beside(&figure, "samod", samod, 15.0),
    ];
    Ok(beside.into_iter().flatten().chain([figure]).collect())
}

/// Snapshot and changes of each record, as they lie on the disk.
type Stored = BTreeMap<RecordId, (Option<Vec<u8>>, Vec<Vec<u8>>)>;

fn bytes_of(device: &Device, ids: &[RecordId]) -> Result<Stored> {
    let db = device.replica.connection();
    let one = |id: &RecordId| -> Result<_> {
        let (n, snapshot): (i64, Option<Vec<u8>>) =
            db.query_row("SELECT n, snapshot FROM document WHERE id = ?1", [id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let changes = db
            .prepare_cached("SELECT bytes FROM change WHERE document = ?1 ORDER BY n")?
            .query_map([n], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        Ok((*id, (snapshot, changes)))
    };
    ids.iter().map(one).collect()
}

/// Raw Automerge: load, apply what the other has, save, and store.
fn raw(here: &Stored, there: &Stored, path: &Path) -> Result<f64> {
    let mut db = floor::database(path)?;
    db.execute_batch("CREATE TABLE document (id BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID")?;
    let began = Instant::now();
    let tx = db.transaction()?;
    for (id, (snapshot, changes)) in here {
        let mut document = match snapshot {
            Some(bytes) => AutoCommit::load(bytes)?,
            None => AutoCommit::new(),
        };
        let (_, news) = &there[id];
        for bytes in changes.iter().chain(news) {
            document.load_incremental(bytes)?;
        }
        tx.execute("INSERT INTO document VALUES (?1, ?2)", (id.as_bytes(), document.save()))?;
    }
    tx.commit()?;
    Ok(ms(began))
}

/// Bytes of an edit of one field, in a batch of 200, there and back.
pub(super) async fn wire(plan: &Plan) -> Result<Vec<Figure>> {
    const BATCH: usize = 200;
    let world = world(BATCH * 2 + 400).await?;
    let folder = tempfile::tempdir()?;
    let mut here = Device::new(&world.url(), "huda", &folder.path().join("here")).await?;
    let mut there = Device::new(&world.url(), "huda", &folder.path().join("there")).await?;
    here.round(|_| false).await?;
    there.round(|_| false).await?;
    for (number, id) in customers(&mut here, BATCH)?.into_iter().enumerate() {
        edit(&mut here, id, "phone", format!("09123{number:05}"))?;
    }
    (here.sent, there.got) = (0, 0);
    here.round(|_| false).await?;
    there.round(|_| false).await?;
    #[expect(clippy::cast_precision_loss, reason = "bytes")]
    let each = |bytes: usize| bytes as f64 / BATCH as f64;
    let repo = peers::ask(plan, Peer::Repo, "wire", BATCH).await?;
    let figure = |name, bytes| {
        let runs = Runs { ours: vec![each(bytes)], floor: vec![102.0] };
        let figure = Figure::new(name, BATCH, "bytes", runs, "≤ 90 B, compressed").judged(|figure| Some(figure.ours <= 90.0));
        figure.beside("automerge-repo", repo)
    };
    Ok(vec![figure("wire-push", here.sent), figure("wire-pull", there.got)])
}
