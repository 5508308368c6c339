//! Whatever a client sends, the answer is a typed error, nothing is lost, and good work still goes through.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "bad_input/raw.rs"]
mod raw;

use flate2::Compression;
use flate2::write::GzEncoder;
use maydan_core::command::SignIn;
use maydan_core::document::{Appendix, Document, Edit, Hash};
use maydan_core::domain::visit::{Event, Step};
use maydan_core::sync::digest::{DIGEST_HEADER, digest};
use maydan_core::sync::wire::{HelloAnswer, Item, MAX_BODY_BYTES, MAX_PUSH_ITEMS, MEDIA_TYPE, Outcome, Push, PushAnswer, Tokens};
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, ScopeId};
use maydan_it::world::PASSWORD;
use maydan_it::{Rep, World};
use maydan_sync_server::Server;
use maydan_sync_server::config::Config;
use raw::{Answer, JSON, Raw, msgpack, random, refusal, sent};
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn change_of(item: &Item) -> Vec<u8> {
    match item {
        Item::Change { bytes, .. } => bytes.to_vec(),
        Item::Open { .. } | Item::Relay(_) | Item::Command(_) => panic!("only an item that carries a change has one"),
    }
}

#[tokio::test]
async fn bodies_that_were_cut_off_are_refused_whole() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let (_, items) = raw.customer(world.territory, "شركة النور");
    let body = msgpack(&Push::of(raw.actor, sent(&items)));
    for end in [0, 1, body.len() / 4, body.len() / 2, body.len() - 1] {
        assert_eq!(raw.bytes("push", body[..end].to_vec(), false).await.code(), ErrorCode::BadRequest, "cut at {end}");
    }
    let zipped = zip(&body);
    for end in [5, zipped.len() / 2, zipped.len() - 1] {
        assert_eq!(raw.bytes("push", zipped[..end].to_vec(), true).await.code(), ErrorCode::Corrupt, "zipped, cut at {end}");
    }
    assert_eq!(raw.bytes("push", b"this was never gzip".to_vec(), true).await.code(), ErrorCode::Corrupt);
    // Nothing of it was taken in: whole, it is new.
    let answer: PushAnswer = raw.bytes("push", zipped, true).await.msgpack();
    assert!(answer.outcomes.iter().all(|o| matches!(o, Outcome::Accepted { .. })), "{:?}", answer.outcomes);
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn a_body_with_any_byte_changed_never_breaks_the_server() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let (_, items) = raw.customer(world.territory, "شركة النور");
    let body = msgpack(&Push::of(raw.actor, sent(&items)));
    for at in (0..body.len()).step_by(7) {
        let mut damaged = body.clone();
        damaged[at] ^= 0xA5;
        let answer = raw.bytes("push", damaged, false).await;
        match answer.status {
            200 => assert!(answer.msgpack::<PushAnswer>().outcomes.len() <= items.len()),
            status => assert!(status < 500 && answer.code() != ErrorCode::ServerFailed, "changed at {at}: {answer:?}"),
        }
    }
    let outcomes = raw.push(&items).await;
    assert!(outcomes.iter().all(|o| !matches!(o, Outcome::Rejected { .. })), "{outcomes:?}");
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_before_they_are_read() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let bomb = zip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(raw.bytes("push", bomb, true).await.code(), ErrorCode::TooLarge, "a gzip bomb");

    let (_, items) = raw.customer(world.territory, "شركة النور");
    let many = vec![items[0].clone(); MAX_PUSH_ITEMS + 1];
    assert_eq!(raw.push_as(raw.actor, &many).await.code(), ErrorCode::TooLarge, "too many items");

    let answer = announce(&world, &raw, 50 << 20).await;
    assert_eq!((answer.status, answer.code()), (413, ErrorCode::TooLarge), "50 MB");
    raw.is_served(world.territory).await;
}

/// Announces a body of `size` bytes and sends only as much as a server may read of it, and one byte more.
async fn announce(world: &World, raw: &Raw, size: usize) -> Answer {
    let address = world.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/push HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: {MEDIA_TYPE}\r\n\
         Content-Length: {size}\r\nConnection: close\r\n\r\n",
        raw.access()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server may answer, and hang up, before it has all of it.
    drop(stream.write_all(&vec![0; MAX_BODY_BYTES + 1]).await);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, retry_after: None, body: answer[end + 4..].to_vec() }
}

