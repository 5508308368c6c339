//! The network between the devices and the server: each connection has its fate.

use crate::faults::{Fault, Faults};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Most bytes taken at once.
const CHUNK: usize = 4_096;
/// A fate strikes within so many bytes of a direction, or within so few.
const REACH: usize = 6_000;
const NEAR: usize = 400;
/// How long a silent connection stays open: somebody's patience ends before, or it is closed.
const SILENCE: Duration = Duration::from_secs(3);

/// What becomes of a connection.
#[derive(Debug, Clone, Copy)]
struct Fate {
    fault: Fault,
    /// In which direction: what the device sends, or what the server answers.
    to_server: bool,
    /// After how many bytes.
    after: usize,
}

/// Passes connections on until the process ends; evil while `evil` holds.
pub async fn run(listener: TcpListener, server: SocketAddr, evil: Arc<AtomicBool>, faults: Arc<Faults>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut deck = Vec::new();
    loop {
        let Ok((device, _)) = listener.accept().await else { continue };
        let fate = evil.load(Ordering::Relaxed).then(|| draw(&mut deck, &mut random)).flatten();
        tokio::spawn(connect(device, server, fate, faults.clone()));
    }
}

/// Two connections in eight are left alone; each fault has its turn before any has two.
fn draw(deck: &mut Vec<Option<Fault>>, random: &mut fastrand::Rng) -> Option<Fate> {
    if deck.is_empty() {
        let faults = [Fault::Refuse, Fault::Delay, Fault::Duplicate, Fault::Truncate, Fault::Reset, Fault::Silence];
        deck.extend(faults.map(Some).into_iter().chain([None, None]));
        random.shuffle(deck);
    }
    let fault = deck.pop()??;
    // In its first request, or in a later one.
    let reach = if random.bool() { NEAR } else { REACH };
    let after = random.usize(..reach);
    Some(Fate { fault, to_server: random.bool(), after })
}

async fn connect(device: TcpStream, address: SocketAddr, fate: Option<Fate>, faults: Arc<Faults>) {
    if let Some(Fate { fault: Fault::Refuse, .. }) = fate {
        faults.count(Fault::Refuse);
        return;
    }
    // The server may be dead at the moment: then the device finds nobody there.
    let Ok(server) = TcpStream::connect(address).await else { return };
    let ends = [abort_handle(&device), abort_handle(&server)];
    let ((from_device, to_device), (from_server, to_server)) = (device.into_split(), server.into_split());
    let of = |to_server: bool| fate.filter(|fate| fate.to_server == to_server);
    let there = pass(from_device, to_server, of(true), &faults);
    let back = pass(from_server, to_device, of(false), &faults);
    // What ends one direction ends the connection, except when a side has only said all that it had to say.
    tokio::pin!(there, back);
    let broken = tokio::select! {
        ended = &mut there => if matches!(ended, Ok(Ended::Closed)) { back.await } else { ended },
        ended = &mut back => if matches!(ended, Ok(Ended::Closed)) { there.await } else { ended },
    };
    if matches!(broken, Ok(Ended::Reset)) {
        for socket in ends.iter().flatten() {
            // A connection that is closed with time zero is reset.
            drop(socket.set_linger(Some(Duration::ZERO)));
        }
    }
}

fn abort_handle(stream: &TcpStream) -> Option<socket2::Socket> {
    socket2::SockRef::from(stream).try_clone().ok()
}

/// How a direction ended.
enum Ended {
    /// Its sender has said all.
    Closed,
    /// Cut off, as if all had been said.
    Truncated,
    Reset,
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fate: Option<Fate>, faults: &Faults) -> io::Result<Ended> {
    let mut chunk = vec![0; CHUNK];
    let mut left = fate.map(|fate| fate.after);
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            to.shutdown().await?;
            return Ok(Ended::Closed);
        }
        let strikes = left.filter(|left| *left < read);
        left = left.and_then(|left| left.checked_sub(read));
        let (Some(at), Some(fate)) = (strikes, fate) else {
            to.write_all(&chunk[..read]).await?;
            continue;
        };
        faults.count(fate.fault);
        to.write_all(&chunk[..at]).await?;
        match fate.fault {
            Fault::Truncate => {
                to.shutdown().await?;
                return Ok(Ended::Truncated);
            }
            Fault::Reset => return Ok(Ended::Reset),
            Fault::Silence => {
                tokio::time::sleep(SILENCE).await;
                return Ok(Ended::Truncated);
            }
            Fault::Duplicate => to.write_all(&chunk[..at]).await?,
            // Late, and then as it should be.
            _ => tokio::time::sleep(Duration::from_millis(800)).await,
        }
        to.write_all(&chunk[at..read]).await?;
    }
}
