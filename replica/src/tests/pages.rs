//! What comes from elsewhere: pages of the feeds, put together here as a server would.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::Batch;
use crate::store::Stored;
use maydan_core::sync::receipt::Receipt;
use maydan_core::sync::wire::{Cursor, Entered, Entry, Item, LogHead, Outcome, PackedRow, Page, PushAnswer, Ready};

/// A batch of one device as a page for the other.
pub(super) fn page(batch: &Batch) -> Page {
    let entry = |item: &Item| match item {
        Item::Open { doc, kind, parent, scope } => Entry::Enter(Box::new(Entered {
            doc: *doc,
            kind: kind.clone(),
            scope: *scope,
            parent: *parent,
            generation: 0,
            snapshot: None,
            ready: None,
            changes: Vec::new(),
            receipts: Vec::new(),
        })),
        Item::Change { doc, bytes } => Entry::Change { doc: *doc, bytes: bytes.clone(), receipt: Receipt([0; 16]) },
        Item::Relay(_) | Item::Command(_) => panic!("no server was restored, and nothing moved"),
    };
    Page { entries: batch.items.iter().map(entry).collect(), ..Page::default() }
}

/// A page without entries, at the end of the territory's feed.
fn at(seq: u64) -> Page {
    Page { cursors: vec![Cursor::at_end(TERRITORY, seq)], ..page(&Batch::default()) }
}

/// What a server answers to a batch.
pub(super) fn answered(outcomes: Vec<Outcome>) -> PushAnswer {
    PushAnswer { epoch: Uuid::nil(), head: LogHead::default(), outcomes }
}

/// Brings what one device has not sent yet to the other, and acknowledges it.
pub(super) fn deliver(from: &mut Replica, to: &mut Replica) {
    loop {
        let batch = from.batch().unwrap();
        if batch.items.is_empty() {
            return;
        }
        to.apply_page(&page(&batch)).unwrap();
        from.apply_outcomes(&batch, &answered(vec![Outcome::Duplicate; batch.items.len()])).unwrap();
    }
}

/// Brings each device what the other has not sent yet.
pub(super) fn exchange(one: &mut Replica, two: &mut Replica) {
    deliver(one, two);
    deliver(two, one);
}

/// Rows that a page of edits to so many customers writes, search indexes and all.
fn rows_written(edits: usize) -> u64 {
    let (mut one, mut two) = (open(Place::Memory), open(Place::Memory));
    let ids: Vec<RecordId> = (0..edits).map(|number| customer(&mut one, &format!("شركة {number} للتجارة"))).collect();
    deliver(&mut one, &mut two);
    // The last first: pages come in no order of ours.
    for (number, id) in ids.into_iter().enumerate().rev() {
        set(&mut one, id, "name", format!("مؤسسة {number} العامة"));
    }
    let before = two.connection().total_changes();
    deliver(&mut one, &mut two);
    assert_eq!(found(&mut two, "مؤسسة").len(), edits);
    two.connection().total_changes() - before
}

