//! Many patterns against one path.
//!
//! A tree of path components: a path is walked once, whatever the number of patterns, and building it is a few hash
//! insertions a pattern. One automaton over all patterns was measured and left: at 10,000 patterns it takes 50 ms to
//! build and 10 times as long a path, and with wildcards it can ask for gigabytes.

use std::collections::HashMap;

use super::token::{Token, matches, matches_component};
use super::{Pattern, Rank, Shape};
use crate::path::RepoPath;

/// Patterns, each with a key, matched all at once.
#[derive(Clone, Debug)]
pub struct PatternSet<K> {
    nodes: Vec<Node>,
    entries: Vec<(K, Rank)>,
}

/// A pattern that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match<K> {
    /// The key that the pattern was inserted with.
    pub key: K,
    /// How specific the match is.
    pub rank: Rank,
}

/// Room to work in, so that a path costs no allocation.
#[derive(Debug)]
pub struct Scratch<K> {
    found: Vec<Match<K>>,
    hits: Vec<(usize, bool)>,
    active: Vec<usize>,
    next: Vec<usize>,
}

impl<K> Scratch<K> {
    /// Returns empty room.
    pub const fn new() -> Self {
        Self { found: Vec::new(), hits: Vec::new(), active: Vec::new(), next: Vec::new() }
    }
}

impl<K> Default for Scratch<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// One place in the tree: the patterns whose first components led here.
#[derive(Clone, Debug, Default)]
struct Node {
    /// The next component is this name. Looked up, never iterated.
    names: HashMap<Box<[u8]>, usize>,
    /// The next component matches these tokens.
    wild: Vec<(Box<[Token]>, usize)>,
    /// Any number of folders comes next, then what the other node says.
    folders: Option<usize>,
    /// The node is that other node: it stays, whatever the component.
    stays: bool,
    /// Entries that match where the path ends here.
    here: Vec<usize>,
    /// Entries without wildcards that are equal to a path that ends here.
    equal: Vec<usize>,
    /// Entries that match whatever comes below.
    below: Vec<usize>,
    /// Entries whose tokens, with `**` glued to text, match all the rest.
    rest: Vec<(Box<[Token]>, usize)>,
}

impl<K: Copy> PatternSet<K> {
    /// Returns a set without patterns, which matches nothing.
    pub fn new() -> Self {
        Self { nodes: vec![Node::default()], entries: Vec::new() }
    }

    /// Adds a pattern. The same key may have several.
    pub fn insert(&mut self, key: K, pattern: &Pattern) {
        for glob in &pattern.globs {
            let entry = self.entries.len();
            self.entries.push((key, glob.rank));
            match &glob.shape {
                Shape::Plain(path) => {
                    let node = self.descend(path);
                    self.nodes[node].equal.push(entry);
                    self.nodes[node].below.push(entry);
                }
                Shape::Below(folder) => {
                    let node = self.descend(folder);
                    self.nodes[node].below.push(entry);
                }
                Shape::Wild(tokens) => self.insert_wild(tokens, entry),
            }
        }
    }

    /// Says whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns every match of `path`, in the order of insertion: one for each alternative that matches. `scratch` is
    /// what one path after the other is matched with; its contents do not matter.
    pub fn matches<'s>(&self, path: &RepoPath, scratch: &'s mut Scratch<K>) -> &'s mut Vec<Match<K>> {
        let Scratch { found, hits, active, next } = scratch;
        found.clear();
        hits.clear();
        active.clear();
        let bytes = path.as_bytes();
        self.enter(active, 0);
        let mut at = 0;
        for component in path.components() {
            for node in active.iter().map(|node| &self.nodes[*node]) {
                hits.extend(node.below.iter().map(|entry| (*entry, false)));
                for (tokens, entry) in &node.rest {
                    if matches(tokens, &bytes[at..]) {
                        hits.push((*entry, false));
                    }
                }
            }
            next.clear();
            for index in active.iter() {
                let node = &self.nodes[*index];
                if node.stays {
                    next.push(*index);
                }
                if let Some(child) = node.names.get(component) {
                    self.enter(next, *child);
                }
                for (tokens, child) in &node.wild {
                    if matches_component(tokens, component) {
                        self.enter(next, *child);
                    }
                }
            }
            std::mem::swap(active, next);
            at += component.len() + 1;
            if active.is_empty() {
                break;
            }
        }
        for node in active.iter().map(|node| &self.nodes[*node]) {
            hits.extend(node.here.iter().map(|entry| (*entry, false)));
            hits.extend(node.equal.iter().map(|entry| (*entry, true)));
        }
        hits.sort_unstable();
        hits.dedup();
        found.extend(hits.iter().map(|(entry, equal)| {
            let (key, rank) = self.entries[*entry];
            Match { key, rank: Rank { equal: *equal, ..rank } }
        }));
        found
    }

    fn enter(&self, active: &mut Vec<usize>, node: usize) {
        if !active.contains(&node) {
            active.push(node);
            self.enter_folders(active, node);
        }
    }

    /// Zero folders are folders too: what comes after them is reached at once.
    fn enter_folders(&self, active: &mut Vec<usize>, node: usize) {
        if let Some(after) = self.nodes[node].folders {
            self.enter(active, after);
        }
    }

    fn descend(&mut self, path: &[u8]) -> usize {
        path.split(|byte| *byte == b'/').fold(0, |node, name| self.child(node, name))
    }

    fn child(&mut self, node: usize, name: &[u8]) -> usize {
        if let Some(child) = self.nodes[node].names.get(name) {
            return *child;
        }
        let child = self.add_node();
        self.nodes[node].names.insert(name.into(), child);
        child
    }

    fn add_node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    fn insert_wild(&mut self, tokens: &[Token], entry: usize) {
        let mut node = 0;
        let mut left = tokens;
        loop {
            match left {
                [Token::Folders, rest @ ..] => {
                    node = if let Some(after) = self.nodes[node].folders {
                        after
                    } else {
                        let after = self.add_node();
                        self.nodes[after].stays = true;
                        self.nodes[node].folders = Some(after);
                        after
                    };
                    left = rest;
                }
                [Token::Rest] => {
                    self.nodes[node].below.push(entry);
                    return;
                }
                _ => {
                    let end = left.iter().position(|token| *token == Token::Byte(b'/')).unwrap_or(left.len());
                    let component = &left[..end];
                    if component.contains(&Token::Cross) {
                        self.nodes[node].rest.push((left.into(), entry));
                        return;
                    }
                    node = self.component(node, component);
                    if end == left.len() {
                        self.nodes[node].here.push(entry);
                        return;
                    }
                    left = &left[end + 1..];
                }
            }
        }
    }

    fn component(&mut self, node: usize, tokens: &[Token]) -> usize {
        let name: Option<Vec<u8>> = tokens
            .iter()
            .map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None })
            .collect();
        if let Some(name) = name {
            return self.child(node, &name);
        }
        if let Some((_, child)) = self.nodes[node].wild.iter().find(|(own, _)| **own == *tokens) {
            return *child;
        }
        let child = self.add_node();
        self.nodes[node].wild.push((tokens.into(), child));
        child
    }
}

impl<K: Copy> Default for PatternSet<K> {
    fn default() -> Self {
        Self::new()
    }
}
