//! The words that begin a quorum where text says it: `any of`, `all of`, `2 of`.

use super::Need;

/// More people than this are not meant.
pub(crate) const MOST: u32 = 100;

/// How a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening<'t> {
    /// As a name does.
    Name,
    /// With the words of a quorum; `rest` is what stands behind them, and may be empty.
    Quorum {
        /// How many.
        need: Need,
        /// The text behind the words, trimmed.
        rest: &'t str,
    },
    /// With something before `of` that is not understood.
    Unknown {
        /// What stands before `of`.
        head: &'t str,
        /// Whether it is a number, which then is out of range.
        is_number: bool,
    },
}

/// Returns how a text begins. The first word `of` in it decides: what stands before it says how many.
pub(crate) fn opening(text: &str) -> Opening<'_> {
    let Some(at) = first_of(text) else { return Opening::Name };
    let head = text[..at].trim();
    let behind = text[at + 2..].trim_start();
    let rest = behind.strip_prefix(':').unwrap_or(behind).trim();
    let is_number = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_digit());
    let need = if head.eq_ignore_ascii_case("any") {
        Some(Need::Any)
    } else if head.eq_ignore_ascii_case("all") {
        Some(Need::All)
    } else if is_number {
        head.parse().ok().filter(|people| (1..=MOST).contains(people)).map(Need::at_least)
    } else {
        None
    };
    match need {
        Some(need) => Opening::Quorum { need, rest },
        None => Opening::Unknown { head, is_number },
    }
}

/// Returns where the first word `of` begins. A digit may touch it on the left, `:` and `@` on the right: `2of @a` means
/// `2 of @a`, whoever writes it, and must not become a name.
fn first_of(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(1)).find(|at| {
        let before = at.checked_sub(1).map(|left| bytes[left]);
        bytes[*at..*at + 2].eq_ignore_ascii_case(b"of")
            && before.is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_digit())
            && bytes
                .get(at + 2)
                .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b':' | b'@' | b'`'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quorum(need: Need, rest: &str) -> Opening<'_> {
        Opening::Quorum { need, rest }
    }

    #[test]
    fn words_begin_a_quorum() {
        assert_eq!(opening("all of @a"), quorum(Need::All, "@a"));
        assert_eq!(opening("ANY Of: @a"), quorum(Need::Any, "@a"));
        assert_eq!(opening("2  of : @a/of b"), quorum(Need::AtLeast(2), "@a/of b"));
        assert_eq!(opening("1 of @a"), quorum(Need::Any, "@a"));
        assert_eq!(opening("002of@a"), quorum(Need::AtLeast(2), "@a"));
        assert_eq!(opening("all of"), quorum(Need::All, ""));
        assert_eq!(opening("100 of:"), quorum(Need::AtLeast(100), ""));
    }

    #[test]
    fn a_name_may_hold_the_letters() {
        for name in ["@of", "@a/of", "@a/of-b", "office of-x", "@all-of", "of-b", "profile", "", "o", "é"] {
            assert_eq!(opening(name), Opening::Name, "{name}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_name() {
        for (text, head, is_number) in [
            ("two of @a", "two", false),
            ("of @a", "", false),
            ("0 of @a", "0", true),
            ("101 of @a", "101", true),
            ("99999999999999999999 of @a", "99999999999999999999", true),
            ("-1 of @a", "-1", false),
            ("1.5 of @a", "1.5", false),
            ("**all** of @a", "**all**", false),
            ("at least 2 of @a", "at least 2", false),
        ] {
            assert_eq!(opening(text), Opening::Unknown { head, is_number }, "{text}");
        }
    }
}
