//! Names of others, made safe to print.
//!
//! A path may hold any byte but NUL, a title any character. Printed as they are, they could drive a terminal, mention
//! people on a pull request, or end a table early.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Writes every character that drives a terminal, or hides what is there, as an escape.
///
/// These are the control characters, line breaks among them, and the marks that change the direction of the text.
pub fn terminal(text: &str) -> Cow<'_, str> {
    // Nearly every name is plain ASCII, which is seen without decoding it; all of it is looked at, many bytes at once.
    let plain = text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    if plain || !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            other if other.is_ascii() && is_active(other) => {
                let _ = write!(escaped, "\\x{:02x}", u32::from(other));
            }
            other if is_active(other) => {
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(other));
            }
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// Writes `text` so that Markdown and HTML show it as it stands, in a table cell too, and nobody is mentioned.
///
/// Besides what [`terminal`] escapes, every character that Markdown reads becomes a character reference: unlike a
/// backslash, it also holds inside HTML. Mentions and references are broken up by an invisible word joiner.
pub fn markdown(text: &str) -> String {
    references(text, "\u{2060}")
}

/// Writes `text` as code within HTML, which holds any character in a table cell. Nobody is mentioned in code, so what
/// is copied from it is exactly the text.
pub fn markdown_code(text: &str) -> String {
    format!("<code>{}</code>", references(text, ""))
}

fn references(text: &str, joiner: &str) -> String {
    let safe = terminal(text);
    let mut escaped = String::with_capacity(safe.len() + 16);
    for character in safe.chars() {
        match character {
            '@' | '#' => {
                let _ = write!(escaped, "&#{};{joiner}", u32::from(character));
            }
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '!'
            | '\\' | '$' | '{' | '}' | '^' | '=' | ':' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Says whether a terminal would act on the character instead of showing it.
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_never_driven() {
        assert_eq!(terminal("a b-ü.rs"), "a b-ü.rs");
        assert_eq!(terminal("a\x1b[31m\n\t\r\x7f\u{9b}\u{202e}"), r"a\x1b[31m\n\t\r\x7f\u{9b}\u{202e}");
    }

    #[test]
    fn markdown_is_inert() {
        let escaped = markdown("@team <b>|`x`|\n[a](javascript:b) **c** #1");
        for character in ['<', '>', '|', '`', '*', '[', ']', '(', '\n'] {
            assert!(!escaped.contains(character), "{character:?} in {escaped}");
        }
        assert!(!escaped.contains("@team") && !escaped.contains("javascript:"));
    }
}
