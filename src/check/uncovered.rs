//! Folders in which a new file would have no row.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::{Claims, answered};
use super::subject::Subject;
use super::suggest::Neighbours;
use crate::attribute::{Room, attribute_path};
use crate::finding::{At, Finding, FindingCode};
use crate::path::RepoPath;
use crate::pattern::{Answer, Language, Question, Veto, literal};

/// How many paths are looked at that have a row, or lie below a file, before the question is asked of all rows at once.
const ROUNDS: usize = 24;

/// Of how many folders it is said that they are not decided, one by one.
const UNDECIDED: usize = 4;

/// A folder of the tree.
#[derive(Default)]
struct Folder<'a> {
    /// The names of the folders in it.
    folders: BTreeSet<&'a [u8]>,
    /// How many of the files right in it have each extension, the `.` included.
    extensions: BTreeMap<&'a [u8], usize>,
    /// Says that a file right in it has no row.
    has_unmapped: bool,
    /// Says that a file in it, or below it, has no row.
    leads_to_unmapped: bool,
}

/// Returns the highest folders whose files are all mapped, in which a new file, or one in a new folder, could have no
/// row. Of the root only files right in it count: a new folder there is looked at when it has files.
pub(super) fn uncovered_folders(subject: &Subject<'_>) -> Vec<Finding> {
    let folders = folders(subject);
    if subject.policy.rows.is_empty() || folders.is_empty() {
        return Vec::new();
    }
    let claims = Claims::of(subject.policy, |_| true);
    // A row that takes whatever nobody else has, as the first row of a new map does, needs no further question.
    let is_whole = |row: usize| subject.policy.rows[row].excluded.is_empty();
    if claims.within(b"").iter().any(|claim| claim.language.is_everything() && is_whole(claim.row)) {
        return Vec::new();
    }
    let asker =
        Asker { subject, folders: &folders, claims: &claims, neighbours: Neighbours::of(subject.policy) };
    let mut found = Vec::new();
    let (mut undecided, mut left_out) = (0, 0);
    // Depth first, so that the order is that of the paths; a stack, because a tree may be as deep as it likes.
    let mut left: Vec<Vec<u8>> = vec![Vec::new()];
    while let Some(path) = left.pop() {
        let Some(folder) = folders.get(path.as_slice()) else { continue };
        if !path.is_empty() && asker.is_covered(&path) {
            continue;
        }
        let sound = if path.is_empty() { !folder.has_unmapped } else { !folder.leads_to_unmapped };
        let may_ask = undecided < UNDECIDED;
        let finding = if sound { asker.ask(&path, folder, may_ask) } else { None };
        undecided += usize::from(finding.as_ref().is_some_and(|one| one.code == FindingCode::NotProven));
        left_out += usize::from(sound && finding.is_none() && !may_ask);
        let ends = finding.is_some() && !path.is_empty();
        found.extend(finding);
        if !ends {
            left.extend(folder.folders.iter().rev().map(|name| child(&path, name)));
        }
    }
    if left_out > 0 {
        found.push(not_asked());
    }
    found
}

/// Returns every folder of the tree by its path, without a `/` at its end.
fn folders<'a>(subject: &Subject<'a>) -> BTreeMap<&'a [u8], Folder<'a>> {
    let mut folders: BTreeMap<&[u8], Folder<'a>> = BTreeMap::new();
    for (path, (owners, _)) in subject.tree.iter().zip(&subject.attributed) {
        let bytes = path.as_bytes();
        let mut end = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let name = bytes[end..].strip_prefix(b"/").unwrap_or(&bytes[end..]);
        let folder = folders.entry(&bytes[..end]).or_default();
        let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
        *folder.extensions.entry(dot.map_or(&[][..], |at| &name[at..])).or_default() += 1;
        folder.has_unmapped |= owners.is_empty();
        folder.leads_to_unmapped |= owners.is_empty();
        while end > 0 {
            let above = bytes[..end].iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            let name = bytes[above..end].strip_prefix(b"/").unwrap_or(&bytes[above..end]);
            let parent = folders.entry(&bytes[..above]).or_default();
            let is_new = parent.folders.insert(name);
            // What is above has been told already.
            if !is_new && (!owners.is_empty() || parent.leads_to_unmapped) {
                break;
            }
            parent.leads_to_unmapped |= owners.is_empty();
            end = above;
        }
    }
    folders
}

fn child(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

struct Asker<'a> {
    subject: &'a Subject<'a>,
    folders: &'a BTreeMap<&'a [u8], Folder<'a>>,
    claims: &'a Claims<'a>,
    neighbours: Neighbours<'a>,
}

