//! The command hook of the Buildkite plugin, run with an agent that keeps what is uploaded.

use std::fs;

use crate::support::{Ran, Workspace, command, path, program, root, run, yaml};

/// Keeps what is uploaded and what is annotated, or refuses to annotate.
const AGENT: &str = r#"#!/bin/sh
set -eu
case $1 in
annotate) cat >"$KEPT/annotation"; exit "${ANNOTATE_CODE:-0}" ;;
pipeline) [ "$2" = upload ] && [ $# -eq 3 ] && cp "$3" "$KEPT/pipeline.yml" ;;
*) exit 9 ;;
esac
"#;

/// Runs the hook in a build of `topic` with these variables.
fn hook(workspace: &Workspace, variables: &[(&str, &str)]) -> Ran {
    program(&workspace.beside("bin/buildkite-agent"), AGENT);
    let mut hook = command("bash", &workspace.path());
    hook.arg(root().join("hooks/command")).env("PATH", path(&[&workspace.beside("bin")]));
    hook.env("KEPT", workspace.beside("bin")).env("BUILDKITE", "true");
    hook.env("BUILDKITE_COMMIT", workspace.git(&["rev-parse", "topic"])).env("BUILDKITE_BRANCH", "topic");
    hook.env("BUILDKITE_PLUGIN_LANEWAY_VERSION", "path").env("BUILDKITE_PLUGIN_LANEWAY_BASE", "main");
    run(hook.envs(variables.iter().copied()))
}

/// The keys of the steps that were uploaded, as text.
fn uploaded(workspace: &Workspace) -> String {
    let pipeline = yaml(&fs::read_to_string(workspace.beside("bin/pipeline.yml")).unwrap());
    let steps = pipeline["steps"].as_array().unwrap().iter();
    steps.map(|step| step["key"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_steps_of_the_route_are_uploaded() {
    let workspace = Workspace::new();
    hook(&workspace, &[]).with(0);
    assert_eq!(uploaded(&workspace), "laneway:gate-one");
    let annotation = fs::read_to_string(workspace.beside("bin/annotation")).unwrap();
    assert!(annotation.contains("gate-one"), "{annotation}");
}

#[test]
fn what_the_step_gives_reaches_laneway() {
    let workspace = Workspace::new();
    let all = ("BUILDKITE_PLUGIN_LANEWAY_ALL", "everything; $(touch pwned)");
    let quiet = ("BUILDKITE_PLUGIN_LANEWAY_ANNOTATE", "false");
    hook(&workspace, &[all, quiet]).with(0);
    assert_eq!(uploaded(&workspace), "laneway:gate-one laneway:gate-rest laneway:gate-two");
    assert!(!workspace.path().join("pwned").exists());
    assert!(!workspace.beside("bin/annotation").exists());
    hook(&workspace, &[all, ("BUILDKITE_PLUGIN_LANEWAY_MAX_JOBS", "1")]).with(0);
    assert_eq!(uploaded(&workspace).split(' ').count(), 1);
    // A plugin whose repository is called otherwise has its variables named otherwise.
    let named = [("BUILDKITE_PLUGIN_NAME", "ROUTES"), ("BUILDKITE_PLUGIN_ROUTES_VERSION", "path")];
    hook(&workspace, &[named[0], named[1], ("BUILDKITE_PLUGIN_ROUTES_BASE", "topic")]).with(0);
    assert!(!uploaded(&workspace).contains("gate-one"), "nothing changed");
}

#[test]
fn a_page_that_cannot_be_written_on_stops_no_gate() {
    let workspace = Workspace::new();
    let ran = hook(&workspace, &[("ANNOTATE_CODE", "1")]).with(0);
    assert!(ran.stderr.contains("the reasons are not on the page"), "{}", ran.stderr);
    assert_eq!(uploaded(&workspace), "laneway:gate-one");
}

#[test]
fn a_route_that_is_not_decided_uploads_nothing() {
    let workspace = Workspace::new();
    hook(&workspace, &[("BUILDKITE_PLUGIN_LANEWAY_BASE", "no-such-branch")]).with(2);
    assert!(!workspace.beside("bin/pipeline.yml").exists());
}
