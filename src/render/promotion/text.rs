//! A promotion for people at a terminal.

use std::io::{self, Write};

use super::Report;
use crate::release::promotion::State;
use crate::render::escape::terminal;
use crate::render::text::{ALARM, CARE, FAINT, NAME, STRONG};

/// Writes every condition with its proof or what is missing, and its owner; then what became of it in the store.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let promotion = report.promotion;
    writeln!(out, "{STRONG}{}{STRONG:#}", terminal(&report.headline()))?;
    writeln!(out, "{FAINT}commit {}{FAINT:#}", report.commit)?;
    if let Some(packet) = report.packet {
        let (name, line) = (packet.place.source.name(), packet.place.line());
        writeln!(out, "{FAINT}packet {}, line {line}{FAINT:#}", terminal(name))?;
    }
    writeln!(out)?;
    for (condition, found) in &promotion.conditions {
        let style = match found.state {
            State::Holds => STRONG,
            State::Fails => ALARM,
            State::Unknown => CARE,
        };
        let aside =
            if promotion.claim.needs(*condition) { "" } else { ", and the claim does not rest on it" };
        let (number, title, state) = (condition.number(), condition.title(), found.state.as_str());
        writeln!(out, "{style}{state:<8}{style:#}{number}  {title}{FAINT}{aside}{FAINT:#}")?;
        for proof in &found.proof {
            writeln!(out, "           {FAINT}{}{FAINT:#}", terminal(proof))?;
        }
        for missing in &found.missing {
            writeln!(out, "           {CARE}missing{CARE:#}  {}", terminal(missing))?;
        }
        writeln!(out, "           owner    {NAME}{}{NAME:#}", terminal(&found.owner))?;
    }
    if !report.stops.is_empty() {
        writeln!(out)?;
    }
    for stop in report.stops {
        writeln!(out, "{ALARM}stopped{ALARM:#}  {}", terminal(stop))?;
    }
    writeln!(out)?;
    for note in report.notes {
        writeln!(out, "{FAINT}note     {}{FAINT:#}", terminal(note))?;
    }
    writeln!(out, "{FAINT}{}{FAINT:#}", terminal(&report.kept()))
}
