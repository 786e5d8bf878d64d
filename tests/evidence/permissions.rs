//! Keys that are made, permissions that are signed, and what is taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{PublicKey, SecretKey};
use laneway::evidence::key::Subject;
use laneway::evidence::{Evidence, Outcome, RunId, Seal, Statement, is_name, key};
use laneway::fault::Code;
use laneway::lanes::Lanes;
use laneway::permission::{Kind, Scope, Whose};
use laneway::source::Source;
use laneway::store::{self, Folder, Store as _};

use crate::support::{commit, git, laneway, repository, run};

const COMMIT: &str = "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f";

const LANES: &str = "domain_lane:
  domain_id: billing
  domain_local_gates:
    - {id: billing-tests, title: Billing tests, run: go test ./..., family: reconciliation}
";

const MAP: &str = "| Path | Domain |\n| --- | --- |\n| `**` | billing |\n";

/// Makes a repository whose base trusts the key of `seed` with the three kinds of permissions, and keeps that key in a file
/// beside it.
fn workspace(seed: u8) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let secret = SecretKey::from_seed(&[seed; 32]);
    let keys = format!(
        "trusted_keys:\n  - {{id: ana, public_key: \"{}\", owner: '@arch', may: [approve, waive, break_glass]}}\n",
        secret.public()
    );
    let (guard, root) = repository(&[
        ("laneway.yaml", "version: 1\nevidence: proof\n"),
        ("ownership-maps/map.md", MAP),
        ("lanes/billing.yaml", LANES),
        ("lanes/keys.yaml", &keys),
        (".gitignore", "/proof\n/elsewhere\n/*.key\n"),
    ]);
    let file = keep(&root, "ana.key", seed);
    (guard, root, file)
}

fn keep(root: &Path, name: &str, seed: u8) -> PathBuf {
    let file = root.join(name);
    std::fs::write(&file, SecretKey::from_seed(&[seed; 32]).reveal()).unwrap();
    file
}

fn folder(root: &Path) -> Folder {
    Folder::new(root.join("proof"))
}

fn loaded(root: &Path, keys: &[u8]) -> Evidence {
    let keys: Vec<PublicKey> = keys.iter().map(|seed| SecretKey::from_seed(&[*seed; 32]).public()).collect();
    let subject = Subject::Commit(CommitHash::parse(COMMIT).unwrap());
    store::load(&folder(root), &subject, Digest::of(b"plan"), &keys).unwrap()
}

/// Approves with these arguments over some that hold.
fn approve(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    let defaults = [
        ("--gate", "architecture-review"),
        ("--subject", COMMIT),
        ("--owner", "@arch"),
        ("--reason", "Seen"),
        ("--expires", "3d"),
        ("--key", "ana.key"),
    ];
    let mut command = laneway(root);
    command.args(["evidence", "approve"]);
    let stated = |flag: &str| arguments.contains(&flag);
    let scoped = ["--family", "--finding", "--plan-digest", "--no-gate"].iter().any(|flag| stated(flag));
    for (flag, value) in defaults {
        if !(stated(flag) || flag == "--gate" && scoped || stated(&format!("--no-{}", &flag[2..]))) {
            command.args([flag, value]);
        }
    }
    run(command.args(arguments.iter().filter(|flag| !flag.starts_with("--no-"))))
}

/// Returns the digest that a command printed.
fn record(printed: &str) -> Digest {
    let line = printed.lines().find_map(|line| line.strip_prefix("record"));
    Digest::parse(line.unwrap_or_else(|| panic!("{printed}")).trim()).unwrap()
}

