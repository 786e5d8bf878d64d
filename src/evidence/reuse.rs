//! Which executed pass stands for a gate, so that it need not run again.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Evidence, GateResult, Held, Origin, Record, Required, Shard};
use crate::digest::{CommitHash, Digest};
use crate::id::GateId;
use crate::trust::{Power, Trust};

/// How far the clock of whoever wrote a record may be ahead.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What a pass is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The commit.
    pub commit: &'a CommitHash,
    /// The digest of the plan.
    pub plan: Digest,
    /// The gate.
    pub gate: &'a GateId,
    /// What the plan requires of it.
    pub required: &'a Required,
    /// Whose signatures count, and how many are needed.
    pub trust: &'a Trust,
    /// The time.
    pub now: Timestamp,
}

/// Returns the newest record that can be cited instead of running the gate; nothing where there is any doubt, and then it
/// runs: an outcome of it that is no pass, an object of it that cannot be read, a pass that expired, that lacks a
/// signature, that is one part of a run, or that a verdict rested on which was taken back.
pub fn citable<'a>(evidence: &'a Evidence, wanted: &Wanted<'_>) -> Option<&'a Held<Record>> {
    if evidence.broken.iter().any(|broken| broken.gate.as_ref().is_none_or(|gate| gate == wanted.gate)) {
        return None;
    }
    let own = || evidence.records.iter().filter(|held| held.content.gate == *wanted.gate);
    let says = |result: GateResult| match result {
        GateResult::Pass | GateResult::Blocked | GateResult::Missing => true,
        GateResult::Fail | GateResult::Partial | GateResult::NotApplicable => false,
    };
    if !own().all(|held| says(held.content.result)) {
        return None;
    }
    let revoked: BTreeSet<Digest> = evidence
        .seals
        .iter()
        .filter(|(epoch, _)| evidence.revocations.contains_key(epoch))
        .flat_map(|(_, seal)| seal.content.gates.values().flat_map(|gate| gate.records.iter().copied()))
        .collect();
    let fit = own().filter(|held| !revoked.contains(&held.digest) && is_fit(held, wanted));
    fit.max_by_key(|held| (held.content.finished, held.digest))
}

/// Says whether a record is an executed pass that counts for what is wanted.
fn is_fit(held: &Held<Record>, wanted: &Wanted<'_>) -> bool {
    let Held { content: record, signers, .. } = held;
    let Wanted { required, trust, now, .. } = wanted;
    let latest = now.checked_add(SKEW).unwrap_or(*now);
    let command = record.command.as_ref().zip(required.run.as_ref());
    let keys = trust.count(signers, Power::Attest, Some(wanted.gate), *now);
    record.result == GateResult::Pass
        && record.origin == Origin::Executed
        && record.subjects.commit == *wanted.commit
        && record.plan == wanted.plan
        && record.profile.is_none()
        && record.environment.is_none()
        && record.shard == Shard::WHOLE
        && record.started <= record.finished
        && record.finished <= latest
        && record.valid_until.is_none_or(|until| *now < until)
        && command.is_none_or(|(ran, planned)| ran == planned)
        && (required.evidence_types.is_empty()
            || !required.evidence_types.is_disjoint(&record.evidence_types))
        && keys.len() as u64 >= u64::from(trust.signing.records)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::type_complexity, reason = "tests")]

    use super::*;
    use crate::evidence::tests::record;

    fn held(change: impl FnOnce(&mut Record)) -> Held<Record> {
        let mut content = record();
        (content.profile, content.environment, content.shard) = (None, None, Shard::WHOLE);
        change(&mut content);
        let digest = Digest::of(format!("{content:?}").as_bytes());
        Held { digest, content, signers: BTreeSet::new() }
    }

    fn is_cited(records: Vec<Held<Record>>, change: impl FnOnce(&mut Evidence, &mut Trust)) -> bool {
        let own = held(|_| ()).content;
        let mut evidence = Evidence { records, ..Evidence::default() };
        let mut trust = Trust::default();
        change(&mut evidence, &mut trust);
        let required = Required {
            title: String::new(),
            run: Some("go test ./...".to_owned()),
            evidence_types: BTreeSet::from(["test-report".to_owned()]),
            family: None,
        };
        let now = own.finished + SignedDuration::from_secs(10);
        let wanted = Wanted {
            commit: &own.subjects.commit,
            plan: own.plan,
            gate: &own.gate,
            required: &required,
            trust: &trust,
            now,
        };
        citable(&evidence, &wanted).is_some()
    }

    #[test]
    fn an_executed_pass_is_cited() {
        let as_it_is = |_: &mut Evidence, _: &mut Trust| ();
        assert!(is_cited(vec![held(|_| ())], as_it_is));
        assert!(is_cited(vec![held(|own| own.result = GateResult::Blocked), held(|_| ())], as_it_is));
        assert!(is_cited(vec![held(|own| own.result = GateResult::Fail), held(|_| ())], |evidence, _| {
            evidence.records[0].content.gate = GateId::new("another");
        }));
    }

    #[test]
    fn any_doubt_runs_the_gate() {
        let past = record().started;
        let doubts: [(&str, fn(&mut Record)); 12] = [
            ("fail", |own| own.result = GateResult::Fail),
            ("partial", |own| own.result = GateResult::Partial),
            ("blocked", |own| own.result = GateResult::Blocked),
            ("reused", |own| own.origin = Origin::Reused { from: Digest::of(b"x") }),
            ("commit", |own| own.subjects.commit = CommitHash::parse(&"2e".repeat(20)).unwrap()),
            ("plan", |own| own.plan = Digest::of(b"other")),
            ("profile", |own| own.profile = Some("p".to_owned())),
            ("environment", |own| own.environment = Some("e".to_owned())),
            ("shard", |own| own.shard = Shard { index: 1, total: 2 }),
            ("command", |own| own.command = Some("true".to_owned())),
            ("types", |own| own.evidence_types = BTreeSet::from(["other".to_owned()])),
            ("time", |own| own.finished += SignedDuration::from_hours(1)),
        ];
        for (name, change) in doubts {
            assert!(!is_cited(vec![held(change)], |_, _| ()), "{name}");
        }
        assert!(!is_cited(vec![held(|own| own.valid_until = Some(past))], |_, _| ()));
        assert!(!is_cited(vec![held(|_| ()), held(|own| own.result = GateResult::Fail)], |_, _| ()));
        assert!(!is_cited(Vec::new(), |_, _| ()));
        assert!(!is_cited(vec![held(|_| ())], |_, trust| trust.signing.records = 1));
        for gate in [None, Some(record().gate)] {
            let broken = super::super::Broken { key: "k".to_owned(), gate, faults: Vec::new() };
            assert!(!is_cited(vec![held(|_| ())], |evidence, _| evidence.broken.push(broken)));
        }
    }
}
