//! Whether a store is what it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::read::{Reader, each, kept_under};
use super::{Store, Strange};
use crate::digest::Digest;
use crate::dsse::{Detached, KeyId, PublicKey};
use crate::evidence::{Audit, Cause, Discrepancy, Held, Key, Note, Outcome, Statement, Wrong, key};
use crate::fault::Fault;
use crate::source::Source;

/// Looks at every object of a store: whether its bytes are what its name says, whether what it names is there, and whether
/// something names it. Signatures by `keys` are checked; of others, only that they are signatures.
///
/// Writers may be at work meanwhile. What one of them that was stopped left unfinished is told by its temporary file, and is
/// a note, not a finding.
pub fn audit(store: &dyn Store, keys: &[PublicKey]) -> Result<Audit, Fault> {
    let all = store.list("")?;
    // After the list: whoever had not finished then has a temporary file now, or has finished.
    let strays = store.strays()?;
    let reader = Reader::new(store, keys);
    let seen = each(store, &all, |key| look(&reader, key))?;
    let mut found =
        Found { store, there: all.iter().collect(), unfinished: BTreeSet::new(), audit: Audit::default() };
    found.audit.place = store.place();
    found.audit.objects = all.len();
    for stray in strays {
        match stray.what {
            Strange::Temporary(digest) => {
                found.unfinished.insert(digest);
                found.note(
                    &stray.name,
                    "a writer is at work, or was stopped: once none is, it can be deleted",
                );
            }
            Strange::NoFile => found.wrong(&stray.name, Wrong::Altered, "it is no plain file"),
            Strange::Name => found.wrong(&stray.name, Wrong::Unlisted, "its name is none that a store uses"),
        }
    }
    compare(&mut found, &all, seen)?;
    let Audit { findings, notes, .. } = &mut found.audit;
    findings.sort();
    findings.dedup();
    notes.sort();
    Ok(found.audit)
}

/// What an object is, by its name.
enum Kind {
    Blob(Digest),
    Record(Digest),
    Signature(Digest, KeyId),
    Pointer,
    Named,
    Unpermit(Digest),
    Manifest(Digest),
    Unknown,
}

/// Tells the kind of an object by its name, which must be exactly that which such an object has.
fn kind(key: &Key) -> Kind {
    let json = |part: &str| Digest::parse(part.strip_suffix(".json")?).ok();
    let parts: Vec<&str> = key.as_str().split('/').collect();
    let told = match parts.as_slice() {
        ["v1", "blob", "sha256", start, end] => {
            Digest::parse(&format!("{start}{end}")).ok().map(|digest| (key::blob(digest), Kind::Blob(digest)))
        }
        ["v1", "rec", "sha256", start, end] => {
            json(&format!("{start}{end}")).map(|digest| (key::record(digest), Kind::Record(digest)))
        }
        ["v1", "sig", statement, name] => {
            let id = name.strip_suffix(".json").and_then(|id| KeyId::parse(id).ok());
            Digest::parse(statement)
                .ok()
                .zip(id)
                .map(|(digest, id)| (key::signature(digest, id), Kind::Signature(digest, id)))
        }
        ["v1", "unpermit", name] => json(name).map(|digest| (key::unpermit(digest), Kind::Unpermit(digest))),
        ["v1", "manifest", name] => json(name).map(|digest| (key::manifest(digest), Kind::Manifest(digest))),
        ["v1", "run", _, _, _, _] | ["v1", "deploy", _, _, _] | ["v1", "permit", _, _] => {
            Some((key.clone(), Kind::Pointer))
        }
        ["v1", "seal" | "fail" | "revoke", _, _, _] => Some((key.clone(), Kind::Named)),
        _ => None,
    };
    told.filter(|(own, _)| own == key).map_or(Kind::Unknown, |(_, kind)| kind)
}

/// What was seen of one object.
enum Seen {
    /// It is not what its name says.
    Wrong(Wrong, String),
    /// It was taken away meanwhile.
    Gone,
    Blob(Digest),
    Record(Facts),
    Signature(Digest),
    Pointer(Digest),
    Named(Facts),
    Unpermit(Digest),
    /// A release manifest, with the one before it.
    Manifest(Digest, Option<Digest>),
}

