//! A server of HTTP/1.1 on this machine that answers by a function, remembers what it was asked, and fails on demand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use serde_json::Value;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Request {
    /// Returns a header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Returns a key of the query, its escapes undone where they are of slashes.
    pub(crate) fn asked(&self, key: &str) -> Option<String> {
        let of_key =
            |pair: &str| pair.strip_prefix(key)?.strip_prefix('=').map(|value| value.replace("%2F", "/"));
        self.query.split('&').find_map(of_key)
    }

    /// Says whether it may change something.
    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string() }
    }

    pub(crate) fn message(status: u16, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "message": message }))
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Something that goes wrong with the next calls of a kind.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    /// The method, and what the path holds.
    pub(crate) of: (&'static str, &'static str),
    /// How often.
    pub(crate) times: usize,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Answers this, and does nothing.
    Says(Reply),
    /// Does what it was asked to, and then answers this.
    DoesAndSays(Reply),
    /// Closes the connection without a word.
    HangsUp,
    /// Takes its time.
    Sleeps(Duration),
    /// Waits until all who are to come have asked.
    Meets(Arc<Barrier>),
}

type Answer = Box<dyn FnMut(&Request) -> Reply + Send>;

struct Inner {
    answer: Answer,
    troubles: Vec<Trouble>,
    seen: Vec<Request>,
}

/// A server that runs until the tests end.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Server {
    pub(crate) fn new(answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner { answer: Box::new(answer), troubles: Vec::new(), seen: Vec::new() };
        let server = Self { url, inner: Arc::new(Mutex::new(inner)) };
        let of_thread = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = of_thread.clone();
                std::thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    /// Makes the next calls of a kind go wrong.
    pub(crate) fn trouble(&self, method: &'static str, path: &'static str, times: usize, what: What) {
        self.inner.lock().unwrap().troubles.push(Trouble { of: (method, path), times, what });
    }

    /// Returns what it was asked since it was asked this before.
    pub(crate) fn seen(&self) -> Vec<Request> {
        std::mem::take(&mut self.inner.lock().unwrap().seen)
    }

    /// Returns the writing calls since it was asked this before, as `METHOD path`.
    pub(crate) fn written(&self) -> Vec<String> {
        let writes = self.seen().into_iter().filter(Request::writes);
        writes.map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some(request) = read(&mut reader) {
            let what = self.next_trouble(&request);
            self.inner.lock().unwrap().seen.push(request.clone());
            let reply = match what {
                Some(What::HangsUp) => return,
                Some(What::Says(reply)) => reply,
                Some(What::DoesAndSays(reply)) => {
                    (self.inner.lock().unwrap().answer)(&request);
                    reply
                }
                other => {
                    match other {
                        Some(What::Sleeps(time)) => std::thread::sleep(time),
                        Some(What::Meets(barrier)) => {
                            // Answered before they meet, so that nobody sees what the other writes.
                            let reply = (self.inner.lock().unwrap().answer)(&request);
                            barrier.wait();
                            if write(&stream, &request, &reply).is_none() {
                                return;
                            }
                            continue;
                        }
                        _ => {}
                    }
                    (self.inner.lock().unwrap().answer)(&request)
                }
            };
            if write(&stream, &request, &reply).is_none() {
                return;
            }
        }
    }

    fn next_trouble(&self, request: &Request) -> Option<What> {
        let mut inner = self.inner.lock().unwrap();
        let of = |trouble: &&mut Trouble| {
            trouble.times > 0 && trouble.of.0 == request.method && request.path.contains(trouble.of.1)
        };
        let trouble = inner.troubles.iter_mut().find(of)?;
        trouble.times -= 1;
        Some(trouble.what.clone())
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Some(Request { method, path, query, headers, body })
}

fn write(mut stream: &TcpStream, request: &Request, reply: &Reply) -> Option<()> {
    let mut text = format!("HTTP/1.1 {} It\r\n", reply.status);
    for (name, value) in &reply.headers {
        text += &format!("{name}: {value}\r\n");
    }
    if reply.status != 204 {
        text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", reply.body.len());
    }
    text += "\r\n";
    if reply.status != 204 && request.method != "HEAD" {
        text += &reply.body;
    }
    stream.write_all(text.as_bytes()).ok()
}
