//! The requests of a round as bytes, and their answers as what the state machine has [`Seen`].
//!
//! Whoever carries the bytes needs to know nothing of them: the driver over HTTP, the simulator over a network that loses,
//! repeats and tears.

use super::Batch;
use super::hand_over::Handing;
use super::received::Received;
use super::survey::{self, Asked};
use super::transfer::Asking;
use crate::{Replica, blob};
use maydan_core::sync::client::{Seen, Step};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::{BlobPart, Cursor, HandedOver, Hello, HelloAnswer, Lacking, MEDIA_TYPE, Page, Pull, Push, PushAnswer};
use maydan_core::{Error, ErrorCode, Registry, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use uuid::Uuid;

/// Media type of `hello`.
const JSON: &str = "application/json";

/// A request to be sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Where, below `/v1/`.
    pub path: &'static str,
    /// What the body is, and the answer to it.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
    sort: Sort,
}

#[derive(Debug)]
enum Sort {
    Hello(Hello),
    Push { batch: Batch, epoch: Uuid },
    Pull { cursors: Vec<Cursor>, besides: Asked, registry: Arc<Registry> },
    HandOver(Handing),
    Transfer(Asking),
}

/// An answer that could be read.
#[derive(Debug)]
pub struct Incoming(Answer);

#[derive(Debug)]
enum Answer {
    Hello(HelloAnswer),
    Push(PushAnswer),
    Pull(Received),
    HandOver(HandedOver),
    PutBlob(Lacking),
    GetBlob(BlobPart),
}

impl Outgoing {
    /// Reads the answer to this request.
    ///
    /// # Errors
    /// [`ErrorCode::NotAMaydanServer`] for bytes that are no answer.
    pub fn read(&self, answer: &[u8]) -> Result<Incoming> {
        Ok(Incoming(match &self.sort {
            Sort::Hello(_) => Answer::Hello(serde_json::from_slice(answer).map_err(|e| not_ours(&e))?),
            Sort::Push { .. } => Answer::Push(read(answer)?),
            Sort::Pull { registry, .. } => Answer::Pull(Received::of(registry, read(answer)?)),
            Sort::HandOver(_) => Answer::HandOver(read(answer)?),
            Sort::Transfer(Asking::Put(_)) => Answer::PutBlob(read(answer)?),
            Sort::Transfer(Asking::Get(_)) => Answer::GetBlob(read(answer)?),
        }))
    }

    /// Whether another request asks the very same.
    pub fn is_as(&self, other: &Self) -> bool {
        self.path == other.path && self.body == other.body
    }
}

/// An answer that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// What to tell the state machine.
    pub seen: Seen,
    /// Where the server's log stands, if the answer says so.
    pub head: Option<u64>,
    /// Entries that came, as long as the first sync goes on.
    pub received_at_first: Option<u32>,
}

impl Replica {
    /// The request that a step sends. `None` when there is nothing to send: the step is done with that.
    ///
    /// # Errors
    /// What the database says.
    pub fn ask(&mut self, step: Step) -> Result<Option<Outgoing>> {
        Ok(match step {
            Step::Hello => {
                let hello = self.hello()?;
                Some(Outgoing { path: "hello", media: JSON, body: serde_json::to_vec(&hello)?, sort: Sort::Hello(hello) })
            }
            Step::Push => {
                let batch = self.batch()?;
                if batch.items.is_empty() {
                    return Ok(None);
                }
                if !Safeguard::OutboxUntilAnswered.holds() {
                    self.forget_sent(&batch)?;
                }
                let body =
                    msgpack(&Push { actor: self.actor, known: self.known()?, items: batch.bytes.clone(), seen: batch.seen.clone() })?;
                Some(Outgoing { path: "push", media: MEDIA_TYPE, body, sort: Sort::Push { batch, epoch: self.epoch()? } })
            }
            Step::Pull => {
                let cursors = self.cursors()?;
                let Asked { want, survey } = survey::asked(&self.db, &cursors)?;
                let (epoch, known, most) = (self.epoch()?, self.known()?, Some(self.room.ask()));
                Some(pull(Pull { epoch, known, cursors, most, want, survey }, &self.registry)?)
            }
            Step::HandOver => {
                let (work, handing) = self.handing()?;
                Some(Outgoing { path: "hand-over", media: MEDIA_TYPE, body: msgpack(&work)?, sort: Sort::HandOver(handing) })
            }
            Step::Transfer => {
                let Some(asking) = self.next_part()? else { return Ok(None) };
                let (path, body) = match &asking {
                    Asking::Put(put) => ("blob/put", msgpack(put)?),
                    Asking::Get(get) => ("blob/get", msgpack(get)?),
                };
                Some(Outgoing { path, media: MEDIA_TYPE, body, sort: Sort::Transfer(asking) })
            }
            Step::Wipe | Step::Refresh | Step::Rest | Step::Wait(_) | Step::AwaitSignIn => None,
        })
    }

