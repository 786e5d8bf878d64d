//! Graduation: what the store says of levels, and steps down.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::{Archive, GateResult, Held, Outcome, RunId, Seal, SealedGate, Shown};
use laneway::id::GateId;
use laneway::lanes::{Enforcement, Lanes};
use laneway::release::{About, Graduation, Line, Missing, Scope, WINDOW, graduation};
use laneway::source::Source;

use crate::small::say;
use crate::support::{commit, git, repository};

/// 2026-11-20, 09:00 UTC.
const NOW: i64 = 1_795_165_200;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn lanes(level: &str, more: &str) -> Lanes {
    let text = format!(
        "gate_families:\n  - {{id: own, title: Own, proof: It holds., {level}}}\n\
         gates:\n  - {{id: one, title: One, layer: global, family: own}}\n  - {{id: two, title: Two, layer: global, family: own}}\n{more}"
    );
    let (lanes, faults) = Lanes::parse(&[Source::new("lanes/a.yaml", text)]);
    assert!(faults.is_empty(), "{faults:?}");
    lanes
}

/// A verdict on commit `number`, the later the larger.
pub(crate) fn verdict(number: u32, target: Option<(&str, &str)>, gates: &[(&str, Shown)]) -> Held<Seal> {
    let gate = |shown: Shown| SealedGate {
        result: match shown {
            Shown::Passed => GateResult::Pass,
            Shown::Missing => GateResult::Missing,
            _ => GateResult::Fail,
        },
        shown,
        owner: "@owner".to_owned(),
        evidence_types: BTreeSet::new(),
        artifact: None,
        missing_reason: None,
        records: BTreeSet::new(),
        permissions: BTreeMap::new(),
    };
    let digits = Digest::of(&number.to_le_bytes()).to_string();
    let fails = gates.iter().any(|(_, shown)| *shown != Shown::Passed);
    let seal = Seal {
        commit: CommitHash::parse(&digits[..40]).unwrap(),
        plan: Digest::of(format!("{target:?}").as_bytes()),
        route: None,
        epoch: 0,
        outcome: if fails { Outcome::Fails } else { Outcome::Clean },
        profile: target.map(|own| own.0.to_owned()),
        environment: target.map(|own| own.1.to_owned()),
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: gates.iter().map(|(id, shown)| (GateId::new(id), gate(*shown))).collect(),
        rollback: None,
        run: RunId::parse(&format!("run-{number}")).unwrap(),
        decided: at(NOW - 1_000_000 + i64::from(number)),
        key_hint: None,
    };
    Held {
        digest: Digest::of(format!("{number}{target:?}").as_bytes()),
        content: seal,
        signers: BTreeSet::new(),
    }
}

pub(crate) fn archive(verdicts: impl IntoIterator<Item = Held<Seal>>) -> Archive {
    let (fails, seals) =
        verdicts.into_iter().partition(|held: &Held<Seal>| held.content.outcome == Outcome::Fails);
    Archive { seals, fails, ..Archive::default() }
}

fn own(found: &Graduation) -> &Line {
    found.lines.iter().find(|line| line.about == About::Family("own".to_owned())).unwrap()
}

