//! What a pattern of a CODEOWNERS file matches, component by component.

/// A pattern: names and runs of folders from the root, and what may follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    /// From the root on.
    pub(crate) parts: Vec<Part>,
    /// What follows the last part.
    pub(crate) tail: Tail,
    /// Names without wildcards that every path begins with, joined by `/`.
    head: Vec<u8>,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Any number of folders, or none.
    Folders,
    /// One component.
    Name(Vec<Token>),
}

/// What may follow the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing: the path ends.
    Exact,
    /// Nothing, or anything below.
    OrBelow,
    /// Anything below.
    Below,
}

/// One step of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: any byte.
    One,
    /// `*`: any bytes, or none.
    Many,
    /// `[…]`: one of these ranges, or none of them.
    Class {
        /// Says that the ranges are those that do not match.
        negated: bool,
        /// First and last byte of each.
        ranges: Vec<(u8, u8)>,
    },
}

/// More parts than this no path has: git's own limit on a path is 4,096 bytes on most systems, and patterns are short.
pub(super) const MOST_PARTS: usize = 120;

impl Glob {
    /// Takes a pattern apart; there are at most [`MOST_PARTS`] parts.
    pub(crate) fn new(parts: Vec<Part>, tail: Tail) -> Self {
        let literal = |part: &Part| match part {
            Part::Name(tokens) => literal(tokens),
            Part::Folders => None,
        };
        let names: Vec<Vec<u8>> = parts.iter().map_while(literal).collect();
        Self { head: names.join(&b'/'), parts, tail }
    }

    /// Returns the pattern of one path.
    pub(crate) fn of_path(path: &[u8]) -> Self {
        let name = |name: &[u8]| Part::Name(name.iter().map(|byte| Token::Byte(*byte)).collect());
        Self::new(path.split(|byte| *byte == b'/').map(name).collect(), Tail::Exact)
    }

    /// Returns the pattern of every path.
    pub(crate) fn everything() -> Self {
        Self::new(Vec::new(), Tail::Below)
    }

    /// Says whether the pattern matches every path.
    pub(crate) fn is_everything(&self) -> bool {
        let is_any = |part: &Part| match part {
            Part::Folders => true,
            Part::Name(tokens) => tokens.iter().all(|token| *token == Token::Many),
        };
        match (self.parts.as_slice(), self.tail) {
            ([folders @ .., last], Tail::Exact | Tail::OrBelow) => {
                !folders.is_empty() && folders.iter().all(|part| *part == Part::Folders) && is_any(last)
            }
            (parts, Tail::Below) => parts.iter().all(|part| *part == Part::Folders),
            ([], _) => false,
        }
    }

    /// Returns the path that the parts name, where none of them has a wildcard.
    pub(crate) fn path(&self) -> Option<&[u8]> {
        let names = self.parts.iter().all(|part| match part {
            Part::Name(tokens) => tokens.iter().all(|token| matches!(token, Token::Byte(_))),
            Part::Folders => false,
        });
        (names && !self.parts.is_empty()).then_some(&self.head)
    }

