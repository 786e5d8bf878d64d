//! Maps, lanes and rules as they stand at one commit, and the policies that count for a change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::change::{Side, Sides};
use crate::class::{ChangeClass, ChangeClasses};
use crate::config::{CONFIG_FILE, Config, PolicyFileKind};
use crate::fault::{Code, Fault};
use crate::id::{ContractId, DomainId, nearest};
use crate::lanes::Lanes;
use crate::ownership::{Cell, Column, Columns, MapKind, NearMiss, Owners, OwnershipMap, Row, RowClass};
use crate::path::RepoPath;
use crate::pattern::PatternSet;
use crate::quorum::Quorum;
use crate::roster::Roster;
use crate::source::Source;

/// A file of a policy may not be larger than this: 32 MiB, far beyond what people keep by hand.
const MOST_BYTES: usize = 32 << 20;

/// From how many bytes on a policy is worth threads: starting them costs what reading 100 kB does.
const WORTH_THREADS: usize = 256 << 10;

/// The files of a policy as one side has them, not yet read.
#[derive(Clone, Debug, Default)]
pub struct PolicyFiles {
    /// Every file that [`Config::policy_file`] names, with its bytes.
    pub files: BTreeMap<RepoPath, Arc<[u8]>>,
    /// What could not be read at all: the policy is broken.
    pub faults: Vec<Fault>,
}

impl PolicyFiles {
    fn bytes(&self) -> usize {
        self.files.values().map(|bytes| bytes.len()).sum()
    }

    /// Says whether both are the same bytes at the same paths. What could not be read is never the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |left: &Arc<[u8]>, right: &Arc<[u8]>| Arc::ptr_eq(left, right) || left == right;
        self.faults.is_empty()
            && other.faults.is_empty()
            && self.files.len() == other.files.len()
            && self
                .files
                .iter()
                .zip(&other.files)
                .all(|(left, right)| left.0 == right.0 && same(left.1, right.1))
    }
}

/// A policy: `laneway.yaml`, maps and lanes at one commit.
#[derive(Debug)]
pub struct Policy {
    /// `laneway.yaml`.
    pub config: Config,
    /// The rows of every map, in the order of the maps' paths and of their lines.
    pub rows: Vec<Row>,
    /// What is nearly part of a map, and counts for nothing.
    pub near_misses: Vec<NearMiss>,
    /// Lanes, gates, rules and profiles.
    pub lanes: Lanes,
    /// Who the people behind the names of maps and lanes are, where `reviewers.yaml` says so.
    pub roster: Option<Roster>,
    /// What is wrong; not empty, and the policy is broken. What is sound stands all the same.
    pub faults: Vec<Fault>,
    /// The sha256 of every file's path and bytes, in hex.
    pub digest: String,
    /// Every domain that has a lane or a row, which is what `*` stands for.
    pub domains: BTreeSet<DomainId>,
    /// Files that are part of the policy and that other commands read, by their digest.
    data: BTreeMap<RepoPath, [u8; 32]>,
    /// Every pattern of every row; the key is the row's index and the pattern's column.
    matcher: PatternSet<(usize, Column)>,
}

