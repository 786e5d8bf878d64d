//! `laneway verify --manifest`, and what `laneway manifest deploy` asks before it deploys anything.

use std::ffi::OsStr;

use jiff::Timestamp;
use laneway::digest::Digest;
use laneway::evidence::{GateResult, Held, Record};
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::release::Manifest;
use laneway::render::text::Detail;
use laneway::store::{self, Store};
use laneway::trust::Trust;
use laneway::verdict;

use super::release::{Answer, Question, judge};
use crate::args::{ChangeArgs, PlaceArgs, StoreArgs, VerdictFormat, VerifyArgs};
use crate::commands::manifest::held::keys;
use crate::commands::proof;
use crate::commands::release::{Released, deployed_of, kept, manifest_of, released, was_deployed};
use crate::commands::standing::directory;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::report;

/// Runs the command.
pub(super) fn run(
    place: &PlaceArgs,
    args: &VerifyArgs,
    file: &OsStr,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if args.route.is_some() {
        let help = "leave `--route` out: what a manifest must hold follows from its profile";
        let message = "`--route` cannot be used with `--manifest`";
        return Err(vec![Fault::new(Code::Usage, message, help)]);
    }
    let given = Given {
        flag: "--manifest",
        file,
        deployed: args.release.release.deployed.as_deref(),
        change: &args.change,
        store: &args.store,
        to: (args.format, args.change.output.as_deref()),
        is_report: args.report,
    };
    let found = find(place, &given, environment)?;
    let answer = found.judge(place, &given, !args.no_seal && !args.report, environment)?;
    if !answer.unkept.is_empty() {
        report::print(&answer.unkept, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(super::exit_of(answer.outcome, args.report))
}

/// A manifest, as somebody names it.
pub(crate) struct Given<'a> {
    /// The argument that names it.
    pub(crate) flag: &'a str,
    /// Its file.
    pub(crate) file: &'a OsStr,
    /// The manifest that the environment runs.
    pub(crate) deployed: Option<&'a OsStr>,
    /// What was said of the change. A manifest says which commit it is.
    pub(crate) change: &'a ChangeArgs,
    /// The store.
    pub(crate) store: &'a StoreArgs,
    /// How the verdict is printed, and where.
    pub(crate) to: (VerdictFormat, Option<&'a OsStr>),
    /// Whether the exit code is 0 whatever the verdict says.
    pub(crate) is_report: bool,
}

/// A manifest that is one: whole, in the store as it was created, signed as the base asks.
#[derive(Debug)]
pub(crate) struct Found {
    /// The manifest.
    pub(crate) manifest: Manifest,
    /// What the environment runs.
    pub(crate) deployed: Option<Manifest>,
    /// What is released, and what must be proved for it.
    pub(crate) released: Released,
    /// Where evidence is kept.
    pub(crate) store: Box<dyn Store>,
    /// Whose signatures count.
    pub(crate) trust: Trust,
    /// The change, from what the environment runs to the manifest's commit.
    change: ChangeArgs,
}

/// Reads a manifest, and makes sure that it is one.
pub(crate) fn find(
    place: &PlaceArgs,
    given: &Given<'_>,
    environment: &Environment,
) -> Result<Found, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let blank = proof::blank(given.store);
    if !blank.is_empty() {
        return Err(blank);
    }
    let manifest = manifest_of(given.flag, given.file)?;
    let named = deployed_of(given.deployed)?;
    let change = of_the_manifest(place, given, &manifest)?;
    if let (Some(named), Some(previous)) = (&named, manifest.previous)
        && named.digest() != previous
    {
        let message = format!(
            "`--deployed` is sha256:{}, and the manifest was made for what follows sha256:{previous}",
            named.digest()
        );
        let help = "make the manifest anew, against what the environment runs";
        return Err(one(Fault::new(Code::ReleaseFlag, message, help)));
    }
    let now = proof::now().map_err(one)?;
    let asked = (manifest.profile.as_str(), manifest.environment.as_str());
    let before = match (named, manifest.previous) {
        (Some(named), _) => Some(named),
        // Only the store knows it, and where that is the policies of the commit say.
        (None, Some(previous)) => {
            let first = released(place, &change, asked, None, environment)?;
            let (store, trust) = opened(place, given.store, &first)?;
            let held = store::load_manifest(&*store, previous, &keys(&trust))?;
            Some(held.map(|held| held.content).ok_or_else(|| one(unknown(&*store, previous)))?)
        }
        (None, None) => None,
    };
    let commit = before.as_ref().map(|own| own.commit.as_str());
    let released = released(place, &change, asked, commit, environment)?;
    let (store, trust) = opened(place, given.store, &released)?;
    kept(&manifest, &*store, &trust, now)?;
    if let Some(before) = &before {
        was_deployed(before, &manifest.environment, &*store, &trust, now)?;
    }
    Ok(Found { manifest, deployed: before, released, store, trust, change })
}

impl Found {
    /// Judges the manifest, and prints the verdict.
    pub(crate) fn judge(
        &self,
        place: &PlaceArgs,
        given: &Given<'_>,
        keeps: bool,
        environment: &Environment,
    ) -> Result<Answer, Vec<Fault>> {
        let question = Question {
            profile: &self.manifest.profile,
            environment: &self.manifest.environment,
            change: &self.change,
            store: given.store,
            manifest: Some(&self.manifest),
            deployed: self.deployed.as_ref(),
            validated_against: self.manifest.validated_against.clone(),
            divergence: self.manifest.divergence.clone(),
            keeps,
        };
        let answer = judge(place, &question, environment)?;
        let detail = Detail { verbose: place.verbose };
        answer.print(given.to, (detail, given.is_report), environment)?;
        Ok(answer)
    }

    /// Says whether something else was deployed since the manifest was made.
    pub(crate) fn overtaken(&self, now: Timestamp) -> Result<Option<String>, Vec<Fault>> {
        let environment = &self.manifest.environment;
        let all = store::deployments(&*self.store, environment, &keys(&self.trust));
        let all = all.map_err(|fault| vec![fault])?;
        let passed = |(_, own): &&(Digest, Held<Record>)| {
            own.content.result == GateResult::Pass && own.content.finished <= now
        };
        let last = all.records.iter().rfind(passed).map(|(manifest, _)| *manifest);
        let own = self.manifest.digest();
        let expected = self.deployed.as_ref().map(Manifest::digest);
        Ok(last.filter(|last| Some(*last) != expected && *last != own).map(|last| {
            let before = expected.map_or_else(|| "nothing".to_owned(), |own| format!("sha256:{own}"));
            format!("the last that was deployed to `{environment}` is sha256:{last}; this manifest follows {before}")
        }))
    }
}

fn opened(
    place: &PlaceArgs,
    args: &StoreArgs,
    released: &Released,
) -> Result<(Box<dyn Store>, Trust), Vec<Fault>> {
    let policies = &released.gathered.policies;
    Ok((proof::open(place, args, &proof::configured(policies))?, verdict::trust(policies)))
}

/// Takes the change that a manifest is of: its commit, and nothing that contradicts it.
fn of_the_manifest(
    place: &PlaceArgs,
    given: &Given<'_>,
    manifest: &Manifest,
) -> Result<ChangeArgs, Vec<Fault>> {
    let args = given.change;
    let contradicts = |what: &str| {
        let message = format!("{what}, and the manifest is of commit {}", manifest.commit);
        let help = format!("leave it out: `{}` says which commit it is", given.flag);
        vec![Fault::new(Code::ReleaseFlag, message, help)]
    };
    if args.staged || args.files.is_some() || args.files_from.is_some() {
        return Err(contradicts("the change is no commit"));
    }
    if let Some(head) = args.head.as_deref().filter(|head| !head.trim().is_empty()) {
        let repository = Repository::open(&directory(place)?).map_err(|fault| vec![fault])?;
        let named = repository.commit_named("--head", head).map_err(|fault| vec![fault])?;
        if named.to_string() != manifest.commit.as_str() {
            return Err(contradicts(&format!("`--head` is {named}")));
        }
    }
    let head = match args.head.as_deref() {
        // An empty value is reported with all others.
        Some(blank) if blank.trim().is_empty() => blank.to_owned(),
        _ => manifest.commit.to_string(),
    };
    Ok(ChangeArgs { head: Some(head), ..args.clone() })
}

fn unknown(store: &dyn Store, digest: Digest) -> Fault {
    let message = format!(
        "the store `{}` does not have the manifest sha256:{digest}, which the environment ran before",
        store.place()
    );
    let help = "name the store that has it, with `--store`, or the manifest's file, with `--deployed`";
    Fault::new(Code::ManifestUnknown, message, help)
}
