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
    succeed(cargo().args(["run", "--release", "--locked", "-p", "maydan-bench", "--"]).args(&options.told))
}
