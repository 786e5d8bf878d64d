//! `laneway verify`: requirements × evidence → verdict.

mod keep;
mod print;
mod tracked;

use std::ffi::OsStr;

use jiff::Timestamp;
use laneway::change::ChangeSource;
use laneway::digest::Digest;
use laneway::evidence::key::Subject;
use laneway::evidence::{Outcome, RunId};
use laneway::fault::{Code, Fault};
use laneway::plan::Stated;
use laneway::render::verdict::{Agreed, Report, agree, payload};
use laneway::store;
use laneway::verdict::{Asked, Proof, Stamp, notes, verify};

use super::document::source_of;
use super::gather::{Gathered, gather};
use super::proof;
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
    let one = |fault: Fault| vec![fault];
    let blank = proof::blank(&args.store);
    if !blank.is_empty() {
        return Err(blank);
    }
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
    };
    let head_faults = gathered.head_faults();
    let mut notes = notes(&gathered.policies, now);
    notes.extend(keep::elsewhere(&*store, (&asked, &commit), &verified.verdict).map_err(one)?);
    let keeping = keep::Keeping { store: &*store, asked: &asked, evidence: &evidence, stamp: &stamp, key };
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
    };
    print::print(place, args, environment, &shown, &keeping.seal(&verified.verdict))?;
    let faults: Vec<Fault> = head_faults.iter().cloned().chain(unkept).collect();
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(match verified.verdict.outcome {
        _ if args.report => Exit::Holds,
        Outcome::Clean | Outcome::WithDebt => Exit::Holds,
        Outcome::Fails => Exit::Fails,
    })
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
