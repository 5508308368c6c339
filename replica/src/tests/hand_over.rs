//! A device that was cut off: everything that was not sent is handed over before anything is forgotten.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::{answered, page};
use super::*;
use maydan_core::ErrorCode;
use maydan_core::document::decode_change;
use maydan_core::sync::client::{Seen, Step};
use maydan_core::sync::wire::{HandOver, HandedOver, HelloAnswer, Item, MAX_PUSH_ITEMS, Outcome};
use std::collections::BTreeSet;

/// One part: what was sent, and whether there is more.
fn hands_over(replica: &mut Replica, epoch: Uuid) -> (Vec<Item>, bool) {
    let asked = replica.ask(Step::HandOver).unwrap().unwrap();
    let sent: HandOver = rmp_serde::from_slice(&asked.body).unwrap();
    assert!(sent.items.len() <= MAX_PUSH_ITEMS && sent.actors.contains(&replica.actor()));
    let answer = rmp_serde::to_vec_named(&HandedOver { epoch }).unwrap();
    let taken = replica.take(&asked, asked.read(&answer).unwrap()).unwrap();
    let Seen::HandedOver { pending, .. } = taken.seen else { panic!("{taken:?}") };
    (sent.items.iter().map(|item| Item::from_bytes(item).unwrap()).collect(), pending)
}

fn changes(items: &[Item]) -> usize {
    let hash = |item: &Item| if let Item::Change { bytes, .. } = item { decode_change(bytes).ok().map(|c| c.hash()) } else { None };
    items.iter().filter_map(hash).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_queue_goes_in_parts_and_what_was_refused_goes_too() {
    let mut amal = open(Place::Memory);
    let refused = customer(&mut amal, "شركة النور");
    let batch = amal.batch().unwrap();
    let no = Outcome::Rejected { code: ErrorCode::Forbidden, message: "as a test wants it".into() };
    amal.apply_outcomes(&batch, &answered(vec![no; 2])).unwrap();
    assert_eq!(amal.counts().unwrap().refused, 1);
    let count = MAX_PUSH_ITEMS / 2 + 10;
    for n in 0..count {
        customer(&mut amal, &format!("زبون {n}"));
    }
    // The answer to the first part is lost: it goes again.
    amal.ask(Step::HandOver).unwrap();
    let epoch = amal.epoch().unwrap();
    let mut sent = Vec::new();
    loop {
        let (items, pending) = hands_over(&mut amal, epoch);
        sent.extend(items);
        if !pending {
            break;
        }
    }
    assert_eq!(changes(&sent), count + 1, "each customer, and the one that was refused");
    assert_eq!(sent.last().map(Item::doc), Some(refused));
    assert_eq!(amal.handed_over().unwrap(), count as u64 + 1, "what people would count");
    assert_eq!(amal.counts().unwrap(), crate::Counts::default());
    assert!(hands_over(&mut amal, epoch).0.is_empty());
}

#[test]
fn a_server_that_was_put_back_is_handed_what_it_had_answered_for() {
    let mut amal = open(Place::Memory);
    let first = Uuid::from_u128(1);
    amal.connection().execute("INSERT INTO meta (key, value) VALUES ('epoch', ?1)", [first.to_string()]).unwrap();
    let id = customer(&mut amal, "شركة النور");
    let batch = amal.batch().unwrap();
    amal.apply_outcomes(&batch, &answered(vec![Outcome::Accepted { seq: 1 }; 2])).unwrap();
    assert_eq!(hands_over(&mut amal, first), (Vec::new(), false), "the server has it");
    let (nothing, pending) = hands_over(&mut amal, Uuid::from_u128(2));
    assert!(nothing.is_empty() && pending, "it may have forgotten it");
    let (items, pending) = hands_over(&mut amal, Uuid::from_u128(2));
    assert_eq!((items.len(), items[0].doc(), pending), (2, id, false));
}

/// The server was put back to before it cut the device off, and nothing else tells.
#[test]
fn a_device_that_is_trusted_again_brings_colleagues_work_too() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut basma, "شركة النور");
    amal.apply_page(&page(&basma.batch().unwrap())).unwrap();
    let epoch = Uuid::from_u128(1);
    let says = |amal: &mut Replica| {
        let hello = amal.hello().unwrap();
        let welcome = HelloAnswer { epoch, ..damage::answer(amal) };
        amal.apply_hello(&hello, &welcome).unwrap();
    };
    says(&mut amal);
    assert!(amal.batch().unwrap().items.is_empty(), "the server has it");
    hands_over(&mut amal, epoch);
    says(&mut amal);
    let batch = amal.batch().unwrap();
    assert!(matches!(&batch.items[0], Item::Relay(relay) if relay.doc == id), "{:?}", batch.items);
}

#[test]
fn a_wiped_database_holds_nothing_and_can_be_used_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let before = replica.actor();
    customer(&mut replica, "marker-of-hers");
    assert!(!replica.wipe().unwrap(), "never before it is handed over");
    let epoch = replica.epoch().unwrap();
    hands_over(&mut replica, epoch);
    assert!(replica.wipe().unwrap());
    drop(replica);
    assert!(!holds(&folder, "marker-of-hers"));
    let mut replica = Replica::open(options(file(&folder))).unwrap();
    assert!(replica.user().is_none());
    assert_ne!(replica.actor(), before);
    // Another person may have it.
    replica.set_user(rep(BASMA)).unwrap();
    customer(&mut replica, "مخبز الأمل");
    assert_eq!(found(&mut replica, ""), ["مخبز الأمل"]);
}

#[test]
fn a_wipe_that_was_cut_short_is_finished_when_the_database_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    customer(&mut replica, "marker-of-hers");
    replica.wipe_tables().unwrap();
    drop(replica);
    assert!(holds(&folder, "marker-of-hers"), "this is what has to be finished");
    let replica = Replica::open(options(file(&folder))).unwrap();
    assert_eq!(number(&replica, "SELECT count(*) FROM document"), 0);
    assert!(!holds(&folder, "marker-of-hers"));
}

/// Whether some file of the folder holds these bytes.
fn holds(folder: &TempDir, marker: &str) -> bool {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(marker.len()).any(|window| window == marker.as_bytes()))
}

#[test]
fn a_device_that_could_not_be_wiped_goes_on_in_good_order() {
    let mut replica = open(Place::Memory);
    let gone = customer(&mut replica, "شركة النور");
    replica.connection().pragma_update(None, "query_only", true).unwrap();
    replica.wipe_tables().unwrap_err();
    replica.connection().pragma_update(None, "query_only", false).unwrap();
    replica.connection().execute("DELETE FROM outbox", []).unwrap();
    replica.connection().execute("DELETE FROM document WHERE id = ?1", [gone.as_bytes()]).unwrap();
    assert_eq!(number(&replica, "SELECT count(*) FROM change"), 0, "what belongs to a record still goes with it");
}
