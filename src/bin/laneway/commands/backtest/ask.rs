//! From arguments to what is replayed, by which policies.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use laneway::backtest::{Record, pairs, parse_results};
use laneway::change::Side;
use laneway::fault::{Code, Fault};
use laneway::git::{HeadState, Readers, Recorded, Repository};
use laneway::policy::{Policies, Policy, PolicyBasis};
use laneway::render::backtest::{Source, Told, Used, What};
use laneway::route::Mode;
use laneway::workspace;

use super::by::By;
use crate::args::{BacktestArgs, PlaceArgs};
use crate::commands::standing::{directory, external};

/// What is replayed, by which policies.
pub(crate) struct Asked {
    /// Repositories for the threads.
    pub(crate) readers: Readers,
    /// The changes.
    pub(crate) recorded: Vec<Recorded>,
    /// The policy, and the one that it is held against.
    pub(crate) by: Vec<By>,
    /// The same for the reader.
    pub(crate) used: Vec<Used>,
    /// Where the changes come from.
    pub(crate) told: Told,
    /// Today's policy, whose rows are the neighbours of those that are missing.
    pub(crate) today: Policies,
    /// The recorded results.
    pub(crate) results: Option<Vec<Record>>,
}

/// Gathers what is replayed, or every fault of the arguments, the files and the repository.
pub(crate) fn ask(place: &PlaceArgs, args: &BacktestArgs) -> Result<Asked, Vec<Fault>> {
    not_empty(place, args)?;
    let one = |fault| vec![fault];
    let repository = Repository::open(&directory(place)?).map_err(one)?;
    let state = repository.state_of(args.head.as_deref()).map_err(one)?;
    let (today, what) = today(place, args, &repository, state)?;
    let mut by = Vec::new();
    let mut used = Vec::new();
    if args.own {
        by.push(By::own());
        used.push(Used { what: What::Own, digest: None, observes: false });
    } else {
        by.push(By::one(&today));
        used.push(used_one(&today, what));
    }
    if let Some(against) = &args.against {
        let (policy, what) = other(against, &repository)?;
        by.push(By::one(&policy));
        used.push(used_one(&policy, what));
    }
    let results = args.results.as_ref().map(|file| {
        let name = file.to_string_lossy();
        let bytes = read(file, "--results", Code::ResultsFile)?;
        parse_results(&name, &bytes)
    });
    let results = results.transpose()?;
    let readers = Readers::new(&repository);
    let (recorded, told) = match &args.pairs {
        Some(file) => listed(file, &repository)?,
        None => {
            let Some(head) = state.commit() else {
                let help = "commit something first, or name a revision with --head";
                return Err(vec![Fault::new(Code::Git, "there is no commit to replay", help)]);
            };
            let asked = args.last.get();
            let history = readers.with(|repository| repository.first_parents(head, asked));
            let source = Source::FirstParents { head: head.to_string(), asked };
            (history.changes, Told { source, end: Some(history.end) })
        }
    };
    let every_side = Side::ALL.into_iter().map(|side| (side, Arc::clone(&today)));
    let today = Policies::new(PolicyBasis::External, every_side);
    Ok(Asked { readers, recorded, by, used, told, today, results })
}

