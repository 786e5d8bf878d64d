//! Which routing rules a workspace states itself.

use crate::class::ChangeClass;
use crate::ownership::MapKind;
use crate::source::Place;

/// What a routing rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOf {
    /// A change class.
    Class(ChangeClass),
    /// A map kind.
    MapKind(MapKind),
}

/// A rule that a workspace states over the embedded ones.
#[derive(Clone, Debug)]
pub struct StatedRule {
    /// What it is about.
    pub of: RuleOf,
    /// Where it is stated.
    pub place: Place,
}
