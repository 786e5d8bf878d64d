//! The flags of `laneway manifest create`, each checked.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::{MigrationPosture, Rollback};
use laneway::fault::{Code, Fault};
use laneway::id::nearest;
use laneway::release::{Pinned, image_reference, is_artifact_name, variable};
use laneway::workspace;

use super::super::divergence;
use super::super::gather::is_blank;
use super::super::proof;
use crate::args::ManifestCreateArgs;

const DIGEST_HELP: &str =
    "pin it by what it is: `sha256:` and 64 hexadecimal digits in lower case; a tag can be moved";

/// Reports every value that is given and empty.
pub(super) fn blank(args: &ManifestCreateArgs) -> Vec<Fault> {
    let flags = [
        ("--validated-against", args.validated_against.as_deref()),
        ("--rollback-command", args.rollback_command.as_deref()),
        ("--rollback-to", args.rollback_to.as_deref()),
        ("--migration-posture", args.migration_posture.as_deref()),
        ("--rollback-owner", args.rollback_owner.as_deref()),
        ("--artifact", args.artifact.iter().map(String::as_str).find(|own| own.trim().is_empty())),
        ("--image", args.image.iter().map(String::as_str).find(|own| own.trim().is_empty())),
    ];
    let is_empty = |value: &Option<&str>| value.is_some_and(|own| is_blank(OsStr::new(own)));
    let empty = flags.iter().filter(|(_, value)| is_empty(value)).map(|(flag, _)| *flag);
    let output = args.change.output.as_deref().filter(|own| is_blank(own)).map(|_| "--output");
    let mut faults = proof::blank(&args.store);
    faults.extend(empty.chain(output).map(|flag| {
        let help = format!("give `{flag}` a value, or leave it out");
        Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
    }));
    faults.extend(divergence::blank(&args.divergence));
    faults
}

/// Reads `--artifact` and `--image`, or says everything that is wrong with them.
pub(super) fn artifacts(args: &ManifestCreateArgs, faults: &mut Vec<Fault>) -> BTreeMap<String, Pinned> {
    let mut artifacts: BTreeMap<String, Pinned> = BTreeMap::new();
    let files = args.artifact.iter().map(|text| ("--artifact", text, file(text)));
    let images = args.image.iter().map(|text| ("--image", text, image(text)));
    for (flag, text, read) in files.chain(images) {
        let unfit = |why: &str, help: &str| {
            let message = format!("the value of `{flag}` cannot be `{text}`: {why}");
            Fault::new(Code::ManifestValue, message, help)
        };
        let (name, pinned) = match read {
            Ok(read) => read,
            Err((why, help)) => {
                faults.push(unfit(&why, &help));
                continue;
            }
        };
        if !is_artifact_name(name) {
            let help = "letters, digits, `-`, `_` and `.` make a name, a letter or a digit first; `manifest` and `commit` \
                        are taken";
            faults.push(unfit(&format!("`{name}` cannot name an artifact"), help));
            continue;
        }
        let same = artifacts.keys().find(|other| variable(other) == variable(name));
        if let Some(other) = same {
            let why = match other == name {
                true => format!("`{name}` is there twice"),
                false => format!(
                    "`{other}` is there as well, and a deploy command is told of both by one variable"
                ),
            };
            faults.push(unfit(&why, "name each artifact once"));
            continue;
        }
        artifacts.insert(name.to_owned(), pinned);
    }
    artifacts
}

type Read<'a> = Result<(&'a str, Pinned), (String, String)>;

/// Reads `NAME=FILE`, or `NAME@sha256:…`.
fn file(text: &str) -> Read<'_> {
    if let Some((name, file)) = text.split_once('=') {
        let pinned = match workspace::digest_of(Path::new(file)) {
            Ok((digest, _)) => Pinned { reference: None, digest },
            Err(why) if file.contains("@sha256:") => {
                return Err((why, format!("an image is given as `--image {text}`")));
            }
            Err(why) => {
                return Err((
                    format!("`{file}` cannot be read: {why}"),
                    "name the file that is shipped".to_owned(),
                ));
            }
        };
        return Ok((name, pinned));
    }
    match text.split_once('@') {
        Some((name, digest)) => Ok((name, Pinned { reference: None, digest: pinned(digest)? })),
        None => {
            let help = "write `NAME=FILE`, or `NAME@sha256:` and 64 hexadecimal digits".to_owned();
            Err((tagged(text).unwrap_or_else(|| "it has no digest and no file".to_owned()), help))
        }
    }
}

