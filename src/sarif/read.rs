//! From a document to what it says is wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::finding::{LANEWAY, Severity};
use crate::json::{Text, error_message, error_span, first_byte};
use crate::path::RepoPath;
use crate::sarif::raw::{self, Component, Document, Message, RawResult, Rule, Run};
use crate::sarif::uri::Bases;
use crate::source::{Source, Span};

/// The one version that is read.
const VERSION: &str = "2.1.0";

/// A result that says that something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The tool.
    pub tool: String,
    /// The id of its rule.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What the tool says.
    pub message: String,
    /// How its rule is mended.
    pub help: String,
    /// The file.
    pub path: Option<RepoPath>,
    /// The line and the column.
    pub at: Option<(u32, u32)>,
    /// The tool was told to pass it over.
    pub suppressed: bool,
    /// The text that the tool shows of the file.
    pub snippet: Option<String>,
    /// What the tool itself knows the result by.
    pub prints: Option<String>,
    /// The function or type in which it stands.
    pub inside: Option<String>,
}

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The tools that ran, those that found nothing included.
    pub tools: BTreeSet<String>,
    /// Their results, in the order of the file.
    pub results: Vec<Found>,
    /// How many results say that something is as it should be.
    pub passed: usize,
}

/// Reads a SARIF file. `roots` are the absolute paths under which the repository's folder may be named; without them
/// nobody asks where a result stands, and it stands nowhere.
pub fn read(source: &Arc<Source>, roots: Option<&[Vec<u8>]>) -> (Log, Vec<Fault>) {
    let mut log = Log::default();
    let text = source.text().strip_prefix('\u{feff}').unwrap_or(source.text());
    let syntax = |error: &serde_json::Error| {
        let help = "see whether the tool wrote it to the end; it must be one document of SARIF 2.1.0";
        // Columns are counted behind the mark that was taken off, which only the first line has.
        let message = format!("{} is not SARIF: {}", source.name(), error_message(error));
        Fault::at(Code::SarifSyntax, source, error_span(source, error), message, "here", help)
    };
    let version: raw::Version<'_> = match serde_json::from_str(text) {
        Ok(version) => version,
        Err(error) => return (log, vec![syntax(&error)]),
    };
    if version.version.as_ref().is_none_or(|version| version.as_str() != VERSION) {
        let (message, span) = match &version.version {
            Some(version) => {
                (format!("SARIF of version {} is not known", version.as_str()), version.span(source))
            }
            None => {
                (format!("{} does not say which version of SARIF it is", source.name()), first_byte(source))
            }
        };
        let help = "let the tool write SARIF 2.1.0";
        return (log, vec![Fault::at(Code::SarifVersion, source, span, message, "not 2.1.0", help)]);
    }
    let document: Document<'_> = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return (log, vec![syntax(&error)]),
    };
    let mut faults = Vec::new();
    match &document.runs {
        Some(runs) => {
            for run in runs {
                Reader { source, roots, run, log: &mut log, faults: &mut faults }.run();
            }
        }
        None => faults.push(Fault::at(
            Code::SarifIncomplete,
            source,
            first_byte(source),
            format!("{} has no `runs`", source.name()),
            "here",
            "let the tool run to its end; a run that finds nothing has an empty list of results",
        )),
    }
    (log, faults)
}

