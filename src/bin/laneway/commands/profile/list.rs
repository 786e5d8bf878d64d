//! `laneway profile list`: the release profiles and the environments of the working tree's policy.

use std::ffi::OsStr;

use laneway::fault::{Code, Fault};
use laneway::id::nearest;
use laneway::policy::Policy;
use laneway::render::profiles::{ProfileList, list_json, list_text};

use crate::args::{PlaceArgs, ProfileListArgs, ResultsFormat};
use crate::commands::gather::is_blank;
use crate::commands::standing::standing;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Prints all of them, or one profile with what it asks for.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ProfileListArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    check_values(place, args)?;
    let policy = standing(place, None)?.policy;
    let only = args.profile.as_deref();
    if let Some(id) = only.filter(|id| !policy.lanes.profiles.contains_key(*id)) {
        // What seems to be unknown may stand where it cannot be read.
        let mut faults = policy.faults.clone();
        faults.push(unknown(id, &policy));
        return Err(faults);
    }
    let shown = ProfileList { policy: &policy, only };
    let file = args.output.as_deref();
    let written = match args.format {
        ResultsFormat::Text => output::write(file, true, |out| list_text(out, &shown)),
        ResultsFormat::Json => output::write(file, false, |out| list_json(out, &shown)),
    };
    written.map_err(|fault| vec![fault])?;
    if policy.is_broken() {
        report::print(&policy.faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(Exit::Holds)
}

fn check_values(place: &PlaceArgs, args: &ProfileListArgs) -> Result<(), Vec<Fault>> {
    let named: [(&str, Option<&OsStr>); 4] = [
        ("-C", place.directory.as_deref()),
        ("--policy", place.policy.as_deref()),
        ("PROFILE", args.profile.as_deref().map(OsStr::new)),
        ("--output", args.output.as_deref()),
    ];
    let empty = named.into_iter().filter(|(_, value)| value.is_some_and(is_blank));
    let faults: Vec<Fault> = empty
        .map(|(flag, _)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn unknown(id: &str, policy: &Policy) -> Fault {
    let known = policy.lanes.profiles.keys().map(String::as_str);
    let help = match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if policy.lanes.profiles.is_empty() => {
            "state it under `release_profiles` in a document of the lanes' folder".to_owned()
        }
        None => "`laneway profile list` shows those that there are".to_owned(),
    };
    Fault::new(Code::UnknownProfile, format!("release profile `{id}` is not known"), help)
}
