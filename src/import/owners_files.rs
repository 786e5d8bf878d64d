//! OWNERS trees as maps: a row for each folder that has a say, with everybody who looks at what is below it.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::Skeleton;
use super::names::domain_ids;
use super::table::{Cell, Table, literal};
use super::{Imported, Line, UNCLAIMED};
use crate::attribute::{Room, attribute_path};
use crate::config::Config;
use crate::id::DomainId;
use crate::owners_files::{Lists, OwnersFile, OwnersTree, Resolver};
use crate::path::RepoPath;
use crate::policy::Policy;

/// How many files one row names. More make a line that no editor shows.
const FILES_A_ROW: usize = 50;

/// Makes the map and the lanes.
///
/// A row carries what all OWNERS files above it say together, since in a map the most specific row alone counts. A
/// filter by an ending, `\.go$`, is a row of its own in every folder that it reaches. Of any other filter no pattern is
/// made: the tracked files that it finds are written out.
pub fn import(tree: &OwnersTree, files: &[RepoPath], config: &Config) -> Imported {
    let mut resolver = Resolver::new(tree);
    let domains = domains(tree, &mut resolver);
    let mut rows: Vec<Row> = Vec::new();
    let mut bases: BTreeMap<&[u8], Base> = BTreeMap::new();
    for folder in tree.files.keys() {
        let base = base(resolver.chain(folder));
        rows.push(Row {
            patterns: vec![pattern(folder, "**")],
            domain: domains[&folder[..]].clone(),
            lists: base.lists.clone(),
        });
        for (ending, lists) in &base.endings {
            let pattern = pattern(folder, &format!("**/*{}", literal(ending.as_bytes())));
            rows.push(Row {
                patterns: vec![pattern],
                domain: domains[&folder[..]].clone(),
                lists: lists.clone(),
            });
        }
        bases.insert(folder, base);
    }
    let endings = rows.len() - tree.files.len();
    let mut explicit: BTreeMap<(&[u8], Lists), Vec<&RepoPath>> = BTreeMap::new();
    let mut unowned = 0;
    for path in files {
        let Some((folder, base)) = above(path).find_map(|folder| bases.get_key_value(folder)) else {
            unowned += 1;
            continue;
        };
        let lists = resolver.resolve(path);
        if *base.of(path) != lists {
            explicit.entry((folder, lists)).or_default().push(path);
        }
    }
    let written_out: usize = explicit.values().map(Vec::len).sum();
    for ((folder, lists), paths) in explicit {
        for some in paths.chunks(FILES_A_ROW) {
            let patterns = some.iter().map(|path| literal(path.as_bytes())).collect();
            rows.push(Row { patterns, domain: domains[folder].clone(), lists: lists.clone() });
        }
    }
    if !tree.files.contains_key(&[][..]) {
        let nobody = Row {
            patterns: vec!["**".to_owned()],
            domain: DomainId::new(UNCLAIMED),
            lists: Lists::default(),
        };
        rows.insert(0, nobody);
    }
    let mut imported = written(&rows, tree, &domains, config);
    imported.report = report(tree, files.len(), endings, written_out, unowned);
    imported
}

struct Row {
    patterns: Vec<String>,
    domain: DomainId,
    lists: Lists,
}

/// What the rows of a folder say of the files directly in it, and of those in folders below without OWNERS files.
struct Base {
    lists: Lists,
    /// By the ending of the file's name, the longest first.
    endings: Vec<(String, Lists)>,
}

impl Base {
    fn of(&self, path: &RepoPath) -> &Lists {
        let ends =
            |ending: &str| path.components().last().is_some_and(|name| name.ends_with(ending.as_bytes()));
        self.endings.iter().find(|(ending, _)| ends(ending)).map_or(&self.lists, |(_, lists)| lists)
    }
}

