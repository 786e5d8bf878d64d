//! A permission, checked.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::digest::{CommitHash, Digest};
use crate::id::GateId;
use crate::source::Place;

/// For how many days a break-glass permission may be given: an incident is over by then, or has become a plan.
pub const LONGEST_BREAK_GLASS_DAYS: i64 = 7;

/// What a permission does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody looked and agrees: an architecture review, a gate that is removed in the open, a partial result with its
    /// residual risk.
    Approval,
    /// A gate need not pass for a while. It counts as release debt.
    Waiver,
    /// A gate is passed over in an incident. It must be signed, ends within days, and counts as release debt.
    BreakGlass,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Approval, Self::Waiver, Self::BreakGlass];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Waiver => "waiver",
            Self::BreakGlass => "break_glass",
        }
    }
}

/// What a permission is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One gate.
    Gate(GateId),
    /// Every gate of a family.
    Family(String),
    /// One finding, by its fingerprint.
    Finding(String),
    /// One plan: every gate that it expects, and the basis that it was decided on.
    Plan(Digest),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gate(gate) => write!(f, "gate:{gate}"),
            Self::Family(family) => write!(f, "family:{family}"),
            Self::Finding(print) => write!(f, "finding:{print}"),
            Self::Plan(digest) => write!(f, "plan:{digest}"),
        }
    }
}

/// On which commit a permission counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// On any: `*`.
    Any,
    /// On one.
    Commit(CommitHash),
}

impl Whose {
    /// Says whether the permission counts on a commit.
    pub fn is(&self, commit: &CommitHash) -> bool {
        match self {
            Self::Any => true,
            Self::Commit(own) => own == commit,
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Commit(commit) => commit.fmt(f),
        }
    }
}

/// What somebody allowed.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Its id: letters, digits, `-`, `_` and `.`; unique in a workspace.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// What it is about.
    pub scope: Scope,
    /// On which commit it counts.
    pub subject: Whose,
    /// Who allows it.
    pub owner: String,
    /// Who bears what risk remains; needed where a partial result is to stand.
    pub residual_risk_owner: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was given.
    pub created: Timestamp,
    /// From when on it does not count any more.
    pub expires: Timestamp,
    /// Where it is stated; nothing for one that is kept as a record.
    pub place: Option<Place>,
}

impl Permission {
    /// Says whether a permission of this kind may not be given for so long: break-glass has its days, the others have no
    /// limit.
    pub fn is_too_long(kind: Kind, created: Timestamp, expires: Timestamp) -> bool {
        let most = SignedDuration::from_hours(24 * LONGEST_BREAK_GLASS_DAYS);
        kind == Kind::BreakGlass && expires.duration_since(created) > most
    }

    /// Says whether it is in force at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.created <= now && now < self.expires
    }

    /// Says whether both allow the same, wherever they stand.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.kind == other.kind
            && self.scope == other.scope
            && self.subject == other.subject
            && self.owner == other.owner
            && self.residual_risk_owner == other.residual_risk_owner
            && self.reason == other.reason
            && self.created == other.created
            && self.expires == other.expires
    }
}
