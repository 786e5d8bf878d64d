//! How a try of a job ends.

use std::time::Duration;

use rustix::process::Signal;

use crate::evidence::GateResult;
use crate::id::GateId;

/// How a try of a job ended, or why it never began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal that laneway did not send.
    Signal(i32),
    /// Its time was up.
    TimedOut(Duration),
    /// It read from a terminal, and gates have none.
    WantsTerminal,
    /// It could not begin.
    CannotStart(String),
    /// The run was interrupted, before it began or while it ran.
    Interrupted {
        /// By what.
        by: &'static str,
    },
    /// Something that it needs did not pass.
    NeedFailed(GateId),
    /// Another job failed, and the run does not go on.
    NotStarted {
        /// A gate of that job.
        failed: GateId,
    },
    /// It needs itself, by way of others.
    Circle,
}

impl Ending {
    /// Says whether the job passed.
    pub const fn is_pass(&self) -> bool {
        matches!(self, Self::Code(0))
    }

    /// Says whether it ran at all, so that it has an outcome and not only a reason.
    pub const fn is_outcome(&self) -> bool {
        match self {
            Self::Code(_) | Self::Signal(_) | Self::TimedOut(_) | Self::WantsTerminal => true,
            Self::CannotStart(_)
            | Self::Interrupted { .. }
            | Self::NeedFailed(_)
            | Self::NotStarted { .. }
            | Self::Circle => false,
        }
    }

    /// Returns what that makes of the gates of the job.
    pub const fn result(&self) -> GateResult {
        match self {
            Self::Code(0) => GateResult::Pass,
            outcome if outcome.is_outcome() => GateResult::Fail,
            _ => GateResult::Blocked,
        }
    }

    /// Returns why it is no pass; nothing where it is one.
    pub fn reason(&self) -> Option<String> {
        Some(match self {
            Self::Code(0) => return None,
            Self::Code(126) => "exit code 126 (a command cannot be executed)".to_owned(),
            Self::Code(127) => "exit code 127 (a command was not found)".to_owned(),
            Self::Code(code) => match name_of(code - 128) {
                Some(name) => format!("exit code {code} (a command was ended by {name})"),
                None => format!("exit code {code}"),
            },
            Self::Signal(signal) => match name_of(*signal) {
                Some(name) => format!("killed by signal {signal} ({name})"),
                None => format!("killed by signal {signal}"),
            },
            Self::TimedOut(limit) => format!("timed out after {}", duration(*limit)),
            Self::WantsTerminal => "stopped: it asks for a terminal, and gates have none".to_owned(),
            Self::CannotStart(why) => format!("cannot start: {why}"),
            Self::Interrupted { by } => format!("interrupted by {by}"),
            Self::NeedFailed(need) => format!("not started: `{need}`, which it needs, did not pass"),
            Self::NotStarted { failed } => format!("not started: `{failed}` did not pass"),
            Self::Circle => "not started: it needs itself, by way of others".to_owned(),
        })
    }
}

/// Returns the name of a signal that ends processes.
fn name_of(signal: i32) -> Option<&'static str> {
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
    ];
    names.into_iter().find(|(own, _)| own.as_raw() == signal).map(|(_, name)| name)
}

/// Says how long something takes, as a limit is written: in minutes where it is whole minutes.
fn duration(limit: Duration) -> String {
    match (limit.as_secs(), limit.subsec_millis()) {
        (60, 0) => "1 minute".to_owned(),
        (seconds, 0) if seconds > 0 && seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        _ => format!("{} seconds", limit.as_secs_f64()),
    }
}
