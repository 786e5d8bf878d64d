//! Gates: the catalogue's, and what the entries of a lane mean.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Check, also};
use super::command::is_command;
use super::needs::PendingNeeds;
use super::raw::{RawEntry, RawFile, RawGate};
use super::{Always, Ask, Gate, Layer};
use crate::fault::{Code, Fault};
use crate::id::{ARCHITECTURE_REVIEW, DomainId, GateId, is_gate_id, slug};
use crate::source::{Place, Source, Span, Spanned};
use crate::yaml::did_you_mean;

/// How to mend two gates with one id.
const UNIQUE: &str = "give one of them another `id:`; an id is unique in the workspace, and without one it is made \
                      from the title";

impl Check {
    /// Takes the stated catalogue over the embedded one: a gate with an embedded id replaces what it states of that
    /// definition. What it leaves out stays: whoever binds a command to `contracts` has not said that it need not run.
    pub(super) fn catalogue(&mut self, files: &[RawFile]) {
        self.titles = self.lanes.gates.values().map(|gate| (gate.title.clone(), gate.id.clone())).collect();
        let mut stated: BTreeMap<GateId, Place> = BTreeMap::new();
        let mut titled: BTreeMap<String, Place> = BTreeMap::new();
        for (source, raw) in files.iter().flat_map(|file| file.gates.iter().map(|raw| (&file.source, raw))) {
            let Some(id) = self.gate_id(source, raw, None) else { continue };
            if id.as_str() == ARCHITECTURE_REVIEW {
                self.keep_review_plain(source, raw);
            }
            let place = Place::new(source, id_span(raw));
            if let Some(first) = stated.get(&id) {
                self.duplicate_gate(source, &id, place.span, first, UNIQUE);
                continue;
            }
            let embedded = self.lanes.gates.get(&id).cloned();
            let layer = raw.layer.or(embedded.as_ref().map(|gate| gate.layer)).unwrap_or(Layer::Global);
            let mut gate = self.gate(source, raw, id.clone(), layer, None);
            gate.always = raw.always.as_ref().map(|always| self.always(source, raw, always));
            if let Some(embedded) = embedded {
                gate.always = gate.always.or(embedded.always);
                gate.family = gate.family.or(embedded.family);
                if raw.evidence_types.is_empty() {
                    gate.evidence_types = embedded.evidence_types;
                }
                if raw.title.is_none() {
                    gate.title = embedded.title;
                }
            }
            if let Some(first) = titled.get(&gate.title) {
                let message = format!("two gates of the catalogue have the title `{}`", gate.title);
                let label = also(first);
                let help = "word one of them differently: a string that names a title must mean one gate";
                let span = raw.title.as_ref().map_or_else(|| place.span.clone(), |title| title.span.clone());
                self.fault(|_| Fault::at(Code::DuplicateGate, source, span, message, label, help));
            } else {
                titled.insert(gate.title.clone(), place.clone());
                self.titles.insert(gate.title.clone(), id.clone());
            }
            stated.insert(id.clone(), place);
            self.lanes.gates.insert(id, gate);
        }
        // A title of an embedded definition that was replaced names nothing any more.
        let gates = &self.lanes.gates;
        self.titles.retain(|title, id| gates.get(&*id).is_some_and(|gate| gate.title == *title));
    }

    /// Returns what an entry of a lane asks for, and defines its gate where it is the lane's own.
    pub(super) fn ask(
        &mut self,
        source: &Arc<Source>,
        domain: &DomainId,
        slot: Layer,
        entry: &RawEntry,
    ) -> Option<Ask> {
        match entry {
            RawEntry::Named(text) => {
                let gate = match self.catalogue_gate(&text.value) {
                    Some(id) => id,
                    None => self.named(source, domain, slot, text)?,
                };
                Some(Ask { slot, gate, consumer: None, tags: BTreeSet::new() })
            }
            RawEntry::Gate(raw) => {
                let referred = raw.id.as_ref().filter(|_| raw.is_reference);
                let gate = match referred.and_then(|id| self.catalogue_gate(&id.value)) {
                    Some(id) => id,
                    None => self.own(source, domain, slot, raw)?,
                };
                Some(Ask {
                    slot,
                    gate,
                    consumer: raw.consumer.as_ref().map(|consumer| consumer.value.clone()),
                    tags: raw.tags.clone(),
                })
            }
        }
    }

    /// Returns the gate of the catalogue that has `name` as its id or else as its title.
    pub(super) fn catalogue_gate(&self, name: &str) -> Option<GateId> {
        match self.lanes.gates.get_key_value(name) {
            Some((id, gate)) if gate.lane.is_none() => Some(id.clone()),
            _ => self.titles.get(name).cloned(),
        }
    }

    /// Defines the lane's own gate that a string is the title of.
    fn named(
        &mut self,
        source: &Arc<Source>,
        domain: &DomainId,
        slot: Layer,
        text: &Spanned<String>,
    ) -> Option<GateId> {
        let raw = RawGate {
            span: text.span.clone(),
            title: Some(text.clone()),
            run: is_command(&text.value).then(|| text.clone()),
            ..RawGate::default()
        };
        self.own(source, domain, slot, &raw)
    }

    /// Defines the lane's own gate.
    fn own(&mut self, source: &Arc<Source>, domain: &DomainId, slot: Layer, raw: &RawGate) -> Option<GateId> {
        let id = self.gate_id(source, raw, Some(domain))?;
        if let Some(first) = self.lanes.gates.get(&id) {
            if let Some(place) = first.place.clone() {
                let help = match first.lane {
                    Some(_) => UNIQUE,
                    None => {
                        "a lane asks for a gate of the catalogue by its id alone; define it under `gates:`"
                    }
                };
                self.duplicate_gate(source, &id, id_span(raw), &place, help);
            }
            return None;
        }
        let gate = self.gate(source, raw, id.clone(), slot, Some(domain));
        self.lanes.gates.insert(id.clone(), gate);
        Some(id)
    }

