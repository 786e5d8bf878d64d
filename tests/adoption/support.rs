//! What the tests of adoption share: the examples of the documentation, YAML, shells, and scripted repositories.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The root of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Returns the one document of a YAML text.
pub(crate) fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Returns the keys of a mapping, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("no mapping: {value}")).keys().map(String::as_str).collect()
}

/// Returns the examples of `docs/adoption.md` by name, each with its language.
pub(crate) fn examples() -> BTreeMap<String, (String, String)> {
    let page = read("docs/adoption.md");
    let mut found = BTreeMap::new();
    for part in page.split("<!-- example: ").skip(1) {
        let (name, rest) = part.split_once(" -->\n```").unwrap();
        let (language, rest) = rest.split_once('\n').unwrap();
        let (text, _) = rest.split_once("\n```").unwrap();
        let twice = found.insert(name.to_owned(), (language.to_owned(), format!("{text}\n")));
        assert_eq!(twice, None, "two examples are called {name}");
    }
    found
}

/// Returns the text of one example.
pub(crate) fn example(name: &str) -> String {
    examples().remove(name).unwrap_or_else(|| panic!("there is no example {name}")).1
}

/// Returns a tool of a CI's maker, which `tests/ci-tools/install.sh` installs, or says that `test` did not run.
pub(crate) fn tool(name: &str, test: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("LANEWAY_CI_TOOLS") else {
        // Not with `eprintln!`, which the test harness keeps to itself.
        let says = format!("NOT RUN: {test}: LANEWAY_CI_TOOLS is not set\n");
        std::io::stderr().write_all(says.as_bytes()).unwrap();
        return None;
    };
    let places = ["node_modules/.bin", "venv/bin"];
    let found = places.iter().map(|place| root().join(&folder).join(place).join(name));
    Some(found.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("no {name} in {folder:?}")))
}

/// Returns a command that knows nothing of the environment around but where programs are; laneway comes first.
pub(crate) fn command(program: impl AsRef<Path>, directory: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().current_dir(directory).env("PATH", path(&[])).env("HOME", directory);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@example.com");
    }
    command
}

/// Returns a `PATH` with these folders first, then laneway's, then what there is.
pub(crate) fn path(first: &[&Path]) -> std::ffi::OsString {
    let laneway = Path::new(env!("CARGO_BIN_EXE_laneway")).parent().unwrap();
    let given = std::env::var_os("PATH").unwrap();
    let rest: Vec<PathBuf> = std::env::split_paths(&given).collect();
    let all = first.iter().copied().chain([laneway]).chain(rest.iter().map(PathBuf::as_path));
    std::env::join_paths(all).unwrap()
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Returns itself if the exit code is this one.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Returns both streams, for what may be said in either.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs a command to its end, without input.
pub(crate) fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Writes a file, with the folders that it is in.
pub(crate) fn write(file: impl AsRef<Path>, text: &str) {
    fs::create_dir_all(file.as_ref().parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Writes a program.
pub(crate) fn program(file: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    write(file, script);
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A repository with two domains, whose branch `topic` changes the first of them.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(workspace.path()).unwrap();
        workspace.git(&["init", "-q", "-b", "main"]);
        let map = "| Package | Domain | Imported by |\n|---|---|---|\n| `one/**` | one | - |\n| `two/**` | two | - |\n\
                   | `**` | rest | - |\n";
        workspace.write("ownership-maps/a-ownership.md", map);
        for domain in ["one", "two", "rest"] {
            let lane = format!(
                "domain_lane:\n  domain_id: {domain}\n  domain_local_gates:\n    - {{id: gate-{domain}, run: echo gate of \
                 {domain} ran}}\n"
            );
            workspace.write(&format!("lanes/{domain}.yaml"), &lane);
        }
        workspace.write("one/a", "1\n");
        workspace.write("two/a", "1\n");
        workspace.commit("main");
        workspace.git(&["checkout", "-q", "-b", "topic"]);
        workspace.write("one/a", "2\n");
        workspace.commit("topic");
        workspace
    }

    /// Returns the working tree.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Returns a place beside the working tree.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        write(self.path().join(path), text);
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(command("git", &self.path()).args(arguments)).with(0).stdout.trim().to_owned()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }
}
