//! A cell of a table whose cells are separated by tabs: any bytes, in text that drives no terminal.

use std::fmt::Write as _;

/// Writes bytes as a cell: one line, without tabs, in UTF-8, and with nothing hidden in it.
///
/// A backslash, a tab and a line break are `\\`, `\t`, `\n` and `\r`; other characters that nobody sees are `\u{…}`, and
/// bytes that are not UTF-8 are `\xff`. A space at either end is `\x20`, because editors take such spaces away.
pub(super) fn escape(bytes: &[u8]) -> String {
    let mut cell = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => cell.push_str("\\\\"),
                '\t' => cell.push_str("\\t"),
                '\n' => cell.push_str("\\n"),
                '\r' => cell.push_str("\\r"),
                hidden if is_hidden(hidden) => {
                    let _ = write!(cell, "\\u{{{:x}}}", u32::from(hidden));
                }
                plain => cell.push(plain),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(cell, "\\x{byte:02x}");
        }
    }
    if let Some(rest) = cell.strip_prefix(' ') {
        cell = format!("\\x20{rest}");
    }
    match cell.strip_suffix(' ') {
        Some(rest) => format!("{rest}\\x20"),
        None => cell,
    }
}

/// Reads a cell back, or returns the bytes of the text in which a backslash means nothing.
pub(super) fn unescape(cell: &str) -> Result<Vec<u8>, std::ops::Range<usize>> {
    let mut bytes = Vec::with_capacity(cell.len());
    let mut at = 0;
    while let Some(offset) = cell[at..].find('\\') {
        bytes.extend_from_slice(&cell.as_bytes()[at..at + offset]);
        at += offset;
        let rest = &cell[at + 1..];
        let length = match rest.bytes().next() {
            Some(b'\\') => plain(&mut bytes, b'\\'),
            Some(b't') => plain(&mut bytes, b'\t'),
            Some(b'n') => plain(&mut bytes, b'\n'),
            Some(b'r') => plain(&mut bytes, b'\r'),
            Some(b'x') => byte(&mut bytes, rest),
            Some(b'u') => character(&mut bytes, rest),
            _ => None,
        };
        let next = rest.chars().next().map_or(0, char::len_utf8);
        at += 1 + length.ok_or(at..at + 1 + next)?;
    }
    bytes.extend_from_slice(&cell.as_bytes()[at..]);
    Ok(bytes)
}

fn plain(bytes: &mut Vec<u8>, byte: u8) -> Option<usize> {
    bytes.push(byte);
    Some(1)
}

/// Reads `x` and two digits.
fn byte(bytes: &mut Vec<u8>, rest: &str) -> Option<usize> {
    let digits = rest.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    bytes.push(u8::from_str_radix(digits, 16).ok()?);
    Some(3)
}

/// Reads `u`, and a number in braces.
fn character(bytes: &mut Vec<u8>, rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix("u{")?.split_once('}')?.0;
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = is_number.then(|| u32::from_str_radix(digits, 16).ok())??;
    let character = char::from_u32(number)?;
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(digits.len() + 3)
}

/// Says whether a character drives a terminal, or hides what is there.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_hidden_is_shown() {
        assert_eq!(escape(b"a\tb\\c\r\n\x1b\xff"), r"a\tb\\c\r\n\u{1b}\xff");
        assert_eq!(escape(" ü\u{202e} ".as_bytes()), "\\x20ü\\u{202e}\\x20");
        assert_eq!(escape(b" "), "\\x20");
    }

    #[test]
    fn a_backslash_that_means_nothing_is_found() {
        for (cell, at) in
            [("a\\q", 1..3), ("\\", 0..1), ("\\xg0", 0..2), ("\\x0", 0..2), ("\\u{}", 0..2), ("é\\é", 2..5)]
        {
            assert_eq!(unescape(cell), Err(at), "{cell}");
        }
        assert_eq!(unescape("\\u{d800}"), Err(0..2));
        assert_eq!(unescape("\\u{1F600}"), Ok("😀".as_bytes().to_vec()));
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>) {
            let cell = escape(&bytes);
            prop_assert!(!cell.chars().any(is_hidden));
            prop_assert_eq!(cell.trim(), &cell);
            prop_assert_eq!(unescape(&cell).unwrap_or_default(), bytes);
        }

        #[test]
        fn any_text_comes_back(text: String) {
            prop_assert_eq!(unescape(&escape(text.as_bytes())).unwrap_or_default(), text.into_bytes());
        }

        #[test]
        fn any_cell_is_read_or_refused(cell in "[\\\\xtnru{}0-9a-fé ]{0,12}") {
            if let Err(at) = unescape(&cell) {
                prop_assert!(cell.get(at).is_some_and(|part| part.starts_with('\\')));
            }
        }
    }
}
