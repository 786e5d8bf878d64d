//! The dashboard's page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::{
    Archive, Artifact, Broken, Cause, GateResult, Held, Origin, Outcome, Record, Revocation, RunId, Seal,
    SealedGate, Shard, Shown, Subjects, Tool,
};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::render::dashboard::{Dashboard, Given, Owed, Word, write};

/// 2026-11-20, 09:00 UTC.
pub(crate) const NOW: i64 = 1_795_165_200;
const DAY: i64 = 86_400;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn hash(number: usize) -> CommitHash {
    let digits = Digest::of(&number.to_le_bytes()).to_string();
    CommitHash::parse(&digits[..40]).unwrap()
}

pub(crate) fn held<T>(content: T, name: &str) -> Held<T> {
    Held { digest: Digest::of(name.as_bytes()), content, signers: BTreeSet::new() }
}

/// An executed pass of a gate on a commit, ended at `finished`.
pub(crate) fn record(gate: &str, commit: usize, finished: i64) -> Record {
    Record {
        subjects: Subjects { commit: hash(commit), artifacts: BTreeMap::new() },
        gate: GateId::new(gate),
        plan: Digest::of(b"plan"),
        profile: None,
        environment: None,
        result: GateResult::Pass,
        origin: Origin::Executed,
        owner: "@platform/billing".to_owned(),
        evidence_types: BTreeSet::new(),
        artifacts: vec![Artifact { name: "junit.xml".to_owned(), digest: Digest::of(b"junit") }],
        command: Some(format!("make {gate}")),
        missing_reason: None,
        run: RunId::parse(&format!("run-{commit}")).unwrap(),
        attempt: 1,
        shard: Shard::WHOLE,
        started: at(finished - 60),
        finished: at(finished),
        valid_until: None,
        tool: Tool { name: "laneway".to_owned(), version: None },
        failure: None,
        drift: None,
    }
}

pub(crate) fn gate(shown: Shown, records: &[&Held<Record>], reason: Option<&str>) -> SealedGate {
    let result = match shown {
        Shown::Passed | Shown::Reused | Shown::Approved => GateResult::Pass,
        Shown::Failed | Shown::Waived => GateResult::Fail,
        Shown::Partial | Shown::Flaky => GateResult::Partial,
        Shown::Blocked => GateResult::Blocked,
        Shown::Missing => GateResult::Missing,
        Shown::NotApplicable => GateResult::NotApplicable,
    };
    SealedGate {
        result,
        shown,
        owner: "@platform/billing".to_owned(),
        evidence_types: BTreeSet::new(),
        artifact: None,
        missing_reason: reason.map(str::to_owned),
        records: records.iter().map(|held| held.digest).collect(),
        permissions: BTreeMap::new(),
    }
}

pub(crate) fn seal(commit: usize, outcome: Outcome, gates: Vec<(&str, SealedGate)>, decided: i64) -> Seal {
    Seal {
        commit: hash(commit),
        plan: Digest::of(b"plan"),
        route: None,
        epoch: 0,
        outcome,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: gates.into_iter().map(|(id, gate)| (GateId::new(id), gate)).collect(),
        rollback: None,
        run: RunId::parse(&format!("run-{commit}")).unwrap(),
        decided: at(decided),
        key_hint: None,
    }
}

pub(crate) fn permission(id: &str, kind: Kind, gate: &str, expires: i64) -> Permission {
    Permission {
        id: id.to_owned(),
        kind,
        scope: Scope::Gate(GateId::new(gate)),
        subject: Whose::Any,
        owner: "@platform/architecture".to_owned(),
        residual_risk_owner: Some("@platform/risk".to_owned()),
        reason: "the sandbox of the payment provider is down".to_owned(),
        created: at(NOW - 3 * DAY),
        expires: at(expires),
        place: None,
    }
}

fn model<'a>(archive: &'a Archive) -> Dashboard<'a> {
    Dashboard::new(Given { place: ".laneway/evidence", archive, lanes: None, now: at(NOW) })
}