#[test]
fn a_page_of_which_one_document_cannot_be_written_is_taken_back_whole() {
    let (mut one, mut two) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let mut ids: Vec<RecordId> = (0..80).map(|number| customer(&mut one, &format!("شركة {number}"))).collect();
    deliver(&mut one, &mut two);
    for id in &ids {
        set(&mut one, *id, "city", "بنغازي");
    }
    let page = page(&one.batch().unwrap());
    let before = two.fingerprint(Fingerprint {}).unwrap();
    ids.sort();
    // Of the first that are put together: it is written while the next are.
    let n = crate::store::get(two.connection(), ids[3]).unwrap().n;
    two.connection()
        .execute_batch(&format!(
            "CREATE TEMP TRIGGER broken BEFORE INSERT ON main.change WHEN new.document = {n} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        ))
        .unwrap();
    two.apply_page(&page).unwrap_err();
    assert_eq!(two.fingerprint(Fingerprint {}).unwrap(), before);
    assert_ne!(row(&mut two, ids[70]).get("city"), Some(&Value::from("بنغازي")), "nothing of it is in memory");

    two.connection().execute_batch("DROP TRIGGER broken").unwrap();
    two.apply_page(&page).unwrap();
    assert_eq!(two.fingerprint(Fingerprint {}).unwrap(), one.fingerprint(Fingerprint {}).unwrap());
}

#[test]
fn a_page_writes_its_search_entries_out_once() {
    let (few, many) = (rows_written(1), rows_written(41));
    assert!(many < 41 * few * 3 / 4, "{many} rows for 41 records, {few} for one");
}

/// Or the save that comes next would wait until all of it is in the database.
#[test]
fn what_a_long_catch_up_left_in_the_log_goes_into_the_database_at_rest() {
    let (folder, mut amal) = (tempfile::tempdir().unwrap(), open(Place::Memory));
    for number in 0..100 {
        customer(&mut amal, &format!("شركة {number}"));
    }
    let mut basma = open_with(options(file(&folder)), BASMA);
    let size = || std::fs::metadata(folder.path().join("replica.db")).unwrap().len();
    let before = size();
    for has_more in [false, true] {
        basma.apply_page(&Page { has_more, ..page(&amal.batch().unwrap()) }).unwrap();
        basma.rest().unwrap();
        assert_eq!(size() > before, has_more);
    }
}

#[test]
fn an_item_leaves_the_outbox_only_when_the_server_has_it() {
    let mut replica = open(Place::Memory);
    customer(&mut replica, "شركة النور");
    let batch = replica.batch().unwrap();
    assert_eq!(batch.items.len(), 2);
    assert_eq!(replica.apply_outcomes(&batch, &answered(vec![Outcome::Duplicate])).unwrap_err().code, maydan_core::ErrorCode::BadRequest);
    assert_eq!(number(&replica, "SELECT count(*) FROM outbox"), 2, "an answer that does not fit changes nothing");

    replica.apply_outcomes(&batch, &answered(vec![Outcome::Accepted { seq: 1 }, Outcome::Duplicate])).unwrap();
    assert_eq!(replica.counts().unwrap(), crate::Counts::default());
    assert!(!replica.list_records(all("customer")).unwrap().lines[0].pending);
}

#[test]
fn a_damaged_change_in_a_page_leaves_the_good_ones() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (one, two) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    basma.apply_page(&at(1)).unwrap();
    exchange(&mut amal, &mut basma);
    set(&mut amal, one, "city", "طرابلس");
    set(&mut amal, two, "city", "مصراتة");
    let mut page = page(&amal.batch().unwrap());
    let damaged: Vec<Entry> = page
        .entries
        .iter()
        .map(|entry| {
            let Entry::Change { doc, bytes, .. } = entry else { panic!("only changes are on their way") };
            let mut bytes = bytes.clone();
            *bytes.last_mut().unwrap() ^= 0x5A;
            Entry::Change { doc: *doc, bytes, receipt: Receipt([0; 16]) }
        })
        .collect();
    drop(page.entries.splice(0..0, damaged));
    page.entries.push(Entry::Change { doc: one, bytes: b"no change at all".to_vec().into(), receipt: Receipt([0; 16]) });
    page.cursors.push(Cursor::at_end(TERRITORY, 7));

    basma.apply_page(&page).unwrap();
    assert_eq!(row(&mut basma, one)["city"], Value::from("طرابلس"));
    assert_eq!(row(&mut basma, two)["city"], Value::from("مصراتة"));
    assert_eq!(basma.fingerprint(Fingerprint {}).unwrap(), amal.fingerprint(Fingerprint {}).unwrap());
    let cursor = basma.cursors().unwrap().into_iter().find(|c| c.scope == TERRITORY).unwrap();
    assert_eq!(cursor.seq, 7, "the feed goes on behind the damage");
}

#[test]
fn a_page_that_comes_twice_or_late_changes_nothing() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    let opened = page(&amal.batch().unwrap());
    basma.apply_page(&opened).unwrap();
    set(&mut amal, id, "city", "طرابلس");
    exchange(&mut amal, &mut basma);
    let before = basma.fingerprint(Fingerprint {}).unwrap();
    basma.apply_page(&opened).unwrap();
    assert_eq!(basma.fingerprint(Fingerprint {}).unwrap(), before);
    assert_eq!(row(&mut basma, id)["city"], Value::from("طرابلس"));
}

#[test]
fn a_record_that_left_goes_only_after_its_unsent_work() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    set(&mut basma, id, "city", "طرابلس");
    let mut left = page(&Batch::default());
    left.entries.push(Entry::Leave { doc: id, scope: TERRITORY });
    basma.apply_page(&left).unwrap();
    assert_eq!(row(&mut basma, id)["city"], Value::from("طرابلس"), "something of it waits to be sent");
    deliver(&mut basma, &mut amal);
    assert_eq!(basma.get_record(GetRecord { id }).unwrap_err().code, maydan_core::ErrorCode::NotFound);
    assert_eq!(basma.list_records(all("customer")).unwrap().total, 0);
    assert!(found(&mut basma, "نور").is_empty());
    assert_eq!(row(&mut amal, id)["city"], Value::from("طرابلس"));
}

