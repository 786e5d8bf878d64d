//! Evidence for a developer at a terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::wire::{
    BrokenV1, CommitV1, EvidenceV1, GateV1, ObjectV1, PermissionRecordV1, PlanV1, RecordV1, RevocationV1,
    SignatureV1, SubjectV1, VerdictSummaryV1, ViewV1,
};
use super::{text_gate, text_object};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};
use crate::render::verdict::text::colour;
use crate::render::verdict::wire::{OutcomeV1, PermissionKindV1, ResultV1, ShownV1};

/// Writes what was asked for, and every object that cannot be read.
pub fn write(out: &mut impl Write, document: &EvidenceV1, detail: Detail) -> io::Result<()> {
    match &document.view {
        ViewV1::Subjects { plan, subjects: all } => {
            subjects(out, &document.store, plan.as_deref(), all, detail)?;
        }
        ViewV1::Commit(own) => commit(out, own, detail)?,
        ViewV1::Gate(own) => text_gate::write(out, own, detail)?,
        ViewV1::Object(own) => text_object::write(out, own, detail)?,
    }
    broken(out, &document.broken, detail)
}

fn subjects(
    out: &mut impl Write,
    store: &str,
    plan: Option<&str>,
    all: &[SubjectV1],
    detail: Detail,
) -> io::Result<()> {
    let records: usize = all.iter().map(|own| own.records).sum();
    let verdicts: usize = all.iter().map(|own| own.verdicts.len()).sum();
    let (commits, records) = (count(all.len(), "commit"), count(records, "result"));
    let verdicts = count(verdicts, "verdict");
    writeln!(
        out,
        "{STRONG}{commits}, {records}, {verdicts}{STRONG:#} {FAINT}in {}{FAINT:#}",
        terminal(store)
    )?;
    if let Some(plan) = plan {
        writeln!(out, "{FAINT}plan{FAINT:#} {plan}")?;
    }
    let shown = detail.shown(all.len(), 50);
    for subject in &all[..shown] {
        writeln!(out)?;
        let records = count(subject.records, "result");
        writeln!(out, "{NAME}{}{NAME:#}  {}  {FAINT}{records}{FAINT:#}", subject.commit, subject.newest)?;
        if subject.verdicts.is_empty() {
            writeln!(out, "  {CARE}no verdict{CARE:#}")?;
        }
        let few = detail.shown(subject.verdicts.len(), 5);
        for own in &subject.verdicts[..few] {
            verdict(out, own)?;
        }
        more(out, "  ", subject.verdicts.len() - few)?;
    }
    more(out, "\n", all.len() - shown)
}

/// Writes a verdict on one line, and on a second what took it back.
pub(super) fn verdict(out: &mut impl Write, own: &VerdictSummaryV1) -> io::Result<()> {
    let (style, says) = outcome(own);
    let number: usize = own.counts.values().sum();
    let gates = count(number, "gate");
    let tally = if number == 0 { String::new() } else { format!(": {}", tally(&own.counts)) };
    writeln!(out, "  {style}{says:<14}{style:#}  {}  {gates}{tally}", own.decided)?;
    let mut about = format!("plan {}", short(&own.plan));
    about += &own.profile.as_ref().map(|own| format!(", profile {own}")).unwrap_or_default();
    about += &own.environment.as_ref().map(|own| format!(", environment {own}")).unwrap_or_default();
    about += &format!(", run {}, verdict {}, {}", own.run, short(&own.digest), signed(&own.signatures));
    writeln!(out, "  {:14}  {FAINT}{}{FAINT:#}", "", terminal(&about))?;
    match &own.revocation {
        Some(own) => writeln!(out, "  {:14}  {CARE}{}{CARE:#}", "", terminal(&revocation(own))),
        None => Ok(()),
    }
}

/// Returns how a verdict is shown; one that was taken back is no longer what it was.
fn outcome(own: &VerdictSummaryV1) -> (anstyle::Style, &'static str) {
    match (&own.revocation, own.outcome) {
        (Some(_), _) => (CARE, "taken back"),
        (None, OutcomeV1::Clean) => (STRONG, "clean"),
        (None, OutcomeV1::WithDebt) => (CARE, "with debt"),
        (None, OutcomeV1::Fails) => (ALARM, "does not hold"),
    }
}

/// Says what took a verdict back.
pub(super) fn revocation(own: &RevocationV1) -> String {
    let by = own.later_failure.as_ref().map(|record| format!(", by record {}", short(record)));
    format!("taken back {} by {}{}: {}", own.revoked, own.owner, by.unwrap_or_default(), own.reason)
}

fn tally(counts: &BTreeMap<ShownV1, usize>) -> String {
    let each = counts.iter().map(|(shown, number)| format!("{number} {}", standing(*shown)));
    each.collect::<Vec<_>>().join(", ")
}

