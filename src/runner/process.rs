//! One command as a process group of its own: begun, read, stopped, reaped.

use std::io::{self, PipeReader, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::log::Log;
use super::{Ending, Job, Limits, Ran};

/// How long output is awaited when a command has ended and something that it left running still holds it: what only
/// passes output on is done by then.
const DRAIN: Duration = Duration::from_secs(1);

/// How long what is left running may take to end when it is asked to, and to vanish when it is killed.
const LEFT: Duration = Duration::from_millis(500);

/// How long a killed process is awaited. One that hangs in the kernel cannot hold up the run.
const UNKILLABLE: Duration = Duration::from_secs(10);

/// The shell that runs commands, as the CIs' jobs do: `bash -eo pipefail -c`, or where there is no bash `sh -ec`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shell {
    Bash,
    Sh,
}

impl Shell {
    fn command(self, run: &str) -> Command {
        let (name, flags) = match self {
            Self::Bash => ("bash", ["-eo", "pipefail", "-c"].as_slice()),
            Self::Sh => ("sh", ["-ec"].as_slice()),
        };
        let mut command = Command::new(name);
        command.args(flags).arg(run);
        command
    }
}

/// What became of the first process of a group.
#[derive(Clone, Copy, Debug)]
enum Status {
    Code(i32),
    Signal(i32),
    /// It was killed and is still there.
    Unknown,
}

/// How far a group is that still holds the output although its first process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Awaited,
    Asked,
    Killed,
}

/// A command that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) job: usize,
    pub(super) attempt: u32,
    child: Child,
    group: Pid,
    pipe: Option<PipeReader>,
    log: Log,
    started: Timestamp,
    deadline: Option<(Instant, Duration)>,
    /// Why laneway stops it.
    stopped: Option<Ending>,
    /// When it is killed, having been asked to end.
    kill_at: Option<Instant>,
    is_killed: bool,
    status: Option<Status>,
    left: Left,
    /// When the next step of `left` is due.
    left_until: Option<Instant>,
    notes: Vec<String>,
}

