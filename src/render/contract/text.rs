//! A contract for people at a terminal.

use std::io::{self, Write};

use crate::evidence::GateResult;
use crate::release::contract::{Contract, ContractItem, State, long};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// Writes what is asked for, the gates with what is wrong, and a line that sums it up.
pub fn write(out: &mut impl Write, contract: &Contract, detail: Detail) -> io::Result<()> {
    let (environment, profile) = (terminal(&contract.environment), terminal(&contract.profile));
    writeln!(out, "{STRONG}Release contract of `{environment}` under `{profile}`{STRONG:#}")?;
    head(out, contract)?;
    writeln!(out)?;
    let widest = contract.gates.keys().map(|id| id.as_str().len()).max().unwrap_or(0).min(60);
    for (id, proof) in &contract.gates {
        let (mark, style, word) = match proof.result {
            GateResult::Pass => ("✔", NAME, "holds"),
            GateResult::NotApplicable => ("·", FAINT, "not applicable"),
            GateResult::Fail | GateResult::Partial | GateResult::Blocked | GateResult::Missing => {
                ("✘", ALARM, "does not hold")
            }
        };
        writeln!(
            out,
            "{style}{mark}{style:#} {NAME}{:widest$}{NAME:#}  {style}{word}{style:#}",
            id.as_str()
        )?;
        for reason in &proof.reasons {
            writeln!(out, "    {}", terminal(reason))?;
        }
        for item in contract.items.iter().filter(|own| own.section.gate() == id.as_str()) {
            self::item(out, item, detail)?;
        }
    }
    if detail.verbose {
        required(out, contract)?;
    }
    last(out, contract)
}

fn head(out: &mut impl Write, contract: &Contract) -> io::Result<()> {
    writeln!(out, "  target        {}", terminal(&contract.target))?;
    writeln!(out, "  commit        {}", contract.commit)?;
    let age = contract.age_hours();
    writeln!(
        out,
        "  description   taken {}, {} old; it may be {}",
        contract.taken,
        long(age),
        count(contract.max_age_hours as usize, "hour")
    )?;
    let class = contract.change_class.unwrap_or("nothing");
    let allowed = match &contract.classes {
        None => "every class".to_owned(),
        Some(classes) if classes.is_empty() => "none".to_owned(),
        Some(classes) => classes.iter().map(|own| terminal(own)).collect::<Vec<_>>().join(", "),
    };
    writeln!(out, "  ships as      {class}; taken: {allowed}")?;
    let phases: Vec<_> = contract.phases.iter().map(|own| terminal(own.gate.as_str())).collect();
    if !phases.is_empty() {
        writeln!(out, "  phases        {}", phases.join(", "))?;
    }
    match &contract.rollback {
        None => writeln!(out, "  rollback      {ALARM}none{ALARM:#}"),
        Some(own) => writeln!(
            out,
            "  rollback      {} to {}, {}, by {}",
            terminal(&own.command),
            terminal(&own.manifest_or_revision),
            own.migration_posture.as_str(),
            terminal(&own.owner)
        ),
    }
}

/// Writes an item: what is wrong is said with the gate, so here stands what holds, where it is wanted.
fn item(out: &mut impl Write, item: &ContractItem, detail: Detail) -> io::Result<()> {
    let field = terminal(&item.field);
    match &item.state {
        State::NotApplicable { reason } => {
            writeln!(out, "    {CARE}{field} is not applicable: {}{CARE:#}", terminal(reason))
        }
        State::Holds => match item.digest {
            Some(digest) => writeln!(out, "    {FAINT}{field} is sha256:{digest}{FAINT:#}"),
            None if detail.verbose => {
                writeln!(out, "    {FAINT}{field} holds ({}){FAINT:#}", terminal(&item.owner))
            }
            None => Ok(()),
        },
        State::Missing | State::Stale { .. } | State::Differs => Ok(()),
    }
}

fn required(out: &mut impl Write, contract: &Contract) -> io::Result<()> {
    writeln!(out, "\n{STRONG}Required evidence{STRONG:#}")?;
    for own in &contract.evidence {
        let place = if own.in_environment { "in the environment" } else { "of the commit" };
        let family = own.family.as_deref().unwrap_or("no family");
        writeln!(
            out,
            "  {NAME}{}{NAME:#}  {}, {place} ({})",
            terminal(own.gate.as_str()),
            terminal(family),
            terminal(&own.owner)
        )?;
    }
    Ok(())
}

fn last(out: &mut impl Write, contract: &Contract) -> io::Result<()> {
    if contract.unlisted > 0 {
        let items = count(contract.unlisted, "item");
        writeln!(out, "{FAINT}The description has {items} that the policy does not name.{FAINT:#}")?;
    }
    let wrong = contract.items.iter().filter(|own| !own.state.is_sound()).count();
    match (contract.holds(), wrong) {
        (true, _) => writeln!(out, "{STRONG}The contract holds.{STRONG:#}"),
        (false, 0) => writeln!(out, "{ALARM}The contract does not hold.{ALARM:#}"),
        (false, wrong) => {
            let verb = if wrong == 1 { "is" } else { "are" };
            let values = count(wrong, "value");
            writeln!(out, "{ALARM}The contract does not hold: {values} {verb} missing or stale.{ALARM:#}")
        }
    }
}
