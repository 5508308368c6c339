//! The rows of the table.

mod crowd;
mod ingest;
mod local;
mod memory;
mod merge;
mod shift;
mod sync;
mod web;

use crate::Plan;
use crate::figure::Figure;
use anyhow::Result;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

/// Measures some lines.
type Measure = for<'a> fn(&'a Plan) -> Pin<Box<dyn Future<Output = Result<Vec<Figure>>> + 'a>>;

/// All rows, by name.
pub(crate) const ALL: &[(&str, Measure)] = &[
    ("save", |plan| Box::pin(local::save(plan))),
    ("first-sync", |plan| Box::pin(sync::first_sync(plan))),
    ("idle-sync", |plan| Box::pin(sync::idle(plan))),
    ("merge", |plan| Box::pin(merge::merge(plan))),
    ("wire", |plan| Box::pin(merge::wire(plan))),
    ("ingest", |plan| Box::pin(ingest::ingest(plan))),
    ("open", |plan| Box::pin(local::open(plan))),
    ("fan-out", |plan| Box::pin(crowd::fan_out(plan))),
    ("trip", |plan| Box::pin(shift::trip(plan))),
    ("memory", |plan| Box::pin(memory::rss(plan))),
    ("web", |plan| Box::pin(web::web(plan))),
];

/// Milliseconds since then.
fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
