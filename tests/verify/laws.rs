//! What holds for every verdict.

use std::collections::BTreeSet;
use std::time::Instant;

use laneway::digest::Digest;
use laneway::evidence::{Broken, GateResult, Held, Origin, Outcome, Record, Shard, Shown};
use laneway::id::{ARCHITECTURE_REVIEW, GateId};
use laneway::lanes::Enforcement;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::policy::PolicyBasis;
use laneway::route::GateState;
use laneway::trust::{GateGlob, Power};
use laneway::verdict::Verdict;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::world::{World, commit, expectation, held, held_permission, minute, permission, record, trusted};

const GATES: [&str; 4] = ["a", "b", "c", ARCHITECTURE_REVIEW];
const OWNERS: [&str; 3] = ["@arch", "@boss", "@ops"];
const KEYS: [&str; 3] = ["k", "l", "m"];

/// What a generated record is made of.
#[derive(Clone, Debug)]
struct Raw {
    gate: usize,
    result: GateResult,
    run: u8,
    attempt: u32,
    shard: Shard,
    /// Which of its fields is not what the plan asks for.
    odd: u8,
    until: Option<i64>,
    signers: Vec<&'static str>,
    /// Which of the records before it is cited.
    cites: Option<usize>,
}

fn raw() -> impl Strategy<Value = Raw> {
    let result = prop_oneof![4 => Just(GateResult::Pass), 3 => select(&GateResult::ALL[..])];
    let shard = prop_oneof![
        4 => Just(Shard::WHOLE),
        1 => (1_u32..3).prop_map(|index| Shard { index, total: 2 }),
        1 => Just(Shard { index: 3, total: 3 }),
    ];
    let until = prop_oneof![4 => Just(None), 1 => select(vec![Some(900), Some(1500)])];
    let cites = prop_oneof![4 => Just(None), 1 => (0_usize..4).prop_map(Some)];
    let odd = prop_oneof![6 => Just(0_u8), 1 => 1_u8..9];
    let run = (0_u8..3, 1_u32..3);
    (0_usize..4, result, run, shard, odd, until, signers(), cites).prop_map(
        |(gate, result, (run, attempt), shard, odd, until, signers, cites)| Raw {
            gate,
            result,
            run,
            attempt,
            shard,
            odd,
            until,
            signers,
            cites,
        },
    )
}

fn signers() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![
        2 => Just(Vec::from(KEYS)),
        1 => proptest::sample::subsequence(KEYS.to_vec(), 0..=3),
    ]
}

/// Makes the record of what was generated.
fn made(world: &World, raw: &Raw, before: &[Held<Record>]) -> Held<Record> {
    let mut own = record(world, GATES[raw.gate], raw.result, &format!("r{}", raw.run));
    own.attempt = raw.attempt;
    own.shard = raw.shard;
    own.valid_until = raw.until.map(minute);
    match raw.odd {
        1 => own.command = Some("true".to_owned()),
        2 => own.command = None,
        3 => own.finished = minute(1500),
        4 => own.started = minute(30),
        5 => own.subjects.commit = commit("2"),
        6 => own.plan = Digest::of(b"other"),
        7 => own.environment = Some("elsewhere".to_owned()),
        8 => own.drift = Some(laneway::evidence::Drift::High),
        _ => {}
    }
    if let Some(cited) = raw.cites.and_then(|at| before.get(at)) {
        own.origin = Origin::Reused { from: cited.digest };
    }
    held(&own, &raw.signers)
}

fn permissions() -> impl Strategy<Value = (Permission, Option<Vec<&'static str>>)> {
    let scope = prop_oneof![
        4 => select(&GATES[..]).prop_map(|gate| Scope::Gate(GateId::from(gate))),
        1 => Just(Scope::Family("f".to_owned())),
        1 => Just(Scope::Plan(Digest::of(b"plan"))),
        1 => Just(Scope::Finding("a".to_owned())),
    ];
    let time = prop_oneof![5 => Just((900, 2000)), 1 => Just((900, 1000)), 1 => Just((1001, 2000))];
    let whose = prop_oneof![3 => Just(Whose::Any), 1 => select(vec!["1", "2"]).prop_map(|own| Whose::Commit(commit(own)))];
    let kept = proptest::option::of(signers());
    (0_u8..30, select(&Kind::ALL[..]), scope, select(&OWNERS[..]), any::<bool>(), time, whose, kept).prop_map(
        |(id, kind, scope, owner, risk, (from, to), subject, kept)| {
            let mut own = permission(&format!("p{id}"), kind, scope, owner);
            own.residual_risk_owner = risk.then(|| "@risk".to_owned());
            (own.created, own.expires, own.subject) = (minute(from), minute(to), subject);
            (own, kept)
        },
    )
}