/// What a statement says of other objects.
struct Facts {
    digest: Digest,
    /// The names that lead to it.
    kept: Vec<Key>,
    /// What must be there as well, with what it is to this statement.
    needs: Vec<(Key, &'static str)>,
    /// What its run left.
    artifacts: Vec<Digest>,
}

/// Reads one object.
fn look(reader: &Reader<'_>, at: &Key) -> Result<Seen, Fault> {
    let altered = |why: String| Seen::Wrong(Wrong::Altered, why);
    let said = |faults: Vec<Fault>| {
        altered(faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "))
    };
    Ok(match kind(at) {
        Kind::Unknown => Seen::Wrong(Wrong::Unlisted, "its name is none that a store uses".to_owned()),
        Kind::Record(digest) => match reader.statement(digest)? {
            Ok(held) => Seen::Record(facts(held)),
            Err(faults) => said(faults),
        },
        Kind::Named => match reader.named(at)? {
            Some(Ok(held)) => Seen::Named(facts(held)),
            Some(Err(faults)) => said(faults),
            None => Seen::Gone,
        },
        Kind::Pointer => match reader.target(at)? {
            Ok(digest) => Seen::Pointer(digest),
            Err(faults) => said(faults),
        },
        Kind::Blob(digest) => match reader.bytes(at)? {
            Ok(Some(bytes)) if Digest::of(&bytes) == digest => Seen::Blob(digest),
            Ok(Some(_)) => altered("its bytes are not those that its name says".to_owned()),
            Ok(None) => Seen::Gone,
            Err(faults) => said(faults),
        },
        Kind::Signature(statement, id) => match reader.bytes(at)? {
            Ok(Some(bytes)) => {
                let source = Source::new(at.as_str(), String::from_utf8_lossy(&bytes));
                match Detached::parse(&source) {
                    Ok(own) if own.key == id => Seen::Signature(statement),
                    Ok(own) => altered(format!("it says that `{}` signed", own.key)),
                    Err(fault) => altered(fault.message),
                }
            }
            Ok(None) => Seen::Gone,
            Err(faults) => said(faults),
        },
        Kind::Manifest(digest) => match super::manifest::read(reader, digest)? {
            Ok(Some(held)) => Seen::Manifest(digest, held.content.previous),
            Ok(None) => Seen::Gone,
            Err(faults) => said(faults),
        },
        Kind::Unpermit(record) => match reader.bytes(at)? {
            Ok(Some(bytes)) => match taken_back(&bytes) {
                Ok(own) if own == record => Seen::Unpermit(record),
                Ok(own) => altered(format!("it takes back `{own}`")),
                Err(why) => altered(why),
            },
            Ok(None) => Seen::Gone,
            Err(faults) => said(faults),
        },
    })
}

/// Reads which permission is taken back.
fn taken_back(bytes: &[u8]) -> Result<Digest, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct TakenBack {
        record: String,
        owner: String,
        reason: String,
    }
    let own: TakenBack = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if own.owner.trim().is_empty() || own.reason.trim().is_empty() {
        return Err("it has no owner, or no reason".to_owned());
    }
    Digest::parse(&own.record)
}

/// Returns what a statement says of other objects.
fn facts(Held { digest, content, .. }: Held<Statement>) -> Facts {
    let mut needs = Vec::new();
    let mut artifacts = Vec::new();
    match &content {
        Statement::Record(own) => {
            needs.extend(super::load::cites(own).map(|from| (key::record(from), "the record that it cites")));
            artifacts.extend(own.artifacts.iter().map(|artifact| artifact.digest));
            let deployed = super::deploy::manifest_of(own).map(key::manifest);
            needs.extend(deployed.map(|at| (at, "the manifest that was deployed")));
        }
        Statement::Permission(_) => {}
        Statement::Seal(own) => {
            for gate in own.gates.values() {
                let records = gate.records.iter().chain(gate.permissions.values().flatten());
                needs.extend(records.map(|digest| (key::record(*digest), "what it rests on")));
            }
            let hint = own.key_hint.map(|id| key::signature(digest, id));
            needs.extend(hint.map(|at| (at, "its signature")));
            if let Some(before) = own.epoch.checked_sub(1).filter(|_| own.outcome != Outcome::Fails) {
                let at = key::revoke(&own.commit, own.plan, before);
                needs.push((at, "what took back the seal before it"));
            }
        }
        Statement::Revocation(own) => {
            needs.push((key::seal(&own.commit, own.plan, own.epoch), "the seal that it takes back"));
            if let Cause::LaterFailure { record } = own.cause {
                needs.push((key::record(record), "the failure that it is for"));
            }
        }
    }
    Facts { digest, kept: kept_under(&content, digest), needs, artifacts }
}

/// What is found so far.
struct Found<'a> {
    store: &'a dyn Store,
    there: BTreeSet<&'a Key>,
    unfinished: BTreeSet<Digest>,
    audit: Audit,
}

impl Found<'_> {
    fn wrong(&mut self, key: &str, wrong: Wrong, what: impl Into<String>) {
        self.audit.findings.push(Discrepancy { key: key.to_owned(), wrong, what: what.into() });
    }

    fn note(&mut self, key: &str, what: impl Into<String>) {
        self.audit.notes.push(Note { key: key.to_owned(), what: what.into() });
    }

    /// Says whether an object is there, now at the latest.
    fn is_there(&self, key: &Key) -> Result<bool, Fault> {
        Ok(self.there.contains(key) || self.store.head(key)?)
    }

    /// Reports what nothing names, unless its writer was stopped before it could.
    fn unlisted(&mut self, key: &Key, digest: Digest, what: &str) {
        if self.unfinished.contains(&digest) {
            self.note(key.as_str(), "a writer was stopped before it was done: it counts for nothing");
        } else {
            self.wrong(key.as_str(), Wrong::Unlisted, what);
        }
    }
}

