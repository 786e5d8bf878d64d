//! A workspace and a change as plain data: what the generators make, the printers turn into text, and the oracle reads.
//!
//! Everything is a word. The system under test sees only the text that is printed from it.

use laneway::change::Status;
use laneway::path::RepoPath;

/// A word of a small alphabet.
pub(crate) type Name = &'static str;

/// The domains there are.
pub(crate) const DOMAINS: [Name; 5] = ["alpha", "beta", "gamma", "delta", "zeta"];

/// The change classes, as maps and lanes spell them.
pub(crate) const CLASSES: [Name; 7] =
    ["contract", "schema", "platform_service", "product", "frontend", "delivery", "docs"];

/// The kinds of map.
pub(crate) const KINDS: [Name; 6] = ["package", "route", "schema", "event", "binary", "surface"];

/// The lists of a lane.
pub(crate) const SLOTS: [Name; 4] =
    ["global_gates", "domain_local_gates", "consumer_smokes", "service_evidence"];

/// The layers of gates, beside the lists of [`SLOTS`].
pub(crate) const LAYERS: [Name; 4] = ["global", "domain_local", "consumer_smoke", "service_evidence"];

/// The sides, in the order of arrays that have one entry for each.
pub(crate) const MERGE_BASE: usize = 0;
/// See [`MERGE_BASE`].
pub(crate) const BASE_TIP: usize = 1;
/// See [`MERGE_BASE`].
pub(crate) const HEAD: usize = 2;

/// The gate that only an approval satisfies.
pub(crate) const REVIEW: &str = "architecture-review";

/// Maps, lanes and rules of one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workspace {
    pub(crate) observe: bool,
    /// Whether the lanes are in another folder than `lanes`.
    pub(crate) lanes_in_ci: bool,
    pub(crate) architects: Vec<Name>,
    pub(crate) rows: Vec<Row>,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) class_rules: Vec<ClassRule>,
    pub(crate) kind_rules: Vec<KindRule>,
}

/// A row of an ownership map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Which of the map files it stands in.
    pub(crate) map: usize,
    pub(crate) kind: Name,
    /// The names of a route, schema, event, binary or surface row.
    pub(crate) names: Vec<Name>,
    /// The patterns, by column.
    pub(crate) columns: Vec<(Name, Vec<String>)>,
    pub(crate) excluded: Vec<String>,
    /// `*` is among the words.
    pub(crate) owners: Vec<Name>,
    /// `None` is a blank cell; an empty list is `-`.
    pub(crate) consumers: Option<Vec<Name>>,
    pub(crate) imported_by: Option<Vec<Name>>,
    /// `Consumes` of a binary row, `Contracts` of a surface row.
    pub(crate) consumes: Option<Vec<Name>>,
    pub(crate) class: Option<Name>,
    pub(crate) tags: Vec<Name>,
    pub(crate) reviewers: Vec<Name>,
}

impl Row {
    pub(crate) fn is_exempt(&self) -> bool {
        self.class == Some("exempt")
    }

    /// Says whether rows of its kind compete for files.
    pub(crate) fn competes(&self) -> bool {
        matches!(self.kind, "package" | "binary" | "surface")
    }
}

/// The lane of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) domain: Name,
    pub(crate) kind: Option<Name>,
    pub(crate) reviewers: Vec<Name>,
    pub(crate) entries: Vec<Entry>,
}

/// An entry of one of a lane's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) slot: Name,
    pub(crate) gate: EntryGate,
}

/// What an entry names or defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryGate {
    /// A string: a gate of the catalogue by id or title, a command, or a title of its own.
    Text(Name),
    /// A mapping that names an embedded gate: who it is asked for, under which tags.
    Embedded(Name, Option<Name>, Vec<Name>),
    /// A mapping.
    Own(OwnGate),
}

/// A gate that a lane defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnGate {
    pub(crate) id: Option<Name>,
    pub(crate) title: Name,
    pub(crate) run: Option<Name>,
    pub(crate) needs: Vec<Name>,
    pub(crate) consumer: Option<Name>,
    pub(crate) tags: Vec<Name>,
}

/// A gate of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) id: Name,
    pub(crate) title: Name,
    pub(crate) layer: Name,
    pub(crate) run: Option<Name>,
    pub(crate) needs: Vec<Name>,
    /// The scope, and the paths; those with a `!` are taken out.
    pub(crate) always: Option<(Name, Vec<String>)>,
}

