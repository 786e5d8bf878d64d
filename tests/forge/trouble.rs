//! Forges that are busy, broken, slow or hostile.

use std::time::{Duration, Instant};

use laneway::fault::{Code, Fault};
use laneway::forge::{Limits, Options, Outcome};
use laneway::roster::Forge;

use crate::github_world::{Github, TOKEN, start};
use crate::server::{Reply, Server, What};
use crate::support::{context, done, posted_with, posting};

fn run(server: &Server) -> (Result<Outcome, Vec<Fault>>, Vec<Duration>) {
    limited(server, Limits::default())
}

fn limited(server: &Server, limits: Limits) -> (Result<Outcome, Vec<Fault>>, Vec<Duration>) {
    posted_with(&context(Forge::Github, server), &posting(&["bo"], &[]), &Options::default(), limits)
}

/// Returns the one fault, be it of reading or of writing.
fn fault(result: Result<Outcome, Vec<Fault>>) -> Fault {
    let mut faults = result.map_or_else(|faults| faults, |outcome| outcome.faults);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let fault = faults.remove(0);
    assert!(!fault.help.is_empty());
    fault
}

fn seconds(waits: &[Duration]) -> Vec<u64> {
    waits.iter().map(Duration::as_secs).collect()
}

#[test]
fn what_fails_for_a_while_is_tried_again() {
    for what in [
        What::Says(Reply::message(502, "Bad Gateway")),
        What::Says(Reply { status: 503, headers: Vec::new(), body: "<html>busy".to_owned() }),
        What::HangsUp,
    ] {
        let (server, world) = start(Github::default());
        server.trouble("GET", "/pulls/7", 3, what.clone());
        let (outcome, waits) = run(&server);
        assert_eq!(outcome.unwrap().calls.len(), 3, "{what:?}");
        assert_eq!(seconds(&waits), [1, 2, 4], "{what:?}");
        assert_eq!(world.lock().unwrap().ours().len(), 1);
    }
}

#[test]
fn a_write_whose_outcome_is_not_known_is_not_done_twice() {
    for (method, path) in [("POST", "/comments"), ("POST", "/requested_reviewers"), ("POST", "/statuses/")] {
        let (server, world) = start(Github::default());
        server.trouble(method, path, 1, What::DoesAndSays(Reply::message(502, "Bad Gateway")));
        let (outcome, waits) = run(&server);
        assert!(outcome.unwrap().faults.is_empty());
        assert_eq!(seconds(&waits), [1], "{path}");
        let world = world.lock().unwrap();
        assert_eq!((world.ours().len(), world.statuses.len(), world.requested.len()), (1, 1, 1), "{path}");
        let calls = server.written().into_iter().filter(|call| call.contains(path)).count();
        assert_eq!(calls, 1, "{path}");
    }
    // One that was not done is done.
    let (server, world) = start(Github::default());
    server.trouble("POST", "/comments", 2, What::HangsUp);
    assert_eq!(
        done(&run(&server).0.unwrap()),
        ["asked bo for review", "wrote the comment", "set the commit status"]
    );
    assert_eq!(world.lock().unwrap().ours().len(), 1);
}

#[test]
fn what_fails_for_good_is_given_up() {
    let (server, _) = start(Github::default());
    server.trouble("GET", "/pulls/7", 99, What::Says(Reply::message(500, "Server Error")));
    let (outcome, waits) = run(&server);
    let fault = fault(outcome);
    assert_eq!(fault.code, Code::ForgeUnreachable);
    assert!(fault.message.contains("500: Server Error"), "{}", fault.message);
    let expected = [1, 2, 4, 8];
    assert!(
        waits.len() == 4
            && waits
                .iter()
                .zip(expected)
                .all(|(wait, base)| (base * 1000..=base * 1250).contains(&(wait.as_millis() as u64))),
        "{waits:?}"
    );
    assert_eq!(server.seen().len(), 5);

    let (server, _) = start(Github::default());
    server.trouble("POST", "/comments", 99, What::Says(Reply::message(500, "Server Error")));
    assert_eq!(self::fault(run(&server).0).code, Code::ForgeUnreachable);

    let gone = Server::new(|_| Reply::message(500, ""));
    let mut context = context(Forge::Github, &gone);
    // Nobody listens on this port.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    context.api = format!("http://{free}");
    let (outcome, waits) = posted_with(&context, &posting(&[], &[]), &Options::default(), Limits::default());
    assert_eq!(self::fault(outcome).code, Code::ForgeUnreachable);
    assert_eq!(waits.len(), 4);
}

