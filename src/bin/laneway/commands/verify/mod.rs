//! `laneway verify`: requirements × evidence → verdict.

mod keep;
pub(crate) mod manifest;
mod print;
mod promotion;
pub(crate) mod release;
mod tracked;

use std::ffi::OsStr;

use jiff::Timestamp;
use laneway::change::ChangeSource;
use laneway::digest::Digest;
use laneway::evidence::key::Subject;
use laneway::evidence::{Outcome, RunId};
use laneway::fault::{Code, Fault};
use laneway::plan::Stated;
use laneway::render::text::Detail;
use laneway::render::verdict::{Agreed, Report, agree, payload};
use laneway::store;
use laneway::verdict::{Asked, Proof, Shipped, Stamp, notes, verify};

use super::divergence::divergence;
use super::document::source_of;
use super::gather::{Gathered, gather};
use super::proof;
use super::release::deployed_of;
use crate::args::{PlaceArgs, StoreArgs, VerifyArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::report;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &VerifyArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if let Some(domain) = &args.release.promotion {
        return promotion::run(place, args, domain, environment);
    }
    let one = |fault: Fault| vec![fault];
    let blank = proof::blank(&args.store);
    if !blank.is_empty() {
        return Err(blank);
    }
    if let Some(file) = &args.release.manifest {
        return manifest::run(place, args, file, environment);
    }
    if let Some(of) = super::release::asked(&args.release.release)? {
        return of_release(place, args, of, environment);
    }
    meaningless(args)?;
    let given = args.route.as_deref().map(stated).transpose()?;
    let gathered = gather(place, &args.change, environment)?;
    only_of_commits(&gathered)?;
    let commit = proof::commit(gathered.change.provenance.head.as_deref()).map_err(one)?;
    let now = proof::now().map_err(one)?;
    let (key, run) = match writes(args) {
        true => {
            (proof::key(&args.store, environment).map_err(one)?, run_name(&args.store, environment, now)?)
        }
        // What writes nothing needs no key, and a pull request from elsewhere has none.
        false => (None, run_name(&args.store, environment, now)?),
    };

    let agreed = agree(&gathered.request(), given.as_ref()).map_err(|error| vec![cannot_happen(&error)])?;
    let Agreed { route, digest, differences } = &agreed;
    let asked = Asked::of_route(route, &gathered.policies, digest);
    let store = proof::open(place, &args.store, &proof::configured(&gathered.policies))?;
    tracked::refuse(place, &args.store, &gathered)?;
    let subject = Subject::Commit(commit.clone());
    let evidence = store::load(&*store, &subject, asked.plan, &asked.keys()).map_err(one)?;
    let proof = Proof { commit: &commit, evidence: &evidence, differences, now };
    let verified = verify(&asked, &gathered.policies, proof);
    let stamp = Stamp {
        commit: commit.clone(),
        route: Digest::parse(digest).ok(),
        change_class: payload::change_class(route).map(str::to_owned),
        run,
        decided: now,
        key: key.as_ref().map(|key| key.public().id()),
        shipped: Shipped::default(),
    };
    let head_faults = gathered.head_faults();
    let mut notes = notes(&gathered.policies, now);
    notes.extend(keep::elsewhere(&*store, (&asked, &commit), &verified.verdict).map_err(one)?);
    let keeping = keep::Keeping {
        store: &*store,
        asked: &asked,
        evidence: &evidence,
        stamp: &stamp,
        source: None,
        key,
    };
    // A verdict under a policy that does not hold together is none to keep.
    let is_kept = writes(args) && head_faults.is_empty();
    let (kept, unkept) = match is_kept {
        true => keeping.keep(&verified.verdict, &mut notes)?,
        false => (laneway::render::verdict::Kept::Nowhere, Vec::new()),
    };
    let shown = Report {
        commit: &commit,
        plan: asked.plan,
        route_digest: Digest::parse(digest).map_err(|why| vec![cannot_happen(&why)])?,
        route,
        expectations: &asked.expectations,
        verdict: &verified.verdict,
        granted: &verified.granted,
        differences,
        was_given: given.is_some(),
        kept,
        notes: &notes,
        report_only: args.report,
        run: &stamp.run,
        now,
        release: None,
    };
    let (to, detail) = ((args.format, args.change.output.as_deref()), Detail { verbose: place.verbose });
    print::print(to, detail, environment, &shown, &keeping.seal(&verified.verdict))?;
    let faults: Vec<Fault> = head_faults.iter().cloned().chain(unkept).collect();
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(exit_of(verified.verdict.outcome, args.report))
}

