//! The verdict of a release: the release gates by evidence of this commit in this environment, what they rest on, and the
//! conditions that no record can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::key::Subject;
use laneway::evidence::{Outcome, Seal, SealedGate};
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::id::GateId;
use laneway::release::{
    Around, Condition, Divergence, Given, Integration, Judgement, Manifest, ReleasePlan, SourceRequest,
    Stand, judgement, source_stands,
};
use laneway::render::text::Detail;
use laneway::render::verdict::{Kept, Release, Report, condition, payload};
use laneway::store;
use laneway::verdict::{Asked, Proof, Shipped, Stamp, Verified, expected, notes, verify};

use super::keep::Keeping;
use super::{cannot_happen, only_of_commits, print, run_name, tracked};
use crate::args::{ChangeArgs, PlaceArgs, StoreArgs, VerdictFormat};
use crate::commands::release::{Released, released, was_deployed};
use crate::commands::{proof, standing};
use crate::environment::Environment;

/// What is asked of a release.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// The release profile.
    pub(crate) profile: &'a str,
    /// The environment.
    pub(crate) environment: &'a str,
    /// The change.
    pub(crate) change: &'a ChangeArgs,
    /// The store.
    pub(crate) store: &'a StoreArgs,
    /// What is shipped, where a manifest says so.
    pub(crate) manifest: Option<&'a Manifest>,
    /// What the environment runs.
    pub(crate) deployed: Option<&'a Manifest>,
    /// The commit for which what is skipped was validated; the commit itself where it is not said.
    pub(crate) validated_against: Option<CommitHash>,
    /// Why the commit need not be integrated.
    pub(crate) divergence: Option<Divergence>,
    /// Whether anything is written to the store.
    pub(crate) keeps: bool,
}

/// What a release comes to.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The outcome.
    pub(crate) outcome: Outcome,
    /// Why a verdict that holds could not be sealed; then nothing may be done by it.
    pub(crate) unkept: Vec<Fault>,
    commit: CommitHash,
    route_digest: Digest,
    plan: ReleasePlan,
    asked: Asked,
    judgement: Judgement,
    verified: Verified,
    manifest: Option<Digest>,
    validated_against: CommitHash,
    kept: Kept,
    notes: Vec<String>,
    stamp: Stamp,
    seal: Seal,
    now: Timestamp,
}

/// Judges a release.
pub(crate) fn judge(
    place: &PlaceArgs,
    question: &Question<'_>,
    environment: &Environment,
) -> Result<Answer, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let now = proof::now().map_err(one)?;
    // What writes nothing needs no key, and a pull request from elsewhere has none.
    let key = match question.keeps {
        true => proof::key(question.store, environment).map_err(one)?,
        false => None,
    };
    let run = run_name(question.store, environment, now)?;
    let deployed = question.deployed.map(|own| own.commit.as_str());
    let of = (question.profile, question.environment);
    let Released { gathered, route, route_digest, plan } =
        released(place, question.change, of, deployed, environment)?;
    only_of_commits(&gathered)?;
    let commit = proof::commit(gathered.change.provenance.head.as_deref()).map_err(one)?;
    let policies = &gathered.policies;
    let mut asked =
        Asked { drift: plan.asked.profile.drift, ..Asked::of(&plan.requirements(), &plan.route, policies) };
    // No domain has a release gate, so whoever answers for the environment answers for it.
    for own in asked.expectations.values_mut() {
        own.owners = BTreeSet::from([plan.asked.environment.owner.clone()]);
    }
    let store = proof::open(place, question.store, &proof::configured(policies))?;
    tracked::refuse(place, question.store, &gathered)?;
    let keys = asked.keys();
    let subject = Subject::Commit(commit.clone());
    let evidence = store::load(&*store, &subject, asked.plan, &keys).map_err(one)?;
    let verified =
        verify(&asked, policies, Proof { commit: &commit, evidence: &evidence, differences: &[], now });

    let validated_against = question.validated_against.clone().unwrap_or_else(|| commit.clone());
    let route_plan = Asked::of_route(&route, policies, &route_digest).plan;
    let own = store::arounds(&*store, &commit, Some(route_plan), &keys).map_err(one)?;
    let other: Vec<Around> = match validated_against == commit {
        true => Vec::new(),
        false => store::arounds(&*store, &validated_against, None, &keys).map_err(one)?,
    };
    let shipped = question.manifest.or(question.deployed.filter(|_| !plan.asked.profile.new_artifacts));
    let artifacts = shipped.iter().flat_map(|own| own.artifacts.values().map(|own| own.digest)).collect();
    let expectations = expected(&plan.source, policies);
    let source = source_stands(&SourceRequest {
        commit: &commit,
        expectations: &expectations,
        own: &own,
        other: (validated_against != commit).then_some((&validated_against, &other)),
        artifacts: &artifacts,
        policies,
        trust: &asked.trust,
        architects: &asked.architects,
        now,
    });
    if let Some(own) = question.deployed {
        was_deployed(own, question.environment, &*store, &asked.trust, now)?;
    }
    let integration = integration(place, &commit);
    let change_class = payload::change_class(&route);
    let judged = judgement(&Given {
        plan: &plan,
        policies,
        commit: &commit,
        integration: &integration,
        divergence: question
            .divergence
            .as_ref()
            .or(question.manifest.and_then(|own| own.divergence.as_ref())),
        manifest: question.manifest,
        deployed: question.deployed,
        is_deployed: question.deployed.is_some(),
        verdict: &verified.verdict,
        source: &source,
        validated_against: &validated_against,
        change_class,
        now,
    });

    let manifest = question.manifest.map(Manifest::digest);
    let stamp = Stamp {
        commit: commit.clone(),
        route: Digest::parse(&route_digest).ok(),
        change_class: change_class.map(str::to_owned),
        run,
        decided: now,
        key: key.as_ref().map(|key| key.public().id()),
        shipped: Shipped {
            manifest,
            validated_against: Some(validated_against.clone()),
            rollback: judged.rollback.clone(),
            conditions: judged.stands.iter().map(|own| sealed(own, &judged)).collect(),
        },
    };
    let mut notes = notes(policies, now);
    let keeping = Keeping {
        store: &*store,
        asked: &asked,
        evidence: &evidence,
        stamp: &stamp,
        source: Some((&source, &own)),
        key,
    };
    let (kept, unkept) = match question.keeps {
        true => keeping.keep(&judged.verdict, &mut notes)?,
        false => (Kept::Nowhere, Vec::new()),
    };
    let seal = keeping.seal(&judged.verdict);
    let route_digest = Digest::parse(&route_digest).map_err(|why| vec![cannot_happen(&why)])?;
    Ok(Answer {
        outcome: judged.verdict.outcome,
        unkept,
        commit,
        route_digest,
        plan,
        asked,
        judgement: judged,
        verified,
        manifest,
        validated_against,
        kept,
        notes,
        stamp,
        seal,
        now,
    })
}

