//! What a roster calls its people and teams: each name means one of them.

use std::collections::BTreeMap;

use super::Forge;
use super::find::bare;
use crate::fault::Code;
use crate::source::Span;
use crate::yaml::Reader;

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// What a text is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a person or a team.
    Key,
    /// The handle of a person.
    Person,
    /// The handle of a team.
    Team(Forge),
    /// An address.
    Email,
}

/// Says what is wrong with a text as a name, as what stands behind "cannot be …: ".
pub(super) fn wrong_with(kind: Kind, text: &str) -> Option<&'static str> {
    let name = if kind == Kind::Email { text } else { bare(text) };
    let hidden = |character: char| character.is_control() || is_mark(character);
    if name.is_empty() {
        return Some("it is empty");
    }
    if text.len() > LONGEST {
        return Some("it is longer than 200 bytes");
    }
    if text.contains(hidden) {
        return Some("it holds a character that is not shown");
    }
    match kind {
        Kind::Key if text.trim() != text => Some("it begins or ends with a space"),
        Kind::Key if text.contains([',', '|', '`']) => Some("a cell of a map cannot hold it"),
        Kind::Key => None,
        Kind::Person => (!is_handle(name)).then_some("a handle has letters, digits, `-`, `_` and `.`"),
        Kind::Team(Forge::Github) => (name.split('/').count() != 2 || !name.split('/').all(is_handle))
            .then_some("a team of GitHub is `organization/team`"),
        Kind::Team(Forge::Gitlab) => {
            (!name.split('/').all(is_handle)).then_some("a group of GitLab is its full path")
        }
        Kind::Email => {
            let is_address = text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            });
            (!is_address || text.contains(char::is_whitespace)).then_some("an address is `name@host`")
        }
    }
}

/// Handles land in the URLs of forges, so nothing else may stand in one. Apps end in `[bot]`.
fn is_handle(part: &str) -> bool {
    let name = part.strip_suffix("[bot]").unwrap_or(part);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(plain) && !name.bytes().all(|byte| byte == b'.')
}

/// Marks that change the direction of text, or show nothing at all.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Shows a text inside a message: short, and with nothing that is not seen.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 60;
    let hide = |character: char| {
        if character.is_control() || is_mark(character) { '\u{FFFD}' } else { character }
    };
    let mut shown: String = text.chars().take(SHOWN).map(hide).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Whose a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose<'k> {
    /// A person's, by key.
    Person(&'k str),
    /// A team's, by key.
    Team(&'k str),
}

/// A name that has been given.
struct Given<'k> {
    whose: Whose<'k>,
    /// The forge whose handle it is; nothing for keys and addresses, which count everywhere.
    forge: Option<Forge>,
    span: Span,
}

/// Every name that has been given, so that none is given twice.
#[derive(Default)]
pub(super) struct Taken<'k>(BTreeMap<String, Vec<Given<'k>>>);

impl<'k> Taken<'k> {
    /// Gives a name to a person or a team; a fault where another has it. Two forges may give one handle to two people,
    /// who then are known by their keys.
    pub(super) fn give(
        &mut self,
        reader: &mut Reader<'_>,
        whose: Whose<'k>,
        forge: Option<Forge>,
        (name, span): (&str, Span),
    ) {
        let given = self.0.entry(bare(name).to_lowercase()).or_default();
        let meets = |other: &Given<'_>| forge.is_none() || other.forge.is_none() || other.forge == forge;
        if let Some(before) = given.iter().find(|other| other.whose != whose && meets(other)) {
            let (Whose::Person(key) | Whose::Team(key)) = before.whose;
            let what = if matches!(before.whose, Whose::Person(_)) { "person" } else { "team" };
            let message = format!("{} names two: the {what} {} has the name, too", shown(name), shown(key));
            let label = format!("also on line {}", reader.source().line(before.span.start));
            let help = "a name means one person or one team: rename one of the two";
            reader.fault(Code::RosterNamesakes, span, message, label, help);
            return;
        }
        given.push(Given { whose, forge, span });
    }
}
