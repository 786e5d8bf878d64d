//! A route for GitLab: a child pipeline, one job a gate.
//!
//! GitLab expands variables in `tags`, `variables` and `image`, each by other rules, and in no other text of this document;
//! `script` is the shell's own. `$[[ … ]]` is read only in files with a `spec` header, which this one never has.
//!
//! The stages are the depth of the jobs: one that needs others stands in a later stage than they do. That is only to
//! look at, but for a job with more needs than GitLab takes: it names none and waits for all stages before its own, which
//! is more than it asked for and never less.

use std::collections::BTreeMap;

use super::{Options, name, verdict};
use crate::fault::{Code, Fault};
use crate::plan::pack::{self, Job};
use crate::plan::{Machine, Plan, Vendor};
use crate::render::yaml::Yaml;

/// How many jobs a pipeline can have in the smallest plan of GitLab.com.
pub const JOBS: usize = 500;

/// How many needs a job can name.
pub const NEEDS: usize = 50;

/// How many characters a job's name can have.
pub const NAME: usize = 255;

/// How large the document can be. GitLab counts what it takes in memory, which is about 1 KiB more for each job.
pub const BYTES: usize = 2 << 20;

/// What a job takes in memory besides its texts.
const JOB_BYTES: usize = 1 << 10;

/// The longest time that a job can have: 30 days.
const LONGEST_MINUTES: u64 = 30 * 24 * 60;

/// How many characters of an id a name can begin with.
const ID_IN_NAME: usize = 160;

/// The keys of a file, and other names that GitLab gives a meaning or advises against.
const RESERVED: [&str; 19] = [
    "after_script",
    "before_script",
    "cache",
    "default",
    "extends",
    "false",
    "image",
    "include",
    "local_configuration",
    "nil",
    "null",
    "pages",
    "services",
    "spec",
    "stages",
    "true",
    "types",
    "variables",
    "workflow",
];

/// Returns the document.
pub fn document(plan: &Plan, options: Options<'_>) -> Result<String, Fault> {
    let most = options.max_jobs.unwrap_or(JOBS).min(JOBS - usize::from(options.verify.is_some()));
    let jobs = pack::jobs(plan, Vendor::Gitlab, most)?;
    let names: BTreeMap<&str, String> = jobs.iter().map(|job| (&*job.id, job_name(job))).collect();
    let depths = depths(&jobs)?;
    let deepest = depths.values().copied().max().unwrap_or(1);
    let mut stages: Vec<String> = (1..=deepest).map(|depth| stage(depth, deepest)).collect();
    stages.extend(options.verify.map(|_| VERDICT_STAGE.to_owned()));
    let mut entries = vec![
        // Without rules a child of a merge request's pipeline has no jobs: the default is branches and tags only.
        (
            "workflow".to_owned(),
            Yaml::map([("rules", Yaml::List(vec![Yaml::map([("when", Yaml::text("always"))])]))]),
        ),
        ("stages".to_owned(), Yaml::texts(stages)),
    ];
    if let Some(arguments) = options.verify {
        entries.push(verdict_job(plan, arguments)?);
    } else if jobs.is_empty() {
        entries.push(nothing_to_run(plan));
    }
    for job in &jobs {
        let depth = depths.get(&*job.id).copied().unwrap_or(1);
        let needs: Vec<&String> = job.needs.iter().filter_map(|need| names.get(&**need)).collect();
        let mut keys = vec![("stage", Yaml::text(stage(depth, deepest)))];
        if !needs.is_empty() && needs.len() <= NEEDS {
            keys.push(("needs", Yaml::texts(needs)));
        }
        keys.extend(machine(job)?);
        if let Some(minutes) = job.timeout_minutes.filter(|minutes| *minutes > 0) {
            keys.push(("timeout", Yaml::text(format!("{} minutes", minutes.min(LONGEST_MINUTES)))));
        }
        keys.push(("interruptible", Yaml::Bool(true)));
        let gates: Vec<&str> = job.gates.iter().map(|gate| gate.as_str()).collect();
        keys.push(("variables", variables(&gates, plan)));
        keys.push(("script", Yaml::texts([command(job)?])));
        entries.push((names[&*job.id].clone(), Yaml::map(keys)));
    }
    let document = Yaml::Map(entries)
        .commented(&format!("Made by laneway route --format gitlab. Route {}.", plan.digest));
    fits(&document, jobs.len())?;
    Ok(document)
}

