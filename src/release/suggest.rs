//! Which profiles a change may ship under, what they ask for because of it, and what forbids the others.

use std::collections::BTreeSet;

use super::plan::{applies, profile_of};
use crate::attribute::Witness;
use crate::id::GateId;
use crate::lanes::Profile;
use crate::policy::Policies;
use crate::route::{ProfileReason, Route};

/// What is said of one release profile.
#[derive(Clone, Debug)]
pub struct Suggested {
    /// The profile, as all policies that state it have it.
    pub profile: Profile,
    /// What forbids it; empty where it is allowed.
    pub forbidden: Vec<ProfileReason>,
    /// What it asks for on top, because of this change; empty where it is forbidden.
    pub on_top: Vec<OnTop>,
    /// The environments that take it, by every policy that declares them.
    pub environments: BTreeSet<String>,
}

/// What a profile asks for on top of what it always does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnTop {
    /// Release gates.
    pub gates: BTreeSet<GateId>,
    /// Gates of the catalogue.
    pub source_gates: BTreeSet<GateId>,
    /// Families.
    pub families: BTreeSet<String>,
    /// The files because of which; nothing where the route is broad.
    pub files: Option<Witness>,
}

impl Suggested {
    /// Says whether the change may ship under the profile.
    pub const fn is_allowed(&self) -> bool {
        self.forbidden.is_empty()
    }
}

/// Returns what is to be said of each profile, those that are allowed first.
pub fn suggest(route: &Route, policies: &Policies) -> Vec<Suggested> {
    let suggested = route.profiles.iter().filter_map(|allowance| {
        let profile = profile_of(policies, &allowance.id).ok()?;
        let forbidden = allowance.forbidden.clone();
        let on_top = if forbidden.is_empty() { on_top(&profile, route) } else { Vec::new() };
        let environments = environments(&profile.id, policies);
        Some(Suggested { profile, forbidden, on_top, environments })
    });
    let mut suggested: Vec<Suggested> = suggested.collect();
    // The sort is stable: in each part they stay in the order of their ids.
    suggested.sort_by_key(|own| !own.is_allowed());
    suggested
}

fn on_top(profile: &Profile, route: &Route) -> Vec<OnTop> {
    let mut all: Vec<OnTop> = Vec::new();
    for when in &profile.when {
        let Some(files) = applies(when, route) else { continue };
        let own = OnTop {
            gates: when.gates.difference(&profile.gates).cloned().collect(),
            source_gates: when.source_gates.difference(&profile.source_gates).cloned().collect(),
            families: match &profile.families {
                Some(always) => when.families.difference(always).cloned().collect(),
                None => BTreeSet::new(),
            },
            files,
        };
        let is_nothing = own.gates.is_empty() && own.source_gates.is_empty() && own.families.is_empty();
        // Policies that say the same say it twice.
        if !is_nothing && !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

/// Returns the environments that take a profile. One that any policy does not let take it does not.
fn environments(profile: &str, policies: &Policies) -> BTreeSet<String> {
    let takes = |id: &str| {
        let own = policies.each.iter().filter_map(|(_, policy)| policy.lanes.environments.get(id));
        let mut own = own.map(|environment| environment.takes(profile));
        own.all(|takes| takes)
    };
    let ids = policies.each.iter().flat_map(|(_, policy)| policy.lanes.environments.keys());
    ids.filter(|id| takes(id)).cloned().collect()
}
