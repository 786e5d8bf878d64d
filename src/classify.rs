//! Rows to classes: what kind of change a file is, and what else the rows say of it.

use std::collections::BTreeSet;

use crate::attribute::{Attribution, Group, Hit, RowRef, row_ref};
use crate::class::{ChangeClass, ChangeClasses};
use crate::id::{ContractId, DomainId};
use crate::ownership::{MapKind, ReleaseClass, Row, RowClass};
use crate::policy::{Policies, Policy};

/// What the policies say of a file. Files of which they say the same share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Its owners that are not exempt, and the domains of its contracts.
    pub domains: BTreeSet<DomainId>,
    /// The contracts of the route, schema and event rows that match it.
    pub contracts: BTreeSet<ContractId>,
    /// Its classes.
    pub classes: ChangeClasses,
    /// The rows that own it or attach to it, sorted.
    pub rows: Vec<RowRef>,
    /// Says whether every policy that was asked has a row for it.
    pub mapped: bool,
    /// Says whether it is exempt: only exempt rows own it, and no contract is attached.
    pub exempt: bool,
    /// Says whether it is production-impacting.
    pub production: bool,
    /// Says whether it is a file of a policy.
    pub policy_file: bool,
    /// Says whether a row that owns it is tagged `ships`.
    pub ships: bool,
    /// The class that every row that owns it states: the only class whose tags narrow.
    pub stated: Option<ChangeClass>,
    /// What it ships as; nothing in it where a row leaves that open.
    pub releases: BTreeSet<Option<ReleaseClass>>,
    /// The tags of the rows that own it, or attach their contract to it, exempt ones left out.
    pub tags: BTreeSet<String>,
    /// The kinds of those rows.
    pub map_kinds: BTreeSet<MapKind>,
}

/// Says what the policies say of a group of files. `prose_only`: the checked policies of merge base and head are
/// equal, so that a policy file that changed changed in its prose.
pub fn classify(policies: &Policies, group: &Group, prose_only: bool) -> FileFacts {
    let mut facts = FileFacts {
        domains: BTreeSet::new(),
        contracts: BTreeSet::new(),
        classes: ChangeClasses::NONE,
        rows: group.rows().map(|(policy, hit)| row_ref(policies, policy, hit.row)).collect(),
        mapped: !group.asked.is_empty() && group.unmapped(policies).is_empty(),
        exempt: false,
        production: true,
        policy_file: group.policy_files,
        ships: false,
        stated: None,
        releases: BTreeSet::new(),
        tags: BTreeSet::new(),
        map_kinds: BTreeSet::new(),
    };
    facts.rows.sort_unstable();
    facts.rows.dedup();
    let as_policy =
        group.policy_files.then_some(if prose_only { ChangeClass::Docs } else { ChangeClass::Delivery });
    facts.classes = as_policy.map_or(ChangeClasses::NONE, ChangeClasses::only);
    let mut owners = 0;
    let mut exempt_owners = 0;
    let mut quiet_owners = 0;
    let mut stated: BTreeSet<Option<RowClass>> = BTreeSet::new();
    for one in &group.asked {
        let policy = &*policies.each[one.policy].1;
        for hit in &one.owners {
            let row = &policy.rows[hit.row];
            let gives = owner_gives(policy, *hit, as_policy);
            owners += 1;
            exempt_owners += usize::from(gives.is_empty());
            quiet_owners += usize::from(gives.is_docs_only() || row.tags.contains("test"));
            stated.insert(row.class);
            facts.ships |= row.tags.contains("ships");
            facts.classes = facts.classes.union(gives);
            if !gives.is_empty() {
                facts.domains.extend(policy.owners(row).iter().cloned());
                facts.releases.extend(releases(policy, row));
                facts.tags.extend(row.tags.iter().cloned());
                facts.map_kinds.insert(row.kind);
            }
        }
        for hit in &one.attached {
            let row = &policy.rows[hit.row];
            facts.classes = facts.classes.union(attached_gives(policy, one, *hit, as_policy));
            facts.domains.extend(policy.owners(row).iter().cloned());
            facts.contracts.extend(row.contracts());
            facts.releases.extend(releases(policy, row));
            facts.tags.extend(row.tags.iter().cloned());
            facts.map_kinds.insert(row.kind);
        }
    }
    let attached = group.asked.iter().any(|one| !one.attached.is_empty());
    facts.exempt = facts.mapped && owners > 0 && owners == exempt_owners && !attached;
    facts.production = !(facts.mapped && owners > 0 && owners == quiet_owners);
    if let (Some(Some(RowClass::Class(class))), 1, None) = (stated.first(), stated.len(), as_policy) {
        facts.stated = Some(*class);
    }
    facts
}

/// Returns the classes that a row gives to a file that it owns; none where it is exempt. To a file of a policy every
/// owner gives `delivery` and nothing else, or `docs` where only prose changed.
pub fn owner_gives(policy: &Policy, hit: Hit, as_policy: Option<ChangeClass>) -> ChangeClasses {
    as_policy.map_or_else(|| policy.owner_classes(&policy.rows[hit.row], hit.columns), ChangeClasses::only)
}

/// Returns the classes that a contract's row gives to a file: those of its columns; where they give none, and every
/// owner is exempt or docs, the kind of its lanes. Code does not become documentation by standing in its folder.
fn attached_gives(
    policy: &Policy,
    one: &Attribution,
    hit: Hit,
    as_policy: Option<ChangeClass>,
) -> ChangeClasses {
    let by_column = hit.columns.classes();
    let quiet = |owner: &Hit| {
        let gives = owner_gives(policy, *owner, as_policy);
        gives.is_empty() || gives.is_docs_only()
    };
    if by_column.is_empty() && one.owners.iter().all(quiet) {
        policy.kinds(&policy.rows[hit.row])
    } else {
        by_column
    }
}

/// Returns what the files of a row ship as: what it states, else what the lanes of its domains state.
fn releases(policy: &Policy, row: &Row) -> BTreeSet<Option<ReleaseClass>> {
    match row.release_class {
        Some(class) => BTreeSet::from([Some(class)]),
        None => policy
            .owners(row)
            .iter()
            .map(|domain| policy.lanes.lanes.get(domain).and_then(|lane| lane.release_class))
            .collect(),
    }
}
