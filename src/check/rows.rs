//! Rows that own nothing: dead, or shadowed by others, or said twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::claims::{Claims, answered, first, path, patterns};
use super::facts::{Fact, facts};
use super::moved::moved_to;
use super::subject::Subject;
use super::words::{domains, finding, listed, named, pattern_place, stands, subject as about};
use crate::attribute::{Room, attribute_path};
use crate::finding::{Finding, FindingCode};
use crate::ownership::{MapKind, Row};
use crate::path::RepoPath;
use crate::pattern::{Answer, Language, Pattern};

/// What is proved of a pattern through which its row owns no file.
#[derive(Clone, Debug)]
enum Proof {
    /// There is a path that the row would own through it.
    Lives,
    /// Other rows win wherever it matches: they do on this path.
    Shadowed { witness: RepoPath, winners: Vec<usize> },
    /// No path of git matches it that the row does not take out again.
    Nothing,
    /// The budget ran out.
    Undecided,
}

/// Returns the rows and patterns that match no file, those that can own none, and those that are said twice.
pub(super) fn rows(subject: &Subject<'_>) -> Vec<Finding> {
    let facts = facts(subject);
    let claims = Claims::of(subject.policy, |row| row.kind.owns());
    let twice = twice(subject.policy.rows.as_slice());
    let proofs = proofs(subject, &claims, &facts);
    let rows = subject.policy.rows.iter().enumerate();
    rows.flat_map(|(index, row)| {
        let one = One { subject, row, facts: &facts[index] };
        let proofs: Vec<Option<&Proof>> =
            (0..facts[index].len()).map(|at| proofs.get(&(index, at))).collect();
        let twice: Vec<Option<usize>> =
            (0..facts[index].len()).map(|at| twice.get(&(index, at)).copied()).collect();
        one.findings(&proofs, &twice)
    })
    .collect()
}

/// Proves, for every pattern of an owning row through which it owns no file, whether it could own one.
fn proofs(
    subject: &Subject<'_>,
    claims: &Claims<'_>,
    facts: &[Vec<Fact>],
) -> BTreeMap<(usize, usize), Proof> {
    let rows = subject.policy.rows.iter().enumerate().filter(|(_, row)| row.kind.owns());
    let keys: Vec<(usize, usize)> = rows
        .flat_map(|(row, _)| (0..facts[row].len()).map(move |at| (row, at)))
        .filter(|(row, at)| facts[*row][*at].owned.is_none())
        .collect();
    let prove = |room: &mut Room, (row, at): &(usize, usize)| {
        let matched = facts[*row][*at].matched.map(|file| &subject.tree[file]);
        ((*row, *at), proof(subject, claims, (*row, *at), matched, keys.len(), room))
    };
    let proved: Vec<((usize, usize), Proof)> = keys.par_iter().map_init(Room::default, prove).collect();
    proved.into_iter().collect()
}

fn proof(
    subject: &Subject<'_>,
    claims: &Claims<'_>,
    (index, at): (usize, usize),
    matched: Option<&RepoPath>,
    asked: usize,
    room: &mut Room,
) -> Proof {
    let row = &subject.policy.rows[index];
    let Some(pattern) = patterns(row).nth(at) else { return Proof::Lives };
    // The row may own what the pattern matches through a more specific one of its own.
    let every: Vec<Language<'_>> = patterns(row).flat_map(Pattern::languages).collect();
    let alone = pattern.languages().map(|language| vec![language]);
    let helped = pattern.languages().flat_map(|language| {
        let better = every.iter().filter(move |other| other.rank() > language.rank());
        better.map(move |better| vec![*better, language])
    });
    let answers = alone.chain(helped).map(|languages| claims.owned(index, languages, asked, room));
    match first(answers) {
        Answer::Path(_) => return Proof::Lives,
        Answer::Undecided => return Proof::Undecided,
        Answer::Empty => {}
    }
    let mut shown =
        pattern.languages().filter_map(|language| path(answered(&claims.matched(index, language), asked)));
    let Some(witness) = matched.cloned().or_else(|| shown.next()) else { return Proof::Nothing };
    let mut winners: Vec<usize> = Vec::new();
    for path in std::iter::once(witness.clone()).chain(shown) {
        winners.extend(attribute_path(subject.policy, &path, room).0.iter().map(|hit| hit.row));
    }
    let mut seen = BTreeSet::new();
    winners.retain(|row| seen.insert(*row));
    Proof::Shadowed { witness, winners }
}

/// Returns the patterns that an earlier row of the same kind, domains and exclusions has, with that row.
fn twice(rows: &[Row]) -> BTreeMap<(usize, usize), usize> {
    let mut known: HashMap<_, usize> = HashMap::new();
    let mut twice = BTreeMap::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.kind.owns()) {
        let excluded: Vec<&str> = row.excluded.iter().map(Pattern::as_str).collect();
        for (at, pattern) in patterns(row).enumerate() {
            let key = (pattern.as_str(), row.kind, domains(row), row.is_exempt(), excluded.clone());
            let first = *known.entry(key).or_insert(index);
            if first != index {
                twice.insert((index, at), first);
            }
        }
    }
    twice
}

/// A row, and what the tree says of its patterns.
struct One<'a> {
    subject: &'a Subject<'a>,
    row: &'a Row,
    facts: &'a [Fact],
}

