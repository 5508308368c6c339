//! Contents of records: kept at once, sent and fetched part by part, and gone with their records.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::{answered, page};
use super::*;
use crate::{Outgoing, Taken};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::{BlobHash, MAX_BLOB_BYTES, PART_BYTES};
use maydan_core::sync::client::{Seen, Step};
use maydan_core::sync::wire::{BlobPart, Entry, GetBlob, Lacking, LogHead, Outcome, Page, PutBlob};
use maydan_core::{Error, ErrorCode};
use serde::Serialize;

fn photo(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from(at % 253).unwrap()).collect()
}

fn keep(replica: &mut Replica, bytes: &[u8]) -> BlobHash {
    replica.keep_content(KeepContent { bytes: STANDARD.encode(bytes) }).unwrap().hash
}

fn read(replica: &mut Replica, hash: BlobHash) -> Option<Vec<u8>> {
    replica.read_content(ReadContent { hash }).unwrap().bytes.map(|text| STANDARD.decode(text).unwrap())
}

fn asks(replica: &mut Replica) -> Outgoing {
    replica.ask(Step::Transfer).unwrap().unwrap()
}

fn takes(replica: &mut Replica, asked: &Outgoing, answer: &impl Serialize) -> maydan_core::Result<Taken> {
    let answer = asked.read(&rmp_serde::to_vec_named(answer).unwrap())?;
    replica.take(asked, answer)
}

/// Which part a request brings.
fn brings(asked: &Outgoing) -> Option<u32> {
    assert_eq!(asked.path, "blob/put");
    rmp_serde::from_slice::<PutBlob>(&asked.body).unwrap().part.map(|part| part.n)
}

fn attach(replica: &mut Replica, bytes: &[u8]) -> (RecordId, BlobHash) {
    let customer = customer(replica, "شركة النور");
    let hash = keep(replica, bytes);
    let fields = [("name", "واجهة".into()), ("customer", customer.to_string().into()), ("content", hash.to_string().into())];
    (create(replica, "attachment", &fields), hash)
}

#[test]
fn a_content_is_kept_at_once_and_goes_part_by_part() {
    let folder = tempfile::tempdir().unwrap();
    let mut amal = open(file(&folder));
    let bytes = photo(PART_BYTES * 2 + 5);
    let (_, hash) = attach(&mut amal, &bytes);
    assert_eq!(read(&mut amal, hash), Some(bytes));
    let pending = amal.counts().unwrap().pending;
    assert_eq!(pending, 3, "a customer, an attachment and its content");

    let asked = asks(&mut amal);
    assert_eq!(brings(&asked), None, "first it asks what is lacking");
    takes(&mut amal, &asked, &Lacking { parts: vec![0, 1, 2], head: None }).unwrap();
    let asked = asks(&mut amal);
    assert_eq!(brings(&asked), Some(0));
    takes(&mut amal, &asked, &Lacking { parts: vec![1, 2], head: None }).unwrap();
    drop(amal);

    // It goes on where it stopped.
    let mut amal = open(file(&folder));
    let items = amal.list_transfers(ListTransfers {}).unwrap().items;
    assert_eq!((items[0].done, items[0].is_outgoing), (PART_BYTES as u64, true));
    let asked = asks(&mut amal);
    assert_eq!(brings(&asked), Some(1));
    let head = (amal.epoch().unwrap(), LogHead { seq: 9, ..LogHead::default() });
    let taken = takes(&mut amal, &asked, &Lacking { parts: vec![], head: Some(head) }).unwrap();
    assert!(matches!(taken.seen, Seen::Transferred { transfers: false, .. }), "{taken:?}");
    assert_eq!(amal.counts().unwrap().pending, pending - 1);
    assert!(amal.ask(Step::Transfer).unwrap().is_none());
    assert_eq!(amal.hello().unwrap().known, Some(head), "by it a server that has lost the photo is found out");
}

