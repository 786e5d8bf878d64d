//! A store in a bucket: S3, Google Cloud Storage, Azure.
//!
//! Credentials come from the environment, as each vendor's own tools read them (`AWS_…`, `GOOGLE_…`, `AZURE_…`). An object is
//! created under a condition of the vendor's: of two writers one wins, whatever happens between.

use std::fmt::{self, Display};
use std::future::Future;
use std::sync::{Arc, mpsc};

use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use tokio::runtime::{Builder, Handle};

use super::{Put, Store, Strange, Stray};
use crate::evidence::Key;
use crate::fault::{Code, Fault};

/// How many requests are under way at once.
const WIDTH: usize = 16;

/// Opens the bucket of a URL. Nothing is asked of it yet.
pub(super) fn open(address: &str) -> Result<Box<dyn Store>, Fault> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let wrong = |why: &dyn Display| {
        let message = format!("`{address}` cannot be opened: {why}");
        let help = "name a bucket and a folder in it, as `s3://bucket/evidence`; the region and the credentials come from \
                    the environment";
        Fault::new(Code::StoreAddress, message, help)
    };
    if bucket.is_empty() {
        return Err(wrong(&"it names no bucket"));
    }
    let prefix = Path::parse(prefix).map_err(|error| wrong(&error))?;
    let store: Result<Arc<dyn ObjectStore>, Error> = match scheme {
        "s3" => AmazonS3Builder::from_env().with_bucket_name(bucket).build().map(|own| Arc::new(own) as _),
        "gs" => GoogleCloudStorageBuilder::from_env()
            .with_bucket_name(bucket)
            .build()
            .map(|own| Arc::new(own) as _),
        _ => MicrosoftAzureBuilder::from_env()
            .with_container_name(bucket)
            .build()
            .map(|own| Arc::new(own) as _),
    };
    let cloud = Cloud::new(store.map_err(|error| wrong(&error))?, prefix, address.to_owned());
    Ok(Box::new(cloud.map_err(|error| wrong(&error))?))
}

/// A bucket, or a folder in one.
struct Cloud {
    bucket: Arc<dyn ObjectStore>,
    prefix: Path,
    address: String,
    requests: Handle,
}

/// Credentials are never printed.
impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cloud").field(&self.address).finish()
    }
}

