//! Good bytes to begin with, made by the parsers' other halves.

use crate::targets::{ACTOR, CUSTOMER, TERRITORY, USER};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::BlobHash;
use maydan_core::command::{Grant, Level};
use maydan_core::document::{Document, Edit, RawChange};
use maydan_core::sync::receipt::Receipt;
use maydan_core::sync::tally::{Mark, Tally};
use maydan_core::sync::wire::{
    Act, BlobPart, Command, Cursor, Entered, Entry, GetBlob, Hello, HelloAnswer, Item, LogHead, PROTOCOL, PackedRow, Page, Part, Push,
    PutBlob, Ready, Relay, Scan, Seen, Surveyed, TODAY,
};
use maydan_core::{Instant, RecordId, Registry, Result, Value};
use serde::Serialize;
use serde_bytes::ByteBuf;
use uuid::Uuid;

/// The seeds of a target.
///
/// # Errors
/// When one can't be made: that is a bug here.
pub fn of(target: &str) -> Result<Vec<Vec<u8>>> {
    let (mut document, changes) = customer()?;
    let bytes = |change: &RawChange| ByteBuf::from(change.bytes().to_vec());
    let receipts: Vec<_> = document.heads().into_iter().map(|head| (head, Receipt([0; 16]))).collect();
    Ok(match target {
        "push" => {
            let open = Item::Open { doc: RecordId(Uuid::from_u128(9)), kind: "customer".into(), parent: None, scope: TERRITORY };
            let items: Vec<Item> = [open]
                .into_iter()
                .chain(changes.iter().map(|change| Item::Change { doc: CUSTOMER, bytes: bytes(change) }))
                .chain([
                    Item::Command(Command { id: Uuid::from_u128(5), doc: CUSTOMER, act: Act::Move { from: TERRITORY, to: USER.into() } }),
                    Item::Relay(Box::new(Relay {
                        doc: CUSTOMER,
                        kind: "customer".into(),
                        parent: None,
                        scope: TERRITORY,
                        changes: changes.iter().map(bytes).collect(),
                        receipts: receipts.clone(),
                    })),
                ])
                .collect();
            let items = items.iter().map(|item| item.to_bytes().map(ByteBuf::from)).collect::<Result<Vec<_>>>()?;
            vec![pack(&Push { seen: Seen(vec![(0, 7), (2, 9)]), ..Push::of(ACTOR, items) }), serde_json::to_vec(&Hello::of(ACTOR))?]
        }
        "change" => changes.iter().map(|change| change.bytes().to_vec()).collect(),
        "snapshot" => vec![document.save()],
        "page" => {
            let (heads, row) = (document.heads(), PackedRow::of(&document.row())?);
            let ready = Ready { heads, row, conflicted: false, fingerprint: document.kind().fingerprint() };
            let entered = |snapshot, ready, changes| Entered {
                doc: CUSTOMER,
                kind: "customer".into(),
                scope: TERRITORY,
                parent: None,
                generation: 0,
                snapshot,
                ready,
                changes,
                receipts: receipts.clone(),
            };
            let entries = vec![
                Entry::Enter(Box::new(entered(Some(document.save().into()), Some(ready), Vec::new()))),
                Entry::Enter(Box::new(entered(None, None, changes.iter().map(bytes).collect()))),
                Entry::Change { doc: CUSTOMER, bytes: bytes(&changes[0]), receipt: Receipt([0; 16]) },
                Entry::Leave { doc: RecordId(Uuid::from_u128(9)), scope: TERRITORY },
            ];
            let scan = Some(Scan { left: vec![TODAY.into(), "customer".into()], before: 40 });
            let cursors = vec![Cursor { scan, ..Cursor::at_end(TERRITORY, 12) }];
            let surveyed = Some(Surveyed { marks: vec![(CUSTOMER, Mark(5))], is_last: true });
            let tallies = vec![(TERRITORY, Tally { docs: 1, sum: 5 })];
            vec![pack(&Page { entries, cursors, tallies, surveyed, wanted: 1, elsewhere: vec![USER], ..Page::default() })]
        }
        "hello" => [Vec::new(), vec![CUSTOMER]]
            .map(|erased| HelloAnswer {
                protocol: PROTOCOL,
                outdated: false,
                epoch: Uuid::from_u128(3),
                server_time: Instant(1_760_000_000_000),
                role: "rep".into(),
                grants: vec![Grant { scope: TERRITORY, level: Level::Manage }],
                erased,
                high_water: vec![(TERRITORY, 12)],
                actor_taken: false,
                actors: vec![(ACTOR, USER)],
                floor: 0,
                head: LogHead::default(),
            })
            .iter()
            .map(|answer| Ok(serde_json::to_vec(answer)?))
            .collect::<Result<_>>()?,
        "content" => {
            let hash = BlobHash::of(b"a content that nobody has");
            let part = Part { n: 0, bytes: vec![7; 40].into() };
            vec![
                pack(&PutBlob { known: None, hash, size: 40, part: Some(part) }),
                pack(&GetBlob { hash, n: 0 }),
                pack(&BlobPart { size: 40, bytes: vec![7; 40].into() }),
                pack(&BlobPart { size: 25, bytes: b"a content that nobody has".to_vec().into() }),
            ]
        }
        "unsent" => {
            let open = Item::Open { doc: CUSTOMER, kind: "customer".into(), parent: None, scope: TERRITORY };
            let items: Vec<Item> =
                [open].into_iter().chain(changes.iter().map(|change| Item::Change { doc: CUSTOMER, bytes: bytes(change) })).collect();
            let items = items.iter().map(Item::to_bytes).collect::<Result<Vec<_>>>()?;
            let texts: Vec<String> = items.iter().map(|item| STANDARD.encode(item)).collect();
            let file = serde_json::json!({ "maydan_unsent": 1, "user": USER, "items": texts }).to_string();
            items.into_iter().chain([file.into_bytes()]).collect()
        }
        "import" => vec![
            "name;phone;city\n\"شركة النور\";0912345678;طرابلس\n".as_bytes().to_vec(),
            [&[0xFF, 0xFE][..], &"name,city\r\nx,y\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        ],
        _ => Vec::new(),
    })
}

/// A customer with every sort of field, and the changes that made her.
fn customer() -> Result<(Document, Vec<RawChange>)> {
    let kind = Registry::maydan().get("customer")?.clone();
    let mut document = Document::create(&kind, CUSTOMER)?;
    let mut changes = Vec::new();
    let edits = [
        vec![Edit::set("name", "شركة النور"), Edit::set("latitude", Value::Real(32.8872)), Edit::set("status", "active")],
        vec![Edit::set("tags", Value::Tags(vec!["جملة".into()]))],
        vec![Edit::Splice { field: "remarks".into(), at: 0, delete: 0, insert: "زبون قديم".into() }],
        vec![Edit::Delete { deleted: true }],
    ];
    for edits in edits {
        changes.extend(document.edit(ACTOR, Instant(1_760_000_000_000), None, &edits)?.change);
    }
    Ok((document, changes))
}

fn pack(message: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(message).unwrap_or_default()
}
