//! Verdicts of releases.

use std::collections::BTreeMap;

use crate::support::{commit, git};
use crate::world::{ARTIFACT, Said, World};

/// The profiles of which the change of a folder is one.
const OWN: [(&str, &str); 6] = [
    ("web", "web-fast"),
    ("api", "api-fast"),
    ("runtime", "runtime-fast"),
    ("agent", "node-agent-fast"),
    ("web", "standard"),
    ("runtime", "standard"),
];

const MARKER: [&str; 8] = [
    "--divergence-reason",
    "a new board",
    "--divergence-owner",
    "@lab",
    "--divergence-until",
    "7d",
    "--follow-up",
    "change 12",
];

#[test]
fn each_profile_holds_once_everything_is_proved() {
    for (folder, profile) in OWN {
        let world = World::of(folder);
        let before = world.verify(profile, "production", &["--no-seal"]);
        assert_eq!((before.code, before.outcome()), (1, "fails"), "{profile}: {}", before.err);
        world.prove_all(profile, "production");
        let said = world.verify(profile, "production", &[]);
        assert_eq!((said.code, said.outcome()), (0, "clean"), "{profile}: {:#}", said.json);
        assert_eq!(said.json["kept"]["kind"], "sealed", "{profile}");
        assert_eq!(said.json["release"]["profile"], profile);
    }
}

#[test]
fn lifecycle_validation_is_asked_for_where_the_runtime_changes() {
    let asks = |folder: &str| {
        let said = World::of(folder).verify("standard", "production", &["--no-seal"]);
        said.stopping().contains(&"lifecycle-validation")
    };
    assert!(asks("runtime") && asks("agent") && !asks("web"));
}

/// A profile that the change does not allow, whatever was proved.
#[test]
fn each_profile_refuses_what_it_may_not_ship() {
    let others = [
        ("api", "web-fast"),
        ("web", "api-fast"),
        ("api", "runtime-fast"),
        ("runtime", "node-agent-fast"),
        ("web", "config-only"),
        ("api", "validation-only"),
    ];
    for (folder, profile) in others {
        let world = World::of(folder);
        world.prove_all(profile, "production");
        let said = world.verify(profile, "production", &[]);
        assert_eq!(said.code, 1, "{profile}");
        assert!(said.open().contains(&"profile_allowed"), "{profile}: {:?}", said.open());
    }
}

/// Each condition, failing alone: the folder, the profile, the environment, what is done, and what is then open.
#[test]
fn each_condition_stops_a_release_alone() {
    let narrow = |said: &Said| said.open().iter().map(|own| (*own).to_owned()).collect::<Vec<_>>();
    // The environment takes neither the profile nor what the change ships as.
    let world = World::of("web");
    world.prove_all("web-fast", "narrow");
    let said = world.verify("web-fast", "narrow", &[]);
    assert_eq!(
        (said.code, narrow(&said)),
        (1, vec!["environment_takes_profile".to_owned(), "change_class".to_owned()])
    );
    // It takes the profile, and not what the change ships as.
    let world = World::of("web");
    world.prove_all("standard", "narrow");
    let said = world.verify("standard", "narrow", &[]);
    assert_eq!((said.code, narrow(&said)), (1, vec!["change_class".to_owned()]));
    // Nothing says how it is taken back.
    let world = World::of("web");
    world.prove_all("standard", "bare");
    let said = world.verify("standard", "bare", &[]);
    assert_eq!((said.code, narrow(&said)), (1, vec!["rollback".to_owned()]), "{:#}", said.json);
    // The commit is on a branch.
    let mut world = World::of("web");
    world.on_a_branch("web");
    world.prove_all("standard", "production");
    let said = world.verify("standard", "production", &[]);
    assert_eq!((said.code, narrow(&said)), (1, vec!["source_integrated".to_owned()]));
    assert!(said.why("source_integrated").starts_with("the commit is no part of main"), "{said:?}");
    git(&world.root, &["branch", "-f", "main", "topic"]);
    assert_eq!(world.verify("standard", "production", &[]).outcome(), "clean");
    // A source gate that nothing proves.
    let world = World::of("web");
    world.prove_release("standard", "production");
    let said = world.verify("standard", "production", &[]);
    assert_eq!((said.code, said.stopping().len()), (1, 0));
    assert!(said.open().contains(&"source_gates_proved"), "{:?}", said.open());
    assert!(said.unproved().contains(&"web-unit"), "{:?}", said.unproved());
    // A marker where the profile asks for an integrated commit.
    let world = World::of("web");
    world.prove_all("standard", "production");
    let said = world.verify("standard", "production", &MARKER);
    assert_eq!((said.code, narrow(&said)), (1, vec!["divergence".to_owned()]));
}

