//! The marks of standings and verdicts: each has a shape, a colour and a word, so that none of them is needed alone.

use super::model::Word;
use crate::evidence::Shown;

/// The shapes, drawn in the colour of the text around them; `.cut` is what is cut out of a filled one.
pub(super) const SHAPES: &str = r#"<svg width="0" height="0" aria-hidden="true" class="shapes"><defs>
<symbol id="m-passed" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" class="full"/><path d="M4.5 8.3 7 10.8 11.6 5.6" class="cut"/></symbol>
<symbol id="m-reused" viewBox="0 0 16 16"><path d="M13.6 6.2A6 6 0 1 0 14 8.6" class="line"/><path d="M14.6 2.2v4.6H10z" class="full"/></symbol>
<symbol id="m-approved" viewBox="0 0 16 16"><rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2" class="line"/><path d="M4.6 8.2 7.1 10.7 11.5 5.5" class="line"/></symbol>
<symbol id="m-failed" viewBox="0 0 16 16"><path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" class="full"/><path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" class="cut"/></symbol>
<symbol id="m-partial" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" class="line"/><path d="M8 2a6 6 0 0 0 0 12z" class="full"/></symbol>
<symbol id="m-flaky" viewBox="0 0 16 16"><path d="M1.2 11 4.4 4.6l3.4 6.8 3.2-6.8L14.8 11" class="line"/></symbol>
<symbol id="m-blocked" viewBox="0 0 16 16"><rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2" class="full"/><path d="M5.7 4.6v6.8m4.6-6.8v6.8" class="cut"/></symbol>
<symbol id="m-missing" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.4" class="line dashed"/><path d="M6 6.3a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1m0 1.5v.9" class="line thin"/></symbol>
<symbol id="m-not_applicable" viewBox="0 0 16 16"><path d="M2.5 8h11" class="line"/></symbol>
<symbol id="m-waived" viewBox="0 0 16 16"><path d="M3.2 1.2v13.6" class="line"/><path d="M4 1.8 14.2 5.4 4 9.2z" class="full"/></symbol>
<symbol id="m-debt" viewBox="0 0 16 16"><path d="M8 1.2 15.2 14H.8z" class="full"/><path d="M8 5.6v4.2m0 1.5v1" class="cut"/></symbol>
<symbol id="m-revoked" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" class="line"/><path d="M3.8 12.2 12.2 3.8" class="line"/></symbol>
<symbol id="m-unjudged" viewBox="0 0 16 16"><rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2" class="line dashed"/></symbol>
</defs></svg>
"#;

/// Returns what people call a standing.
pub(super) const fn name(shown: Shown) -> &'static str {
    match shown {
        Shown::NotApplicable => "not applicable",
        other => other.as_str(),
    }
}

/// Says in a few words what a standing means.
pub(super) const fn meaning(shown: Shown) -> &'static str {
    match shown {
        Shown::Passed => "it ran, and holds",
        Shown::Reused => "not run: an executed pass is cited",
        Shown::Approved => "nothing can run: somebody approved",
        Shown::Failed => "it ran, and does not hold",
        Shown::Partial => "it holds in part",
        Shown::Flaky => "runs of it disagree",
        Shown::Blocked => "it could not run",
        Shown::Missing => "nothing says that it ran",
        Shown::NotApplicable => "it has nothing to say here",
        Shown::Waived => "let pass for a while",
    }
}

/// Writes the shape of a standing.
pub(super) fn shape(shown: Shown) -> String {
    drawn(shown.as_str())
}

/// Writes a standing: shape, colour and word.
pub(super) fn standing(shown: Shown) -> String {
    format!("<span class=\"mark s-{}\">{}{}</span>", shown.as_str(), shape(shown), name(shown))
}

/// Writes what a verdict came to: shape, colour and word.
pub(super) fn word(word: &Word<'_>) -> String {
    let (shape, name) = match word {
        Word::Clean => ("passed", "clean"),
        Word::WithDebt => ("debt", "with debt"),
        Word::Fails => ("failed", "fails"),
        Word::Revoked(_) => ("revoked", "revoked"),
        Word::Unjudged => ("unjudged", "not judged"),
    };
    format!("<span class=\"mark verdict w-{shape}\">{}{name}</span>", drawn(shape))
}

fn drawn(shape: &str) -> String {
    format!("<svg class=\"glyph\" aria-hidden=\"true\"><use href=\"#m-{shape}\"/></svg>")
}
