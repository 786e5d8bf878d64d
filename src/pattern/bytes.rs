//! Which bytes may follow one another in a path of git, and which of them people like to read.

use super::token::ByteSet;

/// What the component that is being read has begun with, as far as git cares: it refuses an empty one, `.`, `..`, and
/// `.git` in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Component {
    Empty,
    Dot,
    Dots,
    DotG,
    DotGi,
    DotGit,
    Other,
}

impl Component {
    /// Returns what follows on a byte; nothing where no path of git goes on with it.
    pub(super) const fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (_, 0) => return None,
            (_, b'/') if !self.may_end() => return None,
            (_, b'/') => Self::Empty,
            (Self::Empty, b'.') => Self::Dot,
            (Self::Dot, b'.') => Self::Dots,
            (Self::Dot, b'g' | b'G') => Self::DotG,
            (Self::DotG, b'i' | b'I') => Self::DotGi,
            (Self::DotGi, b't' | b'T') => Self::DotGit,
            _ => Self::Other,
        })
    }

    /// Says whether a path may end here.
    pub(super) const fn may_end(self) -> bool {
        matches!(self, Self::DotG | Self::DotGi | Self::Other)
    }

    /// Returns the bytes that lead elsewhere than others do.
    pub(super) fn named(self) -> ByteSet {
        let bytes: &[u8] = match self {
            Self::Empty => b".",
            Self::Dot => b".gG",
            Self::DotG => b"iI",
            Self::DotGi => b"tT",
            Self::Dots | Self::DotGit | Self::Other => b"",
        };
        let mut named = ByteSet::default();
        bytes.iter().for_each(|byte| named.insert(*byte));
        named
    }
}

/// Says whether git would take the bytes for a path.
pub(super) fn is_path(bytes: &[u8]) -> bool {
    let last = bytes.iter().try_fold(Component::Empty, |component, byte| component.after(*byte));
    last.is_some_and(Component::may_end)
}

/// Every byte, the most readable first.
pub(super) const READABLE: [u8; 256] = {
    let mut order = [0; 256];
    let (mut filled, mut tier) = (0, 0);
    while tier < TIERS.len() {
        let mut at = 0;
        while at < TIERS[tier].0.len() {
            let mut byte = TIERS[tier].0[at].0;
            loop {
                order[filled] = byte;
                filled += 1;
                if byte == TIERS[tier].0[at].1 {
                    break;
                }
                byte += 1;
            }
            at += 1;
        }
        tier += 1;
    }
    assert!(filled == 256);
    order
};

/// What each byte of a witness costs: a longer path of letters is better than a shorter one that nobody can type.
pub(super) const COST: [u32; 256] = {
    let mut costs = [0; 256];
    let mut tier = 0;
    while tier < TIERS.len() {
        let mut at = 0;
        while at < TIERS[tier].0.len() {
            let (first, last) = TIERS[tier].0[at];
            let mut byte = first as usize;
            while byte <= last as usize {
                costs[byte] = TIERS[tier].1;
                byte += 1;
            }
            at += 1;
        }
        tier += 1;
    }
    costs
};

/// Ranges of bytes, both ends included, with what a byte of them costs. No byte occurs twice.
const TIERS: &[(&[(u8, u8)], u32)] = &[
    (&[(b'x', b'x'), (b'a', b'w'), (b'y', b'z'), (b'/', b'/')], 10),
    (&[(b'A', b'Z'), (b'0', b'9')], 11),
    (&[(b'_', b'_'), (b'-', b'-')], 12),
    (&[(b'.', b'.')], 13),
    (&[(b'!', b','), (b':', b'@'), (b'[', b'^'), (b'`', b'`'), (b'{', b'~')], 60),
    (&[(b' ', b' ')], 100),
    (&[(0, 0x1f), (0x7f, 0xff)], 4000),
];
