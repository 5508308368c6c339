//! Changes that come to a document that is here: what is known already, what can't be, and what is damaged here.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::damage::spoil;
use super::pages::{answered, exchange, misname, page, ready};
use super::*;
use crate::store::{self, Cache};
use maydan_core::Actor;
use maydan_core::document::{Document, RawChange};
use maydan_core::sync::receipt::Receipt;
use maydan_core::sync::wire::{Entry, Outcome, Page};

/// A writer that is no device here.
pub(super) const ELSEWHERE: Actor = Actor(Uuid::from_u128(0xE));
pub(super) const ANOTHER: Actor = Actor(Uuid::from_u128(0xF));

/// What a device has not sent yet, as it comes back to it once the server has taken it.
pub(super) fn own(replica: &mut Replica) -> Page {
    let batch = replica.batch().unwrap();
    replica.apply_outcomes(&batch, &answered(vec![Outcome::Duplicate; batch.items.len()])).unwrap();
    let mut back = page(&batch);
    back.entries.retain(|entry| matches!(entry, Entry::Change { .. }));
    back
}

/// A device with a customer that the server has.
pub(super) fn acknowledged() -> (Replica, RecordId) {
    let mut amal = open(Place::Memory);
    let id = customer(&mut amal, "شركة النور");
    drop(own(&mut amal));
    (amal, id)
}

pub(super) fn document(replica: &mut Replica, id: RecordId) -> Document {
    let stored = store::get(replica.connection(), id).unwrap();
    store::load(&replica.db, &replica.registry, &stored).unwrap()
}

/// A change that `writer` makes on a document as it stands there.
pub(super) fn change(of: &Document, writer: Actor, field: &str, value: &str) -> RawChange {
    of.clone().edit(writer, BEGIN, None, &[Edit::set(field, value)]).unwrap().change.unwrap()
}

pub(super) fn news(id: RecordId, changes: &[&RawChange]) -> Page {
    news_with(Receipt([0; 16]), id, changes)
}

fn news_with(receipt: Receipt, id: RecordId, changes: &[&RawChange]) -> Page {
    let entry = |change: &&RawChange| Entry::Change { doc: id, bytes: change.bytes().to_vec().into(), receipt };
    Page { entries: changes.iter().map(entry).collect(), ..Page::default() }
}

#[test]
fn own_changes_that_come_back_load_no_document() {
    let mut amal = open(Place::Memory);
    let ids = ["شركة النور", "مخبز الأمل"].map(|name| customer(&mut amal, name));
    for id in ids {
        set(&mut amal, id, "city", "طرابلس");
    }
    let back = own(&mut amal);
    assert_eq!(back.entries.len(), 4);
    amal.documents = Cache::new();
    amal.apply_page(&back).unwrap();
    assert_eq!(amal.loaded_documents(), 0);
    assert_eq!(row(&mut amal, ids[0])["city"], Value::from("طرابلس"));
}

#[test]
fn an_own_change_that_is_damaged_here_is_noticed_when_it_comes_back() {
    let mut amal = open(Place::Memory);
    let id = customer(&mut amal, "شركة النور");
    let back = own(&mut amal);
    spoil(&mut amal, id);
    amal.apply_page(&back).unwrap();
    assert_eq!(number(&amal, "SELECT count(*) FROM document WHERE damaged > 0"), 1, "it is asked for again");
}

/// Two changes of one writer with one number: a phone's data was copied to another. The server lets no such through.
#[test]
fn a_change_that_can_not_be_is_left_out_and_the_one_beside_it_stands() {
    for case in ["in memory", "on the disk", "with a row of the server's"] {
        let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
        let id = customer(&mut amal, "شركة النور");
        let before = document(&mut amal, id);
        let (first, copy) = (change(&before, ELSEWHERE, "city", "طرابلس"), change(&before, ELSEWHERE, "city", "مصراتة"));
        let good = change(&before, ANOTHER, "phone", "0912345678");
        amal.apply_page(&news(id, &[&first])).unwrap();
        if case == "with a row of the server's" {
            let whole = Page { entries: vec![ready(&mut amal, id)], ..Page::default() };
            basma.apply_page(&whole).unwrap();
        } else {
            exchange(&mut amal, &mut basma);
            basma.apply_page(&news(id, &[&first])).unwrap();
        }
        if case != "in memory" {
            basma.documents = Cache::new();
        }

        basma.apply_page(&news(id, &[&copy, &good])).unwrap();
        for _ in 0..2 {
            let row = row(&mut basma, id);
            assert_eq!((&row["city"], &row["phone"]), (&Value::from("طرابلس"), &Value::from("0912345678")), "{case}");
            // What is read next is read from the disk.
            basma.documents = Cache::new();
        }
        assert_eq!(found(&mut basma, "0912"), ["شركة النور"], "{case}");
        let known: Vec<_> = document(&mut basma, id).hashes().into_iter().collect();
        assert!(known.contains(&good.hash()) && !known.contains(&copy.hash()), "{case}");
    }
}

