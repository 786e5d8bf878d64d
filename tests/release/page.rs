//! The page: releases, promotions, graduation.

use jiff::Timestamp;
use laneway::evidence::{Archive, Shown};
use laneway::lanes::Lanes;
use laneway::render::dashboard::{Dashboard, Given, write};
use laneway::source::Source;

use crate::graduation::{archive, verdict};

fn page(archive: &Archive, lanes: Option<&Lanes>) -> String {
    let now = Timestamp::from_second(1_795_165_200).unwrap();
    let given = Given { place: "store", archive, lanes, now };
    let mut bytes = Vec::new();
    write(&mut bytes, &Dashboard::new(given)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Returns the section of an id.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}"));
    let rest = &page[from..];
    &rest[..rest.find("</section>").unwrap()]
}

fn lanes() -> Lanes {
    let text = "environments:\n  - {id: production, title: Production, owner: '@release', target: t}\n  - {id: lab, owner: '@lab', target: l}\n\
                gate_families: [{id: own, title: Own, proof: It holds., enforcement: report_only}]\n";
    Lanes::parse(&[Source::new("lanes/a.yaml", text)]).0
}

#[test]
fn environments_show_their_last_verdicts() {
    let gates =
        [("release-secrets", Shown::Failed), ("release-edge", Shown::Passed), ("smoke", Shown::Passed)];
    let old = [("release-secrets", Shown::Passed)];
    let store = archive([
        verdict(1, Some(("standard", "production")), &old),
        verdict(2, Some(("standard", "production")), &gates),
    ]);
    let page = page(&store, Some(&lanes()));
    let own = section(&page, "releases");
    assert!(own.contains("production") && own.contains("Production, @release"), "{own}");
    assert!(own.contains("w-failed") && !own.contains("w-passed"), "only the newest counts: {own}");
    assert!(own.contains("failed</span> secrets") && own.contains("passed</span> edge"), "{own}");
    assert!(own.contains("lab") && own.contains("No release was judged here"), "{own}");
    assert!(own.contains("No deployment is recorded"), "{own}");
}

#[test]
fn an_environment_that_nobody_declares_is_marked() {
    let store = archive([verdict(1, Some(("standard", "elsewhere")), &[("smoke", Shown::Passed)])]);
    assert!(section(&page(&store, Some(&lanes())), "releases").contains("not declared"));
}

#[test]
fn promotions_show_their_conditions() {
    let gates = [("promotion.decision", Shown::Passed), ("promotion.rollback", Shown::Failed)];
    let store = archive([verdict(1, Some(("promotion", "billing")), &gates)]);
    let page = page(&store, Some(&lanes()));
    let own = section(&page, "promotions");
    assert!(own.contains("<strong>billing</strong>") && own.contains("the rollback command"), "{own}");
    assert!(own.contains("no reason is given"), "{own}");
    // A promotion is no release.
    assert!(!section(&page, "releases").contains("billing"));
}

#[test]
fn a_condition_that_holds_is_no_debt() {
    let store =
        archive([verdict(1, Some(("promotion", "billing")), &[("promotion.decision", Shown::Passed)])]);
    assert!(page(&store, Some(&lanes())).contains("Release debt: 0"));
    let release = archive([verdict(1, Some(("standard", "lab")), &[("promotion.decision", Shown::Passed)])]);
    assert!(!page(&release, Some(&lanes())).contains("Release debt: 0"), "the name alone proves nothing");
}

#[test]
fn graduation_shows_levels_and_findings() {
    let page = page(&Archive::default(), Some(&lanes()));
    let own = section(&page, "graduation");
    assert!(own.contains("report only") && own.contains("without a `report_only_until`"), "{own}");
    assert!(own.contains("1 finding"), "{own}");
}

#[test]
fn without_policy_or_evidence_the_sections_are_there() {
    let page = page(&Archive::default(), None);
    for (id, says) in [
        ("releases", "No environment is declared"),
        ("promotions", "No domain was judged"),
        ("graduation", "Without a policy no level is known"),
    ] {
        assert!(section(&page, id).contains(says), "{id}");
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id} is not in the navigation");
    }
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "<script>alert(1)</script>";
    let gates = [("release-secrets", Shown::Failed), (hostile, Shown::Failed)];
    let store = archive([
        verdict(1, Some((hostile, hostile)), &gates),
        verdict(2, Some(("promotion", hostile)), &[("promotion.decision", Shown::Failed)]),
    ]);
    let page = page(&store, Some(&lanes()));
    for id in ["releases", "promotions", "graduation"] {
        assert!(!section(&page, id).contains("<script>"), "{id}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"));
}
