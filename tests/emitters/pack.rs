//! Jobs of a plan: every gate in one job, on its machine, after what it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use laneway::fault::Code;
use laneway::id::GateId;
use laneway::lanes::Layer;
use laneway::plan::pack::{Job, Limits, jobs, staged};
use laneway::plan::{Machine, Plan, PlannedGate, Vendor};
use proptest::prelude::*;

use crate::support::{empty, hostile, many, ordinary, plan_of, runnable};

#[test]
fn the_plans_are_what_they_say() {
    assert_eq!(runnable(&ordinary()).len(), 3);
    assert!(runnable(&empty()).is_empty());
    assert_eq!(runnable(&many(300)).len(), 300);
    assert!(runnable(&hostile()).len() > 10);
}

/// A gate of a random plan: its machine, minutes, whether it has a command, and what it needs, by how far before it.
type Drawn = (u8, Option<u32>, bool, Vec<usize>);

fn plan(drawn: &[Drawn]) -> Plan {
    let id = |at: usize| GateId::new(format!("g{at:03}"));
    let gate = |(at, (machine, minutes, runs, needs)): (usize, &Drawn)| {
        let needs = needs.iter().filter_map(|back| at.checked_sub(back + 1)).map(id).collect();
        let planned = PlannedGate {
            title: format!("Gate {at}"),
            layer: Layer::DomainLocal,
            domains: BTreeSet::new(),
            run: runs.then(|| format!("echo {at}")),
            runner: (*machine > 0).then(|| format!("m{machine}")),
            machines: BTreeMap::new(),
            timeout_minutes: *minutes,
            needs,
            family: None,
            evidence_types: BTreeSet::new(),
        };
        (id(at), planned)
    };
    Plan {
        digest: String::new(),
        head: None,
        broad: false,
        architecture_review: false,
        gates: drawn.iter().enumerate().map(gate).collect(),
        runners: BTreeMap::new(),
    }
}

fn plans(machines: u8, needs: usize) -> impl Strategy<Value = Vec<Drawn>> {
    let minutes = prop_oneof![Just(None), (1..90_u32).prop_map(Some)];
    let gate =
        (0..machines, minutes, prop::bool::weighted(0.9), prop::collection::vec(0..12_usize, 0..=needs));
    prop::collection::vec(gate, 0..70)
}

/// Every runnable gate is in one job, and every job on one machine.
fn holds_every_gate_once(plan: &Plan, jobs: &[Job]) -> Result<(), TestCaseError> {
    let gates: Vec<String> = jobs.iter().flat_map(|job| &job.gates).map(ToString::to_string).collect();
    prop_assert_eq!(gates.iter().cloned().collect::<BTreeSet<_>>(), runnable(plan));
    prop_assert_eq!(gates.len(), runnable(plan).len(), "none runs twice");
    let ids: BTreeSet<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
    prop_assert_eq!(ids.len(), jobs.len(), "no two jobs have one id");
    for job in jobs {
        for gate in &job.gates {
            prop_assert_eq!(&plan.gates[gate].runner, &job.runner);
        }
        let all = job.gates.iter().map(|gate| plan.gates[gate].timeout_minutes.map(u64::from));
        prop_assert_eq!(job.timeout_minutes, all.sum::<Option<u64>>());
    }
    Ok(())
}

/// A gate as its job and its place there.
type Place<'a> = (&'a Job, usize);

