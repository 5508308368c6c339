//! A device process, spoken to over its standard streams.

use maydan_core::command::{Command as Request, SyncState, SyncStatus};
use maydan_core::command::{GetSyncStatus, SyncNow};
use maydan_core::{Error, ErrorCode, Result};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a device may take to have everything.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at the sync chip.
const LOOK: Duration = Duration::from_millis(20);

/// A running device.
pub struct Device {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Device {
    /// Starts a device on its folder.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self> {
        Self::start_with(programs, folder, &[])
    }

    /// The same, with variables of its environment.
    pub fn start_with(programs: &Path, folder: &Path, environment: &[(String, String)]) -> Result<Self> {
        let mut child = Command::new(programs.join("maydan-device"))
            .arg(folder)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| Error::internal(format!("a device did not start: {e}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("a device has no streams"));
        };
        Ok(Self { child, input, output: BufReader::new(output), folder: folder.to_owned() })
    }

    /// Asks and waits for the answer.
    pub fn ask<C: Request>(&mut self, request: &C) -> Result<C::Answer> {
        let gone = |e: std::io::Error| Error::new(ErrorCode::Offline, format!("the device is gone: {e}"));
        let line = json!({ "command": C::NAME, "body": request });
        writeln!(self.input, "{line}").and_then(|()| self.input.flush()).map_err(gone)?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(gone)?;
        if answer.is_empty() {
            return Err(Error::new(ErrorCode::Offline, "the device is gone"));
        }
        let answer: Value = serde_json::from_str(&answer)?;
        match answer.get("ok") {
            Some(body) => Ok(serde_json::from_value(body.clone())?),
            None => Err(serde_json::from_value(answer["error"].clone())?),
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9, then a new process on the same folder.
    pub fn killed_and_restarted(mut self, programs: &Path) -> Result<Self> {
        let failed = |e: std::io::Error| Error::internal(format!("a device could not be killed: {e}"));
        self.child.kill().and_then(|()| self.child.wait()).map_err(failed)?;
        Self::start(programs, &self.folder.clone())
    }

    /// Waits until both sides have everything.
    pub fn settles(&mut self) -> Result<()> {
        self.settles_within(PATIENCE)
    }

    /// The same, with another patience.
    pub fn settles_within(&mut self, patience: Duration) -> Result<()> {
        let round = self.ask(&SyncNow {})?.round;
        let begun = Instant::now();
        loop {
            let status: SyncStatus = self.ask(&GetSyncStatus {})?;
            if status.round >= round && status.state == SyncState::Synced && status.pending == 0 {
                return Ok(());
            }
            if begun.elapsed() > patience {
                return Err(Error::internal(format!("the device does not settle: {status:?}")));
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // It may be gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
