//! `laneway evidence export`: evidence in other tools' formats.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{Detached, Envelope, SecretKey};
use laneway::evidence::{Origin, key};
use laneway::fault::{Code, Fault};
use laneway::id::{GateId, nearest};
use laneway::permission::{Scope, Whose};
use laneway::render::attest::{self, Attested};
use laneway::render::escape::terminal;
use laneway::render::evidence;
use laneway::source::Source;

use super::opened::{self, Opened};
use crate::args::{ExportEvidenceArgs, ExportFormat, PlaceArgs};
use crate::commands::gather::is_blank;
use crate::commands::proof;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// What is exported, and what is not.
#[derive(Default)]
struct Exported {
    lines: Vec<u8>,
    notes: Vec<String>,
    faults: Vec<Fault>,
    /// Says whether something that is kept is not in the export.
    lacks: bool,
}

/// Writes what was asked for. Whatever is left out is named on standard error.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ExportEvidenceArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let mut faults = proof::blank(&args.store);
    let named = [
        ("COMMIT", Some(OsStr::new(&args.commit))),
        ("--gate", args.gate.as_deref().map(OsStr::new)),
        ("--output", args.output.as_deref()),
        ("--policy", place.policy.as_deref()),
    ];
    for (name, _) in named.into_iter().filter(|(_, value)| value.is_some_and(is_blank)) {
        let message = format!("the value of `{name}` is empty");
        faults.push(Fault::new(Code::EmptyValue, message, format!("give `{name}` a value")));
    }
    if args.format == ExportFormat::Vsa && args.gate.is_some() {
        let help = "leave `--gate` out: a summary has one word for every gate of a verdict";
        faults.push(Fault::new(Code::Usage, "`--gate` cannot be used with `--format vsa`", help));
    }
    let commit = CommitHash::parse(&args.commit);
    if let Err(why) = commit.as_ref().map_err(String::as_str)
        && !is_blank(OsStr::new(&args.commit))
    {
        let message = format!("`{}` is no commit: {why}", args.commit);
        let help = "name the commit by its full hash, as `git rev-parse` prints it";
        faults.push(Fault::new(Code::EvidenceCommit, message, help));
    }
    let signer = proof::key(&args.store, environment).map_err(|fault| faults.push(fault));
    let (Ok(commit), Ok(signer)) = (commit, signer) else { return Err(faults) };
    if !faults.is_empty() {
        return Err(faults);
    }
    let opened = opened::open(place, &args.store)?;
    if let Err(why) = evidence::find(&opened.shelf(), commit.as_str()) {
        return Err(vec![opened::unknown(&opened, commit.as_str(), why)]);
    }
    let gate = args.gate.as_deref().map(|name| gate(&opened, &commit, name)).transpose()?;
    let mut exported = match args.format {
        ExportFormat::Statement => statements(&opened, &commit, gate.as_ref(), signer.as_ref())?,
        ExportFormat::TestResult => {
            attested(&opened, &commit, signer.as_ref(), |source| attest::test_results(source, gate.as_ref()))?
        }
        ExportFormat::Vsa => attested(&opened, &commit, signer.as_ref(), attest::summary)?,
    };
    output::replace(args.output.as_deref(), &exported.lines).map_err(|fault| vec![fault])?;
    for note in &exported.notes {
        anstream::eprintln!("{}", terminal(note));
    }
    let broken = opened.archive.broken.iter().flat_map(|own| own.faults.iter().take(1).cloned());
    exported.faults.extend(broken);
    exported.faults.extend(opened.faults.iter().cloned());
    if !exported.faults.is_empty() {
        report::print(&exported.faults, place.verbose);
    }
    let is_whole = exported.faults.is_empty() && opened.archive.broken.is_empty() && !exported.lacks;
    Ok(if is_whole { Exit::Holds } else { Exit::Fails })
}

