//! `laneway record`: results from elsewhere.
//!
//! Everything is checked before anything is written, so that of several results either all are recorded or none.

mod about;
mod cite;
mod files;
mod gates;
mod given;
mod jobs;
mod keep;
mod laid_out;
mod payload;
mod said;

use std::io::Write as _;
use std::sync::Arc;

use laneway::digest::Digest;
use laneway::evidence::Record;
use laneway::fault::{Code, Fault};
use laneway::render::escape::terminal;
use laneway::source::Source;

use self::cite::For;
use self::given::{Given, Kind};
use self::keep::Common;
use self::said::Said;
use super::run::asked::{self, Asked};
use super::run::inside;
use super::{gather, proof};
use crate::args::{PlaceArgs, RecordArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &RecordArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let now = proof::now().map_err(one)?;
    if args.change.output.as_deref().is_some_and(gather::is_blank) {
        let help = "give `--output` a value, or leave it out";
        return Err(vec![Fault::new(Code::EmptyValue, "the value of `--output` is empty", help)]);
    }
    let given = given::given(args, now)?;
    // What is wrong with files and what is wrong with the route are told together.
    let mut faults = Vec::new();
    let reports = collect(said::reports(args, &given, now), &mut faults);
    let list = collect(jobs::list(args), &mut faults).flatten();
    let payload = collect(payload::read(args), &mut faults).flatten();
    let source = (&args.release, args.from_route.as_deref());
    let asked = collect(asked::asked(place, &args.change, source, environment), &mut faults);
    let signer = collect(proof::key(&args.store, environment).map_err(one), &mut faults).flatten();
    let run = collect(proof::run_id(&args.store, environment, now).map_err(one), &mut faults);
    let commit = asked
        .as_ref()
        .and_then(|own| collect(proof::commit(own.plan.head.as_deref()).map_err(one), &mut faults));
    let named = asked
        .as_ref()
        .and_then(|own| collect(gates::named(&own.plan, &args.gates, "`laneway record`"), &mut faults));
    let (Some(asked), Some(commit), Some((run, attempt)), Some(named), Some(reports), true) =
        (asked, commit, run, named, reports, faults.is_empty())
    else {
        return Err(faults);
    };
    let is_of_commits =
        args.from_route.is_some() || args.change.head.is_some() || args.release.profile.is_some();
    if !is_of_commits && !environment.variables.contains_key("CI") {
        committed(place, args, &asked)?;
    }
    let plan = &asked.plan;
    let digest = asked.requirements.digest();
    let store = open(place, args, asked.config.as_ref())?;
    let sources: Vec<Arc<Source>> = reports
        .iter()
        .map(|own| &own.source)
        .chain(list.iter().map(|own| &own.source))
        .chain(payload.iter().map(|own| &own.source))
        .cloned()
        .collect();
    let (said, mut notes) = match given.kind {
        Kind::Ran => (said::ran(args, &given, plan, &named, &reports), Vec::new()),
        Kind::Said => {
            (given.result.map(|own| said::word(args, &given, own, &named)).unwrap_or_default(), Vec::new())
        }
        Kind::Jobs => list.as_ref().map(|own| jobs::said(args, plan, own)).transpose()?.unwrap_or_default(),
        Kind::Payload => {
            let read = payload.as_ref().map(|own| payload::said(args, (plan, digest), &commit, own));
            read.transpose()?.unwrap_or_default()
        }
        Kind::Cited => {
            let what = For { commit: &commit, plan, digest, subjects: &given.subjects, now };
            (cited(&*store, &given, &named, &what)?, Vec::new())
        }
    };
    let attempt = given.attempt.unwrap_or(attempt);
    let policies = &asked.policies;
    let common = Common {
        args,
        owner: asked.owner.as_ref(),
        given: &given,
        plan,
        policies,
        digest,
        commit: &commit,
        run: &run,
        attempt,
        now,
    };
    let said = keep::provable(&common, said, &mut notes);
    let records = keep::records(&common, &said)?;
    notes.extend(keep::notes(plan, &records));
    let digests = keep::save(&*store, &records, &sources, signer.as_ref())?;
    let kept: Vec<(Digest, &Record)> = digests.into_iter().zip(&records).collect();
    let revoked = keep::revoke(&*store, &common, &kept, signer.as_ref());
    if let Ok(Some(epoch)) = &revoked {
        notes.push(format!(
            "seal {epoch} of this commit and plan is taken back: a gate failed after it was sealed"
        ));
    }
    tell(&notes);
    show(args, &kept, &said).map_err(one)?;
    revoked.map(|_| Exit::Holds)
}

