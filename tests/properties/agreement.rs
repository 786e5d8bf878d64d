//! The library and the oracle agree, on everything that a route says.

use std::collections::{BTreeMap, BTreeSet};

use laneway::id::ARCHITECTURE_REVIEW;
use laneway::route::{BroadReason, GateReason, Route};
use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};

use crate::model::{CLASSES, Case};
use crate::oracle::{self, Expected};
use crate::run::{Tally, for_all};
use crate::system::{Loader, known, selected};

type Outcome = Result<(), TestCaseError>;

#[test]
fn the_oracle_agrees() {
    let tally = for_all(|drawn, tally| {
        let (route, expected) = (Loader::default().route(&drawn.case), oracle::route(&drawn.case));
        if expected.broken {
            tally.count("broken");
            return broken(&route, &expected);
        }
        count(tally, &drawn.case, &expected);
        agree(&route, &expected)
    });
    tally.at_least(30.0, "narrow");
    for (percent, what) in [
        (1.0, "broken"),
        (1.0, "empty"),
        (1.0, "observe"),
        (3.0, "unmapped"),
        (0.5, "no lane"),
        (10.0, "moved"),
        (5.0, "exempt"),
        (5.0, "joint"),
        (5.0, "policy file"),
        (10.0, "three policies"),
        (5.0, "state retired"),
        (5.0, "state redefined"),
        (10.0, "narrow changed"),
        (5.0, "narrow rebuilt"),
        (5.0, "narrow consumer"),
        (5.0, "not production"),
    ] {
        tally.at_least(percent, what);
    }
    for class in CLASSES {
        tally.at_least(4.0, &format!("narrow {class}"));
    }
}

/// A broken policy: the route is broad, whatever else it says.
fn broken(route: &Route, expected: &Expected) -> Outcome {
    prop_assert!(!route.broad.is_empty(), "a broken policy, and the route is not broad");
    prop_assert!(route.skipped.is_empty(), "skipped: {:?}", route.skipped.keys());
    prop_assert!(selected(route).is_superset(&expected.all));
    Ok(())
}

fn agree(route: &Route, expected: &Expected) -> Outcome {
    prop_assert_eq!(route.empty, expected.empty);
    prop_assert_eq!(known(route), expected.all.clone(), "the gates that there are");
    files(route, expected)?;
    let moved: BTreeMap<_, _> = route
        .moved
        .iter()
        .map(|moved| (moved.path.clone(), (words(&moved.from), words(&moved.to))))
        .collect();
    let expected_moved: BTreeMap<_, _> =
        expected.moved.iter().map(|(path, (from, to))| (path.clone(), (words(from), words(to)))).collect();
    prop_assert_eq!(moved, expected_moved, "moved");
    let domains: BTreeMap<String, BTreeSet<&str>> = route
        .domains
        .iter()
        .map(|(domain, reached)| {
            (domain.to_string(), reached.impact.iter().map(|impact| impact.as_str()).collect())
        })
        .collect();
    prop_assert_eq!(&domains, &expected.domains, "domains");
    broad(route, expected)?;
    prop_assert_eq!(!route.review.architecture.is_empty(), expected.review, "architecture review");
    gates(route, expected)
}

fn files(route: &Route, expected: &Expected) -> Outcome {
    let paths: Vec<_> = route.files.iter().map(|file| &file.file.path).collect();
    prop_assert_eq!(paths, expected.files.keys().collect::<Vec<_>>(), "files");
    for (file, (path, facts)) in route.files.iter().zip(&expected.files) {
        prop_assert_eq!(words(&file.facts.domains), words(&facts.domains), "domains of {:?}", path);
        let contracts: BTreeSet<String> =
            facts.contracts.iter().map(|(kind, name)| format!("{kind}:{name}")).collect();
        prop_assert_eq!(words(&file.facts.contracts), contracts, "contracts of {:?}", path);
        prop_assert_eq!(file.facts.mapped, facts.mapped, "{:?} is mapped", path);
        prop_assert_eq!(file.facts.exempt, facts.exempt, "{:?} is exempt", path);
        let classes: BTreeSet<&str> = file.facts.classes.iter().map(|class| class.as_str()).collect();
        prop_assert_eq!(
            classes,
            facts.classes.iter().copied().collect::<BTreeSet<_>>(),
            "classes of {:?}",
            path
        );
        prop_assert_eq!(file.facts.production, facts.production, "{:?} impacts production", path);
        prop_assert_eq!(file.moved && !expected.moved.contains_key(path), false, "{:?} did not move", path);
    }
    let classes: BTreeSet<&str> = route.classes.iter().map(|class| class.as_str()).collect();
    let union: BTreeSet<&str> =
        expected.files.values().flat_map(|facts| facts.classes.iter().copied()).collect();
    prop_assert_eq!(classes, union, "classes of the change");
    Ok(())
}