/// Reports every empty value.
fn not_empty(place: &PlaceArgs, args: &BacktestArgs) -> Result<(), Vec<Fault>> {
    let values: [(&str, Option<&OsStr>); 7] = [
        ("--policy", place.policy.as_deref()),
        ("--head", args.head.as_deref().map(OsStr::new)),
        ("--pairs", args.pairs.as_deref()),
        ("--against", args.against.as_deref()),
        ("--results", args.results.as_deref()),
        ("--state", args.state.as_deref()),
        ("--output", args.output.as_deref()),
    ];
    let is_blank = |value: &OsStr| value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace);
    let faults: Vec<Fault> = values
        .into_iter()
        .filter(|(_, value)| value.is_some_and(is_blank))
        .map(|(flag, _)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Returns today's policy: that of `--policy`, of `--head`, or of the working tree.
fn today(
    place: &PlaceArgs,
    args: &BacktestArgs,
    repository: &Repository,
    state: HeadState,
) -> Result<(Arc<Policy>, What), Vec<Fault>> {
    let (policy, what) = match &place.policy {
        Some(folder) => (external(folder.as_ref())?, What::Folder(folder.to_string_lossy().into_owned())),
        None => {
            let (name, commit) = match (&args.head, state) {
                (Some(head), HeadState::Commit(commit)) => (head.clone(), Some(commit)),
                (None, HeadState::Commit(commit)) => ("HEAD".to_owned(), Some(commit)),
                _ => ("the working tree".to_owned(), None),
            };
            let commit = commit.map(|commit| commit.to_string());
            (Policy::load(&repository.policy_of(state)), What::Revision { name, commit })
        }
    };
    if args.own {
        // It only proposes rows here; what is wrong with it says `check`.
        return Ok((Arc::new(policy), what));
    }
    sound(policy).map(|policy| (policy, what))
}

/// Returns the policy of `--against`: a folder that holds one, or a revision.
fn other(against: &OsStr, repository: &Repository) -> Result<(Arc<Policy>, What), Vec<Fault>> {
    let name = against.to_string_lossy().into_owned();
    let folder = Path::new(against);
    let is_policy = ["ownership-maps", "lanes", "laneway.yaml"].iter().any(|part| folder.join(part).exists());
    let commit = against.to_str().map(|text| repository.commit_named("--against", text));
    match (is_policy, commit) {
        (true, Some(Ok(_))) => Err(vec![Fault::new(
            Code::Usage,
            format!("`{name}`, the value of --against, is a revision, and a folder with a policy as well"),
            format!("write `./{name}` for the folder, or the revision in full: `refs/heads/{name}`"),
        )]),
        (true, _) => sound(external(folder)?).map(|policy| (policy, What::Folder(name))),
        (false, Some(Ok(commit))) => {
            let policy = Policy::load(&repository.policy_of(HeadState::Commit(commit)));
            let what = What::Revision { name, commit: Some(commit.to_string()) };
            sound(policy).map(|policy| (policy, what))
        }
        (false, _) if folder.is_dir() => Err(vec![Fault::new(
            Code::Usage,
            format!("`{name}`, the value of --against, has neither `ownership-maps/` nor `lanes/` in it"),
            "name a folder that holds a policy, or a revision",
        )]),
        (false, Some(Err(fault))) => Err(vec![fault]),
        (false, None) => Err(vec![Fault::new(
            Code::Usage,
            format!("`{name}`, the value of --against, is neither a folder nor a revision"),
            "name a folder that holds a policy, or a revision",
        )]),
    }
}

/// Returns a policy that can be relied on: every change by a broken one, or by none, would be broad.
fn sound(policy: Policy) -> Result<Arc<Policy>, Vec<Fault>> {
    if policy.is_broken() {
        return Err(policy.faults);
    }
    if policy.rows.is_empty() {
        return Err(vec![Fault::new(
            Code::Usage,
            "the policy has no ownership maps: by it, every change would be broad",
            "write maps with `laneway init` or `laneway import`, or name a folder that has some with --policy",
        )]);
    }
    Ok(Arc::new(policy))
}

fn used_one(policy: &Policy, what: What) -> Used {
    Used { what, digest: Some(policy.digest.clone()), observes: policy.config.mode == Mode::Observe }
}

/// Reads the pairs of a file, and looks their commits up.
fn listed(file: &OsStr, repository: &Repository) -> Result<(Vec<Recorded>, Told), Vec<Fault>> {
    let name = file.to_string_lossy().into_owned();
    let listed = pairs::parse(&name, &read(file, "--pairs", Code::PairsFile)?)?;
    let mut faults = Vec::new();
    let mut recorded = Vec::new();
    let mut met = BTreeSet::new();
    let mut repeated = 0;
    for pair in &listed {
        let mut commit = |text: &str, span: &std::ops::Range<usize>| {
            let found = repository.commit_named("--pairs", text);
            found.map_err(|fault| {
                let (message, help) = (format!("`{text}` names no commit of this repository"), fault.help);
                let source = &pair.source;
                faults.push(Fault::at(Code::PairsFile, source, span.clone(), message, "this one", help));
            })
        };
        let (base, head) = (commit(&pair.base, &pair.base_span), commit(&pair.head, &pair.head_span));
        let (Ok(base), Ok(head)) = (base, head) else { continue };
        if !met.insert((base, head)) {
            repeated += 1;
            continue;
        }
        match repository.pair(base, head) {
            Ok(pair) => recorded.push(pair),
            Err(why) => {
                let span = pair.base_span.start..pair.head_span.end.max(pair.base_span.end);
                let message = format!("the pair cannot be read: {why}");
                let help = "complete the clone";
                faults.push(Fault::at(Code::PairsFile, &pair.source, span, message, "this pair", help));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if recorded.is_empty() {
        let help = "list at least one pair";
        return Err(vec![Fault::new(Code::PairsFile, format!("`{name}` lists no pair"), help)]);
    }
    Ok((recorded, Told { source: Source::Pairs { file: name, repeated }, end: None }))
}

fn read(file: &OsStr, flag: &str, code: Code) -> Result<Vec<u8>, Vec<Fault>> {
    workspace::read(Path::new(file)).map_err(|why| {
        let message = format!("`{}`, the value of {flag}, cannot be read: {why}", file.to_string_lossy());
        vec![Fault::new(code, message, format!("name a file that can be read with {flag}"))]
    })
}
