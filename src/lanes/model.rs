//! Lanes, gates and rules, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;

use super::profile::Profile;
use super::stated::StatedRule;
use crate::class::ChangeClass;
use crate::environment::Environment;
use crate::id::{DomainId, GateId};
use crate::ownership::{MapKind, ReleaseClass};
use crate::pattern::Pattern;
use crate::permission::Permission;
use crate::quorum::Quorums;
use crate::source::{Place, Span};
use crate::trust::{Trust, TrustedKey};

/// The layer of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Does the whole platform's contract still hold?
    Global,
    /// Is the owning domain internally correct?
    DomainLocal,
    /// Did the domains that consume this contract still work?
    ConsumerSmoke,
    /// Is this domain ready to promote independently?
    ServiceEvidence,
}

impl Layer {
    /// Every layer, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Global, Self::DomainLocal, Self::ConsumerSmoke, Self::ServiceEvidence];

    /// Returns the word of the catalogue and of JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::DomainLocal => "domain_local",
            Self::ConsumerSmoke => "consumer_smoke",
            Self::ServiceEvidence => "service_evidence",
        }
    }

    /// Reads the word of the catalogue.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.as_str() == word)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Which changes a gate of the catalogue runs for, whatever they touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlwaysScope {
    /// `every_change`: any change that is not empty.
    EveryChange,
    /// `code_change`: a change with a file that is neither docs nor exempt.
    CodeChange,
}

impl AlwaysScope {
    /// Returns the word of the catalogue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EveryChange => "every_change",
            Self::CodeChange => "code_change",
        }
    }
}

/// `always` of a gate, with the `paths` that narrow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Always {
    /// Which changes.
    pub scope: AlwaysScope,
    /// Where this is not empty, a file that counts must match one of these.
    pub paths: Vec<Pattern>,
    /// What `!pattern` takes out of `paths`.
    pub excluded: Vec<Pattern>,
}

/// One thing that must hold.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its id, unique in the workspace.
    pub id: GateId,
    /// What people call it.
    pub title: String,
    /// Its layer.
    pub layer: Layer,
    /// The gate family that it is a proof of.
    pub family: Option<String>,
    /// The command; without one, evidence from outside must satisfy the gate.
    pub run: Option<String>,
    /// The label of the machine that it wants.
    pub runner: Option<String>,
    /// How long it may take.
    pub timeout_minutes: Option<u32>,
    /// The gates that must have passed before; they are selected with it.
    pub needs: BTreeSet<GateId>,
    /// The types of evidence that satisfy it, one of which a record must have; any where it is empty.
    pub evidence_types: BTreeSet<String>,
    /// The kinds of evidence that it is; those of its family where it does not say.
    pub evidence_kinds: BTreeSet<EvidenceKind>,
    /// Says whether a result may say that the gate does not apply: a permission, so only the base's word counts.
    pub not_applicable: bool,
    /// Which changes it runs for, whatever they touch.
    pub always: Option<Always>,
    /// The lane that defines it; nothing for a gate of the catalogue.
    pub lane: Option<DomainId>,
    /// Where it is defined; nothing for a gate that is required and that nobody defines.
    pub place: Option<Place>,
}

/// One entry of a lane: a gate that the lane asks for, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The list of the lane in which it stands, which need not be the gate's own layer.
    pub slot: Layer,
    /// The gate.
    pub gate: GateId,
    /// `consumer` of a smoke; without one it counts for every consumer.
    pub consumer: Option<DomainId>,
    /// `tags` of a smoke; without any it counts for every tag.
    pub tags: BTreeSet<String>,
}

