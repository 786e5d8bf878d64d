//! Many paths by one policy: what `owners` asks.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Hit, Room, WORTH_THREADS};
use crate::path::RepoPath;
use crate::policy::Policy;

/// What one policy says of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Owning {
    /// The rows that own it, jointly; none where it is not mapped.
    pub owners: Vec<Hit>,
    /// The route, schema and event rows that match; where nothing else owns the path, the owners as well.
    pub attached: Vec<Hit>,
}

/// Paths by what one policy says of them.
#[derive(Clone, Debug, Default)]
pub struct Owned {
    /// Each distinct answer, in the order of its first path.
    pub answers: Vec<Owning>,
    /// For each path the index of its answer.
    pub of: Vec<usize>,
}

/// How many paths a thread takes at a time.
const CHUNK: usize = 1024;

/// Asks a policy about paths, in their order.
pub fn owned(policy: &Policy, paths: &[RepoPath]) -> Owned {
    if paths.len() < WORTH_THREADS {
        return one_by_one(policy, paths);
    }
    let chunks: Vec<Owned> = paths.par_chunks(CHUNK).map(|paths| one_by_one(policy, paths)).collect();
    let mut all = Owned { answers: Vec::new(), of: Vec::with_capacity(paths.len()) };
    let mut known: HashMap<Owning, usize> = HashMap::new();
    for chunk in chunks {
        let places: Vec<usize> = chunk
            .answers
            .into_iter()
            .map(|answer| {
                *known.entry(answer).or_insert_with_key(|answer| {
                    all.answers.push(answer.clone());
                    all.answers.len() - 1
                })
            })
            .collect();
        all.of.extend(chunk.of.into_iter().map(|answer| places[answer]));
    }
    all
}

/// Asks about paths on this thread. Paths that follow each other are mostly alike, and what is alike costs no
/// allocation.
fn one_by_one(policy: &Policy, paths: &[RepoPath]) -> Owned {
    let mut owned = Owned { answers: Vec::new(), of: Vec::with_capacity(paths.len()) };
    // Both lists in one, each row with whether it attaches: what a vector can be looked up by.
    let mut known: HashMap<Vec<(bool, Hit)>, usize> = HashMap::new();
    let mut key: Vec<(bool, Hit)> = Vec::new();
    let room = &mut Room::default();
    for path in paths {
        let (owners, attached) = room.find(policy, path);
        key.clear();
        key.extend(owners.iter().map(|hit| (false, *hit)));
        key.extend(attached.iter().map(|hit| (true, *hit)));
        let answer = match known.get(key.as_slice()) {
            Some(answer) => *answer,
            None => {
                owned.answers.push(Owning { owners: owners.to_vec(), attached: attached.to_vec() });
                known.insert(key.clone(), owned.answers.len() - 1);
                owned.answers.len() - 1
            }
        };
        owned.of.push(answer);
    }
    owned
}
