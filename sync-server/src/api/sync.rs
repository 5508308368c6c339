//! hello, push, pull.

use super::body::{Json, MsgPack};
use super::failure::Failure;
use super::{Api, blocking};
use crate::store::{Caller, now};
use axum::extract::State;
use maydan_core::sync::wire::{Hello, HelloAnswer, Outcome, PROTOCOL, Page, Pull, Push, PushAnswer};
use maydan_core::{Error, ErrorCode};

pub(super) async fn hello(State(api): State<Api>, caller: Caller, Json(hello): Json<Hello>) -> Result<axum::Json<HelloAnswer>, Failure> {
    if hello.protocol > PROTOCOL {
        return Err(Error::new(ErrorCode::Unsupported, "this app speaks a newer protocol than the server: update the server").into());
    }
    // Before anything is read: what is accepted meanwhile makes one poke too many, never one too few.
    let news = *api.news.borrow();
    let answer = blocking(move || {
        let (role, grants) = api.store.rights(caller)?;
        api.store.claim_actor(caller, hello.actor)?;
        Ok(HelloAnswer {
            protocol: PROTOCOL,
            epoch: api.store.epoch(),
            server_time: now(),
            floor: api.store.floor()?,
            role,
            high_water: api.store.high_water(&grants)?,
            grants,
            actors: api.store.actors_after(hello.actors_known)?,
            news,
        })
    })
    .await?;
    Ok(axum::Json(answer))
}

pub(super) async fn push(State(api): State<Api>, caller: Caller, MsgPack(push): MsgPack<Push>) -> Result<MsgPack<PushAnswer>, Failure> {
    let store = api.store.clone();
    let answer = blocking(move || {
        store.rights(caller)?;
        store.push(caller, &push)
    })
    .await?;
    if answer.outcomes.iter().any(|o| matches!(o, Outcome::Accepted { .. })) {
        api.news.send_modify(|count| *count += 1);
    }
    Ok(MsgPack(answer))
}

pub(super) async fn pull(State(api): State<Api>, caller: Caller, MsgPack(pull): MsgPack<Pull>) -> Result<MsgPack<Page>, Failure> {
    Ok(MsgPack(blocking(move || api.store.pull(caller, &pull)).await?))
}
