//! What is signed, and how a signature is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::key::{KeyId, PublicKey, SecretKey};
use crate::fault::{Code, Fault};
use crate::json::{error_message, error_span};
use crate::source::Source;

/// The type of a payload that is an in-toto statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Returns the pre-authentication encoding: `DSSEv1`, the type and the payload, each behind its length in bytes.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut encoded = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    encoded.extend_from_slice(payload);
    encoded
}

/// One signature, kept apart from what it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// The key that is said to have made it. Which key did is found by checking.
    pub key: KeyId,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Detached {
    /// Signs an in-toto statement.
    pub fn sign(key: &SecretKey, statement: &[u8]) -> Self {
        Self { key: key.public().id(), signature: key.sign(IN_TOTO, statement) }
    }

    /// Says whether `key` made the signature over this in-toto statement.
    pub fn is_by(&self, key: &PublicKey, statement: &[u8]) -> bool {
        key.verifies(IN_TOTO, statement, &self.signature)
    }

    /// Returns the document that it is kept as.
    pub fn to_json(&self) -> Vec<u8> {
        let wire = WireDetached {
            payload_type: IN_TOTO.to_owned(),
            keyid: self.key.to_string(),
            sig: STANDARD.encode(&self.signature),
        };
        let mut bytes = serde_json::to_vec(&wire).expect("texts are JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the document, or says what is wrong with it.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Fault> {
        let wrong = |why: String| {
            Fault::new(
                Code::EvidenceSignature,
                format!("{} is no signature: {why}", source.name()),
                "sign the record again, or take the file away",
            )
        };
        let wire: WireDetached = serde_json::from_str(source.text()).map_err(|error| {
            let fault = wrong(error_message(&error));
            Fault::at(fault.code, source, error_span(source, &error), fault.message, "here", fault.help)
        })?;
        if wire.payload_type != IN_TOTO {
            return Err(wrong(format!("it is over `{}`, not over a statement", wire.payload_type)));
        }
        let key = KeyId::parse(&wire.keyid).map_err(|why| wrong(format!("`keyid`: {why}")))?;
        let signature = STANDARD.decode(&wire.sig).map_err(|_| wrong("`sig` is not base64".to_owned()))?;
        if signature.len() != 64 {
            return Err(wrong(format!("`sig` has {} bytes, and a signature has 64", signature.len())));
        }
        Ok(Self { key, signature })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDetached {
    #[serde(rename = "payloadType")]
    payload_type: String,
    keyid: String,
    sig: String,
}

/// How many signatures an envelope may have: each is checked with every key.
const MAX_SIGNATURES: usize = 128;

/// A payload with its signatures, as other tools pass it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The type of the payload.
    pub payload_type: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// Its signatures: the name that each gives its key, which decides nothing, and its bytes.
    pub signatures: Vec<(String, Vec<u8>)>,
}

impl Envelope {
    /// Puts an in-toto statement and its signatures into one document.
    pub fn of(statement: &[u8], signatures: &[Detached]) -> Self {
        Self {
            payload_type: IN_TOTO.to_owned(),
            payload: statement.to_vec(),
            signatures: signatures.iter().map(|own| (own.key.to_string(), own.signature.clone())).collect(),
        }
    }

    /// Returns the JSON envelope, in one line.
    pub fn to_json(&self) -> Vec<u8> {
        let wire = WireEnvelope {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self
                .signatures
                .iter()
                .map(|(keyid, sig)| WireSignature {
                    keyid: (!keyid.is_empty()).then(|| keyid.clone()),
                    sig: STANDARD.encode(sig),
                })
                .collect(),
        };
        let mut bytes = serde_json::to_vec(&wire).expect("texts are JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a JSON envelope, or says what is wrong with it. Both alphabets of base64 are taken, a `keyid` that is not set is
    /// an empty one, and fields that are not known are passed over, as the specification asks.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Fault> {
        let wrong = |why: String| {
            let help = "pass on what the tool that signed it wrote: an envelope is never edited";
            Fault::new(Code::EvidenceSyntax, format!("{} is no DSSE envelope: {why}", source.name()), help)
        };
        let wire: WireEnvelope = serde_json::from_str(source.text()).map_err(|error| {
            let fault = wrong(error_message(&error));
            Fault::at(fault.code, source, error_span(source, &error), fault.message, "here", fault.help)
        })?;
        let decoded = |field: &str, text: &str| {
            let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
            decoded.map_err(|_| wrong(format!("`{field}` is not base64")))
        };
        if wire.signatures.is_empty() {
            return Err(wrong("it has no signature".to_owned()));
        }
        if wire.signatures.len() > MAX_SIGNATURES {
            let count = wire.signatures.len();
            return Err(wrong(format!("it has {count} signatures, and {MAX_SIGNATURES} are the most")));
        }
        let signature = |own: WireSignature| Ok((own.keyid.unwrap_or_default(), decoded("sig", &own.sig)?));
        Ok(Self {
            payload: decoded("payload", &wire.payload)?,
            payload_type: wire.payload_type,
            signatures: wire.signatures.into_iter().map(signature).collect::<Result<_, Fault>>()?,
        })
    }

    /// Returns those of `keys` that made one of the signatures. What the envelope calls its keys decides nothing.
    pub fn signers(&self, keys: &[PublicKey]) -> BTreeSet<KeyId> {
        let made = |key: &&PublicKey| {
            let mut signatures = self.signatures.iter();
            signatures.any(|(_, own)| key.verifies(&self.payload_type, &self.payload, own))
        };
        keys.iter().filter(made).map(PublicKey::id).collect()
    }

    /// Returns the payload, where it is of this type and at least `threshold` distinct keys of `keys` signed it. A threshold
    /// of nought is one: what nobody signed proves nothing.
    pub fn open(&self, payload_type: &str, keys: &[PublicKey], threshold: usize) -> Option<&[u8]> {
        let is_signed = self.payload_type == payload_type && self.signers(keys).len() >= threshold.max(1);
        is_signed.then_some(&*self.payload)
    }
}

#[derive(Serialize, Deserialize)]
struct WireEnvelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
struct WireSignature {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    sig: String,
}
