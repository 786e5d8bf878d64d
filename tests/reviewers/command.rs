//! `laneway reviewers` and `laneway explain reviewer:…`, end to end.

use std::fs;
use std::path::Path;

use laneway::render::reviewers::json;
use serde_json::{Value, json};

use crate::repository::{Repository, names, stderr, stdout};

fn why<'a>(document: &'a Value, list: &str, name: &str) -> &'a Value {
    let all = document[list].as_array().unwrap().iter();
    &all.clone().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name} in {document}"))["because"]
}

#[test]
fn the_author_and_the_absent_are_passed_over() {
    let repository = Repository::new();
    let document = repository.asked(&[]);
    assert_eq!(document["schema"], "laneway.reviewers/v1");
    assert_eq!(names(&document), ["bob"]);
    assert_eq!(document["authors"], json!(["ada@example.com"]), "of the commits that main does not have");
    assert_eq!(why(&document, "asked", "bob")["kind"], "only");
    assert_eq!(why(&document, "left_out", "ada")["kind"], "author");
    assert_eq!(why(&document, "left_out", "carol")["until"], "2026-06-30");
    assert_eq!(document["requirements"][0]["met"], true);
    assert_eq!(document["requirements"][0]["rows"][0]["line"], 3);
    assert_eq!(document["seed"], repository.git(&["rev-parse", "HEAD"]).trim());
}

#[test]
fn co_authors_are_authors_and_a_flag_says_it_better() {
    let repository = Repository::new();
    repository.write("billing/ledger.go", "one\n2\n3\n");
    repository.commit("More\n\nCo-authored-by: Bob <BOB@users.noreply.github.com>", "Ada <ada@example.com>");
    let document = repository.asked(&[]);
    assert_eq!(names(&document), ["@arch"], "{document}");
    assert_eq!(why(&document, "asked", "@arch")["kind"], "stands_in");
    assert_eq!(document["unmet"][0]["because"]["names"], json!(["@platform/billing"]));
    let document = repository.asked(&["--author", "ada-l"]);
    assert_eq!(names(&document), ["bob"]);
}

#[test]
fn load_and_those_asked_already_decide() {
    let repository = Repository::new();
    repository.write("pki/ca.go", "1\n");
    repository.write("billing/events/paid.json", "1\n");
    repository.commit("Change a contract and the keys", "Ada <ada@example.com>");
    let document = repository.asked(&[]);
    assert_eq!(names(&document), ["bob", "eve", "@security"], "bob is of both teams");
    assert_eq!(why(&document, "asked", "bob")["kind"], "only");

    let load = repository.root().join("load.json");
    fs::write(&load, "{\"@Bob\": 5, \"eve\": 1, \"zoe\": 1}").unwrap();
    let document = repository.asked(&["--load", load.to_str().unwrap()]);
    assert_eq!(why(&document, "left_out", "bob")["kind"], "at_capacity");
    assert_eq!(why(&document, "left_out", "eve")["capacity"], 1);
    assert_eq!(document["strangers"], json!([{"word": "zoe", "said_by": "load"}]));
    let document = repository.asked(&["--load", load.to_str().unwrap(), "--already", "bob", "--most", "2"]);
    assert!(names(&document).contains(&"bob"), "their open reviews have this one among them");
    assert_eq!(names(&document).len(), 2);
    assert_eq!(document["most"], 2);
}

#[test]
fn a_pull_request_is_what_is_drawn_from() {
    let repository = Repository::new();
    let event = repository.root().join("event.json");
    let author = json!({"login": "Bob"});
    fs::write(&event, json!({"pull_request": {"number": 12, "user": author}}).to_string()).unwrap();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
    ];
    let arguments =
        ["reviewers", "--base", "main", "--head", "feature", "--date", "2026-07-15", "--format", "json"];
    let output = repository.laneway_with(&variables, &arguments);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["seed"], "acme/shop#12");
    assert_eq!(document["authors"], json!(["Bob"]));
    assert_eq!(why(&document, "left_out", "bob")["kind"], "author");
}

