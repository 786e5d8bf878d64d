//! One item: from what is wanted and what there is to how it stands.

use jiff::{SignedDuration, Timestamp};

use super::model::{Asking, ContractItem, State, hours};
use crate::environment::{Section, Want, Wanted};
use crate::release::facts::Item;

/// Returns how an item stands. An artifact is the manifest's where there is one: the description has what runs now.
pub(super) fn item(asking: &Asking<'_>, wanted: &Wanted) -> ContractItem {
    let there = asking.facts.items.get(&(wanted.section, wanted.name.clone())).cloned().unwrap_or_default();
    let mut own = ContractItem {
        section: wanted.section,
        name: wanted.name.clone(),
        field: field(wanted),
        owner: wanted.owner.clone(),
        want: wanted.want.clone(),
        state: State::Missing,
        digest: None,
        changed: there.changed,
        valid_until: there.valid_until,
        holds_until: None,
    };
    if wanted.section == Section::Artifacts {
        let shipped = |name: &str| asking.manifest.map(|own| own.artifacts.get(name).map(|own| own.digest));
        own.digest = shipped(&wanted.name).unwrap_or(there.digest);
    }
    let profile = &asking.plan.asked.profile.id;
    if let Some(reason) = wanted.excuse(profile) {
        own.state = State::NotApplicable { reason: reason.to_owned() };
        return own;
    }
    if there.not_applicable {
        own.state = State::NotApplicable { reason: "the environment says that it does not apply".to_owned() };
        return own;
    }
    (own.state, own.holds_until) = match (&wanted.want, wanted.section) {
        (_, Section::Artifacts) => (if own.digest.is_some() { State::Holds } else { State::Missing }, None),
        _ if there.present == Some(false) => (State::Missing, None),
        (Want::Present, _) => (if is_there(&there) { State::Holds } else { State::Missing }, None),
        (Want::Equals { value }, _) => match &there.value {
            None => (State::Missing, None),
            Some(own) if own.is(value) => (State::Holds, None),
            Some(_) => (State::Differs, None),
        },
        (Want::Fresh { max_age_days }, _) => {
            let until = there.changed.and_then(|changed| after(changed, i64::from(*max_age_days)));
            until_then(until, asking.now)
        }
        (Want::Valid { min_days }, _) => {
            let until = there.valid_until.and_then(|until| after(until, -i64::from(*min_days)));
            until_then(until, asking.now)
        }
    };
    own
}

/// Returns the field that tells what is wanted.
fn field(wanted: &Wanted) -> String {
    let section = wanted.section.as_str();
    let name = &wanted.name;
    match (&wanted.want, wanted.section) {
        (_, Section::Artifacts) => format!("{section}.{name}"),
        (Want::Present, _) => format!("{section}.{name}.present"),
        (Want::Equals { .. }, _) => format!("{section}.{name}.value"),
        (Want::Fresh { .. }, _) => format!("{section}.{name}.changed"),
        (Want::Valid { .. }, _) => format!("{section}.{name}.valid_until"),
    }
}

/// Says whether an item is there: its description says so, or tells something of it.
fn is_there(item: &Item) -> bool {
    item.present.unwrap_or(item.value.is_some() || item.changed.is_some() || item.valid_until.is_some())
}

fn after(time: Timestamp, days: i64) -> Option<Timestamp> {
    time.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

/// Returns the state of what holds until a time; without one, the field is missing.
fn until_then(until: Option<Timestamp>, now: Timestamp) -> (State, Option<Timestamp>) {
    match until {
        None => (State::Missing, None),
        Some(until) if until < now => (State::Stale { hours: hours(now, until) }, None),
        Some(until) => (State::Holds, Some(until)),
    }
}
