//! CODEOWNERS files: last-match lines become rows of which the most specific wins.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::lane::Skeleton;
use super::names::{domain_ids, wishes};
use super::table::{Cell, Table};
use super::translate::{InTree, Translated, patterns};
use super::{Imported, Line, UNCLAIMED};
use crate::attribute::{Room, attribute_path};
use crate::codeowners::{CodeOwners, Glob, Section};
use crate::config::Config;
use crate::id::DomainId;
use crate::path::RepoPath;
use crate::policy::Policy;

/// The domain of files of which a line says that nobody owns them. They are mapped, and nobody is asked.
pub const UNOWNED: &str = "unowned";

/// What a file of the tree is owned by, in both worlds, where the two differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The file.
    pub path: RepoPath,
    /// Who owns it by the CODEOWNERS file; nothing, where no line matches.
    pub original: Option<BTreeSet<String>>,
    /// Who is asked by the maps; nothing, where no row matches or only the one of what is unclaimed.
    pub maps: Option<BTreeSet<String>>,
}

/// Lines that decide about files together: one of each section that has a say.
#[derive(Clone, Debug)]
struct Rule {
    globs: Vec<Glob>,
    owners: BTreeSet<String>,
    /// The lines in the file.
    lines: Vec<u32>,
    /// The named sections.
    sections: Vec<String>,
}

