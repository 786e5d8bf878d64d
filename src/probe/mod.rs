//! The adapter to what preflight looks at: hosts, ports, certificates, answers.
//!
//! Every look has a time by which it is over, wherever the other side hangs: while a name is resolved, before it answers, or
//! byte by byte. It is made in a thread that is left behind then. Of an answer nothing is kept but its status.

mod http;
mod patience;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::release::preflight::Outcome;

/// Makes a TCP connection.
pub fn tcp(host: &str, port: u16, timeout: Duration) -> Outcome {
    let host = host.to_owned();
    patience::within(timeout, move |until| match tcp::connect(&host, port, until) {
        Ok(_) => Outcome::Held,
        Err(outcome) => outcome,
    })
}

/// Makes a TLS handshake: the certificate must be believed, be of the host, and be valid for so many days more. `roots` are
/// certificates in PEM to believe instead of Mozilla's.
#[cfg(feature = "tls")]
pub fn tls(host: &str, port: u16, min_days: u32, roots: Option<&[u8]>, timeout: Duration) -> Outcome {
    let roots = match tls::roots(roots) {
        Ok(roots) => roots,
        Err(why) => return Outcome::Unmade(why),
    };
    let host = host.to_owned();
    patience::within(timeout, move |until| tls::look(&host, port, min_days, roots, until))
}

/// Without TLS no handshake can be made.
#[cfg(not(feature = "tls"))]
pub fn tls(_: &str, _: u16, _: u32, _: Option<&[u8]>, _: Duration) -> Outcome {
    Outcome::Unmade("this laneway was built without the feature `tls`".to_owned())
}

/// Asks for an address with `GET`, and follows no redirection. `roots` are certificates in PEM to believe instead of
/// Mozilla's.
pub fn http(url: &str, status: u16, roots: Option<&[u8]>, timeout: Duration) -> Outcome {
    if !cfg!(feature = "tls") && url.starts_with("https:") {
        return Outcome::Unmade("this laneway was built without the feature `tls`".to_owned());
    }
    let agent = match http::agent(roots, timeout) {
        Ok(agent) => agent,
        Err(why) => return Outcome::Unmade(why),
    };
    let url = url.to_owned();
    patience::within(timeout, move |_| http::look(&agent, &url, status))
}
