//! Whether a commit is part of the branch that everything is merged into.

use crate::digest::CommitHash;
use crate::git::repository::{CommitId, Repository};
use crate::release::Integration;

impl Repository {
    /// Says whether a commit is an ancestor of the integration branch's tip, or that tip. The branch is the one that `base`
    /// of `laneway.yaml` names, as the remote had it when it was last fetched, else the remote's default branch; without a
    /// remote the local ones count. What cannot be told is not integrated.
    pub fn integration(&self, commit: &CommitHash) -> Integration {
        let unknown = |why: &str| Integration::Unknown { why: why.to_owned() };
        let Some((branch, tip)) = self.integration_branch() else {
            return unknown(
                "this clone has no default branch: fetch it, or name it as `base` of laneway.yaml",
            );
        };
        let Some(id) = self.commit(commit.as_str()) else {
            return unknown("this clone does not have the commit: fetch it");
        };
        let at = tip.to_string();
        match self.merge_bases(id, tip) {
            Ok(bases) if bases.contains(&id) => Integration::Integrated { branch, tip: at },
            Ok(_) if self.is_shallow() => unknown(
                "this clone is shallow, and its history ends before the commit: git fetch --unshallow",
            ),
            Ok(_) => Integration::NotIntegrated { branch, tip: at },
            Err(why) => unknown(&format!("the history cannot be read: {why}")),
        }
    }

    fn integration_branch(&self) -> Option<(String, CommitId)> {
        let remote = self.remote();
        if let Some(name) = self.configured_base() {
            let short = name.strip_prefix("refs/heads/").unwrap_or(&name);
            let of_remote = self.remote_branch(short).map(|id| (format!("{remote}/{short}"), id));
            if let Some(found) = of_remote.or_else(|| Some((name.clone(), self.spec(&name).ok()?))) {
                return Some(found);
            }
        }
        self.default_branch_named()
    }
}
