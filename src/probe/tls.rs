//! A TLS handshake, and for how long its certificate is good.

use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore};

use super::tcp;
use crate::release::preflight::Outcome;

const DAY: u64 = 24 * 60 * 60;

/// Returns the certificates to believe: those in PEM, else Mozilla's.
pub(super) fn roots(pem: Option<&[u8]>) -> Result<Arc<RootCertStore>, String> {
    let Some(pem) = pem else {
        return Ok(Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }));
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem).flatten() {
        // One that cannot be read is one that nothing is believed by.
        let _ = store.add(certificate);
    }
    match store.is_empty() {
        true => Err("the file that SSL_CERT_FILE names holds no certificate".to_owned()),
        false => Ok(Arc::new(store)),
    }
}

/// Makes the handshake. Then the same chain is verified as of the day until which it must be good, so that a certificate
/// between it and the root counts as well.
pub(super) fn look(
    host: &str,
    port: u16,
    min_days: u32,
    roots: Arc<RootCertStore>,
    until: Instant,
) -> Outcome {
    match handshake(host, port, min_days, roots, until) {
        Ok(()) => Outcome::Held,
        Err(outcome) => outcome,
    }
}

fn handshake(
    host: &str,
    port: u16,
    min_days: u32,
    roots: Arc<RootCertStore>,
    until: Instant,
) -> Result<(), Outcome> {
    let failed = |why: &str| Outcome::Failed(why.to_owned());
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name =
        ServerName::try_from(bare).map_err(|_| Outcome::Failed(format!("`{host}` is no name of a host")))?;
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
        .build()
        .map_err(|_| failed("no certificate is believed"))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| failed("no version of TLS is there"))?
        .with_webpki_verifier(Arc::clone(&verifier))
        .with_no_client_auth();
    let mut stream = tcp::connect(host, port, until)?;
    let mut connection = ClientConnection::new(Arc::new(config), name.clone())
        .map_err(|_| failed("no handshake can be begun"))?;
    while connection.is_handshaking() {
        let left = Some(tcp::left(until));
        stream.set_read_timeout(left).and_then(|()| stream.set_write_timeout(left)).map_err(why)?;
        if Instant::now() >= until {
            return Err(tcp::refused(ErrorKind::TimedOut));
        }
        connection.complete_io(&mut stream).map_err(why)?;
    }
    let Some((leaf, between)) = connection.peer_certificates().and_then(<[_]>::split_first) else {
        return Err(failed("it shows no certificate"));
    };
    let good = |days: u64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |own| own.as_secs());
        let then = UnixTime::since_unix_epoch(Duration::from_secs(now.saturating_add(days * DAY)));
        verifier.verify_server_cert(leaf, between, &name, &[], then).is_ok()
    };
    let wanted = u64::from(min_days);
    if good(wanted) {
        return Ok(());
    }
    // It is good today, and not then: the last good day lies between.
    let (mut last, mut first) = (0, wanted);
    while first - last > 1 {
        let middle = last + (first - last) / 2;
        if good(middle) { last = middle } else { first = middle }
    }
    Err(Outcome::Failed(format!("its certificate is good for {last} days more, and must be for {min_days}")))
}

/// Says why there is no handshake, in words that no certificate chooses.
fn why(error: Error) -> Outcome {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let words = match inner {
        Some(rustls::Error::InvalidCertificate(wrong)) => match wrong {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is of another host"
            }
            CertificateError::UnknownIssuer => "its certificate is signed by nobody who is believed",
            CertificateError::Revoked => "its certificate is revoked",
            _ => "its certificate is not believed",
        },
        Some(_) => "it does not speak TLS as it should",
        None => return tcp::refused(error.kind()),
    };
    Outcome::Failed(words.to_owned())
}
