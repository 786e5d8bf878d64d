//! Who answers for a gate, and who approves what no map foresaw.

use std::collections::BTreeSet;

use crate::change::Side;
use crate::id::DomainId;
use crate::policy::{Policies, Policy};

/// The owner of a gate of which nobody is known to answer for it.
pub const UNOWNED: &str = "unowned";

/// Returns who answers for a gate of these domains, by name; never empty.
///
/// They are the reviewers of the domains' lanes as the base has them, because a change cannot hand over what it breaks;
/// where those lanes name nobody the domains themselves, without a domain the architecture reviewers.
pub fn owners(domains: &BTreeSet<DomainId>, policies: &Policies) -> BTreeSet<String> {
    let lanes = base(policies).map(|policy| &policy.lanes.lanes);
    let asked = domains.iter().filter_map(|domain| lanes?.get(domain));
    let reviewers: BTreeSet<String> =
        asked.flat_map(|lane| lane.reviewers.names()).map(str::to_owned).collect();
    let named = || domains.iter().map(|domain| domain.as_str().to_owned()).collect::<BTreeSet<_>>();
    let unowned = || BTreeSet::from([UNOWNED.to_owned()]);
    [reviewers, named(), architects(policies)]
        .into_iter()
        .find(|names| !names.is_empty())
        .unwrap_or_else(unowned)
}

/// Returns those names as the one text that records and seals have.
pub fn joined(owners: &BTreeSet<String>) -> String {
    owners.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns the architecture reviewers as the base has them: a change appoints none, so without a base there are none.
pub fn architects(policies: &Policies) -> BTreeSet<String> {
    let quorums = base(policies).map(|policy| &policy.config.architecture_reviewers);
    quorums.into_iter().flat_map(|quorums| quorums.names()).map(str::to_owned).collect()
}

/// Returns the policy whose permissions count: of the base's tip, else of the merge base. A folder outside of the
/// commits is every side's.
pub(super) fn base(policies: &Policies) -> Option<&Policy> {
    policies.of(Side::BaseTip).or_else(|| policies.of(Side::MergeBase))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::path::RepoPath;
    use crate::policy::{PolicyBasis, PolicyFiles};

    fn policy(lane: &str, config: &str) -> Arc<Policy> {
        let file = |path: &str, text: &str| (RepoPath::from(path), Arc::from(text.as_bytes()));
        let files = [file("lanes/a.yaml", lane), file("laneway.yaml", config)];
        Arc::new(Policy::load(&PolicyFiles { files: files.into(), faults: Vec::new() }))
    }

    fn named(domains: &[&str], sides: &[(Side, Arc<Policy>)]) -> String {
        let domains = domains.iter().map(|id| DomainId::from(*id)).collect();
        joined(&owners(&domains, &Policies::new(PolicyBasis::BaseAndHead, sides.iter().cloned())))
    }

    #[test]
    fn the_base_says_who_answers() {
        let config = |who: &str| format!("version: 1\narchitecture_reviewers: [{who}]\n");
        let lane = |who: &str| format!("domain_lane: {{domain_id: a, reviewers: [{who}]}}\n");
        let base = policy(&lane("'@b', '@a'"), &config("'@arch'"));
        let head = policy(&lane("'@me'"), &config("'@me'"));
        let bare = policy("domain_lane: {domain_id: a}\n", "version: 1\n");
        let sides =
            |base: &Arc<Policy>| vec![(Side::MergeBase, Arc::clone(base)), (Side::Head, Arc::clone(&head))];
        assert_eq!(named(&["a"], &sides(&base)), "@a, @b");
        assert_eq!(named(&["a", "b"], &sides(&base)), "@a, @b");
        assert_eq!(named(&["b", "c"], &sides(&base)), "b, c");
        assert_eq!(named(&[], &sides(&base)), "@arch");
        assert_eq!(named(&["a"], &sides(&bare)), "a");
        assert_eq!(named(&[], &sides(&bare)), UNOWNED);
        assert_eq!(named(&[], &[(Side::Head, Arc::clone(&head))]), UNOWNED);
        assert_eq!(named(&["a"], &[(Side::Head, head.clone())]), "a");
        let tip = (Side::BaseTip, bare);
        assert_eq!(named(&["a"], &[(Side::MergeBase, base), tip, (Side::Head, head)]), "a");
    }
}
