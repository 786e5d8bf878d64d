//! The YAML documents as they are written: keys known, types right, nothing resolved.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::keys::{
    CATALOGUE_KEYS, CLASS_KEYS, DOCUMENTS, ENTRY_KEYS, FAMILY_KEYS, KIND_KEYS, LANE_KEYS, RULES_KEYS,
    SMOKE_KEYS,
};
use super::raw_release::{self, RawKindLevel, RawProfile};
use super::{AlwaysScope, Enforcement, EvidenceKind, Layer, SmokeScope};
use crate::class::ChangeClass;
use crate::environment::{self, Environment};
use crate::fault::{Code, Fault};
use crate::id::{DomainId, is_kebab_case, nearest};
use crate::ownership::{MapKind, ReleaseClass};
use crate::permission::{self, Permission};
use crate::quorum::{self, Quorums};
use crate::source::{Source, Span, Spanned};
use crate::trust::{self, RawKey, Signing};
use crate::yaml::{self, Mapping, Node, Reader, Value};

/// What one file holds.
#[derive(Debug)]
pub(super) struct RawFile {
    pub(super) source: Arc<Source>,
    pub(super) lane: Option<RawLane>,
    pub(super) gates: Vec<RawGate>,
    pub(super) rules: RawRules,
    pub(super) release_gates: Vec<RawGate>,
    pub(super) profiles: Vec<RawProfile>,
    pub(super) environments: Vec<Environment>,
    pub(super) kinds: Vec<RawKindLevel>,
    pub(super) families: Vec<RawFamily>,
    pub(super) keys: Vec<RawKey>,
    pub(super) signing: Signing,
    pub(super) permissions: Vec<Permission>,
}

/// `domain_lane`.
#[derive(Debug)]
pub(super) struct RawLane {
    pub(super) domain: Spanned<DomainId>,
    pub(super) title: Option<String>,
    pub(super) kind: Option<ChangeClass>,
    pub(super) reviewers: Quorums,
    pub(super) release_class: Option<ReleaseClass>,
    pub(super) source_paths: Vec<RawPattern>,
    /// The entries of the four lists, each with the layer of its list, in the order of the file.
    pub(super) entries: Vec<(Layer, RawEntry)>,
}

/// One entry of a lane's list.
#[derive(Debug)]
pub(super) enum RawEntry {
    /// A string.
    Named(Spanned<String>),
    /// A mapping.
    Gate(Box<RawGate>),
}

/// A gate as a mapping, of the catalogue or of a lane.
#[derive(Debug, Default)]
pub(super) struct RawGate {
    pub(super) span: Span,
    pub(super) id: Option<Spanned<String>>,
    pub(super) title: Option<Spanned<String>>,
    pub(super) layer: Option<Layer>,
    pub(super) family: Option<Spanned<String>>,
    pub(super) run: Option<Spanned<String>>,
    pub(super) runner: Option<String>,
    pub(super) timeout_minutes: Option<u32>,
    pub(super) needs: Vec<Spanned<String>>,
    pub(super) evidence_types: BTreeSet<String>,
    pub(super) evidence_kinds: BTreeSet<EvidenceKind>,
    pub(super) not_applicable: bool,
    pub(super) always: Option<Spanned<AlwaysScope>>,
    pub(super) paths: Vec<RawPattern>,
    pub(super) consumer: Option<Spanned<DomainId>>,
    pub(super) tags: BTreeSet<String>,
    /// Whether it states nothing but which gate is meant, for whom and under which tags.
    pub(super) is_reference: bool,
}

/// A pattern that is not compiled.
#[derive(Debug)]
pub(super) struct RawPattern {
    pub(super) text: Spanned<String>,
    pub(super) node: Node,
}

/// `routing_rules`.
#[derive(Debug, Default)]
pub(super) struct RawRules {
    pub(super) classes: Vec<(Spanned<ChangeClass>, RawRule)>,
    pub(super) map_kinds: Vec<(Spanned<MapKind>, RawRule)>,
}

/// The rule of a class or a kind. What is not written is `None` or empty, and adds nothing.
#[derive(Debug, Default)]
pub(super) struct RawRule {
    pub(super) gates: Vec<Spanned<String>>,
    pub(super) local_gates: Option<bool>,
    pub(super) consumer_smokes: Option<SmokeScope>,
    pub(super) service_evidence: bool,
    pub(super) consumed_smokes: Option<bool>,
    pub(super) production_gates: Vec<Spanned<String>>,
    pub(super) shown_contract_smokes: BTreeSet<String>,
    pub(super) ships_gates: Vec<Spanned<String>>,
}

