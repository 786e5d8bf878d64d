//! Why a gate is not in the route.

use super::demand::Demands;
use super::gates::United;
use super::reason::SkipReason;
use crate::id::{ARCHITECTURE_REVIEW, GateId};
use crate::lanes::{AlwaysScope, Layer};

/// Says why a gate is not selected: the reason that came nearest to selecting it.
pub(super) fn skip_reason(
    id: &GateId,
    gate: &United<'_>,
    demands: &Demands<'_>,
    (empty, code): (bool, bool),
) -> SkipReason {
    if id.as_str() == ARCHITECTURE_REVIEW {
        return SkipReason::ReviewNotForced;
    }
    if empty {
        return SkipReason::EmptyChange;
    }
    let nearest = gate.asks.iter().filter_map(|asked| {
        let demand = demands.lanes.get(asked.domain);
        let affected = demands.affected.contains(asked.domain);
        let only_docs = affected && demand.is_none_or(|demand| demand.global.is_none());
        let smokes_asked = demand.is_some_and(|demand| !demand.smokes.is_empty());
        match asked.ask.slot {
            Layer::ConsumerSmoke if smokes_asked || affected && !only_docs => Some(SkipReason::SmokeNotAsked),
            // Only a file other than docs asks for the lane.
            _ if only_docs => Some(SkipReason::OnlyDocs),
            Layer::ServiceEvidence if affected => Some(SkipReason::EvidenceNotAsked),
            _ => None,
        }
    });
    if let Some(reason) = nearest.max() {
        return reason;
    }
    let mut always = gate.definitions.iter().filter_map(|gate| gate.always.as_ref()).peekable();
    if always.peek().is_some() {
        let for_code = always.all(|always| always.scope == AlwaysScope::CodeChange);
        return if for_code && !code { SkipReason::NoCode } else { SkipReason::NoPathMatches };
    }
    if gate.asks.is_empty() { SkipReason::NoRuleAsks } else { SkipReason::NotAffected }
}
