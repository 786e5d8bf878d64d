//! GitLab: what is posted, and that it is posted once.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use laneway::fault::Code;
use laneway::forge::{
    Client, Context, Limits, Note, Options, State, already, find_token, open_reviews, post, unread,
};
use laneway::roster::Forge;

use crate::gitlab_world::{Gitlab, HEAD, start};
use crate::server::What;
use crate::support::{Noted, context, done, posted, posted_with, posting};

const MARKER: &str = "<!-- laneway.reviewers -->\n";

#[test]
fn everything_is_posted_and_the_second_time_nothing() {
    let (server, world) = start(Gitlab { reviewers: vec![3], ..Gitlab::default() });
    let context = context(Forge::Gitlab, &server);
    let what = posting(&["ada", "bo", "cy"], &[]);
    let outcome = posted(&context, &what);
    assert_eq!(done(&outcome), ["asked bo for review", "wrote the comment", "set the commit status"]);
    {
        let world = world.lock().unwrap();
        assert_eq!(world.reviewers, [3, 2], "who was there stays, and stays first");
        assert_eq!(world.notes[0].2, format!("{MARKER}{}", what.comment.trim_end()));
        let (sha, status) = &world.statuses[0];
        assert_eq!(sha, HEAD);
        assert_eq!((&status["name"], &status["status"]), (&"laneway/route".into(), &"success".into()));
    }
    server.seen();
    assert!(posted(&context, &what).calls.is_empty());
    assert_eq!(server.written(), Vec::<String>::new());

    let mut other = what.clone();
    other.comment = "another".to_owned();
    other.status.state = State::Error;
    assert_eq!(done(&posted(&context, &other)), ["updated the comment", "set the commit status"]);
    let world = world.lock().unwrap();
    assert_eq!(world.notes.len(), 1);
    assert_eq!(world.statuses[1].1["status"], "failed");
}

#[test]
fn who_cannot_be_asked_is_said() {
    let (server, world) = start(Gitlab { most: 1, ..Gitlab::default() });
    let outcome = posted(&context(Forge::Gitlab, &server), &posting(&["bo", "cy", "nobody"], &["acme/team"]));
    let refused: Vec<&str> = outcome.refused.keys().map(String::as_str).collect();
    assert_eq!(refused, ["acme/team", "cy", "nobody"]);
    assert!(outcome.refused["cy"].contains("a free GitLab takes one"), "{:?}", outcome.refused);
    assert_eq!(world.lock().unwrap().reviewers, [2]);
}

#[test]
fn two_at_once_leave_one_note() {
    let (server, world) = start(Gitlab::default());
    server.trouble("GET", "/notes", 2, What::Meets(Arc::new(Barrier::new(2))));
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let context = context(Forge::Gitlab, &server);
            std::thread::spawn(move || posted(&context, &posting(&["bo"], &[])))
        })
        .collect();
    for run in runs {
        assert!(done(&run.join().unwrap()).contains(&"wrote the comment".to_owned()), "the race was not run");
    }
    let world = world.lock().unwrap();
    assert_eq!(world.notes.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [301]);
}

#[test]
fn notes_of_others_and_of_the_system_are_not_ours() {
    let mut notes: Vec<(u64, String, String, bool)> =
        (1..30).map(|id| (id, "ada".to_owned(), format!("{MARKER}quoted"), false)).collect();
    notes.push((30, "project_5_bot".to_owned(), format!("{MARKER}changed"), true));
    notes.push((31, "project_5_bot".to_owned(), format!("{MARKER}old"), false));
    let (server, world) = start(Gitlab { notes: notes.clone(), page: 7, ..Gitlab::default() });
    assert_eq!(done(&posted(&context(Forge::Gitlab, &server), &posting(&[], &[])))[0], "updated the comment");
    assert_eq!(world.lock().unwrap().notes[..30], notes[..30]);
}

#[test]
fn quick_actions_are_not_taken() {
    let (server, world) = start(Gitlab::default());
    let mut what = posting(&[], &[]);
    what.comment = "/approve\n\n/merge".to_owned();
    posted(&context(Forge::Gitlab, &server), &what);
    assert!(world.lock().unwrap().notes[0].2.lines().all(|line| !line.starts_with('/')));
}

#[test]
fn a_jobs_token_is_explained() {
    let (server, _) = start(Gitlab::default());
    let mut context = context(Forge::Gitlab, &server);
    let clock = Noted::default();
    let client = |context: &Context| {
        let variables = BTreeMap::from([("CI_JOB_TOKEN".to_owned(), "job".to_owned())]);
        let token = find_token(Forge::Gitlab, None, &variables).unwrap().unwrap();
        Client::new(context, token, &BTreeMap::new(), None, Limits::default(), &clock).unwrap()
    };
    let faults = post(&client(&context), &context, &posting(&["bo"], &[]), &Options::default()).unwrap_err();
    assert_eq!(faults[0].code, Code::ForgeRefused);
    assert!(faults[0].help.contains("CI_JOB_TOKEN may read"), "{}", faults[0].help);
    // In a fork's pipeline there is no other, and nothing is lost.
    context.fork = true;
    let outcome = post(&client(&context), &context, &posting(&["bo"], &[]), &Options::default()).unwrap();
    assert!(outcome.unposted.is_some() && outcome.faults.is_empty());
}

#[test]
fn drafts_closed_and_stale_ones() {
    let (server, _) = start(Gitlab { draft: true, ..Gitlab::default() });
    assert_eq!(posted(&context(Forge::Gitlab, &server), &posting(&["bo"], &[])).notes, [Note::Draft]);
    let (server, _) = start(Gitlab { state: "merged", ..Gitlab::default() });
    posted(&context(Forge::Gitlab, &server), &posting(&["bo"], &[]));
    assert_eq!(server.written(), Vec::<String>::new());
    let (server, _) = start(Gitlab { head: "f".repeat(40), ..Gitlab::default() });
    posted(&context(Forge::Gitlab, &server), &posting(&["bo"], &[]));
    assert_eq!(server.written(), [format!("POST /api/v4/projects/acme%2Fshop/statuses/{HEAD}")]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let (server, _) = start(Gitlab::default());
    let context = context(Forge::Gitlab, &server);
    let options = Options { dry_run: true, ..Options::default() };
    let what = posting(&["bo"], &[]);
    let dry = posted_with(&context, &what, &options, Limits::default()).0.unwrap();
    assert_eq!(dry.calls.len(), 3);
    assert_eq!(server.written(), Vec::<String>::new());
    assert_eq!(unread(&context, &what, &options).calls.iter().filter(|call| call.body.is_some()).count(), 3);
    assert!(server.seen().is_empty());
}

#[test]
fn what_the_choice_may_weigh() {
    let (server, _) = start(Gitlab { reviewers: vec![2], page: 2, ..Gitlab::default() });
    let context = context(Forge::Gitlab, &server);
    let clock = Noted::default();
    let token = laneway::forge::Token::new(Forge::Gitlab, crate::gitlab_world::TOKEN).unwrap();
    let client = Client::new(&context, token, &BTreeMap::new(), None, Limits::default(), &clock).unwrap();
    let open = open_reviews(&client, &context).unwrap();
    assert_eq!(open.by, BTreeMap::from([("bo".to_owned(), 2), ("cy".to_owned(), 1)]));
    assert_eq!((open.read, open.complete), (2, true));
    let already = already(&client, &context).unwrap();
    assert_eq!((already.asked, already.author.as_deref()), (["bo".to_owned()].into(), Some("ada")));
}
