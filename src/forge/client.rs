//! Makes calls: to one API, with one token, with patience that ends.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use ureq::http::{Request, Response, Uri};
use ureq::{Agent, Body};

use crate::fault::{Code, Fault};
use crate::forge::call::{Call, Method};
use crate::forge::connect::{ADDRESS, address, proxy, with_roots};
use crate::forge::explain::{message, name, refused};
use crate::forge::model::Context;
use crate::forge::token::Token;
use crate::roster::Forge;

/// How often a call is made before it is given up.
const TRIES: u32 = 5;

/// How many redirections on the same server are followed.
const REDIRECTIONS: usize = 3;

/// The time of day, and waiting. Tests have one that does not wait.
pub trait Clock {
    /// Returns the seconds since 1970.
    fn now(&self) -> u64;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The clock of the system.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Clock for System {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// Where patience ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long one call may take.
    pub timeout: Duration,
    /// How long all waiting between calls may take.
    pub max_wait: Duration,
    /// How many bytes an answer may have.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_wait: Duration::from_secs(60),
            // A page of a hundred comments, each as long as may be, has some 26 MB.
            max_bytes: 32 << 20,
        }
    }
}

/// Speaks to one API with one token.
pub struct Client<'c> {
    agent: Agent,
    api: Uri,
    forge: Forge,
    token: Token,
    limits: Limits,
    clock: &'c dyn Clock,
    waited: Cell<Duration>,
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.api).field("token", &self.token).finish_non_exhaustive()
    }
}

/// An answer that is no refusal.
#[derive(Debug)]
pub(super) struct Answer {
    body: Vec<u8>,
    /// Says whether another page follows; `None` where the forge does not say.
    pub(super) more: Option<bool>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// It may work later.
    Later(Later),
    /// The forge understood, and does not do it.
    Refused {
        /// The status.
        status: u16,
        /// The forge's words.
        message: String,
        /// Both as a fault, with help.
        fault: Box<Fault>,
    },
    /// It does not work.
    Broken(Fault),
}

/// Something that may work later.
#[derive(Debug)]
pub(super) struct Later {
    /// How long the forge asks to wait.
    wait: Option<Duration>,
    /// What is said where it is given up.
    fault: Box<Fault>,
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Later(later) => *later.fault,
            Stop::Refused { fault, .. } => *fault,
            Stop::Broken(fault) => fault,
        }
    }
}

