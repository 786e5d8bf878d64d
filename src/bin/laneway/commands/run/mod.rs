//! `laneway run`: the gates of a route, here.

mod artifacts;
pub(super) mod asked;
mod keep;
mod reuse;
mod select;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use laneway::digest::Digest;
use laneway::evidence::{Held, Record};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::path::RepoPath;
use laneway::render::run::{self as render, Citation, GateRun, Recorded, RunReport};
use laneway::render::text::Detail;
use laneway::runner::{self, Event, Job, Limits, Ran, Signals};
use laneway::verdict;

use self::artifacts::Artifacts;
use self::asked::Asked;
use self::keep::{Keeper, Keeping, Kept};
use self::show::Show;
use super::gather::is_blank;
use super::proof;
use crate::args::{PlaceArgs, ResultsFormat, RunArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// How many threads keep results: most of their time they wait for the disk.
const SAVERS: usize = 8;

/// Runs the command.
pub(crate) fn run(place: &PlaceArgs, args: &RunArgs, environment: &Environment) -> Result<Exit, Vec<Fault>> {
    let begun = Instant::now();
    meaningless(args)?;
    let asked = asked::asked(place, &args.change, (&args.release, args.from_route.as_deref()), environment)?;
    let selection = select::select(&asked.plan, &args.gates)?;
    let artifacts = Artifacts::parse(&args.artifact, &asked.plan, &selection.runnable, asked.root.clone())?;
    let requirements = &asked.requirements;
    let plan = requirements.digest();
    let owners: BTreeMap<GateId, String> =
        asked.plan.gates.iter().map(|(id, gate)| (id.clone(), asked.owner(&gate.domains))).collect();
    let keeping = keep::keeping(place, args, environment, &asked, (plan, &owners))?;
    let mut show = Show::new(args.logs, environment, args.dry_run);
    if let Keeping::Not(why) = &keeping
        && !args.no_record
    {
        show.note(&format!("nothing is recorded: {why}"));
    }
    let trust = verdict::trust(&asked.policies);
    let mut cited = BTreeMap::new();
    if let Keeping::As(keeper) = &keeping {
        if trust.signing.records > 0 && !keeper.signs() {
            let keys = trust.signing.records;
            show.note(&format!(
                "the base asks for {keys} signatures on each result, and there is no key to sign with"
            ));
        }
        if args.reuse {
            cited = reuse::cited(keeper, &selection.runnable, requirements, &trust)?;
        }
    } else if args.reuse {
        show.note("`--reuse` cites nothing, because nothing is recorded");
    }
    let to_run: BTreeSet<GateId> =
        selection.runnable.iter().filter(|gate| !cited.contains_key(*gate)).cloned().collect();
    let jobs = select::jobs(&asked.plan, &to_run, args.timeout_minutes);
    let mut told = RunReport {
        route: asked.plan.digest.clone(),
        plan,
        recorded: match &keeping {
            Keeping::As(keeper) => keeper.recorded(),
            Keeping::Not(why) => Recorded::Not(why.clone()),
        },
        dry_run: args.dry_run,
        gates: gates(&asked, &selection.runnable, &jobs, &owners, args),
        elsewhere: selection.elsewhere,
        approvals: selection.approvals,
        left_out: selection.left_out,
        changed: Vec::new(),
        revoked: None,
        took: begun.elapsed(),
    };
    for (gate, held) in &cited {
        if let Some(own) = told.gates.get_mut(gate) {
            own.reused = Some(Citation { from: held.digest, record: None });
        }
    }
    let mut faults = Vec::new();
    if !args.dry_run {
        let kept = execute(&jobs, &limits(args, &asked), &keeping, &artifacts, &mut show, environment)?;
        show.finish();
        for own in kept {
            faults.extend(own.faults);
            if let Some(gate) = told.gates.get_mut(&own.gate) {
                gate.tries.push(own.tried);
            }
        }
        told.gates.values_mut().for_each(|gate| gate.tries.sort_by_key(|own| own.attempt));
        if let Keeping::As(keeper) = &keeping {
            for (gate, from, kept) in cite(keeper, &cited) {
                match (kept, told.gates.get_mut(&gate)) {
                    (Ok(record), Some(own)) => own.reused = Some(Citation { from, record: Some(record) }),
                    (Ok(_), None) => {}
                    (Err(fault), _) => faults.push(fault),
                }
            }
            match keeper.revoke(&told.gates, &trust) {
                Ok(revoked) => told.revoked = revoked,
                Err(own) => faults.extend(own),
            }
        }
        told.changed = asked.changed_since();
        told.took = begun.elapsed();
    }
    print(place, args, &told)?;
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if told.holds() { Exit::Holds } else { Exit::Fails })
}