impl Asker<'_> {
    /// Says whether one row has all that is below the folder: the usual case, which needs no proof.
    fn is_covered(&self, folder: &[u8]) -> bool {
        let ends = folder.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        ends.chain([folder.len()]).any(|end| {
            let head = [&folder[..end], b"/"].concat();
            let own = self.claims.within(&head).iter().take_while(|claim| claim.head == head);
            let mut whole = own.filter(|claim| claim.language.is_below());
            whole.any(|claim| self.subject.policy.rows[claim.row].excluded.is_empty())
        })
    }

    /// Returns the finding about a folder, where a new file in it could have no row. Unless all paths may be asked about,
    /// it is about a file with an ordinary name only.
    fn ask(&self, path: &[u8], folder: &Folder<'_>, may_ask: bool) -> Option<Finding> {
        let witness = match self.ordinary(path, folder) {
            Some(witness) => witness,
            None if !may_ask => return None,
            None => match self.any(path, folder) {
                Answer::Path(witness) => witness,
                Answer::Empty => return None,
                Answer::Undecided => return Some(not_proven(path)),
            },
        };
        Some(self.finding(path, witness))
    }

    /// Returns a path that a new file would have by the looks of the others, where no row matches it.
    fn ordinary(&self, path: &[u8], folder: &Folder<'_>) -> Option<RepoPath> {
        let most = folder.extensions.iter().rev().max_by_key(|(_, files)| **files);
        let extension = most.map_or(&[][..], |(extension, _)| extension);
        let name = [b"new", extension].concat();
        let right_in = child(path, &name);
        let in_a_folder = (!path.is_empty()).then(|| child(&child(path, b"new"), &name));
        let room = &mut Room::default();
        [Some(right_in), in_a_folder].into_iter().flatten().map(RepoPath::new).find(|path| {
            // Both names may be taken.
            self.subject.tree.binary_search(path).is_err()
                && !self.is_old(path)
                && attribute_path(self.subject.policy, path, room).0.is_empty()
        })
    }

    /// Returns any path right in the folder, or in a new folder in it, that no row matches.
    fn any(&self, path: &[u8], folder: &Folder<'_>) -> Answer {
        let head = if path.is_empty() { Vec::new() } else { [path, b"/"].concat() };
        let all = if path.is_empty() { Language::in_the_root() } else { Language::below(path) };
        let mut old: Vec<Vec<u8>> = folder.folders.iter().map(|name| child(path, name)).collect();
        let mut rows: Vec<Veto<'_>> = Vec::new();
        let room = &mut Room::default();
        for round in 0..ROUNDS {
            if round + 1 == ROUNDS {
                rows = self.claims.about(&head).map(|claim| self.claims.veto(claim)).collect();
            }
            let mut none: Vec<Veto<'_>> = old.iter().map(|path| Language::below(path).into()).collect();
            none.extend(rows.iter().cloned());
            let answer = answered(&Question { all: vec![all], none }, self.folders.len());
            let Answer::Path(witness) = &answer else { return answer };
            // Nothing can be below what is a file.
            if let Some(file) = self.file_above(witness) {
                old.push(file);
                continue;
            }
            let (owners, _) = attribute_path(self.subject.policy, witness, room);
            if owners.is_empty() {
                return answer;
            }
            // A row is looked at when it maps a path that would do otherwise: of thousands, few do.
            rows.extend(owners.iter().flat_map(|hit| self.claims.matching(hit.row, witness)));
        }
        Answer::Undecided
    }

    /// Says whether the path lies in a folder below which there are files already, but the one that is asked about.
    fn is_old(&self, path: &RepoPath) -> bool {
        self.folders.contains_key(path.as_bytes()) || self.file_above(path).is_some()
    }

    fn file_above(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let bytes = path.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let mut above = ends.map(|end| &bytes[..end]);
        above.find(|above| self.is_file(above)).map(<[u8]>::to_vec)
    }

    fn is_file(&self, path: &[u8]) -> bool {
        self.subject.tree.binary_search_by(|own| own.as_bytes().cmp(path)).is_ok()
    }

    fn finding(&self, path: &[u8], witness: RepoPath) -> Finding {
        let head = if path.is_empty() { Vec::new() } else { [path, b"/"].concat() };
        let (domains, _) = self.neighbours.owners(&head);
        let pattern = if path.is_empty() { "*".to_owned() } else { format!("{}/**", literal(path)) };
        let owner = if domains.is_empty() { "<domain>".to_owned() } else { domains.join(", ") };
        let message = if path.is_empty() {
            format!("a new file in the root, such as `{witness}`, would have no row")
        } else {
            format!("a new file below `{}`, such as `{witness}`, would have no row", RepoPath::new(path))
        };
        Finding {
            code: FindingCode::UncoveredFolder,
            message,
            at: place(path),
            label: "not all of it is covered".to_owned(),
            help: format!("add the row | `{pattern}` | {owner} |: more specific rows win over it"),
            subject: pattern,
            witness: Some(witness),
        }
    }
}

fn place(path: &[u8]) -> At {
    if path.is_empty() { At::Workspace } else { At::File(RepoPath::new(path)) }
}

fn not_asked() -> Finding {
    Finding {
        code: FindingCode::NotProven,
        message: "of further folders it was not decided whether every new file would have a row; files with ordinary \
                  names would"
            .to_owned(),
        at: At::Workspace,
        label: String::new(),
        help: "a last row with the pattern `**`, of a domain that looks after what is new, decides it for all"
            .to_owned(),
        subject: "further folders".to_owned(),
        witness: None,
    }
}

fn not_proven(path: &[u8]) -> Finding {
    let name = if path.is_empty() { "the root".to_owned() } else { format!("`{}`", RepoPath::new(path)) };
    let pattern = if path.is_empty() { "*".to_owned() } else { format!("{}/**", literal(path)) };
    Finding {
        code: FindingCode::NotProven,
        message: format!("whether every new file in {name} would have a row was not decided"),
        at: place(path),
        label: "too many possibilities".to_owned(),
        help: format!("a row with the pattern `{pattern}` decides it"),
        subject: pattern,
        witness: None,
    }
}
