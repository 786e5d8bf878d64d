//! What documents say of releases, as it is written: release gates, release profiles, how strictly kinds of evidence are
//! asked for.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::keys::{DRIFT_KEYS, EXCLUDES_KEYS, KIND_LEVEL_KEYS, PROFILE_KEYS, RELEASE_GATE_KEYS, WHEN_KEYS};
use super::raw::{RawGate, date, gate, is_id, value, values};
use super::{Enforcement, EvidenceKind, Excludes};
use crate::class::ChangeClass;
use crate::ownership::{MapKind, ReleaseClass};
use crate::posture::{Drift, DriftLimits};
use crate::source::Spanned;
use crate::yaml::{Mapping, Node, Reader, Value};

/// One of `release_profiles`.
#[derive(Debug)]
pub(super) struct RawProfile {
    pub(super) id: Spanned<String>,
    pub(super) title: Option<String>,
    pub(super) use_when: String,
    /// Nothing where it may ship every class.
    pub(super) release_classes: Option<BTreeSet<ReleaseClass>>,
    pub(super) excludes: Excludes,
    /// Nothing where all must be proved.
    pub(super) families: Option<Vec<Spanned<String>>>,
    pub(super) gates: Vec<Spanned<String>>,
    pub(super) source_gates: Vec<Spanned<String>>,
    pub(super) route_gates: bool,
    pub(super) when: Vec<RawWhen>,
    pub(super) fast: bool,
    pub(super) may_diverge: bool,
    pub(super) new_artifacts: bool,
    pub(super) deploys: bool,
    pub(super) drift: DriftLimits,
}

/// One of `when` of a profile.
#[derive(Debug)]
pub(super) struct RawWhen {
    pub(super) release_classes: BTreeSet<ReleaseClass>,
    pub(super) classes: BTreeSet<ChangeClass>,
    pub(super) map_kinds: BTreeSet<MapKind>,
    pub(super) tags: BTreeSet<String>,
    pub(super) gates: Vec<Spanned<String>>,
    pub(super) source_gates: Vec<Spanned<String>>,
    pub(super) families: Vec<Spanned<String>>,
}

/// One of `evidence_kinds`.
#[derive(Debug)]
pub(super) struct RawKindLevel {
    pub(super) kind: Spanned<EvidenceKind>,
    pub(super) enforcement: Enforcement,
    pub(super) report_only_until: Option<Date>,
}

/// Reads `release_gates`.
pub(super) fn gates(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawGate> {
    let items = reader.items(top, "release_gates").unwrap_or_default();
    let read = |(path, item): (String, &Node)| {
        let map = reader.mapping(item, &path, RELEASE_GATE_KEYS)?;
        gate(reader, &map)
    };
    items.into_iter().filter_map(read).collect()
}

/// Reads `evidence_kinds` of a gate.
pub(super) fn kinds_of(reader: &mut Reader<'_>, map: &Mapping<'_>) -> BTreeSet<EvidenceKind> {
    let words = EvidenceKind::ALL.map(|kind| (kind.as_str(), kind));
    words_of(reader, map, "evidence_kinds", &words)
}

/// Reads `evidence_kinds` of a document.
pub(super) fn kinds(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawKindLevel> {
    let mut kinds = Vec::new();
    for (path, item) in reader.items(top, "evidence_kinds").unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, KIND_LEVEL_KEYS) else { continue };
        if map.get("id").is_none() {
            reader.missing_key(&map, "id");
        }
        let words = EvidenceKind::ALL.map(|kind| (kind.as_str(), kind));
        let kind = reader.choice(&map, "id", &words);
        let levels = Enforcement::ALL.map(|level| (level.as_str(), level));
        let enforcement = reader.choice(&map, "enforcement", &levels).map(|it| it.value).unwrap_or_default();
        let until = reader.text(&map, "report_only_until").and_then(|text| date(reader, &map, &text));
        kinds.extend(kind.map(|kind| RawKindLevel { kind, enforcement, report_only_until: until }));
    }
    kinds
}

