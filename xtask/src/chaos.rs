//! `cargo xtask chaos`: real processes, killed at random, on bad networks and bad disks.

use crate::process::{cargo, command, succeed, target};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// How long everything breaks.
    #[arg(long, default_value_t = 600)]
    pub seconds: u64,
    /// The dice; others each time when absent.
    #[arg(long)]
    pub seed: Option<u64>,
}

/// Lets everything break for some time; fails when something that was saved is lost.
pub fn run(options: &Options) -> Result<()> {
    let programs = ["maydan-sync-server", "maydan-it", "maydan-chaos", "maydan-chaos-disk"];
    succeed(cargo().args(["build", "-q", "--locked"]).args(programs.iter().flat_map(|program| ["-p", program])))?;
    let mut chaos = command(target().join("debug").join("maydan-chaos"));
    chaos.args(["--seconds", &options.seconds.to_string()]);
    if let Some(seed) = options.seed {
        chaos.args(["--seed", &seed.to_string()]);
    }
    succeed(&mut chaos)
}
