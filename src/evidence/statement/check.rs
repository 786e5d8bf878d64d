//! Values of documents about evidence, each checked, every fault collected.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, RunId, Shard, is_name};
use crate::fault::{Code, Fault};
use crate::id::{GateId, is_gate_id, nearest};
use crate::source::Source;

/// Takes values out of one document and collects what is wrong with them. A value that is wrong is nothing; the document
/// is then no evidence, whatever else it holds.
#[derive(Debug)]
pub struct Checker<'s> {
    source: &'s Arc<Source>,
    faults: Vec<Fault>,
}

impl<'s> Checker<'s> {
    /// Begins with a document.
    pub const fn new(source: &'s Arc<Source>) -> Self {
        Self { source, faults: Vec::new() }
    }

    /// Returns every fault that was found.
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Says whether nothing was found so far.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Reports a fault of a field, underlined where its value can be found in the text.
    pub fn fault(&mut self, code: Code, field: &str, value: &str, why: &str, help: &str) {
        let message = format!("{}: `{field}` cannot be `{}`: {why}", self.source.name(), short(value));
        let text = self.source.text();
        // Strings stand in the document as JSON writes them; one with escapes is not underlined.
        let written = format!("\"{value}\"");
        let place = if value.is_empty() {
            text.find(&format!("\"{field}\"")).map(|at| at..at + field.len() + 2)
        } else {
            text.find(&written).map(|at| at + 1..at + 1 + value.len())
        };
        self.faults.push(match place {
            Some(span) => Fault::at(code, self.source, span, message, "here", help),
            None => Fault::new(code, message, help),
        });
    }

    /// Takes a text that must say something.
    pub fn text(&mut self, field: &str, value: String) -> Option<String> {
        if value.trim().is_empty() {
            self.fault(
                Code::EvidenceEmpty,
                field,
                &value,
                "it is empty",
                "give it its value, or leave the field out",
            );
            return None;
        }
        Some(value)
    }

    /// Takes a text that may be absent, but not empty.
    pub fn optional(&mut self, field: &str, value: Option<String>) -> Option<String> {
        value.and_then(|value| self.text(field, value))
    }

    /// Takes a name of a profile, an environment, a permission.
    pub fn name(&mut self, field: &str, value: String) -> Option<String> {
        let value = self.text(field, value)?;
        if is_name(&value) {
            return Some(value);
        }
        let help =
            "letters, digits, `-`, `_` and `.` make a name, at most 100 of them, a letter or a digit first";
        self.fault(Code::EvidenceValue, field, &value, "it is no name", help);
        None
    }

    /// Takes a full commit hash.
    pub fn commit(&mut self, field: &str, value: &str) -> Option<CommitHash> {
        let help = "name the commit by its full hash, as `git rev-parse` prints it";
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceCommit };
        CommitHash::parse(value).map_err(|why| self.fault(code, field, value, &why, help)).ok()
    }

    /// Takes a digest.
    pub fn digest(&mut self, field: &str, value: &str) -> Option<Digest> {
        let help = "write the SHA-256 of the bytes, 64 hexadecimal digits in lower case; a tag can be moved";
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceDigest };
        Digest::parse(value).map_err(|why| self.fault(code, field, value, &why, help)).ok()
    }

    /// Takes the id of a gate.
    pub fn gate(&mut self, field: &str, value: &str) -> Option<GateId> {
        if is_gate_id(value) {
            return Some(GateId::new(value));
        }
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceValue };
        self.fault(code, field, value, "it cannot be the id of a gate", "name the gate as the route does");
        None
    }

    /// Takes the name of a run.
    pub fn run(&mut self, field: &str, value: &str) -> Option<RunId> {
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceValue };
        let help = "name the run with letters, digits, `-` and `_`";
        RunId::parse(value).map_err(|why| self.fault(code, field, value, &why, help)).ok()
    }

    /// Takes a point in time, with its zone.
    pub fn time(&mut self, field: &str, value: &str) -> Option<Timestamp> {
        let help = "write it as RFC 3339 with a zone, such as 2026-01-31T12:00:00Z";
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceTime };
        let time = value.parse().map_err(|_| "it is no point in time, or has no zone");
        time.map_err(|why| self.fault(code, field, value, why, help)).ok()
    }

    /// Takes one of several words.
    pub fn word<T: Copy>(&mut self, field: &str, value: &str, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == value) {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = match nearest(value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? The words are `{}`", known.join("`, `")),
            None => format!("the words are `{}`", known.join("`, `")),
        };
        let code = if value.is_empty() { Code::EvidenceEmpty } else { Code::EvidenceValue };
        self.fault(code, field, value, "the word is not known", &help);
        None
    }

    /// Takes a result.
    pub fn result(&mut self, field: &str, value: &str) -> Option<GateResult> {
        self.word(field, value, &GateResult::ALL.map(|result| (result.as_str(), result)))
    }

    /// Takes a part of a run.
    pub fn shard(&mut self, index: u32, total: u32) -> Option<Shard> {
        if (1..=total).contains(&index) {
            return Some(Shard { index, total });
        }
        let value = format!("{index} of {total}");
        self.fault(
            Code::EvidenceShard,
            "shard",
            &value,
            "there is no such part",
            "parts are counted from 1 to `total`",
        );
        None
    }

    /// Takes texts, none of them empty or there twice.
    pub fn set(&mut self, field: &str, values: Vec<String>) -> BTreeSet<String> {
        let mut set = BTreeSet::new();
        for value in values {
            if let Some(value) = self.text(field, value)
                && !set.insert(value.clone())
            {
                self.fault(Code::EvidenceValue, field, &value, "it is there twice", "name it once");
            }
        }
        set
    }
}

/// Cuts a long value, so that a message stays one.
fn short(value: &str) -> String {
    match value.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}
