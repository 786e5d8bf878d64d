//! What a deployment came to: kept, and printed; with the way back where it failed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use laneway::digest::Digest;
use laneway::dsse::SecretKey;
use laneway::environment::Deploy;
use laneway::evidence::{
    Artifact, GateResult, MigrationPosture, Origin, Record, RunId, Shard, Subjects, Tool,
};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::{DEPLOY_EVIDENCE, DEPLOY_GATE, Manifest, OWN_NAME};
use laneway::render::escape::terminal;
use laneway::runner::Ran;
use laneway::store;

use super::super::verify::manifest::Found;
use crate::{output, report};

/// How many deployments one run may make of one commit: enough for whoever tries again by hand.
const MOST_ATTEMPTS: u32 = 1000;

/// A deployment that ran.
pub(super) struct Deployed<'a> {
    pub(super) found: &'a Found,
    pub(super) deploy: &'a Deploy,
    pub(super) ran: &'a Ran,
    pub(super) run: RunId,
    /// The number of its first try.
    pub(super) attempt: u32,
}

impl Deployed<'_> {
    /// Keeps the record, its log, and the pointer by which the environment's deployments are found. A further deployment
    /// of the same run is a later try.
    pub(super) fn keep(&self, log: Vec<u8>, signer: Option<&SecretKey>) -> Result<Digest, Fault> {
        let mut record = self.record(&log);
        let last = self.attempt.saturating_add(MOST_ATTEMPTS);
        loop {
            match store::save_result(&*self.found.store, &record, vec![log.clone()], signer) {
                Err(fault) if fault.code == Code::StoreTwice && record.attempt < last => record.attempt += 1,
                kept => return kept,
            }
        }
    }

    fn record(&self, log: &[u8]) -> Record {
        let Found { manifest, released, .. } = self.found;
        let mut artifacts: BTreeMap<String, Digest> =
            manifest.artifacts.iter().map(|(name, own)| (name.clone(), own.digest)).collect();
        artifacts.insert(OWN_NAME.to_owned(), manifest.digest());
        Record {
            subjects: Subjects { commit: manifest.commit.clone(), artifacts },
            gate: GateId::new(DEPLOY_GATE),
            plan: released.plan.requirements().digest(),
            profile: Some(manifest.profile.clone()),
            environment: Some(manifest.environment.clone()),
            result: self.ran.ending.result(),
            origin: Origin::Executed,
            owner: released.plan.asked.environment.owner.clone(),
            evidence_types: [DEPLOY_EVIDENCE.to_owned()].into(),
            artifacts: vec![Artifact { name: "log".to_owned(), digest: Digest::of(log) }],
            command: Some(self.deploy.run.clone()),
            missing_reason: self.ran.ending.reason(),
            run: self.run.clone(),
            attempt: self.attempt,
            shard: Shard::WHOLE,
            started: self.ran.started,
            finished: self.ran.finished,
            valid_until: None,
            tool: Tool { name: "laneway".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
            failure: None,
            drift: None,
        }
    }
}

/// Prints what it came to; where it failed, how it is taken back.
pub(super) fn print(is_text: bool, deployed: &Deployed<'_>, record: Option<Digest>) -> Result<(), Fault> {
    to(is_text, |out| {
        let Deployed { found, ran, .. } = deployed;
        let manifest = &found.manifest;
        let (digest, environment) = (manifest.digest(), terminal(&manifest.environment));
        match ran.ending.result() {
            GateResult::Pass => writeln!(out, "\ndeployed sha256:{digest} to {environment}")?,
            _ => {
                let why = ran.ending.reason().unwrap_or_default();
                writeln!(
                    out,
                    "\nthe deployment of sha256:{digest} to {environment} failed: {}",
                    terminal(&why)
                )?;
            }
        }
        for note in &ran.notes {
            writeln!(out, "{:<11}{}", "note", terminal(note))?;
        }
        writeln!(out, "{:<11}{}", "commit", manifest.commit)?;
        if let Some(record) = record {
            writeln!(out, "{:<11}{record}", "record")?;
        }
        if ran.ending.result() == GateResult::Pass {
            return Ok(());
        }
        way_back(out, manifest)
    })
}

/// Prints how a manifest is taken back.
fn way_back(out: &mut dyn Write, manifest: &Manifest) -> io::Result<()> {
    let way = &manifest.rollback;
    let data = match way.migration_posture {
        MigrationPosture::ForwardOnly => "forward_only: the data cannot go back; mend it in what comes next",
        MigrationPosture::Reversible => "reversible: the data can go back",
        MigrationPosture::ManualReview => "manual_review: somebody has to look before the data goes back",
    };
    writeln!(out, "\nTAKE IT BACK")?;
    let mut line = |key: &str, text: &str| writeln!(out, "{key:<11}{}", terminal(text));
    line("command", &way.command)?;
    line("to", &way.manifest_or_revision)?;
    if let Some(previous) = manifest.previous {
        line("previous", &format!("sha256:{previous}"))?;
    }
    line("data", data)?;
    line("owner", &way.owner)
}

/// Prints what would run.
pub(super) fn would(
    is_text: bool,
    manifest: &Manifest,
    deploy: &Deploy,
    variables: &[(String, String)],
) -> Result<(), Fault> {
    to(is_text, |out| {
        writeln!(out, "\nwould deploy sha256:{} to {}", manifest.digest(), terminal(&manifest.environment))?;
        writeln!(out, "{:<11}{}", "command", terminal(&deploy.run))?;
        if let Some(minutes) = deploy.timeout_minutes {
            let plural = if minutes == 1 { "" } else { "s" };
            writeln!(out, "{:<11}{minutes} minute{plural}", "at most")?;
        }
        for (name, value) in variables {
            writeln!(out, "{:<11}{name}={}", "with", terminal(value))?;
        }
        Ok(())
    })
}

/// Prints what is to be known besides.
pub(super) fn note(text: &str) {
    report::say(&format!("note: {}\n", terminal(text)));
}

/// Writes to standard output where that is for people, else beside it.
fn to(is_text: bool, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Fault> {
    if is_text {
        return output::write(None, true, |out| render(out));
    }
    let mut text = Vec::new();
    render(&mut text).map_err(|error| Fault::new(Code::Output, error.to_string(), ""))?;
    report::say(&String::from_utf8_lossy(&text));
    Ok(())
}
