//! The files that results come from.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use laneway::digest::Digest;
use laneway::evidence::Artifact;
use laneway::fault::{Code, Fault};
use laneway::results::MAX_BYTES;
use laneway::source::Source;

use crate::args::RecordArgs;

/// Returns every file that is named, with its flag.
pub(super) fn named(args: &RecordArgs) -> Vec<(&'static str, &OsStr)> {
    let lists: [(&str, &[OsString]); 3] =
        [("--junit", &args.junit), ("--sarif", &args.sarif), ("--cobertura", &args.cobertura)];
    let single = [
        ("--github-needs", &args.github_needs),
        ("--gitlab-jobs", &args.gitlab_jobs),
        ("--buildkite-jobs", &args.buildkite_jobs),
        ("--payload", &args.payload),
    ];
    let of_lists = lists.into_iter().flat_map(|(flag, files)| files.iter().map(move |file| (flag, &**file)));
    of_lists.chain(single.into_iter().filter_map(|(flag, file)| Some((flag, file.as_deref()?)))).collect()
}

/// Reads a file, or says why it cannot be.
pub(super) fn read(flag: &str, file: &OsStr, code: Code) -> Result<Arc<Source>, Fault> {
    let name = if file == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let mut bytes = Vec::new();
    let most = MAX_BYTES + 1;
    let read = if file == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    let wrong = |code: Code, why: &str| {
        let help = format!("give `{flag}` the file that the tool wrote, or `-` for standard input");
        Fault::new(code, format!("`{name}` cannot be read: {why}"), help)
    };
    read.map_err(|error| wrong(code, &error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong(Code::TooLarge, &format!("it has more than {} MiB", MAX_BYTES >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let why = format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to());
            Err(wrong(code, &why))
        }
    }
}

/// Returns the file as something that a run left.
pub(super) fn artifact(name: &str, source: &Source) -> Artifact {
    Artifact { name: name.to_owned(), digest: Digest::of(source.text().as_bytes()) }
}
