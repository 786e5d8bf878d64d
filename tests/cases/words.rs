//! The words of a case: the options of its change, and the lines of its route.

use std::collections::BTreeSet;

use laneway::change::{ChangeSource, Confidence, MissingBase, Provenance, Side, Sides};
use laneway::config::Mode;
use laneway::id::{ARCHITECTURE_REVIEW, DomainId, GateId};
use laneway::lanes::Gate;
use laneway::policy::{Policies, Policy, PolicyBasis};
use laneway::route::{
    BroadReason, DomainReason, EdgeKnowledge, GateReason, GateState, ProfileReason, ReviewReason,
    ReviewerReason, Route, RowRef, SkipReason, Widen, Witness,
};

/// How a case asks, beyond its files.
pub(crate) struct Options {
    pub(crate) provenance: Provenance,
    pub(crate) widen: Widen,
    pub(crate) basis: PolicyBasis,
    pub(crate) sides: Sides,
}

/// Reads the lines `key: value` of a change.
pub(crate) fn options(lines: &[String]) -> Options {
    let mut options = Options {
        provenance: Provenance {
            source: ChangeSource::Commits,
            base: Some("b".repeat(40)),
            head: Some("a".repeat(40)),
            merge_base: Some("b".repeat(40)),
            base_method: "flag".to_owned(),
            confidence: Confidence::Certain,
            missing: None,
        },
        widen: Widen::default(),
        basis: PolicyBasis::BaseAndHead,
        sides: Sides::ALL,
    };
    let head = Sides::NONE.with(Side::Head);
    for (key, value) in lines.iter().filter_map(|line| line.split_once(": ")) {
        match (key, value) {
            ("all", reason) => options.widen.all = Some(reason.to_owned()),
            ("kill switch", value) => options.widen.kill_switch = Some(value.to_owned()),
            ("add", gate) => drop(options.widen.add.insert(GateId::from(gate))),
            ("policy", "external") => options.basis = PolicyBasis::External,
            ("policy", "head only") => (options.basis, options.sides) = (PolicyBasis::HeadOnly, head),
            ("missing base", why) => {
                options.provenance.missing = Some(missing(why));
                options.provenance.confidence = Confidence::None;
                (options.provenance.base, options.provenance.merge_base) = (None, None);
                (options.basis, options.sides) = (PolicyBasis::HeadOnly, head);
            }
            _ => panic!("a change has no option `{key}: {value}`"),
        }
    }
    options
}

fn missing(why: &str) -> MissingBase {
    match why {
        "zero commit" => MissingBase::ZeroCommit,
        "unrelated" => MissingBase::Unrelated,
        "shallow" => MissingBase::Shallow,
        "unborn" => MissingBase::Unborn,
        "unknown" => MissingBase::Unknown,
        "not in clone" => MissingBase::NotInClone { revision: "b".repeat(40) },
        "unreadable" => MissingBase::Unreadable { why: "object missing".to_owned() },
        event => MissingBase::Event { event: event.to_owned() },
    }
}

/// Prints all that a case may state of a route, a line each. `embedded` is the policy of an empty workspace.
pub(crate) fn lines(route: &Route, policies: &Policies, embedded: &Policy) -> Vec<String> {
    let mut lines = Vec::new();
    for (sides, policy) in &policies.each {
        let side = sides.iter().last().map_or("no side", Side::as_str);
        let faults = policy.faults.iter().map(|fault| format!("fault {side}: {}", fault.code.as_str()));
        lines.extend(faults);
    }
    lines.push(format!("policy: {}", basis(route.basis)));
    lines.push(format!("mode: {}", if route.mode == Mode::Observe { "observe" } else { "enforce" }));
    lines.push(format!("empty: {}", if route.empty { "yes" } else { "no" }));
    lines.extend(route.moved.iter().map(|moved| {
        format!("moved: {} from {} to {}", moved.path, join(&moved.from, "nobody"), join(&moved.to, "nobody"))
    }));
    lines.extend(route.files.iter().map(|file| {
        let facts = &file.facts;
        let mut line = format!("file {}: {}", file.file.path, join(&facts.domains, "nobody"));
        if !facts.classes.is_empty() {
            line += &format!(" ({})", join(facts.classes.iter(), ""));
        }
        if !facts.contracts.is_empty() {
            line += &format!(" offers {}", join(&facts.contracts, ""));
        }
        for (holds, word) in [
            (!facts.mapped, ", unmapped"),
            (facts.exempt, ", exempt"),
            (!facts.exempt && !facts.production, ", not production"),
            (file.moved, ", moved"),
        ] {
            line += if holds { word } else { "" };
        }
        line
    }));
    lines.push(format!("classes: {}", join(route.classes.iter(), "none")));
    if route.domains.is_empty() {
        lines.push("domains: none".to_owned());
    }
    for (id, domain) in &route.domains {
        // Each policy's row is a reason of its own; in words they are one.
        let mut because: Vec<String> =
            domain.because.iter().map(|reason| domain_reason(reason, policies)).collect();
        because.dedup();
        lines.push(format!("{id}: {}", because.join("; ")));
        let consumes =
            domain.consumes.map_or(String::new(), |known| format!(", consumes {}", knowledge(known)));
        lines.push(format!("edges {id}: imports {}{consumes}", knowledge(domain.import_edges)));
    }
    lines.extend(route.broad.iter().map(|reason| format!("broad: {}", broad(reason, policies))));
    gates(route, embedded, &mut lines);
    let selected = route.gates.contains_key(ARCHITECTURE_REVIEW);
    lines.extend(route.review.architecture.iter().map(|reason| {
        format!("architecture-review: {}{}", review(reason), if selected { "" } else { ", BUT NOT SELECTED" })
    }));
    if selected && route.review.architecture.is_empty() {
        lines.push("architecture-review: SELECTED WITHOUT A REASON".to_owned());
    }
    lines.extend(route.review.reviewers.iter().map(|(owner, reviewer)| {
        let because: Vec<String> = reviewer.because.iter().map(reviewer_reason).collect();
        format!("review {owner}: {}", because.join("; "))
    }));
    lines.extend(route.review.requirements.iter().map(|requirement| {
        let because: Vec<String> = requirement.because.iter().map(reviewer_reason).collect();
        let files =
            requirement.files.as_ref().map_or(String::new(), |files| format!(" ({})", witness(files)));
        format!("needs {}: {}{files}", requirement.quorum, because.join("; "))
    }));
    lines.extend(route.profiles.iter().map(|profile| {
        let forbidden = profile.forbidden.iter().map(profile_reason);
        format!("profile {}: {}", profile.id, join(forbidden, "allowed"))
    }));
    lines
}

