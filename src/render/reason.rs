//! One sentence for every reason, the same in every output.
//!
//! Each function matches its enum without a catch-all, so that a new reason cannot be forgotten. A sentence begins in
//! lower case and has no full stop, because it stands behind a name. Names in it are not yet escaped.

use crate::change::{MissingBase, Side};
use crate::lanes::AlwaysScope;
use crate::ownership::MapKind;
use crate::route::{
    BroadReason, DomainReason, GateReason, ProfileReason, ReviewReason, ReviewerReason, RowRef, SkipReason,
    Witness,
};

/// Says why a gate is in the route.
pub fn gate(reason: &GateReason) -> String {
    match reason {
        GateReason::Broad => "the route is broad, so every gate runs".to_owned(),
        GateReason::Added => "--add asks for it".to_owned(),
        GateReason::Observed { skip: why } => format!("observe mode runs it, although {}", skip(why)),
        GateReason::NeededBy { gate } => format!("{gate} needs it"),
        GateReason::Always { scope: AlwaysScope::EveryChange, files } => {
            format!("runs for every change: {}", witness(files))
        }
        GateReason::Always { scope: AlwaysScope::CodeChange, files } => {
            format!("runs for every change of code: {}", witness(files))
        }
        GateReason::Class { class, files } => format!("class {class} asks for it: {}", witness(files)),
        GateReason::ClassInProduction { class, files } => {
            format!("class {class} asks for it where production is impacted: {}", witness(files))
        }
        GateReason::ClassShips { class, files } => {
            format!("class {class} asks for it where files ship: {}", witness(files))
        }
        GateReason::MapKind { kind, files } => {
            format!("{} asks for it: {}", article(*kind), witness(files))
        }
        GateReason::LaneGlobal { domain, files } => {
            format!("{domain} is affected, and its lane asks for it: {}", witness(files))
        }
        GateReason::Local { domain, class, files } => {
            format!("local gate of {domain}, by class {class}: {}", witness(files))
        }
        GateReason::Smoke { domain, class, files } => {
            format!("smoke of {domain}, by class {class}: {}", witness(files))
        }
        GateReason::MapKindSmoke { domain, kind, files } => {
            format!("smoke of {domain}, by {}: {}", article(*kind), witness(files))
        }
        GateReason::ConsumerOf { domain, consumer: Some(consumer), contract, files } => {
            format!("smoke of {domain} for {consumer}, which consumes {contract}: {}", witness(files))
        }
        GateReason::ConsumerOf { domain, consumer: None, contract, files } => {
            format!("smoke of {domain}; who consumes {contract} is not stated: {}", witness(files))
        }
        GateReason::ConsumedService { domain, consumer, files } => {
            format!("smoke of {domain}, which {consumer} consumes: {}", witness(files))
        }
        GateReason::ShownContract { domain, contract, files } => {
            format!("smoke of {domain}, whose {contract} changed and is shown by {}", witness(files))
        }
        GateReason::Evidence { domain, class, files } => {
            format!("service evidence of {domain}, by class {class}: {}", witness(files))
        }
        GateReason::Profile { profile, files: None } => format!("release profile {profile} asks for it"),
        GateReason::Profile { profile, files: Some(files) } => {
            format!("release profile {profile} asks for it, because of {}", witness(files))
        }
        GateReason::ReviewForced { because } => review(because),
    }
}

/// Says why a gate is not in the route.
pub fn skip(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::EmptyChange => "nothing changed",
        SkipReason::NotAffected => "none of its domains is affected",
        SkipReason::OnlyDocs => "its domains are affected by documentation alone",
        SkipReason::SmokeNotAsked => "no rule takes the smoke's tags or its consumer",
        SkipReason::EvidenceNotAsked => "no rule asks for service evidence of these files",
        SkipReason::NoRuleAsks => "no class, map kind or affected lane names it",
        SkipReason::NoPathMatches => "no file matches its paths",
        SkipReason::NoCode => "it runs for code, and no code changed",
        SkipReason::ReviewNotForced => "nothing forces an architecture review",
    }
}

/// Says why the route is broad.
pub fn broad(reason: &BroadReason) -> String {
    match reason {
        BroadReason::Unmapped { policy, files } => {
            format!("{} has no row for {}", policy_of(*policy), witness(files))
        }
        BroadReason::BrokenPolicy { policy, faults } => {
            format!("{} does not hold together: {}", policy_of(*policy), count(*faults, "fault"))
        }
        BroadReason::NoBasePolicy => "there is no policy of the base".to_owned(),
        BroadReason::MissingBase { why } => format!("the base is not known: {}", missing_base(why)),
        BroadReason::NoLane { domain, policy } => {
            format!("{domain} has no lane in {}", policy_of(*policy))
        }
        BroadReason::All { reason } => format!("--all: {reason}"),
        BroadReason::KillSwitch { value } => format!("LANEWAY_ALL is set: {value}"),
    }
}

