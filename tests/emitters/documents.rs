//! Route documents, read again: the same plan, or everything that is wrong with them.

use std::fs;
use std::process::{Command, Output, Stdio};

use laneway::fault::{Code, Fault};
use laneway::plan::Plan;
use laneway::policy::Policies;
use laneway::render::{Report, json};
use laneway::route::Route;
use laneway::source::Source;
use serde_json::{Value, json};

use crate::support::{HOSTILE, plan, policies, routed};

const CONFIG: &str = "version: 1\nrunners: {large: {github: [big, x64], buildkite: {queue: text, kind: x}}, default: {gitlab: s}, none: {}}\n";

fn gates() -> Vec<String> {
    let hostile = HOSTILE.iter().enumerate().map(|(at, text)| {
        json!({"id": format!("h{at}"), "title": text, "run": text, "needs": ["unit"]}).to_string()
    });
    let plain = ["{id: unit, run: make unit, runner: large, timeout_minutes: 5}", "{id: paper}"];
    plain.into_iter().map(str::to_owned).chain(hostile).collect()
}

fn document(route: &Route, policies: &Policies) -> String {
    let mut out = Vec::new();
    json::write(&mut out, &Report::new(route, policies)).unwrap();
    String::from_utf8(out).unwrap()
}

fn good() -> String {
    let policies = policies(&gates(), CONFIG);
    document(&routed(&policies, &["a", "b/ü\n\"c\""], false), &policies)
}

fn parse(text: &str) -> Result<Plan, Vec<Fault>> {
    Plan::parse(&Source::new("route.json", text))
}

/// The good document with one member edited; `path` is a JSON pointer.
fn edited(path: &str, value: Value) -> String {
    let mut document: Value = serde_json::from_str(&good()).unwrap();
    *document.pointer_mut(path).unwrap_or_else(|| panic!("nothing at {path}")) = value;
    document.to_string()
}

fn without(parent: &str, key: &str) -> String {
    let mut document: Value = serde_json::from_str(&good()).unwrap();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    document.to_string()
}

#[test]
fn a_document_is_the_plan_of_its_route() {
    for config in ["version: 1\n", CONFIG] {
        let policies = policies(&gates(), config);
        for (paths, all) in [(&["a", "b/c"][..], false), (&["LICENSE"], false), (&[], false), (&["a"], true)]
        {
            let route = routed(&policies, paths, all);
            assert_eq!(
                parse(&document(&route, &policies)).unwrap(),
                plan(&route, &policies),
                "{paths:?} {all}"
            );
        }
    }
    // Whitespace and the order of members are not part of what a document says, nor is a sentence, nor a new member.
    let mut value: Value = serde_json::from_str(&good()).unwrap();
    value["future"] = json!([1]);
    value["gates"][0]["because"][0]["text"] = json!("in other words");
    assert_eq!(parse(&serde_json::to_string_pretty(&value).unwrap()).unwrap(), parse(&good()).unwrap());
}

