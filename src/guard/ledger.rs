//! The two tables: what was there before anyone looked, and what is allowed for a while.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use jiff::civil::Date;

use crate::fault::{Code, Fault};
use crate::finding::FindingCode;
use crate::guard::cell::escape;
use crate::guard::known::{Known, LANEWAY, ordinal};
use crate::guard::table::{self, Cell, Record};
use crate::id::nearest;
use crate::path::RepoPath;
use crate::source::{Place, Source};

/// The name of the baseline, in the folder of the ownership maps.
pub const BASELINE_FILE: &str = "guard-fingerprint-baseline.tsv";

/// The name of the allowed debt, in the folder of the ownership maps.
pub const DEBT_FILE: &str = "guard-allowed-debt.tsv";

const BASELINE_HEADER: [&str; 7] =
    ["fingerprint", "tool", "code", "path", "subject", "accepted_by", "reason"];

const DEBT_HEADER: [&str; 8] =
    ["fingerprint", "tool", "code", "path", "subject", "owner", "reason", "expires"];

/// One of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// The baseline.
    Baseline,
    /// The allowed debt.
    Debt,
}

impl Which {
    /// Returns the name of the table's file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Baseline => BASELINE_FILE,
            Self::Debt => DEBT_FILE,
        }
    }
}

/// A line of the baseline.
#[derive(Clone, Debug)]
pub struct BaselineLine {
    /// The finding.
    pub known: Known,
    /// Who accepted it.
    pub accepted_by: String,
    /// Why.
    pub reason: String,
    /// Where the line stands; nothing where it is not written yet.
    pub place: Option<Place>,
}

/// A line of the allowed debt.
#[derive(Clone, Debug)]
pub struct DebtLine {
    /// The finding.
    pub known: Known,
    /// Who pays it down.
    pub owner: String,
    /// Why it is allowed.
    pub reason: String,
    /// The last day on which it is.
    pub expires: Date,
    /// Where the line stands.
    pub place: Place,
}

/// Both tables, as one commit has them.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The baseline.
    pub baseline: BTreeMap<Known, BaselineLine>,
    /// The allowed debt.
    pub debt: BTreeMap<Known, DebtLine>,
}

impl Ledger {
    /// Reads the two tables, as far as they are there. With faults, the sound lines stand.
    pub fn read(baseline: Option<&Arc<Source>>, debt: Option<&Arc<Source>>) -> (Self, Vec<Fault>) {
        let mut ledger = Self::default();
        let mut faults = Vec::new();
        if let Some(source) = baseline {
            for record in table::read(source, &BASELINE_HEADER, &mut faults) {
                let mut reader = Reader { source, record: &record, faults: &mut faults };
                if let Some(line) = reader.baseline() {
                    add(&mut ledger.baseline, source, &record, line.known.clone(), line, &mut faults);
                }
            }
        }
        if let Some(source) = debt {
            for record in table::read(source, &DEBT_HEADER, &mut faults) {
                let mut reader = Reader { source, record: &record, faults: &mut faults };
                if let Some(line) = reader.debt() {
                    add(&mut ledger.debt, source, &record, line.known.clone(), line, &mut faults);
                }
            }
        }
        (ledger, faults)
    }
}

fn add<Line>(
    lines: &mut BTreeMap<Known, Line>,
    source: &Arc<Source>,
    record: &Record,
    known: Known,
    line: Line,
    faults: &mut Vec<Fault>,
) {
    match lines.entry(known) {
        Entry::Vacant(entry) => {
            entry.insert(line);
        }
        Entry::Occupied(entry) => faults.push(Fault::at(
            Code::GuardDuplicate,
            source,
            record.cells[0].span.clone(),
            format!("`{}` is in {} twice", entry.key().fingerprint(), source.name()),
            "again",
            "keep one of the lines",
        )),
    }
}