#[test]
fn a_key_is_made_once_and_its_secret_is_for_its_owner() {
    let guard = tempfile::tempdir().unwrap();
    let root = guard.path();
    let keygen = |file: &str| run(laneway(root).args(["evidence", "keygen", "--output", file]));
    let (code, printed, stderr) = keygen("ci.key");
    assert_eq!((code, &*stderr), (0, ""));
    let kept = std::fs::read_to_string(root.join("ci.key")).unwrap();
    let secret = SecretKey::parse(&kept).unwrap();
    assert!(!printed.contains(kept.trim()) && !printed.contains(&kept.trim()[15..]));
    assert!(printed.contains(&secret.public().id().to_string()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(root.join("ci.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // What is printed is a document but for the one thing that only a person knows.
    let codes = |text: &str| {
        let (lanes, faults) = Lanes::parse(&[Source::new("keys.yaml", text)]);
        (lanes.trust.keys, faults.iter().map(|fault| fault.code).collect::<Vec<_>>())
    };
    assert_eq!(codes(&printed).1, [Code::YamlValue]);
    let (keys, faults) = codes(&printed.replace("owner: \"\"", "owner: ana"));
    assert!(faults.is_empty());
    assert_eq!(keys[0].key, secret.public());

    let (code, printed, stderr) = keygen("ci.key");
    assert_eq!((code, &*printed), (2, ""));
    assert!(stderr.contains("is there already"), "{stderr}");
    assert_eq!(std::fs::read_to_string(root.join("ci.key")).unwrap(), kept);
    for wrong in ["", " ", "-", "none/ci.key"] {
        assert_eq!(keygen(wrong).0, 2, "{wrong:?}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root.join("target"), root.join("link.key")).unwrap();
        assert_eq!(keygen("link.key").0, 2);
        assert!(!root.join("target").exists());
    }
    assert_eq!(keygen("other.key").0, 0);
    assert_ne!(std::fs::read_to_string(root.join("other.key")).unwrap(), kept);
}

#[test]
fn an_approval_is_kept_signed_as_it_was_given() {
    let (_guard, root, _) = workspace(1);
    let before = Timestamp::now().as_second();
    let (code, printed, stderr) = approve(&root, &["--residual-risk-owner", "bo"]);
    assert_eq!((code, &*stderr), (0, ""), "{printed}");
    assert!(printed.contains("the base trusts this key with it"), "{printed}");
    let evidence = loaded(&root, &[1]);
    let [held] = evidence.permissions.as_slice() else { panic!("{evidence:?}") };
    assert_eq!(held.digest, record(&printed));
    assert_eq!(held.signers, BTreeSet::from([SecretKey::from_seed(&[1; 32]).public().id()]));
    let own = &held.content;
    assert_eq!(own.kind, Kind::Approval);
    assert_eq!(own.scope.to_string(), "gate:architecture-review");
    assert_eq!(own.subject, Whose::Commit(CommitHash::parse(COMMIT).unwrap()));
    assert_eq!(
        (&*own.owner, own.residual_risk_owner.as_deref(), &*own.reason),
        ("@arch", Some("bo"), "Seen")
    );
    assert_eq!(own.expires.as_second() - own.created.as_second(), 3 * 86_400);
    assert!((before..before + 600).contains(&own.created.as_second()));
    assert!(is_name(&own.id) && own.id.contains("architecture-review"), "{}", own.id);

    // The key may come from a variable, and a gate by its title; another commit does not see this one.
    let secret = SecretKey::from_seed(&[1; 32]).reveal();
    let mut command = laneway(&root);
    command.env("LANEWAY_SIGNING_KEY", secret).args(["evidence", "approve", "--kind", "waiver"]);
    command.args([
        "--gate",
        "Billing tests",
        "--subject",
        "*",
        "--owner",
        "ana",
        "--reason",
        "a\u{1b}[31m\nb",
    ]);
    let (code, printed, stderr) = run(command.args(["--expires", "2199-12-31"]));
    assert_eq!((code, &*stderr), (0, ""));
    assert!(printed.contains("gate:billing-tests") && printed.contains("2200-01-01T00:00:00Z"), "{printed}");
    let evidence = loaded(&root, &[1]);
    let any = evidence.permissions.iter().find(|held| held.content.subject == Whose::Any).unwrap();
    assert_eq!(any.content.scope, Scope::Gate("billing-tests".into()));
    assert_eq!(any.content.reason, "a\u{1b}[31m\nb");
    assert_eq!(evidence.permissions.len(), 2);
    assert!(evidence.broken.is_empty());
}

#[test]
fn what_a_permission_is_about_is_one_thing_that_there_is() {
    let (_guard, root, _) = workspace(1);
    let plan = Digest::of(b"plan").to_string();
    let holds: [&[&str]; 6] = [
        &["--family", "reconciliation"],
        &["--finding", "0123456789abcdef.2"],
        &["--plan-digest", &plan],
        &["--kind", "break_glass", "--expires", "7d"],
        &["--kind", "break_glass", "--expires", "12h", "--id", "incident-4711"],
        &["--kind", "waiver", "--subject", "*", "--expires", "400d"],
    ];
    for arguments in holds {
        let (code, printed, stderr) = approve(&root, arguments);
        assert_eq!((code, &*stderr), (0, ""), "{arguments:?}");
        record(&printed);
    }
    let evidence = loaded(&root, &[1]);
    assert_eq!((evidence.permissions.len(), evidence.broken.len()), (6, 0));
    let count = evidence.permissions.len();

    let refused: [(&[&str], &str); 24] = [
        (&["--no-gate"], "laneway::permission::scope"),
        (&["--gate", "billing-tests", "--family", "reconciliation"], "laneway::permission::scope"),
        (&["--gate", "billing-test"], "did you mean `billing-tests`"),
        (&["--family", "reconcilation"], "did you mean `reconciliation`"),
        (&["--finding", "a b"], "laneway::evidence::value"),
        (&["--plan-digest", "sha512:00"], "laneway::evidence::digest"),
        (&["--subject", "HEAD"], "laneway::evidence::commit"),
        (&["--subject", "1f1f1f1"], "laneway::evidence::commit"),
        (&["--kind", "wavier"], "did you mean `waiver`"),
        (&["--kind", "break_glass", "--expires", "8d"], "laneway::permission::too_long"),
        (&["--kind", "break_glass", "--expires", "169h"], "laneway::permission::too_long"),
        (&["--expires", "2020-01-01"], "laneway::permission::time"),
        (&["--expires", "2199-01-01T10:00:00"], "laneway::permission::time"),
        (&["--expires", "0d"], "laneway::permission::time"),
        (&["--expires", "forever"], "laneway::permission::time"),
        (&["--id", "a/b"], "laneway::evidence::value"),
        (&["--no-key"], "laneway::evidence::secret_key"),
        (&["--key", "laneway.yaml"], "laneway::evidence::secret_key"),
        (&["--key", "none.key"], "laneway::evidence::secret_key"),
        (&["--owner", ""], "the value of `--owner` is empty"),
        (&["--reason", " "], "the value of `--reason` is empty"),
        (&["--residual-risk-owner", ""], "the value of `--residual-risk-owner` is empty"),
        (&["--store", ""], "the value of `--store` is empty"),
        (&["--key", ""], "the value of `--key` is empty"),
    ];
    for (arguments, expected) in refused {
        let (code, printed, stderr) = approve(&root, arguments);
        assert_eq!((code, &*printed), (2, ""), "{arguments:?}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    // All that is wrong is said at once.
    let (_, _, stderr) = approve(&root, &["--subject", "main", "--kind", "x", "--expires", "x", "--id", "/"]);
    assert_eq!(stderr.matches("does not fit").count(), 4, "{stderr}");
    assert_eq!(loaded(&root, &[1]).permissions.len(), count);
    let mut empty = laneway(&root);
    empty.env("LANEWAY_SIGNING_KEY", "").args([
        "evidence",
        "approve",
        "--gate",
        "billing-tests",
        "--subject",
        "*",
    ]);
    assert_eq!(run(empty.args(["--owner", "a", "--reason", "b", "--expires", "1d"])).0, 2);
}

#[test]
fn a_key_that_the_base_does_not_trust_is_told_so() {
    let (_guard, root, _) = workspace(1);
    keep(&root, "bo.key", 2);
    // A change that trusts its own key is not the base.
    git(&root, &["switch", "-q", "-c", "change"]);
    let own = format!(
        "trusted_keys:\n  - {{id: bo, public_key: \"{}\", owner: '@arch', may: [approve]}}\n",
        SecretKey::from_seed(&[2; 32]).public()
    );
    commit(&root, &[("lanes/own.yaml", &own)], "trust me");
    let (code, printed, _) = approve(&root, &["--key", "bo.key"]);
    assert_eq!(code, 0);
    assert!(printed.contains("does not count yet") && printed.contains("`approve`"), "{printed}");
    // Neither is the store one that the change names.
    commit(&root, &[("laneway.yaml", "version: 1\nevidence: elsewhere\n")], "look here");
    assert_eq!(approve(&root, &[]).0, 0);
    assert!(!root.join("elsewhere").exists());
    assert_eq!(loaded(&root, &[1, 2]).permissions.len(), 2);
    // A store that is named can be written to from anywhere; whether it counts is then not known.
    let outside = tempfile::tempdir().unwrap();
    keep(outside.path(), "ana.key", 1);
    let store = root.join("proof");
    let (code, printed, stderr) = approve(outside.path(), &["--store", store.to_str().unwrap()]);
    assert_eq!((code, &*stderr), (0, ""));
    assert!(printed.contains("they were not read"), "{printed}");
    assert_eq!(approve(outside.path(), &[]).0, 2);
}

#[test]
fn several_people_sign_one_permission() {
    let (_guard, root, _) = workspace(1);
    keep(&root, "bo.key", 2);
    let digest = record(&approve(&root, &[]).1);
    let sign = |key: &str, digest: &str| run(laneway(&root).args(["evidence", "sign", digest, "--key", key]));
    let text = digest.to_string();
    let (code, printed, stderr) = sign("bo.key", &text);
    assert_eq!((code, &*stderr), (0, ""));
    assert!(
        printed.contains("approval") && printed.contains("Seen") && printed.contains("signed with"),
        "{printed}"
    );
    let (code, printed, _) = sign("bo.key", &format!("sha256:{text}"));
    assert_eq!(code, 0);
    assert!(printed.contains("before"), "{printed}");
    let id = |seed: u8| SecretKey::from_seed(&[seed; 32]).public().id();
    assert_eq!(loaded(&root, &[1, 2]).permissions[0].signers, BTreeSet::from([id(1), id(2)]));
    // The keys that are not asked about are nobody's.
    assert_eq!(loaded(&root, &[2]).permissions[0].signers, BTreeSet::from([id(2)]));

    for wrong in ["", "main", &Digest::of(b"nothing").to_string()] {
        let (code, _, stderr) = sign("bo.key", wrong);
        assert_eq!(code, 2);
        assert!(stderr.contains("laneway::evidence::digest"), "{stderr}");
    }
    assert_eq!(run(laneway(&root).args(["evidence", "sign", &text])).0, 2);
    // What was altered is not signed.
    let at = root.join("proof").join(key::record(digest).as_str());
    let altered = std::fs::read_to_string(&at).unwrap().replace("Seen", "SEEN");
    std::fs::remove_file(&at).unwrap();
    std::fs::write(&at, altered).unwrap();
    let (code, _, stderr) = sign("bo.key", &text);
    assert_eq!(code, 2);
    assert!(stderr.contains("laneway::store::altered"), "{stderr}");
    let evidence = loaded(&root, &[1, 2]);
    assert!(evidence.permissions.is_empty() && !evidence.broken.is_empty());
}

#[test]
fn a_permission_is_taken_back_by_its_digest() {
    let (_guard, root, _) = workspace(1);
    let first = record(&approve(&root, &[]).1);
    let second = record(&approve(&root, &["--gate", "billing-tests"]).1);
    let revoke = |arguments: &[&str]| {
        run(laneway(&root)
            .args(["evidence", "revoke", "--owner", "ana", "--reason", "Too soon"])
            .args(arguments))
    };
    let (code, printed, stderr) = revoke(&["--permission", &first.to_string()]);
    assert_eq!((code, &*stderr), (0, ""));
    assert!(printed.contains("taken back"), "{printed}");
    let evidence = loaded(&root, &[1]);
    assert_eq!(evidence.permissions.iter().map(|held| held.digest).collect::<Vec<_>>(), [second]);
    let (code, printed, _) = revoke(&["--permission", &first.to_string()]);
    assert_eq!(code, 0);
    assert!(printed.contains("before"), "{printed}");
    let refused: [&[&str]; 8] = [
        &[],
        &["--permission", &Digest::of(b"nothing").to_string()],
        &["--permission", "1f1f"],
        &["--permission", ""],
        &["--commit", "HEAD"],
        &["--commit", COMMIT, "--plan-digest", ""],
        &["--commit", COMMIT, "--permission", &second.to_string()],
        &["--plan-digest", &second.to_string()],
    ];
    for arguments in refused {
        assert_eq!(revoke(arguments).0, 2, "{arguments:?}");
    }
    let blank = ["evidence", "revoke", "--owner", "", "--reason", "", "--commit", COMMIT];
    let (code, _, stderr) = run(laneway(&root).args(blank));
    assert_eq!((code, stderr.matches("is empty").count()), (2, 2), "{stderr}");
    assert_eq!(loaded(&root, &[1]).permissions.len(), 1);
}

fn seal(plan: Digest, epoch: u32) -> Seal {
    Seal {
        commit: CommitHash::parse(COMMIT).unwrap(),
        plan,
        route: None,
        epoch,
        outcome: Outcome::Clean,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: BTreeMap::new(),
        rollback: None,
        run: RunId::parse("4711").unwrap(),
        decided: Timestamp::from_second(1_780_000_000).unwrap(),
        key_hint: None,
    }
}

#[test]
fn the_seals_that_stand_are_taken_back() {
    let (_guard, root, _) = workspace(1);
    let folder = folder(&root);
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    for plan in [one, two] {
        store::save_seal(&folder, &seal(plan, 0), None).unwrap();
    }
    let commit = CommitHash::parse(COMMIT).unwrap();
    let stands =
        |plan: Digest| store::prior(&folder, &commit, plan, &[]).unwrap().map(|own| own.seal.content.epoch);
    let revoke = |arguments: &[&str]| {
        let mut command = laneway(&root);
        command.args([
            "evidence",
            "revoke",
            "--owner",
            "ana",
            "--reason",
            "Wrong environment",
            "--commit",
            COMMIT,
        ]);
        run(command.args(arguments))
    };
    let (code, printed, stderr) = revoke(&["--plan-digest", &one.to_string(), "--key", "ana.key"]);
    assert_eq!((code, &*stderr), (0, ""));
    assert!(printed.contains("seal 0") && printed.contains(&one.to_string()), "{printed}");
    assert_eq!((stands(one), stands(two)), (None, Some(0)));
    let bytes = folder.get(&key::revoke(&commit, one, 0)).unwrap().unwrap();
    let Ok(Statement::Revocation(own)) = Statement::parse("revocation", &bytes) else {
        panic!("no revocation")
    };
    assert_eq!((&*own.owner, &*own.reason, own.epoch), ("ana", "Wrong environment", 0));

    // The next seal is another one; both plans are taken back at once; then nothing stands, which is no success.
    store::save_seal(&folder, &seal(one, 1), None).unwrap();
    assert_eq!(stands(one), Some(1));
    let (code, printed, _) = revoke(&[]);
    assert_eq!((code, printed.lines().count()), (0, 2), "{printed}");
    assert_eq!((stands(one), stands(two)), (None, None));
    let (code, printed, _) = revoke(&[]);
    assert_eq!(code, 1);
    assert!(printed.contains("no seal stands"), "{printed}");
}

#[test]
fn a_line_that_cannot_be_read_whole_allows_nothing() {
    let secret = SecretKey::from_seed(&[1; 32]);
    let key = format!("id: a, public_key: \"{}\", owner: ana, may: [attest]", secret.public());
    let permission = format!(
        "id: a, kind: waiver, gate: contracts, subject: {COMMIT}, owner: ana, reason: Later, created: 2026-11-01, \
         expires: 2026-12-01"
    );
    let read = |text: String| {
        let (lanes, faults) = Lanes::parse(&[Source::new("a.yaml", text)]);
        (lanes.trust.keys.len(), lanes.permissions.len(), faults.is_empty())
    };
    let keys = |more: &str| read(format!("trusted_keys:\n  - {{{key}{more}}}\n"));
    let permissions = |more: &str| read(format!("permissions:\n  - {{{permission}{more}}}\n"));
    assert_eq!(keys(""), (1, 0, true));
    assert_eq!(permissions(""), (0, 1, true));
    // A key that is meant to end, or to be for one gate, is not trusted for ever and for all where that is mistyped.
    for more in [
        ", expire: 2026-12-01",
        ", expires: soon",
        ", expires: null",
        ", gates: [A B]",
        ", gates: []",
        ", gates: x",
    ] {
        assert_eq!(keys(more), (0, 0, false), "{more}");
    }
    for more in [", residual_risk_owner: ''", ", residual: bo", ", family: privacy", ", expires: 2099-01-01"]
    {
        assert_eq!(permissions(more), (0, 0, false), "{more}");
    }
    // However many faults there are: those that are not kept count as well.
    let junk = "  - {id: 1 1}\n".repeat(1100);
    assert_eq!(read(format!("trusted_keys:\n{junk}  - {{{key}, expire: 2026-12-01}}\n")).0, 0);
    assert_eq!(read(format!("permissions:\n{junk}  - {{{permission}, residual: bo}}\n")).1, 0);
}
