//! What holds of the renderers of verdicts, each and together.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::report::{Kept, Report};
use super::{json, markdown, payload, text};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{
    GateResult, MigrationPosture, Outcome, Required, Rollback, RunId, Seal, SealedGate, Shard, Shown,
};
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::permission::{Kind, Permission, Scope, Whose};
use crate::plan::Difference;
use crate::render::fixture::{FILES, change, policies, routed};
use crate::render::text::Detail;
use crate::route::{GateState, Route};
use crate::source::Source;
use crate::verdict::{Because, Debt, DebtKind, Expectation, Granted, Judged, Try, Verdict};
use crate::yaml;

/// A verdict with all that a report of it borrows.
struct Case {
    commit: CommitHash,
    route: Route,
    expectations: BTreeMap<GateId, Expectation>,
    verdict: Verdict,
    granted: Vec<Granted>,
    differences: Vec<Difference>,
    notes: Vec<String>,
    run: RunId,
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn result(shown: Shown) -> GateResult {
    match shown {
        Shown::Passed | Shown::Reused | Shown::Approved => GateResult::Pass,
        Shown::Failed | Shown::Waived => GateResult::Fail,
        Shown::Partial | Shown::Flaky => GateResult::Partial,
        Shown::Blocked => GateResult::Blocked,
        Shown::Missing => GateResult::Missing,
        Shown::NotApplicable => GateResult::NotApplicable,
    }
}

fn sealed(shown: Shown) -> SealedGate {
    let result = result(shown);
    SealedGate {
        result,
        shown,
        owner: "@platform/billing".to_owned(),
        evidence_types: BTreeSet::from(["test-report".to_owned()]),
        artifact: (result == GateResult::Pass).then(|| Digest::of(b"junit")),
        missing_reason: (result != GateResult::Pass).then(|| format!("it is {}", shown.as_str())),
        records: BTreeSet::from([Digest::of(shown.as_str().as_bytes())]),
        permissions: match shown {
            Shown::Waived => BTreeMap::from([("late-ledger".to_owned(), None)]),
            _ => BTreeMap::new(),
        },
    }
}

/// A verdict over these gates; whatever is no pass stops it.
fn case<'a>(gates: impl IntoIterator<Item = (&'a str, Shown)>) -> Case {
    let policies = policies(FILES);
    let mut case = Case {
        commit: CommitHash::parse(&"1f".repeat(20)).unwrap(),
        route: routed(&change(["packages/billing/a.go"]), &policies),
        expectations: BTreeMap::new(),
        verdict: Verdict {
            outcome: Outcome::Clean,
            gates: BTreeMap::new(),
            stops: BTreeSet::new(),
            debts: BTreeSet::new(),
            expired: BTreeMap::new(),
            unread: BTreeSet::new(),
        },
        granted: Vec::new(),
        differences: Vec::new(),
        notes: Vec::new(),
        run: RunId::parse("4711").unwrap(),
    };
    for (id, shown) in gates {
        let sealed = sealed(shown);
        let holds =
            sealed.result == GateResult::Pass || matches!(shown, Shown::Waived | Shown::NotApplicable);
        let record = *sealed.records.first().unwrap();
        let because = match shown {
            Shown::Missing => Because::NoRecord,
            _ => Because::Recorded {
                record,
                result: sealed.result,
                of: Try { run: case.run.clone(), attempt: 1 },
                shard: Shard::WHOLE,
                reason: sealed.missing_reason.clone(),
            },
        };
        let judged = Judged {
            sealed,
            enforcement: Enforcement::Blocking,
            holds,
            blocks: !holds,
            because: BTreeSet::from([because]),
        };
        let outcome = match (holds, shown) {
            (false, _) => Outcome::Fails,
            (true, Shown::Waived) => Outcome::WithDebt,
            (true, _) => Outcome::Clean,
        };
        case.verdict.outcome = case.verdict.outcome.max(outcome);
        case.verdict.gates.insert(GateId::new(id), judged);
        let required = Required {
            title: format!("The gate {id}"),
            run: Some("make it".to_owned()),
            evidence_types: BTreeSet::new(),
            family: None,
        };
        let expectation = Expectation {
            required,
            state: GateState::Current,
            owners: BTreeSet::from(["@platform/billing".to_owned()]),
            enforcement: Enforcement::Blocking,
            may_not_apply: false,
            needs_artifact: false,
            by_approval_only: false,
        };
        case.expectations.insert(GateId::new(id), expectation);
    }
    case
}