fn page(archive: &Archive) -> String {
    let mut out = Vec::new();
    write(&mut out, &model(archive)).unwrap();
    String::from_utf8(out).unwrap()
}

/// A store as a team has it after two weeks: every standing, every kind of verdict, debts, flaky gates.
pub(crate) fn sample() -> Archive {
    let mut archive = Archive::default();
    let gates = [
        ("contracts", 95),
        ("codegen", 41),
        ("boundary-guard", 18),
        ("security-baseline", 240),
        ("platform-billing.ledger-invariant-tests", 412),
        ("platform-billing.go-test", 151),
        ("platform-iam.go-test", 133),
        ("product-gpuaas.launch-billing-precheck", 380),
        ("app-platform.usage-attribution", 295),
        ("migration-validation", 64),
        ("portal-build", 207),
    ];
    for commit in 0..14_usize {
        let day = NOW - i64::try_from(commit).unwrap() * DAY;
        let mut sealed = Vec::new();
        for (order, (id, seconds)) in gates.iter().enumerate() {
            let jitter = i64::try_from((commit * 37 + order * 11) % 29).unwrap();
            let mut own = record(id, commit, day - 3600);
            own.started =
                at(day - 3600 - seconds - jitter * seconds / 40 - i64::try_from(14 - commit).unwrap() * 3);
            own.owner = match id.split_once('.') {
                Some((domain, _)) => format!("@{}", domain.replacen('-', "/", 1)),
                None => "@platform/delivery".to_owned(),
            };
            let owner = own.owner.clone();
            let name = format!("{id}/{commit}");
            let mut first = None;
            if order == 7 && commit % 3 == 1 || order == 5 && commit % 7 == 2 {
                let mut failed = own.clone();
                (failed.result, failed.attempt) = (GateResult::Fail, 1);
                failed.missing_reason =
                    Some("2 of 31 tests failed: timeout talking to the sandbox".to_owned());
                own.attempt = 2;
                first = Some(held(failed, &format!("{name}/1")));
            }
            let own = held(own, &name);
            let shown = if first.is_some() { Shown::Flaky } else { Shown::Passed };
            let reason = first.as_ref().map(|_| "attempt 1 failed, attempt 2 passed");
            let mut gate = gate(shown, &[&own], reason);
            gate.owner = owner;
            if let Some(first) = &first {
                gate.records.insert(first.digest);
            }
            sealed.push((*id, gate));
            archive.records.extend(first);
            archive.records.push(own);
        }
        let billing = "product-gpuaas.launch-billing-precheck";
        let waiver = permission("gpuaas-sandbox-outage", Kind::Waiver, billing, NOW + 9 * DAY);
        let mut approval =
            permission("residual-timeouts", Kind::Approval, "platform-billing.go-test", NOW + 20 * DAY);
        approval.reason = "timeouts of the sandbox alone, looked at one by one".to_owned();
        let mut review = permission("adr-112", Kind::Approval, "architecture-review", NOW + 60 * DAY);
        review.reason = "the split of the ledger is what ADR 112 describes".to_owned();
        let mut lapsed = permission("iam-migration", Kind::Waiver, "platform-iam.go-test", NOW - DAY);
        (lapsed.owner, lapsed.reason) =
            ("@platform/iam".to_owned(), "until the second half of the migration".to_owned());
        let mut glass = permission("incident-2231", Kind::BreakGlass, "security-baseline", NOW + DAY);
        (glass.owner, glass.reason) =
            ("@ops/on-call".to_owned(), "customers cannot log in; the fix must ship".to_owned());
        if commit == 0 {
            for own in [&waiver, &approval, &review, &lapsed, &glass] {
                archive.permissions.push(held(own.clone(), &own.id));
            }
        }
        let by = |gate: &mut SealedGate, id: &str| {
            gate.permissions.insert(id.to_owned(), Some(Digest::of(id.as_bytes())));
        };
        let mut set = |index: usize, shown: Shown, reason: Option<&str>, permission: Option<&str>| {
            let own: &mut SealedGate = &mut sealed[index].1;
            let kept = std::mem::take(&mut own.records);
            *own = SealedGate { owner: own.owner.clone(), ..gate(shown, &[], reason) };
            if !matches!(shown, Shown::Missing | Shown::Blocked | Shown::Approved) {
                own.records = kept;
            }
            if let Some(id) = permission {
                by(own, id);
            }
        };
        match commit {
            0 => {
                set(
                    4,
                    Shown::Failed,
                    Some("3 of 212 tests failed: TestLedgerBalances, TestRefund, TestRounding"),
                    None,
                );
                set(7, Shown::Missing, Some("no record of this commit and plan"), None);
                set(8, Shown::Blocked, Some("its need platform-billing.ledger-invariant-tests failed"), None);
                set(9, Shown::NotApplicable, Some("no migration is part of the change"), None);
            }
            1 | 2 => {
                set(7, Shown::Waived, Some("the sandbox answered 503"), Some("gpuaas-sandbox-outage"));
                set(3, Shown::Waived, Some("the scanner's mirror is down"), Some("incident-2231"));
                set(10, Shown::Partial, Some("the Windows leg did not run"), None);
            }
            3 => set(6, Shown::Waived, Some("the old schema is still read"), Some("iam-migration")),
            _ => {}
        }
        for own in &mut sealed {
            if own.1.shown == Shown::Flaky {
                by(&mut own.1, "residual-timeouts");
            }
        }
        if (4..7).contains(&commit) {
            let cited = archive
                .records
                .iter()
                .find(|own| own.digest == Digest::of(format!("portal-build/{commit}").as_bytes()));
            let mut reused = cited.unwrap().content.clone();
            reused.origin = Origin::Reused {
                from: if commit == 5 { Digest::of(b"gone") } else { cited.unwrap().digest },
            };
            reused.run = RunId::parse("nightly").unwrap();
            let reused = held(reused, &format!("reused/{commit}"));
            sealed[10].1 = gate(Shown::Reused, &[&reused], None);
            sealed[10].1.owner = "@frontend/portal".to_owned();
            archive.records.push(reused);
        }
        let mut review = gate(Shown::Approved, &[], None);
        review.owner = "@platform/architecture".to_owned();
        by(&mut review, "adr-112");
        if commit % 4 == 1 {
            sealed.push(("architecture-review", review));
        }
        let debt = sealed
            .iter()
            .any(|(_, own)| !matches!(own.shown, Shown::Passed | Shown::Reused | Shown::NotApplicable));
        let outcome = match commit {
            0 => Outcome::Fails,
            _ if debt => Outcome::WithDebt,
            _ => Outcome::Clean,
        };
        let mut verdict = seal(commit, outcome, sealed, day);
        if commit == 2 {
            verdict.profile = Some("standard".to_owned());
            verdict.environment = Some("staging".to_owned());
        }
        let verdict = held(verdict, &format!("verdict/{commit}"));
        if commit == 0 { archive.fails.push(verdict) } else { archive.seals.push(verdict) }
    }
    let revoked = Revocation {
        commit: hash(8),
        plan: Digest::of(b"plan"),
        epoch: 0,
        owner: "@platform/billing".to_owned(),
        reason: "the nightly run of the ledger's invariants failed on this commit".to_owned(),
        cause: Cause::ByHand,
        revoked: at(NOW - 7 * DAY),
    };
    archive.revocations.push(held(revoked, "revoked"));
    archive.records.push(held(record("contracts", 20, NOW - 2 * DAY), "alone"));
    archive.broken.push(Broken {
        key: "v1/rec/sha256/3f/9a0c4b1e55d0.json".to_owned(),
        gate: Some(GateId::new("codegen")),
        faults: vec![Fault::new(
            Code::StoreAltered,
            "it does not have the bytes that its name says",
            "record it anew",
        )],
    });
    archive
}

