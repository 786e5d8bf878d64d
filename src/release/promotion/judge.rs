//! The eight conditions.

use std::collections::{BTreeMap, BTreeSet};

use super::callers::Callers;
use super::model::{Condition, Found, PacketState, Promotion, Question, State};
use crate::evidence::Outcome;
use crate::id::{DomainId, GateId};
use crate::lanes::{Ask, Enforcement, Layer};
use crate::packets::Packet;
use crate::policy::Policies;
use crate::release::{environment_of, profile_of};
use crate::verdict::{joined, owners};

/// How many of a list are named.
const NAMED: usize = 5;

/// Returns the gates whose proof a promotion rests on.
pub fn needed(domain: &DomainId, packet: Option<&Packet>, policies: &Policies) -> BTreeSet<GateId> {
    let mut gates = BTreeSet::new();
    if let Some(packet) = packet {
        gates.extend(packet.degradation.as_ref().map(|own| own.gate.clone()));
        gates.extend(packet.rollback.as_ref().map(|own| own.gate.clone()));
        let objective = packet.status.as_ref().and_then(|own| own.slo.as_ref());
        gates.extend(objective.map(|own| own.gate.clone()));
    }
    for product in Callers::of(domain, policies).products(policies) {
        gates.extend(smokes(domain, &product, policies));
    }
    gates
}

/// Judges whether a domain may be promoted on its own.
pub fn promotion(question: &Question<'_>) -> Promotion {
    let packet = question.packet.packet();
    let profile = question.profile.or(packet.map(|own| own.profile.as_str()));
    let environment = question.environment.or(packet.map(|own| own.environment.as_str()));
    let judge = Judge {
        question,
        packet,
        callers: Callers::of(question.domain, question.policies),
        answers: joined(&owners(&BTreeSet::from([question.domain.clone()]), question.policies)),
    };
    let found = Condition::ALL.map(|condition| {
        let found = match condition {
            Condition::Decision => judge.decision(),
            Condition::ServiceAuth => judge.service_auth(),
            Condition::Degradation => judge.degradation(),
            Condition::Rollback => judge.rollback(),
            Condition::Enforcing => judge.enforcing(profile.zip(environment)),
            Condition::ConsumerSmokes => judge.smokes(),
            Condition::Status => judge.status(),
            Condition::Guards => judge.guards(),
        };
        (condition, found)
    });
    Promotion {
        domain: question.domain.clone(),
        claim: question.claim,
        profile: profile.map(str::to_owned),
        environment: environment.map(str::to_owned),
        conditions: BTreeMap::from(found),
    }
}

struct Judge<'a> {
    question: &'a Question<'a>,
    packet: Option<&'a Packet>,
    callers: Callers,
    /// Who answers for what the packet names nobody for.
    answers: String,
}

/// A condition while it is looked at.
struct Look {
    found: Found,
}

impl Look {
    fn new(owner: &str) -> Self {
        let owner = owner.to_owned();
        let (proof, missing, records) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { found: Found { state: State::Holds, owner, proof, missing, records } }
    }

    fn shows(&mut self, what: impl Into<String>) {
        // One gate may stand for several things.
        let what = what.into();
        if !self.found.proof.contains(&what) {
            self.found.proof.push(what);
        }
    }

    fn lacks(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.found.missing.contains(&what) {
            self.found.missing.push(what);
        }
        self.found.state = self.found.state.max(State::Fails);
    }

    fn end(self) -> Found {
        self.found
    }
}