#[test]
fn a_content_is_fetched_when_somebody_looks_at_it_and_only_what_fits_is_taken() {
    let mut basma = open_with(options(Place::Memory), BASMA);
    let bytes = photo(PART_BYTES + 9);
    let hash = BlobHash::of(&bytes);
    assert!(basma.ask(Step::Transfer).unwrap().is_none(), "nobody asked for it");
    assert_eq!(read(&mut basma, hash), None);
    let size = bytes.len() as u64;
    let part =
        |n: usize| BlobPart { size, bytes: bytes[n * PART_BYTES..size.min((n as u64 + 1) * PART_BYTES as u64) as usize].to_vec().into() };

    for wrong in [BlobPart { size: 0, ..part(0) }, BlobPart { size: MAX_BLOB_BYTES + 1, ..part(0) }, part(1)] {
        let asked = asks(&mut basma);
        assert_eq!(takes(&mut basma, &asked, &wrong).unwrap_err().code, ErrorCode::NotAMaydanServer);
    }
    let asked = asks(&mut basma);
    takes(&mut basma, &asked, &part(0)).unwrap();
    // Damaged on its way: the whole is fetched anew, in the next round.
    let asked = asks(&mut basma);
    assert_eq!(rmp_serde::from_slice::<GetBlob>(&asked.body).unwrap().n, 1);
    takes(&mut basma, &asked, &BlobPart { size, bytes: vec![0; 9].into() }).unwrap();
    assert!(basma.ask(Step::Transfer).unwrap().is_none());
    assert_eq!(read(&mut basma, hash), None);
    assert!(basma.ask(Step::Transfer).unwrap().is_none(), "however often somebody looks");
    crate::blob::wait_no_longer(basma.connection(), BEGIN).unwrap();
    for n in [0, 1] {
        let asked = asks(&mut basma);
        takes(&mut basma, &asked, &part(n)).unwrap();
    }
    assert_eq!(read(&mut basma, hash), Some(bytes));
}

#[test]
fn what_the_server_will_not_have_holds_nothing_else_back() {
    let mut amal = open(Place::Memory);
    let (first, second) = (attach(&mut amal, &photo(10)).1, attach(&mut amal, &photo(20)).1);
    let refuse = |amal: &mut Replica, code| {
        let asked = asks(amal);
        amal.take_refusal(&asked, &Error::new(code, "as a test wants it")).unwrap()
    };
    assert_eq!(refuse(&mut amal, ErrorCode::Offline), None, "the round waits");
    assert_eq!(refuse(&mut amal, ErrorCode::SignInNeeded), None);
    assert!(refuse(&mut amal, ErrorCode::TooLarge).is_some());
    // Its record is not there yet: it waits for that.
    assert!(refuse(&mut amal, ErrorCode::NotFound).is_some());
    assert!(amal.ask(Step::Transfer).unwrap().is_none());
    let items = amal.list_transfers(ListTransfers {}).unwrap().items;
    let told: Vec<_> = items.iter().map(|item| (item.hash, item.refused)).collect();
    assert_eq!(told, [(first, Some(ErrorCode::TooLarge)), (second, None)]);

    let batch = amal.batch().unwrap();
    let outcomes = batch.items.iter().map(|_| Outcome::Accepted { seq: 1 }).collect();
    amal.apply_outcomes(&batch, &answered(outcomes)).unwrap();
    assert_eq!(asks(&mut amal).path, "blob/put");
    amal.retry_transfer(RetryTransfer { hash: first }).unwrap();
    assert_eq!(amal.list_transfers(ListTransfers {}).unwrap().items.iter().filter(|item| item.refused.is_some()).count(), 0);
}