#[tokio::test]
async fn bodies_of_another_form_are_refused() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let bearer = format!("Bearer {}", raw.access());
    let authorised = ("authorization", bearer.as_str());
    let json = ("content-type", JSON);
    let push = msgpack(&Push::of(raw.actor, Vec::new()));
    for (path, headers, body) in [
        ("push", vec![authorised, json], b"{\"actor\": 1}".to_vec()),
        ("hello", vec![authorised, json], push.clone()),
        ("hello", vec![authorised, json], b"{\"protocol\": 1".to_vec()),
        ("hello", vec![authorised, json], b"<html>".to_vec()),
        ("sign-in", vec![json], b"[]".to_vec()),
        ("push", vec![authorised, ("content-encoding", "br")], push),
        ("pull", vec![authorised], vec![0xC1; 100]),
    ] {
        assert_eq!(raw.send(path, &headers, body).await.code(), ErrorCode::BadRequest, "{path}");
    }
    let nowhere = raw.send("erase-everything", &[authorised], Vec::new()).await;
    assert_eq!((nowhere.status, nowhere.code()), (404, ErrorCode::NotFound));
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn a_body_that_is_not_what_its_digest_says_is_refused() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let (_, all) = raw.record("customer", None, world.territory, &[Edit::set("name", "شركة النور")]);
    let bearer = format!("Bearer {}", raw.access());
    let body = rmp_serde::to_vec_named(&Push::of(raw.actor, sent(&all))).unwrap();
    let send = async |said: &str| {
        let headers = [("content-type", MEDIA_TYPE), ("authorization", bearer.as_str()), (DIGEST_HEADER, said)];
        raw.send("push", &headers, body.clone()).await
    };
    assert_eq!(send(&digest(b"something else")).await.code(), ErrorCode::Corrupt);
    let answer: PushAnswer = send(&digest(&body)).await.msgpack();
    assert!(answer.outcomes.iter().all(|o| matches!(o, Outcome::Accepted { .. })), "{:?}", answer.outcomes);
}

