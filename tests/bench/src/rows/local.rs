//! What needs no network: saving and opening.

use super::ms;
use crate::Plan;
use crate::device::{self, Device};
use crate::figure::{Figure, Runs};
use crate::floor::{self, Rows};
use crate::peers::{self, Peer};
use crate::world::synced;
use anyhow::{Result, ensure};
use maydan_core::command::{CreateRecord, ListRecords, ReplicaCommands};
use maydan_core::text::{bare_tokens, fold};
use maydan_core::{RecordId, Value};
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use std::time::Instant;

/// Saves of each in a run.
const SAVES: usize = 200;

/// One note, on the disk.
pub(super) async fn save(plan: &Plan) -> Result<Vec<Figure>> {
    let (_world, folder, mut device) = synced(500).await?;
    let list = device.replica.list_records(ListRecords { kind: "customer".into(), limit: 1, ..ListRecords::default() })?;
    let customer = list.lines[0].id;
    let mut db = floor::database(&folder.path().join("floor.db"))?;
    Rows::of(device.replica.connection())?.prepare(&db)?;
    db.execute_batch("CREATE TABLE outbox (n INTEGER PRIMARY KEY, item BLOB NOT NULL)")?;
    let mut runs = Runs::default();
    for number in 0..SAVES * plan.runs / 5 {
        let text = format!("زيارة قصيرة رقم {number}: طلبت عشر كراتين من الماء وخمساً من العصير، والتسليم يوم الأحد");
        let began = Instant::now();
        let id = note(&mut device, customer, &text)?;
        runs.ours.push(ms(began));
        let rows = saved(device.replica.connection(), id)?;
        let (folded, bare) = (fold(&text), bare_tokens(&fold(&text)));
        let began = Instant::now();
        put(&mut db, &rows, &folded, &bare)?;
        runs.floor.push(ms(began));
    }
    let p99 = crate::figure::quantile(&runs.floor, 0.99);
    let pouch = peers::ask(plan, Peer::Pouch, "save", SAVES).await?;
    let repo = peers::ask(plan, Peer::Repo, "save", SAVES).await?;
    let figure = Figure::new("save", 1, "ms", runs, "≤ 2 × floor, median and p99; faster than automerge-repo")
        .judged(|f| f.ratio_to_floor.map(|ratio| ratio <= 2.0 && f.ours_p99 <= 2.0 * p99));
    let beside = [
        super::sync::beside(&figure, "PouchDB, no fsync", pouch, 0.0),
        super::sync::beside(&figure, "automerge-repo, no fsync", repo, 1.0),
    ];
    Ok(beside.into_iter().flatten().chain([figure]).collect())
}

fn note(device: &mut Device, customer: RecordId, text: &str) -> Result<RecordId> {
    let fields =
        [("customer", customer.to_string()), ("body", text.to_owned())].map(|(field, value)| (field.to_owned(), Value::from(value)));
    Ok(device.replica.create_record(CreateRecord { kind: "note".into(), id: None, scope: None, fields: fields.into() })?.id)
}

/// The rows that a save wrote: document, changes, row, what waits to be sent.
struct Saved {
    document: Vec<Sql>,
    changes: Vec<Vec<Sql>>,
    row: Vec<Sql>,
    outbox: Vec<Vec<u8>>,
}

fn saved(replica: &Connection, id: RecordId) -> Result<Saved> {
    let all = |sql: &str, n: Sql| -> Result<Vec<Vec<Sql>>> {
        let mut statement = replica.prepare(sql)?;
        let columns = statement.column_count();
        Ok(statement.query_map([n], |r| (0..columns).map(|i| r.get(i)).collect())?.collect::<Result<_, _>>()?)
    };
    let mut document = all("SELECT * FROM document WHERE id = ?1", Sql::Blob(id.as_bytes().to_vec()))?;
    let document = document.pop().unwrap_or_default();
    let n = document.first().cloned().unwrap_or(Sql::Null);
    let changes = all("SELECT * FROM change WHERE document = ?1", n.clone())?;
    let row = all("SELECT * FROM r_note WHERE n = ?1", n.clone())?.pop().unwrap_or_default();
    let outbox = replica.prepare("SELECT item FROM outbox WHERE document = ?1")?.query_map([n], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(Saved { document, changes, row, outbox })
}

fn put(db: &mut Connection, saved: &Saved, folded: &str, bare: &str) -> Result<()> {
    let marks = |row: &[Sql]| vec!["?"; row.len()].join(", ");
    let tx = db.transaction()?;
    for (table, rows) in
        [("document", std::slice::from_ref(&saved.document)), ("change", &saved.changes), ("r_note", std::slice::from_ref(&saved.row))]
    {
        for row in rows {
            tx.prepare_cached(&format!("INSERT INTO {table} VALUES ({})", marks(row)))?.execute(rusqlite::params_from_iter(row))?;
        }
    }
    for item in &saved.outbox {
        tx.prepare_cached("INSERT INTO outbox (item) VALUES (?1)")?.execute([item])?;
    }
    let n = saved.row.first();
    tx.prepare_cached("INSERT INTO f_note (rowid, folded) VALUES (?1, ?2)")?.execute((n, folded))?;
    tx.prepare_cached("INSERT INTO p_note (rowid, tokens) VALUES (?1, ?2)")?.execute((n, bare))?;
    Ok(tx.commit()?)
}

/// From a closed database to the first list.
pub(super) async fn open(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for times in &plan.growth {
        let n = plan.documents * times;
        let (_world, folder, device) = synced(n).await?;
        let actor = device.replica.actor();
        drop(device);
        let mut runs = Runs::default();
        for _ in 0..plan.runs.max(5) {
            let began = Instant::now();
            let mut replica = device::open(&folder.path().join("device"), Some(actor))?;
            let list = replica.list_records(ListRecords { kind: "customer".into(), limit: 50, ..ListRecords::default() })?;
            runs.ours.push(ms(began));
            ensure!(list.lines.len() == 50 && replica.loaded_documents() == 0, "a first list, and no document");
            drop(replica);

            let began = Instant::now();
            let db = floor::database(&folder.path().join("device").join("replica.db"))?;
            let rows = db
                .prepare("SELECT d.id, d.pending, d.conflicted, r.* FROM r_customer r JOIN document d ON d.n = r.n WHERE r.deleted = 0 ORDER BY r.k_name, r.n LIMIT 50")?
                .query_map([], |r| r.get::<_, Sql>(5))?
                .collect::<Result<Vec<Sql>, _>>()?;
            runs.floor.push(ms(began));
            ensure!(rows.len() == 50, "the same list");
        }
        figures.push(Figure::new("open", n, "ms", runs, "≤ 1.5 × floor, 0 documents loaded").within(1.5));
    }
    Ok(figures)
}