#[test]
fn a_disposable_validation_is_marked_and_owed() {
    let mut world = World::of("runtime");
    world.on_a_branch("runtime");
    world.prove_release("dev-test", "production");
    let bare = world.verify("dev-test", "production", &["--no-seal"]);
    assert_eq!((bare.code, bare.open()), (1, vec!["source_integrated", "divergence"]), "{:#}", bare.json);
    let said = world.verify("dev-test", "production", &MARKER);
    assert_eq!((said.code, said.outcome()), (0, "with_debt"), "{:#}", said.json);
    let debts = said.json["debts"].as_array().unwrap();
    assert!(debts.iter().any(|own| own["kind"] == "divergence" && own["owner"] == "@lab"), "{debts:?}");
    // Integrated or not, it is never clean.
    git(&world.root, &["branch", "-f", "main", "topic"]);
    assert_eq!(world.verify("dev-test", "production", &MARKER).outcome(), "with_debt");
}

/// A marker that is not whole is no marker.
#[test]
fn a_marker_that_is_not_whole_is_refused() {
    let world = World::of("runtime");
    let without = |at: usize| [&MARKER[..at], &MARKER[at + 2..]].concat();
    let with = |at: usize, value: &'static str| {
        let mut all = MARKER;
        all[at + 1] = value;
        all.to_vec()
    };
    let cases = [
        ("no reason", without(0)),
        ("no owner", without(2)),
        ("no end", without(4)),
        ("no follow-up", without(6)),
        ("an empty owner", with(2, " ")),
        ("over", with(4, "2020-01-01T00:00:00Z")),
        ("too long", with(4, "30d")),
        ("no time", with(4, "soon")),
    ];
    for (name, arguments) in cases {
        let said = world.verify("dev-test", "production", &arguments);
        assert_eq!(said.code, 2, "{name}: {:#}", said.json);
    }
}

#[test]
fn a_fast_profile_rests_on_what_was_proved_before() {
    // Nothing was.
    let world = World::of("web");
    world.prove_release("web-fast", "production");
    let said = world.verify("web-fast", "production", &["--no-seal"]);
    assert!(said.open().contains(&"prior_validation"), "{:?}", said.open());
    assert!(said.why("prior_validation").contains("source gate that was proved before"), "{said:?}");

    // It was, under another plan than that of the change.
    let world = World::of("web");
    let open = world.verify("web-fast", "production", &["--no-seal"]);
    world.prove(&open.unproved(), &["--all", "a full run"]);
    world.prove_release("web-fast", "production");
    let said = world.verify("web-fast", "production", &[]);
    assert_eq!(said.outcome(), "clean", "{:#}", said.json);
    let gates = said.json["release"]["source_gates"].as_array().unwrap();
    assert!(
        gates.iter().all(|own| own["commit"] == world.head.as_str() && own["plan"].is_string()),
        "{gates:?}"
    );

    // And there it failed: nobody chooses the plan.
    let fail = ["web-unit", "--exit-code", "1", "--all", "another run"];
    let (code, _, err) = world.about("record", &fail);
    assert_eq!(code, 0, "{err}");
    let said = world.verify("web-fast", "production", &[]);
    assert_eq!((said.code, said.unproved()), (1, vec!["web-unit"]), "{:#}", said.json);
    assert!(said.open().contains(&"prior_validation"));
    // What it was sealed on does not hold any more.
    assert_eq!(said.json["kept"]["revoked"], 0, "{:#}", said.json["kept"]);
}

