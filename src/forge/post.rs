//! Makes what is to hold hold: read, see what is missing, do that, and read again where it is not sure what was done.

use crate::fault::Fault;
use crate::forge::call::{Call, Method, Purpose};
use crate::forge::client::{Answer, Client, Stop};
use crate::forge::model::{Context, Note, Options, Outcome, Posting};
use crate::forge::snapshot::{Plan, Snapshot, plan};
use crate::forge::{github, gitlab};
use crate::roster::Forge;

/// How often everything is read anew after a comment was written, so that two runs at once end with one.
const ROUNDS: usize = 4;

/// Makes what is to hold hold. What is there already is not done again.
///
/// Faults of reading are an error, since nothing was done. What the forge refuses to write is in the outcome, beside
/// what it accepted.
pub fn post(
    client: &Client<'_>,
    context: &Context,
    posting: &Posting,
    options: &Options,
) -> Result<Outcome, Vec<Fault>> {
    let mut run = Run { client, context, posting, outcome: Outcome::default(), login: options.login.clone() };
    let (mut rounds, mut tries) = (0, 0);
    loop {
        let options = Options { login: run.login.clone(), ..options.clone() };
        let there = match run.read(&options) {
            Ok(there) => there,
            // The job of a fork's merge request has no token of the project that it goes to.
            Err(Stop::Refused { status: 401 | 403 | 404, message, .. }) if context.fork => {
                run.unposted(message);
                return Ok(run.outcome);
            }
            Err(stop) => return Err(vec![stop.into()]),
        };
        let Plan { calls, notes, refused } = plan(&there, posting, context, &options);
        run.note(notes);
        run.outcome.refused.extend(refused);
        if options.dry_run {
            run.outcome.calls = calls;
            return Ok(run.outcome);
        }
        match run.make(&there, calls) {
            Next::Done => return Ok(run.outcome),
            Next::Again if rounds < ROUNDS => rounds += 1,
            Next::Again => return Ok(run.outcome),
            Next::Later(stop) => {
                tries += 1;
                match stop {
                    Stop::Later(later) => client.wait(tries, later).map_err(|fault| vec![fault])?,
                    // It vanished between reading and writing; what is there now is read.
                    Stop::Refused { .. } if tries < 5 => {}
                    stop => return Err(vec![stop.into()]),
                }
            }
        }
    }
}

/// Returns what a dry run without a token shows: what would be read, and what would be written if nothing were there.
pub fn unread(context: &Context, posting: &Posting, options: &Options) -> Outcome {
    // The head that is not known stands as `HEAD`.
    let head = context.head.clone().unwrap_or_else(|| "HEAD".to_owned());
    let mut there = Snapshot { head, ..Snapshot::default() };
    // GitLab's numbers are not known, and shown as 0.
    there.numbers = posting.people.iter().map(|handle| (handle.to_lowercase(), 0)).collect();
    if let Some(author) = &context.author {
        there.author = author.to_lowercase();
    }
    let mut calls = match context.forge {
        Forge::Github => github::reads(context, options),
        Forge::Gitlab => gitlab::reads(context, posting, options),
    };
    let plan = plan(&there, posting, context, options);
    calls.extend(plan.calls);
    Outcome { calls, refused: plan.refused, notes: plan.notes, ..Outcome::default() }
}

/// What follows after the calls of a plan.
enum Next {
    /// Everything was done.
    Done,
    /// It is read again, and what is missing then is done.
    Again,
    /// The same, after a wait.
    Later(Stop),
}

/// One posting.
struct Run<'a> {
    client: &'a Client<'a>,
    context: &'a Context,
    posting: &'a Posting,
    outcome: Outcome,
    /// Who the token writes as, once that is known better than before.
    login: Option<String>,
}

