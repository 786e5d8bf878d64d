//! What holds for every choice.

use std::collections::{BTreeMap, BTreeSet};

use laneway::id::{ContractId, DomainId};
use laneway::quorum::Need;
use laneway::review::{Requirement, Review, ReviewerReason};
use laneway::reviewers::{Candidate, Choice, Known, LeftOut, Unmet};
use laneway::roster::{Absence, Person, Roster, Team};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::made::{TODAY, chosen, moment, owners, person, requirement, review, roster};

const PEOPLE: [&str; 7] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6"];
const NAMES: [&str; 13] =
    ["p0", "p1", "p2", "p3", "p4", "p5", "t0", "t1", "t2", "empty", "@u0", "@u1", "@u2"];

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(&NAMES[..]).prop_map(str::to_owned)
}

fn people() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(proptest::sample::select(&PEOPLE[..]).prop_map(str::to_owned), 0..5)
}

fn need() -> impl Strategy<Value = Need> {
    prop_oneof![Just(Need::Any), Just(Need::All), (1_u32..4).prop_map(Need::AtLeast)]
}

fn because() -> impl Strategy<Value = ReviewerReason> {
    let domain = DomainId::from("d");
    let contract = ContractId::new("event:e");
    proptest::sample::select(vec![
        ReviewerReason::Architecture,
        ReviewerReason::Moved { domain: domain.clone() },
        ReviewerReason::Owns { domain: domain.clone() },
        ReviewerReason::Consumes { domain, contract },
    ])
}

fn reviews() -> impl Strategy<Value = Review> {
    let one =
        (need(), btree_set(name(), 0..4), 1_usize..4, because()).prop_map(|(need, names, files, why)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            requirement(need, &names, files, why)
        });
    (vec(one, 0..6), btree_set(name(), 0..3)).prop_map(|(requirements, architecture_reviewers)| Review {
        requirements,
        architecture_reviewers,
        ..Review::default()
    })
}

fn rosters() -> impl Strategy<Value = Roster> {
    let person = (proptest::option::of(0_u32..4), any::<bool>()).prop_map(|(capacity, away)| Person {
        capacity,
        absences: Vec::from_iter(away.then_some(Absence { from: Some(TODAY), until: None, reason: None })),
        ..Person::default()
    });
    let person = prop_oneof![3 => Just(Person::default()), 1 => person];
    let people_of = vec(person, PEOPLE.len());
    (people_of, vec(people(), 3), proptest::option::of(0_u32..6)).prop_map(|(people, teams, capacity)| {
        let team = |members| Team { members, ..Team::default() };
        let teams = ["t0", "t1", "t2"].into_iter().zip(teams.into_iter().map(team));
        Roster {
            people: PEOPLE.iter().map(|&name| name.to_owned()).zip(people).collect(),
            teams: teams
                .chain([("empty", Team::default())])
                .map(|(name, team)| (name.to_owned(), team))
                .collect(),
            capacity,
            most: None,
        }
    })
}

fn moments() -> impl Strategy<Value = Known> {
    let most = prop_oneof![2 => Just(100_usize), 1 => 0_usize..4];
    let numbers = || btree_map(name(), 0_u32..5, 0..5);
    (btree_set(name(), 0..2), numbers(), numbers(), btree_set(name(), 0..2), "[a-c]{1,2}", most).prop_map(
        |(authors, load, wrote, already, seed, most)| Known {
            authors,
            load,
            authorship: wrote.into_iter().map(|(name, lines)| (name, u64::from(lines))).collect(),
            already,
            seed,
            most,
            today: TODAY,
        },
    )
}

/// The second opinion: who stands behind a name, and why they cannot be asked, written down anew.
struct Oracle<'a> {
    roster: &'a Roster,
    known: &'a Known,
}

