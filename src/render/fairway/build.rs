//! The items of a policy and a store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::newest::{Stand, newest};
use super::wire::{
    ArtifactV1, EpicOfV1, EpicV1, EvidenceV1, FAIRWAY_V1, HandoffToV1, HandoffV1, ItemV1, ReviewOfV1,
    ReviewV1, StatusV1, TaskOfV1, TaskV1, TaskVerdictV1,
};
use crate::digest::Digest;
use crate::evidence::{Archive, Origin, Record, Shown};
use crate::id::{ARCHITECTURE_REVIEW, DomainId, GateId};
use crate::lanes::{Gate, Layer};
use crate::permission::{Permission, Scope};
use crate::policy::Policy;

/// Returns every item, by id.
pub fn items(policy: &Policy, archive: &Archive, now: Timestamp) -> BTreeMap<String, ItemV1> {
    let builder = Builder {
        policy,
        archive,
        now,
        asked: asked(policy),
        records: archive.records.iter().map(|held| (held.digest, &held.content)).collect(),
    };
    let stands = newest(archive);
    let mut items: Vec<ItemV1> = Vec::new();
    let mut done: BTreeMap<&GateId, bool> = BTreeMap::new();
    for (id, gate) in &policy.lanes.gates {
        let own: Vec<Stand<'_>> =
            stands.get(id).map(|own| own.values().copied().collect()).unwrap_or_default();
        let task = builder.task(gate, &own);
        done.insert(id, task.status == StatusV1::Done);
        items.push(ItemV1::Task(task));
        items.extend(own.iter().flat_map(|stand| builder.evidence(gate, stand)));
        items.extend(
            own.iter()
                .find(|stand| !stand.is_done())
                .into_iter()
                .flat_map(|stand| builder.handoffs(gate, stand)),
        );
    }
    let tasks_of_profile = |profile: &str| -> BTreeSet<GateId> {
        let expects = |own: &&Stand<'_>| own.seal.profile.as_deref() == Some(profile);
        let expected = stands
            .iter()
            .filter(|(gate, own)| done.contains_key(**gate) && own.values().any(|stand| expects(&stand)));
        expected.map(|(gate, _)| (*gate).clone()).collect()
    };
    for (domain, lane) in &policy.lanes.lanes {
        let gates: BTreeSet<GateId> = lane.asks.iter().map(|ask| ask.gate.clone()).collect();
        let title = lane.title.clone().unwrap_or_else(|| domain.to_string());
        let owners = lane.reviewers.names().into_iter().map(str::to_owned).collect();
        items.push(epic(EpicOfV1::Domain, domain.as_str(), title, owners, &gates, &done));
    }
    for (id, profile) in &policy.lanes.profiles {
        let owners = builder.architects();
        let gates = tasks_of_profile(id);
        items.push(epic(EpicOfV1::ReleaseProfile, id, profile.title.clone(), owners, &gates, &done));
    }
    items.extend(builder.reviews());
    items.into_iter().map(|item| (item.id().to_owned(), item)).collect()
}

/// Returns the domains whose lanes ask for each gate.
fn asked(policy: &Policy) -> BTreeMap<&GateId, BTreeSet<&DomainId>> {
    let mut asked: BTreeMap<&GateId, BTreeSet<&DomainId>> = BTreeMap::new();
    for (domain, lane) in &policy.lanes.lanes {
        for ask in &lane.asks {
            asked.entry(&ask.gate).or_default().insert(domain);
        }
    }
    asked
}

fn epic(
    epic_of: EpicOfV1,
    name: &str,
    title: String,
    owners: Vec<String>,
    gates: &BTreeSet<GateId>,
    done: &BTreeMap<&GateId, bool>,
) -> ItemV1 {
    // A domain that asks for nothing has nothing that could be done; it is not done by that.
    let is_done = !gates.is_empty() && gates.iter().all(|gate| done.get(gate).copied().unwrap_or(false));
    ItemV1::Epic(EpicV1 {
        schema: FAIRWAY_V1,
        id: match epic_of {
            EpicOfV1::Domain => id("epic", name),
            EpicOfV1::ReleaseProfile => id("epic", &format!("profile.{name}")),
        },
        status: if is_done { StatusV1::Done } else { StatusV1::Open },
        title,
        epic_of,
        name: name.to_owned(),
        owners,
        tasks: gates.iter().map(|gate| id("task", gate.as_str())).collect(),
    })
}

struct Builder<'a> {
    policy: &'a Policy,
    archive: &'a Archive,
    now: Timestamp,
    asked: BTreeMap<&'a GateId, BTreeSet<&'a DomainId>>,
    records: BTreeMap<Digest, &'a Record>,
}