    /// Returns the id that is given, or else the one made from the title: `<domain>.<slug>` in a lane.
    pub(super) fn gate_id(
        &mut self,
        source: &Arc<Source>,
        raw: &RawGate,
        domain: Option<&DomainId>,
    ) -> Option<GateId> {
        if let Some(id) = &raw.id {
            if is_gate_id(&id.value) {
                return Some(GateId::new(&id.value));
            }
            let message = format!("`{}` is not a gate's id", id.value);
            let help = "an id is made of a-z and 0-9, with `-`, `_` and `.` between them; \
                        leave it out and it is made from the title";
            self.fault(|_| Fault::at(Code::GateId, source, id.span.clone(), message, "not an id", help));
            return None;
        }
        let title = raw.title.as_ref()?;
        let slug = slug(&title.value);
        if slug.is_empty() {
            let message = format!("no id can be made from the title `{}`", title.value);
            let help = "add `id:`, or a title with letters a-z or digits";
            self.fault(|_| {
                Fault::at(Code::GateTitle, source, title.span.clone(), message, "no a-z, no 0-9", help)
            });
            return None;
        }
        Some(GateId::new(domain.map_or_else(|| slug.clone(), |domain| format!("{domain}.{slug}"))))
    }

    pub(super) fn gate(
        &mut self,
        source: &Arc<Source>,
        raw: &RawGate,
        id: GateId,
        layer: Layer,
        lane: Option<&DomainId>,
    ) -> Gate {
        let family = raw.family.as_ref().and_then(|family| self.family(source, family));
        if !raw.needs.is_empty() {
            self.needs.push(PendingNeeds {
                gate: id.clone(),
                source: Arc::clone(source),
                names: raw.needs.clone(),
            });
        }
        let title = raw.title.as_ref().map_or_else(|| id.to_string(), |title| title.value.clone());
        Gate {
            id,
            title,
            layer,
            family,
            run: raw.run.as_ref().map(|run| run.value.clone()),
            runner: raw.runner.clone(),
            timeout_minutes: raw.timeout_minutes,
            needs: BTreeSet::new(),
            evidence_types: raw.evidence_types.clone(),
            evidence_kinds: raw.evidence_kinds.clone(),
            not_applicable: raw.not_applicable,
            always: None,
            lane: lane.cloned(),
            place: Some(Place::new(source, id_span(raw))),
        }
    }

    fn family(&mut self, source: &Arc<Source>, family: &Spanned<String>) -> Option<String> {
        if self.lanes.families.contains_key(&family.value) {
            return Some(family.value.clone());
        }
        self.fault(|check| {
            let known: Vec<&str> = check.lanes.families.keys().map(String::as_str).collect();
            let message = format!("gate family `{}` is not known", family.value);
            let help = did_you_mean(&family.value, &known);
            Fault::at(Code::YamlValue, source, family.span.clone(), message, "no such family", help)
        });
        None
    }

    fn always(&mut self, source: &Arc<Source>, raw: &RawGate, scope: &Spanned<super::AlwaysScope>) -> Always {
        let mut always = Always { scope: scope.value, paths: Vec::new(), excluded: Vec::new() };
        for path in &raw.paths {
            let excluded = path.text.value.starts_with('!');
            let pattern = self.pattern(source, path, usize::from(excluded));
            (if excluded { &mut always.excluded } else { &mut always.paths }).extend(pattern);
        }
        if let (true, Some(first)) =
            (raw.paths.iter().all(|path| path.text.value.starts_with('!')), raw.paths.first())
        {
            let message = "`paths` only takes paths out";
            let help = "say first what counts, `**` for everything";
            let span = first.text.span.clone();
            self.fault(|_| Fault::at(Code::YamlValue, source, span, message, "out of nothing", help));
        }
        always
    }

    /// The architecture review is an approval: it can be worded, not run.
    fn keep_review_plain(&mut self, source: &Arc<Source>, raw: &RawGate) {
        let runs = raw.run.is_some() || raw.runner.is_some() || raw.timeout_minutes.is_some();
        let selects = raw.always.is_some() || !raw.needs.is_empty();
        if runs || selects || raw.layer.is_some_and(|layer| layer != Layer::Global) {
            let span = raw.run.as_ref().map_or_else(|| id_span(raw), |run| run.span.clone());
            let message = format!("`{ARCHITECTURE_REVIEW}` cannot be redefined");
            let help = "only an approval satisfies it: state its `title` at most, and run a check as a gate of its own";
            self.fault(|_| Fault::at(Code::YamlValue, source, span, message, "reserved", help));
        }
    }

    fn duplicate_gate(&mut self, source: &Arc<Source>, id: &GateId, span: Span, first: &Place, help: &str) {
        let message = format!("two gates have the id `{id}`");
        let label = also(first);
        self.fault(|_| Fault::at(Code::DuplicateGate, source, span, message, label, help));
    }
}

/// Returns where an entry of a lane stands; of a smoke that names one, where its consumer does.
pub(super) fn entry_span(entry: &RawEntry) -> Span {
    match entry {
        RawEntry::Named(text) => text.span.clone(),
        RawEntry::Gate(raw) => {
            raw.consumer.as_ref().map_or_else(|| id_span(raw), |consumer| consumer.span.clone())
        }
    }
}

/// Returns where the name of a gate stands.
pub(super) fn id_span(raw: &RawGate) -> Span {
    raw.id.as_ref().or(raw.title.as_ref()).map_or_else(|| raw.span.clone(), |name| name.span.clone())
}
