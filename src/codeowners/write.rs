//! Makes a CODEOWNERS file of the maps.
//!
//! In the maps the most specific row wins, in the file the last line: lines are put in an order in which, of two that
//! match a path, the one whose row wins comes later. What no order can say is said file by file at the end.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{CodeOwners, Dialect, Glob, github, gitlab};
use crate::attribute::{Room, attribute_path};
use crate::fault::{Code, Fault};
use crate::ownership::Row;
use crate::path::RepoPath;
use crate::pattern::{Pattern, Rank};
use crate::policy::Policy;

/// A CODEOWNERS file made of maps.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// How many lines were made of patterns.
    pub rules: usize,
    /// How many lines name a single file, because no pattern of the dialect says what the maps do.
    pub named: usize,
    /// Patterns that the dialect cannot say, each with its map and line; their files are named one by one.
    pub unsaid: Vec<String>,
    /// Quorums that the format cannot say, each with its place: any of the names is enough there.
    pub weakened: Vec<String>,
    /// The files for which the file, read again, does not ask whom the maps ask.
    pub differences: Vec<RepoPath>,
}

/// One pattern of a row.
struct Node {
    row: usize,
    text: String,
    rank: Rank,
    line: String,
    glob: Glob,
}

/// Writes the maps of a sound policy in a dialect, for the tracked files `tree`.
pub fn write(dialect: Dialect, policy: &Policy, tree: &[RepoPath]) -> Result<Written, Vec<Fault>> {
    let owners = owners_of_rows(dialect, policy)?;
    let (nodes, unsaid) = nodes(dialect, policy, tree);
    let asked: Vec<BTreeSet<&str>> = tree
        .par_iter()
        .with_min_len(256)
        .map_init(Room::default, |room, path| asked(policy, &owners, path, room))
        .collect();
    let mut text = format!(
        "# Made by `laneway export codeowners` from {}/. Change the maps, and make it again.\n\n",
        policy.config.ownership_maps
    );
    let mut rules = 0;
    let mut known: Vec<&Glob> = Vec::new();
    for node in order(&nodes, policy, &owners) {
        let node = &nodes[node];
        let owners = &owners[node.row];
        if !owners.is_empty() {
            text += &format!("{} {}\n", node.line, join(owners));
        } else if !known.iter().any(|glob| glob.meets(&node.glob)) {
            // Nobody owns it so far.
            continue;
        } else if dialect == Dialect::GitHub {
            text += &format!("{}\n", node.line);
        } else {
            // GitLab has no line that takes owners away but one that wins over all others.
            let mut matching = tree.iter().zip(&asked).filter(|(path, _)| node.glob.matches(path.as_bytes()));
            if !matching.all(|(_, asked)| asked.is_empty()) {
                continue;
            }
            text += &format!("!{}\n", node.line);
        }
        known.push(&node.glob);
        rules += 1;
    }
    let mut named = 0;
    let differing = |text: &str| {
        let (file, _) = CodeOwners::read(dialect, &RepoPath::from("CODEOWNERS"), text.as_bytes());
        let found = tree
            .par_iter()
            .zip(&asked)
            .filter(|(path, asked)| file.owners(path).unwrap_or_default() != **asked);
        found.map(|(path, asked)| (path, asked)).collect::<Vec<_>>()
    };
    let missed = differing(&text);
    if !missed.is_empty() {
        text += "\n# Files that no pattern says.\n";
    }
    for (path, asked) in missed {
        let Some(line) = path.as_str().and_then(|path| plain(dialect, path)) else { continue };
        named += 1;
        match (asked.is_empty(), dialect) {
            (false, _) => text += &format!("{line} {}\n", join(asked)),
            (true, Dialect::GitHub) => text += &format!("{line}\n"),
            (true, Dialect::GitLab) => text += &format!("!{line}\n"),
        }
    }
    let differences = differing(&text).into_iter().map(|(path, _)| path.clone()).collect();
    Ok(Written { text, rules, named, unsaid, weakened: weakened(policy), differences })
}

fn join(owners: &BTreeSet<&str>) -> String {
    owners.iter().copied().collect::<Vec<_>>().join(" ")
}