#[test]
fn what_is_owed_for_the_policy_is_said() {
    let mut case = case([("a", Shown::Passed)]);
    case.verdict.outcome = Outcome::WithDebt;
    case.verdict.debts.insert(Debt {
        gate: None,
        kind: DebtKind::Basis,
        owner: "@arch".to_owned(),
        permission: Some(("no-base-yet".to_owned(), None)),
        until: Some(time(86_400)),
    });
    case.verdict.expired.insert("old-waiver".to_owned(), time(0));
    let (text, page) = (case.text(false), case.page());
    assert!(text.starts_with("Holds with debt: 1 permission\n"), "{text}");
    assert!(
        text.contains("the basis of the verdict is let pass by @arch, by approval no-base-yet"),
        "{text}"
    );
    assert!(text.contains("permission old-waiver of the base is not in force"), "{text}");
    assert!(page.contains("no-base-yet") && page.contains("old-waiver"), "{page}");
    assert_eq!(case.json()["debts"][0]["kind"], "basis");
}

fn waiver() -> Granted {
    Granted {
        permission: Permission {
            id: "late-ledger".to_owned(),
            kind: Kind::Waiver,
            scope: Scope::Gate(GateId::new("ledger")),
            subject: Whose::Any,
            owner: "@platform/leads".to_owned(),
            residual_risk_owner: None,
            reason: "the ledger's test data is being rebuilt".to_owned(),
            created: time(0),
            expires: time(86_400),
            place: None,
        },
        record: Some(Digest::of(b"waiver")),
        by: BTreeSet::from(["@platform/leads".to_owned()]),
    }
}

impl Case {
    fn report(&self) -> Report<'_> {
        Report {
            commit: &self.commit,
            plan: Digest::of(b"plan"),
            route_digest: Digest::of(b"route"),
            route: &self.route,
            expectations: &self.expectations,
            verdict: &self.verdict,
            granted: &self.granted,
            differences: &self.differences,
            was_given: !self.differences.is_empty(),
            kept: Kept::Nowhere,
            notes: &self.notes,
            report_only: false,
            run: &self.run,
            now: time(3600),
            release: None,
        }
    }

    fn text(&self, verbose: bool) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        text::write(&mut out, &self.report(), Detail { verbose }).expect("memory takes everything");
        String::from_utf8(out.into_inner()).expect("it is text")
    }

    fn json(&self) -> Value {
        let mut bytes = Vec::new();
        json::write(&mut bytes, &self.report()).expect("memory takes everything");
        serde_json::from_slice(&bytes).expect("it is JSON")
    }

    fn page(&self) -> String {
        let mut bytes = Vec::new();
        markdown::write(&mut bytes, &self.report()).expect("memory takes everything");
        String::from_utf8(bytes).expect("it is text")
    }
}

/// One gate of each standing.
fn each() -> Case {
    let mut case = case(Shown::ALL.iter().map(|shown| (shown.as_str(), *shown)));
    case.granted.push(waiver());
    case
}

#[test]
fn the_first_line_is_the_answer() {
    let first = |case: &Case| case.text(false).lines().next().unwrap().to_owned();
    assert_eq!(first(&case([("a", Shown::Passed)])), "Clean: 1 gate is in order");
    assert_eq!(first(&case([("a", Shown::Passed), ("b", Shown::Reused)])), "Clean: all 2 gates are in order");
    assert_eq!(first(&case([])), "Clean: no gate is asked for");
    assert_eq!(first(&case([("a", Shown::Passed), ("b", Shown::Waived)])), "Holds with debt: 1 of 2 gates");
    assert_eq!(first(&case([("a", Shown::Passed), ("b", Shown::Missing)])), "Does not hold: 1 of 2 gates");
    let mut stopped = case([("a", Shown::Passed)]);
    stopped.verdict.outcome = Outcome::Fails;
    stopped.verdict.stops.insert("the policy is the head's alone, and nobody approved that".to_owned());
    assert_eq!(first(&stopped), "Does not hold: 1 reason");
    assert!(stopped.text(false).contains("the head's alone, and nobody approved that"));
}

