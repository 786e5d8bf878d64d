//! How times, names and texts of others are written on the page.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::render::page::text;

/// Writes a day, in UTC.
pub(crate) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

/// Writes a time for people and for programs.
pub(super) fn time(time: Timestamp) -> String {
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!("<time datetime=\"{seconds}\">{}</time>", time.strftime("%Y-%m-%d %H:%M"))
}

/// Shortens a commit or a digest.
pub(crate) fn short(hex: &str) -> &str {
    hex.get(..12).unwrap_or(hex)
}

/// Writes a commit or a digest, shortened; the whole of it shows where one points at it.
pub(super) fn hash(hex: &str) -> String {
    format!("<code title=\"{hex}\">{}</code>", short(hex))
}

/// Writes a text of somebody else, cut where it has more than `most` characters: no text makes the page large.
pub(super) fn said(own: &str, most: usize) -> String {
    text(&cut(own, most))
}

fn cut(own: &str, most: usize) -> Cow<'_, str> {
    match own.char_indices().nth(most) {
        None => Cow::Borrowed(own),
        Some((at, _)) => {
            let left = own[at..].chars().count();
            Cow::Owned(format!("{}… ({left} characters more)", &own[..at]))
        }
    }
}

/// Writes how long something lasted.
pub(super) fn lasted(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest:02} s"),
        (100.., _) => format!("{} h", grouped(usize::try_from(hours).unwrap_or(usize::MAX))),
        _ => format!("{hours} h {minutes:02} min"),
    }
}

/// Writes a number with its thousands apart.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a number with its thing, in the plural where it is not one.
pub(super) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(said("<ü>", 3), "&lt;ü&gt;");
        assert_eq!(said("üüü<", 2), "üü… (2 characters more)");
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!(
            [lasted(0), lasted(61), lasted(3661), lasted(u64::MAX / 2)][..3],
            ["0 s", "1 min 01 s", "1 h 01 min"]
        );
    }
}
