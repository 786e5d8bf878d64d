//! The laws of a route, each over many cases.

use std::collections::BTreeSet;

use laneway::change::Status;
use laneway::id::{ARCHITECTURE_REVIEW, GateId};
use laneway::path::RepoPath;
use laneway::quorum::Need;
use laneway::review::Requirement;
use laneway::route::{BroadReason, GateReason, Route};
use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};

use crate::attribute::{World, checked_equal, is_policy_file, matching};
use crate::dice::Dice;
use crate::edit;
use crate::generate;
use crate::model::{BASE_TIP, Case, File, Garbage, HEAD, MERGE_BASE};
use crate::run::{Tally, for_all};
use crate::system::{Loader, known, selected};

type Outcome = Result<(), TestCaseError>;

/// What `narrow` selects, `wide` selects, as far as the gates still exist.
fn never_shrinks(narrow: &Route, wide: &Route) -> Outcome {
    let (was, is, exist) = (selected(narrow), selected(wide), known(wide));
    let lost: Vec<_> = was
        .iter()
        .filter(|id| exist.contains(*id) && !is.contains(*id))
        .map(|id| (id, &narrow.gates[id.as_str()].because))
        .collect();
    prop_assert!(lost.is_empty(), "lost: {:#?}", lost);
    Ok(())
}

/// Who must look because of `narrow`, and how many of whom, must look because of `wide`, at the same domains and for the same
/// reasons at least.
fn requires_as_much(narrow: &Route, wide: &Route) -> Outcome {
    for was in &narrow.review.requirements {
        let is = wide.review.requirements.iter().find(|is| is.quorum == was.quorum);
        prop_assert!(is.is_some(), "lost: {}", was.quorum);
        let files = |requirement: &Requirement| requirement.files.as_ref().map_or(0, |files| files.files);
        prop_assert!(is.is_some_and(|is| was.domains.is_subset(&is.domains)
            && was.because.is_subset(&is.because)
            && files(was) <= files(is)));
    }
    Ok(())
}

/// Counts whether a law had something to say: the wider route has gates, but not for being broad.
fn count_telling(tally: &mut Tally, narrow: &Route, wide: &Route) {
    let observed = |reason: &GateReason| matches!(reason, GateReason::Observed { .. });
    if wide.broad.is_empty()
        && narrow.gates.values().any(|gate| !gate.because.iter().all(observed))
        && !wide.skipped.is_empty()
    {
        tally.count("telling");
    }
}

#[test]
fn adding_a_file_never_removes_a_gate_or_a_requirement() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let before = loader.route(&drawn.case);
        let mut more = drawn.case.clone();
        let file = generate::file(&mut dice, more.has_base());
        if more.files.iter().any(|known| known.path == file.path) {
            return Ok(());
        }
        more.files.push(file);
        let after = loader.route(&more);
        count_telling(tally, &before, &after);
        if before.review.requirements.iter().any(|one| one.quorum.need != Need::Any) {
            tally.count("quorums");
        }
        requires_as_much(&before, &after)?;
        never_shrinks(&before, &after)
    });
    tally.at_least(20.0, "telling");
    tally.at_least(5.0, "quorums");
}

#[test]
fn the_order_of_files_never_matters() {
    for_all(|drawn, _| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let one = loader.route(&drawn.case);
        let mut other = drawn.case.clone();
        dice.shuffle(&mut other.files);
        dice.shuffle(&mut other.tracked);
        prop_assert_eq!(format!("{one:?}"), format!("{:?}", loader.route(&other)));
        Ok(())
    });
}

#[test]
fn the_same_request_gives_the_same_route() {
    for_all(|drawn, _| {
        let one = Loader::default().route(&drawn.case);
        let other = Loader::default().route(&drawn.case);
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
        Ok(())
    });
}

