//! What a renderer is given.

use super::suggest::{self, Proposal};
use crate::policy::Policies;
use crate::route::Route;

/// A route with what is proposed for the files that no row maps.
#[derive(Debug)]
pub struct Report<'a> {
    /// The route.
    pub route: &'a Route,
    /// The rows that would map its unmapped files.
    pub proposals: Vec<Proposal>,
}

impl<'a> Report<'a> {
    /// Reports `route`, which was decided by `policies`.
    pub fn new(route: &'a Route, policies: &Policies) -> Self {
        Self { route, proposals: suggest::proposals(route, policies) }
    }
}
