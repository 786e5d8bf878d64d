//! Folders of the repository, and the globs by which a workspace names its members.

use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::pattern::Pattern;
use crate::source::{Source, Span};

/// Returns the folder of a file, without a `/` at the end; nothing for the root.
pub(super) fn of(path: &RepoPath) -> &[u8] {
    parent(path.as_bytes()).unwrap_or_default()
}

/// Returns the name of a file without its folder.
pub(super) fn name(path: &RepoPath) -> &[u8] {
    path.components().last().unwrap_or_default()
}

/// Returns the path of a file in a folder.
pub(super) fn file(folder: &[u8], name: &str) -> Vec<u8> {
    if folder.is_empty() { name.as_bytes().to_vec() } else { [folder, b"/", name.as_bytes()].concat() }
}

/// Returns a folder, and every folder above it up to the root.
pub(super) fn above(folder: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| parent(folder).unwrap_or_default())
    })
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    path.iter().rposition(|byte| *byte == b'/').map(|at| &path[..at])
}

/// Returns the folder that `relative` names as seen from `folder`; nothing where it leads out of the repository.
pub(super) fn join(folder: &[u8], relative: &str) -> Option<Vec<u8>> {
    let relative = relative.replace('\\', "/");
    let is_drive = relative.as_bytes().get(1) == Some(&b':');
    if relative.starts_with('/') || is_drive {
        return None;
    }
    let mut parts: Vec<&[u8]> = folder.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part.as_bytes()),
        }
    }
    Some(parts.join(&b'/'))
}

/// How the globs of a tool differ from patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Globs {
    /// Braces are plain characters.
    Cargo,
    /// Braces are alternatives, and `!` takes out.
    Npm,
}

/// Which folders a workspace has for members.
#[derive(Debug, Default)]
pub(super) struct Members {
    own: Vec<(Span, Pattern)>,
    excluded: Vec<Pattern>,
}

impl Members {
    /// Adds a glob that is relative to the folder `root` and names folders with the file `manifest` in them.
    pub(super) fn add(
        &mut self,
        globs: Globs,
        root: &[u8],
        manifest: &str,
        text: &str,
        (source, span): (&Arc<Source>, Span),
    ) -> Option<Fault> {
        let (is_excluded, glob) = match text.strip_prefix('!') {
            Some(rest) if globs == Globs::Npm => (true, rest),
            _ => (false, text),
        };
        let Some(pattern) = compile(globs, root, manifest, glob) else {
            let message = format!("`{text}` is not a glob of folders in this repository");
            let help = "write a folder, with `*` for any name and `**` for any folders";
            let fault = Fault::at(Code::ManifestMembers, source, span, message, "this glob", help);
            return Some(fault);
        };
        match is_excluded {
            true => self.excluded.push(pattern),
            false => self.own.push((span, pattern)),
        }
        None
    }

    /// Takes out what lies at or below a folder.
    pub(super) fn exclude(&mut self, folder: &[u8]) {
        self.excluded.extend(Pattern::parse(&escaped(folder)).ok());
    }

    /// Says whether the workspace has the manifest for a member.
    pub(super) fn has(&self, manifest: &RepoPath) -> bool {
        !self.excludes(manifest) && self.own.iter().any(|(_, pattern)| pattern.matches(manifest))
    }

    /// Says whether the manifest is taken out.
    pub(super) fn excludes(&self, manifest: &RepoPath) -> bool {
        self.excluded.iter().any(|pattern| pattern.matches(manifest))
    }

    /// Returns the globs that match none of the manifests.
    pub(super) fn idle<'a>(&self, manifests: impl Iterator<Item = &'a RepoPath> + Clone) -> Vec<Span> {
        let matches = |pattern: &Pattern| manifests.clone().any(|manifest| pattern.matches(manifest));
        let idle = self.own.iter().filter(|(_, pattern)| !matches(pattern));
        idle.map(|(span, _)| span.clone()).collect()
    }
}

/// Compiles a glob of folders into the pattern of their manifests: `**` in it is zero folders, too.
fn compile(globs: Globs, root: &[u8], manifest: &str, glob: &str) -> Option<Pattern> {
    let folder = join(root, glob)?;
    // The root is a path, and what the glob adds to it a glob.
    let (plain, rest) = match folder.strip_prefix(root) {
        Some(rest) => (root, rest),
        None => (&[][..], &folder[..]),
    };
    let mut text = escaped(plain);
    let rest = std::str::from_utf8(rest).ok()?;
    match globs {
        Globs::Cargo => text += &rest.replace('{', "\\{").replace('}', "\\}"),
        Globs::Npm => text += rest,
    }
    let text = text.trim_start_matches('/');
    let text = if text.is_empty() { manifest.to_owned() } else { format!("{text}/{manifest}") };
    Pattern::parse(&text).ok()
}

/// Returns the pattern that means exactly this path.
fn escaped(path: &[u8]) -> String {
    let mut text = String::new();
    for character in String::from_utf8_lossy(path).chars() {
        match character {
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            // A byte that is not UTF-8 is any byte.
            '\u{fffd}' => text.push('?'),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_joined_and_never_leaves_the_repository() {
        let join = |folder: &str, relative| {
            join(folder.as_bytes(), relative).map(|path| String::from_utf8_lossy(&path).into_owned())
        };
        assert_eq!(join("a/b", "../c/./d/").as_deref(), Some("a/c/d"));
        assert_eq!(join("a/b", "../..").as_deref(), Some(""));
        assert_eq!(join("a", "../../x"), None);
        assert_eq!(join("", "/etc"), None);
        assert_eq!(join("", "C:\\x"), None);
        assert_eq!(join("a", "..\\b").as_deref(), Some("b"));
    }

    #[test]
    fn members_are_matched_by_their_manifest() {
        let source = Source::new("package.json", "");
        let mut members = Members::default();
        for glob in ["./packages/*", "tools/**", "apps/{a,b}/", "!**/test/**", "../up"] {
            let fault = members.add(Globs::Npm, b"js", "package.json", glob, (&source, 0..0));
            assert!(fault.is_none() || glob == "../../up", "{glob}");
        }
        let has = |path: &str| members.has(&RepoPath::from(path));
        assert!(has("js/packages/x/package.json"));
        assert!(!has("js/packages/x/y/package.json"));
        assert!(has("js/tools/package.json") && has("js/tools/a/b/package.json"));
        assert!(has("js/apps/b/package.json") && !has("js/apps/c/package.json"));
        assert!(!has("js/tools/test/package.json") && !has("js/tools/test/x/package.json"));
        assert!(has("up/package.json"));
    }
}
