//! The same work in the web edition: a real browser, the worker in it, the browser's private files.

use crate::Plan;
use crate::figure::{Figure, Runs};
use crate::served::programs;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// What the runs of each row took, milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Took {
    save: Vec<f64>,
    first_sync: Vec<f64>,
    usable: Vec<f64>,
    open: Vec<f64>,
}

/// Saving, a new device, and opening, in Chromium.
pub(super) async fn web(plan: &Plan) -> Result<Vec<Figure>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the benchmarks lie beside the other tests")?;
    ensure!(
        tests.with_file_name("web").join("dist/index.html").exists(),
        "the web edition is not built: `cargo xtask bench web` builds it"
    );
    let mut node = Command::new("node");
    node.arg("bench.mjs").arg(plan.documents.to_string()).arg(plan.runs.to_string());
    node.current_dir(tests.join("e2e")).env("MAYDAN_BIN", programs()?).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let done = node.output().await.context("node could not be started")?;
    ensure!(done.status.success(), "the browser's part failed: {}", done.status);
    let took: Took = serde_json::from_slice(&done.stdout).context("the browser's part said something else")?;
    let figure = |name, n, ours| Figure::new(name, n, "ms", Runs { ours, ..Runs::default() }, "beside the native one").in_web();
    Ok(vec![
        figure("save", 1, took.save),
        figure("first-sync", plan.documents, took.first_sync),
        figure("usable", plan.documents, took.usable),
        figure("open", plan.documents, took.open),
    ])
}
