//! What a round asks of the network: few connections, and the next page while the one before is being stored.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::command::{SignIn, SyncState};
use maydan_it::seed::{self, Spec};
use maydan_it::world::PASSWORD;
use maydan_it::{Rep, World};
use maydan_sync_server::Company;
use rusqlite::functions::{Context, FunctionFlags};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const PULL: &[u8] = b"POST /v1/pull ";
/// How long the next request may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether answers go through.
#[derive(PartialEq, Eq)]
enum Gate {
    /// No pull came yet.
    Untouched,
    Closed,
    Open,
}

/// A wire between a device and its server that counts, and that holds answers back until it is opened.
struct Tap {
    connections: Arc<AtomicUsize>,
    gate: watch::Sender<Gate>,
    address: SocketAddr,
}

impl Tap {
    /// To a server. Answers are held back from the first pull on, of which each is told to `pulls`.
    async fn to(server: &str, pulls: mpsc::Sender<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = server.trim_start_matches("http://").to_owned();
        let (connections, gate) = (Arc::new(AtomicUsize::new(0)), watch::Sender::new(Gate::Untouched));
        let (counted, shared) = (connections.clone(), gate.clone());
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&server).await.unwrap();
                let ((from_device, to_device), (from_server, to_server)) = (device.into_split(), server.into_split());
                tokio::spawn(requests(from_device, to_server, pulls.clone(), shared.clone()));
                tokio::spawn(answers(from_server, to_device, shared.subscribe()));
            }
        });
        Self { connections, gate, address }
    }
}

/// Carries requests; at the first pull the gate closes.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, pulls: mpsc::Sender<()>, gate: watch::Sender<Gate>) {
    let (mut chunk, mut tail) = (vec![0; 16_384], Vec::new());
    while let Ok(size @ 1..) = from.read(&mut chunk).await {
        tail.extend_from_slice(&chunk[..size]);
        for _ in tail.windows(PULL.len()).filter(|window| *window == PULL) {
            gate.send_if_modified(|gate| {
                *gate == Gate::Untouched && {
                    *gate = Gate::Closed;
                    true
                }
            });
            // Nobody may listen any more.
            let _ = pulls.send(());
        }
        // What may be the beginning of a request that goes on in the next chunk.
        tail.drain(..tail.len().saturating_sub(PULL.len() - 1));
        if to.write_all(&chunk[..size]).await.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut gate: watch::Receiver<Gate>) {
    let mut chunk = vec![0; 16_384];
    while let Ok(size @ 1..) = from.read(&mut chunk).await {
        if gate.wait_for(|gate| *gate != Gate::Closed).await.is_err() || to.write_all(&chunk[..size]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_page_is_asked_for_while_one_is_being_stored_and_over_the_same_connections() {
    let folder = tempfile::tempdir().unwrap();
    let company = Company::init(&folder.path().join("server")).unwrap();
    seed::write_server(&company, &Spec::new(2_000, 2_000, 1)).unwrap();
    drop(company);
    let world = World::over(folder).await.unwrap();
    let (told, pulls) = mpsc::channel();
    let tap = Tap::to(&world.url(), told).await;
    let huda = Rep::open(world.folder.path().join("huda")).unwrap();
    let server = format!("http://{}", tap.address);
    huda.app.ask(SignIn { server, login: "huda".into(), password: PASSWORD.into() }).await.unwrap();

    // The first page is on its way. It is not to be on the disk before the next one is asked for.
    let pulls = tokio::task::spawn_blocking(|| pulls.recv_timeout(PATIENCE).map(|()| pulls)).await.unwrap().unwrap();
    let (was_asked, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(1)));
    let (answer, count) = (was_asked.clone(), asked.clone());
    let before_cursors = move |_: &Context<'_>| {
        if count.load(Ordering::SeqCst) == 1 {
            answer.store(pulls.recv_timeout(PATIENCE).is_ok(), Ordering::SeqCst);
            count.fetch_add(1, Ordering::SeqCst);
        }
        count.fetch_add(pulls.try_iter().count(), Ordering::SeqCst);
        Ok(0)
    };
    huda.app
        .with_replica(|replica| {
            let db = replica.connection();
            db.create_scalar_function("before_cursors", 0, FunctionFlags::SQLITE_UTF8, before_cursors).unwrap();
            db.execute_batch("CREATE TEMP TRIGGER page BEFORE INSERT ON main.cursor BEGIN SELECT before_cursors(); END").unwrap();
            Ok(())
        })
        .unwrap();
    tap.gate.send_replace(Gate::Open);
    huda.waits_for("synced", |status| status.state == SyncState::Synced).await.unwrap();

    assert!(was_asked.load(Ordering::SeqCst), "the second page was asked for before the first was on the disk");
    let (pulls, connections) = (asked.load(Ordering::SeqCst), tap.connections.load(Ordering::SeqCst));
    assert!(pulls >= 4, "{pulls} pages are enough to tell");
    // One of them carries pokes, and one the sign-in.
    assert!(connections <= 4, "{connections} connections");
}
