//! Smokes against maps: whether who a smoke is for is somebody, and consumes something.

use std::collections::BTreeSet;

use super::{Subject, at_place};
use crate::finding::{Finding, FindingCode};
use crate::graph::Graph;
use crate::id::{DomainId, nearest};
use crate::lanes::{Ask, Lane};
use crate::source::Place;

/// Returns the smokes whose consumer is no domain, which count for each, and those whose consumer the maps do not have as one of the
/// producer: a contract that changes then selects them for nobody.
pub(super) fn smoke_consumers(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let graph = Graph::new(&subject.policies);
    let domains: BTreeSet<&DomainId> = policy.domains.iter().collect();
    let services = graph.services(&domains);
    let mut findings = Vec::new();
    for lane in policy.lanes.lanes.values() {
        for (ask, span) in lane.asks.iter().zip(&lane.ask_spans) {
            let Some(consumer) = &ask.consumer else { continue };
            let place = Place::new(&lane.place.source, span.clone());
            let service = services.get(&lane.domain);
            let is_listed =
                service.is_some_and(|service| service.anyone || service.consumers.contains(consumer));
            if !policy.domains.contains(consumer) {
                findings.push(unknown(subject, lane, ask, consumer, &place));
            } else if !is_listed && owns_something(subject, &lane.domain) {
                findings.push(unlisted(lane, ask, consumer, &place));
            }
        }
    }
    findings
}

/// A lane whose domain owns nothing is reported as that.
fn owns_something(subject: &Subject<'_>, domain: &DomainId) -> bool {
    subject.policy.rows.iter().any(|row| subject.policy.owners(row).contains(domain))
}

fn unknown(subject: &Subject<'_>, lane: &Lane, ask: &Ask, consumer: &DomainId, place: &Place) -> Finding {
    let message = format!("the smoke `{}` is for `{consumer}`, and no domain is named so", ask.gate);
    let known = subject.policy.domains.iter().map(DomainId::as_str);
    let help = match nearest(consumer.as_str(), known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "name a domain that has a lane or owns a row; without `consumer`, a smoke counts for each"
            .to_owned(),
    };
    let subject = format!("{}: {} for {consumer}", lane.domain, ask.gate);
    at_place(FindingCode::UnknownSmokeConsumer, place, (subject, message), "not a domain", help)
}

fn unlisted(lane: &Lane, ask: &Ask, consumer: &DomainId, place: &Place) -> Finding {
    let domain = &lane.domain;
    let message = format!(
        "the smoke `{}` is for `{consumer}`, and no row of `{domain}` lists that domain as a consumer",
        ask.gate
    );
    let help = format!(
        "name `{consumer}` in `Consumers` of the rows of `{domain}` that it uses, or in `Consumes` or `Contracts` of \
         its own rows what it uses; or remove `consumer`, and the smoke counts for each"
    );
    let subject = format!("{domain}: {} for {consumer}", ask.gate);
    at_place(
        FindingCode::UnlistedSmokeConsumer,
        place,
        (subject, message),
        "consumes nothing of the domain",
        help,
    )
}
