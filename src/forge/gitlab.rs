//! GitLab: what is read, and what its calls look like.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::fault::{Code, Fault};
use crate::forge::call::{Call, Method, Purpose, encode};
use crate::forge::client::{Client, Stop};
use crate::forge::model::{Context, Options, Posting, State};
use crate::forge::snapshot::{Comment, Shown, Snapshot};
use crate::forge::text::{MARKER, STATUS};

/// How many pages of a list are read before it is said that there are too many.
const PAGES: usize = 100;

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) id: u64,
    pub(super) username: String,
}

#[derive(Deserialize)]
struct MergeRequest {
    state: String,
    #[serde(default)]
    draft: bool,
    author: Option<User>,
    #[serde(default)]
    reviewers: Vec<User>,
    sha: Option<String>,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
}

#[derive(Deserialize)]
struct MergeNote {
    id: u64,
    #[serde(default)]
    body: String,
    author: Option<User>,
    #[serde(default)]
    system: bool,
}

#[derive(Deserialize)]
struct CommitStatus {
    name: String,
    status: String,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) iid: u64,
    #[serde(default)]
    pub(super) reviewers: Vec<User>,
}

/// Returns what is there.
pub(super) fn read(
    client: &Client<'_>,
    context: &Context,
    posting: &Posting,
    options: &Options,
) -> Result<Snapshot, Stop> {
    let mut there = people(client, context)?;
    if there.closed.is_some() {
        return Ok(there);
    }
    for handle in &posting.people {
        let handle = handle.to_lowercase();
        if handle != there.author && there.asked.iter().all(|(asked, _)| *asked != handle) {
            let found: Vec<User> = client.read(&user_url(context, &handle))?;
            if let Some(user) = found.into_iter().find(|user| user.username.to_lowercase() == handle) {
                there.numbers.insert(handle, user.id);
            }
        }
    }
    there.login = match &options.login {
        Some(login) => login.clone(),
        None => client.read::<User>(&format!("{}/user", context.api))?.username,
    };
    there.comments = notes(client, context, &there.login)?;
    let head = context.head.as_ref().unwrap_or(&there.head);
    if !head.is_empty() {
        there.status = shown(client, context, head)?;
    }
    Ok(there)
}

/// Returns how it stands, and who has to do with it.
pub(super) fn people(client: &Client<'_>, context: &Context) -> Result<Snapshot, Stop> {
    let merge_request: MergeRequest = client.read(&merge_url(context, ""))?;
    let fork = merge_request.source_project_id != merge_request.target_project_id;
    Ok(Snapshot {
        closed: (merge_request.state != "opened").then(|| merge_request.state.clone()),
        draft: merge_request.draft,
        restricted: fork || context.fork,
        author: merge_request.author.map(|author| author.username.to_lowercase()).unwrap_or_default(),
        head: merge_request.sha.unwrap_or_default(),
        asked: merge_request
            .reviewers
            .into_iter()
            .map(|user| (user.username.to_lowercase(), user.id))
            .collect(),
        ..Snapshot::default()
    })
}

/// Returns the notes of a login that begin with the marker.
pub(super) fn notes(client: &Client<'_>, context: &Context, login: &str) -> Result<Vec<Comment>, Stop> {
    let url = format!("{}?sort=asc&order_by=created_at", note_url(context, None));
    let all: Vec<MergeNote> = whole(client, &url)?;
    let ours = all.into_iter().filter(|note| {
        !note.system
            && note.author.as_ref().is_some_and(|author| author.username.eq_ignore_ascii_case(login))
            && note.body.starts_with(MARKER)
    });
    Ok(ours.map(|note| Comment { id: note.id, body: note.body }).collect())
}

fn shown(client: &Client<'_>, context: &Context, head: &str) -> Result<Option<Shown>, Stop> {
    let (all, _) = client.pages::<CommitStatus>(&statuses_url(context, head), 1)?;
    let ours = all.into_iter().find(|status| status.name == STATUS);
    Ok(ours.map(|status| Shown {
        state: status.status,
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
            "a new merge request has a shorter list",
        ))),
    }
}

/// Returns the open merge requests, and whether these are all.
pub(super) fn open(
    client: &Client<'_>,
    context: &Context,
    pages: usize,
) -> Result<(Vec<Listed>, bool), Stop> {
    client.pages(&format!("{}/merge_requests?state=opened", project_url(context)), pages)
}

/// Returns the reads of a posting, for a dry run that makes none.
pub(super) fn reads(context: &Context, posting: &Posting, options: &Options) -> Vec<Call> {
    let mut urls = vec![merge_url(context, "")];
    urls.extend(posting.people.iter().map(|handle| user_url(context, &handle.to_lowercase())));
    if options.login.is_none() {
        urls.push(format!("{}/user", context.api));
    }
    urls.push(format!("{}?sort=asc&order_by=created_at&per_page=100&page=1", note_url(context, None)));
    let head = context.head.as_deref().unwrap_or("HEAD");
    urls.push(format!("{}&per_page=100&page=1", statuses_url(context, head)));
    urls.into_iter().map(Call::read).collect()
}

/// Returns the call that asks for reviews: it names all reviewers, those who are there first.
pub(super) fn ask(context: &Context, there: &Snapshot, people: Vec<String>) -> Option<Call> {
    if people.is_empty() {
        return None;
    }
    let mut ids: Vec<u64> = there.asked.iter().map(|(_, id)| *id).collect();
    ids.extend(people.iter().filter_map(|handle| there.numbers.get(&handle.to_lowercase())));
    Some(Call {
        method: Method::Put,
        url: merge_url(context, ""),
        body: Some(json!({ "reviewer_ids": ids })),
        purpose: Purpose::Ask { people, teams: Vec::new() },
    })
}

/// Returns who is a reviewer by the answer to that call: a free GitLab keeps only one.
pub(super) fn asked(answer: &serde_json::Value) -> Option<BTreeMap<String, u64>> {
    let reviewers = answer.get("reviewers")?.as_array()?;
    let user = |user: &serde_json::Value| {
        Some((user.get("username")?.as_str()?.to_lowercase(), user.get("id")?.as_u64()?))
    };
    reviewers.iter().map(user).collect()
}

/// Returns the address of a note, or of all.
pub(super) fn note_url(context: &Context, id: Option<u64>) -> String {
    match id {
        Some(id) => merge_url(context, &format!("/notes/{id}")),
        None => merge_url(context, "/notes"),
    }
}

/// Returns the call that sets the status of a commit.
pub(super) fn status(context: &Context, head: &str, shown: &Shown) -> Call {
    let mut body = json!({ "name": STATUS, "state": shown.state, "description": shown.description });
    if !shown.target_url.is_empty() {
        body["target_url"] = json!(shown.target_url);
    }
    Call {
        purpose: Purpose::Status,
        method: Method::Post,
        url: format!("{}/statuses/{}", project_url(context), encode(head)),
        body: Some(body),
    }
}

/// Returns GitLab's word for a state.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Success => "success",
        State::Error => "failed",
    }
}

fn statuses_url(context: &Context, head: &str) -> String {
    format!("{}/repository/commits/{}/statuses?name={}", project_url(context), encode(head), encode(STATUS))
}

fn user_url(context: &Context, handle: &str) -> String {
    format!("{}/users?username={}", context.api, encode(handle))
}

fn merge_url(context: &Context, part: &str) -> String {
    format!("{}/merge_requests/{}{part}", project_url(context), context.number)
}

fn project_url(context: &Context) -> String {
    format!("{}/projects/{}", context.api, encode(&context.project))
}
