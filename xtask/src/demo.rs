//! The story and the data, by the tools of the test suite.

use crate::process::{cargo, succeed};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct Demo {
    /// Print one line of JSON and nothing else.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Seed {
    /// Customers.
    #[arg(long, default_value_t = 1_000)]
    customers: u32,
    /// Notes, visits, tasks and trips in all.
    #[arg(long, default_value_t = 5_000)]
    activities: u32,
    /// The same seed makes the same data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the CSV files.
    #[arg(long)]
    csv: Option<std::path::PathBuf>,
    /// Folder of a server's store to write into; made if it is not there.
    #[arg(long)]
    server: Option<std::path::PathBuf>,
}

/// Runs the demo.
pub fn demo(options: &Demo) -> Result<()> {
    succeed(cargo().args(["build", "-q", "-p", "maydan-sync-server", "-p", "maydan-it", "--bins"]))?;
    let mut demo = cargo();
    demo.args(["run", "-q", "-p", "maydan-it", "--bin", "maydan-demo", "--"]);
    if options.json {
        demo.arg("--json");
    }
    succeed(&mut demo)
}

/// Writes the data.
pub fn seed(options: &Seed) -> Result<()> {
    let mut seed = cargo();
    seed.args(["run", "-q", "-p", "maydan-it", "--bin", "maydan-seed", "--"]);
    seed.args(["--customers", &options.customers.to_string()]);
    seed.args(["--activities", &options.activities.to_string()]);
    seed.args(["--seed", &options.seed.to_string()]);
    if let Some(csv) = &options.csv {
        seed.arg("--csv").arg(csv);
    }
    if let Some(server) = &options.server {
        seed.arg("--server").arg(server);
    }
    succeed(&mut seed)
}