/// What a domain must pass.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The domain.
    pub domain: DomainId,
    /// What people call it.
    pub title: Option<String>,
    /// The class of its files where a row states none.
    pub kind: Option<ChangeClass>,
    /// Who looks at its files where a row names nobody.
    pub reviewers: Quorums,
    /// What its files ship as where a row does not say.
    pub release_class: Option<ReleaseClass>,
    /// A repetition of what the maps own; the maps decide.
    pub source_paths: Vec<Pattern>,
    /// Where each of them stands, in the source of [`Lane::place`].
    pub source_spans: Vec<Span>,
    /// The gates that it asks for, in the order of the file.
    pub asks: Vec<Ask>,
    /// Where each of them stands, in the source of [`Lane::place`]; of a smoke that names one, its consumer.
    pub ask_spans: Vec<Span>,
    /// Where it is declared.
    pub place: Place,
}

/// Which of a lane's smokes a rule takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SmokeScope {
    /// None.
    #[default]
    None,
    /// Those with one of these tags, or with none at all.
    Tagged(BTreeSet<String>),
    /// All.
    All,
}

/// The minimum route of a change class. Gates are catalogue ids: titles are resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassRule {
    /// Gates of the catalogue.
    pub gates: BTreeSet<GateId>,
    /// The local gates of the affected domains.
    pub local_gates: bool,
    /// The smokes of the affected domains.
    pub consumer_smokes: SmokeScope,
    /// The service evidence of the changed domains, with a production-impacting file of the class.
    pub service_evidence: bool,
    /// The smokes, in the lanes of the services that an affected domain consumes, that name it or nobody.
    pub consumed_smokes: bool,
    /// Gates of the catalogue, with a production-impacting file of the class.
    pub production_gates: BTreeSet<GateId>,
    /// The smokes with one of these tags, of the domains whose contracts the surface shows and the change touches.
    pub shown_contract_smokes: BTreeSet<String>,
    /// Gates of the catalogue, with a file whose owning row is tagged `ships`.
    pub ships_gates: BTreeSet<GateId>,
}

impl SmokeScope {
    /// Widens to what `other` takes as well.
    pub fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::All, _) | (_, Self::None) => {}
            (Self::Tagged(own), Self::Tagged(other)) => own.extend(other.iter().cloned()),
            (_, other) => self.clone_from(other),
        }
    }

    /// Says whether a smoke with these tags is taken; one without any counts for every tag.
    pub fn takes(&self, tags: &BTreeSet<String>) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Tagged(own) => tags.is_empty() || !own.is_disjoint(tags),
        }
    }
}

impl ClassRule {
    /// Adds what `other` requires; nothing is taken away.
    pub fn add(&mut self, other: &Self) {
        self.gates.extend(other.gates.iter().cloned());
        self.local_gates |= other.local_gates;
        self.consumer_smokes.add(&other.consumer_smokes);
        self.service_evidence |= other.service_evidence;
        self.consumed_smokes |= other.consumed_smokes;
        self.production_gates.extend(other.production_gates.iter().cloned());
        self.shown_contract_smokes.extend(other.shown_contract_smokes.iter().cloned());
        self.ships_gates.extend(other.ships_gates.iter().cloned());
    }
}

impl KindRule {
    /// Adds what `other` requires; nothing is taken away.
    pub fn add(&mut self, other: &Self) {
        self.gates.extend(other.gates.iter().cloned());
        self.consumer_smokes.add(&other.consumer_smokes);
    }
}

impl RoutingRules {
    /// Adds what `other` requires; nothing is taken away.
    pub fn add(&mut self, other: &Self) {
        for (class, rule) in &other.classes {
            self.classes.entry(*class).or_default().add(rule);
        }
        for (kind, rule) in &other.map_kinds {
            self.map_kinds.entry(*kind).or_default().add(rule);
        }
    }
}

/// What a row of a map kind adds to the route of each changed file that it attaches to, or owns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindRule {
    /// Gates of the catalogue.
    pub gates: BTreeSet<GateId>,
    /// Smokes in the lanes of the row's domains: none, or those with one of these tags.
    pub consumer_smokes: SmokeScope,
}