/// Documents are put together several at once: each gets its own, and what is wrong with one is no matter of the others.
#[test]
fn a_page_brings_changes_to_many_documents_of_which_one_is_damaged_here() {
    const MANY: usize = 40;
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let ids: Vec<RecordId> = (0..MANY).map(|n| customer(&mut amal, &format!("زبون {n}"))).collect();
    exchange(&mut amal, &mut basma);
    let mut news = Page::default();
    for (writer, field) in [(ELSEWHERE, "city"), (ANOTHER, "remarks")] {
        for (n, id) in ids.iter().enumerate() {
            let change = change(&document(&mut amal, *id), writer, field, &format!("{field} {n}"));
            news.entries.extend(self::news(*id, &[&change]).entries);
        }
    }
    basma.documents = Cache::new();
    spoil(&mut basma, ids[7]);

    basma.apply_page(&news).unwrap();
    assert!(basma.loaded_documents() <= 8, "what nobody looks at does not stay in memory");
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| *n != 7) {
        let row = row(&mut basma, *id);
        let expected = [format!("زبون {n}"), format!("city {n}"), format!("remarks {n}")].map(Value::from);
        assert_eq!([&row["name"], &row["city"], &row["remarks"]], expected.each_ref());
    }
    assert_eq!(found(&mut basma, "remarks 39"), ["زبون 39"]);
    let damaged = |replica: &Replica| number(replica, "SELECT count(*) FROM document WHERE damaged > 0");
    assert_eq!(damaged(&basma), 1, "the damaged one is asked for again");
    let beside = "SELECT count(*) FROM change WHERE document = (SELECT n FROM document WHERE damaged > 0) AND substr(bytes, 1, 1) > x'00'";
    assert_eq!(number(&basma, beside), 2, "what came for it is kept");

    let long: String = (0..600).map(|n: u32| format!("{} ", n.wrapping_mul(2_654_435_761))).collect();
    let entries =
        |id: &RecordId| self::news(*id, &[&change(&document(&mut amal, *id), Actor(Uuid::from_u128(0x10)), "remarks", &long)]).entries;
    let page = Page { entries: ids.iter().flat_map(entries).collect(), ..Page::default() };
    basma.documents = Cache::new();
    basma.apply_page(&page).unwrap();
    assert_eq!(number(&basma, "SELECT count(*) FROM document WHERE tail > 0"), 1, "a long tail is folded into a snapshot");
}

/// The server's row is believed until the document is loaded, whether what loaded it was new or not.
#[test]
fn a_row_of_the_servers_gives_way_when_a_change_comes() {
    for is_new in [false, true] {
        let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
        let id = customer(&mut amal, "شركة النور");
        let before = document(&mut amal, id);
        let known = change(&before, ELSEWHERE, "city", "طرابلس");
        amal.apply_page(&news(id, &[&known])).unwrap();
        let mut whole = ready(&mut amal, id);
        let Entry::Enter(entered) = &mut whole else { panic!("it comes whole") };
        misname(entered.ready.as_mut().unwrap());
        basma.apply_page(&Page { entries: vec![whole], ..Page::default() }).unwrap();
        assert_eq!(found(&mut basma, "غلط"), ["غلط"]);

        let came = if is_new { change(&before, ANOTHER, "phone", "0912345678") } else { known };
        basma.apply_page(&news(id, &[&came])).unwrap();
        assert_eq!(found(&mut basma, "غلط"), Vec::<String>::new(), "new: {is_new}");
        assert_eq!(found(&mut basma, "النور"), ["شركة النور"], "new: {is_new}");
    }
}

/// A server that was put back is brought each record with the receipts of its heads: they stand for all before them.
#[test]
fn of_the_receipts_that_came_those_of_the_heads_are_kept() {
    let (mut amal, id) = acknowledged();
    let mut document = document(&mut amal, id);
    let aside = change(&document, ANOTHER, "phone", "0912345678");
    let chain = ["طرابلس", "مصراتة", "بنغازي"].map(|city| {
        let change = change(&document, ELSEWHERE, "city", city);
        document.apply([change.clone()]).unwrap();
        change
    });
    let kept = |amal: &Replica| -> Vec<(Vec<u8>, u8)> {
        let mut statement = amal.connection().prepare("SELECT hash, receipt FROM receipt").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get::<_, Vec<u8>>(1)?[0]))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let proof = |change: &RawChange, receipt| (change.hash().0.to_vec(), receipt);

    amal.apply_page(&news_with(Receipt([1; 16]), id, &[&chain[0]])).unwrap();
    assert_eq!(kept(&amal), [proof(&chain[0], 1)]);
    // A page may bring a change before what it was made on.
    amal.apply_page(&news_with(Receipt([2; 16]), id, &[&chain[2], &chain[1]])).unwrap();
    assert_eq!(kept(&amal), [proof(&chain[2], 2)]);
    amal.apply_page(&news_with(Receipt([3; 16]), id, &[&aside, &chain[2]])).unwrap();
    let mut both = [proof(&aside, 3), proof(&chain[2], 3)];
    both.sort();
    assert_eq!(kept(&amal), both, "both heads, and the newer word for the one that came again");
}