    /// Says whether the pattern matches `path`.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        if !path.starts_with(&self.head) {
            return false;
        }
        let end = 1_u128 << self.parts.len();
        let mut at = self.through_folders(1);
        let count = path.split(|byte| *byte == b'/').count();
        for (index, component) in path.split(|byte| *byte == b'/').enumerate() {
            if at & end != 0 && (self.tail == Tail::Below || (self.tail == Tail::OrBelow && index > 0)) {
                return true;
            }
            let mut next = 0;
            for (number, part) in self.parts.iter().enumerate().filter(|(number, _)| at >> number & 1 == 1) {
                match part {
                    Part::Folders => next |= 1 << number,
                    Part::Name(tokens) if matches_name(tokens, component) => next |= 1 << (number + 1),
                    Part::Name(_) => {}
                }
            }
            at = self.through_folders(next);
            if at == 0 {
                return false;
            }
            debug_assert!(index < count);
        }
        at & end != 0 && self.tail != Tail::Below
    }

    /// Adds to the positions those that follow without a component.
    fn through_folders(&self, mut at: u128) -> u128 {
        for (number, part) in self.parts.iter().enumerate() {
            if *part == Part::Folders && at >> number & 1 == 1 {
                at |= 1 << (number + 1);
            }
        }
        at
    }

    /// Says whether some path is matched by both patterns.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let short = self.head.len().min(other.head.len());
        if self.head[..short] != other.head[..short] {
            return false;
        }
        // Positions in both, a component at a time. One behind the parts is the end, two behind is below.
        let (wide, high) = (self.parts.len() + 2, other.parts.len() + 2);
        let mut seen = vec![false; wide * high];
        let mut open = vec![(0, 0)];
        while let Some((own, its)) = open.pop() {
            if std::mem::replace(&mut seen[own * high + its], true) {
                continue;
            }
            if self.parts.get(own) == Some(&Part::Folders) {
                open.push((own + 1, its));
            }
            if other.parts.get(its) == Some(&Part::Folders) {
                open.push((own, its + 1));
            }
            if (own, its) != (0, 0) && self.ends(own) && other.ends(its) {
                return true;
            }
            if let (Some((own, name)), Some((its, other_name))) = (self.step(own), other.step(its)) {
                let common = match (name, other_name) {
                    (Some(name), Some(other_name)) => names_meet(name, other_name),
                    _ => true,
                };
                if common {
                    open.push((own, its));
                }
            }
        }
        false
    }

    /// Says whether a path may end at a position.
    fn ends(&self, at: usize) -> bool {
        let end = self.parts.len();
        (at == end && self.tail != Tail::Below) || at == end + 1
    }

    /// Returns where a component leads, and which name it must have.
    fn step(&self, at: usize) -> Option<(usize, Option<&[Token]>)> {
        let end = self.parts.len();
        match self.parts.get(at) {
            Some(Part::Folders) => Some((at, None)),
            Some(Part::Name(tokens)) => Some((at + 1, Some(tokens))),
            None if at > end => Some((at, None)),
            None => (self.tail != Tail::Exact).then_some((end + 1, None)),
        }
    }

    /// Returns what both patterns match, where one pattern can say it; nothing, where only a list of paths could. The
    /// patterns meet.
    pub(crate) fn meeting(&self, other: &Self) -> Option<Self> {
        if self == other || other.contains(self) {
            return Some(self.clone());
        }
        if self.contains(other) {
            return Some(other.clone());
        }
        self.inside(other).or_else(|| other.inside(self))
    }

    /// Says whether it is plain to see that every path of `other` is one of this pattern's.
    fn contains(&self, other: &Self) -> bool {
        if self.is_everything() {
            return true;
        }
        let depth = self.parts.len();
        let deeper =
            other.parts.len() > depth && other.parts[depth..].iter().any(|part| *part != Part::Folders);
        let below = deeper || (other.parts.len() >= depth && other.tail == Tail::Below);
        let is_folder = self.path().is_some() && self.tail != Tail::Exact;
        is_folder && other.parts.starts_with(&self.parts) && (below || self.tail == Tail::OrBelow)
    }

    /// Returns the paths below this folder that a name anywhere, `**/name`, matches.
    fn inside(&self, name: &Self) -> Option<Self> {
        let folder = self.path().filter(|_| self.tail == Tail::Below)?;
        let [Part::Folders, Part::Name(tokens)] = name.parts.as_slice() else { return None };
        // A folder of that name on the way would have all of this folder below it.
        let on_the_way = folder.split(|byte| *byte == b'/').any(|component| matches_name(tokens, component));
        if on_the_way && name.tail != Tail::Exact {
            return None;
        }
        let mut parts = self.parts.clone();
        parts.extend(name.parts.iter().cloned());
        (parts.len() <= MOST_PARTS).then(|| Self::new(parts, name.tail))
    }
}

/// Returns the bytes of a component without wildcards.
fn literal(tokens: &[Token]) -> Option<Vec<u8>> {
    tokens.iter().map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None }).collect()
}

impl Token {
    /// Says whether the token takes this one byte.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::One => true,
            Self::Many => false,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&byte)) != *negated
            }
        }
    }
}

/// Says whether the tokens match all of a component: the last `*` takes up what is left over.
fn matches_name(tokens: &[Token], name: &[u8]) -> bool {
    let (mut at, mut byte) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while byte < name.len() {
        match tokens.get(at) {
            Some(Token::Many) => {
                star = Some((at, byte));
                at += 1;
            }
            Some(token) if token.takes(name[byte]) => {
                at += 1;
                byte += 1;
            }
            _ => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from + 1));
                at = back + 1;
                byte = from + 1;
            }
        }
    }
    tokens[at..].iter().all(|token| *token == Token::Many)
}

/// Says whether some name is matched by both.
fn names_meet(left: &[Token], right: &[Token]) -> bool {
    let high = right.len() + 1;
    let mut seen = vec![false; (left.len() + 1) * high];
    let mut open = vec![(0, 0)];
    while let Some((own, its)) = open.pop() {
        if std::mem::replace(&mut seen[own * high + its], true) {
            continue;
        }
        match (left.get(own), right.get(its)) {
            (None, None) => return true,
            (Some(Token::Many), Some(Token::Many)) => open.extend([(own + 1, its), (own, its + 1)]),
            (Some(Token::Many), Some(_)) => open.extend([(own + 1, its), (own, its + 1)]),
            (Some(_), Some(Token::Many)) => open.extend([(own, its + 1), (own + 1, its)]),
            (Some(Token::Many), None) => open.push((own + 1, its)),
            (None, Some(Token::Many)) => open.push((own, its + 1)),
            (Some(one), Some(other)) if (0..=255).any(|byte| one.takes(byte) && other.takes(byte)) => {
                open.push((own + 1, its + 1));
            }
            _ => {}
        }
    }
    false
}
