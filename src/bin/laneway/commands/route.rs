//! `laneway route`: the gates, reviews and skips of a change.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};

use laneway::fault::{Code, Fault};
use laneway::plan::{MAX_BYTES, Plan};
use laneway::render::ci::{Options, azure, buildkite, circleci, github, gitlab, jenkins, jsonl};
use laneway::render::digest::digest;
use laneway::render::text::Detail;
use laneway::render::{Report, json, markdown, text};
use laneway::route::route;
use laneway::source::Source;

use super::gather::{gather, is_blank};
use crate::args::{PlaceArgs, RouteArgs, RouteFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Decides and prints the route, or prints one that was decided before.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &RouteArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    meaningless(args)?;
    if let Some(file) = &args.from_route {
        let plan = from_document(file, place, args, environment)?;
        for_ci(args, &plan, None, environment).map_err(|fault| vec![fault])?;
        return Ok(Exit::Holds);
    }
    let gathered = gather(place, &args.change, environment)?;
    let route = route(&gathered.request());
    let shown = Report::new(&route, &gathered.policies);
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        RouteFormat::Text => output::write(file, true, |out| text::write(out, &shown, detail)),
        RouteFormat::Json => output::write(file, false, |out| json::write(out, &shown)),
        RouteFormat::Markdown => output::write(file, false, |out| markdown::write(out, &shown)),
        RouteFormat::Github
        | RouteFormat::Gitlab
        | RouteFormat::Buildkite
        | RouteFormat::Circleci
        | RouteFormat::Jenkins
        | RouteFormat::Azure
        | RouteFormat::Jsonl => plan(&shown).and_then(|plan| for_ci(args, &plan, Some(&shown), environment)),
    };
    written.map_err(|fault| vec![fault])?;
    let faults = gathered.head_faults();
    if faults.is_empty() {
        return Ok(Exit::Holds);
    }
    report::print(faults, place.verbose);
    Ok(Exit::Undecided)
}

