//! What the base grants, and what a change cannot grant itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, Confidence, Provenance, Side};
use laneway::evidence::Evidence;
use laneway::id::GateId;
use laneway::lanes::{Enforcement, Family};
use laneway::permission::{Kind, Permission, Scope};
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::route::{Request, Widen, route};
use laneway::trust::{Power, Signing, TrustedKey};
use laneway::verdict::{Expectation, expectations, granted, lapsed, trust};

use crate::world::{minute, permission, trusted};

/// Makes the embedded policy with a difference.
fn policy(name: &str, differ: impl FnOnce(&mut Policy)) -> Arc<Policy> {
    let mut policy = Policy::load(&PolicyFiles::default());
    name.clone_into(&mut policy.digest);
    differ(&mut policy);
    Arc::new(policy)
}

fn policies(sides: &[(Side, &Arc<Policy>)]) -> Policies {
    let basis = match sides {
        [(Side::Head, _)] => PolicyBasis::HeadOnly,
        _ => PolicyBasis::BaseAndHead,
    };
    Policies::new(basis, sides.iter().map(|(side, policy)| (*side, Arc::clone(policy))))
}

const SIDES: [Side; 3] = [Side::MergeBase, Side::BaseTip, Side::Head];

/// Of three lists of keys, or permissions, says what counts of the base's.
fn kept(merge_base: Option<&str>, tip: Option<&str>, head: &str) -> (String, String) {
    let key = |id: char| TrustedKey {
        // `A` is the key `a`, trusted with less.
        may: if id.is_uppercase() { BTreeSet::from([Power::Attest]) } else { Power::ALL.into() },
        ..trusted(&id.to_lowercase().to_string(), "@own")
    };
    let word = |id: char| {
        let scope = Scope::Gate(GateId::from("a"));
        let mut own = permission(&id.to_lowercase().to_string(), Kind::Waiver, scope, "@own");
        if id.is_uppercase() {
            own.expires = minute(3000);
        }
        own
    };
    let made = |name: &str, ids: &str| {
        policy(name, |policy| {
            policy.lanes.trust.keys = ids.chars().map(key).collect();
            policy.lanes.permissions = ids.chars().map(word).collect();
        })
    };
    let sides =
        [merge_base.map(|ids| made("mb", ids)), tip.map(|ids| made("tip", ids)), Some(made("head", head))];
    let sides: Vec<(Side, &Arc<Policy>)> =
        SIDES.into_iter().zip(&sides).filter_map(|(side, policy)| Some((side, policy.as_ref()?))).collect();
    let policies = policies(&sides);
    let trust = trust(&policies);
    let mut keys: Vec<String> = trust
        .keys
        .iter()
        .map(|key| if key.may.len() == 1 { key.id.to_uppercase() } else { key.id.clone() })
        .collect();
    let allowed = granted(&policies, &Evidence::default(), &trust, minute(1000));
    let mut words: Vec<String> = allowed
        .iter()
        .map(|own| match &own.permission {
            Permission { id, expires, .. } if *expires == minute(3000) => id.to_uppercase(),
            Permission { id, .. } => id.clone(),
        })
        .collect();
    keys.sort_unstable();
    words.sort_unstable();
    (keys.concat(), words.concat())
}

#[test]
fn keys_and_permissions_count_as_the_base_has_them() {
    // Capitals are the same line with something else in it.
    let rows: [(Option<&str>, Option<&str>, &str, &str); 14] = [
        (Some("ab"), Some("ab"), "ab", "ab"),
        // The change adds one: nothing.
        (Some("a"), Some("a"), "ab", "a"),
        // The change takes one out.
        (Some("ab"), Some("ab"), "a", "a"),
        // The change alters one.
        (Some("a"), Some("a"), "A", ""),
        (Some("A"), Some("A"), "a", ""),
        // The base has moved on, and the change does not know.
        (Some("a"), Some("ab"), "a", "ab"),
        (Some("ab"), Some("a"), "ab", "a"),
        (Some("a"), Some("A"), "a", "A"),
        // The base has moved on, and the change takes out what was there.
        (Some("ab"), Some("abc"), "b", "bc"),
        (Some("ab"), Some("Ab"), "b", "b"),
        // Without a tip the merge base counts, without a merge base what tip and head agree on.
        (Some("ab"), None, "a", "a"),
        (None, Some("ab"), "a", "a"),
        (None, Some("a"), "A", ""),
        // Without a base nothing counts.
        (None, None, "ab", ""),
    ];
    for (merge_base, tip, head, expected) in rows {
        let (keys, words) = kept(merge_base, tip, head);
        assert_eq!((keys.as_str(), words.as_str()), (expected, expected), "{merge_base:?} {tip:?} {head}");
    }
}

#[test]
fn the_most_signatures_that_any_policy_asks_for_are_needed() {
    let asking = |name: &str, records, seals, permissions| {
        policy(name, |policy| policy.lanes.trust.signing = Signing { records, seals, permissions })
    };
    let (base, head) = (asking("base", 1, 0, 2), asking("head", 0, 1, 1));
    let both = policies(&[(Side::MergeBase, &base), (Side::BaseTip, &base), (Side::Head, &head)]);
    assert_eq!(trust(&both).signing, Signing { records: 1, seals: 1, permissions: 2 });
    assert_eq!(
        trust(&policies(&[(Side::Head, &head)])).signing,
        Signing { records: 0, seals: 1, permissions: 1 }
    );
}