fn commit(out: &mut impl Write, own: &CommitV1, detail: Detail) -> io::Result<()> {
    writeln!(out, "{STRONG}commit{STRONG:#} {NAME}{}{NAME:#}", own.commit)?;
    for plan in &own.plans {
        plan_of(out, plan, detail)?;
    }
    if own.plans.is_empty() {
        writeln!(out, "\nNothing that can be read is kept of it.")?;
    }
    if !own.permissions.is_empty() {
        writeln!(out, "\n{STRONG}Permissions{STRONG:#} {}", own.permissions.len())?;
        let shown = detail.shown(own.permissions.len(), 20);
        for permission in &own.permissions[..shown] {
            self::permission(out, permission)?;
        }
        more(out, "  ", own.permissions.len() - shown)?;
    }
    Ok(())
}

fn plan_of(out: &mut impl Write, plan: &PlanV1, detail: Detail) -> io::Result<()> {
    let mut about = plan.profile.as_ref().map(|own| format!("  profile {own}")).unwrap_or_default();
    about += &plan.environment.as_ref().map(|own| format!("  environment {own}")).unwrap_or_default();
    writeln!(out, "\n{STRONG}plan{STRONG:#} {}{FAINT}{}{FAINT:#}", plan.plan, terminal(&about))?;
    if plan.verdicts.is_empty() {
        writeln!(out, "  {CARE}no verdict{CARE:#}")?;
    }
    let shown = detail.shown(plan.verdicts.len(), 5);
    for own in &plan.verdicts[..shown] {
        verdict(out, own)?;
    }
    more(out, "  ", plan.verdicts.len() - shown)?;
    writeln!(out)?;
    // What is not in order stands first: a list of three hundred passes must not hide the one that failed.
    let mut gates: Vec<&GateV1> = plan.gates.iter().collect();
    gates.sort_by_key(|own| is_settled(own));
    let shown = detail.shown(gates.len(), 40);
    let width = gates[..shown].iter().map(|own| own.id.len()).max().unwrap_or(0).min(48);
    for own in &gates[..shown] {
        gate(out, own, width, detail)?;
    }
    more(out, "  ", gates.len() - shown)
}

fn is_settled(gate: &GateV1) -> bool {
    match gate.shown {
        Some(ShownV1::Passed | ShownV1::Reused | ShownV1::Approved | ShownV1::NotApplicable) => true,
        Some(
            ShownV1::Failed
            | ShownV1::Partial
            | ShownV1::Flaky
            | ShownV1::Blocked
            | ShownV1::Missing
            | ShownV1::Waived,
        )
        | None => false,
    }
}

/// Writes a gate with its results.
pub(super) fn gate(out: &mut impl Write, own: &GateV1, width: usize, detail: Detail) -> io::Result<()> {
    let (style, says) = match own.shown {
        Some(shown) => (shown_style(shown), standing(shown)),
        None => (CARE, "not judged"),
    };
    let pad = width.saturating_sub(own.id.len());
    let owner = own.owner.as_deref().unwrap_or("nobody");
    let id = terminal(&own.id);
    let result = own.result.map(|result| format!("  {FAINT}({}){FAINT:#}", word(result))).unwrap_or_default();
    writeln!(
        out,
        "  {style}{says:<14}{style:#}  {NAME}{id}{NAME:#}{:pad$}  {}{result}",
        "",
        terminal(owner)
    )?;
    if let Some(reason) = &own.missing_reason {
        writeln!(out, "  {:14}  {}", "", terminal(reason))?;
    }
    for own in &own.permissions {
        let record = own.record.as_ref().map_or_else(
            || ", from the base's lanes".to_owned(),
            |record| format!(", record {}", short(record)),
        );
        writeln!(out, "  {:14}  {FAINT}permission {}{record}{FAINT:#}", "", terminal(&own.id))?;
    }
    let shown = detail.shown(own.records.len(), 3);
    for own in &own.records[..shown] {
        writeln!(out, "  {:14}  {}", "", line(own))?;
    }
    if shown < own.records.len() {
        writeln!(out, "  {:14}  {FAINT}and {} more{FAINT:#}", "", own.records.len() - shown)?;
    }
    Ok(())
}

/// Says on one line what a result is.
pub(super) fn line(own: &RecordV1) -> String {
    let part = if own.parts == 1 { String::new() } else { format!(", part {} of {}", own.part, own.parts) };
    let reused = own.reused_from.as_ref().map(|from| format!(", cites {}", short(from))).unwrap_or_default();
    let style = result_style(own.result);
    let counted = if own.counted { "" } else { ", not part of the verdict" };
    format!(
        "{style}{}{style:#} {FAINT}{}{FAINT:#}",
        word(own.result),
        terminal(&format!(
            "record {}, run {}.{}{part}, {}, {}{reused}, {}{counted}",
            short(&own.digest),
            own.run,
            own.attempt,
            own.finished,
            duration(own.milliseconds),
            signed(&own.signatures),
        )),
    )
}

