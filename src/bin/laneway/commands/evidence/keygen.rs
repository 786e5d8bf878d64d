//! `laneway evidence keygen`: a new pair of keys.

use std::io::Write as _;

use laneway::dsse::SecretKey;
use laneway::fault::{Code, Fault};
use laneway::render::escape::terminal;

use super::super::gather::is_blank;
use crate::args::{KeygenArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Makes a key, keeps its secret in a file of its own, and prints what others may know as lines to paste.
pub(crate) fn run(_: &PlaceArgs, args: &KeygenArgs, _: &Environment) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let help = "name the file that the secret key is written to: it is never printed";
    if is_blank(&args.output) {
        return Err(one(Fault::new(Code::EmptyValue, "the value of `--output` is empty", help)));
    }
    if args.output == "-" {
        return Err(one(Fault::new(Code::Usage, "`--output` cannot be standard output", help)));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| {
        let help = "see whether this system has a source of random bytes";
        one(Fault::new(Code::EvidenceSecretKey, format!("no key can be made: {error}"), help))
    })?;
    let secret = SecretKey::from_seed(&seed);
    output::secret(&args.output, &(secret.reveal() + "\n")).map_err(one)?;
    let public = secret.public();
    let id = public.id().to_string();
    let file = args.output.to_string_lossy();
    output::write(None, false, |out| {
        writeln!(
            out,
            "# The secret key is in {}, for its owner alone: keep it out of the repository.",
            terminal(&file)
        )?;
        writeln!(out, "# Key {id}")?;
        writeln!(
            out,
            "# It counts when the base's lanes have these lines, with an owner and what it may sign:"
        )?;
        writeln!(out, "# attest, seal, approve, waive, break_glass.")?;
        writeln!(out, "trusted_keys:")?;
        writeln!(out, "  - id: key-{}", &id[..8])?;
        writeln!(out, "    public_key: {public}")?;
        writeln!(out, "    owner: \"\"")?;
        writeln!(out, "    may: [attest]")
    })
    .map_err(one)?;
    Ok(Exit::Holds)
}
