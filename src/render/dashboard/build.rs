//! From what a store holds to the model of the page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::debt::{self, Facts};
use super::model::{Commit, Dashboard, Decided, Entry, Given, Word};
use super::{flaky, times};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{Held, Outcome, Record, Revocation, Seal, Shown};
use crate::permission::Permission;
use crate::render::dashboard::parts::{day, short};

/// What a verdict is kept by.
type Kept<'a> = (&'a CommitHash, Digest);

impl<'a> Dashboard<'a> {
    /// Makes the model.
    pub fn new(given: Given<'a>) -> Self {
        let facts = Facts::new(given);
        let (commits, standing) = decided(given, &facts);
        let mut standings: BTreeMap<Shown, usize> = Shown::ALL.map(|shown| (shown, 0)).into();
        for entry in commits.iter().flat_map(|commit| &commit.decided).flat_map(|decided| &decided.gates) {
            *standings.entry(entry.sealed.shown).or_default() += 1;
        }
        let debt = debt::debt(&facts, &standing);
        Self {
            given,
            commits,
            standings,
            debt,
            flaky: flaky::flaky(given),
            times: times::times(given),
            broken: &given.archive.broken,
        }
    }

    /// Returns how many verdicts there are, each the last word on its commit and plan.
    pub fn verdicts(&self) -> usize {
        let judged = |decided: &&Decided<'_>| !matches!(decided.word, Word::Unjudged);
        self.commits.iter().flat_map(|commit| &commit.decided).filter(judged).count()
    }

    /// Returns every gate that is no plain pass, in the order of the verdicts.
    pub fn exceptions(&self) -> impl Iterator<Item = (&'a CommitHash, &Decided<'a>, &Entry<'a>)> {
        let each = self
            .commits
            .iter()
            .flat_map(|commit| commit.decided.iter().map(move |decided| (commit.commit, decided)));
        each.flat_map(|(commit, decided)| {
            let open = decided.gates.iter().filter(|entry| entry.sealed.shown != Shown::Passed);
            open.map(move |entry| (commit, decided, entry))
        })
    }
}

/// Everything about one commit under one plan.
#[derive(Default)]
struct Group<'a> {
    seals: BTreeMap<u32, &'a Held<Seal>>,
    revoked: BTreeMap<u32, &'a Revocation>,
    fails: Vec<&'a Held<Seal>>,
    results: usize,
    last: Option<&'a Record>,
}

/// Returns the commits, and the seals that stand.
fn decided<'a>(given: Given<'a>, facts: &Facts<'a>) -> (Vec<Commit<'a>>, Vec<&'a Held<Seal>>) {
    let archive = given.archive;
    let mut groups: BTreeMap<Kept<'a>, Group<'a>> = BTreeMap::new();
    for held in &archive.records {
        let own = groups.entry((&held.content.subjects.commit, held.content.plan)).or_default();
        own.results += 1;
        let is_later = own.last.is_none_or(|last| last.finished < held.content.finished);
        own.last = if is_later { Some(&held.content) } else { own.last };
    }
    for held in &archive.seals {
        let own = groups.entry((&held.content.commit, held.content.plan)).or_default();
        own.seals.insert(held.content.epoch, held);
    }
    for held in &archive.fails {
        groups.entry((&held.content.commit, held.content.plan)).or_default().fails.push(held);
    }
    for held in &archive.revocations {
        let own = groups.entry((&held.content.commit, held.content.plan)).or_default();
        own.revoked.insert(held.content.epoch, &held.content);
    }
    let mut standing = Vec::new();
    let mut commits: BTreeMap<&CommitHash, Vec<Decided<'a>>> = BTreeMap::new();
    for ((commit, plan), group) in groups {
        // The store answers with the seal at the lowest epoch that was not taken back: that is the one which stands.
        let stands = group.seals.iter().find(|(epoch, _)| !group.revoked.contains_key(*epoch));
        standing.extend(stands.map(|(_, held)| *held));
        commits.entry(commit).or_default().extend(group.last_word(plan, facts));
    }
    let mut commits: Vec<Commit<'a>> = commits
        .into_iter()
        .filter_map(|(commit, mut decided)| {
            decided.sort_by_key(|own| (Reverse(own.when), own.plan));
            let newest = decided.first()?.when;
            Some(Commit { commit, newest, decided })
        })
        .collect();
    commits.sort_by_key(|own| (Reverse(own.newest), own.commit));
    standing.sort_by_key(|held| (Reverse(held.content.decided), held.digest));
    (commits, standing)
}

