//! The eight conditions of independent promotion: each alone, and what is claimed.

use std::collections::BTreeMap;

use laneway::evidence::{Cause, GateResult, Outcome, Revocation};
use laneway::store::save_revocation;

use crate::small::{PACKETS, Small, files, open, say};

/// A world with one thing changed.
type Change = fn(&mut BTreeMap<String, String>);

fn replace(files: &mut BTreeMap<String, String>, path: &str, from: &str, to: &str) {
    let text = files.get_mut(path).unwrap();
    assert!(text.contains(from), "{path}: {from}");
    *text = text.replacen(from, to, 1);
}

#[test]
fn where_everything_holds_it_is_sealed() {
    let world = Small::new(&files());
    world.prove();
    let (code, document) = world.promote(&[]);
    let document = document.unwrap();
    assert_eq!((code, open(&document)), (0, BTreeMap::new()), "{document}");
    assert_eq!((&document["outcome"], &document["kept"]), (&"clean".into(), &"sealed".into()));
    let owners: Vec<&str> =
        document["conditions"].as_array().unwrap().iter().map(|own| own["owner"].as_str().unwrap()).collect();
    let expected = ["@arch", "@arch", "@billing", "@release", "@release", "@billing", "@ops", "@guards"];
    assert_eq!(owners, expected);
    // A second time it stands already, and nothing is written where nothing is to be.
    assert_eq!(world.promote(&[]).1.unwrap()["kept"], "standing");
    assert_eq!(world.promote(&["--no-seal"]).1.unwrap()["kept"], "nowhere");
    let (code, out, _) = say(&world.root, &["verify", "--promotion", "billing", "--base", "main"]);
    assert!(code == 0 && out.starts_with("billing may be promoted on its own: 8 of 8"), "{out}");
}

#[test]
fn each_condition_fails_alone() {
    let cases: [(&str, &str, Change); 19] = [
        ("decision", "`keep`", |own| replace(own, PACKETS, "extract_service", "keep")),
        ("decision", "no file `doc/why.md`", |own| {
            replace(own, PACKETS, "    profile:", "    document: doc/why.md\n    profile:");
        }),
        ("service_auth", "caller `web` has no service-auth packet", |own| {
            replace(
                own,
                PACKETS,
                "      - {domain: web, service_auth: oidc, document: doc/auth.md, owner: '@web'}\n",
                "",
            );
        }),
        ("service_auth", "no file `doc/none.md`", |own| replace(own, PACKETS, "doc/auth.md", "doc/none.md")),
        ("degradation", "has no command", |own| {
            replace(own, "lanes/billing.yaml", "{id: harness, run: make harness}", "{id: harness}");
        }),
        ("degradation", "does not ask for gate `gpu-tests`", |own| {
            replace(own, PACKETS, "gate: harness", "gate: gpu-tests")
        }),
        ("degradation", "no file `doc/gone.md`", |own| {
            replace(own, PACKETS, "doc/degradation.md", "doc/gone.md")
        }),
        ("degradation", "does not say", |own| {
            let line = "    degradation: {gate: harness, document: doc/degradation.md, owner: '@billing'}\n";
            replace(own, PACKETS, line, "");
        }),
        ("rollback", "no file `doc/gone.md`", |own| replace(own, PACKETS, "doc/rollback.md", "doc/gone.md")),
        ("rollback", "no result on this commit", |own| {
            replace(own, PACKETS, "{gate: back", "{gate: gpu-tests")
        }),
        ("enforcing", "`runtime-health` is at `warning`", |own| {
            own.insert(
                "lanes/families.yaml".to_owned(),
                "gate_families: [{id: runtime-health, title: Health, proof: It runs., enforcement: warning}]\n".to_owned(),
            );
        }),
        ("enforcing", "no verdict of `other`", |own| {
            replace(
                own,
                "lanes/release.yaml",
                "release_profiles:\n",
                "release_profiles:\n  - {id: other, title: Other, use_when: never, release_classes: all, families: [runtime-health]}\n",
            );
            replace(own, PACKETS, "profile: plain", "profile: other");
        }),
        ("enforcing", "no verdict of `plain` in `lab`", |own| {
            replace(
                own,
                "lanes/release.yaml",
                "environments:\n",
                "environments:\n  - {id: lab, owner: '@lab', target: lab}\n",
            );
            replace(own, PACKETS, "environment: prod", "environment: lab");
        }),
        ("consumer_smokes", "no smoke of the lane is for product consumer `gpuaas`", |own| {
            replace(own, "lanes/billing.yaml", "consumer: gpuaas", "consumer: web");
        }),
        ("consumer_smokes", "gate `late` has no result", |own| {
            let smoke = "  consumer_smokes:\n    - {id: late, run: make late}\n";
            replace(own, "lanes/billing.yaml", "  consumer_smokes:\n", smoke);
        }),
        ("status", "has no service level objective", |own| {
            replace(own, PACKETS, ", slo: {objective: '99.9', gate: slo}", "");
        }),
        ("status", "gate `web-tests` has no result", |own| {
            replace(own, PACKETS, "gate: slo", "gate: web-tests")
        }),
        ("status", "does not say", |own| {
            let line =
                "    status: {component: billing-api, owner: '@ops', slo: {objective: '99.9', gate: slo}}\n";
            replace(own, PACKETS, line, "");
        }),
        ("guards", "unmapped_file", |own| {
            own.insert("stray/file.txt".to_owned(), "?\n".to_owned());
        }),
    ];
    for (condition, says, change) in cases {
        let mut files = files();
        change(&mut files);
        let world = Small::new(&files);
        world.prove();
        let (code, document) = world.promote(&[]);
        let document = document.unwrap_or_else(|error| panic!("{condition}, {says}: {error}"));
        let open = open(&document);
        assert_eq!(open.keys().collect::<Vec<_>>(), [condition], "{says}: {open:?}");
        assert!(open[condition].contains(says), "{says}: {open:?}");
        assert_eq!((code, &document["kept"]), (1, &"failed".into()), "{says}");
    }
}

