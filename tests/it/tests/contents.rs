//! Photos from one device to another: by way of a server that dies in between, and by way of a bucket.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::{TokioExecutor, TokioIo};
use maydan_core::RecordId;
use maydan_core::blob::{BlobHash, PART_BYTES};
use maydan_core::command::*;
use maydan_it::World;
use maydan_it::world::Rep;
use maydan_sync_server::store::Blobs;
use tokio::net::TcpListener;

/// So many parts, and a bit.
fn photo(parts: usize) -> Vec<u8> {
    (0..parts * PART_BYTES + 1_234).map(|at| u8::try_from((at * 7 + at / 1000) % 256).unwrap()).collect()
}

/// Takes a photo of a customer.
async fn takes(rep: &Rep, customer: RecordId, bytes: &[u8]) -> (RecordId, BlobHash) {
    let kept = rep.app.ask(KeepContent { bytes: STANDARD.encode(bytes) }).await.unwrap();
    assert_eq!((kept.hash, kept.size), (BlobHash::of(bytes), bytes.len() as u64));
    let fields = [("name", "واجهة المحل".into()), ("customer", customer.to_string().into()), ("content", kept.hash.to_string().into())];
    (rep.creates("attachment", &fields).await.unwrap(), kept.hash)
}

/// Looks at a content until it is there.
async fn sees(rep: &Rep, hash: BlobHash) -> Vec<u8> {
    rep.reads_content(hash).await.unwrap()
}

#[tokio::test]
async fn a_photo_that_was_taken_offline_reaches_a_colleague_although_the_server_dies_in_between() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    let bytes = photo(20);
    let (attachment, hash) = takes(&amal, customer, &bytes).await;
    assert_eq!(sees(&amal, hash).await, bytes, "it is here at once");
    assert!(amal.app.ask(GetSyncStatus {}).await.unwrap().pending >= 2, "her record, and the photo: both are unsent");

    world.server_returns().await.unwrap();
    // It dies when a part has come, and her device with it.
    amal.transfers(|items| items.iter().any(|item| item.done > 0)).await.unwrap();
    world.server_vanishes().await;
    let folder = amal.dies().await;
    let amal = Rep::open(folder).unwrap();
    let before = amal.app.ask(ListTransfers {}).await.unwrap().items;
    assert!(before.iter().all(|item| item.is_outgoing && item.hash == hash), "{before:?}");
    world.server_returns().await.unwrap();
    basma
        .sees(attachment, "the record, before its photo", |record| record.row["content"].as_text() == Some(&hash.to_string()))
        .await
        .unwrap();
    amal.settles().await.unwrap();
    assert!(amal.app.ask(ListTransfers {}).await.unwrap().items.is_empty());
    assert_eq!(sees(&basma, hash).await, bytes);
    // Once it is here, no network is needed.
    world.server_vanishes().await;
    assert_eq!(sees(&basma, hash).await, bytes);
}

#[tokio::test]
async fn a_photo_leaves_the_device_with_its_record() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    let (attachment, hash) = takes(&amal, customer, &photo(1)).await;
    amal.settles().await.unwrap();
    basma.sees(attachment, "the record", |_| true).await.unwrap();
    sees(&basma, hash).await;
    let company = maydan_sync_server::Company::join(&world.server_folder()).unwrap();
    company.grant(company.user_by_login("basma").unwrap(), world.territory, None).unwrap();
    basma.forgets(attachment).await.unwrap();
    let left =
        basma.app.with_replica(|r| Ok(r.connection().query_row("SELECT count(*) FROM blob_part", [], |row| row.get::<_, i64>(0)).unwrap()));
    assert_eq!(left.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_lie_as_well_in_a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("company")).unwrap();
    let mut service = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
    service.set_auth(s3s::auth::SimpleAuth::from_single("operator", "a secret of hers"));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let http = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                drop(http.serve_connection(TokioIo::new(socket), service).await);
            });
        }
    });
    let settings = |secret: &str| {
        let all = [
            ("AWS_ACCESS_KEY_ID", "operator"),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT", &endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_SOMETHING_ELSE", "of somebody else"),
        ];
        all.map(|(key, value)| (key.to_owned(), value.to_owned()))
    };
    let blobs = Blobs::bucket("s3://company/contents", settings("a secret of hers")).unwrap();
    let wrong = Blobs::bucket("s3://company/contents", settings("a guess")).unwrap();
    let bytes = photo(1);
    let (hash, place) = (BlobHash::of(&bytes), uuid::Uuid::from_u128(7));
    let blocking = tokio::task::spawn_blocking(move || {
        blobs.put(hash, place, 0, &bytes[..PART_BYTES]).unwrap();
        blobs.put(hash, place, 1, &bytes[PART_BYTES..]).unwrap();
        blobs.put(hash, place, 1, &bytes[PART_BYTES..]).unwrap();
        assert_eq!(blobs.get(hash, place, 1).unwrap().unwrap(), bytes[PART_BYTES..]);
        assert_eq!(blobs.get(hash, place, 2).unwrap(), None);
        assert_eq!(wrong.get(hash, place, 1).unwrap_err().code, maydan_core::ErrorCode::ServerFailed, "not without the key");
        blobs.delete(hash, place, 3).unwrap();
        assert_eq!(blobs.get(hash, place, 0).unwrap(), None);
    });
    blocking.await.unwrap();
    serving.abort();
    assert_eq!(Blobs::bucket("s3://", []).unwrap_err().code, maydan_core::ErrorCode::BadRequest);
}
