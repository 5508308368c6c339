//! A client that is not ours: it sends whatever it likes.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{
    Cursor, Hello, HelloAnswer, Item, MEDIA_TYPE, Outcome, Page, Pull, Push, PushAnswer, RefreshRequest, SignInRequest, Tokens,
};
use maydan_core::{Actor, DeviceId, Error, ErrorCode, Instant, RecordId, Registry, ScopeId};
use maydan_it::world::PASSWORD;
use reqwest::header::RETRY_AFTER;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub const JSON: &str = "application/json";

pub fn random() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

pub fn msgpack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).unwrap()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<u64>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The typed error; every answer that is not a success has one.
    pub fn code(&self) -> ErrorCode {
        assert!(self.status >= 400, "{self:?}");
        serde_json::from_slice::<Error>(&self.body).unwrap_or_else(|e| panic!("no typed error ({e}): {self:?}")).code
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn msgpack<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        rmp_serde::from_slice(&self.body).unwrap()
    }
}

/// A refused item's code.
pub fn refusal(outcome: &Outcome) -> ErrorCode {
    match outcome {
        Outcome::Rejected { code, .. } => *code,
        other => panic!("accepted: {other:?}"),
    }
}

/// The client, signed in or not.
pub struct Raw {
    client: reqwest::Client,
    base: String,
    pub device: DeviceId,
    pub actor: Actor,
    pub tokens: Option<Tokens>,
}

impl Raw {
    /// A client that knows nobody.
    pub fn new(base: &str) -> Self {
        // Whoever came first has installed the same provider.
        drop(rustls::crypto::ring::default_provider().install_default());
        // Every request has its own connection: none meets the remains of a server that was stopped.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { client, base: base.to_owned(), device: DeviceId(random()), actor: Actor(random()), tokens: None }
    }

    /// A client that has signed in and said hello.
    pub async fn signed_in(base: &str, login: &str) -> Self {
        let mut raw = Self::new(base);
        raw.tokens = Some(raw.sign_in(login, PASSWORD).await.json());
        raw.hello().await;
        raw
    }

    pub fn user(&self) -> RecordId {
        self.tokens.as_ref().unwrap().user
    }

    pub fn access(&self) -> String {
        self.tokens.as_ref().map(|t| t.access.clone()).unwrap_or_default()
    }

    /// Sends anything anywhere.
    pub async fn send(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = self.client.post(format!("{}/v1/{path}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).map(|v| v.to_str().unwrap().parse().unwrap());
        Answer { status, retry_after, body: response.bytes().await.unwrap().to_vec() }
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let request = SignInRequest { login: login.into(), password: password.into(), device: self.device };
        self.send("sign-in", &[("content-type", JSON)], serde_json::to_vec(&request).unwrap()).await
    }

    pub async fn refresh(&self, refresh: &str) -> Answer {
        let request = RefreshRequest { refresh: refresh.into(), device: self.device };
        self.send("refresh", &[("content-type", JSON)], serde_json::to_vec(&request).unwrap()).await
    }

    /// Says hello under a token and an actor, which need not be its own.
    pub async fn hello_as(&self, token: &str, actor: Actor) -> Answer {
        let hello = Hello::of(actor);
        let bearer = format!("Bearer {token}");
        self.send("hello", &[("content-type", JSON), ("authorization", bearer.as_str())], serde_json::to_vec(&hello).unwrap()).await
    }

    pub async fn hello(&self) -> HelloAnswer {
        self.hello_as(&self.access(), self.actor).await.json()
    }

    /// Posts bytes that say that they are MessagePack, zipped or not.
    pub async fn bytes(&self, path: &str, body: Vec<u8>, zipped: bool) -> Answer {
        let bearer = format!("Bearer {}", self.access());
        let encoding = if zipped { "gzip" } else { "identity" };
        let headers = [("content-type", MEDIA_TYPE), ("authorization", bearer.as_str()), ("content-encoding", encoding)];
        self.send(path, &headers, body).await
    }

    /// Pushes under an actor, which need not be its own.
    pub async fn push_as(&self, actor: Actor, items: &[Item]) -> Answer {
        self.bytes("push", msgpack(&Push::of(actor, sent(items))), false).await
    }

    pub async fn push(&self, items: &[Item]) -> Vec<Outcome> {
        let answer: PushAnswer = self.push_as(self.actor, items).await.msgpack();
        assert_eq!(answer.outcomes.len(), items.len());
        answer.outcomes
    }

    pub async fn pull(&self, scope: ScopeId) -> Answer {
        let epoch = self.hello().await.epoch;
        self.bytes("pull", msgpack(&Pull { epoch, cursors: vec![Cursor::start(scope)], ..Pull::default() }), false).await
    }

    /// A new record as an app would make it: its document, and the items that open it and fill it.
    pub fn record(&self, kind: &str, parent: Option<RecordId>, scope: ScopeId, edits: &[Edit]) -> (Document, Vec<Item>) {
        let id = RecordId(random());
        let kind = Registry::maydan().get(kind).unwrap().clone();
        let mut document = Document::create(&kind, id).unwrap();
        let open = Item::Open { doc: id, kind: kind.name.clone().into_owned(), parent, scope };
        let change = self.edit(&mut document, edits);
        (document, vec![open, change])
    }

    pub fn customer(&self, scope: ScopeId, name: &str) -> (Document, Vec<Item>) {
        self.record("customer", None, scope, &[Edit::set("name", name)])
    }

    /// Edits a document; answers the item that carries the change.
    pub fn edit(&self, document: &mut Document, edits: &[Edit]) -> Item {
        let change = document.edit(self.actor, Instant(1_760_000_000_000), None, edits).unwrap().change.unwrap();
        Item::Change { doc: document.id(), bytes: change.bytes().to_vec().into() }
    }

    /// Good work still goes through, and comes back in the feed.
    pub async fn is_served(&self, scope: ScopeId) {
        let (document, items) = self.customer(scope, "بعد كل ذلك");
        for outcome in self.push(&items).await {
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        }
        let mut cursor = Cursor::start(scope);
        let epoch = self.hello().await.epoch;
        loop {
            let page: Page = self.bytes("pull", msgpack(&Pull { epoch, cursors: vec![cursor], ..Pull::default() }), false).await.msgpack();
            if page.entries.iter().any(|e| entered(e) == Some(document.id())) {
                return;
            }
            assert!(page.has_more, "what was pushed is not in the feed");
            cursor = page.cursors[0].clone();
        }
    }
}

/// Items as they are sent.
pub fn sent(items: &[Item]) -> Vec<serde_bytes::ByteBuf> {
    items.iter().map(|item| item.to_bytes().unwrap().into()).collect()
}

fn entered(entry: &maydan_core::sync::wire::Entry) -> Option<RecordId> {
    match entry {
        maydan_core::sync::wire::Entry::Enter(entered) => Some(entered.doc),
        _ => None,
    }
}
