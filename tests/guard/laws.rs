//! Laws, for any findings and any tables.

use std::collections::{BTreeMap, BTreeSet};

use laneway::finding::Severity;
use laneway::guard::{
    Accept, Base, BaselineLine, DebtLine, Issue, Judgement, Known, Ledger, Mode, Origin, baseline_text,
    collect, day, debt_line, judge, rewrite,
};
use laneway::path::RepoPath;
use laneway::source::{Place, Source};
use proptest::prelude::*;

fn known(path: u8, code: u8, subject: u8) -> Known {
    Known {
        path: (path > 0).then(|| RepoPath::new(format!("dir/{path}.rs"))),
        code: format!("L{code}"),
        tool: ["lint", "audit"][usize::from(code % 2)].to_owned(),
        subject: format!("line {subject}"),
        ordinal: 1,
    }
}

fn issue() -> impl Strategy<Value = Issue> {
    (0..3u8, 0..3u8, 0..2u8, 0..6u32, any::<bool>()).prop_map(|(path, code, subject, line, loud)| Issue {
        known: known(path, code, subject),
        severity: Severity::Warning,
        message: "m".to_owned(),
        help: String::new(),
        at: Some((line, 1)),
        suppressed: !loud && line == 0,
    })
}

fn line() -> impl Strategy<Value = Known> {
    (0..3u8, 0..3u8, 0..2u8, 1..3u32)
        .prop_map(|(path, code, subject, ordinal)| Known { ordinal, ..known(path, code, subject) })
}

fn baseline(known: Known) -> BaselineLine {
    BaselineLine { known, accepted_by: "@team".to_owned(), reason: "adoption".to_owned(), place: None }
}

fn debt(known: Known, day_of_year: u8) -> DebtLine {
    let place = Place::new(&Source::new("debt", ""), 0..0);
    let expires = day(&format!("2027-01-{day_of_year:02}")).unwrap();
    DebtLine { known, owner: "@team".to_owned(), reason: "r".to_owned(), expires, place }
}

fn ledger() -> impl Strategy<Value = Ledger> {
    let debts = prop::collection::vec((line(), 10..15u8), 0..4);
    (prop::collection::vec(line(), 0..8), debts).prop_map(|(lines, debts)| Ledger {
        baseline: lines.into_iter().map(|known| (known.clone(), baseline(known))).collect(),
        debt: debts.into_iter().map(|(known, expires)| (known.clone(), debt(known, expires))).collect(),
    })
}

fn issues() -> impl Strategy<Value = Vec<Issue>> {
    prop::collection::vec(issue(), 0..12)
}

fn mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(vec![Mode::Report, Mode::Warn, Mode::BlockingNew, Mode::Blocking])
}

fn tools() -> BTreeSet<String> {
    ["lint", "audit"].map(str::to_owned).into()
}

fn outside(head: Ledger) -> Origin {
    Origin { head, base: Base::Outside, renamed: BTreeMap::new() }
}

fn judged(mode: Mode, issues: &[Issue], origin: &Origin) -> Judgement {
    judge(mode, collect(issues.to_vec()), &tools(), origin, day("2027-01-12").unwrap())
}

fn accept() -> Accept {
    Accept { owner: "@team".to_owned(), reason: "because".to_owned() }
}

fn read(text: &str) -> Ledger {
    let (ledger, faults) = Ledger::read(Some(&Source::new("baseline", text)), None);
    assert!(faults.is_empty(), "{faults:?}\n{text}");
    ledger
}

