//! GitHub: what is posted, and that it is posted once.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use laneway::forge::{Client, Limits, Note, Options, Posting, State, Token, already, open_reviews, unread};
use laneway::roster::Forge;

use crate::github_world::{Github, HEAD, TOKEN, start};
use crate::server::What;
use crate::support::{Noted, context, done, posted, posted_with, posting};

const MARKER: &str = "<!-- laneway.reviewers -->\n";

#[test]
fn everything_is_posted_and_the_second_time_nothing() {
    let (server, world) = start(Github::default());
    let context = context(Forge::Github, &server);
    let what = posting(&["bo", "cy"], &["acme/billing"]);
    let outcome = posted(&context, &what);
    assert_eq!(
        done(&outcome),
        ["asked bo, cy, billing for review", "wrote the comment", "set the commit status"]
    );
    {
        let world = world.lock().unwrap();
        assert_eq!(world.requested, ["bo", "cy"]);
        assert_eq!(world.teams, ["billing"]);
        assert_eq!(world.ours(), [format!("{MARKER}{}", what.comment.trim_end())]);
        let (sha, status) = &world.statuses[0];
        assert_eq!(sha, HEAD);
        assert_eq!(status["context"], "laneway/route");
        assert_eq!(status["state"], "success");
        assert_eq!(status["description"], "3 gates of 12");
        assert_eq!(status["target_url"], "https://ci.example/run/1");
    }
    server.seen();
    let outcome = posted(&context, &what);
    assert!(
        outcome.calls.is_empty() && outcome.notes.is_empty() && outcome.refused.is_empty(),
        "{outcome:?}"
    );
    assert_eq!(server.written(), Vec::<String>::new());
}

#[test]
fn only_what_differs_is_written() {
    let (server, world) = start(Github::default());
    let context = context(Forge::Github, &server);
    let mut what = posting(&["bo"], &[]);
    posted(&context, &what);
    server.seen();
    what.comment = "another".to_owned();
    assert_eq!(done(&posted(&context, &what)), ["updated the comment"]);
    assert_eq!(server.written(), ["PATCH /repos/acme/shop/issues/comments/101"]);
    what.status.state = State::Error;
    assert_eq!(done(&posted(&context, &what)), ["set the commit status"]);
    what.people.insert("cy".to_owned());
    assert_eq!(done(&posted(&context, &what)), ["asked cy for review"]);
    // Nobody is taken off again.
    what.people.clear();
    assert!(posted(&context, &what).calls.is_empty());
    let world = world.lock().unwrap();
    assert_eq!(world.requested, ["bo", "cy"]);
    assert_eq!(world.ours(), [format!("{MARKER}another")]);
}

#[test]
fn the_author_and_those_who_looked_are_not_asked() {
    let (server, world) = start(Github {
        reviews: vec![Some("Bo"), None],
        requested: vec!["cy".to_owned()],
        teams: vec!["Billing".to_owned()],
        ..Github::default()
    });
    let what = posting(&["Ada", "bo", "CY", "dee"], &["acme/billing"]);
    let outcome = posted(&context(Forge::Github, &server), &what);
    assert_eq!(done(&outcome)[0], "asked dee for review");
    assert_eq!(world.lock().unwrap().requested, ["cy", "dee"]);
}

#[test]
fn one_unknown_name_does_not_cost_the_others() {
    let (server, world) =
        start(Github { strangers: ["cy", "ghosts"].into(), dropped: ["eve"].into(), ..Github::default() });
    let context = context(Forge::Github, &server);
    let outcome = posted(
        &context,
        &posting(&["bo", "cy", "dee", "eve"], &["acme/ghosts", "acme/billing", "other/team"]),
    );
    let refused: Vec<&str> = outcome.refused.keys().map(String::as_str).collect();
    assert_eq!(refused, ["cy", "eve", "ghosts", "other/team"]);
    assert!(outcome.refused["cy"].contains("collaborators"), "{:?}", outcome.refused);
    assert!(outcome.refused["eve"].contains("does not list them"), "{:?}", outcome.refused);
    assert!(outcome.refused["other/team"].contains("only those of acme"), "{:?}", outcome.refused);
    let world = world.lock().unwrap();
    assert_eq!(world.requested, ["bo", "dee"]);
    assert_eq!(world.teams, ["billing"]);
    assert_eq!(world.ours().len(), 1);
}

