//! What the choice rests on: from arguments, the CI's event, the commits and the roster.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use laneway::fault::{Code, Fault};
use laneway::forge::{Already, Context, OpenReviews, Target, context};
use laneway::git::Bounds;
use laneway::policy::RosterBasis;
use laneway::render::reviewers::SaidBy;
use laneway::reviewers::{Candidate, Known, MOST, People, read_load};
use laneway::roster::Roster;
use laneway::workspace;

use super::super::gather::{Gathered, is_blank};
use crate::args::AskArgs;
use crate::environment::Environment;

/// What the choice rests on.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) roster: Roster,
    pub(crate) basis: RosterBasis,
    pub(crate) known: Known,
    pub(crate) strangers: BTreeSet<(SaidBy, String)>,
    pub(crate) notes: Vec<String>,
}

/// What the forge of a posting says.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) author: Option<String>,
    pub(crate) open: Option<OpenReviews>,
    pub(crate) already: Option<Already>,
}

/// Gathers what the choice rests on, or every fault of the arguments.
pub(crate) fn known(
    args: &AskArgs,
    gathered: &Gathered,
    (digest, told): (&str, &Told),
    environment: &Environment,
) -> Result<Basis, Vec<Fault>> {
    let mut faults = blank(args);
    let today = day(args.date.as_deref()).map_err(|fault| faults.push(fault)).ok();
    if args.most == Some(0) {
        let help = "let at least one person be asked, or leave `--most` out";
        faults.push(Fault::new(Code::Usage, "`--most` is 0: nobody could be asked", help));
    }
    let load = match args.load.as_deref() {
        Some(file) if !is_blank(file) => load(file).map_err(|all| faults.extend(all)).ok(),
        _ => told.open.as_ref().map(|open| open.by.clone()),
    };
    let (Some(today), true) = (today, faults.is_empty()) else { return Err(faults) };

    let (roster, basis) = gathered.policies.roster();
    let roster = roster.cloned().unwrap_or_default();
    let mut notes = Vec::new();
    let pull_request = pull_request(environment);
    let authors = authors(args, gathered, (told, pull_request.as_ref()), &mut notes);
    let already =
        args.already.iter().cloned().chain(
            told.already.iter().flat_map(|already| already.asked.iter().chain(&already.looked)).cloned(),
        );
    if let Some(open) = told.open.as_ref().filter(|open| !open.complete && args.load.is_none()) {
        notes.push(format!(
            "only {} open pull requests were read for the load of people, so it may be too low",
            open.read
        ));
    }
    let known = Known {
        authors,
        today,
        load: load.unwrap_or_default(),
        authorship: if args.authorship { authorship(gathered, &mut notes) } else { BTreeMap::new() },
        already: already.collect(),
        seed: seed(args, gathered, pull_request.as_ref(), digest),
        most: args.most.or(roster.most).unwrap_or(MOST),
    };
    let strangers = strangers(&roster, &known);
    Ok(Basis { roster, basis, known, strangers, notes })
}

/// Reports every value that is given and empty.
fn blank(args: &AskArgs) -> Vec<Fault> {
    let text = |values: &[String]| values.iter().any(|value| is_blank(OsStr::new(value)));
    let one = |value: &Option<String>| value.as_deref().is_some_and(|value| is_blank(OsStr::new(value)));
    let flags = [
        ("--author", text(&args.author)),
        ("--already", text(&args.already)),
        ("--seed", one(&args.seed)),
        ("--date", one(&args.date)),
        ("--load", args.load.as_deref().is_some_and(is_blank)),
    ];
    let empty = flags.into_iter().filter(|(_, is_empty)| *is_empty);
    empty
        .map(|(flag, _)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect()
}

/// Returns the day that is named, or today in UTC, the same everywhere.
fn day(named: Option<&str>) -> Result<Date, Fault> {
    match named {
        // An empty one has been reported already.
        Some(text) if text.trim().is_empty() => Ok(Date::ZERO),
        Some(text) => {
            let is_shaped = text.len() == 10 && text.is_ascii();
            text.parse().ok().filter(|_| is_shaped).ok_or_else(|| {
                let help = "write it as YYYY-MM-DD, such as 2027-01-31";
                Fault::new(Code::Usage, format!("`--date` cannot be `{text}`"), help)
            })
        }
        None => jiff::Timestamp::try_from(SystemTime::now())
            .map(|now| now.to_zoned(TimeZone::UTC).date())
            .map_err(|error| {
                let help = "set the clock of this machine, or name the day with --date";
                Fault::new(Code::Usage, format!("today is not known: {error}"), help)
            }),
    }
}

fn load(file: &OsStr) -> Result<BTreeMap<String, u32>, Vec<Fault>> {
    let (name, content) = if file == "-" {
        let mut content = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut content);
        ("standard input".to_owned(), read.map(|_| content).map_err(|error| error.to_string()))
    } else {
        (file.to_string_lossy().into_owned(), workspace::read(Path::new(file)))
    };
    let content = content.map_err(|why| {
        let help = "name a file with the open reviews of people, or leave `--load` out";
        vec![Fault::new(Code::LoadFile, format!("the load file `{name}` cannot be read: {why}"), help)]
    })?;
    read_load(&name, &content)
}

