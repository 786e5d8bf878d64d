//! Names that a CI has room for.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::render::escape;

/// How many digits of a digest stand for what was cut off.
const DIGITS: usize = 16;

/// Returns an id that has at most `limit` characters: what is longer keeps its beginning, and a digest of the whole
/// keeps it apart from others that begin alike.
///
/// Ids have no capital letters, so no id is taken for a shortened one.
pub(super) fn short(id: &str, limit: usize) -> Cow<'_, str> {
    if id.chars().count() <= limit {
        return Cow::Borrowed(id);
    }
    let digest: String = Sha256::digest(id.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let head: String = id.chars().take(limit.saturating_sub(DIGITS + 5)).collect();
    Cow::Owned(format!("{head}-SHA-{}", &digest[..DIGITS]))
}

/// Returns what people are shown of a title, on one line and without what drives a terminal, in at most `limit`
/// characters.
pub(super) fn shown(title: &str, limit: usize) -> String {
    let shown = escape::terminal(title);
    if shown.chars().count() <= limit {
        return shown.into_owned();
    }
    shown.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_still_counts() {
        assert_eq!(short("contracts+11", 12), "contracts+11");
        let (left, right) = (format!("{}1", "a".repeat(99)), format!("{}2", "a".repeat(99)));
        assert_eq!(short(&left, 60).len(), 60);
        assert!(short(&left, 60).starts_with(&"a".repeat(39)));
        assert_ne!(short(&left, 60), short(&right, 60));
    }

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(shown("a\nb", 10), "a\\nb");
        assert_eq!(shown(&"é".repeat(10), 10), "é".repeat(10));
        assert_eq!(shown(&"é".repeat(11), 10), "é".repeat(9) + "…");
    }
}
