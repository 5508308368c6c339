//! Pokes: a stream that says "there is news", and nothing else.

use super::failure::Failure;
use super::{Api, blocking};
use crate::company::Caller;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;
use tokio_stream::wrappers::WatchStream;

pub(super) async fn poke(State(api): State<Api>, caller: Caller) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let company = api.company.clone();
    blocking(move || company.rights(caller)).await?;
    // The first value comes at once: whoever connects late has missed nothing.
    let news = WatchStream::new(api.company.news()).map(|newest| Ok(Event::default().event("news").data(newest.to_string())));
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(Duration::from_secs(25))))
}