/// One of `gate_families`.
#[derive(Debug)]
pub(super) struct RawFamily {
    pub(super) id: Spanned<String>,
    pub(super) title: Option<String>,
    pub(super) proof: String,
    pub(super) enforcement: Enforcement,
    pub(super) report_only_until: Option<Date>,
    pub(super) needs_artifact: bool,
}

/// Reads one file. With faults, what is sound stands.
pub(super) fn read(source: &Arc<Source>) -> (RawFile, Vec<Fault>) {
    let mut file = RawFile {
        source: Arc::clone(source),
        lane: None,
        gates: Vec::new(),
        rules: RawRules::default(),
        release_gates: Vec::new(),
        profiles: Vec::new(),
        environments: Vec::new(),
        kinds: Vec::new(),
        families: Vec::new(),
        keys: Vec::new(),
        signing: Signing::default(),
        permissions: Vec::new(),
    };
    let (root, faults) = yaml::parse(source);
    let mut reader = Reader::new(source, faults);
    if let Some(root) = root {
        document(&mut reader, &root, &mut file);
    }
    (file, reader.into_faults())
}

fn document(reader: &mut Reader<'_>, root: &Node, file: &mut RawFile) {
    let Some(top) = reader.open_mapping(root, "") else { return };
    if !top.entries().iter().any(|entry| DOCUMENTS.contains(&&*entry.key.value)) {
        let known = DOCUMENTS.join("`, `");
        let Some(first) = top.entries().first() else {
            let help = format!("begin with one of `{known}`, or remove the file");
            reader.fault(Code::YamlEmpty, top.span(), "the document states nothing", "empty", help);
            return;
        };
        let (name, at) = (&*first.key.value, first.key.span.clone());
        let help = match nearest(name, DOCUMENTS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? A document begins with one of `{known}`"),
            None => format!("a document begins with one of `{known}`"),
        };
        let message = format!("`{name}` does not begin a document of lanes");
        reader.fault(Code::UnknownDocument, at, message, "not known", help);
        return;
    }
    for entry in top.entries() {
        match &*entry.key.value {
            "domain_lane" => file.lane = lane(reader, &entry.value),
            "gates" => file.gates = gates(reader, &top),
            "routing_rules" => file.rules = rules(reader, &entry.value),
            "release_gates" => file.release_gates = raw_release::gates(reader, &top),
            "release_profiles" => file.profiles = raw_release::profiles(reader, &top),
            "environments" => file.environments = environment::read(reader, &top),
            "evidence_kinds" => file.kinds = raw_release::kinds(reader, &top),
            "gate_families" => file.families = families(reader, &top),
            "trusted_keys" => file.keys = trust::read_keys(reader, &top),
            "signing" => file.signing = trust::read_signing(reader, &entry.value),
            "permissions" => file.permissions = permission::read(reader, &top),
            _ => reader.unknown_key(&top, &entry.key, DOCUMENTS),
        }
    }
}

fn lane(reader: &mut Reader<'_>, node: &Node) -> Option<RawLane> {
    let map = reader.mapping(node, "domain_lane", LANE_KEYS)?;
    let domain = reader.required_text(&map, "domain_id").and_then(|id| domain_id(reader, &id));
    let classes = ChangeClass::ALL.map(|class| (class.as_str(), class));
    let kind = reader.choice(&map, "kind", &classes).map(|class| class.value);
    let release_class = release_class(reader, &map);
    let title = value(reader.text(&map, "title"));
    let reviewers = quorum::read(reader, &map, "reviewers");
    let source_paths = patterns(reader, &map, "source_paths");
    let mut entries = Vec::new();
    for line in map.entries() {
        let key = &*line.key.value;
        let layer = match key {
            "global_gates" => Layer::Global,
            "domain_local_gates" => Layer::DomainLocal,
            "consumer_smokes" => Layer::ConsumerSmoke,
            "service_evidence" => Layer::ServiceEvidence,
            _ => continue,
        };
        for (path, item) in reader.items(&map, key).unwrap_or_default() {
            entries.extend(lane_entry(reader, item, &path, layer).map(|entry| (layer, entry)));
        }
    }
    Some(RawLane { domain: domain?, title, kind, reviewers, release_class, source_paths, entries })
}

