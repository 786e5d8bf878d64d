//! Raw documents to lanes, gates and rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::embedded::{embedded, is_embedded};
use super::gate::entry_span;
use super::needs::PendingNeeds;
use super::raw::{self, RawFile, RawLane, RawPattern};
use super::{Ask, Family, Lane, Lanes};
use crate::class::ChangeClass;
use crate::dsse::KeyId;
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::ownership::MapKind;
use crate::pattern::Pattern;
use crate::source::{Place, Source, Span};
use crate::yaml::MAX_FAULTS;

/// From how many files on reading is worth threads.
const WORTH_THREADS: usize = 64;

impl Lanes {
    /// Reads every YAML document of the lanes' folder, and adds the embedded rules with the gates that they name.
    /// With faults, what is sound stands.
    pub fn parse(sources: &[Arc<Source>]) -> (Self, Vec<Fault>) {
        // A workspace that was made from the reference model has the embedded documents, word for word: they state
        // nothing that is not known.
        let own: Vec<&Arc<Source>> = sources.iter().filter(|source| !is_embedded(source.text())).collect();
        let mut faults = Vec::new();
        let mut files = Vec::with_capacity(own.len());
        let read = |source: &&Arc<Source>| raw::read(source);
        let read: Vec<(RawFile, Vec<Fault>)> = if own.len() < WORTH_THREADS {
            own.iter().map(read).collect()
        } else {
            own.par_iter().map(read).collect()
        };
        for (file, found) in read {
            files.push(file);
            faults.extend(found);
        }
        let (lanes, found) = Check::new(embedded().clone()).run(&files);
        faults.extend(found);
        sort(&mut faults, sources);
        (lanes, faults)
    }
}

/// Puts faults into the order of the files and of the text.
fn sort(faults: &mut [Fault], sources: &[Arc<Source>]) {
    let order: BTreeMap<*const Source, usize> =
        sources.iter().enumerate().map(|(index, source)| (Arc::as_ptr(source), index)).collect();
    faults.sort_by_key(|fault| {
        fault.place.as_ref().map(|place| (order.get(&Arc::as_ptr(&place.source)).copied(), place.span.start))
    });
}

/// Turns raw files into lanes, on top of what is embedded.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) lanes: Lanes,
    /// The gates of the catalogue by title. An id is looked up in `lanes.gates`.
    pub(super) titles: BTreeMap<String, GateId>,
    pub(super) needs: Vec<PendingNeeds>,
    faults: Vec<Fault>,
    rule_defaults: bool,
    /// How many names were compared to find the nearest one.
    pub(super) compared: usize,
}

impl Check {
    /// Begins with `lanes`, to which the files add.
    pub(super) const fn new(lanes: Lanes) -> Self {
        Self {
            lanes,
            titles: BTreeMap::new(),
            needs: Vec::new(),
            faults: Vec::new(),
            rule_defaults: false,
            compared: 0,
        }
    }

    /// Gives each key that a rule leaves out its default, as the embedded rules need it: there is nothing below them.
    pub(super) const fn with_rule_defaults(mut self) -> Self {
        self.rule_defaults = true;
        self
    }

    /// Checks the files: what is named before what names it.
    pub(super) fn run(mut self, files: &[RawFile]) -> (Lanes, Vec<Fault>) {
        self.families(files);
        self.catalogue(files);
        for file in files {
            if let Some(lane) = &file.lane {
                self.lane(&file.source, lane);
            }
        }
        for class in ChangeClass::ALL {
            self.lanes.rules.classes.entry(class).or_default();
        }
        for kind in MapKind::ALL {
            self.lanes.rules.map_kinds.entry(kind).or_default();
        }
        for file in files {
            self.rules(&file.source, &file.rules, self.rule_defaults);
        }
        self.releases(files);
        self.trust(files);
        self.permissions(files);
        self.resolve_needs();
        (self.lanes, self.faults)
    }

    /// Collects a fault, made only while there are not too many already.
    pub(super) fn fault(&mut self, fault: impl FnOnce(&mut Self) -> Fault) {
        if self.faults.len() < MAX_FAULTS {
            let fault = fault(self);
            self.faults.push(fault);
        }
    }

    fn families(&mut self, files: &[RawFile]) {
        let mut stated: BTreeMap<&str, Place> = BTreeMap::new();
        for (source, raw) in files.iter().flat_map(|file| file.families.iter().map(|raw| (&file.source, raw)))
        {
            let place = Place::new(source, raw.id.span.clone());
            if let Some(first) = stated.get(raw.id.value.as_str()) {
                let message = format!("gate family `{}` is stated twice", raw.id.value);
                let label = also(first);
                let help = "remove one of the two";
                self.fault(|_| Fault::at(Code::YamlValue, source, raw.id.span.clone(), message, label, help));
                continue;
            }
            stated.insert(&raw.id.value, place);
            let id = raw.id.value.clone();
            let title = raw.title.clone().unwrap_or_else(|| id.clone());
            let family = Family {
                id: id.clone(),
                title,
                proof: raw.proof.clone(),
                enforcement: raw.enforcement,
                report_only_until: raw.report_only_until,
                needs_artifact: raw.needs_artifact,
            };
            self.lanes.families.insert(id, family);
        }
    }