fn worlds() -> impl Strategy<Value = World> {
    worlds_of(None)
}

/// Generates worlds; with a gate, everything is about that one.
pub(crate) fn worlds_of(only: Option<usize>) -> impl Strategy<Value = World> {
    let gate = (
        prop_oneof![3 => Just(GateState::Current), 1 => select(vec![GateState::Retired, GateState::Redefined])],
        prop_oneof![4 => Just(Enforcement::Blocking), 1 => select(&Enforcement::ALL[..])],
        any::<bool>(),
        proptest::bool::weighted(0.2),
        any::<bool>(),
    );
    let basis = prop_oneof![
        5 => Just(PolicyBasis::BaseAndHead),
        1 => select(vec![PolicyBasis::External, PolicyBasis::HeadOnly]),
    ];
    let broken = prop_oneof![8 => Just(None), 1 => (0_usize..4).prop_map(Some)];
    let gates = proptest::sample::subsequence((0..4).collect::<Vec<usize>>(), 1..=3)
        .prop_map(move |gates| only.map_or(gates, |only| vec![only]));
    let signing = prop_oneof![4 => Just((0, 0)), 1 => (0_u32..3, 0_u32..3)];
    (vec(gate, 4), gates, vec(raw(), 0..7), vec(permissions(), 0..4), (basis, broken, signing, any::<bool>()))
        .prop_map(
            move |(
                policies,
                gates,
                records,
                permissions,
                (basis, broken, (attested, permitted), profile),
            )| {
                let mut world = World::new();
                world.basis = basis;
                world.profile = profile.then(|| "standard".to_owned());
                world.trust.signing.records = attested;
                world.trust.signing.permissions = permitted;
                for (name, owner) in KEYS.into_iter().zip(OWNERS) {
                    world.trust.keys.push(trusted(name, owner));
                }
                // One of them is for some gates alone.
                world.trust.keys[2].gates = vec![GateGlob("a".to_owned()), GateGlob("arch*".to_owned())];
                for gate in gates {
                    let (state, enforcement, may_not_apply, needs_artifact, family) = policies[gate];
                    let mut own = expectation(GATES[gate]);
                    own.state = state;
                    own.may_not_apply = may_not_apply && !own.by_approval_only;
                    own.needs_artifact = needs_artifact;
                    if !own.by_approval_only {
                        own.enforcement = enforcement;
                    }
                    own.required.family = family.then(|| "f".to_owned());
                    world.expectations.insert(GateId::from(GATES[gate]), own);
                }
                for mut raw in records {
                    raw.gate = only.unwrap_or(raw.gate);
                    let held = made(&world, &raw, &world.evidence.records);
                    // A store has a statement once.
                    if !world.evidence.records.iter().any(|own| own.digest == held.digest) {
                        world.evidence.records.push(held);
                    }
                }
                for (mut own, kept) in permissions {
                    if let (Some(only), Scope::Gate(gate)) = (only, &mut own.scope) {
                        *gate = GateId::from(GATES[only]);
                    }
                    match kept {
                        Some(keys) => world.evidence.permissions.push(held_permission(&own, &keys)),
                        None => world.permissions.push(own),
                    }
                }
                if let Some(gate) = broken.map(|gate| only.unwrap_or(gate)) {
                    let key = format!("v1/run/1/2/{}/1.1.1of1.json", GATES[gate]);
                    let gate = Some(GateId::from(GATES[gate]));
                    world.evidence.broken.push(Broken { key, gate, faults: Vec::new() });
                }
                world
            },
        )
}

fn holds(verdict: &Verdict) -> bool {
    verdict.outcome != Outcome::Fails
}

/// A verdict that is no better than another holds no gate, and nothing at all, that the other does not.
fn no_better(worse: &Verdict, better: &Verdict) -> Result<(), TestCaseError> {
    prop_assert!(worse.outcome >= better.outcome, "{:?} after {:?}", worse.outcome, better.outcome);
    for (id, judged) in &worse.gates {
        if let Some(before) = better.gates.get(id) {
            prop_assert!(!judged.holds || before.holds, "{id} holds: {:?}, before: {:?}", judged, before);
        }
    }
    Ok(())
}

