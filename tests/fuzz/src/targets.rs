//! What takes the bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::BlobHash;
use maydan_core::command::{ExportUnsent, Grant, Level, ReadContent, ReplicaCommands, SessionUser, UnsentFile};
use maydan_core::document::{Document, decode_change};
use maydan_core::sync::client::Step;
use maydan_core::sync::receipt::{Attested, Notary, Receipt};
use maydan_core::sync::server::{Doc, Facts, Needs, judge, parse};
use maydan_core::sync::wire::{GetBlob, HandOver, Hello, HelloAnswer, Page, Pull, Push, PutBlob};
use maydan_core::{Actor, DeviceId, Host, Instant, RecordId, Registry, ScopeId, import as csv};
use maydan_replica::{OpenOptions, Place, Replica};
use std::cell::RefCell;
use std::sync::Arc;
use uuid::Uuid;

/// Who is there in every target: a person, her territory, a customer.
pub const USER: RecordId = RecordId(Uuid::from_u128(0xA));
/// Her territory.
pub const TERRITORY: ScopeId = ScopeId(Uuid::from_u128(0x7E));
/// A customer there.
pub const CUSTOMER: RecordId = RecordId(Uuid::from_u128(0xC));
/// Under which she writes.
pub const ACTOR: Actor = Actor(Uuid::from_u128(0xAC));

/// A clock that stands, and randomness that never repeats within a run.
struct Still;

impl Host for Still {
    fn now(&self) -> Instant {
        Instant(1_760_000_000_000)
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        fastrand::fill(buffer);
    }

    fn zone(&self) -> String {
        "Africa/Tripoli".into()
    }

    fn utc_offset_minutes(&self, _: Instant) -> i32 {
        120
    }
}

/// Whose receipts are all alike, so that a fuzzer finds them.
struct Zeros;

impl Notary for Zeros {
    fn receipt(&self, _: &Attested<'_>) -> Receipt {
        Receipt([0; 16])
    }
}

fn grants() -> Vec<Grant> {
    vec![Grant { scope: TERRITORY, level: Level::Manage }, Grant { scope: USER.into(), level: Level::Write }]
}

/// The body of a push: form, items, what the server makes of each.
pub fn push(bytes: &[u8]) {
    if let Ok(push) = rmp_serde::from_slice::<Push>(bytes)
        && push.seen.check(push.items.len()).is_ok()
    {
        let items = parse(&push.items);
        Needs::of(&items);
        let mut facts = Facts::new(USER, grants());
        facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 0 });
        facts.own.insert(ACTOR);
        let count = items.len();
        assert_eq!(judge(&Registry::maydan(), &Zeros, &mut facts, items, &push.seen).len(), count, "one verdict for each item");
    }
    drop(rmp_serde::from_slice::<HandOver>(bytes));
    drop(rmp_serde::from_slice::<Pull>(bytes));
    drop(serde_json::from_slice::<Hello>(bytes));
}

/// One change: decoded, applied, shown.
pub fn change(bytes: &[u8]) {
    let Ok(change) = decode_change(bytes) else { return };
    change.root_writes();
    let registry = Registry::maydan();
    for kind in registry.iter() {
        let Ok(mut document) = Document::create(kind, CUSTOMER) else { continue };
        if document.apply([change.clone()]).is_ok() {
            show(&mut document);
        }
    }
}

/// A whole document.
pub fn snapshot(bytes: &[u8]) {
    let registry = Registry::maydan();
    for kind in ["customer", "visit", "trip"] {
        let Ok(kind) = registry.get(kind) else { continue };
        if let Ok(mut document) = Document::load(kind, CUSTOMER, Some(bytes), []) {
            show(&mut document);
        }
    }
}

fn show(document: &mut Document) {
    document.row();
    document.conflicts();
    document.history(20);
}

thread_local! {
    static REPLICA: RefCell<Option<Replica>> = const { RefCell::new(None) };
}

/// Works on a device that lives as long as the thread, so that what one input left behind meets the next.
fn with_device(work: impl FnOnce(&mut Replica)) {
    REPLICA.with(|cell| {
        let mut cell = cell.borrow_mut();
        work(cell.get_or_insert_with(|| {
            let options = OpenOptions { place: Place::Memory, host: Arc::new(Still), registry: Registry::maydan(), remembered_actor: None };
            let mut replica = Replica::open(options).expect("a database in memory opens");
            let user = SessionUser { id: USER, name: "أمل".into(), role: "rep".into(), grants: grants(), device: DeviceId(USER.0) };
            replica.set_user(user).expect("nobody else has it");
            replica
        }));
    });
}

/// A page of the feeds, as a device takes it in.
pub fn page(bytes: &[u8]) {
    if let Ok(page) = rmp_serde::from_slice::<Page>(bytes) {
        with_device(|replica| {
            let epoch = replica.epoch().expect("read");
            drop(replica.apply_page(&Page { epoch, ..page }));
            replica.counts().expect("whatever came, the device works on");
        });
    }
}

/// The answer to a hello.
pub fn hello(bytes: &[u8]) {
    if let Ok(answer) = serde_json::from_slice::<HelloAnswer>(bytes) {
        with_device(|replica| {
            let asked = replica.hello().expect("asked");
            drop(replica.apply_hello(&asked, &answer));
            replica.counts().expect("whatever came, the device works on");
        });
    }
}

/// Contents: what a server is asked, and what a device is answered.
pub fn content(bytes: &[u8]) {
    drop(rmp_serde::from_slice::<PutBlob>(bytes));
    drop(rmp_serde::from_slice::<GetBlob>(bytes));
    with_device(|replica| {
        let hash = BlobHash::of(b"a content that nobody has");
        replica.read_content(ReadContent { hash }).expect("asked for");
        let Some(asked) = replica.ask(Step::Transfer).expect("asked") else { return };
        if let Ok(answer) = asked.read(bytes) {
            drop(replica.take(&asked, answer));
        }
    });
}

/// A file of unsent work: the file itself, and what it carries.
pub fn unsent(bytes: &[u8]) {
    let carried = serde_json::json!({ "maydan_unsent": 1, "user": USER, "items": [STANDARD.encode(bytes)] }).to_string();
    with_device(|replica| {
        for text in std::str::from_utf8(bytes).map(str::to_owned).into_iter().chain([carried]) {
            drop(replica.import_unsent(UnsentFile { text }));
            replica.batch().expect("whatever came, there is something to send or not");
            replica.export_unsent(ExportUnsent {}).expect("and it can be taken out again");
        }
    });
}

/// A file of customers.
pub fn import(bytes: &[u8]) {
    drop(csv::read(bytes, None));
}