/// Makes maps and lanes of a CODEOWNERS file that has no faults, for the tracked files `tree`, which are sorted.
///
/// Lines that decide about no file of the tree are left out, unless `keep_dead`.
pub fn import(file: &CodeOwners, tree: &[RepoPath], config: &Config, keep_dead: bool) -> Imported {
    let mut report = vec![Line::count("rule", file.sections.iter().map(|one| one.rules.len()).sum(), "")];
    let Joint { rules, winners, named } = rules(file, tree, keep_dead, &mut report);
    let in_tree = |path: &[u8]| in_tree(tree, path);
    let mut decided: Vec<Vec<&RepoPath>> = vec![Vec::new(); rules.len()];
    for (path, winner) in tree.iter().zip(winners) {
        winner.into_iter().for_each(|rule| decided[rule].push(path));
    }
    let mut rows: Vec<(Rule, Vec<Translated>)> = Vec::with_capacity(rules.len() + 1);
    for (rule, decided) in rules.into_iter().zip(decided) {
        let mut translated: Vec<Translated> =
            rule.globs.iter().flat_map(|glob| patterns(glob, &in_tree)).collect();
        // A name can be a file's or a folder's; what it is nowhere would be a dead pattern.
        let is_live = |one: &Translated| decided.iter().any(|path| one.glob.matches(path.as_bytes()));
        translated.retain(|one| keep_dead || one.glob.is_everything() || is_live(one));
        if !translated.is_empty() {
            rows.push((rule, translated));
        }
    }
    let is_whole = rows.iter().any(|(rule, _)| rule.globs.iter().any(Glob::is_everything));
    if !is_whole {
        let globs = vec![Glob::everything()];
        let translated = patterns(&globs[0], &in_tree);
        let rest = Rule { globs, owners: BTreeSet::new(), lines: Vec::new(), sections: Vec::new() };
        rows.insert(0, (rest, translated));
    }
    let excluded = exclusions(&rows);
    let ids = domains(file);
    let has_sections = rows.iter().any(|(rule, _)| !rule.sections.is_empty());
    let mut headers = vec!["Package", "Domain", "Reviewers", "From"];
    headers.extend(has_sections.then_some("Section"));
    let mut table = Table::new(headers);
    // The row of what is unclaimed comes last, as the widest.
    let unclaimed = usize::from(!is_whole);
    for index in (unclaimed..rows.len()).chain(0..unclaimed) {
        let (rule, translated) = &rows[index];
        let domains: Vec<&str> = match rule.owners.iter().map(|owner| ids[&key(owner)].as_str()).collect() {
            none if Vec::<&str>::is_empty(&none) && rule.lines.is_empty() => vec![UNCLAIMED],
            none if none.is_empty() => vec![UNOWNED],
            domains => domains.into_iter().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        let mut cells = vec![
            Cell::patterns(
                translated.iter().map(|one| one.text.as_str()),
                excluded[index].iter().map(String::as_str),
            ),
            Cell::words(domains),
            Cell::words(rule.owners.iter().map(String::as_str)),
            from(&rule.lines),
        ];
        cells.push(Cell::note(&rule.sections.join("; ")));
        cells.truncate(4 + usize::from(has_sections));
        table.push(cells);
    }
    let lanes = lanes(file, &ids, &rows, !is_whole);
    report.push(Line::count("row", rows.len(), ""));
    let taken_out: usize = excluded.iter().map(BTreeSet::len).sum();
    report.push(Line::count(
        "exclusion",
        taken_out,
        "so that later rules win over rows that would rank above them",
    ));
    if named > 0 {
        let why = "named one by one, where the patterns of two sections overlap";
        report.push(Line::count("file", named, why));
    }
    report.push(Line::count("domain", lanes.len(), "with a lane each, which asks for no gate yet"));
    let map = format!(
        "# Owners, from `{name}`\n\nMade by `laneway import codeowners`. In `{name}` the last line that matches decides; \
         here the most\nspecific row does, and `!` takes out what a later line gives to others. `From` is the line that \
         a row\nwas made of.\n\n{table}",
        name = file.source.name(),
        table = table.to_markdown(),
    );
    let maps = [(RepoPath::from(format!("{}/codeowners-ownership.md", config.ownership_maps).as_str()), map)];
    let lanes = lanes.into_iter().map(|lane| {
        (RepoPath::from(format!("{}/{}.yaml", config.lanes, lane.domain).as_str()), lane.to_yaml())
    });
    Imported { maps: maps.into(), lanes: lanes.collect(), report }
}

/// Resolves every tracked file by the original's lines and by the maps, and returns where they differ.
pub fn differences(file: &CodeOwners, policy: &Policy, tree: &[RepoPath]) -> Vec<Difference> {
    let ids = domains(file);
    tree.par_iter()
        .with_min_len(256)
        .map_init(Room::default, |room, path| {
            let original = file.owners(path);
            let (owners, _) = attribute_path(policy, path, room);
            let mut asked = BTreeSet::new();
            let mut owned = BTreeSet::new();
            for hit in owners {
                let row = &policy.rows[hit.row];
                owned.extend(policy.owners(row).iter().map(DomainId::as_str));
                asked.extend(reviewers(policy, hit.row));
            }
            let expected: BTreeSet<&str> = match &original {
                None => [UNCLAIMED].into(),
                Some(owners) if owners.is_empty() => [UNOWNED].into(),
                Some(owners) => owners.iter().map(|owner| ids[&key(owner)].as_str()).collect(),
            };
            let named = |owners: &BTreeSet<&str>| owners.iter().map(|owner| (*owner).to_owned()).collect();
            let same = owned == expected && asked == *original.as_ref().unwrap_or(&BTreeSet::new());
            (!same).then(|| Difference {
                path: path.clone(),
                original: original.as_ref().map(named),
                maps: (!owned.is_empty() && owned != [UNCLAIMED].into()).then(|| named(&asked)),
            })
        })
        .flatten()
        .collect()
}

/// Returns whom a row asks: its own reviewers, else those of its domains' lanes.
pub fn reviewers(policy: &Policy, row: usize) -> BTreeSet<&str> {
    policy.reviewers(&policy.rows[row]).collect()
}

/// Hosts do not tell letters of owners apart by their case.
fn key(owner: &str) -> String {
    owner.to_ascii_lowercase()
}

/// Returns the domain of every owner that the file names.
fn domains(file: &CodeOwners) -> BTreeMap<String, DomainId> {
    let rules = file.sections.iter().flat_map(|section| &section.rules);
    let keys: BTreeSet<String> = rules.flat_map(|rule| &rule.owners).map(|owner| key(owner)).collect();
    let taken = [DomainId::new(UNCLAIMED), DomainId::new(UNOWNED)].into();
    domain_ids(keys.iter().map(|owner| (owner.as_str(), wishes(owner))), &taken)
}

/// Makes a lane of every domain that a row has.
fn lanes(
    file: &CodeOwners,
    ids: &BTreeMap<String, DomainId>,
    rows: &[(Rule, Vec<Translated>)],
    unclaimed: bool,
) -> Vec<Skeleton> {
    let mut spelled: BTreeMap<&DomainId, &str> = BTreeMap::new();
    for owner in rows.iter().flat_map(|(rule, _)| &rule.owners) {
        spelled.entry(&ids[&key(owner)]).or_insert(owner);
    }
    let mut lanes: Vec<Skeleton> = spelled
        .into_iter()
        .map(|(domain, owner)| Skeleton {
            title: Some(owner.to_owned()),
            reviewers: vec![owner.to_owned()],
            comment: format!("What {owner} owns by {}. Add the gates that it must pass.", file.source.name()),
            ..Skeleton::new(domain.clone())
        })
        .collect();
    let nobodys = rows.iter().any(|(rule, _)| rule.owners.is_empty() && !rule.lines.is_empty());
    let without = [
        (UNOWNED, nobodys, "What lines without owners match: nobody is asked."),
        (
            UNCLAIMED,
            unclaimed,
            "What no line matches. Let it ask for what runs today, and claim it row by row.",
        ),
    ];
    lanes.extend(without.into_iter().filter(|(_, is_there, _)| *is_there).map(|(domain, _, comment)| {
        Skeleton { comment: comment.to_owned(), ..Skeleton::new(DomainId::new(domain)) }
    }));
    lanes
}

fn from(lines: &[u32]) -> Cell {
    let numbers: Vec<String> = lines.iter().map(u32::to_string).collect();
    match numbers.as_slice() {
        [] => Cell::blank(),
        [one] => Cell::note(&format!("line {one}")),
        more => Cell::note(&format!("lines {}", more.join(" and "))),
    }
}

/// Says what the tree, which is sorted, has at `path`.
fn in_tree(tree: &[RepoPath], path: &[u8]) -> InTree {
    let folder = [path, b"/"].concat();
    let at = tree.partition_point(|file| file.as_bytes() < folder.as_slice());
    if tree.get(at).is_some_and(|file| file.as_bytes().starts_with(&folder)) {
        InTree::Folder
    } else if tree.binary_search_by(|file| file.as_bytes().cmp(path)).is_ok() {
        InTree::File
    } else {
        InTree::Nothing
    }
}

/// Returns what each row must take out: the patterns of later rows that match a path of its own without ranking above
/// it. Where both have the same owners it does not matter who wins.
fn exclusions(rows: &[(Rule, Vec<Translated>)]) -> Vec<BTreeSet<String>> {
    let of = |index: usize| {
        let (rule, own) = &rows[index];
        let mut excluded = BTreeSet::new();
        for (later, others) in &rows[index + 1..] {
            // Different lines without owners, and what no line matches, are not the same.
            if later.owners == rule.owners && later.lines.is_empty() == rule.lines.is_empty() {
                continue;
            }
            for other in others {
                if own.iter().any(|one| other.rank <= one.rank && one.glob.meets(&other.glob)) {
                    excluded.insert(other.text.clone());
                }
            }
        }
        excluded
    };
    (0..rows.len()).into_par_iter().map(of).collect()
}

/// Lines as one list, of which the last that matches decides.
#[derive(Debug, Default)]
struct Joint {
    rules: Vec<Rule>,
    /// For each file of the tree the rule that decides.
    winners: Vec<Option<usize>>,
    /// How many files had to be named one by one.
    named: usize,
}

/// Joins the lines of all sections.
fn rules(file: &CodeOwners, tree: &[RepoPath], keep_dead: bool, report: &mut Vec<Line>) -> Joint {
    let mut dead = (Vec::new(), Vec::new());
    let mut joint: Option<Joint> = None;
    for section in &file.sections {
        let decided = decide(section, file.source.name(), tree, keep_dead, &mut dead);
        joint = Some(match joint {
            None => decided,
            Some(before) => join(&before, &decided, tree),
        });
    }
    let left_out = if keep_dead { "kept" } else { "left out" };
    let whys = [
        format!("that no tracked file matches, {left_out}"),
        format!("that later rules override for every tracked file, {left_out}"),
    ];
    for (lines, why) in [dead.0, dead.1].into_iter().zip(whys) {
        if !lines.is_empty() {
            report.push(Line::list("rule", lines, &why));
        }
    }
    joint.unwrap_or_default()
}

/// Returns the lines of one section in the order in which they override each other, and which decides about each file.
fn decide(
    section: &Section,
    name: &str,
    tree: &[RepoPath],
    keep_dead: bool,
    dead: &mut (Vec<String>, Vec<String>),
) -> Joint {
    // A line that takes paths out wins over all others of its section.
    let mut order: Vec<usize> = (0..section.rules.len()).collect();
    order.sort_by_key(|index| section.rules[*index].excludes);
    let matching: Vec<Option<usize>> = tree
        .par_iter()
        .with_min_len(64)
        .map(|path| order.iter().rposition(|index| section.rules[*index].glob.matches(path.as_bytes())))
        .collect();
    let deciding: BTreeSet<usize> = matching.iter().flatten().copied().collect();
    let mut rules = Vec::new();
    let mut place = vec![None; order.len()];
    for (at, index) in order.iter().enumerate() {
        let rule = &section.rules[*index];
        // A later line of the same pattern leaves nothing to this one.
        let again = order[at + 1..].iter().any(|later| section.rules[*later].glob == rule.glob);
        // A line that matches everything owns what is added tomorrow, the maps first of all.
        let stays = deciding.contains(&at) || (rule.glob.is_everything() && !again);
        if !stays {
            let line = format!("{name}:{} {}", rule.line, rule.text);
            let matches = tree.par_iter().any(|path| rule.glob.matches(path.as_bytes()));
            if matches { &mut dead.1 } else { &mut dead.0 }.push(line);
            if !keep_dead || again {
                continue;
            }
        }
        place[at] = Some(rules.len());
        rules.push(Rule {
            globs: vec![rule.glob.clone()],
            owners: rule.owners.iter().cloned().collect(),
            lines: vec![rule.line],
            sections: section.name.iter().map(|name| heading(section, name)).collect(),
        });
    }
    let winners = matching.into_iter().map(|at| at.and_then(|at| place[at])).collect();
    Joint { rules, winners, named: 0 }
}

/// Returns a section as the note of a row shows it.
fn heading(section: &Section, name: &str) -> String {
    match (section.optional, section.approvals) {
        (true, _) => format!("{name}, optional"),
        (false, 0 | 1) => name.to_owned(),
        (false, approvals) => format!("{name}, {approvals} approvals"),
    }
}

/// Joins the rules of two sections: a file has the owners of both. Those pairs count that decide about a file of the
/// tree; a rule without a partner is a pair as well.
fn join(left: &Joint, right: &Joint, tree: &[RepoPath]) -> Joint {
    let mut named = left.named;
    let mut pairs: BTreeMap<(Option<usize>, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (file, pair) in left.winners.iter().zip(&right.winners).enumerate() {
        if pair.0.is_some() || pair.1.is_some() {
            pairs.entry((*pair.0, *pair.1)).or_default().push(file);
        }
    }
    let whole =
        |joint: &Joint| joint.rules.iter().rposition(|rule| rule.globs.iter().any(Glob::is_everything));
    let rest = (whole(left), whole(right));
    if rest != (None, None) {
        pairs.entry(rest).or_default();
    }
    let mut rules = Vec::with_capacity(pairs.len());
    let mut winners = vec![None; tree.len()];
    // In this order the last pair of which both match is the pair of the last that match.
    for ((one, other), files) in pairs {
        for file in &files {
            winners[*file] = Some(rules.len());
        }
        let rule = match (one.map(|index| &left.rules[index]), other.map(|index| &right.rules[index])) {
            (Some(one), Some(other)) => both(one, other, &files, tree, &mut named),
            (Some(one), None) => one.clone(),
            (None, Some(other)) => other.clone(),
            (None, None) => continue,
        };
        rules.push(rule);
    }
    Joint { rules, winners, named }
}

fn both(one: &Rule, other: &Rule, files: &[usize], tree: &[RepoPath], named: &mut usize) -> Rule {
    let mut globs = Vec::new();
    let mut is_said = true;
    for (left, right) in one.globs.iter().flat_map(|left| other.globs.iter().map(move |right| (left, right)))
    {
        if left.meets(right) {
            match left.meeting(right) {
                Some(glob) => globs.push(glob),
                None => is_said = false,
            }
        }
    }
    if !is_said {
        *named += files.len();
        globs = files.iter().map(|file| Glob::of_path(tree[*file].as_bytes())).collect();
    }
    Rule {
        globs,
        owners: one.owners.union(&other.owners).cloned().collect(),
        lines: one.lines.iter().chain(&other.lines).copied().collect(),
        sections: one.sections.iter().chain(&other.sections).cloned().collect(),
    }
}
