//! A repository with a policy, a roster, and a change of it by Ada.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const MAP: &str = "\
| Package | Domain | Reviewers |
|---|---|---|
| `billing/**` | billing | @platform/billing |
| `web/**` | web | |
| `pki/**` | pki | all of @pki, @security |
| `ownership-maps/**`, `lanes/**`, `laneway.yaml` | billing | @platform/billing |

| Event | Domain | Contract | Consumers |
|---|---|---|---|
| `paid` | billing | `billing/events/**` | web |
";

const ROSTER: &str = "\
version: 1
capacity: 5
people:
  ada: {title: Ada Lovelace, github: ada-l, emails: [ada@example.com]}
  bob: {github: bob, emails: [bob@example.com]}
  carol: {github: carol, absent: [{from: 2026-06-01, until: 2026-06-30, reason: leave}]}
  dan: {github: dan, emails: [dan@example.com]}
  eve: {github: eve, capacity: 1}
teams:
  '@platform/billing': {members: [ada, bob, carol]}
  '@web': {members: [bob, dan]}
  '@pki': {members: [eve]}
  '@security': {github: acme/security}
";

pub(crate) struct Repository(tempfile::TempDir);

impl Repository {
    /// `main` has the policy; `feature` is checked out, and changes `billing/ledger.go`.
    pub(crate) fn new() -> Self {
        let own = Self(tempfile::tempdir().unwrap());
        own.git(&["init", "-q", "-b", "main"]);
        own.write("ownership-maps/package-ownership.md", MAP);
        own.write("ownership-maps/reviewers.yaml", ROSTER);
        own.write("laneway.yaml", "version: 1\narchitecture_reviewers: ['@arch']\n");
        own.write("lanes/web.yaml", "domain_lane: {domain_id: web, reviewers: ['@web']}\n");
        for domain in ["billing", "pki"] {
            own.write(&format!("lanes/{domain}.yaml"), &format!("domain_lane: {{domain_id: {domain}}}\n"));
        }
        for file in ["billing/ledger.go", "billing/events/paid.json", "web/a.ts", "pki/ca.go"] {
            own.write(file, "one\ntwo\nthree\n");
        }
        own.commit("base", "Zoe <zoe@example.com>");
        own.git(&["checkout", "-qb", "feature"]);
        own.write("billing/ledger.go", "one\n2\nthree\n");
        own.commit("Change the ledger", "Ada <ada@example.com>");
        own
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.current_dir(self.root()).args(identity).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything as an author, and returns the commit.
    pub(crate) fn commit(&self, message: &str, author: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message, "--author", author]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub(crate) fn laneway(&self, arguments: &[&str]) -> Output {
        self.laneway_with(&[], arguments)
    }

    pub(crate) fn laneway_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
        command.current_dir(self.root()).env_clear().stdin(Stdio::null()).args(arguments);
        command.envs(variables.iter().copied());
        command.output().unwrap()
    }

    /// The document of `laneway reviewers` on a day in June 2026.
    pub(crate) fn asked(&self, arguments: &[&str]) -> Value {
        let base: &[&str] = if arguments.contains(&"--base") { &[] } else { &["--base", "main"] };
        let output = self
            .laneway(&[&["reviewers", "--date", "2026-06-15", "--format", "json"], base, arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// The names of those asked.
pub(crate) fn names(document: &Value) -> Vec<&str> {
    document["asked"].as_array().unwrap().iter().map(|asked| asked["name"].as_str().unwrap()).collect()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
