//! Maps against lanes: domains that the one has and the other has not.

use std::collections::BTreeMap;

use super::{Subject, at_place, count};
use crate::finding::{Finding, FindingCode};
use crate::id::{DomainId, nearest};
use crate::ownership::Owners;
use crate::source::Place;

/// Returns the domains that a change can affect and that have no lane: such a change routes as broad.
pub(super) fn domain_without_lane(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let mut first: BTreeMap<&DomainId, Place> = BTreeMap::new();
    for row in &policy.rows {
        // An exempt row impacts no domain; the class of a contract's row counts only where it owns a file.
        if row.is_exempt() && row.kind.owns() {
            continue;
        }
        if let Owners::Listed(domains) = &row.owners {
            for domain in domains {
                first.entry(domain).or_insert_with(|| row.place.clone());
            }
        }
        for (domain, span) in row.imported_by.listed().into_iter().flatten() {
            first.entry(domain).or_insert_with(|| Place::new(&row.place.source, span.clone()));
        }
    }
    let lanes = &policy.lanes.lanes;
    let missing = first
        .into_iter()
        .filter(|(domain, _)| policy.domains.contains(*domain) && !lanes.contains_key(*domain));
    let finding = |(domain, place): (&DomainId, Place)| {
        let message = format!("domain `{domain}` has no lane: a change that reaches it routes as broad");
        let unused = lanes.keys().filter(|lane| !owns_something(subject, lane)).map(DomainId::as_str);
        let help = match nearest(domain.as_str(), unused) {
            Some(lane) => {
                format!(
                    "no row names `{lane}`, which has a lane: is it meant? Otherwise add {}",
                    a_lane(domain)
                )
            }
            None => format!("add {}", a_lane(domain)),
        };
        at_place(FindingCode::DomainWithoutLane, &place, (domain.as_str(), message), "no lane", help)
    };
    missing.map(finding).collect()
}

fn a_lane(domain: &DomainId) -> String {
    format!("a document to the lanes with `domain_lane:` and in it `domain_id: {domain}`")
}

fn owns_something(subject: &Subject<'_>, domain: &DomainId) -> bool {
    subject.policy.rows.iter().any(|row| matches!(&row.owners, Owners::Listed(own) if own.contains(domain)))
}

/// Returns the lanes whose domains own nothing.
pub(super) fn lane_without_rows(subject: &Subject<'_>) -> Vec<Finding> {
    let shared = subject.policy.rows.iter().any(|row| row.owners == Owners::Every && !row.is_exempt());
    let idle = idle_lanes(subject);
    let finding = |domain: &&DomainId| {
        let lane = &subject.policy.lanes.lanes[*domain];
        let gates = count(lane.asks.len(), "gate");
        let message = if shared {
            format!(
                "no row names `{domain}`: only files that every domain owns ask for the {gates} of its lane"
            )
        } else {
            format!("no row names `{domain}`: no file asks for the {gates} of its lane")
        };
        let help = "name the domain in the row of what it owns, or remove the lane";
        at_place(FindingCode::LaneWithoutRows, &lane.place, (domain.as_str(), message), "owns nothing", help)
    };
    idle.iter().map(finding).collect()
}

/// Returns the domains that have a lane and that no row names as its owner.
pub(super) fn idle_lanes<'a>(subject: &Subject<'a>) -> Vec<&'a DomainId> {
    let mut owning = std::collections::BTreeSet::new();
    for row in &subject.policy.rows {
        if let Owners::Listed(domains) = &row.owners {
            owning.extend(domains);
        }
    }
    subject.policy.lanes.lanes.keys().filter(|domain| !owning.contains(domain)).collect()
}
