//! Release debt: what standing verdicts take on somebody's word, and what they say that the store cannot show.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{Debt, Given, Owed};
use super::parts::{day, short};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, Held, Origin, Record, Seal, SealedGate, Shown};
use crate::id::GateId;
use crate::permission::{Kind, Permission};
use crate::release::{Condition, promotion};

/// What a store holds, to be looked up.
pub(super) struct Facts<'a> {
    given: Given<'a>,
    records: BTreeMap<Digest, &'a Record>,
    permissions: BTreeMap<Digest, &'a Permission>,
    /// The newest failure of each gate, by commit and plan.
    failures: BTreeMap<(&'a CommitHash, Digest, &'a GateId), &'a Record>,
}

impl<'a> Facts<'a> {
    /// Orders what a store holds.
    pub(super) fn new(given: Given<'a>) -> Self {
        let archive = given.archive;
        let mut failures: BTreeMap<_, &'a Record> = BTreeMap::new();
        for Held { content, .. } in &archive.records {
            if content.result == GateResult::Fail {
                let last = failures
                    .entry((&content.subjects.commit, content.plan, &content.gate))
                    .or_insert(content);
                *last = if last.finished < content.finished { content } else { *last };
            }
        }
        Self {
            given,
            records: archive.records.iter().map(|held| (held.digest, &held.content)).collect(),
            permissions: archive.permissions.iter().map(|held| (held.digest, &held.content)).collect(),
            failures,
        }
    }

    /// Returns what people call a gate.
    pub(super) fn title(&self, gate: &GateId) -> Option<&'a str> {
        let title = self.given.lanes?.gate(gate)?.title.as_str();
        (title != gate.as_str()).then_some(title)
    }

    /// Returns a permission: a record of the store, else a line of the lanes.
    pub(super) fn permission(&self, id: &str, record: Option<Digest>) -> Option<&'a Permission> {
        match record {
            Some(digest) => self.permissions.get(&digest).copied().filter(|own| own.id == id),
            None => self.given.lanes?.permissions.iter().find(|own| own.id == id),
        }
    }

    /// Says why the store does not show what a gate rests on; nothing, and it does. A condition of a release or of a promotion rests on
    /// results of other gates and on a release's verdict, and on nothing where maps, packets and manifests alone decide it.
    pub(super) fn shown(&self, seal: &Seal, gate: &GateId, sealed: &SealedGate) -> Result<(), String> {
        let is_condition = match seal.profile.as_deref() {
            None => false,
            Some(promotion::PROMOTION) => promotion::Condition::of_gate(gate).is_some(),
            Some(_) => Condition::of_gate(gate).is_some(),
        };
        if !is_condition {
            return self.proof(seal, gate, sealed).map(|_| ());
        }
        let seals = &self.given.archive.seals;
        let is_there = |digest: &&Digest| {
            self.records.contains_key(*digest) || seals.iter().any(|held| held.digest == **digest)
        };
        match sealed.records.iter().find(|digest| !is_there(digest)) {
            Some(lost) => Err(format!("record {} is not in the store", short(&lost.to_string()))),
            None => Ok(()),
        }
    }

    /// Returns the executed pass that a gate rests on, or says why the store does not show one.
    pub(super) fn proof(
        &self,
        seal: &Seal,
        gate: &GateId,
        sealed: &SealedGate,
    ) -> Result<&'a Record, String> {
        if sealed.records.is_empty() {
            return Err("no record is named".to_owned());
        }
        let mut proof = None;
        for digest in &sealed.records {
            let Some(record) = self.records.get(digest) else {
                return Err(format!("record {} is not in the store", short(&digest.to_string())));
            };
            let record = match record.origin {
                Origin::Executed => record,
                Origin::Reused { from } => self.cited(record, from)?,
            };
            // What ran for another commit counts by the artifacts that it names, never by itself.
            let is_of = &record.gate == gate
                && record.plan == seal.plan
                && (record.subjects.commit == seal.commit || !record.subjects.artifacts.is_empty());
            if !is_of || record.result != GateResult::Pass {
                continue;
            }
            if record.valid_until.is_some_and(|until| until <= seal.decided) {
                let until = record.valid_until.map(day).unwrap_or_default();
                return Err(format!("record {} counted until {until} only", short(&digest.to_string())));
            }
            proof = Some(record);
        }
        proof
            .copied()
            .ok_or_else(|| "none of its records is an executed pass of the gate under this plan".to_owned())
    }

    /// Returns the record that one cites, if it may.
    fn cited(&self, citing: &Record, from: Digest) -> Result<&&'a Record, String> {
        let name = short(&from.to_string()).to_owned();
        let Some(record) = self.records.get(&from) else {
            return Err(format!("the cited record {name} is not in the store"));
        };
        if record.origin != Origin::Executed {
            return Err(format!("the cited record {name} is itself reused"));
        }
        if record.result != GateResult::Pass {
            return Err(format!("the cited record {name} is no pass: {}", record.result.as_str()));
        }
        let same_commit = record.subjects.commit == citing.subjects.commit;
        let shares = |digest: &Digest| record.subjects.artifacts.values().any(|own| own == digest);
        if !same_commit && !citing.subjects.artifacts.values().any(shares) {
            return Err(format!(
                "the cited record {name} is of another commit, and of no artifact of this one"
            ));
        }
        if record.profile != citing.profile || record.environment != citing.environment {
            return Err(format!("the cited record {name} is of another profile or environment"));
        }
        Ok(record)
    }
}