/// Reports values that are empty, and numbers that mean nothing.
fn meaningless(args: &RunArgs) -> Result<(), Vec<Fault>> {
    let mut faults = proof::blank(&args.store);
    let empty = |what: &str| {
        let help = format!("give `{what}` a value, or leave it out");
        Fault::new(Code::EmptyValue, format!("the value of `{what}` is empty"), help)
    };
    if args.gates.iter().any(|gate| is_blank(OsStr::new(gate))) {
        faults.push(empty("GATE"));
    }
    if args.artifact.iter().any(|own| is_blank(OsStr::new(own))) {
        faults.push(empty("--artifact"));
    }
    if args.change.output.as_deref().is_some_and(is_blank) {
        faults.push(empty("--output"));
    }
    let usage = |message: &str, help: &str| Fault::new(Code::Usage, message, help);
    if args.jobs == Some(0) {
        faults.push(usage("0 gates cannot run at once", "give `--jobs` a number from 1 on, or leave it out"));
    }
    if args.timeout_minutes == Some(0) {
        let help = "give `--timeout-minutes` a number from 1 on, or leave it out";
        faults.push(usage("no gate ends in 0 minutes", help));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Returns what is told of each gate before anything ran.
fn gates(
    asked: &Asked,
    runnable: &BTreeSet<GateId>,
    jobs: &[Job],
    owners: &BTreeMap<GateId, String>,
    args: &RunArgs,
) -> BTreeMap<GateId, GateRun> {
    let of_job = |id: &GateId| jobs.iter().find(|job| job.gates.contains(id));
    let gates = asked.plan.gates.iter().filter(|(id, _)| runnable.contains(*id));
    gates
        .map(|(id, gate)| {
            let shared =
                of_job(id).map(|job| job.gates.iter().filter(|other| *other != id).cloned().collect());
            let told = GateRun {
                title: gate.title.clone(),
                owner: owners.get(id).cloned().unwrap_or_default(),
                command: gate.run.clone().unwrap_or_default(),
                needs: gate.needs.clone(),
                timeout: select::timeout(gate, args.timeout_minutes),
                shared_with: shared.unwrap_or_default(),
                reused: None,
                tries: Vec::new(),
            };
            (id.clone(), told)
        })
        .collect()
}

fn limits(args: &RunArgs, asked: &Asked) -> Limits {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    Limits {
        parallel: args.jobs.unwrap_or(processors),
        retries: args.retry,
        keep_going: args.keep_going,
        variables: variables(asked),
        hidden: vec![proof::KEY_VARIABLE.to_owned()],
        ..Limits::new(asked.root.clone())
    }
}

/// Returns what commands are told: the route, and of a release its profile and its environment.
fn variables(asked: &Asked) -> Vec<(String, String)> {
    let of = |name: &str, value: &Option<String>| Some((name.to_owned(), value.clone()?));
    let release = [
        of("LANEWAY_PROFILE", &asked.requirements.profile),
        of("LANEWAY_ENVIRONMENT", &asked.requirements.environment),
    ];
    let route = ("LANEWAY_ROUTE".to_owned(), asked.plan.digest.clone());
    std::iter::once(route).chain(release.into_iter().flatten()).collect()
}

/// Runs the jobs, and keeps each result as soon as it is there: whatever becomes of this process, what ended before is not
/// lost. Returns what was kept of each gate.
fn execute(
    jobs: &[Job],
    limits: &Limits,
    keeping: &Keeping<'_>,
    artifacts: &Artifacts,
    show: &mut Show,
    environment: &Environment,
) -> Result<Vec<Kept>, Vec<Fault>> {
    let mut signals = Signals::listen().map_err(|error| {
        let help = "see how many files and processes this user may have at once (`ulimit -a`)";
        vec![Fault::new(Code::Usage, format!("signals cannot be listened for: {error}"), help)]
    })?;
    if environment.variables.contains_key(proof::KEY_VARIABLE) || keeping.signs() {
        runner::hide_environment();
    }
    show.begin(jobs);
    // As much output waits to be kept as there are jobs at once, and no more.
    let (send, receive) = mpsc::sync_channel::<(Ran, Vec<u8>)>(limits.parallel.min(64));
    let receive = Mutex::new(receive);
    let kept = thread::scope(|scope| {
        let receive = &receive;
        let keep = move || {
            let mut kept = Vec::new();
            loop {
                let next = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((ran, log)) = next else { return kept };
                kept.extend(keep::keep(keeping, artifacts, &jobs[ran.job], &ran, &log));
            }
        };
        let savers: Vec<_> = (0..SAVERS).map(|_| scope.spawn(keep)).collect();
        runner::run(jobs, limits, &mut signals, &mut |event| {
            show.on(&event);
            if let Event::Ended { ran, log } = event {
                // Those who keep results end after this loop.
                let _ = send.send((ran.clone(), log));
            }
        });
        drop(send);
        let kept =
            savers.into_iter().map(|saver| saver.join().expect("whoever keeps results does not panic"));
        kept.flatten().collect()
    });
    Ok(kept)
}

/// Keeps a citation for each gate, several at once: each waits for the disk.
fn cite(
    keeper: &Keeper<'_>,
    cited: &BTreeMap<GateId, Held<Record>>,
) -> Vec<(GateId, Digest, Result<Digest, Fault>)> {
    let all: Vec<(&GateId, &Held<Record>)> = cited.iter().collect();
    thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(SAVERS).max(1));
        let savers: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || {
                    let cite = |(gate, held): &(&GateId, &Held<Record>)| {
                        ((*gate).clone(), held.digest, keeper.cite(gate, held))
                    };
                    part.iter().map(cite).collect::<Vec<_>>()
                })
            })
            .collect();
        let kept =
            savers.into_iter().map(|saver| saver.join().expect("whoever keeps results does not panic"));
        kept.flatten().collect()
    })
}