    /// The request that will follow when this answer is taken in and nothing comes between: it may be sent ahead, so that the
    /// server works on the next page while this one is stored. Whether it is still the one to be asked tells [`Outgoing::is_as`].
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when it can't be written.
    pub fn ask_ahead(&self, answer: &Incoming) -> Result<Option<Outgoing>> {
        match &answer.0 {
            Answer::Pull(Received { page, .. }) if page.has_more => {
                let known = Some((page.epoch, page.head));
                pull(
                    Pull { epoch: page.epoch, known, cursors: page.cursors.clone(), most: Some(self.room.after()), ..Pull::default() },
                    &self.registry,
                )
                .map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Takes in that a request was refused. `None` when that is not about this request alone: then the round is to wait.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_refusal(&mut self, asked: &Outgoing, error: &Error) -> Result<Option<Taken>> {
        use ErrorCode::{Corrupt, NotAMaydanServer, Offline, ServerFailed};
        match &asked.sort {
            Sort::Pull { .. } if !matches!(error.code, Offline | ServerFailed | NotAMaydanServer | Corrupt) => {
                self.room.was_refused();
                Ok(None)
            }
            Sort::Transfer(asking) if self.part_was_refused(asking, error)? => self.transferred().map(Some),
            _ => Ok(None),
        }
    }

    fn transferred(&mut self) -> Result<Taken> {
        let seen = Seen::Transferred { pending: self.has_sendable()?, transfers: blob::is_due(&self.db)? };
        Ok(Taken { seen, head: None, received_at_first: None })
    }

    /// Takes the answer to a request in.
    ///
    /// # Errors
    /// What the database says; [`ErrorCode::BadRequest`] for the answer to another request. Nothing is changed then.
    pub fn take(&mut self, asked: &Outgoing, answer: Incoming) -> Result<Taken> {
        match (&asked.sort, answer.0) {
            (Sort::Hello(asked), Answer::Hello(answer)) => {
                self.set_clock_skew(answer.server_time.since(self.host.now()));
                let behind = self.apply_hello(asked, &answer)?;
                let seen = Seen::Hello {
                    behind,
                    pending: self.has_sendable()?,
                    hello_needed: self.has_unannounced()?,
                    transfers: blob::is_due(&self.db)?,
                    outdated: answer.outdated,
                };
                Ok(Taken { seen, head: Some(answer.head.seq), received_at_first: None })
            }
            (Sort::Push { batch, epoch }, Answer::Push(answer)) => {
                self.apply_outcomes(batch, &answer)?;
                let hello_needed = answer.epoch != *epoch || !self.is_announced()?;
                let seen = Seen::Pushed { pending: self.has_sendable()?, hello_needed, transfers: blob::is_due(&self.db)? };
                Ok(Taken { seen, head: Some(answer.head.seq), received_at_first: None })
            }
            (Sort::Pull { cursors, besides, .. }, Answer::Pull(received)) => {
                self.room.came(received.page.has_more);
                // Another loop on the same data may have read on: then this page says what was, and is asked for from there.
                let is_next = self.cursors()? == *cursors;
                let Page { has_more, head, .. } = received.page;
                let count = u32::try_from(received.page.entries.len()).unwrap_or(u32::MAX);
                if is_next {
                    self.apply_answer(received, besides)?;
                }
                let has_more = !is_next || has_more || survey::is_open(&self.db, &self.cursors()?)?;
                let (pending, hello_needed) = (self.has_sendable()?, !self.is_announced()?);
                let seen = Seen::Pulled { has_more, pending, hello_needed, transfers: blob::is_due(&self.db)? };
                let is_first = is_next && cursors.iter().any(Cursor::is_first);
                Ok(Taken { seen, head: Some(head.seq), received_at_first: is_first.then_some(count) })
            }
            (Sort::HandOver(handing), Answer::HandOver(answer)) => {
                let pending = self.handed(handing, &answer)?;
                let seen = Seen::HandedOver { pending, transfers: blob::is_due(&self.db)? };
                Ok(Taken { seen, head: None, received_at_first: None })
            }
            (Sort::Transfer(Asking::Put(asked)), Answer::PutBlob(answer)) => {
                self.part_was_put(asked, &answer)?;
                self.transferred()
            }
            (Sort::Transfer(Asking::Get(asked)), Answer::GetBlob(answer)) => {
                self.part_has_come(asked, &answer)?;
                self.transferred()
            }
            _ => Err(Error::bad_request("the answer is to another request")),
        }
    }
}

fn pull(pull: Pull, registry: &Arc<Registry>) -> Result<Outgoing> {
    let body = msgpack(&pull)?;
    let besides = Asked { want: pull.want, survey: pull.survey };
    let sort = Sort::Pull { cursors: pull.cursors, besides, registry: registry.clone() };
    Ok(Outgoing { path: "pull", media: MEDIA_TYPE, body, sort })
}

fn msgpack(message: &impl Serialize) -> Result<Vec<u8>> {
    rmp_serde::to_vec_named(message).map_err(|e| Error::internal(format!("a request could not be written: {e}")))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    rmp_serde::from_slice(bytes).map_err(|e| not_ours(&e))
}

fn not_ours(e: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::NotAMaydanServer, format!("something else than a Maydan server answered: its answer is not ours: {e}"))
}