#[tokio::test]
async fn an_answer_without_a_digest_is_no_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let tokens = r#"{"access":"a","refresh":"r","user":"01970000-0000-7000-8000-000000000001","name":"أمل","role":"rep"}"#;
        let length = tokens.len();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4_096]).await.unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(format!("{head}{tokens}").as_bytes()).await.unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let rep = Rep::open(folder.path().join("amal")).unwrap();
    let refused = rep.app.ask(SignIn { server: url, login: "amal".into(), password: "maydan-demo-1".into() }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAMaydanServer);
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let basma = Raw::signed_in(&world.url(), "basma").await;
    let good = raw.access();
    let (payload, seal) = good.split_once('.').unwrap();
    let other = basma.access();
    let (other_payload, other_seal) = other.split_once('.').unwrap();
    let swapped = [format!("{payload}.{other_seal}"), format!("{other_payload}.{seal}"), format!("{payload}."), payload.to_owned()];
    for forged in swapped.iter().map(String::as_str).chain(["", ".", "null", "a.b"]) {
        assert_eq!(raw.hello_as(forged, raw.actor).await.code(), ErrorCode::SignInNeeded, "{forged:?}");
    }
    let without = raw.send("hello", &[("content-type", JSON)], b"{}".to_vec()).await;
    assert_eq!((without.status, without.code()), (401, ErrorCode::SignInNeeded));
    assert_eq!(raw.refresh("made up").await.code(), ErrorCode::SignInNeeded);
    let stolen = basma.tokens.as_ref().unwrap().refresh.clone();
    assert_eq!(raw.refresh(&stolen).await.code(), ErrorCode::SignInNeeded, "a refresh token is bound to its device");
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn an_old_token_is_refused_and_renewed() {
    let mut world = World::with_token_life(&["amal"], 0).await.unwrap();
    let mut raw = Raw::new(&world.url());
    let tokens: Tokens = raw.sign_in("amal", PASSWORD).await.json();
    // A token that lives no time at all is good within its very millisecond.
    let old = loop {
        let answer = raw.hello_as(&tokens.access, raw.actor).await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((old.status, old.code()), (401, ErrorCode::SignInNeeded));
    let renewed: Tokens = raw.refresh(&tokens.refresh).await.json();
    let again: Tokens = raw.refresh(&tokens.refresh).await.json();
    assert_ne!(renewed.refresh, again.refresh, "the answer to the first may have been lost on the way");

    world.server_vanishes().await;
    let listen = world.url()["http://".len()..].parse().unwrap();
    let config = Config { data: world.server_folder(), listen, ..Config::default() };
    let server = loop {
        match Server::start(world.company().await.unwrap(), config.clone()).await {
            Ok(server) => break server,
            Err(e) => assert_eq!(e.code, ErrorCode::InUse, "the dead server's address is free in a moment"),
        }
        tokio::task::yield_now().await;
    };
    raw.tokens = Some(raw.refresh(&again.refresh).await.json());
    raw.hello().await;
    raw.is_served(world.territory).await;
    server.kill().await;
}

#[tokio::test]
async fn guessing_passwords_gets_slower() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let raw = Raw::new(&world.url());
    for _ in 0..5 {
        assert_eq!(raw.sign_in("amal", "maydan-demo-2").await.code(), ErrorCode::WrongCredentials);
    }
    let slowed = raw.sign_in("amal", PASSWORD).await;
    assert_eq!((slowed.status, slowed.code()), (429, ErrorCode::TooManyAttempts));
    assert_eq!(slowed.retry_after, Some(1));
    assert_eq!(raw.sign_in("nobody", PASSWORD).await.code(), ErrorCode::WrongCredentials, "who exists is not told");
    Raw::signed_in(&world.url(), "basma").await.is_served(world.territory).await;
    let waited = loop {
        let answer = raw.sign_in("amal", PASSWORD).await;
        if answer.status != 429 {
            break answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    };
    assert_eq!(waited.json::<Tokens>().name, "amal");
}

#[tokio::test]
async fn nobody_writes_under_anothers_actor() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let basma = Raw::signed_in(&world.url(), "basma").await;
    let (_, hers) = basma.customer(world.territory, "شركة النور");
    for actor in [basma.actor, Actor::GENESIS] {
        let answer: HelloAnswer = raw.hello_as(&raw.access(), actor).await.json();
        assert!(answer.actor_taken, "another one is to be used");
        assert_eq!(raw.push_as(actor, &hers).await.code(), ErrorCode::ForeignActor);
    }
    assert_eq!(raw.push_as(Actor(random()), &hers).await.code(), ErrorCode::ForeignActor, "an actor that was never announced");
    let outcomes = raw.push(&hers).await;
    assert_eq!(refusal(&outcomes[1]), ErrorCode::ForeignActor, "her change, sent as one's own");
    let accepted = basma.push(&hers).await;
    assert!(matches!(accepted[..], [Outcome::Duplicate, Outcome::Accepted { .. }]), "{accepted:?}");
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn one_bad_item_never_blocks_the_good_ones() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let (mut document, mut items) = raw.customer(world.territory, "شركة النور");
    let id = document.id();
    let mut fork = document.clone();
    let mut later = document.clone();

    let second = raw.edit(&mut document, &[Edit::set("city", "طرابلس")]);
    let mut damaged = change_of(&second);
    *damaged.last_mut().unwrap() ^= 1;
    items.push(Item::Change { doc: id, bytes: damaged.into() });
    items.push(second);
    // The same actor and number with other content, and what was made on a change that the server never gets.
    items.push(raw.edit(&mut fork, &[Edit::set("city", "مصراتة")]));
    raw.edit(&mut later, &[Edit::set("city", "زليتن")]);
    items.push(raw.edit(&mut later, &[Edit::set("address", "وسط البلد")]));
    items.push(Item::Open { doc: RecordId(random()), kind: "spaceship".into(), parent: None, scope: world.territory });
    items.push(Item::Change { doc: RecordId(random()), bytes: change_of(&items[1]).into() });
    items.push(Item::Open { doc: RecordId(random()), kind: "note".into(), parent: Some(RecordId(random())), scope: world.territory });
    items.push(Item::Open { doc: RecordId(random()), kind: "note".into(), parent: None, scope: world.territory });
    items.push(Item::Open { doc: id, kind: "task".into(), parent: None, scope: world.territory });
    items.push(Item::Change { doc: id, bytes: vec![0; 2 << 20].into() });
    items.push(raw.edit(&mut document, &[Edit::set("phone", "0912345678")]));

    let told: Vec<Result<(), ErrorCode>> = raw
        .push(&items)
        .await
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Rejected { code, .. } => Err(code),
            _ => Ok(()),
        })
        .collect();
    use ErrorCode as E;
    assert_eq!(
        told,
        [
            Ok(()),
            Ok(()),
            Err(E::Corrupt),
            Ok(()),
            Err(E::DuplicateSequence),
            Err(E::MissingDependency),
            Err(E::UnknownKind),
            Err(E::NotFound),
            Err(E::NotFound),
            Err(E::Required),
            Err(E::BadRequest),
            Err(E::TooLarge),
            Ok(()),
        ]
    );
    let rep = world.rep("amal").await.unwrap();
    let read = rep.sees(id, "the good changes", |r| r.row.contains_key("phone")).await.unwrap();
    assert_eq!((read.row["city"].as_text(), read.row["name"].as_text()), (Some("طرابلس"), Some("شركة النور")));
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn nobody_reads_or_writes_outside_what_is_granted() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let basma = Raw::signed_in(&world.url(), "basma").await;
    for scope in [ScopeId(random()), basma.user().into()] {
        assert_eq!(raw.pull(scope).await.code(), ErrorCode::Forbidden);
        let outcomes = raw.push(&raw.customer(scope, "في غير مكانه").1).await;
        assert_eq!((refusal(&outcomes[0]), refusal(&outcomes[1])), (ErrorCode::Forbidden, ErrorCode::NotFound));
    }
    let outcomes = raw.push(&raw.record("territory", None, ScopeId::COMPANY, &[Edit::set("name", "لي وحدي")]).1).await;
    assert_eq!(refusal(&outcomes[0]), ErrorCode::Forbidden, "the company's own records are read only");
    raw.is_served(world.territory).await;
}

