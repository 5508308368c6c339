//! A server as a process of its own, as it is deployed: so that its memory is its own.

use anyhow::{Context, Result};
use maydan_core::sync::wire::RefreshRequest;
use maydan_core::{DeviceId, ScopeId};
use maydan_it::demo::{Serving, free_port};
use maydan_sync_server::{Company, NewUser};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use uuid::Uuid;

/// A company in a folder, before and while it is served.
pub(crate) struct Served {
    folder: TempDir,
    pub scope: ScopeId,
    serving: Option<Serving>,
    pub url: String,
}

impl Served {
    /// A company with one territory; `fill` puts into it what it likes.
    pub fn new(fill: impl FnOnce(&Company, ScopeId) -> Result<()>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let company = Company::init(&folder.path().join("server"))?;
        let scope = company.add_territory("طرابلس")?;
        fill(&company, scope)?;
        drop(company);
        Ok(Self { folder, scope, serving: None, url: String::new() })
    }

    /// Starts to serve it.
    pub fn serve(&mut self) -> Result<()> {
        let port = free_port()?;
        self.serving = Some(Serving::start(&programs()?, &self.folder.path().join("server"), port)?);
        self.url = format!("http://127.0.0.1:{port}");
        Ok(())
    }

    /// What the process holds in memory at the moment, MB.
    pub fn megabytes(&self) -> Result<f64> {
        memory(self.serving.as_ref().context("it is not served")?.pid())
    }

    /// The most that it ever held, MB.
    pub fn most_megabytes(&self) -> Result<f64> {
        status(self.serving.as_ref().context("it is not served")?.pid(), "VmHWM:")
    }
}

/// Where the programs are that were built with this one.
pub(crate) fn programs() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.parent().context("this program has no folder")?.to_owned())
}

/// What a process holds in memory, MB.
pub(crate) fn memory(pid: u32) -> Result<f64> {
    status(pid, "VmRSS:")
}

fn status(pid: u32, what: &str) -> Result<f64> {
    let text = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).context("memory is read from /proc")?;
    let line = text.lines().find(|line| line.starts_with(what)).context("the process does not say what it holds")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("the process does not say what it holds")?.parse()?;
    Ok(kilobytes / 1_024.0)
}

/// Sessions of `devices` devices, shared among some people who write in the territory: what opens them.
pub(crate) fn sessions(company: &Company, scope: ScopeId, devices: usize) -> Result<Vec<RefreshRequest>> {
    let mut people = Vec::new();
    for number in 0..devices.div_ceil(20) {
        let login = format!("rep{number}");
        let id = company.add_user(&NewUser { login: login.clone(), name: login, role: "rep".into(), password: None })?;
        company.grant(id, scope, maydan_core::command::Level::Write)?;
        people.push(id);
    }
    let device = |number: usize| DeviceId(Uuid::from_u64_pair(0x0197_0000_0000_7000, number as u64 + 1));
    let session = |number: usize| {
        let (tokens, caller) = company.open_session(people[number % people.len()], device(number))?;
        Ok(RefreshRequest { refresh: tokens.refresh, device: caller.device })
    };
    (0..devices).map(session).collect()
}
