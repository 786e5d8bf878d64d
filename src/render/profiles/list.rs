//! The release profiles and the environments, for people.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::wire_list::families;
use super::{ProfileList, words};
use crate::environment::Environment;
use crate::id::GateId;
use crate::lanes::{Lanes, Profile};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{FAINT, NAME, STRONG};

/// Writes the profiles, the families that they ask for, and the environments.
pub fn write(out: &mut impl Write, list: &ProfileList<'_>) -> io::Result<()> {
    let lanes = &list.policy.lanes;
    let profiles: Vec<&Profile> = list.profiles().collect();
    let environments: Vec<&Environment> =
        lanes.environments.values().filter(|own| list.only.is_none_or(|id| own.takes(id))).collect();
    if list.only.is_none() {
        let (own, into) =
            (count(profiles.len(), "release profile"), count(environments.len(), "environment"));
        writeln!(out, "{STRONG}{own}, {into}{STRONG:#}\n")?;
    }
    for own in &profiles {
        profile(out, lanes, own)?;
    }
    let families = families(lanes, &profiles);
    if !families.is_empty() {
        writeln!(out, "{STRONG}Gate families and the proof that they ask for{STRONG:#}")?;
        for own in families {
            let (id, title) = (terminal(&own.id), terminal(&own.title));
            writeln!(out, "  {NAME}{id}{NAME:#}  {FAINT}{title}{FAINT:#}")?;
            writeln!(out, "    {}", terminal(own.proof.trim()))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{STRONG}Environments{STRONG:#}")?;
    if environments.is_empty() {
        return writeln!(out, "  none");
    }
    environments.into_iter().try_for_each(|own| environment(out, own))
}

fn profile(out: &mut impl Write, lanes: &Lanes, own: &Profile) -> io::Result<()> {
    writeln!(out, "{NAME}{}{NAME:#}  {STRONG}{}{STRONG:#}", terminal(&own.id), terminal(&own.title))?;
    let mut fact = |name: &str, text: &str| writeln!(out, "  {FAINT}{name:<9}{FAINT:#} {}", terminal(text));
    fact("use", own.use_when.trim())?;
    fact("ships", &words::ships(own.release_classes.as_ref()))?;
    if let Some(excluded) = words::excludes(&own.excludes) {
        fact("never", &excluded)?;
    }
    fact(
        "families",
        &words::joined(
            own.families.as_ref().map_or_else(|| vec!["all"], |own| own.iter().map(String::as_str).collect()),
        ),
    )?;
    let source = match (own.may_diverge, own.route_gates) {
        (false, true) => "integrated, and proved by the gates of the change's route",
        (false, false) => "integrated",
        (true, true) => {
            "integrated or not, with a divergence marker; proved by the gates of the change's route"
        }
        (true, false) => "integrated or not, with a divergence marker",
    };
    fact("source", source)?;
    let artifacts = match own.new_artifacts {
        true => "new ones may be shipped",
        false => "those that the environment runs, unchanged",
    };
    fact("artifacts", artifacts)?;
    fact("deploy", if own.deploys { "allowed" } else { "refused" })?;
    if own.fast {
        fact(
            "fast",
            "what it skips must have been proved before, for the same commit or the same artifacts",
        )?;
    }
    fact(
        "drift",
        &format!("partial from {}, failed from {}", own.drift.partial.as_str(), own.drift.fail.as_str()),
    )?;
    let taken = lanes.environments.values().filter(|environment| environment.takes(&own.id));
    fact("into", &words::joined(taken.map(|environment| environment.id.as_str())))?;
    gates(out, lanes, "gates in the environment", &own.gates)?;
    gates(out, lanes, "gates on the commit", &own.source_gates)?;
    for when in &own.when {
        let about = format!("on top, {}", words::when(when));
        let both: BTreeSet<GateId> = when.gates.union(&when.source_gates).cloned().collect();
        gates(out, lanes, &about, &both)?;
        if !when.families.is_empty() {
            let names = words::joined(when.families.iter().map(String::as_str));
            let about = if both.is_empty() { format!("{about}: ") } else { "  ".to_owned() };
            writeln!(out, "  {FAINT}{about}families{FAINT:#} {}", terminal(&names))?;
        }
    }
    writeln!(out)
}

fn gates(out: &mut impl Write, lanes: &Lanes, about: &str, ids: &BTreeSet<GateId>) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {FAINT}{}{FAINT:#}", terminal(about))?;
    let widest = ids.iter().map(|id| id.as_str().len()).max().unwrap_or(0).min(40);
    for id in ids {
        let proof = lanes.gate(id).map_or("from outside", words::proof);
        let (id, proof) = (terminal(id.as_str()), terminal(proof));
        writeln!(out, "    {NAME}{id:widest$}{NAME:#}  {FAINT}{proof}{FAINT:#}")?;
    }
    Ok(())
}

fn environment(out: &mut impl Write, own: &Environment) -> io::Result<()> {
    writeln!(out, "  {NAME}{}{NAME:#}  {}", terminal(&own.id), terminal(&own.title))?;
    let mut fact = |name: &str, text: &str| writeln!(out, "    {FAINT}{name:<8}{FAINT:#} {}", terminal(text));
    fact("target", &own.target)?;
    fact("owner", &own.owner)?;
    let taken = own.profiles.as_ref().map(|all| words::joined(all.iter().map(String::as_str)));
    fact("takes", taken.as_deref().unwrap_or("every profile"))?;
    fact("wants", &format!("{}, {}", count(own.wanted.len(), "item"), count(own.checks.len(), "check")))?;
    fact("deploy", own.deploy.as_ref().map_or("none", |deploy| deploy.run.trim_end()))
}
