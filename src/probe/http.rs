//! A `GET`.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::{Agent, Error};

use super::tcp;
use crate::release::preflight::Outcome;

/// Returns what asks, or why it cannot: with a time for everything together, no proxy and no redirection.
pub(super) fn agent(roots: Option<&[u8]>, timeout: Duration) -> Result<Agent, String> {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("laneway");
    Ok(with_roots(config, roots)?.build().into())
}

type Config = ureq::config::ConfigBuilder<ureq::typestate::AgentScope>;

#[cfg(feature = "tls")]
fn with_roots(config: Config, roots: Option<&[u8]>) -> Result<Config, String> {
    use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
    let Some(pem) = roots else { return Ok(config) };
    let certificates: Vec<_> = parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err("the file that SSL_CERT_FILE names holds no certificate".to_owned());
    }
    let roots = RootCerts::new_with_certs(&certificates);
    Ok(config.tls_config(TlsConfig::builder().root_certs(roots).build()))
}

/// Without TLS no certificate is looked at.
#[cfg(not(feature = "tls"))]
fn with_roots(config: Config, _: Option<&[u8]>) -> Result<Config, String> {
    Ok(config)
}

/// Asks, and compares the status. The body is not read.
pub(super) fn look(agent: &Agent, url: &str, wanted: u16) -> Outcome {
    match agent.get(url).call() {
        Ok(answer) if answer.status().as_u16() == wanted => Outcome::Held,
        Ok(answer) => {
            Outcome::Failed(format!("it answers with status {}, not {wanted}", answer.status().as_u16()))
        }
        Err(Error::BadUri(_)) => Outcome::Unmade("the address cannot be asked".to_owned()),
        Err(error) => why(&error),
    }
}

/// Says why there is no answer, in words that no answer chooses.
fn why(error: &Error) -> Outcome {
    let why = match error {
        Error::Io(error) => return tcp::refused(error.kind()),
        Error::Timeout(_) => return tcp::refused(ErrorKind::TimedOut),
        Error::HostNotFound => "its host does not resolve",
        Error::ConnectionFailed => "no connection can be made",
        _ => "what it answers is not HTTP, or its certificate is not believed",
    };
    Outcome::Failed(why.to_owned())
}
