//! What is seen while gates run, all of it on standard error: what begins and ends, and the output of gates.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use laneway::evidence::GateResult;
use laneway::render::escape::terminal;
use laneway::render::run::{Lines, seconds, shown};
use laneway::runner::{Event, Job, Ran};

use crate::args::Logs;
use crate::environment::Environment;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CARE: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();

/// How many gates that run are named beside the bar.
const NAMED: usize = 3;

/// What is around the output of a gate, so that a CI can fold it.
#[derive(Clone, Copy, Debug)]
struct Fold {
    begin: &'static str,
    end: &'static str,
}

/// Shows what happens.
#[derive(Debug)]
pub(super) struct Show {
    logs: Logs,
    fold: Fold,
    is_terminal: bool,
    bar: Option<ProgressBar>,
    names: Vec<String>,
    running: BTreeMap<usize, Lines>,
    /// The jobs of which a try ended; another try of one is not another job.
    done: BTreeSet<usize>,
}

impl Show {
    /// Begins to show; nothing is seen before something happens.
    pub(super) fn new(logs: Logs, environment: &Environment, is_dry: bool) -> Self {
        let is_set = |name: &str| environment.variables.get(name).is_some_and(|value| !value.is_empty());
        // As the scripts of packed jobs fold.
        let (begin, end) = if is_set("GITHUB_ACTIONS") {
            ("::group::", "::endgroup::\n")
        } else if is_set("TF_BUILD") {
            ("##[group]", "##[endgroup]\n")
        } else if is_set("BUILDKITE") {
            ("--- ", "")
        } else {
            ("== ", "")
        };
        let is_terminal = io::stderr().is_terminal() && !is_dry;
        Self {
            logs,
            fold: Fold { begin, end },
            is_terminal,
            bar: None,
            names: Vec::new(),
            running: BTreeMap::new(),
            done: BTreeSet::new(),
        }
    }

    /// Prints a line about the run itself.
    pub(super) fn note(&self, text: &str) {
        self.write(format!("{CARE}note{CARE:#}: {}\n", terminal(text)).as_bytes());
    }

    /// Takes the jobs that will run.
    pub(super) fn begin(&mut self, jobs: &[Job]) {
        self.names = jobs
            .iter()
            .map(|job| {
                let first = job.gates.first().map_or("", |gate| gate.as_str());
                let more = job.gates.len().saturating_sub(1);
                let name = terminal(first).into_owned();
                if more == 0 { name } else { format!("{name} (+{more})") }
            })
            .collect();
        if self.is_terminal && !jobs.is_empty() {
            let bar = ProgressBar::with_draw_target(Some(jobs.len() as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            self.bar = Some(bar);
        }
    }

    /// Shows what happened.
    pub(super) fn on(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { job, attempt } => {
                self.running.insert(*job, Lines::default());
                self.names_beside_the_bar();
                if self.bar.is_none() {
                    let again = if *attempt > 1 { format!(", try {attempt}") } else { String::new() };
                    self.write(format!("{FAINT}▶ {}{again}{FAINT:#}\n", self.names[*job]).as_bytes());
                }
            }
            Event::Wrote { job, bytes } if self.logs == Logs::Streamed => {
                let lines = self.running.entry(*job).or_default().push(bytes);
                self.prefixed(*job, &lines);
            }
            Event::Wrote { .. } => {}
            Event::Ended { ran, log } => {
                let rest = self.running.remove(&ran.job).and_then(|mut lines| lines.finish());
                self.prefixed(ran.job, &rest.into_iter().collect::<Vec<_>>());
                self.ended(ran, log);
                self.done.insert(ran.job);
                if let Some(bar) = &self.bar {
                    bar.set_position(self.done.len() as u64);
                }
                self.names_beside_the_bar();
            }
            Event::Stopping { by } => {
                let text = format!("{CARE}■ {by}: what runs is asked to end; once more kills it{CARE:#}\n");
                self.write(text.as_bytes());
            }
        }
    }

    /// Takes away what is only of use while gates run.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn ended(&self, ran: &Ran, log: &[u8]) {
        let is_shown = match self.logs {
            Logs::Grouped => true,
            Logs::Failed => !ran.ending.is_pass(),
            Logs::Streamed | Logs::None => false,
        };
        let name = &self.names[ran.job];
        let mut bytes = Vec::new();
        if is_shown && !log.is_empty() {
            bytes.extend_from_slice(format!("{}{name}\n", self.fold.begin).as_bytes());
            if self.is_terminal {
                bytes.extend_from_slice(shown(log).as_bytes());
            } else {
                bytes.extend_from_slice(log);
            }
            if !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(self.fold.end.as_bytes());
        }
        let (mark, style) = match ran.ending.result() {
            GateResult::Pass => ("✔", GOOD),
            GateResult::Fail | GateResult::Partial => ("✘", BAD),
            GateResult::Blocked | GateResult::Missing | GateResult::NotApplicable => ("■", CARE),
        };
        let took = Duration::try_from(ran.finished.duration_since(ran.started)).unwrap_or_default();
        let took = if ran.ending.is_outcome() { format!("  {}", seconds(took)) } else { String::new() };
        let reason = ran.ending.reason().map(|why| format!("  {}", terminal(&why))).unwrap_or_default();
        let line = format!("{style}{mark} {name}{style:#}{reason}{FAINT}{took}{FAINT:#}\n");
        bytes.extend_from_slice(line.as_bytes());
        for note in &ran.notes {
            bytes.extend_from_slice(format!("  {CARE}{}{CARE:#}\n", terminal(note)).as_bytes());
        }
        self.write(&bytes);
    }

    /// Prints lines of a gate with its name in front.
    fn prefixed(&self, job: usize, lines: &[Vec<u8>]) {
        if lines.is_empty() || self.logs != Logs::Streamed {
            return;
        }
        let mut bytes = Vec::new();
        for line in lines {
            bytes.extend_from_slice(format!("{FAINT}{} |{FAINT:#} ", self.names[job]).as_bytes());
            if self.is_terminal {
                bytes.extend_from_slice(shown(line).trim_end_matches('\n').as_bytes());
            } else {
                bytes.extend_from_slice(line);
            }
            bytes.push(b'\n');
        }
        self.write(&bytes);
    }

    fn names_beside_the_bar(&self) {
        let Some(bar) = &self.bar else { return };
        let mut named: Vec<&str> =
            self.running.keys().take(NAMED).map(|job| self.names[*job].as_str()).collect();
        if self.running.len() > NAMED {
            named.push("…");
        }
        bar.set_message(named.join(", "));
    }

    /// Writes to standard error, past the bar. Where it is gone, nobody is left to be told.
    fn write(&self, bytes: &[u8]) {
        let write = || {
            let _ = anstream::stderr().lock().write_all(bytes);
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}