/// A result without what is only said of it: which records were set aside, and what they rest on.
fn stands(verdict: &Verdict) -> Vec<(GateId, Shown, bool, bool)> {
    let each = verdict.gates.iter();
    each.map(|(id, own)| (id.clone(), own.sealed.shown, own.holds, own.blocks)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every expected gate has one standing, with an owner and a reason, and the outcome follows from them.
    #[test]
    fn a_verdict_agrees_with_itself(world in worlds()) {
        let verdict = world.verdict();
        prop_assert!(verdict.gates.keys().eq(world.expectations.keys()));
        for (id, judged) in &verdict.gates {
            let sealed = &judged.sealed;
            prop_assert!(!sealed.owner.is_empty() && !judged.because.is_empty(), "{id}");
            prop_assert_eq!(sealed.missing_reason.is_none(), sealed.result == GateResult::Pass);
            prop_assert!(!(judged.holds && judged.blocks));
            let fits = match sealed.shown {
                Shown::Passed | Shown::Reused => sealed.result == GateResult::Pass && judged.holds,
                Shown::Approved => judged.holds && !sealed.permissions.is_empty(),
                Shown::Waived => judged.holds && sealed.result != GateResult::Pass && !sealed.permissions.is_empty(),
                Shown::Partial | Shown::Flaky => sealed.result == GateResult::Partial,
                Shown::NotApplicable => sealed.result == GateResult::NotApplicable,
                Shown::Failed => sealed.result == GateResult::Fail && !judged.holds,
                Shown::Blocked => sealed.result == GateResult::Blocked && !judged.holds,
                Shown::Missing => sealed.result == GateResult::Missing && !judged.holds,
            };
            prop_assert!(fits, "{id}: {judged:?}");
        }
        let stopped = !verdict.stops.is_empty() || verdict.gates.values().any(|own| own.blocks);
        let expected = match (stopped, verdict.debts.is_empty()) {
            (true, _) => Outcome::Fails,
            (false, true) => Outcome::Clean,
            (false, false) => Outcome::WithDebt,
        };
        prop_assert_eq!(verdict.outcome, expected);
        if verdict.outcome == Outcome::Clean {
            for (id, own) in &verdict.gates {
                let clean = match own.sealed.shown {
                    Shown::Passed | Shown::Reused => true,
                    Shown::Approved => world.expectations[id].by_approval_only,
                    Shown::NotApplicable => world.expectations[id].may_not_apply,
                    _ => false,
                };
                prop_assert!(clean, "{id}: {own:?}");
            }
        }
    }

    /// The order of records, permissions and keys never matters, nor that they are there twice.
    #[test]
    fn neither_order_nor_repetition_matters(world in worlds()) {
        let verdict = world.verdict();
        let mut turned = world.clone();
        turned.evidence.records.reverse();
        turned.evidence.permissions.reverse();
        turned.permissions.reverse();
        turned.trust.keys.reverse();
        prop_assert_eq!(&turned.verdict(), &verdict);
        let mut twice = world.clone();
        twice.evidence.records.extend(world.evidence.records.iter().cloned());
        twice.evidence.permissions.extend(world.evidence.permissions.iter().cloned());
        twice.trust.keys.extend(world.trust.keys.iter().cloned());
        prop_assert_eq!(&twice.verdict(), &verdict);
    }

    /// A record that says anything against a gate makes nothing better, whatever else it says. A run that could not happen
    /// only yields, so it is no better either.
    #[test]
    fn what_is_against_a_gate_never_helps(world in worlds(), own in raw(), fail in any::<bool>()) {
        let mut own = own;
        own.result = if fail { GateResult::Fail } else { GateResult::Blocked };
        let mut more = world.clone();
        let held = made(&world, &own, &[]);
        more.evidence.records.push(held);
        no_better(&more.verdict(), &world.verdict())?;
    }

    /// What is about something else changes nothing at all.
    #[test]
    fn what_is_about_something_else_says_nothing(world in worlds(), own in raw(), what in 0_u8..5) {
        let mut other = made(&world, &own, &[]).content;
        match what {
            0 => other.subjects.commit = commit("3"),
            1 => other.plan = Digest::of(b"another"),
            2 => other.profile = Some("web-fast".to_owned()),
            3 => other.environment = Some("production".to_owned()),
            _ => other.gate = GateId::from("zz"),
        }
        let mut more = world.clone();
        more.evidence.records.push(held(&other, &own.signers));
        prop_assert_eq!(more.verdict(), world.verdict());
    }

    /// Without a record that passed, a permission, a key or a signature a verdict that fails goes on failing.
    #[test]
    fn taking_help_away_never_helps(world in worlds()) {
        let verdict = world.verdict();
        for at in 0..world.evidence.records.len() {
            let own = &world.evidence.records[at].content;
            // What contradicts other records of its run says more against it than for it, and so does one part of a run
            // that lacks the others: it tells that they are missing.
            let alone = !world.evidence.records.iter().enumerate().any(|(other, held)| {
                other != at && held.content.run == own.run && held.content.gate == own.gate
            });
            if own.result == GateResult::Pass && own.drift.is_none() && alone && own.shard.total == 1 {
                let mut less = world.clone();
                less.evidence.records.remove(at);
                no_better(&less.verdict(), &verdict)?;
            }
        }
        for at in 0..world.evidence.permissions.len() {
            let mut less = world.clone();
            less.evidence.permissions.remove(at);
            no_better(&less.verdict(), &verdict)?;
            let mut less = world.clone();
            less.evidence.permissions[at].signers.pop_first();
            no_better(&less.verdict(), &verdict)?;
        }
        for at in 0..world.permissions.len() {
            let mut less = world.clone();
            less.permissions.remove(at);
            no_better(&less.verdict(), &verdict)?;
        }
        // A failure has to be signed as well to count, so keys that attest are not among these.
        for at in 0..world.trust.keys.len() {
            let mut less = world.clone();
            less.trust.keys[at].may = BTreeSet::from([Power::Attest]);
            no_better(&less.verdict(), &verdict)?;
        }
    }

    /// What a verdict that holds rests on is needed: without all of it, it fails.
    #[test]
    fn a_verdict_rests_on_what_it_says(world in worlds()) {
        let verdict = world.verdict();
        for (id, judged) in verdict.gates.iter().filter(|(_, own)| own.holds) {
            let mut less = world.clone();
            less.evidence.records.retain(|held| !judged.sealed.records.contains(&held.digest));
            let named = &judged.sealed.permissions;
            less.permissions.retain(|own| !named.contains_key(&own.id));
            less.evidence.permissions.retain(|held| !named.contains_key(&held.content.id));
            less.evidence.broken.clear();
            let after = &less.verdict().gates[id];
            // What held by itself may now rest on a permission that it did not need before.
            prop_assert!(!after.holds || !after.sealed.permissions.is_empty(), "{id}: {after:?}");
        }
    }

    /// What has run out, or is not in force yet, is as if it were not there.
    #[test]
    fn what_is_not_in_force_never_helps(world in worlds()) {
        let mut less = world.clone();
        less.permissions.retain(|own| own.is_in_force(world.now));
        less.evidence.permissions.retain(|held| held.content.is_in_force(world.now));
        prop_assert_eq!(stands(&less.verdict()), stands(&world.verdict()));
        let mut less = world.clone();
        less.evidence.records.retain(|held| held.content.valid_until.is_none_or(|at| at > world.now));
        let cites = |held: &Held<Record>| held.content.origin != Origin::Executed;
        if !world.evidence.records.iter().any(cites) {
            prop_assert_eq!(stands(&less.verdict()), stands(&world.verdict()));
        }
    }

    /// Asking for more never lets anything pass.
    #[test]
    fn asking_for_more_never_helps(world in worlds()) {
        let verdict = world.verdict();
        let mut more = world.clone();
        for own in more.expectations.values_mut() {
            own.enforcement = Enforcement::Blocking;
        }
        no_better(&more.verdict(), &verdict)?;
        let mut more = world.clone();
        more.trust.signing.permissions += 1;
        no_better(&more.verdict(), &verdict)?;
        if !world.evidence.records.iter().any(|held| held.content.result != GateResult::Pass || held.content.drift.is_some()) {
            let mut more = world.clone();
            more.trust.signing.records += 1;
            let whole = world.evidence.records.iter().all(|held| held.content.shard == Shard::WHOLE);
            let runs: BTreeSet<_> = world.evidence.records.iter().map(|held| (&held.content.run, held.content.attempt, &held.content.gate)).collect();
            // A record that is set aside no longer contradicts the others of its run.
            if whole && runs.len() == world.evidence.records.len() {
                no_better(&more.verdict(), &verdict)?;
            }
        }
        let mut more = world.clone();
        for own in more.expectations.values_mut() {
            own.may_not_apply = false;
            own.needs_artifact = true;
        }
        prop_assert!(!holds(&more.verdict()) || holds(&verdict));
        let mut more = world;
        more.architects.clear();
        no_better(&more.verdict(), &verdict)?;
    }
}

#[test]
fn three_hundred_gates_are_judged_in_no_time() {
    let mut world = World::new();
    for gate in 0..300 {
        let id = format!("gate-{gate}");
        world.expectations.insert(GateId::from(id.as_str()), expectation(&id));
        for run in 0..10 {
            let mut own = record(&world, &id, GateResult::Pass, &format!("r{run}"));
            own.command = Some(format!("make {id}"));
            world.keep(&own, &["k"]);
        }
    }
    world.trust.keys.push(trusted("k", "@ci"));
    world.trust.signing.records = 1;
    let begun = Instant::now();
    let verdict = world.verdict();
    let taken = begun.elapsed();
    assert_eq!(verdict.outcome, Outcome::Clean);
    // Far above what it takes: tests are built without optimisation, and other work goes on beside them.
    assert!(taken.as_millis() < 500, "{taken:?}");
}