/// Writes a permission.
pub(super) fn permission(out: &mut impl Write, own: &PermissionRecordV1) -> io::Result<()> {
    let kind = match own.kind {
        PermissionKindV1::Approval => "approval",
        PermissionKindV1::Waiver => "waiver",
        PermissionKindV1::BreakGlass => "break-glass",
    };
    let back = if own.taken_back { format!("  {CARE}taken back{CARE:#}") } else { String::new() };
    let (id, scope) = (terminal(&own.id), terminal(&own.scope));
    writeln!(
        out,
        "  {NAME}{id}{NAME:#}  {kind}  {scope}  {FAINT}on {}{FAINT:#}{back}",
        terminal(&own.subject)
    )?;
    let risk =
        own.residual_risk_owner.as_ref().map(|who| format!(", risk borne by {who}")).unwrap_or_default();
    let says = format!("by {}{risk}, from {} until {}: {}", own.owner, own.created, own.expires, own.reason);
    writeln!(out, "    {}", terminal(&says))?;
    writeln!(out, "    {FAINT}record {}, {}{FAINT:#}", short(&own.digest), terminal(&signed(&own.signatures)))
}

fn broken(out: &mut impl Write, all: &[BrokenV1], detail: Detail) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let title = count(all.len(), "object");
    writeln!(
        out,
        "\n{ALARM}BROKEN{ALARM:#} {STRONG}{title} that cannot be read, and prove nothing{STRONG:#}"
    )?;
    let shown = detail.shown(all.len(), 40);
    for own in &all[..shown] {
        writeln!(out, "  {}", terminal(&own.key))?;
        let few = detail.shown(own.faults.len(), 3);
        for fault in &own.faults[..few] {
            writeln!(out, "    {FAINT}{}{FAINT:#}", terminal(fault))?;
        }
        more(out, "    ", own.faults.len() - few)?;
    }
    more(out, "  ", all.len() - shown)
}

pub(super) fn more(out: &mut impl Write, indent: &str, left: usize) -> io::Result<()> {
    if left == 0 {
        Ok(())
    } else {
        writeln!(out, "{indent}{FAINT}and {left} more; --verbose shows all{FAINT:#}")
    }
}

/// Returns the first digits of a hash: enough to find it again with.
pub(super) fn short(digits: &str) -> &str {
    digits.get(..12).unwrap_or(digits)
}

/// Says who signed.
pub(super) fn signed(signatures: &[SignatureV1]) -> String {
    if signatures.is_empty() {
        return "not signed".to_owned();
    }
    let each = signatures.iter().map(|own| match (&own.name, &own.owner) {
        (Some(name), Some(owner)) => format!("{name} of {owner}"),
        _ => format!("a key that nobody trusts, {}", short(&own.key)),
    });
    format!("signed by {}", each.collect::<Vec<_>>().join(", "))
}

/// Returns a duration as people read it.
pub(super) fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        ..60 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns a result as people read it.
pub(super) const fn word(result: ResultV1) -> &'static str {
    match result {
        ResultV1::Pass => "pass",
        ResultV1::Fail => "fail",
        ResultV1::Partial => "partial",
        ResultV1::Blocked => "blocked",
        ResultV1::Missing => "missing",
        ResultV1::NotApplicable => "not applicable",
    }
}

/// Returns a standing as people read it.
pub(super) const fn standing(shown: ShownV1) -> &'static str {
    crate::render::verdict::words(shown.core())
}

pub(super) const fn shown_style(shown: ShownV1) -> anstyle::Style {
    colour(shown.core())
}

/// Returns the colour of a result.
pub(super) const fn result_style(result: ResultV1) -> anstyle::Style {
    match result {
        ResultV1::Pass => STRONG,
        ResultV1::Fail | ResultV1::Blocked | ResultV1::Missing => ALARM,
        ResultV1::Partial | ResultV1::NotApplicable => CARE,
    }
}

/// Writes what an artifact, a statement or a verdict has besides.
pub(super) fn field(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{FAINT}{name:<16}{FAINT:#}{}", terminal(value))
}

/// Writes a value where there is one.
pub(super) fn optional(out: &mut impl Write, name: &str, value: Option<&str>) -> io::Result<()> {
    value.map_or(Ok(()), |value| field(out, name, value))
}

/// Says which of the objects it is.
pub(super) const fn title(own: &ObjectV1) -> &'static str {
    match own {
        ObjectV1::Record { .. } => "record",
        ObjectV1::Permission(_) => "permission",
        ObjectV1::Verdict { .. } => "verdict",
        ObjectV1::Revocation { .. } => "revocation",
        ObjectV1::Artifact { .. } => "file",
    }
}
