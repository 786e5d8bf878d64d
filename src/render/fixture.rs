//! Routes for the tests of the renderers: policies from text, changes from paths.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::change::{
    Change, ChangeSource, ChangedFile, Confidence, MissingBase, Provenance, Side, Sides, Status,
};
use crate::path::RepoPath;
use crate::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use crate::route::{Request, Route, Widen, route};

/// A billing service that compiles in a PKI package and offers an event to a product.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "ownership-maps/package-ownership.md",
        "| Package | Domain | Consumers | Imported by | Class | Reviewers |\n\
         |---|---|---|---|---|---|\n\
         | `packages/billing/**` | billing | gpu | - | | @billing |\n\
         | `packages/pki/**` | pki | - | billing | | |\n\
         | `apps/gpu/**` | gpu | - | - | product | |\n\
         | `docs/**` | billing | - | - | docs | |\n\
         | `LICENSE` | billing | - | - | exempt | |\n\
         | `ownership-maps/**`, `lanes/**` | pki | - | - | | |\n",
    ),
    (
        "ownership-maps/event-ownership.md",
        "| Event | Domain | Contract | Code | Consumers |\n\
         |---|---|---|---|---|\n\
         | `invoice.paid` | billing | `packages/billing/events/**` | - | gpu |\n",
    ),
    (
        "lanes/billing.yaml",
        "domain_lane:\n  domain_id: billing\n  domain_local_gates:\n    - go test ./packages/billing/...\n  \
         consumer_smokes:\n    - {title: GPU precheck, consumer: gpu, tags: [api], run: make smoke}\n",
    ),
    (
        "lanes/pki.yaml",
        "domain_lane:\n  domain_id: pki\n  domain_local_gates:\n    - go test ./packages/pki/...\n",
    ),
    ("lanes/gpu.yaml", "domain_lane:\n  domain_id: gpu\n  domain_local_gates:\n    - npm run test\n"),
];

/// Loads one policy.
pub(super) fn policy(files: &[(&str, &str)]) -> Arc<Policy> {
    let files =
        files.iter().map(|(path, text)| (RepoPath::from(*path), Arc::from(text.as_bytes()))).collect();
    let policy = Arc::new(Policy::load(&PolicyFiles { files, faults: Vec::new() }));
    assert!(policy.faults.is_empty(), "{:?}", policy.faults);
    policy
}

/// Loads one policy for every side.
pub(super) fn policies(files: &[(&str, &str)]) -> Policies {
    let policy = policy(files);
    Policies::new(PolicyBasis::BaseAndHead, Side::ALL.into_iter().map(|side| (side, Arc::clone(&policy))))
}

/// A change that modifies these paths.
pub(super) fn change<P: AsRef<[u8]>>(paths: impl IntoIterator<Item = P>) -> Change {
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: Some("b".repeat(40)),
        head: Some("a".repeat(40)),
        merge_base: Some("b".repeat(40)),
        base_method: "flag".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    Change::new(
        provenance,
        paths.into_iter().map(|path| ChangedFile {
            path: RepoPath::new(path),
            status: Status::Modified,
            previous_path: None,
            present: Sides::ALL,
        }),
    )
}

/// The route of a change.
pub(super) fn routed(change: &Change, policies: &Policies) -> Route {
    route(&Request { change, policies, tracked: &[], widen: Widen::default() })
}

/// The lane of a domain `many` with `count` gates, each of which `gate` writes.
pub(super) fn many(count: usize, gate: impl Fn(usize) -> String) -> String {
    let mut lane = "domain_lane:\n  domain_id: many\n  domain_local_gates:\n".to_owned();
    for at in 0..count {
        let _ = writeln!(lane, "    - {}", gate(at));
    }
    lane
}

/// The map of the domain `many`, which owns everything.
pub(super) const MANY_MAP: (&str, &str) =
    ("ownership-maps/a.md", "| Package | Domain |\n|---|---|\n| `**` | many |\n");

/// A change whose base is not known.
pub(super) fn without_base(mut change: Change) -> Change {
    change.provenance.missing = Some(MissingBase::Shallow);
    change
}