    fn lane(&mut self, source: &Arc<Source>, raw: &RawLane) {
        let place = Place::new(source, raw.domain.span.clone());
        if let Some(first) = self.lanes.lanes.get(&raw.domain.value) {
            let message = format!("domain `{}` has two lanes", raw.domain.value);
            let label = also(&first.place);
            let help = "join the two into one: a domain has one lane";
            self.fault(|_| Fault::at(Code::DuplicateLane, source, place.span, message, label, help));
            return;
        }
        let mut asks: Vec<Ask> = Vec::with_capacity(raw.entries.len());
        let mut ask_spans = Vec::with_capacity(raw.entries.len());
        for (slot, entry) in &raw.entries {
            if let Some(ask) = self.ask(source, &raw.domain.value, *slot, entry)
                && !asks.contains(&ask)
            {
                asks.push(ask);
                ask_spans.push(entry_span(entry));
            }
        }
        let source_paths = raw.source_paths.iter().filter_map(|raw| {
            if raw.text.value.starts_with('!') {
                let message = format!("`{}` takes paths out", raw.text.value);
                let help = "`source_paths` repeats what the maps own: take paths out there";
                let span = raw.text.span.clone();
                self.fault(|_| Fault::at(Code::YamlValue, source, span, message, "not here", help));
                return None;
            }
            self.pattern(source, raw, 0).map(|pattern| (pattern, raw.text.span.clone()))
        });
        let (source_paths, source_spans) = source_paths.unzip();
        let domain = raw.domain.value.clone();
        let lane = Lane {
            domain: domain.clone(),
            title: raw.title.clone(),
            kind: raw.kind,
            reviewers: raw.reviewers.clone(),
            release_class: raw.release_class,
            source_paths,
            source_spans,
            asks,
            ask_spans,
            place,
        };
        self.lanes.lanes.insert(domain, lane);
    }

    /// Compiles a pattern, of which the first `skip` bytes are not part.
    pub(super) fn pattern(&mut self, source: &Arc<Source>, raw: &RawPattern, skip: usize) -> Option<Pattern> {
        let text = &raw.text.value;
        match Pattern::parse(&text[skip..]) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let part: Span = error.span.start + skip..error.span.end + skip;
                let span = raw.node.part(source, part);
                self.fault(|_| {
                    Fault::at(error.code, source, span, error.message, "in this pattern", error.help)
                });
                None
            }
        }
    }

    /// Takes the keys of every file, and the most signatures that any of them asks for. Two lines for one key would be two
    /// names for one signer.
    fn trust(&mut self, files: &[RawFile]) {
        let mut ids: BTreeMap<&str, Place> = BTreeMap::new();
        let mut keys: BTreeMap<KeyId, Place> = BTreeMap::new();
        for (source, raw) in files.iter().flat_map(|file| file.keys.iter().map(|raw| (&file.source, raw))) {
            let trusted = &raw.trusted;
            let own = Place::new(source, raw.public_key.clone());
            let (place, message, first) = match (ids.get(&*trusted.id), keys.get(&trusted.key.id())) {
                (Some(first), _) => {
                    (&trusted.place, format!("trusted key `{}` is stated twice", trusted.id), first)
                }
                (None, Some(first)) => {
                    (&own, format!("trusted key `{}` is the key of another line", trusted.id), first)
                }
                (None, None) => {
                    ids.insert(&trusted.id, trusted.place.clone());
                    keys.insert(trusted.key.id(), own);
                    self.lanes.trust.keys.push(trusted.clone());
                    continue;
                }
            };
            let (span, label) = (place.span.clone(), also(first));
            let help = "state each key once, with everything that it may sign";
            self.fault(|_| Fault::at(Code::TrustDuplicate, source, span, message, label, help));
        }
        for file in files {
            self.lanes.trust.signing = self.lanes.trust.signing.max(file.signing);
        }
    }

    /// Takes the permissions of every file.
    fn permissions(&mut self, files: &[RawFile]) {
        let mut stated: BTreeMap<&str, &Place> = BTreeMap::new();
        for permission in files.iter().flat_map(|file| &file.permissions) {
            if let Some(place) = &permission.place {
                if let Some(first) = stated.get(&*permission.id) {
                    let message = format!("permission `{}` is stated twice", permission.id);
                    let (span, label) = (place.span.clone(), also(first));
                    let help = "give it an id of its own: a verdict names what it rests on by id";
                    self.fault(|_| {
                        Fault::at(Code::PermissionDuplicate, &place.source, span, message, label, help)
                    });
                    continue;
                }
                stated.insert(&permission.id, place);
            }
            self.lanes.permissions.push(permission.clone());
        }
    }
}

/// Says where the other one is.
pub(super) fn also(place: &Place) -> String {
    format!("also at {}:{}", place.source.name(), place.line())
}
