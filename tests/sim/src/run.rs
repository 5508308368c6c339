//! A simulation from its first action to the end, when all trouble is over and everybody must agree.

use crate::action::{Action, Size, What};
use crate::coverage::Coverage;
use crate::device::Device;
use crate::host::Time;
use crate::network::{Late, arrive_late};
use crate::server::Server;
use crate::wire::Wire;
use maydan_core::command::Level;
use maydan_core::sync::client::Step;
use maydan_core::{Error, ErrorCode, RecordId, Result, ScopeId};
use maydan_sync_server::NewUser;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

/// What a simulation came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// A promise that was broken, in words.
    pub broken: Option<String>,
    /// SHA-256 over everything that happened: the same seed, the same trace.
    pub trace: String,
    /// What met what.
    pub coverage: Coverage,
}

/// Everybody and everything.
#[derive(Debug)]
pub struct World {
    pub(crate) time: Time,
    pub(crate) server: Server,
    pub(crate) devices: Vec<Device>,
    pub(crate) people: Vec<RecordId>,
    pub(crate) territories: Vec<ScopeId>,
    late: Vec<Late>,
    backup: Option<BTreeMap<String, Vec<u8>>>,
    /// A copy was put back: what was acknowledged comes again from the devices, and not before.
    pub(crate) was_put_back: bool,
    /// Feed entries were taken away behind the server's back.
    pub(crate) has_lost_entries: bool,
    /// A change that the server had answered for was taken away: it comes again from whoever has it.
    pub(crate) has_lost_changes: bool,
    /// An old copy of a device's disk was put in place.
    pub(crate) has_rewound: bool,
    trace: Sha256,
    coverage: Coverage,
    pub(crate) seed: u64,
}

/// Runs actions under a seed. Nothing that goes wrong inside is hidden: a broken promise ends it.
pub fn run(seed: u64, size: Size, actions: &[Action]) -> Outcome {
    run_over(seed, size, actions, None)
}

/// The same over another network than the simulator's own.
pub fn run_over(seed: u64, size: Size, actions: &[Action], wire: Option<Box<dyn Wire>>) -> Outcome {
    let mut world = match World::new(seed, size, wire) {
        Ok(world) => world,
        Err(e) => {
            return Outcome {
                broken: Some(format!("the world could not be made: {e}")),
                trace: String::new(),
                coverage: Coverage::default(),
            };
        }
    };
    let broken = world.live(actions).err();
    let trace = world.trace.clone().finalize().iter().map(|b| format!("{b:02x}")).collect();
    Outcome { broken, trace, coverage: std::mem::take(&mut world.coverage) }
}

impl World {
    fn new(seed: u64, size: Size, wire: Option<Box<dyn Wire>>) -> Result<Self> {
        let time = Time::default();
        let server = Server::new(&time, seed, wire)?;
        let company = server.company()?;
        let territories = (0..size.territories).map(|n| company.add_territory(&format!("منطقة {n}"))).collect::<Result<Vec<_>>>()?;
        let mut people = Vec::new();
        for n in 0..size.people {
            let person = NewUser { login: format!("person{n}"), name: format!("شخص {n}"), role: "rep".into(), password: None };
            let id = company.add_user(&person)?;
            // One of them manages.
            let level = if n == 0 { Level::Manage } else { Level::Write };
            territories.iter().try_for_each(|territory| company.grant(id, *territory, level))?;
            people.push(id);
        }
        let device = |n: usize| Device::new(&time, seed, n as u64, people[n % people.len()]);
        let devices = (0..size.devices).map(device).collect();
        Ok(Self {
            time,
            server,
            devices,
            people,
            territories,
            late: Vec::new(),
            backup: None,
            was_put_back: false,
            has_lost_entries: false,
            has_lost_changes: false,
            has_rewound: false,
            trace: Sha256::new(),
            coverage: Coverage::default(),
            seed,
        })
    }

