//! Looks at listeners of this machine.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(10);

/// Serves every connection with `serve`, and returns the port.
fn listen(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

fn answer(text: &'static str) -> u16 {
    listen(move |mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(text.as_bytes());
    })
}

/// Says nothing, for ever.
fn silent() -> u16 {
    listen(|stream| {
        thread::spawn(move || {
            let _kept = stream;
            thread::sleep(Duration::from_secs(60));
        });
    })
}

/// Says a byte now and then, and never comes to an end.
fn trickling() -> u16 {
    listen(|mut stream| {
        thread::spawn(move || {
            let _ = stream.read(&mut [0; 1024]);
            let mut bytes = b"HTTP/1.1 200 OK\r\nx: ".iter().chain(b"a".iter().cycle());
            while stream.write_all(&[*bytes.next().unwrap()]).is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
    })
}

fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

#[test]
fn what_answers_holds_and_what_does_not_fails() {
    let ok = answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(tcp("127.0.0.1", ok, LONG), Outcome::Held);
    assert_eq!(tcp("[127.0.0.1]", ok, LONG), Outcome::Held);
    assert_eq!(tcp("127.0.0.1", closed(), LONG), Outcome::Failed("the connection is refused".to_owned()));
    assert_eq!(http(&url(ok), 200, None, LONG), Outcome::Held);
    assert!(matches!(http(&url(closed()), 200, None, LONG), Outcome::Failed(_)));
    let status = http(&url(ok), 204, None, LONG);
    assert_eq!(status, Outcome::Failed("it answers with status 200, not 204".to_owned()));
    let moved = answer("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(http(&url(moved), 302, None, LONG), Outcome::Held);
    assert!(matches!(http(&url(answer("no HTTP\r\n\r\n")), 200, None, LONG), Outcome::Failed(_)));
}

#[test]
fn whatever_hangs_is_over_in_time() {
    for port in [silent(), trickling()] {
        let begun = Instant::now();
        assert!(matches!(http(&url(port), 200, None, SHORT), Outcome::Unmade(_)));
        assert_ne!(tls("127.0.0.1", port, 1, None, SHORT), Outcome::Held);
        assert!(begun.elapsed() < SHORT * 8, "{:?}", begun.elapsed());
    }
    let begun = Instant::now();
    let hangs = patience::within(SHORT, |_| {
        thread::sleep(LONG);
        Outcome::Held
    });
    assert_eq!(hangs, Outcome::Unmade("no answer after 0.4 s".to_owned()));
    assert!(begun.elapsed() < LONG);
}
