//! A description, read.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::digest::Digest;
use crate::environment::Section;

/// A text of a description. It can be compared, and nothing else: nobody prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Takes a text.
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Says whether it is `text`.
    pub fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// What a description says of one item that the policy names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Whether it is there, where that is said.
    pub present: Option<bool>,
    /// What it is, where that is said.
    pub value: Option<Hidden>,
    /// When it last changed.
    pub changed: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// The digest of an artifact.
    pub digest: Option<Digest>,
    /// Says that it does not apply, as an entry of a registry may.
    pub not_applicable: bool,
}

/// What an environment has.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Of which environment.
    pub environment: Hidden,
    /// Of which target.
    pub target: Hidden,
    /// When it was looked at.
    pub taken: Timestamp,
    /// What it says of the items that the policy names, by section and name.
    pub items: BTreeMap<(Section, String), Item>,
    /// How many items it has that the policy does not name.
    pub unlisted: usize,
}
