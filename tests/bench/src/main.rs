//! Benchmarks: the work of a day, done by Maydan and by the least that could do it (the floor), in turn, in one run.
//!
//! Times of shared machines mean nothing; ratios do. Nothing fails because a machine is slow: what must hold whatever the
//! machine (requests, documents loaded, commits) is asserted by tests elsewhere.

mod device;
mod figure;
mod floor;
mod peers;
mod rows;
mod served;
mod world;

use anyhow::{Context, Result, bail};
use clap::Parser;
use figure::Figure;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "maydan-bench", about = "Ours, a peer and the floor, in one run, as ratios")]
struct Cli {
    /// Which rows; all when none is named.
    names: Vec<String>,
    /// Less data and fewer runs: five minutes for all.
    #[arg(long)]
    quick: bool,
    /// Leave the peers out.
    #[arg(long)]
    no_peers: bool,
    /// Write the figures here too.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// How much is measured.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Documents of the smallest company.
    pub documents: usize,
    /// How many times as many the larger ones have.
    pub growth: Vec<usize>,
    /// Runs of ours and of the floor, in turn.
    pub runs: usize,
    /// Where peers are installed; absent when they are left out.
    pub peers: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let cli = Cli::parse();
    let peers = if cli.no_peers { None } else { Some(peers::install().context("the peers could not be installed: see --no-peers")?) };
    let plan = if cli.quick {
        Plan { documents: 2_000, growth: vec![1, 2], runs: 3, peers }
    } else {
        Plan { documents: 10_000, growth: vec![1, 2, 4], runs: 5, peers }
    };
    let known: Vec<&str> = rows::ALL.iter().map(|(name, _)| *name).collect();
    if let Some(odd) = cli.names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no row {odd:?}: {}", known.join(", "));
    }
    let mut figures: Vec<Figure> = Vec::new();
    for (name, measure) in rows::ALL {
        if cli.names.is_empty() || cli.names.iter().any(|wanted| wanted == name) {
            writeln!(std::io::stderr(), "measuring {name}")?;
            let measured = measure(&plan).await.with_context(|| format!("measuring {name}"))?;
            figures.extend(measured);
        }
    }
    std::io::stdout().write_all(figure::table(&figures).as_bytes())?;
    if let Some(path) = cli.json {
        std::fs::write(&path, serde_json::to_vec_pretty(&figures)?)?;
    }
    Ok(())
}
