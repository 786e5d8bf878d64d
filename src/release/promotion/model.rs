//! What a promotion is asked for, and what is found.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::proof::Proofs;
use crate::digest::Digest;
use crate::evidence::{GateResult, Outcome, Required, Requirements, Seal, SealedGate, Shown};
use crate::id::{DomainId, GateId};
use crate::packets::Packet;
use crate::path::RepoPath;
use crate::policy::Policies;

/// The profile under which a verdict about a promotion is kept; its environment is the domain.
pub const PROMOTION: &str = "promotion";

/// A condition of independent promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// A packet recommends to split or to extract the domain.
    Decision,
    /// Every cross-process caller has a service-auth packet.
    ServiceAuth,
    /// The degradation contract has a smoke or a harness that can be executed.
    Degradation,
    /// The rollback command is tested and documented.
    Rollback,
    /// The gates of a release profile pass in enforcing mode.
    Enforcing,
    /// The smokes of every product consumer pass.
    ConsumerSmokes,
    /// Status/Ops has the domain's component and the evidence of its service level.
    Status,
    /// The boundary guards are clean in `blocking_new`.
    Guards,
}

impl Condition {
    /// Every condition, in the order of the seeds.
    pub const ALL: [Self; 8] = [
        Self::Decision,
        Self::ServiceAuth,
        Self::Degradation,
        Self::Rollback,
        Self::Enforcing,
        Self::ConsumerSmokes,
        Self::Status,
        Self::Guards,
    ];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::ServiceAuth => "service_auth",
            Self::Degradation => "degradation",
            Self::Rollback => "rollback",
            Self::Enforcing => "enforcing",
            Self::ConsumerSmokes => "consumer_smokes",
            Self::Status => "status",
            Self::Guards => "guards",
        }
    }

    /// Returns the number that the seeds give it.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Says what it asks for.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Decision => "a packet recommends to split or to extract the domain",
            Self::ServiceAuth => "every cross-process caller has a service-auth packet",
            Self::Degradation => "the degradation contract has an executable smoke or harness",
            Self::Rollback => "the rollback command is tested and documented",
            Self::Enforcing => "the release profile's gates pass in enforcing mode",
            Self::ConsumerSmokes => "the smokes of every product consumer pass",
            Self::Status => "Status/Ops has the component and its SLO evidence",
            Self::Guards => "the boundary guards are clean in blocking_new",
        }
    }

    /// Returns the gate that the condition is in a verdict.
    pub fn gate(self) -> GateId {
        GateId::new(format!("{PROMOTION}.{}", self.as_str()))
    }

    /// Returns the condition of a gate.
    pub fn of_gate(gate: &GateId) -> Option<Self> {
        let word = gate.as_str().strip_prefix(PROMOTION)?.strip_prefix('.')?;
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// Returns the gate family that the condition is a proof of.
    pub const fn family(self) -> &'static str {
        match self {
            Self::Decision | Self::Enforcing | Self::Guards => "source-and-promotion",
            Self::ServiceAuth => "secrets-and-pki",
            Self::Degradation | Self::Status => "runtime-health",
            Self::Rollback => "rollback",
            Self::ConsumerSmokes => "uat-and-security",
        }
    }
}

/// What is claimed of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It may be promoted on its own.
    Independent,
    /// Level 2: guards, degradation and evidence hold.
    Level2,
}

impl Claim {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Level2 => "l2",
        }
    }

    /// Says whether the claim rests on a condition.
    pub const fn needs(self, condition: Condition) -> bool {
        match self {
            Self::Independent => true,
            Self::Level2 => match condition {
                Condition::Degradation
                | Condition::Enforcing
                | Condition::ConsumerSmokes
                | Condition::Status
                | Condition::Guards => true,
                Condition::Decision | Condition::ServiceAuth | Condition::Rollback => false,
            },
        }
    }
}

/// How a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is shown.
    Holds,
    /// It is not.
    Fails,
    /// Nothing says what it would be held against.
    Unknown,
}

impl State {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it stands.
    pub state: State,
    /// Who answers for it.
    pub owner: String,
    /// What shows it, in words.
    pub proof: Vec<String>,
    /// What is missing, in words; empty where it holds.
    pub missing: Vec<String>,
    /// The records, and the seal, that it was decided by.
    pub records: BTreeSet<Digest>,
}

