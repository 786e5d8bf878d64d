//! Path patterns and their one matcher.
//!
//! A pattern is relative to the root of the repository, case-sensitive, over bytes. `*` and `?` stay inside one
//! component, `**` crosses, `[ab]` and `[!ab]` are one byte and never `/`, braces are alternatives, and `\` takes the
//! next byte as it is. A pattern without wildcards names a file, or everything below a folder.
//!
//! [`Pattern`] is one of them, [`PatternSet`] matches a path against many at once, and [`witness`] says whether there is
//! a path at all that some match and others do not.

mod automaton;
mod bytes;
mod language;
mod parse;
mod set;
mod token;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod witness_tests;

pub use automaton::{Answer, Question, Veto, witness};
pub use language::Language;
pub use parse::PatternError;
pub use set::{Match, PatternSet, Scratch};

use token::Token;

use crate::path::RepoPath;

/// A pattern of a map, a lane or a gate, its braces expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    globs: Vec<Glob>,
}

/// How specific a match is. The greater one wins: a pattern equal to the path, then the longest literal prefix, then
/// the most literal bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    equal: bool,
    prefix: u32,
    literal: u32,
}

/// One alternative of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob {
    shape: Shape,
    rank: Rank,
}

/// The three shapes of an alternative. The first two are nearly all patterns of a real map, and cost no automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// `a/b`: the file, or all below the folder.
    Plain(Box<[u8]>),
    /// `a/b/**` or `a/b/`: all below the folder.
    Below(Box<[u8]>),
    /// Anything else.
    Wild(Box<[Token]>),
}

impl Pattern {
    /// Compiles a pattern. `!` is not part of it: whoever reads a cell has taken it off.
    ///
    /// # Errors
    ///
    /// A pattern that is empty, not relative, or not well-formed, with the bytes that are wrong.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Ok(Self { text: text.to_owned(), globs: parse::globs(text)? })
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns, of each alternative, the bytes before its first wildcard and its rank: every path that the alternative
    /// matches begins with them.
    pub fn prefixes(&self) -> impl Iterator<Item = (Vec<u8>, Rank)> {
        self.globs.iter().map(|glob| (glob.shape.prefix(), glob.rank))
    }

    /// Returns how specific a match of the pattern is at least. A pattern without wildcards ranks above all others for
    /// the one path that it names, and wherever another pattern matches that path this rank is the greater one already.
    pub fn least_rank(&self) -> Rank {
        self.globs.iter().map(|glob| glob.rank).min().unwrap_or_default()
    }

    /// Returns what the braces of the pattern stand for: patterns without any, in the order of the text.
    pub fn alternatives(&self) -> Vec<String> {
        parse::expand(&self.text).unwrap_or_else(|_| vec![self.text.clone()])
    }

    /// Says whether the pattern matches `path`.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.globs.iter().any(|glob| glob.matches(path.as_bytes()))
    }

    /// Returns how specific the pattern is for `path`, by the best of its alternatives that match; nothing where none
    /// does.
    pub fn rank(&self, path: &RepoPath) -> Option<Rank> {
        let matching = self.globs.iter().filter(|glob| glob.matches(path.as_bytes()));
        matching.map(|glob| Rank { equal: glob.shape.is(path.as_bytes()), ..glob.rank }).max()
    }
}

/// Writes bytes as a pattern that matches them and that a cell of a map can hold: what is special is escaped, and a
/// byte that text cannot carry is `?`.
pub fn literal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' => text.extend(['\\', character]),
                other if other.is_control() || other == '`' || other == '|' => {
                    text.extend(std::iter::repeat_n('?', other.len_utf8()));
                }
                other => text.push(other),
            }
        }
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

impl Rank {
    /// Says whether the pattern is equal to the path, which beats all else.
    pub const fn is_equal(self) -> bool {
        self.equal
    }

    /// Returns the length of the literal prefix in bytes; a folder's has the `/` at its end.
    pub const fn prefix(self) -> u32 {
        self.prefix
    }

    /// Returns how many bytes of the pattern are literal.
    pub const fn literal(self) -> u32 {
        self.literal
    }
}

impl Shape {
    /// Says whether the alternative is the path itself, without wildcards.
    fn is(&self, path: &[u8]) -> bool {
        matches!(self, Self::Plain(name) if **name == *path)
    }
}

impl Shape {
    fn prefix(&self) -> Vec<u8> {
        let bytes = |token: &Token| if let Token::Byte(byte) = token { Some(*byte) } else { None };
        match self {
            Self::Plain(name) => name.to_vec(),
            Self::Below(folder) => [folder, &b"/"[..]].concat(),
            Self::Wild(tokens) => tokens.iter().map_while(bytes).collect(),
        }
    }
}

impl Glob {
    fn matches(&self, path: &[u8]) -> bool {
        match &self.shape {
            Shape::Plain(name) => path == &**name || is_below(path, name),
            Shape::Below(folder) => is_below(path, folder),
            Shape::Wild(tokens) => token::matches(tokens, path),
        }
    }
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.first() == Some(&b'/'))
}
