//! From the pattern of a CODEOWNERS line to patterns of a map.

use super::table::{literal_character, sealed};
use crate::codeowners::{Glob, Part, Tail, Token};
use crate::pattern::{Pattern, Rank};

/// One pattern of a map, and what it matches in the words that it came from.
#[derive(Clone, Debug)]
pub(super) struct Translated {
    /// The pattern's text.
    pub(super) text: String,
    /// How specific a match of it is.
    pub(super) rank: Rank,
    /// What it matches.
    pub(super) glob: Glob,
}

/// What the tree has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InTree {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// Files below it.
    Folder,
}

/// Returns the patterns that together match what `glob` matches. None, where it can match nothing.
///
/// A pattern without wildcards also matches what is below it. Where `glob` does not, that is of no account: a file has
/// nothing below it, and for a folder there is no pattern then.
pub(super) fn patterns(glob: &Glob, in_tree: &dyn Fn(&[u8]) -> InTree) -> Vec<Translated> {
    if glob.is_everything() {
        return one("**".to_owned(), glob.clone()).into_iter().collect();
    }
    let text = text(&glob.parts);
    let with = |tail| Glob::new(glob.parts.clone(), tail);
    let below = |text: &str| one(format!("{text}/**"), with(Tail::Below));
    let translated = match (glob.path(), glob.tail) {
        (Some(path), Tail::Exact) if in_tree(path) == InTree::Folder => vec![],
        // Nothing is below a file, so no other pattern has to give way there.
        (Some(path), Tail::Exact | Tail::OrBelow) if in_tree(path) == InTree::File => {
            vec![one(text, with(Tail::Exact))]
        }
        (Some(_), Tail::Exact | Tail::OrBelow) => vec![one(text, with(Tail::OrBelow))],
        (_, Tail::Below) => vec![below(&text)],
        (None, Tail::Exact) => vec![one(text, with(Tail::Exact))],
        (None, Tail::OrBelow) => vec![one(text.clone(), with(Tail::Exact)), below(&text)],
    };
    translated.into_iter().flatten().collect()
}

/// Compiles a pattern; nothing for one that no path can match, because it has an empty component or `..`.
fn one(text: String, glob: Glob) -> Option<Translated> {
    let text = sealed(text);
    let rank = Pattern::parse(&text).ok()?.least_rank();
    Some(Translated { text, rank, glob })
}

fn text(parts: &[Part]) -> String {
    let mut text = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            text.push('/');
        }
        match part {
            Part::Folders => text.push_str("**"),
            Part::Name(tokens) => name(&mut text, tokens),
        }
    }
    text
}

/// Adds one component. Several `*` in a row would cross folders in a map, and mean no more than one here.
fn name(text: &mut String, tokens: &[Token]) {
    let mut run = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        if let Token::Byte(byte) = token {
            run.push(*byte);
            continue;
        }
        literal(text, &mut run);
        match token {
            Token::Many if number > 0 && tokens[number - 1] == Token::Many => {}
            Token::Many => text.push('*'),
            Token::One => text.push('?'),
            Token::Class { negated, ranges } => class(text, *negated, ranges),
            Token::Byte(_) => {}
        }
    }
    literal(text, &mut run);
}

fn literal(text: &mut String, run: &mut Vec<u8>) {
    for chunk in run.utf8_chunks() {
        chunk.valid().chars().for_each(|character| literal_character(text, character));
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    run.clear();
}

fn class(text: &mut String, negated: bool, ranges: &[(u8, u8)]) {
    let member = |text: &mut String, byte: u8| {
        if matches!(byte, b'[' | b']' | b'\\' | b'^' | b'!' | b'-') {
            text.push('\\');
        }
        text.push(char::from(byte));
    };
    text.push('[');
    if negated {
        text.push('!');
    }
    for (first, last) in ranges {
        member(text, *first);
        if last != first {
            text.push('-');
            member(text, *last);
        }
    }
    text.push(']');
}
