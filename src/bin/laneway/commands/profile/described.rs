//! The description of an environment: a file, standard input, or what a command prints. No fault has a part of it.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use laneway::environment::{Description, Section};
use laneway::fault::{Code, Fault};
use laneway::release::facts::{self, Facts};
use laneway::source::Source;
use laneway::workspace;

use super::super::gather::is_blank;
use super::asked::Asked;
use super::commands::{self, Command};
use crate::environment::Environment;

/// How long a command may take that prints a description.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the description that is named, else the one that the policy names.
pub(super) fn facts(
    named: Option<&OsStr>,
    asked: &Asked,
    environment: &Environment,
) -> Result<Facts, Vec<Fault>> {
    let own = &asked.released.plan.asked.environment;
    let (name, bytes) = match (named, &own.description) {
        (Some(file), _) if is_blank(file) => {
            let help = "give `--description` a value, or leave it out";
            let message = "the value of `--description` is empty";
            return Err(vec![Fault::new(Code::EmptyValue, message, help)]);
        }
        (Some(file), _) if file == "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
                missing(format!("the description cannot be read from standard input: {error}"))
            })?;
            ("standard input".to_owned(), bytes)
        }
        (Some(file), _) => read(Path::new(file), file.to_string_lossy().into_owned())?,
        (None, Some(Description::File(file))) => read(&asked.root.join(file), file.clone())?,
        (None, Some(Description::Command(run))) => {
            ("what the command prints".to_owned(), printed(run, asked, environment)?)
        }
        (None, None) => {
            let message = format!("nothing describes environment `{}`", own.id);
            return Err(missing(message));
        }
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        // How far it is sound is a number, and no text.
        let at = error.utf8_error().valid_up_to();
        let message = format!("{name}, byte {at}: the description is not UTF-8");
        vec![Fault::new(Code::DescriptionSyntax, message, "write it in UTF-8")]
    })?;
    let source: Arc<Source> = Source::new(name, text);
    facts::read(&source, &own.wanted, asked.now)
}

fn missing(message: String) -> Vec<Fault> {
    let help = "name a description with `--description`, or declare `description` of the environment";
    vec![Fault::new(Code::DescriptionMissing, message, help)]
}

fn read(path: &Path, name: String) -> Result<(String, Vec<u8>), Vec<Fault>> {
    match workspace::read(path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(why) => Err(missing(format!("the description `{name}` cannot be read: {why}"))),
    }
}

/// Runs the command. Of what it says only how it ended is told.
fn printed(run: &str, asked: &Asked, environment: &Environment) -> Result<Vec<u8>, Vec<Fault>> {
    let command = Command { gate: Section::CONTRACT_GATE, run, timeout: TIMEOUT };
    let printed = commands::run(&[command], &asked.root, 1, environment)?.pop();
    let printed = printed.ok_or_else(|| missing("the command of the description did not run".to_owned()))?;
    match printed.ending.reason() {
        Some(why) => {
            Err(missing(format!("the command of the description: {why}; what it printed is not shown")))
        }
        None if printed.is_cut => {
            Err(missing("the command of the description prints more than 4 MiB".to_owned()))
        }
        None => Ok(printed.bytes),
    }
}