#[test]
fn a_document_that_cannot_be_used_says_why() {
    let good = good();
    let shape = |parent: &str, key: &str| (without(parent, key), Code::RouteShape, key.to_owned());
    let cases: Vec<(String, Code, String)> = vec![
        (String::new(), Code::RouteSyntax, "it is empty".into()),
        (" \n".into(), Code::RouteSyntax, "it is empty".into()),
        ("\0".repeat(1000), Code::RouteSyntax, "not JSON".into()),
        ("not json".into(), Code::RouteSyntax, "not JSON".into()),
        (good[..good.len() / 2].to_owned(), Code::RouteSyntax, "EOF".into()),
        (good.clone() + "{}", Code::RouteSyntax, "trailing".into()),
        ("[".repeat(100_000), Code::RouteSyntax, "EOF".into()),
        ("{}".into(), Code::RouteSyntax, "`schema`".into()),
        ("[1]".into(), Code::RouteSyntax, "`schema`".into()),
        ("\"laneway.route/v1\"".into(), Code::RouteSyntax, "`schema`".into()),
        (edited("/schema", json!(1)), Code::RouteSyntax, "`schema`".into()),
        (edited("/schema", json!("laneway.explain/v1")), Code::RouteSyntax, "laneway.explain/v1".into()),
        (edited("/schema", json!("laneway.route/v2")), Code::RouteVersion, "laneway.route/v2".into()),
        (r#"{"schema":"laneway.route/v2","new":1}"#.into(), Code::RouteVersion, "laneway.route/v2".into()),
        (r#"{"schema":"laneway.route/v1"}"#.into(), Code::RouteShape, "missing field".into()),
        shape("", "digest"),
        shape("", "change"),
        shape("", "policies"),
        shape("", "files"),
        shape("", "gates"),
        shape("", "review"),
        shape("", "broad"),
        shape("/broad", "forced"),
        shape("", "skipped"),
        shape("/review/architecture", "required"),
        shape("/change", "base"),
        shape("/gates/0", "id"),
        shape("/gates/0", "title"),
        shape("/gates/0", "layer"),
        shape("/gates/0", "domains"),
        shape("/gates/0", "run"),
        shape("/gates/0", "runner"),
        shape("/gates/0", "timeout_minutes"),
        shape("/gates/0", "needs"),
        (edited("/gates/0/run", json!(["x"])), Code::RouteShape, "expected a string".into()),
        (edited("/gates/0/timeout_minutes", json!(-1)), Code::RouteShape, "-1".into()),
        (edited("/gates/0/timeout_minutes", json!(1e99)), Code::RouteShape, "floating point".into()),
        (edited("/gates/0/layer", json!("local")), Code::RouteShape, "`local` is no layer".into()),
        (edited("/runners", json!({"large": ["githup"]})), Code::RouteShape, "`githup` is no CI".into()),
        (edited("/gates", json!({})), Code::RouteShape, "expected a sequence".into()),
        (
            good.replacen("\"mode\"", "\"broad\":{\"forced\":true},\"mode\"", 1),
            Code::RouteShape,
            "duplicate".into(),
        ),
        (edited("/gates/0/id", json!("A b")), Code::RouteGate, "`A b`".into()),
        (edited("/gates/0/id", json!("h1")), Code::RouteGate, "twice".into()),
        (edited("/gates/0/needs", json!(["unti"])), Code::RouteGate, "`unti`".into()),
    ];
    for (text, code, said) in cases {
        let faults = parse(&text).unwrap_err();
        let first = &faults[0];
        let whole = format!("{} {} {}", first.message, first.label, first.help);
        assert_eq!(first.code, code, "{whole}");
        assert!(whole.contains(&said), "{said}: {whole}");
        assert!(first.place.is_some() && !first.help.is_empty(), "{whole}");
    }
    let too_long = " ".repeat(laneway::plan::MAX_BYTES + 1);
    assert_eq!(parse(&too_long).unwrap_err()[0].code, Code::RouteSyntax);
}

#[test]
fn what_was_cut_out_is_missed() {
    let mut document: Value = serde_json::from_str(&good()).unwrap();
    let gates = document["gates"].as_array_mut().unwrap();
    let unit = gates.iter().position(|gate| gate["id"] == "unit").unwrap();
    gates.remove(unit);
    let faults = parse(&document.to_string()).unwrap_err();
    let needing =
        faults.iter().filter(|fault| fault.code == Code::RouteGate && fault.message.contains("`unit`"));
    assert_eq!(needing.count(), HOSTILE.len(), "each gate that needed it");
    assert_eq!(faults.last().unwrap().code, Code::RouteDigest, "all faults at once");
}

#[test]
fn a_route_that_skips_gates_is_not_broad() {
    // The digest does not cover the word, and the kill switch relies on it.
    let mut document: Value = serde_json::from_str(&good()).unwrap();
    let skipped = document["gates"][0].clone();
    document["skipped"].as_array_mut().unwrap().push(skipped);
    assert!(parse(&document.to_string()).is_ok(), "what is skipped is no part of the digest");
    document["broad"]["forced"] = json!(true);
    let faults = parse(&document.to_string()).unwrap_err();
    assert_eq!(faults[0].code, Code::RouteShape);
    assert!(faults[0].message.contains("broad") && faults[0].place.is_some(), "{faults:?}");
}

#[test]
fn an_edited_route_has_another_digest() {
    let unit = {
        let document: Value = serde_json::from_str(&good()).unwrap();
        document["gates"].as_array().unwrap().iter().position(|gate| gate["id"] == "unit").unwrap()
    };
    let gate = |field: &str| format!("/gates/{unit}/{field}");
    for (path, value) in [
        (gate("run"), json!("true")),
        (gate("title"), json!("x")),
        (gate("runner"), json!("mine")),
        (gate("runner"), Value::Null),
        (gate("timeout_minutes"), json!(6)),
        (gate("machines"), json!({"github": "mine"})),
        (gate("machines/buildkite/queue"), json!(["mine"])),
        (gate("state"), json!("retired")),
        ("/runners".to_owned(), json!({})),
        ("/runners/none".to_owned(), json!(["github"])),
        ("/digest".to_owned(), json!("0".repeat(64))),
        ("/change/head".to_owned(), json!("c".repeat(40))),
        ("/change/base".to_owned(), Value::Null),
        ("/change/policy".to_owned(), json!("external")),
        ("/policies/head".to_owned(), json!("x")),
        ("/files/0/path".to_owned(), json!("z")),
        ("/files".to_owned(), json!([])),
        ("/review/architecture/required".to_owned(), json!(true)),
        ("/review/reviewers".to_owned(), json!([{"owner": "@me"}])),
    ] {
        let faults = parse(&edited(&path, value)).unwrap_err();
        let codes: Vec<Code> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::RouteDigest], "{path}");
        assert!(faults[0].place.is_some());
    }
    // How the base was found, and what is not part of a route, may change.
    for (path, value) in
        [("/change/base_method", json!("x")), ("/skipped", json!([])), ("/proposals", json!([]))]
    {
        assert!(parse(&edited(path, value)).is_ok(), "{path}");
    }
}

