//! A route for CircleCI: the configuration that a setup workflow continues with.
//!
//! Each job is a job of the workflow `laneway`; the jobs that it needs, it `requires`. The last one, of type `no-op`,
//! requires all others: it costs nothing, it is there when there is nothing else to run, and it is the one check that
//! a branch has to require. In a configuration of version 2.1 `<<` opens an expression, so every text is escaped.

use std::collections::{BTreeMap, BTreeSet};

use super::{Options, verdict};
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::plan::pack::{self, Job};
use crate::plan::{Machine, Plan, Vendor};
use crate::render::yaml::Yaml;

/// How large a configuration can be. CircleCI takes 8 MB of what it makes of it; the rest is room for what it adds.
pub const CONFIG_BYTES: usize = 7_000_000;

/// The workflow.
pub const WORKFLOW: &str = "laneway";

/// The job that requires all others.
pub const PASSED: &str = "laneway-passed";

/// The pipeline parameter that names the image of gates that state no machine.
const IMAGE_PARAMETER: &str = "laneway_image";

/// What that image is, unless the setup workflow says otherwise.
const IMAGE: &str = "cimg/base:current";

/// How long the name of a job gets; CircleCI names no limit, and the forges cut long names of checks.
const NAME_LENGTH: usize = 100;

/// Returns the document.
pub fn document(plan: &Plan, options: Options) -> Result<String, Fault> {
    let jobs = pack::jobs(plan, Vendor::Circleci, options.max_jobs.unwrap_or(usize::MAX))?;
    let names = names(&jobs);
    let mut definitions = Vec::with_capacity(jobs.len() + 1);
    let mut invocations = Vec::with_capacity(jobs.len() + 1);
    for job in &jobs {
        let name = names[job.id.as_str()].clone();
        definitions.push((name.clone(), definition(plan, job)?));
        let needs: Vec<&String> = job.needs.iter().filter_map(|need| names.get(need.as_str())).collect();
        invocations.push(invocation(name, needs));
    }
    let last = match options.verify {
        None => Yaml::map([("type", Yaml::text("no-op"))]),
        Some(arguments) => verdict_job(plan, arguments)?,
    };
    definitions.push((PASSED.to_owned(), last));
    invocations.push(invocation(PASSED.to_owned(), names.values().collect()));
    let image = Yaml::map([("type", Yaml::text("string")), ("default", Yaml::text(IMAGE))]);
    let rest = Yaml::map([
        ("parameters", Yaml::map([(IMAGE_PARAMETER, image)])),
        ("jobs", Yaml::map(definitions)),
        ("workflows", Yaml::map([(WORKFLOW, Yaml::map([("jobs", Yaml::List(invocations))]))])),
    ]);
    let document = format!("version: 2.1\n{}", rest.document());
    if document.len() > CONFIG_BYTES {
        return Err(Fault::new(
            Code::Output,
            format!(
                "the configuration takes {} bytes, and at most {CONFIG_BYTES} are sure to fit",
                document.len()
            ),
            "move long commands into scripts, or pack the gates with `--max-jobs`",
        ));
    }
    Ok(document)
}

fn definition(plan: &Plan, job: &Job) -> Result<Yaml, Fault> {
    let gates: Vec<&str> = job.gates.iter().map(GateId::as_str).collect();
    let environment = Yaml::map([
        ("LANEWAY_GATES", Yaml::text(gates.join(" "))),
        ("LANEWAY_ROUTE", Yaml::text(escaped(&plan.digest))),
    ]);
    let title = if job.name.trim().is_empty() { &job.id } else { &job.name };
    let mut run = vec![("name", Yaml::text(escaped(title))), ("command", Yaml::text(escaped(&job.run)))];
    // A job of CircleCI has no time limit that one could set; a step ends when it says nothing for so long.
    if let Some(minutes) = job.timeout_minutes {
        run.push(("no_output_timeout", Yaml::text(format!("{minutes}m"))));
    }
    let steps = vec![Yaml::text("checkout"), Yaml::map([("run", Yaml::map(run))])];
    let mut definition = executor(job)?;
    definition.push(("environment", environment));
    definition.push(("steps", Yaml::List(steps)));
    Ok(Yaml::map(definition))
}

