//! What becomes of a verdict in the store.

use std::collections::{BTreeMap, BTreeSet};

use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::{Cause, Evidence, Outcome, Revocation, Seal, Shown};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::{Around, Condition, SourceStand, later_source_failure};
use laneway::render::verdict::Kept;
use laneway::store::{self, Put, Store};
use laneway::verdict::{Asked, LaterFailure, Stamp, Verdict, later_failure, next_epoch, seal, standing};

/// What a verdict is kept with.
pub(super) struct Keeping<'a> {
    /// Where.
    pub(super) store: &'a dyn Store,
    /// What was asked for.
    pub(super) asked: &'a Asked,
    /// What was proved.
    pub(super) evidence: &'a Evidence,
    /// Who decided, and when.
    pub(super) stamp: &'a Stamp,
    /// What a release rests on besides: what became of its source gates, and by which evidence.
    pub(super) source: Option<(&'a BTreeMap<GateId, SourceStand>, &'a [Around])>,
    /// What signs a seal.
    pub(super) key: Option<SecretKey>,
}

impl Keeping<'_> {
    /// Returns the verdict as it is kept.
    pub(super) fn seal(&self, verdict: &Verdict) -> Seal {
        seal(self.asked, verdict, next_epoch(self.evidence), self.stamp)
    }

    /// Seals a verdict that holds, or keeps one that does not and takes back the seal that it contradicts. Where the seal
    /// would count for nothing it is not written, and the fault says why.
    pub(super) fn keep(
        &self,
        verdict: &Verdict,
        notes: &mut Vec<String>,
    ) -> Result<(Kept, Vec<Fault>), Vec<Fault>> {
        let one = |fault: Fault| vec![fault];
        if verdict.gates.is_empty() && verdict.outcome != Outcome::Fails {
            return Ok((Kept::Nowhere, Vec::new()));
        }
        let sealed = self.seal(verdict);
        if verdict.outcome == Outcome::Fails {
            // The name of the run is the name of the verdict: of the same run, the first one stands.
            store::save_fail(self.store, &sealed).map_err(one)?;
            let revoked = self.revoke(verdict, notes).map_err(one)?;
            return Ok((Kept::Failed { revoked }, Vec::new()));
        }
        if let Some(epoch) = standing(self.evidence) {
            let signers =
                self.evidence.seals.get(&epoch).map(|held| held.signers.clone()).unwrap_or_default();
            if !self.asked.is_sealed_by(&signers, self.stamp.decided) {
                notes.push(format!(
                    "seal {epoch} stands, and is not signed as `signing.seals` asks: take it back with `laneway evidence \
                     revoke --commit {}`, and verify again with a key that may seal",
                    self.stamp.commit
                ));
            }
            return Ok((Kept::Standing { epoch }, Vec::new()));
        }
        if let Some(fault) = self.unsigned() {
            return Ok((Kept::Nowhere, vec![fault]));
        }
        let epoch = sealed.epoch;
        Ok(match store::save_seal(self.store, &sealed, self.key.as_ref()).map_err(one)? {
            Put::Created => (Kept::Sealed { epoch }, Vec::new()),
            Put::Exists => (Kept::Standing { epoch }, Vec::new()),
        })
    }

    /// Takes back the seal that stands where a gate failed after it.
    fn revoke(&self, verdict: &Verdict, notes: &mut Vec<String>) -> Result<Option<u32>, Fault> {
        let Some(later) = later_failure(verdict, self.evidence).or_else(|| self.later_source_failure())
        else {
            if let Some(epoch) = standing(self.evidence) {
                notes.push(format!(
                    "seal {epoch} stands: nothing failed since it was written. `laneway evidence revoke --commit {}` \
                     takes it back",
                    self.stamp.commit
                ));
            }
            return Ok(None);
        };
        let of_source = || self.source.and_then(|(own, _)| Some(own.get(&later.gate)?.owner.clone()));
        let owner =
            verdict.gates.get(&later.gate).map(|judged| judged.sealed.owner.clone()).or_else(of_source);
        let revocation = Revocation {
            commit: self.stamp.commit.clone(),
            plan: self.asked.plan,
            epoch: later.epoch,
            owner: owner.unwrap_or_default(),
            reason: format!("gate `{}` failed after the seal", later.gate),
            cause: Cause::LaterFailure { record: later.record },
            revoked: self.stamp.decided,
        };
        store::save_revocation(self.store, &revocation, self.key.as_ref())?;
        Ok(Some(later.epoch))
    }

    /// Returns the failure of a source gate for which the seal that stands is to be taken back.
    fn later_source_failure(&self) -> Option<LaterFailure> {
        let epoch = standing(self.evidence)?;
        let sealed =
            self.evidence.seals.get(&epoch)?.content.gates.get(&Condition::SourceGatesProved.gate())?;
        let (source, own) = self.source?;
        let (gate, record) = later_source_failure(source, own, sealed)?;
        Some(LaterFailure { epoch, gate, record })
    }

    /// Says why a seal with this key, or with none, would not count.
    fn unsigned(&self) -> Option<Fault> {
        let wanted = self.asked.trust.signing.seals;
        if wanted == 0 {
            return None;
        }
        let own: BTreeSet<_> = self.key.iter().map(|key| key.public().id()).collect();
        if self.asked.trust.count(&own, laneway::trust::Power::Seal, None, self.stamp.decided).is_empty() {
            let what = match &self.key {
                None => "there is no key".to_owned(),
                Some(key) => format!("the base trusts no key `{}` with `seal`", key.public().id()),
            };
            let message =
                format!("the verdict holds and cannot be sealed: `signing.seals` is {wanted}, and {what}");
            let help =
                "name a key that may seal with `--key`, or say `--no-seal` where nothing is to be sealed";
            return Some(Fault::new(Code::VerifySeal, message, help));
        }
        None
    }
}

/// Says where else there is evidence of the commit, where none is there for a gate of this plan: results of another plan
/// do not count, and whoever recorded them wants to know.
pub(super) fn elsewhere(
    store: &dyn Store,
    (asked, commit): (&Asked, &CommitHash),
    verdict: &Verdict,
) -> Result<Option<String>, Fault> {
    let is_missing = |own: &laneway::verdict::Judged| own.blocks && own.sealed.shown == Shown::Missing;
    if !verdict.gates.values().any(is_missing) {
        return Ok(None);
    }
    let prefix = format!("v1/run/{commit}/");
    let plan = |key: &str| Digest::parse(key.strip_prefix(&prefix)?.split('/').next()?).ok();
    let others: BTreeSet<Digest> = store
        .list(&prefix)?
        .iter()
        .filter_map(|key| plan(key.as_str()))
        .filter(|own| *own != asked.plan)
        .collect();
    Ok((!others.is_empty()).then(|| {
        let plans: Vec<String> = others.iter().take(3).map(|plan| format!("`{plan}`")).collect();
        format!(
            "the store has results of this commit under {} other plan{}, which do not count: {}",
            others.len(),
            if others.len() == 1 { "" } else { "s" },
            plans.join(", ")
        )
    }))
}