/// What lines of debt are joined by.
type About<'a> = (Owed, String, Option<&'a str>);

/// A gate with the profile and the environment that expect it.
type Expected<'a> = (&'a GateId, Option<&'a str>, Option<&'a str>);

/// Returns the debt of the seals that stand, newest first, and of the permissions that are in force.
pub(super) fn debt<'a>(facts: &Facts<'a>, standing: &[&'a Held<Seal>]) -> Vec<Debt<'a>> {
    let mut lines: BTreeMap<About<'a>, Debt<'a>> = BTreeMap::new();
    let mut newest: BTreeMap<Expected<'_>, &Held<Seal>> = BTreeMap::new();
    for held in standing {
        let seal = &held.content;
        for (gate, sealed) in &seal.gates {
            let key = (gate, seal.profile.as_deref(), seal.environment.as_deref());
            let is_current = newest.entry(key).or_insert(held).digest == held.digest;
            for (owed, permission, owner, reason) in owes(facts, seal, gate, sealed) {
                let about = (owed, gate.to_string(), permission.map(|own| own.id.as_str()));
                let line = lines.entry(about).or_insert_with(|| Debt {
                    owed,
                    about: gate.to_string(),
                    permission: permission.map(|own| own.id.as_str()),
                    owner,
                    reason,
                    expires: permission.map(|own| own.expires),
                    verdicts: 0,
                    commit: Some(&seal.commit),
                    since: None,
                    is_current: false,
                });
                line.verdicts += 1;
                line.since = Some(line.since.map_or(seal.decided, |since| since.min(seal.decided)));
                line.is_current |= is_current;
            }
        }
    }
    let cited: Vec<&str> = lines.values().filter_map(|line| line.permission).collect();
    let own = uncited(facts, &cited);
    let mut debt: Vec<Debt<'a>> = lines.into_values().chain(own).collect();
    debt.sort_by(|left, right| {
        let key = |line: &Debt<'a>| (!line.is_current, line.owed, Reverse(line.verdicts));
        key(left)
            .cmp(&key(right))
            .then_with(|| (&left.about, left.permission).cmp(&(&right.about, right.permission)))
    });
    debt
}

type Line<'a> = (Owed, Option<&'a Permission>, String, String);

