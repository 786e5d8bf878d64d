//! Findings for code scanning: one SARIF 2.1.0 log.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::Findings;
use super::region::Region;
use crate::finding::{At, Finding, FindingCode, Severity, fingerprint};
use crate::path::RepoPath;

/// The page that has a section for every code; a rule carries its section.
const PAGE: &str = include_str!("../../../docs/findings.md");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<SarifRegion>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "laneway/v1")]
    laneway: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<String>,
}

/// Writes the log on one line.
pub fn write(out: &mut impl Write, findings: &Findings<'_>) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let rules = codes().map(rule).collect();
    let driver = Driver { name: "laneway", version, semantic_version: version, rules };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results: findings.findings.iter().map(result).collect(),
        }],
    };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// Returns the codes that a check can find.
fn codes() -> impl Iterator<Item = FindingCode> {
    FindingCode::ALL.iter().copied().filter(|code| code.as_str().starts_with("laneway::check::"))
}

const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// Describes a code by its section of the page: the first paragraph in short, all of it as help.
fn rule(code: FindingCode) -> Rule {
    let section = section(code.as_str()).trim();
    let first = section.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let anchor: String = code.as_str().chars().filter(|character| *character != ':').collect();
    let page = format!("docs/findings.md#{anchor}");
    Rule {
        id: code.as_str(),
        short_description: Text { text: if first.is_empty() { code.as_str().to_owned() } else { first } },
        help: Help {
            text: format!("{section}\n\n{page}").trim().to_owned(),
            markdown: format!("{section}\n\n`{page}`").trim().to_owned(),
        },
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

/// Returns what the page says of a code.
fn section(code: &str) -> &'static str {
    let heading = format!("### `{code}`\n");
    let Some(at) = PAGE.find(&heading) else { return "" };
    let rest = &PAGE[at + heading.len()..];
    let end = ["\n### ", "\n## "].into_iter().filter_map(|next| rest.find(next)).min();
    &rest[..end.unwrap_or(rest.len())]
}

fn result(finding: &Finding) -> SarifResult<'_> {
    let region = match &finding.at {
        At::Source(place) => Some(Region::of(place)),
        At::File(_) | At::Workspace => None,
    };
    let location = |path: RepoPath| Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&path), uri_base_id: "%SRCROOT%" },
            region: region.map(|region| SarifRegion {
                start_line: region.start_line,
                start_column: region.start_column,
                end_line: region.end_line,
                end_column: region.end_column,
            }),
        },
    };
    let code = finding.code;
    SarifResult {
        rule_id: code.as_str(),
        rule_index: codes().position(|own| own == code).unwrap_or_default(),
        level: level(code.severity()),
        message: Text { text: format!("{}\n{}", finding.message, finding.help) },
        locations: finding.path().map(location).into_iter().collect(),
        partial_fingerprints: Fingerprints { laneway: fingerprint(finding) },
        properties: Properties {
            subject: &finding.subject,
            witness: finding.witness.as_ref().map(ToString::to_string),
        },
    }
}

/// Returns a path as a relative reference: every byte that means something else in a URI is escaped.
pub(crate) fn uri(path: &RepoPath) -> String {
    let mut uri = String::with_capacity(path.as_bytes().len());
    for byte in path.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(*byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_carries_any_byte() {
        assert_eq!(uri(&RepoPath::from("a b/c:d#e?f%g.md")), "a%20b/c%3Ad%23e%3Ff%25g.md");
        assert_eq!(uri(&RepoPath::new(b"\xff/\xc3\xbc")), "%FF/%C3%BC");
    }
}
