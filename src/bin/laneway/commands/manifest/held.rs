//! Manifests as they are given: read from a file, found in the store, known to be deployed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};

use jiff::Timestamp;
use laneway::dsse::PublicKey;
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::{DEPLOY_GATE, MAX_BYTES, Manifest};
use laneway::source::Source;
use laneway::store::{self, Store};
use laneway::trust::{Power, Trust};

use super::super::gather::is_blank;

/// Reads the manifest that `flag` names; `-` is standard input.
pub(crate) fn manifest_of(flag: &str, file: &OsStr) -> Result<Manifest, Vec<Fault>> {
    if is_blank(file) {
        let help = format!("give `{flag}` the file of a manifest");
        return Err(vec![Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)]);
    }
    let name = if file == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let text = read(file).map_err(|why| {
        let help = "name a file that `laneway manifest create` wrote";
        let message = format!("the manifest `{name}` cannot be read: {why}");
        vec![Fault::new(Code::ManifestDocument, message, help)]
    })?;
    Manifest::parse(&Source::new(name, text))
}

/// Reads a text, but no further than a manifest may be long.
fn read(file: &OsStr) -> Result<String, String> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

/// Reads the manifest that `--deployed` names, where it is given. That it was deployed, [`was_deployed`] says, once the store
/// is known.
pub(crate) fn deployed_of(file: Option<&OsStr>) -> Result<Option<Manifest>, Vec<Fault>> {
    file.map(|file| manifest_of("--deployed", file)).transpose()
}

/// Makes sure that the store has a manifest as it was created, signed by as many keys as the base asks for on a verdict.
pub(crate) fn kept(
    manifest: &Manifest,
    store: &dyn Store,
    trust: &Trust,
    now: Timestamp,
) -> Result<(), Vec<Fault>> {
    let digest = manifest.digest();
    let Some(held) = store::load_manifest(store, digest, &keys(trust))? else {
        let message = format!("the store `{}` does not have the manifest sha256:{digest}", store.place());
        let help = "name the store that `laneway manifest create` kept it in, with `--store`; a manifest that was edited, and \
                    its digest with it, is another manifest, which nobody created";
        return Err(vec![Fault::new(Code::ManifestUnknown, message, help)]);
    };
    let counted = trust.count(&held.signers, Power::Seal, None, now).len();
    enough(counted, trust.signing.seals).map_err(|(there, wanted)| {
        let message = format!(
            "the manifest sha256:{digest} has {there}, and the base asks for {wanted}: `signing.seals`"
        );
        let help = format!("sign it with a key that may seal: `laneway evidence sign {digest} --key FILE`");
        vec![Fault::new(Code::EvidenceSignature, message, help)]
    })
}

/// Makes sure that a manifest was deployed to an environment, by a record that counts.
pub(crate) fn was_deployed(
    manifest: &Manifest,
    environment: &str,
    store: &dyn Store,
    trust: &Trust,
    now: Timestamp,
) -> Result<(), Vec<Fault>> {
    let digest = manifest.digest();
    if manifest.environment != environment {
        let message = format!(
            "the manifest sha256:{digest} is of environment `{}`, and was not deployed to `{environment}`",
            manifest.environment
        );
        let help = "name the manifest that this environment runs";
        return Err(vec![Fault::new(Code::ManifestUnknown, message, help)]);
    }
    kept(manifest, store, trust, now)?;
    let records =
        store::is_deployed(store, digest, environment, &keys(trust)).map_err(|fault| vec![fault])?;
    let gate = GateId::new(DEPLOY_GATE);
    let counts = |signers| {
        let counted = trust.count(signers, Power::Attest, Some(&gate), now).len();
        enough(counted, trust.signing.records).is_ok()
    };
    if records.iter().any(|held| counts(&held.signers)) {
        return Ok(());
    }
    let place = store.place();
    let message = match records.is_empty() {
        true => {
            format!("the store `{place}` has no record that sha256:{digest} was deployed to `{environment}`")
        }
        false => format!(
            "no record of the store `{place}` that sha256:{digest} was deployed to `{environment}` is signed as \
             `signing.records` asks"
        ),
    };
    let help =
        "`laneway manifest deploy` records what it deploys; name the manifest that the environment runs";
    Err(vec![Fault::new(Code::ManifestUnknown, message, help)])
}

/// Returns the keys that signatures are checked with.
pub(crate) fn keys(trust: &Trust) -> Vec<PublicKey> {
    trust.keys.iter().map(|own| own.key.clone()).collect()
}

/// Says how many signatures there are, and how many are asked for, where there are too few.
fn enough(counted: usize, wanted: u32) -> Result<(), (String, String)> {
    if u32::try_from(counted).unwrap_or(u32::MAX) >= wanted {
        return Ok(());
    }
    let there = match counted {
        0 => "no signature that counts".to_owned(),
        1 => "1 signature that counts".to_owned(),
        more => format!("{more} signatures that count"),
    };
    Err((there, wanted.to_string()))
}
