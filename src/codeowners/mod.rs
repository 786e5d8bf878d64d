//! CODEOWNERS files, in the GitHub and the GitLab dialect: read, resolved, written.
//!
//! `glob` is what a line's pattern matches, by the rules of the host and not by those of [`pattern`](crate::pattern):
//! an import is proved against it, so the two must not share their mistakes. `github` and `gitlab` read lines,
//! [`mod@write`] makes a file of the maps.

mod github;
mod gitlab;
mod glob;
mod lines;
pub mod write;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub(crate) use glob::{Glob, Part, Tail, Token};

use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Source, Span};

/// Whose rules a file follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
}

impl Dialect {
    /// Returns where the host looks for the file; the first that is there counts.
    pub const fn places(self) -> [&'static str; 3] {
        match self {
            Self::GitHub => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::GitLab => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
        }
    }

    /// Returns the dialect that a file is most likely in: by the folder it stands in; else GitLab's, where a line is the
    /// heading of a section or names a role, or where the tracked files have GitLab's configuration and none of GitHub's.
    pub fn detect(path: &RepoPath, text: &str, tree: &[RepoPath]) -> Self {
        if path.is_below(".github") {
            return Self::GitHub;
        }
        let is_heading = |line: &str| {
            let line = line.strip_prefix('^').unwrap_or(line).strip_prefix('[');
            let behind = line.and_then(|line| line.split_once(']')).map(|(_, behind)| behind);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t', '[']))
        };
        let is_gitlab = |line: &str| {
            let line = line.trim();
            is_heading(line)
                || (!line.starts_with('#') && line.split_whitespace().any(|word| word.starts_with("@@")))
        };
        let has = |is: &dyn Fn(&RepoPath) -> bool| tree.iter().any(is);
        let tree_says = || {
            has(&|file| file.as_bytes() == b".gitlab-ci.yml" || file.is_below(".gitlab"))
                && !has(&|file| file.is_below(".github"))
        };
        if path.is_below(".gitlab") || text.lines().any(is_gitlab) || tree_says() {
            Self::GitLab
        } else {
            Self::GitHub
        }
    }

    /// Returns how many bytes a file may have.
    const fn most_bytes(self) -> usize {
        match self {
            Self::GitHub => 3 << 20,
            Self::GitLab => 32 << 20,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
        })
    }
}

/// One line: a pattern and the owners of what it matches.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The line, counted from 1.
    pub line: u32,
    /// The bytes of the pattern in the source.
    pub span: Span,
    /// The pattern as it is written.
    pub text: String,
    /// The owners, in the order of the line: of the line itself, or of its section. Nobody, where it names none.
    pub owners: Vec<String>,
    /// Says that the line takes paths out of its section: `!pattern`.
    pub excludes: bool,
    /// What it matches.
    pub(crate) glob: Glob,
}

/// Lines that compete with each other, and with no others.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name; nothing for the lines above the first heading, and for all of GitHub's.
    pub name: Option<String>,
    /// Says that its owners are told and need not approve.
    pub optional: bool,
    /// How many of its owners must approve; 0, where the heading does not say.
    pub approvals: u32,
    /// Its lines, in the order of the file.
    pub rules: Vec<Rule>,
}

/// A CODEOWNERS file.
#[derive(Clone, Debug)]
pub struct CodeOwners {
    /// Whose rules it follows.
    pub dialect: Dialect,
    /// Its text.
    pub source: Arc<Source>,
    /// Its sections, in the order of their first headings.
    pub sections: Vec<Section>,
}

impl CodeOwners {
    /// Reads a file. With faults, what could be read stands, and is not what the host would do.
    pub fn read(dialect: Dialect, path: &RepoPath, bytes: &[u8]) -> (Self, Vec<Fault>) {
        let name = path.to_string();
        let empty = |fault| {
            let source = Source::new(name.clone(), String::new());
            (Self { dialect, source, sections: Vec::new() }, vec![fault])
        };
        if bytes.len() > dialect.most_bytes() {
            return empty(Fault::new(
                Code::TooLarge,
                format!("{path} has {} bytes; {dialect} reads up to {}", bytes.len(), dialect.most_bytes()),
                "join lines by wildcards: a larger file asks nobody",
            ));
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("{path} is not UTF-8 at byte {}", error.valid_up_to());
                return empty(Fault::new(Code::NotUtf8, message, "save it as UTF-8"));
            }
        };
        let source = Source::new(name.clone(), text);
        let (sections, faults) = match dialect {
            Dialect::GitHub => github::read(&source),
            Dialect::GitLab => gitlab::read(&source),
        };
        (Self { dialect, source, sections }, faults)
    }

    /// Returns the line that decides in each section that says something of `path`: the section's index, the line's.
    pub fn winners(&self, path: &RepoPath) -> Vec<(usize, usize)> {
        let deciding = |section: &Section| section.winner(path);
        self.sections
            .iter()
            .enumerate()
            .filter_map(|(index, section)| Some((index, deciding(section)?)))
            .collect()
    }

    /// Returns everybody who owns `path`, by any section; nothing, where no line says anything of it.
    pub fn owners(&self, path: &RepoPath) -> Option<BTreeSet<&str>> {
        let winners = self.winners(path);
        if winners.is_empty() {
            return None;
        }
        let rules = winners.iter().map(|(section, rule)| &self.sections[*section].rules[*rule]);
        Some(rules.flat_map(|rule| &rule.owners).map(String::as_str).collect())
    }
}

impl Section {
    /// Returns the line that decides about `path`: one that takes it out, else the last that matches.
    fn winner(&self, path: &RepoPath) -> Option<usize> {
        let matching = |excludes: bool| {
            let mut rules = self.rules.iter().enumerate().rev();
            rules.find(|(_, rule)| rule.excludes == excludes && rule.glob.matches(path.as_bytes()))
        };
        matching(true).or_else(|| matching(false)).map(|(index, _)| index)
    }
}