/// Runs the binary in an empty folder, with `route.json` there.
fn laneway(text: &[u8], arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("route.json"), text).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
    command
        .current_dir(folder.path())
        .env_clear()
        .envs(variables.iter().copied())
        .arg("route")
        .args(arguments);
    let input = fs::File::open(folder.path().join("route.json")).unwrap();
    command.stdin(Stdio::from(input)).output().unwrap()
}

#[test]
fn the_command_writes_what_the_document_says() {
    let text = good();
    let plan = parse(&text).unwrap();
    let expected =
        laneway::render::ci::jsonl::document(&plan, laneway::render::ci::Options::default()).unwrap();
    for file in ["route.json", "-"] {
        let output = laneway(text.as_bytes(), &["--from-route", file, "--format", "jsonl"], &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
    let arguments =
        ["--from-route", "-", "--format", "github", "--stages", "2", "--max-jobs", "6", "--output", "out"];
    let output = laneway(text.as_bytes(), &arguments, &[("GITHUB_OUTPUT", "outputs")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_empty_route_is_valid_in_every_format() {
    let policies = policies(&[], "version: 1\n");
    let text = document(&routed(&policies, &[], false), &policies);
    assert!(parse(&text).unwrap().gates.is_empty());
    let output = laneway(text.as_bytes(), &["--from-route", "-", "--format", "jsonl"], &[]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]));
    let output = laneway(text.as_bytes(), &["--from-route", "-", "--format", "github"], &[]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "{\"include\":[]}\n");
}

/// Standard input, arguments, variables, and what the command must say.
type Refused<'a> = (&'a [u8], Vec<&'a str>, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn the_command_refuses_what_it_cannot_keep() {
    let (text, broad) = (good(), {
        let policies = policies(&gates(), CONFIG);
        document(&routed(&policies, &["a"], true), &policies)
    });
    let from = ["--from-route", "-", "--format"];
    let with = |more: &[&'static str]| [&from[..], more].concat();
    let cases: Vec<Refused<'_>> = vec![
        (b"", with(&["jsonl"]), &[], "route_document::syntax"),
        (b"\xff{}", with(&["jsonl"]), &[], "not UTF-8"),
        (b"{\"schema\":\"laneway.route/v2\"}", with(&["github"]), &[], "route_document::version"),
        (text.as_bytes(), vec!["--from-route", "folder", "--format", "jsonl"], &[], "cannot be read"),
        (text.as_bytes(), vec!["--from-route", "nowhere", "--format", "jsonl"], &[], "cannot be read"),
        (text.as_bytes(), vec!["--from-route", "", "--format", "jsonl"], &[], "empty_value"),
        (text.as_bytes(), with(&["text"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["json"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["markdown"]), &[], "cli::usage"),
        (text.as_bytes(), vec!["--from-route", "-"], &[], "cli::usage"),
        (text.as_bytes(), with(&["jsonl", "--policy", "folder"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["jsonl", "--max-jobs", "3"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["github", "--max-jobs", "0"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["github", "--stages", "0"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["gitlab", "--stages", "2"]), &[], "cli::usage"),
        (text.as_bytes(), with(&["jsonl", "--all", "x"]), &[], "cannot be used with"),
        (text.as_bytes(), with(&["jsonl"]), &[("LANEWAY_ALL", "incident")], "route_document::kill_switch"),
        (text.as_bytes(), with(&["jsonl"]), &[("LANEWAY_ALL", "")], "empty_value"),
        (text.as_bytes(), with(&["github", "--stages", "2"]), &[("GITHUB_OUTPUT", "")], "empty_value"),
    ];
    for (text, arguments, variables, said) in cases {
        let output = laneway(text, &arguments, variables);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}, {said}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let output = laneway(broad.as_bytes(), &with(&["jsonl"]), &[("LANEWAY_ALL", "incident")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_long_document_that_is_none_is_told_at_once() {
    let zeros = vec![0_u8; 200 << 20];
    let output = laneway(&zeros, &["--from-route", "route.json", "--format", "jsonl"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("more than"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_base_says_what_a_label_stands_for() {
    use laneway::change::Side;
    use laneway::policy::PolicyBasis;
    let gates = ["{id: a, run: x, runner: large}".to_owned()];
    let of = |config: &str| std::sync::Arc::clone(&policies(&gates, config).each[0].1);
    let runs_on = |merge_base: &str, tip: &str, head: &str| {
        let sides = [(Side::MergeBase, of(merge_base)), (Side::BaseTip, of(tip)), (Side::Head, of(head))];
        let policies = Policies::new(PolicyBasis::BaseAndHead, sides);
        let route = routed(&policies, &["a"], false);
        let plan = plan(&route, &policies);
        assert_eq!(parse(&document(&route, &policies)).unwrap(), plan);
        json!(
            plan.gates["a"]
                .machines
                .iter()
                .map(|(ci, machine)| (ci.as_str(), format!("{machine:?}")))
                .collect::<std::collections::BTreeMap<_, _>>()
        )
    };
    let base = "version: 1\nrunners: {large: {github: base}}\n";
    let head = "version: 1\nrunners: {large: {github: head, gitlab: head}}\n";
    let nothing = "version: 1\n";
    assert_eq!(runs_on(base, base, head), json!({"github": "Label(\"base\")", "gitlab": "Label(\"head\")"}));
    assert_eq!(
        runs_on(base, nothing, nothing),
        json!({"github": "Label(\"base\")"}),
        "what the base says stays"
    );
    assert_eq!(runs_on(nothing, base, head)["github"], "Label(\"base\")");
    assert_eq!(runs_on(nothing, nothing, head)["github"], "Label(\"head\")");
}
