//! Route documents that were written before.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use laneway::fault::{Code, Fault};
use laneway::plan::{MAX_BYTES, Plan};
use laneway::source::Source;
use serde::Deserialize;

use super::gather::is_blank;
use crate::args::PlaceArgs;
use crate::environment::Environment;

/// Reads the plan of the route document that `flag` names; `-` is standard input.
pub(crate) fn plan_of(
    flag: &str,
    file: &OsStr,
    place: &PlaceArgs,
    environment: &Environment,
) -> Result<Plan, Vec<Fault>> {
    let source = source_of(flag, file)?;
    plan_from(flag, &source, place, environment)
}

/// Reads the plan of a route document that `flag` named.
pub(crate) fn plan_from(
    flag: &str,
    source: &Arc<Source>,
    place: &PlaceArgs,
    environment: &Environment,
) -> Result<Plan, Vec<Fault>> {
    if place.policy.is_some() {
        let help = "leave `--policy` out: the document says by which policies its route was decided";
        return Err(vec![Fault::new(Code::Usage, format!("`--policy` cannot be used with `{flag}`"), help)]);
    }
    let kill_switch = environment.get("LANEWAY_ALL").map_err(|fault| vec![fault])?;
    let plan = Plan::parse(source)?;
    if kill_switch.is_some() && !plan.broad {
        let message =
            format!("`LANEWAY_ALL` asks for every gate, and the route of `{}` is not broad", source.name());
        let help = "decide the route anew, with `LANEWAY_ALL` set: what a document leaves out is not in it";
        return Err(vec![Fault::new(Code::RouteNarrow, message, help)]);
    }
    Ok(plan)
}

/// The commits that a route document is about, each where it names one.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Commits {
    /// The tip of the base branch.
    #[serde(default)]
    pub(crate) base: Option<String>,
    /// The commit that the head was compared with.
    #[serde(default)]
    pub(crate) merge_base: Option<String>,
    /// The head.
    #[serde(default)]
    pub(crate) head: Option<String>,
}

/// Returns the commits of a route document, which was read before and is sound.
pub(crate) fn commits_of(source: &Source) -> Commits {
    #[derive(Default, Deserialize)]
    struct Document {
        change: Commits,
    }
    serde_json::from_str::<Document>(source.text()).unwrap_or_default().change
}

/// Reads the text of the route document that `flag` names.
pub(crate) fn source_of(flag: &str, file: &OsStr) -> Result<Arc<Source>, Vec<Fault>> {
    if is_blank(file) {
        let help = format!("give `{flag}` a value, or leave it out");
        return Err(vec![Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)]);
    }
    let name = if file == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let text = read(file).map_err(|why| {
        let help = "name what `laneway route --format json` wrote";
        let message = format!("the route document `{name}` cannot be read: {why}");
        vec![Fault::new(Code::RouteSyntax, message, help)]
    })?;
    Ok(Source::new(name, text))
}

/// Reads a text, but no further than a document may be long.
fn read(file: &OsStr) -> Result<String, String> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}