/// Refuses a working tree that is not what its commit has: the route is of the one, and evidence would be of the other.
fn committed(place: &PlaceArgs, args: &RecordArgs, asked: &Asked) -> Result<(), Vec<Fault>> {
    let folder = proof::folder(place, &args.store, asked.config.as_ref())?;
    if let Some(folder) = folder.and_then(|folder| inside(&asked.root, &folder)) {
        // It is asked once a call, so nothing is there yet.
        let _ = asked.beside.set(folder);
    }
    let help = "commit the change, or name the commit with `--head`: evidence is about a commit";
    let fault = |message: String| vec![Fault::new(Code::EvidenceCommit, message, help)];
    let changed = asked
        .uncommitted()
        .map_err(|why| fault(format!("the working tree cannot be compared with its commit: {why}")))?;
    match changed.first() {
        None => Ok(()),
        Some(path) => Err(fault(format!(
            "the route is of the working tree, which is not what its commit has: `{path}`"
        ))),
    }
}

/// Takes what was read, or what is wrong with it.
fn collect<T>(read: Result<T, Vec<Fault>>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|own| faults.extend(own)).ok()
}

/// Opens the store that is named, else the one that the base says.
fn open(
    place: &PlaceArgs,
    args: &RecordArgs,
    config: Option<&laneway::config::Config>,
) -> Result<Box<dyn laneway::store::Store>, Vec<Fault>> {
    let default = laneway::config::Config::default();
    match (config, &args.store.store) {
        (Some(config), _) => proof::open(place, &args.store, config),
        (None, Some(_)) => proof::open(place, &args.store, &default),
        (None, None) => Err(vec![Fault::new(
            Code::StoreAddress,
            "where evidence is kept is what the base of the route says, and this clone does not have it",
            "fetch the base, or name the store with `--store`",
        )]),
    }
}

fn cited(
    store: &dyn laneway::store::Store,
    given: &Given,
    gates: &[laneway::id::GateId],
    what: &For<'_>,
) -> Result<Vec<Said>, Vec<Fault>> {
    let Some(from) = given.reuse else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    let said = gates
        .iter()
        .filter_map(|gate| collect(cite::said(store, given, gate, from, what), &mut faults))
        .collect();
    if faults.is_empty() { Ok(said) } else { Err(faults) }
}

/// Tells people what they did not ask for. Where standard error is gone, nobody is left to be told.
fn tell(notes: &[String]) {
    let mut stderr = std::io::stderr().lock();
    for note in notes {
        let _ = writeln!(stderr, "laneway: {}", terminal(note));
    }
}

/// Prints a line a record: its result, its gate and its digest; below it what there is to say.
fn show(args: &RecordArgs, kept: &[(Digest, &Record)], said: &[Said]) -> Result<(), Fault> {
    let width = kept.iter().map(|(_, record)| record.gate.as_str().len()).max().unwrap_or(0);
    output::write(args.change.output.as_deref(), false, |out| {
        for ((digest, record), said) in kept.iter().zip(said) {
            let part = match (record.attempt, record.shard.total) {
                (1, 1) => String::new(),
                (attempt, 1) => format!("  try {attempt}"),
                (attempt, total) => format!("  try {attempt}, part {} of {total}", record.shard.index),
            };
            let result = record.result.as_str();
            writeln!(out, "{result:<14}  {:<width$}  {digest}{part}", terminal(record.gate.as_str()))?;
            for line in record.missing_reason.iter().chain(&said.summary) {
                writeln!(out, "{:<14}  {}", "", terminal(line))?;
            }
        }
        Ok(())
    })
}
