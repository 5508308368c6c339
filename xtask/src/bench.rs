//! `cargo xtask bench`: ours, a peer and the floor, as ratios.

use crate::process::{cargo, succeed};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// What the benchmarks are told: rows by name, --quick, --no-peers, --json FILE.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    told: Vec<String>,
}

/// Measures, in a build as it is shipped.
pub fn run(options: &Options) -> Result<()> {
    // Servers and devices whose memory is measured are processes of their own.
    succeed(cargo().args(["build", "--release", "--locked", "-p", "maydan-sync-server", "-p", "maydan-it", "--bins"]))?;
    succeed(cargo().args(["run", "--release", "--locked", "-p", "maydan-bench", "--"]).args(&options.told))
}
