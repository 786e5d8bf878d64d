//! The command: what it refuses before anything is sent, and what it posts.

use std::path::Path;
use std::process::{Command, Output};

use crate::github_world::{Github, HEAD, TOKEN, start};
use crate::server::{Reply, Server, What};

/// Runs `laneway reviewers --post` with these variables alone.
fn laneway(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_laneway"))
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables.iter().copied())
        .args(["reviewers", "--post"])
        .args(args)
        .output()
        .unwrap();
    for stream in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(stream).contains(TOKEN), "the token is printed");
    }
    output
}

fn refused(folder: &Path, args: &[&str], variables: &[(&str, &str)], words: &[&str]) {
    let output = laneway(folder, args, variables);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for word in words {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_missing_is_said_with_its_place_and_help() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("push.json"), "{\n  \"ref\": \"refs/heads/main\"\n}\n").unwrap();
    std::fs::write(here.join("empty"), "\n").unwrap();
    let ci = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_EVENT_PATH", "push.json"),
        ("GITHUB_TOKEN", TOKEN),
    ];
    refused(here, &[], &ci, &["laneway::forge::no_pull_request", "push.json:1:1", "--pull-request N"]);
    refused(here, &[], &[("GITHUB_TOKEN", TOKEN)], &["laneway::forge::unknown", "--post github"]);
    let by_hand = ["github", "--repository", "acme/shop", "--pull-request", "7"];
    refused(here, &by_hand, &[], &["laneway::forge::no_token", "github.token"]);
    refused(here, &by_hand, &[("GITHUB_TOKEN", "")], &["laneway::change::empty_value", "GITHUB_TOKEN"]);
    let with = |more: &[&'static str]| -> Vec<&str> { [&by_hand[..], more].concat() };
    refused(here, &with(&["--token-file", "empty"]), &[], &["laneway::change::empty_value"]);
    refused(here, &with(&["--token-file", "gone"]), &[], &["laneway::forge::token", "`gone` cannot be read"]);
    refused(here, &with(&["--as", ""]), &ci, &["laneway::change::empty_value", "`--as` is empty"]);
    let plain = with(&["--api-url", "http://github.example/api/v3"]);
    refused(here, &plain, &ci, &["laneway::forge::plain_http"]);
    refused(here, &["gitlab", "--repository", "acme/shop"], &ci, &["laneway::forge::no_pull_request"]);
    let (server, _) = start(Github::default());
    let there = [&by_hand[..], &["--api-url", &server.url, "--token-file", "."]].concat();
    refused(here, &there, &ci, &["laneway::forge::token"]);
    assert!(server.seen().is_empty());
}

/// A policy that asks @bo for what is below `src/`, and the event of a pull request.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    let map = "| Package | Domain | Reviewers |\n|---|---|---|\n| `src/**` | shop | @bo |\n";
    write("ownership-maps/shop-ownership.md", map);
    write(
        "lanes/shop.yaml",
        "domain_lane:\n  domain_id: shop\n  domain_local_gates: [{id: t, run: make test}]\n",
    );
    write("event.json", &event("acme/shop"));
    write("fork.json", &event("ada/shop"));
    folder
}

fn event(from: &str) -> String {
    serde_json::json!({ "pull_request": {
        "number": 7, "user": { "login": "ada" }, "head": { "sha": HEAD, "repo": { "full_name": from } },
        "base": { "sha": "b", "repo": { "full_name": "acme/shop" } },
    } })
    .to_string()
}

const CHANGE: &[&str] = &["--policy", ".", "--files", "src/a.rs"];

fn variables<'v>(server: &'v Server, event: &'v str) -> Vec<(&'v str, &'v str)> {
    vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_API_URL", &server.url),
        ("GITHUB_EVENT_PATH", event),
        ("GITHUB_TOKEN", TOKEN),
    ]
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn it_posts_and_the_next_run_writes_nothing() {
    let folder = workspace();
    let (server, world) = start(Github::default());
    let variables = variables(&server, "event.json");
    let (_, told) = texts(&laneway(folder.path(), CHANGE, &variables));
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            "acme/shop#7: asked bo for review",
            "acme/shop#7: wrote the comment",
            "acme/shop#7: set the commit status"
        ]
    );
    assert_eq!(world.lock().unwrap().requested, ["bo"]);
    // Who is asked already is preferred, and the comment may say so; from then on nothing changes.
    laneway(folder.path(), CHANGE, &variables);
    server.seen();
    let (shown, told) = texts(&laneway(folder.path(), CHANGE, &variables));
    assert_eq!(told, "acme/shop#7: everything is there already\n");
    assert_eq!(server.written(), Vec::<String>::new());
    assert!(shown.contains("bo"), "{shown}");
    assert_eq!(world.lock().unwrap().ours().len(), 1);
}

