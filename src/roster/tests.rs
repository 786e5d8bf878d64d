//! What a roster says, and what hostile ones do.

use super::*;
use crate::fault::{Code, Fault};
use crate::lanes::Lanes;
use crate::ownership::OwnershipMap;
use crate::path::RepoPath;
use crate::source::Source;

const DOCS: &str = include_str!("../../docs/roster.md");

fn parse(text: &str) -> (Roster, Vec<Fault>) {
    Roster::parse(&Source::new("ownership-maps/reviewers.yaml", text))
}

/// Returns the roster that the documentation shows.
fn documented() -> Roster {
    let example = DOCS
        .split("```yaml\n")
        .find(|block| block.starts_with("# ownership-maps/reviewers.yaml"))
        .and_then(|block| block.split("```").next())
        .expect("the documentation shows a roster");
    let (roster, faults) = parse(example);
    assert!(faults.is_empty(), "{faults:?}");
    roster
}

#[test]
fn the_documented_roster_says_what_the_documentation_says() {
    let roster = documented();
    assert_eq!((roster.capacity, roster.most), (Some(5), Some(4)));
    let ada = &roster.people["ada"];
    assert_eq!(ada.title.as_deref(), Some("Ada Lovelace"));
    assert_eq!(ada.handles[&Forge::Github], "ada-l");
    assert_eq!(ada.capacity, Some(3));
    let [away] = &ada.absences[..] else { panic!("{ada:?}") };
    assert_eq!(away.from, Some(jiff::civil::date(2026, 12, 20)));
    assert_eq!(away.until, Some(jiff::civil::date(2027, 1, 2)));
    assert_eq!(away.reason.as_deref(), Some("leave"));
    assert_eq!(roster.people["grace"].handles[&Forge::Github], "ghopper");
    assert_eq!(roster.teams["@platform/billing"].members, ["ada", "grace"].map(str::to_owned).into());
    assert!(roster.teams["@platform/crypto"].members.is_empty());
}

#[test]
fn the_documented_quorums_are_read() {
    let table: String = DOCS
        .lines()
        .skip_while(|line| !line.starts_with("| Package"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| format!("{line}\n"))
        .collect();
    let (map, faults) = OwnershipMap::parse(&RepoPath::from("map.md"), &Source::new("map.md", table));
    assert!(faults.is_empty(), "{faults:?}");
    let asked: Vec<String> = map.rows.iter().map(|row| row.reviewers.to_string()).collect();
    assert_eq!(
        asked,
        [
            "@ada, @grace",
            "all of @dba, @platform/billing",
            "any of @ada; 2 of @platform/crypto",
            "any of @ada, @bo; all of @api, @legal",
        ]
    );
    let lane = DOCS
        .split("```yaml\n")
        .find(|block| block.starts_with("domain_lane"))
        .and_then(|block| block.split("```").next())
        .expect("the documentation shows a lane");
    let (lanes, faults) = Lanes::parse(&[Source::new("lanes/a.yaml", lane)]);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(
        lanes.lanes["platform-billing"].reviewers.to_string(),
        "any of @ada, @grace; all of @dba, @platform/billing; 2 of @platform/crypto"
    );
}

#[test]
fn a_name_is_found_by_key_handle_and_address() {
    let roster = documented();
    let found = |name: &str| match roster.find(name) {
        Some(Found::Person(key, _) | Found::Team(key, _)) => key.to_owned(),
        None => "nobody".to_owned(),
    };
    for (name, who) in [
        ("ada", "ada"),
        ("@ada", "ada"),
        ("@ADA-L", "ada"),
        ("Ada@Example.com", "ada"),
        ("@ghopper", "grace"),
        ("123+ghopper@users.noreply.github.com", "grace"),
        ("ghopper@users.noreply.github.com", "grace"),
        ("7-ada@users.noreply.gitlab.com", "ada"),
        ("7-ghopper@users.noreply.gitlab.com", "nobody"),
        ("@platform/billing", "@platform/billing"),
        ("platform/Billing", "@platform/billing"),
        ("@platform/crypto", "@platform/crypto"),
        ("@platform", "nobody"),
        ("", "nobody"),
        ("@", "nobody"),
        ("@example.com", "nobody"),
    ] {
        assert_eq!(found(name), who, "{name}");
    }
    assert!(matches!(roster.person_with_handle(Forge::Github, "@Ada-L"), Some(Found::Person("ada", _))));
    assert_eq!(roster.person_with_handle(Forge::Gitlab, "ada-l"), None);
    assert_eq!(roster.like("@platform/biling").as_deref(), Some("@platform/billing"));
    assert_eq!(roster.like("zzzzzz"), None);
}

#[test]
fn a_hostile_roster_ends_in_faults_that_can_be_shown() {
    let bomb: String = (1..30).map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1)).collect();
    let megabyte = "x".repeat(1 << 20);
    for (text, code) in [
        (format!("a0: &a0 [x]\n{bomb}version: 1\n"), Code::YamlBudget),
        (format!("version: 1\npeople: {{{0}: {{}}}}\n", &megabyte[..1000]), Code::RosterName),
        (format!("version: 1\npeople: {{{megabyte}: {{}}}}\n"), Code::YamlSyntax),
        (format!("version: 1\npeople: {{a: {{emails: [{megabyte}@x]}}}}\n"), Code::RosterName),
        (format!("version: {megabyte}\npeople: {{a: {{}}}}\n"), Code::RosterVersion),
        (
            format!("version: 1\npeople: {{a: {{}}}}\nteams: {{t: {{members: [{megabyte}]}}}}\n"),
            Code::RosterMember,
        ),
        (format!("version: 1\npeople: {{a: {{absent: [{{from: {megabyte}}}]}}}}\n"), Code::RosterDate),
        ("version: 1\npeople: {\"a\\u001b[31m\": {}}\n".to_owned(), Code::RosterName),
        ("version: 1\npeople: {a: {github: \"a\\u202eb\"}}\n".to_owned(), Code::RosterName),
        ("version: 1\npeople: {a: {absent: [{from: \"2026\\u001b-1-1\"}]}}\n".to_owned(), Code::RosterDate),
    ] {
        let (_, faults) = parse(&text);
        assert!(faults.iter().any(|fault| fault.code == code), "{code:?}: {faults:?}");
        for fault in faults {
            assert!(fault.message.len() < 1000, "{code:?}: {} bytes", fault.message.len());
            assert!(!fault.message.contains(char::is_control), "{:?}", fault.message);
        }
    }
}

#[test]
fn ten_thousand_people_are_read() {
    let people: String =
        (0..10_000).map(|at| format!("  p{at}: {{github: h{at}, emails: [e{at}@x.y]}}\n")).collect();
    let (roster, faults) = parse(&format!("version: 1\npeople:\n{people}"));
    assert!(faults.is_empty() && roster.people.len() == 10_000);
    assert!(matches!(roster.find("@h9999"), Some(Found::Person("p9999", _))));
}
