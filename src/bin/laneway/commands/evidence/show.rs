//! `laneway evidence show`: what the store holds.

use std::ffi::OsStr;

use laneway::evidence::{Held, Revocation, Seal};
use laneway::fault::{Code, Fault};
use laneway::render::evidence::{self, Asked};
use laneway::render::text::Detail;
use laneway::render::verdict::payload;

use super::opened::{self, Opened};
use crate::args::{PlaceArgs, ShowArgs, ShowFormat};
use crate::commands::gather::is_blank;
use crate::commands::proof;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Prints what is kept. What cannot be read is listed with it, and the exit code is then 1.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ShowArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let mut faults = proof::only_reads(&args.store);
    let subject = args.subject.as_deref().map(OsStr::new);
    let named = [("X", subject), ("--output", args.output.as_deref()), ("--policy", place.policy.as_deref())];
    for (name, _) in named.into_iter().filter(|(_, value)| value.is_some_and(is_blank)) {
        let message = format!("the value of `{name}` is empty");
        faults.push(Fault::new(Code::EmptyValue, message, format!("give `{name}` a value, or leave it out")));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let opened = opened::open(place, &args.store)?;
    let asked = match &args.subject {
        None => Asked::Everything,
        Some(word) => match evidence::find(&opened.shelf(), word) {
            Ok(asked) => asked,
            Err(why) => {
                // What is not found may be what cannot be read.
                let mut faults = vec![opened::unknown(&opened, word, why)];
                faults
                    .extend(opened.archive.broken.iter().flat_map(|own| own.faults.iter().take(1).cloned()));
                return Err(faults);
            }
        },
    };
    let file = args.output.as_deref();
    if args.format == ShowFormat::Payload {
        let (held, _) = verdict(&opened, &asked)?;
        output::replace(file, payload::document(&held.content).as_bytes()).map_err(|fault| vec![fault])?;
        if !opened.archive.broken.is_empty() {
            let broken = opened.archive.broken.iter().flat_map(|own| own.faults.iter().take(1).cloned());
            report::print(&broken.collect::<Vec<_>>(), place.verbose);
        }
        return Ok(exit(&opened, place));
    }
    let document = evidence::view(&opened.shelf(), &asked);
    let detail = Detail { verbose: place.verbose };
    match args.format {
        ShowFormat::Text => output::write(file, true, |out| evidence::text::write(out, &document, detail)),
        ShowFormat::Json | ShowFormat::Payload => {
            output::write(file, false, |out| evidence::json::write(out, &document))
        }
    }
    .map_err(|fault| vec![fault])?;
    Ok(exit(&opened, place))
}

/// Returns what the process ends with, and says what is wrong with the base's policy.
fn exit(opened: &Opened, place: &PlaceArgs) -> Exit {
    if !opened.faults.is_empty() {
        report::print(&opened.faults, place.verbose);
        return Exit::Undecided;
    }
    if opened.archive.broken.is_empty() { Exit::Holds } else { Exit::Fails }
}

/// A verdict, and what took it back.
type Decided<'a> = (&'a Held<Seal>, Option<&'a Held<Revocation>>);

/// Returns the verdict that a payload is printed from: the newest one of a commit, or the one that is named. One that was
/// taken back is no evidence any more.
fn verdict<'a>(opened: &'a Opened, asked: &Asked) -> Result<Decided<'a>, Vec<Fault>> {
    let shelf = opened.shelf();
    let found = match asked {
        Asked::Commit(commit) => evidence::latest(&opened.archive, commit),
        Asked::Object(digest) => evidence::verdict(&opened.archive, *digest),
        Asked::Everything | Asked::Plan(_) | Asked::Gate(_) => {
            let help = "name a commit, or the digest of a verdict";
            return Err(vec![Fault::new(Code::Usage, "a payload is of one commit's verdict", help)]);
        }
    };
    match found {
        None => {
            let message = format!("the store `{}` has no verdict of it", shelf.place);
            let help = "`laneway verify` decides one, and keeps it";
            Err(vec![Fault::new(Code::EvidenceValue, message, help)])
        }
        Some((_, Some(revocation))) => {
            let own = &revocation.content;
            let message =
                format!("the newest verdict was taken back {} by {}: {}", own.revoked, own.owner, own.reason);
            let help = "`laneway verify` decides anew";
            Err(vec![Fault::new(Code::EvidenceValue, message, help)])
        }
        Some(found) => Ok(found),
    }
}
