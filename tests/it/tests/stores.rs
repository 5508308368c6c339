//! What a store promises, asked of both: one SQLite file, and PostgreSQL with several nodes.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::command::Level;
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Cursor, Entry, Hello, Item, Outcome, Page, Pull, Push};
use maydan_core::{Actor, DeviceId, ErrorCode, Instant, RecordId, ScopeId};
use maydan_it::Cluster;
use maydan_sync_server::store::{Blobs, Postgres, Sqlite, Store, copy, share_key};
use maydan_sync_server::{Caller, Company, NewUser};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

#[path = "stores/contents.rs"]
mod contents;
use contents::*;
#[path = "stores/erase.rs"]
mod erase;
use erase::*;
#[path = "stores/first_sync.rs"]
mod first_sync;
use first_sync::*;
#[path = "stores/hand_over.rs"]
mod hand_over;
use hand_over::*;
#[path = "stores/moving.rs"]
mod moving;
use moving::*;
#[path = "stores/put_back.rs"]
mod put_back;
#[path = "stores/shorten.rs"]
mod shorten;
use shorten::*;
#[path = "stores/tally.rs"]
mod tally;
use tally::*;

const PASSWORD: &str = "maydan-demo-1";

fn random() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u64_pair(0x0197_0000_0000_7000, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A company with a territory and a rep who is signed in on a device.
struct Staffed {
    company: Company,
    territory: ScopeId,
    amal: Phone,
}

/// A device, without anything on it: it only speaks.
#[derive(Clone, Copy)]
struct Phone {
    caller: Caller,
    actor: Actor,
}

fn person(company: &Company, login: &str, grants: &[(ScopeId, Level)]) -> Phone {
    let new = NewUser { login: login.into(), name: login.into(), role: "rep".into(), password: Some(PASSWORD.into()) };
    let user = company.add_user(&new).unwrap();
    grants.iter().for_each(|(scope, level)| company.grant(user, *scope, *level).unwrap());
    phone(company, login)
}

fn phone(company: &Company, login: &str) -> Phone {
    let (_, caller) = company.sign_in(login, PASSWORD, DeviceId(random())).unwrap();
    let actor = Actor(random());
    company.hello(caller, &Hello::of(actor)).unwrap();
    Phone { caller, actor }
}

fn staffed(company: Company) -> Staffed {
    let territory = company.add_territory("طرابلس").unwrap();
    let amal = person(&company, "amal", &[(territory, Level::Write)]);
    Staffed { company, territory, amal }
}

/// The items of a new customer with so many edits.
fn customer(phone: &Phone, territory: ScopeId, edits: usize) -> (RecordId, Vec<Item>) {
    let kind = maydan_core::Registry::maydan().get("customer").unwrap().clone();
    let id = RecordId(random());
    let mut document = Document::create(&kind, id).unwrap();
    let mut items = vec![Item::Open { doc: id, kind: "customer".into(), parent: None, scope: territory }];
    for n in 0..edits {
        let name = Edit::set("name", format!("شركة النور {n}"));
        let change = document.edit(phone.actor, Instant(1_760_000_000_000), None, &[name]).unwrap().change.unwrap();
        items.push(Item::Change { doc: id, bytes: change.bytes().to_vec().into() });
    }
    (id, items)
}

fn push(company: &Company, phone: &Phone, items: &[Item]) -> maydan_core::Result<Vec<Outcome>> {
    let items = items.iter().map(|item| item.to_bytes().unwrap().into()).collect();
    Ok(company.push(phone.caller, &Push::of(phone.actor, items))?.outcomes)
}

fn pull(company: &Company, phone: &Phone, cursor: Cursor) -> Page {
    company.pull(phone.caller, &Pull { epoch: company.epoch().unwrap(), cursors: vec![cursor], ..Pull::default() }).unwrap()
}

/// Everything in a scope, page by page.
fn all(company: &Company, phone: &Phone, scope: ScopeId) -> Vec<Entry> {
    let mut cursor = Cursor::start(scope);
    let mut entries = Vec::new();
    loop {
        let page = pull(company, phone, cursor);
        entries.extend(page.entries);
        cursor = page.cursors[0].clone();
        if !page.has_more {
            return entries;
        }
    }
}

fn entered(entries: &[Entry]) -> BTreeSet<RecordId> {
    entries.iter().filter_map(|e| if let Entry::Enter(entered) = e { Some(entered.doc) } else { None }).collect()
}

fn seqs(outcomes: &[Outcome]) -> Vec<u64> {
    outcomes.iter().filter_map(|o| if let Outcome::Accepted { seq } = o { Some(*seq) } else { None }).collect()
}

fn what_is_accepted_is_numbered_served_and_known_again(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let before = company.head().unwrap().seq;
    let (id, items) = customer(&amal, territory, 3);
    let accepted = seqs(&push(&company, &amal, &items).unwrap());
    assert_eq!(accepted, [before + 1, before + 2, before + 3, before + 4]);
    assert_eq!(push(&company, &amal, &items).unwrap(), vec![Outcome::Duplicate; 4]);
    assert_eq!(company.head().unwrap().seq, before + 4, "what is known gets no number");
    assert_eq!(entered(&all(&company, &amal, territory)), [id].into());
}

fn a_session_is_renewed_and_ends_when_the_device_is_cut_off(company: Company) {
    let Staffed { company, amal, .. } = staffed(company);
    let device = amal.caller.device;
    let (first, _) = company.sign_in("amal", PASSWORD, device).unwrap();
    let (second, caller) = company.refresh(&first.refresh, device).unwrap();
    assert_eq!(caller, amal.caller);
    company.refresh(&first.refresh, device).expect("the answer may have been lost");
    assert_eq!(company.refresh(&second.refresh, device).unwrap_err().code, ErrorCode::SignInNeeded, "its turn is over");
    assert_eq!(company.sign_in("amal", "maydan-demo-2", device).unwrap_err().code, ErrorCode::WrongCredentials);
    company.revoke_device(device).unwrap();
    assert_eq!(company.rights(amal.caller).unwrap_err().code, ErrorCode::CutOff);
}

fn what_is_refused_leaves_nothing_behind(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let before = company.head().unwrap();
    let taken = NewUser { login: "amal".into(), name: "غيرها".into(), role: "rep".into(), password: Some(PASSWORD.into()) };
    assert_eq!(company.add_user(&taken).unwrap_err().code, ErrorCode::InvalidValue);
    assert_eq!(company.head().unwrap(), before);

    let (_, items) = customer(&amal, ScopeId(random()), 1);
    let refused = push(&company, &amal, &items).unwrap();
    assert!(refused.iter().all(|o| matches!(o, Outcome::Rejected { .. })), "{refused:?}");
    assert_eq!(company.head().unwrap(), before);
    push(&company, &amal, &customer(&amal, territory, 1).1).unwrap();
}

fn a_record_that_moves_leaves_one_feed_and_comes_whole_in_another(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let basma = person(&company, "basma", &[(elsewhere, Level::Write)]);
    let (id, items) = customer(&amal, territory, 2);
    push(&company, &amal, &items).unwrap();
    let seen = pull(&company, &amal, Cursor::start(territory)).cursors[0].clone();
    company.rescope(id, elsewhere).unwrap();
    let left = pull(&company, &amal, seen).entries;
    assert!(matches!(left[..], [Entry::Leave { doc, .. }] if doc == id), "{left:?}");
    let Entry::Enter(whole) = &all(&company, &basma, elsewhere)[0] else { panic!("it comes whole") };
    assert_eq!(whole.doc, id);
    let ready = whole.ready.as_ref().expect("with its row");
    assert_eq!(ready.row.row().unwrap()["name"], "شركة النور 1".into());
    assert!(whole.changes.is_empty() && whole.snapshot.is_some());
    assert!(all(&company, &amal, territory).iter().all(|e| matches!(e, Entry::Leave { .. })), "and is not served in the old one");
}

fn many_at_once_leave_no_gap_and_lose_nothing(company: Company) {
    const EACH: usize = 12;
    let Staffed { company, territory, amal } = staffed(company);
    let phones: Vec<Phone> = (0..6).map(|_| phone(&company, "amal")).collect();
    let (before, epoch) = (company.head().unwrap().seq, company.epoch().unwrap());
    let given: Vec<u64> = std::thread::scope(|scope| {
        let pushing = phones.iter().map(|phone| {
            let company = &company;
            scope.spawn(move || {
                // Each says what it was shown last, as devices do: nobody may take that for another past.
                let mut known = None;
                let push_one = |_| {
                    let items = customer(phone, territory, 2).1.iter().map(|item| item.to_bytes().unwrap().into()).collect();
                    let answer = company.push(phone.caller, &Push { known: known.take(), ..Push::of(phone.actor, items) }).unwrap();
                    known = Some((answer.epoch, answer.head));
                    seqs(&answer.outcomes)
                };
                (0..EACH).flat_map(push_one).collect::<Vec<_>>()
            })
        });
        // A reader that follows meanwhile meets every number once, in order.
        let reading = scope.spawn(|| {
            let (mut cursor, mut met) = (Cursor::start(territory), BTreeSet::new());
            while met.len() < phones.len() * EACH {
                let page = pull(&company, &amal, cursor.clone());
                assert!(page.cursors[0].seq >= cursor.seq);
                met.extend(entered(&page.entries));
                cursor = page.cursors[0].clone();
            }
        });
        let pushing: Vec<_> = pushing.collect();
        let given = pushing.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        reading.join().unwrap();
        given
    });
    let numbers: BTreeSet<u64> = given.iter().copied().collect();
    assert_eq!(given.len(), numbers.len());
    assert_eq!(numbers, (before + 1..=company.head().unwrap().seq).collect());
    assert_eq!(company.epoch().unwrap(), epoch);
}

fn a_long_feed_comes_in_pages_that_can_be_asked_for_again(company: Company) {
    let Staffed { company, territory, amal } = staffed(company.with_page_entries(40));
    let mut made = BTreeSet::new();
    for _ in 0..150 {
        let (id, items) = customer(&amal, territory, 1);
        made.insert(id);
        push(&company, &amal, &items).unwrap();
    }
    let first = pull(&company, &amal, Cursor::start(territory));
    assert!(first.has_more);
    assert_eq!(entered(&pull(&company, &amal, Cursor::start(territory)).entries), entered(&first.entries));
    assert_eq!(entered(&all(&company, &amal, territory)), made);
}

fn an_epoch_stays_until_it_is_renewed(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let epoch = company.epoch().unwrap();
    let renewed = company.renew_epoch().unwrap();
    assert_ne!(epoch, renewed);
    let stale = company.pull(amal.caller, &Pull { epoch, cursors: vec![Cursor::start(territory)], ..Pull::default() });
    assert_eq!(stale.unwrap_err().code, ErrorCode::EpochChanged);
}

macro_rules! conformance {
    ($($case:ident),* $(,)?) => {
        mod sqlite { $(
            #[test]
            fn $case() {
                let folder = tempfile::tempdir().unwrap();
                super::$case(super::Company::init(&folder.path().join("store")).unwrap());
            }
        )* }

        /// One PostgreSQL for all: each has a database of its own.
        #[test]
        fn postgres_keeps_the_same_promises() {
            let cluster = Cluster::start().unwrap();
            $(
                let (url, folder) = (cluster.database(stringify!($case)).unwrap(), tempfile::tempdir().unwrap());
                let blobs = Blobs::folder(&folder.path().join("blobs")).unwrap();
                $case(Company::over(Postgres::init(&url, folder.path()).unwrap()).with_blobs(blobs));
            )*
        }
    };
}

conformance! {
    what_is_accepted_is_numbered_served_and_known_again,
    a_session_is_renewed_and_ends_when_the_device_is_cut_off,
    what_is_refused_leaves_nothing_behind,
    a_record_that_moves_leaves_one_feed_and_comes_whole_in_another,
    many_at_once_leave_no_gap_and_lose_nothing,
    a_long_feed_comes_in_pages_that_can_be_asked_for_again,
    an_epoch_stays_until_it_is_renewed,
    the_first_page_brings_todays_work_and_what_it_belongs_to,
    what_happens_during_a_first_sync_comes_with_it,
    a_second_new_device_gets_what_was_made_ready_for_the_first,
    a_page_is_as_large_as_was_asked_for,
    feeds_that_were_trimmed_are_begun_again,
    a_move_is_done_once_and_takes_along_what_follows,
    what_a_device_that_was_cut_off_hands_over_waits_for_an_administrator,
    what_can_not_be_taken_in_stays_with_the_reason,
    a_content_comes_in_parts_and_is_served_when_it_is_whole,
    a_content_is_nobodys_business_who_may_not_read_its_record,
    what_is_not_what_its_name_says_is_not_kept,
    contents_go_a_while_after_their_records,
    a_device_that_was_cut_off_hands_over_its_contents_too,
    knowing_a_name_opens_nothing,
    what_was_written_before_a_move_was_heard_of_is_taken,
    what_was_written_before_a_right_was_lost_is_taken,
    the_tally_of_a_scope_is_what_its_documents_are,
    a_document_comes_by_name_to_those_who_may_read_it,
    a_change_that_can_not_be_applied_harms_no_other_record,
    what_was_erased_goes_everywhere_and_is_taken_no_more,
    a_shortened_history_says_the_same_and_takes_nothing_of_before,
    nobody_but_the_server_says_what_a_history_was_shortened_to,
}

/// Two nodes over one database.
fn nodes(url: &str, folder: &Path) -> (Company, Company) {
    let first = Company::over(Postgres::init(url, folder).unwrap());
    (first, Company::over(Postgres::open(url, folder).unwrap()))
}

#[test]
fn nodes_share_one_company() {
    let cluster = Cluster::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = nodes(&cluster.database("company").unwrap(), folder.path());
    let Staffed { company: a, territory, amal } = staffed(a);

    // What is pushed at one is told by the other.
    b.watch_others();
    let mut news = b.news();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (id, items) = customer(&amal, territory, 1);
    let pushed = seqs(&push(&a, &amal, &items).unwrap());
    let patience = std::time::Duration::from_secs(30);
    let newest = *pushed.last().unwrap();
    runtime.block_on(async { tokio::time::timeout(patience, news.wait_for(|seq| *seq >= newest)).await }).expect("a poke").unwrap();
    assert_eq!(entered(&all(&b, &amal, territory)), [id].into());

    // Both at once: numbers without a gap, each change once.
    let (here, there) = (phone(&a, "amal"), phone(&b, "amal"));
    let before = a.head().unwrap().seq;
    let given: Vec<u64> = std::thread::scope(|scope| {
        let work = [(&a, here), (&b, there), (&a, amal), (&b, amal)].map(|(node, phone)| {
            scope.spawn(move || {
                (0..10).flat_map(|_| seqs(&push(node, &phone, &customer(&phone, territory, 2).1).unwrap())).collect::<Vec<_>>()
            })
        });
        work.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(given.iter().copied().collect::<BTreeSet<_>>(), (before + 1..=b.head().unwrap().seq).collect());

    // Another life of the data is noticed at the other node too.
    let epoch = a.renew_epoch().unwrap();
    let mut looked = 0;
    while b.epoch().unwrap() != epoch {
        looked += 1;
        assert!(looked < 3_000, "the other node never heard of the new epoch");
        runtime.block_on(async { drop(tokio::time::timeout(std::time::Duration::from_millis(10), news.changed()).await) });
    }
}

#[test]
fn a_node_that_dies_in_the_middle_of_a_push_leaves_nothing_half_done() {
    let cluster = Cluster::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = cluster.database("company").unwrap();
    let (a, b) = nodes(&url, folder.path());
    let Staffed { company: a, territory, amal } = staffed(a);
    let (id, items) = customer(&amal, territory, 2);
    let before = a.head().unwrap();

    // The node is stopped between writing and committing: its line to the database is cut.
    let blocker = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
                   CREATE TRIGGER wait AFTER INSERT ON change FOR EACH ROW EXECUTE FUNCTION wait();";
    cluster.psql("company", blocker).unwrap();
    std::thread::scope(|scope| {
        let dying = scope.spawn(|| push(&a, &amal, &items));
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while cluster.psql("postgres", kill).unwrap() == "0" {
            std::thread::yield_now();
        }
        assert_eq!(dying.join().unwrap().unwrap_err().code, ErrorCode::ServerFailed);
    });
    cluster.psql("company", "DROP TRIGGER wait ON change").unwrap();
    assert_eq!(b.head().unwrap(), before);
    assert!(all(&b, &amal, territory).is_empty());

    // The device sends the same again, to whichever node answers.
    assert_eq!(seqs(&push(&b, &amal, &items).unwrap()).len(), 3);
    assert_eq!(push(&a, &amal, &items).unwrap(), vec![Outcome::Duplicate; 3]);
    assert_eq!(entered(&all(&a, &amal, territory)), [id].into());
}

#[test]
fn a_company_moves_from_a_file_to_postgres_and_back_and_no_device_notices() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.database("company").unwrap();
    let folders: [TempDir; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let [file, node, back] = folders.each_ref().map(|folder| folder.path().join("store"));
    let Staffed { company, territory, amal } = staffed(Company::init(&file).unwrap());
    let (first, items) = customer(&amal, territory, 3);
    push(&company, &amal, &items).unwrap();
    let (session, _) = company.sign_in("amal", PASSWORD, amal.caller.device).unwrap();
    let (epoch, head) = (company.epoch().unwrap(), company.head().unwrap());
    let cursor = pull(&company, &amal, Cursor::start(territory)).cursors[0].clone();
    drop(company);

    let source = Sqlite::open(&file).unwrap();
    share_key(&file, &node).unwrap();
    let target = Postgres::init(&url, &node).unwrap();
    let rows = copy(&source, &target, &mut |_, _| ()).unwrap();
    assert!(rows > 10, "{rows}");
    assert_eq!(copy(&source, &target, &mut |_, _| ()).unwrap_err().code, ErrorCode::WrongState, "never over another company");
    let retired = source.retire().unwrap();
    assert!(retired.exists());
    assert_eq!(Sqlite::open(&file).unwrap_err().code, ErrorCode::NotFound, "nobody serves the old state by mistake");

    let company = Company::over(target);
    assert_eq!((company.epoch().unwrap(), company.head().unwrap()), (epoch, head), "what devices were shown stays true");
    let hello = Hello { known: Some((epoch, head)), ..Hello::of(amal.actor) };
    assert_eq!(company.hello(amal.caller, &hello).unwrap().epoch, epoch);
    company.refresh(&session.refresh, amal.caller.device).unwrap();
    assert_eq!(push(&company, &amal, &items).unwrap(), vec![Outcome::Duplicate; 4]);
    let (second, items) = customer(&amal, territory, 1);
    push(&company, &amal, &items).unwrap();
    assert_eq!(entered(&pull(&company, &amal, cursor).entries), [second].into(), "cursors go on");
    drop(company);

    let source = Postgres::open(&url, &node).unwrap();
    share_key(&node, &back).unwrap();
    copy(&source, &Sqlite::init(&back).unwrap(), &mut |_, _| ()).unwrap();
    let company = Company::open(&back).unwrap();
    assert_eq!(company.epoch().unwrap(), source.epoch().unwrap());
    assert_eq!(entered(&all(&company, &amal, territory)), [first, second].into());
}
