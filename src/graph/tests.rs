//! What holds of the graph of one policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::view::Party;
use super::{Blank, Choice, EdgeKind, View, Ways};
use crate::id::DomainId;
use crate::path::RepoPath;
use crate::policy::{Policy, PolicyFiles};

/// A chain of packages, each compiled into the next, a route that is called both ways, and cells left blank.
const FILES: &[(&str, &str)] = &[
    (
        "ownership-maps/a.md",
        "| Package | Domain | Consumers | Imported by | Class |\n|---|---|---|---|---|\n\
         | `a/**` | a | - | b | |\n| `b/**` | b | - | c | |\n| `c/**` | c | - | - | |\n\
         | `shared` | a, d | e | - | |\n| `open/**` | d | | | |\n| `LICENSE` | d | | | exempt |\n\
         | `go.mod` | `*` | - | - | |\n",
    ),
    (
        "ownership-maps/b.md",
        "| Route | Domain | Handler | Consumers |\n|---|---|---|---|\n| `/e` | e | `e/api.go` | `*` |\n\
         | `/f` | a | `a/f.go` | - |\n",
    ),
    (
        "ownership-maps/c.md",
        "| Binary | Domain | Paths | Consumes |\n|---|---|---|---|\n| `worker` | e | `e/**` | `/f` |\n\
         | `mute` | c | `cmd/mute` | |\n",
    ),
    (
        "ownership-maps/d.md",
        "| Surface | Domain | Paths | Contracts |\n|---|---|---|---|\n| `page` | d | `web/**` | |\n",
    ),
];

fn policy(files: &[(&str, &str)]) -> Policy {
    let files = files.iter().map(|(path, text)| (RepoPath::from(*path), text.as_bytes().into())).collect();
    Policy::load(&PolicyFiles { files, faults: Vec::new() })
}

fn sound(files: &[(&str, &str)]) -> Policy {
    let policy = policy(files);
    assert!(!policy.is_broken(), "{:?}", policy.faults);
    policy
}

/// Writes the edges of a graph, one a line, each with the lines of its rows.
fn edges(view: &View<'_>) -> String {
    let mut text = String::new();
    for (id, contract) in &view.contracts {
        for (kind, ends) in [
            (EdgeKind::Produces, &contract.producers),
            (EdgeKind::Consumes, &contract.consumers),
            (EdgeKind::Imports, &contract.importers),
        ] {
            for (party, rows) in ends {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|row| format!("{}:{}", &view.row(*row).map.to_string()[15..], view.row(*row).line()))
                    .collect();
                writeln!(text, "{id} {} {party} {}", kind.as_str(), rows.join(" ")).expect("it is a string");
            }
        }
    }
    text
}

fn ids(domains: &[&str]) -> BTreeSet<DomainId> {
    domains.iter().copied().map(DomainId::from).collect()
}

#[test]
fn every_edge_is_there_with_its_rows() {
    let policy = sound(FILES);
    let view = View::new(&policy, &[RepoPath::from("a/x.go"), RepoPath::from("e/api.go")], Choice::All);
    assert_eq!(
        edges(&view),
        "binary:mute produces c c.md:4\n\
         binary:worker produces e c.md:3\n\
         package:a produces a a.md:3\n\
         package:a imports b a.md:3\n\
         package:b produces b a.md:4\n\
         package:b imports c a.md:4\n\
         package:c produces c a.md:5\n\
         package:go.mod produces * a.md:9\n\
         package:open produces d a.md:7\n\
         package:shared produces a a.md:6\n\
         package:shared produces d a.md:6\n\
         package:shared consumes e a.md:6\n\
         route:/e produces e b.md:3\n\
         route:/e consumes * b.md:3\n\
         route:/f produces a b.md:4\n\
         route:/f consumes e c.md:3\n\
         surface:page produces d d.md:3\n"
    );
    let files = |id: &str| view.domains[id].files;
    assert_eq!((files("a"), files("e"), files("d")), (1, 1, 0));
    // An exempt row offers nothing, and owes nothing.
    let blanks: Vec<_> = policy.rows.iter().flat_map(Blank::of).collect();
    assert_eq!(blanks, [Blank::Consumers, Blank::ImportedBy, Blank::Consumes, Blank::Contracts]);
}

