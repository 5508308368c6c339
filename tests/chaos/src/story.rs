//! Three reps work while everything breaks; then all is well again, and what they saved must be everywhere.

use crate::disk::Disk;
use crate::faults::{Fault, Faults};
use crate::proxy;
use crate::rep::Rep;
use maydan_core::command::{Fingerprint, GetSyncStatus, SignIn};
use maydan_core::{Error, Result};
use maydan_it::demo::{Device, Saved, Serving, company, free_port};
use maydan_it::world::PASSWORD;
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const REPS: [&str; 3] = ["amal", "basma", "khalid"];
/// How long everything may take to be well again.
const HEALING: Duration = Duration::from_secs(120);

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// With this seed the same dice are cast again, though not at the same moments.
    pub seed: u64,
    /// How long everything broke.
    pub seconds: u64,
    /// Saves that a device has acknowledged.
    pub saved: usize,
    /// How often what went wrong. Something that never did makes the run worth nothing.
    pub faults: BTreeMap<Fault, u64>,
    /// What devices said when they could not do what was wanted.
    pub errors: BTreeMap<String, u64>,
    /// Acknowledged saves that are not on a fresh device.
    pub lost: Vec<Saved>,
    /// Whether heads and projections of all devices are equal.
    pub equal: bool,
    /// Pieces of work that the server refused.
    pub refused: u32,
    /// What the server's own check found.
    pub check: String,
}

impl Report {
    /// Whether all is well, and whether it was hard enough.
    pub fn is_good(&self) -> bool {
        // Which bytes of which connection a fault would have struck is chance: of the network's, some must have happened.
        let (network, others): (Vec<_>, Vec<_>) = self.faults.iter().partition(|(fault, _)| fault.is_of_the_network());
        let was_hard = others.iter().all(|(_, count)| **count > 0) && network.iter().map(|(_, count)| **count).sum::<u64>() >= 5;
        let was_full = !self.faults.contains_key(&Fault::FullDisk) || self.errors.contains_key("DiskFull");
        was_hard && was_full && self.lost.is_empty() && self.equal && self.refused == 0 && self.check.is_empty()
    }
}

/// What everything shares.
struct Scene {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    server_disk: Disk,
    device_disk: Disk,
    faults: Arc<Faults>,
    /// The processes that may be killed.
    pids: [AtomicU32; REPS.len()],
}

/// Plays it.
///
/// # Errors
/// What can't be done, and what no device may answer.
pub fn play(programs: &Path, folder: &Path, seconds: u64, seed: u64) -> Result<Report> {
    let failed = |e: std::io::Error| Error::internal(format!("the scene can't be set: {e}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(failed)?;
    let (server_disk, device_disk) = (Disk::new(programs, folder.join("server-disk")), Disk::new(programs, folder.join("device-disk")));
    let scene = Scene {
        programs: programs.to_owned(),
        data: company(folder, &REPS)?,
        port: free_port()?,
        server_disk: server_disk.map_err(failed)?,
        device_disk: device_disk.map_err(failed)?,
        faults: Arc::default(),
        pids: Default::default(),
    };
    let evil = Arc::new(AtomicBool::new(false));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    runtime.spawn(proxy::run(listener, ([127, 0, 0, 1], scene.port).into(), evil.clone(), scene.faults.clone(), seed));

    let mut server = Some(scene.serve()?);
    let mut random = fastrand::Rng::with_seed(seed);
    let rep = |(name, seed): (&'static str, u64)| Rep::new(name, programs, folder, scene.device_disk.clone(), &url, seed);
    let mut reps = REPS.into_iter().zip(std::iter::repeat_with(|| random.u64(..))).map(rep).collect::<Result<Vec<_>>>()?;
    meet(&mut reps)?;

    evil.store(true, Ordering::Relaxed);
    let until = Instant::now() + Duration::from_secs(seconds);
    std::thread::scope(|threads| {
        let working: Vec<_> = reps.iter_mut().zip(&scene.pids).map(|(rep, pid)| threads.spawn(move || rep.work(until, pid))).collect();
        let broken = scene.breaks(&mut server, until, &mut random);
        let worked = working.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(Error::internal("a rep's thread panicked"))));
        worked.fold(broken, Result::and)
    })?;

    evil.store(false, Ordering::Relaxed);
    if server.is_none() {
        server = Some(scene.serve()?);
    }
    let report = reckon(&scene, &mut reps, folder, &url, seconds, seed)?;
    drop(server);
    Ok(report)
}

impl Scene {
    fn serve(&self) -> Result<Serving> {
        Serving::start_with(&self.programs, &self.data, self.port, &self.server_disk.environment())
    }

    /// Breaks one thing after the other.
    fn breaks(&self, server: &mut Option<Serving>, until: Instant, random: &mut fastrand::Rng) -> Result<()> {
        let failed = |e: std::io::Error| Error::internal(format!("a disk can't be changed: {e}"));
        let mut deck: Vec<u8> = Vec::new();
        while Instant::now() < until {
            // Nothing is waited for: this is how often something breaks.
            std::thread::sleep(Duration::from_millis(random.u64(50..600)));
            if server.is_none() {
                // Without room it may not come up.
                *server = self.serve().ok();
            }
            let disk = if random.bool() { &self.server_disk } else { &self.device_disk };
            if deck.is_empty() {
                // Each has its turn before any has two.
                deck.extend(0..8);
                random.shuffle(&mut deck);
            }
            match deck.pop().unwrap_or_default() {
                0 | 1 => self.kills_a_device(random),
                2 => {
                    if server.take().is_some() {
                        self.faults.count(Fault::KillServer);
                    }
                }
                3 if disk.can_fail() => {
                    disk.set_full(true).map_err(failed)?;
                    self.faults.count(Fault::FullDisk);
                }
                4 if disk.can_fail() => {
                    disk.set_slow(true).map_err(failed)?;
                    self.faults.count(Fault::SlowDisk);
                }
                5 => disk.set_slow(false).map_err(failed)?,
                _ => disk.set_full(false).map_err(failed)?,
            }
        }
        for disk in [&self.server_disk, &self.device_disk] {
            disk.set_full(false).and_then(|()| disk.set_slow(false)).map_err(failed)?;
        }
        Ok(())
    }

    fn kills_a_device(&self, random: &mut fastrand::Rng) {
        let pid = self.pids[random.usize(..self.pids.len())].load(Ordering::Relaxed);
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        // It may be dead already.
        if pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok()) {
            self.faults.count(Fault::KillDevice);
        }
    }
}

