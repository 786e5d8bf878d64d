//! What the choice is in cases that a reader can follow.

use std::time::Instant;

use laneway::id::{ContractId, DomainId};
use laneway::quorum::Need;
use laneway::review::ReviewerReason;
use laneway::reviewers::{Candidate, LeftOut, Passed, Unmet};
use laneway::roster::{Absence, Roster};

use crate::made::{TODAY, chosen, moment, names, owners, person, requirement, review, roster, strings};

const TEAMS: &[(&str, &[&str])] = &[("core", &["ada", "bob", "carol"]), ("web", &["bob", "dan"])];
const PEOPLE: &[&str] = &["ada", "bob", "carol", "dan"];

#[test]
fn one_person_counts_for_several_requirements() {
    let review = review(vec![owners(Need::Any, &["core"], 1), owners(Need::Any, &["web"], 1)]);
    let choice = chosen(&review, &roster(PEOPLE, TEAMS), &moment());
    assert_eq!(names(&choice), ["bob"]);
    assert_eq!(choice.asked[0].because, Passed::CoversMore);
    assert_eq!(choice.asked[0].counts_for, [0, 1].into());
    assert_eq!(choice.left_out[&person("ada")], LeftOut::NotNeeded);
    assert!(choice.exact && choice.unmet.is_empty() && choice.unknown.is_empty());
}

#[test]
fn all_of_is_somebody_for_each_name_and_n_of_counts_people() {
    let review =
        review(vec![owners(Need::All, &["core", "web", "@eve"], 1), owners(Need::AtLeast(2), &["core"], 1)]);
    let choice = chosen(&review, &roster(PEOPLE, TEAMS), &moment());
    assert_eq!(choice.asked.len(), 3, "{choice:?}");
    assert!(names(&choice).contains(&"bob") && names(&choice).contains(&"@eve"));
    assert_eq!(choice.unknown, strings(&["@eve"]));
}

#[test]
fn each_thing_that_can_decide_does() {
    let review = review(vec![owners(Need::Any, &["core"], 1)]);
    let roster = roster(PEOPLE, TEAMS);
    let mut known = moment();
    let drawn = chosen(&review, &roster, &known);
    assert_eq!(drawn.asked[0].because, Passed::Drawn { among: 3 });
    known.authorship.insert("carol".to_owned(), 7);
    let wrote = chosen(&review, &roster, &known);
    assert_eq!((names(&wrote)[0], wrote.asked[0].because), ("carol", Passed::Authorship { wrote: 7 }));
    known.load.insert("carol".to_owned(), 1);
    known.load.insert("@Ada".to_owned(), 1);
    let less = chosen(&review, &roster, &known);
    assert_eq!((names(&less)[0], less.asked[0].because), ("bob", Passed::LessLoad));
    assert_eq!(less.asked[0].before, Some(person("carol")), "who wrote of it is next");
    known.already.insert("ada".to_owned());
    let again = chosen(&review, &roster, &known);
    assert_eq!((names(&again)[0], again.asked[0].because), ("ada", Passed::Already));
    known.load.insert("ada".to_owned(), 5);
    let full = chosen(&review, &roster, &known);
    assert_eq!(names(&full), ["ada"], "their open reviews have this very one among them");
}

#[test]
fn a_person_of_the_roster_comes_before_a_name_that_it_does_not_know() {
    let review = review(vec![owners(Need::Any, &["@nobody", "ada"], 1)]);
    let mut known = moment();
    known.load.insert("ada".to_owned(), 4);
    let choice = chosen(&review, &roster(PEOPLE, TEAMS), &known);
    assert_eq!((names(&choice)[0], choice.asked[0].because), ("ada", Passed::Rostered));
    assert_eq!(choice.left_out[&Candidate::Unknown("@nobody".to_owned())], LeftOut::NotNeeded);
}

#[test]
fn author_absent_and_full_are_passed_over_and_architecture_stands_in() {
    let mut roster = roster(PEOPLE, &[("web", &["ada", "bob", "carol"])]);
    let away = Absence { from: None, until: Some(TODAY), reason: Some("leave".to_owned()) };
    roster.people.get_mut("bob").unwrap().absences.push(away);
    let mut known = moment();
    known.authors.insert("@ADA".to_owned());
    known.load.insert("carol".to_owned(), 5);
    let mut review = review(vec![owners(Need::Any, &["web"], 1)]);
    review.architecture_reviewers = strings(&["dan"]);
    let choice = chosen(&review, &roster, &known);
    assert_eq!((names(&choice), choice.asked[0].because), (vec!["dan"], Passed::StandsIn));
    assert_eq!(choice.asked[0].stands_in_for, [0].into());
    assert_eq!(choice.unmet[&0], Unmet::NobodyLeft { names: strings(&["web"]) });
    assert_eq!(choice.left_out[&person("ada")], LeftOut::Author);
    let absent = LeftOut::Absent { until: Some(TODAY), reason: Some("leave".to_owned()) };
    assert_eq!(choice.left_out[&person("bob")], absent);
    assert_eq!(choice.left_out[&person("carol")], LeftOut::AtCapacity { open: 5, capacity: 5 });

    known.load.insert("dan".to_owned(), 9);
    let choice = chosen(&review, &roster, &known);
    assert_eq!(names(&choice), ["carol"], "nobody at all is left");
    assert!(choice.asked[0].over_capacity && choice.unmet.is_empty(), "{choice:?}");
    known.authors.insert("carol".to_owned());
    let choice = chosen(&review, &roster, &known);
    assert_eq!((names(&choice), choice.asked[0].over_capacity), (vec!["dan"], true));
}

