//! A path inside the repository, as git has it.

use std::borrow::Borrow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// A path relative to the root of the repository, with `/` between its components.
///
/// Git paths are bytes and need not be UTF-8; this type is the one place that decides what that means. It is never
/// empty, and the order of two paths is the order of their bytes, which is git's own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// Takes the bytes of a path as git prints them after `-z`.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(Arc::from(bytes.as_ref()))
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the text of the path, or nothing where it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Returns the components, first to last.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// Says whether the path lies below the folder `folder`, which has no `/` at its end; the folder itself does not.
    pub fn is_below(&self, folder: &str) -> bool {
        self.0.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
    }

    /// Returns the bytes in hexadecimal, for the one case that text cannot carry.
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(self.0.len() * 2), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// Prints the path for people: what is not UTF-8 becomes U+FFFD, nothing else is changed.
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Borrow<[u8]> for RepoPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}
