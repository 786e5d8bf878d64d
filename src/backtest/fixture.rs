//! A small policy in which every kind of answer occurs.

use std::sync::Arc;

use super::{Engine, Replayed};
use crate::change::{Change, ChangeSource, ChangedFile, Confidence, Provenance, Side, Sides, Status};
use crate::policy::{Policies, Policy, PolicyBasis, PolicyFiles};

const MAP: &str = "| Package | Domain | Consumers | Imported by | Class | Tags |\n| --- | --- | --- | --- | --- | --- |\n\
    | `a/**` | a | - | b | | |\n| `b/**` | b | - | - | | |\n| `b/test/**` | b | - | - | | test |\n\
    | `docs/**` | d | - | - | docs | ships |\n| `LICENSE` | a | - | - | exempt | |\n| `ghost/**` | ghost | - | - | | |\n";

const EVENTS: &str = "| Event | Domain | Contract | Consumers |\n| --- | --- | --- | --- |\n\
    | `paid` | a | `a/events/**` | b |\n| `sent` | a | `a/mail/**` | |\n";

const LANES: [(&str, &str); 4] = [
    (
        "lanes/a.yaml",
        "domain_lane:\n  domain_id: a\n  domain_local_gates: [make a]\n  consumer_smokes:\n    - title: b pays\n      \
         consumer: b\n      tags: [api]\n    - title: c sends\n      consumer: d\n  service_evidence: [rollback of a]\n",
    ),
    (
        "lanes/b.yaml",
        "domain_lane:\n  domain_id: b\n  kind: product\n  domain_local_gates: [make b]\n  global_gates: [wide]\n",
    ),
    ("lanes/d.yaml", "domain_lane:\n  domain_id: d\n  kind: docs\n  domain_local_gates: [make d]\n"),
    (
        "lanes/gates.yaml",
        "gates:\n  - id: wide\n    layer: global\n    needs: [lint]\n  - id: lint\n    layer: global\n    always: every_change\n    \
         paths: [\"**/*.md\", \"!docs/secret/**\"]\n  - id: code\n    layer: global\n    always: code_change\n",
    ),
];

/// Paths of every kind; the last four are in no row.
pub(super) const PATHS: [&str; 16] = [
    "a/x.rs",
    "a/y.md",
    "a/events/p.json",
    "a/mail/q.json",
    "b/x.rs",
    "b/test/t.rs",
    "b/y.md",
    "docs/a.md",
    "docs/secret/b.md",
    "LICENSE",
    "ghost/g.rs",
    "lanes/a.yaml",
    "new/one.rs",
    "new/two.md",
    "b.md",
    "Makefile",
];

/// The policy; its maps are themselves in no row.
pub(super) fn policy() -> Arc<Policy> {
    let mut files = PolicyFiles::default();
    let maps = [("ownership-maps/packages.md", MAP), ("ownership-maps/events.md", EVENTS)];
    for (path, text) in maps.into_iter().chain(LANES) {
        files.files.insert(path.into(), Arc::from(text.as_bytes()));
    }
    let policy = Policy::load(&files);
    assert!(policy.faults.is_empty(), "{:?}", policy.faults);
    Arc::new(policy)
}

/// The policy for every side.
pub(super) fn policies(policy: &Arc<Policy>) -> Policies {
    let sides = Side::ALL.into_iter().map(|side| (side, Arc::clone(policy)));
    Policies::new(PolicyBasis::External, sides)
}

/// A change of some of [`PATHS`], each with a status.
pub(super) fn change(files: &[(usize, Status)]) -> Change {
    let files = files.iter().map(|(path, status)| {
        let base = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);
        let present = match status {
            Status::Added => Sides::NONE.with(Side::Head),
            Status::Modified => Sides::ALL,
            Status::Deleted => base,
        };
        ChangedFile { path: PATHS[*path].into(), status: *status, previous_path: None, present }
    });
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: None,
        head: None,
        merge_base: None,
        base_method: "history".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    Change::new(provenance, files)
}

/// Replayed changes, each of some of [`PATHS`]. Their heads are `00…`, `01…` and so on.
pub(super) fn replayed(changes: &[Vec<usize>]) -> Vec<Replayed> {
    let changes: Vec<Change> = changes
        .iter()
        .map(|paths| change(&paths.iter().map(|path| (*path, Status::Modified)).collect::<Vec<_>>()))
        .collect();
    let files: Vec<&[ChangedFile]> = changes.iter().map(|change| &change.files[..]).collect();
    let answers = Engine::new(&policy(), PolicyBasis::External).replay(&files);
    let told =
        answers.into_iter().zip(&files).enumerate().map(|(at, ((unmapped, outcome), files))| Replayed {
            base: (at > 0).then(|| "b".repeat(40)),
            merge_base: (at > 0).then(|| "c".repeat(40)),
            head: format!("{at:02x}").repeat(20),
            parents: at % 4,
            seconds: 1_700_000_000,
            subject: format!("change {at}"),
            files: files.len(),
            unmapped,
            outcome,
        });
    told.collect()
}