impl Cloud {
    /// Starts the thread on which the requests run. It ends with the process.
    fn new(bucket: Arc<dyn ObjectStore>, prefix: Path, address: String) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let requests = runtime.handle().clone();
        let run = move || runtime.block_on(std::future::pending::<()>());
        std::thread::Builder::new().name("store".to_owned()).spawn(run)?;
        Ok(Self { bucket, prefix, address, requests })
    }

    /// Waits for a request. Any number of threads may wait at once.
    fn wait<T: Send + 'static>(
        &self,
        what: &str,
        key: &str,
        request: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<Option<T>, Fault> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.requests.spawn(async move {
            let _ = answer.send(request.await);
        });
        match answered.recv() {
            Ok(Ok(answer)) => Ok(Some(answer)),
            // Without the bucket everything would be missing, which is something else.
            Ok(Err(Error::NotFound { source, .. })) if !source.to_string().contains("NoSuchBucket") => {
                Ok(None)
            }
            Ok(Err(error)) => Err(self.fault(what, key, &error)),
            Err(_) => Err(self.fault(what, key, &"the request ended without an answer")),
        }
    }

    fn path(&self, key: &str) -> Path {
        let parts = key.split('/').filter(|part| !part.is_empty());
        parts.fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// Returns every name that begins alike, without the store's own prefix.
    fn names(&self, prefix: &str) -> Result<Vec<String>, Fault> {
        let (bucket, at) = (Arc::clone(&self.bucket), self.path(prefix));
        let request = async move {
            bucket.list(Some(&at)).map_ok(|object| object.location).try_collect::<Vec<Path>>().await
        };
        let found = self.wait("listed", prefix, request)?.unwrap_or_default();
        let own = if self.prefix.as_ref().is_empty() { String::new() } else { format!("{}/", self.prefix) };
        let names = found.iter().filter_map(|path| path.as_ref().strip_prefix(&own).map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        Ok(names)
    }

    fn fault(&self, what: &str, key: &str, error: &dyn Display) -> Fault {
        let name = if key.is_empty() { "everything".to_owned() } else { format!("`{key}`") };
        Fault::new(
            Code::StoreAccess,
            format!("{name} of the store `{}` cannot be {what}: {error}", self.address),
            "see whether the bucket is there, and whether the credentials of the environment may read and create in it",
        )
    }
}

impl Store for Cloud {
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault> {
        let (bucket, at) = (Arc::clone(&self.bucket), self.path(key.as_str()));
        let payload = PutPayload::from(bytes.to_vec());
        let request = async move {
            match bucket.put_opts(&at, payload, PutMode::Create.into()).await {
                Ok(_) => Ok(Put::Created),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(Put::Exists),
                Err(error) => Err(error),
            }
        };
        let put = self.wait("written", key.as_str(), request)?;
        put.ok_or_else(|| self.fault("written", key.as_str(), &"there is no such bucket"))
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault> {
        let (bucket, at) = (Arc::clone(&self.bucket), self.path(key.as_str()));
        let request = async move { bucket.get(&at).await?.bytes().await };
        Ok(self.wait("read", key.as_str(), request)?.map(|bytes| bytes.to_vec()))
    }

    fn head(&self, key: &Key) -> Result<bool, Fault> {
        let (bucket, at) = (Arc::clone(&self.bucket), self.path(key.as_str()));
        let request = async move { bucket.head(&at).await };
        Ok(self.wait("looked up", key.as_str(), request)?.is_some())
    }

    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault> {
        Ok(self.names(prefix)?.iter().filter_map(|name| Key::parse(name).ok()).collect())
    }

    fn withdraw(&self, key: &Key) {
        let (bucket, at) = (Arc::clone(&self.bucket), self.path(key.as_str()));
        // Whoever may create need not be allowed to delete.
        let _ = self.wait("withdrawn", key.as_str(), async move { bucket.delete(&at).await });
    }

    fn strays(&self) -> Result<Vec<Stray>, Fault> {
        let names = self.names("")?.into_iter().filter(|name| Key::parse(name).is_err());
        Ok(names.map(|name| Stray { name, what: Strange::Name }).collect())
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn place(&self) -> String {
        self.address.clone()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use object_store::memory::InMemory;

    use super::*;
    use crate::digest::{CommitHash, Digest};
    use crate::evidence::{Outcome, RunId, Seal, key};
    use crate::store::{save_blob, save_seal};

    fn cloud(prefix: &str) -> (Arc<InMemory>, Cloud) {
        let bucket = Arc::new(InMemory::new());
        let own = Arc::clone(&bucket) as Arc<dyn ObjectStore>;
        (bucket, Cloud::new(own, Path::from(prefix), "s3://test".to_owned()).unwrap())
    }

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    #[test]
    fn an_object_is_put_once_and_stays() {
        for prefix in ["", "evidence", "a/b"] {
            let (_, store) = cloud(prefix);
            let (one, other) = (key("v1/seal/a/b/0.json"), key("v1/sealed/a/b/0.json"));
            assert_eq!(store.get(&one).unwrap(), None);
            assert!(!store.head(&one).unwrap());
            assert_eq!(store.put(&one, b"first").unwrap(), Put::Created);
            assert_eq!(store.put(&one, b"second").unwrap(), Put::Exists);
            assert_eq!(store.put(&other, b"").unwrap(), Put::Created);
            assert_eq!(store.get(&one).unwrap().unwrap(), b"first");
            assert!(store.head(&one).unwrap());
            assert_eq!(store.list("v1/seal/").unwrap(), [one.clone()]);
            assert_eq!(store.list("").unwrap(), [one.clone(), other.clone()]);
            store.withdraw(&one);
            assert_eq!(store.list("").unwrap(), [other]);
        }
    }

    #[test]
    fn a_prefix_is_a_store_of_its_own() {
        let (bucket, store) = cloud("one");
        let other = Cloud::new(bucket, Path::from("two"), "s3://test/two".to_owned()).unwrap();
        save_blob(&store, b"log").unwrap();
        assert_eq!(store.list("").unwrap().len(), 1);
        assert_eq!(other.list("").unwrap(), []);
    }

    #[test]
    fn of_many_seals_at_once_one_wins() {
        let (_, store) = cloud("evidence");
        let (commit, plan) = (CommitHash::parse(&"1f".repeat(20)).unwrap(), Digest::of(b"plan"));
        let seal = |run: u32| Seal {
            commit: commit.clone(),
            plan,
            route: None,
            epoch: 0,
            outcome: Outcome::Clean,
            profile: None,
            environment: None,
            release_manifest: None,
            change_class: None,
            validated_against: None,
            gates: Default::default(),
            rollback: None,
            run: RunId::parse(&run.to_string()).unwrap(),
            decided: jiff::Timestamp::UNIX_EPOCH,
            key_hint: None,
        };
        let won: usize = std::thread::scope(|scope| {
            let (store, seal) = (&store, &seal);
            let writers: Vec<_> =
                (0..32).map(|run| scope.spawn(move || save_seal(store, &seal(run), None).unwrap())).collect();
            writers.into_iter().map(|own| usize::from(own.join().unwrap() == Put::Created)).sum()
        });
        assert_eq!(won, 1);
        assert_eq!(store.list("").unwrap(), [key::seal(&commit, plan, 0)]);
    }

    #[test]
    fn an_address_names_a_bucket() {
        for wrong in ["s3://", "s3:///evidence", "s3://bucket/a//b"] {
            assert_eq!(open(wrong).unwrap_err().code, Code::StoreAddress, "{wrong}");
        }
    }
}
