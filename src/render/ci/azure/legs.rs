//! The legs of a matrix: their names, and the variables of each.

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;

use super::outputs::VARIABLE_LENGTH;
use crate::fault::{Code, Fault};
use crate::plan::Machine;
use crate::plan::pack::Job;
use crate::render::ci::matrices::ids;
use crate::render::escape::terminal;

/// How long the name of a leg can be.
const NAME_LENGTH: usize = 100;

/// The pool of Microsoft's own machines.
const HOSTED_POOL: &str = "Azure Pipelines";

/// The image of gates that state no machine.
const IMAGE: &str = "ubuntu-latest";

/// The variables of a leg. All legs have all of them: Azure leaves `$(x)` as it stands where `x` is not set. The names
/// begin with `laneway_`, because variables are environment variables too, and `NAME` or `ID` mean something to many
/// a build.
#[derive(Debug, Serialize)]
pub(super) struct Leg {
    laneway_id: String,
    laneway_name: String,
    laneway_gates: String,
    laneway_pool: String,
    laneway_vm_image: String,
    laneway_timeout_minutes: String,
    laneway_command_base64: String,
}

impl Leg {
    /// Takes a job, if Azure can run it.
    pub(super) fn new(job: &Job) -> Result<Self, Fault> {
        let (pool, image) = machine(job)?;
        let leg = Self {
            laneway_id: job.id.clone(),
            laneway_name: inert(&job.name),
            laneway_gates: ids(job).join(" "),
            // No pool or image has a name that this alters: Azure looks for it as it stands, and says that there is none.
            laneway_pool: inert(pool),
            laneway_vm_image: inert(image),
            // `timeout 0` of the shell is no limit.
            laneway_timeout_minutes: job.timeout_minutes.unwrap_or(0).to_string(),
            laneway_command_base64: BASE64_STANDARD.encode(&job.run),
        };
        let longest =
            leg.laneway_command_base64.len().max(leg.laneway_gates.len()).max(leg.laneway_name.len());
        if longest > VARIABLE_LENGTH {
            return Err(Fault::new(
                Code::Output,
                format!(
                    "a variable of `{}` has {longest} characters, and Azure passes on at most {VARIABLE_LENGTH}",
                    job.id
                ),
                "move long commands into scripts, or allow more jobs, so that fewer gates share one",
            ));
        }
        Ok(leg)
    }
}

/// Returns the pool and the image that a job wants.
fn machine(job: &Job) -> Result<(&str, &str), Fault> {
    let keys = match (&job.machine, &job.runner) {
        (None, None) => return Ok((HOSTED_POOL, IMAGE)),
        (Some(Machine::Label(image)), _) | (None, Some(image)) => return Ok((HOSTED_POOL, image)),
        (Some(Machine::Labels(labels)), _) => match labels.as_slice() {
            [image] => return Ok((HOSTED_POOL, image)),
            _ => return Err(misfit(job, "has several labels")),
        },
        (Some(Machine::Keys(keys)), _) => keys,
    };
    let (mut pool, mut image) = (None, None);
    for (key, values) in keys {
        let [value] = values.as_slice() else {
            return Err(misfit(job, &format!("has {} values of `{key}`", values.len())));
        };
        let taken = match key.as_str() {
            "name" | "pool" => pool.replace(value.as_str()),
            "vmImage" => image.replace(value.as_str()),
            _ => return Err(misfit(job, &format!("has a key `{key}`"))),
        };
        if taken.is_some() {
            return Err(misfit(job, "has both `name` and `pool`"));
        }
    }
    Ok((pool.unwrap_or(HOSTED_POOL), image.unwrap_or_default()))
}

fn misfit(job: &Job, what: &str) -> Fault {
    let runner = job.runner.as_deref().map_or_else(|| "default".into(), terminal);
    Fault::new(
        Code::PlanRunner,
        format!(
            "the machine of `{}`, runner `{runner}`, {what}, which a matrix of Azure does not take",
            job.id
        ),
        "under `runners` of `laneway.yaml`, give Azure the name of an image, or `name` (of a pool), `vmImage`, or both",
    )
}

/// Returns a text that stays what it is when Azure expands variables in it, or when a script prints it.
///
/// Control characters are written as escapes; a space parts what would open a macro, an expression or a logging
/// command: `$(`, `$[` and `##`.
fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for character in terminal(text).chars() {
        let opens = match inert.chars().next_back() {
            Some('$') => matches!(character, '(' | '[' | '{'),
            Some('#') => character == '#',
            _ => false,
        };
        if opens {
            inert.push(' ');
        }
        inert.push(character);
    }
    inert
}

/// Returns the name of each leg, in the order of the jobs: a letter first, then letters, digits and `_`, at most 100,
/// and no two alike.
pub(super) fn names(jobs: &[Job]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut name = |job: &Job| {
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
        let id: String = job.id.replace('+', "_and_").chars().map(plain).collect();
        let letter = id.starts_with(|first: char| first.is_ascii_alphabetic());
        let id = if letter { id } else { format!("gate_{id}") };
        let mut name: String = id.chars().take(NAME_LENGTH).collect();
        let mut again = 2;
        // Variables and jobs of Azure know no case.
        while !taken.insert(name.to_ascii_lowercase()) {
            let ending = format!("_{again}");
            name = id.chars().take(NAME_LENGTH - ending.len()).collect::<String>() + &ending;
            again += 1;
        }
        name
    };
    jobs.iter().map(&mut name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_azure_acts_on_is_parted() {
        assert_eq!(inert("Unit tests, 100 % of #1 ($5)"), "Unit tests, 100 % of #1 ($5)");
        assert_eq!(inert("$(x) $$(x) $[x] ${{ x }}"), "$ (x) $$ (x) $ [x] $ {{ x }}");
        assert_eq!(inert("###vso[task.x]y"), "# # #vso[task.x]y");
        assert_eq!(inert("a\r\nb\u{202e}"), r"a\r\nb\u{202e}");
    }
}