#[test]
fn another_commit_counts_for_the_same_artifacts_alone() {
    let world = World::of("web");
    // Everything was proved for the first commit, and the second one changes the same file again.
    world.prove_source("web-fast", "production");
    let validated = world.head.clone();
    let mut world = world;
    world.head = commit(&world.root, &[("web/a.txt", "d\n")], "third");
    world.prove_release("web-fast", "production");
    let said = world.verify("web-fast", "production", &["--validated-against", &validated]);
    // No manifest says that the artifacts are the same.
    assert_eq!(said.code, 1);
    assert!(said.unproved().contains(&"web-unit"), "{:?}", said.unproved());
    let (code, _, err) = world.about(
        "verify",
        &["--profile", "web-fast", "--environment", "production", "--validated-against", "main"],
    );
    assert!(code == 2 && err.contains("laneway::evidence::commit"), "{err}");
}

#[test]
fn a_smoke_in_the_environment_is_asked_of_a_fast_profile() {
    let world = World::of("web");
    world.prove_source("web-fast", "production");
    let gates = world.verify("web-fast", "production", &["--no-seal"]);
    let others: Vec<&str> = gates.stopping().into_iter().filter(|own| *own != "web-smoke").collect();
    world.prove_there(("web-fast", "production"), &others, &[]);
    let said = world.verify("web-fast", "production", &[]);
    assert_eq!((said.code, said.stopping()), (1, vec!["web-smoke"]));
    assert_eq!(said.open(), ["prior_validation"], "{:#}", said.json);
}

#[test]
fn another_environment_and_another_profile_prove_nothing() {
    let world = World::of("web");
    world.prove_all("standard", "staging");
    assert_eq!(world.verify("standard", "staging", &[]).outcome(), "clean");
    let said = world.verify("standard", "production", &[]);
    assert!(said.code == 1 && said.stopping().len() > 10, "{:?}", said.stopping());
    let said = world.verify("web-fast", "staging", &[]);
    assert!(said.code == 1 && said.stopping().contains(&"web-smoke"), "{:?}", said.stopping());
}

#[test]
fn drift_is_judged_by_the_profile() {
    let lanes = crate::support::root().join("lanes/release-profiles.yaml");
    let stated = std::fs::read_to_string(lanes).unwrap();
    let limits = |partial: &str, fail: &str| {
        let own = format!("  - id: standard\n    drift: {{partial: {partial}, fail: {fail}}}\n");
        stated.replace("  - id: standard\n", &own)
    };
    let cases = [
        (stated.clone(), ["pass", "partial", "fail", "fail"]),
        (limits("low", "medium"), ["partial", "fail", "fail", "fail"]),
        (limits("high", "critical"), ["pass", "pass", "partial", "fail"]),
    ];
    for (profiles, expected) in cases {
        let world = World::with("web", &[("lanes/release-profiles.yaml", &profiles)]);
        for (severity, result) in ["low", "medium", "high", "critical"].into_iter().zip(expected) {
            let store = format!("{}-{severity}", world.store);
            let of = ["--profile", "standard", "--environment", "production", "--store", &store];
            let change = ["--base", &world.base, "--head", &world.head];
            let record = ["record", "reconciliation-drift", "--exit-code", "0", "--drift", severity];
            let (code, _, err) = world.laneway(&[&record[..], &change, &of].concat());
            assert_eq!(code, 0, "{err}");
            let verify = ["verify", "--format", "json", "--no-seal"];
            let (_, out, err) = world.laneway(&[&verify[..], &change, &of].concat());
            let json: serde_json::Value = serde_json::from_str(&out).expect(&err);
            let gates = json["gates"].as_array().unwrap();
            let own = gates.iter().find(|own| own["id"] == "reconciliation-drift").unwrap();
            assert_eq!(own["result"], result, "{severity}: {own:#}");
        }
    }
}

