//! `laneway check`: whether maps, lanes and tree still tell the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::sync::Arc;

use laneway::attribute::{Room, attribute_path};
use laneway::base::{BaseChoice, BaseRequest, Comparison, Head, Named, Reach, Revision, missing_fault};
use laneway::change::Confidence;
use laneway::check::{Subject, check, check_since};
use laneway::fault::{Code, Fault};
use laneway::finding::{Finding, FindingCode, Severity};
use laneway::git::{HeadState, Repository};
use laneway::id::nearest;
use laneway::manifests::{self, Packages, is_manifest};
use laneway::path::RepoPath;
use laneway::policy::Policy;
use laneway::render::findings::{Findings, github, json, sarif, text};
use laneway::render::text::Detail;

use super::standing::{Standing, standing};
use crate::args::{CheckArgs, CheckFormat, FailOn, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Where a change moved files, by their old paths.
type Renamed = BTreeMap<RepoPath, RepoPath>;

/// Checks, and prints what is found.
pub(crate) fn run(place: &PlaceArgs, args: &CheckArgs, _: &Environment) -> Result<Exit, Vec<Fault>> {
    let only = checked(place, args)?;
    let standing = standing(place, args.head.as_deref())?;
    let since = args.since.as_deref().map(|since| merge_base(&standing, args, since)).transpose()?;
    let Standing { repository, state, policy, tree } = &standing;
    let (packages, faults, quiet) = packages(repository, *state, policy, tree);
    let mut found = match since {
        None => check(&Subject::new(policy, tree, &packages, &Renamed::new())),
        Some((base, renamed)) => {
            let head = Subject::new(policy, tree, &packages, &renamed);
            let external = place.policy.is_some().then(|| Arc::clone(policy));
            let policy = external.unwrap_or_else(|| Arc::new(Policy::load(&repository.policy_of(base))));
            let tree = repository.files_of(base).map_err(|fault| vec![fault])?;
            // What cannot be read of the base subtracts nothing.
            let (packages, _, _) = self::packages(repository, base, &policy, &tree);
            check_since(&head, &Subject::new(&policy, &tree, &packages, &Renamed::new()))
        }
    };
    if !only.is_empty() {
        found.retain(|finding| only.contains(&finding.code));
    }
    let shown = Findings { findings: &found, since: args.since.as_deref(), broken: policy.is_broken() };
    let file = args.output.as_deref();
    let written = match args.format {
        CheckFormat::Text => {
            let detail = Detail { verbose: place.verbose };
            output::write(file, true, |out| text::write(out, &shown, detail))
        }
        CheckFormat::Json => output::write(file, false, |out| json::write(out, &shown)),
        CheckFormat::Sarif => output::write(file, false, |out| sarif::write(out, &shown)),
        CheckFormat::Github => output::write(file, false, |out| github::write(out, &shown)),
    };
    written.map_err(|fault| vec![fault])?;
    if !quiet.is_empty() {
        report::print(&quiet, place.verbose);
    }
    let faults: Vec<Fault> = policy.faults.iter().cloned().chain(faults).collect();
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    let least = match args.fail_on {
        FailOn::Note => Severity::Note,
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
        FailOn::Never => return Ok(Exit::Holds),
    };
    let fails = found.iter().any(|finding| finding.code.severity() >= least);
    Ok(if fails { Exit::Fails } else { Exit::Holds })
}

/// Returns what is found at one state, or what of it cannot be read. A faulty manifest that decides nothing is printed.
pub(crate) fn findings(
    repository: &Repository,
    state: HeadState,
    policy: &Arc<Policy>,
    tree: &[RepoPath],
    renamed: &Renamed,
) -> Result<Vec<Finding>, Vec<Fault>> {
    let (packages, faults, quiet) = packages(repository, state, policy, tree);
    if !quiet.is_empty() {
        report::print(&quiet, false);
    }
    if faults.is_empty() { Ok(check(&Subject::new(policy, tree, &packages, renamed))) } else { Err(faults) }
}

/// Reads the manifests of a state. What is wrong with one that the maps call a test, documentation or exempt is told apart:
/// it may well be there to be wrong. It is printed and decides nothing, and the checks know which were not read.
fn packages(
    repository: &Repository,
    state: HeadState,
    policy: &Policy,
    tree: &[RepoPath],
) -> (Packages, Vec<Fault>, Vec<Fault>) {
    let manifests: Vec<RepoPath> = tree.iter().filter(|path| is_manifest(path)).cloned().collect();
    let (contents, unreadable) = repository.contents_of(state, &manifests);
    let (packages, faults) = manifests::read(&contents);
    let room = &mut Room::default();
    let (quiet, mut faults): (Vec<Fault>, Vec<Fault>) =
        faults.into_iter().partition(|fault| match &fault.place {
            Some(place) => is_quiet(policy, &RepoPath::from(place.source.name()), room),
            None => false,
        });
    faults.extend(unreadable.into_iter().map(|(path, why)| {
        let help = "see whether `git status` works there, and complete a partial clone";
        Fault::new(Code::Git, format!("the manifest `{path}` cannot be read: {why}"), help)
    }));
    (packages, faults, quiet)
}

/// Says whether the rows that own a file make it a test, documentation, or exempt.
fn is_quiet(policy: &Policy, path: &RepoPath, room: &mut Room) -> bool {
    let (owners, _) = attribute_path(policy, path, room);
    !owners.is_empty()
        && owners.iter().all(|hit| {
            let row = &policy.rows[hit.row];
            let classes = policy.owner_classes(row, hit.columns);
            row.tags.contains("test") || classes.is_empty() || classes.is_docs_only()
        })
}

/// Reports every value that is empty or means nothing, and returns the codes that are asked for.
fn checked(place: &PlaceArgs, args: &CheckArgs) -> Result<BTreeSet<FindingCode>, Vec<Fault>> {
    let mut faults = Vec::new();
    let blank = args.only.iter().find(|code| code.trim().is_empty());
    let named: [(&str, Option<&OsStr>); 6] = [
        ("-C", place.directory.as_deref()),
        ("--policy", place.policy.as_deref()),
        ("--head", args.head.as_deref().map(OsStr::new)),
        ("--since", args.since.as_deref().map(OsStr::new)),
        ("--only", blank.map(OsStr::new)),
        ("--output", args.output.as_deref()),
    ];
    let is_blank = |value: &OsStr| value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace);
    for (flag, _) in named.into_iter().filter(|(_, value)| value.is_some_and(is_blank)) {
        let help = format!("give `{flag}` a value, or leave it out");
        faults.push(Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help));
    }
    let mut only = BTreeSet::new();
    for name in args.only.iter().filter(|code| !code.trim().is_empty()) {
        let short = |code: FindingCode| code.as_str().rsplit("::").next().unwrap_or_default();
        let known =
            FindingCode::ALL.iter().copied().filter(|code| code.as_str().starts_with("laneway::check::"));
        match known.clone().find(|code| code.as_str() == name || short(*code) == name) {
            Some(code) => {
                only.insert(code);
            }
            None => {
                let help = match nearest(name, known.map(short)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "docs/findings.md lists every code".to_owned(),
                };
                let message = format!("`--only` names `{name}`, and no finding has that code");
                faults.push(Fault::new(Code::Usage, message, help));
            }
        }
    }
    if faults.is_empty() { Ok(only) } else { Err(faults) }
}