fn release_class(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<ReleaseClass> {
    let words = ReleaseClass::ALL.map(|class| (class.as_str(), class));
    reader.choice(map, "release_class", &words).map(|class| class.value)
}

fn lane_entry(reader: &mut Reader<'_>, node: &Node, path: &str, layer: Layer) -> Option<RawEntry> {
    match &node.value {
        Value::Scalar { .. } => return reader.text_of(node, path).map(RawEntry::Named),
        Value::Seq(_) => {
            reader.wrong_type(node, path, "a text or a mapping", "write the gate's name, or `{title: …}`");
            return None;
        }
        Value::Map(_) => {}
    }
    let keys = if layer == Layer::ConsumerSmoke { SMOKE_KEYS } else { ENTRY_KEYS };
    let map = reader.open_mapping(node, path)?;
    for entry in map.entries() {
        match &*entry.key.value {
            key if keys.contains(&key) => {}
            key @ ("consumer" | "tags") => {
                let message = format!("key `{}` is not known", map.path_of(key));
                let help = "only an entry of `consumer_smokes` has `consumer` and `tags`";
                reader.fault(Code::YamlUnknownKey, entry.key.span.clone(), message, "not known here", help);
            }
            _ => reader.unknown_key(&map, &entry.key, keys),
        }
    }
    let mut gate = gate(reader, &map)?;
    if let Some(consumer) = reader.text(&map, "consumer") {
        gate.consumer = domain_id(reader, &consumer);
    }
    gate.tags = values(reader.texts(&map, "tags")).into_iter().collect();
    gate.is_reference =
        map.entries().iter().all(|entry| matches!(&*entry.key.value, "id" | "consumer" | "tags"));
    Some(RawEntry::Gate(Box::new(gate)))
}

fn gates(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawGate> {
    let mut gates = Vec::new();
    for (path, item) in reader.items(top, "gates").unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, CATALOGUE_KEYS) else { continue };
        let Some(mut gate) = gate(reader, &map) else { continue };
        gate.layer =
            reader.choice(&map, "layer", &Layer::ALL.map(|layer| (layer.as_str(), layer))).map(|it| it.value);
        let scopes = [AlwaysScope::EveryChange, AlwaysScope::CodeChange].map(|scope| (scope.as_str(), scope));
        gate.always = reader.choice(&map, "always", &scopes);
        gate.paths = patterns(reader, &map, "paths");
        if let (Some(paths), None) = (map.entry("paths"), map.get("always")) {
            let message = format!("`{path}` states `paths` without `always`");
            let help = "add `always: every_change` or `always: code_change`, which is what `paths` narrows";
            reader.fault(Code::YamlMissingKey, paths.key.span.clone(), message, "narrows nothing", help);
        }
        gates.push(gate);
    }
    gates
}

/// Reads what every gate has, wherever it stands.
pub(super) fn gate(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<RawGate> {
    let gate = RawGate {
        span: map.span(),
        id: reader.text(map, "id"),
        title: reader.text(map, "title"),
        family: reader.text(map, "family"),
        run: reader.text(map, "run"),
        runner: value(reader.text(map, "runner")),
        timeout_minutes: reader.count(map, "timeout_minutes"),
        needs: reader.texts(map, "needs").unwrap_or_default(),
        evidence_types: values(reader.texts(map, "evidence_types")).into_iter().collect(),
        evidence_kinds: raw_release::kinds_of(reader, map),
        not_applicable: reader
            .choice(map, "not_applicable", &[("allowed", true), ("refused", false)])
            .is_some_and(|word| word.value),
        ..RawGate::default()
    };
    if map.get("id").is_none() && map.get("title").is_none() {
        let message = "a gate states neither `id` nor `title`";
        let help = "add `title:`, from which its id is made, or `id:`";
        reader.fault(Code::YamlMissingKey, map.span(), message, "this gate", help);
    }
    (gate.id.is_some() || gate.title.is_some()).then_some(gate)
}

fn rules(reader: &mut Reader<'_>, node: &Node) -> RawRules {
    let mut rules = RawRules::default();
    let Some(map) = reader.mapping(node, "routing_rules", RULES_KEYS) else { return rules };
    if let Some(classes) = map.get("classes") {
        let words = ChangeClass::ALL.map(|class| (class.as_str(), class));
        rules.classes = rules_by(reader, classes, "routing_rules.classes", &words, CLASS_KEYS);
    }
    if let Some(kinds) = map.get("map_kinds") {
        let words = MapKind::ALL.map(|kind| (kind.as_str(), kind));
        rules.map_kinds = rules_by(reader, kinds, "routing_rules.map_kinds", &words, KIND_KEYS);
    }
    rules
}

fn rules_by<T: Copy>(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    words: &[(&str, T)],
    keys: &[&str],
) -> Vec<(Spanned<T>, RawRule)> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let Some(map) = reader.mapping(node, path, &known) else { return Vec::new() };
    let mut rules = Vec::new();
    for (word, of) in words {
        let Some(entry) = map.entry(word) else { continue };
        let Some(rule) = reader.mapping(&entry.value, &map.path_of(word), keys) else { continue };
        rules.push((Spanned::new(*of, entry.key.span.clone()), self::rule(reader, &rule)));
    }
    rules
}