#[test]
fn a_dry_run_prints_the_calls() {
    let folder = workspace();
    let (server, _) = start(Github::default());
    let mut variables = variables(&server, "event.json");
    let dry = [CHANGE, &["--dry-run"]].concat();
    let (shown, told) = texts(&laneway(folder.path(), &dry, &variables));
    assert_eq!(told, "acme/shop#7: a dry run: nothing is written\n");
    let calls: Vec<&str> = shown.lines().filter(|line| !line.starts_with(' ')).collect();
    let call = |method: &str, path: &str| format!("{method} {}/repos/acme/shop{path}", server.url);
    assert_eq!(
        calls,
        [
            call("POST", "/pulls/7/requested_reviewers"),
            call("POST", "/issues/7/comments"),
            call("POST", &format!("/statuses/{HEAD}")),
        ]
    );
    assert!(shown.contains(r#"    "bo""#), "{shown}");
    assert_eq!(server.written(), Vec::<String>::new());
    // Without a token nothing is sent, and what would be read is listed too.
    server.seen();
    variables.retain(|(name, _)| *name != "GITHUB_TOKEN");
    let output = laneway(folder.path(), &dry, &variables);
    assert_eq!(output.status.code(), Some(0));
    let (shown, _) = texts(&output);
    assert!(shown.starts_with(&call("GET", "/pulls/7")) && shown.contains("POST "), "{shown}");
    assert!(server.seen().is_empty());
}

#[test]
fn the_documented_dry_run_is_what_it_prints() {
    const SHOWN: &str = "<!-- a test runs this, and compares -->\n```console\n$ laneway reviewers ";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/posting.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(SHOWN).unwrap();
    let (command, rest) = rest.split_once('\n').unwrap();
    let (shown, after) = rest.split_once("```\n").unwrap();
    let args: Vec<&str> = command.split(' ').filter(|word| *word != "--post").collect();
    let at = args.iter().position(|word| *word == "github").unwrap();
    // The helper adds `--post`, whose value comes first.
    let args = [&args[at..], &args[..at]].concat();
    let (printed, told) = texts(&laneway(workspace().path(), &args, &[]));
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        std::fs::write(&file, format!("{before}{SHOWN}{command}\n{printed}```\n{after}")).unwrap();
        return;
    }
    assert!(
        shown == printed,
        "docs/posting.md is stale: LANEWAY_BLESS=1 cargo test --test forge\n{printed}\n{told}"
    );
}

#[test]
fn a_forks_run_writes_to_the_summary() {
    let folder = workspace();
    let (server, _) = start(Github { fork: true, read_only: true, ..Github::default() });
    let summary = folder.path().join("summary.md");
    let with_summary = |mut variables: Vec<(&'static str, String)>| {
        variables.push(("GITHUB_STEP_SUMMARY", summary.display().to_string()));
        variables
    };
    let all = |token: Option<&str>| {
        let mut all = with_summary(vec![
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_REPOSITORY", "acme/shop".to_owned()),
            ("GITHUB_API_URL", server.url.clone()),
            ("GITHUB_EVENT_PATH", "fork.json".to_owned()),
        ]);
        all.extend(token.map(|token| ("GITHUB_TOKEN", token.to_owned())));
        all
    };
    // With a token that reads, with the empty one that a secret is in a fork, and with none.
    for token in [Some(TOKEN), Some(""), None] {
        let variables = all(token);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let output = laneway(folder.path(), CHANGE, &variables);
        let (_, told) = texts(&output);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.contains("the token may not write here"), "{told}");
        let written = std::fs::read_to_string(&summary).unwrap();
        assert!(written.contains("bo"), "{written}");
        std::fs::remove_file(&summary).unwrap();
    }
    assert_eq!(server.written().len(), 3, "with a token it was tried");
}

#[test]
fn what_the_forge_says_drives_no_terminal() {
    let folder = workspace();
    let (server, _) = start(Github::default());
    let words = Reply::message(422, "no\u{1b}[31m \u{202e}such");
    server.trouble("POST", "/comments", 1, What::Says(words.clone()));
    server.trouble("POST", "/requested_reviewers", 1, What::Says(words));
    let output = laneway(folder.path(), CHANGE, &variables(&server, "event.json"));
    let (shown, told) = texts(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains(r"bo is not asked: no\x1b[31m \u{202e}such"), "{told}");
    assert!(told.contains("laneway::forge::refused") && told.contains("set the commit status"), "{told}");
    assert!(![shown, told].iter().any(|text| text.contains(['\u{1b}', '\u{202e}'])));
}
