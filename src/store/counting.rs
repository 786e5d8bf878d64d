//! How often a store is asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Object, Put, Store, Stray};
use crate::evidence::Key;
use crate::fault::Fault;

/// How many operations of each kind there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects put, or tried to.
    pub puts: usize,
    /// Objects read.
    pub gets: usize,
    /// Objects looked up.
    pub heads: usize,
    /// Prefixes listed.
    pub lists: usize,
}

impl Counts {
    /// Returns how many operations only read.
    pub const fn reads(&self) -> usize {
        self.gets + self.heads + self.lists
    }
}

/// A store that counts what it is asked, and asks another one. What a search costs is thereby a number, not a belief.
#[derive(Debug)]
pub struct Counting<S> {
    inner: S,
    puts: AtomicUsize,
    gets: AtomicUsize,
    heads: AtomicUsize,
    lists: AtomicUsize,
}

impl<S: Store> Counting<S> {
    /// Begins at zero.
    pub const fn new(inner: S) -> Self {
        Self {
            inner,
            puts: AtomicUsize::new(0),
            gets: AtomicUsize::new(0),
            heads: AtomicUsize::new(0),
            lists: AtomicUsize::new(0),
        }
    }

    /// Returns the store that is asked.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// Returns what was asked so far, and begins at zero again.
    pub fn take(&self) -> Counts {
        Counts {
            puts: self.puts.swap(0, Ordering::Relaxed),
            gets: self.gets.swap(0, Ordering::Relaxed),
            heads: self.heads.swap(0, Ordering::Relaxed),
            lists: self.lists.swap(0, Ordering::Relaxed),
        }
    }
}

impl<S: Store> Store for Counting<S> {
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        self.inner.put(key, bytes)
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        self.inner.get(key)
    }

    fn head(&self, key: &Key) -> Result<bool, Fault> {
        self.heads.fetch_add(1, Ordering::Relaxed);
        self.inner.head(key)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.inner.list(prefix)
    }

    fn withdraw(&self, key: &Key) {
        self.inner.withdraw(key);
    }

    fn put_behind(&self, before: &[Object], named: &[Object]) -> Result<Vec<Put>, Fault> {
        self.puts.fetch_add(before.len() + named.len(), Ordering::Relaxed);
        self.inner.put_behind(before, named)
    }

    fn strays(&self) -> Result<Vec<Stray>, Fault> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.inner.strays()
    }

    fn width(&self) -> usize {
        self.inner.width()
    }

    fn place(&self) -> String {
        self.inner.place()
    }
}