#[test]
fn a_forge_that_asks_to_wait_is_given_its_time() {
    let busy = |status, headers: &[(&str, &str)]| {
        let reply = Reply::message(status, "API rate limit exceeded");
        headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value))
    };
    for (reply, wait) in [
        (busy(429, &[("retry-after", "7")]), 7),
        (busy(403, &[("retry-after", "3")]), 3),
        // The clock of the tests stands at 1,000,000.
        (busy(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000020")]), 21),
        (busy(429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]), 1),
        (busy(429, &[]), 1),
        (Reply::message(403, "You have exceeded a secondary rate limit."), 1),
    ] {
        for (method, path) in [("GET", "/reviews"), ("POST", "/comments")] {
            let (server, world) = start(Github::default());
            server.trouble(method, path, 1, What::Says(reply.clone()));
            let (outcome, waits) = run(&server);
            assert!(outcome.unwrap().faults.is_empty());
            assert_eq!(seconds(&waits), [wait], "{reply:?}");
            assert_eq!(world.lock().unwrap().ours().len(), 1);
        }
    }
}

#[test]
fn a_wait_that_is_too_long_is_not_begun() {
    let (server, _) = start(Github::default());
    let busy = Reply::message(403, "API rate limit exceeded").with("x-ratelimit-remaining", 0);
    server.trouble("GET", "/pulls/7", 1, What::Says(busy.with("x-ratelimit-reset", 1_003_600)));
    let (outcome, waits) = run(&server);
    let fault = fault(outcome);
    assert_eq!(fault.code, Code::ForgeLimited);
    assert!(fault.message.contains("3601 s of waiting in all, and 60 s are allowed"), "{}", fault.message);
    assert!(fault.help.contains("--max-wait") && waits.is_empty());
    // Many short ones add up.
    let (server, _) = start(Github::default());
    server.trouble("GET", "", 99, What::Says(Reply::message(429, "busy").with("retry-after", 25)));
    let (outcome, waits) = run(&server);
    assert_eq!((self::fault(outcome).code, seconds(&waits)), (Code::ForgeLimited, vec![25, 25]));
    let limits = Limits { max_wait: Duration::ZERO, ..Limits::default() };
    let (server, _) = start(Github::default());
    server.trouble("GET", "", 1, What::Says(Reply::message(502, "busy")));
    assert_eq!(self::fault(limited(&server, limits).0).code, Code::ForgeUnreachable);
}

#[test]
fn refusals_are_explained() {
    for (status, help) in [
        (401, "not valid"),
        (403, "pull-requests: write"),
        (404, "the repository and the number"),
        (410, "taken away"),
        (422, "own words"),
    ] {
        let (server, _) = start(Github::default());
        server.trouble("GET", "/pulls/7", 1, What::Says(Reply::message(status, "its\u{1b}[31m words")));
        let (outcome, waits) = run(&server);
        let fault = fault(outcome);
        assert_eq!(fault.code, Code::ForgeRefused);
        assert!(fault.help.contains(help), "{status}: {}", fault.help);
        assert!(
            fault.message.contains(&format!("GET {}/repos/acme/shop/pulls/7 with {status}: its", server.url))
        );
        assert!(waits.is_empty());
    }
}

