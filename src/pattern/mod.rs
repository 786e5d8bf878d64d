//! Path patterns and their one matcher.
//!
//! A pattern is relative to the root of the repository, case-sensitive, over bytes. `*` and `?` stay inside one
//! component, `**` crosses, `[ab]` and `[!ab]` are one byte and never `/`, braces are alternatives, and `\` takes the
//! next byte as it is. A pattern without wildcards names a file, or everything below a folder.
//!
//! [`Pattern`] is one of them, [`PatternSet`] matches a path against many at once.

mod parse;
mod set;
mod token;

#[cfg(test)]
mod tests;

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

    /// Says whether the pattern matches `path`.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.globs.iter().any(|glob| glob.matches(path.as_bytes()))
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
