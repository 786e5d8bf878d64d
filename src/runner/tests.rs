//! Commands that are run, and laws of what may begin when.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::schedule::{Rest, Schedule};
use super::*;
use crate::evidence::GateResult;
use crate::id::GateId;

fn job(gate: &str, run: &str, needs: &[&str]) -> Job {
    let ids = |ids: &[&str]| ids.iter().map(GateId::new).collect();
    Job { gates: ids(&[gate]), run: run.to_owned(), timeout: None, needs: ids(needs) }
}

fn limits(directory: &Path) -> Limits {
    let grace = Duration::from_millis(300);
    Limits {
        parallel: 4,
        grace,
        variables: vec![("LC_ALL".into(), "C".into())],
        ..Limits::new(directory.into())
    }
}

/// Runs jobs, and returns what they came to, each with its log.
fn ran(jobs: &[Job], limits: &Limits) -> Vec<(Ran, String)> {
    interrupted(jobs, limits, &mut |_, _| ())
}

/// Runs jobs, and tells `on` what begins, with a handle to stop the run.
fn interrupted(jobs: &[Job], limits: &Limits, on: &mut dyn FnMut(&str, &Stopper)) -> Vec<(Ran, String)> {
    let mut signals = Signals::listen().unwrap();
    let stopper = signals.stopper().unwrap();
    let mut logs = Vec::new();
    let all = run(jobs, limits, &mut signals, &mut |event| match event {
        Event::Ended { ran, log } => {
            logs.push(((ran.job, ran.attempt), String::from_utf8_lossy(&log).into_owned()));
        }
        Event::Wrote { bytes, .. } => on(&String::from_utf8_lossy(bytes), &stopper),
        Event::Started { .. } | Event::Stopping { .. } => {}
    });
    let log =
        |ran: &Ran| logs.iter().find(|(key, _)| *key == (ran.job, ran.attempt)).map(|(_, log)| log.clone());
    all.iter().map(|ran| (ran.clone(), log(ran).unwrap())).collect()
}

fn endings(all: &[(Ran, String)]) -> Vec<Ending> {
    all.iter().map(|(ran, _)| ran.ending.clone()).collect()
}

fn is_alive(pid: &str) -> bool {
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

/// Waits until a process is gone: one that was killed has to be reaped by whoever adopted it.
fn is_gone(pid: &str) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        if !is_alive(pid) || state.contains(") Z ") {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn a_command_ends_with_its_code_and_leaves_its_output_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [
        job("a", "echo one; echo two >&2; echo three", &[]),
        job("b", "false; echo never", &[]),
        job("c", "exit 3 | cat", &[]),
        job("d", "kill -9 $$", &[]),
        job("e", "no-such-command-anywhere", &[]),
        job("f", "read -r line || echo end of input", &[]),
    ];
    let all = ran(&jobs, &Limits { keep_going: true, ..limits(dir.path()) });
    let codes = [
        Ending::Code(0),
        Ending::Code(1),
        Ending::Code(3),
        Ending::Signal(9),
        Ending::Code(127),
        Ending::Code(0),
    ];
    assert_eq!(endings(&all), codes);
    assert_eq!(all[0].1, "one\ntwo\nthree\n");
    assert_eq!(all[1].1, "");
    assert_eq!(all[5].1, "end of input\n");
    assert_eq!(all[3].0.ending.reason().unwrap(), "killed by signal 9 (SIGKILL)");
    assert!(all[4].0.ending.reason().unwrap().contains("not found"));
    assert!(all.iter().all(|(ran, _)| ran.started <= ran.finished && ran.notes.is_empty()), "{all:?}");
}

#[test]
fn what_needs_a_failure_is_blocked_and_nothing_new_starts() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [
        job("a", "exit 2", &[]),
        job("b", "true", &["a"]),
        job("c", "true", &["b"]),
        job("d", "true", &["elsewhere"]),
        job("e", "true", &[]),
    ];
    let one = Limits { parallel: 1, ..limits(dir.path()) };
    let failed = || GateId::new("a");
    let not_started = || Ending::NotStarted { failed: failed() };
    let needs = |gate: &str| Ending::NeedFailed(GateId::new(gate));
    let all = endings(&ran(&jobs, &one));
    assert_eq!(all, [Ending::Code(2), needs("a"), needs("b"), not_started(), not_started()]);
    assert_eq!(all[1].result(), GateResult::Blocked);
    let all = endings(&ran(&jobs, &Limits { keep_going: true, ..one }));
    assert_eq!(all, [Ending::Code(2), needs("a"), needs("b"), Ending::Code(0), Ending::Code(0)]);
}