/// The routing rules of a workspace: the embedded ones with what the workspace adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingRules {
    /// By change class; every class has an entry.
    pub classes: BTreeMap<ChangeClass, ClassRule>,
    /// By map kind; every kind has an entry.
    pub map_kinds: BTreeMap<MapKind, KindRule>,
}

/// A kind of evidence that the seeds do not let stay report-only for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// Values that a profile needs.
    ProfileValues,
    /// Secrets, certificates, identities.
    Secrets,
    /// Host names and certificates.
    DnsTls,
    /// Migrations.
    Migrations,
    /// Digests of artifacts.
    ArtifactDigests,
    /// User acceptance.
    Uat,
    /// Security.
    Security,
    /// Rollback.
    Rollback,
    /// Reconciliation.
    Reconciliation,
}

impl EvidenceKind {
    /// Every kind, in the order of the seeds.
    pub const ALL: [Self; 9] = [
        Self::ProfileValues,
        Self::Secrets,
        Self::DnsTls,
        Self::Migrations,
        Self::ArtifactDigests,
        Self::Uat,
        Self::Security,
        Self::Rollback,
        Self::Reconciliation,
    ];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProfileValues => "profile_values",
            Self::Secrets => "secrets",
            Self::DnsTls => "dns_tls",
            Self::Migrations => "migrations",
            Self::ArtifactDigests => "artifact_digests",
            Self::Uat => "uat",
            Self::Security => "security",
            Self::Rollback => "rollback",
            Self::Reconciliation => "reconciliation",
        }
    }

    /// Returns the kinds that a gate of a family is evidence of, where the gate itself does not say.
    pub fn of_family(family: &str) -> &'static [Self] {
        match family {
            "secrets-and-pki" => &[Self::Secrets],
            "dns-tls-edge" => &[Self::DnsTls],
            "schema-and-seed" => &[Self::Migrations],
            "artifact-and-image" => &[Self::ArtifactDigests],
            "uat-and-security" => &[Self::Uat, Self::Security],
            "rollback" => &[Self::Rollback],
            "reconciliation" => &[Self::Reconciliation],
            _ => &[],
        }
    }
}

/// How strictly a kind of evidence is asked for: one of `evidence_kinds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLevel {
    /// What becomes of a verdict that a gate of the kind does not satisfy. With that of its family, the stricter counts.
    pub enforcement: Enforcement,
    /// The day past which `report_only` is itself a finding.
    pub report_only_until: Option<Date>,
}

/// A family of gates: what they prove together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its id: `runtime-health`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The proof that it asks for.
    pub proof: String,
    /// What becomes of a verdict that a gate of the family does not satisfy.
    pub enforcement: Enforcement,
    /// The day past which `report_only` is itself a finding.
    pub report_only_until: Option<Date>,
    /// Says whether a pass must name an artifact by its digest.
    pub needs_artifact: bool,
}

/// What becomes of a verdict that a gate does not satisfy: the steps of graduation, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enforcement {
    /// It is printed.
    ReportOnly,
    /// It is printed as a warning.
    Warning,
    /// It stops claims of a production-impacting shared service, and promotions.
    BlockingClaims,
    /// It stops everything.
    #[default]
    Blocking,
}

impl Enforcement {
    /// Every level, in order.
    pub const ALL: [Self; 4] = [Self::ReportOnly, Self::Warning, Self::BlockingClaims, Self::Blocking];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReportOnly => "report_only",
            Self::Warning => "warning",
            Self::BlockingClaims => "blocking_claims",
            Self::Blocking => "blocking",
        }
    }
}