/// Returns each need among runnable gates, as the place of both in their job: (needed, needing).
fn needs<'a>(plan: &Plan, jobs: &'a [Job]) -> Vec<(Place<'a>, Place<'a>)> {
    let mut places: BTreeMap<&GateId, (&Job, usize)> = BTreeMap::new();
    for job in jobs {
        places.extend(job.gates.iter().enumerate().map(|(at, gate)| (gate, (job, at))));
    }
    let of = |(gate, own): (&&GateId, &(&'a Job, usize))| -> Vec<_> {
        plan.gates[*gate].needs.iter().filter_map(|need| Some((*places.get(need)?, *own))).collect()
    };
    places.iter().flat_map(of).collect()
}

/// Whether a job, directly or not, waits for itself.
fn is_cyclic(jobs: &[Job]) -> bool {
    let mut left: BTreeMap<&str, &BTreeSet<String>> =
        jobs.iter().map(|job| (job.id.as_str(), &job.needs)).collect();
    loop {
        let ready: Vec<&str> = left
            .iter()
            .filter(|(_, needs)| needs.iter().all(|need| !left.contains_key(need.as_str())))
            .map(|(id, _)| *id)
            .collect();
        if ready.is_empty() {
            return !left.is_empty();
        }
        for id in ready {
            left.remove(id);
        }
    }
}

fn crosses(plan: &Plan) -> bool {
    let runs = |id: &GateId| plan.gates.get(id).filter(|gate| gate.run.is_some());
    plan.gates
        .values()
        .filter(|gate| gate.run.is_some())
        .any(|gate| gate.needs.iter().filter_map(runs).any(|need| need.runner != gate.runner))
}

fn machines(plan: &Plan) -> usize {
    let wanted = plan.gates.values().filter(|gate| gate.run.is_some());
    wanted.map(|gate| &gate.runner).collect::<BTreeSet<_>>().len()
}

fn load(plan: &Plan, job: &Job) -> u64 {
    job.gates.iter().map(|gate| plan.gates[gate].timeout_minutes.map_or(10, u64::from)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn jobs_that_can_need_one_another_keep_every_need(drawn in plans(4, 3), limit in 1..40_usize) {
        let plan = plan(&drawn);
        let made = jobs(&plan, Vendor::Gitlab, limit);
        let fits = runnable(&plan).len() <= limit || machines(&plan) <= limit && !crosses(&plan);
        prop_assert!(made.is_ok() || !fits, "{:?}", made);
        prop_assert!(made.is_err() || machines(&plan) <= limit);
        let Ok(made) = made else { return Ok(()) };
        prop_assert!(made.len() <= limit);
        holds_every_gate_once(&plan, &made)?;
        for ((needed, before), (needing, after)) in needs(&plan, &made) {
            if needed.id == needing.id {
                prop_assert!(before < after);
            } else {
                prop_assert!(needing.needs.contains(&needed.id), "{} waits for {}", needing.id, needed.id);
            }
        }
        prop_assert!(!is_cyclic(&made), "{:#?}", made);
        prop_assert_eq!(made, jobs(&plan, Vendor::Gitlab, limit).unwrap());
    }

    #[test]
    fn stages_keep_every_need(drawn in plans(3, 2), total in 1..60_usize, per_stage in 1..30_usize, count in 1..6_usize) {
        let plan = plan(&drawn);
        let limits = Limits { jobs: total, per_stage, stages: count };
        let made = staged(&plan, Vendor::Github, limits);
        if let Err(fault) = &made {
            let wanted = if fault.code == Code::PlanOrder {
                prop_assert!(crosses(&plan));
                // The help says how many are enough.
                let enough: usize = fault.help.split("--stages ").nth(1).unwrap().split('`').next().unwrap().parse().unwrap();
                prop_assert!(enough > count);
                Limits { stages: enough, jobs: 1000, per_stage: 1000 }
            } else {
                prop_assert_eq!(fault.code, Code::Output);
                prop_assert!(crosses(&plan) || machines(&plan) > total.min(per_stage));
                return Ok(());
            };
            prop_assert!(staged(&plan, Vendor::Github, wanted).is_ok());
            return Ok(());
        }
        let made = made.unwrap();
        prop_assert_eq!(made.len(), count);
        prop_assert!(made.iter().all(|jobs| jobs.len() <= per_stage));
        // A stage that is empty has none after it that is not: a workflow may chain them.
        let filled = made.iter().take_while(|jobs| !jobs.is_empty()).count();
        prop_assert!(made[filled..].iter().all(Vec::is_empty));
        let all: Vec<Job> = made.iter().flatten().cloned().collect();
        prop_assert!(all.len() <= total);
        holds_every_gate_once(&plan, &all)?;
        let stage_of = |job: &Job| made.iter().position(|jobs| jobs.iter().any(|own| own.id == job.id));
        for ((needed, before), (needing, after)) in needs(&plan, &all) {
            let (first, then) = (stage_of(needed), stage_of(needing));
            prop_assert!(first < then || needed.id == needing.id && before < after);
        }
        prop_assert_eq!(made, staged(&plan, Vendor::Github, limits).unwrap());
    }

    #[test]
    fn loads_are_even_where_nothing_needs_anything(drawn in plans(3, 0), limit in 3..30_usize) {
        let plan = plan(&drawn);
        let made = jobs(&plan, Vendor::Gitlab, limit).unwrap();
        prop_assert_eq!(made.len(), limit.min(runnable(&plan).len()), "no job is given away");
        for machine in made.iter().map(|job| &job.runner).collect::<BTreeSet<_>>() {
            let own: Vec<&Job> = made.iter().filter(|job| job.runner == *machine).collect();
            let longest = own.iter().flat_map(|job| &job.gates).map(|gate| plan.gates[gate].timeout_minutes.map_or(10, u64::from));
            let longest = longest.max().unwrap();
            let loads = own.iter().map(|job| load(&plan, job));
            prop_assert!(loads.clone().max().unwrap() <= loads.min().unwrap() + longest);
        }
    }
}

#[test]
fn a_thousand_gates_keep_their_width() {
    // One build that everything needs must not make one job of everything.
    let gates = (0..1000).map(|at| {
        let needs = if at == 0 { "" } else { ", needs: [g0000]" };
        format!("{{id: g{at:04}, run: echo {at}{needs}}}")
    });
    let plan = plan_of(&gates.collect::<Vec<_>>());
    let made = jobs(&plan, Vendor::Gitlab, 100).unwrap();
    assert_eq!(made.len(), 100);
    assert!(made.iter().all(|job| job.gates.len() <= 11));
    assert_eq!(made.iter().filter(|job| job.needs.is_empty()).count(), 1);
    let two = staged(&plan, Vendor::Github, Limits { jobs: 256, per_stage: 256, stages: 2 }).unwrap();
    assert_eq!((two[0].len(), two[1].len()), (1, 255));
}

#[test]
fn a_job_says_what_it_holds() {
    let made = jobs(&many(300), Vendor::Gitlab, 30).unwrap();
    let packed = made.iter().find(|job| job.gates.len() > 3).unwrap();
    assert_eq!(packed.id, format!("{}+{}", packed.gates[0], packed.gates.len() - 1));
    assert!(
        packed.name.starts_with(&format!("{} gates: {}, ", packed.gates.len(), packed.gates[0])),
        "{}",
        packed.name
    );
}

#[test]
fn labels_of_one_machine_share_jobs() {
    let mut plan = plan(&[(1, None, true, vec![]), (2, None, true, vec![0]), (3, None, true, vec![])]);
    let large = Machine::Label("large".to_owned());
    for id in ["g000", "g001"] {
        plan.gates.get_mut(id).unwrap().machines.insert(Vendor::Github, large.clone());
    }
    let limits = Limits { jobs: 2, per_stage: 2, stages: 1 };
    let made = staged(&plan, Vendor::Github, limits).unwrap().remove(0);
    assert_eq!((made[0].id.as_str(), &made[0].machine, &made[0].runner), ("g000+1", &Some(large), &None));
    assert_eq!(jobs(&plan, Vendor::Gitlab, 2).unwrap_err().code, Code::Output, "elsewhere they differ");
}

#[test]
fn what_cannot_be_packed_is_a_fault_with_its_numbers() {
    let fault = jobs(&ordinary(), Vendor::Gitlab, 0).unwrap_err();
    assert_eq!(fault.code, Code::Usage, "{fault}");
    let fault = jobs(&many(300), Vendor::Gitlab, 2).unwrap_err();
    assert_eq!(fault.message, "the gates want 3 different machines, and there can be 2 jobs");
    // a, on one machine, needs b, on another, which needs c, on the first.
    let there_and_back = plan(&[(1, None, true, vec![]), (2, None, true, vec![0]), (1, None, true, vec![0])]);
    assert_eq!(jobs(&there_and_back, Vendor::Gitlab, 2).unwrap_err().code, Code::Output);
    assert_eq!(jobs(&there_and_back, Vendor::Gitlab, 3).unwrap().len(), 3);
    let one = Limits { jobs: 256, per_stage: 256, stages: 1 };
    let fault = staged(&ordinary(), Vendor::Github, one).unwrap_err();
    assert_eq!(fault.code, Code::PlanOrder);
    for said in ["`load` (`large`)", "(no `runner`)"] {
        assert!(fault.message.contains(said), "{}", fault.message);
    }
    assert!(fault.help.contains("--stages 2"), "{}", fault.help);
    let none = Limits { stages: 0, ..one };
    assert_eq!(staged(&ordinary(), Vendor::Github, none).unwrap_err().code, Code::Usage);
}

#[test]
fn a_circle_of_a_broken_policy_still_runs_every_gate() {
    let mut plan = plan(&[(1, None, true, vec![]), (2, None, true, vec![0]), (1, None, true, vec![0])]);
    plan.gates.get_mut("g000").unwrap().needs = BTreeSet::from([GateId::from("g002"), GateId::from("g000")]);
    for limit in [3, 10] {
        let made = jobs(&plan, Vendor::Gitlab, limit).unwrap();
        assert_eq!(made.len(), 3);
        assert!(!is_cyclic(&made), "{made:#?}");
    }
}

/// Runs the one job of gates with these commands and needs; says what was written, and whether it passed.
fn ran(gates: &[(&str, &str, &[&str])]) -> (String, bool) {
    let gate = |(id, run, needs): &(&str, &str, &[&str])| {
        serde_json::json!({"id": id, "run": run, "needs": needs}).to_string()
    };
    let plan = plan_of(&gates.iter().map(gate).collect::<Vec<_>>());
    let made = jobs(&plan, Vendor::Gitlab, 1).unwrap().remove(0);
    assert_eq!(made.gates.len(), gates.len());
    let ran = Command::new("sh").args(["-e", "-c", &made.run]).output().unwrap();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (text, ran.status.success())
}

#[test]
fn a_packed_job_runs_what_it_can_and_fails_where_one_did() {
    let (text, passed) = ran(&[("a", "echo ran-a", &[]), ("b", "echo ran-b", &["a"])]);
    assert!(passed && text.contains("ran-a") && text.contains("ran-b"), "{text}");
    let gates: &[(&str, &str, &[&str])] = &[
        ("a", "echo ran-a; false; echo not-this", &[]),
        ("b", "echo ran-b", &["a"]),
        ("c", "echo ran-c", &["b"]),
        ("d", "echo ran-d", &[]),
        ("e", "exit 3", &["d"]),
        ("f", "if then", &[]),
        ("g", "cd /; x=1; set +e; laneway_failed=; exit 0", &[]),
        ("h", "echo \"ran-h $# $x\"; laneway_gate() { false; }", &["g"]),
    ];
    let (text, passed) = ran(gates);
    assert!(!passed);
    for said in ["ran-a", "ran-d", "ran-h 0 \n", "b is not run: it needs a", "c is not run: it needs b"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for never in ["not-this", "ran-b", "ran-c"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    assert!(text.contains("failed: a e f\n") && text.contains("not run: b c\n"), "{text}");
}

#[test]
fn a_packed_job_keeps_hostile_commands_apart() {
    let texts: Vec<String> = crate::support::HOSTILE
        .iter()
        .map(|text| format!("printf '%s\\n' '{}'", text.replace('\'', "")))
        .collect();
    let ids: Vec<String> = (0..texts.len()).map(|at| format!("h{at}")).collect();
    let gates: Vec<(&str, &str, &[&str])> =
        ids.iter().zip(&texts).map(|(id, text)| (id.as_str(), text.as_str(), &[][..])).collect();
    let (text, passed) = ran(&gates);
    assert!(passed, "{text}");
    for hostile in crate::support::HOSTILE {
        assert!(text.contains(&hostile.replace('\'', "")), "{hostile}: {text}");
    }
}