/// Finds the commit since which findings count, and which files moved since.
fn merge_base(
    standing: &Standing,
    args: &CheckArgs,
    since: &str,
) -> Result<(HeadState, Renamed), Vec<Fault>> {
    let spec = |text: &str, flag| Revision::Spec { text: text.to_owned(), named: Named::Flag(flag) };
    let head = match (&args.head, standing.state) {
        (Some(head), _) => Head::Commit(spec(head, "--head")),
        (None, HeadState::WorkingTree(_)) => Head::WorkingTree,
        (None, _) => Head::Commit(Revision::CheckedOut),
    };
    let comparison = Comparison {
        method: "flag",
        base: spec(since, "--since"),
        tip: None,
        head: head.clone(),
        reach: Reach::MergeBase,
        confidence: Confidence::Certain,
        guess: false,
    };
    let request = BaseRequest { method: "flag", head, base: BaseChoice::AnyOf(vec![comparison]) };
    let resolved = standing.repository.change(&request)?;
    if let Some(fault) = missing_fault(&resolved.change.provenance) {
        return Err(vec![fault]);
    }
    let Some(base) = resolved.merge_base else {
        let help = "name a revision that shares a commit with what is checked";
        return Err(vec![Fault::new(Code::BaseMissing, format!("`{since}` gives no merge base"), help)]);
    };
    let renamed = standing.repository.renames(&resolved).map_err(|why| {
        let help = "see whether `git status` works there, and complete a partial clone";
        vec![Fault::new(Code::Git, format!("what moved cannot be found out: {why}"), help)]
    })?;
    Ok((HeadState::Commit(base), renamed))
}
