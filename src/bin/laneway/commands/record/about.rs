//! What a result is about besides its gate: what the run left, what it holds for as well, where it failed.

use std::collections::BTreeMap;

use laneway::digest::Digest;
use laneway::evidence::{Artifact, Phase, Resolution, is_name};
use laneway::fault::{Code, Fault};
use serde::Deserialize;

use super::given::value;

/// Reads `--artifact`: a file, which is digested, or a digest.
pub(super) fn artifacts(texts: &[String], faults: &mut Vec<Fault>) -> Vec<Artifact> {
    let mut artifacts: BTreeMap<&str, Digest> = BTreeMap::new();
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        let help = "write `NAME=FILE`, or `NAME@sha256:` and 64 hexadecimal digits; a tag can be moved";
        let (name, digest) = match (text.split_once('='), text.rsplit_once('@')) {
            (Some((name, file)), _) => {
                let digest = laneway::workspace::digest_of(file.as_ref()).map(|(digest, _)| digest);
                (
                    name,
                    digest.map_err(|why| (Code::EvidenceArtifact, format!("`{file}` cannot be read: {why}"))),
                )
            }
            (None, Some((name, digits))) => {
                (name, Digest::parse(digits).map_err(|why| (Code::EvidenceDigest, why)))
            }
            (None, None) => {
                (text.as_str(), Err((Code::EvidenceDigest, "it has no digest and no file".to_owned())))
            }
        };
        match digest {
            Ok(_) if name.trim().is_empty() => {
                faults.push(value(Code::EvidenceValue, "--artifact", text, "it has no name", help));
            }
            Ok(digest) => {
                if artifacts.insert(name, digest).is_some_and(|before| before != digest) {
                    faults.push(value(
                        Code::EvidenceValue,
                        "--artifact",
                        text,
                        "another one has that name",
                        help,
                    ));
                }
            }
            Err((code, why)) => faults.push(value(code, "--artifact", text, &why, help)),
        }
    }
    artifacts.into_iter().map(|(name, digest)| Artifact { name: name.to_owned(), digest }).collect()
}

/// Reads `--subject`: a name and a digest.
pub(super) fn subjects(texts: &[String], faults: &mut Vec<Fault>) -> BTreeMap<String, Digest> {
    let mut subjects = BTreeMap::new();
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        let help = "write `NAME@sha256:` and 64 hexadecimal digits; a tag can be moved";
        let Some((name, digits)) = text.rsplit_once('@') else {
            faults.push(value(Code::EvidenceDigest, "--subject", text, "it has no digest", help));
            continue;
        };
        let is_named = is_name(name) && name != "commit";
        if !is_named {
            let help = "letters, digits, `-`, `_` and `.` make a name; `commit` is the commit";
            faults.push(value(
                Code::EvidenceValue,
                "--subject",
                text,
                "that is no name for an artifact",
                help,
            ));
        }
        match Digest::parse(digits) {
            Ok(digest) if is_named => {
                if subjects.insert(name.to_owned(), digest).is_some() {
                    faults.push(value(
                        Code::EvidenceValue,
                        "--subject",
                        text,
                        "it is there twice",
                        "name it once",
                    ));
                }
            }
            Ok(_) => {}
            Err(why) => faults.push(value(Code::EvidenceDigest, "--subject", text, &why, help)),
        }
    }
    subjects
}

/// Reads `--failure`.
pub(super) fn failure(text: &str, faults: &mut Vec<Fault>) -> Option<Phase> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        phase: String,
        principal: String,
        project: String,
        correlation_id: String,
        forward_fix: Option<String>,
        rollback: Option<String>,
    }
    if text.trim().is_empty() {
        return None;
    }
    let help =
        "write JSON with `phase`, `principal`, `project`, `correlation_id`, and `forward_fix` or `rollback`";
    let wire: Wire = serde_json::from_str(text)
        .map_err(|error| {
            let code = if error.is_data() { Code::EvidenceShape } else { Code::EvidenceSyntax };
            faults.push(value(code, "--failure", text, &error.to_string(), help));
        })
        .ok()?;
    let fields = [
        ("phase", Some(&wire.phase)),
        ("principal", Some(&wire.principal)),
        ("project", Some(&wire.project)),
        ("correlation_id", Some(&wire.correlation_id)),
        ("forward_fix", wire.forward_fix.as_ref()),
        ("rollback", wire.rollback.as_ref()),
    ];
    let empty = fields.into_iter().filter(|(_, text)| text.is_some_and(|text| text.trim().is_empty()));
    let empty: Vec<Fault> = empty
        .map(|(field, _)| Fault::new(Code::EvidenceEmpty, format!("`{field}` of `--failure` is empty"), help))
        .collect();
    let is_whole = empty.is_empty();
    faults.extend(empty);
    let resolution = match (wire.forward_fix, wire.rollback) {
        (Some(fix), None) => Resolution::ForwardFix(fix),
        (None, Some(rollback)) => Resolution::Rollback(rollback),
        _ => {
            let why = "it has not one of `forward_fix` and `rollback`";
            faults.push(value(Code::EvidenceValue, "--failure", text, why, help));
            return None;
        }
    };
    is_whole.then_some(Phase {
        phase: wire.phase,
        principal: wire.principal,
        project: wire.project,
        correlation_id: wire.correlation_id,
        resolution,
    })
}