/// Returns a name that is unique because ids are: a title follows only behind a colon, which no id has.
pub fn job_name(job: &Job) -> String {
    let id = name::short(&job.id, ID_IN_NAME);
    let room = NAME - id.chars().count() - 2;
    let title = name::shown(job.name.trim(), room);
    if !title.is_empty() && title != job.id {
        format!("{id}: {title}")
    } else if RESERVED.contains(&&*id) {
        format!("gate {id}")
    } else {
        id.into_owned()
    }
}

/// Returns how many jobs run one after another up to each job, itself counted.
fn depths(jobs: &[Job]) -> Result<BTreeMap<&str, usize>, Fault> {
    let known: BTreeMap<&str, &Job> = jobs.iter().map(|job| (&*job.id, job)).collect();
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    while depths.len() < jobs.len() {
        let before = depths.len();
        for job in jobs.iter().filter(|job| !depths.contains_key(&*job.id)).collect::<Vec<_>>() {
            let mut needs = job.needs.iter().filter(|need| known.contains_key(&***need));
            let deepest = needs.try_fold(0, |deepest, need| Some(deepest.max(*depths.get(&**need)?)));
            if let Some(deepest) = deepest {
                depths.insert(&job.id, deepest + 1);
            }
        }
        if depths.len() == before {
            let circle = jobs.iter().map(|job| &*job.id).filter(|id| !depths.contains_key(id));
            return Err(Fault::new(
                Code::Output,
                format!("no order of the jobs fits their needs: {}", circle.collect::<Vec<_>>().join(", ")),
                "mend the `needs` of these gates: `laneway check` shows the circle",
            ));
        }
    }
    Ok(depths)
}

fn stage(depth: usize, deepest: usize) -> String {
    if deepest == 1 { "gates".to_owned() } else { format!("gates-{depth}") }
}

/// A pipeline needs a job.
fn nothing_to_run(plan: &Plan) -> (String, Yaml) {
    let keys = [
        ("stage", Yaml::text(stage(1, 1))),
        ("interruptible", Yaml::Bool(true)),
        ("variables", variables(&[], plan)),
        ("script", Yaml::texts(["echo 'No gate of this route has a command to run.'"])),
    ];
    ("nothing to run".to_owned(), Yaml::map(keys))
}

/// The stage of the last job.
const VERDICT_STAGE: &str = "verdict";

/// The last job: it names no needs, so it waits for every job of the stages before its own, and runs only if all passed.
/// Its name is no gate's: of those, what follows a space follows a colon, or the word `gate`.
fn verdict_job(plan: &Plan, arguments: &[String]) -> Result<(String, Yaml), Fault> {
    let keys = [
        ("stage", Yaml::text(VERDICT_STAGE)),
        (
            "variables",
            Yaml::map([
                ("GIT_DEPTH", Yaml::text("0")),
                ("LANEWAY_ROUTE", Yaml::text(variable(&plan.digest))),
            ]),
        ),
        ("script", Yaml::texts([verdict::script(plan, arguments)?])),
        (
            "artifacts",
            Yaml::map([("when", Yaml::text("always")), ("paths", Yaml::texts([".laneway/evidence/"]))]),
        ),
    ];
    Ok((format!("{} of the route", verdict::TITLE), Yaml::map(keys)))
}

fn variables(gates: &[&str], plan: &Plan) -> Yaml {
    Yaml::map([
        ("LANEWAY_GATES", Yaml::text(variable(&gates.join(" ")))),
        ("LANEWAY_ROUTE", Yaml::text(variable(&plan.digest))),
    ])
}

