//! What was erased for good.

use super::*;
use maydan_core::sync::wire::HandOver;

/// The items of a new note about a customer.
fn note(phone: &Phone, customer: RecordId, territory: ScopeId, body: &str) -> (RecordId, Vec<Item>) {
    let kind = maydan_core::Registry::maydan().get("note").unwrap().clone();
    let id = RecordId(random());
    let mut document = Document::create(&kind, id).unwrap();
    let fields = [Edit::set("customer", customer.to_string()), Edit::set("body", body)];
    let change = document.edit(phone.actor, Instant(1_760_000_000_000), None, &fields).unwrap().change.unwrap();
    let open = Item::Open { doc: id, kind: "note".into(), parent: Some(customer), scope: territory };
    (id, vec![open, Item::Change { doc: id, bytes: change.bytes().to_vec().into() }])
}

fn codes(outcomes: &[Outcome]) -> Vec<Option<ErrorCode>> {
    outcomes.iter().map(|outcome| if let Outcome::Rejected { code, .. } = outcome { Some(*code) } else { None }).collect()
}

fn told(company: &Company, phone: &Phone, erased_known: u64) -> Vec<RecordId> {
    company.hello(phone.caller, &Hello { erased_known, ..Hello::of(phone.actor) }).unwrap().erased
}

pub(super) fn what_was_erased_goes_everywhere_and_is_taken_no_more(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (gone, items) = customer(&amal, territory, 3);
    let (kept, others) = customer(&amal, territory, 1);
    let (follower, about) = note(&amal, gone, territory, "كلام عنه");
    push(&company, &amal, &[&items[..3], &others, &about].concat()).unwrap();
    let basma = person(&company, "basma", &[(territory, Level::Write)]);
    let late = pull(&company, &basma, Cursor::start(territory)).cursors[0].clone();

    // Somebody who was cut off had written about it, and about something else.
    let lost = phone(&company, "basma");
    company.revoke_device(lost.caller.device).unwrap();
    let (unsent, about_it) = note(&lost, gone, territory, "عنه");
    let work = [&about_it[..], &note(&lost, kept, territory, "عن غيره").1].concat();
    let work = work.iter().map(|item| item.to_bytes().unwrap().into()).collect();
    company.hand_over(lost.caller, &HandOver { actors: vec![lost.actor], items: work, ..HandOver::default() }).unwrap();

    assert_eq!(company.erasable(RecordId(random())).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(company.erase(RecordId(territory.0)).unwrap_err().code, ErrorCode::Forbidden, "others hang on it");
    assert_eq!(company.erasable(gone).unwrap(), [("customer".to_owned(), 1), ("note".to_owned(), 1)].into());
    assert_eq!(company.erase(gone).unwrap().records, 2);
    assert_eq!(company.erase(gone).unwrap_err().code, ErrorCode::NotFound, "it is not here any more");

    assert_eq!(entered(&all(&company, &amal, territory)), [kept].into());
    let left = pull(&company, &basma, late).entries;
    let left: BTreeSet<RecordId> = left.iter().filter_map(|e| if let Entry::Leave { doc, .. } = e { Some(*doc) } else { None }).collect();
    assert_eq!(left, [gone, follower].into(), "who had it is told that it left");
    assert_eq!(told(&company, &basma, 0).into_iter().collect::<BTreeSet<_>>(), [gone, follower, unsent].into(), "and everybody, of what");
    assert!(told(&company, &basma, 3).is_empty());

    let again = push(&company, &amal, &[&items[..], &about, &note(&amal, gone, territory, "من جديد").1[..1]].concat()).unwrap();
    assert_eq!(codes(&again), vec![Some(ErrorCode::Erased); 7]);
    let handed = company.handed_over().unwrap();
    assert_eq!((handed[0].items, handed[0].records.len()), (2, 1), "what was handed over about it is gone: {handed:?}");
    assert_eq!(company.rescope(gone, territory).unwrap_err().code, ErrorCode::Erased);
    // Whoever was cut off can't have others' records erased by saying that they follow one that was.
    let attack = Item::Open { doc: kept, kind: "customer".into(), parent: Some(gone), scope: territory };
    let bytes = vec![attack.to_bytes().unwrap().into()];
    company.hand_over(lost.caller, &HandOver { actors: vec![lost.actor], items: bytes, ..HandOver::default() }).unwrap();
    assert!(!told(&company, &basma, 0).contains(&kept));
    assert_eq!(entered(&all(&company, &amal, territory)), [kept].into());
    let mut faults = Vec::new();
    company.check(&mut |fault| faults.push(fault)).unwrap();
    assert_eq!(faults, []);
}
