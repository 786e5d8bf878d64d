//! A naive matcher of path patterns: braces spelt out, then one byte after the other.

/// How specific a pattern is for a path that it matches; more is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    equal: bool,
    prefix: usize,
    literal: usize,
}

#[derive(Clone, Debug)]
enum Token {
    Byte(u8),
    /// `?`
    One,
    /// `[…]`: whether it negates, and its ranges.
    Class(bool, Vec<(u8, u8)>),
    /// `*`
    Star,
    /// `**` with text beside it.
    Glued,
    /// `**/` as a component: any folders, none too.
    Folders,
    /// `**` as the last component: at least one.
    Below,
}

/// Returns the rank of `pattern` for `path`, or nothing where it does not match.
pub(crate) fn rank(pattern: &str, path: &[u8]) -> Option<Rank> {
    spell_out(pattern).iter().filter_map(|one| rank_of_one(one, path)).max()
}

/// Says whether `pattern` matches `path`.
pub(crate) fn matches(pattern: &str, path: &[u8]) -> bool {
    rank(pattern, path).is_some()
}

/// Expands braces, the leftmost group first; nested groups fall to the recursion.
fn spell_out(pattern: &str) -> Vec<String> {
    let bytes = pattern.as_bytes();
    let (mut at, mut in_class) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' if !in_class => in_class = true,
            b']' if in_class => in_class = false,
            b'{' if !in_class => {
                let (end, parts) = alternatives(pattern, at);
                return parts
                    .into_iter()
                    .flat_map(|part| spell_out(&format!("{}{part}{}", &pattern[..at], &pattern[end..])))
                    .collect();
            }
            _ => {}
        }
        at += 1;
    }
    vec![pattern.to_owned()]
}