#[test]
fn a_circle_and_a_command_that_cannot_begin_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [
        job("a", "true", &["b"]),
        job("b", "true", &["a"]),
        job("c", "true\0", &[]),
        job("d", "true", &["d"]),
    ];
    let all = endings(&ran(&jobs, &Limits { keep_going: true, ..limits(dir.path()) }));
    assert_eq!((&all[0], &all[1], &all[3]), (&Ending::Circle, &Ending::Circle, &Ending::Code(0)));
    assert!(matches!(&all[2], Ending::CannotStart(why) if why.contains("nul")), "{all:?}");
    let huge = [job("a", &format!("true {}", "x".repeat(1 << 20)), &[])];
    let all = endings(&ran(&huge, &limits(dir.path())));
    assert_eq!(all[0].result(), GateResult::Blocked, "{all:?}");
}

#[test]
fn a_second_try_is_a_try_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [job("a", "echo x >> tries; [ $(wc -l < tries) -eq 3 ]", &[]), job("b", "true", &["a"])];
    let all = ran(&jobs, &Limits { retries: 5, ..limits(dir.path()) });
    assert_eq!(endings(&all), [Ending::Code(1), Ending::Code(1), Ending::Code(0), Ending::Code(0)]);
    assert_eq!(
        all.iter().map(|(ran, _)| (ran.job, ran.attempt)).collect::<Vec<_>>(),
        [(0, 1), (0, 2), (0, 3), (1, 1)]
    );
}

#[test]
fn a_command_whose_time_is_up_is_stopped_with_all_that_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let mut slow = job("a", "sleep 60 & echo $! > pid; trap '' TERM; echo begun; sleep 60; sleep 60", &[]);
    slow.timeout = Some(Duration::from_millis(400));
    let begun = Instant::now();
    let all = ran(&[slow], &limits(dir.path()));
    assert_eq!(endings(&all), [Ending::TimedOut(Duration::from_millis(400))]);
    assert_eq!(all[0].0.ending.reason().unwrap(), "timed out after 0.4 seconds");
    assert_eq!((all[0].1.as_str(), all[0].0.ending.result()), ("begun\n", GateResult::Fail));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(is_gone(&std::fs::read_to_string(dir.path().join("pid")).unwrap()));
    assert_eq!(Ending::TimedOut(Duration::from_secs(1200)).reason().unwrap(), "timed out after 20 minutes");
}

#[test]
fn what_a_command_leaves_running_holds_nothing_up() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let jobs = [
        job("a", "sleep 60 & echo $! > loud; echo said", &[]),
        job("b", "sleep 60 >/dev/null 2>&1 & echo $! > quiet", &[]),
        job("c", "echo late > >(sleep 0.2; cat)", &[]),
    ];
    let all = ran(&jobs, &limits(dir.path()));
    assert_eq!(endings(&all), [Ending::Code(0), Ending::Code(0), Ending::Code(0)]);
    assert_eq!(all[0].0.notes, ["it left processes running, which were stopped"]);
    assert_eq!((all[0].1.as_str(), all[2].1.as_str()), ("said\n", "late\n"));
    assert!(begun.elapsed() < Duration::from_secs(10));
    for pid in ["loud", "quiet"] {
        assert!(is_gone(&std::fs::read_to_string(dir.path().join(pid)).unwrap()), "{pid}");
    }
}

#[test]
fn a_request_stops_what_runs_and_what_waits() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [
        job("a", "sleep 60 & echo $! > pid; echo begun; wait", &[]),
        job("b", "true", &["a"]),
        job("c", "true", &[]),
    ];
    let one = Limits { parallel: 1, grace: Duration::from_secs(60), ..limits(dir.path()) };
    let begun = Instant::now();
    let all = interrupted(&jobs, &one, &mut |said, stopper| {
        if said.contains("begun") {
            stopper.stop();
        }
    });
    assert_eq!(endings(&all), vec![Ending::Interrupted { by: "request" }; 3]);
    assert_eq!(all[0].0.ending.result(), GateResult::Blocked);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(is_gone(&std::fs::read_to_string(dir.path().join("pid")).unwrap()));
}

#[test]
fn a_second_request_kills_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let deaf =
        job("a", "trap 'echo deaf' TERM; echo begun; for i in $(seq 600); do sleep 0.1 || :; done", &[]);
    let patient = Limits { grace: Duration::from_secs(60), ..limits(dir.path()) };
    let begun = Instant::now();
    let all = interrupted(&[deaf], &patient, &mut |said, stopper| {
        if said.contains("begun") || said.contains("deaf") {
            stopper.stop();
        }
    });
    assert_eq!(endings(&all), [Ending::Interrupted { by: "request" }]);
    assert!(all[0].1.contains("deaf") && begun.elapsed() < Duration::from_secs(20), "{all:?}");
}