/// Returns a store with one clean verdict of one gate.
fn clean() -> Archive {
    let own = held(record("contracts", 1, NOW - DAY), "pass");
    let verdict = seal(1, Outcome::Clean, vec![("contracts", gate(Shown::Passed, &[&own], None))], NOW - DAY);
    Archive { records: vec![own], seals: vec![held(verdict, "verdict")], ..Archive::default() }
}

fn owed(archive: &Archive) -> Vec<Owed> {
    model(archive).debt.iter().map(|line| line.owed).collect()
}

#[test]
fn what_is_proved_is_no_debt() {
    let archive = clean();
    let model = model(&archive);
    assert_eq!((model.debt.len(), model.verdicts(), model.exceptions().count()), (0, 1, 0));
    assert!(matches!(model.commits[0].decided[0].word, Word::Clean));
    assert!(page(&archive).contains("every gate of every verdict that stands is proved"));
}

#[test]
fn each_way_to_pass_without_proof_is_debt() {
    type Change = fn(&mut Archive);
    let ways: [(&str, Change, &[Owed]); 17] = [
        ("the record is gone", |own| own.records.clear(), &[Owed::Unproven]),
        ("no record is named", |own| only(own).records.clear(), &[Owed::Unproven]),
        (
            "the record is no pass",
            |own| own.records[0].content.result = GateResult::Partial,
            &[Owed::Unproven],
        ),
        (
            "the record is of another gate",
            |own| own.records[0].content.gate = GateId::new("codegen"),
            &[Owed::Unproven],
        ),
        (
            "the record is of another plan",
            |own| own.records[0].content.plan = Digest::of(b"x"),
            &[Owed::Unproven],
        ),
        (
            "the record is of another commit",
            |own| own.records[0].content.subjects.commit = hash(2),
            &[Owed::Unproven],
        ),
        (
            "the record had ended",
            |own| own.records[0].content.valid_until = Some(at(NOW - 2 * DAY)),
            &[Owed::Unproven],
        ),
        (
            "what is cited is not there",
            |own| own.records[0].content.origin = Origin::Reused { from: Digest::of(b"gone") },
            &[Owed::Unproven],
        ),
        (
            "what is cited is itself reused",
            |own| own.records[0].content.origin = Origin::Reused { from: Digest::of(b"pass") },
            &[Owed::Unproven],
        ),
        (
            "it failed later",
            |own| {
                let mut failed = record("contracts", 1, NOW - 60);
                failed.result = GateResult::Fail;
                own.records.push(held(failed, "failed"));
            },
            &[Owed::Contradicted],
        ),
        ("it is let pass", |own| *only(own) = gate(Shown::Failed, &[], Some("why")), &[Owed::LetPass]),
        ("nobody says why", |own| *only(own) = gate(Shown::NotApplicable, &[], None), &[Owed::Unsaid]),
        ("a waiver", |own| allow(own, Kind::Waiver, Shown::Waived, NOW + DAY), &[Owed::Waived]),
        ("break-glass", |own| allow(own, Kind::BreakGlass, Shown::Waived, NOW + DAY), &[Owed::BreakGlass]),
        ("a risk remains", |own| allow(own, Kind::Approval, Shown::Partial, NOW + DAY), &[Owed::Residual]),
        (
            "the waiver has ended",
            |own| allow(own, Kind::Waiver, Shown::Waived, NOW - 60),
            &[Owed::Lapsed, Owed::Waived],
        ),
        (
            "the approval was taken back",
            |own| {
                allow(own, Kind::Approval, Shown::Approved, NOW + DAY);
                own.unpermitted.insert(Digest::of(b"allowed"));
            },
            &[Owed::Lapsed],
        ),
    ];
    for (name, change, expected) in ways {
        let mut archive = clean();
        change(&mut archive);
        assert_eq!(owed(&archive), expected, "{name}");
        // A seal that was taken back stands for nothing, so nothing is owed for it.
        let taken_back = Revocation {
            commit: hash(1),
            plan: Digest::of(b"plan"),
            epoch: 0,
            owner: "@ops".to_owned(),
            reason: "why".to_owned(),
            cause: Cause::ByHand,
            revoked: at(NOW),
        };
        archive.revocations.push(held(taken_back, "revoked"));
        let left = model(&archive).debt.iter().filter(|line| line.verdicts > 0).count();
        assert_eq!(left, 0, "{name}, taken back");
    }
}

