//! What is posted, with a clock that does not wait.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use laneway::fault::Fault;
use laneway::forge::{Client, Clock, Context, Limits, Options, Outcome, Posting, State, Status, Token, post};
use laneway::roster::Forge;

use crate::server::Server;
use crate::{github_world, gitlab_world};

/// A clock that notes how long it was asked to wait.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    pub(crate) waits: RefCell<Vec<Duration>>,
}

impl Clock for Noted {
    fn now(&self) -> u64 {
        1_000_000
    }

    fn sleep(&self, time: Duration) {
        self.waits.borrow_mut().push(time);
    }
}

/// The pull request that the server has.
pub(crate) fn context(forge: Forge, server: &Server) -> Context {
    let (api, number, head) = match forge {
        Forge::Github => (server.url.clone(), 7, github_world::HEAD),
        Forge::Gitlab => (format!("{}/api/v4", server.url), 4, gitlab_world::HEAD),
    };
    Context {
        forge,
        api,
        project: "acme/shop".to_owned(),
        number,
        head: Some(head.to_owned()),
        author: None,
        run_url: Some("https://ci.example/run/1".to_owned()),
        fork: false,
    }
}

/// Something to post.
pub(crate) fn posting(people: &[&str], teams: &[&str]) -> Posting {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Posting {
        people: all(people),
        teams: all(teams),
        comment: "## Who looks\n\n| who | why |\n|---|---|\n| bo | owns it |\n".to_owned(),
        status: Status { state: State::Success, description: "3 gates of 12".to_owned(), target_url: None },
    }
}

/// Returns the right token.
pub(crate) fn token(forge: Forge) -> &'static str {
    match forge {
        Forge::Github => github_world::TOKEN,
        Forge::Gitlab => gitlab_world::TOKEN,
    }
}

/// Posts, without waiting; also returns how long it would have waited.
pub(crate) fn posted_with(
    context: &Context,
    posting: &Posting,
    options: &Options,
    limits: Limits,
) -> (Result<Outcome, Vec<Fault>>, Vec<Duration>) {
    let clock = Noted::default();
    let token = Token::new(context.forge, token(context.forge)).unwrap();
    let outcome = Client::new(context, token, &BTreeMap::new(), None, limits, &clock)
        .map_err(|fault| vec![fault])
        .and_then(|client| {
            assert!(!format!("{client:?}").contains(self::token(context.forge)));
            post(&client, context, posting, options)
        });
    // Whatever came of it, the token is not in it.
    assert!(!format!("{outcome:?}").contains(self::token(context.forge)), "{outcome:?}");
    (outcome, clock.waits.into_inner())
}

/// Posts, and nothing is refused.
pub(crate) fn posted(context: &Context, posting: &Posting) -> Outcome {
    let (outcome, _) = posted_with(context, posting, &Options::default(), Limits::default());
    let outcome = outcome.unwrap();
    assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
    outcome
}

/// Returns what the calls of an outcome did.
pub(crate) fn done(outcome: &Outcome) -> Vec<String> {
    outcome.calls.iter().map(|call| call.purpose.to_string()).collect()
}
