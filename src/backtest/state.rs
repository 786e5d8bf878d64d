//! Finished changes as lines of JSON, so that a later run need not ask again.
//!
//! A line is appended when its change is done, and counts only for the same policy, commits and version of laneway. What
//! many changes share, the gates and the outcomes, is a line of its own before the first that names it. A last line
//! that was cut off in the middle is dropped; a file that holds anything else is not a state, and is left alone.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outcome::{Cause, KnownGate, Outcome, Replayed, Universe, Verdict};
use crate::fault::{Code, Fault};
use crate::id::{DomainId, GateId};
use crate::lanes::Layer;
use crate::path::RepoPath;
use crate::route::SkipReason;
use crate::source::Source;

/// Who wrote a line, and in which shape: lines of another version or shape do not count.
const WRITER: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// How every line begins.
const BEGINS: &[u8] = b"{\"laneway_backtest\":";

/// What is wrong with a file that is no state.
const HELP: &str = "name a file that `laneway backtest --state` wrote, or one that does not exist yet";

/// The policy of each commit's own, in the place of a digest.
pub const OWN: &str = "own";

/// What a change is known by.
pub type Key = (String, Option<String>, Option<String>, String);

/// What is kept of a change: how many files, those that no row maps, and what would have run.
pub type Kept = (usize, Vec<RepoPath>, Arc<Outcome>);

/// What earlier runs finished.
#[derive(Debug, Default)]
pub struct State {
    universes: HashMap<String, Arc<Universe>>,
    outcomes: HashMap<String, Arc<Outcome>>,
    changes: HashMap<Key, Kept>,
    /// How many bytes of the file are whole lines: what follows is to be cut off before more is appended.
    pub whole: usize,
    /// Says that the last line was cut off in the middle.
    pub torn: bool,
    /// How many lines another version of laneway wrote.
    pub foreign: usize,
}

/// What is still to be written, and what already was.
#[derive(Debug, Default)]
pub struct Journal {
    /// By the place in memory, since equal ones are mostly the same one.
    ids: HashMap<usize, (Arc<Outcome>, String)>,
    written: HashSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    laneway_backtest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gates: Option<GatesLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<ChangeLine>,
}

#[derive(Serialize, Deserialize)]
struct GatesLine {
    id: String,
    list: Vec<GateEntry>,
}

#[derive(Serialize, Deserialize)]
struct GateEntry {
    id: String,
    title: String,
    layer: String,
    domains: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct OutcomeLine {
    id: String,
    gates: String,
    /// One letter a gate.
    verdicts: String,
    domains: Vec<String>,
    causes: Vec<String>,
    empty: bool,
}

#[derive(Serialize, Deserialize)]
struct ChangeLine {
    policy: String,
    base: Option<String>,
    merge_base: Option<String>,
    head: String,
    files: usize,
    unmapped: Vec<String>,
    /// Paths that are not UTF-8, in hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unmapped_bytes: Vec<String>,
    outcome: String,
}

impl State {
    /// Reads a state, or reports every line that is not of one.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let tail = &bytes[whole..];
        let is_ours = tail.starts_with(BEGINS) || BEGINS.starts_with(tail);
        let mut state = Self { whole, torn: !tail.is_empty(), ..Self::default() };
        let not_a_state = |why: &str| {
            vec![Fault::new(Code::StateFile, format!("`{name}` is not the state of a backtest: {why}"), HELP)]
        };
        let Ok(text) = std::str::from_utf8(&bytes[..whole]) else {
            return Err(not_a_state("it is not UTF-8"));
        };
        if !is_ours {
            return Err(not_a_state("its last line is something else"));
        }
        let source = Source::new(name, text);
        let mut faults = Vec::new();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            match serde_json::from_str::<Line>(line) {
                Ok(line) if line.laneway_backtest == WRITER => state.take(line),
                Ok(_) => state.foreign += 1,
                // Another version may have other fields; that it is another is what its beginning says.
                Err(_) if is_foreign(line) => state.foreign += 1,
                Err(error) => {
                    let span = start..start + line.trim_end().len().min(40);
                    let message = format!("a line of the state cannot be read: {error}");
                    faults.push(Fault::at(Code::StateFile, &source, span, message, "this line", HELP));
                }
            }
            start += line.len();
        }
        if faults.is_empty() { Ok(state) } else { Err(faults) }
    }

    /// Returns what is kept of a change.
    pub fn find(&self, key: &Key) -> Option<&Kept> {
        self.changes.get(key)
    }

    /// Takes a line. What does not fit the lines before it does not count, and is asked anew.
    fn take(&mut self, line: Line) {
        if let Some(gates) = line.gates
            && let Some(universe) = gates.list.iter().map(known_gate).collect::<Option<Vec<_>>>()
        {
            let universe = Universe { gates: universe };
            if universe_id(&universe) == gates.id {
                self.universes.insert(gates.id, Arc::new(universe));
            }
        }
        if let Some(own) = line.outcome
            && let Some(universe) = self.universes.get(&own.gates)
            && let Some(outcome) = outcome_of(&own, universe)
            && outcome_id(&outcome, &own.gates) == own.id
        {
            self.outcomes.insert(own.id, Arc::new(outcome));
        }
        if let Some(own) = line.change
            && let Some(outcome) = self.outcomes.get(&own.outcome)
        {
            let mut unmapped: Vec<RepoPath> = own.unmapped.iter().map(|path| path.as_str().into()).collect();
            let bytes: Option<Vec<RepoPath>> = own.unmapped_bytes.iter().map(|hex| from_hex(hex)).collect();
            let Some(bytes) = bytes else { return };
            unmapped.extend(bytes);
            unmapped.sort_unstable();
            let key = (own.policy, own.base, own.merge_base, own.head);
            self.changes.insert(key, (own.files, unmapped, Arc::clone(outcome)));
        }
    }
}

