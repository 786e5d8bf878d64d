//! An environment, checked.

use std::collections::BTreeSet;

use crate::id::GateId;
use crate::posture::Rollback;
use crate::source::Place;

/// A part of the contract between a release profile and an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What is shipped, by digest.
    Artifacts,
    /// Values of the configuration.
    Config,
    /// Host names.
    Dns,
    /// Certificates.
    Tls,
    /// Secrets and identities: that they are there, and how old they are, never what they are.
    Secrets,
    /// Entries of registries.
    Registry,
    /// The migration baseline.
    Schema,
    /// The seed.
    Seed,
}

impl Section {
    /// Every section, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::Artifacts,
        Self::Config,
        Self::Dns,
        Self::Tls,
        Self::Secrets,
        Self::Registry,
        Self::Schema,
        Self::Seed,
    ];

    /// Returns the key of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Artifacts => "artifacts",
            Self::Config => "config",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Secrets => "secrets",
            Self::Registry => "registry",
            Self::Schema => "schema",
            Self::Seed => "seed",
        }
    }

    /// Returns the release gate that the section is a proof for. A profile that does not ask for the gate does not ask for
    /// the section. What belongs to no section (target, change class, phases) is [`CONTRACT_GATE`](Self::CONTRACT_GATE)'s.
    pub const fn gate(self) -> &'static str {
        match self {
            Self::Artifacts => "release-artifacts",
            Self::Config => Self::CONTRACT_GATE,
            Self::Dns | Self::Tls => "release-edge",
            Self::Secrets => "release-secrets",
            Self::Registry => "release-registry",
            Self::Schema | Self::Seed => "release-schema",
        }
    }

    /// The release gate of the contract as a whole: that there is a description, of the right target, not too old, and that
    /// the values of the configuration are there.
    pub const CONTRACT_GATE: &'static str = "release-contract";

    /// The release gate of the rollback.
    pub const ROLLBACK_GATE: &'static str = "release-rollback";

    /// The type of evidence that a resolved contract is.
    pub const EVIDENCE_TYPE: &'static str = "release-contract";

    /// The types of evidence that tell how an environment is just now. It changes, and so do they: of several, the newest
    /// counts.
    pub const OBSERVATIONS: [&'static str; 2] = [Self::EVIDENCE_TYPE, "preflight"];

    /// Says whether evidence of these types only tells how an environment is just now.
    pub fn is_observation(types: &BTreeSet<String>) -> bool {
        !types.is_empty() && types.iter().all(|own| Self::OBSERVATIONS.contains(&own.as_str()))
    }
}

/// What is wanted of one item of a section. The description of the environment says what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// It is there.
    Present,
    /// It is there, and not older than so many days.
    Fresh {
        /// How old it may be.
        max_age_days: u32,
    },
    /// It is valid for so many days more.
    Valid {
        /// For how long at least.
        min_days: u32,
    },
    /// It is exactly this: a version, a baseline. What it is instead is not printed.
    Equals {
        /// What it must be.
        value: String,
    },
}

/// An item that need not be there under some profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excused {
    /// Under which; never empty.
    pub profiles: BTreeSet<String>,
    /// Why.
    pub reason: String,
}

/// One item of a section.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The section.
    pub section: Section,
    /// Its name: `db-password`, `api.platform.example`.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// What is wanted.
    pub want: Want,
    /// Under which profiles it is wanted; under every one where it does not say.
    pub profiles: Option<BTreeSet<String>>,
    /// Under which it is explicitly not applicable.
    pub excused: Option<Excused>,
    /// Where it is declared.
    pub place: Place,
}

/// Where the description of an environment comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Description {
    /// A file of the repository, or beside it: YAML or JSON.
    File(String),
    /// What a command prints, run in the root of the working tree: YAML or JSON.
    Command(String),
}

/// What a JSON or YAML document must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    /// A JSON pointer: `/migrations/pending`.
    pub pointer: String,
    /// What stands there, as text; anything but `null` and `false` where this is left out.
    pub equals: Option<String>,
}