fn base(chain: &[&OwnersFile]) -> Base {
    let mut lists = Lists::default();
    let mut filtered: BTreeMap<String, Lists> = BTreeMap::new();
    for part in chain.iter().flat_map(|file| &file.parts) {
        match &part.filter {
            None => lists.add(&part.lists),
            Some(filter) => {
                if let Some(ending) = filter.ending() {
                    filtered.entry(ending).or_default().add(&part.lists);
                }
            }
        }
    }
    // What ends with the longer one ends with the shorter one as well, and both filters find it.
    let mut endings: Vec<(String, Lists)> = filtered
        .keys()
        .map(|ending| {
            let mut all = lists.clone();
            filtered
                .iter()
                .filter(|(other, _)| ending.ends_with(other.as_str()))
                .for_each(|(_, own)| all.add(own));
            (ending.clone(), all)
        })
        .collect();
    endings.sort_by(|left, right| right.0.len().cmp(&left.0.len()).then_with(|| left.0.cmp(&right.0)));
    Base { lists, endings }
}

/// Returns the domain of each folder with an OWNERS file: that of the nearest file with approvers or reviewers, by the
/// alias that all of its approvers come from, or else by its folder.
fn domains<'t>(tree: &'t OwnersTree, resolver: &mut Resolver<'t>) -> BTreeMap<&'t [u8], DomainId> {
    let mut keys: BTreeMap<&[u8], String> = BTreeMap::new();
    let mut wishes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in tree.files.keys() {
        let has_people = |file: &&&OwnersFile| file.parts.iter().any(|part| !part.lists.people().is_empty());
        let Some(file) = resolver.chain(folder).iter().find(has_people) else {
            keys.insert(folder, String::new());
            continue;
        };
        let at = String::from_utf8_lossy(file.path.as_bytes()).into_owned();
        let path = at.trim_end_matches("OWNERS").trim_end_matches('/');
        let (key, own) = match &file.alias {
            Some(alias) => (format!("alias {alias}"), vec![alias.clone(), format!("alias-{alias}")]),
            None if path.is_empty() => {
                ("folder".to_owned(), vec!["root".to_owned(), "root-owners".to_owned()])
            }
            None => (format!("folder {path}"), vec![path.to_owned()]),
        };
        keys.insert(folder, key.clone());
        wishes.insert(key, own);
    }
    let taken = BTreeSet::from([DomainId::new(UNCLAIMED)]);
    let ids = domain_ids(wishes.iter().map(|(key, wishes)| (key.as_str(), wishes.clone())), &taken);
    let domain = |key: &str| ids.get(key).cloned().unwrap_or_else(|| DomainId::new(UNCLAIMED));
    keys.into_iter().map(|(folder, key)| (folder, domain(&key))).collect()
}

fn pattern(folder: &[u8], below: &str) -> String {
    if folder.is_empty() { below.to_owned() } else { format!("{}/{below}", literal(folder)) }
}

/// Returns the folders above a file, the nearest first, the root last.
fn above(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let parent = |path: &[u8]| path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let bytes = path.as_bytes();
    std::iter::successors(Some(&bytes[..parent(bytes)]), move |folder| {
        (!folder.is_empty()).then(|| &folder[..parent(folder)])
    })
}

const HEAD: &str = "# OWNERS\n\nMade by `laneway import owners-files` from the OWNERS files and OWNERS_ALIASES: who \
    looks at what, with everything that is inherited from the folders above. `Reviewers` holds approvers and reviewers; \
    `Approvers` says who of them may approve.\n";