impl Journal {
    /// Returns a journal that goes on where a state ends.
    pub fn after(state: &State) -> Self {
        let written = state.universes.keys().chain(state.outcomes.keys()).cloned();
        Self { ids: HashMap::new(), written: written.collect() }
    }

    /// Appends the lines of a finished change. One that could not be read, or of which a policy could not, is left
    /// out: it may be readable the next time.
    pub fn append(&mut self, lines: &mut Vec<u8>, policy: &str, change: &Replayed) {
        let passing = |cause: &Cause| matches!(cause, Cause::MissingBase(_) | Cause::BrokenPolicy);
        if change.outcome.causes.iter().any(passing) {
            return;
        }
        let outcome = self.outcome(lines, &change.outcome);
        let (text, bytes): (Vec<_>, Vec<_>) =
            change.unmapped.iter().partition(|path| path.as_str().is_some());
        let change = ChangeLine {
            policy: policy.to_owned(),
            base: change.base.clone(),
            merge_base: change.merge_base.clone(),
            head: change.head.clone(),
            files: change.files,
            unmapped: text.into_iter().map(ToString::to_string).collect(),
            unmapped_bytes: bytes.into_iter().map(RepoPath::to_hex).collect(),
            outcome,
        };
        write(lines, &Line { change: Some(change), ..Line::new() });
    }

    fn outcome(&mut self, lines: &mut Vec<u8>, outcome: &Arc<Outcome>) -> String {
        let at = Arc::as_ptr(outcome) as usize;
        if let Some((_, id)) = self.ids.get(&at) {
            return id.clone();
        }
        let gates = universe_id(&outcome.universe);
        if self.written.insert(gates.clone()) {
            let list = outcome.universe.gates.iter().map(gate_entry).collect();
            write(lines, &Line { gates: Some(GatesLine { id: gates.clone(), list }), ..Line::new() });
        }
        let id = outcome_id(outcome, &gates);
        if self.written.insert(id.clone()) {
            let line = OutcomeLine {
                id: id.clone(),
                gates,
                verdicts: outcome.verdicts.iter().map(letter).collect(),
                domains: outcome.domains.iter().map(ToString::to_string).collect(),
                causes: outcome.causes.iter().filter_map(word).collect(),
                empty: outcome.empty,
            };
            write(lines, &Line { outcome: Some(line), ..Line::new() });
        }
        // The outcome is held, so that no other can come to stand at its place.
        self.ids.insert(at, (Arc::clone(outcome), id.clone()));
        id
    }
}

impl Line {
    fn new() -> Self {
        Self { laneway_backtest: WRITER.to_owned(), gates: None, outcome: None, change: None }
    }
}

fn write(lines: &mut Vec<u8>, line: &Line) {
    // Strings and numbers are always JSON, and memory takes everything.
    if serde_json::to_writer(&mut *lines, line).is_ok() {
        lines.push(b'\n');
    }
}

fn is_foreign(line: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        laneway_backtest: String,
    }
    serde_json::from_str::<Head>(line).is_ok_and(|head| head.laneway_backtest != WRITER)
}

fn universe_id(universe: &Universe) -> String {
    let list: Vec<GateEntry> = universe.gates.iter().map(gate_entry).collect();
    digest(&serde_json::to_vec(&list).unwrap_or_default())
}

