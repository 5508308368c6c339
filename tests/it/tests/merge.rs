//! The promise: offline edits merge after reconnecting, and nothing is lost.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::Value;
use maydan_core::command::*;
use maydan_it::{Rep, World};

#[tokio::test]
async fn two_reps_editing_one_customer_offline_both_keep_their_work() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    let note = amal.creates("note", &[("customer", customer.to_string().into()), ("body", "زبون قديم. ".into())]).await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(note, "the note", |_| true).await.unwrap();

    world.server_vanishes().await;
    amal.sets(customer, "phone", "0912345678").await.unwrap();
    basma.sets(customer, "city", "طرابلس").await.unwrap();
    amal.sets(customer, "activity", "بقالة").await.unwrap();
    basma.sets(customer, "activity", "جملة").await.unwrap();
    amal.types(note, "body", false, "اتصلت به. ").await.unwrap();
    basma.types(note, "body", true, "يريد عرض سعر.").await.unwrap();
    let (amal_home, basma_home) = (amal.dies().await, basma.dies().await);

    let (amal, basma) = (Rep::open(amal_home).unwrap(), Rep::open(basma_home).unwrap());
    world.server_returns().await.unwrap();
    amal.settles().await.unwrap();
    basma.settles().await.unwrap();
    amal.settles().await.unwrap();

    for rep in [&amal, &basma] {
        let text = |r: &Record, f: &str| r.row.get(f).and_then(Value::as_text).unwrap_or_default().to_owned();
        let read = rep.reads(customer).await.unwrap();
        assert_eq!(text(&read, "phone"), "0912345678");
        assert_eq!(text(&read, "city"), "طرابلس");
        let kept: Vec<_> = read.conflicts.iter().flat_map(|c| &c.values).map(|v| v.value.clone()).collect();
        assert!(kept.contains(&"بقالة".into()) && kept.contains(&"جملة".into()), "{kept:?}");
        assert_eq!(text(&rep.reads(note).await.unwrap(), "body"), "اتصلت به. زبون قديم. يريد عرض سعر.");
    }
    let (a, b) = (amal.app.ask(Fingerprint {}).await.unwrap(), basma.app.ask(Fingerprint {}).await.unwrap());
    assert_eq!(a.heads.get(&customer), b.heads.get(&customer));
    assert_eq!(a.projections, b.projections);
}