/// Every lane, gate, rule and profile of a workspace.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    /// By domain.
    pub lanes: BTreeMap<DomainId, Lane>,
    /// By id: the catalogue, the lanes' own gates, and the gates that are required and that nobody defines.
    pub gates: BTreeMap<GateId, Gate>,
    /// The routing rules.
    pub rules: RoutingRules,
    /// The gates of releases by id: proved in an environment, under a profile, and in no route. No id is also one of `gates`.
    pub release_gates: BTreeMap<GateId, Gate>,
    /// The release profiles by id.
    pub profiles: BTreeMap<String, Profile>,
    /// Where the release profiles are stated.
    pub profile_places: BTreeMap<String, Place>,
    /// The target environments by id.
    pub environments: BTreeMap<String, Environment>,
    /// The gate families by id: the embedded ones, and what the workspace adds or words in its own way.
    pub families: BTreeMap<String, Family>,
    /// How strictly kinds of evidence are asked for, where a document says so.
    pub evidence_kinds: BTreeMap<EvidenceKind, KindLevel>,
    /// Which rules the workspace states itself, in the order of the files.
    pub stated_rules: Vec<StatedRule>,
    /// Whose signatures count, and how many are needed.
    pub trust: Trust,
    /// What somebody allowed, in the order of the files.
    pub permissions: Vec<Permission>,
}

impl Lanes {
    /// Returns a gate of routes or of releases.
    pub fn gate(&self, id: &GateId) -> Option<&Gate> {
        self.gates.get(id).or_else(|| self.release_gates.get(id))
    }

    /// Says whether both mean the same, wherever it is written.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.rules == other.rules
            && self.profiles == other.profiles
            && self.evidence_kinds == other.evidence_kinds
            && self.environments.len() == other.environments.len()
            && self
                .environments
                .values()
                .zip(other.environments.values())
                .all(|(left, right)| left.means_the_same(right))
            && self.release_gates.len() == other.release_gates.len()
            && self
                .release_gates
                .values()
                .zip(other.release_gates.values())
                .all(|(left, right)| left.means_the_same(right))
            && self.families == other.families
            && self.lanes.len() == other.lanes.len()
            && self.lanes.values().zip(other.lanes.values()).all(|(left, right)| left.means_the_same(right))
            && self.gates.len() == other.gates.len()
            && self.gates.values().zip(other.gates.values()).all(|(left, right)| left.means_the_same(right))
            && self.trust.signing == other.trust.signing
            && same(&self.trust.keys, &other.trust.keys, TrustedKey::means_the_same)
            && same(&self.permissions, &other.permissions, Permission::means_the_same)
    }
}

/// Says whether two lists mean the same, item by item.
fn same<T>(left: &[T], right: &[T], means_the_same: fn(&T, &T) -> bool) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| means_the_same(left, right))
}

impl Lane {
    fn means_the_same(&self, other: &Self) -> bool {
        self.domain == other.domain
            && self.title == other.title
            && self.kind == other.kind
            && self.reviewers == other.reviewers
            && self.release_class == other.release_class
            && self.source_paths == other.source_paths
            && self.asks == other.asks
    }
}

impl Gate {
    /// Returns the kinds of evidence that the gate is: those that it states, else those of its family.
    pub fn kinds(&self) -> BTreeSet<EvidenceKind> {
        if !self.evidence_kinds.is_empty() {
            return self.evidence_kinds.clone();
        }
        let of_family = self.family.as_deref().map(EvidenceKind::of_family);
        of_family.into_iter().flatten().copied().collect()
    }

    fn means_the_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.title == other.title
            && self.family == other.family
            && self.runner == other.runner
            && self.timeout_minutes == other.timeout_minutes
            && self.not_applicable == other.not_applicable
            && self.evidence_kinds == other.evidence_kinds
            && self.is_defined_like(other)
    }

    /// Says whether command and selectors are the same: what makes a gate the gate that it is. The selectors of a
    /// smoke stand in the lanes that ask for it.
    pub fn is_defined_like(&self, other: &Self) -> bool {
        self.run == other.run
            && self.evidence_types == other.evidence_types
            && self.layer == other.layer
            && self.needs == other.needs
            && self.always == other.always
            && self.lane == other.lane
    }
}
