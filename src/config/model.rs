//! The keys of `laneway.yaml` and what they mean.

use std::sync::Arc;

use super::runners::{self, Runners};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::quorum::{self, Quorums};
use crate::source::{Source, Spanned};
use crate::yaml::{self, Mapping, Node, Reader, Value};

/// The file that a workspace may have at its root.
pub const CONFIG_FILE: &str = "laneway.yaml";

/// The names that the roster may have, in the folder of the ownership maps.
pub const ROSTER_FILES: [&str; 2] = ["reviewers.yaml", "reviewers.yml"];

/// The keys of `laneway.yaml`.
pub(crate) const KEYS: &[&str] = &[
    "version",
    "ownership_maps",
    "lanes",
    "packets",
    "evidence",
    "base",
    "architecture_reviewers",
    "mode",
    "runners",
];

/// Whether a route decides, or only shows what it would decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Gates that nothing asks for are skipped.
    #[default]
    Enforce,
    /// Every gate is routed, and what would be skipped is printed: the way to adopt.
    Observe,
}

/// `laneway.yaml`, with the default of every key that it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The folder of the ownership maps, without a `/` at its end.
    pub ownership_maps: String,
    /// The folder of lanes, catalogue, rules and profiles, without a `/` at its end.
    pub lanes: String,
    /// The file of the promotion packets.
    pub packets: String,
    /// Where evidence is kept: a folder or an object-store URL.
    pub evidence: String,
    /// The revision to compare with; without one, the remote's default branch.
    pub base: Option<String>,
    /// Who approves what no map foresaw.
    pub architecture_reviewers: Quorums,
    /// Whether a route decides.
    pub mode: Mode,
    /// What the `runner` of a gate stands for in each CI; without any, labels count as they stand.
    pub runners: Runners,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ownership_maps: "ownership-maps".to_owned(),
            lanes: "lanes".to_owned(),
            packets: ".fairway/artifacts/platform-shared-services-extraction-packets.yaml".to_owned(),
            evidence: ".laneway/evidence".to_owned(),
            base: None,
            architecture_reviewers: Quorums::default(),
            mode: Mode::Enforce,
            runners: Runners::new(),
        }
    }
}

/// What a policy file is, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyFileKind {
    /// `laneway.yaml`.
    Config,
    /// A Markdown file below the folder of the maps.
    Map,
    /// A table of baselines or debt below the folder of the maps, or the promotion packets: read by other commands.
    Data,
    /// A YAML file below the folder of the lanes.
    Lanes,
    /// The roster: `reviewers.yaml` in the folder of the maps.
    Roster,
}

impl Config {
    /// Reads the text of `laneway.yaml`. With faults, what could be read stands, and the rest has its default.
    pub fn parse(source: &Arc<Source>) -> (Self, Vec<Fault>) {
        let (root, faults) = yaml::parse(source);
        let mut reader = Reader::new(source, faults);
        let config = root.and_then(|root| Self::read(&mut reader, &root)).unwrap_or_default();
        (config, reader.into_faults())
    }

    fn read(reader: &mut Reader<'_>, root: &Node) -> Option<Self> {
        let map = reader.mapping(root, "", KEYS)?;
        version(reader, &map);
        let default = Self::default();
        let modes = [("enforce", Mode::Enforce), ("observe", Mode::Observe)];
        Some(Self {
            ownership_maps: folder(reader, &map, "ownership_maps").unwrap_or(default.ownership_maps),
            lanes: folder(reader, &map, "lanes").unwrap_or(default.lanes),
            packets: packets(reader, &map).unwrap_or(default.packets),
            evidence: evidence(reader, &map).unwrap_or(default.evidence),
            base: reader.text(&map, "base").map(|base| base.value),
            architecture_reviewers: quorum::read(reader, &map, "architecture_reviewers"),
            mode: reader.choice(&map, "mode", &modes).map_or(default.mode, |mode| mode.value),
            runners: runners::read(reader, &map),
        })
    }