    fn live(&mut self, actions: &[Action]) -> std::result::Result<(), String> {
        for (number, action) in actions.iter().enumerate() {
            let mut random = fastrand::Rng::with_seed(action.salt);
            self.time.pass(random.i64(0..5_000));
            self.revive_server(&mut random).map_err(|e| format!("at {number} {:?}: the server does not start again: {e}", action.what))?;
            let done = self.perform(action.what, &mut random);
            let word = match &done {
                Ok(word) => word.clone(),
                Err(e) => format!("{:?}", e.code),
            };
            tracing::debug!(number, what = ?action.what, word, "happened");
            self.trace.update(format!("{number} {:?} {word}\n", action.what));
            self.coverage.happened(&action.what);
            if let Err(e) = done
                && !is_expected(&e)
            {
                return Err(format!("at {number} {:?}: {e} ({:?})", action.what, e.code));
            }
            self.check_devices(&mut random).map_err(|e| format!("at {number} {:?}: {e}", action.what))?;
        }
        let mut random = fastrand::Rng::with_seed(self.seed ^ 0xEA1);
        self.heal(&mut random)?;
        self.check(&mut random)
    }

    fn perform(&mut self, what: What, random: &mut fastrand::Rng) -> Result<String> {
        Ok(match what {
            What::Work(device, work) => self.devices[device].work(work, random)?.to_owned(),
            What::Sync(device, fault) => {
                let Self { devices, server, late, .. } = self;
                format!("{:?}", devices[device].sync(server, late, fault, random)?)
            }
            What::TwoLoops(device, steps) => {
                let Self { devices, server, late, .. } = self;
                devices[device].sync_twice(server, late, steps, random)?.into()
            }
            What::ArriveLate => {
                arrive_late(&mut self.server, &mut self.late, random);
                "arrived".into()
            }
            What::CutDevice(device, 0) => {
                self.devices[device].cut_power();
                "dark".into()
            }
            What::CutDevice(device, after) => {
                self.devices[device].mount.disk.light_fuse(after);
                "lit".into()
            }
            What::CutServer(after) => {
                self.server.mount.disk.light_fuse(after);
                "lit".into()
            }
            What::Disk(device, trouble) => {
                let disk = device.map_or(&self.server.mount.disk, |n| &self.devices[n].mount.disk);
                disk.trouble(Some(trouble));
                "trouble".into()
            }
            What::DisksWell => {
                self.disks_well();
                "well".into()
            }
            What::Clock(device, wrong) => {
                self.devices[device].host.wrong_by.store(wrong, Ordering::Relaxed);
                "wrong".into()
            }
            What::Switch(device, person) => {
                // Closing writes; in the middle of that the power may go.
                self.devices[device].switch(self.people[person]);
                "switched".into()
            }
            What::Grant(person, territory, granted) => {
                let level = granted.then_some(Level::Write);
                self.server.company()?.grant(self.people[person], self.territories[territory], level)?;
                "granted".into()
            }
            What::Move(territory) => self.move_record(territory, random)?,
            What::Revoke(device) => match self.server.revoke(self.devices[device].caller().device) {
                Err(e) if e.code == ErrorCode::NotFound => "never there".into(),
                done => done.map(|()| "cut off".into())?,
            },
            What::TakeIn => {
                self.server.take_in()?;
                "taken in".into()
            }
            What::Erase => self.server.erase(random.usize(..))?.into(),
            What::Shorten(changes) => format!("shortened {}", self.server.shorten(changes)?),
            What::Upgrade(device) => {
                self.devices[device].upgrade();
                "upgraded".into()
            }
            What::UpgradeServer => {
                self.server.upgrade()?;
                "upgraded".into()
            }
            What::Backup => {
                self.backup = Some(self.server.copy()?);
                "copied".into()
            }
            What::PutBack(told) => self.put_back(told)?,
            What::Harm(harm) => self.harm(harm, random)?.into(),
            What::SmallPages(small) => {
                self.server.page_entries = if small { 1 } else { 4_000 };
                self.server.restart()?;
                "pages".into()
            }
        })
    }

    fn move_record(&mut self, territory: usize, random: &mut fastrand::Rng) -> Result<String> {
        let customers = self.server.records("customer");
        if customers.is_empty() {
            return Ok("nothing to move".into());
        }
        let (id, scope) = customers[random.usize(0..customers.len())];
        if scope == self.territories[territory] {
            return Ok("there already".into());
        }
        self.server.company()?.rescope(id, self.territories[territory])?;
        Ok("moved".into())
    }

