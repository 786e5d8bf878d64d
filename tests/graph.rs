//! `laneway graph`, end to end: what it prints, with which exit code, and that a browser shows the page.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use laneway::render;
use serde_json::Value;

const MAP: &str = "\
| Package | Domain | Consumers | Imported by |
|---|---|---|---|
| `billing/**` | billing | web | - |
| `pki/**` | pki | - | billing |
| `web/**` | web | - | - |
| `ownership-maps/**`, `lanes/**` | pki | - | - |

| Event | Domain | Contract | Consumers |
|---|---|---|---|
| `</script><img src=x onerror=alert(1)>` | billing | `billing/events/**` | |
";

const LANE: &str = "\
domain_lane:
  domain_id: billing
  title: Billing \"<b>\"
  domain_local_gates:
    - {id: ledger, title: Ledger invariants, run: make ledger}
";

/// A repository with a committed policy.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("ownership-maps/package-ownership.md", MAP);
    write("lanes/billing.yaml", LANE);
    write("billing/a.go", "package billing\n");
    for arguments in [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-qm", "base"]] {
        let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.current_dir(folder.path()).args(identity).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        assert!(git.status().unwrap().success(), "git {arguments:?}");
    }
    folder
}

fn graph(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
    command.current_dir(folder).env_clear().stdin(Stdio::null()).arg("graph").args(arguments);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn every_format_is_printed_and_printed_again() {
    let folder = repository();
    for (format, begins) in [
        ("text", "3 domains, 6 contracts: 1 service edge, 1 import edge, 1 left open\n"),
        ("dot", "// An impact travels"),
        ("mermaid", "flowchart LR\n"),
        ("json", "{\"schema\":\"laneway.graph/v1\",\"commit\":null,"),
        ("html", "<!doctype html>\n"),
    ] {
        let once = graph(folder.path(), &["--format", format]);
        assert_eq!((once.status.code(), stderr(&once)), (Some(0), ""));
        assert!(stdout(&once).starts_with(begins), "{}", stdout(&once));
        assert_eq!(once.stdout, graph(folder.path(), &["--format", format]).stdout);
        let written = graph(folder.path(), &["--format", format, "--output", "out"]);
        assert_eq!((written.status.code(), stdout(&written)), (Some(0), ""));
        assert_eq!(fs::read(folder.path().join("out")).unwrap(), once.stdout);
    }
}

#[test]
fn a_revision_and_a_neighbourhood_can_be_asked_for() {
    let folder = repository();
    fs::write(folder.path().join("lanes/billing.yaml"), LANE.replace("Billing", "Money")).unwrap();
    let document = |arguments: &[&str]| -> Value {
        let output = graph(folder.path(), &[&["--format", "json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(document(&[])["domains"][0]["title"], "Money \"<b>\"");
    let committed = document(&["--head", "HEAD"]);
    assert_eq!(committed["domains"][0]["title"], "Billing \"<b>\"");
    assert_eq!(committed["commit"].as_str().map(str::len), Some(40));
    assert_eq!(committed["domains"][0]["files"], 1);
    let ids = |document: &Value| -> Vec<String> {
        let domains = document["domains"].as_array().unwrap();
        domains.iter().map(|domain| domain["id"].as_str().unwrap().to_owned()).collect()
    };
    let near = document(&["--domain", "web"]);
    assert_eq!(
        (ids(&near), &near["focus"]["depth"]),
        (vec!["billing".into(), "web".into()], &Value::from(1))
    );
    assert_eq!(near["focus"]["open_elsewhere"], 1);
    assert_eq!(ids(&document(&["--domain", "web", "--depth", "2"])), ["billing", "pki", "web"]);
    let imports = document(&["--domain", "billing", "--edges", "imports"]);
    assert_eq!(
        (ids(&imports), &imports["shown"]),
        (vec!["billing".into(), "pki".into()], &Value::from("imports"))
    );
}

#[test]
fn what_cannot_be_asked_is_undecided() {
    let folder = repository();
    for (arguments, says) in [
        (&["--domain", "billin"][..], "did you mean `billing`?"),
        (&["--domain", "zzz", "--domain", "qqq"], "`--domain` names `qqq`"),
        (&["--domain", " "], "the value of `--domain` is empty"),
        (&["--output", ""], "the value of `--output` is empty"),
        (&["--head", ""], "the value of `--head` is empty"),
        (&["--head", "nowhere"], "nowhere"),
        (&["--depth", "2"], "--domain <DOMAIN>"),
        (&["--domain", "web", "--depth", "0"], "0 is not in 1.."),
        (&["--format", "svg"], "possible values"),
    ] {
        let output = graph(folder.path(), arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_broken_policy_shows_what_is_sound() {
    let folder = repository();
    let map = MAP.replace("| - | billing |", "| - | billing, biling |");
    fs::write(folder.path().join("ownership-maps/package-ownership.md"), map).unwrap();
    let output = graph(folder.path(), &["--edges", "imports"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("imported by billing\n"), "{}", stdout(&output));
    assert!(stderr(&output).contains("no domain is named `biling`"), "{}", stderr(&output));
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test graph` writes it.
#[test]
fn the_schema_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/graph.v1.json");
    let schema = render::graph::json::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        fs::write(&file, &schema).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == schema, "graph.v1.json is stale: run LANEWAY_BLESS=1 cargo test --test graph");
}

/// Returns the browser that `LANEWAY_CHROMIUM` names, or the one on the `PATH`.
fn chromium() -> Option<OsString> {
    if let Some(named) = std::env::var_os("LANEWAY_CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut known = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    known.find(|file| file.is_file()).map(PathBuf::into_os_string)
}

#[test]
fn a_browser_shows_the_page_from_the_disk() {
    let Some(browser) = chromium() else {
        // Straight to the stream: what a passing test prints is not shown.
        let says = "NOT RUN: a_browser_shows_the_page_from_the_disk: no Chromium on the PATH, nor in LANEWAY_CHROMIUM\n";
        std::io::stderr().write_all(says.as_bytes()).unwrap();
        return;
    };
    let folder = repository();
    let output = graph(folder.path(), &["--format", "html", "--output", "graph.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let shown = |fragment: &str| -> String {
        let page = format!("file://{}/graph.html{fragment}", folder.path().display());
        let output = Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--enable-logging=stderr", "--virtual-time-budget=5000"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .args(["--dump-dom", &page])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let errors: Vec<&str> = stderr(&output).lines().filter(|line| line.contains(":CONSOLE")).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        stdout(&output).to_owned()
    };
    let all = shown("");
    assert!(all.contains("The whole graph") && all.contains("<strong>3</strong>domains"), "{all}");
    let billing = shown("#billing");
    for text in [
        "<title>billing · Producers and consumers</title>",
        "<h2 tabindex=\"-1\">Billing \"&lt;b&gt;\"</h2>",
        "href=\"#web\"",
        "unknown: any domain",
        "<code>make ledger</code>",
        "ownership-maps/package-ownership.md:3",
        "<svg",
    ] {
        assert!(billing.contains(text), "{text}\n{billing}");
    }
    assert!(!billing.contains("<img"), "{billing}");
    assert!(
        shown("#pki").contains("A change here rebuilds</h3><ul class=\"names\"><li><a href=\"#billing\">")
    );
    assert!(shown("#nobody").contains("There is neither a domain nor a contract named"));
}
