//! Every call against GitHub's own description of its API: a mock made of it refuses what GitHub would.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use laneway::forge::{Limits, Options};
use laneway::roster::Forge;
use serde_json::json;

use crate::github_world::{Github, start};
use crate::server::{Reply, Request, Server, What};
use crate::support::{context, posted, posted_with, posting};

/// The mock, until it is dropped.
struct Prism {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns where the tools are, or says that the test did not run.
fn tools() -> Option<PathBuf> {
    let folder = std::env::var_os("LANEWAY_CI_TOOLS").map(PathBuf::from);
    let found = folder.filter(|folder| {
        ["node_modules/.bin/prism", "node_modules/@octokit/openapi"]
            .iter()
            .all(|name| folder.join(name).exists())
    });
    if found.is_none() {
        eprintln!("NOT RUN: LANEWAY_CI_TOOLS names no folder with @stoplight/prism-cli and @octokit/openapi");
    }
    found
}

impl Prism {
    fn start(tools: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let description = folder.path().join("github.json");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forge/mock/trim.mjs");
        let trimmed = Command::new("node")
            .arg(script)
            .arg(tools.join("node_modules"))
            .arg(&description)
            .status()
            .unwrap();
        assert!(trimmed.success());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(tools.join("node_modules/.bin/prism"))
            .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string()])
            .arg(&description)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prism = Self { process, port, _folder: folder };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return prism;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("prism does not start");
    }

    /// Makes a call as it was made before; returns the status and the body.
    fn answer(&self, request: &Request) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let mut text = format!(
            "{} {}{query} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n",
            request.method, request.path
        );
        for (name, value) in &request.headers {
            if !matches!(name.as_str(), "host" | "connection" | "content-length") {
                text += &format!("{name}: {value}\r\n");
            }
        }
        let body = if request.body.is_null() { String::new() } else { request.body.to_string() };
        text += &format!("content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer[9..12].parse().unwrap(), answer)
    }
}

/// Returns one call of each kind that laneway makes.
fn every_call() -> Vec<Request> {
    let (server, world) = start(Github { me: Some("github-actions[bot]"), ..Github::default() });
    let here = context(Forge::Github, &server);
    server.trouble("GET", "/issues/7/comments", 2, What::Meets(Arc::new(Barrier::new(2))));
    let other = {
        let here = here.clone();
        std::thread::spawn(move || posted(&here, &posting(&["bo"], &["acme/billing"])))
    };
    posted(&here, &posting(&["bo"], &["acme/billing"]));
    other.join().unwrap();
    let mut what = posting(&["bo", "cy"], &[]);
    what.comment = "another".to_owned();
    posted(&here, &what);
    let clock = crate::support::Noted::default();
    let token = laneway::forge::Token::new(Forge::Github, crate::github_world::TOKEN).unwrap();
    let client =
        laneway::forge::Client::new(&here, token, &Default::default(), None, Limits::default(), &clock)
            .unwrap();
    laneway::forge::open_reviews(&client, &here).unwrap();
    assert_eq!(world.lock().unwrap().ours().len(), 1);
    let mut all: Vec<Request> = Vec::new();
    for request in server.seen() {
        let same = |known: &Request| {
            (&known.method, &known.path, &known.query, &known.body)
                == (&request.method, &request.path, &request.query, &request.body)
        };
        if !all.iter().any(same) {
            all.push(request);
        }
    }
    all
}

#[test]
fn each_call_is_one_that_github_describes() {
    let Some(tools) = tools() else { return };
    let prism = Prism::start(&tools);
    let calls = every_call();
    let kinds: std::collections::BTreeSet<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    assert_eq!(Vec::from_iter(kinds), ["DELETE", "GET", "PATCH", "POST"]);
    assert!(calls.len() >= 12, "{}", calls.len());
    for call in &calls {
        let (status, answer) = prism.answer(call);
        assert!((200..300).contains(&status), "{} {}: {answer}", call.method, call.path);
    }
    // And a wrong call is refused, so that the above says something.
    let like = |method: &str, part: &str| {
        calls.iter().find(|call| call.method == method && call.path.contains(part)).unwrap().clone()
    };
    let mut wrong = like("POST", "requested_reviewers");
    wrong.body = json!({ "reviewers": "bo" });
    assert_eq!(prism.answer(&wrong).0, 422);
    let mut wrong = like("POST", "statuses");
    wrong.body["state"] = json!("succeeded");
    assert_eq!(prism.answer(&wrong).0, 422);
    let mut wrong = like("POST", "/comments");
    wrong.body = json!({ "text": "no body" });
    assert_eq!(prism.answer(&wrong).0, 422);
    let mut wrong = like("PATCH", "/comments/");
    wrong.path = wrong.path.replace("/comments/", "/comments/x");
    assert_eq!(prism.answer(&wrong).0, 422);
    let mut wrong = like("GET", "/reviews");
    wrong.path = wrong.path.replace("/reviews", "/review");
    assert_eq!(prism.answer(&wrong).0, 404);
}

#[test]
fn its_answers_are_understood() {
    let Some(tools) = tools() else { return };
    let prism = Prism::start(&tools);
    // Its example of a link to a next page is there on every page, so that no list would end.
    let server = Server::new(move |request| {
        let (status, answer) = prism.answer(request);
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        Reply { status, headers: Vec::new(), body }
    });
    let mut context = context(Forge::Github, &server);
    // It remembers nothing and answers with GitHub's examples: what is written is accepted and not seen again.
    context.head = None;
    let what = posting(&["bo"], &["acme/billing"]);
    let (outcome, waits) = posted_with(&context, &what, &Options::default(), Limits::default());
    let outcome = outcome.unwrap();
    assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
    assert_eq!(crate::support::done(&outcome)[0], "asked bo, billing for review");
    assert!(outcome.calls.len() >= 3 && waits.is_empty(), "{outcome:?}");
    let clock = crate::support::Noted::default();
    let token = laneway::forge::Token::new(Forge::Github, crate::github_world::TOKEN).unwrap();
    let client =
        laneway::forge::Client::new(&context, token, &Default::default(), None, Limits::default(), &clock)
            .unwrap();
    assert!(laneway::forge::open_reviews(&client, &context).unwrap().read >= 1);
    let already = laneway::forge::already(&client, &context).unwrap();
    assert_eq!(already.author.as_deref(), Some("octocat"));
}
