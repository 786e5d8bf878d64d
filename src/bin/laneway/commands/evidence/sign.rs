//! `laneway evidence sign`: one signature more.

use std::io::Write as _;

use laneway::digest::Digest;
use laneway::dsse::Detached;
use laneway::evidence::{Statement, key};
use laneway::fault::{Code, Fault};
use laneway::release::Manifest;
use laneway::render::escape::terminal;
use laneway::store::{self, Put};

use super::super::proof;
use super::base;
use crate::args::{PlaceArgs, SignArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Adds a signature to a statement that is kept already, so that several people can sign one thing, and prints what it is.
pub(crate) fn run(place: &PlaceArgs, args: &SignArgs, environment: &Environment) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let faults = proof::blank(&args.store);
    if !faults.is_empty() {
        return Err(faults);
    }
    let unfit = |why: &str| {
        let help = "name a record or a permission by the digest that the command which kept it printed";
        one(Fault::new(Code::EvidenceDigest, format!("`{}` {why}", args.digest), help))
    };
    let digest = Digest::parse(&args.digest).map_err(|why| unfit(&format!("is no digest: {why}")))?;
    let signer = proof::key(&args.store, environment).map_err(one)?.ok_or_else(|| {
        let help = "name the file of your key with `--key`, or set `LANEWAY_SIGNING_KEY`";
        one(Fault::new(Code::EvidenceSecretKey, "there is no key to sign with", help))
    })?;
    let policies = base::policies(place, &args.store, environment)?;
    let store = base::open(place, &args.store, policies.as_ref())?;
    let at = key::record(digest);
    let (bytes, what) = match store.get(&at).map_err(one)? {
        Some(bytes) if Digest::of(&bytes) == digest => {
            let what = says(&Statement::parse(at.as_str(), &bytes)?);
            (bytes, what)
        }
        Some(_) => {
            let help = "have it recorded anew: what was changed is no evidence";
            let message = format!("`{at}` does not have the bytes that its name says");
            return Err(one(Fault::new(Code::StoreAltered, message, help)));
        }
        None => {
            let held = store::load_manifest(store.as_ref(), digest, &[])?;
            let manifest = held.ok_or_else(|| unfit("is not in the store"))?.content;
            let Manifest { profile, environment, commit, .. } = &manifest;
            (manifest.to_bytes(), format!("manifest of commit {commit} for {environment}, under {profile}"))
        }
    };
    let signature = Detached::sign(&signer, &bytes);
    let at = key::signature(digest, signature.key);
    let put = store.put(&at, &signature.to_json()).map_err(one)?;
    output::write(None, false, |out| {
        writeln!(out, "{}", terminal(&what))?;
        match put {
            Put::Created => writeln!(out, "signed with {}", signature.key),
            Put::Exists => writeln!(out, "was signed with {} before", signature.key),
        }
    })
    .map_err(one)?;
    Ok(Exit::Holds)
}

/// Says what is signed, in one line: nobody should sign what they have not read.
fn says(statement: &Statement) -> String {
    match statement {
        Statement::Record(own) => {
            format!(
                "{} of {} on commit {}, run {}.{}",
                own.result, own.gate, own.subjects.commit, own.run, own.attempt
            )
        }
        Statement::Permission(own) => format!(
            "{} {} of {}, by {}, on {}, until {}: {}",
            own.kind.as_str(),
            own.id,
            own.scope,
            own.owner,
            own.subject,
            own.expires,
            own.reason
        ),
        Statement::Seal(own) => format!("verdict {} on commit {}", own.outcome.as_str(), own.commit),
        Statement::Revocation(own) => format!("revocation of seal {} on commit {}", own.epoch, own.commit),
    }
}