impl<'c> Client<'c> {
    /// Returns a client of the context's API. A token is not sent over plain HTTP, except to this machine.
    ///
    /// Of the variables, those that name a proxy are read; `roots` are certificates to believe instead of Mozilla's.
    pub fn new(
        context: &Context,
        token: Token,
        variables: &BTreeMap<String, String>,
        roots: Option<&[u8]>,
        limits: Limits,
        clock: &'c dyn Clock,
    ) -> Result<Self, Fault> {
        let (api, is_loopback) = address(&context.api)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(limits.timeout))
            .timeout_connect(Some(limits.timeout.min(Duration::from_secs(10))))
            .user_agent(concat!("laneway/", env!("CARGO_PKG_VERSION")))
            .proxy(if is_loopback { None } else { proxy(&api, variables)? });
        let config = with_roots(config, roots)?;
        Ok(Self {
            agent: config.build().new_agent(),
            api,
            forge: context.forge,
            token,
            limits,
            clock,
            waited: Cell::new(Duration::ZERO),
        })
    }

    /// Says whether the token is that of a GitLab job.
    pub(super) fn is_of_job(&self) -> bool {
        self.token.is_of_job()
    }

    /// Reads, and tries again where that may help.
    pub(super) fn read<T: DeserializeOwned>(&self, url: &str) -> Result<T, Stop> {
        let call = Call::read(url.to_owned());
        self.decode(&call, &self.patiently(&call)?)
    }

    /// Reads a list of at most so many pages; says whether that was all of it.
    pub(super) fn pages<T: DeserializeOwned>(&self, url: &str, most: usize) -> Result<(Vec<T>, bool), Stop> {
        let mut all = Vec::new();
        let separator = if url.contains('?') { '&' } else { '?' };
        for page in 1..=most {
            // The next page is counted, and its address never taken from an answer, which could lead elsewhere.
            let call = Call::read(format!("{url}{separator}per_page={PAGE}&page={page}"));
            let answer = self.patiently(&call)?;
            let list: Vec<T> = self.decode(&call, &answer)?;
            let more = answer.more.unwrap_or(list.len() >= PAGE);
            all.extend(list);
            if !more {
                return Ok((all, true));
            }
        }
        Ok((all, false))
    }

    /// Writes, once: whoever calls reads again before it tries again.
    pub(super) fn write(&self, call: &Call) -> Result<Answer, Stop> {
        self.once(call)
    }

    /// Returns an answer's document.
    pub(super) fn decode<T: DeserializeOwned>(&self, call: &Call, answer: &Answer) -> Result<T, Stop> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            Stop::Broken(Fault::new(
                Code::ForgeAnswer,
                format!("the answer to {} {} cannot be read: {error}", call.method.as_str(), call.url),
                "see whether the address is that of the forge's API, and not of a page or a proxy",
            ))
        })
    }

    /// Waits before another try, or returns why there is none.
    pub(super) fn wait(&self, tries: u32, later: Later) -> Result<(), Fault> {
        if tries >= TRIES {
            return Err(*later.fault);
        }
        let wait = later.wait.unwrap_or_else(|| back_off(tries, &later.fault.message));
        let waited = self.waited.get().saturating_add(wait);
        if waited > self.limits.max_wait {
            let mut fault = later.fault;
            fault.message += &format!(
                "; trying again would take {} s of waiting in all, and {} s are allowed",
                waited.as_secs(),
                self.limits.max_wait.as_secs()
            );
            return Err(*fault);
        }
        self.waited.set(waited);
        self.clock.sleep(wait);
        Ok(())
    }

    fn patiently(&self, call: &Call) -> Result<Answer, Stop> {
        let mut tries = 0;
        loop {
            match self.once(call) {
                Err(Stop::Later(later)) => {
                    tries += 1;
                    self.wait(tries, later).map_err(Stop::Broken)?;
                }
                answer => return answer,
            }
        }
    }

    fn once(&self, call: &Call) -> Result<Answer, Stop> {
        let mut url = call.url.clone();
        for _ in 0..=REDIRECTIONS {
            let mut response = self.send(call, &url)?;
            let status = response.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                url = self.redirected(call, &response, status)?;
                continue;
            }
            let more = more(&response);
            let limited = self.limited(&response, status);
            let body = self.body(call, &mut response)?;
            return match status {
                200..=299 => Ok(Answer { body, more }),
                _ => Err(self.failed(call, status, &body, limited)),
            };
        }
        Err(Stop::Broken(redirection(call, "it leads from one place to the next without an end")))
    }

    fn send(&self, call: &Call, url: &str) -> Result<Response<Body>, Stop> {
        let (name, value) = self.token.header();
        let mut request = Request::builder().method(call.method.as_str()).uri(url).header(name, value);
        request = match self.forge {
            Forge::Github => request
                .header("accept", "application/vnd.github+json")
                .header("x-github-api-version", "2022-11-28"),
            Forge::Gitlab => request.header("accept", "application/json"),
        };
        let invalid = |error: ureq::http::Error| {
            Stop::Broken(Fault::new(Code::ForgeApi, format!("`{url}` is no address: {error}"), ADDRESS))
        };
        let sent = match &call.body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body.to_string()).map_err(invalid)?)
            }
            None => self.agent.run(request.body(()).map_err(invalid)?),
        };
        sent.map_err(|error| self.unreachable(call, &error))
    }

    fn body(&self, call: &Call, response: &mut Response<Body>) -> Result<Vec<u8>, Stop> {
        let limit = self.limits.max_bytes;
        response.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => Stop::Broken(Fault::new(
                Code::ForgeAnswer,
                format!("the answer to {} {} has more than {limit} bytes", call.method.as_str(), call.url),
                "see whether the address is that of the forge's API",
            )),
            error => self.unreachable(call, &error),
        })
    }

    fn unreachable(&self, call: &Call, error: &ureq::Error) -> Stop {
        let fault = Fault::new(
            Code::ForgeUnreachable,
            self.token.scrub(&format!("{} {} does not get through: {error}", call.method.as_str(), call.url)),
            "see whether the address is right, whether this machine may reach it, and whether HTTPS_PROXY is needed; a \
             certificate of one's own is named by SSL_CERT_FILE",
        );
        let lasting = match error {
            ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
            ureq::Error::Timeout(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => false,
            ureq::Error::Protocol(_) => false,
            _ => true,
        };
        if lasting { Stop::Broken(fault) } else { Stop::Later(Later { wait: None, fault: Box::new(fault) }) }
    }

    /// Returns where a redirection leads, if that is the same server: the token goes to no other.
    fn redirected(&self, call: &Call, response: &Response<Body>, status: u16) -> Result<String, Stop> {
        let location = header(response, "location").unwrap_or_default();
        let to = match location.strip_prefix('/') {
            Some(path) if !path.starts_with('/') => Uri::builder()
                .scheme(self.api.scheme_str().unwrap_or_default())
                .authority(self.api.authority().map_or("", |authority| authority.as_str()))
                .path_and_query(location)
                .build()
                .ok(),
            _ => location.parse::<Uri>().ok(),
        };
        let same = |uri: &Uri| uri.scheme() == self.api.scheme() && uri.authority() == self.api.authority();
        match to.filter(same) {
            None => {
                let to = self.token.scrub(location);
                Err(Stop::Broken(redirection(
                    call,
                    &format!("it leads to `{to}`, and the token is not sent there"),
                )))
            }
            // A redirection of a write by these would be read as an order to read.
            Some(_) if call.method != Method::Get && status < 307 => {
                Err(Stop::Broken(redirection(call, "what is to be written was moved")))
            }
            Some(to) => Ok(to.to_string()),
        }
    }

    /// Returns how long a forge that has had enough asks to wait; within it `None` where it does not say how long.
    fn limited(&self, response: &Response<Body>, status: u16) -> Option<Option<Duration>> {
        let number = |name| header(response, name).and_then(|value| value.trim().parse::<u64>().ok());
        let after = number("retry-after").map(Duration::from_secs);
        let spent = number("x-ratelimit-remaining").or_else(|| number("ratelimit-remaining")) == Some(0);
        let reset = number("x-ratelimit-reset").or_else(|| number("ratelimit-reset"));
        // The limit is lifted within the second that is named, so one more is waited.
        let reset =
            reset.map(|at| Duration::from_secs(at.saturating_sub(self.clock.now()).saturating_add(1)));
        match status {
            429 => Some(after.or(reset.filter(|_| spent))),
            403 if after.is_some() => Some(after),
            403 if spent => Some(reset),
            _ => None,
        }
    }

    fn failed(&self, call: &Call, status: u16, body: &[u8], limited: Option<Option<Duration>>) -> Stop {
        let message = self.token.scrub(&message(body));
        let (method, url, forge) = (call.method.as_str(), &call.url, name(self.forge));
        // GitHub says so of its second limit where no header does.
        let limited = limited.or_else(|| {
            (status == 403 && message.to_ascii_lowercase().contains("secondary rate limit")).then_some(None)
        });
        if let Some(wait) = limited {
            let fault = Fault::new(
                Code::ForgeLimited,
                format!("{forge} has had enough calls: {method} {url}: {status}: {message}"),
                "wait, and run it again: what is there already is not done again. --max-wait SECONDS allows more waiting",
            );
            return Stop::Later(Later { wait, fault: Box::new(fault) });
        }
        match status {
            408 | 409 | 425 | 500.. => {
                let fault = Fault::new(
                    Code::ForgeUnreachable,
                    format!("{forge} fails at {method} {url}: {status}: {message}"),
                    "the fault is the forge's: run it again later; what is there already is not done again",
                );
                Stop::Later(Later { wait: None, fault: Box::new(fault) })
            }
            _ => {
                let fault = refused(self.forge, call, status, &message, self.is_of_job());
                Stop::Refused { status, message, fault: Box::new(fault) }
            }
        }
    }
}