/// Reads `NAME=REGISTRY/IMAGE@sha256:…`.
fn image(text: &str) -> Read<'_> {
    let how = "write `NAME=REGISTRY/IMAGE@sha256:` and 64 hexadecimal digits: what the registry says when the image is \
               pushed; a tag can be moved"
        .to_owned();
    let Some((name, rest)) = text.split_once('=') else {
        return Err(("it has no name".to_owned(), how));
    };
    let Some((reference, digest)) = rest.split_once('@') else {
        return Err((tagged(rest).unwrap_or_else(|| "it has no digest".to_owned()), how));
    };
    image_reference(reference).map_err(|why| (why, how))?;
    Ok((name, Pinned { reference: Some(reference.to_owned()), digest: pinned(digest)? }))
}

/// Says that a tag stands where a digest should.
fn tagged(text: &str) -> Option<String> {
    let (_, tag) = text.rsplit('/').next()?.split_once(':')?;
    Some(format!("`{tag}` is a tag, and only a digest stays what it is"))
}

fn pinned(text: &str) -> Result<Digest, (String, String)> {
    let digest = match text.contains(':') {
        true => Digest::parse(text),
        false => Err("it does not begin with `sha256:`".to_owned()),
    };
    digest.map_err(|why| (why, DIGEST_HELP.to_owned()))
}

/// Puts the way back together: of the flags, else of the environment. Each part that is missing is named.
pub(super) fn rollback(
    args: &ManifestCreateArgs,
    declared: Option<&Rollback>,
    environment: &str,
    faults: &mut Vec<Fault>,
) -> Option<Rollback> {
    let mut missing = Vec::new();
    let mut part = |flag: &'static str, what: &'static str, own: Option<&str>, declared: Option<&str>| {
        let found = own.or(declared).map(str::to_owned);
        if found.is_none() {
            missing.push((flag, what));
        }
        found
    };
    let command = part(
        "--rollback-command",
        "the command",
        args.rollback_command.as_deref(),
        declared.map(|own| own.command.as_str()),
    );
    let to = part(
        "--rollback-to",
        "which manifest or revision it goes back to",
        args.rollback_to.as_deref(),
        declared.map(|own| own.manifest_or_revision.as_str()),
    );
    let posture = part(
        "--migration-posture",
        "whether the data can go back",
        args.migration_posture.as_deref(),
        declared.map(|own| own.migration_posture.as_str()),
    );
    let owner = part(
        "--rollback-owner",
        "who does it",
        args.rollback_owner.as_deref(),
        declared.map(|own| own.owner.as_str()),
    );
    faults.extend(missing.iter().map(|(flag, what)| {
        let help = format!("say it with `{flag}`, or declare `rollback` of environment `{environment}`");
        Fault::new(Code::ManifestRollback, format!("the way back is not whole: it does not say {what}"), help)
    }));
    let posture = posture.and_then(|word| {
        let known = MigrationPosture::ALL.into_iter().find(|own| own.as_str() == word);
        if known.is_none() {
            let words = MigrationPosture::ALL.map(MigrationPosture::as_str);
            let help = match nearest(&word, words) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the words are `{}`", words.join("`, `")),
            };
            let message = format!("the value of `--migration-posture` cannot be `{word}`");
            faults.push(Fault::new(Code::ManifestRollback, message, help));
        }
        known
    });
    Some(Rollback {
        command: command?,
        manifest_or_revision: to?,
        migration_posture: posture?,
        owner: owner?,
    })
}

/// Reads `--validated-against`.
pub(super) fn validated_against(args: &ManifestCreateArgs, faults: &mut Vec<Fault>) -> Option<CommitHash> {
    let text = args.validated_against.as_deref()?;
    let parsed = CommitHash::parse(text).map_err(|why| {
        let help = "name the commit by its full hash, as `git rev-parse` prints it";
        let message = format!("the value of `--validated-against` cannot be `{text}`: {why}");
        Fault::new(Code::EvidenceCommit, message, help)
    });
    parsed.map_err(|fault| faults.push(fault)).ok()
}

/// Reads the divergence marker.
pub(super) fn diverges(
    args: &ManifestCreateArgs,
    now: Timestamp,
    faults: &mut Vec<Fault>,
) -> Option<laneway::release::Divergence> {
    match divergence::divergence(&args.divergence, now) {
        Ok(own) => own,
        Err(own) => {
            faults.extend(own);
            None
        }
    }
}
