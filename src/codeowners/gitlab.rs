//! GitLab's dialect: sections that each have their say, exclusions, roles, and patterns as Ruby's `fnmatch` has them.

use std::sync::Arc;

use super::glob::{Glob, Part, Tail, Token};
use super::lines::{Lines, is_address, is_handle, pattern_end, push};
use super::{Rule, Section};
use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

const OWNER_HELP: &str = "an owner is `@user`, `@group/subgroup`, `@@role` or an address; GitLab knows no comments \
    behind a line, and a space in a path is written `\\ `";

/// Reads every line. Sections of one name are one; its lines keep the owners of the heading that they stand under.
pub(super) fn read(source: &Arc<Source>) -> (Vec<Section>, Vec<Fault>) {
    let mut lines = Lines::new(source);
    let mut sections = vec![Section { name: None, optional: false, approvals: 0, rules: Vec::new() }];
    let mut current = 0;
    let mut inherited = Vec::new();
    for span in lines.spans() {
        let line = &source.text()[span.clone()];
        if line.starts_with('[') || line.starts_with("^[") {
            if let Some((heading, owners)) = heading(&mut lines, &span) {
                inherited = owners;
                current = join(&mut sections, heading);
            }
            continue;
        }
        let excludes = line.starts_with('!');
        let pattern = span.start + usize::from(excludes)..span.start + pattern_end(line);
        let mut owners = lines.owners(pattern.end..span.end, false, is_owner, OWNER_HELP);
        if excludes {
            if !owners.is_empty() {
                let message = format!("{} takes paths out, and names an owner of them", lines.quote(&span));
                let help = "take the owners away, or the `!`";
                let words = source.text()[pattern.end..span.end].trim();
                let place = span.end - words.len()..span.end;
                lines.fault(Code::CodeownersOwner, place, message, "owner of nothing", help);
            }
            owners.clear();
        } else if owners.is_empty() {
            // A line whose owners are wrong has its fault already.
            if source.text()[pattern.end..span.end].trim().is_empty() && inherited.is_empty() {
                let message = format!("{} has no owner, and neither has its section", lines.quote(&span));
                let help = "name an owner, or take the path out of the section with `!`";
                lines.fault(Code::CodeownersOwner, span.clone(), message, "owned by nobody", help);
            }
            owners.clone_from(&inherited);
        }
        if let Some(glob) = glob(&mut lines, &pattern) {
            let text = source.text()[pattern.clone()].to_owned();
            let number = source.line(span.start);
            sections[current].rules.push(Rule { line: number, span: pattern, text, owners, excludes, glob });
        }
    }
    sections.retain(|section| !section.rules.is_empty());
    (sections, lines.faults)
}

/// Says whether GitLab knows who is meant, as far as the form goes.
pub(super) fn is_owner(word: &str) -> bool {
    if let Some(role) = word.strip_prefix("@@") {
        let role = role.to_ascii_lowercase();
        return matches!(role.strip_suffix('s').unwrap_or(&role), "developer" | "maintainer" | "owner");
    }
    word.strip_prefix('@').map_or_else(|| is_address(word), |name| is_handle(name, 20))
}

/// Returns the index of the section that a heading opens or goes on with.
fn join(sections: &mut Vec<Section>, heading: Section) -> usize {
    let same = |name: &Option<String>| match (name, &heading.name) {
        (Some(name), Some(other)) => name.to_lowercase() == other.to_lowercase(),
        _ => false,
    };
    match sections.iter().position(|section| same(&section.name)) {
        Some(index) => {
            sections[index].optional &= heading.optional;
            sections[index].approvals = sections[index].approvals.max(heading.approvals);
            index
        }
        None => {
            sections.push(heading);
            sections.len() - 1
        }
    }
}

