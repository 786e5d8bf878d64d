//! Text to alternatives.

use super::token::{ByteSet, Token};
use super::{Glob, Rank, Shape};
use crate::fault::Code;
use crate::source::Span;

/// A pattern may not expand to more alternatives than this.
const MOST_ALTERNATIVES: usize = 1000;

/// Why a pattern does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Which code the fault has.
    pub code: Code,
    /// The bytes of the pattern's text that are wrong.
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl PatternError {
    fn syntax(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: Code::PatternSyntax, span, message: message.into(), help: help.into() }
    }
}

/// Compiles every alternative of `text`.
pub(super) fn globs(text: &str) -> Result<Vec<Glob>, PatternError> {
    if text.is_empty() {
        return Err(PatternError::syntax(
            0..0,
            "the pattern is empty",
            "write a path, or `**` for every path",
        ));
    }
    if let Some(glob) = simple(text) {
        return Ok(vec![glob]);
    }
    let mut globs = Vec::new();
    for alternative in expand(text)? {
        // Places inside an alternative are places of the text only where there are no braces.
        let glob = glob(&alternative).map_err(|error| {
            if alternative.len() == text.len() {
                error
            } else {
                PatternError { span: 0..text.len(), ..error }
            }
        })?;
        if !globs.contains(&glob) {
            globs.push(glob);
        }
    }
    Ok(globs)
}

/// Reads `a/b` and `a/b/**`, which nearly all patterns are, without taking them apart.
fn simple(text: &str) -> Option<Glob> {
    let (name, is_folder) = text.strip_suffix("/**").map_or((text, false), |folder| (folder, true));
    let is_plain = |component: &str| {
        !matches!(component, "" | "." | "..") && !component.contains(['*', '?', '[', ']', '{', '}', '\\'])
    };
    if !name.split('/').all(is_plain) {
        return None;
    }
    // The `/` of a folder counts, written or not.
    let bytes = u32::try_from(name.len() + 1).unwrap_or(u32::MAX);
    let rank = Rank { equal: false, prefix: bytes, literal: bytes };
    let name = name.as_bytes().into();
    Some(Glob { shape: if is_folder { Shape::Below(name) } else { Shape::Plain(name) }, rank })
}

/// Expands `{a,b}`, nested ones too. What is inside `[…]` or behind `\` is left alone.
pub(super) fn expand(text: &str) -> Result<Vec<String>, PatternError> {
    if !text.contains(['{', '}']) {
        return Ok(vec![text.to_owned()]);
    }
    let mut at = 0;
    let alternatives = sequence(text, &mut at, 0)?;
    if at < text.len() {
        return Err(PatternError::syntax(
            at..at + 1,
            "`}` closes nothing",
            "write `\\}` for the character itself",
        ));
    }
    Ok(alternatives)
}

/// Reads up to the end, or inside braces up to `,` or `}`, and returns every text that it can stand for.
fn sequence(text: &str, at: &mut usize, depth: usize) -> Result<Vec<String>, PatternError> {
    let bytes = text.as_bytes();
    let mut heads = vec![String::new()];
    let mut from = *at;
    let flush = |heads: &mut Vec<String>, piece: &str| heads.iter_mut().for_each(|head| head.push_str(piece));
    while *at < bytes.len() {
        match bytes[*at] {
            b'\\' => *at += 1 + text[*at + 1..].chars().next().map_or(0, char::len_utf8),
            b'[' => *at = class_end(bytes, *at).map_or(*at + 1, |end| end + 1),
            b'{' => {
                flush(&mut heads, &text[from..*at]);
                let open = *at;
                if depth == 16 {
                    return Err(PatternError::syntax(
                        open..open + 1,
                        "braces are nested too deep",
                        "list the paths",
                    ));
                }
                let mut choices = Vec::new();
                loop {
                    *at += 1;
                    choices.extend(sequence(text, at, depth + 1)?);
                    match bytes.get(*at) {
                        Some(b',') => {}
                        Some(_) => break,
                        None => {
                            let help = "close it with `}`, or write `\\{` for the character itself";
                            return Err(PatternError::syntax(open..open + 1, "`{` is not closed", help));
                        }
                    }
                }
                *at += 1;
                from = *at;
                if heads.len() * choices.len() > MOST_ALTERNATIVES {
                    return Err(PatternError {
                        code: Code::PatternTooWide,
                        span: 0..text.len(),
                        message: format!("the braces stand for more than {MOST_ALTERNATIVES} patterns"),
                        help: "use `*`, or several values".to_owned(),
                    });
                }
                heads = heads
                    .iter()
                    .flat_map(|head| choices.iter().map(move |choice| format!("{head}{choice}")))
                    .collect();
            }
            b',' | b'}' if depth > 0 => break,
            b'}' => break,
            _ => *at += 1,
        }
    }
    flush(&mut heads, &text[from..*at]);
    Ok(heads)
}

