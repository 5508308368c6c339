//! The same work as ours by samod, automerge-repo in Rust: `maydan-bench-samod ROW N` prints milliseconds.
//!
//! A server that holds the records in memory, a device that keeps them in files, TCP between them.

use anyhow::{Context, Result, bail};
use automerge::transaction::Transactable;
use automerge::{Automerge, ROOT, ReadDoc};
use futures::future::try_join_all;
use samod::storage::TokioFilesystemStorage;
use samod::tokio_io::TcpDialer;
use samod::{BackoffConfig, DocHandle, DocumentId, Repo, Transport};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use url::Url;

const TOWNS: [&str; 8] = ["طرابلس", "بنغازي", "مصراتة", "الزاوية", "سبها", "زليتن", "الخمس", "درنة"];
/// Edits on each side of a merge.
const EDITS: usize = 500;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (row, n) = (arguments.next().context("which row?")?, arguments.next().context("how many records?")?.parse()?);
    let took = match row.as_str() {
        "first-sync" => first_sync(n).await?,
        "merge" => merge(n).await?,
        other => bail!("no row {other}"),
    };
    println!("{}", took.as_secs_f64() * 1000.0);
    // Whatever it still has to do is not waited for.
    std::process::exit(0);
}

/// A new device, until it holds every record.
async fn first_sync(n: usize) -> Result<Duration> {
    let (server, url) = serve().await?;
    let ids = fill(&server, n).await?;
    let folder = tempfile::tempdir()?;
    let device = device(folder.path()).await;
    let began = Instant::now();
    dial(&device, &url).await?;
    all(&device, &ids).await?;
    Ok(began.elapsed())
}

/// A device and the server that have written apart, until both hold both.
async fn merge(n: usize) -> Result<Duration> {
    let (server, url) = serve().await?;
    let ids = fill(&server, n).await?;
    let folder = tempfile::tempdir()?;
    let first = device(folder.path()).await;
    dial(&first, &url).await?;
    all(&first, &ids).await?;
    first.stop().await;
    let device = device(folder.path()).await;
    let (mine, theirs) = (all(&device, &ids).await?, all(&server, &ids).await?);
    for edit in 0..EDITS {
        set(&mine[edit % n], "phone", &format!("جديد {edit}"))?;
        set(&theirs[edit % n], "remarks", &format!("جديد {edit}"))?;
    }
    let began = Instant::now();
    dial(&device, &url).await?;
    let is_merged = |handle: &DocHandle, field: &str| reads(handle, field).is_some_and(|value| value.starts_with("جديد"));
    while !mine.iter().all(|handle| is_merged(handle, "remarks")) || !theirs.iter().all(|handle| is_merged(handle, "phone")) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed())
}

async fn serve() -> Result<(Repo, Url)> {
    let repo = Repo::build_tokio().load().await;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = Url::parse(&format!("tcp://{}", listener.local_addr()?))?;
    let acceptor = repo.make_acceptor(url.clone())?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if acceptor.accept(Transport::from_tokio_io(stream)).is_err() {
                return;
            }
        }
    });
    Ok((repo, url))
}

async fn device(folder: &std::path::Path) -> Repo {
    Repo::build_tokio().with_storage(TokioFilesystemStorage::new(folder)).load().await
}

async fn dial(device: &Repo, url: &Url) -> Result<()> {
    let dialer = TcpDialer::new(url.clone())?;
    device.dial(BackoffConfig::default(), Arc::new(dialer))?.established().await?;
    Ok(())
}

async fn fill(repo: &Repo, n: usize) -> Result<Vec<DocumentId>> {
    let mut ids = Vec::with_capacity(n);
    for number in 0..n {
        ids.push(repo.create(record(number)?).await?.document_id().clone());
    }
    Ok(ids)
}

async fn all(repo: &Repo, ids: &[DocumentId]) -> Result<Vec<DocHandle>> {
    let found = ids.iter().map(|id| repo.find(id.clone()));
    let handles = try_join_all(found).await?;
    handles.into_iter().map(|handle| handle.context("a record is not there")).collect()
}

/// A record of about 650 bytes, like a customer's.
fn record(number: usize) -> Result<Automerge> {
    let mut doc = Automerge::new();
    let mut tx = doc.transaction();
    tx.put(ROOT, "name", format!("شركة النور للتجارة رقم {number}"))?;
    tx.put(ROOT, "city", TOWNS[number % TOWNS.len()])?;
    tx.put(ROOT, "phone", format!("09123{number:05}"))?;
    tx.put(ROOT, "remarks", "زبون قديم يفضّل التسليم صباحاً ويدفع نقداً عند الاستلام")?;
    tx.put(ROOT, "latitude", 32.8 + (number % 1000) as f64 / 10_000.0)?;
    tx.put(ROOT, "longitude", 13.1 + (number % 700) as f64 / 10_000.0)?;
    for field in 0..14 {
        tx.put(ROOT, format!("field_{field}"), format!("قيمة {}", field * 7 + number % 97))?;
    }
    tx.commit();
    Ok(doc)
}

fn set(handle: &DocHandle, field: &str, value: &str) -> Result<()> {
    handle.with_document(|doc| {
        let mut tx = doc.transaction();
        tx.put(ROOT, field, value)?;
        tx.commit();
        Ok(())
    })
}

fn reads(handle: &DocHandle, field: &str) -> Option<String> {
    handle.with_document(|doc| doc.get(ROOT, field).ok().flatten().and_then(|(value, _)| value.as_str().map(str::to_owned)))
}
