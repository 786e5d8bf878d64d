//! What the process says when it ends.

use std::process::ExitCode;

/// The exit code of every command. The README documents it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: it holds. A route was decided.
    Holds,
    /// 1: it does not hold: findings. No route does that.
    Fails,
    /// 2: it could not be decided: usage, policy, git. Clap uses the same code for usage.
    Undecided,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Holds => Self::SUCCESS,
            Exit::Fails => Self::from(1),
            Exit::Undecided => Self::from(2),
        }
    }
}