/// Escapes the value of a variable.
fn variable(text: &str) -> String {
    text.replace('$', "$$").replace('%', "%%")
}

/// Returns `tags` and `image` of a job.
fn machine(job: &Job) -> Result<Vec<(&'static str, Yaml)>, Fault> {
    match (&job.machine, &job.runner) {
        (Some(Machine::Label(label)), _) | (None, Some(label)) => Ok(vec![("tags", tags(job, std::slice::from_ref(label))?)]),
        (Some(Machine::Labels(labels)), _) => Ok(vec![("tags", tags(job, labels)?)]),
        (Some(Machine::Keys(keys)), _) => keys
            .iter()
            .map(|(key, values)| match (&**key, &**values) {
                ("tags", tagged) => Ok(("tags", tags(job, tagged)?)),
                // The runner expands the name of an image, once, and reads `$$` as `$`.
                ("image", [image]) if !image.is_empty() => Ok(("image", Yaml::text(image.replace('$', "$$")))),
                ("image", _) => Err(unfit(job, "one `image` is wanted", "give `image` one name")),
                (other, _) => Err(unfit(
                    job,
                    &format!("a GitLab job has no `{}` that Laneway writes", name::shown(other, 60)),
                    "say `tags` and `image` below `gitlab:` in `runners` of laneway.yaml; all else belongs in a file that the \
                     trigger includes beside the route",
                )),
            })
            .collect(),
        (None, None) => Ok(Vec::new()),
    }
}

/// Returns tags as they stand, because GitLab has no escape for the variables that it expands in them.
fn tags(job: &Job, tags: &[String]) -> Result<Yaml, Fault> {
    if tags.is_empty() || tags.iter().any(|tag| tag.is_empty()) {
        return Err(unfit(job, "a tag is empty", "give every tag a name"));
    }
    if let Some(tag) = tags.iter().find(|tag| names_a_variable(tag)) {
        return Err(unfit(
            job,
            &format!("GitLab would expand the tag `{}`, and has no escape for it", name::shown(tag, 60)),
            "say in `runners` of laneway.yaml which tags stand for this `runner` in GitLab",
        ));
    }
    Ok(Yaml::texts(tags))
}

/// Says whether GitLab finds `$name`, `${name}` or `%name%` in a text.
fn names_a_variable(text: &str) -> bool {
    let name = |text: &str| {
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        first.then_some(length)
    };
    text.match_indices(['$', '%']).any(|(at, sign)| {
        let rest = &text[at + 1..];
        match (sign, rest.strip_prefix('{')) {
            ("$", Some(braced)) => name(braced).is_some_and(|length| braced[length..].starts_with('}')),
            ("$", None) => name(rest).is_some(),
            _ => name(rest).is_some_and(|length| rest[length..].starts_with('%')),
        }
    })
}

/// Returns the command, which can be any text but one: a shell cannot be given a NUL, and neither can a database.
fn command(job: &Job) -> Result<&str, Fault> {
    if job.run.contains('\0') {
        return Err(unfit(
            job,
            "its command has a NUL in it",
            "take the NUL out of `run`: no shell can be given one",
        ));
    }
    Ok(&job.run)
}

fn fits(document: &str, jobs: usize) -> Result<(), Fault> {
    if document.len() + jobs * JOB_BYTES <= BYTES {
        return Ok(());
    }
    Err(Fault::new(
        Code::Output,
        format!(
            "the pipeline of {jobs} jobs takes {} bytes, and GitLab reads at most {BYTES}",
            document.len()
        ),
        "move long commands into scripts, or read `--format json`, which has no limit",
    ))
}

fn unfit(job: &Job, what: &str, help: &str) -> Fault {
    Fault::new(
        Code::Output,
        format!("the job `{}` cannot be written: {what}", name::short(&job.id, NAME)),
        help,
    )
}
