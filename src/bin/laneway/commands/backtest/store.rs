//! The file of `--state`: finished changes, appended batch by batch.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};

use laneway::backtest::Replayed;
use laneway::backtest::state::{Journal, State};
use laneway::fault::{Code, Fault};
use laneway::git::Recorded;

use super::replay::{key, restored};

/// What earlier runs finished, and where this one keeps what it finishes. Without a file it keeps nothing.
#[derive(Default)]
pub(crate) struct Store {
    state: State,
    journal: Journal,
    file: Option<(File, String)>,
    lines: Vec<u8>,
    found: usize,
}

impl Store {
    /// Opens a state, and cuts off a last line that was not written to its end.
    pub(crate) fn open(path: Option<&OsStr>) -> Result<Self, Vec<Fault>> {
        let Some(path) = path else { return Ok(Self::default()) };
        let name = path.to_string_lossy().into_owned();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unusable(&name, &error)),
        };
        let state = State::parse(&name, &bytes)?;
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
            if state.torn {
                file.set_len(state.whole as u64)?;
            }
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(|error| unusable(&name, &error))?;
        let journal = Journal::after(&state);
        Ok(Self { state, journal, file: Some((file, name)), lines: Vec::new(), found: 0 })
    }

    /// Returns a change that an earlier run finished by the same policy.
    pub(crate) fn find(&mut self, policy: &str, recorded: &Recorded) -> Option<Replayed> {
        let kept = self.state.find(&key(policy, recorded))?;
        self.found += 1;
        Some(restored(recorded, kept))
    }

    /// Keeps a change with the next flush.
    pub(crate) fn keep(&mut self, policy: &str, change: &Replayed) {
        if self.file.is_some() {
            self.journal.append(&mut self.lines, policy, change);
        }
    }

    /// Writes what is to be kept.
    pub(crate) fn flush(&mut self) -> Result<(), Vec<Fault>> {
        if let Some((file, name)) = &mut self.file {
            file.write_all(&self.lines).map_err(|error| unusable(name, &error))?;
        }
        self.lines.clear();
        Ok(())
    }

    /// Says what of the file was used and what was not.
    pub(crate) fn notes(&self) -> String {
        let Some((_, name)) = &self.file else { return String::new() };
        let mut notes = String::new();
        let name = laneway::render::escape::terminal(name);
        if self.state.torn {
            notes += &format!("{name}: the last line was cut off in the middle, and is dropped\n");
        }
        if self.state.foreign > 0 {
            let lines = self.state.foreign;
            notes += &format!("{name}: {lines} lines are of another version of laneway, and do not count\n");
        }
        if self.found > 0 {
            notes += &format!("{name}: {} routes of an earlier run were used again\n", self.found);
        }
        notes
    }
}

fn unusable(name: &str, error: &io::Error) -> Vec<Fault> {
    let help = "see whether its folder exists, and whether there is room and permission to write";
    vec![Fault::new(Code::StateFile, format!("the state `{name}` cannot be used: {error}"), help)]
}
