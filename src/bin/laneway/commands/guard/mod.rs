//! `laneway guard`: findings against the baseline and the allowed debt.

mod baseline;
pub(crate) mod gather;

use std::ffi::OsStr;
use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use laneway::fault::{Code, Fault};
use laneway::guard::{Mode, day, judge};
use laneway::render::guard::{Report, github, json, sarif, text};
use laneway::render::text::Detail;

use crate::args::{GuardArgs, GuardCommand, GuardFormat, GuardMode, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &GuardArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if let Some(GuardCommand::Baseline(own)) = &args.command {
        return baseline::run(place, own);
    }
    let named: [(&str, Option<&OsStr>); 2] =
        [("--today", args.today.as_deref().map(OsStr::new)), ("--output", args.output.as_deref())];
    gather::no_blank(place, &args.found, &named)?;
    let today = today(args.today.as_deref())?;
    let gathered = gather::gather(place, &args.found, Some(environment))?;
    let mode = match args.mode {
        GuardMode::Report => Mode::Report,
        GuardMode::Warn => Mode::Warn,
        GuardMode::BlockingNew => Mode::BlockingNew,
        GuardMode::Blocking => Mode::Blocking,
    };
    let judgement = judge(mode, gathered.issues, &gathered.tools, &gathered.origin, today);
    let tools: Vec<String> = gathered.tools.into_iter().collect();
    let report = Report {
        judgement: &judgement,
        base: gathered.provenance.as_ref(),
        base_faults: gathered.base_faults,
        folder: &gathered.folder,
        today,
        tools: &tools,
        passed: gathered.passed,
    };
    let file = args.output.as_deref();
    let written = match args.format {
        GuardFormat::Text => {
            let detail = Detail { verbose: place.verbose };
            output::write(file, true, |out| text::write(out, &report, detail))
        }
        GuardFormat::Json => output::write(file, false, |out| json::write(out, &report)),
        GuardFormat::Sarif => output::write(file, false, |out| sarif::write(out, &report)),
        GuardFormat::Github => output::write(file, false, |out| github::write(out, &report)),
    };
    written.map_err(|fault| vec![fault])?;
    Ok(if judgement.fails() { Exit::Fails } else { Exit::Holds })
}

/// Returns the day by which debt is judged: the one that is named, or today's in UTC, the same everywhere.
fn today(named: Option<&str>) -> Result<Date, Vec<Fault>> {
    match named {
        Some(text) => day(text).ok_or_else(|| {
            let help = "write it as YYYY-MM-DD, such as 2027-01-31";
            vec![Fault::new(Code::Usage, format!("`--today` cannot be `{text}`"), help)]
        }),
        None => jiff::Timestamp::try_from(SystemTime::now())
            .map(|now| now.to_zoned(TimeZone::UTC).date())
            .map_err(|error| {
                let help = "set the clock of this machine, or name the day with --today";
                vec![Fault::new(Code::Usage, format!("today is not known: {error}"), help)]
            }),
    }
}