impl Policy {
    /// Reads and checks the files of a policy.
    pub fn load(files: &PolicyFiles) -> Self {
        let mut faults = files.faults.clone();
        let mut text = |path: &RepoPath, bytes: &[u8]| match read(path, bytes) {
            Ok(source) => Some(source),
            Err(fault) => {
                faults.push(*fault);
                None
            }
        };
        let config_source = files
            .files
            .get(CONFIG_FILE.as_bytes())
            .and_then(|bytes| text(&RepoPath::from(CONFIG_FILE), bytes));
        let (config, config_faults) =
            config_source.map_or_else(Default::default, |source| Config::parse(&source));
        let mut maps = Vec::new();
        let mut lanes = Vec::new();
        let mut rosters = Vec::new();
        let mut data = BTreeMap::new();
        let mut digest = Sha256::new();
        for (path, bytes) in &files.files {
            let file_digest: [u8; 32] = Sha256::digest(bytes).into();
            digest.update(path.to_hex().as_bytes());
            digest.update(b"\n");
            digest.update(file_digest);
            match config.policy_file(path) {
                Some(PolicyFileKind::Map) => maps.extend(text(path, bytes).map(|source| (path, source))),
                Some(PolicyFileKind::Lanes) => lanes.extend(text(path, bytes)),
                Some(PolicyFileKind::Roster) => rosters.extend(text(path, bytes)),
                Some(PolicyFileKind::Data) => {
                    data.insert(path.clone(), file_digest);
                }
                Some(PolicyFileKind::Config) | None => {}
            }
        }
        faults.extend(config_faults);
        let parse_maps =
            || maps.iter().map(|(path, source)| OwnershipMap::parse(path, source)).collect::<Vec<_>>();
        // One map is one unit, so there is nothing to share; on this thread its rows cost less to lay out.
        let (parsed, (lanes, lane_faults)) =
            if files.bytes() < WORTH_THREADS || maps.len() < 2 && lanes.len() < 2 {
                (parse_maps(), Lanes::parse(&lanes))
            } else {
                rayon::join(
                    || {
                        maps.par_iter()
                            .map(|(path, source)| OwnershipMap::parse(path, source))
                            .collect::<Vec<_>>()
                    },
                    || Lanes::parse(&lanes),
                )
            };
        let mut rows = Vec::new();
        let mut near_misses = Vec::new();
        for (map, map_faults) in parsed {
            rows.extend(map.rows);
            near_misses.extend(map.near_misses);
            faults.extend(map_faults);
        }
        faults.extend(lane_faults);
        let roster = roster(&rosters, &mut faults);
        let domains = known_domains(&rows, &lanes);
        faults.extend(unknown_names(&rows, &domains));
        let mut matcher = PatternSet::new();
        for (index, row) in rows.iter().enumerate() {
            for paths in &row.paths {
                for pattern in &paths.patterns {
                    matcher.insert((index, paths.column), pattern);
                }
            }
        }
        let digest = hex(&digest.finalize());
        Self { config, rows, near_misses, lanes, roster, faults, digest, domains, data, matcher }
    }

    /// Says whether something is wrong with the policy.
    pub fn is_broken(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Returns the one matcher over the patterns of every row; its keys are indices into [`Policy::rows`] with the
    /// pattern's column. What a row excludes is not taken out here.
    pub fn matcher(&self) -> &PatternSet<(usize, Column)> {
        &self.matcher
    }

    /// Returns the domains of a row: those it lists, or every one.
    pub fn owners<'a>(&'a self, row: &'a Row) -> &'a BTreeSet<DomainId> {
        match &row.owners {
            Owners::Every => &self.domains,
            Owners::Listed(domains) => domains,
        }
    }

    /// Returns how many of whom look at the files of a row: its own quorums, else those of the lanes of its domains.
    pub fn quorums<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Quorum> {
        let lanes = row.reviewers.is_empty().then(|| self.owners(row)).into_iter().flatten();
        let by_lane = lanes.filter_map(|domain| self.lanes.lanes.get(domain));
        row.reviewers.iter().chain(by_lane.flat_map(|lane| lane.reviewers.iter()))
    }

    /// Returns who looks at the files of a row, by name: those it names, else those whom the lanes of its domains name.
    pub fn reviewers<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a str> {
        self.quorums(row).flat_map(|quorum| &quorum.of).map(String::as_str)
    }

    /// Returns the classes that the lanes of the row's domains give to files of which no row states one.
    pub fn kinds(&self, row: &Row) -> ChangeClasses {
        let kind = |domain| self.lanes.lanes.get(domain).and_then(|lane| lane.kind);
        self.owners(row).iter().map(|domain| kind(domain).unwrap_or(ChangeClass::PlatformService)).collect()
    }

    /// Returns the classes that a row gives, as an owner, to a file that it matches through `columns`; none where it
    /// is exempt.
    pub fn owner_classes(&self, row: &Row, columns: Columns) -> ChangeClasses {
        let by_column = columns.classes();
        match row.class {
            Some(RowClass::Exempt) => by_column,
            Some(RowClass::Class(class)) => by_column.with(class),
            None if row.kind == MapKind::Surface => ChangeClasses::only(ChangeClass::Frontend),
            None if by_column.is_empty() => self.kinds(row),
            None => by_column,
        }
    }

    /// Says whether the two policies mean the same: rows, lanes, gates, rules, configuration, roster and data are equal,
    /// whatever the prose around them and the lines on which they stand.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let meaning = || {
            self.config == other.config
                && self.data == other.data
                && self.roster == other.roster
                && self.lanes.means_the_same(&other.lanes)
                && self.has_the_same_rows(other)
        };
        // What a broken policy lacks is not known, so it means the same as nothing.
        !self.is_broken() && !other.is_broken() && (self.digest == other.digest || meaning())
    }

    /// Says whether the two policies attribute every file alike: their rows mean the same.
    pub fn has_the_same_rows(&self, other: &Self) -> bool {
        let sorted = |policy: &Self| {
            let mut rows: Vec<String> = policy.rows.iter().map(Row::meaning).collect();
            rows.sort_unstable();
            rows
        };
        self.digest == other.digest || self.rows.len() == other.rows.len() && sorted(self) == sorted(other)
    }
}