impl Judge<'_> {
    fn owner(&self) -> &str {
        self.packet.map_or(&self.answers, |packet| &packet.owner)
    }

    /// What a condition is where no packet says what to look at.
    fn unsaid(&self, what: &str) -> Found {
        let mut look = Look::new(self.owner());
        look.lacks(format!("the packet of `{}` does not say {what}", self.question.domain));
        look.found.state = State::Unknown;
        look.end()
    }

    fn decision(&self) -> Found {
        let mut look = Look::new(self.owner());
        let Some(packet) = self.packet else {
            look.lacks(format!("`{}` has no packet in the extraction packets", self.question.domain));
            return look.end();
        };
        let decision = packet.decision;
        let says = format!("`{}`, decided on {}", decision.as_str(), packet.decided);
        if decision.recommends_promotion() {
            look.shows(says);
        } else {
            look.lacks(format!("the packet recommends {says}: the domain stays in the release unit"));
        }
        if let PacketState::Brought(_) = self.question.packet {
            look.lacks("the change brings the packet, or changes it: it counts once the base has it");
        }
        if let Some(document) = &packet.document {
            self.document(&mut look, "the decision", document);
        }
        look.end()
    }

    fn service_auth(&self) -> Found {
        let Some(packet) = self.packet else { return self.unsaid("how callers prove who they are") };
        let mut look = Look::new(&packet.owner);
        for open in &self.callers.open {
            look.lacks(open);
        }
        for (caller, contracts) in &self.callers.known {
            let Some(own) = packet.callers.get(caller) else {
                let contracts = listed(contracts);
                look.lacks(format!("caller `{caller}` has no service-auth packet; it consumes {contracts}"));
                continue;
            };
            let what = format!("`{}` of caller `{caller}` ({})", own.service_auth, own.owner);
            self.document(&mut look, &what, &own.document);
        }
        if self.callers.known.is_empty() && self.callers.open.is_empty() {
            look.shows("no other domain consumes a contract of it");
        }
        look.end()
    }

    fn degradation(&self) -> Found {
        let Some(own) = self.packet.and_then(|packet| packet.degradation.as_ref()) else {
            return self.unsaid("by which gate its degradation is exercised");
        };
        let mut look = Look::new(&own.owner);
        let policies = self.question.policies;
        for (sides, policy) in &policies.each {
            let Some(gate) = policy.lanes.gate(&own.gate) else { continue };
            if gate.run.is_none() {
                look.lacks(format!("gate `{}` has no command: nothing can be executed", own.gate));
                break;
            }
            let lane = policy.lanes.lanes.get(self.question.domain);
            let asks = lane.is_some_and(|lane| lane.asks.iter().any(|ask| ask.gate == own.gate));
            if !asks && sides.has(crate::change::Side::Head) {
                look.lacks(format!(
                    "the lane of `{}` does not ask for gate `{}`",
                    self.question.domain, own.gate
                ));
                break;
            }
        }
        self.proof(&mut look, &own.gate);
        if let Some(document) = &own.document {
            self.document(&mut look, "the degradation contract", document);
        }
        look.end()
    }

    fn rollback(&self) -> Found {
        let Some(own) = self.packet.and_then(|packet| packet.rollback.as_ref()) else {
            return self.unsaid("how it is rolled back");
        };
        let mut look = Look::new(&own.owner);
        self.proof(&mut look, &own.gate);
        self.document(&mut look, &format!("rollback command `{}`", own.command), &own.document);
        look.end()
    }

    fn enforcing(&self, target: Option<(&str, &str)>) -> Found {
        let Some((id, environment)) = target else {
            return self.unsaid("under which release profile, in which environment");
        };
        let policies = self.question.policies;
        let owner = match environment_of(policies, environment) {
            Ok(own) => own.owner,
            Err(_) => self.owner().to_owned(),
        };
        let mut look = Look::new(&owner);
        match profile_of(policies, id) {
            Err(fault) => look.lacks(fault.message),
            Ok(profile) => {
                let all = || {
                    let each = policies.each.iter();
                    each.flat_map(|(_, own)| own.lanes.families.keys().cloned()).collect::<BTreeSet<_>>()
                };
                let families = profile.families.unwrap_or_else(all);
                let weak: BTreeSet<String> =
                    families.iter().filter_map(|family| weak(family, policies)).collect();
                if weak.is_empty() {
                    look.shows(format!("every family of `{id}` is enforced: {}", families.len()));
                } else {
                    let weak: Vec<&str> = weak.iter().map(String::as_str).collect();
                    look.lacks(format!("not in enforcing mode: {}", weak.join(", ")));
                }
            }
        }
        match self.question.standing {
            None => look.lacks(format!(
                "no verdict of `{id}` in `{environment}` that holds on this commit: `laneway verify --profile {id} \
                 --environment {environment}`"
            )),
            Some(standing) => {
                look.found.records.insert(standing.digest);
                let epoch = standing.seal.epoch;
                if standing.is_revoked {
                    look.lacks(format!("seal {epoch} of `{id}` in `{environment}` was taken back"));
                } else if !standing.is_signed {
                    look.lacks(format!("seal {epoch} of `{id}` in `{environment}` is not signed as `signing.seals` asks"));
                } else {
                    let says = match standing.seal.outcome {
                        Outcome::Clean => "clean",
                        Outcome::WithDebt => "it holds with debt",
                        Outcome::Fails => "it fails",
                    };
                    look.shows(format!("seal {epoch} of `{id}` in `{environment}`: {says}"));
                    let on_word = standing.seal.gates.iter().filter(|(_, own)| !own.permissions.is_empty());
                    let debts: BTreeSet<String> = on_word.map(|(gate, _)| gate.as_str().to_owned()).collect();
                    if !debts.is_empty() {
                        look.shows(format!("on somebody's word: {}", listed(&debts)));
                    }
                }
            }
        }
        look.end()
    }

    fn smokes(&self) -> Found {
        let mut look = Look::new(&self.answers);
        for open in &self.callers.open {
            look.lacks(open);
        }
        let products = self.callers.products(self.question.policies);
        for product in &products {
            let smokes = smokes(self.question.domain, product, self.question.policies);
            if smokes.is_empty() {
                look.lacks(format!("no smoke of the lane is for product consumer `{product}`"));
            }
            for smoke in smokes {
                self.proof(&mut look, &smoke);
            }
        }
        if products.is_empty() && self.callers.open.is_empty() {
            look.shows("no product consumes a contract of it");
        }
        look.end()
    }

    fn status(&self) -> Found {
        let Some(own) = self.packet.and_then(|packet| packet.status.as_ref()) else {
            return self.unsaid("which component of Status/Ops it is");
        };
        let mut look = Look::new(&own.owner);
        look.shows(format!("component `{}`", own.component));
        match &own.slo {
            None => look.lacks(format!("component `{}` has no service level objective", own.component)),
            Some(slo) => {
                look.shows(format!("objective {}", slo.objective));
                self.proof(&mut look, &slo.gate);
            }
        }
        look.end()
    }

    fn guards(&self) -> Found {
        let owner = self.packet.map_or(&self.answers, |packet| &packet.guards_owner);
        let mut look = Look::new(owner);
        let guarded = self.question.guarded;
        for new in guarded.new.iter().take(NAMED) {
            look.lacks(new);
        }
        match guarded.new.len() {
            0 => look.shows(format!("no new finding; {} known of old or allowed", guarded.known)),
            all if all > NAMED => look.lacks(format!("{} more: `laneway guard` lists them", all - NAMED)),
            _ => {}
        }
        if guarded.not_judged > 0 {
            look.shows(format!(
                "{} lines of tools that did not run here were not judged",
                guarded.not_judged
            ));
        }
        look.end()
    }

    /// Adds what is proved of a gate on the commit.
    fn proof(&self, look: &mut Look, gate: &GateId) {
        let proofs = self.question.proofs;
        for unread in &proofs.unread {
            look.lacks(unread);
        }
        let Some(proved) = proofs.gates.get(gate) else {
            look.lacks(format!("gate `{gate}` has no result on this commit"));
            return;
        };
        look.found.records.extend(&proved.records);
        let shown = proved.shown.as_str().replace('_', " ");
        match &proved.reason {
            _ if proved.holds() => look.shows(format!("gate `{gate}` {shown} on this commit")),
            Some(reason) => look.lacks(format!("gate `{gate}`: {shown}: {reason}")),
            None => look.lacks(format!("gate `{gate}`: {shown}")),
        }
    }

    /// Adds whether a document is there.
    fn document(&self, look: &mut Look, what: &str, document: &str) {
        let is_there =
            self.question.tree.binary_search_by(|path| path.as_bytes().cmp(document.as_bytes())).is_ok();
        if is_there {
            look.shows(format!("{what}: {document}"));
        } else {
            look.lacks(format!("{what}: the commit has no file `{document}`"));
        }
    }
}

/// Returns the smokes of a domain's lane that name a consumer, or nobody.
fn smokes(domain: &DomainId, consumer: &DomainId, policies: &Policies) -> BTreeSet<GateId> {
    let lanes = policies.each.iter().filter_map(|(_, policy)| policy.lanes.lanes.get(domain));
    let is_for = |ask: &&Ask| {
        ask.slot == Layer::ConsumerSmoke && ask.consumer.as_ref().is_none_or(|own| own == consumer)
    };
    lanes.flat_map(|lane| lane.asks.iter().filter(is_for)).map(|ask| ask.gate.clone()).collect()
}

/// Says that a family does not stop a claim, by some policy.
fn weak(family: &str, policies: &Policies) -> Option<String> {
    let levels = policies.each.iter().filter_map(|(_, policy)| policy.lanes.families.get(family));
    let least = levels.map(|own| own.enforcement).min()?;
    (least < Enforcement::BlockingClaims).then(|| format!("`{family}` is at `{}`", least.as_str()))
}

fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMED);
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
