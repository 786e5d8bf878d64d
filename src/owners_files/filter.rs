//! Filters: regular expressions in Go's syntax.

use regex::bytes::{Regex, RegexBuilder};

/// Which files below a folder a part of an OWNERS file is for.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    regex: Regex,
}

/// How large a filter may become, compiled: far more than any that people write.
const MOST_BYTES: usize = 1 << 20;

/// The classes of characters that have a name, as in `[[:alpha:]]`.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Filter {
    /// Compiles a filter, or says why it cannot be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let translated = translate(text)?;
        let built = RegexBuilder::new(&translated).size_limit(MOST_BYTES).dfa_size_limit(MOST_BYTES).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line says what is wrong; those before it draw the expression.
            other => other.to_string().lines().last().unwrap_or_default().replace("error: ", ""),
        })?;
        Ok(Self { text: text.to_owned(), regex })
    }

    /// Returns the filter as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Says whether the filter finds something in a path, which is relative to the folder of its OWNERS file.
    pub fn finds(&self, path: &[u8]) -> bool {
        self.regex.is_match(path)
    }

    /// Returns the ending of the files that the filter means, where it means one, as in `\.go$`, and nothing else.
    pub fn ending(&self) -> Option<String> {
        let body = self.text.strip_suffix('$').filter(|body| !body.ends_with('\\'))?;
        let body = body.strip_prefix("^.*").or_else(|| body.strip_prefix(".*")).unwrap_or(body);
        let mut ending = String::new();
        let mut characters = body.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => ending.push(characters.next().filter(char::is_ascii_punctuation)?),
                other if other.is_alphanumeric() || matches!(other, '_' | '-') => ending.push(other),
                _ => return None,
            }
        }
        (!ending.is_empty() && !ending.contains('/')).then_some(ending)
    }
}

/// Writes an expression of Go's so that the crate reads the same: `\d`, `\w`, `\s` and `\b` are about ASCII, and inside of
/// `[…]` neither another `[` nor `&&` has a meaning.
fn translate(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    let mut in_class = false;
    while let Some((at, character)) = characters.next() {
        let rest = &text[at..];
        match character {
            '\\' => {
                let (_, escaped) = characters.next().ok_or("it ends with `\\`")?;
                let class = match escaped {
                    'd' => "[0-9]",
                    'D' => "[^0-9]",
                    'w' => "[0-9A-Za-z_]",
                    'W' => "[^0-9A-Za-z_]",
                    's' => "[\\t\\n\\f\\r ]",
                    'S' => "[^\\t\\n\\f\\r ]",
                    'b' if !in_class => "(?-u:\\b)",
                    'B' if !in_class => "(?-u:\\B)",
                    'Q' | 'E' | 'C' | 'p' | 'P' | '<' | '>' => {
                        return Err(format!("`\\{escaped}` is not understood here"));
                    }
                    other => {
                        out.push('\\');
                        out.push(other);
                        // `\b{start}` is the crate's own; in Go the brace begins a repetition, of nothing.
                        continue;
                    }
                };
                out.push_str(class);
            }
            '[' if in_class && rest.starts_with("[:") => {
                let end = rest.find(":]").ok_or("`[:` is not closed")? + 2;
                let name = rest[2..end - 2].trim_start_matches('^');
                if !CLASSES.contains(&name) {
                    return Err(format!("`{}` is no class of characters", &rest[..end]));
                }
                out.push_str(&rest[..end]);
                while characters.next_if(|(next, _)| *next < at + end).is_some() {}
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                if characters.next_if(|(_, next)| *next == '^').is_some() {
                    out.push('^');
                }
                // A `]` that comes first is a member.
                if characters.next_if(|(_, next)| *next == ']').is_some() {
                    out.push_str("\\]");
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '-' | '~' if in_class && characters.peek().is_some_and(|(_, next)| *next == character) => {
                return Err(format!(
                    "`{character}{character}` in a set of characters is not understood here"
                ));
            }
            '(' if !in_class && rest.starts_with("(?") => {
                let flags: String = rest[2..].chars().take_while(|flag| flag.is_ascii_alphabetic()).collect();
                let is_group = rest[2..].starts_with(['P', '<']);
                if !is_group && flags.chars().any(|flag| !matches!(flag, 'i' | 'm' | 's' | 'U')) {
                    return Err(format!("`(?{flags}` is not understood here"));
                }
                out.push('(');
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test that fails says so")]
    fn filters_find_what_go_finds() {
        for (filter, path, finds) in [
            (r"\.go$", "a/b.go", true),
            (r"\.go$", "a/bgo", false),
            ("(config|plugins)\\.yaml", "x/plugins.yaml.in", true),
            ("^sig-", "a/sig-b", false),
            (r"\d\w\s", "1_ ", true),
            (r"^\d$", "\u{664}", false),
            ("[[a]", "[", true),
            ("[]a]", "]", true),
            ("[^]a]", "]", false),
            ("[[:alpha:]-]$", "-", true),
            ("(?i)readme", "README", true),
            (r"\bdoc\b", "a/doc/b", true),
            ("^.$", "é", true),
            ("a&&b", "a&&b", true),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().finds(path.as_bytes()), finds, "{filter} in {path}");
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for filter in
            ["(", "[a&&b]", "[a", r"\Qa\E", r"\pL", "*", r"a\", "(?x)a", "a{1000}{1000}{1000}", "[[:nope:]]"]
        {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn an_ending_is_known_where_it_is_all_that_is_meant() {
        let ending = |text: &str| Filter::parse(text).ok().and_then(|filter| filter.ending());
        assert_eq!(ending(r"\.go$").as_deref(), Some(".go"));
        assert_eq!(ending(r".*_test\.go$").as_deref(), Some("_test.go"));
        for other in [r"\.go", r"a.go$", r"^a\.go$", r"(a|b)$", r"a\$", r"a\$$x", r"/a$", "$", r"\d$"] {
            assert_eq!(ending(other), None, "{other}");
        }
    }
}