    fn put_back(&mut self, told: bool) -> Result<String> {
        let Some(backup) = &self.backup else { return Ok("no copy".into()) };
        self.server.stop();
        self.server.mount.disk.put(backup);
        self.was_put_back = true;
        if told {
            self.server.renew_epoch();
        }
        self.server.start()?;
        Ok("put back".into())
    }

    fn disks_well(&mut self) {
        self.server.mount.disk.trouble(None);
        self.devices.iter().for_each(|device| device.mount.disk.trouble(None));
    }

    /// Somebody starts the server again after a power cut; nothing that a device was told to be safe may be gone.
    fn revive_server(&mut self, random: &mut fastrand::Rng) -> std::result::Result<(), String> {
        if !self.server.mount.disk.is_dead() {
            return Ok(());
        }
        self.server.crash(random).map_err(|e| e.to_string())?;
        self.check_acked()
    }

    /// All trouble ends; everybody signs in wherever she has ever worked, and syncs until nothing moves.
    fn heal(&mut self, random: &mut fastrand::Rng) -> std::result::Result<(), String> {
        self.server.mount.disk.calm();
        self.devices.iter().for_each(|device| device.mount.disk.calm());
        self.server.page_entries = 4_000;
        self.server.crash(random).map_err(|e| format!("the server does not start again: {e}"))?;
        if self.has_lost_changes {
            // The power may have gone while that was done.
            self.server.company().and_then(maydan_sync_server::Company::mend).map_err(|e| format!("what was lost can't be mended: {e}"))?;
        }
        // What the next version has written waits for a server that knows it. The fleet may stay a mixed one.
        self.server.upgrade().map_err(|e| format!("the server can't be upgraded: {e}"))?;
        if self.seed.is_multiple_of(2) {
            self.devices.iter_mut().for_each(Device::upgrade);
        }
        while !self.late.is_empty() {
            arrive_late(&mut self.server, &mut self.late, random);
        }
        for device in &mut self.devices {
            device.host.wrong_by.store(0, Ordering::Relaxed);
        }
        let present: Vec<RecordId> = self.devices.iter().map(|d| d.user).collect();
        let people = self.people.clone();
        let worked: Vec<BTreeSet<RecordId>> =
            self.devices.iter().map(|d| people.iter().copied().filter(|person| d.has_database(*person)).collect()).collect();
        // What one brings another may wait for: a few times round.
        for round in 0..5 {
            self.server.take_in().map_err(|e| format!("what was handed over can't be taken in: {e}"))?;
            if round == 3 {
                self.stir().map_err(|e| format!("the last word can't be said: {e}"))?;
            }
            for device in 0..self.devices.len() {
                for person in worked[device].iter().copied().chain([present[device]]) {
                    if self.devices[device].user != person {
                        self.devices[device].switch(person);
                    }
                    if self.devices[device].has_database(person) {
                        let retried = self.devices[device].retry_contents(random);
                        retried.map_err(|e| format!("contents of device {device} can't be tried again: {e}"))?;
                    }
                    self.settle(device, random).map_err(|e| format!("round {round} of healing, device {device}: {e}"))?;
                }
            }
        }
        Ok(())
    }

    /// Lets a device sync until it rests.
    fn settle(&mut self, device: usize, random: &mut fastrand::Rng) -> std::result::Result<(), String> {
        const STEPS: usize = 2_000;
        for _ in 0..STEPS {
            self.time.pass(200_000);
            let Self { devices, server, late, .. } = self;
            let stepped = devices[device].sync(server, late, None, random);
            tracing::debug!(device, ?stepped, "heals");
            match stepped {
                Ok(Step::Rest) => return Ok(()),
                Ok(_) => {}
                Err(e) => return Err(format!("{e} ({:?})", e.code)),
            }
        }
        let step = self.devices[device].next_step();
        Err(format!("it never comes to rest: after {STEPS} steps it is about to {step:?}; {}", self.devices[device].queue(random)))
    }
}

/// Whether an action may end so: the power went, a disk made trouble, the server is away, somebody may not.
fn is_expected(e: &Error) -> bool {
    use maydan_core::ErrorCode as Code;
    match e.code {
        Code::DiskFull | Code::DiskFailed | Code::ServerFailed | Code::Offline | Code::SignInNeeded | Code::Forbidden => true,
        // A disk's own error, on either side.
        Code::Internal => e.message.contains("unable to open"),
        _ => false,
    }
}