impl Running {
    /// Begins a command, or says why it cannot.
    pub(super) fn start(
        (at, job, attempt): (usize, &Job, u32),
        limits: &Limits,
        shell: &mut Shell,
    ) -> Result<Self, String> {
        let spawned = match spawn(job, limits, *shell) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && matches!(shell, Shell::Bash) => {
                *shell = Shell::Sh;
                spawn(job, limits, *shell)
            }
            spawned => spawned,
        };
        let (child, pipe) = spawned.map_err(|error| error.to_string())?;
        let since = Instant::now();
        Ok(Self {
            job: at,
            attempt,
            group: Pid::from_child(&child),
            child,
            pipe: Some(pipe),
            log: Log::new(limits.log_bytes),
            started: Timestamp::now(),
            deadline: job.timeout.and_then(|limit| Some((since.checked_add(limit)?, limit))),
            stopped: None,
            kill_at: None,
            is_killed: false,
            status: None,
            left: Left::Awaited,
            left_until: None,
            notes: Vec::new(),
        })
    }

    /// Returns what becomes readable when there is output; nothing once all of it is read.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(|pipe| pipe.as_fd())
    }

    /// Reads some output, which must be there, and returns it.
    pub(super) fn read<'b>(&mut self, buffer: &'b mut [u8]) -> &'b [u8] {
        let Some(pipe) = &mut self.pipe else { return &[] };
        match pipe.read(buffer) {
            Ok(0) => self.pipe = None,
            Ok(some) => {
                self.log.push(&buffer[..some]);
                return &buffer[..some];
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(error) => {
                self.notes.push(format!("its output cannot be read: {error}"));
                self.pipe = None;
            }
        }
        &[]
    }

    /// Asks it to end, with all that it started; it is killed when `grace` is over.
    pub(super) fn stop(&mut self, why: Ending, now: Instant, grace: Duration) {
        if self.stopped.is_some() || self.status.is_some() {
            // What has ended by itself is what it came to, whatever it left running.
            self.left_until = self.left_until.map(|until| until.min(now));
            return;
        }
        self.stopped = Some(why);
        self.kill_at = Some(now + grace);
        self.signal(Signal::TERM);
        // What is stopped takes no signal but this one.
        self.signal(Signal::CONT);
    }

    /// Kills it, with all that it started.
    pub(super) fn kill(&mut self, now: Instant) {
        self.signal(Signal::KILL);
        self.is_killed = true;
        self.kill_at = Some(now + UNKILLABLE);
        self.left = Left::Killed;
        self.left_until = self.left_until.map(|_| now + LEFT);
    }

    /// Does what is due, and says whether it is over.
    pub(super) fn step(&mut self, now: Instant, grace: Duration) -> bool {
        if self.status.is_none() {
            self.look(now, grace);
        }
        if self.status.is_some() {
            return self.pipe.is_none() || self.drain(now);
        }
        if let Some((at, limit)) = self.deadline
            && at <= now
        {
            self.deadline = None;
            self.stop(Ending::TimedOut(limit), now, grace);
        }
        match self.kill_at {
            Some(at) if at <= now && self.is_killed => {
                self.notes.push("it was killed, and is still there".to_owned());
                self.status = Some(Status::Unknown);
                self.pipe = None;
                true
            }
            Some(at) if at <= now => {
                self.kill(now);
                false
            }
            _ => false,
        }
    }

    /// Looks whether its first process has ended. It is not reaped yet: until then its number is nobody else's, and
    /// the group can be signalled.
    fn look(&mut self, now: Instant, grace: Duration) {
        let options =
            WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let Ok(Some(status)) = waitid(WaitId::Pid(self.group), options) else { return };
        let terminal = [Signal::TTIN, Signal::TTOU].map(Signal::as_raw);
        if let Some(code) = status.exit_status() {
            self.status = Some(Status::Code(code));
        } else if let Some(signal) = status.terminating_signal() {
            self.status = Some(Status::Signal(signal));
        } else if status.stopping_signal().is_some_and(|signal| terminal.contains(&signal)) {
            self.stop(Ending::WantsTerminal, now, grace);
        }
    }

    /// Waits for the rest of the output for a while, then stops what was left running. Says whether that is over.
    fn drain(&mut self, now: Instant) -> bool {
        let until = match self.left_until {
            Some(until) => until,
            None => {
                let patience = if self.is_killed || self.stopped.is_some() { LEFT } else { DRAIN };
                *self.left_until.insert(now + patience)
            }
        };
        if now < until {
            return false;
        }
        self.left_until = Some(now + LEFT);
        match self.left {
            Left::Awaited => {
                self.notes.push("it left processes running, which were stopped".to_owned());
                self.signal(Signal::TERM);
                self.left = Left::Asked;
                false
            }
            Left::Asked => {
                self.signal(Signal::KILL);
                self.left = Left::Killed;
                false
            }
            Left::Killed => true,
        }
    }

    /// Returns when something is due that no signal and no output announces.
    pub(super) fn due(&self) -> Option<Instant> {
        let deadline = self.deadline.map(|(at, _)| at);
        let before = [deadline, self.kill_at].into_iter().flatten().filter(|_| self.status.is_none());
        before.chain(self.left_until).min()
    }

    /// Reaps it, and says what it came to, with its output. What it left running without holding its output is killed:
    /// a gate leaves nothing behind that another could stumble over.
    pub(super) fn finish(mut self) -> (Ran, Vec<u8>) {
        self.signal(Signal::KILL);
        if !matches!(self.status, Some(Status::Unknown)) {
            // It has ended, so this does not wait; what it came to is known.
            let _ = self.child.wait();
        }
        let ending = match (self.stopped, self.status) {
            (Some(why), _) => why,
            (None, Some(Status::Code(code))) => Ending::Code(code),
            (None, Some(Status::Signal(signal))) => Ending::Signal(signal),
            (None, Some(Status::Unknown) | None) => Ending::Signal(Signal::KILL.as_raw()),
        };
        let (log, left_out) = self.log.finish();
        if left_out > 0 {
            self.notes.push(format!("{left_out} bytes of its output were not kept"));
        }
        let (job, attempt, started) = (self.job, self.attempt, self.started);
        // The clock may be set back while it runs.
        let finished = Timestamp::now().max(started);
        (Ran { job, attempt, ending, notes: self.notes, started, finished }, log)
    }

    /// Signals the group. Where nobody is left in it, there is nobody to tell.
    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(self.group, signal);
    }
}

/// Starts a command with both streams in one pipe, so that they stay in the order in which they were written.
fn spawn(job: &Job, limits: &Limits, shell: Shell) -> io::Result<(Child, PipeReader)> {
    let (read, write) = io::pipe()?;
    let mut command = shell.command(&job.run);
    command.current_dir(&limits.directory).process_group(0);
    command.stdin(Stdio::null()).stdout(write.try_clone()?).stderr(write);
    let ids: Vec<&str> = job.gates.iter().map(|gate| gate.as_str()).collect();
    command.env_remove("LANEWAY_GATE").env("LANEWAY_GATES", ids.join(" "));
    if let [only] = ids[..] {
        command.env("LANEWAY_GATE", only);
    }
    command.envs(limits.variables.iter().map(|(name, value)| (name, value)));
    limits.hidden.iter().for_each(|name| {
        command.env_remove(name);
    });
    Ok((command.spawn()?, read))
}
