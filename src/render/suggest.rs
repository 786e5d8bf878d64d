//! Which rows would map the unmapped files of a route.

use crate::attribute::{Room, attribute_path};
use crate::change::Side;
use crate::check;
pub use crate::check::Proposal;
use crate::path::RepoPath;
use crate::policy::{Policies, Policy};
use crate::route::Route;

/// Proposes rows for the unmapped files of a route, by the rows of its newest policy.
pub fn proposals(route: &Route, policies: &Policies) -> Vec<Proposal> {
    let unmapped = route.files.iter().filter(|file| !file.facts.mapped);
    let proposals = proposals_for(unmapped.map(|file| &file.file.path), policies);
    proposals.into_iter().map(|(proposal, _)| proposal).collect()
}

/// Proposes rows for paths that no row maps, by the rows of the newest policy, each with the paths that it would map. A
/// path that the newest policy maps needs none: it is the base that lacks it.
pub fn proposals_for<'p>(
    unmapped: impl IntoIterator<Item = &'p RepoPath>,
    policies: &Policies,
) -> Vec<(Proposal, Vec<&'p RepoPath>)> {
    let each = policies.each.iter();
    let newest: Option<(Side, &Policy)> = each
        .filter_map(|(sides, policy)| Some((sides.iter().last()?, &**policy)))
        .max_by_key(|(side, _)| *side);
    let Some((side, policy)) = newest else { return Vec::new() };
    let room = &mut Room::default();
    let unmapped = unmapped.into_iter().filter(|path| attribute_path(policy, path, room).0.is_empty());
    check::proposals_for(unmapped, policy, side)
}
