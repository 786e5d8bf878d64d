//! A store that is gone with the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Put, Store};
use crate::evidence::Key;
use crate::fault::Fault;

/// A store in memory: for tests, and to see what a command would write.
#[derive(Debug, Default)]
pub struct Memory {
    objects: Mutex<BTreeMap<Key, Vec<u8>>>,
}

impl Memory {
    /// Returns what is in it, by name.
    pub fn objects(&self) -> BTreeMap<Key, Vec<u8>> {
        self.lock().clone()
    }

    /// Puts an object in place of whatever is there: what no store does, and what an audit must find.
    pub fn tamper(&self, key: &Key, bytes: Option<&[u8]>) {
        let mut objects = self.lock();
        match bytes {
            Some(bytes) => objects.insert(key.clone(), bytes.to_vec()),
            None => objects.remove(key),
        };
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        // Each change is one insertion or removal, so a writer that panicked left nothing half done.
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault> {
        let mut objects = self.lock();
        if objects.contains_key(key) {
            return Ok(Put::Exists);
        }
        objects.insert(key.clone(), bytes.to_vec());
        Ok(Put::Created)
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.lock().get(key).cloned())
    }

    fn head(&self, key: &Key) -> Result<bool, Fault> {
        Ok(self.lock().contains_key(key))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault> {
        let objects = self.lock();
        Ok(objects.keys().filter(|key| key.as_str().starts_with(prefix)).cloned().collect())
    }

    fn withdraw(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}
