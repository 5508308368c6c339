//! What an operator does with what devices that were cut off have handed over.

use super::say;
use crate::company::{Company, Handed, TakenIn};
use clap::Subcommand;
use maydan_core::{DeviceId, Error, ErrorCode, Result};
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(super) enum HandedOverCommand {
    /// Take in what a device handed over, of everybody who used it, as the work of whoever did it. What is refused stays, with
    /// the reason.
    Take {
        /// Device id.
        device: String,
    },
    /// Throw away what a device handed over, of everybody who used it.
    Discard {
        /// Device id.
        device: String,
        /// It shall be gone for good.
        #[arg(long)]
        yes: bool,
    },
}

/// Shows it, or does what was asked with it.
pub(super) fn run(company: &Company, what: Option<HandedOverCommand>, out: &mut (dyn Write + Send)) -> Result<String> {
    match what {
        Some(HandedOverCommand::Take { device }) => {
            let device = device.parse()?;
            waits(company, device)?;
            let TakenIn { taken, refused } = company.take_in(device)?;
            Ok(format!("items taken in (new records and edits): {taken}, refused: {refused}"))
        }
        Some(HandedOverCommand::Discard { device, yes }) => {
            let device = device.parse()?;
            let waiting = waits(company, device)?;
            for handed in &waiting {
                say(out, &handed.to_string())?;
            }
            let upto = waiting.iter().map(|handed| handed.upto).max().unwrap_or(0);
            if !yes {
                return Err(Error::bad_request("this would be gone for good: say --yes"));
            }
            Ok(format!("items thrown away: {}", company.discard_handed_over(device, upto)?))
        }
        None => {
            let all = company.handed_over()?;
            for handed in &all {
                say(out, &handed.to_string())?;
            }
            Ok(format!("hand-overs that wait: {}", all.len()))
        }
    }
}

/// What waits from a device.
fn waits(company: &Company, device: DeviceId) -> Result<Vec<Handed>> {
    let mut all = company.handed_over()?;
    all.retain(|handed| handed.device == device);
    if all.is_empty() { Err(Error::new(ErrorCode::NotFound, "nothing waits from this device")) } else { Ok(all) }
}