#[test]
fn evidence_that_does_not_hold_proves_nothing() {
    for (gate, condition) in
        [("harness", "degradation"), ("back", "rollback"), ("precheck", "consumer_smokes"), ("slo", "status")]
    {
        let world = Small::new(&files());
        world.prove();
        // A pass under one plan does not outweigh a failure under another.
        world.record(gate, GateResult::Fail, "second");
        let (code, document) = world.promote(&[]);
        let open = open(&document.unwrap());
        assert_eq!(
            (code, open.keys().map(String::as_str).collect::<Vec<_>>()),
            (1, vec![condition]),
            "{open:?}"
        );
        assert!(open[condition].contains("it broke") || open[condition].contains("failed"), "{open:?}");
    }
}

#[test]
fn a_release_that_was_taken_back_is_none() {
    let world = Small::new(&files());
    world.prove();
    assert_eq!(world.promote(&[]).0, 0);
    let seal = world.release(Outcome::Clean, 0);
    let revocation = Revocation {
        commit: seal.commit.clone(),
        plan: seal.plan,
        epoch: 0,
        owner: "@release".to_owned(),
        reason: "it was wrong".to_owned(),
        cause: Cause::ByHand,
        revoked: seal.decided,
    };
    save_revocation(&world.store(), &revocation, None).unwrap();
    let (code, document) = world.promote(&[]);
    let open = open(&document.unwrap());
    assert_eq!((code, open.keys().map(String::as_str).collect::<Vec<_>>()), (1, vec!["enforcing"]));
    assert!(open["enforcing"].contains("taken back"));
    // Another seal after it counts, and what holds with debt is named.
    world.release(Outcome::WithDebt, 1);
    let document = world.promote(&[]).1.unwrap();
    assert_eq!(document["outcome"], "with_debt");
}

#[test]
fn a_later_failure_takes_the_seal_back() {
    let world = Small::new(&files());
    world.prove();
    assert_eq!(world.promote(&[]).1.unwrap()["kept"], "sealed");
    world.record("harness", GateResult::Fail, "second");
    let (code, out, _) = say(&world.root, &["verify", "--promotion", "billing", "--base", "main"]);
    assert!(code == 1 && out.contains("seal 0 was taken back"), "{out}");
}

