//! `owners`, `init`, `schema`, `completions` and `man`, end to end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the binary is run on repositories that git makes")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use laneway::documents::Document;
use laneway::reference;
use laneway::render::{owners, profiles, run};
use serde_json::Value;

const MAP: &str = "\
| Package | Domain | Class | Reviewers |
|---|---|---|---|
| `src/**` | core | | @core |
| `src/api/**`, `!src/api/gen/**` | api | | |
| `LICENSE` | core | exempt | |
| `ownership-maps/**`, `lanes/**` | core | | |
";
const EVENTS: &str = "| Event | Domain | Contract |\n|---|---|---|\n| `paid` | pay | `src/api/events/**` |\n";
const LANES: [(&str, &str); 3] = [
    ("core", "domain_lane: {domain_id: core}\n"),
    ("api", "domain_lane: {domain_id: api, reviewers: ['@api']}\n"),
    ("pay", "domain_lane: {domain_id: pay, reviewers: ['@pay']}\n"),
];

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn git(root: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
    let mut git = Command::new("git");
    git.current_dir(root).args(identity).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    assert!(git.status().unwrap().success(), "git {arguments:?}");
}

/// A repository with a policy, all of it committed.
fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    git(root, &["init", "-q", "-b", "main"]);
    write(root, "ownership-maps/package-ownership.md", MAP);
    write(root, "ownership-maps/event-ownership.md", EVENTS);
    for (name, text) in LANES {
        write(root, &format!("lanes/{name}.yaml"), text);
    }
    for path in ["src/a.go", "src/api/b.go", "src/api/events/paid.json", "src/api/gen/c.go", "LICENSE"] {
        write(root, path, "text\n");
    }
    git(root, &["add", "-A"]);
    git(root, &["commit", "-qm", "base"]);
    dir
}

fn laneway(root: &Path, arguments: &[&str]) -> Output {
    fed(root, arguments, b"")
}

