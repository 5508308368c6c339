//! Records that move, rights that are taken away, and work that was written before its writer heard of it.

use super::*;
use maydan_core::sync::wire::{Act, Command, Seen};

fn order(doc: RecordId, from: ScopeId, to: ScopeId) -> Item {
    Item::Command(Command { id: random(), doc, act: Act::Move { from, to } })
}

fn push_having_seen(company: &Company, phone: &Phone, items: &[Item], seen: u64) -> Vec<Outcome> {
    let items = items.iter().map(|item| item.to_bytes().unwrap().into()).collect();
    let push = Push { seen: Seen(vec![(0, seen)]), ..Push::of(phone.actor, items) };
    company.push(phone.caller, &push).unwrap().outcomes
}

fn refusal(outcome: &Outcome) -> ErrorCode {
    match outcome {
        Outcome::Rejected { code, .. } => *code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Another edit of a customer whose items these are.
fn more(phone: &Phone, id: RecordId, before: &[Item]) -> Item {
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let changes = before.iter().filter_map(|item| if let Item::Change { bytes, .. } = item { Some(bytes.as_slice()) } else { None });
    let mut document = Document::load(&kind, id, None, changes).unwrap();
    let city = Edit::set("city", format!("بنغازي {}", before.len()));
    let change = document.edit(phone.actor, Instant(1_760_000_000_000), None, &[city]).unwrap().change.unwrap();
    Item::Change { doc: id, bytes: change.bytes().to_vec().into() }
}

pub(super) fn a_move_is_done_once_and_takes_along_what_follows(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let huda = person(&company, "huda", &[(territory, Level::Manage), (elsewhere, Level::Manage)]);
    let (id, items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let task = RecordId(random());
    let open = Item::Open { doc: task, kind: "task".into(), parent: Some(id), scope: territory };
    push(&company, &amal, &[open]).unwrap();

    let there = order(id, territory, elsewhere);
    assert_eq!(refusal(&push(&company, &amal, std::slice::from_ref(&there)).unwrap()[0]), ErrorCode::Forbidden, "she does not manage it");
    let accepted = push(&company, &huda, std::slice::from_ref(&there)).unwrap();
    assert!(matches!(accepted[0], Outcome::Accepted { .. }), "{accepted:?}");
    assert_eq!(entered(&all(&company, &huda, elsewhere)), [id, task].into());
    assert!(entered(&all(&company, &huda, territory)).is_empty());

    let stale = order(id, territory, elsewhere);
    let outcomes = push(&company, &huda, &[there.clone(), stale.clone()]).unwrap();
    assert!(matches!(outcomes[..], [Outcome::Duplicate, Outcome::Accepted { .. }]), "it is there already: {outcomes:?}");
    assert_eq!(entered(&all(&company, &huda, elsewhere)), [id, task].into(), "and stays so");
    let back = order(id, elsewhere, territory);
    push(&company, &huda, &[back]).unwrap();
    let again = push(&company, &huda, &[there, stale, order(id, elsewhere, ScopeId(random()))]).unwrap();
    assert_eq!((&again[..2], refusal(&again[2])), (&[Outcome::Duplicate, Outcome::Duplicate][..], ErrorCode::InvalidValue));
    assert_eq!(entered(&all(&company, &huda, territory)), [id, task].into(), "sent again, it undoes nothing");
}

pub(super) fn what_was_written_before_a_move_was_heard_of_is_taken(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let (id, mut items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let seen = company.head().unwrap().seq;
    company.rescope(id, elsewhere).unwrap();
    let moved = company.head().unwrap().seq;

    items.push(more(&amal, id, &items));
    let last = std::slice::from_ref(items.last().unwrap());
    assert_eq!(refusal(&push(&company, &amal, last).unwrap()[0]), ErrorCode::Forbidden);
    assert_eq!(refusal(&push_having_seen(&company, &amal, last, moved)[0]), ErrorCode::Forbidden, "she knew");
    let taken = push_having_seen(&company, &amal, last, seen);
    assert!(matches!(taken[0], Outcome::Accepted { .. }), "{taken:?}");
    let huda = person(&company, "huda", &[(elsewhere, Level::Write)]);
    let Some(Entry::Enter(whole)) = all(&company, &huda, elsewhere).pop() else { panic!("it came whole") };
    assert_eq!(whole.ready.unwrap().row.row().unwrap()["city"], "بنغازي 2".into(), "where the record is now");
    assert!(entered(&all(&company, &amal, territory)).is_empty(), "and not where it was");

    // A note that she wrote about it meanwhile: what opens it and what stands in it, in two pushes, the first of them twice.
    let kind = maydan_core::Registry::maydan().get("note").unwrap().clone();
    let note = RecordId(random());
    let body = Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مكالمة".into() };
    let link = Edit::set("customer", id.to_string());
    let change = Document::create(&kind, note).unwrap().edit(amal.actor, Instant(1_000), None, &[link, body]).unwrap().change.unwrap();
    let open = Item::Open { doc: note, kind: "note".into(), parent: Some(id), scope: territory };
    for _ in 0..2 {
        let outcomes = push_having_seen(&company, &amal, std::slice::from_ref(&open), seen);
        assert_eq!(outcomes, [Outcome::Elsewhere { scope: elsewhere }]);
    }
    let change = Item::Change { doc: note, bytes: change.bytes().to_vec().into() };
    let taken = push_having_seen(&company, &amal, &[change], seen);
    assert!(matches!(taken[0], Outcome::Accepted { .. }), "{taken:?}");
}

pub(super) fn what_was_written_before_a_right_was_lost_is_taken(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (id, mut items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let seen = company.head().unwrap().seq;
    company.grant(amal.caller.user, territory, None).unwrap();
    items.push(more(&amal, id, &items));
    let (_, new) = customer(&amal, territory, 1);
    let work = [items[2].clone(), new[0].clone(), new[1].clone()];
    assert!(push(&company, &amal, &work[..2]).unwrap().iter().all(|o| refusal(o) == ErrorCode::Forbidden));
    let taken = push_having_seen(&company, &amal, &work, seen);
    assert!(taken.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{taken:?}");
    // A right to write there is not one to read what is there now.
    let pull = Pull { epoch: company.epoch().unwrap(), cursors: vec![Cursor::start(territory)], ..Pull::default() };
    assert_eq!(company.pull(amal.caller, &pull).unwrap_err().code, ErrorCode::Forbidden);
    // Nor one to move it to where she may read.
    let own = company.add_territory("لها وحدها").unwrap();
    company.grant(amal.caller.user, own, Level::Manage).unwrap();
    let moved = push_having_seen(&company, &amal, &[order(id, territory, own)], seen);
    assert_eq!(refusal(&moved[0]), ErrorCode::Forbidden);
    // Nor does a device that was cut off get anything in.
    company.revoke_device(amal.caller.device).unwrap();
    let items = vec![more(&amal, id, &items).to_bytes().unwrap().into()];
    let push = Push { seen: Seen(vec![(0, seen)]), ..Push::of(amal.actor, items) };
    assert_eq!(company.push(amal.caller, &push).unwrap_err().code, ErrorCode::CutOff);
}
