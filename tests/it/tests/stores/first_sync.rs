//! A new device's first sync, page by page.

use super::*;
use maydan_core::sync::wire::{Entered, TODAY};
use maydan_core::{Host, Row};

/// A record as items: opened, with these fields.
fn record(phone: &Phone, kind: &str, scope: ScopeId, parent: Option<RecordId>, fields: &[(&str, &str)]) -> (RecordId, Vec<Item>) {
    let declared = maydan_core::Registry::maydan().get(kind).unwrap().clone();
    let id = RecordId(random());
    let mut document = Document::create(&declared, id).unwrap();
    let edits: Vec<Edit> = fields.iter().map(|(field, value)| Edit::set(field, *value)).collect();
    let change = document.edit(phone.actor, Instant(1_000), None, &edits).unwrap().change.unwrap();
    let open = Item::Open { doc: id, kind: kind.into(), parent, scope };
    (id, vec![open, Item::Change { doc: id, bytes: change.bytes().to_vec().into() }])
}

fn entries(page: &Page) -> Vec<&Entered> {
    page.entries.iter().filter_map(|entry| if let Entry::Enter(entered) = entry { Some(entered.as_ref()) } else { None }).collect()
}

/// A task of today at a customer who was there before all others.
fn busy(company: &Company, amal: &Phone, territory: ScopeId, others: usize) -> (RecordId, RecordId, BTreeSet<RecordId>) {
    let (customer, items) = record(amal, "customer", territory, None, &[("name", "مخبز الأمل")]);
    push(company, amal, &items).unwrap();
    let today = maydan_sync_server::Machine.now().day(0).to_string();
    let link = customer.to_string();
    let fields = [("title", "اتصال"), ("customer", link.as_str()), ("due", today.as_str())];
    let (task, items) = record(amal, "task", territory, Some(customer), &fields);
    push(company, amal, &items).unwrap();
    let mut made = BTreeSet::from([customer, task]);
    for _ in 0..others {
        let (id, items) = super::customer(amal, territory, 1);
        push(company, amal, &items).unwrap();
        made.insert(id);
    }
    (customer, task, made)
}

pub(super) fn the_first_page_brings_todays_work_and_what_it_belongs_to(company: Company) {
    let Staffed { company, territory, amal } = staffed(company.with_page_entries(10));
    let (customer, task, made) = busy(&company, &amal, territory, 40);
    let first = pull(&company, &amal, Cursor::start(territory));
    let docs: Vec<RecordId> = entries(&first).iter().map(|entered| entered.doc).collect();
    assert_eq!(docs[..2], [customer, task], "the customer before her task");
    assert_ne!(first.cursors[0].scan.as_ref().unwrap().left[0], TODAY);
    for entered in entries(&first) {
        let ready = entered.ready.as_ref().expect("each with its row");
        assert!(entered.changes.is_empty());
        assert!(!ready.row.row().unwrap().is_empty() && !ready.conflicted);
    }
    let all = all(&company, &amal, territory);
    assert_eq!(entered(&all), made);
    assert!(all.len() <= made.len() + 2, "nothing else comes twice: {}", all.len());
}

pub(super) fn what_happens_during_a_first_sync_comes_with_it(company: Company) {
    let Staffed { company, territory, amal } = staffed(company.with_page_entries(10));
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let (customer, _, made) = busy(&company, &amal, territory, 40);
    let mut page = pull(&company, &amal, Cursor::start(territory));
    let (mut here, mut changed) = (BTreeSet::new(), 0);
    let mut take = |page: &Page| {
        for entry in &page.entries {
            match entry {
                Entry::Enter(entered) => drop(here.insert(entered.doc)),
                Entry::Leave { doc, .. } => drop(here.remove(doc)),
                Entry::Change { doc, .. } => {
                    assert!(here.contains(doc), "a change of what is not here");
                    changed += 1;
                }
            }
        }
    };
    take(&page);
    assert!(page.has_more);

    // One that came is edited, one is made, and the newest, which came too, moves away with all that follows it.
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let whole = entries(&page).into_iter().find(|entered| entered.doc == customer).unwrap();
    let mut document = Document::load(&kind, customer, whole.snapshot.as_ref().map(|s| s.as_slice()), []).unwrap();
    let edit = document.edit(amal.actor, Instant(2_000), None, &[Edit::set("city", "طرابلس")]).unwrap().change.unwrap();
    push(&company, &amal, &[Item::Change { doc: customer, bytes: edit.bytes().to_vec().into() }]).unwrap();
    let (new, items) = super::customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let gone = *made.iter().max().unwrap();
    company.rescope(gone, elsewhere).unwrap();

    while page.has_more {
        page = pull(&company, &amal, page.cursors[0].clone());
        take(&page);
    }
    let mut expected = made;
    expected.insert(new);
    expected.remove(&gone);
    assert_eq!((here, changed), (expected, 1));
    assert!(page.cursors[0].is_at_end());
}