fn fed(root: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
    command.current_dir(root).env_clear().args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // A command that does not read its input closes it.
    let _ = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_line_a_path_whether_or_not_it_exists() {
    let dir = repository();
    let output = laneway(dir.path(), &["owners", "src/api/new.go", "src/a.go", "src/api/events/paid.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "src/api/new.go\tapi\t@api\nsrc/a.go\tcore\t@core\nsrc/api/events/paid.json\tapi\t@api,@pay\n"
    );
    let output = laneway(dir.path(), &["owners", "README.md", "src/api/gen/c.go"]);
    assert_eq!(output.status.code(), Some(1), "one path is unmapped");
    assert_eq!(stdout(&output), "README.md\t(unmapped)\t-\nsrc/api/gen/c.go\tcore\t@core\n");
}

#[test]
fn a_folder_stands_for_its_tracked_files() {
    let dir = repository();
    let named = stdout(&laneway(dir.path(), &["owners", "src/api/"]));
    assert_eq!(named, stdout(&laneway(dir.path(), &["owners", "src/api"])));
    let paths: Vec<&str> = named.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(paths, ["src/api/b.go", "src/api/events/paid.json", "src/api/gen/c.go"]);
    let output = laneway(dir.path(), &["owners", "nowhere/", "/abs", "a//b", ""]);
    assert_eq!(output.status.code(), Some(2));
    for said in ["nowhere/", "absolute", "two `/` in a row", "empty_value"] {
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
}

#[test]
fn every_way_to_list_paths_gives_the_same_lines() {
    let dir = repository();
    let all = stdout(&laneway(dir.path(), &["owners", "--all"]));
    let paths: Vec<&str> = all.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(paths.len(), 10);
    let lines = paths.join("\n");
    let nul = paths.iter().map(|path| format!("{path}\0")).collect::<String>();
    let json = serde_json::to_string(&paths).unwrap();
    for input in [lines, nul, json] {
        let output = fed(dir.path(), &["owners", "--files-from", "-"], input.as_bytes());
        assert_eq!(stdout(&output), all, "{}", stderr(&output));
    }
    // A revision answers by its own policy and its own files.
    write(dir.path(), "ownership-maps/package-ownership.md", &MAP.replace("| core |", "| api |"));
    git(dir.path(), &["rm", "-q", "--cached", "LICENSE"]);
    assert_ne!(stdout(&laneway(dir.path(), &["owners", "--all"])), all);
    assert_eq!(stdout(&laneway(dir.path(), &["owners", "--all", "--head", "HEAD"])), all);
}

#[test]
fn a_folder_with_a_policy_needs_no_repository() {
    let (dir, elsewhere) = (repository(), tempfile::tempdir().unwrap());
    let policy = dir.path().to_str().unwrap();
    let output = laneway(elsewhere.path(), &["owners", "--policy", policy, "src/x"]);
    assert_eq!(stdout(&output), "src/x\tcore\t@core\n", "{}", stderr(&output));
    let output = laneway(elsewhere.path(), &["owners", "--policy", policy, "--all"]);
    assert_eq!(output.status.code(), Some(2), "there are no tracked files without a repository");
    // The working folder's own policy answers, too; here it has none.
    assert_eq!(stdout(&laneway(elsewhere.path(), &["owners", "src/x"])), "src/x\t(unmapped)\t-\n");
}

#[test]
fn what_cannot_be_decided_ends_with_2() {
    let dir = repository();
    for arguments in [
        &["owners"][..],
        &["owners", "--files-from", "-"],
        &["owners", "--head", "", "a"],
        &["owners", "--head", "nowhere", "a"],
        &["owners", "--all", "a"],
        &["owners", "--files-from", "absent"],
        &["owners", "--output", "no/such/folder", "a"],
    ] {
        let output = laneway(dir.path(), arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), String::new()), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    // What could be read of a broken policy is printed, and it says so.
    write(dir.path(), "ownership-maps/broken.md", "| Package | Domain |\n|---|---|\n| `a/[` | core |\n");
    let output = laneway(dir.path(), &["owners", "src/a.go", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("pattern::syntax"));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["policy"]["broken"], true);
    assert_eq!(document["paths"][0]["domains"], serde_json::json!(["core"]));
}

#[test]
fn an_explanation_says_who_wins_and_why() {
    let dir = repository();
    let output = laneway(
        dir.path(),
        &["owners", "--explain", "src/api/events/paid.json", "src/api/gen/c.go", "LICENSE"],
    );
    assert_eq!(stdout(&output), EXPLAINED, "{}", stderr(&output));
    let output =
        laneway(dir.path(), &["owners", "--explain", "--format", "json", "src/api/b.go", "src/\u{202e}"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes: Vec<_> = document["paths"][0]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["outcome"].as_str().unwrap(), one["line"].as_u64().unwrap(), one["literal_prefix"].as_u64())
        })
        .collect();
    assert_eq!(outcomes, [("owns", 4, Some(8)), ("shorter_prefix", 3, Some(4))]);
}

const EXPLAINED: &str = "\
src/api/events/paid.json
  domains    api
  reviewers  @api,@pay
  owns       ownership-maps/package-ownership.md:4  `src/api/**`  api: longest literal prefix `src/api/`
  attaches   ownership-maps/event-ownership.md:3  `src/api/events/**`  pay: event:paid
  loses      ownership-maps/package-ownership.md:3  `src/**`  core: shorter literal prefix `src/`

src/api/gen/c.go
  domains    core
  reviewers  @core
  owns       ownership-maps/package-ownership.md:3  `src/**`  core: no other owning row matches
  loses      ownership-maps/package-ownership.md:4  `src/api/**`  api: `!src/api/gen/**` of its own row takes the path out

LICENSE
  domains    core, exempt
  owns       ownership-maps/package-ownership.md:5  `LICENSE`  core: equal to the path
";

#[test]
fn a_skeleton_owns_every_file_and_says_what_comes_next() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    assert_eq!(laneway(root, &["init"]).status.code(), Some(2), "there is no repository");
    git(root, &["init", "-q", "-b", "main"]);
    for (path, text) in [("apps/web/a.ts", ""), ("docs/b.md", "text\n"), ("package.json", "{}\n")] {
        write(root, path, text);
    }
    git(root, &["add", "-A"]);
    let tried = laneway(root, &["init", "--dry-run", "--verbose"]);
    assert!(stdout(&tried).contains("| `apps/**` | apps |"), "{}", stderr(&tried));
    assert!(!root.join("laneway.yaml").exists());
    let output = laneway(&root.join("docs"), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    for line in
        ["laneway.yaml", "lanes/unclaimed.yaml", "ownership-maps/package-ownership.md", "laneway check"]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(fs::read_to_string(root.join("lanes/unclaimed.yaml")).unwrap().contains("- npm test\n"));
    git(root, &["add", "-A"]);
    let check = laneway(root, &["check"]);
    assert_eq!(check.status.code(), Some(0), "{}{}", stdout(&check), stderr(&check));
    let all = laneway(root, &["owners", "--all"]);
    assert_eq!(all.status.code(), Some(0), "{}", stdout(&all));
    assert!(stdout(&all).lines().all(|line| line.ends_with("\tunclaimed\t-")), "{}", stdout(&all));
    git(root, &["commit", "-qm", "policy"]);
    let route = laneway(root, &["route", "--base", "HEAD", "--files", "apps/web/a.ts"]);
    assert_eq!(route.status.code(), Some(2), "two ways to say what changed: {}", stdout(&route));
    let route = laneway(root, &["route", "--files", "apps/web/a.ts"]);
    assert_eq!(route.status.code(), Some(0), "{}", stderr(&route));
    assert!(stdout(&route).contains("npm test"), "{}", stdout(&route));
}

#[test]
fn nothing_is_written_over_or_beside_what_is_there() {
    let dir = repository();
    let before = stdout(&laneway(dir.path(), &["owners", "--all"]));
    for arguments in [&["init"][..], &["init", "--reference"], &["init", "--dry-run"]] {
        let output = laneway(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("cli::exists"), "{}", stderr(&output));
        assert!(!dir.path().join("laneway.yaml").exists());
    }
    assert_eq!(stdout(&laneway(dir.path(), &["owners", "--all"])), before);
    // The map of the skeleton has the name of the map that is there.
    let output = laneway(dir.path(), &["init", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        fs::read_to_string(dir.path().join("ownership-maps/package-ownership.md"))
            .unwrap()
            .contains("unclaimed")
    );
    // What would be broken together with what is there is not written at all.
    write(dir.path(), "lanes/other.yaml", "domain_lane: {domain_id: unclaimed}\n");
    fs::remove_file(dir.path().join("laneway.yaml")).unwrap();
    let output = laneway(dir.path(), &["init", "--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("duplicate_lane") && !dir.path().join("laneway.yaml").exists());
    let output = laneway(dir.path(), &["init", "--policy", "."]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_reference_model_is_written_word_for_word() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    let output = laneway(dir.path(), &["init", "--reference"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for (path, text) in reference::FILES.iter().chain(&[("laneway.yaml", reference::CONFIG)]) {
        assert_eq!(fs::read_to_string(dir.path().join(path)).unwrap(), *text, "{path}");
    }
    // The same again changes nothing, and is in nobody's way.
    let again = laneway(dir.path(), &["init", "--reference"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(stdout(&again).matches("(is there already)").count(), reference::FILES.len() + 1);
    let output = laneway(dir.path(), &["owners", "packages/platform/billing/x.go"]);
    assert_eq!(stdout(&output), "packages/platform/billing/x.go\tplatform-billing\t@platform/billing\n");
}

/// The schemas are generated: `LANEWAY_BLESS=1 cargo test --test owners` writes them.
#[test]
fn every_schema_is_listed_printed_and_fresh() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = Document::ALL.map(|document| (document.name(), document.text()));
    for (name, text) in documents.into_iter().chain([
        ("owners", owners::schema().unwrap()),
        ("run", run::schema().unwrap()),
        ("suggest", profiles::suggest_schema().unwrap()),
        ("profile-list", profiles::list_schema().unwrap()),
    ]) {
        let file = here.join(format!("schemas/{name}.v1.json"));
        if std::env::var_os("LANEWAY_BLESS").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(written == text, "{name} is stale: run LANEWAY_BLESS=1 cargo test --test owners");
    }
    let list = stdout(&laneway(here, &["schema"]));
    let mut files: Vec<String> = list
        .lines()
        .map(|line| {
            let name = line.split(' ').next().unwrap();
            let printed = stdout(&laneway(here, &["schema", name]));
            let file = format!("{}.v1.json", name.trim_end_matches(".yaml"));
            assert_eq!(fs::read_to_string(here.join("schemas").join(&file)).unwrap(), printed, "{name}");
            file
        })
        .collect();
    files.sort();
    let mut there: Vec<String> = fs::read_dir(here.join("schemas"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    assert_eq!(files, there, "every schema can be printed");
    assert_eq!(laneway(here, &["schema", "lane.yaml"]).status.code(), Some(2));
}

#[test]
fn completions_know_the_commands_and_their_words() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&laneway(here, &["completions", shell]));
        for word in ["backtest", "files-from", "completions"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(laneway(here, &["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("share/man1");
    let output = laneway(dir.path(), &["man", "--output-dir", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let help = stdout(&laneway(dir.path(), &["--help"]));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() >= 13, "{commands:?}");
    for command in &commands {
        let page = fs::read_to_string(folder.join(format!("laneway-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains(command), "{command}");
        assert_eq!(stdout(&laneway(dir.path(), &["man", command])), page);
    }
    let page = fs::read_to_string(folder.join("laneway.1")).unwrap();
    assert_eq!(stdout(&laneway(dir.path(), &["man"])), page);
    let unknown = laneway(dir.path(), &["man", "rout"]);
    assert!(unknown.status.code() == Some(2) && stderr(&unknown).contains("did you mean `route`?"));
}
