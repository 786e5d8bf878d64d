//! The reference model of `ownership-maps/` and `lanes/` holds what the operating model promises, on the sample platform.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own repository should stop")]

mod facts;
mod routes;
#[cfg(unix)]
mod sample;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use laneway::class::ChangeClass;
use laneway::id::DomainId;
use laneway::lanes::{Gate, Layer};
use laneway::ownership::{Cell, MapKind, Owners, ReleaseClass};
use laneway::path::RepoPath;

use facts::{BILLING_EXAMPLE, FAMILIES, GROUPS, PROFILES};
use support::{reference, route_paths, sample_paths};

#[test]
fn every_file_parses_without_fault() {
    let policy = reference();
    let faults: Vec<String> = policy
        .faults
        .iter()
        .map(|fault| {
            let place =
                fault.place.as_ref().map(|place| format!("{}:{}: ", place.source.name(), place.line()));
            format!("{}{} ({})", place.unwrap_or_default(), fault.message, fault.help)
        })
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_binary_holds_every_file_of_the_reference_model() {
    let embedded: BTreeMap<RepoPath, Arc<[u8]>> = laneway::reference::FILES
        .iter()
        .map(|(path, text)| (RepoPath::from(*path), Arc::from(text.as_bytes())))
        .collect();
    let mut on_disk: Vec<String> = Vec::new();
    for folder in ["lanes", "ownership-maps"] {
        let below = support::files_below(&support::repository().join(folder));
        on_disk.extend(below.into_iter().map(|name| format!("{folder}/{name}")));
    }
    assert_eq!(embedded.len(), on_disk.len());
    for path in on_disk {
        let bytes = support::bytes(&support::repository().join(&path));
        assert_eq!(embedded.get(path.as_bytes()), Some(&bytes), "{path}");
    }
}

#[test]
fn every_map_of_the_operating_model_has_rows() {
    let policy = reference();
    for name in ["package", "route", "schema", "event", "worker-binary", "frontend-surface"] {
        let map = RepoPath::from(format!("ownership-maps/{name}-ownership.md").as_str());
        assert!(policy.rows.iter().any(|row| row.map == map), "{map} has no row");
    }
    let readme = RepoPath::from("ownership-maps/README.md");
    assert!(policy.rows.iter().all(|row| row.map != readme), "an example of the README is read as a row");
}

#[test]
fn every_kind_of_cell_occurs() {
    let rows = &reference().rows;
    assert!(MapKind::ALL.into_iter().all(|kind| rows.iter().any(|row| row.kind == kind)));
    assert!(
        ReleaseClass::ALL.into_iter().all(|class| rows.iter().any(|row| row.release_class == Some(class)))
    );
    assert!(rows.iter().any(|row| row.owners == Owners::Every));
    assert!(rows.iter().any(|row| matches!(&row.owners, Owners::Listed(owners) if owners.len() > 1)));
    assert!(rows.iter().any(laneway::ownership::Row::is_exempt));
    assert!(rows.iter().any(|row| !row.excluded.is_empty()));
    for tag in ["test", "generated", "ships"] {
        assert!(rows.iter().any(|row| row.tags.contains(tag)), "{tag}");
    }
    for kind in [MapKind::Package, MapKind::Route, MapKind::Schema, MapKind::Event] {
        assert!(
            rows.iter()
                .any(|row| row.kind == kind && row.consumers.listed().is_some_and(|names| !names.is_empty())),
            "no {kind} row has consumers"
        );
    }
    assert!(rows.iter().any(|row| row.imported_by.listed().is_some_and(|names| !names.is_empty())));
    for kind in [MapKind::Binary, MapKind::Surface] {
        assert!(
            rows.iter()
                .any(|row| row.kind == kind && row.consumes.listed().is_some_and(|names| !names.is_empty())),
            "no {kind} row consumes anything"
        );
    }
}

#[test]
fn no_edge_of_the_model_is_unknown() {
    for row in &reference().rows {
        let place = format!("{}:{}", row.map, row.line());
        if matches!(row.kind, MapKind::Package | MapKind::Route | MapKind::Schema | MapKind::Event) {
            assert!(row.consumers != Cell::Unknown, "{place} does not say who consumes it");
        } else {
            assert!(row.consumes != Cell::Unknown, "{place} does not say what it consumes");
        }
        if row.kind == MapKind::Package {
            assert!(row.imported_by != Cell::Unknown, "{place} does not say who imports it");
        }
    }
}

#[test]
fn the_nine_groups_own_their_typical_paths() {
    let policy = reference();
    for group in GROUPS {
        let domain = DomainId::new(group.domain);
        assert_eq!(policy.lanes.lanes[&domain].title.as_deref(), Some(group.title));
        for folder in group.folders {
            let route = route_paths(Arc::clone(&policy), [format!("{folder}/new/file")]);
            let facts = &route.files[0].facts;
            assert!(facts.mapped, "{folder} is not mapped");
            assert_eq!(facts.domains, BTreeSet::from([domain.clone()]), "{folder}");
        }
        for (words, kind, names) in group.rows {
            for name in *names {
                let row = policy
                    .rows
                    .iter()
                    .find(|row| row.kind == *kind && row.names.iter().any(|have| have == name));
                let row = row.unwrap_or_else(|| panic!("{words}: no {kind} row is named {name}"));
                assert_eq!(row.owners, Owners::Listed(BTreeSet::from([domain.clone()])), "{words}: {name}");
            }
        }
    }
}

#[test]
fn every_required_smoke_is_asked_for() {
    let policy = reference();
    for group in GROUPS {
        let lane = &policy.lanes.lanes[group.domain];
        let smokes: Vec<&Gate> = lane
            .asks
            .iter()
            .filter(|ask| ask.slot == Layer::ConsumerSmoke)
            .map(|ask| &policy.lanes.gates[&ask.gate])
            .collect();
        for (words, title) in group.smokes {
            let smoke = smokes.iter().find(|gate| gate.title == *title);
            let smoke = smoke.unwrap_or_else(|| panic!("{}: no smoke for \"{words}\"", group.domain));
            assert!(smoke.run.is_some(), "{}: {title} has no command", group.domain);
        }
    }
}

#[test]
fn the_billing_lane_extends_the_example_of_the_operating_model() {
    let policy = reference();
    let lane = &policy.lanes.lanes["platform-billing"];
    let paths: BTreeSet<&str> = lane.source_paths.iter().map(|path| path.as_str()).collect();
    for path in BILLING_EXAMPLE.source_paths {
        assert!(paths.contains(path), "{path}");
    }
    for (slot, words) in BILLING_EXAMPLE.gates {
        let asks = lane.asks.iter().filter(|ask| ask.slot == *slot);
        let gates: Vec<&Gate> = asks.map(|ask| &policy.lanes.gates[&ask.gate]).collect();
        for word in *words {
            assert!(
                gates.iter().any(|gate| gate.title == *word || gate.id.as_str() == *word),
                "{slot}: {word}"
            );
        }
    }
}

#[test]
fn every_domain_has_a_lane_with_a_kind_and_reviewers() {
    let policy = reference();
    let mut named: BTreeSet<DomainId> = BTreeSet::new();
    for row in &policy.rows {
        if let Owners::Listed(owners) = &row.owners {
            named.extend(owners.iter().cloned());
        }
        for cell in [&row.consumers, &row.imported_by] {
            named.extend(cell.listed().into_iter().flatten().map(|(domain, _)| domain.clone()));
        }
    }
    named.extend(
        policy.lanes.lanes.values().flat_map(|lane| &lane.asks).filter_map(|ask| ask.consumer.clone()),
    );
    let lanes: BTreeSet<DomainId> = policy.lanes.lanes.keys().cloned().collect();
    assert_eq!(named, lanes);
    for lane in policy.lanes.lanes.values() {
        assert!(lane.kind.is_some() && !lane.reviewers.is_empty(), "{}", lane.domain);
    }
    for group in GROUPS {
        let lane = &policy.lanes.lanes[group.domain];
        let globals: BTreeSet<&str> =
            lane.asks.iter().filter(|ask| ask.slot == Layer::Global).map(|ask| ask.gate.as_str()).collect();
        assert_eq!(globals, BTreeSet::from(["boundary_guard", "codegen", "contracts", "security_baseline"]));
        for slot in Layer::ALL {
            assert!(lane.asks.iter().any(|ask| ask.slot == slot), "{} asks for no {slot} gate", group.domain);
        }
    }
}

#[test]
fn every_gate_family_has_a_gate_and_a_proof() {
    let policy = reference();
    let used: BTreeSet<&str> =
        policy.lanes.gates.values().filter_map(|gate| gate.family.as_deref()).collect();
    assert_eq!(used, FAMILIES.iter().map(|(id, _)| *id).collect());
    let stated: BTreeMap<&str, &str> =
        policy.lanes.families.values().map(|family| (&*family.id, &*family.title)).collect();
    assert_eq!(stated, BTreeMap::from(FAMILIES));
    assert!(policy.lanes.families.values().all(|family| !family.proof.is_empty()));
}

#[test]
fn the_eight_profiles_ship_what_they_may() {
    let profiles = &reference().lanes.profiles;
    assert_eq!(profiles.len(), PROFILES.len());
    for (id, class) in PROFILES {
        let profile = &profiles[id];
        let ships = match (id, class) {
            // Everything that somebody said what it ships as.
            ("dev-test", _) => Some(BTreeSet::from(ReleaseClass::ALL)),
            (_, class) => class.map(|class| BTreeSet::from([class])),
        };
        assert_eq!(profile.release_classes, ships, "{id}");
        assert!(!profile.use_when.is_empty());
    }
}

#[test]
fn the_maps_cover_the_sample_platform_wholly() {
    let policy = reference();
    let route = route_paths(Arc::clone(&policy), sample_paths());
    let unmapped: Vec<String> =
        route.files.iter().filter(|file| !file.facts.mapped).map(|file| file.file.path.to_string()).collect();
    assert_eq!(unmapped, Vec::<String>::new());
    let exempt: Vec<String> =
        route.files.iter().filter(|file| file.facts.exempt).map(|file| file.file.path.to_string()).collect();
    assert_eq!(exempt, [".editorconfig", "LICENSE"]);
    assert!(ChangeClass::ALL.into_iter().all(|class| route.classes.has(class)));
    assert!(route.broad.is_empty(), "{:?}", route.broad);
}

#[test]
fn every_row_covers_a_file_of_the_sample_platform() {
    let policy = reference();
    let route = route_paths(Arc::clone(&policy), sample_paths());
    let used: BTreeSet<(RepoPath, u32)> = route
        .files
        .iter()
        .flat_map(|file| file.facts.rows.iter().map(|row| (row.map.clone(), row.line)))
        .collect();
    let unused: Vec<String> = policy
        .rows
        .iter()
        .filter(|row| !used.contains(&(row.map.clone(), row.line())))
        .map(|row| format!("{}:{}", row.map, row.line()))
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}