/// Reads `^[Name][2] @owner`, or says why GitLab would not.
fn heading(lines: &mut Lines<'_>, span: &Span) -> Option<(Section, Vec<String>)> {
    let line = &lines.source.text()[span.clone()];
    let optional = line.starts_with('^');
    let inner = span.start + usize::from(optional) + 1;
    let mut refuse = |message: &str, label: &str, help: &str| {
        let message = format!("the heading {} {message}", lines.quote(span));
        lines.fault(Code::CodeownersSection, span.clone(), message, label, help);
        None
    };
    let rest = &line[inner - span.start..];
    let Some(length) = rest.find(']') else {
        return refuse("is not closed", "reads as a path", "close it with `]`; a path may begin with `\\[`");
    };
    let name = rest[..length].trim();
    if name.is_empty() {
        return refuse("has no name", "a section without a name", "write a name between the brackets");
    }
    let mut at = inner + length + 1;
    let mut approvals = 0;
    let behind = &line[at - span.start..];
    if let Some(count) = behind.strip_prefix('[') {
        let number = count.find(']').map(|end| &count[..end]);
        let Some(number) = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) else {
            let help = "write how many owners must approve: `[Name][2]`";
            return refuse("has a number of approvals that is none", "not a number", help);
        };
        at += number.len() + 2;
        approvals = number.parse().unwrap_or(if number.is_empty() { 0 } else { u32::MAX });
        if optional && approvals > 0 {
            let help = "take away the `^` or the number";
            return refuse("is optional and asks for approvals", "one or the other", help);
        }
    }
    let behind = &line[at - span.start..];
    if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
        let help = "put a space before the owners; a path that begins with `[` is written `\\[`";
        return refuse("has text that touches it", "neither a heading nor a path", help);
    }
    let name = Some(name.to_owned());
    let owners = lines.owners(at..span.end, false, is_owner, OWNER_HELP);
    Some((Section { name, optional, approvals, rules: Vec::new() }, owners))
}

/// Reads a pattern, or says why it can match nothing.
fn glob(lines: &mut Lines<'_>, span: &Span) -> Option<Glob> {
    let text = &lines.source.text()[span.clone()];
    let mut refuse = |message: &str, label: &str, help: &str| {
        let message = format!("{} {message}", lines.quote(span));
        lines.fault(Code::CodeownersSyntax, span.clone(), message, label, help);
        None
    };
    if text == "*" {
        return Some(Glob::everything());
    }
    if text.is_empty() {
        return refuse("names nothing", "no pattern", "write a path behind the `!`");
    }
    let anchored = text.starts_with('/');
    let mut parts = if anchored { Vec::new() } else { vec![Part::Folders] };
    let mut components: Vec<&str> = text.strip_prefix('/').unwrap_or(text).split('/').collect();
    let is_folder = components.len() > 1 && components.last() == Some(&"")
        || text.ends_with('/') && components.last() == Some(&"");
    if is_folder {
        components.pop();
    }
    let last = components.len().saturating_sub(1);
    for (number, component) in components.into_iter().enumerate() {
        // Two asterisks cross folders only where a `/` follows; elsewhere they are one.
        if component == "**" && (number < last || is_folder) {
            parts.push(Part::Folders);
            continue;
        }
        match tokens(component) {
            Ok(tokens) => parts.push(Part::Name(tokens)),
            Err(why) => {
                return refuse(why, "wrong in this pattern", "escape a character that is meant with `\\`");
            }
        }
    }
    if !lines.check_depth(&parts, span) {
        return None;
    }
    let glob = Glob::new(parts, if is_folder { Tail::Below } else { Tail::Exact });
    Some(if glob.is_everything() { Glob::everything() } else { glob })
}

/// Reads one component.
fn tokens(component: &str) -> Result<Vec<Token>, &'static str> {
    let mut tokens = Vec::new();
    let mut characters = component.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(space) if space.is_whitespace() => {
                    // A run of spaces behind a backslash is one.
                    while characters.next_if(|next| next.is_whitespace()).is_some() {}
                    tokens.push(Token::Byte(b' '));
                }
                Some(next) => push(&mut tokens, next),
                None => return Err("has a `\\` that escapes nothing"),
            },
            '*' => {
                if tokens.last() != Some(&Token::Many) {
                    tokens.push(Token::Many);
                }
            }
            '?' => tokens.push(Token::One),
            '[' => tokens.push(class(&mut characters)?),
            other => push(&mut tokens, other),
        }
    }
    Ok(tokens)
}

/// Reads a class behind its `[`.
fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Token, &'static str> {
    const OPEN: &str = "has a `[` that is not closed";
    let negated = characters.next_if(|next| matches!(next, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    let member = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut next = characters.next().ok_or(OPEN)?;
        if next == '\\' {
            next = characters.next().ok_or(OPEN)?;
        }
        u8::try_from(next).ok().filter(u8::is_ascii).ok_or("has a class with a character that is not ASCII")
    };
    loop {
        if characters.next_if_eq(&']').is_some() {
            break;
        }
        let first = member(characters)?;
        let is_range = characters.peek() == Some(&'-') && {
            let mut ahead = characters.clone();
            ahead.next();
            ahead.peek().is_some_and(|next| *next != ']')
        };
        let last = if is_range {
            characters.next();
            member(characters)?
        } else {
            first
        };
        ranges.push((first, last));
    }
    if ranges.is_empty() {
        return Err("has a class that matches nothing");
    }
    Ok(Token::Class { negated, ranges })
}
