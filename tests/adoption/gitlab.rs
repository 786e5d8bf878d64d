//! The component of GitLab, run by `gitlab-ci-local`: it clones, installs, routes, and runs the child pipeline.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Ran, Workspace, command, example, program, read, root, run, tool, write, yaml};

/// A workspace that includes the component as the example does, a server with laneway's repository and its release, and
/// gates that leave a mark.
struct Project {
    workspace: Workspace,
}

impl Project {
    fn new() -> Self {
        let workspace = Workspace::new();
        let version = concat!("v", env!("CARGO_PKG_VERSION"));
        // What the job clones: the installer, and the version that it is of.
        let source = workspace.beside("laneway");
        write(source.join("scripts/install.sh"), &read("scripts/install.sh"));
        write(source.join("Cargo.toml"), &read("Cargo.toml"));
        for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "x"], &["tag", version]]
        {
            run(command("git", &source).args(arguments)).with(0);
        }
        let bare = workspace.beside("laneway.git").to_str().unwrap().to_owned();
        run(command("git", &source).args(["clone", "-q", "--bare", ".", &bare])).with(0);
        // What it downloads: a release that calls the laneway that is tested.
        let binary = workspace.beside("binary");
        program(&binary, &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_laneway")));
        let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
        let mut release = command("sh", &source);
        release.arg(root().join("scripts/release.sh")).args(["--target", &target, "--binary"]).arg(binary);
        run(release.arg("--to").arg(source.join("-/releases").join(version).join("downloads"))).with(0);

        workspace.git(&["checkout", "-q", "main"]);
        for domain in ["one", "two", "rest"] {
            let mark = workspace.beside("marks").join(domain);
            let lane = format!(
                "domain_lane:\n  domain_id: {domain}\n  domain_local_gates:\n    - {{id: gate-{domain}, run: 'mkdir -p {} && \
                 [ ! -e stop-{domain} ]'}}\n",
                mark.display()
            );
            workspace.write(&format!("lanes/{domain}.yaml"), &lane);
        }
        workspace.write("templates/laneway/template.yml", &read("templates/laneway/template.yml"));
        // The same inclusion as in the example, of the file that the server would find by its name.
        let pipeline = example("gitlab")
            .replace(
                "component: $CI_SERVER_FQDN/platform/laneway/laneway@v0.1.0",
                "local: templates/laneway/template.yml",
            )
            .replace("$CI_SERVER_URL/platform/laneway.git", &format!("file://{bare}"))
            .replace("version: v0.1.0", &format!("version: {version}\n      base: HEAD~1"));
        workspace.write(".gitlab-ci.yml", &pipeline);
        workspace.git(&["remote", "add", "origin", "git@git.invalid:platform/app.git"]);
        workspace.commit("the component");
        Self { workspace }
    }

    /// Runs the pipeline of the commit that is checked out.
    fn pipeline(&self, tool: &std::path::Path) -> Ran {
        run(command(tool, &self.workspace.path()).args(["--force-shell-executor", "--no-color"]))
    }

    /// Returns the gates that ran.
    fn ran(&self) -> BTreeSet<String> {
        let marks = fs::read_dir(self.workspace.beside("marks")).into_iter().flatten();
        marks.map(|mark| mark.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn gitlab_ci_local_runs_the_component_and_the_gates_of_the_route() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let test = "gitlab_ci_local_runs_the_component_and_the_gates_of_the_route";
    let Some(tool) = tool("gitlab-ci-local", test) else { return };
    let project = Project::new();
    project.workspace.write("one/a", "3\n");
    project.workspace.commit("one");
    let ran = project.pipeline(&tool).with(0);
    assert_eq!(project.ran(), ["one".to_owned()].into(), "{}", ran.said());
    // A gate that fails does so in the child. That it is the pipeline's failure is GitLab's part, which this tool leaves
    // out: `strategy: depend` asks for it.
    project.workspace.write("two/a", "3\n");
    project.workspace.write("stop-two", "");
    project.workspace.commit("two");
    let ran = project.pipeline(&tool);
    assert_eq!(project.ran(), ["one", "rest", "two"].map(str::to_owned).into(), "{}", ran.said());
    assert!(ran.said().contains("FAIL  gate-two"), "{}", ran.said());
    let (_, jobs) = read("templates/laneway/template.yml")
        .split_once("\n---\n")
        .map(|(_, jobs)| ((), yaml(jobs)))
        .unwrap();
    assert_eq!(jobs["$[[ inputs.job ]]-gates"]["trigger"]["strategy"], "depend");
    // A route that is not decided fails by itself, and triggers nothing.
    project.workspace.write("lanes/one.yaml", "domain_lane: [\n");
    project.workspace.commit("broken");
    let ran = project.pipeline(&tool);
    assert_ne!(ran.code, Some(0), "{}", ran.said());
    assert!(ran.said().contains("FAIL  laneway-route"), "{}", ran.said());
}