impl<'a> Group<'a> {
    /// Returns the newest verdict, or that there is none; nothing where there is not even a result.
    fn last_word(&self, plan: Digest, facts: &Facts<'a>) -> Option<Decided<'a>> {
        let verdicts = self.seals.values().chain(&self.fails).copied();
        // Of two at the same time the one that fails counts.
        let newest = verdicts.max_by_key(|held| (held.content.decided, held.content.outcome, held.digest));
        let Some(held) = newest else {
            let last = self.last?;
            return Some(Decided {
                plan,
                word: Word::Unjudged,
                profile: last.profile.as_deref(),
                environment: last.environment.as_deref(),
                when: last.finished,
                run: None,
                signers: 0,
                earlier: 0,
                results: self.results,
                gates: Vec::new(),
            });
        };
        let seal = &held.content;
        let word = match (seal.outcome, self.revoked.get(&seal.epoch)) {
            (Outcome::Fails, _) => Word::Fails,
            (_, Some(revocation)) => Word::Revoked(revocation),
            (Outcome::Clean, None) => Word::Clean,
            (Outcome::WithDebt, None) => Word::WithDebt,
        };
        Some(Decided {
            plan,
            word,
            profile: seal.profile.as_deref(),
            environment: seal.environment.as_deref(),
            when: seal.decided,
            run: Some(&seal.run),
            signers: held.signers.len(),
            earlier: self.seals.len() + self.fails.len() - 1,
            results: self.results,
            gates: entries(seal, facts),
        })
    }
}

/// Returns the gates of a verdict, those first that a reader must see.
fn entries<'a>(seal: &'a Seal, facts: &Facts<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = seal
        .gates
        .iter()
        .map(|(gate, sealed)| Entry {
            gate,
            title: facts.title(gate),
            sealed,
            reason: if sealed.shown == Shown::Passed { String::new() } else { reason(seal, gate, facts) },
        })
        .collect();
    entries.sort_by_key(|entry| (urgency(entry.sealed.shown), entry.gate));
    entries
}

/// Says why a gate is no plain pass: in the verdict's words, by what it cites, by whose permission.
fn reason(seal: &Seal, gate: &crate::id::GateId, facts: &Facts<'_>) -> String {
    let Some(sealed) = seal.gates.get(gate) else { return String::new() };
    let mut says: Vec<String> = Vec::new();
    says.extend(sealed.missing_reason.clone());
    if sealed.shown == Shown::Reused {
        says.push(match facts.proof(seal, gate, sealed) {
            Ok(record) => format!(
                "an executed pass is cited: run `{}` of {} on commit {}",
                record.run,
                day(record.finished),
                short(record.subjects.commit.as_str()),
            ),
            Err(why) => why,
        });
    }
    for (id, digest) in &sealed.permissions {
        says.push(match facts.permission(id, *digest) {
            Some(Permission { kind, owner, reason, expires, .. }) => {
                format!(
                    "{} `{id}` of {owner} until {}: {reason}",
                    kind.as_str().replace('_', "-"),
                    day(*expires)
                )
            }
            None => format!("permission `{id}`, which cannot be found"),
        });
    }
    says.join("; ")
}

/// Returns how soon a reader must see a standing.
pub(super) const fn urgency(shown: Shown) -> u8 {
    match shown {
        Shown::Failed => 0,
        Shown::Missing => 1,
        Shown::Blocked => 2,
        Shown::Flaky => 3,
        Shown::Partial => 4,
        Shown::Waived => 5,
        Shown::Approved => 6,
        Shown::Reused => 7,
        Shown::NotApplicable => 8,
        Shown::Passed => 9,
    }
}