impl Oracle<'_> {
    fn behind(&self, name: &str) -> BTreeSet<Candidate> {
        match self.roster.teams.get(name) {
            Some(team) if team.members.is_empty() => [Candidate::Team(name.to_owned())].into(),
            Some(team) => team.members.iter().map(|member| person(member)).collect(),
            None if self.roster.people.contains_key(name) => [person(name)].into(),
            None => [Candidate::Unknown(name.to_owned())].into(),
        }
    }

    fn all(&self, names: &BTreeSet<String>) -> BTreeSet<Candidate> {
        names.iter().flat_map(|name| self.behind(name)).collect()
    }

    fn capacity(&self, who: &Candidate) -> Option<u32> {
        let Candidate::Person(name) = who else { return None };
        self.roster.people.get(name)?.capacity.or(self.roster.capacity)
    }

    fn is_full(&self, who: &Candidate) -> bool {
        let open = self.known.load.get(who.name()).copied().unwrap_or(0);
        !self.known.already.contains(who.name())
            && self.capacity(who).is_some_and(|capacity| open >= capacity)
    }

    fn is_away(&self, who: &Candidate) -> bool {
        let Candidate::Person(name) = who else { return false };
        self.roster.people.get(name).is_some_and(|person| !person.absences.is_empty())
    }

    fn is_left(&self, who: &Candidate) -> bool {
        !self.known.authors.contains(who.name()) && !self.is_away(who) && !self.is_full(who)
    }

    /// Says whether nobody of the roster is left, so that limits are the last thing to be kept.
    fn is_spent(&self) -> bool {
        !self.roster.people.keys().any(|name| self.is_left(&person(name)))
    }

    /// How far a set satisfies a requirement: for all-of the number of names, otherwise that of people.
    fn level(&self, requirement: &Requirement, set: &BTreeSet<Candidate>) -> usize {
        let of = &requirement.quorum.of;
        let people = || self.all(of).intersection(set).count();
        match requirement.quorum.need {
            Need::Any => people().min(1),
            Need::AtLeast(needed) => people().min(needed as usize),
            Need::All => of.iter().filter(|name| !self.behind(name).is_disjoint(set)).count(),
        }
    }

    fn full_level(&self, requirement: &Requirement) -> usize {
        match requirement.quorum.need {
            Need::Any => 1,
            Need::AtLeast(needed) => needed as usize,
            Need::All => requirement.quorum.of.len().max(1),
        }
    }

    /// Says whether a set does all that those who are left can do.
    fn suffices(&self, review: &Review, left: &BTreeSet<Candidate>, set: &BTreeSet<Candidate>) -> bool {
        review.requirements.iter().all(|requirement| {
            let nobody = |names: &BTreeSet<String>| self.all(names).is_disjoint(left);
            let stand_in = match requirement.quorum.need {
                Need::All => {
                    requirement.quorum.of.is_empty()
                        || requirement.quorum.of.iter().any(|name| nobody(&[name.clone()].into()))
                }
                Need::Any | Need::AtLeast(_) => nobody(&requirement.quorum.of),
            };
            let architecture = self.all(&review.architecture_reviewers);
            self.level(requirement, set) == self.level(requirement, left)
                && (!stand_in || architecture.is_disjoint(left) || !architecture.is_disjoint(set))
        })
    }

    /// What a set costs, but for the draw.
    fn cost(&self, set: &BTreeSet<Candidate>) -> (usize, usize, usize, u64, i64) {
        let mut cost = (set.len(), 0, 0, 0, 0);
        for who in set {
            cost.1 += usize::from(!self.known.already.contains(who.name()));
            cost.2 += usize::from(!matches!(who, Candidate::Person(_)));
            let open = u64::from(self.known.load.get(who.name()).copied().unwrap_or(0));
            cost.3 += open * 1_000_000 / u64::from(self.capacity(who).unwrap_or(5).max(1));
            cost.4 -= i64::try_from(self.known.authorship.get(who.name()).copied().unwrap_or(0)).unwrap();
        }
        cost
    }
}

