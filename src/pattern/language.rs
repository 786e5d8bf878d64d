//! Alternatives of patterns as sets of paths, one step at a time.

use super::token::{ByteSet, Token};
use super::{Glob, Pattern, Rank, Shape, is_below, token};
use crate::path::RepoPath;

/// The paths that one alternative of a pattern matches with one rank.
///
/// A pattern without wildcards is two of them: the path that it names, which ranks above all, and what is below it.
#[derive(Clone, Copy, Debug)]
pub struct Language<'a> {
    form: Form<'a>,
    rank: Rank,
}

#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    /// This path.
    Exact(&'a [u8]),
    /// Every path below this folder.
    Below(&'a [u8]),
    /// Whatever these tokens match.
    Wild(&'a [Token]),
}

/// What a position of a language takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// This byte, and the next position follows.
    Byte(u8),
    /// A byte but `/`, and the next position follows.
    One,
    /// One of these bytes, and the next position follows.
    Class(&'a ByteSet),
    /// Any number of bytes but `/`.
    Many,
    /// Any number of bytes.
    Cross,
    /// Any number of bytes; only after a `/` the next position follows.
    Folders,
    /// Everything that is left, at least one byte.
    Rest,
    /// Nothing: the path has to end.
    End,
    /// Nothing, or anything: whatever follows is matched as well.
    Open,
}

impl Pattern {
    /// Returns the languages whose union is what the pattern matches.
    pub fn languages(&self) -> impl Iterator<Item = Language<'_>> {
        self.globs.iter().flat_map(Glob::languages)
    }
}

impl Glob {
    fn languages(&self) -> impl Iterator<Item = Language<'_>> {
        let rank = self.rank;
        let equal = Rank { equal: true, ..rank };
        let (first, second) = match &self.shape {
            Shape::Plain(name) => (
                Language { form: Form::Exact(name), rank: equal },
                Some(Language { form: Form::Below(name), rank }),
            ),
            Shape::Below(folder) => (Language { form: Form::Below(folder), rank }, None),
            Shape::Wild(tokens) => (Language { form: Form::Wild(tokens), rank }, None),
        };
        std::iter::once(first).chain(second)
    }
}

impl<'a> Language<'a> {
    /// Returns the paths below a folder, which has no `/` at its end. Its rank says nothing.
    pub fn below(folder: &'a [u8]) -> Self {
        Self { form: Form::Below(folder), rank: Rank::default() }
    }

    /// Returns the paths without a folder. Its rank says nothing.
    pub fn in_the_root() -> Self {
        Self { form: Form::Wild(&[Token::Many]), rank: Rank::default() }
    }

    /// Returns how specific a match is.
    pub const fn rank(&self) -> Rank {
        self.rank
    }

    /// Returns the bytes with which every path of the language begins.
    pub fn head(&self) -> Vec<u8> {
        match self.form {
            Form::Exact(path) => path.to_vec(),
            Form::Below(folder) => [folder, b"/"].concat(),
            Form::Wild(tokens) => literal(tokens.iter()).collect(),
        }
    }

    /// Returns the bytes with which every path of the language ends, the last byte first.
    pub fn tail(&self) -> Vec<u8> {
        match self.form {
            Form::Exact(path) => path.iter().rev().copied().collect(),
            Form::Below(_) => Vec::new(),
            Form::Wild(tokens) => literal(tokens.iter().rev()).collect(),
        }
    }

    /// Says whether the language is every path below the folder that its head names.
    pub const fn is_below(&self) -> bool {
        matches!(self.form, Form::Below(_))
    }

    /// Says whether the language is every path that there is: `**`.
    pub fn is_everything(&self) -> bool {
        matches!(self.form, Form::Wild([Token::Rest]))
    }

    /// Returns the path, where the language has a single one.
    pub const fn exact(&self) -> Option<&'a [u8]> {
        match self.form {
            Form::Exact(path) => Some(path),
            Form::Below(_) | Form::Wild(_) => None,
        }
    }

    /// Says whether the language holds `path`.
    pub fn matches(&self, path: &RepoPath) -> bool {
        let path = path.as_bytes();
        match self.form {
            Form::Exact(own) => own == path,
            Form::Below(folder) => is_below(path, folder),
            Form::Wild(tokens) => token::matches(tokens, path),
        }
    }

    /// Returns the last position, at which all of a path has been matched.
    pub(super) const fn end(&self) -> usize {
        match self.form {
            Form::Exact(path) => path.len(),
            Form::Below(folder) => folder.len() + 2,
            Form::Wild(tokens) => tokens.len(),
        }
    }

    /// Returns what a position takes.
    pub(super) fn step(&self, at: usize) -> Step<'a> {
        match self.form {
            Form::Exact(path) => path.get(at).map_or(Step::End, |byte| Step::Byte(*byte)),
            Form::Below(folder) => match folder.get(at) {
                Some(byte) => Step::Byte(*byte),
                None if at == folder.len() => Step::Byte(b'/'),
                None if at == folder.len() + 1 => Step::Rest,
                None => Step::Open,
            },
            Form::Wild(tokens) => match tokens.get(at) {
                Some(Token::Byte(byte)) => Step::Byte(*byte),
                Some(Token::One) => Step::One,
                Some(Token::Class(set)) => Step::Class(set),
                Some(Token::Many) => Step::Many,
                Some(Token::Cross) => Step::Cross,
                Some(Token::Folders) => Step::Folders,
                Some(Token::Rest) => Step::Rest,
                None if matches!(tokens.last(), Some(Token::Rest | Token::Cross)) => Step::Open,
                None => Step::End,
            },
        }
    }

    /// Adds position `at`, and those that are reached from it without a byte.
    pub(super) fn enter(&self, mut at: usize, positions: &mut Vec<usize>) {
        loop {
            if !positions.contains(&at) {
                positions.push(at);
            }
            match self.step(at) {
                Step::Many | Step::Cross | Step::Folders => at += 1,
                _ => return,
            }
        }
    }

    /// Adds the positions that follow `at` on `byte`.
    pub(super) fn follow(&self, at: usize, byte: u8, positions: &mut Vec<usize>) {
        let next = match self.step(at) {
            Step::Byte(own) => (own == byte).then_some(at + 1),
            Step::One => (byte != b'/').then_some(at + 1),
            Step::Class(set) => set.has(byte).then_some(at + 1),
            Step::Many => (byte != b'/').then_some(at),
            Step::Cross | Step::Open => Some(at),
            Step::Folders => {
                // Inside a run of folders, what comes after it is not reached before the next `/`.
                if !positions.contains(&at) {
                    positions.push(at);
                }
                (byte == b'/').then_some(at + 1)
            }
            Step::Rest => Some(at + 1),
            Step::End => None,
        };
        if let Some(next) = next {
            self.enter(next, positions);
        }
    }
}

/// Returns the bytes up to the first token that is none.
fn literal<'t>(tokens: impl Iterator<Item = &'t Token>) -> impl Iterator<Item = u8> {
    tokens.map_while(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None })
}
