//! GitHub: what is read, and what its calls look like.

use serde::Deserialize;
use serde_json::json;

use crate::fault::{Code, Fault};
use crate::forge::call::{Call, Method, Purpose, encode};
use crate::forge::client::{Client, Stop};
use crate::forge::model::{Context, Options, State};
use crate::forge::snapshot::{Comment, Shown, Snapshot};
use crate::forge::text::{MARKER, STATUS};

/// How many reviews one call may ask for.
const ASKED_AT_ONCE: usize = 15;

/// How many pages of a list are read before it is said that there are too many.
const PAGES: usize = 100;

/// Who the token of a job writes as, where GitHub does not say.
const ACTIONS: &str = "github-actions[bot]";

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) login: String,
}

#[derive(Deserialize)]
struct Team {
    slug: String,
}

#[derive(Deserialize)]
struct PullRequest {
    state: String,
    #[serde(default)]
    merged: bool,
    #[serde(default)]
    draft: bool,
    user: Option<User>,
    #[serde(default)]
    requested_reviewers: Vec<User>,
    #[serde(default)]
    requested_teams: Vec<Team>,
    head: Side,
    base: Side,
}

#[derive(Deserialize)]
struct Side {
    sha: String,
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Review {
    user: Option<User>,
}

#[derive(Deserialize)]
struct IssueComment {
    id: u64,
    body: Option<String>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Combined {
    statuses: Vec<CommitStatus>,
}

#[derive(Deserialize)]
struct CommitStatus {
    context: String,
    state: String,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) requested_reviewers: Vec<User>,
}

/// Returns what is there.
pub(super) fn read(client: &Client<'_>, context: &Context, options: &Options) -> Result<Snapshot, Stop> {
    let mut there = people(client, context)?;
    if there.closed.is_some() {
        return Ok(there);
    }
    there.login = login(client, context, options)?;
    there.comments = comments(client, context, &there.login)?;
    let head = context.head.as_ref().unwrap_or(&there.head);
    there.status = shown(client, context, head)?;
    Ok(there)
}

/// Returns how it stands, and who has to do with it.
pub(super) fn people(client: &Client<'_>, context: &Context) -> Result<Snapshot, Stop> {
    let pull_request: PullRequest = client.read(&pull_url(context, ""))?;
    let author = pull_request.user.map(|user| user.login).unwrap_or_default();
    let repository = |side: &Side| side.repo.as_ref().map(|repository| repository.full_name.clone());
    let fork = repository(&pull_request.head) != repository(&pull_request.base);
    let mut there = Snapshot {
        closed: (pull_request.state != "open")
            .then(|| if pull_request.merged { "merged".to_owned() } else { pull_request.state.clone() }),
        draft: pull_request.draft,
        // The runs of Dependabot's pull requests have a token that reads only, like those of forks.
        restricted: fork || context.fork || author == "dependabot[bot]",
        author: author.to_lowercase(),
        asked: pull_request
            .requested_reviewers
            .into_iter()
            .map(|user| (user.login.to_lowercase(), 0))
            .collect(),
        teams: pull_request.requested_teams.into_iter().map(|team| team.slug.to_lowercase()).collect(),
        head: pull_request.head.sha,
        ..Snapshot::default()
    };
    if there.closed.is_some() {
        return Ok(there);
    }
    let reviews: Vec<Review> = whole(client, &pull_url(context, "/reviews"))?;
    there.looked = reviews.into_iter().filter_map(|review| Some(review.user?.login.to_lowercase())).collect();
    Ok(there)
}

/// Returns the comments of a login that begin with the marker.
pub(super) fn comments(client: &Client<'_>, context: &Context, login: &str) -> Result<Vec<Comment>, Stop> {
    let all: Vec<IssueComment> = whole(client, &comment_url(context, None))?;
    let ours = all.into_iter().filter(|comment| {
        comment.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(login))
            && comment.body.as_ref().is_some_and(|body| body.starts_with(MARKER))
    });
    Ok(ours.map(|comment| Comment { id: comment.id, body: comment.body.unwrap_or_default() }).collect())
}

