//! Where an answer goes.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use laneway::fault::{Code, Fault};

/// A stream for the answer, and whether styles are shown on it.
pub(crate) type Out = BufWriter<Box<dyn Write>>;

/// Writes an answer to `file`, or to standard output. It is called when everything is decided, so nothing is ever half
/// printed for a reason other than the stream itself. A reader that went away has seen enough.
pub(crate) fn write(
    file: Option<&OsStr>,
    is_styled: bool,
    render: impl FnOnce(&mut Out) -> io::Result<()>,
) -> Result<(), Fault> {
    let stream: Box<dyn Write> = match (file, is_styled) {
        (Some(file), true) => Box::new(anstream::StripStream::new(create(file)?)),
        (Some(file), false) => Box::new(create(file)?),
        (None, true) => Box::new(anstream::stdout()),
        (None, false) => Box::new(io::stdout()),
    };
    let mut out = BufWriter::with_capacity(1 << 16, stream);
    let name = file.map_or_else(|| "standard output".to_owned(), |file| file.to_string_lossy().into_owned());
    finish(&name, render(&mut out).and_then(|()| out.flush()))
}

/// Writes an answer to `file`, which is replaced whole, or to standard output.
pub(crate) fn replace(file: Option<&OsStr>, bytes: &[u8]) -> Result<(), Fault> {
    let Some(file) = file else { return write(None, false, |out| out.write_all(bytes)) };
    let path = Path::new(file);
    let mut beside = file.to_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // What could not be put in its place is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
    }
    finish(&path.display().to_string(), written)
}

/// Writes a secret to a file of its own, which only its owner can read. One that is there already stays as it is.
pub(crate) fn secret(file: &OsStr, text: &str) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let name = file.to_string_lossy();
    let mut own = options.open(file).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Fault::new(
            Code::Output,
            format!("`{name}` is there already, and a secret is never written over anything"),
            "name a file that is not there, or move that one away",
        ),
        _ => unwritable(&name, &error),
    })?;
    let written = own.write_all(text.as_bytes()).and_then(|()| own.sync_all());
    if written.is_err() {
        // Half a secret is of no use to anybody.
        let _ = std::fs::remove_file(file);
    }
    finish(&name, written)
}

/// Makes sure that a file which never changes is not there with other bytes.
pub(crate) fn fresh(file: &OsStr, bytes: &[u8]) -> Result<(), Fault> {
    match std::fs::read(file) {
        Ok(there) if there == bytes => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => Err(Fault::new(
            Code::Exists,
            format!("`{}` is there already, and has other bytes", file.to_string_lossy()),
            "name a file that is not there: what never changes is not written over",
        )),
        Err(error) => Err(unwritable(&file.to_string_lossy(), &error)),
    }
}

/// Writes a file that is not there; one with the very same bytes is fine.
pub(crate) fn new_file(file: &OsStr, bytes: &[u8]) -> Result<(), Fault> {
    let name = file.to_string_lossy();
    let mut own = match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(own) => own,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return fresh(file, bytes),
        Err(error) => return Err(unwritable(&name, &error)),
    };
    let written = own.write_all(bytes).and_then(|()| own.sync_all());
    if written.is_err() {
        // Half a document is of no use to anybody.
        let _ = std::fs::remove_file(file);
    }
    finish(&name, written)
}

/// Appends to a file that a CI names.
pub(crate) fn append(file: &Path, render: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Fault> {
    let written =
        OpenOptions::new().create(true).append(true).open(file).and_then(|mut file| render(&mut file));
    finish(&file.display().to_string(), written)
}

fn create(file: &OsStr) -> Result<File, Fault> {
    File::create(file).map_err(|error| unwritable(&file.to_string_lossy(), &error))
}

fn finish(name: &str, written: io::Result<()>) -> Result<(), Fault> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| unwritable(name, &error)),
    }
}

fn unwritable(name: &str, error: &io::Error) -> Fault {
    Fault::new(
        Code::Output,
        format!("`{name}` cannot be written: {error}"),
        "see whether its folder exists, and whether there is room and permission to write",
    )
}