proptest! {
    #[test]
    fn any_line_comes_back(
        path: Vec<u8>,
        words in prop::array::uniform5(any::<String>()),
        ordinal in 1..4u32,
    ) {
        let [tool, code, subject, accepted_by, reason] = words;
        let needed = [&tool, &code, &accepted_by, &reason];
        prop_assume!(needed.into_iter().all(|word| !word.trim().is_empty()));
        let path = Some(path).filter(|path| !path.is_empty()).map(RepoPath::new);
        let known = Known { path, code, tool, subject, ordinal };
        let line = BaselineLine { known: known.clone(), accepted_by, reason, place: None };
        let ledger = read(&baseline_text([&line]));
        let back = &ledger.baseline[&known];
        prop_assert_eq!((&back.accepted_by, &back.reason), (&line.accepted_by, &line.reason));
        let header = "fingerprint\ttool\tcode\tpath\tsubject\towner\treason\texpires\n";
        let debt = header.to_owned() + &debt_line(&known, &line.accepted_by, &line.reason, "2027-01-31") + "\n";
        let (ledger, faults) = Ledger::read(None, Some(&Source::new("debt", debt)));
        prop_assert!(faults.is_empty());
        prop_assert_eq!(&ledger.debt[&known].reason, &line.reason);
    }

    #[test]
    fn what_is_written_needs_no_second_write(head in ledger(), issues in issues()) {
        let issues = collect(issues);
        let origin = outside(head.clone());
        let first = rewrite(&issues, &tools(), &origin, Some(&accept()));
        let again = Ledger { debt: head.debt, ..read(&first.text) };
        let second = rewrite(&issues, &tools(), &outside(again), None);
        prop_assert_eq!(&first.text, &second.text);
        prop_assert!(second.added.is_empty() && second.removed.is_empty() && second.moved.is_empty());
    }

    #[test]
    fn nothing_grows_unless_somebody_accepts_it(head in ledger(), issues in issues()) {
        let origin = outside(head.clone());
        let written = read(&rewrite(&collect(issues), &tools(), &origin, None).text);
        prop_assert!(written.baseline.keys().all(|known| head.baseline.contains_key(known)));
    }

    #[test]
    fn after_a_write_only_debt_is_left(head in ledger(), issues in issues()) {
        // What expired is not taken into the baseline: it is still somebody's debt.
        let debt = head.debt.into_keys().map(|known| (known.clone(), debt(known, 20))).collect();
        let head = Ledger { debt, ..head };
        let text = rewrite(&collect(issues.clone()), &tools(), &outside(head.clone()), Some(&accept())).text;
        let after = outside(Ledger { debt: head.debt, ..read(&text) });
        prop_assert!(!judged(Mode::BlockingNew, &issues, &after).fails());
    }

    #[test]
    fn lines_of_a_tool_that_did_not_run_stay(head in ledger(), issues in issues()) {
        let tools = BTreeSet::from(["lint".to_owned()]);
        let ran = |known: &Known| known.tool == "lint";
        let issues = collect(issues.into_iter().filter(|issue| ran(&issue.known)).collect());
        let origin = outside(head.clone());
        let written = read(&rewrite(&issues, &tools, &origin, None).text);
        for known in head.baseline.keys().filter(|known| !ran(known)) {
            prop_assert!(written.baseline.contains_key(known));
        }
        let judged = judge(Mode::Blocking, issues, &tools, &origin, day("2027-01-01").unwrap());
        prop_assert!(judged.lines.iter().all(|line| ran(&line.known)));
    }

    #[test]
    fn the_order_of_findings_never_matters(
        head in ledger(),
        (issues, shuffled) in issues().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        mode in mode(),
    ) {
        let origin = outside(head);
        let said = |issues: &[Issue]| {
            let judged = judged(mode, issues, &origin);
            let issues: Vec<_> = judged.issues.iter().map(|one| (one.issue.clone(), one.standing)).collect();
            let lines: Vec<_> = judged.lines.iter().map(|line| (line.code, line.known.clone())).collect();
            (issues, lines)
        };
        prop_assert_eq!(said(&issues), said(&shuffled));
        let text = |issues: &[Issue]| rewrite(&collect(issues.to_vec()), &tools(), &origin, Some(&accept())).text;
        prop_assert_eq!(text(&issues), text(&shuffled));
    }

    #[test]
    fn a_debt_that_holds_never_stops_anything(head in ledger(), issues in issues(), more in line(), mode in mode()) {
        let before = judged(mode, &issues, &outside(head.clone()));
        let mut with = head;
        prop_assume!(!with.debt.contains_key(&more));
        with.debt.insert(more.clone(), debt(more, 20));
        let after = judged(mode, &issues, &outside(with));
        prop_assert!(before.fails() || !after.fails());
    }

    #[test]
    fn a_line_less_never_excuses_anything(head in ledger(), issues in issues(), at: prop::sample::Index) {
        let before = judged(Mode::BlockingNew, &issues, &outside(head.clone()));
        let mut without = head;
        prop_assume!(!without.baseline.is_empty());
        let gone = at.get(&without.baseline.keys().cloned().collect::<Vec<_>>()).clone();
        without.baseline.remove(&gone);
        let after = judged(Mode::BlockingNew, &issues, &outside(without));
        prop_assert!(!before.fails() || after.fails());
    }

    #[test]
    fn what_only_the_head_adds_excuses_nothing(
        base in ledger(),
        more in ledger(),
        issues in issues(),
        mode in mode(),
    ) {
        let known = |head: Ledger, alone: bool| Origin {
            head,
            base: Base::Known { merge_base: base.clone(), tip: base.clone(), alone },
            renamed: BTreeMap::new(),
        };
        let mut head = base.clone();
        for (known, line) in more.baseline {
            head.baseline.entry(known).or_insert(line);
        }
        for (known, line) in more.debt {
            // A later day is as much of a grant as a new line.
            head.debt.entry(known).and_modify(|own| own.expires = own.expires.max(line.expires)).or_insert(line);
        }
        let stops = |origin: &Origin| {
            let judged = judged(mode, &issues, origin);
            judged.issues.iter().filter(|one| one.stops).map(|one| one.issue.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(stops(&known(head.clone(), false)), stops(&known(base.clone(), false)));
        // Alone, a change is judged as if it had landed.
        prop_assert_eq!(stops(&known(head.clone(), true)), stops(&outside(head)));
    }

    #[test]
    fn without_a_base_no_line_counts(head in ledger(), issues in issues()) {
        let missing = Origin { head, base: Base::Missing, renamed: BTreeMap::new() };
        let judged = judged(Mode::BlockingNew, &issues, &missing);
        prop_assert!(judged.issues.iter().all(|one| one.stops != one.issue.suppressed));
    }

    #[test]
    fn a_file_that_moved_keeps_what_is_known_of_it(head in ledger(), issues in issues(), mode in mode()) {
        let stay = outside(head.clone());
        let renamed = BTreeMap::from([(RepoPath::from("dir/1.rs"), RepoPath::from("new/1.rs"))]);
        let moved: Vec<Issue> = issues
            .iter()
            .map(|issue| {
                let known = issue.known.moved(&renamed).unwrap_or_else(|| issue.known.clone());
                Issue { known, ..issue.clone() }
            })
            .collect();
        let tables = Base::Known { merge_base: head.clone(), tip: head.clone(), alone: false };
        let origin = Origin { head, base: tables, renamed };
        let (before, after) = (judged(mode, &issues, &stay), judged(mode, &moved, &origin));
        prop_assert_eq!(before.fails(), after.fails());
        let standings = |judged: &Judgement| {
            let mut all: Vec<_> = judged.issues.iter().map(|one| one.standing).collect();
            all.sort();
            all
        };
        prop_assert_eq!(standings(&before), standings(&after));
        // Where the lines follow, nothing changes either, and nothing is left behind.
        let text = rewrite(&collect(moved.clone()), &tools(), &origin, None).text;
        let followed = Origin { head: Ledger { debt: origin.head.debt.clone(), ..read(&text) }, ..origin };
        let after = judged(Mode::BlockingNew, &moved, &followed);
        prop_assert_eq!(after.fails(), judged(Mode::BlockingNew, &issues, &stay).fails());
    }
}
