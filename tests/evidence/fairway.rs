//! `laneway export fairway`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use laneway::digest::Digest;
use laneway::evidence::{Archive, Broken, GateResult, Outcome, Shown};
use laneway::fault::Code;
use laneway::id::GateId;
use laneway::path::RepoPath;
use laneway::permission::Kind;
use laneway::policy::{Policy, PolicyFiles};
use laneway::render::fairway::{self, Export, items};
use serde_json::Value;

use super::dashboard::{NOW, at, gate, held, permission, record, sample, seal};
use super::support::{commit, laneway, repository, root, run};

const CONFIG: &str = "version: 1\narchitecture_reviewers: [\"@arch\"]\n";
const BILLING: &str = "\
domain_lane:
  domain_id: billing
  title: Billing
  reviewers: [\"@billing\"]
  domain_local_gates:
    - {id: ledger, title: Ledger tests, run: make ledger}
  consumer_smokes:
    - {id: launch, title: Launch precheck, run: make launch, consumer: gpuaas}
";
const GPUAAS: &str = "\
domain_lane:
  domain_id: gpuaas
  title: GPU as a service
  reviewers: [\"@gpuaas\"]
  domain_local_gates:
    - {id: nodes, title: Node tests, run: make nodes}
";
const MAP: &str =
    "| Package | Domain | Consumers | Imported by |\n|---|---|---|---|\n| `**` | billing | gpuaas | - |\n";

fn files() -> [(&'static str, &'static str); 4] {
    [
        ("laneway.yaml", CONFIG),
        ("lanes/billing.yaml", BILLING),
        ("lanes/gpuaas.yaml", GPUAAS),
        ("ownership-maps/package-ownership.md", MAP),
    ]
}

fn policy() -> Policy {
    let files = files().map(|(path, text)| (RepoPath::from(path), Arc::from(text.as_bytes())));
    let policy = Policy::load(&PolicyFiles { files: files.into(), faults: Vec::new() });
    assert!(policy.faults.is_empty(), "{:#?}", policy.faults);
    policy
}

/// A store with one verdict that fails: the ledger passed, the consumer's smoke is missing.
fn store() -> Archive {
    let passed = held(record("ledger", 1, NOW - 100), "ledger");
    let gates = vec![
        ("ledger", gate(Shown::Passed, &[&passed], None)),
        ("launch", gate(Shown::Missing, &[], Some("no record"))),
    ];
    Archive {
        records: vec![passed],
        fails: vec![held(seal(1, Outcome::Fails, gates, NOW - 50), "fail")],
        permissions: vec![held(permission("w", Kind::Waiver, "launch", NOW + 1000), "w")],
        ..Archive::default()
    }
}

type Files = BTreeMap<RepoPath, Vec<u8>>;

/// Exports over what is there, as the command does, and returns what was written and closed.
fn export(archive: &Archive, there: &mut Files, now: i64) -> (Vec<String>, Vec<String>) {
    let items = items(&policy(), archive, at(now));
    let export = Export::new(&items, there, archive.broken.is_empty()).unwrap();
    let names = |files: &Files| files.keys().map(ToString::to_string).collect();
    let told = (names(&export.written), names(&export.closed));
    there.extend(export.written);
    there.extend(export.closed);
    told
}

fn text(there: &Files, path: &str) -> String {
    String::from_utf8(there[path.as_bytes()].clone()).unwrap()
}

fn evidence(name: &str) -> String {
    format!("evidence/{}.yaml", Digest::of(name.as_bytes()))
}

#[test]
fn a_second_export_writes_nothing() {
    for archive in [Archive::default(), store(), sample()] {
        let mut there = Files::new();
        assert!(!export(&archive, &mut there, NOW).0.is_empty());
        assert_eq!(export(&archive, &mut there, NOW), (Vec::new(), Vec::new()));
        // Neither is the order of the store's objects part of it.
        let mut turned = archive.clone();
        turned.records.reverse();
        turned.seals.reverse();
        turned.permissions.reverse();
        assert_eq!(export(&turned, &mut there, NOW + 1), (Vec::new(), Vec::new()));
    }
}

#[test]
fn what_changes_is_written_and_nothing_else() {
    let (mut archive, mut there) = (store(), Files::new());
    export(&archive, &mut there, NOW);
    // Another record of the ledger: its task and its evidence.
    archive.records[0] = held(record("ledger", 1, NOW - 90), "ledger again");
    let own = archive.fails[0].content.gates.get_mut("ledger").unwrap();
    own.records = [archive.records[0].digest].into();
    let (written, closed) = export(&archive, &mut there, NOW);
    assert_eq!(written, [evidence("ledger again"), "task/ledger.yaml".to_owned()]);
    assert_eq!(closed, [evidence("ledger")]);
    assert!(text(&there, &evidence("ledger")).contains("\nstatus: \"closed\"\n"));
    // The smoke passes: its task, its evidence, the epic of its domain; the handoff is closed, and closed once.
    let smoke = held(record("launch", 1, NOW - 20), "launch");
    archive.fails[0].content.gates.insert(GateId::new("launch"), gate(Shown::Passed, &[&smoke], None));
    archive.records.push(smoke);
    let (written, closed) = export(&archive, &mut there, NOW);
    assert_eq!(written, ["epic/billing.yaml".to_owned(), evidence("launch"), "task/launch.yaml".to_owned()]);
    assert_eq!(closed, ["handoff/launch.gpuaas.yaml"]);
    assert_eq!(export(&archive, &mut there, NOW), (Vec::new(), Vec::new()));
    // Time alone: the waiver ends.
    let (written, closed) = export(&archive, &mut there, NOW + 2000);
    assert_eq!((written.len(), closed.len()), (1, 0), "{written:?}");
    assert!(written[0].starts_with("review/w."), "{written:?}");
    assert!(text(&there, &written[0]).contains("state: \"expired\""));
    // It fails again: the handoff is open again.
    archive.fails[0].content.gates.insert(GateId::new("launch"), gate(Shown::Failed, &[], Some("503")));
    let (written, _) = export(&archive, &mut there, NOW + 2000);
    assert!(written.contains(&"handoff/launch.gpuaas.yaml".to_owned()), "{written:?}");
    assert!(text(&there, "handoff/launch.gpuaas.yaml").contains("\nstatus: \"open\"\n"));
}

#[test]
fn a_handoff_goes_to_who_consumes_and_a_review_to_the_architects() {
    let mut archive = store();
    let missing = gate(Shown::Missing, &[], Some("nobody approved"));
    archive.fails[0].content.gates.insert(GateId::new("architecture-review"), missing);
    let mut there = Files::new();
    export(&archive, &mut there, NOW);
    let smoke = text(&there, "handoff/launch.gpuaas.yaml");
    for line in [
        "handoff_to: \"consumer\"",
        "from:\n  - \"@billing\"",
        "to:\n  - \"@gpuaas\"",
        "standing: \"missing\"",
    ] {
        assert!(smoke.contains(line), "{line}\n{smoke}");
    }
    let review = text(&there, "handoff/architecture-review.yaml");
    assert!(review.contains("handoff_to: \"reviewer\"") && review.contains("to:\n  - \"@arch\""), "{review}");
}

#[test]
fn a_task_is_done_only_where_the_newest_verdict_that_stands_says_so() {
    let mut archive = store();
    let status = |archive: &Archive| {
        let mut there = Files::new();
        export(archive, &mut there, NOW);
        ["ledger", "launch", "nodes"].map(|gate| {
            let text = text(&there, &format!("task/{gate}.yaml"));
            text.lines().find_map(|line| line.strip_prefix("status: ")).unwrap().trim_matches('"').to_owned()
        })
    };
    assert_eq!(status(&archive), ["done", "open", "open"]);
    for (shown, expected) in [
        (Shown::Passed, "done"),
        (Shown::Reused, "done"),
        (Shown::Approved, "done"),
        (Shown::NotApplicable, "done"),
        (Shown::Failed, "open"),
        (Shown::Partial, "open"),
        (Shown::Flaky, "open"),
        (Shown::Blocked, "open"),
        (Shown::Missing, "open"),
        (Shown::Waived, "open"),
    ] {
        archive.fails[0].content.gates.insert(GateId::new("ledger"), gate(shown, &[], Some("why")));
        assert_eq!(status(&archive)[0], expected, "{shown:?}");
    }
    // A verdict of another environment counts for itself.
    let mut other = seal(1, Outcome::Clean, vec![("ledger", gate(Shown::Passed, &[], None))], NOW);
    other.environment = Some("production".to_owned());
    archive.seals.push(held(other, "production"));
    assert_eq!(status(&archive)[0], "open");
}

#[test]
fn what_cannot_be_read_closes_nothing() {
    let (mut archive, mut there) = (store(), Files::new());
    export(&archive, &mut there, NOW);
    archive.fails.clear();
    archive.broken.push(Broken { key: "v1/fail/x".to_owned(), gate: None, faults: Vec::new() });
    assert!(export(&archive, &mut there, NOW).1.is_empty());
    archive.broken.clear();
    assert_eq!(export(&archive, &mut there, NOW).1.len(), 2);
}

#[test]
fn what_others_wrote_is_neither_replaced_nor_closed() {
    let mut there = Files::new();
    let own = (RepoPath::from("task/mine.yaml"), b"status: \"open\"\nkind: task\n".to_vec());
    there.extend([own.clone()]);
    export(&store(), &mut there, NOW);
    assert_eq!(there[&own.0], own.1);
    there.insert(RepoPath::from("task/ledger.yaml"), b"mine\n".to_vec());
    let faults = Export::new(&items(&policy(), &store(), at(NOW)), &there, true).unwrap_err();
    assert_eq!((faults.len(), faults[0].code), (1, Code::Exists));
}

#[test]
fn names_of_others_stay_below_the_folder_and_texts_stay_texts() {
    let mut archive = store();
    for name in ["../../etc/passwd", "INC-1", ".hidden", &"x".repeat(400), "a\nstatus: \"done\""] {
        let mut own = permission("w", Kind::Waiver, "launch", NOW + 1);
        (own.id, own.reason) = (name.to_owned(), "</script>\u{202e}\n- a: b".to_owned());
        archive.permissions.push(held(own, name));
    }
    archive.records[0].content.command = Some("go test ./... # \"'\n---\n\u{7}".to_owned());
    let mut there = Files::new();
    export(&archive, &mut there, NOW);
    for (path, bytes) in &there {
        let path = path.to_string();
        let name = path.rsplit('/').next().unwrap();
        assert!(path.matches('/').count() == 1 && !name.starts_with('.') && name.len() < 230, "{path}");
        assert!(
            name.bytes().all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || b"-_.".contains(&own))
        );
        assert!(
            String::from_utf8(bytes.clone()).unwrap().chars().all(|own| own == '\n' || !own.is_control())
        );
    }
    let read: Value = serde_yaml::from_str(&text(&there, &evidence("ledger"))).unwrap();
    assert_eq!(read["command"], "go test ./... # \"'\n---\n\u{7}");
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test evidence fairway` writes it.
#[test]
fn the_schema_is_fresh_and_takes_every_document() {
    let file = root().join("schemas/fairway.v1.json");
    let schema = fairway::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    assert!(std::fs::read_to_string(&file).unwrap_or_default() == schema, "fairway.v1.json is stale");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut archive = store();
    let mut failed = record("ledger", 3, NOW - 7);
    (failed.result, failed.missing_reason) = (GateResult::Fail, Some("2 tests failed".to_owned()));
    let failed = held(failed, "failed");
    let mut verdict =
        seal(3, Outcome::Fails, vec![("ledger", gate(Shown::Failed, &[&failed], Some("why")))], NOW);
    (verdict.profile, verdict.environment) = (Some("standard".to_owned()), Some("staging".to_owned()));
    archive.records.push(failed);
    archive.fails.push(held(verdict, "standard"));
    let mut there = Files::new();
    export(&archive, &mut there, NOW);
    let mut kinds = BTreeMap::new();
    for (path, bytes) in &there {
        let document: Value = serde_yaml::from_str(std::str::from_utf8(bytes).unwrap()).unwrap();
        assert_eq!(fits(&schema, &schema, &document), Ok(()), "{path}");
        let kind = document["kind"].as_str().unwrap().to_owned();
        assert!(path.is_below(&kind));
        *kinds.entry(kind).or_insert(0) += 1;
        // And the schema refuses what it should: a field that is gone, a word that is not known.
        let mut cut = document.clone();
        cut.as_object_mut().unwrap().remove("title");
        assert!(fits(&schema, &schema, &cut).is_err(), "{path}");
        let mut other = document;
        other["status"] = Value::from("perhaps");
        assert!(fits(&schema, &schema, &other).is_err(), "{path}");
    }
    assert_eq!(kinds.keys().collect::<Vec<_>>(), ["epic", "evidence", "handoff", "review", "task"]);
}

/// Says why a value does not fit a schema, by those of the keywords that ours have.
fn fits(all: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(schema) = schema.as_object() else { return Ok(()) };
    for (key, rule) in schema {
        let wrong = match key.as_str() {
            "$ref" => {
                let target = all.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                fits(all, target, value).err()
            }
            "allOf" => rule.as_array().unwrap().iter().find_map(|own| fits(all, own, value).err()),
            "oneOf" | "anyOf" => {
                let tried: Vec<_> =
                    rule.as_array().unwrap().iter().map(|own| fits(all, own, value)).collect();
                let none = !tried.iter().any(Result::is_ok);
                none.then(|| format!("{tried:?}"))
            }
            "const" => (value != rule).then(|| format!("{value} is not {rule}")),
            "enum" => {
                (!rule.as_array().unwrap().contains(value)).then(|| format!("{value} is none of {rule}"))
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "string" => value.is_string(),
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "integer" => value.is_u64(),
                    "null" => value.is_null(),
                    other => panic!("{other}"),
                };
                let any = rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is));
                (!any).then(|| format!("{value} is no {rule}"))
            }
            "required" => {
                let lacks = |own: &&Value| value.get(own.as_str().unwrap()).is_none();
                rule.as_array().unwrap().iter().find(lacks).map(|own| format!("{own} is not there"))
            }
            "properties" => rule.as_object().unwrap().iter().find_map(|(name, own)| {
                value
                    .get(name)
                    .and_then(|value| fits(all, own, value).err())
                    .map(|why| format!("{name}: {why}"))
            }),
            "items" => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                items.iter().find_map(|value| fits(all, rule, value).err())
            }
            "minimum" => value.as_u64().is_none().then(|| format!("{value} is below {rule}")),
            "$schema" | "$id" | "$defs" | "title" | "description" | "format" => None,
            other => panic!("`{other}` is a keyword that this test does not know"),
        };
        if let Some(why) = wrong {
            return Err(why);
        }
    }
    Ok(())
}

fn exported(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(laneway(root).args(["export", "fairway"]).args(arguments))
}

#[test]
fn the_command_writes_what_changed_and_closes_what_is_gone() {
    let (_guard, root) = repository(&files());
    let (code, dry, stderr) = exported(&root, &["--dry-run"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(dry.ends_with("0 closed, 0 unchanged; nothing was written\n"), "{dry}");
    assert!(!root.join(".fairway").exists());
    let (code, first, _) = exported(&root, &[]);
    assert_eq!((code, dry.replace("; nothing was written", "")), (0, first.clone()));
    assert!(
        first.contains("written  epic/billing.yaml\n") && first.contains("written  task/ledger.yaml\n"),
        "{first}"
    );
    let task = root.join(".fairway/laneway/task/ledger.yaml");
    let before = std::fs::metadata(&task).unwrap().modified().unwrap();
    let (_, again, _) = exported(&root, &[]);
    assert!(again.starts_with("0 written, 0 closed, "), "{again}");
    assert_eq!(
        std::fs::metadata(&task).unwrap().modified().unwrap(),
        before,
        "the same bytes are not written"
    );
    commit(&root, &[("lanes/gpuaas.yaml", &GPUAAS.replace("nodes", "node-agents"))], "rename a gate");
    let (_, third, _) = exported(&root, &[]);
    for line in [
        "written  epic/gpuaas.yaml\n",
        "written  task/node-agents.yaml\n",
        "closed   task/nodes.yaml\n",
        "2 written, 1 closed, ",
    ] {
        assert!(third.contains(line), "{line}: {third}");
    }
}

#[test]
fn the_command_refuses_what_it_cannot_do() {
    let (_guard, root) = repository(&files());
    let (code, stdout, stderr) = exported(&root, &["--output", ""]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("the value of `--output` is empty"), "{stderr}");
    std::fs::create_dir_all(root.join("out/task")).unwrap();
    std::fs::write(root.join("out/task/ledger.yaml"), "mine\n").unwrap();
    let (code, _, stderr) = exported(&root, &["--output", "out"]);
    assert!(code == 2 && stderr.contains("`task/ledger.yaml` is there"), "{stderr}");
    assert!(!root.join("out/epic").exists(), "nothing was written");
    commit(&root, &[("lanes/broken.yaml", "domain_lane: [")], "break it");
    assert_eq!(exported(&root, &[]).0, 2);
    assert!(!root.join(".fairway").exists());
}