/// Returns where the class that opens at `open` closes; a `]` right after `[`, `[!` or `[^` is a member.
fn class_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    if matches!(bytes.get(at), Some(b'!' | b'^')) {
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b']' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Compiles one alternative.
fn glob(text: &str) -> Result<Glob, PatternError> {
    check_relative(text)?;
    let (text, folder) = text.strip_suffix('/').map_or((text, false), |text| (text, true));
    let mut tokens = tokens(text)?;
    if folder && tokens.last() != Some(&Token::Rest) {
        tokens.push(Token::Byte(b'/'));
        tokens.push(Token::Rest);
    }
    Ok(Glob { rank: rank(&tokens), shape: shape(tokens) })
}

/// Refuses what could never match a path of git, which has no `.`, no `..`, and no `/` at its start.
fn check_relative(text: &str) -> Result<(), PatternError> {
    let body = text.strip_suffix('/').unwrap_or(text);
    let mut at = 0;
    for component in body.split('/') {
        let span = at..at + component.len();
        let wrong = match component {
            "" if at == 0 => Some("begins with `/`"),
            "" => Some("has an empty component"),
            "." => Some("has the component `.`"),
            ".." => Some("has the component `..`"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return Err(PatternError {
                code: Code::PatternNotRelative,
                span: if span.is_empty() { at..(at + 1).min(text.len()) } else { span },
                message: format!("the pattern `{text}` {wrong}, so no path can match it"),
                help: "patterns are relative to the root of the repository: write `packages/billing/**`"
                    .to_owned(),
            });
        }
        at += component.len() + 1;
    }
    Ok(())
}

fn tokens(text: &str) -> Result<Vec<Token>, PatternError> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                let Some(next) = bytes.get(at + 1) else {
                    let help = "write `\\\\` for the character itself";
                    return Err(PatternError::syntax(at..at + 1, "`\\` at the end escapes nothing", help));
                };
                tokens.push(Token::Byte(*next));
                at += 2;
            }
            b'?' => {
                tokens.push(Token::One);
                at += 1;
            }
            b'[' => {
                let Some(end) = class_end(bytes, at) else {
                    let help = "close it with `]`, or write `\\[` for the character itself";
                    return Err(PatternError::syntax(at..at + 1, "`[` is not closed", help));
                };
                tokens.push(Token::Class(Box::new(class(bytes, at, end)?)));
                at = end + 1;
            }
            b'*' => {
                let run = bytes[at..].iter().take_while(|byte| **byte == b'*').count();
                let (first, last) = (at == 0 || bytes[at - 1] == b'/', at + run == bytes.len());
                at += run;
                if run == 1 {
                    tokens.push(Token::Many);
                } else if first && last {
                    tokens.push(Token::Rest);
                } else if first && bytes[at] == b'/' {
                    // The `/` belongs to the folders, of which there may be none.
                    at += 1;
                    if tokens.last() != Some(&Token::Folders) {
                        tokens.push(Token::Folders);
                    }
                } else {
                    tokens.push(Token::Cross);
                }
            }
            byte => {
                tokens.push(Token::Byte(byte));
                at += 1;
            }
        }
    }
    Ok(tokens)
}

fn class(bytes: &[u8], open: usize, end: usize) -> Result<ByteSet, PatternError> {
    let mut set = ByteSet::default();
    let mut at = open + 1;
    let inverted = matches!(bytes[at], b'!' | b'^');
    if inverted {
        at += 1;
    }
    let member = |at: &mut usize| {
        if bytes[*at] == b'\\' && *at + 1 < end {
            *at += 1;
        }
        let byte = bytes[*at];
        *at += 1;
        byte
    };
    while at < end {
        let from = at;
        let low = member(&mut at);
        if at + 1 < end && bytes[at] == b'-' {
            at += 1;
            let high = member(&mut at);
            if high < low {
                return Err(PatternError::syntax(
                    from..at,
                    "the range runs backwards",
                    "write the lower end first",
                ));
            }
            (low..=high).for_each(|byte| set.insert(byte));
        } else {
            set.insert(low);
        }
    }
    if inverted {
        set.invert();
    }
    set.remove(b'/');
    if set.is_empty() {
        let help = "a class is one byte of a name, and never `/`";
        return Err(PatternError::syntax(open..end + 1, "the class matches nothing", help));
    }
    Ok(set)
}

/// A folder ranks as `folder/**`, so its `/` counts.
fn rank(tokens: &[Token]) -> Rank {
    let bytes = tokens.iter().take_while(|token| matches!(token, Token::Byte(_))).count();
    let literal =
        tokens.iter().map(|token| u32::from(matches!(token, Token::Byte(_) | Token::Folders))).sum::<u32>();
    let plain = u32::from(bytes == tokens.len());
    Rank { equal: false, prefix: u32::try_from(bytes).unwrap_or(u32::MAX) + plain, literal: literal + plain }
}

fn shape(tokens: Vec<Token>) -> Shape {
    let literal = |tokens: &[Token]| -> Option<Box<[u8]>> {
        tokens.iter().map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None }).collect()
    };
    if let Some(plain) = literal(&tokens) {
        return Shape::Plain(plain);
    }
    match tokens.as_slice() {
        [folder @ .., Token::Byte(b'/'), Token::Rest] if !folder.is_empty() => {
            literal(folder).map_or_else(|| Shape::Wild(tokens.clone().into()), Shape::Below)
        }
        _ => Shape::Wild(tokens.into()),
    }
}
