//! A look that is over by its time, whatever it hangs on.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::release::preflight::Outcome;

/// Looks in a thread, which is told until when. Where it is not done by then, it is left behind: what it holds is closed when
/// it notices, or when the process ends.
pub(super) fn within(timeout: Duration, look: impl FnOnce(Instant) -> Outcome + Send + 'static) -> Outcome {
    let until = Instant::now() + timeout;
    let (send, receive) = mpsc::channel();
    let begun = thread::Builder::new().name("laneway-probe".to_owned()).spawn(move || {
        // Whoever asked may have gone.
        let _ = send.send(look(until));
    });
    if let Err(error) = begun {
        return Outcome::Unmade(format!("no thread can be begun: {error}"));
    }
    receive.recv_timeout(timeout).unwrap_or_else(|_| {
        let seconds = timeout.as_secs_f64();
        Outcome::Unmade(format!("no answer after {seconds} s"))
    })
}