#[test]
fn a_change_goes_on_along_imports_to_the_end() {
    let policy = sound(FILES);
    let view = View::new(&policy, &[], Choice::All);
    let rebuilt = view.reached(&ids(&["a"]), &Ways::down(&view.imports), usize::MAX);
    assert_eq!(
        rebuilt.into_iter().map(|(id, steps)| (id.to_string(), steps)).collect::<Vec<_>>(),
        [("a".to_owned(), 0), ("b".to_owned(), 1), ("c".to_owned(), 2)]
    );
    // A neighbourhood keeps them all.
    let near = view.clone().around(ids(&["b"]), 1);
    assert_eq!(near.imports, view.imports);
}

#[test]
fn a_neighbourhood_has_what_touches_its_middle() {
    let policy = sound(FILES);
    let view = View::new(&policy, &[], Choice::Imports).around(ids(&["b"]), 1);
    assert_eq!(
        edges(&view),
        "package:a produces a a.md:3\npackage:a imports b a.md:3\n\
         package:b produces b a.md:4\npackage:b imports c a.md:4\n"
    );
    assert_eq!(view.domains.keys().map(DomainId::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
    let view = View::new(&policy, &[], Choice::All).around(ids(&["c"]), 1);
    // What `*` consumes, each domain consumes. Of `open`, nobody knows.
    assert_eq!(view.contracts["route:/e"].consumers.keys().next(), Some(&Party::Every));
    assert!(!view.contracts.contains_key("package:a"), "{:?}", view.contracts.keys());
    assert_eq!(view.focus.map(|focus| focus.open_elsewhere), Some(1));
    let far = View::new(&policy, &[], Choice::All).around(ids(&["c"]), 2);
    assert!(far.contracts.contains_key("package:a"));
}

#[test]
fn circles_are_found_and_named() {
    let policy = sound(FILES);
    let view = View::new(&policy, &[], Choice::All);
    // `e` offers to everyone, and calls `a`, which makes one circle of the two; the chain of imports is none.
    let cycles: Vec<_> =
        view.cycles.iter().map(|cycle| (cycle.kind, &cycle.domains, cycle.way.len())).collect();
    assert_eq!(cycles, [(EdgeKind::Consumes, &ids(&["a", "d", "e"]), 2)]);
    let circle = sound(&[(
        "ownership-maps/a.md",
        "| Package | Domain | Imported by |\n|---|---|---|\n| `a` | a | b |\n| `b` | b | c, b |\n\
         | `c` | c | a |\n| `d` | d | a |\n| `e` | e | e |\n",
    )]);
    let view = View::new(&circle, &[], Choice::All);
    assert_eq!(view.cycles.len(), 1);
    let cycle = &view.cycles[0];
    assert_eq!((cycle.kind, &cycle.domains), (EdgeKind::Imports, &ids(&["a", "b", "c"])));
    assert_eq!(cycle.way.iter().map(DomainId::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(cycle.rows, BTreeSet::from([0, 1, 2]));
    // A neighbourhood tells of a circle that it cuts through.
    assert_eq!(View::new(&circle, &[], Choice::All).around(ids(&["d"]), 1).cycles.len(), 1);
}

#[test]
fn every_domain_may_depend_on_every_other() {
    let policy = sound(&[(
        "ownership-maps/a.md",
        "| Package | Domain | Imported by |\n|---|---|---|\n| `x` | `*` | `*` |\n| `a` | a | - |\n| `b` | b | - |\n",
    )]);
    let view = View::new(&policy, &[], Choice::All);
    assert_eq!(view.cycles.len(), 1);
    assert_eq!((&view.cycles[0].domains, view.cycles[0].way.len()), (&ids(&["a", "b"]), 2));
    assert_eq!(view.contracts["package:x"].importers.len(), 1);
}

#[test]
fn a_broken_policy_gives_what_is_sound() {
    let policy = policy(&[(
        "ownership-maps/a.md",
        "| Package | Domain | Imported by |\n|---|---|---|\n| `a` | a | nobody-knows, b |\n| `b` | b | - |\n",
    )]);
    assert!(policy.is_broken());
    let view = View::new(&policy, &[], Choice::All);
    assert_eq!(view.contracts["package:a"].importers.len(), 1);
}

#[test]
fn a_long_chain_takes_no_long_stack() {
    let mut map = "| Package | Domain | Imported by |\n|---|---|---|\n".to_owned();
    for at in 0..20_000 {
        writeln!(map, "| `p{at}` | d{at} | d{} |", (at + 1) % 20_000).expect("it is a string");
    }
    let policy = sound(&[("ownership-maps/a.md", &map)]);
    let view = View::new(&policy, &[], Choice::All);
    assert_eq!((view.cycles.len(), view.cycles[0].way.len()), (1, 20_000));
}
