//! What is there, and which calls are missing for what is to be there.

use std::collections::{BTreeMap, BTreeSet};

use crate::forge::call::{Call, Method, Purpose};
use crate::forge::model::{Context, Note, Options, Posting};
use crate::forge::text::{comment, comment_most, description, same};
use crate::forge::{github, gitlab};
use crate::roster::Forge;

/// What a forge has on a pull request. Handles are in lower case: both forges take them without regard to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// How it stands, in the forge's word, unless it is open.
    pub(super) closed: Option<String>,
    /// Says whether it is a draft.
    pub(super) draft: bool,
    /// Says whether the token of its runs may usually not write.
    pub(super) restricted: bool,
    /// Its author.
    pub(super) author: String,
    /// Its head commit.
    pub(super) head: String,
    /// Who is asked, with the number by which GitLab knows them, in the forge's order.
    pub(super) asked: Vec<(String, u64)>,
    /// Which teams are asked, by slug.
    pub(super) teams: BTreeSet<String>,
    /// Who has looked.
    pub(super) looked: BTreeSet<String>,
    /// The numbers of those who are to be asked; GitLab only.
    pub(super) numbers: BTreeMap<String, u64>,
    /// Who the token writes as.
    pub(super) login: String,
    /// The comments of that login that begin with the marker, oldest first.
    pub(super) comments: Vec<Comment>,
    /// The newest status of our name.
    pub(super) status: Option<Shown>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) body: String,
}

/// A commit status as the forge has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) state: String,
    pub(super) description: String,
    pub(super) target_url: String,
}

/// What is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// The calls, in order.
    pub(super) calls: Vec<Call>,
    /// What is to be said besides.
    pub(super) notes: Vec<Note>,
    /// Who is not asked because that cannot be.
    pub(super) refused: BTreeMap<String, String>,
}

/// Returns the calls that are missing; none where everything is there.
///
/// Nothing that is there is taken away, but for our own second comment.
pub(super) fn plan(there: &Snapshot, posting: &Posting, context: &Context, options: &Options) -> Plan {
    let mut plan = Plan::default();
    if let Some(state) = &there.closed {
        plan.notes.push(Note::Closed { state: state.clone() });
        return plan;
    }
    let head = context.head.as_ref().unwrap_or(&there.head);
    let stale = !there.head.is_empty() && *head != there.head;
    if stale {
        plan.notes.push(Note::Stale { head: head.clone(), now: there.head.clone() });
    } else {
        ask(&mut plan, there, posting, context, options);
        comments(&mut plan, there, posting, context);
    }
    status(&mut plan, there, posting, context, head);
    plan
}

fn ask(plan: &mut Plan, there: &Snapshot, posting: &Posting, context: &Context, options: &Options) {
    let asked: BTreeSet<&str> = there.asked.iter().map(|(handle, _)| handle.as_str()).collect();
    let missing = |handle: &&String| {
        let handle = handle.to_lowercase();
        handle != there.author && !asked.contains(handle.as_str()) && !there.looked.contains(&handle)
    };
    let people: Vec<String> = posting.people.iter().filter(missing).cloned().collect();
    let mut teams = Vec::new();
    for team in &posting.teams {
        match slug(context, team) {
            Ok(slug) if there.teams.contains(&slug.to_lowercase()) => {}
            Ok(slug) => teams.push(slug.to_owned()),
            Err(why) => {
                plan.refused.insert(team.clone(), why);
            }
        }
    }
    if people.is_empty() && teams.is_empty() {
        return;
    }
    if there.draft && !options.drafts {
        plan.notes.push(Note::Draft);
        return;
    }
    match context.forge {
        Forge::Github => plan.calls.extend(github::ask(context, &people, &teams)),
        Forge::Gitlab => {
            let (known, unknown): (Vec<_>, Vec<_>) =
                people.into_iter().partition(|handle| there.numbers.contains_key(&handle.to_lowercase()));
            let why = |handle| (handle, "GitLab knows nobody of that name".to_owned());
            plan.refused.extend(unknown.into_iter().map(why));
            plan.calls.extend(gitlab::ask(context, there, known));
        }
    }
}

/// Returns a team's slug, if it is one that can be asked here.
fn slug<'t>(context: &Context, team: &'t str) -> Result<&'t str, String> {
    if context.forge == Forge::Gitlab {
        return Err("GitLab asks people, not groups".to_owned());
    }
    let owner = context.project.split('/').next().unwrap_or_default();
    match team.split_once('/') {
        None => Ok(team),
        Some((organisation, slug)) if organisation.eq_ignore_ascii_case(owner) => Ok(slug),
        Some((organisation, _)) => {
            Err(format!("it is a team of {organisation}, and only those of {owner} can be asked"))
        }
    }
}

fn comments(plan: &mut Plan, there: &Snapshot, posting: &Posting, context: &Context) {
    let (body, cut) = comment(context.forge, &posting.comment);
    if let Some(characters) = cut {
        plan.notes.push(Note::CommentCut { characters, most: comment_most(context.forge) });
    }
    let call = |purpose, method, id: Option<u64>, body: Option<&String>| {
        let url = match context.forge {
            Forge::Github => github::comment_url(context, id),
            Forge::Gitlab => gitlab::note_url(context, id),
        };
        Call { purpose, method, url, body: body.map(|body| serde_json::json!({ "body": body })) }
    };
    let mut ours: Vec<&Comment> = there.comments.iter().collect();
    ours.sort_by_key(|comment| comment.id);
    let Some((first, others)) = ours.split_first() else {
        plan.calls.push(call(Purpose::Comment, Method::Post, None, Some(&body)));
        return;
    };
    if !same(&first.body, &body) {
        let method = if context.forge == Forge::Github { Method::Patch } else { Method::Put };
        plan.calls.push(call(Purpose::Update, method, Some(first.id), Some(&body)));
    }
    // Two runs at once may both have found none: whoever looks last keeps the oldest.
    let others = others.iter().map(|other| call(Purpose::Tidy, Method::Delete, Some(other.id), None));
    plan.calls.extend(others);
}

fn status(plan: &mut Plan, there: &Snapshot, posting: &Posting, context: &Context, head: &str) {
    if head.is_empty() {
        return;
    }
    let state = match context.forge {
        Forge::Github => github::state(posting.status.state),
        Forge::Gitlab => gitlab::state(posting.status.state),
    };
    let target = posting.status.target_url.as_ref().or(context.run_url.as_ref());
    let shown = Shown {
        state: state.to_owned(),
        description: description(context.forge, &posting.status.description),
        target_url: target.cloned().unwrap_or_default(),
    };
    if there.status.as_ref() != Some(&shown) {
        plan.calls.push(match context.forge {
            Forge::Github => github::status(context, head, &shown),
            Forge::Gitlab => gitlab::status(context, head, &shown),
        });
    }
}
