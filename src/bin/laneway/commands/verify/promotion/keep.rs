//! What becomes of a promotion's verdict in the store.

use std::collections::BTreeSet;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::{Cause, Evidence, GateResult, Outcome, Revocation, RunId, Seal};
use laneway::fault::{Code, Fault};
use laneway::release::promotion::{PROMOTION, Plans, Promotion, State};
use laneway::render::verdict::Kept;
use laneway::store::{self, Put, Store};
use laneway::trust::Power;
use laneway::verdict::{Asked, next_epoch, standing};

/// What the verdict is kept with.
pub(super) struct Keeping<'a> {
    /// Where.
    pub(super) store: &'a dyn Store,
    /// The plan, and whose signatures count.
    pub(super) asked: &'a Asked,
    /// What there is under the plan.
    pub(super) evidence: &'a Evidence,
    /// Who decided.
    pub(super) run: &'a RunId,
    /// What signs a seal.
    pub(super) key: Option<SecretKey>,
    /// When it was decided.
    pub(super) now: Timestamp,
}

impl Keeping<'_> {
    /// Seals a verdict that holds, or keeps one that does not. Where a seal would count for nothing it is not written, and the
    /// fault says why.
    pub(super) fn keep(
        &self,
        found: &Promotion,
        outcome: Outcome,
        (commit, plans): (&CommitHash, &Plans),
        notes: &mut Vec<String>,
    ) -> Result<(Kept, Option<Fault>), Vec<Fault>> {
        let one = |fault: Fault| vec![fault];
        let sealed = self.seal(found, outcome, commit);
        if outcome == Outcome::Fails {
            store::save_fail(self.store, &sealed).map_err(one)?;
            let revoked = self.revoke(found, (commit, plans), notes).map_err(one)?;
            return Ok((Kept::Failed { revoked }, None));
        }
        if let Some(epoch) = standing(self.evidence) {
            let held = self.evidence.seals.get(&epoch);
            let signers = held.map(|own| own.signers.clone()).unwrap_or_default();
            if !self.asked.is_sealed_by(&signers, self.now) {
                notes.push(format!("seal {epoch} stands, and is not signed as `signing.seals` asks"));
            }
            return Ok((Kept::Standing { epoch }, None));
        }
        if let Some(fault) = self.unsigned() {
            return Ok((Kept::Nowhere, Some(fault)));
        }
        let epoch = sealed.epoch;
        Ok(match store::save_seal(self.store, &sealed, self.key.as_ref()).map_err(one)? {
            Put::Created => (Kept::Sealed { epoch }, None),
            Put::Exists => (Kept::Standing { epoch }, None),
        })
    }

    fn seal(&self, found: &Promotion, outcome: Outcome, commit: &CommitHash) -> Seal {
        let claimed = found.conditions.iter().filter(|(condition, _)| found.claim.needs(**condition));
        Seal {
            commit: commit.clone(),
            plan: self.asked.plan,
            route: None,
            epoch: next_epoch(self.evidence),
            outcome,
            profile: Some(PROMOTION.to_owned()),
            environment: Some(found.domain.as_str().to_owned()),
            release_manifest: None,
            change_class: None,
            validated_against: None,
            gates: claimed.map(|(condition, found)| (condition.gate(), found.sealed())).collect(),
            rollback: None,
            run: self.run.clone(),
            decided: self.now,
            key_hint: self.key.as_ref().map(|key| key.public().id()),
        }
    }

    /// Takes back the seal that stands where a gate failed after it.
    fn revoke(
        &self,
        found: &Promotion,
        (commit, plans): (&CommitHash, &Plans),
        notes: &mut Vec<String>,
    ) -> Result<Option<u32>, Fault> {
        let Some(epoch) = standing(self.evidence) else { return Ok(None) };
        let before = self.evidence.seals.get(&epoch).map(|held| &held.content.gates);
        let is_known = |digest: &Digest| {
            before.is_some_and(|gates| gates.values().any(|gate| gate.records.contains(digest)))
        };
        let records = plans.values().flat_map(|own| &own.records);
        let failed: BTreeSet<Digest> = records
            .filter(|held| matches!(held.content.result, GateResult::Fail | GateResult::Partial))
            .map(|held| held.digest)
            .collect();
        let open = found
            .conditions
            .iter()
            .filter(|(condition, own)| found.claim.needs(**condition) && own.state != State::Holds);
        let later = open.into_iter().find_map(|(condition, own)| {
            let record = own.records.iter().find(|digest| failed.contains(digest) && !is_known(digest))?;
            Some((condition.gate(), own.owner.clone(), *record))
        });
        let Some((gate, owner, record)) = later else {
            notes.push(format!(
                "seal {epoch} stands: no gate failed since it was written. `laneway evidence revoke --commit {commit}` \
                 takes it back"
            ));
            return Ok(None);
        };
        let revocation = Revocation {
            commit: commit.clone(),
            plan: self.asked.plan,
            epoch,
            owner,
            reason: format!("condition `{gate}` failed after the seal"),
            cause: Cause::LaterFailure { record },
            revoked: self.now,
        };
        store::save_revocation(self.store, &revocation, self.key.as_ref())?;
        Ok(Some(epoch))
    }

    /// Says why a seal with this key, or with none, would not count.
    fn unsigned(&self) -> Option<Fault> {
        let wanted = self.asked.trust.signing.seals;
        let own: BTreeSet<_> = self.key.iter().map(|key| key.public().id()).collect();
        if wanted == 0 || !self.asked.trust.count(&own, Power::Seal, None, self.now).is_empty() {
            return None;
        }
        let what = match &self.key {
            None => "there is no key".to_owned(),
            Some(key) => format!("the base trusts no key `{}` with `seal`", key.public().id()),
        };
        let message =
            format!("the verdict holds and cannot be sealed: `signing.seals` is {wanted}, and {what}");
        let help = "name a key that may seal with `--key`, or say `--no-seal` where nothing is to be sealed";
        Some(Fault::new(Code::VerifySeal, message, help))
    }
}