fn only(archive: &mut Archive) -> &mut SealedGate {
    archive.seals[0].content.gates.get_mut("contracts").unwrap()
}

fn allow(archive: &mut Archive, kind: Kind, shown: Shown, expires: i64) {
    archive.permissions.push(held(permission("allowed", kind, "contracts", expires), "allowed"));
    *only(archive) = gate(shown, &[], Some("why"));
    only(archive).permissions.insert("allowed".to_owned(), Some(Digest::of(b"allowed")));
}

#[test]
fn a_waiver_in_force_is_debt_before_anything_rests_on_it() {
    let mut archive = clean();
    for (id, kind, expires) in [
        ("w", Kind::Waiver, NOW + DAY),
        ("g", Kind::BreakGlass, NOW + DAY),
        ("old", Kind::Waiver, NOW - 1),
        ("a", Kind::Approval, NOW + DAY),
    ] {
        archive.permissions.push(held(permission(id, kind, "contracts", expires), id));
    }
    assert_eq!(owed(&archive), [Owed::BreakGlass, Owed::Waived]);
    archive.unpermitted.insert(Digest::of(b"w"));
    assert_eq!(owed(&archive), [Owed::BreakGlass]);
}

#[test]
fn the_last_word_counts() {
    let mut archive = clean();
    let mut failed =
        seal(1, Outcome::Fails, vec![("contracts", gate(Shown::Failed, &[], Some("why")))], NOW - 60);
    archive.fails.push(held(failed.clone(), "fail"));
    assert!(matches!(model(&archive).commits[0].decided[0].word, Word::Fails));
    assert_eq!(model(&archive).commits[0].decided[0].earlier, 1);
    failed.decided = at(NOW - 2 * DAY);
    archive.fails = vec![held(failed, "fail")];
    assert!(matches!(model(&archive).commits[0].decided[0].word, Word::Clean));
    // Results without a verdict are shown as such, and newer commits come first.
    archive.records.push(held(record("contracts", 9, NOW - 5), "alone"));
    let model = model(&archive);
    assert_eq!(model.commits[0].commit, &hash(9));
    assert!(matches!(model.commits[0].decided[0].word, Word::Unjudged));
}

