//! What renderers of a promotion are given.

use std::collections::BTreeSet;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{Outcome, RunId};
use crate::packets::Packet;
use crate::release::promotion::{Claim, Promotion, State};
use crate::render::verdict::Kept;

/// A promotion that was judged.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub promotion: &'a Promotion,
    /// What it comes to.
    pub outcome: Outcome,
    /// The packet, where there is one.
    pub packet: Option<&'a Packet>,
    /// The commit.
    pub commit: &'a CommitHash,
    /// The plan that the verdict is kept under.
    pub plan: Digest,
    /// Why it does not hold whatever the conditions say.
    pub stops: &'a BTreeSet<String>,
    /// What became of it in the store.
    pub kept: Kept,
    /// What a reader should know beside it.
    pub notes: &'a [String],
    /// The run that decided it.
    pub run: &'a RunId,
}

impl Report<'_> {
    /// Says whether what is claimed holds.
    pub fn holds(&self) -> bool {
        self.outcome != Outcome::Fails
    }

    /// Returns how many of the conditions that the claim rests on hold, and how many there are.
    pub(super) fn tally(&self) -> (usize, usize) {
        let claimed =
            || self.promotion.conditions.iter().filter(|(own, _)| self.promotion.claim.needs(**own));
        (claimed().filter(|(_, found)| found.state == State::Holds).count(), claimed().count())
    }

    /// Returns the answer in one sentence.
    pub(super) fn headline(&self) -> String {
        let domain = &self.promotion.domain;
        let (holding, all) = self.tally();
        let not = if self.holds() { "" } else { " not" };
        let claim = match self.promotion.claim {
            Claim::Independent => "be promoted on its own",
            Claim::Level2 => "claim level 2",
        };
        format!("{domain} may{not} {claim}: {holding} of {all} conditions hold")
    }

    /// Says what became of it in the store.
    pub(super) fn kept(&self) -> String {
        match self.kept {
            Kept::Nowhere => "nothing was written to the store".to_owned(),
            Kept::Sealed { epoch } => format!("sealed, as seal {epoch} of plan {}", self.plan),
            Kept::Standing { epoch } => format!("seal {epoch} of plan {} stands already", self.plan),
            Kept::Failed { revoked: None } => format!("kept as a verdict that fails, of plan {}", self.plan),
            Kept::Failed { revoked: Some(epoch) } => {
                format!("kept as a verdict that fails, of plan {}; seal {epoch} was taken back", self.plan)
            }
        }
    }
}
