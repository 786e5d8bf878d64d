//! `laneway manifest deploy`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use laneway::environment::Deploy;
use laneway::evidence::{GateResult, Outcome};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::{Asked, DEPLOY_GATE, Manifest, Pinned, variable};
use laneway::render::run::{Lines, shown};
use laneway::runner::{self, Event, Job, Limits, Ran, Signals};

use super::super::gather::is_blank;
use super::super::proof;
use super::super::verify::manifest::{Found, Given, find};
use super::outcome::{self, Deployed};
use crate::args::{ManifestDeployArgs, PlaceArgs, VerdictFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::report;

/// Runs the command: nothing is built, and nothing is deployed that does not hold.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ManifestDeployArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let file = file(&args.manifest)?;
    let given = Given {
        flag: "FILE",
        file: &args.manifest,
        deployed: args.deployed.as_deref(),
        change: &args.change,
        store: &args.store,
        to: (args.format, None),
        is_report: false,
    };
    let found = find(place, &given, environment)?;
    let deploy = declared(&found.released.plan.asked).map_err(one)?;
    let root = root(&found)?;
    let now = proof::now().map_err(one)?;
    // Read before anything runs, so that a key that is no key stops everything.
    let signer = proof::key(&args.store, environment).map_err(one)?;
    let (run, attempt) = proof::run_id(&args.store, environment, now).map_err(one)?;
    let answer = found.judge(place, &given, !args.dry_run, environment)?;
    if !answer.unkept.is_empty() {
        // What could not be sealed is not deployed.
        return Err(answer.unkept);
    }
    if answer.outcome == Outcome::Fails {
        report::print(&[refused(&found.manifest)], place.verbose);
        return Ok(Exit::Fails);
    }
    if let Some(note) = found.overtaken(now)? {
        outcome::note(&note);
    }
    // What is printed besides the verdict: to standard output only where that is for people.
    let is_text = args.format == VerdictFormat::Text;
    let variables = variables(&found.manifest, &file);
    if args.dry_run {
        outcome::would(is_text, &found.manifest, &deploy, &variables).map_err(one)?;
        return Ok(Exit::Holds);
    }
    if found.trust.signing.records > 0 && signer.is_none() {
        outcome::note(
            "the base asks for signed results, and there is no key: the record of this deployment will not count",
        );
    }
    let limits = Limits { variables, hidden: vec![proof::KEY_VARIABLE.to_owned()], ..Limits::new(root) };
    if environment.variables.contains_key(proof::KEY_VARIABLE) || signer.is_some() {
        runner::hide_environment();
    }
    let (ran, log) = execute(&deploy, &limits)?;
    let deployed = Deployed { found: &found, deploy: &deploy, ran: &ran, run, attempt };
    let kept = deployed.keep(log, signer.as_ref());
    let record = kept.as_ref().ok().copied();
    outcome::print(is_text, &deployed, record).map_err(one)?;
    if let Err(fault) = kept {
        // It was deployed, or not, all the same; that nobody will know of it is a fault of its own.
        report::print(&[fault], place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if ran.ending.result() == GateResult::Pass { Exit::Holds } else { Exit::Fails })
}

/// Returns the absolute path of the manifest, which the deploy command reads as well.
fn file(file: &OsStr) -> Result<PathBuf, Vec<Fault>> {
    if file == "-" {
        let help = "write the manifest to a file: the deploy command reads it as well";
        return Err(vec![Fault::new(
            Code::Usage,
            "a manifest to deploy cannot come from standard input",
            help,
        )]);
    }
    if is_blank(file) {
        // Reported where it is read.
        return Ok(PathBuf::new());
    }
    std::path::absolute(file).map_err(|error| {
        let message = format!("the manifest `{}` cannot be found: {error}", file.to_string_lossy());
        vec![Fault::new(Code::ManifestDocument, message, "name a file that `laneway manifest create` wrote")]
    })
}

/// Returns how the environment is deployed to, where the profile deploys anything.
fn declared(asked: &Asked) -> Result<Deploy, Fault> {
    let Asked { profile, environment } = asked;
    if !profile.deploys {
        let message = format!("nothing was deployed: profile `{}` deploys nothing", profile.id);
        let help = "judge it with `laneway verify --manifest`";
        return Err(Fault::new(Code::DeployRefused, message, help));
    }
    environment.deploy.clone().ok_or_else(|| {
        let message =
            format!("nothing was deployed: environment `{}` declares no command for it", environment.id);
        Fault::new(Code::DeployRefused, message, "declare `deploy: {run: …}` of the environment")
    })
}

fn refused(manifest: &Manifest) -> Fault {
    let message = format!(
        "nothing was deployed: sha256:{} does not hold for `{}`",
        manifest.digest(),
        manifest.environment
    );
    Fault::new(Code::DeployRefused, message, "the verdict says what is missing, and who answers for it")
}

/// Returns the folder in which the command runs.
fn root(found: &Found) -> Result<PathBuf, Vec<Fault>> {
    let origin = found.released.gathered.origin();
    let root = origin.and_then(|(repository, _)| repository.work_tree());
    root.map(Path::to_path_buf).ok_or_else(|| {
        let message = "nothing was deployed: there is no working tree to run the command in";
        vec![Fault::new(Code::DeployRefused, message, "deploy from a clone that is checked out")]
    })
}

/// Returns what the command is told.
fn variables(manifest: &Manifest, file: &Path) -> Vec<(String, String)> {
    let own = [
        ("LANEWAY_MANIFEST", file.to_string_lossy().into_owned()),
        ("LANEWAY_MANIFEST_DIGEST", format!("sha256:{}", manifest.digest())),
        ("LANEWAY_COMMIT", manifest.commit.to_string()),
        ("LANEWAY_ENVIRONMENT", manifest.environment.clone()),
        ("LANEWAY_PROFILE", manifest.profile.clone()),
    ];
    let pinned = |own: &Pinned| match &own.reference {
        Some(reference) => format!("{reference}@sha256:{}", own.digest),
        None => format!("sha256:{}", own.digest),
    };
    let artifacts = manifest.artifacts.iter().map(|(name, own)| (variable(name), pinned(own)));
    own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(artifacts).collect()
}

/// Runs the command, and shows its output as it comes.
fn execute(deploy: &Deploy, limits: &Limits) -> Result<(Ran, Vec<u8>), Vec<Fault>> {
    let mut signals = Signals::listen().map_err(|error| {
        let help = "see how many files and processes this user may have at once (`ulimit -a`)";
        vec![Fault::new(
            Code::Usage,
            format!("nothing was deployed: signals cannot be listened for: {error}"),
            help,
        )]
    })?;
    let job = Job {
        gates: [GateId::new(DEPLOY_GATE)].into(),
        run: deploy.run.clone(),
        timeout: deploy.timeout_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
        needs: [].into(),
    };
    let (mut lines, mut kept) = (Lines::default(), Vec::new());
    let say = |line: &[u8]| report::say(&format!("{DEPLOY_GATE} | {}\n", shown(line).trim_end_matches('\n')));
    let ran = runner::run(&[job], limits, &mut signals, &mut |event| match event {
        Event::Started { .. } => {}
        Event::Wrote { bytes, .. } => lines.push(bytes).iter().for_each(|line| say(line)),
        Event::Stopping { by } => {
            report::say(&format!("{by}: the deployment is asked to end; once more kills it\n"));
        }
        Event::Ended { log, .. } => {
            lines.finish().iter().for_each(|line| say(line));
            kept = log;
        }
    });
    let ran = ran.into_iter().next().expect("one job has one try");
    Ok((ran, kept))
}