impl Found {
    /// Returns the condition as it is sealed.
    pub fn sealed(&self) -> SealedGate {
        let (result, shown) = match self.state {
            State::Holds => (GateResult::Pass, Shown::Passed),
            State::Fails => (GateResult::Fail, Shown::Failed),
            State::Unknown => (GateResult::Missing, Shown::Missing),
        };
        SealedGate {
            result,
            shown,
            owner: self.owner.clone(),
            evidence_types: BTreeSet::new(),
            artifact: None,
            missing_reason: (!self.missing.is_empty()).then(|| self.missing.join("; ")),
            records: self.records.clone(),
            permissions: BTreeMap::new(),
        }
    }
}

/// A packet, and whether it counts.
#[derive(Clone, Copy, Debug)]
pub enum PacketState<'a> {
    /// Base and head have it.
    Stands(&'a Packet),
    /// The change brings it, or changes it: it counts once the base has it.
    Brought(&'a Packet),
    /// There is none.
    Absent,
}

impl<'a> PacketState<'a> {
    /// Returns the packet, whether it counts or not.
    pub const fn packet(self) -> Option<&'a Packet> {
        match self {
            Self::Stands(packet) | Self::Brought(packet) => Some(packet),
            Self::Absent => None,
        }
    }
}

/// The newest verdict of a release profile in an environment, for the commit.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The digest of the seal.
    pub digest: Digest,
    /// What it says.
    pub seal: Seal,
    /// Whether it was taken back.
    pub is_revoked: bool,
    /// Whether enough keys signed it that the base trusts.
    pub is_signed: bool,
}

/// What the boundary guards say of the commit.
#[derive(Clone, Debug, Default)]
pub struct Guarded {
    /// The findings that would stop a change in `blocking_new`, in words.
    pub new: Vec<String>,
    /// How many findings are known of old or allowed.
    pub known: usize,
    /// How many lines of the tables are of tools that did not run.
    pub not_judged: usize,
}

/// What a promotion is decided by.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The domain.
    pub domain: &'a DomainId,
    /// What is claimed.
    pub claim: Claim,
    /// The packet.
    pub packet: PacketState<'a>,
    /// The release profile, where one is asked for in the place of the packet's.
    pub profile: Option<&'a str>,
    /// The environment, where one is asked for in the place of the packet's.
    pub environment: Option<&'a str>,
    /// The policies.
    pub policies: &'a Policies,
    /// What is proved of the gates that matter, as [`needed`](super::needed) names them.
    pub proofs: &'a Proofs,
    /// The newest passing verdict of the profile in the environment.
    pub standing: Option<&'a Standing>,
    /// The files of the commit, sorted.
    pub tree: &'a [RepoPath],
    /// What the guards say.
    pub guarded: &'a Guarded,
    /// The time of the verdict.
    pub now: Timestamp,
}

/// What is found of a domain.
#[derive(Clone, Debug)]
pub struct Promotion {
    /// The domain.
    pub domain: DomainId,
    /// What is claimed.
    pub claim: Claim,
    /// The release profile that was looked at.
    pub profile: Option<String>,
    /// The environment that was looked at.
    pub environment: Option<String>,
    /// Every condition.
    pub conditions: BTreeMap<Condition, Found>,
}

impl Promotion {
    /// Says whether what is claimed holds.
    pub fn holds(&self) -> bool {
        self.conditions
            .iter()
            .all(|(condition, found)| !self.claim.needs(*condition) || found.state == State::Holds)
    }

    /// Says whether what holds does so on somebody's word: by a verdict of the release that is not clean.
    pub fn rests_on_debt(&self, standing: Option<&Standing>) -> bool {
        self.claim.needs(Condition::Enforcing)
            && standing.is_some_and(|own| own.seal.outcome != Outcome::Clean)
    }

    /// Returns the plan that the verdict is for: the conditions that the claim rests on.
    pub fn requirements(&self) -> Requirements {
        let target = [&self.profile, &self.environment].map(|own| own.clone().unwrap_or_default());
        let claimed = Condition::ALL.into_iter().filter(|own| self.claim.needs(*own));
        let gates = claimed.map(|condition| {
            // Another profile, or another environment, is another plan.
            let evidence_types = match condition {
                Condition::Enforcing => target.iter().filter(|own| !own.is_empty()).cloned().collect(),
                _ => BTreeSet::new(),
            };
            let family = Some(condition.family().to_owned());
            let title = condition.title().to_owned();
            (condition.gate(), Required { title, run: None, evidence_types, family })
        });
        Requirements {
            profile: Some(PROMOTION.to_owned()),
            environment: Some(self.domain.as_str().to_owned()),
            gates: gates.collect(),
        }
    }
}