/// Returns what one gate of a seal owes.
fn owes<'a>(facts: &Facts<'a>, seal: &'a Seal, gate: &'a GateId, sealed: &'a SealedGate) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    let owner = || sealed.owner.clone();
    let says = || sealed.missing_reason.clone().unwrap_or_default();
    if matches!(sealed.shown, Shown::Passed | Shown::Reused)
        && let Err(why) = facts.shown(seal, gate, sealed)
    {
        lines.push((Owed::Unproven, None, owner(), format!("shown as {}: {why}", sealed.shown.as_str())));
    }
    if let Some(record) = facts.failures.get(&(&seal.commit, seal.plan, gate))
        && record.finished > seal.decided
    {
        let reason = format!("run {} failed after the verdict, which stands", record.run);
        lines.push((Owed::Contradicted, None, record.owner.clone(), reason));
    }
    for (id, digest) in &sealed.permissions {
        let Some(own) = facts.permission(id, *digest) else {
            let reason = format!("permission `{id}` is neither in the store nor in the lanes");
            lines.push((Owed::Lapsed, None, owner(), reason));
            continue;
        };
        let by = || (own.owner.clone(), own.reason.clone());
        match own.kind {
            Kind::BreakGlass => lines.push((Owed::BreakGlass, Some(own), by().0, by().1)),
            Kind::Waiver => lines.push((Owed::Waived, Some(own), by().0, by().1)),
            Kind::Approval if matches!(sealed.shown, Shown::Partial | Shown::Flaky) => {
                let bearer = own.residual_risk_owner.clone().unwrap_or_else(|| own.owner.clone());
                lines.push((Owed::Residual, Some(own), bearer, by().1));
            }
            Kind::Approval => {}
        }
        let taken_back = digest.is_some_and(|digest| facts.given.archive.unpermitted.contains(&digest));
        if taken_back || !own.is_in_force(facts.given.now) {
            let what = if taken_back {
                "was taken back".to_owned()
            } else {
                format!("ended on {}", day(own.expires))
            };
            let reason = format!("{} `{id}` {what}, and the verdict still rests on it", own.kind.as_str());
            lines.push((Owed::Lapsed, Some(own), by().0, reason));
        }
    }
    let is_open = match sealed.shown {
        Shown::Failed | Shown::Partial | Shown::Flaky | Shown::Blocked | Shown::Missing => true,
        Shown::Waived | Shown::Approved => false,
        Shown::Passed | Shown::Reused | Shown::NotApplicable => false,
    };
    if sealed.permissions.is_empty() {
        if is_open {
            lines.push((Owed::LetPass, None, owner(), format!("{}: {}", sealed.shown.as_str(), says())));
        } else if matches!(sealed.shown, Shown::Waived | Shown::Approved) {
            let reason = format!("shown as {}, and no permission is named", sealed.shown.as_str());
            lines.push((Owed::Lapsed, None, owner(), reason));
        }
    }
    let needs_words = is_open || sealed.shown == Shown::NotApplicable;
    if needs_words && (sealed.owner.trim().is_empty() || says().trim().is_empty()) {
        lines.push((Owed::Unsaid, None, owner(), says()));
    }
    lines
}

/// Returns the waivers and break-glass permissions that are in force, and that no verdict rests on yet.
fn uncited<'a>(facts: &Facts<'a>, cited: &[&str]) -> Vec<Debt<'a>> {
    let archive = facts.given.archive;
    let kept = archive.permissions.iter().filter(|held| !archive.unpermitted.contains(&held.digest));
    let stated = facts.given.lanes.map_or(&[][..], |lanes| &lanes.permissions);
    kept.map(|held| &held.content)
        .chain(stated)
        .filter(|own| own.is_in_force(facts.given.now) && !cited.contains(&own.id.as_str()))
        .filter_map(|own| {
            let owed = match own.kind {
                Kind::Approval => return None,
                Kind::Waiver => Owed::Waived,
                Kind::BreakGlass => Owed::BreakGlass,
            };
            Some(Debt {
                owed,
                about: own.scope.to_string(),
                permission: Some(&own.id),
                owner: own.owner.clone(),
                reason: own.reason.clone(),
                expires: Some(own.expires),
                verdicts: 0,
                commit: None,
                since: Some(own.created),
                is_current: true,
            })
        })
        .collect()
}
