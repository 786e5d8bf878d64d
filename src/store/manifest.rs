//! Release manifests into a store, and out of it.

use super::model::altered;
use super::read::{Read, Reader};
use super::{Object, Put, Store};
use crate::digest::Digest;
use crate::dsse::{Detached, PublicKey, SecretKey};
use crate::evidence::{Held, key};
use crate::fault::Fault;
use crate::release::Manifest;
use crate::source::Source;

/// Puts a manifest under its digest. Its signature is there before it is.
pub fn save_manifest(
    store: &dyn Store,
    manifest: &Manifest,
    signer: Option<&SecretKey>,
) -> Result<Digest, Fault> {
    let (digest, bytes) = (manifest.digest(), manifest.to_bytes());
    let signature: Vec<Object> = signer
        .map(|signer| {
            let own = Detached::sign(signer, &bytes);
            (key::signature(digest, own.key), own.to_json())
        })
        .into_iter()
        .collect();
    let at = key::manifest(digest);
    let put = store.put_behind(&signature, &[(at.clone(), bytes.clone())])?;
    // The same manifest twice is one manifest; other bytes under its name are none.
    match put.first() {
        Some(Put::Exists) if store.get(&at)?.is_none_or(|there| there != bytes) => {
            Err(altered(&store.place(), &at, "has other bytes than those of the manifest"))
        }
        _ => Ok(digest),
    }
}

/// Loads a manifest by its digest, with those of `keys` that signed it; nothing where there is none.
pub fn load_manifest(
    store: &dyn Store,
    digest: Digest,
    keys: &[PublicKey],
) -> Result<Option<Held<Manifest>>, Vec<Fault>> {
    read(&Reader::new(store, keys), digest).map_err(|fault| vec![fault])?
}

/// Reads a manifest, which must be the one that its name says.
pub(super) fn read(reader: &Reader<'_>, digest: Digest) -> Read<Option<Held<Manifest>>> {
    let at = key::manifest(digest);
    let bytes = match reader.bytes(&at)? {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Ok(None)),
        Err(faults) => return Ok(Err(faults)),
    };
    let content = String::from_utf8(bytes.clone())
        .map_err(|_| reader.one(&at, "is not UTF-8"))
        .and_then(|text| Manifest::parse(&Source::new(at.as_str(), text)));
    let content = match content {
        Ok(content) if content.digest() == digest => content,
        Ok(_) => return Ok(Err(reader.one(&at, "is another manifest than its name says"))),
        Err(faults) => return Ok(Err(faults)),
    };
    Ok(reader.signers(digest, &bytes)?.map(|signers| Some(Held { digest, content, signers })))
}