    /// Says whether the file at `path` belongs to the policy, and as what.
    pub fn policy_file(&self, path: &RepoPath) -> Option<PolicyFileKind> {
        let bytes = path.as_bytes();
        let ends = |endings: &[&str]| endings.iter().any(|ending| bytes.ends_with(ending.as_bytes()));
        if bytes == CONFIG_FILE.as_bytes() {
            Some(PolicyFileKind::Config)
        } else if bytes == self.packets.as_bytes() {
            Some(PolicyFileKind::Data)
        } else if path.is_below(&self.ownership_maps) && ends(&[".md"]) {
            Some(PolicyFileKind::Map)
        } else if path.is_below(&self.ownership_maps) && ends(&[".tsv"]) {
            Some(PolicyFileKind::Data)
        } else if self.is_roster(bytes) {
            Some(PolicyFileKind::Roster)
        } else if path.is_below(&self.lanes) && ends(&[".yaml", ".yml"]) {
            Some(PolicyFileKind::Lanes)
        } else {
            None
        }
    }
}

impl Config {
    /// Says whether the file at `path` is the roster, by either of its names.
    fn is_roster(&self, path: &[u8]) -> bool {
        let name = path.strip_prefix(self.ownership_maps.as_bytes()).and_then(|rest| rest.strip_prefix(b"/"));
        name.is_some_and(|name| ROSTER_FILES.iter().any(|file| file.as_bytes() == name))
    }
}

/// The format is at its first version: another one means keys that are not known here.
fn version(reader: &mut Reader<'_>, map: &Mapping<'_>) {
    let Some(node) = map.get("version") else {
        reader.missing_key(map, "version");
        return;
    };
    match &node.value {
        Value::Scalar { text, plain: true } if &**text == "1" => {}
        Value::Scalar { text, .. } if !node.is_null() => {
            let message = format!("version `{text}` is not known");
            let help = "write `version: 1`";
            reader.fault(Code::ConfigVersion, node.span.clone(), message, "not 1", help);
        }
        Value::Scalar { .. } | Value::Seq(_) | Value::Map(_) => {
            reader.wrong_type(node, "version", "the number 1", "write `version: 1`");
        }
    }
}

/// A folder of the repository, without the `/` at its end.
fn folder(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Option<String> {
    let text = reader.text(map, key)?;
    let folder = text.value.trim_end_matches('/').to_owned();
    is_inside(reader, key, &text, &folder).then_some(folder)
}

/// A file of the repository.
fn packets(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<String> {
    let text = reader.text(map, "packets")?;
    let file = text.value.clone();
    is_inside(reader, "packets", &text, &file).then_some(file)
}

/// A folder of the repository, or the URL of an object store.
fn evidence(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<String> {
    let text = reader.text(map, "evidence")?;
    let Some((scheme, rest)) = text.value.split_once("://") else { return folder(reader, map, "evidence") };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !scheme.is_empty() && scheme.bytes().all(plain) && !rest.is_empty() {
        return Some(text.value);
    }
    let message = format!("`evidence` cannot be `{}`", text.value);
    let help = "write a folder, or a URL such as `s3://bucket/prefix`";
    reader.fault(Code::YamlValue, text.span, message, "not a URL", help);
    None
}

/// Says whether `path` stays inside the repository, below its root, and reports it where it does not.
fn is_inside(reader: &mut Reader<'_>, key: &str, text: &Spanned<String>, path: &str) -> bool {
    let inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !inside {
        let message = format!("`{key}` cannot be `{}`", text.value);
        let help = "write a path from the repository's root, without `/` in front, `.` or `..`";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not below the root", help);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = "version: 1\nownership_maps: doc/maps/\nlanes: ci/lanes\npackets: ci/packets.yaml\n\
                    evidence: s3://proof/laneway\nbase: origin/trunk\narchitecture_reviewers: ['@arch', 1.20]\n\
                    mode: observe\n";
        let (config, faults) = Config::parse(&Source::new("laneway.yaml", text));
        assert!(faults.is_empty(), "{faults:?}");
        let expected = Config {
            ownership_maps: "doc/maps".to_owned(),
            lanes: "ci/lanes".to_owned(),
            packets: "ci/packets.yaml".to_owned(),
            evidence: "s3://proof/laneway".to_owned(),
            base: Some("origin/trunk".to_owned()),
            architecture_reviewers: Quorums::any(["@arch", "1.20"]),
            mode: Mode::Observe,
            runners: Runners::new(),
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let (config, faults) = Config::parse(&Source::new("laneway.yaml", "version: 1\n"));
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn what_is_sound_stands_beside_a_fault() {
        let (config, faults) =
            Config::parse(&Source::new("laneway.yaml", "version: 1\nlanes: ../up\nmode: observe\n"));
        assert_eq!(faults.len(), 1);
        assert_eq!(config, Config { mode: Mode::Observe, ..Config::default() });
    }
}