/// Returns the quorums of rows, and of the lanes that stand in for them, in which any of the names is not enough.
fn weakened(policy: &Policy) -> Vec<String> {
    let mut lanes = BTreeSet::new();
    let mut weakened = Vec::new();
    for row in policy.rows.iter().filter(|row| !row.is_exempt()) {
        if row.reviewers.is_empty() {
            lanes.extend(policy.owners(row));
        } else if !row.reviewers.is_plain() {
            weakened.push(format!("{}:{} {}", row.map, row.line(), row.reviewers));
        }
    }
    for lane in lanes.into_iter().filter_map(|domain| policy.lanes.lanes.get(domain)) {
        if !lane.reviewers.is_plain() {
            weakened.push(format!("{}:{} {}", lane.place.source.name(), lane.place.line(), lane.reviewers));
        }
    }
    weakened
}

/// Returns whom each row asks: its reviewers, else those of its domains' lanes. An exempt row asks nobody.
fn owners_of_rows(dialect: Dialect, policy: &Policy) -> Result<Vec<BTreeSet<&str>>, Vec<Fault>> {
    let is_owner = match dialect {
        Dialect::GitHub => github::is_owner,
        Dialect::GitLab => gitlab::is_owner,
    };
    let mut faults = Vec::new();
    let mut owners = Vec::with_capacity(policy.rows.len());
    for row in &policy.rows {
        let asked = reviewers(policy, row);
        for reviewer in asked.iter().filter(|reviewer| !is_owner(reviewer)) {
            faults.push(Fault::at(
                Code::CodeownersExport,
                &row.place.source,
                row.place.span.clone(),
                format!("{dialect} cannot ask `{reviewer}`, whom this row does"),
                "asks somebody without an account",
                "name `@user`, `@organisation/team` or an address, in the row or in the lane of its domain",
            ));
        }
        owners.push(asked);
    }
    if faults.is_empty() { Ok(owners) } else { Err(faults) }
}

fn reviewers<'a>(policy: &'a Policy, row: &'a Row) -> BTreeSet<&'a str> {
    if row.is_exempt() {
        return BTreeSet::new();
    }
    policy.reviewers(row).collect()
}

/// Returns whom the maps ask about a file: every owning row's reviewers, and those of the rows that attach to it.
fn asked<'a>(
    policy: &Policy,
    owners: &[BTreeSet<&'a str>],
    path: &RepoPath,
    room: &mut Room,
) -> BTreeSet<&'a str> {
    let (own, attached) = attribute_path(policy, path, room);
    own.iter().chain(&attached).flat_map(|hit| &owners[hit.row]).copied().collect()
}

/// Returns every pattern of an owning row that the dialect can say, and those that it cannot.
fn nodes(dialect: Dialect, policy: &Policy, tree: &[RepoPath]) -> (Vec<Node>, Vec<String>) {
    let mut unsaid = Vec::new();
    let mut drafts = Vec::new();
    for (index, row) in policy.rows.iter().enumerate().filter(|(_, row)| row.kind.owns()) {
        let patterns = row.paths.iter().flat_map(|paths| &paths.patterns);
        let texts: Vec<String> = patterns.clone().flat_map(Pattern::alternatives).collect();
        for text in &texts {
            // `**/a` says `**/a/**` as well in GitHub's dialect.
            let wider = text.strip_suffix("/**").unwrap_or_default();
            if dialect == Dialect::GitHub && wider.contains('*') && texts.iter().any(|other| other == wider) {
                continue;
            }
            let rank = Pattern::parse(text).map(|pattern| pattern.least_rank()).unwrap_or_default();
            match said(dialect, text, tree) {
                Some(line) => drafts.push((index, text.clone(), rank, line)),
                None => unsaid.push(format!("{}:{} {text}", row.map, row.line())),
            }
        }
    }
    // The dialect's own reader says what the lines match.
    let lines: String = drafts.iter().map(|(.., line)| format!("{line} @x\n")).collect();
    let (file, _) = CodeOwners::read(dialect, &RepoPath::from("CODEOWNERS"), lines.as_bytes());
    let mut globs: BTreeMap<usize, Glob> = file
        .sections
        .into_iter()
        .flat_map(|section| section.rules)
        .map(|rule| (rule.line as usize - 1, rule.glob))
        .collect();
    let nodes = drafts
        .into_iter()
        .enumerate()
        .filter_map(|(at, (row, text, rank, line))| {
            Some(Node { row, text, rank, line, glob: globs.remove(&at)? })
        })
        .collect();
    (nodes, unsaid)
}

