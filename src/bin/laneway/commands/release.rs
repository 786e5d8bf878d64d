//! From arguments to what must be proved for a release: the change since what the environment runs, its policies, the
//! profile and the environment. Every command about a release decides it here, so that all of them ask for the same plan.

use std::ffi::OsStr;

use laneway::fault::{Code, Fault};
use laneway::release::{Asked, ReleasePlan, environment_of, plan, profile_of};
use laneway::render::Report;
use laneway::render::digest::digest;
use laneway::route::{Route, route};

use super::gather::{Gathered, gather, is_blank};
pub(crate) use super::manifest::held::{deployed_of, kept, manifest_of, was_deployed};
use crate::args::{ChangeArgs, PlaceArgs, ReleaseArgs};
use crate::environment::Environment;

/// Why the route of a release is broad where nothing says what the environment runs.
const UNKNOWN_BASE: &str = "nothing says which commit the environment runs";

/// What is released.
#[derive(Debug)]
pub(crate) struct Released {
    /// The change since what the environment runs, and its policies.
    pub(crate) gathered: Gathered,
    /// The route of that change.
    pub(crate) route: Route,
    /// Its digest.
    pub(crate) route_digest: String,
    /// What must be proved.
    pub(crate) plan: ReleasePlan,
}

/// Decides what must be proved for a release. `deployed` is the commit that the environment runs: without it and without
/// `--base` the route is broad.
pub(crate) fn released(
    place: &PlaceArgs,
    change: &ChangeArgs,
    (profile, environment_id): (&str, &str),
    deployed: Option<&str>,
    environment: &Environment,
) -> Result<Released, Vec<Fault>> {
    let is_known = change.base.is_some() || deployed.is_some();
    let mut change = change.clone();
    if let (None, Some(commit)) = (&change.base, deployed) {
        change.base = Some(commit.to_owned());
        // What was deployed may lie ahead, where something is taken back.
        change.exact = true;
    }
    if change.head.is_none() && !environment.variables.contains_key("CI") {
        change.head = Some("HEAD".to_owned());
    }
    let mut gathered = gather(place, &change, environment)?;
    if !is_known {
        gathered.widen_all(UNKNOWN_BASE);
    }
    let faults = gathered.head_faults();
    if !faults.is_empty() {
        return Err(faults.to_vec());
    }
    let asked =
        match (profile_of(&gathered.policies, profile), environment_of(&gathered.policies, environment_id)) {
            (Ok(profile), Ok(environment)) => Asked { profile, environment },
            (profile, environment) => {
                return Err([profile.err(), environment.err()].into_iter().flatten().collect());
            }
        };
    let route = route(&gathered.request());
    let shown = Report { route: &route, proposals: Vec::new() };
    let route_digest = digest(&shown).map_err(|error| {
        let message = format!("the digest cannot be taken: {error}");
        vec![Fault::new(Code::Output, message, "report this: it cannot happen")]
    })?;
    let plan = plan(route.clone(), &gathered.policies, asked);
    Ok(Released { gathered, route, route_digest, plan })
}

/// Returns profile and environment, both of which a release has; nothing where neither is given.
pub(crate) fn asked(args: &ReleaseArgs) -> Result<Option<(&str, &str)>, Vec<Fault>> {
    let flags = [("--profile", &args.profile), ("--environment", &args.environment)];
    let blank = |flag: &str| {
        let help = format!("give `{flag}` a value, or leave it out");
        Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
    };
    let mut faults: Vec<Fault> = flags
        .iter()
        .filter(|(_, value)| value.as_deref().is_some_and(|own| is_blank(OsStr::new(own))))
        .map(|(flag, _)| blank(flag))
        .collect();
    if args.deployed.as_deref().is_some_and(is_blank) {
        faults.push(blank("--deployed"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    match (&args.profile, &args.environment) {
        (Some(profile), Some(environment)) => Ok(Some((profile, environment))),
        (None, None) if args.deployed.is_none() => Ok(None),
        (profile, _) => {
            let missing = if profile.is_none() { "--profile" } else { "--environment" };
            let message = format!("`{missing}` is missing: a release has a profile and an environment");
            let help = "`laneway profile list` shows both";
            Err(vec![Fault::new(Code::ReleaseFlag, message, help)])
        }
    }
}