#[test]
fn what_is_only_written_otherwise_routes_the_same() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let mut other = drawn.case.clone();
        for style in &mut other.style {
            *style = dice.byte();
        }
        if other.style != drawn.case.style {
            tally.count("telling");
        }
        let (one, other) = (loader.route(&drawn.case), loader.route(&other));
        prop_assert_eq!(selected(&one), selected(&other));
        prop_assert_eq!(known(&one), known(&other));
        prop_assert_eq!(one.domains.keys().collect::<Vec<_>>(), other.domains.keys().collect::<Vec<_>>());
        if !World::new(&drawn.case).broken {
            prop_assert_eq!(one.classes, other.classes);
        }
        Ok(())
    });
    tally.at_least(80.0, "telling");
}

#[test]
fn every_gate_is_selected_or_skipped_with_a_reason() {
    let tally = for_all(|drawn, tally| {
        let loaded = Loader::default().load(&drawn.case);
        let route = loaded.route();
        let (chosen, all) = (selected(&route), known(&route));
        let left: BTreeSet<String> = route.skipped.keys().map(ToString::to_string).collect();
        prop_assert!(
            chosen.is_disjoint(&left),
            "both selected and skipped: {:?}",
            chosen.intersection(&left)
        );
        for (_, policy) in &loaded.policies.each {
            for id in policy.lanes.gates.keys() {
                prop_assert!(all.contains(id.as_str()), "{} is neither selected nor skipped", id);
            }
        }
        prop_assert!(all.contains(ARCHITECTURE_REVIEW));
        for (id, gate) in &route.gates {
            prop_assert!(!gate.because.is_empty(), "{} is selected for no reason", id);
            prop_assert_eq!(id, &gate.gate.id);
            for reason in &gate.because {
                if let GateReason::NeededBy { gate } = reason {
                    prop_assert!(
                        route.gates.contains_key(gate),
                        "{} needs {}, and is not selected",
                        gate,
                        id
                    );
                }
            }
        }
        let broad_or_observed = !route.broad.is_empty();
        if broad_or_observed {
            prop_assert!(left.iter().all(|id| id == ARCHITECTURE_REVIEW), "a broad route skips {:?}", left);
        }
        if !left.is_empty() && !chosen.is_empty() {
            tally.count("both");
        }
        Ok(())
    });
    tally.at_least(30.0, "both");
}

/// The case under one of its policies alone: every side has it, and only the files of that side count.
///
/// Files of the policy are of class `delivery` or `docs` as in the whole case, which is why the head is given a
/// reviewer more where its policy differs from the merge base's.
fn alone(case: &Case, side: usize) -> Case {
    let mut alone = case.clone();
    let workspace = case.policies[side].clone().expect("the side has a policy");
    let mut head = workspace.clone();
    if !checked_equal(case) {
        head.architects.push("@one-more");
    }
    alone.policies = [Some(workspace.clone()), Some(workspace), Some(head)];
    alone.policies.iter_mut().flatten().for_each(|policy| policy.observe = false);
    alone.garbage = [None; 3];
    alone.style = [case.style[side]; 3];
    // Whether a file belongs to the policy is for the settings of all sides to say.
    let as_ever = |path| is_policy_file(&alone, path) == is_policy_file(case, path);
    let files: Vec<File> =
        case.files.iter().filter(|file| file.present[side] && as_ever(&file.path)).cloned().collect();
    alone.files = files;
    for file in &mut alone.files {
        (file.status, file.present) = (Status::Modified, [true; 3]);
    }
    alone.tracked.clear();
    (alone.external, alone.missing_base, alone.all, alone.kill_switch) = (false, false, false, false);
    alone.add.clear();
    alone
}

#[test]
fn together_policies_require_what_each_requires_alone() {
    let tally = for_all(|drawn, tally| {
        let mut loader = Loader::default();
        let together = loader.route(&drawn.case);
        let sound: Vec<usize> = World::new(&drawn.case).sound.iter().map(|(side, _, _)| *side).collect();
        for side in sound {
            let one = loader.route(&alone(&drawn.case, side));
            count_telling(tally, &one, &together);
            never_shrinks(&one, &together)?;
        }
        Ok(())
    });
    tally.at_least(30.0, "telling");
}

