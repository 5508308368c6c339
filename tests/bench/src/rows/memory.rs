//! What a server and a device hold in memory, however much there is.

use crate::Plan;
use crate::device::Device;
use crate::figure::{Figure, Runs};
use crate::served::{Served, memory, programs};
use crate::world::world;
use anyhow::{Context, Result, ensure};
use maydan_core::command::{Level, ListRecords, SignIn};
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Hello, Item, MAX_PUSH_ITEMS, Outcome, Push};
use maydan_core::{Actor, DeviceId, Instant, RecordId, Registry, ScopeId};
use maydan_it::demo;
use maydan_it::world::PASSWORD;
use maydan_sync_server::{Company, NewUser};
use uuid::Uuid;

/// Changes of each document.
const CHANGES: usize = 10;

/// The server after it has served a new device all of it; and a device that has it.
pub(super) async fn rss(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for times in [1, 10, 100].into_iter().take(plan.growth.len()) {
        let changes = plan.documents * times;
        let mut served = Served::new(|company, scope| fill(company, scope, changes))?;
        served.serve()?;
        let folder = tempfile::tempdir()?;
        let mut device = Device::new(&served.url, "huda", &folder.path().join("device")).await?;
        device.round(|_| false).await?;
        let most = served.most_megabytes()?;
        let runs = Runs { ours: vec![most], floor: Vec::new() };
        figures.push(Figure::new("server-rss", changes, "MB", runs, "< 200 MB, flat in N").judged(|_| Some(most < 200.0)));
    }
    for times in &plan.growth {
        let n = plan.documents * times;
        let world = world(n).await?;
        let folder = tempfile::tempdir()?;
        let mut device = demo::Device::start(&programs()?, &folder.path().join("device"))?;
        device.ask(&SignIn { server: world.url(), login: "huda".into(), password: PASSWORD.into() })?;
        // The world's server runs here: waiting must not stand in its way.
        let (device, list) = tokio::task::spawn_blocking(move || {
            device.settles_within(std::time::Duration::from_secs(600))?;
            let list = device.ask(&ListRecords { kind: "customer".into(), limit: 50, ..ListRecords::default() })?;
            Ok::<_, maydan_core::Error>((device, list))
        })
        .await??;
        ensure!(list.total > 0, "it has them");
        let held = memory(device.pid())?;
        let runs = Runs { ours: vec![held], floor: Vec::new() };
        figures.push(Figure::new("device-rss", n, "MB", runs, "< 200 MB, flat in N").judged(|_| Some(held < 200.0)));
    }
    Ok(figures)
}

/// So many changes, ten to each customer, pushed as a device does; and a person who may read them.
fn fill(company: &Company, scope: ScopeId, changes: usize) -> Result<()> {
    let new = |login: &str, password: Option<&str>| NewUser {
        login: login.into(),
        name: login.into(),
        role: "rep".into(),
        password: password.map(Into::into),
    };
    let (amal, huda) = (company.add_user(&new("amal", None))?, company.add_user(&new("huda", Some(PASSWORD)))?);
    company.grant(amal, scope, Level::Write)?;
    company.grant(huda, scope, Level::Read)?;
    let id = |part: u64| Uuid::from_u64_pair(0x0197_0000_0000_7000, part + 1);
    let (_, caller) = company.open_session(amal, DeviceId(id(0)))?;
    let actor = Actor(id(1));
    company.hello(caller, &Hello::of(actor))?;
    let kind = Registry::maydan().get("customer")?.clone();
    let mut items = Vec::new();
    for number in 0..changes / CHANGES {
        let doc = RecordId(id(2 + number as u64));
        let mut document = Document::create(&kind, doc)?;
        items.push(Item::Open { doc, kind: "customer".into(), parent: None, scope }.to_bytes()?.into());
        for edit in 0..CHANGES {
            let edits = [Edit::set("name", format!("شركة النور {number}")), Edit::set("phone", format!("09{edit:08}"))];
            let change = document.edit(actor, Instant(1_760_000_000_000), None, &edits)?.change.context("nothing new")?;
            items.push(Item::Change { doc, bytes: change.bytes().to_vec().into() }.to_bytes()?.into());
        }
        if items.len() + CHANGES + 1 > MAX_PUSH_ITEMS {
            push(company, caller, actor, std::mem::take(&mut items))?;
        }
    }
    push(company, caller, actor, items)
}

fn push(company: &Company, caller: maydan_sync_server::Caller, actor: Actor, items: Vec<serde_bytes::ByteBuf>) -> Result<()> {
    let answer = company.push(caller, &Push::of(actor, items))?;
    ensure!(answer.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "something was refused");
    Ok(())
}
