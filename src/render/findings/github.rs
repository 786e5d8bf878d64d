//! Findings as annotations of a pull request: the workflow commands of GitHub Actions.
//!
//! GitHub shows at most 10 annotations of a level for each step and drops the others without a word. So the worst come
//! first; of more than 10, the tenth says how many there are, and the rest are plain lines of the log.

use std::io::{self, Write};

use super::region::Region;
use super::{Findings, SEVERITIES, short};
use crate::finding::{At, Finding, Severity};
use crate::render::escape::terminal;

/// How many annotations of one level GitHub shows of a step.
pub const SHOWN: usize = 10;

/// Writes the annotations, then as plain lines what there is no room for.
pub fn write(out: &mut impl Write, findings: &Findings<'_>) -> io::Result<()> {
    let mut rest = Vec::new();
    for severity in SEVERITIES {
        let of: Vec<&Finding> =
            findings.findings.iter().filter(|finding| finding.code.severity() == severity).collect();
        let shown = if of.len() > SHOWN { SHOWN - 1 } else { of.len() };
        for finding in &of[..shown] {
            annotation(out, finding)?;
        }
        if shown < of.len() {
            let more = of.len() - shown;
            let level = command(severity);
            let title = property("laneway check");
            let text =
                data(&format!("{more} more of this level: see the log of this step, or run `laneway check`"));
            writeln!(out, "::{level} title={title}::{text}")?;
            rest.extend_from_slice(&of[shown..]);
        }
    }
    for finding in rest {
        let place = finding.path().map(|path| format!(" {path}")).unwrap_or_default();
        let line = match &finding.at {
            At::Source(place) => format!(":{}", place.line()),
            At::File(_) | At::Workspace => String::new(),
        };
        let text =
            format!("{}[{}]{place}{line}: {}", finding.code.severity(), short(finding), finding.message);
        writeln!(out, "{}", terminal(&text))?;
    }
    Ok(())
}

const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn annotation(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    write!(out, "::{} ", command(finding.code.severity()))?;
    if let Some(path) = finding.path() {
        write!(out, "file={},", property(&path.to_string()))?;
    }
    if let At::Source(place) = &finding.at {
        let region = Region::of(place);
        write!(out, "line={},endLine={},", region.start_line, region.end_line)?;
        // GitHub takes columns of one line only.
        if region.start_line == region.end_line {
            write!(out, "col={},endColumn={},", region.start_column, region.end_column)?;
        }
    }
    let text = format!("{}\n{}", finding.message, finding.help);
    let text: Vec<_> = text.split('\n').map(terminal).collect();
    writeln!(out, "title={}::{}", property(short(finding)), data(&text.join("\n")))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::FindingCode;
    use crate::path::RepoPath;

    fn finding(path: &str) -> Finding {
        Finding {
            code: FindingCode::UnmappedFile,
            message: "50% of `a`\r".to_owned(),
            at: At::File(RepoPath::from(path)),
            label: String::new(),
            subject: String::new(),
            witness: None,
            help: "::warning::no".to_owned(),
        }
    }

    #[test]
    fn a_name_ends_no_command() {
        let findings = [finding("a,line=1:b\n%.md")];
        let mut out = Vec::new();
        write(&mut out, &Findings { findings: &findings, since: None, broken: false })
            .expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text,
            "::error file=a%2Cline=1%3Ab%0A%25.md,title=unmapped_file::50%25 of `a`\\r%0A::warning::no\n"
        );
    }

    #[test]
    fn nothing_is_dropped_without_a_word() {
        let findings: Vec<Finding> = (0..25).map(|at| finding(&format!("{at}.md"))).collect();
        let mut out = Vec::new();
        write(&mut out, &Findings { findings: &findings, since: None, broken: false })
            .expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), SHOWN);
        assert!(text.contains("16 more"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("error[unmapped_file] ")).count(), 16);
    }
}