fn broad(route: &Route, expected: &Expected) -> Outcome {
    let (mut lanes, mut unmapped) = (BTreeSet::new(), false);
    for reason in &route.broad {
        match reason {
            BroadReason::NoLane { domain, .. } => {
                lanes.insert(domain.to_string());
            }
            BroadReason::Unmapped { files, .. } => {
                unmapped = true;
                prop_assert!(expected.unmapped.contains(&files.path), "{:?} is mapped", files.path);
            }
            BroadReason::BrokenPolicy { .. } => prop_assert!(false, "no policy is broken: {:?}", reason),
            BroadReason::NoBasePolicy
            | BroadReason::MissingBase { .. }
            | BroadReason::All { .. }
            | BroadReason::KillSwitch { .. } => {}
        }
    }
    // A file that no policy was asked about is unmapped for want of a base, which is a cause of its own.
    let want_of_base =
        |reason| matches!(reason, &BroadReason::NoBasePolicy | &BroadReason::MissingBase { .. });
    if !route.broad.iter().any(want_of_base) {
        prop_assert_eq!(unmapped, !expected.unmapped.is_empty(), "unmapped");
    }
    prop_assert_eq!(&lanes, &expected.no_lane, "domains without a lane");
    prop_assert_eq!(!route.broad.is_empty(), expected.broad, "broad: {:?}", route.broad);
    Ok(())
}

fn gates(route: &Route, expected: &Expected) -> Outcome {
    let chosen = selected(route);
    let missing: Vec<_> = expected.selected.difference(&chosen).collect();
    prop_assert!(missing.is_empty(), "the library misses {:?}", missing);
    let extra: Vec<_> =
        chosen.difference(&expected.selected).map(|id| (id, &route.gates[id.as_str()].because)).collect();
    prop_assert!(extra.is_empty(), "the library selects {:#?} as well", extra);
    if !expected.broad {
        // Where a route is observed, the reasons tell what would have been selected without.
        let asked: BTreeSet<String> = route
            .gates
            .iter()
            .filter(|(_, gate)| {
                gate.because.iter().any(|reason| !matches!(reason, GateReason::Observed { .. }))
            })
            .map(|(id, _)| id.to_string())
            .collect();
        prop_assert_eq!(&asked, &expected.asked, "what is asked for");
    }
    for (id, gate) in &route.gates {
        if id.as_str() == ARCHITECTURE_REVIEW {
            continue;
        }
        let domains = expected.gate_domains.get(id.as_str()).map_or_else(BTreeSet::new, words);
        prop_assert_eq!(words(&gate.domains), domains, "domains of gate {}", id);
        prop_assert_eq!(gate.state.as_str(), expected.states[id.as_str()], "state of gate {}", id);
    }
    Ok(())
}

fn words<T: ToString>(items: &BTreeSet<T>) -> BTreeSet<String> {
    items.iter().map(ToString::to_string).collect()
}

fn count(tally: &mut Tally, case: &Case, expected: &Expected) {
    let mut flag = |set: bool, what: &str| {
        if set {
            tally.count(what);
        }
    };
    flag(expected.empty, "empty");
    flag(expected.observe, "observe");
    flag(!expected.unmapped.is_empty(), "unmapped");
    flag(!expected.no_lane.is_empty(), "no lane");
    flag(!expected.moved.is_empty(), "moved");
    flag(expected.files.values().any(|facts| facts.exempt), "exempt");
    flag(expected.files.values().any(|facts| facts.domains.len() > 1), "joint");
    flag(expected.files.values().any(|facts| facts.policy_class.is_some()), "policy file");
    flag(expected.files.values().any(|facts| !facts.production && !facts.exempt), "not production");
    flag(case.policies[0] != case.policies[1] && case.policies[1] != case.policies[2], "three policies");
    flag(expected.states.values().any(|state| *state == "retired"), "state retired");
    flag(expected.states.values().any(|state| *state == "redefined"), "state redefined");
    let narrow = !(expected.broad || expected.observe || expected.empty);
    flag(narrow, "narrow");
    if narrow {
        for impact in ["changed", "rebuilt", "consumer"] {
            flag(expected.domains.values().any(|how| how.contains(impact)), &format!("narrow {impact}"));
        }
        for class in CLASSES {
            flag(
                expected.files.values().any(|facts| facts.classes.contains(class)),
                &format!("narrow {class}"),
            );
        }
    }
}
