//! A TCP connection.

use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Connects to the first address of a host that answers, or says why none does.
pub(super) fn connect(host: &str, port: u16, until: Instant) -> Result<TcpStream, String> {
    // An address of IPv6 stands in brackets.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let unresolved = || format!("`{host}` does not resolve");
    let addresses: Vec<_> = (bare, port).to_socket_addrs().map_err(|_| unresolved())?.collect();
    let mut why = unresolved();
    for address in addresses {
        match TcpStream::connect_timeout(&address, left(until)) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = refused(error.kind()).to_owned(),
        }
    }
    Err(why)
}

/// Returns the time that is left, which is never none: that would mean no limit.
pub(super) fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

/// Says why there is no connection.
pub(super) const fn refused(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConnectionRefused => "the connection is refused",
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "it does not answer in time",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection breaks"
        }
        ErrorKind::UnexpectedEof => "the connection ends before there is an answer",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "it cannot be reached",
        _ => "no connection can be made",
    }
}
