//! The divergence marker, from its flags: why a commit is shipped that is not integrated.

use std::ffi::OsStr;

use jiff::{SignedDuration, Timestamp};
use laneway::fault::{Code, Fault};
use laneway::permission::expiry;
use laneway::release::{Divergence, LONGEST_DIVERGENCE_DAYS};

use super::gather::is_blank;
use crate::args::DivergenceArgs;

fn flags(args: &DivergenceArgs) -> [(&'static str, &'static str, Option<&str>); 4] {
    [
        ("--divergence-reason", "why", args.divergence_reason.as_deref()),
        ("--divergence-owner", "who answers for it", args.divergence_owner.as_deref()),
        ("--divergence-until", "until when", args.divergence_until.as_deref()),
        ("--follow-up", "how it is merged and promoted in the usual way", args.follow_up.as_deref()),
    ]
}

/// Reports every value that is given and empty.
pub(crate) fn blank(args: &DivergenceArgs) -> Vec<Fault> {
    let flags = flags(args);
    let empty = flags.iter().filter(|(_, _, value)| value.is_some_and(|own| is_blank(OsStr::new(own))));
    empty
        .map(|(flag, ..)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect()
}

/// Takes the marker, all of it or none, or says everything that is wrong with it. `now` is when it begins.
pub(crate) fn divergence(args: &DivergenceArgs, now: Timestamp) -> Result<Option<Divergence>, Vec<Fault>> {
    let empty = blank(args);
    if !empty.is_empty() {
        return Err(empty);
    }
    let flags = flags(args);
    if flags.iter().all(|(_, _, value)| value.is_none()) {
        return Ok(None);
    }
    let missing = flags.iter().filter(|(_, _, value)| value.is_none());
    let mut faults: Vec<Fault> = missing
        .map(|(flag, what, _)| {
            let message = format!("the divergence marker is not whole: it does not say {what}");
            Fault::new(Code::ReleaseFlag, message, format!("say it with `{flag}`"))
        })
        .collect();
    let until = args.divergence_until.as_deref().and_then(|text| match ends(text, now) {
        Ok(until) => Some(until),
        Err((why, help)) => {
            let message = format!("the value of `--divergence-until` cannot be `{text}`: {why}");
            faults.push(Fault::new(Code::ReleaseFlag, message, help));
            None
        }
    });
    match (&args.divergence_reason, &args.divergence_owner, until, &args.follow_up) {
        (Some(reason), Some(owner), Some(until), Some(follow_up)) if faults.is_empty() => {
            Ok(Some(Divergence {
                reason: reason.clone(),
                owner: owner.clone(),
                until,
                follow_up: follow_up.clone(),
            }))
        }
        _ => Err(faults),
    }
}

fn ends(text: &str, now: Timestamp) -> Result<Timestamp, (String, String)> {
    let help = "let it end when the validation is over";
    let until = expiry(text, now).map_err(|why| (why, help.to_owned()))?;
    if until <= now {
        return Err(("it is over already".to_owned(), help.to_owned()));
    }
    let longest = now.checked_add(SignedDuration::from_hours(24 * LONGEST_DIVERGENCE_DAYS));
    if longest.is_ok_and(|longest| until > longest) {
        let why = format!("a divergence ends within {LONGEST_DIVERGENCE_DAYS} days");
        return Err((why, help.to_owned()));
    }
    Ok(until)
}
