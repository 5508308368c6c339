//! Contents of records: who may bring and fetch them, and when they are whole.

use super::*;
use maydan_core::blob::{BlobHash, MAX_BLOB_BYTES, PART_BYTES};
use maydan_core::sync::wire::{BlobPart, GetBlob, HandOver, Part, PutBlob};
use maydan_sync_server::What;

/// A content of two parts and a bit.
pub(super) fn photo(seed: u8) -> Vec<u8> {
    (0..2 * PART_BYTES + 1_000).map(|at| u8::try_from(at % 251).unwrap() ^ seed).collect()
}

pub(super) fn part(bytes: &[u8], n: u32) -> Part {
    let from = n as usize * PART_BYTES;
    Part { n, bytes: bytes[from..bytes.len().min(from + PART_BYTES)].to_vec().into() }
}

pub(super) fn put(company: &Company, phone: &Phone, bytes: &[u8], n: Option<u32>) -> maydan_core::Result<Vec<u32>> {
    let put = PutBlob { known: None, hash: BlobHash::of(bytes), size: bytes.len() as u64, part: n.map(|n| part(bytes, n)) };
    company.put_blob(phone.caller, &put).map(|lacking| lacking.parts)
}

fn get(company: &Company, phone: &Phone, bytes: &[u8], n: u32) -> maydan_core::Result<BlobPart> {
    company.get_blob(phone.caller, &GetBlob { hash: BlobHash::of(bytes), n })
}

/// A customer with an attachment that names this content.
pub(super) fn attachment(phone: &Phone, territory: ScopeId, bytes: &[u8]) -> (RecordId, RecordId, Vec<Item>) {
    let (customer, mut items) = customer(phone, territory, 1);
    let kind = maydan_core::Registry::maydan().get("attachment").unwrap().clone();
    let id = RecordId(random());
    let edits = [
        Edit::set("name", "واجهة المحل"),
        Edit::set("customer", customer.to_string()),
        Edit::set("content", BlobHash::of(bytes).to_string()),
    ];
    let change = Document::create(&kind, id).unwrap().edit(phone.actor, Instant(1_760_000_000_000), None, &edits).unwrap().change.unwrap();
    items.push(Item::Open { doc: id, kind: "attachment".into(), parent: Some(customer), scope: territory });
    items.push(Item::Change { doc: id, bytes: change.bytes().to_vec().into() });
    (customer, id, items)
}

pub(super) fn a_content_comes_in_parts_and_is_served_when_it_is_whole(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let basma = person(&company, "basma", &[(territory, Level::Read)]);
    let bytes = photo(1);
    assert_eq!(put(&company, &amal, &bytes, None).unwrap_err().code, ErrorCode::NotFound, "no record names it");
    let (_, _, items) = attachment(&amal, territory, &bytes);
    push(&company, &amal, &items).unwrap();

    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0, 1, 2]);
    assert_eq!(put(&company, &amal, &bytes, Some(1)).unwrap(), [0, 2]);
    assert_eq!(put(&company, &amal, &bytes, Some(1)).unwrap(), [0, 2], "the answer may have been lost");
    assert_eq!(put(&company, &amal, &bytes, Some(2)).unwrap(), [0]);
    assert_eq!(get(&company, &basma, &bytes, 1).unwrap_err().code, ErrorCode::NotFound, "not before it is whole");
    assert_eq!(put(&company, &amal, &bytes, Some(0)).unwrap(), [0; 0]);
    assert_eq!(put(&company, &amal, &bytes, Some(0)).unwrap(), [0; 0]);
    let parts = (0..3).map(|n| get(&company, &basma, &bytes, n).unwrap());
    let whole: Vec<u8> = parts.inspect(|part| assert_eq!(part.size, bytes.len() as u64)).flat_map(|part| part.bytes.into_vec()).collect();
    assert_eq!(whole, bytes);
    assert_eq!(get(&company, &basma, &bytes, 3).unwrap_err().code, ErrorCode::BadRequest);
}