/// Where the policies of a route come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyBasis {
    /// The commits of base and head.
    BaseAndHead,
    /// The head alone: no base policy is to be had.
    HeadOnly,
    /// A folder outside of the commits (`--policy`).
    External,
}

impl PolicyBasis {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BaseAndHead => "base_and_head",
            Self::HeadOnly => "head_only",
            Self::External => "external",
        }
    }
}

/// Where the roster of a change comes from, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RosterBasis {
    /// The commit at which the change begins.
    MergeBase,
    /// A folder outside of the commits (`--policy`).
    External,
    /// None: the base has no `reviewers.yaml`.
    Absent,
    /// None: the base is not known, and what the head says of its own reviewers does not count.
    NoBase,
}

impl RosterBasis {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MergeBase => "merge_base",
            Self::External => "external",
            Self::Absent => "absent",
            Self::NoBase => "no_base",
        }
    }
}

/// The policies that count for a change: each distinct one, with the sides that have it.
#[derive(Clone, Debug)]
pub struct Policies {
    /// Where they come from.
    pub basis: PolicyBasis,
    /// Each distinct policy once, in the order of its first side. No side occurs twice.
    pub each: Vec<(Sides, Arc<Policy>)>,
}

impl Policies {
    /// Takes the policy of each side that has one, and joins those that are the same.
    pub fn new(basis: PolicyBasis, sides: impl IntoIterator<Item = (Side, Arc<Policy>)>) -> Self {
        let mut each: Vec<(Sides, Arc<Policy>)> = Vec::new();
        for (side, policy) in sides {
            let same = |own: &Arc<Policy>| {
                Arc::ptr_eq(own, &policy)
                    || own.digest == policy.digest && !own.is_broken() && !policy.is_broken()
            };
            match each.iter_mut().find(|(_, own)| same(own)) {
                Some((sides, _)) => *sides = sides.with(side),
                None => each.push((Sides::NONE.with(side), policy)),
            }
        }
        Self { basis, each }
    }

    /// Loads the policy of each side; those whose files are the same are read once. Where no side is to be had, an
    /// empty policy stands in for the head's: a broad route without the embedded gates would run nothing.
    pub fn load(basis: PolicyBasis, sides: &[(Side, PolicyFiles)]) -> Self {
        if sides.is_empty() {
            return Self::new(basis, [(Side::Head, Arc::new(Policy::load(&PolicyFiles::default())))]);
        }
        let mut distinct: Vec<&PolicyFiles> = Vec::new();
        let at: Vec<usize> = sides
            .iter()
            .map(|(_, files)| {
                distinct.iter().position(|own| own.is_same(files)).unwrap_or_else(|| {
                    distinct.push(files);
                    distinct.len() - 1
                })
            })
            .collect();
        let loaded: Vec<Arc<Policy>> =
            distinct.par_iter().map(|files| Arc::new(Policy::load(files))).collect();
        Self::new(basis, sides.iter().zip(at).map(|((side, _), at)| (*side, Arc::clone(&loaded[at]))))
    }

    /// Returns the policy of a side.
    pub fn of(&self, side: Side) -> Option<&Policy> {
        self.each.iter().find(|(sides, _)| sides.has(side)).map(|(_, policy)| &**policy)
    }

    /// Returns the roster that counts for the change, and where it comes from: the merge base's, because a change
    /// cannot make its own reviewers absent. A folder outside of the commits is nobody's change, so its roster counts.
    pub fn roster(&self) -> (Option<&Roster>, RosterBasis) {
        let found = match self.basis {
            PolicyBasis::External => self.each.first().map(|(_, policy)| (policy, RosterBasis::External)),
            PolicyBasis::BaseAndHead | PolicyBasis::HeadOnly => {
                let base = self.each.iter().find(|(sides, _)| sides.has(Side::MergeBase));
                base.map(|(_, policy)| (policy, RosterBasis::MergeBase))
            }
        };
        match found {
            None => (None, RosterBasis::NoBase),
            Some((policy, basis)) => match &policy.roster {
                None => (None, RosterBasis::Absent),
                Some(roster) => (Some(roster), basis),
            },
        }
    }

