//! A device that does one round at a time, without timers, and counts what it sends and gets.

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use maydan_core::command::SessionUser;
use maydan_core::sync::client::{Client, Seen, Step};
use maydan_core::sync::wire::{SignInRequest, Tokens};
use maydan_core::{Actor, DeviceId, Registry};
use maydan_it::platform::SystemHost;
use maydan_it::world::PASSWORD;
use maydan_replica::{OpenOptions, Place, Replica};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// A device of one person.
pub(crate) struct Device {
    pub replica: Replica,
    http: reqwest::Client,
    url: String,
    token: String,
    /// Requests made.
    pub requests: usize,
    /// Bytes of bodies sent, as they were on the wire.
    pub sent: usize,
    /// Bytes of bodies got, as they were on the wire.
    pub got: usize,
    /// What a body that came was, kept for the floor when asked for.
    pub kept: Option<Vec<u8>>,
}

impl Device {
    /// A new device on which somebody has signed in.
    pub async fn new(url: &str, login: &str, folder: &Path) -> Result<Self> {
        let http = client()?;
        let device = DeviceId(Uuid::from_u128(
            folder.as_os_str().as_encoded_bytes().iter().fold(7, |sum, byte| sum * 31 % (1 << 100) + u128::from(*byte)),
        ));
        let request = SignInRequest { login: login.into(), password: PASSWORD.into(), device };
        let answer = http
            .post(format!("{url}/v1/sign-in"))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&request)?)
            .send()
            .await?;
        let tokens: Tokens = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
        let mut replica = open(folder, None)?;
        replica.set_user(SessionUser { id: tokens.user, name: tokens.name, role: tokens.role, grants: Vec::new(), device })?;
        Ok(Self { replica, http, url: url.to_owned(), token: tokens.access, requests: 0, sent: 0, got: 0, kept: None })
    }

    /// Sends and gets until both sides have everything, or `enough` says so after a step.
    pub async fn round(&mut self, mut enough: impl FnMut(&mut Replica) -> bool) -> Result<()> {
        let mut client = Client::new();
        let mut step = client.step(Seen::Wake);
        loop {
            let Some(asked) = self.replica.ask(step)? else {
                match step {
                    Step::Rest => return Ok(()),
                    Step::Push => {
                        step = client.step(Seen::Pushed { pending: false, hello_needed: false, transfers: false });
                        continue;
                    }
                    other => bail!("the round came to {other:?}"),
                }
            };
            let answer = self.post(asked.path, asked.media, &asked.body).await?;
            let taken = self.replica.take(&asked, asked.read(&answer)?)?;
            if enough(&mut self.replica) {
                return Ok(());
            }
            step = client.step(taken.seen);
        }
    }

    /// Posts a body as the app does.
    pub async fn post(&mut self, path: &str, media: &str, body: &[u8]) -> Result<Vec<u8>> {
        let request = self
            .http
            .post(format!("{}/v1/{path}", self.url))
            .bearer_auth(&self.token)
            .header("content-type", media)
            .header("accept-encoding", "zstd");
        let request = if body.len() >= 600 {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body)?;
            let zipped = encoder.finish()?;
            self.sent += zipped.len();
            request.header("content-encoding", "gzip").body(zipped)
        } else {
            self.sent += body.len();
            request.body(body.to_vec())
        };
        self.requests += 1;
        let answer = request.send().await?.error_for_status()?;
        let zipped = answer.headers().get("content-encoding").is_some_and(|v| v == "zstd");
        let bytes = answer.bytes().await?;
        self.got += bytes.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&bytes);
        }
        if !zipped {
            return Ok(bytes.to_vec());
        }
        Ok(zstd::decode_all(bytes.as_ref())?)
    }
}

/// A client that leaves compression to us, so that bytes can be counted.
pub(crate) fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_gzip().no_zstd().build()?)
}

/// Opens a replica as the app does, which remembers under what actor it writes.
pub(crate) fn open(folder: &Path, remembered_actor: Option<Actor>) -> Result<Replica> {
    let place = Place::File(folder.join("replica.db"));
    Ok(Replica::open(OpenOptions { place, host: Arc::new(SystemHost::default()), registry: Registry::maydan(), remembered_actor })?)
}