fn gates(route: &Route, embedded: &Policy, lines: &mut Vec<String>) {
    let is_embedded = |id: &&GateId| embedded.lanes.gates.contains_key(*id);
    let review = |id: &&GateId| id.as_str() == ARCHITECTURE_REVIEW;
    let ids = || route.gates.keys().filter(|id| !review(id));
    lines.push(format!("gates: {}", join(ids().filter(|id| !is_embedded(id)), "none")));
    lines.push(format!("embedded: {}", join(ids().filter(is_embedded), "none")));
    for (id, selected) in &route.gates {
        let because: Vec<String> = selected.because.iter().map(gate_reason).collect();
        lines.push(format!("gate {id}: {}", because.join("; ")));
        lines.push(shape(&selected.gate, &selected.domains));
        if selected.state != GateState::Current {
            lines.push(format!("state {id}: {}", selected.state.as_str()));
        }
    }
    for (id, skipped) in &route.skipped {
        lines.push(format!("skip {id}: {}", skip(&skipped.because)));
        lines.push(shape(&skipped.gate, &skipped.domains));
        if route.gates.contains_key(id) {
            lines.push(format!("state {id}: SELECTED AND SKIPPED"));
        }
    }
}

fn shape(gate: &Gate, domains: &BTreeSet<DomainId>) -> String {
    let run = gate.run.as_ref().map_or("unbound".to_owned(), |run| format!("runs {run}"));
    format!("shape {}: \"{}\", {} of {}, {run}", gate.id, gate.title, gate.layer, join(domains, "nobody"))
}

fn domain_reason(reason: &DomainReason, policies: &Policies) -> String {
    match reason {
        DomainReason::Owns { files, .. } => format!("changed {}", witness(files)),
        DomainReason::Offers { contract, files, .. } => {
            format!("offers {contract}, changed {}", witness(files))
        }
        DomainReason::Imports { row, .. } => format!("rebuilt, imports {}", row_names(row, policies)),
        DomainReason::Consumes { contract, .. } => format!("consumer of {contract}"),
    }
}

/// Returns the names of a row as contracts are named: `package:shared/pki`.
fn row_names(row: &RowRef, policies: &Policies) -> String {
    let policy = policies.each.iter().find(|(sides, _)| sides.has(row.policy));
    let rows = policy.iter().flat_map(|(_, policy)| &policy.rows);
    let names =
        rows.filter(|other| other.map == row.map && other.line() == row.line).flat_map(|row| row.contracts());
    join(names, "NO SUCH ROW")
}