#[test]
fn removing_from_one_policy_never_removes_what_the_other_requires() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let mut case = drawn.case.clone();
        let whole = case.head().clone();
        let mut less = whole.clone();
        for _ in 0..=dice.below(3) {
            edit::remove_something(&mut dice, &mut less);
        }
        case.garbage = [None; 3];
        (case.external, case.missing_base, case.all, case.kill_switch) = (false, false, false, false);
        let keeper = if dice.percent(50) { HEAD } else { MERGE_BASE };
        case.policies = [Some(less.clone()), Some(less.clone()), Some(less)];
        case.policies[keeper] = Some(whole);
        if World::new(&case).sound.iter().all(|(side, _, _)| *side != keeper) || checked_equal(&case) {
            return Ok(());
        }
        let reference = loader.route(&alone(&case, keeper));
        let route = loader.route(&case);
        count_telling(tally, &reference, &route);
        never_shrinks(&reference, &route)
    });
    tally.at_least(20.0, "telling");
}

#[test]
fn blanking_never_shrinks_a_route() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let mut before = drawn.case.clone();
        // A policy file is docs or delivery by whether the policies differ, which is what blanking one of them decides.
        before.files.retain(|file| !is_policy_file(&drawn.case, &file.path));
        if dice.percent(60) {
            edit::narrow_by_tags(&mut before);
        }
        let mut after = before.clone();
        if World::new(&before).broken {
            // What is blanked may be the fault.
            return Ok(());
        }
        let Some(what) = edit::blank_something(&mut dice, &mut after) else { return Ok(()) };
        let (narrow, wide) = (loader.route(&before), loader.route(&after));
        tally.count(what);
        let by_consumer = |reason: &GateReason| {
            matches!(reason, GateReason::ConsumerOf { .. } | GateReason::NeededBy { .. })
        };
        if narrow.gates.values().any(|gate| gate.because.iter().all(by_consumer)) {
            tally.count(format!("by consumer {what}"));
        }
        if wide.broad.is_empty() && !narrow.gates.is_empty() {
            tally.count(format!("telling {what}"));
        }
        never_shrinks(&narrow, &wide)
    });
    for (percent, what) in
        [(10.0, "Consumers"), (5.0, "consumer"), (5.0, "tags"), (5.0, "lane"), (3.0, "map")]
    {
        tally.at_least(percent, what);
    }
    for what in ["Consumers", "consumer", "tags", "lane"] {
        tally.at_least(2.0, &format!("telling {what}"));
    }
    for what in ["Consumers", "consumer", "tags"] {
        tally.at_least(0.3, &format!("by consumer {what}"));
    }
}

#[test]
fn an_unreadable_input_is_broad() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let before = loader.route(&drawn.case);
        let mut spoilt = drawn.case.clone();
        let sides: Vec<usize> = (0..3).filter(|side| spoilt.policies[*side].is_some()).collect();
        let (side, garbage) = (dice.pick(&sides), dice.pick(&Garbage::ALL));
        spoilt.garbage[side] = Some(garbage);
        let after = loader.route(&spoilt);
        tally.count(format!("{garbage:?}"));
        let broken = |reason: &BroadReason| matches!(reason, BroadReason::BrokenPolicy { .. });
        prop_assert!(after.broad.iter().any(broken), "broad for {:?}", after.broad);
        prop_assert!(after.skipped.is_empty(), "skipped: {:?}", after.skipped.keys());
        prop_assert!(!after.review.architecture.is_empty());
        never_shrinks(&before, &after)
    });
    for garbage in Garbage::ALL {
        tally.at_least(3.0, &format!("{garbage:?}"));
    }
}