/// Judges a release.
fn of_release(
    place: &PlaceArgs,
    args: &VerifyArgs,
    (profile, named): (&str, &str),
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let own = &args.release;
    let mut faults = Vec::new();
    if args.route.is_some() {
        let help = "leave `--route` out: the plan of a release is made of its profile, not of a route";
        faults.push(Fault::new(Code::ReleaseFlag, "`--route` and `--profile` exclude each other", help));
    }
    let mut take = |own: Vec<Fault>| faults.extend(own);
    let now = proof::now().map_err(|fault| vec![fault])?;
    let divergence = divergence(&own.divergence, now).map_err(&mut take).ok().flatten();
    let deployed = deployed_of(own.release.deployed.as_deref()).map_err(&mut take).ok().flatten();
    let against = own.validated_against.as_deref();
    let against = against.map(|text| release::commit_of("--validated-against", text)).transpose();
    let validated_against = against.map_err(|fault| take(vec![fault])).ok().flatten();
    if !faults.is_empty() {
        return Err(faults);
    }
    let question = release::Question {
        profile,
        environment: named,
        change: &args.change,
        store: &args.store,
        manifest: None,
        deployed: deployed.as_ref(),
        validated_against,
        divergence,
        keeps: writes(args),
    };
    let answer = release::judge(place, &question, environment)?;
    let detail = Detail { verbose: place.verbose };
    answer.print((args.format, args.change.output.as_deref()), (detail, args.report), environment)?;
    if !answer.unkept.is_empty() {
        report::print(&answer.unkept, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(exit_of(answer.outcome, args.report))
}

/// Reports flags that mean nothing where no release is asked about: nobody may believe that they did something.
fn meaningless(args: &VerifyArgs) -> Result<(), Vec<Fault>> {
    let own = &args.release.divergence;
    let flags = [
        ("--validated-against", args.release.validated_against.is_some()),
        ("--divergence-reason", own.divergence_reason.is_some()),
        ("--divergence-owner", own.divergence_owner.is_some()),
        ("--divergence-until", own.divergence_until.is_some()),
        ("--follow-up", own.follow_up.is_some()),
    ];
    let fault = |flag: &str| {
        let help = "give `--profile` and `--environment` as well, or leave it out";
        Fault::new(Code::ReleaseFlag, format!("`{flag}` means nothing without a release"), help)
    };
    let faults: Vec<Fault> = flags.into_iter().filter(|own| own.1).map(|own| fault(own.0)).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

const fn exit_of(outcome: Outcome, is_report: bool) -> Exit {
    match outcome {
        _ if is_report => Exit::Holds,
        Outcome::Clean | Outcome::WithDebt => Exit::Holds,
        Outcome::Fails => Exit::Fails,
    }
}

/// Says whether the verdict is written to the store.
const fn writes(args: &VerifyArgs) -> bool {
    !args.no_seal && !args.report
}

/// Reads the route document that is given.
fn stated(file: &OsStr) -> Result<Stated, Vec<Fault>> {
    Stated::parse(&source_of("--route", file)?)
}

/// Makes sure that the change leads to a commit: evidence is about nothing else.
fn only_of_commits(gathered: &Gathered) -> Result<(), Vec<Fault>> {
    let source = gathered.change.provenance.source;
    let what = match source {
        ChangeSource::Commits => return Ok(()),
        ChangeSource::WorkingTree => "the working tree",
        ChangeSource::Index => "the index",
        ChangeSource::Files => "a list of files",
    };
    let help = "commit the change, and name its commit: `laneway verify --head HEAD`";
    let message = format!("the change is that of {what}, and evidence is about commits");
    Err(vec![Fault::new(Code::EvidenceCommit, message, help)])
}

/// Returns the name that the verdict is kept by: that of the run, with its attempt where it is not the first.
fn run_name(args: &StoreArgs, environment: &Environment, now: Timestamp) -> Result<RunId, Vec<Fault>> {
    let (run, attempt) = proof::run_id(args, environment, now).map_err(|fault| vec![fault])?;
    let again = (attempt > 1).then(|| RunId::parse(&format!("{run}-{attempt}")).ok()).flatten();
    Ok(again.unwrap_or(run))
}

fn cannot_happen(error: &impl std::fmt::Display) -> Fault {
    Fault::new(
        Code::Output,
        format!("the route cannot be compared: {error}"),
        "report this: it cannot happen",
    )
}
