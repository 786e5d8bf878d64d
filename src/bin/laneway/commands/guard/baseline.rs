//! `laneway guard baseline`: the only writer of the baseline.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use laneway::fault::{Code, Fault};
use laneway::guard::{Accept, BASELINE_FILE, Rewrite, rewrite};
use laneway::path::RepoPath;
use laneway::render::guard::baseline::{self, Outcome};
use laneway::render::text::Detail;
use laneway::workspace;

use super::gather::{self, Gathered};
use crate::args::{BaselineArgs, PlaceArgs};
use crate::exit::Exit;
use crate::output;

/// Prints what the baseline should change, and with `--write` changes it.
pub(super) fn run(place: &PlaceArgs, args: &BaselineArgs) -> Result<Exit, Vec<Fault>> {
    let named: [(&str, Option<&OsStr>); 2] = [
        ("--owner", args.owner.as_deref().map(OsStr::new)),
        ("--reason", args.reason.as_deref().map(OsStr::new)),
    ];
    gather::no_blank(place, &args.found, &named)?;
    let gathered = gather::gather(place, &args.found, None)?;
    let accept = match (&args.owner, &args.reason) {
        (Some(owner), Some(reason)) if args.accept => {
            Some(Accept { owner: owner.trim().to_owned(), reason: reason.trim().to_owned() })
        }
        _ => None,
    };
    let changed = rewrite(&gathered.issues, &gathered.tools, &gathered.origin, accept.as_ref());
    let refused = accept.is_none() && !changed.added.is_empty();
    let path = RepoPath::new(format!("{}/{BASELINE_FILE}", gathered.folder));
    let differs = differs(&gathered, &changed, &path);
    let writes = args.write && differs && !refused;
    if writes {
        write(&gathered, &changed, &path)?;
    }
    let outcome = match (refused, differs, writes) {
        (true, ..) => Outcome::Refused,
        (false, false, _) => Outcome::Same,
        (false, true, true) => Outcome::Written,
        (false, true, false) => Outcome::Differs,
    };
    let detail = Detail { verbose: place.verbose };
    output::write(None, true, |out| baseline::write(out, &changed, &path, outcome, detail))
        .map_err(|fault| vec![fault])?;
    Ok(match outcome {
        Outcome::Same | Outcome::Written => Exit::Holds,
        Outcome::Refused | Outcome::Differs => Exit::Fails,
    })
}

/// Says whether the file has other bytes than it should have. Where there is none, and it would hold nothing, there
/// need be none.
fn differs(gathered: &Gathered, changed: &Rewrite, path: &RepoPath) -> bool {
    let there = gathered.root.as_ref().and_then(|root| {
        let path = path.as_str()?;
        workspace::read(&root.join(path)).ok()
    });
    match there {
        Some(bytes) => bytes != changed.text.as_bytes(),
        None => changed.lines > 0,
    }
}

fn write(gathered: &Gathered, changed: &Rewrite, path: &RepoPath) -> Result<(), Vec<Fault>> {
    let Some(root) = &gathered.root else {
        let help = "run it in a clone with a working tree";
        return Err(vec![Fault::new(Code::Output, "a bare repository has no file to write", help)]);
    };
    let files = BTreeMap::from([(path.clone(), changed.text.clone().into_bytes())]);
    workspace::write_all(root, &files, true).map_err(|fault| vec![fault])
}
