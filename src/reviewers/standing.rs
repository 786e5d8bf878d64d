//! Whether somebody can be asked now, and what speaks for them before others.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::model::{Candidate, Known, LeftOut};
use super::people::{People, folded};
use crate::roster::Absence;

/// What the load of those is compared with who state no capacity. It limits nobody.
const USUAL_CAPACITY: u32 = 5;

/// A whole capacity, in the unit in which loads are compared.
const WHOLE: u64 = 1_000_000;

/// What asking somebody costs. Costs of several are added field by field, and compared field by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// One for each who is asked: fewest first.
    pub(super) people: u64,
    /// One for each who was neither asked before nor has looked.
    pub(super) anew: u64,
    /// One for each who is no person of the roster.
    pub(super) unrostered: u64,
    /// The open reviews as millionths of the capacity.
    pub(super) load: u64,
    /// The touched lines that are theirs, negative: most first.
    pub(super) unwritten: i128,
    /// What the seed draws.
    pub(super) draw: u128,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            anew: self.anew + other.anew,
            unrostered: self.unrostered + other.unrostered,
            load: self.load.saturating_add(other.load),
            unwritten: self.unwritten + other.unwritten,
            draw: self.draw + other.draw,
        }
    }
}

/// A candidate as they stand.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Why they cannot be asked.
    pub(super) out: Option<LeftOut>,
    /// What asking them costs.
    pub(super) cost: Cost,
    /// Their open reviews.
    pub(super) open: u32,
    /// How many they take.
    pub(super) capacity: Option<u32>,
}

/// What is known of the moment, by whom it is known of.
pub(super) struct Moment<'a> {
    people: &'a People<'a>,
    known: &'a Known,
    authors: Words<()>,
    already: Words<()>,
    load: Words<u32>,
    wrote: Words<u64>,
}

impl<'a> Moment<'a> {
    /// Looks up whom the words of `known` mean.
    pub(super) fn new(people: &'a People<'a>, known: &'a Known) -> Self {
        let unit = |words: &'a std::collections::BTreeSet<String>| words.iter().map(|word| (word, ()));
        Self {
            people,
            known,
            authors: Words::new(people, unit(&known.authors), |_, ()| ()),
            already: Words::new(people, unit(&known.already), |_, ()| ()),
            // One person under two words: each counts what the other may have counted too, so the larger number holds.
            load: Words::new(people, known.load.iter().map(|(word, open)| (word, *open)), u32::max),
            wrote: Words::new(
                people,
                known.authorship.iter().map(|(word, wrote)| (word, *wrote)),
                u64::saturating_add,
            ),
        }
    }

    /// Says how somebody stands.
    pub(super) fn of(&self, who: &Candidate) -> Standing {
        let person = match who {
            Candidate::Person(name) => self.people.person(name),
            Candidate::Team(_) | Candidate::Unknown(_) => None,
        };
        let capacity = person.and_then(|person| person.capacity.or(self.people.roster().capacity));
        let open = self.load.of(who).unwrap_or_default();
        let already = self.already.of(who).is_some();
        let absence = person.and_then(|person| away(&person.absences, self.known.today));
        let out = match (self.authors.of(who), absence, capacity) {
            (Some(()), _, _) => Some(LeftOut::Author),
            (None, Some(absence), _) => {
                Some(LeftOut::Absent { until: absence.until, reason: absence.reason.clone() })
            }
            // Whoever is asked already has this very review among the open ones.
            (None, None, Some(capacity)) if open >= capacity && !already => {
                Some(LeftOut::AtCapacity { open, capacity })
            }
            (None, None, _) => None,
        };
        let wrote = self.wrote.of(who).unwrap_or_default();
        let cost = Cost {
            people: 1,
            anew: u64::from(!already),
            unrostered: u64::from(person.is_none()),
            load: relative(open, capacity),
            unwritten: -i128::from(wrote),
            draw: draw(&self.known.seed, who.name()),
        };
        Standing { out, cost, open, capacity }
    }
}

/// Facts by whom they are of.
struct Words<T> {
    known: BTreeMap<Candidate, T>,
    /// Of those whom the roster does not know, by the folded word.
    unknown: BTreeMap<String, T>,
}

impl<T: Copy> Words<T> {
    fn new<'a>(
        people: &People<'_>,
        facts: impl Iterator<Item = (&'a String, T)>,
        join: impl Fn(T, T) -> T,
    ) -> Self {
        let mut words = Self { known: BTreeMap::new(), unknown: BTreeMap::new() };
        for (word, fact) in facts {
            match people.find(word) {
                Candidate::Unknown(word) => {
                    let entry = words.unknown.entry(folded(&word));
                    entry.and_modify(|own| *own = join(*own, fact)).or_insert(fact);
                }
                who => {
                    words.known.entry(who).and_modify(|own| *own = join(*own, fact)).or_insert(fact);
                }
            }
        }
        words
    }

    fn of(&self, who: &Candidate) -> Option<T> {
        match who {
            Candidate::Unknown(word) => self.unknown.get(&folded(word)).copied(),
            Candidate::Person(_) | Candidate::Team(_) => self.known.get(who).copied(),
        }
    }
}

/// Returns the absence that holds on a day; of several the one that ends last.
fn away(absences: &[Absence], today: Date) -> Option<&Absence> {
    let holds = |absence: &&Absence| {
        absence.from.is_none_or(|from| from <= today) && absence.until.is_none_or(|until| today <= until)
    };
    absences.iter().filter(holds).max_by(|left, right| {
        let end = |absence: &Absence| (absence.until.is_none(), absence.until);
        end(left).cmp(&end(right)).then_with(|| right.reason.cmp(&left.reason))
    })
}

/// Returns the open reviews as millionths of the capacity, rounded down.
fn relative(open: u32, capacity: Option<u32>) -> u64 {
    let capacity = capacity.unwrap_or(USUAL_CAPACITY).max(1);
    u64::from(open) * WHOLE / u64::from(capacity)
}

/// Returns the first 8 bytes of the SHA-256 of seed and name, as a number.
fn draw(seed: &str, name: &str) -> u128 {
    let mut hash = Sha256::new();
    // The length keeps `ab` + `c` and `a` + `bc` apart.
    hash.update((seed.len() as u64).to_be_bytes());
    hash.update(seed.as_bytes());
    hash.update(name.as_bytes());
    hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn both_days_of_an_absence_are_part_of_it_and_an_open_end_has_none() {
        let from = |day| Absence { from: Some(date(2026, 1, day)), until: None, reason: None };
        let between = Absence { from: Some(date(2026, 1, 2)), until: Some(date(2026, 1, 4)), reason: None };
        let all = [between];
        for (day, expected) in [(1, false), (2, true), (4, true), (5, false)] {
            assert_eq!(away(&all, date(2026, 1, day)).is_some(), expected, "{day}");
        }
        let all = [all[0].clone(), from(3)];
        assert_eq!(away(&all, date(2026, 1, 3)).map(|absence| absence.until), Some(None));
        let until = [Absence { from: None, until: Some(date(2026, 1, 4)), reason: None }];
        assert!(away(&until, date(1999, 1, 1)).is_some());
    }

    #[test]
    fn load_is_compared_by_capacity() {
        assert_eq!(relative(1, Some(5)), relative(2, Some(10)));
        assert!(relative(1, Some(3)) > relative(1, Some(4)));
        assert_eq!(relative(3, Some(0)), 3 * WHOLE, "nobody divides by zero");
    }
}
