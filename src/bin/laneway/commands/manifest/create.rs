//! `laneway manifest create`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use laneway::change::ChangeSource;
use laneway::dsse::SecretKey;
use laneway::environment::Section;
use laneway::fault::{Code, Fault};
use laneway::release::{Asked, Divergence, Manifest, Pinned};
use laneway::render::escape::terminal;
use laneway::render::verdict::payload::change_class;
use laneway::store;
use laneway::trust::{Power, Trust};
use laneway::verdict;

use super::super::proof;
use super::super::release::{Released, asked, deployed_of, released, was_deployed};
use super::flags;
use crate::args::{ManifestCreateArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ManifestCreateArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let mut faults = flags::blank(args);
    let (profile, environment_id) = match asked(&args.release) {
        Ok(Some(asked)) if faults.is_empty() => asked,
        Ok(Some(_)) => return Err(faults),
        Ok(None) => {
            let help = "say which with `--profile` and `--environment`; `laneway profile list` shows both";
            faults.push(Fault::new(
                Code::ReleaseFlag,
                "a manifest is of a profile, for an environment",
                help,
            ));
            return Err(faults);
        }
        Err(own) => {
            faults.extend(own);
            return Err(faults);
        }
    };
    let now = proof::now().map_err(one)?;
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let deployed = deployed_of(args.release.deployed.as_deref())?;
    let commit_before = deployed.as_ref().map(|own| own.commit.as_str());
    let released = released(place, &args.change, (profile, environment_id), commit_before, environment)?;
    let commit = committed(&released)?;
    let store = proof::open(place, &args.store, &proof::configured(&released.gathered.policies))?;
    let trust = verdict::trust(&released.gathered.policies);
    if let Some(deployed) = &deployed {
        was_deployed(deployed, environment_id, &*store, &trust, now)?;
    }
    let key = proof::key(&args.store, environment).map_err(one)?;
    let (run, _) = proof::run_id(&args.store, environment, now).map_err(one)?;

    let asked = &released.plan.asked;
    let artifacts = flags::artifacts(args, &mut faults);
    let artifacts = shipped(asked, artifacts, deployed.as_ref(), &mut faults);
    let rollback = flags::rollback(args, asked.environment.rollback.as_ref(), environment_id, &mut faults);
    let validated_against = flags::validated_against(args, &mut faults);
    let divergence = flags::diverges(args, now, &mut faults);
    faults.extend(not_allowed(asked, divergence.as_ref()));
    let (Some(rollback), true) = (rollback, faults.is_empty()) else { return Err(faults) };
    let manifest = Manifest {
        commit,
        profile: profile.to_owned(),
        environment: environment_id.to_owned(),
        change_class: change_class(&released.route).map(str::to_owned),
        artifacts,
        rollback,
        validated_against,
        previous: deployed.as_ref().map(Manifest::digest),
        divergence,
        run,
        created: now,
    };
    let file = args.change.output.as_deref().filter(|file| *file != "-");
    let bytes = manifest.to_bytes();
    if let Some(file) = file {
        output::fresh(file, &bytes).map_err(one)?;
    }
    let digest = store::save_manifest(&*store, &manifest, key.as_ref()).map_err(one)?;
    let written = match file {
        Some(file) => output::new_file(file, &bytes).and_then(|()| {
            let name = file.to_string_lossy().into_owned();
            output::write(None, true, |out| tell(out, &manifest, Some(&name), &store.place()))
        }),
        None => output::write(None, false, |out| out.write_all(&bytes)).and_then(|()| {
            let mut text = Vec::new();
            let told = tell(&mut text, &manifest, None, &store.place());
            report::say(&String::from_utf8_lossy(&text));
            told.map_err(|error| Fault::new(Code::Output, format!("standard error: {error}"), ""))
        }),
    };
    written.map_err(one)?;
    for note in notes(asked, &manifest, key.as_ref(), &trust, now) {
        report::say(&format!("note: {}\n", terminal(&note)));
    }
    debug_assert_eq!(digest, manifest.digest(), "the name in the store is that of the document");
    Ok(Exit::Holds)
}

/// Returns the commit that is released: a manifest is of nothing else.
pub(super) fn committed(released: &Released) -> Result<laneway::digest::CommitHash, Vec<Fault>> {
    let provenance = &released.gathered.change.provenance;
    let what = match provenance.source {
        ChangeSource::Commits => {
            return proof::commit(provenance.head.as_deref()).map_err(|fault| vec![fault]);
        }
        ChangeSource::WorkingTree => "the working tree",
        ChangeSource::Index => "the index",
        ChangeSource::Files => "a list of files",
    };
    let help = "commit the change, and name its commit with `--head`";
    let message = format!("the change is that of {what}, and what is shipped was built from a commit");
    Err(vec![Fault::new(Code::EvidenceCommit, message, help)])
}