#[test]
fn runs_disagree_and_parts_do_not() {
    let mut archive = Archive::default();
    for commit in 0..4 {
        for index in 1..=2 {
            let mut part = record("sharded", commit, NOW - 100);
            part.shard = Shard { index, total: 2 };
            part.result = if index == 1 { GateResult::Fail } else { GateResult::Pass };
            archive.records.push(held(part, &format!("part {commit} {index}")));
        }
    }
    assert!(model(&archive).flaky.is_empty(), "the parts of one run are one outcome");
    let mut again = record("sharded", 2, NOW - 50);
    again.attempt = 2;
    archive.records.push(held(again, "again"));
    let model = model(&archive);
    let own = &model.flaky[0];
    assert_eq!((own.gate.as_str(), own.disagree, own.subjects, own.commit), ("sharded", 1, 4, &hash(2)));
}

#[test]
fn times_are_of_runs_and_sums_of_their_parts() {
    let mut archive = Archive::default();
    for run in 1..=10_i64 {
        let mut own = record("slow", 1, NOW + 1000 * run);
        own.run = RunId::parse(&format!("r{run}")).unwrap();
        own.started = at(NOW + 1000 * run - 10 * run);
        archive.records.push(held(own, &format!("slow {run}")));
    }
    let mut part = archive.records[9].content.clone();
    part.shard = Shard { index: 2, total: 2 };
    archive.records.push(held(part, "part"));
    let model = model(&archive);
    let own = &model.times[0];
    assert_eq!((own.runs, own.p50, own.p90, own.total), (10, 50, 90, 650));
    assert_eq!(own.recent, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
}

#[test]
fn the_same_store_and_time_give_the_same_bytes() {
    let archive = sample();
    let mut turned = archive.clone();
    turned.records.reverse();
    turned.seals.reverse();
    turned.permissions.reverse();
    assert!(page(&archive) == page(&turned));
    let all: usize =
        model(&archive).commits.iter().flat_map(|own| &own.decided).map(|own| own.gates.len()).sum();
    assert_eq!(model(&archive).standings.values().sum::<usize>(), all);
    assert!(model(&archive).standings.values().all(|count| *count > 0), "the sample shows every standing");
    if let Some(out) = std::env::var_os("LANEWAY_PAGE").map(PathBuf::from) {
        std::fs::write(out, page(&archive)).unwrap();
    }
}

const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"`\u{1b}[31m\u{202e}\u{0}\n\u{2028}&amp;";

#[test]
fn nothing_of_others_becomes_markup() {
    let mut archive = sample();
    let long = "x".repeat(1 << 20);
    for held in archive.seals.iter_mut().chain(&mut archive.fails) {
        held.content.profile = Some(HOSTILE.to_owned());
        for own in held.content.gates.values_mut() {
            own.owner = HOSTILE.to_owned();
            own.missing_reason = Some(format!("{HOSTILE}{long}"));
        }
    }
    for held in &mut archive.records {
        held.content.owner = HOSTILE.to_owned();
    }
    for held in &mut archive.permissions {
        held.content.reason = HOSTILE.to_owned();
        held.content.owner = HOSTILE.to_owned();
    }
    archive.broken[0].key = HOSTILE.to_owned();
    archive.broken[0].faults = vec![Fault::new(Code::StoreAltered, HOSTILE, HOSTILE)];
    let page = page(&archive);
    assert_eq!(page.matches("<script").count(), 2, "the data and the script of the page");
    assert!(!page.contains("<img") && !page.contains("onerror=alert(2)>"));
    let is_active = |own: char| own.is_control() && own != '\n' || matches!(own, '\u{202e}' | '\u{2028}');
    assert!(!page.chars().any(is_active));
    assert!(page.len() < 2 << 20, "{} bytes: long texts are cut", page.len());
    assert!(page.contains("characters more)"));
}

#[test]
fn the_page_is_whole_without_its_script_and_fetches_nothing() {
    let page = page(&sample());
    assert!(page.contains("default-src 'none'"));
    for wrong in ["http:", "https:", "url(", "@import", " src=", "<link", "<iframe"] {
        let found = page.find(wrong).filter(|at| !page[*at..].starts_with("url(#"));
        assert!(found.is_none(), "{wrong}: {}", &page[found.unwrap_or(0)..][..80]);
    }
    assert_eq!(page.matches("<details").count(), page.matches("<details class=\"verdict\" open>").count());
    let open = model(&sample()).exceptions().count();
    assert_eq!(page.matches("<tr class=\"r-").count(), open);
    assert!(page.contains("role=\"search\" hidden>"), "what needs the script is not shown without it");
    assert!(page.contains("1 object of the store"));
    let empty = self::page(&Archive::default());
    assert!(empty.contains("The store holds neither a verdict nor a result."));
}

/// 100,000 results on 9,091 commits: the page stays small, and says what it leaves out.
#[test]
fn a_large_store_gives_a_small_page() {
    let mut archive = Archive::default();
    for commit in 0..9_091_usize {
        let day = NOW - i64::try_from(commit).unwrap() * 600;
        let mut sealed = Vec::new();
        let names: Vec<String> = (0..11).map(|own| format!("domain-{}.gate-{own}", commit % 40)).collect();
        for (order, name) in names.iter().enumerate() {
            let own = held(record(name, commit, day), &format!("{commit}/{order}"));
            let shown = if order % 5 == 0 { Shown::NotApplicable } else { Shown::Passed };
            sealed.push((name.as_str(), gate(shown, &[&own], Some("it does not apply"))));
            archive.records.push(own);
        }
        archive.seals.push(held(seal(commit, Outcome::Clean, sealed, day), &format!("seal {commit}")));
    }
    assert!(archive.records.len() > 100_000);
    let began = Instant::now();
    let page = page(&archive);
    let took = began.elapsed();
    let says = format!("a page of {} results: {} kB in {took:?}\n", archive.records.len(), page.len() >> 10);
    std::io::Write::write_all(&mut std::io::stderr(), says.as_bytes()).unwrap();
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(page.contains("8,731 verdicts more, older ones"), "what is left out is said");
    assert!(page.contains("26,273 gates more are not on this page"));
}

/// Returns the browser that `LANEWAY_CHROMIUM` names, or the one on the `PATH`.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("LANEWAY_CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut known = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    known.find(|file| file.is_file())
}

