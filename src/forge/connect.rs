//! Where the API is, and the way there: its address, a proxy, certificates.

use std::collections::BTreeMap;

use ureq::Proxy;
use ureq::http::Uri;

use crate::fault::{Code, Fault};

/// What an address looks like, for the help of faults.
pub(super) const ADDRESS: &str =
    "an API's address looks like `https://api.github.com` or `https://gitlab.com/api/v4`";

/// Checks an API's address; says whether it is on this machine.
pub(super) fn address(api: &str) -> Result<(Uri, bool), Fault> {
    let wrong =
        |why: &str| Fault::new(Code::ForgeApi, format!("`{api}` is no address of an API: {why}"), ADDRESS);
    let uri: Uri = api.parse().map_err(|_| wrong("it cannot be read"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(wrong("it has no `https://` and host"));
    };
    if authority.as_str().contains('@') {
        // What stands before the `@` may be a password.
        return Err(Fault::new(Code::ForgeApi, "the API's address holds a name before an `@`", ADDRESS));
    }
    if uri.query().is_some() || api.contains('#') {
        return Err(wrong("it has a query"));
    }
    let host = authority.host();
    let is_loopback = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match scheme {
        "http" if !is_loopback => Err(Fault::new(
            Code::ForgePlainHttp,
            format!("`{api}` is plain HTTP, over which no token is sent, except to this machine"),
            "name the API by https://",
        )),
        "https" if !cfg!(feature = "tls") => Err(Fault::new(
            Code::ForgeNoTls,
            format!("`{api}` needs TLS, and this laneway was built without the feature `tls`"),
            "build it with its default features, or name a proxy on this machine: --api-url http://127.0.0.1:PORT",
        )),
        "http" | "https" => Ok((uri, is_loopback)),
        _ => Err(wrong("it begins neither with https:// nor with http://")),
    }
}

/// Returns the proxy that the variables name for the host of the API.
pub(super) fn proxy(api: &Uri, variables: &BTreeMap<String, String>) -> Result<Option<Proxy>, Fault> {
    let get = |names: [&'static str; 4]| {
        names
            .into_iter()
            .find_map(|name| Some((name, variables.get(name)?)))
            .filter(|(_, value)| !value.trim().is_empty())
    };
    let without = get(["NO_PROXY", "no_proxy", "", ""]).map_or("", |(_, value)| value.as_str());
    if bypasses(api.host().unwrap_or_default(), without) {
        return Ok(None);
    }
    let Some((name, value)) = get(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
        return Ok(None);
    };
    // Its value may hold a password, and is not shown.
    Proxy::new(value.trim()).map(Some).map_err(|_| {
        Fault::new(
            Code::ForgeApi,
            format!("the variable `{name}` names no proxy"),
            "a proxy looks like `http://proxy.example:3128`",
        )
    })
}

/// Says whether a host is reached without the proxy: it is listed, or below a domain that is.
fn bypasses(host: &str, without: &str) -> bool {
    let host = host.to_ascii_lowercase();
    without.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let domain = entry.trim_start_matches('*').trim_start_matches('.');
        entry == "*" || (!domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}"))))
    })
}

type Config = ureq::config::ConfigBuilder<ureq::typestate::AgentScope>;

/// Believes these certificates instead of Mozilla's, where there are any.
#[cfg(feature = "tls")]
pub(super) fn with_roots(config: Config, roots: Option<&[u8]>) -> Result<Config, Fault> {
    use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
    let Some(pem) = roots else { return Ok(config) };
    let items = parse_pem(pem).filter_map(Result::ok);
    let certificates: Vec<_> = items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Fault::new(
            Code::ForgeApi,
            "the file that SSL_CERT_FILE names holds no certificate",
            "it must hold certificates in PEM: `-----BEGIN CERTIFICATE-----`",
        ));
    }
    let roots = RootCerts::new_with_certs(&certificates);
    Ok(config.tls_config(TlsConfig::builder().root_certs(roots).build()))
}

/// Without TLS no certificate is looked at.
#[cfg(not(feature = "tls"))]
pub(super) fn with_roots(config: Config, _: Option<&[u8]>) -> Result<Config, Fault> {
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_before_a_token_is_sent() {
        for api in ["http://127.0.0.1:8080", "http://localhost:1/api/v4", "http://[::1]:9"] {
            assert!(address(api).expect("sound").1, "{api}");
        }
        for (api, code) in [
            ("http://api.github.com", Code::ForgePlainHttp),
            ("http://127.0.0.1.example.com", Code::ForgePlainHttp),
            ("http://localhost.example.com", Code::ForgePlainHttp),
            ("https://user:secret@example.com", Code::ForgeApi),
            ("https://127.0.0.1@example.com", Code::ForgeApi),
            ("ftp://example.com", Code::ForgeApi),
            ("api.github.com", Code::ForgeApi),
            ("/api/v4", Code::ForgeApi),
            ("", Code::ForgeApi),
            ("https://example.com/?a=b", Code::ForgeApi),
        ] {
            let fault = address(api).expect_err("refused");
            assert_eq!(fault.code, code, "{api}");
            assert!(!fault.message.contains("secret"));
        }
        #[cfg(feature = "tls")]
        assert!(!address("https://api.github.com").expect("sound").1);
        #[cfg(not(feature = "tls"))]
        assert_eq!(address("https://api.github.com").expect_err("no TLS").code, Code::ForgeNoTls);
    }

    #[test]
    fn a_proxy_is_taken_where_it_is_meant() {
        for (host, without, expected) in [
            ("api.github.com", "", false),
            ("api.github.com", "*", true),
            ("api.github.com", "localhost, github.com", true),
            ("api.github.com", ".github.com", true),
            ("api.github.com", "*.github.com", true),
            ("api.github.com", "hub.com", false),
            ("API.GitHub.com", "api.github.COM", true),
        ] {
            assert_eq!(bypasses(host, without), expected, "{host} {without}");
        }
        let variables = |value: &str| BTreeMap::from([("HTTPS_PROXY".to_owned(), value.to_owned())]);
        let api: Uri = "https://api.github.com".parse().expect("an address");
        assert!(proxy(&api, &variables("http://proxy.example:3128")).expect("sound").is_some());
        assert!(proxy(&api, &variables("")).expect("sound").is_none());
        let fault = proxy(&api, &variables("http://user:secret@ not a host")).expect_err("no proxy");
        assert!(!format!("{fault:?}").contains("secret"));
    }
}