fn both(shown: Shown) -> [(&'static str, Shown); 2] {
    [("one", Shown::Passed), ("two", shown)]
}

#[test]
fn verdicts_and_completeness_lead_to_a_warning() {
    let lanes = lanes("enforcement: report_only, report_only_until: 2027-01-01", "");
    let mut verdicts: Vec<_> = (0..9).map(|number| verdict(number, None, &both(Shown::Passed))).collect();
    let found = graduation(&archive(verdicts.clone()), &lanes, at(NOW));
    let line = own(&found);
    assert_eq!((line.level, line.next, line.gates), (Enforcement::ReportOnly, Some(Enforcement::Warning), 2));
    assert_eq!(line.scopes[0].lacks, BTreeSet::from([Missing::Verdicts { seen: 9, wanted: 10 }]));
    assert!(!line.is_ready() && line.finding.is_none());
    // Two of twenty gates without a result are 90 %, three are 85 %.
    verdicts.push(verdict(9, None, &both(Shown::Missing)));
    verdicts[0] = verdict(0, None, &both(Shown::Missing));
    let found = graduation(&archive(verdicts.clone()), &lanes, at(NOW));
    assert_eq!((own(&found).scopes[0].complete(), own(&found).is_ready()), (Some(90), true));
    verdicts[1] = verdict(1, None, &both(Shown::Missing));
    let found = graduation(&archive(verdicts), &lanes, at(NOW));
    assert_eq!(own(&found).scopes[0].lacks, BTreeSet::from([Missing::Evidence { percent: 85, wanted: 90 }]));
}

#[test]
fn a_repeated_verdict_is_seen_once() {
    let lanes = lanes("enforcement: report_only, report_only_until: 2027-01-01", "");
    let verdicts = (0..30).map(|_| verdict(1, None, &both(Shown::Passed)));
    let found = graduation(&archive(verdicts), &lanes, at(NOW));
    assert_eq!(own(&found).scopes[0].verdicts, 1);
}

#[test]
fn the_newest_verdicts_lead_to_blocking_claims() {
    let lanes = lanes("enforcement: warning", "");
    // What was missing long ago does not count any more.
    let old = (0..10).map(|number| verdict(number, None, &both(Shown::Missing)));
    let new =
        (10..10 + u32::try_from(WINDOW).unwrap()).map(|number| verdict(number, None, &both(Shown::Passed)));
    let mut all: Vec<_> = old.chain(new).collect();
    assert!(own(&graduation(&archive(all.clone()), &lanes, at(NOW))).is_ready());
    *all.last_mut().unwrap() = verdict(29, None, &both(Shown::Missing));
    let found = graduation(&archive(all), &lanes, at(NOW));
    assert_eq!(own(&found).scopes[0].lacks, BTreeSet::from([Missing::Evidence { percent: 97, wanted: 98 }]));
    let few = (0..19).map(|number| verdict(number, None, &both(Shown::Passed)));
    let found = graduation(&archive(few), &lanes, at(NOW));
    assert_eq!(own(&found).scopes[0].lacks, BTreeSet::from([Missing::Verdicts { seen: 19, wanted: 20 }]));
}

#[test]
fn failures_are_mended_or_somebody_answers_for_them() {
    let permission = |expires: &str| {
        format!(
            "permissions: [{{id: p, kind: waiver, gate: two, subject: '*', owner: '@two', reason: known, \
             created: 2026-01-01, expires: {expires}}}]\n"
        )
    };
    let failed = || archive([verdict(1, None, &both(Shown::Passed)), verdict(2, None, &both(Shown::Failed))]);
    let unowned = |lanes: &Lanes, archive: &Archive| {
        own(&graduation(archive, lanes, at(NOW))).scopes[0].unowned.clone()
    };
    let two = BTreeSet::from([GateId::new("two")]);
    let bare = lanes("enforcement: blocking_claims", "");
    assert_eq!(unowned(&bare, &failed()), two);
    assert!(!own(&graduation(&failed(), &bare, at(NOW))).is_ready());
    // What ran out helps nobody; what is in force does.
    assert_eq!(unowned(&lanes("enforcement: blocking_claims", &permission("2026-02-01")), &failed()), two);
    let live = lanes("enforcement: blocking_claims", &permission("2027-02-01"));
    assert_eq!(unowned(&live, &failed()), BTreeSet::new());
    assert!(own(&graduation(&failed(), &live, at(NOW))).is_ready());
    // Mended later.
    let mended = archive([verdict(2, None, &both(Shown::Failed)), verdict(3, None, &both(Shown::Passed))]);
    assert_eq!(unowned(&bare, &mended), BTreeSet::new());
    // What was let pass once is as open as what failed, once nobody lets it any more.
    let waived = archive([verdict(2, None, &both(Shown::Waived))]);
    assert_eq!(unowned(&bare, &waived), two);
}

#[test]
fn every_scope_is_told_apart() {
    let lanes = lanes("enforcement: warning", "");
    let scopes =
        [None, Some(("standard", "production")), Some(("standard", "lab")), Some(("promotion", "billing"))];
    let verdicts = scopes.iter().map(|target| verdict(1, *target, &both(Shown::Passed)));
    let found = graduation(&archive(verdicts), &lanes, at(NOW));
    let names: Vec<String> = own(&found).scopes.iter().map(|own| own.scope.to_string()).collect();
    assert_eq!(names, ["pre-merge", "standard in lab", "standard in production", "promotion"]);
    assert_eq!(own(&found).scopes[0].scope, Scope::PreMerge);
    // The conditions of a promotion are proofs of families as well.
    let conditions = [("promotion.rollback", Shown::Failed)];
    let found =
        graduation(&archive([verdict(1, Some(("promotion", "billing")), &conditions)]), &lanes, at(NOW));
    let rollback = found.lines.iter().find(|line| line.about.name() == "rollback").unwrap();
    assert_eq!((rollback.scopes[0].scope.clone(), rollback.scopes[0].failures), (Scope::Promotion, 1));
}

#[test]
fn report_only_does_not_last() {
    let finding = |lanes: &Lanes, name: &str| {
        let found = graduation(&Archive::default(), lanes, at(NOW));
        let line = found.lines.iter().find(|line| line.about.name() == name).unwrap().clone();
        line.finding
    };
    let days = [
        ("enforcement: report_only, report_only_until: 2026-11-20", None),
        ("enforcement: report_only, report_only_until: 2026-11-19", Some("until 2026-11-19 only")),
        ("enforcement: report_only", Some("without a `report_only_until`")),
        ("enforcement: warning", None),
    ];
    for (level, says) in days {
        let found = finding(&lanes(level, ""), "own");
        assert_eq!(found.is_some(), says.is_some(), "{level}: {found:?}");
        assert!(says.is_none_or(|says| found.unwrap().contains(says)), "{level}");
    }
    // Every kind that the seeds name, by its family.
    let families = [
        ("secrets", "secrets-and-pki"),
        ("dns_tls", "dns-tls-edge"),
        ("migrations", "schema-and-seed"),
        ("artifact_digests", "artifact-and-image"),
        ("uat", "uat-and-security"),
        ("security", "uat-and-security"),
        ("rollback", "rollback"),
        ("reconciliation", "reconciliation"),
        ("profile_values", "source-and-promotion"),
    ];
    for (kind, family) in families {
        let stated = if kind == "profile_values" { ", evidence_kinds: [profile_values]" } else { "" };
        let text = format!(
            "gate_families: [{{id: {family}, title: F, proof: It holds., enforcement: report_only, report_only_until: 2026-01-01}}]\n\
             gates: [{{id: it, title: It, layer: global, family: {family}{stated}}}]\n"
        );
        let (mut lanes, faults) = Lanes::parse(&[Source::new("lanes/a.yaml", text)]);
        assert!(faults.is_empty(), "{faults:?}");
        lanes.gates.retain(|id, _| id.as_str() == "it");
        lanes.release_gates.clear();
        assert!(finding(&lanes, kind).is_some_and(|says| says.contains("2026-01-01")), "{kind}");
        assert!(finding(&lanes, family).is_some(), "{family}");
    }
}

#[test]
fn a_kind_lifts_what_its_family_only_reports() {
    let stated = "evidence_kinds: [{id: rollback, enforcement: blocking}]\n";
    let text = |kinds: &str| {
        format!(
            "gate_families: [{{id: rollback, title: R, proof: It holds., enforcement: report_only, report_only_until: 2099-01-01}}]\n\
             {kinds}gates: [{{id: back, title: Back, layer: global, family: rollback, run: 'false', always: every_change}}]\n"
        )
    };
    for (kinds, code) in [("", 0), (stated, 1)] {
        let (_guard, root) = repository(&[
            ("laneway.yaml", "version: 1\n"),
            ("lanes/a.yaml", &text(kinds)),
            ("lanes/lane.yaml", "domain_lane: {domain_id: own}\n"),
            (
                "ownership-maps/m.md",
                "| Package | Domain | Consumers | Imported by | Class |\n| --- | --- | --- | --- | --- |\n| `**` | own | - | - | docs |\n",
            ),
            ("doc.txt", "one\n"),
        ]);
        git(&root, &["checkout", "-q", "-b", "change"]);
        commit(&root, &[("doc.txt", "two\n")], "change");
        let (found, out, err) =
            say(&root, &["verify", "--base", "main", "--head", "HEAD", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let gate = document["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == "back").unwrap();
        assert_eq!(gate["enforcement"], if code == 0 { "report_only" } else { "blocking" }, "{out}");
        // Other gates of the embedded catalogue may stop it as well; this one is the only one that changes.
        assert_eq!(gate["blocks"].as_bool(), Some(code == 1), "{found}: {gate}");
    }
}

#[test]
fn a_step_down_needs_a_waiver() {
    let family = |level: &str| {
        format!(
            "gate_families: [{{id: own, title: Own, proof: It holds., enforcement: {level}, report_only_until: 2099-01-01}}]\n"
        )
    };
    let kind = |level: &str| {
        format!("evidence_kinds: [{{id: rollback, enforcement: {level}, report_only_until: 2099-01-01}}]\n")
    };
    let waiver = |family: &str, expires: &str| {
        format!(
            "permissions: [{{id: down, kind: waiver, family: {family}, subject: '*', owner: '@own', \
             reason: too many false positives, created: 2026-01-01, expires: {expires}}}]\n"
        )
    };
    let cases = [
        // Before, after, what else the base has, what stops it.
        (
            family("blocking"),
            family("warning"),
            String::new(),
            Some("lowers family `own` from `blocking` to `warning`"),
        ),
        (family("blocking"), family("warning"), waiver("own", "2099-01-01"), None),
        (
            family("blocking"),
            family("warning"),
            waiver("rollback", "2099-01-01"),
            Some("lowers family `own`"),
        ),
        (family("warning"), family("blocking"), String::new(), None),
        (kind("blocking"), kind("report_only"), String::new(), Some("lowers evidence kind `rollback`")),
        (kind("blocking"), String::new(), String::new(), Some("lowers evidence kind `rollback`")),
        (kind("blocking"), String::new(), waiver("rollback", "2099-01-01"), None),
        (kind("warning"), kind("blocking"), String::new(), None),
    ];
    for (before, after, more, says) in cases {
        let (_guard, root) = repository(&[
            ("laneway.yaml", "version: 1\n"),
            ("lanes/level.yaml", &before),
            ("lanes/more.yaml", &more),
            ("lanes/lane.yaml", "domain_lane: {domain_id: own}\n"),
            (
                "ownership-maps/m.md",
                "| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n| `**` | own | - | - |\n",
            ),
        ]);
        git(&root, &["checkout", "-q", "-b", "change"]);
        commit(&root, &[("lanes/level.yaml", &after)], "change");
        let (code, out, err) =
            say(&root, &["verify", "--base", "main", "--head", "HEAD", "--format", "json"]);
        let document: serde_json::Value =
            serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code} {err}"));
        let stops = document["stops"].to_string();
        assert_eq!(stops.contains("lowers"), says.is_some(), "{before}{after}{more}: {stops}");
        assert!(says.is_none_or(|says| stops.contains(says)), "{stops}");
    }
    // What the change itself brings is no waiver.
    let (_guard, root) =
        repository(&[("laneway.yaml", "version: 1\n"), ("lanes/level.yaml", &family("blocking"))]);
    git(&root, &["checkout", "-q", "-b", "change"]);
    let after = [("lanes/level.yaml", family("warning")), ("lanes/more.yaml", waiver("own", "2099-01-01"))];
    commit(&root, &after.each_ref().map(|(path, text)| (*path, text.as_str())), "change");
    let (code, out, _) = say(&root, &["verify", "--base", "main", "--head", "HEAD"]);
    assert!(code == 1 && out.contains("no waiver with `family: own` is in force"), "{out}");
}

#[test]
fn the_command_says_what_the_base_has() {
    let report_only = "gate_families: [{id: own, title: Own, proof: It holds., enforcement: report_only}]\n";
    let (_guard, root) = repository(&[("laneway.yaml", "version: 1\n"), ("lanes/level.yaml", report_only)]);
    let (code, out, _) = say(&root, &["evidence", "graduation"]);
    assert!(code == 1 && out.contains("without a `report_only_until`") && out.contains("1 finding"), "{out}");
    let (code, out, _) = say(&root, &["evidence", "graduation", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &document["schema"], &document["findings"]),
        (1, &"laneway.graduation/v1".into(), &1.into())
    );
    assert_eq!(
        document["lines"].as_array().unwrap().iter().filter(|line| line["about"] == "evidence_kind").count(),
        9
    );
    let (code, _, err) = say(&root, &["evidence", "graduation", "--output", " "]);
    assert!(code == 2 && err.contains("empty_value"), "{err}");
    commit(&root, &[("lanes/level.yaml", &report_only.replace("report_only}", "warning}"))], "up");
    assert_eq!(say(&root, &["evidence", "graduation"]).0, 0);
}
