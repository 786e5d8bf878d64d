//! A route document that is given, held against what the commits derive.

use std::collections::BTreeSet;
use std::io;

use crate::fault::Fault;
use crate::id::GateId;
use crate::plan::{Difference, Stated, differences};
use crate::policy::Policies;
use crate::render::{self, digest, json};
use crate::route::{Request, Route, route};
use crate::source::Source;

/// A route as the commits derive it, with everything that a given one does not hold of it.
#[derive(Debug)]
pub struct Agreed {
    /// The route, with the gates that the given one has beyond it: nothing of it is taken from the document but which
    /// gates somebody wanted as well.
    pub route: Route,
    /// Its digest, in hexadecimal.
    pub digest: String,
    /// What the given route leaves out, or says otherwise; empty where it holds.
    pub differences: Vec<Difference>,
}

/// Derives the route of a change, and holds a given one against it.
///
/// Whoever decided the given route may have widened it. Gates that it has beyond the derived one are added to that by their
/// ids, as `--add` does, and everything that is said of them is derived as well.
pub fn agree(request: &Request<'_>, given: Option<&Stated>) -> io::Result<Agreed> {
    let first = route(request);
    let own = digest_of(&first, request.policies)?;
    let Some(given) = given else {
        return Ok(Agreed { route: first, digest: own, differences: Vec::new() });
    };
    if given.digest == own {
        return Ok(Agreed { route: first, digest: own, differences: Vec::new() });
    }
    let more: BTreeSet<GateId> =
        given.gates().filter(|id| first.skipped.contains_key(*id)).cloned().collect();
    let (wider, own) = if more.is_empty() {
        (first, own)
    } else {
        let mut request = request.clone();
        request.widen.add.extend(more);
        let wider = route(&request);
        let own = digest_of(&wider, request.policies)?;
        (wider, own)
    };
    let derived = stated(&wider, request.policies)?;
    let differences = differences(given, &derived);
    Ok(Agreed { route: wider, digest: own, differences })
}

fn digest_of(route: &Route, policies: &Policies) -> io::Result<String> {
    digest::digest(&render::Report::new(route, policies))
}

/// Returns what the document of a route states.
fn stated(route: &Route, policies: &Policies) -> io::Result<Stated> {
    let mut bytes = Vec::new();
    json::write(&mut bytes, &render::Report::new(route, policies))?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    let told = |faults: Vec<Fault>| {
        io::Error::other(faults.into_iter().map(|fault| fault.message).collect::<String>())
    };
    Stated::parse(&Source::new("the derived route", text)).map_err(told)
}
