//! Cobertura XML as a result: the part of lines that are covered, against the least that is asked for.

use std::fmt;
use std::sync::Arc;

use roxmltree::{Document, Node};

use super::Reported;
use super::xml::{self, Doctype};
use crate::evidence::{GateResult, Tool};
use crate::fault::{Code, Fault};
use crate::source::Source;

/// By how much a rate may differ from its lines: tools write it with four digits, some with two.
const ROUNDING: f64 = 0.005_1;

/// A part of a whole: from 0 to 100 percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(f64);

impl Percent {
    /// Takes a number, or says what is wrong with it.
    pub fn new(percent: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&percent) {
            return Ok(Self(percent));
        }
        Err("a percentage is a number from 0 to 100".to_owned())
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 100.0).round() / 100.0)
    }
}

/// Reads a report, or says everything that is wrong with it.
pub fn cobertura(source: &Arc<Source>, least: Percent) -> Result<Reported, Vec<Fault>> {
    // Most writers name the document type by its address, which was given up years ago.
    let document = xml::parse(source, Code::CoberturaSyntax, "report of coverage", Doctype::Named)
        .map_err(|fault| vec![*fault])?;
    let root = document.root_element();
    let mut wrong = Wrong { source, root, faults: Vec::new() };
    if root.tag_name().name() != "coverage" {
        let help = "name a Cobertura report: its root is `coverage`";
        wrong.fault(None, "its root is not `coverage`", help);
        return Err(wrong.faults);
    }
    let rate = rate(&mut wrong);
    let (covered, valid) = lines(&mut wrong, &document);
    match (covered, valid) {
        (_, Some(0)) => {
            let help =
                "see whether the tests ran with coverage, and whether the report is of the right sources";
            wrong.fault(Some("lines-valid"), "it covers no lines, so its rate says nothing", help);
        }
        (Some(covered), Some(valid)) if covered > valid => {
            let help = "let the tool write the report anew";
            wrong.fault(Some("lines-covered"), "it covers more lines than there are", help);
        }
        (Some(covered), Some(valid)) => {
            let counted = ratio(covered, valid);
            if let Some(rate) = rate
                && (rate - counted).abs() > ROUNDING
            {
                let what = format!("`line-rate` is {rate}, and {covered} of {valid} lines are {counted:.4}");
                let help = "a report that contradicts itself says nothing: let the tool write it anew";
                wrong.fault(Some("line-rate"), &what, help);
            }
        }
        _ => {}
    }
    let (Some(rate), true) = (rate, wrong.faults.is_empty()) else { return Err(wrong.faults) };
    // Where lines are counted they decide: a rate is rounded, and 0.8 may be 79.96 percent.
    let exact = covered.zip(valid).map_or(rate, |(covered, valid)| ratio(covered, valid));
    let reached = Percent(exact * 100.0);
    let holds = reached.0 + 1e-9 >= least.0;
    let of_lines = valid.map_or_else(String::new, |valid| format!(" of {valid} lines"));
    Ok(Reported {
        result: if holds { GateResult::Pass } else { GateResult::Fail },
        reason: (!holds)
            .then(|| format!("{}{of_lines} are covered, and {least} is asked for", below(reached, least))),
        summary: format!("{reached}{of_lines} covered"),
        evidence_type: "coverage",
        started: None,
        finished: None,
        tool: Tool { name: "cobertura".to_owned(), version: None },
    })
}

/// Prints a rate that is too low so that it never reads like the one that is asked for.
fn below(reached: Percent, least: Percent) -> String {
    let rounded = reached.to_string();
    if rounded == least.to_string() { format!("{}%", reached.0) } else { rounded }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 lines")]
fn ratio(covered: u64, valid: u64) -> f64 {
    covered as f64 / valid as f64
}

fn rate(wrong: &mut Wrong<'_, '_, '_>) -> Option<f64> {
    let Some(text) = wrong.root.attribute("line-rate") else {
        wrong.fault(
            None,
            "it has no `line-rate`",
            "let the tool write Cobertura XML with the rate of all lines",
        );
        return None;
    };
    let rate = text.trim().parse::<f64>().ok().filter(|rate| (0.0..=1.0).contains(rate));
    if rate.is_none() {
        wrong.fault(Some("line-rate"), "`line-rate` is no part of 1", "it must be a number from 0 to 1");
    }
    rate
}

/// Returns how many lines are covered, and of how many: as the report says, else as its lines are.
fn lines(wrong: &mut Wrong<'_, '_, '_>, document: &Document<'_>) -> (Option<u64>, Option<u64>) {
    let mut count = |name: &str| {
        let text = wrong.root.attribute(name)?;
        let count = text.trim().parse::<u64>().ok();
        if count.is_none() {
            wrong.fault(Some(name), &format!("`{name}` is no count of lines"), "let the tool write it anew");
        }
        count
    };
    let (covered, valid) = (count("lines-covered"), count("lines-valid"));
    let stated = |name: &str| document.root_element().attribute(name).is_some();
    if stated("lines-covered") || stated("lines-valid") {
        return (covered, valid);
    }
    // The lines of a class; those of its methods are the same lines again.
    let of_class = |node: &Node<'_, '_>| {
        let above =
            |node: Node<'_, '_>, name: &str| node.parent().is_some_and(|parent| parent.has_tag_name(name));
        node.has_tag_name("line")
            && above(*node, "lines")
            && node.parent().is_some_and(|lines| above(lines, "class"))
    };
    let all = || document.descendants().filter(of_class);
    let hit = |node: &Node<'_, '_>| {
        node.attribute("hits").is_some_and(|hits| hits.trim().parse::<u64>().is_ok_and(|hits| hits > 0))
    };
    let valid = all().count() as u64;
    let covered = all().filter(hit).count() as u64;
    if valid == 0 { (None, Some(0)) } else { (Some(covered), Some(valid)) }
}

struct Wrong<'s, 'a, 'input> {
    source: &'s Arc<Source>,
    root: Node<'a, 'input>,
    faults: Vec<Fault>,
}

impl Wrong<'_, '_, '_> {
    fn fault(&mut self, attribute: Option<&str>, what: &str, help: &str) {
        let start = self.root.range().start;
        let span = attribute
            .and_then(|name| self.root.attribute_node(name))
            .map_or(start..start + 1, |attribute| attribute.range_value());
        let message =
            format!("{} is no report of coverage that could be believed: {what}", self.source.name());
        self.faults.push(Fault::at(Code::CoberturaSyntax, self.source, span, message, "here", help));
    }
}
