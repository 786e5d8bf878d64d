//! Who must look at a change.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Attributed, Moved, Touch, Witness};
use crate::change::{Side, Sides};
use crate::classify::FileFacts;
use crate::graph::{Graph, Impacts};
use crate::id::{ContractId, DomainId};
use crate::policy::Policies;
use crate::quorum::{Need, Quorum, Quorums};

/// Who must look at a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Why the architecture reviewers must look; empty where they need not.
    pub architecture: BTreeSet<ReviewReason>,
    /// Who the architecture reviewers are.
    pub architecture_reviewers: BTreeSet<String>,
    /// Everyone who must look, by name.
    pub reviewers: BTreeMap<String, Reviewer>,
    /// How many of whom must look: each quorum once, with everything that asks for it.
    pub requirements: Vec<Requirement>,
}

impl Review {
    /// Returns the requirements that the list of reviewers does not say: those in which any one is not enough.
    pub fn worded(&self) -> Vec<&Requirement> {
        self.requirements.iter().filter(|requirement| requirement.quorum.need != Need::Any).collect()
    }
}

/// A quorum that must look at the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// How many of whom.
    pub quorum: Quorum,
    /// For which domains.
    pub domains: BTreeSet<DomainId>,
    /// At which files; nothing where it is about the whole change.
    pub files: Option<Witness>,
    /// Why; never empty.
    pub because: BTreeSet<ReviewerReason>,
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
///
/// What the policies of base and head ask for is joined: a change that weakens a quorum meets both, the old and the new.
pub fn review(
    graph: &Graph<'_>,
    (attributed, facts): (&Attributed, &[FileFacts]),
    impacts: &Impacts,
    moved: &[Moved],
    architecture: BTreeSet<ReviewReason>,
    witness: impl Fn(Touch) -> Witness,
) -> Review {
    let policies = graph.policies();
    let mut asked = Asked::default();
    for ((group, touch), facts) in attributed.groups.iter().zip(facts) {
        if facts.exempt {
            continue;
        }
        let mut here = BTreeSet::new();
        for (policy, hit) in group.rows() {
            let own = &policies.each[policy].1;
            let row = &own.rows[hit.row];
            if row.is_exempt() && row.kind.owns() && !facts.policy_file {
                continue;
            }
            for domain in own.owners(row) {
                let by_lane = || own.lanes.lanes.get(domain).map(|lane| &lane.reviewers);
                let quorums = if row.reviewers.is_empty() { by_lane() } else { Some(&row.reviewers) };
                for quorum in quorums.into_iter().flat_map(Quorums::iter) {
                    here.insert(quorum);
                    asked.ask(quorum, Some(domain), &ReviewerReason::Owns { domain: domain.clone() });
                }
            }
        }
        asked.touch(here, *touch);
    }
    let mut ask = |domain: &DomainId, because: ReviewerReason| {
        for (_, policy) in &policies.each {
            let lane = policy.lanes.lanes.get(domain);
            for quorum in lane.into_iter().flat_map(|lane| lane.reviewers.iter()) {
                asked.ask(quorum, Some(domain), &because);
            }
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
    let architects = architects(policies);
    if !architecture.is_empty() {
        for quorum in &architects {
            asked.ask(quorum, None, &ReviewerReason::Architecture);
        }
    }
    Review {
        architecture,
        architecture_reviewers: architects.into_iter().flat_map(|quorum| quorum.of.clone()).collect(),
        reviewers: asked
            .names
            .into_iter()
            .map(|(name, Ask { domains, because, touch })| {
                (name.to_owned(), Reviewer { domains, files: touch.map(&witness), because })
            })
            .collect(),
        requirements: asked
            .quorums
            .into_iter()
            .map(|(quorum, Ask { domains, because, touch })| Requirement {
                quorum: quorum.clone(),
                domains,
                files: touch.map(&witness),
                because,
            })
            .collect(),
    }
}

/// Who is asked so far: each name, and each quorum.
#[derive(Default)]
struct Asked<'a> {
    names: BTreeMap<&'a str, Ask>,
    quorums: BTreeMap<&'a Quorum, Ask>,
}

/// What somebody is asked for.
#[derive(Clone, Default)]
struct Ask {
    domains: BTreeSet<DomainId>,
    because: BTreeSet<ReviewerReason>,
    touch: Option<Touch>,
}

impl Ask {
    fn add(&mut self, domain: Option<&DomainId>, because: &ReviewerReason) {
        self.domains.extend(domain.cloned());
        self.because.insert(because.clone());
    }

    fn touch(&mut self, touch: Touch) {
        self.touch = Some(self.touch.map_or(touch, |own| own.and(touch)));
    }
}

impl<'a> Asked<'a> {
    fn ask(&mut self, quorum: &'a Quorum, domain: Option<&DomainId>, because: &ReviewerReason) {
        self.quorums.entry(quorum).or_default().add(domain, because);
        for name in &quorum.of {
            self.names.entry(name).or_default().add(domain, because);
        }
    }

    /// Adds files to quorums that have been asked, and once to each of their names.
    fn touch(&mut self, quorums: BTreeSet<&'a Quorum>, touch: Touch) {
        let names: BTreeSet<&str> =
            quorums.iter().flat_map(|quorum| &quorum.of).map(String::as_str).collect();
        for name in names {
            self.names.entry(name).or_default().touch(touch);
        }
        for quorum in quorums {
            self.quorums.entry(quorum).or_default().touch(touch);
        }
    }
}

/// Returns the architecture reviewers as the base has them: a change cannot appoint its own. The head's count only
/// where no policy of the base names any.
fn architects(policies: &Policies) -> BTreeSet<&Quorum> {
    let of = |sides: Sides| -> BTreeSet<&Quorum> {
        let having = policies.each.iter().filter(|(own, _)| own.meets(sides));
        having.flat_map(|(_, policy)| policy.config.architecture_reviewers.iter()).collect()
    };
    let base = of(Sides::NONE.with(Side::MergeBase).with(Side::BaseTip));
    if base.is_empty() { of(Sides::ALL) } else { base }
}
