//! Requests to the server, and what their failures mean.

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{FutureExt, StreamExt};
use maydan_core::sync::digest::{DIGEST_HEADER, check, digest};
use maydan_core::{Error, ErrorCode};
use maydan_replica::{Incoming, Outgoing};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Longest that a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long after an answer its connection may carry the next request.
#[cfg(not(target_arch = "wasm32"))]
const REUSED_FOR: Duration = Duration::from_secs(5);
/// Bodies smaller than this gain nothing from compression.
const WORTH_ZIPPING: usize = 600;

/// A failed request.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub error: Error,
    /// The server said how long to wait, milliseconds.
    pub retry_after: Option<u64>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

/// A server's address, with the client that talks to it.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    client: Client,
    base: String,
}

/// What the stream of pokes says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Where the server's log stands.
    News(u64),
    /// The line is still there.
    Alive,
}

/// An answer to come.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Answering = futures_util::future::BoxFuture<'static, Result<Incoming, Failure>>;
/// An answer to come.
#[cfg(target_arch = "wasm32")]
pub(crate) type Answering = futures_util::future::LocalBoxFuture<'static, Result<Incoming, Failure>>;
/// The stream of pokes.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Pokes = futures_util::stream::BoxStream<'static, Heard>;
/// The stream of pokes.
#[cfg(target_arch = "wasm32")]
pub(crate) type Pokes = futures_util::stream::LocalBoxStream<'static, Heard>;

impl Remote {
    /// A server by its address.
    pub fn new(base: &str) -> Result<Self, Error> {
        let url = reqwest::Url::parse(base.trim()).ok().filter(|u| matches!(u.scheme(), "https" | "http") && u.has_host());
        let mut url = url.ok_or_else(|| Error::bad_request(format!("{base:?} is no server address: write https://…")))?;
        url.set_query(None);
        url.set_fragment(None);
        // One spelling for one address: a person's database is found by it.
        let base = url.as_str().trim_end_matches('/').to_owned();
        let builder = Client::builder();
        // Connections serve the requests of one round. One that rested may be dead without a word, on another network by now.
        #[cfg(not(target_arch = "wasm32"))]
        let builder = builder.pool_idle_timeout(REUSED_FOR);
        // Whoever came first has installed the same provider.
        #[cfg(not(target_arch = "wasm32"))]
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = builder.build().map_err(|e| Error::internal(format!("no HTTP client: {e}")))?;
        Ok(Self { client, base })
    }

    /// The address, in the one spelling that is kept.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends and receives JSON.
    pub async fn json<A: DeserializeOwned>(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Result<A, Failure> {
        let body = serde_json::to_vec(body).map_err(Error::from)?;
        let request = self.post(path, token).header(CONTENT_TYPE, "application/json");
        let bytes = receive(request, body, "application/json").await?;
        serde_json::from_slice(&bytes).map_err(|e| not_ours(format!("its answer is not ours: {e}")))
    }

    /// Sends a request of the replica's, and reads its answer.
    pub fn send(&self, token: &str, asked: Arc<Outgoing>) -> Answering {
        let request = self.post(asked.path, Some(token)).header(CONTENT_TYPE, asked.media);
        Box::pin(async move {
            let answer = receive(request, asked.body.clone(), asked.media).await?;
            Ok(asked.read(&answer)?)
        })
    }

    /// The same, begun at once: the answer comes and is read while something else is done. Dropped, it is given up.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn send_ahead(&self, token: &str, asked: Arc<Outgoing>) -> Answering {
        let (task, answering) = self.send(token, asked).remote_handle();
        drop(tokio::spawn(task));
        Box::pin(answering)
    }

    /// The same, begun at once: the server works on its answer while something else is done.
    #[cfg(target_arch = "wasm32")]
    pub fn send_ahead(&self, token: &str, asked: Arc<Outgoing>) -> Answering {
        let mut answering = self.send(token, asked);
        match (&mut answering).now_or_never() {
            Some(answered) => Box::pin(std::future::ready(answered)),
            None => answering,
        }
    }

    /// Opens the stream of pokes.
    pub async fn pokes(&self, token: &str) -> Result<Pokes, Failure> {
        let response = self.client.get(format!("{}/v1/poke", self.base)).bearer_auth(token).send().await.map_err(offline)?;
        let response = checked(response, "text/event-stream").await?;
        let lines = response.bytes_stream().take_while(|chunk| std::future::ready(chunk.is_ok())).map(|chunk| {
            let text = chunk.ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()).unwrap_or_default();
            let newest = text.lines().rev().find_map(|line| line.strip_prefix("data:")?.trim().parse().ok());
            newest.map_or(Heard::Alive, Heard::News)
        });
        #[cfg(not(target_arch = "wasm32"))]
        return Ok(lines.boxed());
        #[cfg(target_arch = "wasm32")]
        return Ok(lines.boxed_local());
    }

    fn post(&self, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.post(format!("{}/v1/{path}", self.base)).timeout(TIMEOUT);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

async fn receive(request: RequestBuilder, body: Vec<u8>, expected: &'static str) -> Result<Vec<u8>, Failure> {
    let request = request.header(DIGEST_HEADER, digest(&body));
    let request = if body.len() >= WORTH_ZIPPING {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let zipped = encoder.write_all(&body).and_then(|()| encoder.finish());
        let zipped = zipped.map_err(|e| Error::internal(format!("a request could not be compressed: {e}")))?;
        request.header(CONTENT_ENCODING, "gzip").body(zipped)
    } else {
        request.body(body)
    };
    let response = checked(request.send().await.map_err(offline)?, expected).await?;
    let said = response.headers().get(DIGEST_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = response.bytes().await.map_err(offline)?.to_vec();
    check(&said, &bytes).map_err(|e| not_ours(e.message))?;
    Ok(bytes)
}

/// Lets through what a Maydan server answers when all is well. Everything else is one of: a typed error of ours, a server
/// (or proxy) in trouble, or somebody else answering in its place.
async fn checked(response: Response, expected: &str) -> Result<Response, Failure> {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if status.is_success() && kind.starts_with(expected) {
        return Ok(response);
    }
    let retry_after =
        response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse::<u64>().ok()).map(|seconds| seconds.saturating_mul(1000));
    if status.is_success() || status.is_redirection() || !kind.starts_with("application/json") {
        if status.is_server_error() || status.as_u16() == 429 {
            let error = Error::new(ErrorCode::ServerFailed, format!("the server answered {status}"));
            return Err(Failure { error, retry_after });
        }
        return Err(not_ours(format!("it answered {status} with {kind:?}")));
    }
    let mut error = response.json::<Error>().await.map_err(|e| not_ours(format!("its error is not ours: {e}")))?;
    if status.is_server_error() {
        // Its full disk is not this device's.
        error.code = ErrorCode::ServerFailed;
    }
    Err(Failure { error, retry_after })
}

fn offline(e: reqwest::Error) -> Failure {
    Error::new(ErrorCode::Offline, format!("no answer from the server: {e}")).into()
}

fn not_ours(why: String) -> Failure {
    Error::new(ErrorCode::NotAMaydanServer, format!("something else than a Maydan server answered: {why}")).into()
}
