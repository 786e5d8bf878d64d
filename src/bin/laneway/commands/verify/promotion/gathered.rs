//! What a promotion is held against: the evidence of the commit, its verdicts, and what the guards find.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::PublicKey;
use laneway::evidence::Evidence;
use laneway::evidence::key::Subject;
use laneway::fault::{Code, Fault};
use laneway::guard::{Mode, Standing as Known, judge};
use laneway::policy::Policies;
use laneway::release::promotion::{Guarded, PROMOTION, Plans, Standing};
use laneway::store::{self, Store};
use laneway::trust::{Power, Trust};
use laneway::verdict::{Asked, Request, decide, granted, lapsed};

use crate::args::{FoundArgs, PlaceArgs};
use crate::commands::gather::Gathered;
use crate::commands::guard;

/// Loads everything that there is for the commit, under whatever plan.
pub(super) fn plans(store: &dyn Store, commit: &CommitHash, keys: &[PublicKey]) -> Result<Plans, Fault> {
    under(store, commit, &format!("v1/run/{commit}/"), keys)
}

/// Loads the verdicts of the commit that passed, with what took them back.
pub(super) fn sealed(store: &dyn Store, commit: &CommitHash, keys: &[PublicKey]) -> Result<Plans, Fault> {
    under(store, commit, &format!("v1/seal/{commit}/"), keys)
}

fn under(store: &dyn Store, commit: &CommitHash, prefix: &str, keys: &[PublicKey]) -> Result<Plans, Fault> {
    let plan = |key: &str| Digest::parse(key.strip_prefix(prefix)?.split('/').next()?).ok();
    let plans: BTreeSet<Digest> = store.list(prefix)?.iter().filter_map(|key| plan(key.as_str())).collect();
    let subject = Subject::Commit(commit.clone());
    let load = |plan: Digest| Ok((plan, store::load(store, &subject, plan, keys)?));
    plans.into_iter().map(load).collect()
}

/// Returns the newest verdict of a profile in an environment that passed. One that was not taken back is preferred.
pub(super) fn standing(
    sealed: &Plans,
    (profile, environment): (&str, &str),
    (trust, now): (&Trust, Timestamp),
) -> Option<Standing> {
    let each = sealed.values().flat_map(|own| own.seals.iter().map(move |(epoch, held)| (own, epoch, held)));
    let is_asked = |seal: &laneway::evidence::Seal| {
        seal.profile.as_deref() == Some(profile)
            && seal.environment.as_deref() == Some(environment)
            && profile != PROMOTION
    };
    let standing = each.filter(|(.., held)| is_asked(&held.content)).map(|(own, epoch, held)| {
        let counted = trust.count(&held.signers, Power::Seal, None, now).len();
        Standing {
            digest: held.digest,
            is_revoked: own.revocations.contains_key(epoch),
            is_signed: u32::try_from(counted).unwrap_or(u32::MAX) >= trust.signing.seals,
            seal: held.content.clone(),
        }
    });
    standing.max_by_key(|own| (!own.is_revoked, own.is_signed, own.seal.decided, own.digest))
}

/// Says what the boundary guards find at the commit.
pub(super) fn guarded(place: &PlaceArgs, gathered: &Gathered, now: Timestamp) -> Result<Guarded, Vec<Fault>> {
    let Some((repository, resolved)) = gathered.origin() else {
        let help = "run it in the repository";
        return Err(vec![Fault::new(Code::EvidenceCommit, "there is no repository to be guarded", help)]);
    };
    let found = FoundArgs { sarif: Vec::new(), no_check: false, since: None };
    let own = guard::gather::gather_of(place, &found, repository, resolved)?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let judgement = judge(Mode::BlockingNew, own.issues, &own.tools, &own.origin, today);
    let mut guarded = Guarded::default();
    for judged in &judgement.issues {
        match judged.standing {
            Known::New | Known::Expired(_) if judged.stops => {
                guarded.new.push(format!("{}: {}", judged.issue.known.code, judged.issue.message));
            }
            Known::New | Known::Expired(_) | Known::Debt(_) | Known::Baseline | Known::Suppressed => {
                guarded.known += 1;
            }
        }
    }
    let lines = judgement.lines.iter().filter(|line| line.stops);
    guarded.new.extend(lines.map(|line| format!("{}: {}", line.code.as_str(), line.message)));
    guarded.not_judged = judgement.unjudged.iter().map(|own| own.baseline + own.debt).sum();
    Ok(guarded)
}

/// What is to be said of where the policies come from.
pub(super) struct Basis {
    /// Why the verdict does not hold.
    pub(super) stops: BTreeSet<String>,
    /// Whether somebody had to agree.
    pub(super) is_owed: bool,
}

/// Asks the engine about the basis: it is the same as of any other verdict.
pub(super) fn basis(
    asked: &Asked,
    policies: &Policies,
    (commit, domain): (&CommitHash, &str),
    evidence: &Evidence,
    now: Timestamp,
) -> Basis {
    let granted = granted(policies, evidence, &asked.trust, now);
    let verdict = decide(&Request {
        commit,
        plan: asked.plan,
        profile: Some(PROMOTION),
        environment: Some(domain),
        artifacts: &BTreeSet::new(),
        expectations: &BTreeMap::new(),
        basis: asked.basis,
        evidence,
        granted: &granted,
        lapsed: &lapsed(policies, now),
        architects: &asked.architects,
        trust: &asked.trust,
        drift: asked.drift,
        now,
    });
    Basis { stops: verdict.stops, is_owed: !verdict.debts.is_empty() }
}