/// Returns a condition as it is sealed.
fn sealed(stand: &Stand, judgement: &Judgement) -> (GateId, SealedGate) {
    let records: BTreeSet<Digest> = match stand.condition == Condition::SourceGatesProved {
        true => judgement.source.values().flat_map(|own| own.records.iter().copied()).collect(),
        false => BTreeSet::new(),
    };
    let sealed = SealedGate {
        result: stand.result(),
        shown: condition::shown(stand),
        owner: stand.owner.clone(),
        evidence_types: BTreeSet::new(),
        artifact: None,
        missing_reason: (!stand.holds).then(|| condition::sentence(&stand.because)),
        records,
        permissions: BTreeMap::new(),
    };
    (stand.condition.gate(), sealed)
}

fn integration(place: &PlaceArgs, commit: &CommitHash) -> Integration {
    let unknown = |why: String| Integration::Unknown { why };
    let repository =
        standing::directory(place).and_then(|own| Repository::open(&own).map_err(|fault| vec![fault]));
    match repository {
        Ok(repository) => repository.integration(commit),
        Err(faults) => unknown(
            faults.into_iter().next().map_or_else(|| "there is no repository".to_owned(), |own| own.message),
        ),
    }
}

impl Answer {
    /// Prints the verdict.
    pub(crate) fn print(
        &self,
        (format, file): (VerdictFormat, Option<&OsStr>),
        (detail, is_report): (Detail, bool),
        environment: &Environment,
    ) -> Result<(), Vec<Fault>> {
        let release = Release {
            plan: &self.plan,
            judgement: &self.judgement,
            manifest: self.manifest,
            validated_against: &self.validated_against,
        };
        let shown = Report {
            commit: &self.commit,
            plan: self.asked.plan,
            route_digest: self.route_digest,
            route: &self.plan.route,
            expectations: &self.asked.expectations,
            verdict: &self.judgement.verdict,
            granted: &self.verified.granted,
            differences: &[],
            was_given: false,
            kept: self.kept.clone(),
            notes: &self.notes,
            report_only: is_report,
            run: &self.stamp.run,
            now: self.now,
            release: Some(release),
        };
        print::print((format, file), detail, environment, &shown, &self.seal)
    }
}

/// Returns the commit of a flag.
pub(super) fn commit_of(flag: &str, text: &str) -> Result<CommitHash, Fault> {
    CommitHash::parse(text).map_err(|why| {
        let help = "name the commit by its full hash: `git rev-parse COMMIT` prints it";
        Fault::new(Code::EvidenceCommit, format!("`{flag}` cannot be `{text}`: {why}"), help)
    })
}
