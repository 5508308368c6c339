//! A network of simulated sockets under the simulator: what devices ask goes as HTTP to the server's own routes, and comes
//! back as HTTP, if it comes.
//!
//! The story, the devices, the disks and the promises are the simulator's ([`maydan_sim`]). Other than there, requests are lost where
//! real ones are: while they connect, between two segments, after the server has done what they say. Connections stay open to a server that is gone.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::handshake;
use hyper::server::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use maydan_core::sync::digest::{DIGEST_HEADER, check, digest};
use maydan_core::{DeviceId, Error, ErrorCode, Result};
use maydan_sim::wire::{Asked, Wire};
use maydan_sync_server::{Company, Config, routes};
use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use turmoil::net::{TcpListener, TcpStream};
use turmoil::{Builder, Sim};

const SERVER: &str = "server";
const PORT: u16 = 80;
/// How long a device waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A request that has no answer after so many steps of the network is a fault of this file.
const MOST_STEPS: u32 = 100_000;

/// What a device asks, and where the answer goes.
type Question = (Asked, oneshot::Sender<Result<Vec<u8>>>);

/// The network.
pub struct Network {
    sim: Sim<'static>,
    /// The company that the server serves.
    served: Arc<Mutex<Option<Company>>>,
    devices: BTreeMap<DeviceId, mpsc::UnboundedSender<Question>>,
    is_running: bool,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network({} devices)", self.devices.len())
    }
}

impl Network {
    /// A network whose delays follow from a seed.
    pub fn new(seed: u64) -> Self {
        let mut sim = Builder::new()
            .rng_seed(seed)
            .tick_duration(Duration::from_millis(5))
            .min_message_latency(Duration::from_millis(1))
            .max_message_latency(Duration::from_millis(40))
            .simulation_duration(Duration::MAX)
            .tcp_capacity(10_000)
            .build();
        let served: Arc<Mutex<Option<Company>>> = Arc::default();
        let company = served.clone();
        sim.host(SERVER, move || serve(company.clone()));
        Self { sim, served, devices: BTreeMap::new(), is_running: true }
    }

    fn device(&mut self, id: DeviceId) -> &mpsc::UnboundedSender<Question> {
        let sim = &mut self.sim;
        self.devices.entry(id).or_insert_with(|| {
            let (questions, asked) = mpsc::unbounded_channel();
            sim.client(name(id), be_a_device(asked));
            questions
        })
    }

    fn step(&mut self) -> Result<()> {
        self.sim.step().map(drop).map_err(|e| Error::internal(format!("the network failed: {e}")))
    }
}

impl Wire for Network {
    fn carry(&mut self, company: &Company, asked: Asked, cut: Option<u32>) -> Result<Vec<u8>> {
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = Some(company.clone());
        if !std::mem::replace(&mut self.is_running, true) {
            self.sim.bounce(SERVER);
        }
        let id = asked.device;
        let (reply, mut answer) = oneshot::channel();
        let gone = |_| Error::internal("a device has left the network");
        self.device(id).send((asked, reply)).map_err(|e| gone(e.to_string()))?;
        for step in 0..MOST_STEPS {
            if cut == Some(step) {
                self.sim.partition(name(id), SERVER);
            }
            self.step()?;
            match answer.try_recv() {
                Err(oneshot::error::TryRecvError::Empty) => {}
                done => {
                    self.sim.repair(name(id), SERVER);
                    return done.map_err(|e| gone(e.to_string()))?;
                }
            }
        }
        Err(Error::internal("a request was never answered and never given up"))
    }

    fn stop(&mut self) {
        // Whatever still holds the company goes with the machine.
        if std::mem::replace(&mut self.is_running, false) {
            self.sim.crash(SERVER);
        }
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn name(id: DeviceId) -> String {
    format!("device-{}", id.0.simple())
}

/// The server's side: real routes over simulated sockets.
async fn serve(company: Arc<Mutex<Option<Company>>>) -> turmoil::Result {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let company = company.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(company) = company {
            let routes = TowerToHyperService::new(routes(company, Config::default()));
            // A connection that breaks is the device's to notice.
            tokio::task::spawn_local(async move { drop(http1::Builder::new().serve_connection(TokioIo::new(stream), routes).await) });
        }
    }
}

/// A device's side: one request after the other, each on a connection of its own.
async fn be_a_device(mut asked: mpsc::UnboundedReceiver<Question>) -> turmoil::Result {
    while let Some((asked, reply)) = asked.recv().await {
        let answer = tokio::time::timeout(PATIENCE, ask(asked)).await;
        // Nobody waits for it any more when the story has ended.
        drop(reply.send(answer.unwrap_or_else(|_| Err(Error::new(ErrorCode::Offline, "no answer came in time")))));
    }
    Ok(())
}

async fn ask(asked: Asked) -> Result<Vec<u8>> {
    let lost = |e: &dyn fmt::Display| Error::new(ErrorCode::Offline, format!("the connection broke: {e}"));
    let stream = TcpStream::connect((SERVER, PORT)).await.map_err(|e| lost(&e))?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| lost(&e))?;
    let connection = tokio::task::spawn_local(connection);
    let request = Request::post(format!("/v1/{}", asked.path))
        .header("host", SERVER)
        .header("content-type", asked.media)
        .header("authorization", format!("Bearer {}", asked.token))
        .header(DIGEST_HEADER, digest(&asked.body))
        .body(Full::new(Bytes::from(asked.body)))
        .map_err(|e| Error::internal(format!("a request could not be written: {e}")))?;
    let answer = sender.send_request(request).await.map_err(|e| lost(&e))?;
    let status = answer.status();
    let said = answer.headers().get(DIGEST_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = answer.into_body().collect().await.map_err(|e| lost(&e))?.to_bytes().to_vec();
    connection.abort();
    if status != StatusCode::OK {
        return Err(serde_json::from_slice(&body).unwrap_or_else(|_| Error::new(ErrorCode::NotAMaydanServer, "not an error of ours")));
    }
    check(&said, &body)?;
    Ok(body)
}