#[test]
fn the_payload_says_what_a_release_rests_on() {
    let world = World::of("web");
    world.prove_all("standard", "production");
    let of = ["--profile", "standard", "--environment", "production", "--format", "payload"];
    let (code, payload, err) = world.about("verify", &of);
    assert_eq!(code, 0, "{err}");
    let plain = payload.replace('"', "");
    for line in [
        "  release_profile: standard\n",
        "  environment_profile: production\n",
        "  change_class: web\n",
        &format!("  validated_against_source_sha: {}\n", world.head),
        "gate_id: condition.source_integrated\n",
        "    command: sh back.sh\n",
        "    migration_posture: reversible\n",
    ] {
        assert!(plain.contains(line), "{line}: {payload}");
    }
    // It is read as it was written; what is computed is not recorded.
    let file = world.write("payload.out", &payload);
    let other = format!("{}-other", world.store);
    let of = ["--profile", "standard", "--environment", "production", "--store", &other, "--payload", &file];
    let change = ["record", "--base", &world.base, "--head", &world.head];
    let (code, _, err) = world.laneway(&[&change[..], &of].concat());
    assert!(code == 0 && err.contains("`condition.rollback` is not recorded"), "{err}");
}

#[test]
fn a_failed_validation_says_where_and_what_is_done() {
    let world = World::of("web");
    world.prove_all("standard", "production");
    assert_eq!(world.verify("standard", "production", &[]).outcome(), "clean");
    let failure = r#"{"phase":"smoke","principal":"ci-bot","project":"demo","correlation_id":"c-17","rollback":"sh back.sh"}"#;
    let of = [
        "smoke-validation",
        "--exit-code",
        "1",
        "--profile",
        "standard",
        "--environment",
        "production",
        "--failure",
        failure,
    ];
    let (code, _, err) = world.about("record", &of);
    assert!(code == 0 && err.contains("is taken back"), "{err}");
    let told = ["phase smoke", "ci-bot", "project demo", "c-17", "rollback: sh back.sh"];
    for format in ["text", "markdown", "payload"] {
        let of = ["--profile", "standard", "--environment", "production", "--format", format, "--no-seal"];
        let (code, out, err) = world.about("verify", &of);
        assert_eq!(code, 1, "{err}");
        let plain = out.replace("\\-", "-").replace("&#58;", ":");
        for own in told {
            assert!(plain.contains(own), "{format} does not say {own}: {out}");
        }
    }
    let said = world.verify("standard", "production", &["--no-seal"]);
    let gate =
        said.json["gates"].as_array().unwrap().iter().find(|own| own["id"] == "smoke-validation").unwrap();
    let why = gate["because"].as_array().unwrap();
    assert!(why.iter().any(|own| own["kind"] == "failed_in" && own["correlation_id"] == "c-17"), "{why:?}");
}

#[test]
fn every_output_says_that_it_is_a_release() {
    let world = World::of("web");
    let of = ["--profile", "web-fast", "--environment", "production", "--no-seal"];
    let (_, text, _) = world.about("verify", &of);
    for own in [
        "release  web-fast in production",
        "CONDITIONS",
        "source gates proved",
        "next:",
        "SOURCE",
        "web-unit",
        "Skipped",
        "Rollback sh back.sh",
    ] {
        assert!(text.contains(own), "{own}: {text}");
    }
    let (_, page, _) = world.about("verify", &[&of[..], &["--format", "markdown"]].concat());
    for own in
        ["Release <code>web-fast</code> in <code>production</code>", "source gates proved", "| condition |"]
    {
        assert!(page.contains(own), "{own}: {page}");
    }
}

