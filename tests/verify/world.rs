//! Everything that a verdict is decided by, made by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{KeyId, PublicKey, SecretKey};
use laneway::evidence::{
    Evidence, GateResult, Held, Origin, Record, Required, RunId, Shard, Statement, Subjects, Tool,
};
use laneway::id::{ARCHITECTURE_REVIEW, GateId};
use laneway::lanes::Enforcement;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::policy::{Policies, PolicyBasis};
use laneway::route::GateState;
use laneway::source::{Place, Source};
use laneway::trust::{Power, Trust, TrustedKey};
use laneway::verdict::{Expectation, Granted, Request, Verdict, decide, granted};

/// What a verdict is asked for, owned.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) commit: CommitHash,
    pub(crate) plan: Digest,
    pub(crate) profile: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) artifacts: BTreeSet<Digest>,
    pub(crate) expectations: BTreeMap<GateId, Expectation>,
    pub(crate) basis: PolicyBasis,
    pub(crate) evidence: Evidence,
    /// What the base has in its lanes.
    pub(crate) permissions: Vec<Permission>,
    pub(crate) architects: BTreeSet<String>,
    pub(crate) trust: Trust,
    pub(crate) now: Timestamp,
}

impl World {
    /// Returns a world in which nothing is asked for.
    pub(crate) fn new() -> Self {
        Self {
            commit: commit("1"),
            plan: Digest::of(b"plan"),
            profile: None,
            environment: None,
            artifacts: BTreeSet::new(),
            expectations: BTreeMap::new(),
            basis: PolicyBasis::BaseAndHead,
            evidence: Evidence::default(),
            permissions: Vec::new(),
            architects: BTreeSet::from(["@arch".to_owned()]),
            trust: Trust::default(),
            now: minute(1000),
        }
    }

    /// Decides.
    pub(crate) fn verdict(&self) -> Verdict {
        static NONE: OnceLock<Policies> = OnceLock::new();
        let none = NONE.get_or_init(|| Policies::load(PolicyBasis::BaseAndHead, &[]));
        let mut allowed = granted(none, &self.evidence, &self.trust, self.now);
        allowed.extend(self.permissions.iter().map(|permission| Granted {
            by: BTreeSet::from([permission.owner.clone()]),
            permission: permission.clone(),
            record: None,
        }));
        let (force, lapsed): (Vec<_>, Vec<_>) =
            allowed.into_iter().partition(|own| own.permission.is_in_force(self.now));
        let lapsed: Vec<Permission> = lapsed.into_iter().map(|own| own.permission).collect();
        decide(&Request {
            commit: &self.commit,
            plan: self.plan,
            profile: self.profile.as_deref(),
            environment: self.environment.as_deref(),
            artifacts: &self.artifacts,
            expectations: &self.expectations,
            basis: self.basis,
            evidence: &self.evidence,
            granted: &force,
            lapsed: &lapsed,
            architects: &self.architects,
            trust: &self.trust,
            drift: laneway::posture::DriftLimits::default(),
            now: self.now,
        })
    }

    /// Keeps a record, signed by these keys, and returns its digest.
    pub(crate) fn keep(&mut self, record: &Record, signers: &[&str]) -> Digest {
        let held = held(record, signers);
        let digest = held.digest;
        self.evidence.records.push(held);
        digest
    }
}

/// Returns a record as a store holds it.
pub(crate) fn held(record: &Record, signers: &[&str]) -> Held<Record> {
    let digest = Statement::Record(Box::new(record.clone())).digest();
    Held { digest, content: record.clone(), signers: signers.iter().map(|name| key(name).id()).collect() }
}

/// Returns a moment, in minutes from the beginning of the world.
pub(crate) fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + minute * 60).unwrap()
}

/// Returns a commit by a digit.
pub(crate) fn commit(digit: &str) -> CommitHash {
    CommitHash::parse(&digit.repeat(40)).unwrap()
}

/// Returns the key of a name, the same for the same name.
pub(crate) fn key(name: &str) -> PublicKey {
    static KEYS: OnceLock<std::sync::Mutex<BTreeMap<String, PublicKey>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(std::sync::Mutex::default).lock().unwrap();
    let make = || SecretKey::from_seed(Digest::of(name.as_bytes()).as_bytes()).public();
    keys.entry(name.to_owned()).or_insert_with(make).clone()
}

/// Returns the names of keys as their ids.
pub(crate) fn ids(names: &[&str]) -> BTreeSet<KeyId> {
    names.iter().map(|name| key(name).id()).collect()
}

/// Returns a trusted key that may do everything, for every gate.
pub(crate) fn trusted(name: &str, owner: &str) -> TrustedKey {
    TrustedKey {
        id: name.to_owned(),
        key: key(name),
        owner: owner.to_owned(),
        may: Power::ALL.into(),
        gates: Vec::new(),
        expires: None,
        place: Place { source: Source::new("lanes/keys.yaml", ""), span: 0..0 },
    }
}

/// Returns what a plain gate is held to.
pub(crate) fn expectation(gate: &str) -> Expectation {
    let by_approval_only = gate == ARCHITECTURE_REVIEW;
    Expectation {
        required: Required {
            title: gate.to_owned(),
            run: (!by_approval_only).then(|| format!("make {gate}")),
            evidence_types: BTreeSet::new(),
            family: None,
        },
        state: GateState::Current,
        owners: BTreeSet::from(["@own".to_owned()]),
        enforcement: Enforcement::Blocking,
        may_not_apply: false,
        needs_artifact: false,
        by_approval_only,
    }
}

/// Returns the record of one whole run of a gate, which ended a while ago.
pub(crate) fn record(world: &World, gate: &str, result: GateResult, run: &str) -> Record {
    Record {
        subjects: Subjects { commit: world.commit.clone(), artifacts: BTreeMap::new() },
        gate: GateId::from(gate),
        plan: world.plan,
        profile: world.profile.clone(),
        environment: world.environment.clone(),
        result,
        origin: Origin::Executed,
        owner: "@own".to_owned(),
        evidence_types: BTreeSet::new(),
        artifacts: Vec::new(),
        command: Some(format!("make {gate}")),
        missing_reason: (result != GateResult::Pass).then(|| format!("it is {result}")),
        run: RunId::parse(run).unwrap(),
        attempt: 1,
        shard: Shard::WHOLE,
        started: minute(10),
        finished: minute(20),
        valid_until: None,
        tool: Tool { name: "laneway".to_owned(), version: None },
        failure: None,
        drift: None,
    }
}

/// Returns a permission in force, on any commit.
pub(crate) fn permission(id: &str, kind: Kind, scope: Scope, owner: &str) -> Permission {
    Permission {
        id: id.to_owned(),
        kind,
        scope,
        subject: Whose::Any,
        owner: owner.to_owned(),
        residual_risk_owner: None,
        reason: "because".to_owned(),
        created: minute(900),
        expires: minute(2000),
        place: None,
    }
}

/// Returns a permission as a store holds it.
pub(crate) fn held_permission(permission: &Permission, signers: &[&str]) -> Held<Permission> {
    let digest = Statement::Permission(Box::new(permission.clone())).digest();
    Held { digest, content: permission.clone(), signers: ids(signers) }
}
