//! The tallies of scopes: whatever happens, they say what the documents are.

use super::*;
use maydan_core::document::decode_change;
use maydan_core::sync::tally::{Mark, Tally};
use maydan_core::sync::wire::Survey;
use std::collections::BTreeMap;

/// Everything of a scope by name and mark, page by page, and what the tally says.
fn marks(company: &Company, phone: &Phone, scope: ScopeId) -> (BTreeMap<RecordId, Mark>, Tally) {
    let end = company.head().unwrap().seq;
    let mut marks = BTreeMap::new();
    let mut after = None;
    loop {
        let epoch = company.epoch().unwrap();
        let survey = Some(Survey { scope, after });
        let page =
            company.pull(phone.caller, &Pull { epoch, cursors: vec![Cursor::at_end(scope, end)], survey, ..Pull::default() }).unwrap();
        let surveyed = page.surveyed.expect("the feed is at its end");
        after = surveyed.marks.last().map(|(id, _)| *id);
        marks.extend(surveyed.marks);
        if surveyed.is_last {
            assert_eq!(page.tallies.len(), 1);
            return (marks, page.tallies[0].1);
        }
    }
}

fn agree(company: &Company, phone: &Phone, scope: ScopeId) -> BTreeMap<RecordId, Mark> {
    let (marks, tally) = marks(company, phone, scope);
    assert_eq!(marks.values().copied().collect::<Tally>(), tally);
    marks
}

pub(super) fn the_tally_of_a_scope_is_what_its_documents_are(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let user = amal.caller.user;
    company.grant(user, elsewhere, Level::Write).unwrap();
    assert_eq!(agree(&company, &amal, territory).len(), 0);

    let (id, items) = customer(&amal, territory, 3);
    // Opened and changed in one push and in several; refused items leave no trace, and neither do those that come twice.
    push(&company, &amal, &items[..2]).unwrap();
    let after_one = agree(&company, &amal, territory)[&id];
    push(&company, &amal, &items).unwrap();
    let heads = |item: &Item| if let Item::Change { bytes, .. } = item { decode_change(bytes).unwrap().hash() } else { panic!("a change") };
    let after_three = agree(&company, &amal, territory)[&id];
    assert_ne!(after_one, after_three);
    assert_eq!(after_three, Mark::of(id, [&heads(&items[3])]));
    let foreign = customer(&Phone { actor: Actor(random()), ..amal }, territory, 1);
    let refused = push(&company, &amal, &foreign.1).unwrap();
    assert!(matches!(refused[1], Outcome::Rejected { .. }), "{refused:?}");
    assert_eq!(agree(&company, &amal, territory)[&foreign.0], Mark::of(foreign.0, []), "opened, and nothing written");

    company.rescope(id, elsewhere).unwrap();
    assert_eq!(agree(&company, &amal, elsewhere), [(id, after_three)].into());
    assert!(!agree(&company, &amal, territory).contains_key(&id));
    company.import_customers("name\nمخبز الأمل\nشركة النور\n".as_bytes(), None, territory).unwrap();
    assert_eq!(agree(&company, &amal, territory).len(), 3);
    // The server's own records, in the company's scope.
    let everybody = person(&company, "basma", &[]);
    assert!(agree(&company, &everybody, ScopeId::COMPANY).len() >= 4);
}

pub(super) fn a_document_comes_by_name_to_those_who_may_read_it(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let basma = person(&company, "basma", &[(elsewhere, Level::Write)]);
    let (mine, items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    let (hers, items) = customer(&basma, elsewhere, 1);
    push(&company, &basma, &items).unwrap();
    let end = company.head().unwrap().seq;
    let ask = |want: Vec<RecordId>| {
        let cursors = vec![Cursor::at_end(territory, end)];
        company.pull(amal.caller, &Pull { epoch: company.epoch().unwrap(), cursors, want, ..Pull::default() })
    };
    let page = ask(vec![hers, mine, RecordId(random())]).unwrap();
    assert_eq!((page.wanted, page.elsewhere), (3, vec![hers]), "all of them were looked at, and one is nowhere");
    assert_eq!(entered(&page.entries), [mine].into(), "hers is not for amal, and the third is nowhere");
    assert_eq!(ask(vec![mine; 501]).unwrap_err().code, ErrorCode::TooLarge);
    let beyond = Survey { scope: elsewhere, after: None };
    let pull =
        Pull { epoch: company.epoch().unwrap(), cursors: vec![Cursor::at_end(territory, end)], survey: Some(beyond), ..Pull::default() };
    assert_eq!(company.pull(amal.caller, &pull).unwrap().surveyed, None, "no marks of a scope that is not read");
}
