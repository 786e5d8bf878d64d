//! What an audit of a store finds.

/// What is wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// It is not what its name says, or cannot be read.
    Altered,
    /// Something names it, and it is not there.
    Missing,
    /// It is there, and nothing names it.
    Unlisted,
}

impl Wrong {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Altered, Self::Missing, Self::Unlisted];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Unlisted => "unlisted",
        }
    }
}

/// One object that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discrepancy {
    /// The object.
    pub key: String,
    /// What is wrong with it.
    pub wrong: Wrong,
    /// What is wrong with it, in words.
    pub what: String,
}

/// Something that is worth knowing, and wrong with nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The object.
    pub key: String,
    /// What it is.
    pub what: String,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The store's address.
    pub place: String,
    /// How many objects there are.
    pub objects: usize,
    /// What is wrong, sorted.
    pub findings: Vec<Discrepancy>,
    /// What writers left that were stopped, sorted. It counts for nothing.
    pub notes: Vec<Note>,
}