/// The row says something else than the document.
pub(super) fn misname(ready: &mut Ready) {
    let mut row = ready.row.row().unwrap();
    row.insert("name".into(), "غلط".into());
    ready.row = PackedRow::of(&row).unwrap();
}

/// A record of one device as a server sends it on a first sync.
pub(super) fn ready(from: &mut Replica, id: RecordId) -> Entry {
    let stored = crate::store::get(from.connection(), id).unwrap();
    let mut document = from.document(&stored).unwrap();
    let (heads, row) = (document.heads(), PackedRow::of(&document.row()).unwrap());
    let ready = Ready { heads, row, conflicted: false, fingerprint: document.kind().fingerprint() };
    let snapshot = Some(document.save().into());
    let Stored { kind, scope, .. } = stored;
    Entry::Enter(Box::new(Entered {
        doc: id,
        kind,
        scope,
        parent: None,
        generation: 0,
        snapshot,
        ready: Some(ready),
        changes: Vec::new(),
        receipts: Vec::new(),
    }))
}

#[test]
fn a_record_with_its_row_is_listed_without_being_loaded_and_the_document_is_right_in_the_end() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (one, two) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    let mut page = at(7);
    page.entries = vec![ready(&mut amal, one), ready(&mut amal, two)];
    let Entry::Enter(wrong) = &mut page.entries[1] else { panic!("it comes whole") };
    misname(wrong.ready.as_mut().unwrap());

    basma.apply_page(&page).unwrap();
    assert_eq!(found(&mut basma, "النور"), ["شركة النور"]);
    assert_eq!(found(&mut basma, "غلط"), ["غلط"]);
    assert_eq!(basma.loaded_documents(), 0);
    basma.apply_page(&page).unwrap();
    assert_eq!(basma.loaded_documents(), 0, "what is here already is not loaded to be compared");

    assert_eq!(row(&mut basma, two)["name"], Value::from("مخبز الأمل"), "now it is loaded");
    assert_eq!(found(&mut basma, "غلط"), Vec::<String>::new());
    assert_eq!(found(&mut basma, "الأمل"), ["مخبز الأمل"]);
}

#[test]
fn a_row_that_another_version_made_or_that_came_damaged_is_made_again() {
    for is_damaged in [false, true] {
        let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
        let id = customer(&mut amal, "شركة النور");
        let mut page = at(7);
        page.entries = vec![ready(&mut amal, id)];
        let Entry::Enter(entered) = &mut page.entries[0] else { panic!("it comes whole") };
        let theirs = entered.ready.as_mut().unwrap();
        if is_damaged {
            theirs.row = rmp_serde::from_slice(&[0xc4, 1, 0xc1]).unwrap();
        } else {
            misname(theirs);
            theirs.fingerprint ^= 1;
        }

        basma.apply_page(&page).unwrap();
        assert_eq!(found(&mut basma, "غلط"), Vec::<String>::new());
        assert_eq!(found(&mut basma, "النور"), ["شركة النور"]);
    }
}

#[test]
fn a_first_sync_takes_away_what_it_does_not_bring_once_nothing_of_it_is_unsent() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (stays, left) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    exchange(&mut amal, &mut basma);
    let unsent = customer(&mut basma, "قبل أن يُرسل");
    let batch = basma.batch().unwrap();
    let mut page = at(9);
    page.entries.push(ready(&mut amal, stays));
    basma.apply_page(&page).unwrap();
    let here = |replica: &mut Replica| [stays, left, unsent].map(|id| replica.get_record(GetRecord { id }).is_ok());
    assert_eq!(here(&mut basma), [true, false, true]);

    // The server has taken it, and its feed brings it; had it not, it would belong elsewhere.
    basma.apply_outcomes(&batch, &answered(vec![Outcome::Duplicate; batch.items.len()])).unwrap();
    assert_eq!(here(&mut basma), [true, false, true]);
    basma.apply_page(&at(10)).unwrap();
    assert_eq!(here(&mut basma), [true, false, false]);
}
