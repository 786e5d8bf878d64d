//! Who must look at a change.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Attributed, Moved, Touch, Witness};
use crate::change::{Side, Sides};
use crate::classify::FileFacts;
use crate::graph::{Graph, Impacts};
use crate::id::{ContractId, DomainId};
use crate::policy::Policies;

/// Who must look at a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Why the architecture reviewers must look; empty where they need not.
    pub architecture: BTreeSet<ReviewReason>,
    /// Who the architecture reviewers are.
    pub architecture_reviewers: BTreeSet<String>,
    /// Everyone who must look, by name.
    pub reviewers: BTreeMap<String, Reviewer>,
}

/// Why an architecture review is forced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewReason {
    /// Files that no row maps.
    Unmapped {
        /// The files.
        files: Witness,
    },
    /// The policy itself changes.
    PolicyChange {
        /// The policy files.
        files: Witness,
    },
    /// A policy does not hold together.
    BrokenPolicy {
        /// The policy.
        policy: Side,
    },
    /// The base is not known, so neither is its policy.
    MissingBase,
}

/// Someone who must look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewer {
    /// For which domains.
    pub domains: BTreeSet<DomainId>,
    /// At which files; nothing for the architecture reviewers.
    pub files: Option<Witness>,
    /// Why.
    pub because: BTreeSet<ReviewerReason>,
}

/// Why someone must look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewerReason {
    /// Owns what changed.
    Owns {
        /// The domain.
        domain: DomainId,
    },
    /// Owns a domain that calls a contract that changed.
    Consumes {
        /// The domain.
        domain: DomainId,
        /// The contract.
        contract: ContractId,
    },
    /// Owned, or comes to own, files whose row moved.
    Moved {
        /// The domain.
        domain: DomainId,
    },
    /// Is an architecture reviewer.
    Architecture,
}

/// Says who must look. `architecture` holds the causes of an architecture review.
pub fn review(
    graph: &Graph<'_>,
    (attributed, facts): (&Attributed, &[FileFacts]),
    impacts: &Impacts,
    moved: &[Moved],
    architecture: BTreeSet<ReviewReason>,
    witness: impl Fn(Touch) -> Witness,
) -> Review {
    let policies = graph.policies();
    let mut asked: BTreeMap<&str, (Reviewer, Option<Touch>)> = BTreeMap::new();
    for ((group, touch), facts) in attributed.groups.iter().zip(facts) {
        if facts.exempt {
            continue;
        }
        let mut here: BTreeSet<&str> = BTreeSet::new();
        for (policy, hit) in group.rows() {
            let own = &policies.each[policy].1;
            let row = &own.rows[hit.row];
            if row.is_exempt() && row.kind.owns() && !facts.policy_file {
                continue;
            }
            for domain in own.owners(row) {
                let by_lane = || own.lanes.lanes.get(domain).map(|lane| &lane.reviewers);
                let names = if row.reviewers.is_empty() { by_lane() } else { Some(&row.reviewers) };
                for name in names.into_iter().flatten() {
                    here.insert(name);
                    let (reviewer, _) = asked.entry(name).or_default();
                    reviewer.domains.insert(domain.clone());
                    reviewer.because.insert(ReviewerReason::Owns { domain: domain.clone() });
                }
            }
        }
        for name in here {
            let (_, files) = asked.entry(name).or_default();
            *files = Some(files.map_or(*touch, |own| own.and(*touch)));
        }
    }
    let mut ask = |domain: &DomainId, because: ReviewerReason| {
        for name in lane_reviewers(policies, domain) {
            let (reviewer, _) = asked.entry(name).or_default();
            reviewer.domains.insert(domain.clone());
            reviewer.because.insert(because.clone());
        }
    };
    for call in impacts.calls.iter().filter(|call| impacts.contract_rows.contains(&call.row)) {
        if let Some(domain) = &call.consumer {
            let contract = call.contract.clone();
            ask(domain, ReviewerReason::Consumes { domain: domain.clone(), contract });
        }
    }
    for domain in moved.iter().flat_map(|one| one.from.iter().chain(&one.to)) {
        ask(domain, ReviewerReason::Moved { domain: domain.clone() });
    }
    let architecture_reviewers = architecture_reviewers(policies);
    if !architecture.is_empty() {
        for name in &architecture_reviewers {
            asked.entry(name).or_default().0.because.insert(ReviewerReason::Architecture);
        }
    }
    let reviewers = asked
        .into_iter()
        .map(|(name, (reviewer, touch))| {
            (name.to_owned(), Reviewer { files: touch.map(&witness), ..reviewer })
        })
        .collect();
    let architecture_reviewers = architecture_reviewers.into_iter().map(str::to_owned).collect();
    Review { architecture, architecture_reviewers, reviewers }
}

/// Returns the architecture reviewers as the base has them: a change cannot appoint its own. The head's count only
/// where no policy of the base names any.
fn architecture_reviewers(policies: &Policies) -> BTreeSet<&str> {
    let of = |sides: Sides| -> BTreeSet<&str> {
        let having = policies.each.iter().filter(|(own, _)| own.meets(sides));
        having.flat_map(|(_, policy)| &policy.config.architecture_reviewers).map(String::as_str).collect()
    };
    let base = of(Sides::NONE.with(Side::MergeBase).with(Side::BaseTip));
    if base.is_empty() { of(Sides::ALL) } else { base }
}

fn lane_reviewers<'a>(policies: &'a Policies, domain: &DomainId) -> BTreeSet<&'a str> {
    let lanes = policies.each.iter().filter_map(|(_, policy)| policy.lanes.lanes.get(domain));
    lanes.flat_map(|lane| &lane.reviewers).map(String::as_str).collect()
}
