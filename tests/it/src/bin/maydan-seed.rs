//! `maydan-seed`: deterministic, realistic data as CSV files, straight into a server's store, or both.

use clap::{ArgGroup, Parser};
use maydan_core::{Day, ErrorCode, Result};
use maydan_it::seed::{self, Spec};
use maydan_sync_server::Company;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Makes a Libyan company with customers and a year of work.
#[derive(Debug, Parser)]
#[command(name = "maydan-seed", group(ArgGroup::new("target").args(["csv", "server"]).required(true).multiple(true)))]
struct Cli {
    /// Customers.
    #[arg(long, default_value_t = 1_000)]
    customers: usize,
    /// Notes, visits, tasks and trips in all.
    #[arg(long, default_value_t = 5_000)]
    activities: usize,
    /// The same seed makes the same data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day around which everything happens (YYYY-MM-DD); the real one when absent.
    #[arg(long)]
    today: Option<Day>,
    /// Folder for the CSV files.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Folder of a server's store to write into; made if it is not there. The server must not be running.
    #[arg(long)]
    server: Option<PathBuf>,
}

#[expect(clippy::print_stderr, reason = "this is a command-line tool")]
fn main() -> ExitCode {
    match write(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is a command-line tool")]
fn write(cli: &Cli) -> Result<()> {
    let begun = Instant::now();
    let mut spec = Spec::new(cli.customers, cli.activities, cli.seed);
    if let Some(today) = cli.today {
        spec.today = today;
    }
    if let Some(folder) = &cli.csv {
        seed::write_csv(folder, &spec)?;
        println!("{}: customers.csv, notes.csv, visits.csv, tasks.csv, trips.csv", folder.display());
    }
    if let Some(folder) = &cli.server {
        let store = match Company::open(folder) {
            Err(e) if e.code == ErrorCode::NotFound => Company::init(folder)?,
            opened => opened?,
        };
        let company = seed::write_server(&store, &spec)?;
        let people: Vec<&str> = company.users.keys().map(String::as_str).collect();
        println!(
            "{}: {} territories; sign in as {} with {}",
            folder.display(),
            company.territories.len(),
            people.join(", "),
            maydan_it::world::PASSWORD
        );
    }
    println!(
        "{} customers and {} activities around {} in {:.1} s",
        cli.customers,
        cli.activities,
        spec.today,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}