/// Which smokes a rule takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Smokes {
    /// `all`
    All,
    /// `none`
    None,
    /// A list of tags.
    Tagged(Vec<Name>),
}

/// What a workspace states for a change class. `None` is a key that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClassRule {
    pub(crate) class: Name,
    pub(crate) gates: Vec<Name>,
    pub(crate) local_gates: Option<bool>,
    pub(crate) smokes: Option<Smokes>,
    pub(crate) evidence: bool,
    pub(crate) consumed: bool,
    pub(crate) production: Vec<Name>,
    pub(crate) shown: Vec<Name>,
    pub(crate) ships: Vec<Name>,
}

/// What a workspace states for a map kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KindRule {
    pub(crate) kind: Name,
    pub(crate) gates: Vec<Name>,
    pub(crate) smokes: Vec<Name>,
}

/// How a policy file is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Garbage {
    /// A file could not be read at all.
    Fault,
    /// A map has a row without a domain.
    RowWithoutDomain,
    /// A map has a pattern that does not compile.
    Pattern,
    /// A map names a class that there is not.
    Class,
    /// A lane file is not YAML.
    Syntax,
    /// A lane file has a key that there is not.
    Key,
    /// A lane file is empty.
    EmptyLane,
    /// A map that is named as one has no table.
    EmptyMap,
    /// A lane file is not UTF-8.
    Bytes,
    /// `laneway.yaml` has a version that there is not.
    Version,
}

impl Garbage {
    pub(crate) const ALL: [Self; 10] = [
        Self::Fault,
        Self::RowWithoutDomain,
        Self::Pattern,
        Self::Class,
        Self::Syntax,
        Self::Key,
        Self::EmptyLane,
        Self::EmptyMap,
        Self::Bytes,
        Self::Version,
    ];
}

/// A file of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: RepoPath,
    pub(crate) status: Status,
    /// Which sides have it.
    pub(crate) present: [bool; 3],
}

/// A change under the policies of its sides.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// By side; nothing where the side has no policy.
    pub(crate) policies: [Option<Workspace>; 3],
    /// How the text is written, which means nothing: aliases of headers, prose, separators.
    pub(crate) style: [u8; 3],
    pub(crate) garbage: [Option<Garbage>; 3],
    pub(crate) files: Vec<File>,
    /// Files that every side has.
    pub(crate) tracked: Vec<RepoPath>,
    pub(crate) missing_base: bool,
    /// The policy is a folder outside of the commits; all sides have it.
    pub(crate) external: bool,
    pub(crate) all: bool,
    pub(crate) kill_switch: bool,
    pub(crate) add: Vec<Name>,
}

impl Case {
    /// Returns the head's policy.
    pub(crate) fn head(&self) -> &Workspace {
        self.policies[HEAD].as_ref().expect("the head always has a policy")
    }

    /// Says whether some base policy is to be had.
    pub(crate) fn has_base(&self) -> bool {
        self.policies[MERGE_BASE].is_some() || self.policies[BASE_TIP].is_some()
    }
}

/// The map files.
pub(crate) const MAPS: [&str; 3] =
    ["ownership-maps/one-ownership.md", "ownership-maps/two.md", "ownership-maps/deep/three-ownership.md"];

/// Every path that a change or the tree may have; the policy's files are among them.
pub(crate) const PATHS: [&[u8]; 24] = [
    b"a",
    b"a/x",
    b"a/b",
    b"a/b/x",
    b"a/b/y.md",
    b"a/bb/x",
    b"a/b/c/x",
    b"b/x",
    b"b/a/x",
    b"b/y.md",
    b"bb",
    b"c.md",
    b".x/y",
    b"a/\xffx",
    b"B/x",
    b"laneway.yaml",
    b"ownership-maps/one-ownership.md",
    b"ownership-maps/two.md",
    b"ownership-maps/notes.md",
    b"ownership-maps/guard-allowed-debt.tsv",
    b"lanes/alpha.yaml",
    b"lanes/gates.yml",
    b"ci/alpha.yaml",
    b"ci/README.md",
];

/// How many of [`PATHS`], from the first on, are not files of the policy.
pub(crate) const PLAIN_PATHS: usize = 15;
