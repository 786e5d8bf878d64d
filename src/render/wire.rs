//! The document that `laneway route --format json` prints.
//!
//! Fields stand in the order in which they are printed. Everything is borrowed from the route, and the files are
//! converted one by one while they are written, so that a large change costs no second copy.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::report::Report;
use super::wire_part::{
    BroadV1, ChangeV1, DomainV1, FileV1, GateV1, ModeV1, MovedV1, ProfileV1, ProposalV1, SkippedV1, classes,
    policies, runners,
};
use super::wire_reason::{ClassV1, SideV1};
use super::wire_review::ReviewV1;
pub use crate::plan::ROUTE_V1;
use crate::route::{Moved, Route, RoutedFile};

/// The route of a change: the gates that it must pass, every other gate, and who must look, each with the reason.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Route", title = "Laneway route, version 1")]
pub struct RouteV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = ROUTE_V1))]
    pub schema: &'static str,
    /// The SHA-256 in hexadecimal of what the route decides: commits, policies, files, gates and reviews, as
    /// canonical JSON. How the base was found is not part of it, nor is any sentence.
    pub digest: String,
    /// `observe` routes every gate and only shows what would be skipped.
    pub mode: ModeV1,
    /// Where the change was read from.
    pub change: ChangeV1<'a>,
    /// The digest of each side's policy; sides that have the same policy have the same digest.
    pub policies: BTreeMap<SideV1, &'a str>,
    /// The labels that `runners` of `laneway.yaml` lists, each with the CIs for which it does; absent where there are none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub runners: BTreeMap<&'a str, BTreeSet<&'static str>>,
    /// Files whose owners, contracts or being mapped differ between the policies of merge base and head.
    #[serde(serialize_with = "each")]
    #[schemars(with = "Vec<MovedV1>")]
    pub moved: Each<'a, Moved, MovedV1<'a>>,
    /// The files of the change, and those that moved, by path.
    #[serde(serialize_with = "each")]
    #[schemars(with = "Vec<FileV1>")]
    pub files: Each<'a, RoutedFile, FileV1<'a>>,
    /// The classes of the change, by name.
    pub classes: Vec<ClassV1>,
    /// The domains that the change reaches, by id.
    pub domains: Vec<DomainV1<'a>>,
    /// The gates to pass, by id.
    pub gates: Vec<GateV1<'a>>,
    /// Every other gate, by id.
    pub skipped: Vec<SkippedV1<'a>>,
    /// Who must look.
    pub review: ReviewV1<'a>,
    /// Whether every gate is selected, and why.
    pub broad: BroadV1<'a>,
    /// Which release profiles the change may ship under.
    pub profiles: Vec<ProfileV1<'a>>,
    /// The rows that would map the unmapped files.
    pub proposals: Vec<ProposalV1<'a>>,
}

/// A list that is converted item by item while it is written.
#[derive(Debug)]
pub struct Each<'a, T, W> {
    items: &'a [T],
    wire: std::marker::PhantomData<W>,
}

impl<'a, T, W> Each<'a, T, W> {
    /// Takes the items of the core.
    pub const fn new(items: &'a [T]) -> Self {
        Self { items, wire: std::marker::PhantomData }
    }
}

fn each<'a, T, W, S>(list: &Each<'a, T, W>, serializer: S) -> Result<S::Ok, S::Error>
where
    W: From<&'a T> + Serialize,
    S: Serializer,
{
    serializer.collect_seq(list.items.iter().map(W::from))
}

impl<'a> RouteV1<'a> {
    /// Returns the document with an empty list of files.
    pub(super) fn without_files(self) -> Self {
        Self { files: Each::new(&[]), ..self }
    }

    /// Lays out a report, with the digest that was taken of it.
    pub fn new(report: &'a Report<'_>, digest: String) -> Self {
        let route: &'a Route = report.route;
        Self {
            schema: ROUTE_V1,
            digest,
            mode: route.mode.into(),
            change: route.into(),
            policies: policies(route),
            runners: runners(route),
            moved: Each::new(&route.moved),
            files: Each::new(&route.files),
            classes: classes(route.classes),
            domains: route.domains.iter().map(DomainV1::from).collect(),
            gates: route.gates.values().map(GateV1::from).collect(),
            skipped: route.skipped.values().map(SkippedV1::from).collect(),
            review: (&route.review).into(),
            broad: route.into(),
            profiles: route.profiles.iter().map(ProfileV1::from).collect(),
            proposals: report.proposals.iter().map(ProposalV1::from).collect(),
        }
    }
}