#[test]
fn no_more_than_fifteen_are_asked_at_once() {
    let (server, world) = start(Github::default());
    let names: Vec<String> = (0..40).map(|at| format!("person{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    posted(&context(Forge::Github, &server), &posting(&names, &[]));
    assert_eq!(world.lock().unwrap().requested, names);
    let asks = server.written().into_iter().filter(|call| call.ends_with("requested_reviewers")).count();
    assert_eq!(asks, 3);
}

#[test]
fn ours_is_found_on_a_later_page_and_nobody_elses_is_touched() {
    let mut comments: Vec<(u64, String, String)> =
        (1..60).map(|id| (id, "ada".to_owned(), format!("{MARKER}a quote of it"))).collect();
    comments.push((60, "github-actions[bot]".to_owned(), "another workflow's".to_owned()));
    comments.push((61, "github-actions[bot]".to_owned(), format!("see {MARKER}")));
    comments.push((62, "github-actions[bot]".to_owned(), format!("{MARKER}old")));
    let (server, world) = start(Github { comments: comments.clone(), page: 10, ..Github::default() });
    let what = posting(&[], &[]);
    assert_eq!(done(&posted(&context(Forge::Github, &server), &what))[0], "updated the comment");
    let world = world.lock().unwrap();
    assert_eq!(world.comments[..61], comments[..61]);
    assert_eq!(world.comments[61].2, format!("{MARKER}{}", what.comment.trim_end()));
    // The link to the next page leads to another server, and was not followed.
    let pages = server.seen().into_iter().filter(|request| request.path.ends_with("/comments")).count();
    assert_eq!(pages, 7);
}

#[test]
fn two_at_once_leave_one_comment() {
    for _ in 0..5 {
        let (server, world) = start(Github::default());
        // Both look before either writes.
        server.trouble("GET", "/issues/7/comments", 2, What::Meets(Arc::new(Barrier::new(2))));
        let runs: Vec<_> = (0..2)
            .map(|_| {
                let context = context(Forge::Github, &server);
                std::thread::spawn(move || posted(&context, &posting(&["bo"], &[])))
            })
            .collect();
        let outcomes: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        let wrote =
            outcomes.iter().filter(|outcome| done(outcome).iter().any(|what| what == "wrote the comment"));
        assert_eq!(wrote.count(), 2, "the race was not run");
        {
            let world = world.lock().unwrap();
            assert_eq!(world.ours().len(), 1);
            assert_eq!(world.comments[0].0, 101, "the oldest stays");
            assert_eq!(world.requested, ["bo"]);
        }
        assert!(posted(&context(Forge::Github, &server), &posting(&["bo"], &[])).calls.is_empty());
    }
}

#[test]
fn a_comment_that_is_too_long_is_cut_and_stays_so() {
    let (server, world) = start(Github::default());
    let context = context(Forge::Github, &server);
    let mut what = posting(&[], &[]);
    what.comment = "a line – with a dash\n".repeat(10_000);
    what.status.description = "word ".repeat(100);
    let outcome = posted(&context, &what);
    assert!(matches!(outcome.notes[..], [Note::CommentCut { most: 65_536, .. }]), "{:?}", outcome.notes);
    assert!(world.lock().unwrap().ours()[0].contains("The rest is cut"));
    assert!(posted(&context, &what).calls.is_empty());
}

#[test]
fn the_login_is_asked_for_or_given_or_learned() {
    let old = |login: &str| vec![(5, login.to_owned(), format!("{MARKER}old"))];
    // A person's token says who it is.
    let (server, world) =
        start(Github { me: Some("robot"), writer: "robot", comments: old("robot"), ..Github::default() });
    posted(&context(Forge::Github, &server), &posting(&[], &[]));
    assert_eq!(world.lock().unwrap().comments.len(), 1);
    // An app's does not; it is given.
    let app = Github { writer: "lanes[bot]", comments: old("lanes[bot]"), ..Github::default() };
    let (server, world) = start(app.clone());
    let context_of = |server| context(Forge::Github, server);
    let options = Options { login: Some("lanes[bot]".to_owned()), ..Options::default() };
    posted_with(&context_of(&server), &posting(&[], &[]), &options, Limits::default()).0.unwrap();
    assert_eq!(world.lock().unwrap().comments.len(), 1);
    assert!(!server.seen().iter().any(|request| request.path == "/user"));
    // It is not given, so it is learned, and still one comment stays.
    let (server, world) = start(app);
    let outcome = posted(&context_of(&server), &posting(&[], &[]));
    assert!(
        outcome.notes.iter().any(|note| note.to_string().contains("--as lanes[bot]")),
        "{:?}",
        outcome.notes
    );
    let world = world.lock().unwrap();
    assert_eq!(world.comments.len(), 1);
    assert_eq!((world.comments[0].0, world.ours()[0].contains("Who looks")), (5, true));
}

#[test]
fn a_fork_with_a_token_that_reads_loses_nothing() {
    let (server, world) = start(Github { fork: true, read_only: true, ..Github::default() });
    let what = posting(&["bo"], &[]);
    let outcome = posted(&context(Forge::Github, &server), &what);
    assert_eq!(outcome.unposted.as_deref(), Some(what.comment.as_str()));
    assert!(matches!(outcome.notes[..], [Note::ReadOnly { .. }]), "{:?}", outcome.notes);
    assert!(outcome.calls.is_empty() && world.lock().unwrap().comments.is_empty());
    // Dependabot's runs have such a token too.
    let (server, _) = start(Github { author: "dependabot[bot]", read_only: true, ..Github::default() });
    assert!(posted(&context(Forge::Github, &server), &what).unposted.is_some());
    // A fork whose token may write is posted to like any other.
    let (server, _) = start(Github { fork: true, ..Github::default() });
    assert_eq!(posted(&context(Forge::Github, &server), &what).calls.len(), 3);
}

#[test]
fn without_permission_it_is_a_fault_each() {
    let (server, _) = start(Github { read_only: true, ..Github::default() });
    let (outcome, _) = posted_with(
        &context(Forge::Github, &server),
        &posting(&["bo"], &[]),
        &Options::default(),
        Limits::default(),
    );
    let outcome = outcome.unwrap();
    assert!(outcome.unposted.is_none());
    let help: Vec<&str> = outcome.faults.iter().map(|fault| fault.help.as_str()).collect();
    let pulls = "give the job `permissions: pull-requests: write`";
    assert_eq!(help, [pulls, pulls, "give the job `permissions: statuses: write`"]);
}

#[test]
fn drafts_closed_and_stale_ones() {
    let (server, world) = start(Github { draft: true, ..Github::default() });
    let here = context(Forge::Github, &server);
    let outcome = posted(&here, &posting(&["bo"], &[]));
    assert_eq!(done(&outcome), ["wrote the comment", "set the commit status"]);
    assert_eq!(outcome.notes, [Note::Draft]);
    let options = Options { drafts: true, ..Options::default() };
    posted_with(&here, &posting(&["bo"], &[]), &options, Limits::default()).0.unwrap();
    assert_eq!(world.lock().unwrap().requested, ["bo"]);

    for (state, merged, word) in [("closed", true, "merged"), ("closed", false, "closed")] {
        let (server, _) = start(Github { state, merged, ..Github::default() });
        let outcome = posted(&context(Forge::Github, &server), &posting(&["bo"], &[]));
        assert_eq!(outcome.notes, [Note::Closed { state: word.to_owned() }]);
        assert_eq!(server.written(), Vec::<String>::new());
    }

    // A slow run of an older push does not write over what the newer one wrote.
    let (server, _) = start(Github { head: "f".repeat(40), ..Github::default() });
    let outcome = posted(&context(Forge::Github, &server), &posting(&["bo"], &[]));
    assert!(matches!(outcome.notes[..], [Note::Stale { .. }]), "{:?}", outcome.notes);
    assert_eq!(server.written(), [format!("POST /repos/acme/shop/statuses/{HEAD}")]);
}

#[test]
fn a_dry_run_writes_nothing_and_says_the_same_calls() {
    let (server, _) = start(Github::default());
    let context = context(Forge::Github, &server);
    let what = posting(&["bo"], &["acme/billing"]);
    let options = Options { dry_run: true, ..Options::default() };
    let dry = posted_with(&context, &what, &options, Limits::default()).0.unwrap();
    assert_eq!(server.written(), Vec::<String>::new());
    let empty = unread(&context, &what, &options);
    assert!(server.seen().is_empty());
    let writes: Vec<_> = empty.calls.iter().filter(|call| call.body.is_some()).cloned().collect();
    assert_eq!(writes, dry.calls);
    assert!(empty.calls.len() > writes.len(), "what would be read is listed too");
    assert_eq!(posted(&context, &what).calls, dry.calls);
}

#[test]
fn what_the_choice_may_weigh() {
    let (server, _) = start(Github {
        others: vec![vec!["bo"], vec!["Bo", "cy"], vec![]],
        requested: vec!["dee".to_owned()],
        reviews: vec![Some("Eve")],
        page: 2,
        ..Github::default()
    });
    let context = context(Forge::Github, &server);
    let clock = Noted::default();
    let token = Token::new(Forge::Github, TOKEN).unwrap();
    let client = Client::new(&context, token, &BTreeMap::new(), None, Limits::default(), &clock).unwrap();
    let open = open_reviews(&client, &context).unwrap();
    assert_eq!(
        open.by,
        BTreeMap::from([("bo".to_owned(), 2), ("cy".to_owned(), 1)]),
        "its own request is not counted"
    );
    assert_eq!((open.read, open.complete), (3, true));
    let already = already(&client, &context).unwrap();
    assert_eq!(already.asked, ["dee".to_owned()].into());
    assert_eq!(already.looked, ["eve".to_owned()].into());
    assert_eq!(already.author.as_deref(), Some("ada"));

    let (server, _) = start(Github { others: vec![vec!["bo"]; 100], page: 5, ..Github::default() });
    let context = self::context(Forge::Github, &server);
    let token = Token::new(Forge::Github, TOKEN).unwrap();
    let client = Client::new(&context, token, &BTreeMap::new(), None, Limits::default(), &clock).unwrap();
    let open = open_reviews(&client, &context).unwrap();
    assert!(!open.complete && open.read == 49, "{open:?}");
}

#[test]
fn hostile_names_stay_parts() {
    let (server, world) = start(Github::default());
    let what = Posting { comment: "\0\u{1b}[31m".to_owned(), ..posting(&["a/../../b", "x\",\"y"], &[]) };
    posted(&context(Forge::Github, &server), &what);
    assert_eq!(world.lock().unwrap().requested, ["a/../../b", "x\",\"y"]);
}
