//! Maydan's chores: everything that a newcomer or a pipeline needs, in a few words.
//!
//! `run` and `test` do everything on a fresh machine, installing what they need. Nothing depends on this crate.

mod bench;
mod chaos;
mod check;
mod demo;
mod files;
mod fuzz;
mod install;
mod licences;
mod process;
mod run;
mod sim;
mod tidy;
mod wasm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "xtask", about = "Maydan's chores")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Set everything up, start a server with demo data, open the app (or print the web edition's address).
    Run(run::Options),
    /// Build everything and run every check and test.
    Test(check::Options),
    /// Play the offline story with real processes and print what was captured, merged and lost.
    Demo(demo::Demo),
    /// Simulate devices and a server through everything that can go wrong, seed by seed.
    Sim(sim::Options),
    /// Let real processes work while they are killed, the network fails and disks are slow and full.
    Chaos(chaos::Options),
    /// Let libFuzzer look for bytes that a parser does not survive.
    Fuzz(fuzz::Options),
    /// Measure Maydan beside its peers and the least that could do the work.
    Bench(bench::Options),
    /// Write a deterministic data set.
    Seed(demo::Seed),
    /// Install what building and testing need.
    Setup,
    /// Build the user interface and the web edition into ui/dist and web/dist.
    Web,
    /// Check the rules of the house.
    Tidy,
    /// Take the pictures of every screen into docs/screens.
    Screens,
    /// Open a company of 10,000 customers and 100,000 activities in a browser and look for stumbles (minutes).
    Large,
}

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            process::say(&format!("{e:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<()> {
    match chore {
        Chore::Run(options) => run::run(&options),
        Chore::Test(options) => check::run(&options),
        Chore::Demo(options) => demo::demo(&options),
        Chore::Sim(options) => sim::run(&options),
        Chore::Chaos(options) => chaos::run(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Seed(options) => demo::seed(&options),
        Chore::Setup => install::everything(),
        Chore::Web => {
            install::for_wasm()?;
            wasm::build()
        }
        Chore::Tidy => tidy::check(),
        Chore::Screens => check::screens(),
        Chore::Large => check::large(),
    }
}
