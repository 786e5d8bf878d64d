//! What a store can do.

use std::fmt;
use std::path::Path;

use super::folder::Folder;
use crate::digest::Digest;
use crate::evidence::Key;
use crate::fault::{Code, Fault};

/// What became of an object that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now, whole and for good.
    Created,
    /// Something is there already, and was left as it is.
    Exists,
}

/// An object that is to be put: its name and its bytes.
pub type Object = (Key, Vec<u8>);

/// Something in a store that no key can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// Where it is.
    pub name: String,
    /// What it is.
    pub what: Strange,
}

/// What something is that no key can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strange {
    /// What a writer left that was stopped, with the digest of its bytes.
    Temporary(Digest),
    /// A symbolic link, a pipe, a device.
    NoFile,
    /// A file whose name is no key.
    Name,
}

/// A store. Every fault names the store and the object.
pub trait Store: fmt::Debug + Send + Sync {
    /// Puts an object where there is none. When it returns, the object survives a crash.
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault>;

    /// Returns an object, or nothing. One that is no plain object is a fault of the code `StoreAltered`.
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault>;

    /// Says whether an object is there.
    fn head(&self, key: &Key) -> Result<bool, Fault>;

    /// Returns the keys that begin with `prefix`, sorted. A prefix ends in `/`, or is empty: then these are all keys.
    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault>;

    /// Takes an object away that this very call made and nobody was told of. Where that is not possible it stays, counts for
    /// nothing, and an audit lists it.
    fn withdraw(&self, key: &Key);

    /// Puts `before`, which are named by their bytes, then what is found by `named`, in this order, and returns what became
    /// of the latter. Where one of those has other bytes already, nothing is put, and all exist. Where the first of them goes to
    /// somebody else meanwhile, that decides: of what this call made nothing stays, but for reports, which others may share.
    fn put_behind(&self, before: &[Object], named: &[Object]) -> Result<Vec<Put>, Fault> {
        for (key, bytes) in named {
            if self.get(key)?.is_some_and(|there| there != *bytes) {
                return Ok(vec![Put::Exists; named.len()]);
            }
        }
        let mut made = Vec::new();
        let mut became = Vec::new();
        let put = put_in_order(self, before, named, &mut made, &mut became);
        let is_lost = matches!(put, Ok(false)) || (put.is_err() && became.is_empty());
        if is_lost {
            made.into_iter().for_each(|key| self.withdraw(key));
        }
        put.map(|_| became)
    }

    /// Returns what is in the store and has no key, sorted. A store that is not there at all is a fault.
    fn strays(&self) -> Result<Vec<Stray>, Fault> {
        Ok(Vec::new())
    }

    /// Returns how many operations at once are worth the while.
    fn width(&self) -> usize {
        1
    }

    /// Returns the store's address, for people.
    fn place(&self) -> String;
}

/// Puts objects one after another; says no where the first of `named` went to somebody else meanwhile.
fn put_in_order<'a, S: Store + ?Sized>(
    store: &S,
    before: &'a [Object],
    named: &[Object],
    made: &mut Vec<&'a Key>,
    became: &mut Vec<Put>,
) -> Result<bool, Fault> {
    for (key, bytes) in before {
        match store.put(key, bytes)? {
            Put::Created if is_shared(key) => {}
            Put::Created => made.push(key),
            Put::Exists if store.get(key)?.is_some_and(|there| there == *bytes) => {}
            Put::Exists => {
                return Err(altered(&store.place(), key, "has other bytes than those that belong there"));
            }
        }
    }
    for (index, (key, bytes)) in named.iter().enumerate() {
        let put = store.put(key, bytes)?;
        became.push(put);
        if index == 0 && put == Put::Exists && store.get(key)?.is_none_or(|there| there != *bytes) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Says whether others may rely on an object meanwhile, as the results of several gates may have left the same bytes.
pub(super) fn is_shared(key: &Key) -> bool {
    key.as_str().starts_with("v1/blob/")
}

/// Returns the fault of an object that is not what its name says.
pub(super) fn altered(place: &str, key: &Key, what: &str) -> Fault {
    let message = format!("`{key}` of the store `{place}` {what}");
    Fault::new(Code::StoreAltered, message, "see who wrote it, take it away, and record the result anew")
}

/// Opens the store at `address`: a URL, or a folder, relative to `directory`. A folder is made when something is put.
pub fn open(address: &str, directory: &Path) -> Result<Box<dyn Store>, Fault> {
    match address.split_once("://") {
        None => Ok(Box::new(Folder::new(directory.join(address)))),
        Some((scheme @ ("s3" | "gs" | "az"), _)) => open_cloud(scheme, address),
        Some((scheme, _)) => Err(Fault::new(
            Code::StoreAddress,
            format!("`{address}` is no store: `{scheme}://` is not known"),
            "name a folder, or a URL that begins with `s3://`, `gs://` or `az://`",
        )),
    }
}

#[cfg(feature = "cloud")]
fn open_cloud(_scheme: &str, address: &str) -> Result<Box<dyn Store>, Fault> {
    super::cloud::open(address)
}

#[cfg(not(feature = "cloud"))]
fn open_cloud(scheme: &str, address: &str) -> Result<Box<dyn Store>, Fault> {
    Err(Fault::new(
        Code::StoreAddress,
        format!("`{address}` cannot be opened: this laneway was built without `{scheme}://`"),
        "build it with `--features cloud`, or name a folder",
    ))
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault> {
        (**self).put(key, bytes)
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault> {
        (**self).get(key)
    }

    fn head(&self, key: &Key) -> Result<bool, Fault> {
        (**self).head(key)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault> {
        (**self).list(prefix)
    }

    fn withdraw(&self, key: &Key) {
        (**self).withdraw(key);
    }

    fn put_behind(&self, before: &[Object], named: &[Object]) -> Result<Vec<Put>, Fault> {
        (**self).put_behind(before, named)
    }

    fn strays(&self) -> Result<Vec<Stray>, Fault> {
        (**self).strays()
    }

    fn width(&self) -> usize {
        (**self).width()
    }

    fn place(&self) -> String {
        (**self).place()
    }
}
