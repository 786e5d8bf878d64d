//! A TCP connection.

use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crate::release::preflight::Outcome;

/// Connects to the first address of a host that answers, or says why none does.
pub(super) fn connect(host: &str, port: u16, until: Instant) -> Result<TcpStream, Outcome> {
    // An address of IPv6 stands in brackets.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let unresolved = || Outcome::Failed(format!("`{host}` does not resolve"));
    let addresses: Vec<_> = (bare, port).to_socket_addrs().map_err(|_| unresolved())?.collect();
    let mut why = unresolved();
    for address in addresses {
        match TcpStream::connect_timeout(&address, left(until)) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = refused(error.kind()),
        }
    }
    Err(why)
}

/// Returns the time that is left, which is never none: that would mean no limit.
pub(super) fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

/// Says why there is no connection. What does not answer says nothing about what it would have answered.
pub(super) fn refused(kind: ErrorKind) -> Outcome {
    let why = match kind {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            return Outcome::Unmade("it does not answer in time".to_owned());
        }
        ErrorKind::ConnectionRefused => "the connection is refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection breaks"
        }
        ErrorKind::UnexpectedEof => "the connection ends before there is an answer",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "it cannot be reached",
        _ => "no connection can be made",
    };
    Outcome::Failed(why.to_owned())
}