/// Reads the cells of one line, and reports every one that cannot be read.
struct Reader<'a> {
    source: &'a Arc<Source>,
    record: &'a Record,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn baseline(&mut self) -> Option<BaselineLine> {
        let known = self.known();
        let accepted_by = self.required(5, "accepted_by", "say who accepted it");
        let reason = self.required(6, "reason", "say why it was accepted");
        let place = Some(Place::new(self.source, self.record.span.clone()));
        Some(BaselineLine { known: known?, accepted_by: accepted_by?, reason: reason?, place })
    }

    fn debt(&mut self) -> Option<DebtLine> {
        let known = self.known();
        let owner = self.required(5, "owner", "say who pays it down");
        let reason = self.required(6, "reason", "say why it is allowed");
        let expires = self.required(7, "expires", "give the last day on which it is allowed, as YYYY-MM-DD");
        let expires = expires.and_then(|text| self.date(&text));
        let place = Place::new(self.source, self.record.span.clone());
        Some(DebtLine { known: known?, owner: owner?, reason: reason?, expires: expires?, place })
    }

    /// Reads the columns that both tables have.
    fn known(&mut self) -> Option<Known> {
        let help = "copy the line from what `laneway guard --verbose` prints";
        let fingerprint = self.required(0, "fingerprint", help);
        let tool = self.required(1, "tool", help);
        let code = self.required(2, "code", help);
        let subject = self.text(4);
        let path = Some(&self.record.cells[3].bytes).filter(|path| !path.is_empty()).map(RepoPath::new);
        if tool.as_deref() == Some(LANEWAY)
            && let Some(code) = &code
            && !FindingCode::ALL.iter().any(|known| known.as_str() == code)
        {
            let help = match nearest(code, FindingCode::ALL.iter().map(|code| code.as_str())) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "the codes are listed in docs/findings.md".to_owned(),
            };
            self.fault(
                Code::GuardUnknownCode,
                2,
                format!("laneway has no finding `{code}`"),
                "not a code",
                help,
            );
            return None;
        }
        let (fingerprint, tool, code, subject) = (fingerprint?, tool?, code?, subject?);
        let known = Known { path, code, tool, subject, ordinal: ordinal(&fingerprint).unwrap_or(1) };
        let right = known.fingerprint();
        if !fingerprint.eq_ignore_ascii_case(&right) {
            let message = format!("`{fingerprint}` is not the fingerprint of this line");
            let help = format!(
                "of tool, code, path and subject as they stand it is `{right}`; a line whose file or code was changed by \
                 hand is another finding"
            );
            self.fault(Code::GuardFingerprint, 0, message, "differs", help);
            return None;
        }
        Some(known)
    }

    fn cell(&self, at: usize) -> &Cell {
        &self.record.cells[at]
    }

    fn fault(
        &mut self,
        code: Code,
        at: usize,
        message: String,
        label: &'static str,
        help: impl Into<String>,
    ) {
        // An empty cell has no width, so the line it stands in is shown.
        let span = Some(self.cell(at).span.clone()).filter(|span| !span.is_empty());
        let span = span.unwrap_or_else(|| self.record.span.clone());
        self.faults.push(Fault::at(code, self.source, span, message, label, help));
    }

    fn text(&mut self, at: usize) -> Option<String> {
        match String::from_utf8(self.cell(at).bytes.clone()) {
            Ok(text) => Some(text),
            Err(_) => {
                let help = "only a path may hold bytes that are not UTF-8";
                self.fault(Code::GuardEscape, at, "the cell is not UTF-8".to_owned(), "not UTF-8", help);
                None
            }
        }
    }

    fn required(&mut self, at: usize, name: &str, help: &str) -> Option<String> {
        let text = self.text(at)?;
        if !text.trim().is_empty() {
            return Some(text);
        }
        self.fault(Code::GuardEmptyCell, at, format!("the line has no `{name}`"), "this line", help);
        None
    }

    fn date(&mut self, text: &str) -> Option<Date> {
        let date = day(text);
        if date.is_none() {
            let help = "write the last day on which it is allowed as YYYY-MM-DD, such as 2027-01-31";
            self.fault(Code::GuardDate, 7, format!("`{text}` is not a day"), "not a day", help);
        }
        date
    }
}

/// Reads a day as YYYY-MM-DD and in no other way.
pub fn day(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| text.parse().ok())?
}

/// Returns the bytes of a baseline: the header, and the lines by path, code and fingerprint.
pub fn baseline_text<'a>(lines: impl IntoIterator<Item = &'a BaselineLine>) -> String {
    let mut sorted: Vec<_> = lines.into_iter().map(|line| (line.known.fingerprint(), line)).collect();
    sorted.sort_by(|(left_print, left), (right_print, right)| {
        let key = |line: &'a BaselineLine| (&line.known.path, &line.known.code);
        key(left).cmp(&key(right)).then_with(|| left_print.cmp(right_print))
    });
    let mut text = BASELINE_HEADER.join("\t");
    text.push('\n');
    for (_, line) in sorted {
        text += &known_cells(&line.known);
        for cell in [&line.accepted_by, &line.reason] {
            text.push('\t');
            text += &escape(cell.as_bytes());
        }
        text.push('\n');
    }
    text
}

/// Returns the line of the debt that would allow a finding, for somebody to fill in.
pub fn debt_line(known: &Known, owner: &str, reason: &str, expires: &str) -> String {
    let last = [owner, reason, expires].map(|cell| escape(cell.as_bytes())).join("\t");
    format!("{}\t{last}", known_cells(known))
}

fn known_cells(known: &Known) -> String {
    let path = known.path.as_ref().map_or(&[][..], RepoPath::as_bytes);
    let cells = [known.tool.as_bytes(), known.code.as_bytes(), path, known.subject.as_bytes()];
    let cells = cells.map(escape).join("\t");
    format!("{}\t{cells}", known.fingerprint())
}
