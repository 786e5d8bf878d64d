//! A route for Buildkite: the steps that `buildkite-agent pipeline upload` adds to a build.
//!
//! The agent interpolates every text of what it uploads, after it has read the YAML: [`literal`] is what comes out again
//! as it went in.

use super::{Options, name, verdict};
use crate::fault::{Code, Fault};
use crate::plan::pack::{self, Job};
use crate::plan::{Machine, Plan, Vendor};
use crate::render::yaml::Yaml;

/// How many jobs one upload can create.
pub const JOBS: usize = 500;

/// How many characters a step's key can have.
pub const KEY: usize = 100;

/// How many characters a label is given.
pub const LABEL: usize = 255;

/// What every key begins with: a build's other steps have keys too, and a key can be used once. It also keeps a key from
/// looking like a UUID, which Buildkite refuses.
pub const PREFIX: &str = "laneway:";

/// Returns the document.
pub fn document(plan: &Plan, options: Options<'_>) -> Result<String, Fault> {
    let most = options.max_jobs.unwrap_or(JOBS).min(JOBS - usize::from(options.verify.is_some()));
    let jobs = pack::jobs(plan, Vendor::Buildkite, most)?;
    let mut steps: Vec<Yaml> = jobs.iter().map(|job| step(job, plan)).collect::<Result<_, _>>()?;
    if let Some(arguments) = options.verify {
        steps.push(verdict_step(&jobs, plan, arguments)?);
    } else if steps.is_empty() {
        steps.push(nothing_to_run(plan));
    }
    let comment = format!("Made by laneway route --format buildkite. Route {}.", plan.digest);
    Ok(Yaml::map([("steps", Yaml::List(steps))]).commented(&comment))
}

fn step(job: &Job, plan: &Plan) -> Result<Yaml, Fault> {
    if job.run.contains('\0') {
        return Err(unfit(
            job,
            "its command has a NUL in it",
            "take the NUL out of `run`: no shell can be given one",
        ));
    }
    let label = name::shown(job.name.trim(), LABEL);
    let label = if label.is_empty() { name::shown(&job.id, LABEL) } else { label };
    let gates: Vec<&str> = job.gates.iter().map(|gate| gate.as_str()).collect();
    let mut keys = vec![
        ("key", Yaml::text(key(&job.id))),
        ("label", Yaml::text(literal(&label))),
        ("command", Yaml::text(literal(&job.run))),
    ];
    keys.extend(agents(job)?.map(|agents| ("agents", agents)));
    keys.extend(
        job.timeout_minutes
            .filter(|minutes| *minutes > 0)
            .map(|minutes| ("timeout_in_minutes", Yaml::Number(minutes))),
    );
    if !job.needs.is_empty() {
        keys.push(("depends_on", Yaml::texts(job.needs.iter().map(|need| key(need)))));
    }
    keys.push(("env", env(&gates, plan)));
    Ok(Yaml::map(keys))
}

/// Whether Buildkite takes an upload without steps is not documented, so there is always one.
fn nothing_to_run(plan: &Plan) -> Yaml {
    Yaml::map([
        // No job has this key: `:` stands for a `.`, with which no id begins.
        ("key", Yaml::text(format!("{PREFIX}:nothing-to-run"))),
        ("label", Yaml::text("Nothing to run")),
        ("command", Yaml::text("echo 'No gate of this route has a command to run.'")),
        ("env", env(&[], plan)),
    ])
}

/// The last step: it depends on all others, and runs only if they passed.
fn verdict_step(jobs: &[Job], plan: &Plan, arguments: &[String]) -> Result<Yaml, Fault> {
    let mut keys = vec![
        // No job has this key: `:` stands for a `.`, with which no id begins.
        ("key", Yaml::text(format!("{PREFIX}:verdict"))),
        ("label", Yaml::text(verdict::TITLE)),
        ("command", Yaml::text(literal(&verdict::script(plan, arguments)?))),
    ];
    if !jobs.is_empty() {
        keys.push(("depends_on", Yaml::texts(jobs.iter().map(|job| key(&job.id)))));
    }
    keys.push(("artifact_paths", Yaml::text(".laneway/evidence/**/*")));
    keys.push(("env", env(&[], plan)));
    Ok(Yaml::map(keys))
}

fn env(gates: &[&str], plan: &Plan) -> Yaml {
    Yaml::map([
        ("LANEWAY_GATES", Yaml::text(literal(&gates.join(" ")))),
        ("LANEWAY_ROUTE", Yaml::text(literal(&plan.digest))),
    ])
}

/// Returns the key of a job: letters, digits, `-`, `_` and `:` are allowed.
///
/// Ids have neither `:` nor capital letters, so that two ids never share a key.
pub fn key(id: &str) -> String {
    let plain = id.replace('.', ":").replace('+', "-AND-");
    format!("{PREFIX}{}", name::short(&plain, KEY - PREFIX.len()))
}

/// Returns which agents a job can run on.
fn agents(job: &Job) -> Result<Option<Yaml>, Fault> {
    let rule = |key: &str, value: &str| Yaml::text(literal(&format!("{key}={value}")));
    match (&job.machine, &job.runner) {
        (Some(Machine::Label(queue)), _) | (None, Some(queue)) => {
            Ok(Some(Yaml::map([("queue", Yaml::text(literal(queue)))])))
        }
        (Some(Machine::Labels(labels)), _) => {
            let rules = labels.iter().map(|label| match label.split_once('=') {
                Some((key, value)) if !key.trim().is_empty() && !value.trim().is_empty() => {
                    Ok(rule(key, value))
                }
                _ => Err(unfit(
                    job,
                    &format!("`{}` is no tag of an agent", name::shown(label, 60)),
                    "write each label of a list as `key=value`, as in `queue=large`",
                )),
            });
            Ok(Some(Yaml::List(rules.collect::<Result<_, _>>()?)))
        }
        (Some(Machine::Keys(keys)), _) if keys.values().all(|values| values.len() == 1) => {
            Ok(Some(Yaml::map(keys.iter().flat_map(|(key, values)| {
                values.iter().map(move |value| (literal(key), Yaml::text(literal(value))))
            }))))
        }
        // A mapping has one value a key; a list has room for several.
        (Some(Machine::Keys(keys)), _) => Ok(Some(Yaml::List(
            keys.iter().flat_map(|(key, values)| values.iter().map(move |value| rule(key, value))).collect(),
        ))),
        (None, None) => Ok(None),
    }
}

/// Writes a text so that it comes out of the agent's interpolation as it stands.
///
/// `$$` comes out as `$`, whatever follows. But `\$` comes out as `$` too, and takes the backslash with it, so that a
/// backslash before a dollar needs help; two of them are left alone, and there is no escape for one. It comes out of the
/// default of a variable that nobody sets.
pub fn literal(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    let mut backslashes = 0;
    for character in text.chars() {
        if character == '\\' {
            backslashes += 1;
            continue;
        }
        let stray = character == '$' && backslashes % 2 == 1;
        written.extend(std::iter::repeat_n('\\', backslashes - usize::from(stray)));
        backslashes = 0;
        match character {
            '$' if stray => written.push_str(r"${LANEWAY_BACKSLASH:-\}$$"),
            '$' => written.push_str("$$"),
            plain => written.push(plain),
        }
    }
    written.extend(std::iter::repeat_n('\\', backslashes));
    written
}

fn unfit(job: &Job, what: &str, help: &str) -> Fault {
    let id = name::short(&job.id, LABEL);
    Fault::new(Code::Output, format!("the step `{id}` cannot be written: {what}"), help)
}
