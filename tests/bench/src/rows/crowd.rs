//! Many devices connected to one server: an edit, until all of them have it.

use super::ms;
use crate::Plan;
use crate::figure::{Figure, Runs};
use crate::peers::{self, Peer};
use crate::served::{Served, sessions};
use anyhow::{Context, Result, ensure};
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Cursor, Entry, Hello, HelloAnswer, Item, MEDIA_TYPE, Outcome, Page, Pull, Push, PushAnswer, Tokens};
use maydan_core::{Actor, Instant as When, RecordId, Registry, ScopeId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

const DEVICES: usize = 1_000;
/// Longest that an edit may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One edit, until 1,000 devices have it; and what the server holds meanwhile.
pub(super) async fn fan_out(plan: &Plan) -> Result<Vec<Figure>> {
    let mut opened = Vec::new();
    let mut served = Served::new(|company, scope| {
        opened = sessions(company, scope, DEVICES)?;
        Ok(())
    })?;
    served.serve()?;
    let before = served.megabytes()?;
    let (heard, mut has_it) = mpsc::unbounded_channel();
    let turn = Arc::new(Semaphore::new(64));
    let mut phones = Vec::new();
    for (number, opened) in opened.into_iter().enumerate() {
        let http = reqwest::Client::builder().build()?;
        let body = serde_json::to_vec(&opened)?;
        let request = http.post(format!("{}/v1/refresh", served.url)).header("content-type", "application/json").body(body);
        let tokens: Tokens = serde_json::from_slice(&request.send().await?.error_for_status()?.bytes().await?)?;
        phones.push(Phone { http, url: served.url.clone(), token: tokens.access, scope: served.scope, number });
    }
    let writer = phones.pop().context("there is nobody")?;
    let watching = phones.len();
    let watchers: Vec<_> = phones.into_iter().map(|phone| tokio::spawn(phone.watch(heard.clone(), turn.clone()))).collect();
    let hello = writer.hello().await?;
    // All of them are connected and know where the log stands.
    for _ in 0..watching {
        tokio::time::timeout(PATIENCE, has_it.recv()).await?.context("a device gave up")?;
    }
    let (mut runs, mut document, doc) = (Runs::default(), None, RecordId(Uuid::from_u64_pair(0x0197_0000_0000_7001, 1)));
    for run in 0..plan.runs {
        let began = Instant::now();
        writer.edit(&mut document, doc, run).await?;
        for _ in 0..watching {
            tokio::time::timeout(PATIENCE, has_it.recv()).await?.context("a device gave up")?;
        }
        runs.ours.push(ms(began));
    }
    let (after, most) = (served.megabytes()?, served.most_megabytes()?);
    drop(hello);
    for watcher in watchers {
        ensure!(!watcher.is_finished(), "a device gave up");
        watcher.abort();
    }
    let repo = peers::ask(plan, Peer::Repo, "fan-out", DEVICES).await?;
    let time = Figure::new("fan-out", DEVICES, "ms", runs, "server < 300 MB on 2 cores");
    let memory = Runs { ours: vec![after, most], floor: vec![before] };
    let memory = Figure::new("fan-out-rss", DEVICES, "MB", memory, "< 300 MB").judged(|_| Some(most < 300.0));
    Ok(super::sync::beside(&time, "automerge-repo", repo, 1.0).into_iter().chain([time, memory]).collect())
}

/// A device as the server sees it: it listens, and when there is news it asks as the app does.
struct Phone {
    http: reqwest::Client,
    url: String,
    token: String,
    scope: ScopeId,
    number: usize,
}

impl Phone {
    /// Listens for ever; says so once when it is connected, and once for each page that brought something.
    async fn watch(self, heard: mpsc::UnboundedSender<()>, turn: Arc<Semaphore>) -> Result<()> {
        // Not all at the same moment: a thousand handshakes are not what is measured.
        let connecting = turn.acquire().await?;
        let hello = self.hello().await?;
        let mut cursor = self.pull(hello.epoch, Cursor::start(self.scope)).await?.cursors.pop().context("no cursor")?;
        let mut pokes = self.http.get(format!("{}/v1/poke", self.url)).bearer_auth(&self.token).send().await?.error_for_status()?;
        drop(connecting);
        let mut connected = false;
        while let Some(chunk) = pokes.chunk().await? {
            if !connected {
                // The first word comes at once and says nothing new.
                connected = true;
                heard.send(())?;
                continue;
            }
            if !chunk.windows(5).any(|word| word == b"data:") {
                continue;
            }
            let hello = self.hello().await?;
            let page = self.pull(hello.epoch, cursor).await?;
            let brought = page.entries.iter().any(|entry| matches!(entry, Entry::Change { .. } | Entry::Enter(_)));
            cursor = page.cursors.into_iter().next().context("no cursor")?;
            if brought {
                heard.send(())?;
            }
        }
        anyhow::bail!("the stream of pokes ended")
    }

    fn actor(&self) -> Actor {
        Actor(Uuid::from_u64_pair(0x0197_0000_0000_7002, self.number as u64 + 1))
    }

    async fn hello(&self) -> Result<HelloAnswer> {
        let hello = Hello { actors_known: DEVICES as u64 * 2, ..Hello::of(self.actor()) };
        let request = self.http.post(format!("{}/v1/hello", self.url)).bearer_auth(&self.token).header("content-type", "application/json");
        Ok(serde_json::from_slice(&request.body(serde_json::to_vec(&hello)?).send().await?.error_for_status()?.bytes().await?)?)
    }

    async fn pull(&self, epoch: Uuid, cursor: Cursor) -> Result<Page> {
        let pull = Pull { epoch, cursors: vec![cursor], ..Pull::default() };
        Ok(rmp_serde::from_slice(&self.post("pull", rmp_serde::to_vec_named(&pull)?).await?)?)
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let request = self.http.post(format!("{}/v1/{path}", self.url)).bearer_auth(&self.token).header("content-type", MEDIA_TYPE);
        Ok(request.body(body).send().await?.error_for_status()?.bytes().await?.to_vec())
    }

    /// Writes a customer's name, anew each time.
    async fn edit(&self, document: &mut Option<Document>, doc: RecordId, run: usize) -> Result<()> {
        let mut items = Vec::new();
        let document = match document {
            Some(document) => document,
            None => {
                items.push(Item::Open { doc, kind: "customer".into(), parent: None, scope: self.scope });
                document.insert(Document::create(&Registry::maydan().get("customer")?.clone(), doc)?)
            }
        };
        let edit = [Edit::set("name", format!("شركة النور {run}"))];
        let change = document.edit(self.actor(), When(1_760_000_000_000), None, &edit)?.change.context("nothing new")?;
        items.push(Item::Change { doc, bytes: change.bytes().to_vec().into() });
        let items = items.iter().map(|item| Ok(item.to_bytes()?.into())).collect::<Result<_>>()?;
        let answer: PushAnswer =
            rmp_serde::from_slice(&self.post("push", rmp_serde::to_vec_named(&Push::of(self.actor(), items))?).await?)?;
        ensure!(answer.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{:?}", answer.outcomes);
        Ok(())
    }
}