    /// Says whether merge base and head attribute files differently, so that rows may have moved.
    pub fn rows_differ(&self) -> bool {
        match (self.of(Side::MergeBase), self.of(Side::Head)) {
            (Some(base), Some(head)) => !base.has_the_same_rows(head),
            _ => false,
        }
    }
}

/// Returns the side by which a policy that serves several is named: the head's where it is among them.
pub fn label(sides: Sides) -> Side {
    sides.iter().last().unwrap_or(Side::Head)
}

fn read(path: &RepoPath, bytes: &[u8]) -> Result<Arc<Source>, Box<Fault>> {
    if bytes.len() > MOST_BYTES {
        return Err(Box::new(Fault::new(
            Code::TooLarge,
            format!("{path} has {} bytes; a policy file may have {MOST_BYTES}", bytes.len()),
            "split it: every file of its folder is read",
        )));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path.to_string(), text)),
        Err(error) => Err(Box::new(Fault::new(
            Code::NotUtf8,
            format!("{path} is not UTF-8 at byte {}", error.valid_up_to()),
            "save it as UTF-8",
        ))),
    }
}

/// Reads the roster. One that cannot be read at all leaves nobody known; that is a fault, and so are two.
fn roster(sources: &[Arc<Source>], faults: &mut Vec<Fault>) -> Option<Roster> {
    let (first, others) = sources.split_first()?;
    for other in others {
        let message = format!("{} and {} are both a roster", first.name(), other.name());
        let help = "keep one of the two: nobody can tell which one counts";
        faults.push(Fault::at(Code::RosterTwoFiles, other, 0..0, message, "", help));
    }
    let mut first_roster = None;
    for source in sources {
        let (roster, own) = Roster::parse(source);
        faults.extend(own);
        first_roster.get_or_insert(roster);
    }
    first_roster
}

fn known_domains(rows: &[Row], lanes: &Lanes) -> BTreeSet<DomainId> {
    let listed = rows.iter().filter_map(|row| match &row.owners {
        Owners::Every => None,
        Owners::Listed(domains) => Some(domains),
    });
    listed.flatten().chain(lanes.lanes.keys()).cloned().collect()
}

/// Reports every name of an edge that names nothing.
fn unknown_names(rows: &[Row], domains: &BTreeSet<DomainId>) -> Vec<Fault> {
    let mut contracts: BTreeSet<&str> = BTreeSet::new();
    for row in rows.iter().filter(|row| !row.kind.owns()) {
        contracts.extend(row.names.iter().map(String::as_str));
    }
    let mut faults = Vec::new();
    for row in rows {
        for (domain, span) in
            [&row.consumers, &row.imported_by].into_iter().filter_map(Cell::listed).flatten()
        {
            if domain.as_str() == "*" || domains.contains(domain) {
                continue;
            }
            let help = match nearest(domain.as_str(), domains.iter().map(DomainId::as_str)) {
                Some(known) => format!("did you mean `{known}`? A domain has a lane, or owns a row"),
                None => "a domain has a lane, or owns a row: add one, or take the name out".to_owned(),
            };
            let message = format!("no domain is named `{domain}`");
            let source = &row.place.source;
            faults.push(Fault::at(Code::UnknownDomain, source, span.clone(), message, "not a domain", help));
        }
        for (name, span) in row.consumes.listed().into_iter().flatten() {
            if contracts.contains(name.as_str()) {
                continue;
            }
            let help = match nearest(name, contracts.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "it must be the first column of a route, event or schema row".to_owned(),
            };
            let message = format!("no route, event or table is named `{name}`");
            let source = &row.place.source;
            faults.push(Fault::at(
                Code::UnknownContract,
                source,
                span.clone(),
                message,
                "not a contract",
                help,
            ));
        }
    }
    faults
}

/// Returns the ids that a name of `Consumes` or `Contracts` may stand for.
pub fn contracts_named(name: &str) -> impl Iterator<Item = ContractId> {
    [MapKind::Route, MapKind::Schema, MapKind::Event]
        .into_iter()
        .map(move |kind| ContractId::new(format!("{kind}:{name}")))
}

fn hex(bytes: &[u8]) -> String {
    RepoPath::new(bytes).to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_side_the_embedded_gates_stand() {
        let policies = Policies::load(PolicyBasis::HeadOnly, &[]);
        let head = policies.of(Side::Head).map(|policy| policy.lanes.gates.len());
        assert!(head.is_some_and(|gates| gates > 20), "{head:?}");
    }
}