/// Returns who the token writes as. The token of an app may not ask, and is told by a 403.
fn login(client: &Client<'_>, context: &Context, options: &Options) -> Result<String, Stop> {
    if let Some(login) = &options.login {
        return Ok(login.clone());
    }
    match client.read::<User>(&format!("{}/user", context.api)) {
        Ok(user) => Ok(user.login),
        Err(Stop::Refused { status: 403 | 404, .. }) => Ok(ACTIONS.to_owned()),
        Err(stop) => Err(stop),
    }
}

fn shown(client: &Client<'_>, context: &Context, head: &str) -> Result<Option<Shown>, Stop> {
    // The combined status has the newest of each context.
    let combined: Combined = client.read(&status_url(context, head))?;
    let ours = combined.statuses.into_iter().find(|status| status.context.eq_ignore_ascii_case(STATUS));
    Ok(ours.map(|status| Shown {
        state: status.state,
        description: status.description.unwrap_or_default(),
        target_url: status.target_url.unwrap_or_default(),
    }))
}

fn whole<T: serde::de::DeserializeOwned>(client: &Client<'_>, url: &str) -> Result<Vec<T>, Stop> {
    match client.pages(url, PAGES)? {
        (all, true) => Ok(all),
        (all, false) => Err(Stop::Broken(Fault::new(
            Code::ForgeAnswer,
            format!("{url} lists more than {} entries, and ours may be behind them", all.len()),
            "a new pull request has a shorter list",
        ))),
    }
}

/// Returns the open pull requests, and whether these are all.
pub(super) fn open(
    client: &Client<'_>,
    context: &Context,
    pages: usize,
) -> Result<(Vec<Listed>, bool), Stop> {
    client.pages(&format!("{}/repos/{}/pulls?state=open", context.api, context.project), pages)
}

/// Returns the reads of a posting, for a dry run that makes none.
pub(super) fn reads(context: &Context, options: &Options) -> Vec<Call> {
    let head = context.head.as_deref().unwrap_or("HEAD");
    let mut urls = vec![pull_url(context, ""), pull_url(context, "/reviews?per_page=100&page=1")];
    if options.login.is_none() {
        urls.push(format!("{}/user", context.api));
    }
    urls.push(format!("{}?per_page=100&page=1", comment_url(context, None)));
    urls.push(status_url(context, head));
    urls.into_iter().map(Call::read).collect()
}

/// Returns the calls that ask for reviews, as many at once as may be.
pub(super) fn ask(context: &Context, people: &[String], teams: &[String]) -> Vec<Call> {
    let all: Vec<(bool, &String)> =
        people.iter().map(|name| (true, name)).chain(teams.iter().map(|name| (false, name))).collect();
    let some = |part: &[(bool, &String)], person: bool| -> Vec<String> {
        part.iter().filter(|(is_person, _)| *is_person == person).map(|(_, name)| (*name).clone()).collect()
    };
    all.chunks(ASKED_AT_ONCE)
        .map(|part| {
            let (people, teams) = (some(part, true), some(part, false));
            Call {
                method: Method::Post,
                url: pull_url(context, "/requested_reviewers"),
                body: Some(json!({ "reviewers": people, "team_reviewers": teams })),
                purpose: Purpose::Ask { people, teams },
            }
        })
        .collect()
}

/// Returns the address of a comment, or of all.
pub(super) fn comment_url(context: &Context, id: Option<u64>) -> String {
    let issues = format!("{}/repos/{}/issues", context.api, context.project);
    match id {
        Some(id) => format!("{issues}/comments/{id}"),
        None => format!("{issues}/{}/comments", context.number),
    }
}

/// Returns the call that sets the status of a commit.
pub(super) fn status(context: &Context, head: &str, shown: &Shown) -> Call {
    let mut body = json!({ "context": STATUS, "state": shown.state, "description": shown.description });
    if !shown.target_url.is_empty() {
        body["target_url"] = json!(shown.target_url);
    }
    Call {
        purpose: Purpose::Status,
        method: Method::Post,
        url: format!("{}/repos/{}/statuses/{}", context.api, context.project, encode(head)),
        body: Some(body),
    }
}

/// Returns GitHub's word for a state.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Success => "success",
        State::Error => "error",
    }
}

fn status_url(context: &Context, head: &str) -> String {
    format!("{}/repos/{}/commits/{}/status?per_page=100", context.api, context.project, encode(head))
}

fn pull_url(context: &Context, part: &str) -> String {
    format!("{}/repos/{}/pulls/{}{part}", context.api, context.project, context.number)
}