/// How many entries of a list are asked for at once: the most that both forges give.
const PAGE: usize = 100;

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// Says whether another page follows.
fn more(response: &Response<Body>) -> Option<bool> {
    if let Some(link) = header(response, "link") {
        return Some(link.split(',').any(|part| part.contains("rel=\"next\"")));
    }
    header(response, "x-next-page").map(|page| !page.trim().is_empty())
}

/// Returns the wait before a try: 1, 2, 4, 8 seconds, and up to a quarter more, so that jobs that failed together do not
/// come back together. It is drawn from the call, not from chance.
fn back_off(tries: u32, seed: &str) -> Duration {
    let mixed = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let base = 1000_u64 << (tries.clamp(1, 4) - 1);
    Duration::from_millis(base + base * (mixed % 250) / 1000)
}

fn redirection(call: &Call, why: &str) -> Fault {
    Fault::new(
        Code::ForgeRedirected,
        format!("{} {} is redirected: {why}", call.method.as_str(), call.url),
        "a repository that was renamed or moved is redirected: name it as it is called now, with --repository",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_is_the_same_each_time() {
        let waits: Vec<u64> = (1..=4).map(|tries| back_off(tries, "GET x").as_millis() as u64).collect();
        for (at, wait) in waits.iter().enumerate() {
            let base = 1000 << at;
            assert!((base..base + base / 4 + 1).contains(wait), "{waits:?}");
        }
        assert_eq!(back_off(2, "GET x"), back_off(2, "GET x"));
        assert_ne!(back_off(2, "GET x"), back_off(2, "GET y"));
    }
}
