//! What graduation says.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;

use crate::id::GateId;
use crate::lanes::{Enforcement, EvidenceKind};

/// How many verdicts must have been seen to step up to `warning`.
pub const LEAST_VERDICTS: usize = 10;
/// How many of the gates that they expected, in percent, must not be missing.
pub const LEAST_COMPLETE: u32 = 90;
/// How many verdicts must have been seen to step up to `blocking_claims`.
pub const WARNING_VERDICTS: usize = 20;
/// How many of the gates that the last [`WINDOW`] of them expected, in percent, must not be missing.
pub const WARNING_COMPLETE: u32 = 98;
/// How many of the newest verdicts are looked at for the last two steps.
pub const WINDOW: usize = 20;

/// What is graduated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A gate family.
    Family(String),
    /// A kind of evidence.
    Kind(EvidenceKind),
}

impl About {
    /// Returns its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Family(family) => family,
            Self::Kind(kind) => kind.as_str(),
        }
    }

    /// Returns what it is, in a word of documents.
    pub const fn what(&self) -> &'static str {
        match self {
            Self::Family(_) => "family",
            Self::Kind(_) => "evidence_kind",
        }
    }
}

/// Where it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// By the routes of changes.
    PreMerge,
    /// By a release profile in an environment.
    Release {
        /// The profile.
        profile: String,
        /// The environment.
        environment: String,
    },
    /// By promotions.
    Promotion,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PreMerge => f.write_str("pre-merge"),
            Self::Release { profile, environment } => write!(f, "{profile} in {environment}"),
            Self::Promotion => f.write_str("promotion"),
        }
    }
}

/// What is missing to step up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Too few verdicts were seen.
    Verdicts {
        /// How many there are.
        seen: usize,
        /// How many there must be.
        wanted: usize,
    },
    /// Too many gates had no result.
    Evidence {
        /// How many have one, in percent.
        percent: u32,
        /// How many must have.
        wanted: u32,
    },
    /// Gates that did not hold are neither mended nor under a live permission with an owner.
    Unowned {
        /// Which.
        gates: BTreeSet<GateId>,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdicts { seen, wanted } => {
                write!(f, "{} more verdicts ({seen} of {wanted})", wanted - seen)
            }
            Self::Evidence { percent, wanted } => {
                write!(f, "evidence of {wanted} % of the expected gates (now {percent} %)")
            }
            Self::Unowned { gates } => {
                let names: Vec<String> = gates.iter().take(3).map(|gate| format!("`{gate}`")).collect();
                let more = gates.len().saturating_sub(3);
                write!(f, "a mended gate, or a permission in force with an owner, for {}", names.join(", "))?;
                if more > 0 {
                    write!(f, " and {more} more")?;
                }
                Ok(())
            }
        }
    }
}

/// What the verdicts of one scope say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoped {
    /// The scope.
    pub scope: Scope,
    /// How many verdicts expected a gate of it; of each commit and plan the last.
    pub verdicts: usize,
    /// How many gates they expected.
    pub expected: usize,
    /// How many of those had no result.
    pub missing: usize,
    /// How many did not hold.
    pub failures: usize,
    /// How many were let pass by somebody.
    pub waived: usize,
    /// The gates that did not hold in the newest verdicts, that did not later, and that no live permission with an owner
    /// covers.
    pub unowned: BTreeSet<GateId>,
    /// What is missing to step up; empty where nothing is.
    pub lacks: BTreeSet<Missing>,
}

impl Scoped {
    /// Returns how many of the expected gates had a result, in percent, rounded down; nothing where none was expected.
    pub fn complete(&self) -> Option<u32> {
        percent(self.expected - self.missing, self.expected)
    }
}

/// Returns a share in percent, rounded down.
pub(super) fn percent(part: usize, whole: usize) -> Option<u32> {
    (part * 100).checked_div(whole).map(|own| u32::try_from(own).unwrap_or(100))
}

/// One family, or one kind of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub about: About,
    /// What people call it.
    pub title: String,
    /// Its level today.
    pub level: Enforcement,
    /// The level above; nothing at the top.
    pub next: Option<Enforcement>,
    /// The day past which `report_only` is a finding.
    pub until: Option<Date>,
    /// How many gates it has.
    pub gates: usize,
    /// What the verdicts say, by scope.
    pub scopes: Vec<Scoped>,
    /// Why it may not stay as it is; nothing where it may.
    pub finding: Option<String>,
}

impl Line {
    /// Says whether the evidence is good enough to step up: it is in every scope in which it is asked for.
    pub fn is_ready(&self) -> bool {
        self.next.is_some() && !self.scopes.is_empty() && self.scopes.iter().all(|own| own.lacks.is_empty())
    }
}

/// Every family and every kind of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graduation {
    /// The families by id, then the kinds in the order of the seeds.
    pub lines: Vec<Line>,
}

impl Graduation {
    /// Returns the findings, each with what it is about.
    pub fn findings(&self) -> impl Iterator<Item = (&Line, &str)> {
        self.lines.iter().filter_map(|line| Some((line, line.finding.as_deref()?)))
    }
}
