//! What a wildcard pattern is made of, and how it matches bytes.

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: any byte but `/`.
    One,
    /// `[…]`: one of these bytes, never `/`.
    Class(Box<ByteSet>),
    /// `*`: any bytes but `/`.
    Many,
    /// `**` glued to text: any bytes.
    Cross,
    /// `**/` as a whole component: any folders, or none.
    Folders,
    /// `**` as the last component: everything that is left, at least one byte.
    Rest,
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    /// Every byte.
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    /// Adds what is in `other`.
    pub(super) fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
    }

    /// Takes out what is not in `other`.
    pub(super) fn meet(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own &= other);
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(super) fn remove(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] &= !(1 << (byte & 63));
    }

    pub(super) fn invert(&mut self) {
        self.0.iter_mut().for_each(|bits| *bits = !*bits);
    }

    pub(super) const fn has(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}

impl Token {
    /// Says whether the token, standing for exactly one byte, accepts it.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::One => byte != b'/',
            Self::Class(set) => set.has(byte),
            Self::Many | Self::Cross | Self::Folders | Self::Rest => false,
        }
    }
}

/// Says whether the tokens match all of `bytes`, in time proportional to the product of their lengths.
///
/// A set of positions walks over the bytes: a pattern comes from a file that anyone may write, and backtracking over
/// `**` takes exponential time on some.
pub(super) fn matches(tokens: &[Token], bytes: &[u8]) -> bool {
    let mut now = vec![false; tokens.len() + 1];
    let mut next = vec![false; tokens.len() + 1];
    enter(tokens, &mut now, 0);
    for byte in bytes {
        next.fill(false);
        let mut alive = false;
        for (at, token) in tokens.iter().enumerate() {
            if !now[at] {
                continue;
            }
            match token {
                Token::Byte(_) | Token::One | Token::Class(_) => {
                    if token.takes(*byte) {
                        enter(tokens, &mut next, at + 1);
                        alive = true;
                    }
                }
                Token::Many => {
                    if *byte != b'/' {
                        enter(tokens, &mut next, at);
                        alive = true;
                    }
                }
                Token::Cross => {
                    enter(tokens, &mut next, at);
                    alive = true;
                }
                // Inside a run of folders; only a `/` can end it.
                Token::Folders => {
                    next[at] = true;
                    if *byte == b'/' {
                        enter(tokens, &mut next, at + 1);
                    }
                    alive = true;
                }
                Token::Rest => {
                    next[at] = true;
                    next[at + 1] = true;
                    alive = true;
                }
            }
        }
        if !alive {
            return false;
        }
        std::mem::swap(&mut now, &mut next);
    }
    now[tokens.len()]
}

/// Marks position `at`, and those that are reached from it without a byte.
fn enter(tokens: &[Token], positions: &mut [bool], mut at: usize) {
    loop {
        positions[at] = true;
        match tokens.get(at) {
            Some(Token::Many | Token::Cross | Token::Folders) => at += 1,
            _ => return,
        }
    }
}

/// Says whether the tokens of one component, without `**`, match it: no allocation, one step back per `*`.
pub(super) fn matches_component(tokens: &[Token], bytes: &[u8]) -> bool {
    let (mut token, mut byte) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while byte < bytes.len() {
        if tokens.get(token) == Some(&Token::Many) {
            retry = Some((token + 1, byte));
            token += 1;
        } else if tokens.get(token).is_some_and(|token| token.takes(bytes[byte])) {
            token += 1;
            byte += 1;
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            token = after;
            byte = from + 1;
        } else {
            return false;
        }
    }
    tokens[token..].iter().all(|token| *token == Token::Many)
}
