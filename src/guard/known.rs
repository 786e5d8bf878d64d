//! What a finding is known by.

use std::collections::BTreeMap;
use std::fmt;

pub use crate::finding::LANEWAY;
use crate::finding::fingerprint_of;
use crate::path::RepoPath;

/// How many digits of a digest are printed. 64 bits tell a million findings apart; nothing rests on them alone, because
/// the parts stand beside them and are what is compared.
const DIGITS: usize = 16;

/// What a finding is known by from one commit to the next. No line and no count of lines is part of it.
///
/// The order is that of the files: by path, then by code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The file; nothing where the finding stands in none.
    pub path: Option<RepoPath>,
    /// The tool's word for the kind of finding.
    pub code: String,
    /// The tool.
    pub tool: String,
    /// What it is about: of laneway's own findings their subject, else the text of the line that the tool points at.
    pub subject: String,
    /// Which of those that are alike in all of that, from 1 on.
    pub ordinal: u32,
}

impl Known {
    /// Returns the fingerprint as it is printed: 16 hex digits; of the second of findings that are alike, with `.2`
    /// behind them.
    pub fn fingerprint(&self) -> String {
        let digest = match self.tool.as_str() {
            LANEWAY => fingerprint_of(&self.code, self.path.as_ref(), &self.subject),
            tool => fingerprint_of(&format!("{tool}\0{}", self.code), self.path.as_ref(), &self.subject),
        };
        let digits = &digest[..DIGITS];
        if self.ordinal == 1 { digits.to_owned() } else { format!("{digits}.{}", self.ordinal) }
    }

    /// Returns the same finding after its file moved, or before, as `moves` says; nothing where it did not. A subject of
    /// laneway's own that is the path of a file is moved as well.
    pub fn moved(&self, moves: &BTreeMap<RepoPath, RepoPath>) -> Option<Self> {
        let path = self.path.as_ref().and_then(|path| moves.get(path));
        let subject = moves.get(self.subject.as_bytes()).filter(|_| self.tool == LANEWAY);
        if path.is_none() && subject.is_none() {
            return None;
        }
        let mut moved = self.clone();
        moved.path = path.cloned().or(moved.path);
        moved.subject = subject.map_or(moved.subject, ToString::to_string);
        Some(moved)
    }
}

/// Reads the ordinal of a printed fingerprint; nothing where it is not written like one.
pub(super) fn ordinal(fingerprint: &str) -> Option<u32> {
    let is_number = |text: &str| !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    let (digits, ordinal) = match fingerprint.split_once('.') {
        Some((digits, ordinal)) => (digits, is_number(ordinal).then(|| ordinal.parse().ok())??),
        None => (fingerprint, 1),
    };
    let is_digest = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_digest && (ordinal > 1 || !fingerprint.contains('.'))).then_some(ordinal)
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.fingerprint(), self.tool, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_names_its_ordinal() {
        let mut known = Known {
            path: Some(RepoPath::from("a")),
            code: "c".to_owned(),
            tool: "t".to_owned(),
            subject: "s".to_owned(),
            ordinal: 1,
        };
        let first = known.fingerprint();
        assert_eq!((first.len(), ordinal(&first)), (16, Some(1)));
        known.ordinal = 12;
        assert_eq!(known.fingerprint(), format!("{first}.12"));
        assert_eq!(ordinal(&known.fingerprint()), Some(12));
        known.tool = "u".to_owned();
        assert!(!known.fingerprint().starts_with(&first));
        for wrong in ["", "0123", "0123456789abcdeg", "0123456789abcdef.", "0123456789abcdef.1"] {
            assert_eq!(ordinal(wrong), None, "{wrong}");
        }
        for wrong in ["0123456789abcdef.02", "0123456789abcdef.+2", "0123456789abcdef.99999999999"] {
            assert_eq!(ordinal(wrong), None, "{wrong}");
        }
    }
}