pub(super) fn a_content_is_nobodys_business_who_may_not_read_its_record(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let basma = person(&company, "basma", &[(elsewhere, Level::Manage)]);
    let reader = person(&company, "huda", &[(territory, Level::Read)]);
    let bytes = photo(2);
    let (customer, _, items) = attachment(&amal, territory, &bytes);
    push(&company, &amal, &items).unwrap();
    for phone in [&basma, &reader] {
        assert_eq!(put(&company, phone, &bytes, Some(0)).unwrap_err().code, ErrorCode::NotFound, "she may not write there");
    }
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    get(&company, &reader, &bytes, 0).unwrap();
    assert_eq!(get(&company, &basma, &bytes, 0).unwrap_err().code, ErrorCode::NotFound, "knowing its name is not enough");

    company.rescope(customer, elsewhere).unwrap();
    get(&company, &basma, &bytes, 0).expect("it has come with its customer");
    assert_eq!(get(&company, &reader, &bytes, 0).unwrap_err().code, ErrorCode::NotFound);
    // Whoever has named it may still bring it, wherever it is now: the photo that she took is not lost with the move.
    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0; 0]);
    company.revoke_device(basma.caller.device).unwrap();
    assert_eq!(get(&company, &basma, &bytes, 0).unwrap_err().code, ErrorCode::NotFound);
}

pub(super) fn what_is_not_what_its_name_says_is_not_kept(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let bytes = photo(3);
    let (_, _, items) = attachment(&amal, territory, &bytes);
    push(&company, &amal, &items).unwrap();
    let hash = BlobHash::of(&bytes);
    let send = |size: u64, part: Option<Part>| company.put_blob(amal.caller, &PutBlob { known: None, hash, size, part });
    let size = bytes.len() as u64;
    let short = Part { n: 0, bytes: vec![7; PART_BYTES - 1].into() };
    assert_eq!(send(size, Some(short)).unwrap_err().code, ErrorCode::InvalidValue);
    let beyond = Part { n: 3, bytes: vec![7; 10].into() };
    assert_eq!(send(size, Some(beyond)).unwrap_err().code, ErrorCode::InvalidValue);
    assert_eq!(send(0, None).unwrap_err().code, ErrorCode::InvalidValue);
    assert_eq!(send(MAX_BLOB_BYTES + 1, None).unwrap_err().code, ErrorCode::TooLarge);

    send(size, Some(Part { n: 0, bytes: vec![7; PART_BYTES].into() })).unwrap();
    put(&company, &amal, &bytes, Some(1)).unwrap();
    assert_eq!(put(&company, &amal, &bytes, Some(2)).unwrap_err().code, ErrorCode::Corrupt);
    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0, 1, 2], "from the beginning");
    // Somebody who names another size keeps nobody else from bringing it.
    assert_eq!(send(10, Some(Part { n: 0, bytes: vec![7; 10].into() })).unwrap_err().code, ErrorCode::Corrupt);
    send(PART_BYTES as u64 * 2, None).unwrap();
    for (n, left) in [(0, 2), (1, 1), (2, 0)] {
        assert_eq!(put(&company, &amal, &bytes, Some(n)).unwrap().len(), left);
    }
    assert_eq!(send(10, None).unwrap_err().code, ErrorCode::InvalidValue);
    get(&company, &amal, &bytes, 2).unwrap();
}