/// A step of a visit, made by hand.
fn step(raw: &Raw, visit: &mut Document, by: RecordId, step: Step) -> Item {
    let now = Instant(1_760_000_000_000);
    let event = serde_json::to_string(&Event { at: now, by, step }).unwrap();
    let written = visit.append(raw.actor, now, "events", &random().to_string(), Appendix::Event(&event)).unwrap();
    Item::Change { doc: visit.id(), bytes: written.change.unwrap().bytes().to_vec().into() }
}

#[tokio::test]
async fn a_rep_can_neither_approve_nor_sign_as_another() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let raw = Raw::signed_in(&world.url(), "amal").await;
    let basma = Raw::signed_in(&world.url(), "basma").await;
    let (customer, items) = raw.customer(world.territory, "شركة النور");
    raw.push(&items).await;
    let fields = [Edit::set("customer", customer.id().to_string()), Edit::set("rep", raw.user().to_string())];
    let (mut visit, items) = raw.record("visit", Some(customer.id()), world.territory, &fields);
    raw.push(&items).await;
    let saw: Vec<Hash> = visit.heads();
    let planned = || Step::Planned { day: "2026-11-21".parse().unwrap(), zone: "Africa/Tripoli".into(), position: None };
    let comment = || "حسن".to_owned();
    for (by, forged) in [
        (raw.user(), Step::Approved { saw, comment: comment() }),
        (raw.user(), Step::Returned { comment: comment() }),
        (basma.user(), planned()),
        (basma.user(), Step::Submitted),
    ] {
        let item = step(&raw, &mut visit.clone(), by, forged.clone());
        assert_eq!(refusal(&raw.push(&[item]).await[0]), ErrorCode::Forbidden, "{forged:?}");
    }
    let mut scribbled = visit.clone();
    let change = scribbled.append(raw.actor, Instant(0), "events", "x", Appendix::Event("{}")).unwrap().change.unwrap();
    let scribble = Item::Change { doc: visit.id(), bytes: change.bytes().to_vec().into() };
    assert_eq!(refusal(&raw.push(&[scribble]).await[0]), ErrorCode::InvalidValue, "no step at all");

    let own = step(&raw, &mut visit, raw.user(), planned());
    assert!(matches!(raw.push(&[own]).await[..], [Outcome::Accepted { .. }]));
    let huda = world.rep("huda").await.unwrap();
    huda.sees(visit.id(), "the planned visit", |r| r.row.get("status") == Some(&"planned".into())).await.unwrap();
    raw.is_served(world.territory).await;
}

#[tokio::test]
async fn every_error_says_how_to_fix_it() {
    let world = World::new(&["amal"]).await.unwrap();
    let raw = Raw::new(&world.url());
    let answer = raw.hello_as("", raw.actor).await;
    let error: Error = serde_json::from_slice(&answer.body).unwrap();
    assert!(error.message.contains("sign in"), "{error:?}");
}
