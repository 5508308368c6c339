//! Devices that were cut off.

use super::*;
use maydan_core::sync::wire::{HandOver, MAX_PUSH_ITEMS};
use maydan_sync_server::TakenIn;
use serde_bytes::ByteBuf;

fn hands_over(company: &Company, phone: &Phone, items: &[Item]) -> maydan_core::Result<()> {
    let items = items.iter().map(|item| item.to_bytes().unwrap().into()).collect();
    company.hand_over(phone.caller, &HandOver { actors: vec![phone.actor], items, ..HandOver::default() }).map(drop)
}

pub(super) fn what_a_device_that_was_cut_off_hands_over_waits_for_an_administrator(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let device = amal.caller.device;
    let (id, items) = customer(&amal, territory, 2);
    assert_eq!(hands_over(&company, &amal, &items).unwrap_err().code, ErrorCode::WrongState, "it is not cut off");
    push(&company, &amal, &items[..2]).unwrap();
    company.revoke_device(device).unwrap();

    let before = company.head().unwrap();
    let hello = Hello::of(amal.actor);
    let pulled = Pull { epoch: company.epoch().unwrap(), cursors: vec![Cursor::start(territory)], ..Pull::default() };
    let refused = [
        company.hello(amal.caller, &hello).unwrap_err(),
        push(&company, &amal, &items).unwrap_err(),
        company.pull(amal.caller, &pulled).unwrap_err(),
    ];
    assert_eq!(refused.map(|e| e.code), [ErrorCode::CutOff; 3]);
    let (session, _) = company.sign_in("amal", PASSWORD, device).unwrap();
    company.refresh(&session.refresh, device).expect("its session is good for handing over");

    let (new, more) = customer(&amal, territory, 1);
    let work = [&items[2..], &more].concat();
    hands_over(&company, &amal, &work).unwrap();
    hands_over(&company, &amal, &work).expect("the answer may have been lost");
    assert_eq!(company.head().unwrap(), before, "nobody is shown anything of it");

    let handed = company.handed_over().unwrap();
    let [handed] = &handed[..] else { panic!("{handed:?}") };
    assert_eq!((handed.device, handed.login.as_str(), handed.items), (device, "amal", 3), "kept once");
    let names: Vec<_> = handed.records.iter().map(|record| (record.id, record.title.as_str(), record.unreadable)).collect();
    assert_eq!(names, [(id, "شركة النور 1", 0), (new, "شركة النور 0", 0)]);
    let [name] = &handed.records[0].fields[..] else { panic!("{handed:?}") };
    assert_eq!((name.before.as_text(), name.after.as_text()), (Some("شركة النور 0"), Some("شركة النور 1")));

    assert_eq!(company.take_in(device).unwrap(), TakenIn { taken: 3, refused: 0 });
    assert!(company.handed_over().unwrap().is_empty());
    let basma = person(&company, "basma", &[(territory, Level::Read)]);
    assert_eq!(entered(&all(&company, &basma, territory)), [id, new].into());
    company.readmit_device(device).unwrap();
    assert!(push(&company, &amal, &work).unwrap().iter().all(|outcome| *outcome == Outcome::Duplicate));
}

pub(super) fn what_can_not_be_taken_in_stays_with_the_reason(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let basma = person(&company, "basma", &[(territory, Level::Write)]);
    let device = amal.caller.device;
    company.revoke_device(device).unwrap();
    let (good, items) = customer(&amal, territory, 1);
    let (elsewhere, foreign) = customer(&amal, ScopeId(random()), 1);
    let (forged, stolen) = customer(&basma, territory, 1);
    let work = [&items[..], &foreign, &stolen].concat();
    hands_over(&company, &amal, &work).unwrap();
    let rubbish = HandOver { actors: vec![basma.actor], items: vec![ByteBuf::from(vec![0xc1; 9])], ..HandOver::default() };
    company.hand_over(amal.caller, &rubbish).unwrap();
    // Signing in as somebody else on the same device does not open it again.
    let other = company.sign_in("basma", PASSWORD, device).unwrap().1;
    assert_eq!(company.rights(other).unwrap_err().code, ErrorCode::CutOff);

    let TakenIn { taken, refused } = company.take_in(device).unwrap();
    assert_eq!((taken, refused), (3, 4), "her customer, and the one that somebody else's change made of nothing");
    let left = company.handed_over().unwrap();
    let why = |id| left[0].records.iter().find(|record| record.id == id).and_then(|record| record.refused.clone()).map(|e| e.code);
    assert_eq!(why(good), None);
    assert_eq!(why(elsewhere), Some(ErrorCode::NotFound), "its record was not made: {left:?}");
    assert_eq!(why(forged), Some(ErrorCode::ForeignActor));
    assert!(left[0].to_string().contains("refused: "), "{}", left[0]);
    assert_eq!(company.discard_handed_over(device, left[0].upto).unwrap(), 4);
    assert!(company.handed_over().unwrap().is_empty());

    let many = HandOver { items: vec![ByteBuf::from(vec![1]); MAX_PUSH_ITEMS + 1], ..HandOver::default() };
    assert_eq!(company.hand_over(amal.caller, &many).unwrap_err().code, ErrorCode::TooLarge);
}