#[test]
fn a_level_for_claims_stops_a_release() {
    let families = |level: &str| {
        format!(
            "gate_families:\n  - {{id: reconciliation, title: Reconciliation, proof: Drift, enforcement: {level}}}\n"
        )
    };
    for (level, code, outcome) in [
        ("blocking", 1, "fails"),
        ("blocking_claims", 1, "fails"),
        ("warning", 0, "with_debt"),
        ("report_only", 0, "with_debt"),
    ] {
        let world = World::with("web", &[("lanes/families.yaml", &families(level))]);
        world.prove_source("standard", "production");
        let said = world.verify("standard", "production", &["--no-seal"]);
        let others: Vec<&str> =
            said.stopping().into_iter().filter(|own| *own != "reconciliation-drift").collect();
        world.prove_there(("standard", "production"), &others, &[]);
        let said = world.verify("standard", "production", &[]);
        assert_eq!((said.code, said.outcome()), (code, outcome), "{level}: {:#}", said.json);
        assert_eq!(said.open(), ["families_proved"], "{level}");
    }
}

/// What a family more asks for never lets pass what failed.
#[test]
fn one_family_more_never_helps() {
    let stated = std::fs::read_to_string(crate::support::root().join("lanes/release-profiles.yaml")).unwrap();
    let fewer =
        "families: [source-and-promotion, artifact-and-image, dns-tls-edge, uat-and-security, rollback]";
    let mut holds = BTreeMap::new();
    for more in ["", ", registry", ", registry, reconciliation"] {
        let all = stated.replace(fewer, &fewer.replace("rollback]", &format!("rollback{more}]")));
        let world = World::with("web", &[("lanes/release-profiles.yaml", &all)]);
        world.prove_all("web-fast", "production");
        let said = world.verify("web-fast", "production", &[]);
        holds.insert(more.len(), said.code);
        if !more.is_empty() {
            assert_eq!(said.open(), ["families_proved"], "{more}");
            assert!(said.why("families_proved").contains("registry"), "{said:?}");
        }
    }
    assert_eq!(holds.into_values().collect::<Vec<_>>(), [0, 1, 1]);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let world = World::of("web");
    let cases: [(&str, &[&str], &str); 8] = [
        ("verify", &["--profile", "standard"], "laneway::release::flag"),
        ("verify", &["--environment", "production"], "laneway::release::flag"),
        ("verify", &["--profile", "", "--environment", "production"], "laneway::change::empty_value"),
        (
            "verify",
            &["--profile", "standart", "--environment", "production"],
            "laneway::lanes::unknown_profile",
        ),
        (
            "verify",
            &["--profile", "standard", "--environment", "prod"],
            "laneway::lanes::unknown_environment",
        ),
        ("verify", &["--validated-against", "x"], "laneway::release::flag"),
        ("record", &["web-smoke", "--exit-code", "0", "--profile", "web-fast"], "laneway::release::flag"),
        (
            "run",
            &["--profile", "web-fast", "--environment", "nowhere"],
            "laneway::lanes::unknown_environment",
        ),
    ];
    for (command, arguments, code) in cases {
        let (exit, out, err) = world.about(command, arguments);
        assert_eq!((exit, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(code), "{arguments:?} is to be {code}: {err}");
    }
    let of = ["run", "--profile", "web-fast", "--environment", "production", "--from-route", "-"];
    let (exit, _, err) = world.laneway(&of);
    assert!(exit == 2 && err.contains("laneway::release::flag"), "{err}");
}

#[test]
fn commands_are_told_what_is_released() {
    let gates = "release_gates:\n  - {id: told, title: Told, family: uat-and-security, run: 'test \"$LANEWAY_PROFILE.$LANEWAY_ENVIRONMENT\" = own.production'}\n";
    let profiles = "release_profiles:\n  - {id: own, title: Own, use_when: Here, release_classes: all, families: [uat-and-security], gates: [told]}\n";
    let world = World::with("web", &[("lanes/own-gates.yaml", gates), ("lanes/own-profile.yaml", profiles)]);
    let (code, out, err) = world.about("run", &["--profile", "own", "--environment", "production"]);
    assert_eq!(code, 0, "{out}{err}");
    world.prove_source("own", "production");
    let said = world.verify("own", "production", &[]);
    assert_eq!(said.outcome(), "clean", "{:#}", said.json);
}

/// What a manifest ships and an earlier commit had validated need not be proved again.
#[test]
fn the_same_artifacts_of_another_commit_count() {
    let mut world = World::of("web");
    world.prove_source("web-fast", "production");
    let validated = world.head.clone();
    world.head = commit(&world.root, &[("web/a.txt", "d\n")], "third");
    world.prove_release("web-fast", "production");
    let of = ("web-fast", "production");
    let other = ARTIFACT.replace("7d86", "0000");
    let against = ["--validated-against", validated.as_str()];
    let same = world.manifest(of, "same.out", &[&["--artifact", ARTIFACT][..], &against].concat());
    let differs =
        world.manifest(of, "differs.out", &[&["--artifact", other.as_str()][..], &against].concat());
    let verify = |file: &str| {
        let (code, out, err) = world.laneway(&[
            "verify",
            "--manifest",
            file,
            "--base",
            &world.base,
            "--store",
            &world.store,
            "--format",
            "json",
            "--no-seal",
        ]);
        Said { code, json: serde_json::from_str(&out).unwrap_or_default(), err }
    };
    let said = verify(&same);
    assert_eq!((said.code, said.outcome()), (0, "clean"), "{:#} {}", said.json, said.err);
    let gates = said.json["release"]["source_gates"].as_array().unwrap();
    assert!(gates.iter().all(|own| own["commit"] == validated.as_str()), "{gates:#?}");
    let said = verify(&differs);
    assert!(said.code == 1 && said.unproved().contains(&"web-unit"), "{:?}", said.unproved());
    // A failure there counts, whatever it names.
    let change = ["record", "--base", &world.base, "--head", &validated, "--store", &world.store];
    let (code, _, err) = world.laneway(&[&change[..], &["web-unit", "--exit-code", "1"]].concat());
    assert_eq!(code, 0, "{err}");
    assert_eq!(verify(&same).unproved(), ["web-unit"]);
}

/// `config-only` and `validation-only` ship nothing but what runs there.
#[test]
fn what_ships_nothing_new_is_held_against_what_runs_there() {
    for (folder, profile) in [("config", "config-only"), ("checks", "validation-only")] {
        let mut world = World::of("web");
        let deployed = world.deployed();
        world.next(folder);
        let open = world.verify(profile, "production", &["--no-seal"]);
        assert!(open.open().contains(&"artifacts_unchanged"), "{profile}: {:?}", open.open());
        assert!(open.why("artifacts_unchanged").contains("nothing says what runs there"), "{open:?}");
        world.prove_all(profile, "production");
        let said = world.verify(profile, "production", &["--deployed", &deployed]);
        assert_eq!((said.code, said.outcome()), (0, "clean"), "{profile}: {:#} {}", said.json, said.err);
        // No manifest can name other artifacts.
        let other = ARTIFACT.replace("7d86", "0000");
        let of = [
            "manifest",
            "create",
            "--profile",
            profile,
            "--environment",
            "production",
            "--store",
            &world.store,
        ];
        let change =
            ["--base", &world.base, "--head", &world.head, "--artifact", &other, "--deployed", &deployed];
        let (code, _, err) = world.laneway(&[&of[..], &change].concat());
        assert!(code == 2 && err.contains("laneway::release::manifest_value"), "{profile}: {err}");
        // Source and images are refused as well.
        world.next("api");
        let said = world.verify(profile, "production", &["--no-seal", "--deployed", &deployed]);
        assert!(said.open().contains(&"profile_allowed"), "{profile}: {:?}", said.open());
    }
}