pub(super) fn a_second_new_device_gets_what_was_made_ready_for_the_first(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (id, items) = customer(&amal, territory, 3);
    push(&company, &amal, &items).unwrap();
    let ready = |page: &Page| entries(page)[0].ready.clone().map(|ready| (ready.heads, ready.row.row().unwrap())).unwrap();
    let first = ready(&pull(&company, &amal, Cursor::start(territory)));
    assert_eq!(first.1["name"], "شركة النور 2".into());
    assert_eq!(ready(&pull(&company, &amal, Cursor::start(territory))), first);

    // What changes later is in it too.
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let page = pull(&company, &amal, Cursor::start(territory));
    let mut document = Document::load(&kind, id, entries(&page)[0].snapshot.as_ref().map(|s| s.as_slice()), []).unwrap();
    let edit = document.edit(amal.actor, Instant(2_000), None, &[Edit::set("name", "شركة النجم")]).unwrap().change.unwrap();
    push(&company, &amal, &[Item::Change { doc: id, bytes: edit.bytes().to_vec().into() }]).unwrap();
    let later: Row = ready(&pull(&company, &amal, Cursor::start(territory))).1;
    assert_eq!(later["name"], "شركة النجم".into());
}

pub(super) fn feeds_that_were_trimmed_are_begun_again(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (id, items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let old = pull(&company, &amal, Cursor::start(territory)).cursors[0].clone();
    let (later, items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let newest = pull(&company, &amal, old.clone()).cursors[0].clone();

    let floor = company.trim(Instant(i64::MAX)).unwrap();
    assert_eq!(floor, company.head().unwrap().seq);
    assert_eq!(company.floor().unwrap(), floor);
    let epoch = company.epoch().unwrap();
    let refused = company.pull(amal.caller, &Pull { epoch, cursors: vec![old], ..Pull::default() }).unwrap_err();
    assert_eq!(refused.code, ErrorCode::MustRefetch);
    assert!(pull(&company, &amal, newest).entries.is_empty(), "whoever was here to the end goes on");
    assert_eq!(entered(&all(&company, &amal, territory)), [id, later].into());
    assert_eq!(company.trim(Instant(i64::MAX)).unwrap(), floor, "there is no more to forget");
}

pub(super) fn a_page_is_as_large_as_was_asked_for(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    for _ in 0..3 {
        push(&company, &amal, &customer(&amal, territory, 1).1).unwrap();
    }
    let epoch = company.epoch().unwrap();
    let first = |most| {
        let page = company.pull(amal.caller, &Pull { epoch, cursors: vec![Cursor::start(territory)], most, ..Pull::default() }).unwrap();
        (page.entries.len(), page.has_more)
    };
    // No page is empty, or whoever asks would ask for ever.
    for little in [0, 1] {
        assert_eq!(first(Some(little)), (1, true));
    }
    for much in [None, Some(1 << 16), Some(usize::MAX)] {
        assert_eq!(first(much), (3, false));
    }
}

/// A change in good form that writes into an object which nobody has made: Automerge panics when it is applied.
fn poison(phone: &Phone, doc: RecordId) -> Vec<u8> {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ObjType, ROOT};
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let genesis = maydan_core::document::genesis::hashes(&kind, doc).unwrap();
    let mut auto = AutoCommit::new().with_actor(phone.actor.0.as_bytes().as_slice().into());
    let object = auto.put_object(ROOT, "made", ObjType::Map).unwrap();
    auto.commit();
    auto.put(&object, "key", 1).unwrap();
    auto.commit();
    let mut change = auto.get_last_local_change().unwrap().decode();
    change.deps = genesis.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
    change.seq = 1.try_into().unwrap();
    let mut change = automerge::Change::from(change);
    change.bytes().to_vec()
}

pub(super) fn a_change_that_can_not_be_applied_harms_no_other_record(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (good, items) = customer(&amal, territory, 2);
    push(&company, &amal, &items).unwrap();
    let bad = RecordId(random());
    let open = Item::Open { doc: bad, kind: "customer".into(), parent: None, scope: territory };
    let written = push(&company, &amal, &[open, Item::Change { doc: bad, bytes: poison(&amal, bad).into() }]).unwrap();
    assert_eq!(seqs(&written).len(), 2, "in good form: {written:?}");
    let entries = all(&company, &amal, territory);
    assert_eq!(entered(&entries), [good, bad].into());
    for entry in &entries {
        let Entry::Enter(whole) = entry else { continue };
        assert_eq!(whole.ready.is_some(), whole.doc == good);
    }
}
