//! Keys and permissions against the gates and families that there are.

use std::collections::BTreeSet;

use super::Subject;
use crate::finding::{At, Finding, FindingCode};
use crate::id::nearest;
use crate::permission::Scope;
use crate::source::Place;

/// Returns the permissions and the keys that name a gate or a family that there is not. A gate may be gone on purpose, and
/// what was allowed of it gone with it: so it is no fault of the document.
pub(super) fn unknown_grants(subject: &Subject<'_>) -> Vec<Finding> {
    let lanes = &subject.policy.lanes;
    let mut findings = Vec::new();
    for permission in &lanes.permissions {
        let Some(place) = &permission.place else { continue };
        let (what, name) = match &permission.scope {
            Scope::Gate(gate) if !lanes.gates.contains_key(gate) => ("gate", gate.as_str()),
            Scope::Family(family) if !lanes.families.contains_key(family) => ("gate family", family.as_str()),
            Scope::Gate(_) | Scope::Family(_) | Scope::Finding(_) | Scope::Plan(_) => continue,
        };
        let near = match what {
            "gate" => nearest(name, lanes.gates.keys().map(|gate| gate.as_str())),
            _ => nearest(name, lanes.families.keys().map(String::as_str)),
        };
        let who = format!("permission `{}`", permission.id);
        findings.push(finding(place, &who, &permission.id, what, name, near));
    }
    for key in &lanes.trust.keys {
        let unknown: BTreeSet<&str> = key
            .gates
            .iter()
            .filter(|glob| !lanes.gates.keys().any(|gate| glob.takes(gate)))
            .map(|glob| glob.0.as_str())
            .collect();
        for name in unknown {
            let near = nearest(name.trim_end_matches('*'), lanes.gates.keys().map(|gate| gate.as_str()));
            let who = format!("trusted key `{}`", key.id);
            findings.push(finding(&key.place, &who, &key.id, "gate", name, near));
        }
    }
    findings
}

fn finding(place: &Place, who: &str, id: &str, what: &str, name: &str, near: Option<&str>) -> Finding {
    Finding {
        code: FindingCode::UnknownGrant,
        message: format!("{who} names the {what} `{name}`, and there is none"),
        at: At::Source(place.clone()),
        label: format!("names `{name}`"),
        subject: format!("{id} {name}"),
        witness: None,
        help: match near {
            Some(near) => format!("did you mean `{near}`? Otherwise take it out: it allows nothing"),
            None => "take it out: it allows nothing".to_owned(),
        },
    }
}
