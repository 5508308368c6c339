//! A server that was put back to last night's state, and the phones that heal it: over both stores.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::command::{Fingerprint, History, ReplicaFingerprint};
use maydan_core::{Instant, RecordId};
use maydan_it::world::Rep;
use maydan_it::{Cluster, World};
use maydan_sync_server::Shorten;
use maydan_sync_server::store::Sqlite;

/// What everybody must agree on.
async fn print(rep: &Rep) -> ReplicaFingerprint {
    rep.app.ask(Fingerprint {}).await.unwrap()
}

/// How many changes a record has.
async fn history(rep: &Rep, id: RecordId) -> usize {
    rep.app.ask(History { id, limit: 100 }).await.unwrap().entries.len()
}

/// A day's work on four phones with `back_up` in its middle, `put_back` in its evening, and one of the phones lost for good.
async fn what_any_phone_had_acknowledged_is_on_the_server_again(
    mut world: World,
    back_up: impl FnOnce(&World),
    put_back: impl FnOnce(&World),
) {
    let [amal, basma, khalid, salem] = ["amal", "basma", "khalid", "salem"];
    let (amal, basma) = (world.rep(amal).await.unwrap(), world.rep(basma).await.unwrap());
    let (khalid, salem) = (world.rep(khalid).await.unwrap(), world.rep(salem).await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(customer, "the customer", |_| true).await.unwrap();
    let note = basma.creates("note", &[("customer", customer.to_string().into()), ("body", "زبون قديم. ".into())]).await.unwrap();
    basma.settles().await.unwrap();
    for rep in [&amal, &khalid, &salem] {
        rep.sees(note, "the note", |_| true).await.unwrap();
    }
    world.server_vanishes().await;
    back_up(&world);
    world.server_returns().await.unwrap();

    // All of this happens after the backup, and all of it is acknowledged.
    amal.sets(customer, "city", "طرابلس").await.unwrap();
    basma.types(note, "body", true, "يريد عرض سعر. ").await.unwrap();
    let made = khalid.customer("مخبز الأمل").await.unwrap();
    salem.types(note, "body", false, "مهم: ").await.unwrap();
    for rep in [&amal, &basma, &khalid, &salem] {
        rep.settles().await.unwrap();
    }
    for rep in [&amal, &basma, &khalid] {
        rep.sees(customer, "the city", |r| r.row["city"] == "طرابلس".into()).await.unwrap();
        rep.sees(note, "what was typed", |r| r.row["body"] == "مهم: زبون قديم. يريد عرض سعر. ".into()).await.unwrap();
        rep.sees(made, "the new customer", |_| true).await.unwrap();
        rep.settles().await.unwrap();
    }
    // The backup holds the note as it was written; the phones hold it with a shorter history.
    world.server_vanishes().await;
    let shortened = world.company().await.unwrap().shorten(Shorten { changes: 3, before: Instant(i64::MAX) }).unwrap();
    assert_eq!(shortened.records, 1);
    world.server_returns().await.unwrap();
    for rep in [&amal, &basma, &khalid] {
        rep.settles().await.unwrap();
        assert_eq!(history(rep, note).await, 1);
    }
    let before = print(&amal).await;
    drop(salem.dies().await);
    world.server_vanishes().await;
    put_back(&world);
    world.server_returns().await.unwrap();

    for rep in [&amal, &basma, &khalid, &amal] {
        rep.settles().await.unwrap();
    }
    let fresh = world.device("salem", "salem's new phone").await.unwrap();
    fresh.settles().await.unwrap();
    for rep in [&fresh, &amal, &basma, &khalid] {
        rep.settles().await.unwrap();
        let after = print(rep).await;
        assert!(before.heads.iter().all(|(id, heads)| after.heads.get(id) == Some(heads)), "{before:?} {after:?}");
        assert_eq!(history(rep, note).await, 1, "the short history is the one that stays");
    }
    assert_eq!(print(&fresh).await, before, "the same rows, too");
}

const REPS: [&str; 4] = ["amal", "basma", "khalid", "salem"];

#[tokio::test]
async fn phones_heal_a_file_that_was_restored() {
    let world = World::new(&REPS).await.unwrap();
    let copy = world.folder.path().join("last-night.db");
    let back_up = |world: &World| Sqlite::backup(&world.server_folder(), &copy).unwrap();
    let put_back = |world: &World| Sqlite::restore(&world.server_folder(), &copy).unwrap();
    what_any_phone_had_acknowledged_is_on_the_server_again(world, back_up, put_back).await;
}

#[tokio::test]
async fn phones_heal_a_file_that_was_put_back_without_a_word() {
    let world = World::new(&REPS).await.unwrap();
    let copy = world.folder.path().join("last-night.db");
    let file = |world: &World| world.server_folder().join("maydan.db");
    let back_up = |world: &World| assert!(std::fs::copy(file(world), &copy).unwrap() > 0);
    let put_back = |world: &World| {
        drop(std::fs::remove_file(file(world).with_extension("db-wal")));
        drop(std::fs::remove_file(file(world).with_extension("db-shm")));
        std::fs::copy(&copy, file(world)).unwrap();
    };
    what_any_phone_had_acknowledged_is_on_the_server_again(world, back_up, put_back).await;
}

#[tokio::test]
async fn phones_heal_a_database_that_was_restored() {
    let cluster = Cluster::start().unwrap();
    let world = World::in_database(&REPS, cluster.database("company").unwrap()).await.unwrap();
    // PostgreSQL's own means: a copy of the whole database.
    let back_up = |_: &World| drop(cluster.psql("postgres", "CREATE DATABASE last_night TEMPLATE company").unwrap());
    let put_back = |_: &World| {
        cluster.psql("postgres", "DROP DATABASE company WITH (FORCE)").unwrap();
        cluster.psql("postgres", "ALTER DATABASE last_night RENAME TO company").unwrap();
    };
    what_any_phone_had_acknowledged_is_on_the_server_again(world, back_up, put_back).await;
}
