//! What a reader of a verdict should know beside it: what a change would allow itself, and which keys have run out.

use jiff::Timestamp;

use super::owners::base;
use crate::change::Side;
use crate::lanes::Enforcement;
use crate::permission::Permission;
use crate::policy::{Policies, Policy, PolicyBasis};

/// Returns a sentence for each permission, key, reviewer, level and address by which the change would allow itself
/// something, for each key that has run out, and where there is no base. What the change adds counts once the base has it.
pub fn notes(policies: &Policies, now: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    if policies.basis == PolicyBasis::HeadOnly {
        notes.push(
            "the base is not there, and nothing that the head says of itself counts: fetch it (`git fetch --unshallow`, or \
             `fetch-depth: 0` of a checkout), name it with `--base`, and verify again"
                .to_owned(),
        );
    }
    let base = base(policies);
    let head = policies.of(Side::Head);
    if let (Some(base), Some(head)) = (base, head)
        && !std::ptr::eq(base, head)
    {
        granted_by_itself(&mut notes, base, head);
    }
    for key in base.into_iter().flat_map(|base| &base.lanes.trust.keys) {
        if let Some(expires) = key.expires.filter(|expires| *expires <= now) {
            notes.push(format!("the key `{}` is not trusted any more: that ended at {expires}", key.id));
        }
    }
    notes
}

/// What the head would allow itself, and what it would ask less of.
fn granted_by_itself(notes: &mut Vec<String>, base: &Policy, head: &Policy) {
    let once = "it counts once the base has it";
    for permission in &head.lanes.permissions {
        if !base.lanes.permissions.iter().any(|own| own.means_the_same(permission)) {
            let Permission { id, kind, scope, .. } = permission;
            notes.push(format!("the change adds the {} `{id}` of `{scope}`: {once}", kind.as_str()));
        }
    }
    for key in &head.lanes.trust.keys {
        if !base.lanes.trust.keys.iter().any(|own| own.means_the_same(key)) {
            notes.push(format!("the change adds the trusted key `{}`: {once}", key.id));
        }
    }
    let known = base.config.architecture_reviewers.names();
    for name in head.config.architecture_reviewers.names().difference(&known) {
        notes.push(format!("the change adds the architecture reviewer `{name}`: {once}"));
    }
    if head.config.evidence != base.config.evidence {
        notes.push(format!(
            "the change moves the store to `{}`: until it is merged the base's counts, `{}`",
            head.config.evidence, base.config.evidence
        ));
    }
    let (before, after) = (base.lanes.trust.signing, head.lanes.trust.signing);
    for (what, before, after) in [
        ("records", before.records, after.records),
        ("seals", before.seals, after.seals),
        ("permissions", before.permissions, after.permissions),
    ] {
        if after < before {
            notes.push(format!(
                "the change asks for {after} instead of {before} signatures of {what}: the more of both counts"
            ));
        }
    }
    for (id, family) in &base.lanes.families {
        let after = head.lanes.families.get(id).map(|family| family.enforcement);
        if let Some(after) = after.filter(|after| *after < family.enforcement) {
            let (before, after) = (family.enforcement.as_str(), after.as_str());
            notes.push(format!(
                "the change lowers `{id}` from `{before}` to `{after}`: the stricter of both counts"
            ));
        }
    }
    for (kind, level) in &base.lanes.evidence_kinds {
        let after =
            head.lanes.evidence_kinds.get(kind).map_or(Enforcement::ReportOnly, |own| own.enforcement);
        if after < level.enforcement {
            let (before, after) = (level.enforcement.as_str(), after.as_str());
            notes.push(format!(
                "the change lowers evidence kind `{}` from `{before}` to `{after}`: the stricter of both counts",
                kind.as_str()
            ));
        }
    }
    for (id, gate) in &head.lanes.gates {
        let before = base.lanes.gates.get(id);
        if gate.not_applicable && before.is_some_and(|before| !before.not_applicable) {
            notes.push(format!("the change lets gate `{id}` say that it does not apply: {once}"));
        }
    }
}