/// Reads the group that opens at `open`: where it ends, and its alternatives.
fn alternatives(pattern: &str, open: usize) -> (usize, Vec<String>) {
    let bytes = pattern.as_bytes();
    let (mut parts, mut depth, mut start, mut at) = (Vec::new(), 0, open + 1, open);
    loop {
        match bytes[at] {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b',' if depth == 1 => {
                parts.push(pattern[start..at].to_owned());
                start = at + 1;
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    parts.push(pattern[start..at].to_owned());
                    return (at + 1, parts);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn rank_of_one(pattern: &str, path: &[u8]) -> Option<Rank> {
    let tokens = tokens(pattern.as_bytes());
    let literal: Vec<u8> = tokens
        .iter()
        .filter_map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None })
        .collect();
    if literal.len() == tokens.len() {
        // No wildcard: the file itself, or all below the folder.
        if path == literal {
            return Some(Rank { equal: true, prefix: literal.len(), literal: literal.len() });
        }
        let below = path.starts_with(&literal) && path.get(literal.len()) == Some(&b'/');
        return below.then(|| Rank { equal: false, prefix: literal.len() + 1, literal: literal.len() + 1 });
    }
    // The slash after `**` is a literal byte of the pattern, though no token of its own.
    let slashes = tokens.iter().filter(|token| matches!(token, Token::Folders)).count();
    let prefix = tokens.iter().take_while(|token| matches!(token, Token::Byte(_))).count();
    fits(&tokens, path).then_some(Rank { equal: false, prefix, literal: literal.len() + slashes })
}

fn tokens(pattern: &[u8]) -> Vec<Token> {
    let mut text = pattern.to_vec();
    if text.ends_with(b"/") {
        text.extend(b"**");
    }
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < text.len() {
        match text[at] {
            b'\\' => {
                tokens.push(Token::Byte(text[at + 1]));
                at += 2;
            }
            b'?' => {
                tokens.push(Token::One);
                at += 1;
            }
            b'[' => {
                let (end, class) = class(&text, at);
                tokens.push(class);
                at = end;
            }
            b'*' => {
                let stars = text[at..].iter().take_while(|byte| **byte == b'*').count();
                let end = at + stars;
                let opens = at == 0 || text[at - 1] == b'/';
                let closes = end == text.len() || text[end] == b'/';
                if stars == 1 {
                    tokens.push(Token::Star);
                    at = end;
                } else if opens && closes && end < text.len() {
                    tokens.push(Token::Folders);
                    at = end + 1;
                } else if opens && closes {
                    tokens.push(Token::Below);
                    at = end;
                } else {
                    tokens.push(Token::Glued);
                    at = end;
                }
            }
            byte => {
                tokens.push(Token::Byte(byte));
                at += 1;
            }
        }
    }
    tokens
}

/// Reads the class that opens at `open`: where it ends, and what it is.
fn class(text: &[u8], open: usize) -> (usize, Token) {
    let negates = matches!(text[open + 1], b'!' | b'^');
    let mut at = open + 1 + usize::from(negates);
    let (first, mut ranges) = (at, Vec::new());
    while text[at] != b']' || at == first {
        if text[at + 1] == b'-' && text[at + 2] != b']' {
            ranges.push((text[at], text[at + 2]));
            at += 3;
        } else {
            ranges.push((text[at], text[at]));
            at += 1;
        }
    }
    (at + 1, Token::Class(negates, ranges))
}

/// Says whether `tokens` match all of `path`.
fn fits(tokens: &[Token], path: &[u8]) -> bool {
    let Some((token, rest)) = tokens.split_first() else { return path.is_empty() };
    let next =
        |ok: fn(u8) -> bool| path.split_first().is_some_and(|(byte, left)| ok(*byte) && fits(rest, left));
    match token {
        Token::Byte(wanted) => {
            path.split_first().is_some_and(|(byte, left)| byte == wanted && fits(rest, left))
        }
        Token::One => next(|byte| byte != b'/'),
        Token::Class(negates, ranges) => path.split_first().is_some_and(|(byte, left)| {
            let within = ranges.iter().any(|(low, high)| (low..=high).contains(&byte));
            *byte != b'/' && within != *negates && fits(rest, left)
        }),
        Token::Star => {
            let most = path.iter().take_while(|byte| **byte != b'/').count();
            (0..=most).any(|taken| fits(rest, &path[taken..]))
        }
        Token::Glued => (0..=path.len()).any(|taken| fits(rest, &path[taken..])),
        Token::Folders => (0..=path.len())
            .any(|taken| (taken == 0 || path[taken - 1] == b'/') && fits(rest, &path[taken..])),
        Token::Below => !path.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, rank};

    #[test]
    fn patterns_mean_what_the_design_says() {
        for (pattern, path, expected) in [
            ("a/**", "a", false),
            ("a/**", "a/b/c", true),
            ("**/x", "x", true),
            ("a/**/x", "a/x", true),
            ("a/**/x", "a/b/c/x", true),
            ("a**/b", "a/b", true),
            ("a**b", "a/x/b", true),
            ("a*b", "a/b", false),
            ("a", "a/b", true),
            ("a", "ab", false),
            ("a/", "a", false),
            ("a/*/", "a/b", false),
            ("a/*/", "a/b/c", true),
            ("[!a]", "b", true),
            ("[^a]x", "/x", false),
            ("?", "/", false),
            ("*", ".x", true),
            ("{a,b/{c,d}}", "b/d/x", true),
            ("a{,/b}", "a", true),
            ("x\\*", "x*", true),
            ("x\\*", "xy", false),
            ("**", "a/b", true),
        ] {
            assert_eq!(matches(pattern, path.as_bytes()), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_more_specific_pattern_ranks_higher() {
        for (higher, lower, path) in [
            ("a/b", "a/*b", "a/b"),
            ("a/b", "a/b**", "a/b"),
            ("a/b/**", "a/**", "a/b/x"),
            ("a/*/x", "a/**", "a/b/x"),
            ("a/**", "**/x", "a/b/x"),
        ] {
            assert!(rank(higher, path.as_bytes()) > rank(lower, path.as_bytes()), "{higher} {lower}");
        }
        assert_eq!(rank("a", b"a/x"), rank("a/**", b"a/x"));
        assert_eq!(rank("a/", b"a/x"), rank("a/**", b"a/x"));
    }
}
