//! A document to a manifest.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::tree::Tree;
use super::wire::digest_of;
use super::{Divergence, MANIFEST_V1, Manifest, Pinned, image_reference, is_artifact_name, variable};
use crate::digest::{CommitHash, Digest};
use crate::evidence::payload::CHANGE_CLASSES;
use crate::evidence::{MigrationPosture, Rollback, RunId, is_name};
use crate::fault::{Code, Fault};
use crate::id::nearest;
use crate::json::{Text, error_message, error_span, first_byte};
use crate::source::{Source, Span};

/// The size, in bytes, beyond which a manifest is refused: ten thousand artifacts take half of it.
pub const MAX_BYTES: usize = 4 << 20;

/// How a manifest that cannot be used is replaced.
const ANEW: &str = "make it anew, with `laneway manifest create`";

const KEYS: &[&str] = &[
    "schema",
    "digest",
    "commit",
    "profile",
    "environment",
    "change_class",
    "artifacts",
    "rollback",
    "validated_against",
    "previous",
    "divergence",
    "run",
    "created",
];
const ARTIFACT_KEYS: &[&str] = &["name", "reference", "digest"];
const ROLLBACK_KEYS: &[&str] = &["command", "manifest_or_revision", "migration_posture", "owner"];
const DIVERGENCE_KEYS: &[&str] = &["reason", "owner", "until", "follow_up"];

impl Manifest {
    /// Reads a manifest, or says everything that is wrong with it. What is read is written exactly as
    /// [`to_bytes`](Self::to_bytes) writes it: anything else was edited.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Vec<Fault>> {
        let tree = whole(source).map_err(|fault| vec![*fault])?;
        let mut reader = Reader { source, faults: Vec::new() };
        let manifest = reader.manifest(&tree);
        reader.held_to_its_digest(&tree);
        match manifest {
            Some(manifest) if reader.faults.is_empty() => {
                if manifest.to_bytes() == source.text().as_bytes() {
                    return Ok(manifest);
                }
                let message = format!(
                    "{} is not written as a manifest is: it was edited after it was made",
                    source.name()
                );
                let span = first_byte(source);
                Err(vec![Fault::at(
                    Code::ManifestDigest,
                    source,
                    span,
                    message,
                    "somewhere from here on",
                    ANEW,
                )])
            }
            _ => Err(reader.faults),
        }
    }
}

/// Reads the JSON of a document that says that it is a manifest of a version that is known.
fn whole(source: &Arc<Source>) -> Result<Tree<'_>, Box<Fault>> {
    let text = source.text();
    let no_manifest = |span: Span, message: String, label: &str, help: &str| {
        Box::new(Fault::at(Code::ManifestDocument, source, span, message, label, help))
    };
    let help = "name a file that `laneway manifest create` wrote";
    if text.len() > MAX_BYTES {
        let message =
            format!("{} has {} bytes, and a manifest may have {MAX_BYTES}", source.name(), text.len());
        return Err(Box::new(Fault::new(Code::ManifestDocument, message, help)));
    }
    let name = source.name();
    if text.trim().is_empty() {
        return Err(no_manifest(first_byte(source), format!("{name} is no manifest"), "it is empty", help));
    }
    let tree: Tree<'_> = serde_json::from_str(text).map_err(|error| {
        let message = format!("{name} is not JSON: {}", error_message(&error));
        no_manifest(error_span(source, &error), message, "here", help)
    })?;
    let Tree::Map(members) = &tree else {
        let label = format!("it is {}", tree.what());
        return Err(no_manifest(first_byte(source), format!("{name} is no manifest"), &label, help));
    };
    match members.iter().find(|(key, _)| key.as_str() == "schema") {
        Some((_, Tree::Text(schema))) if schema.as_str() == MANIFEST_V1 => Ok(tree),
        Some((_, Tree::Text(schema))) if schema.as_str().starts_with("laneway.manifest/") => {
            let message = format!("{name} is of another version: `{}`", schema.as_str());
            let help = format!("this program knows `{MANIFEST_V1}`: {ANEW}");
            Err(no_manifest(schema.span(source), message, "this version", &help))
        }
        Some((_, Tree::Text(schema))) => {
            let label = format!("it is a `{}`", schema.as_str());
            Err(no_manifest(schema.span(source), format!("{name} is no manifest"), &label, help))
        }
        Some((key, _)) => {
            let message = format!("{name} is no manifest");
            Err(no_manifest(key.span(source), message, "this does not say what it is", help))
        }
        None => {
            let message = format!("{name} is no manifest");
            Err(no_manifest(first_byte(source), message, "`schema` does not say what it is", help))
        }
    }
}

