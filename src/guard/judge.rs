//! What each finding is, and what each line of the two tables still does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::FindingCode;
use crate::guard::grants::{Grants, Origin};
use crate::guard::issue::Issue;
use crate::guard::known::Known;
use crate::guard::ledger::Which;
use crate::path::RepoPath;
use crate::source::Place;

/// What to do about a line that the change brings.
const LAND_FIRST: &str = "land the line first, in a change that touches nothing but the two tables; then bring this one up to date";

/// What becomes of a line that is all that the change brings.
const ALONE: &str = "whoever approves the change grants it";

/// What a finding stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing: it is printed.
    Report,
    /// Nothing: what would stop is printed as a warning.
    Warn,
    /// What is neither in the baseline nor allowed, and debt that expired.
    BlockingNew,
    /// Everything but debt that is allowed: the baseline excuses nothing any more.
    Blocking,
}

impl Mode {
    /// Returns the word of the command line and of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Warn => "warn",
            Self::BlockingNew => "blocking_new",
            Self::Blocking => "blocking",
        }
    }
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Neither table has it.
    New,
    /// It was allowed, and is not any more.
    Expired(Date),
    /// It is allowed until the end of that day.
    Debt(Date),
    /// It was there before.
    Baseline,
    /// The tool itself was told to pass it over.
    Suppressed,
}

impl Standing {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Expired(_) => "debt_expired",
            Self::Debt(_) => "debt",
            Self::Baseline => "baseline",
            Self::Suppressed => "suppressed",
        }
    }
}

/// A finding, and what it is.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub issue: Issue,
    /// What it is.
    pub standing: Standing,
    /// The path under which the tables have it, where its file moved.
    pub moved_from: Option<RepoPath>,
    /// A line that only this change adds would excuse it.
    pub granted_by_change: bool,
    /// It stops the change, or would in a mode that blocks.
    pub stops: bool,
}

/// A line of one of the tables with which something is not as it should be.
#[derive(Clone, Debug)]
pub struct LineFinding {
    /// What it is: stale, expired, left behind, or granted by the change itself.
    pub code: FindingCode,
    /// In which table.
    pub which: Which,
    /// The finding of the line.
    pub known: Known,
    /// Where it stands; nothing where the head does not have it.
    pub place: Option<Place>,
    /// One sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// It stops the change, or would in a mode that blocks.
    pub stops: bool,
}

/// A tool that did not run, and how many lines of the tables are its.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The tool.
    pub tool: String,
    /// Lines of the baseline.
    pub baseline: usize,
    /// Lines of the debt.
    pub debt: usize,
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The mode.
    pub mode: Mode,
    /// Every finding, in order.
    pub issues: Vec<Judged>,
    /// What is wrong with lines of the tables, in order.
    pub lines: Vec<LineFinding>,
    /// Whose lines were not judged.
    pub unjudged: Vec<Unjudged>,
}

impl Judgement {
    /// Says whether the change is stopped.
    pub fn fails(&self) -> bool {
        matches!(self.mode, Mode::BlockingNew | Mode::Blocking) && self.stops()
    }

    /// Says whether something stops the change, or would in a mode that blocks.
    pub fn stops(&self) -> bool {
        self.issues.iter().any(|judged| judged.stops) || self.lines.iter().any(|line| line.stops)
    }
}

/// Compares findings, as [`collect`](crate::guard::collect) returns them, with both tables. `tools` are those that ran:
/// of the others, no line can be stale.
pub fn judge(
    mode: Mode,
    issues: Vec<Issue>,
    tools: &BTreeSet<String>,
    origin: &Origin,
    today: Date,
) -> Judgement {
    let grants = origin.grants();
    let old = origin.old_paths();
    let mut seen = BTreeSet::new();
    let judged = issues
        .into_iter()
        .map(|issue| {
            let before = issue.known.moved(&old);
            let one = one(mode, issue, before.as_ref(), &grants, today);
            if one.standing != Standing::Suppressed {
                seen.insert(one.issue.known.clone());
                seen.extend(before);
            }
            one
        })
        .collect();
    let lines = lines(mode, &seen, tools, origin, &grants, today);
    Judgement { mode, issues: judged, lines, unjudged: unjudged(tools, origin) }
}

fn one(mode: Mode, issue: Issue, before: Option<&Known>, grants: &Grants, today: Date) -> Judged {
    let names: Vec<&Known> = std::iter::once(&issue.known).chain(before).collect();
    let debt = names.iter().find_map(|known| Some((*known, *grants.debt.get(*known)?)));
    let baseline = names.iter().copied().find(|known| grants.baseline.contains(*known));
    let (standing, line) = match (debt, baseline) {
        _ if issue.suppressed => (Standing::Suppressed, None),
        (Some((known, expires)), _) if expires >= today => (Standing::Debt(expires), Some(known)),
        (Some((known, expires)), _) => (Standing::Expired(expires), Some(known)),
        (None, Some(known)) => (Standing::Baseline, Some(known)),
        (None, None) => (Standing::New, None),
    };
    let stops = match standing {
        Standing::New | Standing::Expired(_) => true,
        Standing::Baseline => mode == Mode::Blocking,
        Standing::Debt(_) | Standing::Suppressed => false,
    };
    let granted_by_change = stops && names.iter().any(|known| grants.only_head.contains(*known));
    let moved_from = line.filter(|line| **line != issue.known).and_then(|line| line.path.clone());
    Judged { standing, moved_from, granted_by_change, stops, issue }
}

