//! Signals, as something that can be waited for.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use signal_hook::SigId;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::{pipe, unregister};

use crate::workspace;

/// What asks a run to stop, and what says that a child has ended.
#[derive(Debug)]
pub struct Signals {
    /// By name, what has a byte to read for each request to stop.
    stops: Vec<(&'static str, UnixStream)>,
    /// Has something to read when a child has ended.
    children: UnixStream,
    by_hand: UnixStream,
    ids: Vec<SigId>,
}

/// Asks a run to stop, as a signal does.
#[derive(Debug)]
pub struct Stopper(UnixStream);

impl Stopper {
    /// Asks once. A second time asks to kill.
    pub fn stop(&self) {
        // Where nobody listens any more, there is nothing to stop.
        let _ = (&self.0).write(b"X");
    }
}

impl Signals {
    /// Begins to listen for SIGINT, SIGTERM and SIGHUP, and for the end of children. SIGHUP is left alone where the process
    /// was started with it ignored, as by `nohup`.
    pub fn listen() -> io::Result<Self> {
        let mut stops = Vec::new();
        let mut ids = Vec::new();
        for (name, signal) in [("SIGINT", SIGINT), ("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)] {
            if signal == SIGHUP && is_ignored(signal) {
                continue;
            }
            let (read, write) = pair()?;
            ids.push(pipe::register(signal, write)?);
            stops.push((name, read));
        }
        let (read, by_hand) = pair()?;
        stops.push(("request", read));
        let (children, write) = pair()?;
        ids.push(pipe::register(SIGCHLD, write)?);
        Ok(Self { stops, children, by_hand, ids })
    }

    /// Returns a handle that asks for a stop, for another thread.
    pub fn stopper(&self) -> io::Result<Stopper> {
        self.by_hand.try_clone().map(Stopper)
    }

    /// Returns what becomes readable when a signal arrives.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.stops.iter().map(|(_, read)| read.as_fd()).chain([self.children.as_fd()])
    }

    /// Returns each request to stop that has arrived, by name.
    pub(super) fn requests(&mut self) -> Vec<&'static str> {
        let mut requests = Vec::new();
        for (name, read) in &mut self.stops {
            requests.extend(std::iter::repeat_n(*name, drain(read)));
        }
        drain(&mut self.children);
        requests
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.ids.drain(..) {
            unregister(id);
        }
    }
}

fn pair() -> io::Result<(UnixStream, UnixStream)> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    Ok((read, write))
}

/// Reads what there is, and returns how many bytes that was.
fn drain(read: &mut UnixStream) -> usize {
    let mut bytes = [0; 64];
    let mut all = 0;
    loop {
        match read.read(&mut bytes) {
            Ok(0) => return all,
            Ok(some) => all += some,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return all,
        }
    }
}

/// Says whether the process was started with a signal ignored, as far as the system tells: on Linux.
fn is_ignored(signal: i32) -> bool {
    let status = workspace::read(Path::new("/proc/self/status")).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (signal - 1)) != 0
}
