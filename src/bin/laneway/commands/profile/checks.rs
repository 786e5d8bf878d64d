//! The checks of an environment, made: several at once, each over by its time.

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use laneway::environment::{Check, Expect, Probe};
use laneway::fault::{Code, Fault};
use laneway::probe;
use laneway::release::preflight::{Outcome, evaluate};
use laneway::render::preflight::Made;
use laneway::runner::Ending;
use laneway::workspace;

use super::commands::{self, Command, Printed};
use crate::environment::Environment;

/// How many checks are made at once: most of their time they wait.
const WIDTH: usize = 8;

/// The largest file that is read.
const MOST: usize = 4 << 20;

/// Makes the checks, and returns what each came to, in their order.
pub(super) fn make(
    checks: &[&Check],
    root: &Path,
    environment: &Environment,
) -> Result<Vec<Made>, Vec<Fault>> {
    let roots = match checks.iter().any(|own| needs_roots(&own.probe)) {
        true => roots(environment)?,
        false => None,
    };
    let (run, looked): (Vec<usize>, Vec<usize>) =
        (0..checks.len()).partition(|at| matches!(checks[*at].probe, Probe::Command { .. }));
    let next = Mutex::new(looked.into_iter());
    let found: Mutex<Vec<(usize, Outcome, Duration)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(at) = at else { return };
            let begun = Instant::now();
            let outcome = look(checks[at], root, roots.as_deref());
            let own = (at, outcome, begun.elapsed());
            found.lock().unwrap_or_else(PoisonError::into_inner).push(own);
        }
    };
    let commands: Vec<Command<'_>> = run.iter().filter_map(|at| command(checks[*at])).collect();
    let printed = thread::scope(|scope| {
        for _ in 0..WIDTH {
            scope.spawn(work);
        }
        commands::run(&commands, root, WIDTH, environment)
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (at, printed) in run.into_iter().zip(printed) {
        let took = printed.took;
        found.push((at, said(checks[at], printed), took));
    }
    found.sort_by_key(|(at, ..)| *at);
    let made = found.into_iter().map(|(at, outcome, took)| Made {
        id: checks[at].id.clone(),
        gate: checks[at].gate.clone(),
        owner: checks[at].owner.clone(),
        by: by(&checks[at].probe),
        outcome,
        took,
    });
    Ok(made.collect())
}

fn needs_roots(probe: &Probe) -> bool {
    match probe {
        Probe::Tls { .. } => true,
        Probe::Http { url, .. } => url.starts_with("https:"),
        Probe::Tcp { .. } | Probe::Command { .. } | Probe::File { .. } => false,
    }
}

const fn by(probe: &Probe) -> &'static str {
    match probe {
        Probe::Tcp { .. } => "tcp",
        Probe::Tls { .. } => "tls",
        Probe::Http { .. } => "http",
        Probe::Command { .. } => "run",
        Probe::File { .. } => "file",
    }
}

fn timeout(check: &Check) -> Duration {
    Duration::from_secs(u64::from(check.timeout_seconds))
}

fn command(check: &Check) -> Option<Command<'_>> {
    let Probe::Command { run, .. } = &check.probe else { return None };
    Some(Command { gate: check.gate.as_str(), run, timeout: timeout(check) })
}

fn look(check: &Check, root: &Path, roots: Option<&[u8]>) -> Outcome {
    let timeout = timeout(check);
    match &check.probe {
        Probe::Tcp { host, port } => probe::tcp(host, *port, timeout),
        Probe::Tls { host, port, min_days } => probe::tls(host, *port, *min_days, roots, timeout),
        Probe::Http { url, status } => probe::http(url, *status, roots, timeout),
        Probe::File { path, expect } => file(root, path, expect.as_ref()),
        // Those are run, all of them together.
        Probe::Command { .. } => Outcome::Unmade("it is no look".to_owned()),
    }
}

fn file(root: &Path, path: &str, expect: Option<&Expect>) -> Outcome {
    // A pipe would be read for ever.
    let full = root.join(path);
    if !full.is_file() {
        return Outcome::Failed(format!("`{path}` is not there, or is no file"));
    }
    if full.metadata().is_ok_and(|own| own.len() > MOST as u64) {
        return Outcome::Failed(format!("`{path}` has more than 4 MiB"));
    }
    match (workspace::read(&full), expect) {
        (Err(_), _) => Outcome::Unmade(format!("`{path}` cannot be read")),
        (Ok(_), None) => Outcome::Held,
        (Ok(bytes), Some(expect)) => evaluate(bytes, expect),
    }
}

/// Says what a command came to. What it printed is read, and not shown.
fn said(check: &Check, printed: Printed) -> Outcome {
    let Probe::Command { expect, .. } = &check.probe else { return Outcome::Held };
    match (printed.ending.reason(), expect) {
        // What it would have said is not known.
        (Some(why), _) if matches!(printed.ending, Ending::TimedOut(_)) => Outcome::Unmade(why),
        (Some(why), _) if printed.ending.is_outcome() => Outcome::Failed(why),
        (Some(why), _) => Outcome::Unmade(why),
        (None, None) => Outcome::Held,
        (None, Some(_)) if printed.is_cut => Outcome::Failed("it prints more than 4 MiB".to_owned()),
        (None, Some(expect)) => evaluate(printed.bytes, expect),
    }
}

/// Reads the certificates that SSL_CERT_FILE names.
fn roots(environment: &Environment) -> Result<Option<Vec<u8>>, Vec<Fault>> {
    let Some(path) = environment.variables.get("SSL_CERT_FILE").filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    workspace::read(Path::new(path)).map(Some).map_err(|why| {
        let help = "it must hold certificates in PEM; unset it to believe Mozilla's";
        let message = format!("the file `{path}` that SSL_CERT_FILE names cannot be read: {why}");
        vec![Fault::new(Code::ReleaseFlag, message, help)]
    })
}