impl<'a> Builder<'a> {
    fn task(&self, gate: &Gate, stands: &[Stand<'_>]) -> TaskV1 {
        let is_done = !stands.is_empty() && stands.iter().all(Stand::is_done);
        TaskV1 {
            schema: FAIRWAY_V1,
            id: id("task", gate.id.as_str()),
            status: if is_done { StatusV1::Done } else { StatusV1::Open },
            title: gate.title.clone(),
            gate: gate.id.to_string(),
            task_of: match gate.layer {
                Layer::Global | Layer::DomainLocal => TaskOfV1::Gate,
                Layer::ConsumerSmoke => TaskOfV1::Smoke,
                Layer::ServiceEvidence => TaskOfV1::Packet,
            },
            layer: gate.layer.as_str().to_owned(),
            family: gate.family.clone(),
            command: gate.run.clone(),
            owners: self.owners(gate),
            epics: self.domains(gate).iter().map(|domain| id("epic", domain.as_str())).collect(),
            verdicts: stands.iter().map(|stand| self.verdict(stand)).collect(),
        }
    }

    fn verdict(&self, stand: &Stand<'_>) -> TaskVerdictV1 {
        let Stand { seal, sealed, .. } = stand;
        let known = sealed.records.iter().filter(|digest| self.records.contains_key(*digest));
        TaskVerdictV1 {
            commit: seal.commit.to_string(),
            profile: seal.profile.clone(),
            environment: seal.environment.clone(),
            outcome: stand.outcome().to_owned(),
            standing: sealed.shown.as_str().to_owned(),
            owner: sealed.owner.clone(),
            reason: sealed.missing_reason.clone(),
            evidence: known.map(|digest| id("evidence", &digest.to_string())).collect(),
            reviews: sealed.permissions.iter().map(|(name, record)| review_id(name, *record)).collect(),
        }
    }

    /// Returns what a verdict about a gate rests on, as far as the store has it.
    fn evidence(&self, gate: &Gate, stand: &Stand<'_>) -> Vec<ItemV1> {
        let held =
            stand.sealed.records.iter().filter_map(|digest| Some((digest, *self.records.get(digest)?)));
        held.filter(|(_, record)| record.gate == gate.id)
            .map(|(digest, record)| evidence(*digest, record))
            .collect()
    }

    /// Returns who must take up a gate that does not hold: who consumes, or who reviews.
    fn handoffs(&self, gate: &Gate, stand: &Stand<'_>) -> Vec<ItemV1> {
        let is_review = gate.id.as_str() == ARCHITECTURE_REVIEW;
        let needs = matches!(
            stand.sealed.shown,
            Shown::Failed | Shown::Missing | Shown::Partial | Shown::Flaky | Shown::Blocked
        );
        if !(is_review || gate.layer == Layer::ConsumerSmoke) || !(needs || stand.is_revoked) {
            return Vec::new();
        }
        let handoff = |consumer: Option<&DomainId>, from: Vec<String>, to: Vec<String>| {
            let name = consumer.map_or_else(|| gate.id.to_string(), |own| format!("{}.{own}", gate.id));
            ItemV1::Handoff(HandoffV1 {
                schema: FAIRWAY_V1,
                id: id("handoff", &name),
                status: StatusV1::Open,
                title: gate.title.clone(),
                task: id("task", gate.id.as_str()),
                handoff_to: if is_review { HandoffToV1::Reviewer } else { HandoffToV1::Consumer },
                consumer: consumer.map(ToString::to_string),
                from,
                to,
                commit: stand.seal.commit.to_string(),
                standing: if stand.is_revoked { "revoked" } else { stand.sealed.shown.as_str() }.to_owned(),
                reason: stand.sealed.missing_reason.clone(),
            })
        };
        if is_review {
            return vec![handoff(None, vec![stand.sealed.owner.clone()], self.architects())];
        }
        let lanes = self.policy.lanes.lanes.values();
        let asks = lanes.flat_map(|lane| &lane.asks).filter(|ask| ask.gate == gate.id);
        let consumers: BTreeSet<Option<&DomainId>> = asks.map(|ask| ask.consumer.as_ref()).collect();
        let from = self.owners(gate);
        consumers
            .into_iter()
            .map(|consumer| match consumer.and_then(|own| self.policy.lanes.lanes.get(own)) {
                Some(lane) => {
                    let to = lane.reviewers.names().into_iter().map(str::to_owned).collect();
                    handoff(consumer, from.clone(), to)
                }
                // A smoke that names nobody is its owner's; a consumer without a lane has nobody but them.
                None => handoff(consumer, from.clone(), vec![stand.sealed.owner.clone()]),
            })
            .collect()
    }

    /// Returns every permission as a review.
    fn reviews(&self) -> Vec<ItemV1> {
        let stated = self.policy.lanes.permissions.iter().map(|own| (own, None));
        let kept = self.archive.permissions.iter().map(|held| (&held.content, Some(held.digest)));
        stated.chain(kept).map(|(own, record)| self.review(own, record)).collect()
    }

    fn review(&self, own: &Permission, record: Option<Digest>) -> ItemV1 {
        let taken_back = record.is_some_and(|digest| self.archive.unpermitted.contains(&digest));
        let (state, status) = match (taken_back, own.is_in_force(self.now)) {
            (true, _) => ("taken_back", StatusV1::Closed),
            (false, true) => ("in_force", StatusV1::Done),
            (false, false) if self.now < own.created => ("not_yet", StatusV1::Open),
            (false, false) => ("expired", StatusV1::Closed),
        };
        ItemV1::Review(ReviewV1 {
            schema: FAIRWAY_V1,
            id: review_id(&own.id, record),
            status,
            title: format!("{} of {}", own.kind.as_str(), own.scope),
            review_of: self.review_of(&own.scope),
            permission: own.kind.as_str().to_owned(),
            scope: own.scope.to_string(),
            subject: own.subject.to_string(),
            owner: own.owner.clone(),
            residual_risk_owner: own.residual_risk_owner.clone(),
            reason: own.reason.clone(),
            created: own.created.to_string(),
            expires: own.expires.to_string(),
            state: state.to_owned(),
            record: record.map(|digest| digest.to_string()),
        })
    }

    /// Says whose approval it is, by what it is about.
    fn review_of(&self, scope: &Scope) -> ReviewOfV1 {
        let family = match scope {
            Scope::Plan(_) => return ReviewOfV1::Architecture,
            Scope::Gate(gate) if gate.as_str() == ARCHITECTURE_REVIEW => return ReviewOfV1::Architecture,
            Scope::Gate(gate) => self.policy.lanes.gates.get(gate).and_then(|gate| gate.family.as_deref()),
            Scope::Family(family) => Some(family.as_str()),
            Scope::Finding(_) => None,
        };
        let is_secure =
            |family: &str| family.split('-').any(|word| matches!(word, "security" | "secrets" | "pki"));
        if family.is_some_and(is_secure) { ReviewOfV1::Security } else { ReviewOfV1::Governance }
    }

    /// Returns the domains that a gate is of: its own, else those that ask for it.
    fn domains(&self, gate: &'a Gate) -> BTreeSet<&'a DomainId> {
        match &gate.lane {
            Some(domain) => BTreeSet::from([domain]),
            None => self.asked.get(&gate.id).cloned().unwrap_or_default(),
        }
    }

    /// Returns who answers for a gate: the reviewers of its domains, else those of the architecture.
    fn owners(&self, gate: &Gate) -> Vec<String> {
        let domains = match &gate.lane {
            Some(domain) => BTreeSet::from([domain]),
            None => self.asked.get(&gate.id).cloned().unwrap_or_default(),
        };
        let lanes = domains.iter().filter_map(|domain| self.policy.lanes.lanes.get(*domain));
        let names: BTreeSet<&str> = lanes.flat_map(|lane| lane.reviewers.names()).collect();
        if names.is_empty() { self.architects() } else { names.into_iter().map(str::to_owned).collect() }
    }

    fn architects(&self) -> Vec<String> {
        self.policy.config.architecture_reviewers.names().into_iter().map(str::to_owned).collect()
    }
}

fn evidence(digest: Digest, record: &Record) -> ItemV1 {
    ItemV1::Evidence(EvidenceV1 {
        schema: FAIRWAY_V1,
        id: id("evidence", &digest.to_string()),
        status: StatusV1::Done,
        title: format!("{} on {}", record.gate, record.subjects.commit),
        task: id("task", record.gate.as_str()),
        gate: record.gate.to_string(),
        source_commit: record.subjects.commit.to_string(),
        plan: record.plan.to_string(),
        profile: record.profile.clone(),
        environment: record.environment.clone(),
        command: record.command.clone(),
        result: record.result.as_str().to_owned(),
        reason: record.missing_reason.clone(),
        reused_from: match record.origin {
            Origin::Executed => None,
            Origin::Reused { from } => Some(from.to_string()),
        },
        artifacts: record
            .artifacts
            .iter()
            .map(|own| ArtifactV1 { name: own.name.clone(), digest: format!("sha256:{}", own.digest) })
            .collect(),
        owner: record.owner.clone(),
        run: record.run.to_string(),
        attempt: record.attempt,
        started: record.started.to_string(),
        finished: record.finished.to_string(),
        record: digest.to_string(),
    })
}

/// Returns the id of the review of a permission: two of one name, a line and a record, are two.
fn review_id(name: &str, record: Option<Digest>) -> String {
    match record {
        Some(digest) => id("review", &format!("{name}.{}", &digest.to_string()[..16])),
        None => id("review", name),
    }
}

/// Returns an id, which is also the path of a file. A name that cannot be one, or is too long, has its digest behind what is
/// left of it.
fn id(kind: &str, name: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let is_plain = name.len() <= 140 && name.bytes().all(plain) && !name.starts_with('.');
    if is_plain {
        return format!("{kind}/{name}");
    }
    let kept: String = name
        .chars()
        .take(100)
        .map(|own| own.to_ascii_lowercase())
        .map(|own| if own.is_ascii() && u8::try_from(own).is_ok_and(plain) { own } else { '-' })
        .collect();
    format!("{kind}/{}-{}", kept.trim_start_matches('.'), Digest::of(name.as_bytes()))
}
