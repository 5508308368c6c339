//! A store whose file was put back to an earlier state by hand, and one that has lost something.

use super::contents::{attachment, part, photo, put};
use super::*;
use maydan_core::blob::BlobHash;
use maydan_core::document::{RawChange, changes_of_snapshot, decode_change};
use maydan_core::sync::wire::{PutBlob, Relay};
use maydan_sync_server::{Shorten, What};

const FILES: [&str; 2] = ["maydan.db", "maydan.db-wal"];

/// A company in a file, of which copies are made and put in place while it does not run.
struct Life {
    folder: TempDir,
    copy: TempDir,
    territory: ScopeId,
    amal: Phone,
    basma: Phone,
}

impl Life {
    fn begin() -> (Self, Company) {
        let folder = tempfile::tempdir().unwrap();
        let Staffed { company, territory, amal } = staffed(Company::init(folder.path()).unwrap());
        let basma = person(&company, "basma", &[(territory, Level::Write)]);
        (Self { folder, copy: tempfile::tempdir().unwrap(), territory, amal, basma }, company)
    }

    /// A copy is made; the company goes on.
    fn keep(&self, company: Company) -> Company {
        drop(company);
        for name in FILES {
            drop(std::fs::copy(self.folder.path().join(name), self.copy.path().join(name)));
        }
        Company::open(self.folder.path()).unwrap()
    }

    fn put_back(&self, company: Company) -> Company {
        drop(company);
        for name in FILES {
            drop(std::fs::remove_file(self.folder.path().join(name)));
            drop(std::fs::copy(self.copy.path().join(name), self.folder.path().join(name)));
        }
        Company::open(self.folder.path()).unwrap()
    }
}

/// A record as a device that has read it brings it back.
fn brought(company: &Company, phone: &Phone, scope: ScopeId, id: RecordId) -> Item {
    let of_it = |entry: &Entry| matches!(entry, Entry::Enter(entered) if entered.doc == id);
    let Some(Entry::Enter(entered)) = all(company, phone, scope).into_iter().find(of_it) else { panic!("{id} is not there") };
    let folded = entered.snapshot.as_ref().map_or(Vec::new(), |snapshot| changes_of_snapshot(snapshot).unwrap());
    let changes = folded.into_iter().chain(entered.changes.iter().map(|bytes| decode_change(bytes).unwrap()));
    let changes = changes.filter(|change| change.actor() != Actor::GENESIS).map(|change| change.bytes().to_vec().into()).collect();
    Item::Relay(Box::new(Relay { doc: id, kind: entered.kind, parent: entered.parent, scope, changes, receipts: entered.receipts }))
}

fn faults(company: &Company) -> Vec<What> {
    let mut faults = Vec::new();
    company.check(&mut |fault| faults.push(fault.what)).unwrap();
    faults
}

#[test]
fn a_content_that_is_lost_with_what_came_last_is_noticed() {
    let (life, company) = Life::begin();
    let bytes = photo(11);
    let (_, _, items) = attachment(&life.amal, life.territory, &bytes);
    push(&company, &life.amal, &items).unwrap();
    let company = life.keep(company);
    let asked = |known, n| PutBlob { known, hash: BlobHash::of(&bytes), size: bytes.len() as u64, part: Some(part(&bytes, n)) };
    let heads: Vec<_> = (0..3).map(|n| company.put_blob(life.amal.caller, &asked(None, n)).unwrap().head).collect();
    let [None, None, head @ Some(_)] = heads[..] else { panic!("the last answer says where it stands: {heads:?}") };

    let company = life.put_back(company);
    let epoch = company.epoch().unwrap();
    assert_eq!(company.put_blob(life.amal.caller, &asked(head, 0)).unwrap_err().code, ErrorCode::EpochChanged);
    assert_ne!(company.epoch().unwrap(), epoch, "devices send what it lacks");
}

/// Her phone may be the only one that has the photo, and a colleague's was quicker to bring the record.
#[test]
fn whoever_wrote_a_record_brings_its_content_also_when_she_is_cut_off() {
    let (life, company) = Life::begin();
    let company = life.keep(company);
    let bytes = photo(13);
    let (customer, id, items) = attachment(&life.amal, life.territory, &bytes);
    push(&company, &life.amal, &items).unwrap();
    let relays = [customer, id].map(|id| brought(&company, &life.basma, life.territory, id));

    let company = life.put_back(company);
    let outcomes = push(&company, &life.basma, &relays).unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{outcomes:?}");
    company.revoke_device(life.amal.caller.device).unwrap();
    assert_eq!(put(&company, &life.amal, &bytes, None).unwrap(), [0, 1, 2]);
    company.revoke_device(life.basma.caller.device).unwrap();
    assert_eq!(put(&company, &life.basma, &bytes, None).unwrap_err().code, ErrorCode::NotFound, "who brought it has named nothing");
}

