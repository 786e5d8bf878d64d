//! Reviewers against the roster: whether it knows who is asked, and whether there are enough of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, count};
use crate::config::{CONFIG_FILE, ROSTER_FILES};
use crate::finding::{At, Finding, FindingCode};
use crate::path::RepoPath;
use crate::policy::Policy;
use crate::quorum::{Need, Quorum, Quorums};
use crate::roster::{Found, Roster};

/// Returns the names that the roster does not know, once for each file that asks them. Without a roster nobody is known,
/// and each is asked as they stand.
pub(super) fn unknown_reviewers(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(roster) = &subject.policy.roster else { return Vec::new() };
    let mut used: BTreeMap<(Option<RepoPath>, &str), (At, usize)> = BTreeMap::new();
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    for (at, quorums) in asking(subject.policy) {
        for name in quorums.names() {
            if !*known.entry(name).or_insert_with(|| roster.find(name).is_some()) {
                used.entry((path(&at), name)).or_insert((at.clone(), 0)).1 += 1;
            }
        }
    }
    let finding = |((_, name), (at, places)): ((Option<RepoPath>, &str), (At, usize))| {
        let others = match places {
            1 => String::new(),
            _ => format!(", here and in {} more", count(places - 1, "place")),
        };
        let message = format!("`{name}` is asked{others}, and nobody of the roster has the name");
        let help = match roster.like(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "add it to `{}/{}`; until then it is asked as it stands",
                subject.policy.config.ownership_maps, ROSTER_FILES[0]
            ),
        };
        let code = FindingCode::UnknownReviewer;
        Finding {
            code,
            message,
            at,
            label: "not in the roster".to_owned(),
            subject: name.to_owned(),
            witness: None,
            help,
        }
    };
    used.into_iter().map(finding).collect()
}

/// Returns the quorums that need more people than there are behind their names, as far as the roster knows them all.
pub(super) fn short_quorums(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(roster) = &subject.policy.roster else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, quorums) in asking(subject.policy) {
        for quorum in quorums.iter() {
            let Need::AtLeast(needed) = quorum.need else { continue };
            let Some(people) = people(roster, quorum).filter(|people| people.len() < needed as usize) else {
                continue;
            };
            let there = match people.len() {
                1 => "1 person is".to_owned(),
                more => format!("{more} people are"),
            };
            findings.push(Finding {
                code: FindingCode::ShortQuorum,
                message: format!("`{quorum}` needs {needed} people, and {there} behind the names"),
                at: at.clone(),
                label: "can never be met".to_owned(),
                subject: quorum.to_string(),
                witness: None,
                help: "name more people, ask for fewer, or add members to the teams of the roster".to_owned(),
            });
        }
    }
    findings
}

/// Returns the people behind the names of a quorum; nothing where there may be others, whom the roster does not list.
fn people<'r>(roster: &'r Roster, quorum: &Quorum) -> Option<BTreeSet<&'r str>> {
    let mut people = BTreeSet::new();
    for name in &quorum.of {
        match roster.find(name)? {
            Found::Person(key, _) => {
                people.insert(key);
            }
            Found::Team(_, team) if team.members.is_empty() => return None,
            Found::Team(_, team) => people.extend(team.members.iter().map(String::as_str)),
        }
    }
    Some(people)
}

/// Returns everything that asks for reviewers, with its place: rows, lanes, and `laneway.yaml`.
fn asking(policy: &Policy) -> impl Iterator<Item = (At, &Quorums)> {
    let rows = policy.rows.iter().map(|row| (At::Source(row.place.clone()), &row.reviewers));
    let lanes = policy.lanes.lanes.values().map(|lane| (At::Source(lane.place.clone()), &lane.reviewers));
    let config = (At::File(RepoPath::from(CONFIG_FILE)), &policy.config.architecture_reviewers);
    rows.chain(lanes).chain([config])
}

fn path(at: &At) -> Option<RepoPath> {
    match at {
        At::Source(place) => Some(RepoPath::from(place.source.name())),
        At::File(path) => Some(path.clone()),
        At::Workspace => None,
    }
}
