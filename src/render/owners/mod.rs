//! Who owns paths, for a terminal, for scripts and for programs.

mod explain;
mod json;
mod text;
mod wire;

#[cfg(test)]
mod tests;

pub use json::{schema, write as json};
pub use text::{Layout, write as text};
pub use wire::OWNERS_V1;

use std::collections::BTreeSet;

use crate::attribute::{Owned, Owning};
use crate::id::{ContractId, DomainId};
use crate::ownership::{Owners, Row};
use crate::path::RepoPath;
use crate::policy::Policy;
use crate::quorum::{Need, Quorums};
use crate::render::escape::terminal;

/// Paths, and what a policy says of them.
#[derive(Clone, Copy, Debug)]
pub struct OwnersReport<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The commit that has the policy; nothing for a working tree, and for a folder.
    pub commit: Option<&'a str>,
    /// The paths, in the order in which they were asked about.
    pub paths: &'a [RepoPath],
    /// What it says of them.
    pub owned: &'a Owned,
    /// Whether the rows that lose are shown, too.
    pub explain: bool,
}

impl OwnersReport<'_> {
    /// Returns how many of the paths no row maps.
    pub fn unmapped(&self) -> usize {
        self.owned.of.iter().filter(|answer| self.owned.answers[**answer].owners.is_empty()).count()
    }
}

/// What is said of each path that has the same answer.
struct Said<'a> {
    /// Says whether a row names every domain.
    every: bool,
    /// The domains of the rows that own it.
    domains: BTreeSet<&'a DomainId>,
    /// Who looks at it, by name: of its owners, and of the contracts that attach to it.
    reviewers: BTreeSet<&'a str>,
    /// How many of them must look.
    quorums: Quorums,
    /// Says whether every row that owns it is exempt.
    exempt: bool,
    /// The contracts that attach to it.
    contracts: BTreeSet<ContractId>,
    /// The rows that own it or attach to it, by place.
    rows: Vec<&'a Row>,
}

impl<'a> Said<'a> {
    fn new(policy: &'a Policy, owning: &Owning) -> Self {
        let row = |index: usize| -> &'a Row { &policy.rows[index] };
        let owners = || owning.owners.iter().map(|hit| row(hit.row));
        let attached = || owning.attached.iter().map(|hit| row(hit.row));
        let alone = owning.attached.iter().filter(|hit| !owning.owners.contains(hit));
        let rows: Vec<&Row> = owners().chain(alone.map(|hit| row(hit.row))).collect();
        // As in a route: an exempt owner is not asked, whoever offers a contract is.
        let asking = rows.iter().filter(|row| !(row.is_exempt() && row.kind.owns()));
        Self {
            every: owners().any(|row| row.owners == Owners::Every),
            domains: owners().flat_map(|row| policy.owners(row)).collect(),
            reviewers: asking.clone().flat_map(|row| policy.reviewers(row)).collect(),
            quorums: asking.flat_map(|row| policy.quorums(row)).cloned().collect(),
            exempt: !owning.owners.is_empty() && owners().all(Row::is_exempt),
            contracts: attached().flat_map(Row::contracts).collect(),
            rows,
        }
    }

    /// Says who looks, in words where one of the names is not enough.
    fn asked(&self) -> String {
        if self.quorums.iter().all(|quorum| quorum.need == Need::Any) {
            text::joined(self.reviewers.iter().copied())
        } else {
            terminal(&self.quorums.to_string()).into()
        }
    }

    fn is_mapped(&self) -> bool {
        self.every || !self.domains.is_empty()
    }
}