/// A note comes back before its customer, and from where that had been moved to. Whoever opens the customer where she made it
/// takes the note along only from where she may write: her word alone opens nothing to her.
#[test]
fn what_follows_a_record_goes_to_where_its_writer_opens_it_anew_as_far_as_she_may() {
    for may in [false, true] {
        let (life, company) = Life::begin();
        let elsewhere = company.add_territory("بنغازي").unwrap();
        company.grant(life.basma.caller.user, elsewhere, Level::Write).unwrap();
        if may {
            company.grant(life.amal.caller.user, elsewhere, Level::Write).unwrap();
        }
        let company = life.keep(company);
        let (id, items) = customer(&life.amal, life.territory, 1);
        let task = RecordId(random());
        let follows = Item::Open { doc: task, kind: "task".into(), parent: Some(id), scope: life.territory };
        let kind = maydan_core::Registry::maydan().get("task").unwrap().clone();
        let title = [Edit::set("title", "اتصل به")];
        let title = Document::create(&kind, task).unwrap().edit(life.amal.actor, Instant(1_760_000_000_000), None, &title).unwrap().change;
        let title = Item::Change { doc: task, bytes: title.unwrap().bytes().to_vec().into() };
        push(&company, &life.amal, &[items.clone(), vec![follows, title]].concat()).unwrap();
        company.rescope(id, elsewhere).unwrap();
        let moved = [task, id].map(|id| brought(&company, &life.basma, elsewhere, id));

        let company = life.put_back(company);
        push(&company, &life.basma, &moved[..1]).unwrap();
        assert_eq!(entered(&all(&company, &life.basma, elsewhere)), [task].into());
        push(&company, &life.amal, &items).unwrap();
        let here = entered(&all(&company, &life.amal, life.territory));
        assert_eq!(here, if may { [id, task].into() } else { [id].into() });
        assert_eq!(faults(&company), if may { vec![] } else { vec![What::Stray(id)] });
    }
}

#[test]
fn what_a_lost_change_stood_for_is_written_down_anew() {
    let (life, company) = Life::begin();
    let (id, items) = customer(&life.amal, life.territory, 3);
    push(&company, &life.amal, &items).unwrap();
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let sent = items.iter().filter_map(|item| if let Item::Change { bytes, .. } = item { Some(bytes.as_slice()) } else { None });
    let mut before = Document::load(&kind, id, None, sent).unwrap();
    before.edit(life.amal.actor, Instant(1_760_000_000_000), None, &[Edit::set("city", "سبها")]).unwrap();
    company.shorten(Shorten { changes: 2, before: Instant(i64::MAX) }).unwrap();
    let entries = all(&company, &life.amal, life.territory);
    let [Entry::Enter(entered)] = &entries[..] else { panic!("one record, whole: {entries:?}") };
    let mut there = Document::load(&kind, id, entered.snapshot.as_ref().map(|s| s.as_slice()), []).unwrap();
    let mine = |change: &RawChange| (change.actor() == life.amal.actor).then_some(life.amal.actor);
    let again = there.carry_over(&mut before, mine).unwrap().changes.remove(0);
    let again = Item::Change { doc: id, bytes: again.bytes().to_vec().into() };
    push(&company, &life.amal, std::slice::from_ref(&again)).unwrap();
    assert_eq!(faults(&company), []);

    drop(company);
    let lost = "DELETE FROM snapshot; DELETE FROM feed WHERE seq = (SELECT max(seq) FROM change);
                DELETE FROM change WHERE seq = (SELECT max(seq) FROM change)";
    rusqlite::Connection::open(life.folder.path().join("maydan.db")).unwrap().execute_batch(lost).unwrap();
    let company = Company::open(life.folder.path()).unwrap();
    assert!(faults(&company).contains(&What::Covered));
    company.mend().unwrap();
    assert_eq!(faults(&company), []);
    let outcomes = push(&company, &life.amal, &[again]).unwrap();
    assert!(matches!(outcomes[..], [Outcome::Accepted { .. }]), "it is taken again: {outcomes:?}");
    assert_eq!(faults(&company), []);
}