/// Returns the pull request that the CI's run is about. Without one nobody is told: it is no fault where nothing is
/// posted.
fn pull_request(environment: &Environment) -> Option<Context> {
    let read = |path: &str| {
        let bytes = workspace::read(Path::new(path))?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    };
    context(&Target::default(), &environment.variables, &read).ok()
}

fn authors(
    args: &AskArgs,
    gathered: &Gathered,
    (told, pull_request): (&Told, Option<&Context>),
    notes: &mut Vec<String>,
) -> BTreeSet<String> {
    if !args.author.is_empty() {
        return args.author.iter().cloned().collect();
    }
    let by_forge = told.author.clone().or_else(|| told.already.as_ref()?.author.clone());
    if let Some(author) = by_forge.or_else(|| pull_request?.author.clone()) {
        return [author].into();
    }
    let Some((repository, resolved)) = gathered.origin() else { return BTreeSet::new() };
    match repository.authors(resolved) {
        Ok(authors) => authors,
        Err(why) => {
            notes.push(format!("who wrote the change is not known, so an author may be asked: {why}"));
            BTreeSet::new()
        }
    }
}

/// Returns what is drawn from: the pull request where it is known, so that a push does not draw anew.
fn seed(args: &AskArgs, gathered: &Gathered, pull_request: Option<&Context>, digest: &str) -> String {
    if let Some(seed) = &args.seed {
        return seed.clone();
    }
    if let Some(own) = pull_request {
        return format!("{}#{}", own.project, own.number);
    }
    gathered.change.provenance.head.clone().unwrap_or_else(|| digest.to_owned())
}

fn authorship(gathered: &Gathered, notes: &mut Vec<String>) -> BTreeMap<String, u64> {
    let Some((repository, resolved)) = gathered.origin() else {
        notes.push("without a repository it is not known who wrote what".to_owned());
        return BTreeMap::new();
    };
    let found = repository.authorship(resolved, Bounds::default());
    if found.left_out > 0 {
        notes.push(format!(
            "of who wrote what, the first {} files were looked at; {} were not",
            Bounds::default().files,
            found.left_out
        ));
    }
    for (path, why) in found.unread.iter().take(5) {
        notes.push(format!("who wrote {path} is not known: {why}"));
    }
    if found.unread.len() > 5 {
        notes.push(format!("nor is it of {} more files", found.unread.len() - 5));
    }
    found.wrote
}

/// Returns the words that the roster does not know. Who wrote lines long ago may well have left.
fn strangers(roster: &Roster, known: &Known) -> BTreeSet<(SaidBy, String)> {
    let people = People::new(roster);
    let words = known
        .authors
        .iter()
        .map(|word| (SaidBy::Author, word))
        .chain(known.load.keys().map(|word| (SaidBy::Load, word)))
        .chain(known.already.iter().map(|word| (SaidBy::Already, word)));
    words
        .filter(|(_, word)| matches!(people.find(word), Candidate::Unknown(_)))
        .map(|(by, word)| (by, word.clone()))
        .collect()
}
