//! Histories that were shortened.

use super::*;
use maydan_core::document::RawChange;
use maydan_core::sync::wire::Entered;
use maydan_sync_server::Shorten;

const ALL_OF_THEM: Shorten = Shorten { changes: 5, before: Instant(i64::MAX) };

/// The one record that came whole, as a document.
fn whole(entries: &[Entry]) -> (&Entered, Document) {
    let [Entry::Enter(entered)] = entries else { panic!("expected one record, whole: {entries:?}") };
    let kind = maydan_core::Registry::maydan().get(&entered.kind).unwrap().clone();
    let document = Document::load(&kind, entered.doc, entered.snapshot.as_ref().map(|s| s.as_slice()), []).unwrap();
    (entered, document)
}

fn change(phone: &Phone, document: &mut Document, city: &str) -> RawChange {
    let edit = Edit::set("city", city);
    document.edit(phone.actor, Instant(1_760_000_000_000), None, &[edit]).unwrap().change.unwrap()
}

fn item(id: RecordId, change: &RawChange) -> Item {
    Item::Change { doc: id, bytes: change.bytes().to_vec().into() }
}

fn code(outcome: &Outcome) -> Option<ErrorCode> {
    if let Outcome::Rejected { code, .. } = outcome { Some(*code) } else { None }
}

pub(super) fn a_shortened_history_says_the_same_and_takes_nothing_of_before(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let basma = person(&company, "basma", &[(territory, Level::Write)]);
    let (id, items) = customer(&amal, territory, 20);
    let (short, others) = customer(&amal, territory, 2);
    push(&company, &amal, &[&items[..], &others].concat()).unwrap();
    let first = pull(&company, &basma, Cursor::start(territory));
    let late = first.cursors[0].clone();
    // What Amal writes without signal.
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let sent = items.iter().filter_map(|item| if let Item::Change { bytes, .. } = item { Some(bytes.as_slice()) } else { None });
    let mut before = Document::load(&kind, id, None, sent).unwrap();
    let unsent = change(&amal, &mut before, "سبها");

    let done = company.shorten(ALL_OF_THEM).unwrap();
    assert_eq!((done.records, done.changes, done.left), (1, 19, 0));
    assert_eq!(company.shorten(ALL_OF_THEM).unwrap().records, 0);
    let mut faults = Vec::new();
    company.check(&mut |fault| faults.push(fault)).unwrap();
    assert_eq!(faults, []);

    let page = pull(&company, &basma, late);
    let (entered, mut document) = whole(&page.entries);
    assert!(entered.doc == id && entered.generation > 0 && entered.changes.is_empty());
    assert_eq!(document.row()["name"], "شركة النور 19".into());
    assert_eq!(document.changes_since(&[]).len(), 2, "its genesis and what stands there");
    assert_eq!(self::entered(&all(&company, &basma, territory)), [id, short].into(), "a new phone gets it, too");

    // What the record stands for is known; what it lacks is refused until it is done again.
    let outcomes = push(&company, &amal, &[items.last().unwrap().clone(), item(id, &unsent)]).unwrap();
    assert_eq!((&outcomes[0], code(&outcomes[1])), (&Outcome::Duplicate, Some(ErrorCode::StaleGeneration)));
    let mine = |change: &RawChange| (change.actor() == amal.actor).then_some(amal.actor);
    let again = document.clone().carry_over(&mut before, mine).unwrap().changes;
    let next = change(&basma, &mut document, "مصراتة");
    let outcomes = push(&company, &amal, &again.iter().map(|change| item(id, change)).collect::<Vec<_>>()).unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{outcomes:?}");
    assert_eq!(push(&company, &amal, &[item(id, &unsent)]).unwrap(), [Outcome::Duplicate], "it was done again");
    assert!(matches!(push(&company, &basma, &[item(id, &next)]).unwrap()[..], [Outcome::Accepted { .. }]));
}

pub(super) fn nobody_but_the_server_says_what_a_history_was_shortened_to(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let basma = person(&company, "basma", &[(territory, Level::Write)]);
    let (id, items) = customer(&amal, territory, 20);
    push(&company, &amal, &items).unwrap();
    let page = all(&company, &basma, territory);
    let (_, mut before) = whole(&page);
    // A later generation of her own making.
    let base = |document: &mut Document, generation: u64| {
        let forged = document.shortened(basma.actor, generation).unwrap().changes_since(&[]);
        item(id, forged.last().unwrap())
    };
    let forged = push(&company, &basma, &[base(&mut before, 7)]).unwrap();
    assert_eq!(code(&forged[0]), Some(ErrorCode::MissingDependency));

    company.shorten(ALL_OF_THEM).unwrap();
    let page = all(&company, &basma, territory);
    let (entered, mut document) = whole(&page);
    let stale = change(&amal, &mut before, "سرت");
    // Of the right number, and saying that it stands for what Amal has written.
    let forged = push(&company, &basma, &[base(&mut before, entered.generation)]).unwrap();
    assert_eq!(code(&forged[0]), Some(ErrorCode::Forbidden));
    let stolen = document.carry_over(&mut before, |change| (change.hash() == stale.hash()).then_some(basma.actor)).unwrap().changes;
    let stolen: Vec<Item> = stolen.iter().map(|change| item(id, change)).collect();
    let outcomes = push(&company, &basma, &stolen).unwrap();
    assert_eq!(code(outcomes.last().unwrap()), Some(ErrorCode::Forbidden), "she does nobody else's work again: {outcomes:?}");
    assert_eq!(
        code(&push(&company, &amal, &[item(id, &stale)]).unwrap()[0]),
        Some(ErrorCode::StaleGeneration),
        "which is not lost by that"
    );
}
