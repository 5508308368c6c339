//! `cargo xtask sim`: seeds of the simulation, in a build that is fast and checks everything.

use crate::process::{cargo, succeed};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    pub seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 0)]
    pub from: u64,
    /// Switch the safeguards off one by one: each must be noticed.
    #[arg(long)]
    pub safeguards: bool,
}

/// Runs seeds; a failing one is cut down and printed.
pub fn run(options: &Options) -> Result<()> {
    let (seeds, from) = (options.seeds.to_string(), options.from.to_string());
    let mut run = cargo();
    run.args(["run", "--profile", "sim", "--locked", "-p", "maydan-sim", "--", "--seeds", &seeds, "--from", &from]);
    if options.safeguards {
        run.arg("--safeguards");
    }
    succeed(&mut run)
}
