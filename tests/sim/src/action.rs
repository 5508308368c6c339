//! What happens in a simulation, as a list that is made before it begins: so that it can be cut down to what matters.

use crate::device::{WORK, Work};
use crate::disk::Trouble;
use crate::harm::Harm;
use crate::network::{FAULTS, Fault};

/// One thing that happens. `salt` is its own randomness: leaving one out changes nothing for the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Action {
    /// What.
    pub what: What,
    /// Its randomness.
    pub salt: u64,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    /// A person does something on a device.
    Work(usize, Work),
    /// A device takes a step of its sync loop.
    Sync(usize, Option<Fault>),
    /// Two sync loops work on one device at once: what one has asked is answered after the other has taken so many steps.
    TwoLoops(usize, usize),
    /// A request that was on its way for long arrives.
    ArriveLate,
    /// A device's power will be cut after so many more writes; 0 is now.
    CutDevice(usize, u32),
    /// The server's power will be cut after so many more writes.
    CutServer(u32),
    /// A disk makes trouble, a device's or (`None`) the server's.
    Disk(Option<usize>, Trouble),
    /// All disks are well again.
    DisksWell,
    /// A device's clock is set wrong by so much.
    Clock(usize, i64),
    /// Another person takes a device.
    Switch(usize, usize),
    /// An administrator grants a territory to a person, or takes it away.
    Grant(usize, usize, bool),
    /// An administrator moves a record to a territory.
    Move(usize),
    /// An administrator cuts a device off.
    Revoke(usize),
    /// An administrator takes in what was handed over.
    TakeIn,
    /// An administrator erases a customer for good.
    Erase,
    /// An administrator shortens the histories of records with at least so many changes.
    Shorten(u64),
    /// A device gets the next version of the app.
    Upgrade(usize),
    /// The server gets its next version.
    UpgradeServer,
    /// A copy of the server's database is put by.
    Backup,
    /// That copy is put in place: told, or by hand without a word.
    PutBack(bool),
    /// The server serves pages of one entry from now on, or of many.
    SmallPages(bool),
    /// Something happens behind everybody's back.
    Harm(Harm),
}

/// How many of what a simulation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Devices.
    pub devices: usize,
    /// People.
    pub people: usize,
    /// Territories.
    pub territories: usize,
}

/// Devices, people and territories of a seed.
pub fn size(seed: u64) -> Size {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x517E);
    Size { devices: random.usize(2..=6), people: random.usize(1..=3), territories: 2 }
}

/// Makes what happens under a seed: at least 200 things done, and at least 20 that go wrong.
pub fn plan(seed: u64) -> Vec<Action> {
    let mut random = fastrand::Rng::with_seed(seed);
    let size = size(seed);
    let mut actions = Vec::new();
    let (mut done, mut wrong) = (0, 0);
    while done < 200 || wrong < 20 {
        let device = random.usize(0..size.devices);
        let what = match random.u32(0..1000) {
            0..350 => What::Work(device, WORK[random.usize(0..WORK.len())]),
            350..800 => What::Sync(device, None),
            800..910 => What::Sync(device, Some(FAULTS[random.usize(0..FAULTS.len())])),
            910..920 => What::ArriveLate,
            920..935 => What::CutDevice(device, random.u32(0..60)),
            935..945 => What::CutServer(random.u32(0..60)),
            945..951 => What::Disk(random.bool().then_some(device), if random.bool() { Trouble::Full } else { Trouble::Hiccup }),
            951..957 => What::DisksWell,
            957..962 => What::Clock(device, random.i64(-10 * YEAR..10 * YEAR)),
            962..968 => What::Switch(device, random.usize(0..size.people)),
            968..976 => What::Grant(random.usize(0..size.people), random.usize(0..size.territories), random.u8(0..3) > 0),
            976..984 => What::Move(random.usize(0..size.territories)),
            984..989 => What::Backup,
            989..993 => What::PutBack(random.bool()),
            _ => What::SmallPages(random.bool()),
        };
        match what {
            What::Work(..) => done += 1,
            What::Sync(_, None) | What::DisksWell | What::Grant(..) | What::Move(_) | What::Backup | What::Switch(..) => {}
            _ => wrong += 1,
        }
        actions.push(Action { what, salt: random.u64(..) });
    }
    // Drawn by themselves: whatever is added here leaves the rest of a seed's story as it was.
    let mut random = fastrand::Rng::with_seed(seed ^ 0xBAD);
    for _ in 0..HARMS {
        let what = What::Harm(Harm::any(&mut random, size.devices, size.territories));
        actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
    }
    if is_quiet(seed) {
        actions.retain(|action| !matches!(action.what, What::PutBack(_)) && !matches!(action.what, What::Harm(harm) if harm.is_silent()));
    }
    for _ in 0..MOVES {
        let what = What::Work(random.usize(0..size.devices), Work::Move);
        actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
    }
    if !is_quiet(seed) {
        actions.insert(random.usize(0..actions.len()), Action { what: What::Harm(Harm::LoseChange), salt: random.u64(..) });
    }
    for work in PHOTOS {
        let what = What::Work(random.usize(0..size.devices), *work);
        actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
    }
    for _ in 0..REVOKES {
        for what in [What::Revoke(random.usize(0..size.devices)), What::TakeIn] {
            actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
        }
    }
    for _ in 0..ERASURES {
        actions.insert(random.usize(0..actions.len()), Action { what: What::Erase, salt: random.u64(..) });
    }
    for _ in 0..SHORTENINGS {
        let what = What::Shorten(random.u64(2..6));
        actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
    }
    let upgraded = (0..size.devices).filter(|_| random.bool()).map(What::Upgrade).collect::<Vec<_>>();
    let server = random.bool().then_some(What::UpgradeServer);
    let news = NEWS.iter().map(|work| What::Work(random.usize(0..size.devices), *work)).collect::<Vec<_>>();
    let loops = (0..LOOPS).map(|_| What::TwoLoops(random.usize(0..size.devices), random.usize(1..6))).collect::<Vec<_>>();
    for what in upgraded.into_iter().chain(server).chain(news).chain(loops) {
        actions.insert(random.usize(0..actions.len()), Action { what, salt: random.u64(..) });
    }
    actions
}

/// Whether nothing is lost in a seed's story without a word: then nobody must ever find that something differs.
pub fn is_quiet(seed: u64) -> bool {
    seed % 8 == 7
}

/// How many in each seed.
const HARMS: usize = 8;
/// How many moves by people in each seed.
const MOVES: usize = 8;
/// What happens with photos in each seed.
const PHOTOS: &[Work] = &[Work::Attach, Work::Attach, Work::Attach, Work::Attach, Work::Look, Work::Look, Work::Look];
/// How many devices are cut off in each seed.
const REVOKES: usize = 2;
/// How often two loops work at once in each seed.
const LOOPS: usize = 8;
/// What only the next version of the app can do, in each seed.
const NEWS: &[Work] = &[Work::Summary, Work::Summary, Work::Summary, Work::Summary, Work::Offer, Work::Offer];

/// How many customers are erased in each seed.
const ERASURES: usize = 2;

/// How often histories are shortened in each seed.
const SHORTENINGS: usize = 4;

const YEAR: i64 = 365 * 24 * 3_600_000;
