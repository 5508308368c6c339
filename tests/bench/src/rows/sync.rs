//! A new device, and one for which nothing is new.

use super::ms;
use crate::Plan;
use crate::device::{Device, client};
use crate::figure::{Figure, Runs};
use crate::floor::{self, Rows};
use crate::peers::{self, Peer};
use crate::world::{synced, world};
use anyhow::{Result, ensure};
use maydan_core::command::{ListRecords, SyncState};
use std::time::Instant;

/// Until lists and search answer, and until the day's work is on the screen.
pub(super) async fn first_sync(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut usable = Vec::new();
    for times in &plan.growth {
        let n = plan.documents * times;
        let world = world(n).await?;
        let folder = tempfile::tempdir()?;
        let (mut whole, mut first) = (Runs::default(), Runs::default());
        // The first device pays for what the server makes ready for all others.
        Device::new(&world.url(), "huda", &folder.path().join("one before")).await?.round(|_| false).await?;
        let mut device = Device::new(&world.url(), "huda", &folder.path().join("for the floor")).await?;
        device.kept = Some(Vec::new());
        device.round(|_| false).await?;
        let rows = Rows::of(device.replica.connection())?;
        let url = floor::serve(device.kept.take().unwrap_or_default()).await?;
        for run in 0..plan.runs {
            // The app itself, with the loop that people have.
            let rep = world.device("huda", &run.to_string()).await?;
            let began = Instant::now();
            let customers = async |search: &str| {
                let list = ListRecords { kind: "customer".into(), search: search.into(), limit: 50, ..ListRecords::default() };
                Ok::<_, anyhow::Error>(rep.app.ask(list).await?.total)
            };
            rep.waits_for("the first page", |status| status.receiving.is_some_and(|received| received > 0)).await?;
            ensure!(customers("").await? > 0, "a list answers after the first page");
            first.ours.push(ms(began));
            rep.waits_for("synced", |status| status.state == SyncState::Synced).await?;
            ensure!(customers("شركة").await? > 0, "search answers");
            whole.ours.push(ms(began));
            ensure!(rep.app.with_replica(|replica| Ok(replica.loaded_documents()))? == 0, "no document was loaded");
            rep.dies().await;

            let mut db = floor::database(&folder.path().join(format!("floor-{run}.db")))?;
            rows.prepare(&db)?;
            let http = client()?;
            let began = Instant::now();
            let got = http.get(&url).send().await?.bytes().await?;
            rows.put(&mut db)?;
            whole.floor.push(ms(began));
            drop(got);
        }
        let pouch = if *times == 1 { peers::ask(plan, Peer::Pouch, "first-sync", n).await? } else { None };
        let repo = if *times == 1 { peers::ask(plan, Peer::Repo, "first-sync", n).await? } else { None };
        let samod = if *times == 1 { peers::ask(plan, Peer::Samod, "first-sync", n).await? } else { None };
        let figure = Figure::new("first-sync", n, "ms", whole, "≤ 1.5 × floor").within(1.5);
        figures.extend(beside(&figure, "PouchDB", pouch, 8.0));
        figures.extend(beside(&figure, "automerge-repo", repo, 100.0));
        figures.extend(beside(&figure, "samod", samod, 100.0));
        figures.push(figure);
        usable.push(Figure::new("usable", n, "ms", first, "first page only, whatever N"));
    }
    figures.extend(usable);
    Ok(figures)
}

/// The same figure beside a peer, which may have done less: then it says at which N.
pub(super) fn beside(figure: &Figure, name: &'static str, peer: Option<f64>, times: f64) -> Option<Figure> {
    let peer = peer?;
    Some(figure.clone().beside(name, Some(peer)).judged(|figure| figure.ratio_to_peer.map(|ratio| ratio >= times)))
}

/// Nothing is new.
pub(super) async fn idle(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for times in &plan.growth {
        let n = plan.documents * times;
        let (_world, _folder, mut device) = synced(n).await?;
        let url = floor::serve(b"{}".to_vec()).await?;
        let http = client()?;
        let mut runs = Runs::default();
        for _ in 0..plan.runs.max(5) {
            (device.requests, device.sent, device.got) = (0, 0, 0);
            let began = Instant::now();
            device.round(|_| false).await?;
            runs.ours.push(ms(began));
            ensure!(device.requests == 1, "{} requests", device.requests);
            let began = Instant::now();
            http.get(&url).send().await?.bytes().await?;
            runs.floor.push(ms(began));
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes")]
        let bytes = Runs { ours: vec![(device.sent + device.got) as f64], floor: Vec::new() };
        let pouch = if *times == 1 { peers::ask(plan, Peer::Pouch, "idle-sync", n).await? } else { None };
        let figure = Figure::new("idle-sync", n, "ms", runs, "1 request, flat in N");
        figures.extend(beside(&figure, "PouchDB", pouch, 1.0));
        figures.push(figure);
        figures.push(Figure::new("idle-bytes", n, "bytes", bytes, "< 1,000").judged(|figure| Some(figure.ours < 1_000.0)));
    }
    figures.sort_by_key(|figure| figure.name);
    Ok(figures)
}
