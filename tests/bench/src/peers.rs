//! The peers: engines of others, doing the same work as programs of their own. They are installed by the bench itself, at pinned
//! versions, into a cache folder, and are never a dependency of the product.

use crate::Plan;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// Longest that a peer is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// What it is made of; copied beside the packages.
const FILES: &[(&str, &str)] = &[
    ("package.json", include_str!("../peers/package.json")),
    ("data.mjs", include_str!("../peers/data.mjs")),
    ("pouch.mjs", include_str!("../peers/pouch.mjs")),
    ("repo.mjs", include_str!("../peers/repo.mjs")),
];

/// A peer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Peer {
    /// PouchDB with express-pouchdb.
    Pouch,
    /// automerge-repo with its websocket and nodefs parts.
    Repo,
    /// automerge-repo in Rust.
    Samod,
}

/// Where the one in Rust is built from, apart from the workspace.
const SAMOD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samod");
/// What it is called.
const SAMOD_PROGRAM: &str = "maydan-bench-samod";

/// Installs what is not there yet; answers where.
pub(crate) fn install() -> Result<PathBuf> {
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let folder = cache.context("there is no home folder")?.join("maydan/bench-peers");
    std::fs::create_dir_all(&folder)?;
    let lock = FILES[1].1;
    let is_there =
        folder.join("node_modules").exists() && std::fs::read_to_string(folder.join(FILES[1].0)).is_ok_and(|known| known == lock);
    for (name, content) in FILES {
        std::fs::write(folder.join(name), content)?;
    }
    if !is_there {
        writeln!(std::io::stderr(), "installing the peers")?;
        let done = std::process::Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder)
            .status()?;
        if !done.success() {
            bail!("npm install failed in {}", folder.display());
        }
    }
    let built = std::process::Command::new("cargo")
        .args(["build", "--release", "--locked", "--quiet", "--target-dir"])
        .arg(folder.join("samod"))
        .current_dir(SAMOD)
        .status()?;
    if !built.success() {
        bail!("samod could not be built in {}", folder.display());
    }
    Ok(folder)
}

/// What a peer takes for a row at N, in the row's unit. `None` when peers are left out, or when it does not do it in time.
pub(crate) async fn ask(plan: &Plan, peer: Peer, row: &str, n: usize) -> Result<Option<f64>> {
    let Some(folder) = &plan.peers else { return Ok(None) };
    let (script, mut command) = match peer {
        Peer::Pouch => under_node("pouch.mjs"),
        Peer::Repo => under_node("repo.mjs"),
        Peer::Samod => ("samod", Command::new(folder.join("samod/release").join(SAMOD_PROGRAM))),
    };
    command.arg(row).arg(n.to_string()).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let Ok(done) = tokio::time::timeout(PATIENCE, command.output()).await else {
        writeln!(std::io::stderr(), "{script} does not do {row} at {n} in {} s", PATIENCE.as_secs())?;
        return Ok(None);
    };
    let done = done?;
    let said = String::from_utf8_lossy(&done.stdout);
    match said.lines().last().and_then(|line| line.trim().parse().ok()) {
        Some(figure) if done.status.success() => Ok(Some(figure)),
        _ => {
            // Some give up under load: that is their figure.
            let said = String::from_utf8_lossy(&done.stderr);
            let last = said.lines().rev().find(|line| line.contains("Error")).unwrap_or("no word");
            writeln!(std::io::stderr(), "{script} does not do {row} at {n}: {last}")?;
            Ok(None)
        }
    }
}

fn under_node(script: &'static str) -> (&'static str, Command) {
    let mut command = Command::new("node");
    command.arg(script);
    (script, command)
}
