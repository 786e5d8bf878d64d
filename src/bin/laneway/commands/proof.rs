//! What the commands about evidence share: the store, the key that signs, the run, the clock.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use laneway::change::Side;
use laneway::config::Config;
use laneway::digest::CommitHash;
use laneway::dsse::SecretKey;
use laneway::evidence::RunId;
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::policy::Policies;
use laneway::store::{self, Store};
use laneway::workspace;

use super::gather::is_blank;
use super::standing::directory;
use crate::args::{PlaceArgs, StoreArgs};
use crate::environment::Environment;

/// The variable that holds a secret key itself.
pub(crate) const KEY_VARIABLE: &str = "LANEWAY_SIGNING_KEY";

/// Reports every value of the shared arguments that is given and empty.
pub(crate) fn blank(args: &StoreArgs) -> Vec<Fault> {
    let flags = [
        ("--store", args.store.as_deref().map(OsStr::new)),
        ("--key", args.key.as_deref()),
        ("--run-id", args.run_id.as_deref().map(OsStr::new)),
    ];
    let empty = flags.into_iter().filter(|(_, value)| value.is_some_and(is_blank));
    empty
        .map(|(flag, _)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect()
}

/// Reports, for a command that only reads, every value that is given and empty, and those that would do nothing there:
/// nobody may believe that they did something.
pub(crate) fn only_reads(args: &StoreArgs) -> Vec<Fault> {
    let mut faults = blank(args);
    let flags = [("--key", args.key.is_some()), ("--run-id", args.run_id.is_some())];
    faults.extend(flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| {
        let help = "leave it out: this command writes nothing to the store";
        Fault::new(Code::Usage, format!("`{flag}` means nothing here"), help)
    }));
    faults
}

/// Opens the store that `--store` names, else that of `configured`, which is what the base says: a change cannot choose
/// where its evidence is looked for.
pub(crate) fn open(
    place: &PlaceArgs,
    args: &StoreArgs,
    configured: &Config,
) -> Result<Box<dyn Store>, Vec<Fault>> {
    let (address, directory) = address(place, args, configured)?;
    store::open(address, &directory).map_err(|fault| vec![fault])
}

/// Returns the folder of the store that [`open`] opens; nothing where it is no folder, or where it is not known.
pub(crate) fn folder(
    place: &PlaceArgs,
    args: &StoreArgs,
    configured: Option<&Config>,
) -> Result<Option<PathBuf>, Vec<Fault>> {
    let default = Config::default();
    if configured.is_none() && args.store.is_none() {
        return Ok(None);
    }
    let (address, directory) = address(place, args, configured.unwrap_or(&default))?;
    Ok((!address.contains("://")).then(|| directory.join(address)))
}

/// Returns the address of the store, and the folder that it is relative to: what is typed, to where it is typed; what the
/// base says, to the root of the repository, wherever in it the command is run.
fn address<'a>(
    place: &PlaceArgs,
    args: &'a StoreArgs,
    configured: &'a Config,
) -> Result<(&'a str, PathBuf), Vec<Fault>> {
    let here = directory(place)?;
    if let Some(address) = &args.store {
        return Ok((address, here));
    }
    let root = Repository::open(&here).ok().and_then(|own| own.work_tree().map(Path::to_path_buf));
    Ok((&configured.evidence, root.unwrap_or(here)))
}

/// Returns the configuration that says where evidence is: the base's, as far as there is a base.
pub(crate) fn configured(policies: &Policies) -> Config {
    let sides = [Side::BaseTip, Side::MergeBase, Side::Head];
    let policy = sides.into_iter().find_map(|side| policies.of(side));
    policy.map(|policy| policy.config.clone()).unwrap_or_default()
}

/// Reads the key that signs: of `--key`, else of the variable. Its contents are never printed.
pub(crate) fn key(args: &StoreArgs, environment: &Environment) -> Result<Option<SecretKey>, Fault> {
    let (name, text) = match &args.key {
        Some(file) => {
            let name = format!("the key `{}`", file.to_string_lossy());
            let bytes = workspace::read(Path::new(file)).map_err(|why| unfit(&name, &why))?;
            let text = String::from_utf8(bytes).map_err(|_| unfit(&name, "it is not UTF-8"))?;
            (name, text)
        }
        None => match environment.get(KEY_VARIABLE)? {
            Some(text) => (format!("the variable `{KEY_VARIABLE}`"), text.to_owned()),
            None => return Ok(None),
        },
    };
    SecretKey::parse(&text).map(Some).map_err(|why| unfit(&name, &why))
}

fn unfit(name: &str, why: &str) -> Fault {
    let help = "`laneway evidence keygen` makes a key";
    Fault::new(Code::EvidenceSecretKey, format!("{name} cannot be used: {why}"), help)
}

/// Returns the name of the run and which try of it this is: as `--run-id` says, as the CI calls it, or made up.
pub(crate) fn run_id(
    args: &StoreArgs,
    environment: &Environment,
    now: Timestamp,
) -> Result<(RunId, u32), Fault> {
    if let Some(text) = &args.run_id {
        return parse(text, "--run-id").map(|id| (id, 1));
    }
    let variables = [
        "GITHUB_RUN_ID",
        "CI_PIPELINE_ID",
        "BUILDKITE_BUILD_ID",
        "CIRCLE_WORKFLOW_ID",
        "BUILD_BUILDID",
        "BUILD_TAG",
    ];
    for variable in variables {
        let Some(text) = environment.get(variable)? else { continue };
        let attempt = match variable {
            "GITHUB_RUN_ID" => attempt(environment, "GITHUB_RUN_ATTEMPT")?,
            _ => 1,
        };
        // A CI's name may have other characters; none of them tells two runs apart.
        let plain: String =
            text.chars().map(|own| if own.is_ascii_alphanumeric() { own } else { '-' }).take(100).collect();
        return parse(&plain, variable).map(|id| (id, attempt));
    }
    let made = format!("local-{}-{}", now.as_millisecond(), std::process::id());
    parse(&made, "the name of the run").map(|id| (id, 1))
}

fn attempt(environment: &Environment, variable: &str) -> Result<u32, Fault> {
    let Some(text) = environment.get(variable)? else { return Ok(1) };
    text.parse().ok().filter(|attempt| *attempt > 0).ok_or_else(|| {
        let help = "attempts are counted from 1";
        Fault::new(Code::EvidenceValue, format!("the variable `{variable}` cannot be `{text}`"), help)
    })
}

fn parse(text: &str, what: &str) -> Result<RunId, Fault> {
    RunId::parse(text).map_err(|why| {
        let help = "name the run with letters, digits, `-` and `_`, at most 100 of them";
        Fault::new(Code::EvidenceValue, format!("`{what}` cannot be `{text}`: {why}"), help)
    })
}

/// Returns the commit that a route is of.
pub(crate) fn commit(head: Option<&str>) -> Result<CommitHash, Fault> {
    let help = "commit the change, and name its commit with `--head`: evidence is about a commit";
    let Some(head) = head else {
        return Err(Fault::new(Code::EvidenceCommit, "the route is of no commit", help));
    };
    CommitHash::parse(head).map_err(|why| {
        Fault::new(Code::EvidenceCommit, format!("the route is of `{head}`, which is no commit: {why}"), help)
    })
}

/// Returns the time.
pub(crate) fn now() -> Result<Timestamp, Fault> {
    Timestamp::try_from(SystemTime::now()).map_err(|error| {
        Fault::new(
            Code::EvidenceTime,
            format!("the time is not known: {error}"),
            "set the clock of this machine",
        )
    })
}