#[test]
fn level_two_rests_on_guards_degradation_and_evidence() {
    // Without a service-auth packet the claim of level 2 holds, and that of independence does not.
    let mut files = files();
    replace(&mut files, PACKETS, "extract_service", "keep");
    let world = Small::new(&files);
    world.prove();
    assert_eq!(world.promote(&[]).0, 1);
    let (code, document) = world.promote(&["--claim", "l2"]);
    let document = document.unwrap();
    assert_eq!((code, &document["claim"]), (0, &"l2".into()), "{document}");
    for gate in ["harness", "precheck", "slo"] {
        let world = Small::new(&crate::small::files());
        world.prove();
        world.record(gate, GateResult::Fail, "second");
        assert_eq!(world.promote(&["--claim", "l2"]).0, 1, "{gate}");
    }
    let world = Small::new(&crate::small::files());
    world.prove();
    world.record("back", GateResult::Fail, "second");
    assert_eq!(world.promote(&["--claim", "l2"]).0, 0);
    let mut files = crate::small::files();
    files.insert("stray/file.txt".to_owned(), "?\n".to_owned());
    let world = Small::new(&files);
    world.prove();
    assert_eq!(world.promote(&["--claim", "l2"]).0, 1);
}

#[test]
fn an_empty_cell_of_consumers_is_not_none() {
    let mut files = files();
    replace(&mut files, "ownership-maps/packages.md", "| gpuaas, web |", "| |");
    let world = Small::new(&files);
    world.prove();
    let (code, document) = world.promote(&[]);
    let open = open(&document.unwrap());
    assert_eq!(code, 1);
    for condition in ["service_auth", "consumer_smokes"] {
        assert!(open[condition].contains("leaves its `Consumers` empty"), "{open:?}");
    }
}

#[test]
fn without_a_packet_it_does_not_hold() {
    let world = Small::new(&files());
    world.prove();
    let (code, out, _) = say(&world.root, &["verify", "--promotion", "gpuaas", "--base", "main"]);
    assert!(code == 1 && out.contains("`gpuaas` has no packet"), "{out}");
    assert!(out.contains("unknown 2"), "{out}");
}

#[test]
fn a_change_brings_itself_no_packet() {
    let mut before = files();
    let packets = before.insert(PACKETS.to_owned(), "extraction_packets: []\n".to_owned()).unwrap();
    let mut world = Small::new(&before);
    crate::support::git(&world.root, &["checkout", "-q", "-b", "change"]);
    world.commit = crate::support::commit(&world.root, &[(PACKETS, &packets)], "packet");
    world.prove();
    let (code, document) = world.promote(&[]);
    let open = open(&document.unwrap());
    assert_eq!(
        (code, open.keys().map(String::as_str).collect::<Vec<_>>()),
        (1, vec!["decision"]),
        "{open:?}"
    );
    assert!(open["decision"].contains("once the base has it"), "{open:?}");
}

#[test]
fn what_cannot_be_asked_is_a_fault() {
    let world = Small::new(&files());
    let cases: [(&[&str], &str); 5] = [
        (&["verify", "--promotion", "biling", "--base", "main"], "laneway::release::packet_domain"),
        (&["verify", "--promotion", " ", "--base", "main"], "laneway::change::empty_value"),
        (
            &["verify", "--promotion", "billing", "--base", "main", "--route", "r.json"],
            "`--route` means nothing",
        ),
        (
            &["verify", "--promotion", "billing", "--base", "main", "--profile", "plain"],
            "laneway::release::flag",
        ),
        (&["verify", "--promotion", "billing", "--base", "main", "--format", "payload"], "means nothing"),
    ];
    for (arguments, says) in cases {
        let (code, out, err) = say(&world.root, arguments);
        assert!(code == 2 && out.is_empty() && err.contains(says), "{arguments:?}: {code}\n{out}\n{err}");
    }
    let mut files = files();
    files.remove(PACKETS);
    let world = Small::new(&files);
    let (code, _, err) = say(&world.root, &["verify", "--promotion", "billing", "--base", "main"]);
    assert!(code == 2 && err.contains("laneway::release::packets_missing"), "{err}");
    let mut files = crate::small::files();
    replace(&mut files, PACKETS, "gate: slo", "gate: sloo");
    let world = Small::new(&files);
    let (code, _, err) = say(&world.root, &["verify", "--promotion", "billing", "--base", "main"]);
    assert!(code == 2 && err.contains("laneway::release::packet_value") && err.contains("`slo`"), "{err}");
}