fn print(place: &PlaceArgs, args: &RunArgs, told: &RunReport) -> Result<(), Vec<Fault>> {
    let file = args.change.output.as_deref();
    let written = match args.format {
        ResultsFormat::Text => {
            let detail = Detail { verbose: place.verbose };
            output::write(file, true, |out| render::text(out, told, detail))
        }
        ResultsFormat::Json => output::write(file, false, |out| render::json(out, told)),
    };
    written.map_err(|fault| vec![fault])
}

/// Returns where a folder of the disk lies in a working tree, if it does.
pub(super) fn inside(root: &std::path::Path, folder: &std::path::Path) -> Option<RepoPath> {
    let root = root.canonicalize().ok()?;
    let absolute = std::path::absolute(folder).ok()?;
    // Of a folder that is not there yet, what is there of its path can be a link.
    let there = absolute.ancestors().find_map(|own| Some((own, own.canonicalize().ok()?)));
    let real: PathBuf = there.map(|(own, real)| match absolute.strip_prefix(own) {
        Ok(rest) if rest.as_os_str().is_empty() => real,
        Ok(rest) => real.join(rest),
        Err(_) => absolute.clone(),
    })?;
    let below = real.strip_prefix(&root).ok()?;
    (!below.as_os_str().is_empty()).then(|| RepoPath::new(below.as_os_str().as_encoded_bytes()))
}