#[test]
fn a_name_that_the_roster_does_not_know_never_blocks_and_is_never_the_author() {
    let review = review(vec![owners(Need::Any, &["@org/team", "@ada"], 1), owners(Need::All, &["@ada"], 1)]);
    let mut known = moment();
    known.authors.insert("ada".to_owned());
    let choice = chosen(&review, &Roster::default(), &known);
    assert_eq!(names(&choice), ["@org/team"]);
    assert_eq!(choice.unmet[&1], Unmet::NobodyLeft { names: strings(&["@ada"]) });
    assert_eq!(choice.left_out[&Candidate::Unknown("@ada".to_owned())], LeftOut::Author);
}

#[test]
fn too_few_people_are_all_asked_and_nobody_named_is_said() {
    let mut review = review(vec![owners(Need::AtLeast(4), &["web"], 1), owners(Need::Any, &[], 1)]);
    let choice = chosen(&review, &roster(PEOPLE, TEAMS), &moment());
    assert_eq!(names(&choice), ["bob", "dan"]);
    assert_eq!(choice.unmet[&0], Unmet::TooFew { needed: 4, left: 2 });
    assert_eq!(choice.unmet[&1], Unmet::NobodyNamed);
    review.architecture_reviewers = strings(&["carol"]);
    assert_eq!(chosen(&review, &roster(PEOPLE, TEAMS), &moment()).asked.len(), 3);
}

#[test]
fn where_not_everybody_may_be_asked_the_weightiest_are() {
    let consumes =
        ReviewerReason::Consumes { domain: DomainId::from("web"), contract: ContractId::new("event:paid") };
    let moved = ReviewerReason::Moved { domain: DomainId::from("core") };
    let review = review(vec![
        requirement(Need::Any, &["e"], 99, consumes),
        owners(Need::Any, &["d"], 1),
        owners(Need::Any, &["c"], 9),
        requirement(Need::Any, &["b"], 1, moved),
        requirement(Need::Any, &["a"], 1, ReviewerReason::Architecture),
    ]);
    let mut known = moment();
    for (most, expected) in [
        (0, &[][..]),
        (1, &["a"]),
        (2, &["a", "b"]),
        (3, &["a", "b", "c"]),
        (4, &["a", "b", "c", "d"]),
        (5, &["a", "b", "c", "d", "e"]),
    ] {
        known.most = most;
        let choice = chosen(&review, &Roster::default(), &known);
        assert_eq!(names(&choice), expected, "{most}");
        assert_eq!(choice.unmet.len(), 5 - most);
        assert_eq!(choice.left_out.values().filter(|why| **why == LeftOut::Most).count(), 5 - most);
    }
}

#[test]
fn of_what_does_not_fit_as_much_is_asked_as_fits() {
    let review = review(vec![owners(Need::All, &["a", "b", "c"], 9), owners(Need::Any, &["d"], 1)]);
    let mut known = moment();
    known.most = 2;
    let choice = chosen(&review, &Roster::default(), &known);
    assert_eq!(names(&choice), ["a", "d"], "d fits whole, and one of three fits beside it");
    assert_eq!(choice.unmet, [(0, Unmet::Most)].into());
}

/// 10,000 requirements over 1,000 people are answered at once.
#[test]
fn a_huge_review_is_chosen_in_time() {
    let people: Vec<String> = (0..1000).map(|at| format!("p{at:03}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut dice = 7_u64;
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(dice >> 33).unwrap() % sides
    };
    let mut requirements = Vec::new();
    for _ in 0..10_000 {
        let names: Vec<&str> = (0..1 + roll(5)).map(|_| people[roll(1000)]).collect();
        let need = [Need::Any, Need::All, Need::AtLeast(2)][roll(3)];
        requirements.push(owners(need, &names, 1 + roll(50)));
    }
    let review = review(requirements);
    let roster = roster(&people, &[]);
    for most in [5, 100, usize::MAX] {
        let mut known = moment();
        known.most = most;
        let start = Instant::now();
        let choice = chosen(&review, &roster, &known);
        let took = start.elapsed();
        // Unoptimised and on a busy machine; it is a tenth of this otherwise.
        assert!(took.as_secs() < 10, "{most}: {took:?}");
        assert!(choice.asked.len() <= most && !choice.unmet.is_empty(), "{most}: {took:?}");
    }
}
