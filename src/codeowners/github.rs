//! GitHub's dialect: patterns as in `.gitignore`, without negation and ranges; the last line that matches decides.

use std::sync::Arc;

use super::glob::{Glob, Part, Tail, Token};
use super::lines::{Lines, is_address, is_handle, pattern_end, push};
use super::{Rule, Section};
use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

const OWNER_HELP: &str =
    "an owner is `@user`, `@organisation/team` or an address; a space in a path is written `\\ `";

/// Reads every line.
pub(super) fn read(source: &Arc<Source>) -> (Vec<Section>, Vec<Fault>) {
    let mut lines = Lines::new(source);
    let mut rules = Vec::new();
    for span in lines.spans() {
        let line = &source.text()[span.clone()];
        let end = span.start + pattern_end(line);
        let owners = lines.owners(end..span.end, true, is_owner, OWNER_HELP);
        let pattern = span.start..end;
        if let Some(glob) = glob(&mut lines, &pattern) {
            let text = source.text()[pattern.clone()].to_owned();
            let number = source.line(span.start);
            rules.push(Rule { line: number, span: pattern, text, owners, excludes: false, glob });
        }
    }
    (vec![Section { name: None, optional: false, approvals: 0, rules }], lines.faults)
}

/// Says whether GitHub knows who is meant, as far as the form goes.
pub(super) fn is_owner(word: &str) -> bool {
    word.strip_prefix('@').map_or_else(|| is_address(word), |name| is_handle(name, 2))
}

/// Reads a pattern, or says why GitHub would not.
fn glob(lines: &mut Lines<'_>, span: &Span) -> Option<Glob> {
    let text = &lines.source.text()[span.clone()];
    let mut refuse = |message: &str, label: &str, help: &str| {
        let message = format!("{} {message}", lines.quote(span));
        lines.fault(Code::CodeownersSyntax, span.clone(), message, label, help);
        None
    };
    if text.starts_with('!') {
        let help = "give the paths to nobody by a later line without owners; a file of GitLab's has `--dialect gitlab`";
        return refuse("begins with `!`, which GitHub does not know", "no negation", help);
    }
    if text.starts_with("\\#") {
        let help = "name the file by a wildcard: `?name`, or by its folder";
        return refuse(
            "begins with an escaped `#`, which GitHub takes for a comment",
            "no such escape",
            help,
        );
    }
    if text.contains("***") {
        return refuse("has three asterisks in a row", "not a wildcard", "write `*` or `**`");
    }
    let mut parts = Vec::new();
    let mut tokens = Vec::new();
    let mut stars = true;
    let mut slashes = 0;
    let mut close = |tokens: &mut Vec<Token>, stars: bool| {
        let tokens = std::mem::take(tokens);
        if tokens == [Token::Many, Token::Many] && stars {
            parts.push(Part::Folders);
        } else if !tokens.is_empty() {
            parts.push(Part::Name(tokens));
        }
    };
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, next)) => push(&mut tokens, next),
                None => {
                    return refuse(
                        "ends with `\\`, which escapes nothing",
                        "nothing behind it",
                        "take it away",
                    );
                }
            },
            '/' => {
                // A slash at the end says that a folder is meant, and nothing about where.
                slashes += usize::from(at + 1 < text.len());
                close(&mut tokens, stars);
                stars = true;
            }
            '*' => tokens.push(Token::Many),
            '?' => {
                tokens.push(Token::One);
                stars = false;
            }
            other => {
                push(&mut tokens, other);
                stars = false;
            }
        }
    }
    close(&mut tokens, stars);
    let is_folder = text.ends_with('/') && !text.ends_with("\\/");
    if !lines.check_depth(&parts, span) {
        return None;
    }
    if parts.is_empty() {
        // `/` names the root, which is no file; nothing is below a name of no bytes.
        return Some(Glob::new(vec![Part::Name(Vec::new())], Tail::Exact));
    }
    let anchored = slashes > 0;
    if !anchored && parts.first() != Some(&Part::Folders) {
        parts.insert(0, Part::Folders);
    }
    let tail = match parts.last() {
        _ if is_folder => Tail::Below,
        Some(Part::Folders) => {
            parts.pop();
            Tail::Below
        }
        Some(Part::Name(tokens)) if *tokens == [Token::Many] => Tail::Exact,
        _ => Tail::OrBelow,
    };
    let glob = Glob::new(parts, tail);
    Some(if glob.is_everything() { Glob::everything() } else { glob })
}