fn written(
    rows: &[Row],
    tree: &OwnersTree,
    domains: &BTreeMap<&[u8], DomainId>,
    config: &Config,
) -> Imported {
    let mut table = Table::new(["Package", "Domain", "Reviewers", "Approvers", "Labels"]);
    for row in rows {
        let at =
            |people: BTreeSet<&str>| people.into_iter().map(|login| format!("@{login}")).collect::<Vec<_>>();
        let people = at(row.lists.people());
        let approvers = at(row.lists.approvers.iter().map(String::as_str).collect());
        table.push([
            Cell::patterns(row.patterns.iter().map(String::as_str), []),
            Cell::words([row.domain.as_str()]),
            Cell::words(people.iter().map(String::as_str)),
            Cell::words(approvers.iter().map(String::as_str)),
            Cell::words(row.lists.labels.iter().map(String::as_str)),
        ]);
    }
    let mut imported = Imported::default();
    let map = RepoPath::new(format!("{}/owners-files-ownership.md", config.ownership_maps));
    imported.maps.insert(map, format!("{HEAD}\n{}", table.to_markdown()));
    let mut folders: BTreeMap<&DomainId, Vec<String>> = BTreeMap::new();
    for (folder, domain) in domains {
        folders.entry(domain).or_default().push(tree.files[*folder].path.to_string());
    }
    let used: BTreeSet<&DomainId> = rows.iter().map(|row| &row.domain).collect();
    for domain in used {
        let mut lane = Skeleton::new(domain.clone());
        lane.comment = match folders.get(domain) {
            Some(files) if domain.as_str() != UNCLAIMED => format!("From {}.", shortened(files)),
            Some(_) | None => "Files below no OWNERS file that names anybody.".to_owned(),
        };
        imported.lanes.insert(RepoPath::new(format!("{}/{domain}.yaml", config.lanes)), lane.to_yaml());
    }
    imported
}

fn shortened(files: &[String]) -> String {
    match files {
        [first, rest @ ..] if rest.len() > 3 => format!("{first} and {} more", rest.len()),
        files => files.join(", "),
    }
}

fn report(tree: &OwnersTree, files: usize, endings: usize, written_out: usize, unowned: usize) -> Vec<Line> {
    let mut report = vec![Line::count("OWNERS file", tree.files.len(), "")];
    if tree.aliases > 0 {
        report.push(Line::count("alias", tree.aliases, "expanded to its members"));
    }
    let filters =
        tree.files.values().flat_map(|file| &file.parts).filter(|part| part.filter.is_some()).count();
    if filters > 0 {
        let why = format!("{endings} rows by an ending, and {written_out} files written out");
        report.push(Line::count("filter", filters, &why));
    }
    if unowned > 0 {
        report.push(Line::count("file", unowned, &format!("of {files} below no OWNERS file: `{UNCLAIMED}`")));
    }
    let notes = tree
        .notes
        .iter()
        .map(|note| format!("{}:{}: {}", note.place.source.name(), note.place.line(), note.message));
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        report.push(Line::list("note", notes, "of what means nothing"));
    }
    report
}

/// Returns each file of which the policy that was read back says otherwise than the OWNERS files: who looks, who may
/// approve, or which labels there are.
pub fn differences(tree: &OwnersTree, policy: &Policy, files: &[RepoPath]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut resolver = Resolver::new(tree);
    let room = &mut Room::default();
    for path in files {
        let (owners, _) = attribute_path(policy, path, room);
        let rows = || owners.iter().map(|hit| &policy.rows[hit.row]);
        let note = |header: &str| -> BTreeSet<String> {
            let cells = rows().filter_map(|row| row.notes.get(header));
            cells.flat_map(|cell| cell.split(", ")).filter(|word| *word != "-").map(bare).collect()
        };
        let found = (
            rows().flat_map(|row| row.reviewers.names()).map(bare).collect(),
            note("Approvers"),
            note("Labels"),
        );
        let lists = resolver.resolve(path);
        let people: BTreeSet<String> = lists.people().into_iter().map(str::to_owned).collect();
        let expected = (people, lists.approvers.clone(), lists.labels.clone());
        if owners.is_empty() || found != expected {
            differences.push(format!("{path}: {expected:?} by OWNERS, {found:?} by the maps"));
        }
    }
    differences
}

/// Returns a login or label as OWNERS files name it.
fn bare(word: &str) -> String {
    let word = word.trim().trim_matches('`');
    word.strip_prefix('@').unwrap_or(word).to_owned()
}
