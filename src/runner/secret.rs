//! What other processes may read of this one.

/// Keeps processes of the same user from reading this one's variables, where the system can: on Linux a process may
/// otherwise read its parent's in `/proc`.
pub fn hide_environment() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where the system refuses, a gate could read what it is not given; it runs as the same user all the same.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
