//! Where in the repository a location of SARIF is.

use std::collections::BTreeMap;

use crate::json::Text;
use crate::path::RepoPath;
use crate::sarif::raw::{Artifact, ArtifactLocation};

/// How many base ids may stand on one another: more are a circle.
const MOST_BASES: usize = 16;

/// What the locations of a run are relative to.
pub(super) struct Bases<'a, 'b> {
    pub(super) ids: Option<&'b BTreeMap<String, ArtifactLocation<'a>>>,
    pub(super) artifacts: Option<&'b Vec<Artifact<'a>>>,
    /// The absolute paths of the folder of the repository: as it was named, and as it really is.
    pub(super) roots: &'b [Vec<u8>],
}

impl<'a, 'b> Bases<'a, 'b> {
    /// Returns the path of a location and the text that names it; no path where nothing names one. An error says why
    /// it is no path of the repository.
    pub(super) fn resolve(
        &self,
        location: &'b ArtifactLocation<'a>,
    ) -> Result<Option<RepoPath>, (Option<&'b Text<'a>>, String)> {
        let mut named = location;
        if named.uri.is_none()
            && let Some(index) = named.index.and_then(|index| usize::try_from(index).ok())
        {
            let artifact = self.artifacts.and_then(|artifacts| artifacts.get(index));
            named = artifact
                .and_then(|artifact| artifact.location.as_ref())
                .ok_or_else(|| (None, format!("there is no artifact {index} in the run")))?;
        }
        let Some(uri) = &named.uri else { return Ok(None) };
        let why = |why: &str| (Some(uri), format!("`{}` {why}", uri.as_str()));
        let full = self.full(named).map_err(why)?;
        let path = self.relative(&full).map_err(why)?;
        RepoPathParts::new(&path).join().map(Some).map_err(why)
    }

    /// Puts what the base ids stand for in front of a URI.
    fn full(&self, location: &ArtifactLocation<'_>) -> Result<String, &'static str> {
        let mut full = location.uri.as_ref().map_or("", |uri| uri.as_str()).to_owned();
        let mut base = location.uri_base_id.as_ref();
        for _ in 0..MOST_BASES {
            if is_absolute(&full) {
                return Ok(full);
            }
            // A base that the run does not explain is the root of the sources, by convention.
            let Some(known) = base.and_then(|base| self.ids?.get(base.as_str())) else { return Ok(full) };
            if let Some(uri) = &known.uri {
                let slash = if uri.as_str().is_empty() || uri.as_str().ends_with('/') { "" } else { "/" };
                full = format!("{}{slash}{full}", uri.as_str());
            }
            base = known.uri_base_id.as_ref();
        }
        Err("is relative to a base id that is relative to itself")
    }

    /// Takes the folder of the repository from the front of an absolute path.
    fn relative(&self, uri: &str) -> Result<Vec<u8>, &'static str> {
        let absolute = if let Some(rest) = strip_scheme(uri, "file:") {
            match rest.strip_prefix("//") {
                Some(host) => {
                    let path = host.find('/').map_or("", |at| &host[at..]);
                    if !matches!(&host[..host.len() - path.len()], "" | "localhost") {
                        return Err("is a file of another machine");
                    }
                    path
                }
                None => rest,
            }
        } else if has_scheme(uri) {
            return Err("is no file");
        } else {
            uri
        };
        let path = decoded(absolute);
        if !is_absolute(absolute) {
            return Ok(path);
        }
        let inside = self.roots.iter().find_map(|root| {
            let root = root.strip_suffix(b"/").unwrap_or(root);
            // `file:///C:/x` has a slash in front of the drive.
            let bare = path.strip_prefix(b"/").unwrap_or(&path);
            let rest = path.strip_prefix(root).or_else(|| bare.strip_prefix(root))?;
            rest.strip_prefix(b"/")
        });
        inside.map(<[u8]>::to_vec).ok_or("lies outside of the repository")
    }
}

