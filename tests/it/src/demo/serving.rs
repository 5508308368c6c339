//! A company, and its server as a process of its own.

use crate::world::PASSWORD;
use maydan_core::command::Level;
use maydan_core::{Error, Result};
use maydan_sync_server::{Company, NewUser};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server process; killed with -9 when it is dropped.
pub struct Serving(Child);

impl Serving {
    /// Starts a server on a company's folder.
    ///
    /// # Errors
    /// When it does not come to listen.
    pub fn start(programs: &Path, data: &Path, port: u16) -> Result<Self> {
        Self::start_with(programs, data, port, &[])
    }

    /// The same, with variables of its environment.
    ///
    /// # Errors
    /// As above.
    pub fn start_with(programs: &Path, data: &Path, port: u16, environment: &[(String, String)]) -> Result<Self> {
        let failed = |e: std::io::Error| Error::internal(format!("the server did not start: {e}"));
        let child = Command::new(programs.join("maydan-sync-server"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .env("MAYDAN_LOG", "error")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let mut serving = Self(child);
        let mut line = String::new();
        if let Some(out) = serving.0.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(failed)?;
        }
        if line.starts_with("listening on") { Ok(serving) } else { Err(Error::internal("the server did not listen")) }
    }
}

impl Serving {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // kill -9: that is what the story asks for.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A port that nobody listens on now.
///
/// # Errors
/// What the machine says.
pub fn free_port() -> Result<u16> {
    let failed = |e: std::io::Error| Error::internal(format!("no port: {e}"));
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map(|a| a.port()).map_err(failed)
}

/// A new company in a folder: the reps, and a manager called `huda`, who see all of each other's work, so that their replicas
/// must become equal. Answers where its data is.
///
/// # Errors
/// What the store says.
pub fn company(folder: &Path, reps: &[&str]) -> Result<PathBuf> {
    let data = folder.join("server");
    let store = Company::init(&data)?;
    let territory = store.add_territory("طرابلس")?;
    let mut people = Vec::new();
    for (login, role, level) in reps.iter().map(|rep| (*rep, "rep", Level::Write)).chain([("huda", "manager", Level::Manage)]) {
        let id =
            store.add_user(&NewUser { login: login.into(), name: login.into(), role: role.into(), password: Some(PASSWORD.into()) })?;
        store.grant(id, territory, level)?;
        people.push(id);
    }
    for (who, whose) in people.iter().flat_map(|who| people.iter().map(move |whose| (*who, *whose))).filter(|(a, b)| a != b) {
        store.grant(who, whose.into(), Level::Read)?;
    }
    Ok(data)
}