/// Reports flags that the format would ignore: nobody may believe that they did something.
fn meaningless(args: &RouteArgs) -> Result<(), Vec<Fault>> {
    let is_page = matches!(args.format, RouteFormat::Text | RouteFormat::Json | RouteFormat::Markdown);
    let (is_packed, is_staged) = match args.format {
        RouteFormat::Text | RouteFormat::Json | RouteFormat::Markdown | RouteFormat::Jsonl => (false, false),
        RouteFormat::Gitlab | RouteFormat::Buildkite | RouteFormat::Circleci => (true, false),
        RouteFormat::Github | RouteFormat::Azure | RouteFormat::Jenkins => (true, true),
    };
    let usage = |message: &str, help: &str| Fault::new(Code::Usage, message, help);
    let mut faults = Vec::new();
    if args.max_jobs.is_some() && !is_packed {
        let help = "it is for github, gitlab, buildkite, circleci, azure and jenkins";
        faults.push(usage("`--max-jobs` means nothing to this `--format`", help));
    }
    if args.max_jobs == Some(0) {
        let help = "give `--max-jobs` a number from 1 on, or leave it out";
        faults.push(usage("the gates cannot run in 0 jobs", help));
    }
    if args.stages.is_some() && !is_staged {
        let help = "it is for CIs whose matrix jobs cannot need one another: github, azure and jenkins";
        faults.push(usage("`--stages` means nothing to this `--format`", help));
    }
    if args.stages == Some(0) {
        faults.push(usage("there cannot be 0 stages", "give `--stages` a number from 1 on, or leave it out"));
    }
    if args.from_route.is_some() && is_page {
        let help = "github, gitlab, buildkite, circleci, azure, jenkins and jsonl can; text, json and markdown are of the \
                    run that decides the route";
        faults.push(usage("`--from-route` cannot be printed in this `--format`", help));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Reads the plan of a route that was decided before.
fn from_document(
    file: &OsStr,
    place: &PlaceArgs,
    args: &RouteArgs,
    environment: &Environment,
) -> Result<Plan, Vec<Fault>> {
    let output = args.change.output.as_deref();
    for (flag, value) in [("--from-route", Some(file)), ("--output", output)] {
        if value.is_some_and(is_blank) {
            let help = format!("give `{flag}` a value, or leave it out");
            return Err(vec![Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)]);
        }
    }
    if place.policy.is_some() {
        let help = "leave `--policy` out: the document says by which policies its route was decided";
        return Err(vec![Fault::new(Code::Usage, "`--policy` cannot be used with `--from-route`", help)]);
    }
    let kill_switch = environment.get("LANEWAY_ALL").map_err(|fault| vec![fault])?;
    let name = if file == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let text = read(file).map_err(|why| {
        let help = "name what `laneway route --format json` wrote";
        let message = format!("the route document `{name}` cannot be read: {why}");
        vec![Fault::new(Code::RouteSyntax, message, help)]
    })?;
    let plan = Plan::parse(&Source::new(name.as_str(), text.as_str()))?;
    if kill_switch.is_some() && !plan.broad {
        let message = format!("`LANEWAY_ALL` asks for every gate, and the route of `{name}` is not broad");
        let help = "decide the route anew, with `LANEWAY_ALL` set: what a document leaves out is not in it";
        return Err(vec![Fault::new(Code::RouteNarrow, message, help)]);
    }
    Ok(plan)
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

fn plan(shown: &Report<'_>) -> Result<Plan, Fault> {
    let digest = digest(shown).map_err(|error| {
        Fault::new(
            Code::Output,
            format!("the digest cannot be taken: {error}"),
            "report this: it cannot happen",
        )
    })?;
    Ok(Plan::new(shown.route, digest))
}

const fn options(args: &RouteArgs) -> Options {
    Options { max_jobs: args.max_jobs, stages: args.stages }
}

/// Writes the document of a CI whole, or nothing. Of a route from a document there is no page to show.
fn for_ci(
    args: &RouteArgs,
    plan: &Plan,
    shown: Option<&Report<'_>>,
    environment: &Environment,
) -> Result<(), Fault> {
    let options = options(args);
    let document = match args.format {
        RouteFormat::Github => return for_github(args, plan, shown, environment),
        RouteFormat::Azure => return for_azure(args, plan, environment),
        RouteFormat::Gitlab => gitlab::document(plan, options)?,
        RouteFormat::Buildkite => buildkite::document(plan, options)?,
        RouteFormat::Circleci => circleci::document(plan, options)?,
        RouteFormat::Jenkins => jenkins::document(plan, options)?,
        RouteFormat::Text | RouteFormat::Json | RouteFormat::Markdown | RouteFormat::Jsonl => {
            jsonl::document(plan, options)?
        }
    };
    output::write(args.change.output.as_deref(), false, |out| out.write_all(document.as_bytes()))
}

/// Writes to the files that GitHub names, then the matrix. The outputs come from files: an environment variable or an
/// argument would be too small for them.
fn for_github(
    args: &RouteArgs,
    plan: &Plan,
    shown: Option<&Report<'_>>,
    environment: &Environment,
) -> Result<(), Fault> {
    let outputs = github::Outputs::new(plan, options(args))?;
    let (to_output, to_summary) =
        (environment.path("GITHUB_OUTPUT")?, environment.path("GITHUB_STEP_SUMMARY")?);
    if let Some(file) = to_output {
        output::append(&file, |out| outputs.write(out))?;
    }
    if let (Some(file), Some(shown)) = (to_summary, shown) {
        output::append(&file, |out| markdown::write(out, shown))?;
    }
    output::write(args.change.output.as_deref(), false, |out| outputs.write_matrix(out))
}

/// Writes the matrix; on standard output of an agent of Azure, the commands that set the output variables instead.
fn for_azure(args: &RouteArgs, plan: &Plan, environment: &Environment) -> Result<(), Fault> {
    let outputs = azure::Outputs::new(plan, options(args))?;
    let on_agent = environment.get("TF_BUILD")?.is_some();
    let file = args.change.output.as_deref();
    if let Some(file) = file {
        output::write(Some(file), false, |out| outputs.write_matrix(out))?;
    }
    match (on_agent, file) {
        (true, _) => output::write(None, false, |out| outputs.write_commands(out)),
        (false, Some(_)) => Ok(()),
        (false, None) => output::write(None, false, |out| outputs.write_matrix(out)),
    }
}
