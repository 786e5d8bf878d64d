//! Under which names a store keeps what.

use std::fmt;

use crate::digest::{CommitHash, Digest};
use crate::dsse::KeyId;
use crate::evidence::{RunId, Shard};
use crate::id::GateId;

/// The longest component of a key, in bytes: file systems take 255, and a folder writes some more for a while.
const LONGEST: usize = 200;

/// The name of an object in a store: components of letters, digits, `-`, `_` and `.`, with `/` between.
///
/// It never leaves the store: no component is empty or begins with a dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Takes a name, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        for part in text.split('/') {
            if part.is_empty() || part.starts_with('.') {
                return Err("a part of it is empty, or begins with a dot".to_owned());
            }
            if part.len() > LONGEST {
                return Err(format!("a part of it has more than {LONGEST} bytes"));
            }
            if !part.bytes().all(plain) {
                return Err("it may have letters, digits, `-`, `_`, `.` and `/`".to_owned());
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the raw reports and logs are: `v1/blob/sha256/ab/<62 hex>`.
pub fn blob(digest: Digest) -> Key {
    let digits = digest.to_string();
    Key(format!("v1/blob/sha256/{}/{}", &digits[..2], &digits[2..]))
}

/// Where the bytes of a statement are: `v1/rec/sha256/ab/<62 hex>.json`.
pub fn record(digest: Digest) -> Key {
    let digits = digest.to_string();
    Key(format!("v1/rec/sha256/{}/{}.json", &digits[..2], &digits[2..]))
}

/// Where one signature over a statement is: `v1/sig/<64 hex>/<keyid>.json`.
pub fn signature(statement: Digest, key: KeyId) -> Key {
    Key(format!("v1/sig/{statement}/{key}.json"))
}

/// What the keys of the signatures over a statement begin with.
pub fn signatures(statement: Digest) -> String {
    format!("v1/sig/{statement}/")
}

/// What results are kept by: a commit, or the bytes of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A commit.
    Commit(CommitHash),
    /// An artifact.
    Artifact(Digest),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit(commit) => commit.fmt(f),
            Self::Artifact(digest) => write!(f, "sha256-{digest}"),
        }
    }
}

/// What the keys of all results of a plan begin with.
pub fn runs(subject: &Subject, plan: Digest) -> String {
    format!("v1/run/{subject}/{plan}/")
}

/// Where the pointer to a result is: `v1/run/<subject>/<plan>/<gate>/<run>.<attempt>.<i>of<n>.json`. An id that is too
/// long for a file's name, or ends like one that was cut, is cut to 120 bytes with its digest behind it.
pub fn run(
    subject: &Subject,
    plan: Digest,
    gate: &GateId,
    (run, attempt, shard): (&RunId, u32, Shard),
) -> Key {
    let Shard { index, total } = shard;
    Key(format!("v1/run/{subject}/{plan}/{}/{run}.{attempt}.{index}of{total}.json", gate_part(gate)))
}

fn gate_part(gate: &GateId) -> String {
    let id = gate.as_str();
    if id.len() <= 120 {
        id.to_owned()
    } else {
        format!("{}~{}", &id[..120], Digest::of(id.as_bytes())).replace('~', "-")
    }
}

/// Where the pointer to a permission is: `v1/permit/<commit, or any>/<digest of the record>.json`.
pub fn permit(commit: Option<&CommitHash>, record: Digest) -> Key {
    Key(format!("{}{record}.json", permits(commit)))
}

/// What the keys of permissions begin with: those for one commit, or those for any.
pub fn permits(commit: Option<&CommitHash>) -> String {
    match commit {
        Some(commit) => format!("v1/permit/{commit}/"),
        None => "v1/permit/any/".to_owned(),
    }
}

/// Where a permission is taken back: `v1/unpermit/<digest of the record>.json`.
pub fn unpermit(record: Digest) -> Key {
    Key(format!("v1/unpermit/{record}.json"))
}

/// Where a verdict that passes is: `v1/seal/<subject>/<plan>/<epoch>.json`. The first writer wins.
pub fn seal(commit: &CommitHash, plan: Digest, epoch: u32) -> Key {
    Key(format!("v1/seal/{commit}/{plan}/{epoch}.json"))
}

/// Where any other verdict is: `v1/fail/<subject>/<plan>/<run>.json`.
pub fn fail(commit: &CommitHash, plan: Digest, run: &RunId) -> Key {
    Key(format!("v1/fail/{commit}/{plan}/{run}.json"))
}

/// Where the verdict of a run's `number`-th try is, counted from 1; the first one is at [`fail`], the second at `<run>.2.json`.
pub fn fail_again(commit: &CommitHash, plan: Digest, run: &RunId, number: u32) -> Key {
    match number {
        0 | 1 => fail(commit, plan, run),
        _ => Key(format!("v1/fail/{commit}/{plan}/{run}.{number}.json")),
    }
}

/// Where a seal is taken back: `v1/revoke/<subject>/<plan>/<epoch>.json`.
pub fn revoke(commit: &CommitHash, plan: Digest, epoch: u32) -> Key {
    Key(format!("v1/revoke/{commit}/{plan}/{epoch}.json"))
}

/// Where a release manifest is: `v1/manifest/<digest>.json`.
pub fn manifest(digest: Digest) -> Key {
    Key(format!("v1/manifest/{digest}.json"))
}

/// What the keys of all deployments to an environment begin with.
pub fn deployments(environment: &str) -> String {
    format!("v1/deploy/{environment}/")
}

/// What the keys of all deployments of a manifest to an environment begin with.
pub fn deployments_of(environment: &str, manifest: Digest) -> String {
    format!("v1/deploy/{environment}/{manifest}/")
}

/// Where the pointer to the record of a deployment is: `v1/deploy/<environment>/<manifest>/<run>.<attempt>.json`.
pub fn deployment(environment: &str, manifest: Digest, run: &RunId, attempt: u32) -> Key {
    Key(format!("{}{run}.{attempt}.json", deployments_of(environment, manifest)))
}
