//! The hooks before a commit and a push: what they print, and the little that they stop.

use std::fs;
use std::path::Path;

use crate::support::{Ran, Workspace, command, example, read, root, run, tool, write, yaml};

/// A workspace with a bare remote that has `main`, in which every file has a row.
fn with_remote() -> Workspace {
    let workspace = Workspace::new();
    let remote = workspace.beside("remote.git").to_str().unwrap().to_owned();
    workspace.git(&["init", "-q", "--bare", "-b", "main", &remote]);
    workspace.git(&["remote", "add", "origin", &remote]);
    workspace.git(&["push", "-q", "origin", "main"]);
    workspace.git(&["remote", "set-head", "origin", "main"]);
    workspace
}

fn push(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let hook = workspace.path().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    // `fs::copy` takes the permissions along, as `install -m 755` of the example gives them.
    fs::copy(root().join("scripts/pre-push"), hook).unwrap();
    run(command("git", &workspace.path()).args(["push", "-q", "origin"]).args(arguments))
}

/// A row whose pattern matches nothing: a finding.
fn bring_a_finding(workspace: &Workspace) {
    let map = workspace.path().join("ownership-maps/a-ownership.md");
    let text = fs::read_to_string(&map).unwrap() + "| `nowhere/**` | one | - |\n";
    write(map, &text);
}

#[test]
fn a_push_is_told_its_gates() {
    let workspace = with_remote();
    let ran = push(&workspace, &["topic"]).with(0);
    assert!(ran.stderr.contains("pre-push: what topic will need"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("gate-one  echo") && !ran.stderr.contains("gate-two  echo"),
        "{}",
        ran.stderr
    );
    assert_eq!(workspace.git(&["ls-remote", "origin", "topic"]).len(), 40 + "\trefs/heads/topic".len());
}

#[test]
fn a_finding_stops_a_push_unless_it_is_told_not_to() {
    let workspace = with_remote();
    bring_a_finding(&workspace);
    workspace.commit("a row that matches nothing");
    let ran = push(&workspace, &["topic"]).with(1);
    assert!(ran.stderr.contains("dead_row"), "{}", ran.stderr);
    assert_eq!(workspace.git(&["ls-remote", "origin", "topic"]), "");
    push(&workspace, &["--no-verify", "topic"]).with(0);
}

#[test]
fn what_is_not_known_stops_no_push() {
    let workspace = with_remote();
    // The default branch is not known.
    workspace.git(&["remote", "set-head", "origin", "--delete"]);
    push(&workspace, &["topic"]).with(0);
    // A map does not parse.
    workspace.git(&["remote", "set-head", "origin", "main"]);
    workspace.write("lanes/one.yaml", "domain_lane: [\n");
    workspace.commit("broken");
    let ran = push(&workspace, &["topic"]).with(0);
    assert!(ran.stderr.contains("pre-push: CI decides it"), "{}", ran.stderr);
    // Tags and deletions bring nothing that would need gates.
    workspace.git(&["tag", "t"]);
    assert_eq!(push(&workspace, &["t"]).with(0).stderr, "");
    assert_eq!(push(&workspace, &["--delete", "topic"]).with(0).stderr, "");
    // There is no laneway.
    let path = std::env::var_os("PATH").unwrap();
    let mut hook = command("sh", &workspace.path());
    let ran = run(hook.arg(root().join("scripts/pre-push")).env("PATH", path)).with(0);
    assert!(ran.stderr.contains("not on the PATH"), "{}", ran.stderr);
}

/// Runs the entry of a hook as pre-commit does.
fn entry(workspace: &Workspace, id: &str, variables: &[(&str, &str)]) -> Ran {
    let hooks = yaml(&read(".pre-commit-hooks.yaml"));
    let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
    let line = hook["entry"].as_str().unwrap();
    run(command("sh", &workspace.path()).args(["-c", line]).envs(variables.iter().copied()))
}

#[test]
fn hooks_fail_by_findings_alone() {
    let workspace = with_remote();
    entry(&workspace, "laneway-check", &[]).with(0);
    bring_a_finding(&workspace);
    assert!(entry(&workspace, "laneway-check", &[]).with(1).stdout.contains("dead_row"));
    workspace.commit("a row that matches nothing");
    let refs = [("PRE_COMMIT_FROM_REF", "main"), ("PRE_COMMIT_TO_REF", "topic")];
    entry(&workspace, "laneway-check", &[]).with(0);
    entry(&workspace, "laneway-check", &refs).with(1);
    let route = entry(&workspace, "laneway-route", &refs).with(0);
    assert!(route.stdout.contains("gate-one"), "{}", route.stdout);
    for id in ["laneway-check", "laneway-route"] {
        let unknown = [("PRE_COMMIT_FROM_REF", "no-such"), ("PRE_COMMIT_TO_REF", "no-such")];
        let ran = entry(&workspace, id, &unknown).with(0);
        assert!(ran.stderr.contains("no-such"), "{id}: {}", ran.stderr);
        let empty = Workspace::new();
        empty.git(&["checkout", "-q", "--orphan", "first"]);
        entry(&empty, id, &[]).with(0);
    }
}

#[test]
fn pre_commit_itself_runs_the_hooks() {
    let Some(pre_commit) = tool("pre-commit", "pre_commit_itself_runs_the_hooks") else { return };
    let workspace = with_remote();
    // Everything but what builds laneway, which takes minutes: the one that is built already is on the PATH.
    let hooks = read(".pre-commit-hooks.yaml").replace("language: rust", "language: system");
    let source = workspace.beside("laneway");
    write(source.join(".pre-commit-hooks.yaml"), &hooks);
    for arguments in
        [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "hooks"], &["tag", "v0.1.0"]]
    {
        run(command("git", &source).args(arguments)).with(0);
    }
    // What pre-commit keeps stays out of the working tree.
    let inside = |program: &Path, directory: &Path| {
        let mut command = command(program, directory);
        command.env("PRE_COMMIT_HOME", workspace.beside("cache"));
        command
    };
    run(inside(&pre_commit, root()).args(["validate-manifest", ".pre-commit-hooks.yaml"])).with(0);
    let configuration =
        example("pre-commit").replace("https://git.example.com/platform/laneway", source.to_str().unwrap());
    workspace.write(".pre-commit-config.yaml", &configuration);
    workspace.commit("hooks");
    run(inside(&pre_commit, &workspace.path()).arg("install")).with(0);
    let pushed = run(inside(Path::new("git"), &workspace.path()).args(["push", "origin", "topic"])).with(0);
    assert!(pushed.said().contains("gate-one"), "{}", pushed.said());
    bring_a_finding(&workspace);
    workspace.git(&["add", "."]);
    let stopped =
        run(inside(Path::new("git"), &workspace.path()).args(["commit", "-m", "a row that matches nothing"]))
            .with(1);
    assert!(stopped.said().contains("dead_row"), "{}", stopped.said());
}