#[test]
fn every_standing_looks_different_and_says_owner_reason_and_next() {
    let text = each().text(false);
    for shown in ["FAILED", "PARTIAL", "FLAKY", "BLOCKED", "MISSING"] {
        let at = text.find(shown).unwrap_or_else(|| panic!("{shown} in {text}"));
        let block = text[at..].split("\n\n").next().unwrap();
        assert!(block.contains("@platform/billing"), "{block}");
        assert!(block.contains(&format!("it is {}", shown.to_lowercase())), "{block}");
        assert!(block.contains("next: "), "{block}");
    }
    assert!(text.contains("DEBT 1 gate not in order, let pass: 1 waived"), "{text}");
    assert!(text.contains("waiver late-ledger of @platform/leads, until 2026-05-29T20:26:40Z"), "{text}");
    assert!(text.contains("In order 4 gates: 1 passed, 1 reused, 1 approved, 1 not applicable"), "{text}");
    assert!(text.contains("\n  reused: reused\n"), "what did not run is named: {text}");
}

#[test]
fn a_standing_is_never_shown_as_another() {
    for (shown, word) in Shown::ALL.map(|shown| (shown, super::groups::words(shown))) {
        let case = case([("it", shown)]);
        let others = Shown::ALL.map(super::groups::words).into_iter().filter(|other| *other != word);
        let (text, page) = (case.text(true).to_lowercase(), case.page());
        assert!(text.contains(word), "{text}");
        for other in others {
            assert!(!text.lines().any(|line| line.starts_with(other)), "{other} in {text}");
            let is_cell = |cell: &str| cell.trim().split_once(' ').is_some_and(|(_, word)| word == other);
            assert!(
                !page.lines().any(|line| line.split('|').nth(2).is_some_and(is_cell)),
                "{other} in {page}"
            );
        }
    }
}

#[test]
fn many_gates_fold_and_verbose_unfolds_them() {
    let ids: Vec<String> = (0..300).map(|at| format!("domain-{at:03}.local-gate")).collect();
    let failing = case(ids.iter().map(|id| (id.as_str(), Shown::Failed)));
    let text = failing.text(false);
    assert!(text.contains("and 260 more; --verbose shows all"), "{text}");
    assert!(failing.text(true).contains("domain-299.local-gate"));
    let passing = case(ids.iter().map(|id| (id.as_str(), Shown::Passed)));
    assert!(passing.text(false).lines().count() < 12, "{}", passing.text(false));
    assert!(passing.text(true).contains("domain-299.local-gate"));
}

#[test]
fn the_document_follows_its_schema_and_names_everything() {
    let document = each().json();
    assert_eq!(document["schema"], "laneway.verdict/v1");
    assert_eq!(document["outcome"], "fails");
    assert_eq!(document["gates"].as_array().unwrap().len(), Shown::ALL.len());
    assert_eq!(document["counts"]["not_applicable"], 1);
    let schema: Value = serde_json::from_str(&json::schema().unwrap()).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&document), keys(&schema["properties"]));
    let waived = document["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == "waived").unwrap();
    assert_eq!(
        (&waived["holds"], &waived["debt"], &waived["result"]),
        (&true.into(), &true.into(), &"fail".into())
    );
    assert_eq!(waived["permissions"][0]["id"], "late-ledger");
    assert_eq!(document["permissions"][0]["expires"], "2026-05-29T20:26:40Z");
}

#[test]
fn a_page_stays_below_the_limit_and_nothing_in_it_is_active() {
    let hostile = "</details>|`x`\u{202e}\x1b[31m@team <script> ";
    let ids: Vec<String> = (0..3000).map(|at| format!("gate-{at:04}")).collect();
    let mut case =
        case(ids.iter().enumerate().map(|(at, id)| (id.as_str(), Shown::ALL[at % Shown::ALL.len()])));
    for judged in case.verdict.gates.values_mut() {
        judged.sealed.owner = hostile.repeat(20);
        judged.sealed.missing_reason = Some(hostile.repeat(50_000 / 3000 * 10));
    }
    case.verdict.stops.extend((0..500).map(|at| format!("{at} {}", hostile.repeat(10))));
    case.notes.extend((0..500).map(|at| format!("{at} {}", hostile.repeat(10))));
    case.differences.extend((0..500).map(|at| Difference {
        gate: Some(GateId::new(format!("gate-{at}"))),
        field: "run".to_owned(),
        given: Some(hostile.repeat(10)),
        derived: None,
    }));
    let page = case.page();
    assert!(page.len() <= markdown::LIMIT, "{}", page.len());
    assert!(!page.contains("<script>") && !page.contains("@team") && !page.contains(['\u{202e}', '\x1b']));
    assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
    assert!(page.contains("which do not fit here"));
    let text = case.text(true);
    assert!(!text.contains(['\u{202e}', '\x1b', '\x07']));
}

