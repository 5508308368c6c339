//! Real processes, killed at random, on bad networks and bad disks.
//!
//! Three reps on three devices write for some time, while their devices and the server are killed with -9, the network
//! drops, delays, doubles, cuts and resets what is sent, and disks become slow and full. Then all is well again, and what
//! a fresh device reads after its first sync, less the reps' journals, is what was lost: it must be nothing.

mod disk;
mod faults;
mod proxy;
mod rep;
mod story;

use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Reps work while everything breaks")]
struct Options {
    /// How long.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// The dice.
    #[arg(long)]
    seed: Option<u64>,
}

#[expect(clippy::print_stdout, reason = "the report is this program's answer")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let options = Options::parse();
    let programs = std::env::current_exe()?.parent().ok_or("this program has no folder")?.to_owned();
    let folder = tempfile::tempdir()?;
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    let report = story::play(&programs, folder.path(), options.seconds, seed)?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    if report.is_good() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("the scene is left in {}", folder.keep().display());
    Ok(ExitCode::FAILURE)
}