struct Reader<'a, 'b> {
    source: &'b Arc<Source>,
    roots: Option<&'b [Vec<u8>]>,
    run: &'b Run<'a>,
    log: &'b mut Log,
    faults: &'b mut Vec<Fault>,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn run(&mut self) {
        let name = &self.run.tool.driver.name;
        let tool = name.as_str().trim().to_owned();
        if tool.is_empty() || tool.eq_ignore_ascii_case(LANEWAY) {
            let message = match tool.as_str() {
                "" => "the run does not name its tool".to_owned(),
                tool => format!("a run names `{tool}` as its tool"),
            };
            let help = "laneway finds its own findings itself; any other tool has a name of its own";
            return self.fault(Code::SarifTool, name.span(self.source), message, "this name", help);
        }
        if !self.is_whole(&tool) {
            return;
        }
        for result in self.run.results.iter().flatten() {
            match result.kind.as_ref().map(Text::as_str) {
                Some("pass" | "notApplicable") => self.log.passed += 1,
                _ => {
                    let result = self.result(&tool, result);
                    self.log.results.extend(result);
                }
            }
        }
        self.log.tools.insert(tool);
    }

    /// Says whether the tool ran to its end, and whether all that it found is here.
    fn is_whole(&mut self, tool: &str) -> bool {
        let span = self.run.tool.driver.name.span(self.source);
        let failed = self.run.invocations.iter().flatten().any(|own| own.execution_successful == Some(false));
        let elsewhere = self.run.external_property_file_references.as_ref();
        let why = if failed {
            "says itself that it failed (`executionSuccessful` is false), so what it did not find is not known"
        } else if elsewhere.is_some_and(|elsewhere| elsewhere.results.is_some()) {
            "keeps its results in other files (`externalPropertyFileReferences`)"
        } else if self.run.results.is_none() {
            "has no `results`, so it is not known what it found"
        } else {
            return true;
        };
        let help =
            "let the tool run to its end and write one file; a run that finds nothing has an empty list";
        self.fault(Code::SarifIncomplete, span, format!("the run of `{tool}` {why}"), "this tool", help);
        false
    }

    fn result(&mut self, tool: &str, result: &'b RawResult<'a>) -> Option<Found> {
        let rule = self.rule(result);
        let id = result.rule_id.as_ref().or_else(|| result.rule.as_ref()?.id.as_ref());
        let code = id.or(rule.map(|rule| &rule.id)).map(|id| id.as_str().trim().to_owned());
        let location = result.locations.as_ref().and_then(|locations| locations.first());
        let physical = location.and_then(|location| location.physical_location.as_ref());
        let path = match physical.and_then(|physical| physical.artifact_location.as_ref()) {
            Some(artifact) => self.path(artifact)?,
            None => None,
        };
        let region = physical.and_then(|physical| physical.region.as_ref());
        let line = region.and_then(|region| region.start_line).filter(|line| *line > 0);
        let column = region.and_then(|region| region.start_column).unwrap_or(1).max(1);
        let logical = location.and_then(|location| location.logical_locations.as_ref()?.first());
        let name =
            logical.and_then(|logical| logical.fully_qualified_name.as_ref().or(logical.name.as_ref()));
        let snippet = region.and_then(|region| region.snippet.as_ref()?.text.as_ref());
        let prints = [&result.fingerprints, &result.partial_fingerprints];
        let prints = prints.into_iter().flatten().find(|prints| !prints.is_empty());
        let accepted = |status: Option<&str>| matches!(status, None | Some("accepted"));
        let suppressed = result.suppressions.as_ref().is_some_and(|all| {
            !all.is_empty() && all.iter().all(|own| accepted(own.status.as_ref().map(Text::as_str)))
        });
        Some(Found {
            tool: tool.to_owned(),
            code: code.filter(|code| !code.is_empty()).unwrap_or_else(|| "(no rule)".to_owned()),
            severity: severity(result, rule),
            message: message(result.message.as_ref(), rule),
            help: rule.and_then(|rule| plain(rule.help.as_ref()?)).unwrap_or_default(),
            path,
            at: line.map(|line| (line, column)),
            suppressed,
            snippet: snippet.map(|snippet| snippet.as_str().to_owned()),
            prints: prints.map(|prints| {
                prints.iter().map(|(name, print)| format!("{name}={print}")).collect::<Vec<_>>().join(" ")
            }),
            inside: name.map(|name| name.as_str().to_owned()),
        })
    }

    /// Returns the path of a location; nothing where it is a fault.
    fn path(&mut self, artifact: &'b raw::ArtifactLocation<'a>) -> Option<Option<RepoPath>> {
        let Some(roots) = self.roots else { return Some(None) };
        let bases = Bases {
            ids: self.run.original_uri_base_ids.as_ref(),
            artifacts: self.run.artifacts.as_ref(),
            roots,
        };
        match bases.resolve(artifact) {
            Ok(path) => Some(path),
            Err((uri, why)) => {
                // A path with escapes has lost its place; that of its tool is near.
                let spans = [uri, Some(&self.run.tool.driver.name)]
                    .into_iter()
                    .flatten()
                    .map(|text| text.span(self.source));
                let span =
                    spans.into_iter().find(|span| span.start > 0).unwrap_or_else(|| first_byte(self.source));
                let help = "run the tool in the checkout that is guarded, or let it write paths relative to its root";
                self.fault(
                    Code::SarifPath,
                    span,
                    format!("the location {why}"),
                    "not in the repository",
                    help,
                );
                None
            }
        }
    }

    /// Returns the rule of a result, which may be one of an extension of the tool.
    fn rule(&self, result: &RawResult<'_>) -> Option<&'b Rule<'a>> {
        let tool = &self.run.tool;
        let at = |index: Option<i64>| index.and_then(|index| usize::try_from(index).ok());
        let reference = result.rule.as_ref();
        let extension = at(reference.and_then(|rule| rule.tool_component.as_ref()?.index));
        let component: &Component<'a> = match extension {
            Some(extension) => tool.extensions.as_ref()?.get(extension)?,
            None => &tool.driver,
        };
        let rules = component.rules.as_ref()?;
        let id = result.rule_id.as_ref().or_else(|| reference?.id.as_ref()).map(Text::as_str);
        match at(result.rule_index.or_else(|| reference?.index)) {
            Some(index) => rules.get(index),
            None => rules.iter().find(|rule| Some(rule.id.as_str()) == id),
        }
    }

    fn fault(&mut self, code: Code, span: Span, message: String, label: &'static str, help: &'static str) {
        self.faults.push(Fault::at(code, self.source, span, message, label, help));
    }
}

fn severity(result: &RawResult<'_>, rule: Option<&Rule<'_>>) -> Severity {
    let by_rule = || rule?.default_configuration.as_ref()?.level.as_ref();
    match result.level.as_ref().or_else(by_rule).map(Text::as_str) {
        Some("error") => Severity::Error,
        Some("note" | "none") => Severity::Note,
        _ => Severity::Warning,
    }
}

fn message(message: Option<&Message<'_>>, rule: Option<&Rule<'_>>) -> String {
    let Some(message) = message else { return String::new() };
    let named = || {
        let id = message.id.as_ref()?;
        plain(rule?.message_strings.as_ref()?.get(id.as_str())?)
    };
    let mut text = plain(message).or_else(named).unwrap_or_default();
    for (at, argument) in message.arguments.iter().flatten().enumerate() {
        text = text.replace(&format!("{{{at}}}"), argument);
    }
    text
}

fn plain(message: &Message<'_>) -> Option<String> {
    message.text.as_ref().or(message.markdown.as_ref()).map(|text| text.as_str().to_owned())
}