/// Says why there is no base.
pub fn missing_base(why: &MissingBase) -> String {
    match why {
        MissingBase::ZeroCommit => "the event's commit is all zeros, as on a branch's first push".to_owned(),
        MissingBase::NotInClone { revision } => format!("{revision} is not in this clone"),
        MissingBase::Unrelated => "base and head have no common ancestor".to_owned(),
        MissingBase::Shallow => "the history is cut off before a common ancestor".to_owned(),
        MissingBase::Event { event } => format!("the event {event} has none"),
        MissingBase::Unborn => "the branch has no commit yet".to_owned(),
        MissingBase::Unknown => "no flag, CI variable or default branch names one".to_owned(),
        MissingBase::Unreadable { why } => format!("it cannot be read: {why}"),
    }
}

/// Says why a domain is reached.
pub fn domain(reason: &DomainReason) -> String {
    match reason {
        DomainReason::Owns { row, files } => format!("owns {}, by {}", witness(files), place(row)),
        DomainReason::Offers { contract, row, files } => {
            format!("offers {contract}, by {}: {}", place(row), witness(files))
        }
        DomainReason::Imports { imported, row } => {
            format!("compiles in {imported}, by {}", place(row))
        }
        DomainReason::Consumes { contract, row, files } => {
            format!("consumes {contract}, by {}: {}", place(row), witness(files))
        }
    }
}

/// Says why an architecture review is forced.
pub fn review(reason: &ReviewReason) -> String {
    match reason {
        ReviewReason::Unmapped { files } => format!("no row maps {}", witness(files)),
        ReviewReason::PolicyChange { files } => format!("the policy changes: {}", witness(files)),
        ReviewReason::BrokenPolicy { policy } => {
            format!("{} does not hold together", policy_of(*policy))
        }
        ReviewReason::MissingBase => "the base, and with it its policy, is not known".to_owned(),
    }
}

/// Says why someone must look.
pub fn reviewer(reason: &ReviewerReason) -> String {
    match reason {
        ReviewerReason::Owns { domain } => format!("looks after {domain}"),
        ReviewerReason::Consumes { domain, contract } => {
            format!("looks after {domain}, which consumes {contract}")
        }
        ReviewerReason::Moved { domain } => format!("looks after {domain}, which gains or loses files"),
        ReviewerReason::Architecture => "is an architecture reviewer".to_owned(),
    }
}

/// Says why a release profile may not ship the change.
pub fn profile(reason: &ProfileReason) -> String {
    match reason {
        ProfileReason::ReleaseClass { class, files } => {
            format!("it does not ship {}: {}", class.as_str(), witness(files))
        }
        ProfileReason::NoReleaseClass { files } => {
            format!("nothing says what these files ship as: {}", witness(files))
        }
        ProfileReason::Class { class, files } => {
            format!("it ships no {} change: {}", class.as_str(), witness(files))
        }
        ProfileReason::MapKind { kind, files } => {
            format!("it ships nothing that a {kind} row has: {}", witness(files))
        }
        ProfileReason::Broad => "the route is broad".to_owned(),
    }
}

/// Names the first file and counts the others.
pub fn witness(files: &Witness) -> String {
    match files.files.saturating_sub(1) {
        0 => files.path.to_string(),
        more => format!("{} and {}", files.path, count(more, "more file")),
    }
}

/// Names a row by its map and line, and by its policy where that is not the head's.
pub fn place(row: &RowRef) -> String {
    match row.policy {
        Side::Head => format!("{}:{}", row.map, row.line),
        Side::MergeBase | Side::BaseTip => {
            format!("{}:{} of {}", row.map, row.line, policy_of(row.policy))
        }
    }
}

/// Names the policy of a side.
pub const fn policy_of(side: Side) -> &'static str {
    match side {
        Side::MergeBase => "the merge base's policy",
        Side::BaseTip => "the base tip's policy",
        Side::Head => "the head's policy",
    }
}

/// Writes a number with its noun.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn article(kind: MapKind) -> &'static str {
    match kind {
        MapKind::Package => "a package row",
        MapKind::Route => "a route row",
        MapKind::Schema => "a schema row",
        MapKind::Event => "an event row",
        MapKind::Binary => "a binary row",
        MapKind::Surface => "a surface row",
    }
}
