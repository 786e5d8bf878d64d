//! Ed25519 keys.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::envelope::pae;
use crate::digest::Digest;

/// What a key's text begins with.
const PUBLIC_PREFIX: &str = "ed25519:";

/// What a secret key's text begins with.
const SECRET_PREFIX: &str = "ed25519-secret:";

/// What the SubjectPublicKeyInfo of an Ed25519 key begins with (RFC 8410): its 32 bytes follow.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The name of a key that nobody chooses: the SHA-256 of its 32 bytes, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Digest);

impl KeyId {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains(':') {
            return Err("64 hexadecimal digits are wanted".to_owned());
        }
        Digest::parse(text).map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key that signatures are checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads `ed25519:` with the base64 of 32 bytes, or a PEM of an Ed25519 key, or says what is wrong with it. A point of
    /// small order is refused: it would let one signature fit many texts. So is a point that is written in another way than
    /// the one way that it has: two names would be one key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = match (text.strip_prefix(PUBLIC_PREFIX), of_pem(text)) {
            (Some(encoded), _) => bytes(encoded)?,
            (None, Some(bytes)) => bytes?,
            (None, None) if text.starts_with(SECRET_PREFIX) => {
                return Err("it is a secret key, and is none any more: make another".to_owned());
            }
            (None, None) => return Err(format!("a key is `{PUBLIC_PREFIX}` and 44 characters of base64")),
        };
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| "it is no point of the curve".to_owned())?;
        if key.is_weak() {
            return Err("it is a point of small order, which nobody's secret belongs to".to_owned());
        }
        if key.to_edwards().compress().to_bytes() != bytes {
            return Err("it is a point of the curve, written in a way that is not its own".to_owned());
        }
        Ok(Self(key))
    }

    /// Returns the key's name.
    pub fn id(&self) -> KeyId {
        KeyId(Digest::of(self.0.as_bytes()))
    }

    /// Says whether `signature` was made over the payload, as this type, with this key's secret.
    pub fn verifies(&self, payload_type: &str, payload: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.0.verify_strict(&pae(payload_type, payload), &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key that signs. It is never printed but by [`SecretKey::reveal`].
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Makes a key of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads the text of [`SecretKey::reveal`], or says what is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let encoded = text
            .trim()
            .strip_prefix(SECRET_PREFIX)
            .ok_or_else(|| format!("a secret key is `{SECRET_PREFIX}` and 44 characters of base64"))?;
        bytes(encoded).map(|seed| Self::from_seed(&seed))
    }

    /// Returns the text that the key is kept as.
    pub fn reveal(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(self.0.to_bytes()))
    }

    /// Returns the key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Returns the 64 bytes of a signature over the payload, as this type.
    pub fn sign(&self, payload_type: &str, payload: &[u8]) -> Vec<u8> {
        self.0.sign(&pae(payload_type, payload)).to_bytes().to_vec()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn bytes(encoded: &str) -> Result<[u8; 32], String> {
    let bytes = STANDARD.decode(encoded).map_err(|_| "it is not base64".to_owned())?;
    <[u8; 32]>::try_from(bytes).map_err(|bytes| format!("it has {} bytes, and a key has 32", bytes.len()))
}

/// Returns the key of a PEM; nothing where the text is none.
fn of_pem(text: &str) -> Option<Result<[u8; 32], String>> {
    let inner = text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?;
    let inner = inner.strip_suffix("-----END PUBLIC KEY-----").unwrap_or_default();
    let encoded: String = inner.split_ascii_whitespace().collect();
    let der = STANDARD.decode(encoded).unwrap_or_default();
    let key = der.strip_prefix(&SPKI).and_then(|key| <[u8; 32]>::try_from(key).ok());
    Some(key.ok_or_else(|| "it is a PEM, but not of an Ed25519 key".to_owned()))
}