/// Returns the keys that say on which machine the job runs.
fn executor(job: &Job) -> Result<Vec<(&'static str, Yaml)>, Fault> {
    let docker = |image: Yaml| ("docker", Yaml::List(vec![Yaml::map([("image", image)])]));
    let default = || docker(Yaml::text(format!("<< pipeline.parameters.{IMAGE_PARAMETER} >>")));
    let class = |class: &str| ("resource_class", Yaml::text(escaped(class)));
    let keys = match (&job.machine, &job.runner) {
        (None, None) => return Ok(vec![default()]),
        (Some(Machine::Label(label)), _) | (None, Some(label)) => return Ok(vec![default(), class(label)]),
        (Some(Machine::Labels(labels)), _) => match labels.as_slice() {
            [label] => return Ok(vec![default(), class(label)]),
            _ => return Err(misfit(job, "has several labels")),
        },
        (Some(Machine::Keys(keys)), _) => keys,
    };
    let mut known = BTreeMap::new();
    for (key, values) in keys {
        let [value] = values.as_slice() else {
            return Err(misfit(job, &format!("has {} values of `{key}`", values.len())));
        };
        if !matches!(key.as_str(), "image" | "machine" | "xcode" | "resource_class") {
            return Err(misfit(job, &format!("has a key `{key}`")));
        }
        known.insert(key.as_str(), value.as_str());
    }
    let mut executors = Vec::new();
    if let Some(image) = known.get("image") {
        executors.push(docker(Yaml::text(escaped(image))));
    }
    if let Some(machine) = known.get("machine") {
        let machine = match *machine {
            "true" => Yaml::Bool(true),
            image => Yaml::map([("image", Yaml::text(escaped(image)))]),
        };
        executors.push(("machine", machine));
    }
    if let Some(xcode) = known.get("xcode") {
        executors.push(("macos", Yaml::map([("xcode", Yaml::text(escaped(xcode)))])));
    }
    if executors.len() > 1 {
        return Err(misfit(job, "has more than one of `image`, `machine` and `xcode`"));
    }
    if executors.is_empty() {
        executors.push(default());
    }
    executors.extend(known.get("resource_class").map(|label| class(label)));
    Ok(executors)
}

/// The last job, where it gives the verdict: a job that `requires` others runs only if they passed.
fn verdict_job(plan: &Plan, arguments: &[String]) -> Result<Yaml, Fault> {
    let run = Yaml::map([
        ("name", Yaml::text(verdict::TITLE)),
        ("command", Yaml::text(escaped(&verdict::script(plan, arguments)?))),
    ]);
    let store = Yaml::map([("path", Yaml::text(".laneway/evidence"))]);
    let image = Yaml::text(format!("<< pipeline.parameters.{IMAGE_PARAMETER} >>"));
    Ok(Yaml::map([
        ("docker", Yaml::List(vec![Yaml::map([("image", image)])])),
        ("environment", Yaml::map([("LANEWAY_ROUTE", Yaml::text(escaped(&plan.digest)))])),
        (
            "steps",
            Yaml::List(vec![
                Yaml::text("checkout"),
                Yaml::map([("run", run)]),
                Yaml::map([("store_artifacts", store)]),
            ]),
        ),
    ]))
}

fn misfit(job: &Job, what: &str) -> Fault {
    let runner = job.runner.as_deref().unwrap_or("default");
    Fault::new(
        Code::PlanRunner,
        format!("the machine of `{}`, runner `{runner}`, {what}, which CircleCI does not take", job.id),
        "under `runners` of `laneway.yaml`, give CircleCI one resource class, or one each of `resource_class` and of \
         `image`, `machine` or `xcode`",
    )
}

fn invocation(name: String, requires: Vec<&String>) -> Yaml {
    if requires.is_empty() {
        return Yaml::text(name);
    }
    Yaml::map([(name, Yaml::map([("requires", Yaml::texts(requires))]))])
}

/// Returns the name of each job, by id: `a-z` first, then `a-z0-9_-`, and no two alike.
fn names(jobs: &[Job]) -> BTreeMap<&str, String> {
    let mut taken = BTreeSet::from([PASSED.to_owned()]);
    let mut names = BTreeMap::new();
    for job in jobs {
        let plain = |character: char| {
            let kept = matches!(character, 'a'..='z' | '0'..='9' | '_' | '-');
            if kept { character } else { '-' }
        };
        let id: String = job.id.to_ascii_lowercase().replace('+', "-and-").chars().map(plain).collect();
        let letter = id.starts_with(|first: char| first.is_ascii_lowercase());
        let id = if letter { id } else { format!("gate-{id}") };
        let mut name: String = id.chars().take(NAME_LENGTH).collect();
        let mut again = 2;
        while !taken.insert(name.clone()) {
            let ending = format!("-{again}");
            name = id.chars().take(NAME_LENGTH - ending.len()).collect::<String>() + &ending;
            again += 1;
        }
        names.insert(job.id.as_str(), name);
    }
    names
}

/// Writes a backslash before each `<<`, which CircleCI takes away again: without it, `<<` opens an expression.
fn escaped(text: &str) -> String {
    text.replace("<<", r"\<<")
}
