//! Words for how what runs stands against what was declared: how far it drifted, whether data can go back, and how.

/// How far what runs has drifted from what is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// Nothing depends on it.
    Low,
    /// Somebody should look.
    Medium,
    /// Something depends on it.
    High,
    /// Something is wrong because of it.
    Critical,
}

impl Drift {
    /// Every severity, in order.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// From which severity of drift on a pass is no pass any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DriftLimits {
    /// From here on it is partial.
    pub partial: Drift,
    /// From here on it is a failure.
    pub fail: Drift,
}

impl Default for DriftLimits {
    fn default() -> Self {
        Self { partial: Drift::Medium, fail: Drift::High }
    }
}

impl DriftLimits {
    /// Joins two limits: the stricter of each.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { partial: self.partial.min(other.partial), fail: self.fail.min(other.fail) }
    }
}

/// Whether the data can go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MigrationPosture {
    /// It cannot.
    ForwardOnly,
    /// It can.
    Reversible,
    /// Somebody has to look.
    ManualReview,
}

impl MigrationPosture {
    /// Every posture, in the order of the seeds.
    pub const ALL: [Self; 3] = [Self::ForwardOnly, Self::Reversible, Self::ManualReview];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForwardOnly => "forward_only",
            Self::Reversible => "reversible",
            Self::ManualReview => "manual_review",
        }
    }
}

/// How what is shipped is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// The command.
    pub command: String,
    /// What it goes back to.
    pub manifest_or_revision: String,
    /// Whether the data can go back.
    pub migration_posture: MigrationPosture,
    /// Who does it.
    pub owner: String,
}
