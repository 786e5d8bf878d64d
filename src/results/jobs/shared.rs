//! What the lists have in common.

use std::sync::Arc;

use jiff::Timestamp;

use crate::fault::{Code, Fault};
use crate::json::{Text, error_message, error_span, first_byte};
use crate::source::{Source, Span};

/// How a list that cannot be used is replaced.
pub(super) const ANEW: &str = "pass on what the CI says, whole and as it stands";

/// A list that cannot be read.
pub(super) fn syntax(source: &Arc<Source>, error: &serde_json::Error, what: &str) -> Fault {
    let message = format!("{} is not {what}: {}", source.name(), error_message(error));
    Fault::at(Code::JobsSyntax, source, error_span(source, error), message, "here", ANEW)
}

/// A list without jobs.
pub(super) fn nothing(source: &Arc<Source>) -> Fault {
    let help =
        "see whether the variable or the call that it comes from has a value: what is empty says nothing";
    let message = format!("{} lists no job", source.name());
    Fault::at(Code::JobsSyntax, source, first_byte(source), message, "here", help)
}

/// A value that is there and cannot be.
pub(super) fn wrong(source: &Arc<Source>, span: Span, message: String) -> Fault {
    Fault::at(Code::JobsSyntax, source, span, message, "this value", ANEW)
}

/// A word for a state that is none of the CI's.
pub(super) fn unknown(source: &Arc<Source>, state: &Text<'_>, job: &str, ci: &str) -> Fault {
    let message =
        format!("job `{job}` is `{}`, which is no word of {ci} for what became of a job", state.as_str());
    let help = "what is not known is no pass: see whether the list is of that CI, or whether this laneway is too old for it";
    Fault::at(Code::JobsUnknown, source, state.span(source), message, "not known", help)
}

/// Takes a point in time; it may be absent, as of a job that never began.
pub(super) fn time(
    source: &Arc<Source>,
    text: Option<&Text<'_>>,
    faults: &mut Vec<Fault>,
) -> Option<Timestamp> {
    let text = text?;
    let time = text.as_str().parse();
    if time.is_err() {
        let message = format!("`{}` is no point in time with a zone", text.as_str());
        faults.push(wrong(source, text.span(source), message));
    }
    time.ok()
}

/// Returns the document behind a byte order mark.
pub(super) fn text(source: &Source) -> &str {
    source.text().strip_prefix('\u{feff}').unwrap_or(source.text())
}