fn seal() -> Seal {
    Seal {
        commit: CommitHash::parse(&"1f".repeat(20)).unwrap(),
        plan: Digest::of(b"plan"),
        route: Some(Digest::of(b"route")),
        epoch: 0,
        outcome: Outcome::WithDebt,
        profile: Some("standard".to_owned()),
        environment: Some("staging".to_owned()),
        release_manifest: Some(Digest::of(b"manifest")),
        change_class: Some("api".to_owned()),
        validated_against: Some(CommitHash::parse(&"2e".repeat(20)).unwrap()),
        gates: Shown::ALL.iter().map(|shown| (GateId::new(shown.as_str()), sealed(*shown))).collect(),
        rollback: Some(Rollback {
            command: "make rollback".to_owned(),
            manifest_or_revision: "sha256:ab # not a comment".to_owned(),
            migration_posture: MigrationPosture::Reversible,
            owner: "@release".to_owned(),
        }),
        run: RunId::parse("4711").unwrap(),
        decided: time(3600),
        key_hint: None,
    }
}

/// The keys of a payload in the order of its documentation, each with what is below it behind a dot.
const KEYS: &[&str] = &[
    "source_commit",
    "release_profile",
    "environment_profile",
    "release_manifest_digest",
    "change_class",
    "validated_against_source_sha",
    "gates",
    "rollback",
];

#[test]
fn a_payload_has_every_key_in_its_order() {
    let written = payload::document(&seal());
    let top: Vec<&str> = written
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.trim().split(':').next())
        .collect();
    assert_eq!(&top[..KEYS.len()], KEYS, "{written}");
    assert_eq!(&top[KEYS.len()..], ["plan", "route", "epoch", "outcome", "run", "decided"]);
    for line in [
        "      migration_posture: \"reversible\"",
        "      missing_reason: \"it is blocked\"",
        "    - gate_id: \"not_applicable\"",
        "      result: \"not_applicable\"",
    ] {
        assert!(written.contains(line.trim_start()), "{line} in {written}");
    }
    assert!(!written.starts_with('#'));
}

#[test]
fn what_is_not_known_is_said_and_never_empty() {
    let mut seal = seal();
    (seal.profile, seal.environment, seal.release_manifest) = (None, None, None);
    (seal.change_class, seal.validated_against, seal.rollback) = (None, None, None);
    let written = payload::document(&seal);
    assert!(written.starts_with(
        "# Not known, and therefore left out: release_profile, environment_profile, release_manifest_digest, \
         change_class, validated_against_source_sha, rollback\n"
    ));
    assert!(!written.contains("\"\"") && !written.contains("[]") && !written.contains("{}"), "{written}");
}

#[test]
fn a_payload_is_yaml_whatever_it_holds() {
    let mut seal = seal();
    let hostile = "a: b # c\n- d\u{85}\u{2028}\u{0}\"'\\";
    for gate in seal.gates.values_mut() {
        gate.owner = hostile.to_owned();
        gate.missing_reason = Some(hostile.to_owned());
    }
    let source = Source::new("payload", payload::document(&seal));
    let (tree, faults) = yaml::parse(&source);
    assert!(faults.is_empty(), "{faults:?}");
    assert!(tree.is_some());
}

#[test]
fn a_change_ships_as_one_class_or_as_broad() {
    let map = |rows: &str| {
        format!(
            "| Package | Domain | Release class | Class |\n|---|---|---|---|\n{rows}| `**` | many | - | exempt |\n"
        )
    };
    let rows = "| `web/**` | many | web | |\n| `api/**` | many | api | |\n| `open/**` | many | | |\n| `docs/**` | many | | docs |\n";
    let lane = "domain_lane:\n  domain_id: many\n  domain_local_gates: [go test ./...]\n";
    let map = map(rows);
    let policies = policies(&[("ownership-maps/a.md", &map), ("lanes/many.yaml", lane)]);
    let class = |paths: &[&str]| payload::change_class(&routed(&change(paths), &policies));
    assert_eq!(class(&["web/a"]), Some("web"));
    assert_eq!(class(&["web/a", "web/b", "docs/a"]), Some("web"));
    assert_eq!(class(&["web/a", "api/b"]), Some("broad"));
    assert_eq!(class(&["web/a", "open/b"]), Some("broad"));
    assert_eq!(class(&["open/b"]), Some("broad"));
    assert_eq!(class(&["docs/a"]), None, "nothing ships");
}

#[test]
fn no_line_ends_in_blanks() {
    let case = each();
    assert!(case.text(true).lines().all(|line| line.trim_end() == line), "{}", case.text(true));
    assert!(case.page().starts_with(markdown::MARKER));
}