/// Reads `release_profiles`.
pub(super) fn profiles(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawProfile> {
    let items = reader.items(top, "release_profiles").unwrap_or_default();
    items.into_iter().filter_map(|(path, item)| profile(reader, item, &path)).collect()
}

/// Reads one profile. A choice that is not made, or cannot be read, is the stricter one.
fn profile(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<RawProfile> {
    let map = reader.mapping(node, path, PROFILE_KEYS)?;
    let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
    let title = value(reader.text(&map, "title"));
    let use_when = value(reader.required_text(&map, "use_when")).unwrap_or_default();
    let release_classes = shipped_classes(reader, &map);
    let excludes = map.get("excludes").map(|node| excludes(reader, node, &map)).unwrap_or_default();
    let families = families(reader, &map);
    let gates = reader.texts(&map, "gates").unwrap_or_default();
    let source_gates = reader.texts(&map, "source_gates").unwrap_or_default();
    let when = reader.items(&map, "when").unwrap_or_default();
    let when = when.into_iter().filter_map(|(path, item)| self::when(reader, item, &path)).collect();
    let mut choice =
        |key: &str, words: [(&str, bool); 2]| reader.choice(&map, key, &words).map(|it| it.value);
    let route_gates = choice("route_gates", [("required", true), ("optional", false)]);
    let fast = choice("prior_validation", [("required", true), ("optional", false)]);
    let may_diverge = choice("source", [("integrated", false), ("may_diverge", true)]);
    let new_artifacts = choice("artifacts", [("new", true), ("unchanged", false)]);
    let deploys = choice("deploy", [("allowed", true), ("refused", false)]);
    let drift = map.get("drift").map(|node| drift(reader, node, &map)).unwrap_or_default();
    Some(RawProfile {
        id: id?,
        title,
        use_when,
        release_classes,
        excludes,
        families,
        gates,
        source_gates,
        route_gates: route_gates.unwrap_or(true),
        when,
        fast: fast.unwrap_or(map.get("prior_validation").is_some()),
        may_diverge: may_diverge.unwrap_or(false),
        new_artifacts: new_artifacts.unwrap_or(map.get("artifacts").is_none()),
        deploys: deploys.unwrap_or(map.get("deploy").is_none()),
        drift,
    })
}

/// A list of release classes, or the word `all`.
fn shipped_classes(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<BTreeSet<ReleaseClass>> {
    let key = "release_classes";
    let Some(node) = map.get(key) else {
        reader.missing_key(map, key);
        return Some(BTreeSet::new());
    };
    if let Value::Scalar { .. } = &node.value
        && !node.is_null()
    {
        return match reader.choice(map, key, &[("all", ())]) {
            Some(_) => None,
            None => Some(BTreeSet::new()),
        };
    }
    Some(words_of(reader, map, key, &ReleaseClass::ALL.map(|class| (class.as_str(), class))))
}

/// A list of gate families, or the word `all`, which is also what stands where nothing does.
fn families(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Vec<Spanned<String>>> {
    let node = map.get("families")?;
    if let Value::Scalar { .. } = &node.value
        && !node.is_null()
    {
        reader.choice(map, "families", &[("all", ())]);
        return None;
    }
    reader.texts(map, "families")
}

fn excludes(reader: &mut Reader<'_>, node: &Node, of: &Mapping<'_>) -> Excludes {
    let Some(map) = reader.mapping(node, &of.path_of("excludes"), EXCLUDES_KEYS) else {
        return Excludes::default();
    };
    Excludes { classes: classes(reader, &map), map_kinds: map_kinds(reader, &map) }
}

fn when(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<RawWhen> {
    let map = reader.mapping(node, path, WHEN_KEYS)?;
    let releases = ReleaseClass::ALL.map(|class| (class.as_str(), class));
    Some(RawWhen {
        release_classes: words_of(reader, &map, "release_classes", &releases),
        classes: classes(reader, &map),
        map_kinds: map_kinds(reader, &map),
        tags: values(reader.texts(&map, "tags")).into_iter().collect(),
        gates: reader.texts(&map, "gates").unwrap_or_default(),
        source_gates: reader.texts(&map, "source_gates").unwrap_or_default(),
        families: reader.texts(&map, "families").unwrap_or_default(),
    })
}

fn classes(reader: &mut Reader<'_>, map: &Mapping<'_>) -> BTreeSet<ChangeClass> {
    words_of(reader, map, "classes", &ChangeClass::ALL.map(|class| (class.as_str(), class)))
}

fn map_kinds(reader: &mut Reader<'_>, map: &Mapping<'_>) -> BTreeSet<MapKind> {
    words_of(reader, map, "map_kinds", &MapKind::ALL.map(|kind| (kind.as_str(), kind)))
}

/// Takes a list of words of a closed set.
fn words_of<T: Copy + Ord>(
    reader: &mut Reader<'_>,
    map: &Mapping<'_>,
    key: &str,
    words: &[(&str, T)],
) -> BTreeSet<T> {
    let path = map.path_of(key);
    let listed = reader.texts(map, key).unwrap_or_default();
    listed.iter().filter_map(|word| reader.one_of(word, &path, words)).collect()
}

fn drift(reader: &mut Reader<'_>, node: &Node, of: &Mapping<'_>) -> DriftLimits {
    let mut limits = DriftLimits::default();
    let Some(map) = reader.mapping(node, &of.path_of("drift"), DRIFT_KEYS) else { return limits };
    let words = Drift::ALL.map(|own| (own.as_str(), own));
    if let Some(partial) = reader.choice(&map, "partial", &words) {
        limits.partial = partial.value;
    }
    if let Some(fail) = reader.choice(&map, "fail", &words) {
        limits.fail = fail.value;
    }
    limits
}