#[test]
fn an_empty_change_asks_nobody_and_a_broken_policy_is_undecided() {
    let repository = Repository::new();
    let output = repository.laneway(&["reviewers", "--base", "HEAD", "--head", "HEAD"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("Nobody need be asked: nothing changed"), "{}", stdout(&output));
    repository.write("lanes/web.yaml", "domain_lane: {");
    repository.commit("Break a lane", "Ada <ada@example.com>");
    let output = repository.laneway(&["reviewers", "--base", "main"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("@arch"), "{}", stdout(&output));
}

#[test]
fn a_domain_that_nobody_looks_after_is_named() {
    let repository = Repository::new();
    assert_eq!(repository.asked(&[])["notes"], json!([]));
    repository
        .write("ownership-maps/new-ownership.md", "| Package | Domain |\n|---|---|\n| `new/**` | new |\n");
    repository.write("lanes/new.yaml", "domain_lane:\n  domain_id: new\n  domain_local_gates: [make new]\n");
    repository.write("new/a.go", "1\n");
    repository.commit("A domain of nobody", "Ada <ada@example.com>");
    let notes = repository.asked(&[])["notes"].to_string();
    assert!(notes.contains("new changes, and neither its rows nor its lane name a reviewer"), "{notes}");
}

#[test]
fn the_roster_of_the_head_does_not_count() {
    let repository = Repository::new();
    let roster = "version: 1\npeople: {ada: {emails: [x@example.com]}}\nteams: {'@platform/billing': {members: [ada]}}\n";
    repository.write("ownership-maps/reviewers.yaml", roster);
    repository.commit("Appoint myself", "Ada <ada@example.com>");
    let document = repository.asked(&[]);
    assert!(names(&document).contains(&"bob") && !names(&document).contains(&"ada"), "{document}");
    assert_eq!(document["roster"], json!({"basis": "merge_base", "people": 5, "teams": 4}));
}

#[test]
fn what_is_printed_is_for_people_and_drives_no_terminal() {
    let repository = Repository::new();
    let hostile =
        "| Package | Domain | Reviewers |\n|---|---|---|\n| `web/**` | web | `@\u{1b}[31mx`, `@<b>` |\n";
    repository.write("ownership-maps/hostile-ownership.md", hostile);
    repository.write("web/a.ts", "1\n");
    repository.commit("Be hostile", "Ada <ada@example.com>");
    let output = repository.laneway(&["reviewers", "--base", "main", "--date", "2026-06-15"]);
    let text = stdout(&output);
    assert!(!text.contains('\u{1b}'), "{text}");
    for said in [
        "Ask ",
        "bob",
        "any of @platform/billing",
        "package-ownership.md:3",
        "Left out",
        "carol",
        "away until 2026-06-30: leave",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let output =
        repository.laneway(&["reviewers", "--base", "main", "--date", "2026-06-15", "--format", "markdown"]);
    let page = stdout(&output);
    assert!(page.starts_with("<!-- laneway.reviewers -->\n### Laneway: "), "{page}");
    assert!(!page.contains("<b>`") && !page.contains('\u{1b}'));
    let outside: String =
        page.split("<code>").map(|part| part.rsplit("</code>").next().unwrap_or_default()).collect();
    assert!(!outside.contains('@'), "nobody is mentioned: {page}");
}

#[test]
fn every_fault_of_the_arguments_is_told_at_once() {
    let repository = Repository::new();
    let arguments = [
        "reviewers",
        "--base",
        "main",
        "--most",
        "0",
        "--date",
        "2026-13-01",
        "--seed",
        "",
        "--author",
        " ",
        "--load",
        "none",
    ];
    let output = repository.laneway(&arguments);
    assert_eq!(output.status.code(), Some(2));
    for said in [
        "`--most` is 0",
        "`--date` cannot be `2026-13-01`",
        "`--seed` is empty",
        "`--author` is empty",
        "cannot be read",
    ] {
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
    assert!(stdout(&output).is_empty());
}

#[test]
fn explain_prints_each_step() {
    let repository = Repository::new();
    let explain = |name: &str, format: &str| {
        repository.laneway(&["explain", name, "--base", "main", "--date", "2026-06-15", "--format", format])
    };
    let text = stdout(&explain("reviewer:@platform/billing", "text"));
    for said in [
        "a team of 3 people",
        "billing/ledger.go → ownership-maps/package-ownership.md:3 → billing → any of @platform/billing",
        "left out: wrote the change",
        "left out: away until 2026-06-30: leave",
        "asked: nobody else can look at it",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let document: Value = serde_json::from_slice(&explain("reviewer:bob", "json").stdout).unwrap();
    assert_eq!(document["schema"], "laneway.explain/v1");
    assert_eq!(document["subject"]["kind"], "reviewer");
    assert_eq!(document["subject"]["named_as"], json!(["@platform/billing", "@web"]));
    assert_eq!(document["subject"]["behind"][0]["asked"], true);
    let output = explain("reviewer:bobb", "text");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `bob`?"), "{}", stderr(&output));
    assert!(
        stdout(&explain("reviewer:@security", "text")).contains("no requirement of this change names them")
    );
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test reviewers` writes it.
#[test]
fn the_schema_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/reviewers.v1.json");
    let schema = json::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        fs::write(&file, &schema).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == schema, "reviewers.v1.json is stale: run LANEWAY_BLESS=1 cargo test --test reviewers");
}