impl Run<'_> {
    fn read(&self, options: &Options) -> Result<Snapshot, Stop> {
        match self.context.forge {
            Forge::Github => github::read(self.client, self.context, options),
            Forge::Gitlab => gitlab::read(self.client, self.context, self.posting, options),
        }
    }

    fn note(&mut self, notes: Vec<Note>) {
        for note in notes {
            if !self.outcome.notes.contains(&note) {
                self.outcome.notes.push(note);
            }
        }
    }

    fn unposted(&mut self, message: String) {
        self.note(vec![Note::ReadOnly { message }]);
        self.outcome.unposted = Some(self.posting.comment.clone());
    }

    fn make(&mut self, there: &Snapshot, calls: Vec<Call>) -> Next {
        let mut next = Next::Done;
        // A call that is refused is parted, so the calls are a queue.
        let mut calls: std::collections::VecDeque<Call> = calls.into();
        while let Some(call) = calls.pop_front() {
            // What was done in this run is not done again, even where the forge does not show it yet.
            if self.outcome.calls.contains(&call) || self.is_refused(&call) {
                continue;
            }
            match self.client.write(&call) {
                Ok(answer) => {
                    if self.accepted(there, &call, &answer) {
                        next = Next::Again;
                    }
                    self.outcome.calls.push(call);
                }
                Err(stop @ Stop::Later(_)) => return Next::Later(stop),
                Err(Stop::Refused { status, message, fault }) => match (&call.purpose, status) {
                    // Another run removed it.
                    (Purpose::Tidy, 404) => {}
                    (Purpose::Update, 404) => return Next::Later(Stop::Refused { status, message, fault }),
                    (purpose, _) if self.is_read_only(there, status) => {
                        if matches!(purpose, Purpose::Comment | Purpose::Update) {
                            self.outcome.unposted = Some(self.posting.comment.clone());
                        }
                        self.note(vec![Note::ReadOnly { message }]);
                    }
                    (Purpose::Ask { people, teams }, 422) => {
                        self.part(people, teams, &message, &mut calls);
                    }
                    _ => self.outcome.faults.push(*fault),
                },
                Err(Stop::Broken(fault)) => self.outcome.faults.push(fault),
            }
        }
        next
    }

    /// Says whether a refusal is that of a token that may not write, as a fork's run has.
    fn is_read_only(&self, there: &Snapshot, status: u16) -> bool {
        there.restricted
            && match self.context.forge {
                Forge::Github => status == 403,
                Forge::Gitlab => matches!(status, 401 | 403 | 404),
            }
    }

    /// Says whether those whom a call asks were refused before.
    fn is_refused(&self, call: &Call) -> bool {
        match &call.purpose {
            Purpose::Ask { people, teams } => {
                people.iter().chain(teams).all(|name| self.outcome.refused.contains_key(name))
            }
            _ => self.outcome.faults.iter().any(|fault| fault.message.contains(&call.url)),
        }
    }

    /// Asks one by one those whom GitHub refused together: one unknown name must not cost the others.
    fn part(
        &mut self,
        people: &[String],
        teams: &[String],
        message: &str,
        calls: &mut std::collections::VecDeque<Call>,
    ) {
        if people.len() + teams.len() == 1 {
            self.outcome
                .refused
                .extend(people.iter().chain(teams).map(|name| (name.clone(), message.to_owned())));
            return;
        }
        let one = |name: &String| std::slice::from_ref(name).to_vec();
        for name in teams.iter().rev() {
            github::ask(self.context, &[], &one(name)).into_iter().for_each(|call| calls.push_front(call));
        }
        for name in people.iter().rev() {
            github::ask(self.context, &one(name), &[]).into_iter().for_each(|call| calls.push_front(call));
        }
    }

    /// Takes in what an answer tells; says whether everything is to be read again.
    fn accepted(&mut self, there: &Snapshot, call: &Call, answer: &Answer) -> bool {
        if call.method == Method::Delete {
            return false;
        }
        let answer = self.client.decode::<serde_json::Value>(call, answer).unwrap_or_default();
        match &call.purpose {
            Purpose::Ask { people, .. } => {
                let listed: Option<Vec<String>> = match self.context.forge {
                    Forge::Github => logins(&answer),
                    Forge::Gitlab => gitlab::asked(&answer).map(|asked| asked.into_keys().collect()),
                };
                // Where the forge lists nobody, it lists none of those who were asked before either.
                for handle in people.iter().filter(|_| listed.is_some()) {
                    if !listed.iter().flatten().any(|login| *login == handle.to_lowercase()) {
                        self.outcome.refused.insert(handle.clone(), NOT_LISTED.to_owned());
                    }
                }
                false
            }
            Purpose::Comment => {
                let author = answer.get("user").or_else(|| answer.get("author"));
                let wrote =
                    author.and_then(|user| user.get("login").or_else(|| user.get("username"))?.as_str());
                if let Some(wrote) = wrote.filter(|wrote| !wrote.eq_ignore_ascii_case(&there.login)) {
                    let (expected, wrote) = (there.login.clone(), wrote.to_owned());
                    self.login = Some(wrote.clone());
                    self.note(vec![Note::OtherLogin { expected, wrote }]);
                }
                true
            }
            _ => false,
        }
    }
}

const NOT_LISTED: &str = "the forge took the call and does not list them: they may have no access, or it takes no more \
                          reviewers (a free GitLab takes one)";

/// Returns who is asked by GitHub's answer.
fn logins(answer: &serde_json::Value) -> Option<Vec<String>> {
    let users = answer.get("requested_reviewers")?.as_array()?;
    Some(users.iter().filter_map(|user| Some(user.get("login")?.as_str()?.to_lowercase())).collect())
}