/// Each makes something, and all hear of it: then they write in the same records.
fn meet(reps: &mut [Rep]) -> Result<()> {
    let mut notes = Vec::new();
    for rep in reps.iter_mut() {
        rep.begins()?;
        rep.device()?.settles()?;
        notes.extend_from_slice(rep.notes());
    }
    for rep in reps.iter_mut() {
        rep.device()?.settles()?;
        rep.hears_of(&notes);
    }
    Ok(())
}

/// All is well again: what is where?
fn reckon(scene: &Scene, reps: &mut [Rep], folder: &Path, url: &str, seconds: u64, seed: u64) -> Result<Report> {
    // Twice: what the last one sent, the first one has yet to hear.
    for _ in 0..2 {
        for rep in reps.iter_mut() {
            rep.device()?.settles_within(HEALING)?;
        }
    }
    let mut fresh = Device::start(&scene.programs, &folder.join("fresh"))?;
    fresh.ask(&SignIn { server: url.into(), login: "huda".into(), password: PASSWORD.into() })?;
    fresh.settles_within(HEALING)?;
    let (mut saved, mut lost, mut refused, mut errors) = (0, Vec::new(), 0, BTreeMap::new());
    let truth = fresh.ask(&Fingerprint {})?;
    let mut equal = true;
    for rep in reps.iter_mut() {
        saved += rep.journal().saves();
        lost.extend(rep.journal().missing_on(&mut fresh)?);
        refused += rep.device()?.ask(&GetSyncStatus {})?.refused;
        equal &= rep.device()?.ask(&Fingerprint {})? == truth;
        for (code, count) in std::mem::take(&mut rep.errors) {
            *errors.entry(code).or_default() += count;
        }
    }
    let check = Command::new(scene.programs.join("maydan-sync-server")).args(["check", "--data"]).arg(&scene.data).output();
    let check = check.map_err(|e| Error::internal(format!("the check can't be run: {e}")))?;
    let words = String::from_utf8_lossy(&check.stdout).into_owned() + &String::from_utf8_lossy(&check.stderr);
    let check = if check.status.success() { String::new() } else { words };
    let mut faults = scene.faults.all();
    // Where disks can't fail, nobody expects it.
    faults.retain(|fault, _| scene.device_disk.can_fail() || !matches!(fault, Fault::FullDisk | Fault::SlowDisk));
    Ok(Report { seed, seconds, saved, faults, errors, lost, equal, refused, check })
}