fn strip_scheme<'a>(uri: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = uri.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Says whether a scheme stands in front; one letter is the drive of a path.
fn has_scheme(uri: &str) -> bool {
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn is_absolute(uri: &str) -> bool {
    let drive = uri.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && uri[1..].starts_with(':');
    uri.starts_with(['/', '\\']) || drive || has_scheme(uri)
}

/// Undoes the escapes of a URI, and turns the backslashes of those who write paths instead. What is no escape stands.
fn decoded(uri: &str) -> Vec<u8> {
    let text = uri.split(['?', '#']).next().unwrap_or(uri);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digit = |at: usize| behind.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                rest = &behind[2..];
            }
            (b'\\', ..) => {
                bytes.push(b'/');
                rest = behind;
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    bytes
}

/// The components of a path that may hold `.` and `..`.
struct RepoPathParts<'a>(&'a [u8]);

impl<'a> RepoPathParts<'a> {
    const fn new(path: &'a [u8]) -> Self {
        Self(path)
    }

    fn join(&self) -> Result<RepoPath, &'static str> {
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in self.0.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop().ok_or("lies outside of the repository")?;
                }
                part if part.contains(&0) => return Err("has a NUL in it"),
                part => parts.push(part),
            }
        }
        if parts.is_empty() { Err("names no file") } else { Ok(RepoPath::new(parts.join(&b'/'))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(uri: &str, base: Option<&str>, ids: &str) -> Result<String, String> {
        let location = serde_json::json!({"uri": uri, "uriBaseId": base}).to_string();
        let location: ArtifactLocation<'_> =
            serde_json::from_str(&location).map_err(|error| error.to_string())?;
        let ids = serde_json::from_str(ids).map_err(|error| error.to_string())?;
        let roots = [b"/srv/repo".to_vec(), b"/real/repo/".to_vec()];
        let bases = Bases { ids: Some(&ids), artifacts: None, roots: &roots };
        match bases.resolve(&location) {
            Ok(path) => Ok(path.map_or_else(String::new, |path| path.to_string())),
            Err((_, why)) => Err(why),
        }
    }

    #[test]
    fn a_path_is_that_of_the_repository() {
        for (uri, path) in [
            ("src/a.rs", "src/a.rs"),
            ("./src//a%20b.rs", "src/a b.rs"),
            ("src/../a.rs", "a.rs"),
            ("100%.rs", "100%.rs"),
            ("src\\a.rs", "src/a.rs"),
            ("file:///srv/repo/a.rs", "a.rs"),
            ("FILE://localhost/srv/repo/a.rs", "a.rs"),
            ("file:/real/repo/a.rs", "a.rs"),
            ("/srv/repo/a%23.rs", "a#.rs"),
        ] {
            assert_eq!(resolved(uri, None, "{}"), Ok(path.to_owned()), "{uri}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_no_path() {
        for uri in [
            "../a.rs",
            "a/../../b",
            "/etc/passwd",
            "file:///srv/repository/a.rs",
            "file://host/srv/repo/a.rs",
            "https://example.org/a.rs",
            "C:\\work\\a.rs",
            "file:///C:/srv/a.rs",
            "",
            ".",
            "/srv/repo",
            "/srv/repo/../other/a",
            "a%00b",
        ] {
            assert!(resolved(uri, None, "{}").is_err(), "{uri}");
        }
    }

    #[test]
    fn base_ids_are_followed() {
        let ids = r#"{"ROOT": {"uri": "file:///srv/repo/"}, "SRC": {"uri": "src", "uriBaseId": "ROOT"},
            "LOOP": {"uri": "x/", "uriBaseId": "LOOP"}, "AWAY": {"uri": "file:///src/"}, "OPEN": {}}"#;
        assert_eq!(resolved("a.rs", Some("SRC"), ids), Ok("src/a.rs".to_owned()));
        assert_eq!(resolved("a.rs", Some("OPEN"), ids), Ok("a.rs".to_owned()));
        assert_eq!(resolved("a.rs", Some("%SRCROOT%"), ids), Ok("a.rs".to_owned()));
        assert_eq!(resolved("file:///srv/repo/b.rs", Some("SRC"), ids), Ok("b.rs".to_owned()));
        assert!(resolved("a.rs", Some("LOOP"), ids).is_err());
        assert!(resolved("a.rs", Some("AWAY"), ids).is_err());
    }
}