#[test]
fn a_command_sees_its_gates_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let mut both =
        job("a", "echo \"$LANEWAY_GATES|${LANEWAY_GATE-none}|$LANEWAY_ROUTE|${HOME-hidden}\"", &[]);
    both.gates.insert(GateId::new("b"));
    let alone = job("c", "echo \"$LANEWAY_GATES|${LANEWAY_GATE-none}\"", &[]);
    let mut own = limits(dir.path());
    own.variables.push(("LANEWAY_ROUTE".to_owned(), "1f".to_owned()));
    own.hidden.push("HOME".to_owned());
    let all = ran(&[both, alone], &own);
    assert_eq!((all[0].1.as_str(), all[1].1.as_str()), ("a b|none|1f|hidden\n", "c|c\n"));
}

#[test]
fn of_endless_output_the_beginning_and_the_end_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = [job("a", "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last", &[])];
    let all = ran(&jobs, &Limits { log_bytes: 10_000, ..limits(dir.path()) });
    let (ran, log) = &all[0];
    assert!(log.starts_with("first\nxxx") && log.ends_with("xxx\nlast\n"), "{}", log.len());
    assert!(log.contains("\n[laneway: 2990012 bytes are left out here]\n") && log.len() < 10_100);
    assert_eq!(ran.notes, ["2990012 bytes of its output were not kept"]);
}

/// Jobs with needs among them, circles included, and which of them pass.
fn graphs() -> impl Strategy<Value = (Vec<Job>, Vec<bool>)> {
    (1..12_usize).prop_flat_map(|size| {
        let needs = proptest::collection::vec(proptest::collection::btree_set(0..size, 0..3), size);
        let forward = any::<bool>();
        (needs, forward, proptest::collection::vec(proptest::bool::weighted(0.8), size)).prop_map(
            |(needs, forward, passes)| {
                let name = |at: &usize| GateId::new(format!("g{at:02}"));
                let jobs = needs.iter().enumerate().map(|(at, needs)| Job {
                    gates: BTreeSet::from([name(&at)]),
                    run: String::new(),
                    timeout: None,
                    needs: needs.iter().filter(|need| !forward || **need < at).map(name).collect(),
                });
                (jobs.collect(), passes)
            },
        )
    })
}

proptest! {
    /// Needs are respected, never more than the limit run at once, each job is accounted for once, and it ends.
    #[test]
    fn a_schedule_keeps_its_word(
        (jobs, passes) in graphs(),
        parallel in 1..5_usize,
        keep_going: bool,
        stop_after in proptest::option::of(0..12_usize),
        picks in proptest::collection::vec(0..100_usize, 12),
    ) {
        let mut schedule = Schedule::new(&jobs, keep_going);
        let index = |gate: &GateId| jobs.iter().position(|job| job.gates.contains(gate)).unwrap();
        let (mut running, mut passed, mut failed): (Vec<usize>, BTreeSet<usize>, BTreeSet<usize>) = Default::default();
        for pick in picks.iter().cycle() {
            if stop_after == Some(passed.len() + failed.len()) {
                schedule.stop();
            }
            while running.len() < parallel && let Some(job) = schedule.next() {
                prop_assert!(jobs[job].needs.iter().map(index).all(|need| need == job || passed.contains(&need)));
                prop_assert!(!running.contains(&job) && !passed.contains(&job) && !failed.contains(&job));
                prop_assert!(keep_going || failed.is_empty());
                running.push(job);
            }
            if running.is_empty() {
                break;
            }
            let job = running.remove(pick % running.len());
            if passes[job] { passed.insert(job) } else { failed.insert(job) };
            schedule.ended(job, passes[job]);
        }
        let rest = schedule.rest();
        let left: BTreeSet<usize> = rest.iter().map(|(job, _)| *job).collect();
        prop_assert_eq!(left.len() + passed.len() + failed.len(), jobs.len());
        prop_assert!(left.is_disjoint(&passed) && left.is_disjoint(&failed));
        for (job, why) in rest {
            match why {
                Rest::NeedFailed(need) => {
                    prop_assert!(failed.contains(&need) || left.contains(&need));
                    prop_assert!(jobs[job].needs.iter().any(|own| index(own) == need));
                }
                Rest::Halted(by) => prop_assert!(!keep_going && failed.contains(&by)),
                Rest::Stopped => prop_assert!(stop_after.is_some()),
                Rest::Circle => prop_assert!(jobs[job].needs.iter().any(|need| left.contains(&index(need)))),
            }
        }
    }
}