/// Compares what the objects say of each other.
fn compare(found: &mut Found<'_>, all: &[Key], seen: Vec<Seen>) -> Result<(), Fault> {
    let mut leads: BTreeMap<&Key, Digest> = BTreeMap::new();
    let mut records: BTreeMap<Digest, &Facts> = BTreeMap::new();
    let mut statements: BTreeSet<Digest> = BTreeSet::new();
    let mut blobs: BTreeSet<Digest> = BTreeSet::new();
    for (key, seen) in all.iter().zip(&seen) {
        match seen {
            Seen::Pointer(digest) => {
                leads.insert(key, *digest);
            }
            Seen::Record(facts) | Seen::Named(facts) => {
                statements.insert(facts.digest);
                blobs.extend(facts.artifacts.iter().copied());
                if matches!(seen, Seen::Record(_)) {
                    records.insert(facts.digest, facts);
                }
            }
            Seen::Manifest(digest, _) => {
                statements.insert(*digest);
            }
            Seen::Wrong(..) | Seen::Gone | Seen::Blob(_) | Seen::Signature(_) | Seen::Unpermit(_) => {}
        }
    }
    for (key, seen) in all.iter().zip(&seen) {
        match seen {
            Seen::Gone => {}
            Seen::Wrong(wrong, what) => found.wrong(key.as_str(), *wrong, what),
            Seen::Pointer(digest) => match records.get(digest) {
                Some(facts) if facts.kept.contains(key) => {}
                Some(_) => {
                    found.wrong(
                        key.as_str(),
                        Wrong::Altered,
                        "it points to a statement about something else",
                    );
                }
                // One that is there and broken was said to be.
                None if found.is_there(&key::record(*digest))? => {}
                None => {
                    let what = format!("`{key}` points to it");
                    found.wrong(key::record(*digest).as_str(), Wrong::Missing, what);
                }
            },
            Seen::Record(facts) => {
                needed(found, key, &facts.needs)?;
                led_to(found, key, facts, &leads)?;
            }
            Seen::Named(facts) => needed(found, key, &facts.needs)?,
            Seen::Blob(digest) if blobs.contains(digest) => {}
            Seen::Blob(digest) => found.unlisted(key, *digest, "no record names it"),
            // A statement that is there and broken was said to be.
            Seen::Signature(digest) if statements.contains(digest) => {}
            Seen::Signature(digest) if found.is_there(&key::record(*digest))? => {}
            Seen::Signature(digest) if found.is_there(&key::manifest(*digest))? => {}
            Seen::Signature(digest) => found.unlisted(key, *digest, "what it is over is not there"),
            Seen::Manifest(_, previous) => {
                let before = previous.map(key::manifest);
                let needs: Vec<_> =
                    before.into_iter().map(|at| (at, "the manifest that was deployed before")).collect();
                needed(found, key, &needs)?;
            }
            Seen::Unpermit(digest) if records.contains_key(digest) => {}
            Seen::Unpermit(_) => {
                found.wrong(key.as_str(), Wrong::Unlisted, "what it takes back is not there")
            }
        }
    }
    Ok(())
}

/// Reports what a statement needs and is not there.
fn needed(found: &mut Found<'_>, key: &Key, needs: &[(Key, &'static str)]) -> Result<(), Fault> {
    for (needed, what) in needs {
        if !found.is_there(needed)? {
            found.wrong(needed.as_str(), Wrong::Missing, format!("`{key}` names it: {what}"));
        }
    }
    Ok(())
}

/// Reports where the pointers to a record are not as they should be.
fn led_to(
    found: &mut Found<'_>,
    key: &Key,
    facts: &Facts,
    leads: &BTreeMap<&Key, Digest>,
) -> Result<(), Fault> {
    let mut missing = Vec::new();
    for at in &facts.kept {
        // A pointer that came after the list is not read: it is there, and the next audit reads it.
        if leads.get(at).is_none_or(|digest| *digest != facts.digest)
            && (leads.contains_key(at) || !found.is_there(at)?)
        {
            missing.push(at);
        }
    }
    let [first, ..] = missing.as_slice() else { return Ok(()) };
    if missing.len() == facts.kept.len() {
        let what = match leads.get(first) {
            Some(_) => format!("nothing points to it: `{first}` points to another record"),
            None => format!("nothing points to it: `{first}` is not there"),
        };
        found.unlisted(key, facts.digest, &what);
        return Ok(());
    }
    for at in missing {
        if found.unfinished.contains(&facts.digest) {
            found.note(at.as_str(), format!("a writer was stopped before it pointed to `{key}`"));
        } else {
            found.wrong(at.as_str(), Wrong::Missing, format!("it should point to `{key}`"));
        }
    }
    Ok(())
}