#[test]
fn break_glass_of_the_lanes_is_none_and_what_expired_is_told() {
    let scope = || Scope::Gate(GateId::from("a"));
    let base = policy("base", |policy| {
        let mut old = permission("old", Kind::Waiver, scope(), "@own");
        old.expires = minute(1000);
        let glass = permission("glass", Kind::BreakGlass, scope(), "@own");
        let good = permission("good", Kind::Waiver, scope(), "@own");
        policy.lanes.permissions = vec![old, glass, good, permission("bare", Kind::Waiver, scope(), " ")];
    });
    let policies = policies(&SIDES.map(|side| (side, &base)));
    let allowed = granted(&policies, &Evidence::default(), &trust(&policies), minute(1000));
    assert_eq!(allowed.iter().map(|own| own.permission.id.as_str()).collect::<Vec<_>>(), ["good"]);
    assert_eq!(
        lapsed(&policies, minute(1000)).iter().map(|own| own.id.as_str()).collect::<Vec<_>>(),
        ["old"]
    );
}

/// Says what is expected of the gate `contracts`, by policies of merge base, tip and head.
fn expected(sides: [Option<&Arc<Policy>>; 3]) -> Expectation {
    let sides: Vec<(Side, &Arc<Policy>)> =
        SIDES.into_iter().zip(sides).filter_map(|(side, policy)| Some((side, policy?))).collect();
    let policies = policies(&sides);
    let provenance = Provenance {
        source: ChangeSource::Files,
        base: None,
        head: None,
        merge_base: None,
        base_method: "files".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    let change = Change::new(provenance, []);
    let widen = Widen { all: Some("a test".to_owned()), ..Widen::default() };
    let route = route(&Request { change: &change, policies: &policies, tracked: &[], widen });
    expectations(&route, &policies).remove("contracts").unwrap()
}

/// Makes a policy in which `contracts` is of a family, which is enforced at a level, and may not apply.
fn family(
    name: &str,
    family: Option<&str>,
    level: Enforcement,
    may_not_apply: bool,
    artifact: bool,
) -> Arc<Policy> {
    policy(name, |policy| {
        let gate = policy.lanes.gates.get_mut("contracts").unwrap();
        gate.family = family.map(str::to_owned);
        gate.not_applicable = may_not_apply;
        if let Some(id) = family {
            let own = Family {
                id: id.to_owned(),
                title: id.to_owned(),
                proof: "proof".to_owned(),
                enforcement: level,
                report_only_until: None,
                needs_artifact: artifact,
            };
            policy.lanes.families.insert(id.to_owned(), own);
        }
    })
}

#[test]
fn a_change_raises_and_never_lowers() {
    use Enforcement::{Blocking, BlockingClaims, ReportOnly, Warning};
    let of = |name, id, level| family(name, id, level, false, false);
    let level =
        |base: &Arc<Policy>, head: &Arc<Policy>| expected([Some(base), Some(base), Some(head)]).enforcement;
    let lenient = of("base", Some("f"), Warning);
    assert_eq!(level(&lenient, &of("head", Some("f"), Warning)), Warning);
    assert_eq!(level(&lenient, &of("head", Some("f"), ReportOnly)), Warning);
    assert_eq!(level(&lenient, &of("head", Some("f"), BlockingClaims)), BlockingClaims);
    assert_eq!(level(&lenient, &of("head", None, ReportOnly)), Blocking);
    // A family that only the change has lowers nothing, for a gate of another family or of none.
    assert_eq!(level(&lenient, &of("head", Some("g"), ReportOnly)), Blocking);
    assert_eq!(level(&of("base", None, Blocking), &of("head", Some("f"), ReportOnly)), Blocking);
    // What the tip asks for counts too, and without a base everything blocks.
    let tip = of("tip", Some("f"), Blocking);
    assert_eq!(expected([Some(&lenient), Some(&tip), Some(&lenient)]).enforcement, Blocking);
    assert_eq!(expected([None, None, Some(&lenient)]).enforcement, Blocking);
}

#[test]
fn what_need_not_apply_and_what_needs_an_artifact_is_the_bases_word() {
    let of = |name, may, artifact| family(name, Some("f"), Enforcement::Blocking, may, artifact);
    let both = |base: &Arc<Policy>, tip: &Arc<Policy>, head: &Arc<Policy>| {
        let own = expected([Some(base), Some(tip), Some(head)]);
        (own.may_not_apply, own.needs_artifact)
    };
    let (yes, no, neither) = (of("yes", true, false), of("no", false, true), of("neither", false, false));
    assert_eq!(both(&yes, &yes, &yes), (true, false));
    assert_eq!(both(&neither, &neither, &yes), (false, false));
    assert_eq!(both(&yes, &neither, &yes), (false, false));
    assert_eq!(both(&yes, &yes, &no), (false, true));
    assert_eq!(both(&no, &no, &yes), (false, true));
    assert!(!expected([None, None, Some(&yes)]).may_not_apply);
}