pub(super) fn contents_go_a_while_after_their_records(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (kept, half, removed) = (photo(4), photo(5), photo(6));
    for bytes in [&kept, &half] {
        let (_, _, items) = attachment(&amal, territory, bytes);
        push(&company, &amal, &items).unwrap();
    }
    let (_, id, mut items) = attachment(&amal, territory, &removed);
    let kind = maydan_core::Registry::maydan().get("attachment").unwrap().clone();
    let Item::Change { bytes: first, .. } = items[3].clone() else { panic!("{items:?}") };
    let mut document = Document::load(&kind, id, None, [first.as_slice()]).unwrap();
    let deleted = document.edit(amal.actor, Instant(1_760_000_000_000), None, &[Edit::Delete { deleted: true }]).unwrap().change.unwrap();
    items.push(Item::Change { doc: id, bytes: deleted.bytes().to_vec().into() });
    push(&company, &amal, &items).unwrap();
    for (bytes, parts) in [(&kept, 0..3), (&half, 0..1), (&removed, 0..3)] {
        parts.for_each(|n| drop(put(&company, &amal, bytes, Some(n)).unwrap()));
    }
    assert_eq!(company.collect(Instant(1_760_000_000_000)).unwrap().contents, 0, "not before its time");
    let collected = company.collect(Instant(i64::MAX)).unwrap();
    assert_eq!(collected.contents, 2, "the one whose record is deleted, and the one that never became whole");
    get(&company, &amal, &kept, 0).unwrap();
    assert_eq!(get(&company, &amal, &removed, 0).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(put(&company, &amal, &half, None).unwrap(), [0, 1, 2]);

    let mut faults = Vec::new();
    assert_eq!(company.check(&mut |fault| faults.push(fault)).unwrap().contents, 1);
    assert!(faults.is_empty(), "{faults:?}");
}

pub(super) fn a_device_that_was_cut_off_hands_over_its_contents_too(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let (bytes, other) = (photo(7), photo(8));
    let (_, id, items) = attachment(&amal, territory, &bytes);
    company.revoke_device(amal.caller.device).unwrap();
    assert_eq!(put(&company, &amal, &bytes, Some(0)).unwrap_err().code, ErrorCode::NotFound);
    let items = items.iter().map(|item| item.to_bytes().unwrap().into()).collect();
    company.hand_over(amal.caller, &HandOver { actors: vec![amal.actor], items, ..HandOver::default() }).unwrap();
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    assert_eq!(put(&company, &amal, &other, None).unwrap_err().code, ErrorCode::NotFound);
    let basma = person(&company, "basma", &[(territory, Level::Read)]);
    assert_eq!(get(&company, &basma, &bytes, 0).unwrap_err().code, ErrorCode::NotFound, "nobody has taken it in");
    assert_eq!(company.collect(Instant(i64::MAX)).unwrap().contents, 0, "it waits with what names it");
    company.take_in(amal.caller.device).unwrap();
    assert!(entered(&all(&company, &basma, territory)).contains(&id));
    get(&company, &basma, &bytes, 0).unwrap();
}

pub(super) fn knowing_a_name_opens_nothing(company: Company) {
    let Staffed { company, territory, amal } = staffed(company);
    let elsewhere = company.add_territory("بنغازي").unwrap();
    let basma = person(&company, "basma", &[(elsewhere, Level::Write)]);
    let bytes = photo(10);
    let (_, _, items) = attachment(&amal, territory, &bytes);
    push(&company, &amal, &items).unwrap();
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    // She has the name from somewhere, and a record of her own that says it.
    let (_, _, items) = attachment(&basma, elsewhere, &bytes);
    push(&company, &basma, &items).unwrap();
    assert_eq!(get(&company, &basma, &bytes, 0).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(put(&company, &basma, &bytes, None).unwrap(), [0, 1, 2], "and is not told that it is here");
    let guess = PutBlob {
        known: None,
        hash: BlobHash::of(&bytes),
        size: bytes.len() as u64,
        part: Some(Part { n: 0, bytes: vec![0; PART_BYTES].into() }),
    };
    company.put_blob(basma.caller, &guess).unwrap();
    put(&company, &basma, &bytes, Some(1)).unwrap();
    assert_eq!(put(&company, &basma, &bytes, Some(2)).unwrap_err().code, ErrorCode::Corrupt);
    assert_eq!(get(&company, &basma, &bytes, 0).unwrap_err().code, ErrorCode::NotFound);
    get(&company, &amal, &bytes, 0).expect("her guess has harmed nobody");
    // Whoever has the bytes may show them to whom she likes.
    (0..3).for_each(|n| drop(put(&company, &basma, &bytes, Some(n)).unwrap()));
    get(&company, &basma, &bytes, 0).unwrap();
}

#[test]
fn a_content_that_the_disk_has_spoilt_is_found_and_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let Staffed { company, territory, amal } = staffed(Company::init(folder.path()).unwrap());
    let bytes = photo(9);
    let (_, _, items) = attachment(&amal, territory, &bytes);
    push(&company, &amal, &items).unwrap();
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    let name = BlobHash::of(&bytes).to_string();
    let spoil = || {
        let places = std::fs::read_dir(folder.path().join("blobs").join(&name[..2]).join(&name)).unwrap();
        let newest = places.map(|place| place.unwrap()).max_by_key(|place| place.metadata().unwrap().modified().unwrap()).unwrap();
        let file = newest.path().join("1");
        let mut spoilt = std::fs::read(&file).unwrap();
        spoilt[100] ^= 1;
        std::fs::write(&file, spoilt).unwrap();
    };
    spoil();
    let faults = |company: &Company| {
        let mut faults = Vec::new();
        company.check(&mut |fault| faults.push(fault.what)).unwrap();
        faults
    };
    assert_eq!(faults(&company), [What::Content(BlobHash::of(&bytes))]);
    company.mend().unwrap();
    assert!(faults(&company).is_empty());
    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0, 1, 2]);
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    assert!(faults(&company).is_empty());

    // A database that was put back may know of what its folder has lost: in another life it looks before it says so.
    spoil();
    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0; 0], "nobody has looked");
    company.renew_epoch().unwrap();
    assert_eq!(put(&company, &amal, &bytes, None).unwrap(), [0, 1, 2]);
    (0..3).for_each(|n| drop(put(&company, &amal, &bytes, Some(n)).unwrap()));
    assert_eq!(get(&company, &amal, &bytes, 1).unwrap().bytes[..], bytes[PART_BYTES..2 * PART_BYTES]);
}