/// Returns what is wrong with the lines of the tables, by table, line and code.
fn lines(
    mode: Mode,
    seen: &BTreeSet<Known>,
    tools: &BTreeSet<String>,
    origin: &Origin,
    grants: &Grants,
    today: Date,
) -> Vec<LineFinding> {
    let mut found = Vec::new();
    let head = &origin.head;
    for line in head.baseline.values() {
        let own = Line { which: Which::Baseline, known: &line.known, place: line.place.as_ref() };
        own.judge(mode, seen, tools, origin, grants, &mut found);
    }
    for line in head.debt.values() {
        let own = Line { which: Which::Debt, known: &line.known, place: Some(&line.place) };
        own.judge(mode, seen, tools, origin, grants, &mut found);
    }
    // A day that has passed needs no tool to be seen. What counts is the base's, and what the head adds should not be
    // over before it begins.
    let mut expired: BTreeMap<&Known, Date> = grants.debt.iter().map(|(known, day)| (known, *day)).collect();
    for line in head.debt.values() {
        expired.entry(&line.known).and_modify(|day| *day = line.expires.min(*day)).or_insert(line.expires);
    }
    for (known, day) in expired.into_iter().filter(|(_, day)| *day < today) {
        let line = head.debt.get(known);
        let put_off = line.is_some_and(|line| line.expires >= today);
        found.push(LineFinding {
            code: FindingCode::ExpiredDebt,
            which: Which::Debt,
            known: known.clone(),
            place: line.map(|line| line.place.clone()),
            message: format!("the debt `{}` was allowed until {day}", known.fingerprint()),
            help: if put_off {
                "a later day counts once the base has it: put it off in a change that touches nothing else"
                    .to_owned()
            } else {
                "pay it down and take the line out, or agree on a later day in a change of its own".to_owned()
            },
            stops: true,
        });
    }
    found.sort_by(|left, right| {
        let key = |line: &LineFinding| (line.which, line.place.as_ref().map_or(0, Place::line), line.code);
        key(left).cmp(&key(right)).then_with(|| left.known.cmp(&right.known))
    });
    found
}

/// A line of the head's tables.
struct Line<'a> {
    which: Which,
    known: &'a Known,
    place: Option<&'a Place>,
}

impl Line<'_> {
    fn judge(
        &self,
        mode: Mode,
        seen: &BTreeSet<Known>,
        tools: &BTreeSet<String>,
        origin: &Origin,
        grants: &Grants,
        found: &mut Vec<LineFinding>,
    ) {
        let print = self.known.fingerprint();
        let only_head = grants.only_head.contains(self.known);
        if only_head {
            let (message, help) = match grants.alone {
                true => ("is granted by this change, which consists of nothing else", ALONE),
                false => ("is granted by this change, and excuses nothing in it", LAND_FIRST),
            };
            found.push(self.finding(
                FindingCode::GrantedByChange,
                format!("`{print}` {message}"),
                help,
                false,
            ));
        }
        if !seen.contains(self.known) {
            if tools.contains(&self.known.tool) {
                let (code, help) = match self.which {
                    Which::Baseline => (
                        FindingCode::StaleBaseline,
                        "take it out, so that it cannot come back unseen: laneway guard baseline --write",
                    ),
                    Which::Debt if only_head => {
                        (FindingCode::StaleDebt, "see that the finding it is meant for has this fingerprint")
                    }
                    Which::Debt => (FindingCode::StaleDebt, "it is paid: take the line out"),
                };
                let stops = mode == Mode::Blocking && self.which == Which::Baseline;
                found.push(self.finding(code, format!("no finding is `{print}` any more"), help, stops));
            }
            return;
        }
        // A line that was seen, of a file that is gone, was seen under the file's new path.
        let Some(moved) = self.known.moved(&origin.renamed) else { return };
        let follows = match self.which {
            Which::Baseline => origin.head.baseline.contains_key(&moved),
            Which::Debt => origin.head.debt.contains_key(&moved),
        };
        if !follows {
            let help = match self.which {
                Which::Baseline => {
                    "let the line follow in this change: laneway guard baseline --write".to_owned()
                }
                Which::Debt => format!(
                    "let the line follow in this change: it is now {} in `{}`",
                    moved.fingerprint(),
                    path(&moved)
                ),
            };
            let message = format!(
                "`{print}` stands under `{}`, and this change moves the file to `{}`",
                path(self.known),
                path(&moved)
            );
            found.push(self.finding(FindingCode::MovedLine, message, help, false));
        }
    }

    fn finding(
        &self,
        code: FindingCode,
        message: String,
        help: impl Into<String>,
        stops: bool,
    ) -> LineFinding {
        LineFinding {
            code,
            which: self.which,
            known: self.known.clone(),
            place: self.place.cloned(),
            message,
            help: help.into(),
            stops,
        }
    }
}

/// Returns the file that moved: that of the finding, or the one that it is about.
fn path(known: &Known) -> String {
    known.path.as_ref().map_or_else(|| known.subject.clone(), ToString::to_string)
}

fn unjudged(tools: &BTreeSet<String>, origin: &Origin) -> Vec<Unjudged> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for known in origin.head.baseline.keys().filter(|known| !tools.contains(&known.tool)) {
        counts.entry(&known.tool).or_default().0 += 1;
    }
    for known in origin.head.debt.keys().filter(|known| !tools.contains(&known.tool)) {
        counts.entry(&known.tool).or_default().1 += 1;
    }
    let own =
        |(tool, (baseline, debt)): (&str, (usize, usize))| Unjudged { tool: tool.to_owned(), baseline, debt };
    counts.into_iter().map(own).collect()
}