/// Looks up the gate of `--gate` among those that something is kept of on the commit.
fn gate(opened: &Opened, commit: &CommitHash, name: &str) -> Result<GateId, Vec<Fault>> {
    let archive = &opened.archive;
    let records = archive.records.iter().filter(|held| held.content.subjects.commit == *commit);
    let verdicts = archive.seals.iter().chain(&archive.fails).filter(|held| held.content.commit == *commit);
    let known: BTreeSet<&GateId> = records
        .map(|held| &held.content.gate)
        .chain(verdicts.flat_map(|held| held.content.gates.keys()))
        .collect();
    if let Some(id) = known.iter().find(|id| id.as_str() == name) {
        return Ok((*id).clone());
    }
    let help = match nearest(name, known.iter().map(|id| id.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`laneway evidence show {commit}` lists its gates"),
    };
    let message = format!("nothing is kept of gate `{name}` on {commit}");
    Err(vec![Fault::new(Code::EvidenceUnknownGate, message, help)])
}

/// Makes attestations of the newest verdict, each signed where there is a key.
fn attested(
    opened: &Opened,
    commit: &CommitHash,
    signer: Option<&SecretKey>,
    make: impl FnOnce(&attest::Source<'_>) -> Attested,
) -> Result<Exported, Vec<Fault>> {
    let Some((verdict, revocation)) = evidence::latest(&opened.archive, commit) else {
        let message =
            format!("there is no verdict of {commit}, and results alone say nothing of what is missing");
        let help = "`laneway verify` decides one, and keeps it";
        return Err(vec![Fault::new(Code::EvidenceValue, message, help)]);
    };
    let made = make(&attest::Source { verdict, revocation, archive: &opened.archive });
    let mut exported = Exported::default();
    for statement in made.statements {
        match signer {
            Some(key) => {
                let signatures = [Detached::sign(key, &statement)];
                exported.lines.extend(Envelope::of(&statement, &signatures).to_json());
            }
            None => exported.lines.extend(statement),
        }
    }
    if let Some(own) = revocation.map(|held| &held.content) {
        let note = format!("the verdict was taken back {} by {}: {}", own.revoked, own.owner, own.reason);
        exported.notes.push(note);
    }
    let left_out =
        made.left_out.iter().map(|(id, why)| format!("gate {id} is not exported as passed: {why}"));
    exported.notes.extend(left_out);
    Ok(exported)
}

/// Puts every statement about a commit into an envelope, with every signature that the store has of it.
fn statements(
    opened: &Opened,
    commit: &CommitHash,
    gate: Option<&GateId>,
    signer: Option<&SecretKey>,
) -> Result<Exported, Vec<Fault>> {
    let mut exported = Exported::default();
    let mut unsigned = 0_usize;
    for (digest, bytes) in meant(opened, commit, gate)? {
        let mut signatures = Vec::new();
        for own in opened.signatures.get(&digest).into_iter().flatten() {
            let at = key::signature(digest, *own);
            let Some(text) = opened.store.get(&at).map_err(|fault| vec![fault])? else { continue };
            let text = String::from_utf8_lossy(&text).into_owned();
            match Detached::parse(&Source::new(at.as_str(), text)) {
                Ok(signature) => signatures.push(signature),
                Err(fault) => exported.faults.push(fault),
            }
        }
        signatures.extend(signer.map(|key| Detached::sign(key, &bytes)));
        let mut seen = BTreeSet::new();
        signatures.retain(|own| seen.insert(own.key));
        if signatures.is_empty() {
            unsigned += 1;
            exported.notes.push(format!(
                "statement {digest} is not signed, and an envelope needs a signature: left out"
            ));
        } else {
            exported.lines.extend(Envelope::of(&bytes, &signatures).to_json());
        }
    }
    if unsigned > 0 {
        exported.lacks = true;
        exported.notes.push("`--key FILE` signs what is exported".to_owned());
    }
    Ok(exported)
}

/// Returns the bytes of every statement about a commit, results first, in a fixed order.
fn meant(
    opened: &Opened,
    commit: &CommitHash,
    gate: Option<&GateId>,
) -> Result<Vec<(Digest, Vec<u8>)>, Vec<Fault>> {
    let archive = &opened.archive;
    let mut meant: Vec<(Digest, Vec<u8>)> = Vec::new();
    let mut records: Vec<_> = archive
        .records
        .iter()
        .filter(|held| {
            held.content.subjects.commit == *commit && gate.is_none_or(|gate| held.content.gate == *gate)
        })
        .collect();
    records.sort_by_key(|held| (&held.content.gate, held.content.finished, held.digest));
    let mut digests: Vec<Digest> = records.iter().map(|held| held.digest).collect();
    let cited = records.iter().filter_map(|held| match held.content.origin {
        Origin::Executed => None,
        Origin::Reused { from } => Some(from),
    });
    digests.extend(cited.collect::<BTreeSet<Digest>>());
    let verdicts =
        || archive.seals.iter().chain(&archive.fails).filter(|held| held.content.commit == *commit);
    let used: BTreeSet<Digest> = verdicts()
        .flat_map(|held| &held.content.gates)
        .filter(|(id, _)| gate.is_none_or(|gate| gate == *id))
        .flat_map(|(_, sealed)| sealed.permissions.values().flatten().copied())
        .collect();
    let is_for = |scope: &Scope| gate.is_none_or(|gate| *scope == Scope::Gate(gate.clone()));
    digests.extend(archive.permissions.iter().filter_map(|held| {
        let own = &held.content;
        let is_meant = own.subject == Whose::Commit(commit.clone()) && is_for(&own.scope);
        (is_meant || used.contains(&held.digest)).then_some(held.digest)
    }));
    let mut seen = BTreeSet::new();
    for digest in digests.into_iter().filter(|digest| seen.insert(*digest)) {
        if let Some(bytes) = opened.store.get(&key::record(digest)).map_err(|fault| vec![fault])? {
            meant.push((digest, bytes));
        }
    }
    if gate.is_some() {
        return Ok(meant);
    }
    // Verdicts are kept under their names, not under their digests.
    let wanted: BTreeSet<Digest> = verdicts()
        .map(|held| held.digest)
        .chain(
            archive.revocations.iter().filter(|held| held.content.commit == *commit).map(|held| held.digest),
        )
        .collect();
    for kind in ["seal", "fail", "revoke"] {
        for at in opened.store.list(&format!("v1/{kind}/{commit}/")).map_err(|fault| vec![fault])? {
            let Some(bytes) = opened.store.get(&at).map_err(|fault| vec![fault])? else { continue };
            let digest = Digest::of(&bytes);
            if wanted.contains(&digest) && seen.insert(digest) {
                meant.push((digest, bytes));
            }
        }
    }
    Ok(meant)
}
