//! `laneway route`: the gates, reviews and skips of a change.

use std::io::Write as _;

use laneway::fault::{Code, Fault};
use laneway::plan::Plan;
use laneway::render::ci::{Options, azure, buildkite, circleci, github, gitlab, jenkins, jsonl};
use laneway::render::digest::digest;
use laneway::render::text::Detail;
use laneway::render::{Report, json, markdown, text};
use laneway::route::route;

use super::document::plan_of;
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
        if args.change.output.as_deref().is_some_and(is_blank) {
            let help = "give `--output` a value, or leave it out";
            return Err(vec![Fault::new(Code::EmptyValue, "the value of `--output` is empty", help)]);
        }
        let plan = plan_of("--from-route", file, place, environment)?;
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
    let names_jobs =
        matches!(args.format, RouteFormat::Gitlab | RouteFormat::Buildkite | RouteFormat::Circleci);
    if args.verify && !names_jobs {
        let help = "gitlab, buildkite and circleci have a last job; in github, azure and jenkins it is part of your own file, \
                    as docs/ci-verify.md shows";
        faults.push(usage("`--verify` means nothing to this `--format`", help));
    }
    let by_list = args.change.files.is_some() || args.change.files_from.is_some() || args.change.staged;
    if args.verify && by_list {
        let help = "compare commits: evidence is about a commit";
        faults.push(usage("`--verify` needs a change between commits", help));
    }
    if args.verify && args.from_route.is_some() {
        let help =
            "decide the route where the jobs are written: what widened a document's route is not in it";
        faults.push(usage("`--verify` cannot be used with `--from-route`", help));
    }
    if args.from_route.is_some() && is_page {
        let help = "github, gitlab, buildkite, circleci, azure, jenkins and jsonl can; text, json and markdown are of the \
                    run that decides the route";
        faults.push(usage("`--from-route` cannot be printed in this `--format`", help));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
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

const fn options<'a>(args: &RouteArgs, arguments: &'a [String]) -> Options<'a> {
    let verify = if args.verify { Some(arguments) } else { None };
    Options { max_jobs: args.max_jobs, stages: args.stages, verify }
}

/// Returns the arguments by which the route is decided, for whoever decides it again.
fn arguments(args: &RouteArgs) -> Vec<String> {
    let change = &args.change;
    let valued = |flag: &str, value: &Option<String>| value.clone().map(|value| [flag.to_owned(), value]);
    let mut arguments: Vec<String> =
        [("--base", &change.base), ("--head", &change.head), ("--all", &change.all)]
            .into_iter()
            .filter_map(|(flag, value)| valued(flag, value))
            .flatten()
            .collect();
    arguments.extend(change.exact.then(|| "--exact".to_owned()));
    arguments.extend(change.add.iter().flat_map(|gate| ["--add".to_owned(), gate.clone()]));
    arguments
}

/// Writes the document of a CI whole, or nothing. Of a route from a document there is no page to show.
fn for_ci(
    args: &RouteArgs,
    plan: &Plan,
    shown: Option<&Report<'_>>,
    environment: &Environment,
) -> Result<(), Fault> {
    let arguments = arguments(args);
    let options = options(args, &arguments);
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
    let outputs = github::Outputs::new(plan, options(args, &[]))?;
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
    let outputs = azure::Outputs::new(plan, options(args, &[]))?;
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
