//! Which release profiles a change allows, and what forbids the others.

use std::collections::BTreeMap;

use super::model::ProfileAllowance;
use super::reason::ProfileReason;
use crate::attribute::{Attributed, Touch, Witness};
use crate::class::ChangeClass;
use crate::classify::FileFacts;
use crate::lanes::Profile;
use crate::ownership::{MapKind, ReleaseClass};
use crate::policy::Policies;

/// What the files of a change are, that ship.
#[derive(Default)]
struct Ships {
    /// As what; nothing where a row leaves that open.
    releases: BTreeMap<Option<ReleaseClass>, Touch>,
    classes: BTreeMap<ChangeClass, Touch>,
    map_kinds: BTreeMap<MapKind, Touch>,
}

/// Says of each release profile whether the change may ship under it, by every policy that states it: what one of them does
/// not let it ship, or excludes, is forbidden.
pub(super) fn allowances(
    policies: &Policies,
    (attributed, facts): (&Attributed, &[FileFacts]),
    is_broad: bool,
    witness: impl Fn(Touch) -> Witness,
) -> Vec<ProfileAllowance> {
    let mut stated: BTreeMap<&str, Vec<&Profile>> = BTreeMap::new();
    for (_, policy) in &policies.each {
        for (id, profile) in &policy.lanes.profiles {
            stated.entry(id).or_default().push(profile);
        }
    }
    let ships = Ships::of(attributed, facts);
    let allowance = |(id, profiles): (&str, Vec<&Profile>)| {
        let mut forbidden = ships.forbids(&profiles, &witness);
        // What a broad route holds is not known: only a profile for everything may ship it.
        if is_broad && !profiles.iter().all(|own| ships_everything(own)) {
            forbidden.push(ProfileReason::Broad);
        }
        forbidden.sort_unstable();
        ProfileAllowance { id: id.to_owned(), forbidden }
    };
    stated.into_iter().map(allowance).collect()
}

fn ships_everything(profile: &Profile) -> bool {
    let excludes = &profile.excludes;
    profile.release_classes.is_none() && excludes.classes.is_empty() && excludes.map_kinds.is_empty()
}

impl Ships {
    fn of(attributed: &Attributed, facts: &[FileFacts]) -> Self {
        fn add<T: Ord>(all: &mut BTreeMap<T, Touch>, own: impl IntoIterator<Item = T>, touch: Touch) {
            for one in own {
                all.entry(one).and_modify(|own| *own = own.and(touch)).or_insert(touch);
            }
        }
        let mut ships = Self::default();
        for ((_, touch), facts) in attributed.groups.iter().zip(facts) {
            if facts.exempt || !facts.production {
                continue;
            }
            let open = facts.releases.is_empty().then_some(None);
            add(&mut ships.releases, facts.releases.iter().copied().chain(open), *touch);
            add(&mut ships.classes, facts.classes.iter(), *touch);
            add(&mut ships.map_kinds, facts.map_kinds.iter().copied(), *touch);
        }
        ships
    }

    /// Returns what the files have that a profile may not ship.
    fn forbids(&self, profiles: &[&Profile], witness: &impl Fn(Touch) -> Witness) -> Vec<ProfileReason> {
        let mut forbidden = Vec::new();
        for (class, touch) in &self.releases {
            let may = |profile: &&Profile| match (&profile.release_classes, class) {
                (None, _) => true,
                (Some(own), Some(class)) => own.contains(class),
                (Some(_), None) => false,
            };
            if profiles.iter().all(may) {
                continue;
            }
            let files = witness(*touch);
            forbidden.push(match class {
                Some(class) => ProfileReason::ReleaseClass { class: *class, files },
                None => ProfileReason::NoReleaseClass { files },
            });
        }
        for (class, touch) in &self.classes {
            if profiles.iter().any(|own| own.excludes.classes.contains(class)) {
                forbidden.push(ProfileReason::Class { class: *class, files: witness(*touch) });
            }
        }
        for (kind, touch) in &self.map_kinds {
            if profiles.iter().any(|own| own.excludes.map_kinds.contains(kind)) {
                forbidden.push(ProfileReason::MapKind { kind: *kind, files: witness(*touch) });
            }
        }
        forbidden
    }
}
