//! Where contents lie: a folder, or a bucket of anything that speaks S3. Each part of a content is an object of its own
//! ([`maydan_core::blob`]), under the name of the whole and a place that is never used twice: nothing is ever written over.
//!
//! The interface waits, like [`super::Store`]; sockets live on a small runtime that is made when it is needed.

use bytes::Bytes;
use maydan_core::blob::BlobHash;
use maydan_core::{Error, ErrorCode, Result};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;
use url::Url;
use uuid::Uuid;

/// How the address of a bucket begins.
const S3: &str = "s3://";

/// Contents, in parts.
#[derive(Clone)]
pub struct Blobs(Arc<Inner>);

struct Inner {
    store: Box<dyn ObjectStore>,
    prefix: Key,
    runtime: Mutex<Option<Runtime>>,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blobs({})", self.0.store)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Also where waiting is not allowed.
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}

impl Blobs {
    /// In a folder, which is made when it is missing. What was put there is on the disk.
    pub fn folder(path: &Path) -> Result<Self> {
        let failed = |e: &dyn fmt::Display| Error::internal(format!("{} can't hold contents: {e}", path.display()));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|e| failed(&e))?;
        let store = LocalFileSystem::new_with_prefix(path).map_err(|e| failed(&e))?.with_fsync(true);
        Ok(Self::over(store, Key::default()))
    }

    /// At an address: `s3://bucket/prefix`, with keys, region and endpoint in the environment (`AWS_…`), or a folder's path.
    pub fn at(address: &str) -> Result<Self> {
        if !address.starts_with(S3) {
            return Self::folder(Path::new(address));
        }
        let settings = std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        Self::bucket(address, settings.filter(|(key, _)| key.starts_with("AWS_")))
    }

    /// In a bucket at `s3://bucket/prefix`, with settings as the environment names them (`AWS_ACCESS_KEY_ID`, …).
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] when address or settings are not right.
    pub fn bucket(address: &str, settings: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let wrong = |e: &dyn fmt::Display| Error::bad_request(format!("contents can't be kept at {address}: {e}"));
        let url = Url::parse(address).map_err(|e| wrong(&e))?;
        // Whoever came first has installed the same provider.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = AmazonS3Builder::new().with_url(url.as_str());
        for (key, value) in settings {
            // What is not for a bucket is for somebody else.
            if let Ok(key) = key.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let bucket = builder.build().map_err(|e| wrong(&e))?;
        Ok(Self::over(bucket, Key::from(url.path())))
    }

    /// In memory: for simulations, never for a company.
    pub fn in_memory() -> Self {
        Self::over(InMemory::new(), Key::default())
    }

    fn over(store: impl ObjectStore, prefix: Key) -> Self {
        Self(Arc::new(Inner { store: Box::new(store), prefix, runtime: Mutex::default() }))
    }

    /// Keeps a part; it is safe when this answers.
    pub fn put(&self, hash: BlobHash, place: Uuid, n: u32, bytes: &[u8]) -> Result<()> {
        let (key, bytes) = (self.key(hash, place, n), Bytes::copy_from_slice(bytes));
        self.wait(async { self.0.store.put(&key, bytes.into()).await })?.map(drop).map_err(storage)
    }

    /// A part; `None` when it is not there.
    pub fn get(&self, hash: BlobHash, place: Uuid, n: u32) -> Result<Option<Bytes>> {
        let key = self.key(hash, place, n);
        let got = self.wait(async {
            match self.0.store.get(&key).await {
                Ok(found) => found.bytes().await,
                Err(e) => Err(e),
            }
        })?;
        match got {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(storage(e)),
        }
    }

    /// Takes away all parts; those that are not there are no matter.
    pub fn delete(&self, hash: BlobHash, place: Uuid, parts: u32) -> Result<()> {
        for n in 0..parts {
            let key = self.key(hash, place, n);
            match self.wait(async { self.0.store.delete(&key).await })? {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(storage(e)),
            }
        }
        Ok(())
    }

    /// By the first byte of its name, so that no folder has too many.
    fn key(&self, hash: BlobHash, place: Uuid, n: u32) -> Key {
        let name = hash.to_string();
        self.0.prefix.clone().join(&name[..2]).join(name).join(place.to_string()).join(n.to_string())
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let handle = {
            let mut runtime = self.0.runtime.lock().unwrap_or_else(PoisonError::into_inner);
            if runtime.is_none() {
                let made = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
                *runtime = Some(made.map_err(|e| Error::internal(format!("no thread for contents: {e}")))?);
            }
            runtime.as_ref().map(|runtime| runtime.handle().clone())
        };
        let _context = handle.as_ref().map(tokio::runtime::Handle::enter);
        Ok(futures_executor::block_on(work))
    }
}

fn storage(e: object_store::Error) -> Error {
    let full = std::error::Error::source(&e).and_then(|source| source.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    match full {
        Some(std::io::ErrorKind::StorageFull) => Error::new(ErrorCode::DiskFull, format!("there is no room for contents: {e}")),
        _ => Error::new(ErrorCode::ServerFailed, format!("the store of contents answered: {e}")),
    }
}