/// Returns the nodes in an order in which, of two that meet, the one whose row wins comes later.
fn order(nodes: &[Node], policy: &Policy, owners: &[BTreeSet<&str>]) -> Vec<usize> {
    let excludes =
        |row: usize, text: &str| policy.rows[row].excluded.iter().any(|pattern| pattern.as_str() == text);
    let loses = |one: &Node, other: &Node| -> bool {
        let (one_out, other_out) = (excludes(one.row, &other.text), excludes(other.row, &one.text));
        if one_out != other_out { one_out } else { one.rank < other.rank }
    };
    let mut by_rank: Vec<usize> = (0..nodes.len()).collect();
    by_rank.sort_by_key(|index| (nodes[*index].rank, *index));
    // For each node, by its place in the order of ranks, those that come after it.
    let after: Vec<Vec<usize>> = by_rank
        .par_iter()
        .map(|index| {
            let one = &nodes[*index];
            let later = by_rank.iter().enumerate().filter(|(_, other)| {
                let other = &nodes[**other];
                owners[one.row] != owners[other.row] && loses(one, other) && one.glob.meets(&other.glob)
            });
            later.map(|(place, _)| place).collect()
        })
        .collect();
    let mut before = vec![0_usize; nodes.len()];
    after.iter().flatten().for_each(|place| before[*place] += 1);
    let mut waiting: BTreeSet<usize> = (0..nodes.len()).collect();
    let mut free: BTreeSet<usize> = waiting.iter().copied().filter(|place| before[*place] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    // Where rows win over each other in a ring, the widest goes first, and single files make up for it.
    while let Some(place) = free.pop_first().or_else(|| waiting.first().copied()) {
        if !waiting.remove(&place) {
            continue;
        }
        order.push(by_rank[place]);
        for later in &after[place] {
            before[*later] = before[*later].saturating_sub(1);
            if before[*later] == 0 && waiting.contains(later) {
                free.insert(*later);
            }
        }
    }
    order
}

/// Returns a pattern of a map in a dialect, or nothing where that has no words for it.
fn said(dialect: Dialect, pattern: &str, tree: &[RepoPath]) -> Option<String> {
    if pattern == "**" {
        return Some("*".to_owned());
    }
    let (body, mut is_folder) = match pattern.strip_suffix("/**") {
        Some(body) => (body, true),
        None => (pattern.strip_suffix('/').unwrap_or(pattern), pattern.ends_with('/')),
    };
    let mut line = String::new();
    let mut path = String::new();
    let mut is_plain = true;
    for component in components(body) {
        if component == "**" {
            line.push_str(if line.is_empty() { "**" } else { "/**" });
            is_plain = false;
            continue;
        }
        line.push('/');
        path.push_str(if path.is_empty() { "" } else { "/" });
        let mut characters = component.chars().peekable();
        while let Some(character) = characters.next() {
            let literal = match character {
                '\\' => characters.next()?,
                '*' if characters.peek() == Some(&'*') => return None,
                '*' | '?' => {
                    line.push(character);
                    is_plain = false;
                    continue;
                }
                '[' => {
                    // A class of one is that character.
                    let only = characters.next()?;
                    if matches!(only, '!' | '^' | '\\') || characters.next() != Some(']') {
                        return None;
                    }
                    only
                }
                other => other,
            };
            escape(dialect, &mut line, literal)?;
            path.push(literal);
        }
    }
    // A name without wildcards is a folder in GitLab's dialect only where a `/` says so.
    if dialect == Dialect::GitLab && is_plain && !is_folder {
        let folder = format!("{path}/");
        let at = tree.partition_point(|file| file.as_bytes() < folder.as_bytes());
        is_folder = tree.get(at).is_some_and(|file| file.as_bytes().starts_with(folder.as_bytes()));
    }
    if is_folder {
        line.push('/');
    }
    // `**/**` and the like name everything once more.
    (!line.is_empty()).then_some(line)
}

/// Cuts a pattern at every `/` that no `\` stands before.
fn components(pattern: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    pattern.split(move |character| {
        let is_cut = character == '/' && !escaped;
        escaped = character == '\\' && !escaped;
        is_cut
    })
}

/// Returns the line of a single path.
fn plain(dialect: Dialect, path: &str) -> Option<String> {
    let mut line = "/".to_owned();
    for character in path.chars() {
        if character == '/' {
            line.push('/');
        } else {
            escape(dialect, &mut line, character)?;
        }
    }
    Some(line)
}

/// Adds a character that means itself; nothing, where the dialect has no words for it.
fn escape(dialect: Dialect, line: &mut String, character: char) -> Option<()> {
    match character {
        other if other.is_control() => return None,
        '[' | ']' if dialect == Dialect::GitHub => {}
        '*' | '?' | '\\' | '[' | ']' => line.push('\\'),
        other if other.is_whitespace() => line.push('\\'),
        _ => {}
    }
    line.push(character);
    Some(())
}