fn outcome_id(outcome: &Outcome, gates: &str) -> String {
    let verdicts: String = outcome.verdicts.iter().map(letter).collect();
    let domains: Vec<&str> = outcome.domains.iter().map(DomainId::as_str).collect();
    let causes: Vec<String> = outcome.causes.iter().filter_map(word).collect();
    digest(format!("{gates}\n{verdicts}\n{domains:?}\n{causes:?}\n{}", outcome.empty).as_bytes())
}

fn digest(bytes: &[u8]) -> String {
    RepoPath::new(&Sha256::digest(bytes)[..16]).to_hex()
}

fn gate_entry(gate: &KnownGate) -> GateEntry {
    GateEntry {
        id: gate.id.to_string(),
        title: gate.title.clone(),
        layer: gate.layer.as_str().to_owned(),
        domains: gate.domains.iter().map(ToString::to_string).collect(),
    }
}

fn known_gate(entry: &GateEntry) -> Option<KnownGate> {
    Some(KnownGate {
        id: GateId::new(&entry.id),
        title: entry.title.clone(),
        layer: Layer::parse(&entry.layer)?,
        domains: entry.domains.iter().map(DomainId::new).collect(),
    })
}

fn outcome_of(line: &OutcomeLine, universe: &Arc<Universe>) -> Option<Outcome> {
    let verdicts: Vec<Verdict> = line.verdicts.chars().map(verdict).collect::<Option<_>>()?;
    let causes: BTreeSet<Cause> = line.causes.iter().map(|word| cause(word)).collect::<Option<_>>()?;
    (verdicts.len() == universe.gates.len()).then(|| Outcome {
        universe: Arc::clone(universe),
        verdicts,
        domains: line.domains.iter().map(DomainId::new).collect(),
        causes,
        empty: line.empty,
    })
}

/// Returns the letter of a verdict.
fn letter(verdict: &Verdict) -> char {
    match verdict {
        Verdict::Selected => '+',
        Verdict::OnlyBroad => '*',
        Verdict::Skipped(SkipReason::EmptyChange) => 'e',
        Verdict::Skipped(SkipReason::NotAffected) => 'n',
        Verdict::Skipped(SkipReason::OnlyDocs) => 'd',
        Verdict::Skipped(SkipReason::SmokeNotAsked) => 's',
        Verdict::Skipped(SkipReason::EvidenceNotAsked) => 'v',
        Verdict::Skipped(SkipReason::NoRuleAsks) => 'r',
        Verdict::Skipped(SkipReason::NoPathMatches) => 'p',
        Verdict::Skipped(SkipReason::NoCode) => 'c',
        Verdict::Skipped(SkipReason::ReviewNotForced) => 'a',
    }
}

fn verdict(letter: char) -> Option<Verdict> {
    Some(match letter {
        '+' => Verdict::Selected,
        '*' => Verdict::OnlyBroad,
        'e' => Verdict::Skipped(SkipReason::EmptyChange),
        'n' => Verdict::Skipped(SkipReason::NotAffected),
        'd' => Verdict::Skipped(SkipReason::OnlyDocs),
        's' => Verdict::Skipped(SkipReason::SmokeNotAsked),
        'v' => Verdict::Skipped(SkipReason::EvidenceNotAsked),
        'r' => Verdict::Skipped(SkipReason::NoRuleAsks),
        'p' => Verdict::Skipped(SkipReason::NoPathMatches),
        'c' => Verdict::Skipped(SkipReason::NoCode),
        'a' => Verdict::Skipped(SkipReason::ReviewNotForced),
        _ => return None,
    })
}

/// Returns the word of a cause that is kept.
fn word(cause: &Cause) -> Option<String> {
    match cause {
        Cause::Unmapped => Some("unmapped".to_owned()),
        Cause::NoBasePolicy => Some("no_base_policy".to_owned()),
        Cause::NoLane(domain) => Some(format!("no_lane:{domain}")),
        Cause::BrokenPolicy | Cause::MissingBase(_) => None,
    }
}

fn cause(word: &str) -> Option<Cause> {
    match word {
        "unmapped" => Some(Cause::Unmapped),
        "no_base_policy" => Some(Cause::NoBasePolicy),
        _ => word.strip_prefix("no_lane:").map(|domain| Cause::NoLane(DomainId::new(domain))),
    }
}

fn from_hex(hex: &str) -> Option<RepoPath> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    (rest.is_empty() && !pairs.is_empty())
        .then(|| RepoPath::new(pairs.iter().map(|[high, low]| high << 4 | low).collect::<Vec<u8>>()))
}