#[test]
fn a_content_goes_with_its_record_and_not_before_it_was_sent() {
    let mut amal = open(Place::Memory);
    let (attachment, hash) = attach(&mut amal, &photo(10));
    let batch = amal.batch().unwrap();
    let outcomes = batch.items.iter().map(|_| Outcome::Accepted { seq: 1 }).collect();
    amal.apply_outcomes(&batch, &answered(outcomes)).unwrap();
    amal.apply_page(&Page { entries: vec![Entry::Leave { doc: attachment, scope: TERRITORY }], ..Page::default() }).unwrap();
    assert_eq!(amal.get_record(GetRecord { id: attachment }).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(number(&amal, "SELECT count(*) FROM blob"), 1, "the server does not have it yet");
    let asked = asks(&mut amal);
    takes(&mut amal, &asked, &Lacking { parts: vec![], head: None }).unwrap();
    assert_eq!(number(&amal, "SELECT count(*) FROM blob_part"), 0);
    assert_eq!(read(&mut amal, hash), None);
}

#[test]
fn a_content_that_can_not_be_kept_is_refused_at_once() {
    let mut amal = open(Place::Memory);
    let refused = |amal: &mut Replica, bytes: String| amal.keep_content(KeepContent { bytes }).unwrap_err().code;
    assert_eq!(refused(&mut amal, "not base64!".into()), ErrorCode::BadRequest);
    assert_eq!(refused(&mut amal, String::new()), ErrorCode::InvalidValue);
    let large = vec![0; usize::try_from(MAX_BLOB_BYTES).unwrap() + 1];
    assert_eq!(refused(&mut amal, STANDARD.encode(large)), ErrorCode::TooLarge);
    assert_eq!(number(&amal, "SELECT count(*) FROM blob"), 0);
}

#[test]
fn what_no_record_came_to_name_is_given_up_after_a_while_and_nothing_else_is() {
    let mut amal = open(Place::Memory);
    let cancelled = keep(&mut amal, &photo(20));
    let (_, named) = attach(&mut amal, &photo(10));
    let week = |amal: &Replica| crate::blob::wait_no_longer(amal.connection(), BEGIN.plus(8 * 86_400_000)).unwrap();
    let left = |amal: &mut Replica| -> Vec<BlobHash> {
        amal.list_transfers(ListTransfers {}).unwrap().items.iter().map(|item| item.hash).collect()
    };
    week(&amal);
    assert_eq!(left(&mut amal), [cancelled, named], "the server was never asked");
    for _ in 0..3 {
        while let Some(asked) = amal.ask(Step::Transfer).unwrap() {
            amal.take_refusal(&asked, &Error::new(ErrorCode::NotFound, "as a test wants it")).unwrap();
        }
        assert_eq!(left(&mut amal).len(), 2);
        crate::blob::wait_no_longer(amal.connection(), BEGIN.plus(6 * 86_400_000)).unwrap();
    }
    week(&amal);
    assert_eq!(left(&mut amal), [named]);
}

#[test]
fn what_was_given_up_is_offered_when_its_record_comes_back() {
    let mut amal = open(Place::Memory);
    let (attachment, hash) = attach(&mut amal, &photo(10));
    let batch = amal.batch().unwrap();
    amal.apply_outcomes(&batch, &answered(vec![Outcome::Accepted { seq: 1 }; batch.items.len()])).unwrap();
    amal.apply_page(&Page { entries: vec![Entry::Leave { doc: attachment, scope: TERRITORY }], ..Page::default() }).unwrap();
    for _ in 0..3 {
        let asked = asks(&mut amal);
        amal.take_refusal(&asked, &Error::new(ErrorCode::NotFound, "as a test wants it")).unwrap();
        crate::blob::wait_no_longer(amal.connection(), BEGIN.plus(8 * 86_400_000)).unwrap();
    }
    assert_eq!(amal.ask(Step::Transfer).unwrap().map(|asked| asked.path), None, "it is given up");
    amal.apply_page(&page(&batch)).unwrap();
    assert_eq!(read(&mut amal, hash), Some(photo(10)));
    let asked = asks(&mut amal);
    assert_eq!(brings(&asked), None, "whether the server has it");
    takes(&mut amal, &asked, &Lacking { parts: vec![0], head: None }).unwrap();
    assert_eq!(brings(&asks(&mut amal)), Some(0));
}