impl One<'_> {
    fn findings(&self, proofs: &[Option<&Proof>], twice: &[Option<usize>]) -> Vec<Finding> {
        let dead = self.facts.iter().all(|fact| fact.matched.is_none());
        let patterns: Vec<&Pattern> = patterns(self.row).collect();
        let mut found = Vec::new();
        if let Some(Some(first)) = twice.first()
            && twice.iter().all(Option::is_some)
        {
            return vec![self.says_again(None, *first)];
        }
        let shadowed = |proof: &Option<&Proof>| match proof {
            Some(Proof::Shadowed { witness, winners }) => Some((witness.clone(), winners.clone())),
            _ => None,
        };
        // What is dead is said to be dead, whatever else is true of it.
        if !dead && proofs.iter().any(|proof| matches!(proof, Some(Proof::Undecided))) {
            found.push(self.not_proven());
        }
        // Of a row that is dead and shadowed, where its files went tells more than who wins.
        let moved = dead.then(|| moved_to(self.subject, self.row, &patterns)).flatten();
        let never: Vec<_> = proofs.iter().filter_map(shadowed).collect();
        if moved.is_none()
            && !never.is_empty()
            && proofs.iter().all(|proof| matches!(proof, Some(Proof::Shadowed { .. } | Proof::Nothing)))
        {
            let mut seen = BTreeSet::new();
            let winners = never.iter().flat_map(|(_, rows)| rows).copied();
            let winners: Vec<usize> = winners.filter(|row| seen.insert(*row)).collect();
            found.push(self.shadowed(None, never[0].0.clone(), &winners));
            return found;
        }
        if dead && !patterns.is_empty() {
            let nothing = proofs.iter().all(|proof| matches!(proof, Some(Proof::Nothing)));
            found.push(self.dead(nothing, moved.as_deref()));
            return found;
        }
        for (at, pattern) in patterns.iter().enumerate() {
            if let Some(first) = twice[at] {
                found.push(self.says_again(Some(pattern), first));
                continue;
            }
            let matched = self.facts[at].matched.is_some();
            let moved = (!matched).then(|| moved_to(self.subject, self.row, &[pattern])).flatten();
            match shadowed(&proofs[at]) {
                Some((witness, winners)) if moved.is_none() => {
                    found.push(self.shadowed(Some(pattern), witness, &winners));
                }
                _ if !matched => found.push(self.dead_pattern(pattern, moved.as_deref())),
                _ => {}
            }
        }
        found
    }

    /// Starts a finding about the row, or about one of its patterns.
    fn finding(&self, code: FindingCode, pattern: Option<&Pattern>) -> (Finding, String) {
        match pattern {
            None => {
                let finding = finding(code, self.row.place.clone(), about(self.row));
                (finding, format!("the row {}", named(self.row)))
            }
            Some(pattern) => {
                let about = match self.row.kind {
                    MapKind::Package => pattern.as_str().to_owned(),
                    _ => format!("{}: {}", about(self.row), pattern.as_str()),
                };
                let finding = finding(code, pattern_place(self.row, pattern), about);
                (finding, format!("the pattern `{}`", pattern.as_str()))
            }
        }
    }

    fn dead(&self, nothing: bool, moved: Option<&str>) -> Finding {
        let (found, what) = self.finding(FindingCode::DeadRow, None);
        let help = match moved {
            Some(moved) => format!("its files were renamed: write {moved}"),
            None if nothing => {
                "no path of git can ever match it: look at what it takes out with `!`, or take the row out".to_owned()
            }
            None => "take the row out, or correct the pattern: patterns are case-sensitive and relative to the root"
                .to_owned(),
        };
        Finding {
            message: format!("{what} matches no tracked file"),
            label: "matches nothing".to_owned(),
            help,
            ..found
        }
    }

    fn dead_pattern(&self, pattern: &Pattern, moved: Option<&str>) -> Finding {
        let (found, what) = self.finding(FindingCode::DeadPattern, Some(pattern));
        let help = match moved {
            Some(moved) => format!("its files were renamed: write {moved}"),
            None => {
                "take it out of the row, or correct it: patterns are case-sensitive and relative to the root"
                    .to_owned()
            }
        };
        Finding {
            message: format!("{what} matches no tracked file; others of its row do"),
            label: "matches nothing".to_owned(),
            help,
            ..found
        }
    }

    fn shadowed(&self, pattern: Option<&Pattern>, witness: RepoPath, winners: &[usize]) -> Finding {
        let (found, what) = self.finding(FindingCode::ShadowedRow, pattern);
        let rows: Vec<String> = winners
            .iter()
            .map(|row| &self.subject.policy.rows[*row])
            .map(|row| format!("{} of {} ({})", named(row), domains(row), stands(row)))
            .collect();
        let help = if self.row.is_exempt() {
            "take it out; an exempt row loses every tie, so it has to be more specific than the rows that win"
        } else {
            "take it out, or make it more specific than the rows that win: the longest literal prefix wins, then the \
             most literal bytes"
        };
        Finding {
            message: format!(
                "{what} can never own a file: wherever it matches, {} {}",
                listed(&rows),
                if rows.len() == 1 { "wins" } else { "win" }
            ),
            label: "owns nothing".to_owned(),
            witness: Some(witness),
            help: help.to_owned(),
            ..found
        }
    }

    fn says_again(&self, pattern: Option<&Pattern>, first: usize) -> Finding {
        let (found, what) = self.finding(FindingCode::ShadowedRow, pattern);
        let first = stands(&self.subject.policy.rows[first]);
        Finding {
            message: format!("{what} says again what {first} says, for the same domain"),
            label: "a duplicate".to_owned(),
            help: format!("keep one of the two, with the relations and tags of both: {first} is the other"),
            ..found
        }
    }

    fn not_proven(&self) -> Finding {
        let (found, what) = self.finding(FindingCode::NotProven, None);
        Finding {
            message: format!("whether {what} could ever own a file was not decided"),
            label: "too many possibilities".to_owned(),
            help: "its wildcards, and those of the rows that compete with it, have more combinations than are looked \
                   at: use fewer `*` in one pattern"
                .to_owned(),
            ..found
        }
    }
}