/// Opens a page from the disk, and returns its document as it is when everything ran. Nothing may be said on the console.
fn shown(browser: &Path, folder: &Path, page: &str) -> String {
    let file = folder.join("dashboard.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let errors: Vec<&str> = stderr.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What is done to the page, as somebody at the keyboard would, and what is seen.
const PROBE: &str = include_str!("../../testdata/evidence/dashboard-probe.js");

#[test]
fn a_browser_shows_filters_and_prints_the_page() {
    let Some(browser) = chromium() else {
        // Straight to the stream: what a passing test prints is not shown.
        let says = "NOT RUN: dashboard::a_browser_shows_filters_and_prints_the_page: no Chromium on the PATH, nor in \
                    LANEWAY_CHROMIUM\n";
        std::io::Write::write_all(&mut std::io::stderr(), says.as_bytes()).unwrap();
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let probed = page(&sample()).replace("</body>", &format!("<script>\n{PROBE}</script></body>"));
    let document = shown(&browser, folder.path(), &probed);
    let (_, rest) = document.split_once("<pre id=\"probe\">").unwrap();
    let text =
        rest.split_once("</pre>").unwrap().0.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
    let seen: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let wrong: Vec<_> = seen.iter().filter(|(_, value)| **value != serde_json::Value::Bool(true)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 30, "{} things were looked at", seen.len());
}

#[test]
fn a_browser_runs_nothing_that_others_wrote() {
    let Some(browser) = chromium() else { return };
    let mut archive = sample();
    for held in archive.seals.iter_mut().chain(&mut archive.fails) {
        held.content.gates.values_mut().for_each(|own| own.owner = HOSTILE.to_owned());
    }
    let folder = tempfile::tempdir().unwrap();
    let counts =
        "document.title = document.images.length + ' images, ' + document.scripts.length + ' scripts';";
    let page = page(&archive).replace("</body>", &format!("<script>{counts}</script></body>"));
    let document = shown(&browser, folder.path(), &page);
    assert!(document.contains("<title>0 images, 3 scripts</title>"));
    assert!(document.contains("&lt;img src=x onerror=alert(2)&gt;"));
}

#[test]
fn the_command_writes_the_page() {
    let (_guard, root) = super::support::repository(&[("README.md", "hello\n")]);
    let (code, stdout, stderr) = super::support::run(super::support::laneway(&root).arg("dashboard"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        stdout.starts_with("<!doctype html>")
            && stdout.contains("The store holds neither a verdict nor a result.")
    );
    let (code, stdout, _) =
        super::support::run(super::support::laneway(&root).args(["dashboard", "-o", "page.html"]));
    assert_eq!((code, stdout.as_str()), (0, ""));
    assert!(root.join("page.html").is_file());
    for (arguments, says) in [
        (["--output", ""], "the value of `--output` is empty"),
        (["--store", " "], "the value of `--store` is empty"),
        (["--store", "ftp://x"], "`ftp://` is not known"),
    ] {
        let (code, stdout, stderr) =
            super::support::run(super::support::laneway(&root).arg("dashboard").args(arguments));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains(says), "{stderr}");
    }
}
