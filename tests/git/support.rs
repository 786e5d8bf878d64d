//! Scripted repositories, and git's own answers about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use laneway::base::{self, Flags};
use laneway::change::{Confidence, MissingBase, Side};
use laneway::fault::{Code, Fault};
use laneway::git::{Repository, Resolved};
use tempfile::TempDir;

/// A repository in a folder of its own, and whatever clones a test makes of it beside it.
pub(crate) struct Repo {
    home: TempDir,
    pub(crate) path: PathBuf,
}

impl Repo {
    /// An empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// An empty repository, initialised with further arguments.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let path = home.path().join("repo");
        let mut all = vec!["init", "-q", "-b", "main"];
        all.extend(arguments);
        all.push(path.to_str().unwrap());
        run(home.path(), &all, 0);
        Self { home, path }
    }

    /// A repository with one commit on `main`, and two on `topic`, which changes, adds and deletes a file.
    pub(crate) fn with_topic() -> Self {
        let repo = Self::new();
        repo.write("a.txt", "one");
        repo.write("b.txt", "one");
        repo.write("dir/c.txt", "one");
        repo.commit("base");
        repo.git(&["checkout", "-q", "-b", "topic"]);
        repo.write("a.txt", "two");
        repo.commit("first");
        repo.write("dir/new.txt", "new");
        repo.remove("b.txt");
        repo.commit("second");
        repo
    }

    /// A folder beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A clone of it beside it, checked out.
    pub(crate) fn clone(&self, name: &str, arguments: &[&str]) -> Self {
        let path = self.beside(name);
        let url = format!("file://{}", self.path.display());
        let mut all = vec!["clone", "-q"];
        all.extend(arguments);
        all.extend([url.as_str(), path.to_str().unwrap()]);
        run(self.home.path(), &all, 0);
        Self { home: TempDir::new().unwrap(), path }
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.git_bytes(arguments)).unwrap().trim_end().to_owned()
    }

    pub(crate) fn git_bytes(&self, arguments: &[&str]) -> Vec<u8> {
        run(&self.path, arguments, 0)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let full = self.path.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path.join(path)).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", &format!("{revision}^{{commit}}")])
    }

    pub(crate) fn merge_base(&self, one: &str, two: &str) -> String {
        let all = self.git(&["merge-base", one, two]);
        all.lines().next().unwrap().to_owned()
    }

    /// What git says differs, a change of type as a modification.
    pub(crate) fn diff(&self, arguments: &[&str]) -> BTreeMap<Vec<u8>, char> {
        let mut all = vec!["diff", "--name-status", "--no-renames", "--ignore-submodules=none", "-z"];
        all.extend(arguments);
        let output = self.git_bytes(&all);
        let mut parts = output.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        let mut files = BTreeMap::new();
        while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
            let letter = match status[0] {
                b'T' | b'U' => 'M',
                other => char::from(other),
            };
            files.insert(path.to_vec(), letter);
        }
        files
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::open(&self.path).unwrap()
    }

    /// Resolves with flags alone.
    pub(crate) fn by_flags(&self, flags: &Flags) -> Result<Resolved, Vec<Fault>> {
        self.resolve(flags, &[], None)
    }

    /// Resolves what `--base` and `--head` name.
    pub(crate) fn between(&self, base: &str, head: &str) -> Resolved {
        self.by_flags(&flags(base, head)).unwrap()
    }

    /// Resolves with variables alone.
    pub(crate) fn by_ci(&self, variables: &[(&str, &str)]) -> Resolved {
        self.resolve(&Flags::default(), variables, None).unwrap()
    }

    /// Resolves an event of GitHub's.
    pub(crate) fn by_github(&self, name: &str, sha: &str, event: &str) -> Result<Resolved, Vec<Fault>> {
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", "event.json"),
            ("GITHUB_SHA", sha),
        ];
        self.resolve(&Flags::default(), &variables, Some(event))
    }

    pub(crate) fn resolve(
        &self,
        flags: &Flags,
        variables: &[(&str, &str)],
        event: Option<&str>,
    ) -> Result<Resolved, Vec<Fault>> {
        let repository = Repository::open(&self.path).map_err(|fault| vec![fault])?;
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let read = |_: &str| event.map(str::to_owned).ok_or_else(|| "No such file".to_owned());
        let request = base::request(flags, &variables, &|| repository.configured_base(), &read)?;
        repository.change(&request)
    }
}

pub(crate) fn flags(base: &str, head: &str) -> Flags {
    Flags { base: Some(base.to_owned()), head: Some(head.to_owned()), ..Flags::default() }
}

/// The paths of a change with git's letters.
pub(crate) fn letters(resolved: &Resolved) -> BTreeMap<Vec<u8>, char> {
    resolved.change.files.iter().map(|file| (file.path.as_bytes().to_vec(), file.status.letter())).collect()
}

/// The words of the sides that have a path.
pub(crate) fn present(resolved: &Resolved, path: &str) -> Vec<&'static str> {
    let file = resolved.change.files.iter().find(|file| file.path.as_str() == Some(path)).unwrap();
    file.present.iter().map(Side::as_str).collect()
}

/// Checks how a base was found, and which commits were compared.
pub(crate) fn assert_found(
    resolved: &Resolved,
    method: &str,
    confidence: Confidence,
    merge_base: &str,
    head: &str,
) {
    let provenance = &resolved.change.provenance;
    assert_eq!(provenance.missing, None);
    assert_eq!(provenance.base_method, method);
    assert_eq!(provenance.confidence, confidence);
    assert_eq!(provenance.merge_base.as_deref(), Some(merge_base));
    assert_eq!(provenance.head.as_deref(), Some(head));
    assert_eq!(resolved.merge_base.unwrap().to_string(), merge_base);
}

/// Checks that there is no base, for a cause, and that the change does not pass for an empty one.
pub(crate) fn assert_missing(resolved: &Resolved, method: &str, cause: &MissingBase) {
    let provenance = &resolved.change.provenance;
    assert_eq!(provenance.missing.as_ref(), Some(cause));
    assert_eq!(provenance.base_method, method);
    assert_eq!(provenance.confidence, Confidence::None);
    assert_eq!(resolved.merge_base, None);
    assert!(!resolved.change.is_empty());
    assert_eq!(base::missing_fault(provenance).unwrap().code, Code::BaseMissing);
}

pub(crate) fn event_cause(event: &str) -> MissingBase {
    MissingBase::Event { event: event.to_owned() }
}

pub(crate) fn not_in_clone(revision: &str) -> MissingBase {
    MissingBase::NotInClone { revision: revision.to_owned() }
}

/// Runs git in a folder, apart from the machine's own configuration, at a time that the caller may shift.
pub(crate) fn run(dir: &Path, arguments: &[&str], seconds: u32) -> Vec<u8> {
    let date = format!("{} +0000", 1_700_000_000 + seconds);
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false", "-c", "gc.auto=0"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?} in {}: {}",
        dir.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