/// The members of an object: where each key stands, and its value.
type Members<'t, 'a> = BTreeMap<&'t str, (Span, &'t Tree<'a>)>;

/// Takes values out of a document, and collects what is wrong with them.
struct Reader<'s> {
    source: &'s Arc<Source>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn manifest(&mut self, tree: &Tree<'_>) -> Option<Manifest> {
        let top = self.object("", tree, first_byte(self.source), KEYS, Code::ManifestDocument)?;
        let hex = "write the full hash of a commit, as `git rev-parse` prints it";
        let name = "letters, digits, `-`, `_` and `.` make a name, a letter or a digit first";
        let commit = self.value(&top, "commit", hex, CommitHash::parse);
        let profile = self.value(&top, "profile", name, named);
        let environment = self.value(&top, "environment", name, named);
        let change_class = self.nullable(&top, "change_class", "write one of the words, or `null`", class);
        let artifacts = self.artifacts(&top);
        let rollback = self.rollback(&top);
        let validated_against = self.nullable(&top, "validated_against", hex, CommitHash::parse);
        let previous = self.nullable(&top, "previous", "write the digest of a manifest, or `null`", prefixed);
        let divergence = self.divergence(&top);
        let run =
            self.value(&top, "run", "letters, digits, `-` and `_` make the name of a run", RunId::parse);
        let created = self.value(&top, "created", "write it as RFC 3339 in UTC", time);
        Some(Manifest {
            commit: commit?,
            profile: profile?,
            environment: environment?,
            change_class: change_class?,
            artifacts: artifacts?,
            rollback: rollback?,
            validated_against: validated_against?,
            previous: previous?,
            divergence: divergence?,
            run: run?,
            created: created?,
        })
    }

    /// Reports a document whose digest is not that of what it says.
    fn held_to_its_digest(&mut self, tree: &Tree<'_>) {
        let Tree::Map(members) = tree else { return };
        let Some((_, Tree::Text(stated))) = members.iter().find(|(key, _)| key.as_str() == "digest") else {
            return;
        };
        let span = stated.span(self.source);
        let digest = match prefixed(stated.as_str()) {
            Ok(digest) => digest,
            Err(why) => {
                self.wrong(Code::ManifestValue, span, "digest", stated.as_str(), &why, ANEW);
                return;
            }
        };
        let Ok(document) = serde_json::from_str(self.source.text()) else { return };
        let own = digest_of(document);
        if own != digest {
            let message = format!(
                "{} was edited after it was made: it says something else than its digest was taken of",
                self.source.name()
            );
            let label = format!("it would be sha256:{own}");
            self.faults.push(Fault::at(
                Code::ManifestDigest,
                self.source,
                span,
                message,
                label,
                format!("a manifest never changes: {ANEW}"),
            ));
        }
    }

    fn artifacts(&mut self, top: &Members<'_, '_>) -> Option<BTreeMap<String, Pinned>> {
        let (span, tree) = top.get("artifacts")?;
        let Tree::List(items) = tree else {
            self.kind(Code::ManifestDocument, span.clone(), "artifacts", "a list", tree);
            return None;
        };
        let mut artifacts: BTreeMap<String, Pinned> = BTreeMap::new();
        for item in items {
            let before = self.faults.len();
            let Some(own) =
                self.object("artifacts", item, span.clone(), ARTIFACT_KEYS, Code::ManifestDocument)
            else {
                continue;
            };
            let name = self.value(
                &own,
                "name",
                "letters, digits, `-`, `_` and `.` make a name; `manifest` and `commit` are taken",
                |text| {
                    if is_artifact_name(text) {
                        Ok(text.to_owned())
                    } else {
                        Err("it cannot name an artifact".to_owned())
                    }
                },
            );
            let help = "write the registry and the name of the image, without a tag, or `null` for a file";
            let reference = self
                .nullable(&own, "reference", help, |text| image_reference(text).map(|()| text.to_owned()));
            let help = "write `sha256:` and 64 hexadecimal digits in lower case: a tag can be moved";
            let digest = self.value(&own, "digest", help, prefixed);
            let (Some(name), Some(reference), Some(digest)) = (name, reference, digest) else {
                debug_assert!(self.faults.len() > before, "what is left out was reported");
                continue;
            };
            let is_there = |other: &String| variable(other) == variable(&name);
            if let Some(other) = artifacts.keys().find(|other| is_there(other)) {
                let why = match *other == name {
                    true => "it is there twice".to_owned(),
                    false => format!("`{other}` would be told to a deploy command by the same variable"),
                };
                let span = own.get("name").map_or(span.clone(), |(key, tree)| self.span(key.clone(), tree));
                self.wrong(Code::ManifestValue, span, "name", &name, &why, "name each artifact once");
                continue;
            }
            artifacts.insert(name, Pinned { reference, digest });
        }
        Some(artifacts)
    }

    fn rollback(&mut self, top: &Members<'_, '_>) -> Option<Rollback> {
        let Some((span, tree)) = top.get("rollback") else {
            // That it is missing was reported; what is missing with it is told as well.
            let parts = ROLLBACK_KEYS.join("`, `");
            let message =
                format!("{} has no way back: `rollback` is missing, with `{parts}`", self.source.name());
            self.faults.push(Fault::at(
                Code::ManifestRollback,
                self.source,
                first_byte(self.source),
                message,
                "in this manifest",
                ANEW,
            ));
            return None;
        };
        let own = self.object("rollback", tree, span.clone(), ROLLBACK_KEYS, Code::ManifestRollback)?;
        let help = "say how it is taken back: the command, what it goes back to, whether the data can go back, and who does it";
        let mut text =
            |key: &str| self.checked(Code::ManifestRollback, &own, key, help, |text| Ok(text.to_owned()));
        let (command, to, owner) = (text("command"), text("manifest_or_revision"), text("owner"));
        let posture = self.checked(Code::ManifestRollback, &own, "migration_posture", help, |text| {
            let known = MigrationPosture::ALL.into_iter().find(|posture| posture.as_str() == text);
            known.ok_or_else(|| "the words are `forward_only`, `reversible`, `manual_review`".to_owned())
        });
        Some(Rollback {
            command: command?,
            manifest_or_revision: to?,
            migration_posture: posture?,
            owner: owner?,
        })
    }

    fn divergence(&mut self, top: &Members<'_, '_>) -> Option<Option<Divergence>> {
        let (span, tree) = top.get("divergence")?;
        if matches!(tree, Tree::Null) {
            return Some(None);
        }
        let own = self.object("divergence", tree, span.clone(), DIVERGENCE_KEYS, Code::ManifestDocument)?;
        let help = "say why, who answers for it, until when, and how it is merged in the usual way";
        let mut text = |key: &str| self.value(&own, key, help, |text| Ok(text.to_owned()));
        let (reason, owner, follow_up) = (text("reason"), text("owner"), text("follow_up"));
        let until = self.value(&own, "until", "write it as RFC 3339 in UTC", time);
        Some(Some(Divergence { reason: reason?, owner: owner?, until: until?, follow_up: follow_up? }))
    }

    /// Takes an object with exactly these keys.
    fn object<'t, 'a>(
        &mut self,
        what: &str,
        tree: &'t Tree<'a>,
        span: Span,
        keys: &[&str],
        code: Code,
    ) -> Option<Members<'t, 'a>> {
        let Tree::Map(members) = tree else {
            self.kind(code, span, what, "an object", tree);
            return None;
        };
        let inside = |key: &str| if what.is_empty() { key.to_owned() } else { format!("{what}.{key}") };
        let mut found: Members<'t, 'a> = BTreeMap::new();
        for (key, value) in members {
            let at = key.span(self.source);
            let word = key.as_str();
            if !keys.contains(&word) {
                let help = match nearest(word, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are `{}`", keys.join("`, `")),
                };
                let message = format!("{}: `{}` is not known", self.source.name(), inside(word));
                self.faults.push(Fault::at(
                    Code::ManifestDocument,
                    self.source,
                    at,
                    message,
                    "no key of a manifest",
                    help,
                ));
            } else if found.contains_key(word) {
                let message = format!("{}: `{}` is there twice", self.source.name(), inside(word));
                self.faults.push(Fault::at(
                    Code::ManifestDocument,
                    self.source,
                    at,
                    message,
                    "the second one",
                    ANEW,
                ));
            } else {
                found.insert(word, (at, value));
            }
        }
        let missing =
            keys.iter().filter(|key| !found.contains_key(*key) && (!what.is_empty() || **key != "rollback"));
        for key in missing {
            let message = format!("{}: `{}` is missing", self.source.name(), inside(key));
            self.faults.push(Fault::at(code, self.source, span.clone(), message, "in here", ANEW));
        }
        Some(found)
    }

    /// Takes a text that is there and says something; what is missing was reported.
    fn value<T>(
        &mut self,
        own: &Members<'_, '_>,
        key: &str,
        help: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.checked(Code::ManifestValue, own, key, help, parse)
    }

    /// Takes a text, or `null`.
    fn nullable<T>(
        &mut self,
        own: &Members<'_, '_>,
        key: &str,
        help: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match own.get(key)? {
            (_, Tree::Null) => Some(None),
            _ => self.checked(Code::ManifestValue, own, key, help, parse).map(Some),
        }
    }

    fn checked<T>(
        &mut self,
        code: Code,
        own: &Members<'_, '_>,
        key: &str,
        help: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (at, tree) = own.get(key)?;
        let Tree::Text(text) = tree else {
            self.kind(code, at.clone(), key, "a text", tree);
            return None;
        };
        let parsed = match text.as_str() {
            blank if blank.trim().is_empty() => Err("it is empty".to_owned()),
            text => parse(text),
        };
        let span = self.span(at.clone(), tree);
        parsed.map_err(|why| self.wrong(code, span, key, text.as_str(), &why, help)).ok()
    }

    /// Returns where a text stands; that of its key where escapes hide it, or where it is empty.
    fn span(&self, key: Span, tree: &Tree<'_>) -> Span {
        let of =
            |text: &Text<'_>| Some(text.span(self.source)).filter(|span| span.start > 0 && !span.is_empty());
        match tree {
            Tree::Text(text) => of(text).unwrap_or(key),
            Tree::Null | Tree::List(_) | Tree::Map(_) | Tree::Other(_) => key,
        }
    }

    fn kind(&mut self, code: Code, span: Span, key: &str, wanted: &str, tree: &Tree<'_>) {
        let message = format!("{}: `{key}` must be {wanted}", self.source.name());
        self.faults.push(Fault::at(code, self.source, span, message, format!("it is {}", tree.what()), ANEW));
    }

    fn wrong(&mut self, code: Code, span: Span, key: &str, value: &str, why: &str, help: &str) {
        let shown: String = value.chars().take(80).collect();
        let message = format!("{}: `{key}` cannot be `{shown}`: {why}", self.source.name());
        self.faults.push(Fault::at(code, self.source, span, message, "here", help));
    }
}

/// Reads a digest with its algorithm in front, which is how a manifest writes it.
fn prefixed(text: &str) -> Result<Digest, String> {
    match text.split_once(':') {
        Some(("sha256" | "sha512" | "sha384" | "sha1" | "md5", _)) => Digest::parse(text),
        Some((image, _)) if image.contains('@') => {
            Err("it names an image, and here is its digest alone".to_owned())
        }
        Some((_, tag)) => Err(format!("`{tag}` is a tag, and only a digest stays what it is")),
        None => Err("it does not begin with `sha256:`".to_owned()),
    }
}

fn named(text: &str) -> Result<String, String> {
    if is_name(text) { Ok(text.to_owned()) } else { Err("it is no name".to_owned()) }
}

fn class(text: &str) -> Result<String, String> {
    match CHANGE_CLASSES.contains(&text) {
        true => Ok(text.to_owned()),
        false => Err(format!("the words are `{}`", CHANGE_CLASSES.join("`, `"))),
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time: Result<Timestamp, _> = text.parse();
    time.map_err(|_| "it is no point in time, or has no zone".to_owned())
}
