//! Checks of the target environment.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::contract::{World, world};
use crate::support::{laneway, run};

/// Serves every connection with `serve`, and returns the port.
fn listen(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

fn answering() -> u16 {
    listen(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    })
}

fn silent() -> u16 {
    listen(|stream| {
        thread::spawn(move || {
            let _kept = stream;
            thread::sleep(Duration::from_secs(60));
        });
    })
}

fn trickling() -> u16 {
    listen(|mut stream| {
        thread::spawn(move || {
            let bytes = b"HTTP/1.1 200 OK\r\nx: ".iter().chain(b"a".iter().cycle());
            for byte in bytes {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
    })
}

fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn checked(checks: &str) -> World {
    world(&format!("environments:\n  - id: prod\n    owner: '@ops'\n    target: t\n    checks:\n{checks}"))
}

fn preflight(world: &World) -> (i32, Value, String) {
    let own = ["--profile", "full", "--environment", "prod", "--format", "json"];
    let (code, out, err) = world.ask("preflight", &own);
    (code, serde_json::from_str(&out).unwrap_or(Value::Null), err)
}

/// Returns the outcome of a check and why.
fn of<'a>(found: &'a Value, id: &str) -> (&'a str, &'a str) {
    let own = found["checks"].as_array().unwrap().iter().find(|own| own["id"] == id).unwrap();
    (own["outcome"].as_str().unwrap(), own["reason"].as_str().unwrap_or_default())
}

#[test]
fn every_check_is_made_and_one_that_hangs_is_over_in_time() {
    let (ok, silent, trickling, closed) = (answering(), silent(), trickling(), closed());
    let check = |id: &str, how: &str| {
        format!("      - {{id: {id}, gate: preflight, owner: '@{id}', timeout_seconds: 2, {how}}}\n")
    };
    let rows = [
        ("open", format!("tcp: '127.0.0.1:{ok}'"), "held", ""),
        ("closed", format!("tcp: '127.0.0.1:{closed}'"), "failed", "refused"),
        ("answers", format!("http: 'http://127.0.0.1:{ok}/'"), "held", ""),
        ("status", format!("http: 'http://127.0.0.1:{ok}/', status: 204"), "failed", "status 200, not 204"),
        ("hangs", format!("http: 'http://127.0.0.1:{silent}/'"), "unmade", "answer"),
        ("trickles", format!("http: 'http://127.0.0.1:{trickling}/'"), "unmade", "answer"),
        ("tls-hangs", format!("tls: '127.0.0.1:{silent}'"), "unmade", "answer"),
        ("file", "file: web/a".to_owned(), "held", ""),
        ("no-file", "file: web/b".to_owned(), "failed", "web/b"),
        ("file-says", "file: facts.json, pointer: /a/b, equals: '1'".to_owned(), "held", ""),
        ("file-denies", "file: facts.json, pointer: /a/b, equals: '2'".to_owned(), "failed", "/a/b"),
        ("runs", "run: 'true'".to_owned(), "held", ""),
        ("fails", "run: exit 7".to_owned(), "failed", "exit code 7"),
        ("says", "run: cat facts.json, pointer: /a/b, equals: '1'".to_owned(), "held", ""),
        ("denies", "run: echo no, pointer: /a".to_owned(), "failed", "/a"),
        ("sleeps", "run: sleep 50".to_owned(), "unmade", "timed out"),
    ];
    let checks: String = rows.iter().map(|(id, how, ..)| check(id, how)).collect();
    let world = checked(&(checks + "      - {id: edge, gate: edge-preflight, run: exit 1}\n"));
    fs::write(world.root.join("facts.json"), "{\"a\": {\"b\": 1}}").unwrap();
    let begun = Instant::now();
    let (code, found, err) = preflight(&world);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(code, 2, "what does not answer is not known: {found}");
    for (id, _, outcome, why) in &rows {
        let (own, reason) = of(&found, id);
        assert_eq!(own, *outcome, "{id}: {reason}");
        assert!(reason.contains(why), "{id}: {reason}");
        let message = format!("check `{id}` could not be made");
        assert_eq!(err.contains(&message), *outcome == "unmade", "{id}: {err}");
    }
    assert!(err.contains("laneway::release::probe_unmade") && err.contains("lanes/"), "{err}");
    assert_eq!(found["unasked"][0], "edge");
    let shown = run(laneway(&world.root).args(["evidence", "show", &world.head(), "--format", "json"])).1;
    assert!(shown.contains("check `hangs`") && shown.contains("@hangs"), "{shown}");
}

#[test]
fn a_gate_without_a_check_is_not_proved() {
    let world = world("environments:\n  - {id: prod, owner: '@ops', target: t}\n");
    let (code, found, _) = preflight(&world);
    assert_eq!((code, &found["unchecked"][0]), (1, &"preflight".into()));
    let (code, out, err) = world.ask("preflight", &["--profile", "full"]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    let (code, _, err) = world.ask("preflight", &["--profile", "ful", "--environment", "prod"]);
    assert!(code == 2 && err.contains("did you mean `full`?"), "{err}");
}

#[test]
fn checks_that_hold_are_recorded() {
    let world = checked("      - {id: there, gate: preflight, file: web/a}\n");
    let (code, out, err) =
        world.ask("preflight", &["--profile", "full", "--environment", "prod", "--run-id", "a"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("1 of 1 check held") && out.contains("Recorded as run a"), "{out}");
    let (code, _, err) =
        world.ask("preflight", &["--profile", "full", "--environment", "prod", "--run-id", "a"]);
    assert_eq!((code, err.as_str()), (0, ""), "a second try of the same run");
    let shown = run(laneway(&world.root).args(["evidence", "show", &world.head()])).1;
    assert!(shown.contains("preflight"), "{shown}");
}

/// A server that openssl runs; it ends with the guard.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(feature = "tls")]
#[test]
fn a_certificate_is_believed_for_its_host_and_for_long_enough() {
    let folder = tempfile::tempdir().unwrap();
    let made = openssl(
        folder.path(),
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ],
    );
    if !made {
        let says = "NOT RUN: a_certificate_is_believed_for_its_host_and_for_long_enough: no openssl that makes one\n";
        std::io::stderr().write_all(says.as_bytes()).unwrap();
        return;
    }
    let port = closed();
    let accept = port.to_string();
    let server = Command::new("openssl")
        .current_dir(folder.path())
        .args(["s_server", "-quiet", "-accept", &accept, "-cert", "cert.pem", "-key", "key.pem"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Server(server.unwrap());
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() && Instant::now() < until {
        thread::sleep(Duration::from_millis(50));
    }
    let pem = fs::read(folder.path().join("cert.pem")).unwrap();
    let look = |host: &str, days, roots: Option<&[u8]>| {
        let outcome = laneway::probe::tls(host, port, days, roots, Duration::from_secs(10));
        outcome.reason().unwrap_or("held").to_owned()
    };
    assert_eq!(look("localhost", 21, Some(&pem)), "held");
    let short = look("localhost", 60, Some(&pem));
    assert!(short.contains("days more, and must be for 60"), "{short}");
    assert!(look("localhost", 21, None).contains("believed"));
    assert!(look("127.0.0.1", 21, Some(&pem)).contains("another host"));
    assert!(look("localhost", 21, Some(b"no PEM")).contains("no certificate"));
}