#[test]
fn an_answer_that_is_none_is_a_fault() {
    let plain = |body: &str| Reply { status: 200, headers: Vec::new(), body: body.to_owned() };
    for body in [
        "",
        "<html>log in",
        "[",
        "{}",
        "[1]",
        "null",
        r#"{"state": 1}"#,
        r#"{"state": "open", "head": null}"#,
    ] {
        let (server, _) = start(Github::default());
        server.trouble("GET", "/pulls/7", 99, What::Says(plain(body)));
        let (outcome, waits) = run(&server);
        assert_eq!(fault(outcome).code, Code::ForgeAnswer, "{body}");
        assert!(waits.is_empty());
    }
    // One that has no end.
    let (server, _) = start(Github::default());
    server.trouble("GET", "/reviews", 1, What::Says(plain(&format!("[{}]", " ".repeat(100_000)))));
    let fault = fault(limited(&server, Limits { max_bytes: 50_000, ..Limits::default() }).0);
    assert_eq!(fault.code, Code::ForgeAnswer);
    assert!(fault.message.contains("more than 50000 bytes"), "{}", fault.message);
    // Deep nesting does not overflow.
    let (server, _) = start(Github::default());
    server.trouble("GET", "/pulls/7", 1, What::Says(plain(&"[".repeat(1_000_000))));
    assert_eq!(self::fault(run(&server).0).code, Code::ForgeAnswer);
    // A list that goes on and on.
    let (server, _) = start(Github::default());
    let more = plain("[]").with("link", "<x>; rel=\"next\"");
    server.trouble("GET", "/reviews", 9_999, What::Says(more));
    assert_eq!(self::fault(run(&server).0).code, Code::ForgeAnswer);
}

#[test]
fn the_token_goes_to_no_other_server() {
    let thief = Server::new(|_| Reply::message(200, "thanks"));
    for (method, path) in [("GET", "/pulls/7"), ("POST", "/comments")] {
        for status in [301, 302, 307, 308] {
            let (server, _) = start(Github::default());
            let moved = Reply::message(status, "moved").with("location", format!("{}/repos/x", thief.url));
            server.trouble(method, path, 1, What::Says(moved));
            assert_eq!(fault(run(&server).0).code, Code::ForgeRedirected, "{method} {status}");
        }
    }
    let (server, _) = start(Github::default());
    let authority = thief.url.trim_start_matches("http:");
    server.trouble(
        "GET",
        "/pulls/7",
        1,
        What::Says(Reply::message(301, "moved").with("location", authority)),
    );
    assert_eq!(fault(run(&server).0).code, Code::ForgeRedirected);
    assert!(thief.seen().is_empty());
    // A server that sends the token back does not get it printed; `posted_with` looks for it.
    let (server, _) = start(Github::default());
    server.trouble("GET", "/pulls/7", 1, What::Says(Reply::message(400, &format!("bad {TOKEN}"))));
    assert!(fault(run(&server).0).message.contains("bad [the token]"));
    let (server, _) = start(Github::default());
    let moved = Reply::message(301, "").with("location", format!("https://evil.example/?{TOKEN}"));
    server.trouble("GET", "/pulls/7", 1, What::Says(moved));
    assert!(fault(run(&server).0).message.contains("[the token]"));
}

#[test]
fn a_redirection_on_the_same_server_is_followed() {
    let (server, world) = start(Github::default());
    let to = format!("{}/repos/acme/shop/pulls/7", server.url);
    server.trouble("GET", "/pulls/7", 1, What::Says(Reply::message(301, "moved").with("location", to)));
    let here = Reply::message(307, "moved").with("location", "/repos/acme/shop/issues/7/comments");
    server.trouble("POST", "/comments", 1, What::Says(here));
    assert!(run(&server).0.unwrap().faults.is_empty());
    assert_eq!(world.lock().unwrap().ours().len(), 1);
    // In a circle it ends, and a write does not become a read.
    let (server, _) = start(Github::default());
    let circle = Reply::message(302, "moved").with("location", "/repos/acme/shop/pulls/7");
    server.trouble("GET", "/pulls/7", 99, What::Says(circle.clone()));
    assert_eq!(fault(run(&server).0).code, Code::ForgeRedirected);
    let (server, _) = start(Github::default());
    server.trouble("POST", "/comments", 1, What::Says(circle));
    assert_eq!(fault(run(&server).0).code, Code::ForgeRedirected);
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let (server, _) = start(Github::default());
    server.trouble("GET", "/pulls/7", 99, What::Sleeps(Duration::from_secs(30)));
    let begun = Instant::now();
    let (outcome, waits) =
        limited(&server, Limits { timeout: Duration::from_millis(200), ..Limits::default() });
    assert_eq!(fault(outcome).code, Code::ForgeUnreachable);
    assert_eq!(waits.len(), 4);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
