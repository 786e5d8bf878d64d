//! Lanes against maps: what `source_paths` repeats, and what the maps decide.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::{Subject, at_place, count, quoted};
use crate::finding::{Finding, FindingCode};
use crate::id::DomainId;
use crate::lanes::Lane;
use crate::ownership::{Owners, Row};
use crate::pattern::{PatternSet, Scratch};
use crate::source::Place;

/// Files by which a lane and the maps differ: how many, the first of them, and by which pattern.
#[derive(Clone, Copy, Debug, Default)]
struct Differ {
    files: usize,
    first: Option<(usize, usize)>,
}

impl Differ {
    fn add(&mut self, file: usize, pattern: usize) {
        self.join(Self { files: 1, first: Some((file, pattern)) });
    }

    fn join(&mut self, other: Self) {
        self.files += other.files;
        self.first = match (self.first, other.first) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
    }
}

/// What is counted of one lane.
#[derive(Clone, Debug)]
struct Tally {
    /// Files that `source_paths` names and the maps do not give to the domain.
    foreign: Differ,
    /// Files that the maps give to the domain and `source_paths` leaves out.
    left_out: Differ,
    /// Says of each pattern whether it names a file.
    named: Vec<bool>,
}

/// Returns where `source_paths` of a lane and the maps differ: one finding a lane and direction.
pub(super) fn source_paths_differ(subject: &Subject<'_>) -> Vec<Finding> {
    let lanes: Vec<&Lane> =
        subject.policy.lanes.lanes.values().filter(|lane| !lane.source_paths.is_empty()).collect();
    let by_domain: HashMap<&DomainId, usize> =
        lanes.iter().enumerate().map(|(index, lane)| (&lane.domain, index)).collect();
    let mut patterns = PatternSet::new();
    for (index, lane) in lanes.iter().enumerate() {
        for (at, pattern) in lane.source_paths.iter().enumerate() {
            patterns.insert((index, at), pattern);
        }
    }
    if patterns.is_empty() {
        return Vec::new();
    }
    let none = || -> Vec<Tally> {
        let tally = |lane: &&Lane| Tally {
            foreign: Differ::default(),
            left_out: Differ::default(),
            named: vec![false; lane.source_paths.len()],
        };
        lanes.iter().map(tally).collect()
    };
    let tally = |(mut tallies, mut scratch): (Vec<Tally>, Scratch<(usize, usize)>), file: usize| {
        let found = patterns.matches(&subject.tree[file], &mut scratch);
        let (owners, attached) = &subject.attributed[file];
        let row = |row: usize| &subject.policy.rows[row];
        let listed = |row: &'_ Row, domain: &DomainId| match &row.owners {
            Owners::Every => true,
            Owners::Listed(domains) => domains.contains(domain),
        };
        for one in found.iter() {
            let (lane, pattern) = one.key;
            tallies[lane].named[pattern] = true;
            let domain = &lanes[lane].domain;
            let is_own = owners.iter().chain(attached).any(|hit| listed(row(hit.row), domain));
            let is_first =
                found.iter().find(|other| other.key.0 == lane).is_some_and(|first| first.key == one.key);
            if !is_own && is_first {
                tallies[lane].foreign.add(file, pattern);
            }
        }
        let domains: BTreeSet<usize> = owners
            .iter()
            .map(|hit| row(hit.row))
            .filter(|row| !row.is_exempt())
            .filter_map(|row| if let Owners::Listed(domains) = &row.owners { Some(domains) } else { None })
            .flatten()
            .filter_map(|domain| by_domain.get(domain).copied())
            .collect();
        for lane in domains {
            if !found.iter().any(|found| found.key.0 == lane) {
                tallies[lane].left_out.add(file, 0);
            }
        }
        (tallies, scratch)
    };
    let join = |mut left: Vec<Tally>, right: Vec<Tally>| {
        for (left, right) in left.iter_mut().zip(right) {
            left.foreign.join(right.foreign);
            left.left_out.join(right.left_out);
            left.named.iter_mut().zip(right.named).for_each(|(left, right)| *left |= right);
        }
        left
    };
    let tallies = (0..subject.tree.len())
        .into_par_iter()
        .with_min_len(4096)
        .fold(|| (none(), Scratch::new()), tally)
        .map(|(tallies, _)| tallies)
        .reduce(none, join);
    lanes.iter().zip(tallies).flat_map(|(lane, tally)| findings(subject, lane, &tally)).collect()
}

fn findings(subject: &Subject<'_>, lane: &Lane, tally: &Tally) -> Vec<Finding> {
    let code = FindingCode::SourcePathsDiffer;
    let domain = &lane.domain;
    let at_pattern = |pattern: usize| match lane.source_spans.get(pattern) {
        Some(span) => Place::new(&lane.place.source, span.clone()),
        None => lane.place.clone(),
    };
    let more = |files: usize| match files {
        1 => String::new(),
        files => format!(" (and {} more)", count(files - 1, "file")),
    };
    let mut findings = Vec::new();
    if let Some((file, pattern)) = tally.foreign.first {
        let path = &subject.tree[file];
        let (owners, attached) = &subject.attributed[file];
        let owned: BTreeSet<&DomainId> = owners
            .iter()
            .chain(attached)
            .flat_map(|hit| subject.policy.owners(&subject.policy.rows[hit.row]))
            .collect();
        let whose = if owned.is_empty() { "nobody".to_owned() } else { quoted(owned) };
        let more = more(tally.foreign.files);
        let message =
            format!("`source_paths` of `{domain}` names `{path}`, which the maps give to {whose}{more}");
        let help = "the maps decide: narrow `source_paths`, or give the files to the domain in a row";
        let text = (format!("{domain}: names what others own"), message);
        findings.push(
            at_place(code, &at_pattern(pattern), text, "not all of it is the domain's", help).shown_by(path),
        );
    }
    if let Some((file, _)) = tally.left_out.first {
        let path = &subject.tree[file];
        let more = more(tally.left_out.files);
        let message =
            format!("`source_paths` of `{domain}` leaves out `{path}`, which the maps give to it{more}");
        let help = "the maps decide: add the files to `source_paths`, or leave the key out, since it changes nothing";
        let text = (format!("{domain}: leaves out what it owns"), message);
        findings.push(at_place(code, &lane.place, text, "this lane", help).shown_by(path));
    }
    for (at, pattern) in lane.source_paths.iter().enumerate().filter(|(at, _)| !tally.named[*at]) {
        // Where a row says the same, the row is what is dead, and that is reported.
        let is_mapped =
            subject.policy.rows.iter().flat_map(|row| &row.paths).flat_map(|paths| &paths.patterns);
        if is_mapped.into_iter().any(|own| own == pattern) {
            continue;
        }
        let message = format!(
            "`source_paths` of `{domain}` names `{}`, which no tracked file matches",
            pattern.as_str()
        );
        let help = "take it out, or name where the files are now";
        let text = (format!("{domain}: names nothing with {}", pattern.as_str()), message);
        findings.push(at_place(code, &at_pattern(at), text, "no such file", help));
    }
    findings
}
