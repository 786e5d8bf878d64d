//! One statement or file in full, for a developer at a terminal.

use std::io::{self, Write};

use super::text::{
    field, gate, line, more, optional, permission, result_style, revocation, signed, title, verdict, word,
};
use super::wire::{DriftV1, ObjectV1, RecordV1};
use crate::render::escape::terminal;
use crate::render::text::{Detail, NAME, STRONG};

/// Writes everything that an object says.
pub(super) fn write(out: &mut impl Write, own: &ObjectV1, detail: Detail) -> io::Result<()> {
    let digest = match own {
        ObjectV1::Record { record, .. } => &record.digest,
        ObjectV1::Permission(own) => &own.digest,
        ObjectV1::Verdict { verdict, .. } => &verdict.digest,
        ObjectV1::Revocation { revocation, .. } => &revocation.digest,
        ObjectV1::Artifact { digest, .. } => digest,
    };
    writeln!(out, "{STRONG}{}{STRONG:#} {NAME}{digest}{NAME:#}", title(own))?;
    match own {
        ObjectV1::Record { record, cited_by } => {
            self::record(out, record)?;
            cited_by.iter().try_for_each(|own| field(out, "cited by", own))
        }
        ObjectV1::Permission(own) => permission(out, own),
        ObjectV1::Verdict {
            verdict: own,
            commit,
            route,
            release_manifest,
            change_class,
            validated_against,
            rollback,
            gates,
        } => {
            verdict(out, own)?;
            field(out, "commit", commit)?;
            field(out, "plan", &own.plan)?;
            optional(out, "route", route.as_deref())?;
            optional(out, "manifest", release_manifest.as_deref())?;
            optional(out, "change class", change_class.as_deref())?;
            optional(out, "validated on", validated_against.as_deref())?;
            if let Some(own) = rollback {
                let says = format!("{} to {}, by {}", own.command, own.manifest_or_revision, own.owner);
                field(out, "rollback", &says)?;
            }
            writeln!(out)?;
            let shown = detail.shown(gates.len(), 40);
            let width = gates[..shown].iter().map(|own| own.id.len()).max().unwrap_or(0).min(48);
            for own in &gates[..shown] {
                gate(out, own, width, detail)?;
            }
            more(out, "  ", gates.len() - shown)
        }
        ObjectV1::Revocation { commit, plan, epoch, revocation: own } => {
            field(out, "commit", commit)?;
            field(out, "plan", plan)?;
            field(out, "seal", &epoch.to_string())?;
            field(out, "says", &revocation(own))?;
            field(out, "signatures", &signed(&own.signatures))
        }
        ObjectV1::Artifact { key, names, records, .. } => {
            for name in names {
                field(out, "called", name)?;
            }
            field(out, "kept", key.as_deref().unwrap_or("not in this store: its digest alone is known"))?;
            let shown = detail.shown(records.len(), 20);
            for own in &records[..shown] {
                writeln!(out, "  {}  {}  {}", own.commit, terminal(&own.gate), line(own))?;
            }
            more(out, "  ", records.len() - shown)
        }
    }
}

fn record(out: &mut impl Write, own: &RecordV1) -> io::Result<()> {
    let style = result_style(own.result);
    writeln!(out, "{style}{}{style:#}", word(own.result))?;
    field(out, "gate", &own.gate)?;
    field(out, "owner", &own.owner)?;
    optional(out, "reason", own.missing_reason.as_deref())?;
    field(out, "commit", &own.commit)?;
    for (name, digest) in &own.subjects {
        field(out, "holds for", &format!("{name} sha256:{digest}"))?;
    }
    field(out, "plan", &own.plan)?;
    optional(out, "profile", own.profile.as_deref())?;
    optional(out, "environment", own.environment.as_deref())?;
    optional(out, "cites", own.reused_from.as_deref())?;
    optional(out, "command", own.command.as_deref())?;
    let part = if own.parts == 1 { String::new() } else { format!(", part {} of {}", own.part, own.parts) };
    field(out, "run", &format!("{}, attempt {}{part}", own.run, own.attempt))?;
    field(out, "started", &own.started)?;
    field(out, "finished", &own.finished)?;
    optional(out, "valid until", own.valid_until.as_deref())?;
    let version = own.tool_version.as_ref().map(|own| format!(" {own}")).unwrap_or_default();
    field(out, "tool", &format!("{}{version}", own.tool))?;
    for own in &own.evidence_types {
        field(out, "evidence", own)?;
    }
    for own in &own.artifacts {
        field(out, "artifact", &format!("{} sha256:{}", own.name, own.digest))?;
        field(out, "  kept", own.key.as_deref().unwrap_or("not in this store: its digest alone is known"))?;
    }
    if let Some(own) = &own.failure {
        let says = format!(
            "{} as {} in {}, correlation id {}",
            own.phase, own.principal, own.project, own.correlation_id
        );
        field(out, "failed in", &says)?;
        optional(out, "forward fix", own.forward_fix.as_deref())?;
        optional(out, "rollback", own.rollback.as_deref())?;
    }
    if let Some(drift) = own.drift {
        field(out, "drift", drift_word(drift))?;
    }
    let counted =
        if own.counted { "it is part of the newest verdict" } else { "no part of the newest verdict" };
    field(out, "verdict", counted)?;
    field(out, "signatures", &signed(&own.signatures))
}

const fn drift_word(drift: DriftV1) -> &'static str {
    match drift {
        DriftV1::Low => "low",
        DriftV1::Medium => "medium",
        DriftV1::High => "high",
        DriftV1::Critical => "critical",
    }
}
