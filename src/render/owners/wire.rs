//! The document that `laneway owners --format json` prints.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::explain::sentence;
use super::{OwnersReport, Said};
use crate::attribute::{Contender, Loss, Outcome, Room, contest};
use crate::id::DomainId;
use crate::ownership::Row;
use crate::path::RepoPath;
use crate::policy::Policy;
use crate::render::wire_reason::{MapKindV1, lossy, not_utf8};

/// What the `schema` field of the document says.
pub const OWNERS_V1: &str = "laneway.owners/v1";

/// Who owns paths.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Owners", title = "Laneway owners, version 1")]
pub(super) struct OwnersV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = OWNERS_V1))]
    pub schema: &'static str,
    /// The policy that was asked.
    pub policy: OwnersPolicyV1<'a>,
    /// How many of the paths no row maps.
    pub unmapped: usize,
    /// The paths, in the order in which they were asked about.
    pub paths: Vec<OwnedPathV1<'a>>,
}

/// The policy that was asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Policy")]
pub(super) struct OwnersPolicyV1<'a> {
    /// The SHA-256 of its files, in hexadecimal.
    pub digest: &'a str,
    /// The commit that has it; null for a working tree, and for a folder.
    pub commit: Option<&'a str>,
    /// Whether something is wrong with it: then the answers are those of what could be read.
    pub broken: bool,
}

/// A path with its owners.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnedPath")]
pub(super) struct OwnedPathV1<'a> {
    /// The path; what is not UTF-8 is U+FFFD.
    pub path: Cow<'a, str>,
    /// The bytes of the path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// What is said of it.
    #[serde(flatten)]
    pub said: &'a SaidV1<'a>,
    /// Every row that matches, with what comes of it; only with `--explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<CandidateV1<'a>>>,
}

/// What is said of a path.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Said")]
pub(super) struct SaidV1<'a> {
    /// Whether a row owns it.
    pub mapped: bool,
    /// The domains of the rows that own it, jointly.
    #[serde(serialize_with = "names")]
    #[schemars(with = "Vec<String>")]
    pub domains: BTreeSet<&'a DomainId>,
    /// Whether it belongs to every domain that the policy knows.
    pub every_domain: bool,
    /// Whether every row that owns it is exempt.
    pub exempt: bool,
    /// Who looks at it: the reviewers of its owners, and of the contracts that attach to it.
    pub reviewers: BTreeSet<&'a str>,
    /// The contracts whose rows match it.
    pub contracts: Vec<String>,
    /// The rows that own it or attach to it.
    pub rows: Vec<RowPlaceV1<'a>>,
}

/// The place of a row.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RowPlace")]
pub(super) struct RowPlaceV1<'a> {
    /// The file of the map.
    pub map: Cow<'a, str>,
    /// The bytes of the map's path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_bytes: Option<String>,
    /// The line, counted from 1.
    pub line: u32,
    /// What the row maps.
    pub kind: MapKindV1,
}

/// A row that matches a path, and what comes of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Candidate")]
pub(super) struct CandidateV1<'a> {
    /// Its place.
    #[serde(flatten)]
    pub row: RowPlaceV1<'a>,
    /// The most specific of its patterns that match, as it is written.
    pub pattern: String,
    /// Its domains.
    #[serde(serialize_with = "names")]
    #[schemars(with = "Vec<String>")]
    pub domains: BTreeSet<&'a DomainId>,
    /// What comes of it.
    pub outcome: OutcomeV1,
    /// Whether the pattern is equal to the path.
    pub equal: bool,
    /// The length of the pattern's literal prefix in bytes; a folder's has the `/` at its end.
    pub literal_prefix: u32,
    /// How many bytes of the pattern are literal.
    pub literal_bytes: u32,
    /// One clause for people. It may be reworded at any time.
    pub text: String,
}

/// What comes of a row that matches a path.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Outcome")]
pub(super) enum OutcomeV1 {
    /// It owns the path, alone or jointly.
    Owns,
    /// It attaches its contract, and owns the path because no owning row matches.
    AttachesAndOwns,
    /// It attaches its contract.
    Attaches,
    /// The winner's pattern is equal to the path, and its own is not.
    NotEqual,
    /// Its literal prefix is shorter than the winner's.
    ShorterPrefix,
    /// It has the winner's literal prefix, and fewer literal bytes.
    FewerLiteralBytes,
    /// It is exempt, and an exempt row loses every tie.
    Exempt,
    /// A `!pattern` of its own row takes the path out.
    Excluded,
}

impl From<&Outcome> for OutcomeV1 {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Owns => Self::Owns,
            Outcome::AttachesAndOwns => Self::AttachesAndOwns,
            Outcome::Attaches => Self::Attaches,
            Outcome::Loses(Loss::NotEqual) => Self::NotEqual,
            Outcome::Loses(Loss::ShorterPrefix { .. }) => Self::ShorterPrefix,
            Outcome::Loses(Loss::FewerLiteralBytes { .. }) => Self::FewerLiteralBytes,
            Outcome::Loses(Loss::Exempt) => Self::Exempt,
            Outcome::Loses(Loss::Excluded { .. }) => Self::Excluded,
        }
    }
}

fn names<S: Serializer>(domains: &BTreeSet<&DomainId>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(domains.iter().map(|domain| domain.as_str()))
}

impl<'a> From<&'a Row> for RowPlaceV1<'a> {
    fn from(row: &'a Row) -> Self {
        Self { map: lossy(&row.map), map_bytes: not_utf8(&row.map), line: row.line(), kind: row.kind.into() }
    }
}

impl<'a> From<Said<'a>> for SaidV1<'a> {
    fn from(said: Said<'a>) -> Self {
        Self {
            mapped: said.is_mapped(),
            every_domain: said.every,
            exempt: said.exempt,
            domains: said.domains,
            reviewers: said.reviewers,
            contracts: said.contracts.iter().map(ToString::to_string).collect(),
            rows: said.rows.into_iter().map(RowPlaceV1::from).collect(),
        }
    }
}

impl<'a> OwnersV1<'a> {
    /// Lays out a report without its paths.
    pub(super) fn frame(report: &OwnersReport<'a>) -> Self {
        let policy = report.policy;
        Self {
            schema: OWNERS_V1,
            policy: OwnersPolicyV1 {
                digest: &policy.digest,
                commit: report.commit,
                broken: policy.is_broken(),
            },
            unmapped: report.unmapped(),
            paths: Vec::new(),
        }
    }
}

impl<'a> OwnedPathV1<'a> {
    /// Lays out one path.
    pub(super) fn new(report: &OwnersReport<'a>, path: &'a RepoPath, said: &'a SaidV1<'a>) -> Self {
        let candidates = report.explain.then(|| candidates(report.policy, path));
        Self { path: lossy(path), path_bytes: not_utf8(path), said, candidates }
    }
}

fn candidates<'a>(policy: &'a Policy, path: &RepoPath) -> Vec<CandidateV1<'a>> {
    let contenders = contest(policy, path, &mut Room::default());
    let owners = contenders.iter().filter(|one| one.outcome == Outcome::Owns).count();
    let candidate = |one: &Contender| {
        let row = &policy.rows[one.row];
        CandidateV1 {
            row: row.into(),
            pattern: one.pattern.clone(),
            domains: policy.owners(row).iter().collect(),
            outcome: (&one.outcome).into(),
            equal: one.rank.is_equal(),
            literal_prefix: one.rank.prefix(),
            literal_bytes: one.rank.literal(),
            text: sentence(policy, path, one, &contenders, owners),
        }
    };
    contenders.iter().map(candidate).collect()
}
