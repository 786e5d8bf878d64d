//! Rows by their places.

use std::collections::BTreeMap;

use crate::change::Side;
use crate::id::DomainId;
use crate::ownership::{Owners, Row};
use crate::path::RepoPath;
use crate::policy::Policies;
use crate::route::RowRef;

/// The rows of every policy, by map, line and side.
pub struct RowIndex<'a> {
    rows: BTreeMap<(&'a RepoPath, u32, Side), &'a Row>,
}

impl<'a> RowIndex<'a> {
    /// Indexes the rows of `policies`.
    pub fn new(policies: &'a Policies) -> Self {
        let mut rows = BTreeMap::new();
        for (sides, policy) in &policies.each {
            for row in &policy.rows {
                for side in sides.iter() {
                    rows.insert((&row.map, row.line(), side), row);
                }
            }
        }
        Self { rows }
    }

    /// Returns the row at a place.
    pub fn get(&self, place: &RowRef) -> Option<&'a Row> {
        self.rows.get(&(&place.map, place.line, place.policy)).copied()
    }

    /// Says whether the row at a place belongs to a domain.
    pub fn is_owned_by(&self, place: &RowRef, domain: &DomainId) -> bool {
        self.get(place).is_some_and(|row| match &row.owners {
            Owners::Every => true,
            Owners::Listed(domains) => domains.contains(domain),
        })
    }
}