fn rule(reader: &mut Reader<'_>, map: &Mapping<'_>) -> RawRule {
    RawRule {
        gates: reader.texts(map, "gates").unwrap_or_default(),
        local_gates: reader.boolean(map, "local_gates"),
        consumer_smokes: smoke_scope(reader, map),
        service_evidence: reader
            .choice(map, "service_evidence", &[("production_impacting", true)])
            .is_some_and(|it| it.value),
        consumed_smokes: reader.boolean(map, "consumed_smokes"),
        production_gates: reader.texts(map, "production_gates").unwrap_or_default(),
        shown_contract_smokes: values(reader.texts(map, "shown_contract_smokes")).into_iter().collect(),
        ships_gates: reader.texts(map, "ships_gates").unwrap_or_default(),
    }
}

/// `all`, `none`, or a list of tags.
fn smoke_scope(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<SmokeScope> {
    let key = "consumer_smokes";
    let node = map.get(key)?;
    match &node.value {
        Value::Seq(_) => {
            let tags: BTreeSet<String> = values(reader.texts(map, key)).into_iter().collect();
            Some(if tags.is_empty() { SmokeScope::None } else { SmokeScope::Tagged(tags) })
        }
        Value::Scalar { .. } if !node.is_null() => {
            let all = reader.choice(map, key, &[("all", true), ("none", false)])?.value;
            Some(if all { SmokeScope::All } else { SmokeScope::None })
        }
        Value::Scalar { .. } | Value::Map(_) => {
            let path = map.path_of(key);
            reader.wrong_type(
                node,
                &path,
                "`all`, `none` or a list of tags",
                "write `all`, `none` or `[api]`",
            );
            None
        }
    }
}

fn families(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawFamily> {
    let mut families = Vec::new();
    for (path, item) in reader.items(top, "gate_families").unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, FAMILY_KEYS) else { continue };
        let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
        let title = value(reader.text(&map, "title"));
        let proof = value(reader.required_text(&map, "proof")).unwrap_or_default();
        let levels = Enforcement::ALL.map(|level| (level.as_str(), level));
        let enforcement = reader.choice(&map, "enforcement", &levels).map(|it| it.value).unwrap_or_default();
        let until = reader.text(&map, "report_only_until").and_then(|text| date(reader, &map, &text));
        let words = [("required", true), ("optional", false)];
        let needs_artifact = reader.choice(&map, "artifact", &words).is_some_and(|word| word.value);
        families.extend(id.map(|id| RawFamily {
            id,
            title,
            proof,
            enforcement,
            report_only_until: until,
            needs_artifact,
        }));
    }
    families
}

/// Reads a day, and reports what is none.
pub(super) fn date(reader: &mut Reader<'_>, map: &Mapping<'_>, text: &Spanned<String>) -> Option<Date> {
    let is_shaped = text.value.len() == 10 && text.value.is_ascii();
    let date = text.value.parse().ok().filter(|_| is_shaped);
    if date.is_none() {
        let message = format!("`{}` cannot be `{}`", map.path_of("report_only_until"), text.value);
        let help = "write the day as YYYY-MM-DD, such as 2027-01-31";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not a day", help);
    }
    date
}

fn patterns(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Vec<RawPattern> {
    let items = reader.items(map, key).unwrap_or_default();
    let read = |(path, node): (String, &Node)| {
        reader.text_of(node, &path).map(|text| RawPattern { text, node: node.clone() })
    };
    items.into_iter().filter_map(read).collect()
}

fn domain_id(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<Spanned<DomainId>> {
    if is_kebab_case(&text.value) {
        return Some(Spanned::new(DomainId::new(&text.value), text.span.clone()));
    }
    let message = format!("`{}` is not a domain's id", text.value);
    let help = match crate::id::slug(&text.value) {
        slug if slug.is_empty() => "a domain's id is words of a-z and 0-9 joined by `-`".to_owned(),
        slug => format!("a domain's id is words of a-z and 0-9 joined by `-`: `{slug}`"),
    };
    reader.fault(Code::YamlValue, text.span.clone(), message, "not an id", help);
    None
}

/// Says whether `text` can be the id of a profile or a family, and reports it where it cannot.
pub(super) fn is_id(reader: &mut Reader<'_>, text: &Spanned<String>) -> bool {
    let fits = crate::id::is_gate_id(&text.value);
    if !fits {
        let message = format!("`{}` is not an id", text.value);
        let help = "an id is made of a-z and 0-9, with `-`, `_` and `.` between them";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not an id", help);
    }
    fits
}

pub(super) fn value(text: Option<Spanned<String>>) -> Option<String> {
    text.map(|text| text.value)
}

pub(super) fn values(texts: Option<Vec<Spanned<String>>>) -> Vec<String> {
    texts.unwrap_or_default().into_iter().map(|text| text.value).collect()
}