fn set(choice: &Choice) -> BTreeSet<Candidate> {
    choice.asked.iter().map(|asked| asked.who.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_listed_as_unmet_is_satisfied(review in reviews(), roster in rosters(), known in moments()) {
        let choice = chosen(&review, &roster, &known);
        let oracle = Oracle { roster: &roster, known: &known };
        for (at, requirement) in review.requirements.iter().enumerate() {
            let met = oracle.level(requirement, &set(&choice)) >= oracle.full_level(requirement);
            prop_assert_eq!(met, !choice.unmet.contains_key(&at), "{}: {:?}", at, choice);
        }
        prop_assert!(choice.asked.len() <= known.most);
        prop_assert!(choice.exact);
    }

    #[test]
    fn the_set_is_the_cheapest_of_all(review in reviews(), roster in rosters(), known in moments()) {
        let known = Known { most: 100, ..known };
        let oracle = Oracle { roster: &roster, known: &known };
        prop_assume!(!oracle.is_spent());
        let named = review.requirements.iter().flat_map(|one| &one.quorum.of);
        let names = named.chain(&review.architecture_reviewers).cloned().collect();
        let left: BTreeSet<Candidate> = oracle.all(&names).into_iter().filter(|who| oracle.is_left(who)).collect();
        let list: Vec<&Candidate> = left.iter().collect();
        let subset = |bits: u32| -> BTreeSet<Candidate> {
            let has = |(at, who): (usize, &&Candidate)| (bits >> at & 1 == 1).then(|| (*who).clone());
            list.iter().enumerate().filter_map(has).collect()
        };
        let sufficient = (0..1_u32 << list.len()).map(subset).filter(|set| oracle.suffices(&review, &left, set));
        let cheapest = sufficient.map(|set| oracle.cost(&set)).min().unwrap();
        let choice = chosen(&review, &roster, &known);
        prop_assert!(oracle.suffices(&review, &left, &set(&choice)));
        prop_assert_eq!(oracle.cost(&set(&choice)), cheapest, "{:?}", choice);
        for asked in &choice.asked {
            let mut without = set(&choice);
            without.remove(&asked.who);
            prop_assert!(!oracle.suffices(&review, &left, &without), "{:?} is needless", asked);
        }
    }

    #[test]
    fn authors_absent_and_full_are_never_asked(review in reviews(), roster in rosters(), known in moments()) {
        let choice = chosen(&review, &roster, &known);
        let oracle = Oracle { roster: &roster, known: &known };
        for asked in &choice.asked {
            prop_assert!(!known.authors.contains(asked.who.name()));
            prop_assert!(!oracle.is_away(&asked.who));
            prop_assert_eq!(oracle.is_full(&asked.who), asked.over_capacity);
            prop_assert!(!asked.over_capacity || oracle.is_spent());
        }
    }

    #[test]
    fn the_order_of_the_requirements_does_not_matter(
        review in reviews(), roster in rosters(), known in moments(), turn in 0_usize..6,
    ) {
        let choice = chosen(&review, &roster, &known);
        let mut turned = review.clone();
        let count = turned.requirements.len().max(1);
        turned.requirements.rotate_left(turn % count);
        let other = chosen(&turned, &roster, &known);
        prop_assert_eq!(set(&choice), set(&other));
        prop_assert_eq!(&choice.left_out, &other.left_out);
        let unmet = |choice: &Choice, review: &Review| -> Vec<(Requirement, Unmet)> {
            let mut all: Vec<_> =
                choice.unmet.iter().map(|(at, why)| (review.requirements[*at].clone(), why.clone())).collect();
            all.sort();
            all
        };
        prop_assert_eq!(unmet(&choice, &review), unmet(&other, &turned));
    }

    #[test]
    fn everybody_is_asked_or_left_out_with_a_reason(review in reviews(), roster in rosters(), known in moments()) {
        let choice = chosen(&review, &roster, &known);
        let oracle = Oracle { roster: &roster, known: &known };
        let named: BTreeSet<String> = review.requirements.iter().flat_map(|one| one.quorum.of.clone()).collect();
        let asked = set(&choice);
        for who in oracle.all(&named) {
            prop_assert!(asked.contains(&who) != choice.left_out.contains_key(&who), "{:?}", who);
        }
        let may = named.union(&review.architecture_reviewers).cloned().collect();
        let may = oracle.all(&may);
        prop_assert!(asked.iter().chain(choice.left_out.keys()).all(|who| may.contains(who)));
        for (who, why) in &choice.left_out {
            let oracle = match why {
                LeftOut::Author => known.authors.contains(who.name()),
                LeftOut::Absent { .. } => oracle.is_away(who),
                LeftOut::AtCapacity { .. } => oracle.is_full(who),
                LeftOut::NotNeeded => oracle.is_left(who) || oracle.is_spent(),
                LeftOut::Most => asked.len() == known.most || choice.unmet.values().any(|why| *why == Unmet::Most),
            };
            prop_assert!(oracle, "{:?} {:?}", who, why);
        }
    }

    #[test]
    fn who_has_more_to_do_is_not_asked_sooner(
        review in reviews(), roster in rosters(), known in moments(), who in name(), more in 1_u32..4,
    ) {
        let before = chosen(&review, &roster, &known);
        let mut busier = known.clone();
        *busier.load.entry(who.clone()).or_default() += more;
        let after = chosen(&review, &roster, &busier);
        let asks = |choice: &Choice| choice.asked.iter().any(|asked| asked.who.name() == who);
        prop_assert!(asks(&before) || !asks(&after), "{:?} {:?}", before, after);
    }

    #[test]
    fn without_a_roster_no_requirement_is_dropped(review in reviews(), known in moments()) {
        let known = Known { most: 100, ..known };
        let choice = chosen(&review, &Roster::default(), &known);
        let asked: BTreeSet<&str> = choice.asked.iter().map(|asked| asked.who.name()).collect();
        for (at, requirement) in review.requirements.iter().enumerate() {
            let of = &requirement.quorum.of;
            let left = of.iter().filter(|name| !known.authors.contains(*name)).count();
            let here = of.iter().filter(|name| asked.contains(name.as_str())).count();
            let wanted = match requirement.quorum.need {
                Need::Any => left.min(1),
                Need::All => left,
                Need::AtLeast(needed) => left.min(needed as usize),
            };
            prop_assert!(here >= wanted, "{:?}", choice);
            let is_met = here >= Oracle { roster: &Roster::default(), known: &known }.full_level(requirement);
            prop_assert!(is_met != choice.unmet.contains_key(&at));
        }
        prop_assert!(asked.iter().all(|name| choice.unknown.contains(*name)), "each is reported");
    }
}

#[test]
fn seeds_are_fair_and_a_seed_is_always_the_same() {
    let people: Vec<String> = (0..8).map(|at| format!("p{at}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let roster = roster(&people, &[("team", &people)]);
    for (need, share) in [(Need::Any, 125.0), (Need::AtLeast(3), 375.0)] {
        let review = review(vec![owners(need, &["team"], 1)]);
        let mut drawn: BTreeMap<String, u32> = BTreeMap::new();
        for seed in 0..1000 {
            let known = Known { seed: format!("acme/shop#{seed}"), ..moment() };
            let choice = chosen(&review, &roster, &known);
            assert_eq!(choice, chosen(&review, &roster, &known));
            for asked in &choice.asked {
                *drawn.entry(asked.who.name().to_owned()).or_default() += 1;
            }
        }
        // Five standard deviations of a fair draw are 52 of 125, and 77 of 375.
        let most: f64 = if need == Need::Any { 52.0 } else { 77.0 };
        assert_eq!(drawn.len(), 8);
        assert!(drawn.values().all(|&count| (f64::from(count) - share).abs() < most), "{drawn:?}");
    }
}