/// How a check looks at the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// A TCP connection can be made.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// A TLS handshake with a certificate that is trusted for the host, valid for some time more.
    Tls {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// For how many days more at least.
        min_days: u32,
    },
    /// A `GET` answers with this status. Redirections are not followed.
    Http {
        /// The address.
        url: String,
        /// The status.
        status: u16,
    },
    /// A command prints a document that says so.
    Command {
        /// The command.
        run: String,
        /// What it must print; with nothing, it must only succeed.
        expect: Option<Expect>,
    },
    /// A file says so.
    File {
        /// The file, relative to the root of the working tree.
        path: String,
        /// What it must say; with nothing, it must only be there.
        expect: Option<Expect>,
    },
}

/// A check of the target environment, made before anything is deployed.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its id, unique in the environment.
    pub id: String,
    /// The release gate that it is evidence for.
    pub gate: GateId,
    /// Who answers for it.
    pub owner: String,
    /// How it looks.
    pub probe: Probe,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
    /// Where it is declared.
    pub place: Place,
    /// Where it names the gate.
    pub gate_place: Place,
}

/// How something is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// The command. It is told the manifest by variables, and must not build anything.
    pub run: String,
    /// How long it may take, in minutes.
    pub timeout_minutes: Option<u32>,
}

/// A target environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its id: `production`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Who answers for whatever nobody else does.
    pub owner: String,
    /// What the description must say that it is a description of.
    pub target: String,
    /// The change classes that it takes, in the seeds' words; every one where it does not say.
    pub change_classes: Option<BTreeSet<String>>,
    /// The release profiles that it takes; every one where it does not say.
    pub profiles: Option<BTreeSet<String>>,
    /// Where its description comes from, where nobody says otherwise.
    pub description: Option<Description>,
    /// How old a description may be, in hours.
    pub max_age_hours: u32,
    /// What must be there, in the order of the sections and of the file.
    pub wanted: Vec<Wanted>,
    /// The checks that preflight makes.
    pub checks: Vec<Check>,
    /// How something is deployed there.
    pub deploy: Option<Deploy>,
    /// How a deployment is taken back, where the manifest does not say.
    pub rollback: Option<Rollback>,
    /// The profiles that it names anywhere, each where it does.
    pub named: Vec<(String, Place)>,
    /// Where it is declared.
    pub place: Place,
}

impl Wanted {
    /// Says whether the item is looked at under a profile.
    pub fn is_wanted_under(&self, profile: &str) -> bool {
        self.profiles.as_ref().is_none_or(|own| own.contains(profile))
    }

    /// Returns why the item need not be there under a profile.
    pub fn excuse(&self, profile: &str) -> Option<&str> {
        self.excused.as_ref().filter(|own| own.profiles.contains(profile)).map(|own| own.reason.as_str())
    }
}

impl Environment {
    /// Says whether it takes a release profile.
    pub fn takes(&self, profile: &str) -> bool {
        self.profiles.as_ref().is_none_or(|own| own.contains(profile))
    }

    /// Says whether both mean the same, wherever it is written.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let wanted = |left: &Wanted, right: &Wanted| {
            left.section == right.section
                && left.name == right.name
                && left.owner == right.owner
                && left.want == right.want
                && left.profiles == right.profiles
                && left.excused == right.excused
        };
        let check = |left: &Check, right: &Check| {
            left.id == right.id
                && left.gate == right.gate
                && left.owner == right.owner
                && left.probe == right.probe
                && left.timeout_seconds == right.timeout_seconds
        };
        self.id == other.id
            && self.title == other.title
            && self.owner == other.owner
            && self.target == other.target
            && self.change_classes == other.change_classes
            && self.profiles == other.profiles
            && self.description == other.description
            && self.max_age_hours == other.max_age_hours
            && self.wanted.len() == other.wanted.len()
            && self.wanted.iter().zip(&other.wanted).all(|(left, right)| wanted(left, right))
            && self.checks.len() == other.checks.len()
            && self.checks.iter().zip(&other.checks).all(|(left, right)| check(left, right))
            && self.deploy == other.deploy
            && self.rollback == other.rollback
    }
}
