//! What holds of every replay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::fixture::{PATHS, change, policies, policy, replayed};
use super::state::{Journal, State};
use super::*;
use crate::change::{ChangedFile, MissingBase, Status};
use crate::fault::Code;
use crate::path::RepoPath;
use crate::policy::PolicyBasis;
use crate::route::{Request, SkipReason, Widen};

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Added), Just(Status::Modified), Just(Status::Deleted)]
}

fn any_changes() -> impl Strategy<Value = Vec<Vec<(usize, Status)>>> {
    vec(vec((0..PATHS.len(), any_status()), 0..6), 1..12)
}

fn any_paths() -> impl Strategy<Value = Vec<Vec<usize>>> {
    vec(vec(0..PATHS.len(), 0..5), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// What is asked once for many is what each would have been told alone.
    #[test]
    fn the_engine_says_what_a_route_says(changes in any_changes(), at_once in 1_usize..5) {
        let policy = policy();
        let policies = policies(&policy);
        let changes: Vec<_> = changes.iter().map(|files| change(files)).collect();
        let mut engine = Engine::new(&policy, PolicyBasis::External);
        for batch in changes.chunks(at_once) {
            let files: Vec<&[ChangedFile]> = batch.iter().map(|change| &change.files[..]).collect();
            for (change, (unmapped, outcome)) in batch.iter().zip(engine.replay(&files)) {
                let request = Request { change, policies: &policies, tracked: &[], widen: Widen::default() };
                let (expected_unmapped, expected) = replay_apart(&request);
                prop_assert_eq!(unmapped, expected_unmapped);
                prop_assert_eq!(&*outcome, &expected);
            }
        }
    }

    #[test]
    fn sums_are_those_of_a_slow_count(changes in any_paths()) {
        let changes = replayed(&changes);
        let sums = Sums::new(&changes);
        let routed: Vec<&Replayed> = changes.iter().filter(|change| change.files > 0).collect();
        let runs = |change: &Replayed| -> BTreeSet<String> {
            let runs = change.outcome.gates().filter(|(_, verdict)| verdict.runs());
            runs.map(|(gate, _)| gate.id.to_string()).collect()
        };
        prop_assert_eq!(sums.changes, changes.len());
        prop_assert_eq!(sums.empty, changes.len() - routed.len());
        prop_assert_eq!(sums.gates.selected, routed.iter().map(|change| runs(change).len()).sum::<usize>());
        prop_assert_eq!(sums.gates.possible, routed.iter().map(|change| change.outcome.universe.gates.len()).sum::<usize>());
        prop_assert_eq!(sums.layers.values().map(|tally| tally.selected).sum::<usize>(), sums.gates.selected);
        prop_assert_eq!(sums.broad, routed.iter().filter(|change| !change.outcome.causes.is_empty()).count());
        for (id, tally) in &sums.by_gate {
            let runs = routed.iter().filter(|change| runs(change).contains(id.as_str())).count();
            prop_assert_eq!(tally.runs.selected, runs);
            prop_assert_eq!(tally.runs.selected + tally.skipped.values().sum::<usize>(), tally.runs.possible);
        }
        for (path, tally) in &sums.unmapped_files {
            let with = routed.iter().filter(|change| change.unmapped.contains(path)).count();
            prop_assert_eq!(tally.changes, with);
        }
        let mut numbers: Vec<usize> = routed.iter().map(|change| runs(change).len()).collect();
        numbers.sort_unstable();
        // At least half of the changes, and nine of ten, have no more; one less would be too few.
        for (value, percent) in [(sums.spread.median, 50), (sums.spread.p90, 90)] {
            let no_more = numbers.iter().filter(|own| **own <= value).count();
            let less = numbers.iter().filter(|own| **own < value).count();
            prop_assert!(no_more * 100 >= numbers.len() * percent);
            prop_assert!(numbers.is_empty() || less * 100 < numbers.len() * percent);
        }
    }

    /// Wherever a run is killed, what was kept to the end of a line counts, and nothing else.
    #[test]
    fn a_state_that_was_cut_anywhere_counts_up_to_there(changes in any_paths(), cut in 0.0..1.0_f64) {
        let changes = replayed(&changes);
        let mut lines = Vec::new();
        let mut journal = Journal::default();
        changes.iter().for_each(|change| journal.append(&mut lines, "p", change));
        let cut = (lines.len() as f64 * cut) as usize;
        let state = State::parse("state", &lines[..cut]).expect("it is a state");
        prop_assert_eq!(state.torn, cut > 0 && lines[cut - 1] != b'\n');
        prop_assert!(state.whole <= cut && (state.whole == 0 || lines[state.whole - 1] == b'\n'));
        for change in &changes {
            if let Some((files, unmapped, outcome)) = state.find(&key("p", change)) {
                prop_assert_eq!((*files, unmapped, &**outcome), (change.files, &change.unmapped, &*change.outcome));
            }
            prop_assert!(state.find(&key("another policy", change)).is_none());
        }
        // What goes on after the cut gives the whole.
        let mut again = lines[..state.whole].to_vec();
        let mut journal = Journal::after(&state);
        for change in changes.iter().filter(|change| state.find(&key("p", change)).is_none()) {
            journal.append(&mut again, "p", change);
        }
        let state = State::parse("state", &again).expect("it is a state");
        prop_assert!(changes.iter().all(|change| state.find(&key("p", change)).is_some()));
    }

    #[test]
    fn a_comparison_turns_round(changes in any_paths(), others in any_paths()) {
        let (one, two) = (replayed(&changes), replayed(&others));
        let (there, back) = (compare(&one, &two), compare(&two, &one));
        prop_assert_eq!(there.only, (back.only.1, back.only.0));
        prop_assert_eq!(there.changes.len(), back.changes.len());
        for (there, back) in there.changes.iter().zip(&back.changes) {
            prop_assert_eq!(&there.only_first, &back.only_second);
            prop_assert_eq!(&there.only_second, &back.only_first);
        }
        prop_assert!(compare(&one, &one).changes.is_empty());
    }
}

fn key(policy: &str, change: &Replayed) -> state::Key {
    (policy.to_owned(), change.base.clone(), change.merge_base.clone(), change.head.clone())
}

#[test]
fn a_state_keeps_paths_that_are_no_text_and_no_trouble() {
    let mut change = replayed(&[vec![12]]).remove(0);
    change.unmapped = vec![RepoPath::new(b"new/\xff"), "new/\u{202e}".into()];
    change.unmapped.sort_unstable();
    let mut lines = Vec::new();
    let mut journal = Journal::default();
    journal.append(&mut lines, "p", &change);
    let whole = lines.len();
    let troubled = Engine::new(&policy(), PolicyBasis::External).without_base(&MissingBase::Shallow);
    let troubled = Replayed { outcome: troubled, head: "d".repeat(40), ..change.clone() };
    journal.append(&mut lines, "p", &troubled);
    assert_eq!(lines.len(), whole, "what could not be compared may be the next time");
    let state = State::parse("state", &lines).expect("it is a state");
    assert_eq!(state.find(&key("p", &change)).map(|kept| &kept.1), Some(&change.unmapped));
}

#[test]
fn a_file_that_is_no_state_is_left_alone() {
    for (bytes, why) in [
        (&b"# Notes\n"[..], "another file"),
        (b"# Notes", "another file without a line break"),
        (b"{\"laneway_backtest\":\"0.1.0/1\"}\nnonsense\n", "a foreign line"),
        (b"\xff\xfe\n", "no text"),
        (b"{\"laneway_backtest\":7}\n", "a line of another type"),
    ] {
        let faults = State::parse("state", bytes).expect_err(why);
        assert!(faults.iter().all(|fault| fault.code == Code::StateFile), "{why}");
    }
    let other = b"{\"laneway_backtest\":\"9.9.9/7\",\"anything\":[1]}\n{\"laneway_ba";
    let state = State::parse("state", other).expect("a state of another version");
    assert_eq!((state.foreign, state.torn, state.whole), (1, true, other.len() - 12));
}

#[test]
fn a_line_that_was_altered_does_not_count() {
    let change = replayed(&[vec![0]]).remove(0);
    let mut lines = Vec::new();
    Journal::default().append(&mut lines, "p", &change);
    let text = String::from_utf8(lines).expect("it is text");
    let altered = text.replacen("\"verdicts\":\"", "\"verdicts\":\"+", 1);
    let state = State::parse("state", altered.as_bytes()).expect("it is a state");
    assert!(state.find(&key("p", &change)).is_none());
}

fn results(text: &str) -> Vec<Record> {
    parse_results("results", text.as_bytes()).expect("they are results")
}

#[test]
fn a_failure_on_a_gate_that_is_left_out_is_missed() {
    // A change of b's code, and one of a file without a row.
    let changes = replayed(&[vec![4], vec![15]]);
    let (first, second) = (&changes[0].head, &changes[1].head);
    let lines = [
        format!(r#"{{"commit":"{first}","gate":"b.make-b","result":"fail","seconds":2.5}}"#),
        format!(r#"{{"commit":"{first}","gate":"a.make-a","result":"failed","seconds":1}}"#),
        format!(r#"{{"commit":"{first}","gate":"make a","result":"pass"}}"#),
        format!(r#"{{"commit":"{}","gate":"a.make-a","result":"Timed Out"}}"#, &second[..8]),
        String::new(),
        format!(r#"{{"commit":"{first}","gate":"nobody","result":"fail","job":7}}"#),
        r#"{"commit":"ffffffff","gate":"a.make-a","result":"fail"}"#.to_owned(),
        format!(r#"{{"commit":"{second}","gate":"b.make-b","result":"cancelled"}}"#),
    ];
    let judged = judge(&changes, &results(&lines.join("\n")));
    assert_eq!((judged.records, judged.failures, judged.caught_by_broad), (7, 3, 1));
    let missed: Vec<_> =
        judged.missed.iter().map(|miss| (miss.change, miss.gate.as_str(), miss.line)).collect();
    assert_eq!(missed, [(0, "a.make-a", 2)]);
    assert!(judged.missed[0].also_passed, "the title names the same gate");
    assert_eq!(judged.missed[0].because, SkipReason::NotAffected);
    assert_eq!((judged.took, judged.saved), (3500, 1000));
    let unplaced = |list: &BTreeMap<String, Unplaced>| -> Vec<(String, usize, usize, u32)> {
        list.iter().map(|(name, own)| (name.clone(), own.records, own.failures, own.line)).collect()
    };
    assert_eq!(unplaced(&judged.unknown_gates), [("nobody".to_owned(), 1, 1, 6)]);
    assert_eq!(unplaced(&judged.unknown_commits), [("ffffffff".to_owned(), 1, 1, 7)]);
    assert_eq!(judged.unplaced_failures(), 2);
}

#[test]
fn every_line_that_is_no_result_is_reported() {
    let text = "{\"commit\":\"abc\",\"gate\":\"g\",\"result\":\"pass\"}\nnonsense\n\
                {\"commit\":\"abcdef1\",\"gate\":\" \",\"result\":\"pass\"}\n\
                {\"commit\":\"abcdef1\",\"gate\":\"g\",\"result\":\"failes\"}\n\
                {\"commit\":\"abcdef1\",\"gate\":\"g\",\"result\":\"pass\",\"seconds\":-1}\n\
                {\"commit\":\"abcdef1\",\"gate\":\"g\"}\n";
    let faults = parse_results("results", text.as_bytes()).expect_err("no line is a result");
    assert_eq!(faults.len(), 6);
    assert!(faults.iter().all(|fault| fault.code == Code::ResultsFile && fault.place.is_some()));
    let lines: Vec<u32> = faults
        .iter()
        .filter_map(|fault| fault.place.as_ref())
        .map(|place| place.source.line(place.span.start))
        .collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    assert!(faults[3].help.contains("`fail`"), "{}", faults[3].help);
    assert!(parse_results("results", b"\xff").is_err());
    let endless = format!(r#"{{"commit":"{}","gate":"g","result":"pass"}}"#, "a".repeat(100_000));
    let faults = parse_results("results", endless.as_bytes()).expect_err("no commit is that long");
    assert!(faults[0].message.len() < 200, "{}", faults[0].message.len());
}

#[test]
fn pairs_are_lines_or_a_table() {
    let names = |text: &str| -> Vec<(String, String)> {
        let pairs = pairs::parse("pairs", text.as_bytes()).expect("they are pairs");
        pairs.into_iter().map(|pair| (pair.base, pair.head)).collect()
    };
    let expected = [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())];
    assert_eq!(names("# both\na b\r\n\n  c\td \n"), expected);
    assert_eq!(names("kind\tbase\tdate\thead\nx\ta\t2025\tb\n\tc\t\td\n"), expected);
    for text in ["a\n", "a b c\n", "kind\tbase\thead\nx\ta\n", "base\thead\na\t \n"] {
        let faults = pairs::parse("pairs", text.as_bytes()).expect_err(text);
        assert!(faults.iter().all(|fault| fault.code == Code::PairsFile && fault.place.is_some()), "{text}");
    }
}

#[test]
fn outcomes_and_gates_are_shared() {
    let changes = replayed(&[vec![0], vec![0, 1], vec![0], vec![15]]);
    assert!(Arc::ptr_eq(&changes[0].outcome, &changes[2].outcome));
    assert!(Arc::ptr_eq(&changes[0].outcome.universe, &changes[3].outcome.universe));
    assert_eq!(changes[3].outcome.causes, BTreeSet::from([Cause::Unmapped]));
    assert_eq!(replayed(&[vec![10]])[0].outcome.causes, BTreeSet::from([Cause::NoLane("ghost".into())]));
}