#[test]
fn making_the_base_unreadable_never_shrinks_a_route() {
    for_all(|drawn, _| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let before = loader.route(&drawn.case);
        let mut after = drawn.case.clone();
        after.external = false;
        match dice.below(4) {
            0 => {
                after.missing_base = true;
                (after.policies[MERGE_BASE], after.policies[BASE_TIP]) = (None, None);
            }
            1 => {
                after.missing_base = true;
                after.policies[MERGE_BASE] = None;
            }
            2 => (after.policies[MERGE_BASE], after.policies[BASE_TIP]) = (None, None),
            _ if after.has_base() => {
                for side in [MERGE_BASE, BASE_TIP] {
                    after.garbage[side] = after.policies[side].is_some().then_some(Garbage::Fault);
                }
            }
            _ => return Ok(()),
        }
        let wide = loader.route(&after);
        prop_assert!(!wide.broad.is_empty());
        prop_assert!(!wide.review.architecture.is_empty());
        prop_assert!(wide.skipped.is_empty(), "skipped: {:?}", wide.skipped.keys());
        never_shrinks(&before, &wide)
    });
}

#[test]
fn an_unmapped_file_is_broad_and_asks_the_architects() {
    let tally = for_all(|drawn, tally| {
        let (mut loader, mut dice) = (Loader::default(), Dice::new(drawn.seed));
        let mut case = drawn.case.clone();
        let before = loader.route(&case);
        if case.files.is_empty() {
            let path = RepoPath::from("b/x");
            case.files.push(File { path, status: Status::Modified, present: [true; 3] });
        }
        let file = dice.pick(&case.files);
        let asked: Vec<usize> =
            (0..3).filter(|side| file.present[*side] && case.policies[*side].is_some()).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let side = dice.pick(&asked);
        let workspace = case.policies[side].as_mut().expect("it is one of those that are there");
        workspace.rows.retain(|row| matching(row, file.path.as_bytes()).is_none());
        let route = loader.route(&case);
        prop_assert!(!route.broad.is_empty());
        prop_assert!(route.skipped.is_empty(), "skipped: {:?}", route.skipped.keys());
        prop_assert!(!route.review.architecture.is_empty());
        if World::new(&case).broken {
            return Ok(());
        }
        tally.count("telling");
        let listed = route.files.iter().find(|routed| routed.file.path == file.path);
        prop_assert_eq!(listed.map(|routed| routed.facts.mapped), Some(false));
        if drawn.case.files.len() == case.files.len() {
            never_shrinks(&before, &route)?;
        }
        Ok(())
    });
    tally.at_least(60.0, "telling");
}

#[test]
fn flags_only_widen() {
    let tally = for_all(|drawn, tally| {
        let mut dice = Dice::new(drawn.seed);
        let mut plain = drawn.case.clone();
        (plain.all, plain.kill_switch) = (false, false);
        plain.add.clear();
        let mut loaded = Loader::default().load(&plain);
        let before = loaded.route();
        for flag in ["all", "kill switch"] {
            (loaded.widen.all, loaded.widen.kill_switch) = (
                Some("why".to_owned()).filter(|_| flag == "all"),
                Some("1".to_owned()).filter(|_| flag != "all"),
            );
            let after = loaded.route();
            never_shrinks(&before, &after)?;
            prop_assert!(!after.broad.is_empty());
            prop_assert!(after.skipped.keys().all(|id| id.as_str() == ARCHITECTURE_REVIEW));
        }
        (loaded.widen.all, loaded.widen.kill_switch) = (None, None);
        let all: Vec<String> = known(&before).into_iter().collect();
        let added = dice.pick(&all);
        loaded.widen.add.insert(GateId::new(&added));
        let after = loaded.route();
        never_shrinks(&before, &after)?;
        prop_assert!(after.gates.contains_key(added.as_str()), "{} is not added", added);
        prop_assert_eq!(before.broad.is_empty(), after.broad.is_empty());
        for (id, gate) in after.gates.iter().filter(|(id, _)| !before.gates.contains_key(*id)) {
            tally.count("telling");
            let by_hand =
                |reason: &GateReason| matches!(reason, GateReason::Added | GateReason::NeededBy { .. });
            prop_assert!(gate.because.iter().all(by_hand), "{} comes along for {:?}", id, gate.because);
        }
        Ok(())
    });
    tally.at_least(20.0, "telling");
}
