//! Plays the offline story and prints what was captured, merged and lost. Exit 0 only when nothing was.

use clap::Parser;
use maydan_it::demo;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "The offline story with real processes")]
struct Options {
    /// Print one line of JSON and nothing else.
    #[arg(long)]
    json: bool,
}

#[expect(clippy::print_stdout, reason = "the report is this program's answer")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let options = Options::parse();
    let programs = std::env::current_exe()?.parent().ok_or("this program has no folder")?.to_owned();
    let folder = tempfile::tempdir()?;
    let report = demo::play(&programs, folder.path())?;
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!(
            "captured {} saves, merged {} records, kept {} conflicting values, lost {}",
            report.captured, report.merged, report.conflicts_kept, report.lost
        );
        println!("heads and projections are {}; {} s", if report.equal { "equal" } else { "NOT equal" }, report.seconds);
    }
    Ok(if report.lost == 0 && report.equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
