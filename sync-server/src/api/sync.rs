//! hello, push, pull, hand-over, contents.

use super::body::{Json, MsgPack};
use super::failure::Failure;
use super::{Api, blocking};
use crate::company::Caller;
use axum::extract::State;
use maydan_core::sync::wire::{
    BlobPart, GetBlob, HandOver, HandedOver, Hello, HelloAnswer, Lacking, Page, Pull, Push, PushAnswer, PutBlob,
};

pub(super) async fn hello(State(api): State<Api>, caller: Caller, Json(hello): Json<Hello>) -> Result<Json<HelloAnswer>, Failure> {
    Ok(Json(blocking(move || api.company.hello(caller, &hello)).await?))
}

pub(super) async fn push(State(api): State<Api>, caller: Caller, MsgPack(push): MsgPack<Push>) -> Result<MsgPack<PushAnswer>, Failure> {
    Ok(MsgPack(blocking(move || api.company.push(caller, &push)).await?))
}

pub(super) async fn pull(State(api): State<Api>, caller: Caller, MsgPack(pull): MsgPack<Pull>) -> Result<MsgPack<Page>, Failure> {
    Ok(MsgPack(blocking(move || api.company.pull(caller, &pull)).await?))
}

pub(super) async fn hand_over(
    State(api): State<Api>,
    caller: Caller,
    MsgPack(work): MsgPack<HandOver>,
) -> Result<MsgPack<HandedOver>, Failure> {
    Ok(MsgPack(blocking(move || api.company.hand_over(caller, &work)).await?))
}

pub(super) async fn put_blob(State(api): State<Api>, caller: Caller, MsgPack(put): MsgPack<PutBlob>) -> Result<MsgPack<Lacking>, Failure> {
    Ok(MsgPack(blocking(move || api.company.put_blob(caller, &put)).await?))
}

pub(super) async fn get_blob(State(api): State<Api>, caller: Caller, MsgPack(get): MsgPack<GetBlob>) -> Result<MsgPack<BlobPart>, Failure> {
    Ok(MsgPack(blocking(move || api.company.get_blob(caller, &get)).await?))
}