/// Decides what is shipped: what is named; under a profile that ships nothing new, what is deployed.
fn shipped(
    asked: &Asked,
    named: BTreeMap<String, Pinned>,
    deployed: Option<&Manifest>,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, Pinned> {
    let profile = &asked.profile;
    let artifacts = match (profile.new_artifacts, deployed) {
        (true, _) => named,
        (false, None) => {
            let message =
                format!("profile `{}` ships no new artifact, and nothing says what is deployed", profile.id);
            let help = "name the manifest that the environment runs, with `--deployed`";
            faults.push(Fault::new(Code::ReleaseFlag, message, help));
            return named;
        }
        (false, Some(deployed)) => {
            for (name, own) in &named {
                if deployed.artifacts.get(name) != Some(own) {
                    let message = format!(
                        "`{name}` is not what is deployed, and profile `{}` ships no new artifact",
                        profile.id
                    );
                    let help = "leave it out: the artifacts are those of `--deployed`; or take a profile that ships new ones";
                    faults.push(Fault::new(Code::ManifestValue, message, help));
                }
            }
            deployed.artifacts.clone()
        }
    };
    if artifacts.is_empty() && profile.new_artifacts && faults.is_empty() {
        let help = "name what is shipped with `--artifact` and `--image`";
        faults.push(Fault::new(Code::ManifestValue, "a manifest pins at least one artifact", help));
    }
    let wanted = asked.environment.wanted.iter().filter(|item| item.section == Section::Artifacts);
    let wanted =
        wanted.filter(|item| item.is_wanted_under(&profile.id) && item.excuse(&profile.id).is_none());
    for item in wanted.filter(|item| !artifacts.contains_key(&item.name)) {
        let message = format!(
            "environment `{}` wants artifact `{}`, and nothing says which ({})",
            asked.environment.id, item.name, item.owner
        );
        let help = format!(
            "pin it with `--artifact {0}=FILE` or `--image {0}=REGISTRY/IMAGE@sha256:…`; of what was not built anew, give \
             the digest that is deployed",
            item.name
        );
        faults.push(Fault::new(Code::ManifestValue, message, help));
    }
    artifacts
}

/// Says what contradicts the profile.
fn not_allowed(asked: &Asked, divergence: Option<&Divergence>) -> Option<Fault> {
    let profile = &asked.profile;
    divergence.filter(|_| !profile.may_diverge)?;
    let message =
        format!("profile `{}` ships only commits that are integrated, and may not diverge", profile.id);
    let help = "leave the divergence marker out, or take a profile with `source: may_diverge`";
    Some(Fault::new(Code::ReleaseFlag, message, help))
}

/// Prints what is pinned.
fn tell(out: &mut impl Write, manifest: &Manifest, file: Option<&str>, store: &str) -> io::Result<()> {
    let line = |out: &mut dyn Write, key: &str, text: &str| writeln!(out, "{key:<13}{}", terminal(text));
    let way = &manifest.rollback;
    line(out, "manifest", &format!("sha256:{}", manifest.digest()))?;
    line(out, "commit", manifest.commit.as_str())?;
    line(out, "profile", &manifest.profile)?;
    line(out, "environment", &manifest.environment)?;
    line(out, "class", manifest.change_class.as_deref().unwrap_or("nothing of the change ships"))?;
    for (name, own) in &manifest.artifacts {
        let reference = own.reference.as_deref().map(|own| format!("{own}@")).unwrap_or_default();
        line(out, "pins", &format!("{name}  {reference}sha256:{}", own.digest))?;
    }
    line(out, "rollback", &format!("{}  ({})", way.command, way.owner))?;
    line(out, "", &format!("to {}, data {}", way.manifest_or_revision, way.migration_posture.as_str()))?;
    if let Some(commit) = &manifest.validated_against {
        line(out, "validated", commit.as_str())?;
    }
    if let Some(previous) = manifest.previous {
        line(out, "previous", &format!("sha256:{previous}"))?;
    }
    if let Some(own) = &manifest.divergence {
        line(
            out,
            "divergence",
            &format!("{}, until {}, by {}: {}", own.reason, own.until, own.owner, own.follow_up),
        )?;
    }
    if let Some(file) = file {
        line(out, "file", file)?;
    }
    line(out, "store", store)
}

/// Says what somebody may not have meant.
fn notes(
    asked: &Asked,
    manifest: &Manifest,
    key: Option<&SecretKey>,
    trust: &Trust,
    now: Timestamp,
) -> Vec<String> {
    let mut notes = Vec::new();
    let items = asked.environment.wanted.iter().filter(|item| item.section == Section::Artifacts);
    let declared: Vec<&str> = items.map(|item| item.name.as_str()).collect();
    let unknown: Vec<String> = manifest
        .artifacts
        .keys()
        .filter(|name| !declared.is_empty() && !declared.contains(&name.as_str()))
        .map(|name| format!("`{name}`"))
        .collect();
    if !unknown.is_empty() {
        let these = unknown.join(", ");
        notes.push(format!("environment `{}` declares no artifact {these}", asked.environment.id));
    }
    if asked.profile.may_diverge && manifest.divergence.is_none() {
        notes.push(format!(
            "profile `{}` asks for a divergence marker, and there is none: this manifest will not hold",
            asked.profile.id
        ));
    }
    let own = key.iter().map(|key| key.public().id()).collect();
    if trust.signing.seals > 0 && trust.count(&own, Power::Seal, None, now).is_empty() {
        notes.push(format!(
            "the base asks for a signature of a key that may seal, and there is none: `laneway evidence sign {} --key FILE` \
             adds it",
            manifest.digest()
        ));
    }
    notes
}
