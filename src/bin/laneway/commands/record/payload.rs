//! The seeds' payload as results.

use std::sync::Arc;

use laneway::digest::{CommitHash, Digest};
use laneway::evidence::payload::{KEY, Payload};
use laneway::evidence::{Artifact, Origin, Shard, Shown, Tool};
use laneway::fault::{Code, Fault};
use laneway::id::ARCHITECTURE_REVIEW;
use laneway::plan::Plan;
use laneway::release::Condition;
use laneway::source::Source;

use super::said::Said;
use super::{files, gates};
use crate::args::RecordArgs;

/// A payload, read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) source: Arc<Source>,
    payload: Payload,
}

/// Reads the payload that is named, if one is.
pub(super) fn read(args: &RecordArgs) -> Result<Option<Read>, Vec<Fault>> {
    let Some(file) = &args.payload else { return Ok(None) };
    let source = files::read("--payload", file, Code::EvidenceSyntax).map_err(|fault| vec![fault])?;
    let payload = Payload::parse(&source)?;
    Ok(Some(Read { source, payload }))
}

/// Returns what a payload says of the gates of a plan, which must be those that it is about, and what there is to tell.
pub(super) fn said(
    args: &RecordArgs,
    (plan, digest): (&Plan, Digest),
    commit: &CommitHash,
    read: &Read,
) -> Result<(Vec<Said>, Vec<String>), Vec<Fault>> {
    let Read { source, payload } = read;
    let mut faults = Vec::new();
    let mut notes = Vec::new();
    if payload.commit != *commit {
        let message =
            format!("{} is of commit {}, and the route is of {commit}", source.name(), payload.commit);
        faults.push(Fault::new(
            Code::EvidenceCommit,
            message,
            "record each payload for the commit that it is of",
        ));
    }
    for (flag, what, stated, asked) in [
        ("--profile", "profile", &payload.profile, &args.release.profile),
        ("--environment", "environment", &payload.environment, &args.release.environment),
    ] {
        if stated != asked {
            let said = |name: &Option<String>| {
                name.as_ref().map_or_else(|| "none".to_owned(), |name| format!("`{name}`"))
            };
            let message = format!(
                "the {what} of {} is {}, and {} is asked for",
                source.name(),
                said(stated),
                said(asked)
            );
            let help = match stated {
                Some(stated) => {
                    format!("give `{flag} {stated}` if that is meant: what holds there holds nowhere else")
                }
                None => format!("leave `{flag}` out, or let the payload state it"),
            };
            faults.push(Fault::new(Code::EvidenceValue, message, help));
        }
    }
    if let Some(sealed) = payload.sealed.as_ref().filter(|sealed| sealed.plan != digest) {
        let message = format!("{} is of plan {}, and this is plan {digest}", source.name(), sealed.plan);
        faults.push(Fault::new(
            Code::EvidenceValue,
            message,
            "what held for another plan says nothing of this one",
        ));
    }
    let mut said = Vec::new();
    for (id, own) in &payload.gates {
        if id.as_str() == ARCHITECTURE_REVIEW {
            notes.push(format!("`{id}` is not recorded: only an approval satisfies it"));
            continue;
        }
        if Condition::of_gate(id).is_some() {
            notes.push(format!("`{id}` is not recorded: `laneway verify` computes it"));
            continue;
        }
        let gate = match gates::one(plan, id.as_str(), source.name()) {
            Ok(gate) => gate,
            Err(fault) => {
                faults.push(*fault);
                continue;
            }
        };
        if let Some(shown @ (Shown::Reused | Shown::Approved | Shown::Waived)) = own.shown {
            let message =
                format!("gate `{id}` did not run: {} shows it as `{}`", source.name(), shown.as_str());
            let help =
                "cite what ran with `--reuse`; what somebody allowed is no result, and stays with them";
            faults.push(Fault::new(Code::EvidenceCitation, message, help));
        }
        let artifact = own.artifact.as_ref().map(|artifact| Artifact {
            name: artifact.name.clone().unwrap_or_else(|| "artifact".to_owned()),
            digest: artifact.digest,
        });
        said.push(Said {
            gate,
            result: own.result,
            reason: own.missing_reason.clone(),
            summary: None,
            origin: Origin::Executed,
            owner: Some(own.owner.clone()),
            evidence_types: own.evidence_types.clone(),
            artifacts: artifact.into_iter().collect(),
            documents: vec![files::artifact(KEY, source)],
            attempt: 1,
            shard: Shard::WHOLE,
            started: None,
            finished: None,
            valid_until: None,
            tool: Tool { name: KEY.to_owned(), version: None },
        });
    }
    if faults.is_empty() { Ok((said, notes)) } else { Err(faults) }
}