fn gate_reason(reason: &GateReason) -> String {
    match reason {
        GateReason::Broad => "broad".to_owned(),
        GateReason::Added => "added".to_owned(),
        GateReason::Profile { profile, .. } => format!("profile {profile}"),
        GateReason::Observed { skip: because } => format!("observed, would be skipped: {}", skip(because)),
        GateReason::NeededBy { gate } => format!("needed by {gate}"),
        GateReason::Always { scope, .. } => format!("always {}", scope.as_str()),
        GateReason::Class { class, .. } => format!("class {class}"),
        GateReason::ClassInProduction { class, .. } => format!("class {class} in production"),
        GateReason::ClassShips { class, .. } => format!("class {class} ships"),
        GateReason::MapKind { kind, .. } => format!("map kind {kind}"),
        GateReason::LaneGlobal { domain, .. } => format!("global of {domain}"),
        GateReason::Local { domain, class, .. } => format!("local of {domain} for {class}"),
        GateReason::Smoke { domain, class, .. } => format!("smoke of {domain} for {class}"),
        GateReason::MapKindSmoke { domain, kind, .. } => format!("smoke of {domain} for map kind {kind}"),
        GateReason::ConsumerOf { domain, consumer, contract, .. } => {
            let consumer = consumer.as_ref().map_or("unknown consumers".to_owned(), ToString::to_string);
            format!("smoke of {domain} for {consumer} of {contract}")
        }
        GateReason::ConsumedService { domain, consumer, .. } => {
            format!("smoke of {domain}, a service of {consumer}")
        }
        GateReason::ShownContract { domain, contract, .. } => {
            format!("smoke of {domain} for shown {contract}")
        }
        GateReason::Evidence { domain, class, .. } => format!("evidence of {domain} for {class}"),
        GateReason::ReviewForced { because } => format!("review, {}", review(because)),
    }
}

const fn skip(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::EmptyChange => "empty change",
        SkipReason::NotAffected => "not affected",
        SkipReason::OnlyDocs => "only docs",
        SkipReason::SmokeNotAsked => "smoke not asked",
        SkipReason::EvidenceNotAsked => "evidence not asked",
        SkipReason::NoRuleAsks => "no rule asks",
        SkipReason::NoPathMatches => "no path matches",
        SkipReason::NoCode => "no code",
        SkipReason::ReviewNotForced => "review not forced",
    }
}

fn broad(reason: &BroadReason, policies: &Policies) -> String {
    let by =
        |side: &Side| if policies.each.len() > 1 { format!(" in {}", side.as_str()) } else { String::new() };
    match reason {
        BroadReason::Unmapped { policy, files } => format!("unmapped {}{}", witness(files), by(policy)),
        BroadReason::BrokenPolicy { policy, .. } => format!("broken policy{}", by(policy)),
        BroadReason::NoBasePolicy => "no base policy".to_owned(),
        BroadReason::MissingBase { why } => format!("missing base, {}", missing_word(why)),
        BroadReason::NoLane { domain, policy } => format!("no lane of {domain}{}", by(policy)),
        BroadReason::All { reason } => format!("all, {reason}"),
        BroadReason::KillSwitch { value } => format!("kill switch, {value}"),
    }
}

fn missing_word(why: &MissingBase) -> String {
    let words = ["zero commit", "unrelated", "shallow", "unborn", "unknown", "not in clone", "unreadable"];
    match why {
        MissingBase::Event { event } => event.clone(),
        why => words.iter().find(|word| missing(word) == *why).unwrap_or(&"NO SUCH WORD").to_string(),
    }
}

fn review(reason: &ReviewReason) -> String {
    match reason {
        ReviewReason::Unmapped { files } => format!("unmapped {}", witness(files)),
        ReviewReason::PolicyChange { files } => format!("policy change {}", witness(files)),
        ReviewReason::BrokenPolicy { policy } => format!("broken policy in {}", policy.as_str()),
        ReviewReason::MissingBase => "missing base".to_owned(),
    }
}

fn reviewer_reason(reason: &ReviewerReason) -> String {
    match reason {
        ReviewerReason::Owns { domain } => format!("owns {domain}"),
        ReviewerReason::Consumes { domain, contract } => format!("owns {domain}, consumer of {contract}"),
        ReviewerReason::Moved { domain } => format!("moved, {domain}"),
        ReviewerReason::Architecture => "architecture".to_owned(),
    }
}

fn profile_reason(reason: &ProfileReason) -> String {
    match reason {
        ProfileReason::ReleaseClass { class, files } => {
            format!("forbids {} {}", class.as_str(), witness(files))
        }
        ProfileReason::NoReleaseClass { files } => format!("no release class {}", witness(files)),
        ProfileReason::Class { class, files } => format!("excludes {} {}", class.as_str(), witness(files)),
        ProfileReason::MapKind { kind, files } => format!("excludes {kind} rows {}", witness(files)),
        ProfileReason::Broad => "broad".to_owned(),
    }
}

fn witness(files: &Witness) -> String {
    match files.files {
        1 => files.path.to_string(),
        count => format!("{} and {} more", files.path, count - 1),
    }
}

const fn basis(basis: PolicyBasis) -> &'static str {
    match basis {
        PolicyBasis::BaseAndHead => "base and head",
        PolicyBasis::HeadOnly => "head only",
        PolicyBasis::External => "external",
    }
}

const fn knowledge(known: EdgeKnowledge) -> &'static str {
    match known {
        EdgeKnowledge::Declared => "declared",
        EdgeKnowledge::Unknown => "unknown",
    }
}

fn join<T: ToString>(items: impl IntoIterator<Item = T>, none: &str) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}
