//! What holds of the renderers, each and together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::ci::{Options, github};
use super::explain::{self, Explanation, Subject, explain};
use super::fixture::{FILES, MANY_MAP, change, many, policies, routed, without_base};
use super::text::Detail;
use super::{Report, digest, json, markdown, text};
use crate::change::Side;
use crate::id::GateId;
use crate::path::RepoPath;
use crate::plan::{Plan, Vendor, pack};
use crate::policy::{Policies, PolicyBasis};
use crate::route::{Request, Route, Widen};

fn document(report: &Report<'_>) -> Value {
    let mut bytes = Vec::new();
    json::write(&mut bytes, report).expect("memory takes everything");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

fn plain(report: &Report<'_>, detail: Detail) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    text::write(&mut out, report, detail).expect("memory takes everything");
    String::from_utf8(out.into_inner()).expect("it is text")
}

fn page(report: &Report<'_>) -> String {
    let mut bytes = Vec::new();
    markdown::write(&mut bytes, report).expect("memory takes everything");
    String::from_utf8(bytes).expect("it is text")
}

fn billing() -> (Policies, Route) {
    let policies = policies(FILES);
    let route = routed(&change(["packages/billing/events/e.yaml", "packages/pki/p.go"]), &policies);
    (policies, route)
}

#[test]
fn the_document_has_its_fields_in_order() {
    let (policies, route) = billing();
    let mut bytes = Vec::new();
    json::write(&mut bytes, &Report::new(&route, &policies)).expect("memory takes everything");
    let text = String::from_utf8(bytes).expect("it is text");
    let Keys(keys) = serde_json::from_str(&text).expect("it is an object");
    let expected = "schema digest mode change policies moved files classes domains gates skipped review broad \
                    profiles proposals";
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
    assert!(text.ends_with("}\n") && text.lines().count() == 1);
    assert!(text.contains(
        r#""kind":"consumer_of","domain":"billing","contract":"event:invoice.paid","consumer":"gpu""#
    ));
}

/// The keys of an object, in their order.
struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, serde::de::IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The digest that a reader of the document can take: what docs/json.md describes.
fn digest_of(document: &Value) -> String {
    use sha2::{Digest as _, Sha256};
    fn canonical(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let sorted: BTreeMap<&String, &Value> =
                    members.iter().filter(|(key, _)| *key != "text").collect();
                let parts: Vec<_> = sorted
                    .iter()
                    .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                    .collect();
                format!("{{{}}}", parts.join(","))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
            plain => plain.to_string(),
        }
    }
    let change = &document["change"];
    let decided = serde_json::json!({
        "commits": {"base": change["base"], "head": change["head"], "merge_base": change["merge_base"]},
        "files": document["files"],
        "gates": document["gates"],
        "policies": {"basis": change["policy"], "digests": document["policies"]},
        "reviews": document["review"],
    });
    Sha256::digest(canonical(&decided)).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_digest_can_be_taken_from_the_document() {
    let (policies, route) = billing();
    let report = Report::new(&route, &policies);
    let document = document(&report);
    assert_eq!(document["digest"], digest_of(&document));
    let odd = change([&b"packages/pki/\xff\n\".go"[..], b"new/file"]);
    let odd = routed(&odd, &policies);
    let document = self::document(&Report::new(&odd, &policies));
    assert_eq!(document["digest"], digest_of(&document));
}

#[test]
fn the_digest_is_of_what_is_decided_not_of_how_it_was_found() {
    let (policies, route) = billing();
    let digest =
        |route: &Route| digest::digest(&Report::new(route, &policies)).expect("memory takes everything");
    let mut other = route.clone();
    other.provenance.base_method = "github_pull_request".to_owned();
    other.provenance.confidence = crate::change::Confidence::Likely;
    assert_eq!(digest(&route), digest(&other));
    other.provenance.head = Some("c".repeat(40));
    assert_ne!(digest(&route), digest(&other));
    let mut other = route.clone();
    other.gates.pop_first();
    assert_ne!(digest(&route), digest(&other));
}

#[test]
fn a_path_that_is_no_text_keeps_its_bytes() {
    let policies = policies(FILES);
    let route = routed(&change([&b"packages/pki/\xff.go"[..]]), &policies);
    let document = document(&Report::new(&route, &policies));
    assert_eq!(document["files"][0]["path"], "packages/pki/\u{fffd}.go");
    assert_eq!(document["files"][0]["path_bytes"], "7061636b616765732f706b692fff2e676f");
    assert_eq!(document["domains"][0]["because"][0]["kind"], "imports");
    assert_eq!(
        document["domains"][1]["because"][0]["files"]["first_bytes"],
        "7061636b616765732f706b692fff2e676f"
    );
}

#[test]
fn every_list_of_words_is_sorted() {
    let (policies, route) = billing();
    let document = document(&Report::new(&route, &policies));
    fn check(value: &Value) {
        match value {
            Value::Array(items) => {
                let words: Vec<_> = items.iter().filter_map(Value::as_str).collect();
                assert!(words.is_sorted(), "{words:?}");
                items.iter().for_each(check);
            }
            Value::Object(members) => members.values().for_each(check),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    check(&document);
}

#[test]
fn text_json_and_github_have_the_same_gates() {
    let (policies, route) = billing();
    let report = Report::new(&route, &policies);
    let ids: BTreeSet<String> = route.gates.keys().map(ToString::to_string).collect();
    let document = document(&report);
    let in_json: BTreeSet<String> = document["gates"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|gate| gate["id"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(ids, in_json);
    let outputs = outputs(&report);
    let matrix: Value = serde_json::from_str(&outputs["matrix"]).expect("it is JSON");
    let evidence: Vec<String> = serde_json::from_str(&outputs["evidence"]).expect("it is JSON");
    let jobs = matrix["include"].as_array().into_iter().flatten();
    let in_github: BTreeSet<String> = jobs
        .flat_map(|job| job["gates"].as_array().into_iter().flatten())
        .map(|id| id.as_str().unwrap_or("").to_owned())
        .chain(evidence)
        .collect();
    assert_eq!(ids, in_github);
    let text = plain(&report, Detail { verbose: true });
    for id in &ids {
        assert!(text.contains(&format!("─ {id}  ")), "{id} in {text}");
    }
    for id in route.skipped.keys() {
        assert!(text.contains(&format!("\n    {id}\n")), "{id} in {text}");
    }
}

fn plan(report: &Report<'_>) -> Plan {
    Plan::new(report.route, digest::digest(report).expect("it can be taken"))
}

/// Reads outputs as GitHub does.
fn outputs(report: &Report<'_>) -> BTreeMap<String, String> {
    let mut bytes = Vec::new();
    github::Outputs::new(&plan(report), Options::default())
        .expect("it fits")
        .write(&mut bytes)
        .expect("memory takes everything");
    let text = String::from_utf8(bytes).expect("it is text");
    let mut lines = text.lines();
    let mut outputs = BTreeMap::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").expect("a name and its delimiter");
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

#[test]
fn an_empty_matrix_is_valid_and_flagged() {
    let policies = policies(FILES);
    let route = routed(&change(["LICENSE"]), &policies);
    let outputs = outputs(&Report::new(&route, &policies));
    assert_eq!(outputs["matrix"], r#"{"include":[]}"#);
    assert_eq!((&*outputs["any"], &*outputs["count"], &*outputs["broad"]), ("false", "0", "false"));
}

#[test]
fn a_gate_cannot_end_an_output_early() {
    let lane = many(1, |_| r#"{id: x, run: "laneway_end\nany<<e\nfalse\ne"}"#.to_owned());
    let policies = policies(&[MANY_MAP, ("lanes/a.yaml", &lane)]);
    let route = routed(&change(["a"]), &policies);
    let outputs = outputs(&Report::new(&route, &policies));
    assert_eq!(outputs["any"], "true");
    assert!(outputs["matrix"].contains("laneway_end"));
}

#[test]
fn more_gates_than_jobs_are_packed() {
    let lane = many(1000, |at| {
        let runner = ["small", "large", "gpu"][at % 3];
        let needs = if at % 50 == 30 { format!(", needs: [g{:04}]", at - 30) } else { String::new() };
        format!("{{id: g{at:04}, run: echo {at}, runner: {runner}, timeout_minutes: {}{needs}}}", at % 7 + 1)
    });
    let policies = policies(&[MANY_MAP, ("lanes/a.yaml", &lane)]);
    let route = routed(&change(["a"]), &policies);
    let plan = plan(&Report::new(&route, &policies));
    let jobs = pack::jobs(&plan, Vendor::Github, github::JOBS).expect("they can be packed");
    assert_eq!(jobs.len(), github::JOBS);
    let mut seen = BTreeSet::new();
    for job in &jobs {
        for (at, gate) in job.gates.iter().enumerate() {
            assert!(seen.insert(gate.clone()), "{gate} runs twice");
            let selected = &route.gates[gate].gate;
            assert_eq!(selected.runner, job.runner);
            for need in &selected.needs {
                let needed = job.gates.iter().position(|other| other == need);
                // Needs are kept where both want the same machine.
                if route.gates[need].gate.runner == selected.runner {
                    assert!(needed.is_some_and(|needed| needed < at), "{need} before {gate}");
                }
            }
        }
    }
    let runnable = route.gates.values().filter(|gate| gate.gate.run.is_some()).count();
    assert_eq!(seen.len(), runnable);
    let minutes: Vec<_> = jobs.iter().filter_map(|job| job.timeout_minutes).collect();
    let (least, most) = (minutes.iter().min().copied(), minutes.iter().max().copied());
    assert!(most <= least.map(|least| least * 2), "{least:?} to {most:?}");
    let ids: BTreeSet<_> = jobs.iter().map(|job| &job.id).collect();
    assert_eq!(ids.len(), jobs.len());
    assert_eq!(jobs, pack::jobs(&plan, Vendor::Github, github::JOBS).expect("they can be packed"));
    assert!(jobs.iter().any(|job| job.name.starts_with("4 gates: g")), "{:?}", jobs[0].name);
}

#[test]
fn outputs_that_github_would_cut_are_a_fault() {
    let lane = many(200, |at| format!("{{id: g{at}, run: {}}}", "x".repeat(4000)));
    let policies = policies(&[MANY_MAP, ("lanes/a.yaml", &lane)]);
    let route = routed(&change(["a"]), &policies);
    let fault = github::Outputs::new(&plan(&Report::new(&route, &policies)), Options::default())
        .expect_err("it is too large");
    assert_eq!(fault.code, crate::fault::Code::Output);
}

#[test]
fn a_page_is_never_too_long_and_mentions_nobody() {
    let policies = policies(FILES);
    let nasty = "@team/<script>alert(1)</script>|`x`\n# title\n| a | b |";
    let paths: Vec<String> = (0..5000).map(|at| format!("{nasty}/{at:04}/{}", "y|".repeat(200))).collect();
    let route = routed(&change(&paths), &policies);
    let page = page(&Report::new(&route, &policies));
    assert!(page.len() <= markdown::LIMIT, "{}", page.len());
    assert!(!page.contains("@team") && !page.contains("<script"));
    assert!(page.contains("more, which do not fit here"));
    assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
    let lane = many(3000, |at| format!("{{id: g{at}, run: 'echo {}'}}", "|@a ".repeat(50)));
    let policies = super::fixture::policies(&[MANY_MAP, ("lanes/a.yaml", &lane)]);
    let route = routed(&change(["a"]), &policies);
    let page = self::page(&Report::new(&route, &policies));
    assert!(page.len() <= markdown::LIMIT, "{}", page.len());
    assert!(page.contains(&format!("<b>{} gates to pass</b>", route.gates.len())));
}

#[test]
fn text_drives_no_terminal_and_is_short() {
    let policies = policies(FILES);
    let paths: Vec<String> = (0..500).map(|at| format!("new/\x1b[31m\r\n{at}")).collect();
    let route = routed(&change(&paths), &policies);
    let report = Report::new(&route, &policies);
    let text = plain(&report, Detail::default());
    assert!(!text.contains(['\x1b', '\r']));
    assert!(
        text.contains("UNMAPPED no row of a map owns 500 files") && text.contains("and 490 more"),
        "{text}"
    );
    assert!(text.contains(r"| `new/**` | <domain> |"), "{text}");
    assert!(text.lines().count() < 120);
    assert!(plain(&report, Detail { verbose: true }).lines().count() > 500);
}

#[test]
fn an_unmapped_file_is_told_its_neighbours_row() {
    let policies = policies(FILES);
    let route = routed(&change(["packages/new/a.go", "packages/new/b/c.go"]), &policies);
    let report = Report::new(&route, &policies);
    let [proposal] = &report.proposals[..] else { panic!("{:?}", report.proposals) };
    assert_eq!(proposal.row(), "| `packages/new/**` | billing |");
    assert_eq!(proposal.files.files, 2);
    assert_eq!(proposal.beside.as_ref().map(|row| row.line), Some(3));
}

#[test]
fn a_missing_base_is_said_everywhere() {
    let policies = policies(FILES);
    let route = routed(&without_base(change(["LICENSE"])), &policies);
    let report = Report::new(&route, &policies);
    let said = "the history is cut off before a common ancestor";
    assert!(plain(&report, Detail::default()).contains(said));
    assert!(page(&report).contains(said));
    let document = document(&report);
    assert_eq!(document["broad"]["because"][0]["kind"], "missing_base");
    assert_eq!(document["broad"]["because"][0]["why"]["kind"], "shallow");
}

#[test]
fn observe_mode_marks_what_it_would_skip() {
    let policies = policies(&[FILES, &[("laneway.yaml", "version: 1\nmode: observe\n")]].concat());
    let route = routed(&change(["packages/pki/p.go"]), &policies);
    let report = Report::new(&route, &policies);
    let text = plain(&report, Detail::default());
    assert!(text.contains("observe mode: every gate runs; "), "{text}");
    assert!(text.contains("gpu.npm-run-test  npm run test  [would be skipped]"), "{text}");
    assert!(
        !text.contains("pki.go-test-packages-pki  go test ./packages/pki/...  [would be skipped]"),
        "{text}"
    );
    assert!(page(&report).contains("would be skipped in enforce mode"));
    let document = document(&report);
    assert_eq!((&document["mode"], &document["broad"]["forced"]), (&"observe".into(), &false.into()));
    let gates = document["gates"].as_array().into_iter().flatten();
    let skip =
        gates.filter(|gate| gate["id"] == "gpu.npm-run-test").map(|gate| &gate["because"][0]["skip"]["kind"]);
    assert_eq!(skip.collect::<Vec<_>>(), ["not_affected"]);
}

#[test]
fn a_moved_row_and_a_retired_gate_are_told() {
    let map = FILES[0].1.replace("| `apps/gpu/**` | gpu |", "| `apps/gpu/**` | billing |");
    let lane = FILES[3].1.replace("    - go test ./packages/pki/...", "    - cargo test -p pki");
    let head = [&FILES[1..3], &FILES[4..], &[(FILES[0].0, &*map), (FILES[3].0, &*lane)]].concat();
    let base = super::fixture::policy(FILES);
    let sides = [
        (Side::MergeBase, Arc::clone(&base)),
        (Side::BaseTip, base),
        (Side::Head, super::fixture::policy(&head)),
    ];
    let policies = Policies::new(PolicyBasis::BaseAndHead, sides);
    let change = change(["packages/pki/p.go", "lanes/pki.yaml"]);
    let tracked = [RepoPath::from("apps/gpu/x.ts")];
    let request =
        Request { change: &change, policies: &policies, tracked: &tracked, widen: Widen::default() };
    let route = crate::route::route(&request);
    let report = Report::new(&route, &policies);
    let text = plain(&report, Detail::default());
    assert!(text.contains("apps/gpu/x.ts: gpu -> billing"), "{text}");
    assert!(text.contains("go test ./packages/pki/...  [retired by this change]"), "{text}");
    assert!(text.starts_with("2 files changed"), "{text}");
    let document = document(&report);
    assert_eq!(document["moved"][0]["from"], serde_json::json!(["gpu"]));
    assert_eq!(document["files"][0]["moved"], true);
    assert_ne!(document["policies"]["head"], document["policies"]["merge_base"]);
    let subject = Subject::find(b"apps/gpu/x.ts", &route, &policies, &tracked).expect("it moved");
    let explanation = explain(&request, &route, &subject, &tracked);
    let mut out = anstream::StripStream::new(Vec::new());
    explain::text::write(&mut out, &explanation, Detail::default()).expect("memory takes everything");
    let text = String::from_utf8(out.into_inner()).expect("it is text");
    assert!(text.contains("moved gpu -> billing"), "{text}");
}

fn explained(name: &str, paths: &[&str], tree: &[&str]) -> (String, Value) {
    let (policies, change) = (policies(FILES), change(paths));
    let request = Request { change: &change, policies: &policies, tracked: &[], widen: Widen::default() };
    let route = routed(&change, &policies);
    let tree: Vec<RepoPath> = tree.iter().map(|path| RepoPath::from(*path)).collect();
    let subject = Subject::find(name.as_bytes(), &route, &policies, &tree).expect("it is known");
    let explanation: Explanation<'_> = explain(&request, &route, &subject, &tree);
    let mut out = anstream::StripStream::new(Vec::new());
    explain::text::write(&mut out, &explanation, Detail::default()).expect("memory takes everything");
    let mut bytes = Vec::new();
    explain::json::write(&mut bytes, &explanation).expect("memory takes everything");
    let text = String::from_utf8(out.into_inner()).expect("it is text");
    (text, serde_json::from_slice(&bytes).expect("it is JSON"))
}

#[test]
fn a_path_is_explained_along_its_chain() {
    let (text, json) = explained("packages/pki/p.go", &["packages/pki/p.go", "packages/billing/a.go"], &[]);
    assert!(
        text.contains(
            "packages/pki/p.go → ownership-maps/package-ownership.md:4 → pki → \
             ownership-maps/package-ownership.md:4 → billing → gate billing.go-test-packages-billing"
        ),
        "{text}"
    );
    assert_eq!(json["subject"]["kind"], "path");
    assert_eq!(json["subject"]["standing"], "changed");
    // The other file's event is none of this path's reasons.
    assert!(!text.contains("invoice.paid"), "{text}");
}

#[test]
fn a_contract_is_in_the_chain() {
    let (text, _) = explained("billing.gpu-precheck", &["packages/billing/events/e.yaml"], &[]);
    let chain = "packages/billing/events/e.yaml → ownership-maps/event-ownership.md:3 → billing → \
                 event:invoice.paid → gpu (consumer) → gate billing.gpu-precheck";
    let (_, json) = explained("gate:GPU precheck", &["packages/billing/events/e.yaml"], &[]);
    let links: Vec<Vec<&str>> = json["subject"]["because"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|reason| {
            reason["chain"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|link| link["link"].as_str())
                .collect()
        })
        .collect();
    assert!(
        links.contains(&vec!["file", "row", "domain", "contract", "consumer", "gate"]),
        "{links:?} {chain}"
    );
    assert!(text.contains("in the route"), "{text}");
}

#[test]
fn a_gate_that_is_skipped_says_what_would_select_it() {
    let (text, json) = explained("gpu.npm-run-test", &["packages/pki/p.go"], &[]);
    assert!(text.contains("not in the route: none of its domains is affected"), "{text}");
    assert!(text.contains("a change that reaches gpu (domain_local): apps/gpu/**"), "{text}");
    assert_eq!(json["subject"]["skipped"]["kind"], "not_affected");
    assert_eq!(json["subject"]["selectors"][0]["domain"], "gpu");
}

#[test]
fn a_path_that_did_not_change_is_explained_as_if_it_had() {
    let (text, json) = explained("apps/gpu/x.ts", &["packages/pki/p.go"], &["apps/gpu/x.ts"]);
    assert!(text.contains("not in the change; if it were modified"), "{text}");
    assert_eq!(json["subject"]["standing"], "unchanged");
    let (_, json) = explained("path:apps/gpu/y.ts", &["packages/pki/p.go"], &[]);
    assert_eq!(json["subject"]["standing"], "absent");
    let (text, _) = explained("domain:gpu", &["packages/pki/p.go"], &[]);
    assert!(text.contains("gpu  not reached"), "{text}");
}

#[test]
fn an_unknown_subject_names_the_nearest() {
    let (policies, route) = billing();
    let fault = Subject::find(b"biling", &route, &policies, &[]).expect_err("nobody has this name");
    assert!(fault.help.contains("`billing`"), "{}", fault.help);
    assert!(Subject::find(b"path:", &route, &policies, &[]).is_err());
    let gate = Subject::find(b"gate:contracts", &route, &policies, &[]).expect("the reference model has it");
    assert_eq!(gate, Subject::Gate(GateId::from("contracts")));
}
