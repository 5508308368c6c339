//! What the server takes from many devices at once.

use crate::Plan;
use crate::device::client;
use crate::figure::{Figure, Runs};
use crate::floor;
use crate::peers::{self, Peer};
use anyhow::{Result, ensure};
use maydan_core::command::Level;
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Hello, Item, MEDIA_TYPE, Outcome, Push, PushAnswer, SignInRequest, Tokens};
use maydan_core::{Actor, DeviceId, Instant as When, RecordId, Registry, ScopeId};
use maydan_it::World;
use maydan_it::world::PASSWORD;
use maydan_sync_server::{Company, NewUser};
use std::time::Instant;
use uuid::Uuid;

const DEVICES: usize = 64;
/// Items in a push.
const BATCH: usize = 100;

struct Sender {
    token: String,
    bodies: Vec<Vec<u8>>,
}

/// Changes accepted in a second, 64 devices pushing, all checks on.
pub(super) async fn ingest(plan: &Plan) -> Result<Vec<Figure>> {
    let pushes = (plan.documents / 2_000).max(2);
    let total = DEVICES * pushes * BATCH;
    let mut runs = Runs::default();
    for run in 0..plan.runs {
        let folder = tempfile::tempdir()?;
        let company = Company::init(&folder.path().join("server"))?;
        let scope = company.add_territory("طرابلس")?;
        let user =
            company
                .add_user(&NewUser { login: "amal".into(), name: "أمل".into(), role: "rep".into(), password: Some(PASSWORD.into()) })?;
        company.grant(user, scope, Level::Write)?;
        drop(company);
        let world = World::over(folder).await?;
        let http = client()?;
        let mut senders = Vec::new();
        for number in 0..DEVICES {
            senders.push(sender(&http, &world.url(), scope, number, pushes).await?);
        }
        let began = Instant::now();
        let tasks: Vec<_> = senders.into_iter().map(|sender| tokio::spawn(send(http.clone(), world.url(), sender))).collect();
        let mut accepted = 0;
        for task in tasks {
            accepted += task.await??;
        }
        ensure!(accepted == total, "{accepted} of {total} were accepted");
        runs.ours.push(rate(total, began));
        runs.floor.push(raw(total, &world.folder.path().join(format!("floor-{run}.db")))?);
    }
    let pouch = peers::ask(plan, Peer::Pouch, "ingest", total).await?;
    let figure = Figure::new("ingest", total, "per s", runs, "≥ 0.3 of floor; ≥ 4 × _bulk_docs").more_is_better();
    let figure = figure.judged(|figure| figure.ratio_to_floor.map(|ratio| ratio >= 0.3));
    Ok(super::sync::beside(&figure, "express-pouchdb _bulk_docs", pouch, 4.0).into_iter().chain([figure]).collect())
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(count: usize, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64()
}

/// A device that has signed in and written: one customer for each push, edited.
async fn sender(http: &reqwest::Client, url: &str, scope: ScopeId, number: usize, pushes: usize) -> Result<Sender> {
    let id = |part: u64| Uuid::from_u64_pair(0x0197_0000_0000_7000 + number as u64, part + 1);
    let device = DeviceId(id(0));
    let sign_in = SignInRequest { login: "amal".into(), password: PASSWORD.into(), device };
    let post = |path: &str, body: Vec<u8>| http.post(format!("{url}/v1/{path}")).header("content-type", "application/json").body(body);
    let answer = post("sign-in", serde_json::to_vec(&sign_in)?).send().await?.error_for_status()?;
    let tokens: Tokens = serde_json::from_slice(&answer.bytes().await?)?;
    let actor = Actor(id(1));
    let hello = Hello::of(actor);
    post("hello", serde_json::to_vec(&hello)?).bearer_auth(&tokens.access).send().await?.error_for_status()?;
    let kind = Registry::maydan().get("customer")?.clone();
    let mut bodies = Vec::new();
    for push in 0..pushes {
        let doc = RecordId(id(2 + push as u64));
        let mut document = Document::create(&kind, doc)?;
        let mut items = vec![Item::Open { doc, kind: "customer".into(), parent: None, scope }.to_bytes()?.into()];
        for edit in 1..BATCH {
            let edits = [Edit::set("name", format!("شركة النور {edit}"))];
            if let Some(change) = document.edit(actor, When(1_760_000_000_000), None, &edits)?.change {
                items.push(Item::Change { doc, bytes: change.bytes().to_vec().into() }.to_bytes()?.into());
            }
        }
        bodies.push(rmp_serde::to_vec_named(&Push::of(actor, items))?);
    }
    Ok(Sender { token: tokens.access, bodies })
}

async fn send(http: reqwest::Client, url: String, sender: Sender) -> Result<usize> {
    let mut accepted = 0;
    for body in sender.bodies {
        let request = http.post(format!("{url}/v1/push")).bearer_auth(&sender.token).header("content-type", MEDIA_TYPE).body(body);
        let answer: PushAnswer = rmp_serde::from_slice(&request.send().await?.error_for_status()?.bytes().await?)?;
        accepted += answer.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted { .. })).count();
    }
    Ok(accepted)
}

/// The same rows by raw group commit: 64 devices' pushes in a transaction.
fn raw(total: usize, path: &std::path::Path) -> Result<f64> {
    let mut db = floor::database(path)?;
    db.execute_batch(
        "CREATE TABLE change (seq INTEGER PRIMARY KEY, doc INTEGER NOT NULL, hash BLOB NOT NULL, actor BLOB NOT NULL, actor_seq INTEGER NOT NULL,
             bytes BLOB NOT NULL, person BLOB NOT NULL, device BLOB NOT NULL, received_at INTEGER NOT NULL,
             UNIQUE (doc, hash), UNIQUE (doc, actor, actor_seq));
         CREATE TABLE feed (scope BLOB NOT NULL, seq INTEGER NOT NULL, doc INTEGER NOT NULL, sort INTEGER NOT NULL, PRIMARY KEY (scope, seq)) WITHOUT ROWID",
    )?;
    let (bytes, id) = ([7_u8; 110], [1_u8; 16]);
    let began = Instant::now();
    let mut seq = 0_usize;
    while seq < total {
        let tx = db.transaction()?;
        for _ in 0..(DEVICES * BATCH).min(total - seq) {
            seq += 1;
            let mut hash = [0_u8; 32];
            hash[..8].copy_from_slice(&(seq as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
            let doc = seq / BATCH;
            tx.prepare_cached("INSERT INTO change VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(rusqlite::params![
                seq,
                doc,
                hash,
                id,
                seq % BATCH,
                bytes,
                id,
                id,
                0
            ])?;
            tx.prepare_cached("INSERT INTO feed VALUES (?1, ?2, ?3, 0)")?.execute(rusqlite::params![id, seq, doc])?;
        }
        tx.commit()?;
    }
    Ok(rate(total, began))
}
