//! The names of bytes and of commits: SHA-256 digests, full commit hashes.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes the bytes of a digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits in lower case, with or without `sha256:` in front, or says what is wrong with them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (algorithm, digits) = text.split_once(':').unwrap_or(("sha256", text));
        if algorithm != "sha256" {
            return Err(format!("it is a digest of `{algorithm}`, and only `sha256` is taken"));
        }
        is_hex(digits, &[64])?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The full hash of a commit: 40 hexadecimal digits, or 64 in a repository of SHA-256.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitHash(String);

impl CommitHash {
    /// Reads a full hash in lower case. A branch, `HEAD` and a shortened hash are refused: each of them may mean another
    /// commit tomorrow.
    pub fn parse(text: &str) -> Result<Self, String> {
        is_hex(text, &[40, 64])?;
        if text.bytes().all(|byte| byte == b'0') {
            return Err("all zeros are no commit".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommitHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommitHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says what keeps a text from being hexadecimal digits in lower case, of one of these lengths.
fn is_hex(text: &str, lengths: &[usize]) -> Result<(), String> {
    let wanted = || lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(format!("{} hexadecimal digits in lower case are wanted", wanted()));
    }
    if !lengths.contains(&text.len()) {
        return Err(format!("it has {} digits, and {} are wanted", text.len(), wanted()));
    }
    Ok(())
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.wrapping_sub(b'a').wrapping_add(10) & 0xf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_what_it_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(Digest::parse(&format!("sha256:{empty}")), Ok(Digest::of(b"")));
        for wrong in ["", "sha512:00", "sha256:", &empty[1..], &empty.to_uppercase(), "latest"] {
            assert!(Digest::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_full_hash_is_a_commit() {
        assert!(CommitHash::parse(&"a1".repeat(20)).is_ok());
        assert!(CommitHash::parse(&"a1".repeat(32)).is_ok());
        for wrong in ["", "main", "HEAD", "a1b2c3d", &"0".repeat(40), &"A1".repeat(20), &"a1".repeat(21)] {
            assert!(CommitHash::parse(wrong).is_err(), "{wrong}");
        }
    }
}
