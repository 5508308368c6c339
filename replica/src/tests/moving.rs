//! Records that are moved to another territory, here and by the server's word.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::Batch;
use maydan_core::ErrorCode;
use maydan_core::sync::wire::{Act, HelloAnswer, Item, Outcome, PushAnswer};

const ELSEWHERE: ScopeId = ScopeId(Uuid::from_u128(0x99));

/// A manager with two territories, a customer in the first, and a note about it; nothing waits to be sent.
fn manager() -> (Replica, RecordId, RecordId) {
    let mut replica = open(Place::Memory);
    let mut user = rep(AMAL);
    user.grants[1].level = Level::Manage;
    user.grants.push(Grant { scope: ELSEWHERE, level: Level::Write });
    replica.set_user(user).unwrap();
    for (scope, name) in [(TERRITORY, "طرابلس"), (ELSEWHERE, "بنغازي")] {
        let n = crate::store::insert(replica.connection(), "territory", RecordId(scope.0), ScopeId::COMPANY, None).unwrap();
        let kind = replica.registry.get("territory").unwrap().clone();
        crate::write::append_genesis(replica.connection(), n, &kind, RecordId(scope.0)).unwrap();
        let fields = fields(&[("name", name.into())]);
        let mut rows = crate::projection::Rows::of(replica.connection(), &kind).unwrap();
        rows.put(n, &crate::projection::Line::of(&kind, fields)).unwrap();
        rows.count().unwrap();
    }
    let customer = customer(&mut replica, "شركة النور");
    let note = create(&mut replica, "note", &[("customer", customer.to_string().into()), ("body", "مكالمة".into())]);
    answer(&mut replica, |_| Outcome::Duplicate);
    (replica, customer, note)
}

fn answer(replica: &mut Replica, outcome: impl Fn(&Item) -> Outcome) -> Batch {
    let batch = replica.batch().unwrap();
    let answer = PushAnswer { epoch: Uuid::nil(), head: Default::default(), outcomes: batch.items.iter().map(outcome).collect() };
    replica.apply_outcomes(&batch, &answer).unwrap();
    batch
}

fn scope(replica: &mut Replica, id: RecordId) -> ScopeId {
    replica.get_record(GetRecord { id }).unwrap().scope
}

#[test]
fn a_move_is_seen_at_once_and_sent_between_what_was_done_before_and_after() {
    let (mut replica, customer, _) = manager();
    set(&mut replica, customer, "city", "طرابلس");
    replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap();
    set(&mut replica, customer, "city", "بنغازي");
    assert_eq!(scope(&mut replica, customer), ELSEWHERE);
    assert_eq!(replica.counts().unwrap().pending, 1);
    let batch = answer(&mut replica, |_| Outcome::Accepted { seq: 9 });
    let sorts: Vec<bool> = batch
        .items
        .iter()
        .map(|item| matches!(item, Item::Command(c) if matches!(c.act, Act::Move { from: TERRITORY, to: ELSEWHERE })))
        .collect();
    assert_eq!(sorts, [false, true, false]);
    assert_eq!(replica.counts().unwrap().pending, 0);
    assert_eq!(replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap(), Done {}, "nothing to do");
    assert!(replica.batch().unwrap().items.is_empty());
}

#[test]
fn a_refused_move_is_taken_back_and_shown_and_can_be_tried_again() {
    let (mut replica, customer, _) = manager();
    replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap();
    let refused = Outcome::Rejected { code: ErrorCode::WrongState, message: String::new() };
    answer(&mut replica, |_| refused.clone());
    assert_eq!(scope(&mut replica, customer), TERRITORY);
    let listed = replica.list_refused(ListRefused { limit: 9 }).unwrap();
    let item = &listed.items[0];
    assert_eq!((item.id, item.code, item.fields[0].field.as_str()), (customer, ErrorCode::WrongState, "territory"));
    let names = [&item.fields[0].before, &item.fields[0].after].map(|value| listed.names[value.as_text().unwrap()].as_str());
    assert_eq!(names, ["طرابلس", "بنغازي"]);

    assert_eq!(replica.counts().unwrap().pending, 0, "it is in the one list or in the other");
    replica.retry_refused(RetryRefused { n: item.n }).unwrap();
    assert_eq!(scope(&mut replica, customer), ELSEWHERE);
    assert_eq!(replica.counts().unwrap(), crate::Counts { pending: 1, refused: 0, conflicts: 0 });
}

#[test]
fn a_refused_change_takes_no_move_along() {
    let (mut replica, customer, _) = manager();
    set(&mut replica, customer, "city", "طرابلس");
    replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap();
    let refused = Outcome::Rejected { code: ErrorCode::InvalidValue, message: String::new() };
    let wait = Outcome::Rejected { code: ErrorCode::NotFound, message: String::new() };
    answer(&mut replica, |item| if matches!(item, Item::Change { .. }) { refused.clone() } else { wait.clone() });
    assert_eq!(replica.counts().unwrap().refused, 1, "the change alone");
    assert!(replica.batch().unwrap().items.iter().any(|item| matches!(item, Item::Command(_))));
}

#[test]
fn who_may_not_move_it_is_told_before_anything_is_queued() {
    let (mut replica, customer, note) = manager();
    let mut code = |id, to| replica.move_record(MoveRecord { id, to }).unwrap_err().code;
    assert_eq!(code(customer, ScopeId(Uuid::from_u128(0x98))), ErrorCode::InvalidValue, "no territory");
    assert_eq!(code(note, ELSEWHERE), ErrorCode::InvalidValue, "it follows its customer");
    replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap();
    let back = replica.move_record(MoveRecord { id: customer, to: TERRITORY }).unwrap_err();
    assert_eq!(back.code, ErrorCode::Forbidden, "she does not manage the other one");
}

#[test]
fn a_server_that_was_put_back_is_given_the_moves_again() {
    let (mut replica, customer, _) = manager();
    replica.move_record(MoveRecord { id: customer, to: ELSEWHERE }).unwrap();
    let given = answer(&mut replica, |_| Outcome::Accepted { seq: 9 }).items;
    let restored = HelloAnswer { epoch: Uuid::from_u128(2), ..damage::answer(&replica) };
    let known = damage::answer(&replica);
    damage::apply_hello(&mut replica, &known);
    damage::apply_hello(&mut replica, &restored);
    let again = replica.batch().unwrap().items;
    assert_eq!(again.iter().filter(|item| given.contains(item)).count(), 1, "the same command, which is done once");
}
