//! What a forge knows that the choice of reviewers may weigh.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;
use crate::forge::client::Client;
use crate::forge::model::Context;
use crate::forge::{github, gitlab};
use crate::roster::Forge;

/// How many pages of open pull requests are read: a thousand of them.
const PAGES: usize = 10;

/// How many open reviews each person is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReviews {
    /// By handle, in lower case.
    pub by: BTreeMap<String, u32>,
    /// How many open pull requests were read, this one not among them.
    pub read: usize,
    /// Says whether these were all: where they were not, the counts are too low.
    pub complete: bool,
}

/// Who has to do with a pull request already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Already {
    /// Who is asked to review, by handle in lower case.
    pub asked: BTreeSet<String>,
    /// Who has reviewed; on GitLab those who are asked stay so, and this is empty.
    pub looked: BTreeSet<String>,
    /// The author's handle, in lower case.
    pub author: Option<String>,
}

/// Returns how many other open pull requests of the repository ask each person for a review.
pub fn open_reviews(client: &Client<'_>, context: &Context) -> Result<OpenReviews, Fault> {
    let mut found = OpenReviews::default();
    let mut count = |number: u64, handles: Vec<String>| {
        if number != context.number {
            found.read += 1;
            for handle in handles {
                *found.by.entry(handle.to_lowercase()).or_default() += 1;
            }
        }
    };
    let complete = match context.forge {
        Forge::Github => {
            let (all, complete) = github::open(client, context, PAGES)?;
            for one in all {
                count(one.number, one.requested_reviewers.into_iter().map(|user| user.login).collect());
            }
            complete
        }
        Forge::Gitlab => {
            let (all, complete) = gitlab::open(client, context, PAGES)?;
            for one in all {
                count(one.iid, one.reviewers.into_iter().map(|user| user.username).collect());
            }
            complete
        }
    };
    found.complete = complete;
    Ok(found)
}

/// Returns who is asked to review, or has reviewed, and who wrote it.
pub fn already(client: &Client<'_>, context: &Context) -> Result<Already, Fault> {
    let there = match context.forge {
        Forge::Github => github::people(client, context)?,
        Forge::Gitlab => gitlab::people(client, context)?,
    };
    Ok(Already {
        asked: there.asked.into_iter().map(|(handle, _)| handle).collect(),
        looked: there.looked,
        author: Some(there.author).filter(|author| !author.is_empty()),
    })
}
