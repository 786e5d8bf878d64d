//! What a workspace's words come to: gates by id, what lanes ask for, the rules with the embedded ones, and faults.

use std::collections::{BTreeMap, BTreeSet};

use crate::embedded::{self, Embedded};
use crate::model::{EntryGate, LAYERS, Name, Row, SLOTS, Smokes, Workspace};

/// A gate as one policy has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Def {
    pub(crate) layer: String,
    pub(crate) run: Option<String>,
    pub(crate) needs: BTreeSet<String>,
    pub(crate) always: Option<(String, Vec<String>)>,
    /// The lane that defines it.
    pub(crate) lane: Option<Name>,
}

/// An entry of a lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ask {
    pub(crate) domain: Name,
    pub(crate) slot: Name,
    pub(crate) gate: String,
    pub(crate) consumer: Option<Name>,
    pub(crate) tags: Vec<Name>,
}

/// Which smokes a rule takes: all, or those with one of the tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) all: bool,
    pub(crate) tags: BTreeSet<String>,
}

/// The rule of a change class, the embedded one and the workspace's own together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) gates: BTreeSet<String>,
    pub(crate) local: bool,
    pub(crate) smokes: Taken,
    pub(crate) evidence: bool,
    pub(crate) consumed: bool,
    pub(crate) production: BTreeSet<String>,
    pub(crate) shown: BTreeSet<String>,
    pub(crate) ships: BTreeSet<String>,
}

/// A workspace, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) gates: BTreeMap<String, Def>,
    pub(crate) titles: BTreeMap<String, String>,
    pub(crate) asks: Vec<Ask>,
    pub(crate) classes: BTreeMap<String, Rule>,
    pub(crate) kinds: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
}

/// Resolves every name of `workspace`.
pub(crate) fn resolve(workspace: &Workspace) -> Resolved {
    let embedded = embedded::get();
    let mut gates: BTreeMap<String, Def> = BTreeMap::new();
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for (id, (title, def)) in &embedded.gates {
        gates.insert(id.clone(), def.clone());
        titles.insert(title.clone(), id.clone());
        said.insert(id.clone(), title.clone());
    }
    for gate in &workspace.gates {
        gates.insert(
            gate.id.to_owned(),
            Def {
                layer: gate.layer.to_owned(),
                run: gate.run.map(str::to_owned),
                needs: gate.needs.iter().map(|need| (*need).to_owned()).collect(),
                always: gate.always.as_ref().map(|(scope, paths)| ((*scope).to_owned(), paths.clone())),
                lane: None,
            },
        );
        titles.retain(|_, id| id != gate.id);
        titles.insert(gate.title.to_owned(), gate.id.to_owned());
        said.insert(gate.id.to_owned(), gate.title.to_owned());
    }
    let catalogue: BTreeSet<String> = gates.keys().cloned().collect();
    let in_catalogue =
        |word: &str| if catalogue.contains(word) { Some(word.to_owned()) } else { titles.get(word).cloned() };
    let mut asks = Vec::new();
    for lane in &workspace.lanes {
        for entry in &lane.entries {
            let layer = LAYERS[SLOTS.iter().position(|slot| *slot == entry.slot).expect("a list of a lane")];
            let mut ask = Ask {
                domain: lane.domain,
                slot: entry.slot,
                gate: String::new(),
                consumer: None,
                tags: Vec::new(),
            };
            match &entry.gate {
                EntryGate::Text(text) => {
                    ask.gate = in_catalogue(text).unwrap_or_else(|| {
                        let id = format!("{}.{}", lane.domain, slug(text));
                        let runs = text.starts_with("go test") || text.starts_with("npm run");
                        let run = runs.then(|| (*text).to_owned());
                        let def = Def {
                            layer: layer.to_owned(),
                            run,
                            needs: BTreeSet::new(),
                            always: None,
                            lane: Some(lane.domain),
                        };
                        said.insert(id.clone(), (*text).to_owned());
                        gates.insert(id.clone(), def);
                        id
                    });
                }
                EntryGate::Embedded(id, consumer, tags) => {
                    ask.gate = (*id).to_owned();
                    ask.consumer = *consumer;
                    ask.tags.clone_from(tags);
                }
                EntryGate::Own(own) => {
                    ask.gate =
                        own.id.map_or_else(|| format!("{}.{}", lane.domain, slug(own.title)), str::to_owned);
                    ask.consumer = own.consumer;
                    ask.tags.clone_from(&own.tags);
                    ask.tags.sort_unstable();
                    let def = Def {
                        layer: layer.to_owned(),
                        run: own.run.map(str::to_owned),
                        needs: own.needs.iter().map(|need| (*need).to_owned()).collect(),
                        always: None,
                        lane: Some(lane.domain),
                    };
                    said.insert(ask.gate.clone(), own.title.to_owned());
                    gates.insert(ask.gate.clone(), def);
                }
            }
            asks.push(ask);
        }
    }
    let (classes, kinds, named) = rules(workspace, embedded, &in_catalogue);
    for (id, title) in named {
        said.entry(id.clone()).or_insert(title);
        gates.entry(id).or_insert_with(|| Def {
            layer: "global".to_owned(),
            run: None,
            needs: BTreeSet::new(),
            always: None,
            lane: None,
        });
    }
    // What a gate needs is named by id, by a title of the catalogue, or by a title of its own lane.
    let known: BTreeSet<String> = gates.keys().cloned().collect();
    for def in gates.values_mut() {
        let in_lane = |need: &String| {
            def.lane.map(|lane| format!("{lane}.{}", slug(need))).filter(|id| known.contains(id))
        };
        let named = |need: &String| {
            if known.contains(need) {
                Some(need.clone())
            } else {
                titles.get(need).cloned().or_else(|| in_lane(need))
            }
        };
        def.needs = def.needs.iter().map(|need| named(need).unwrap_or_else(|| need.clone())).collect();
    }
    Resolved { gates, titles: said, asks, classes, kinds }
}

type Kinds = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

fn rules(
    workspace: &Workspace,
    embedded: &Embedded,
    in_catalogue: &dyn Fn(&str) -> Option<String>,
) -> (BTreeMap<String, Rule>, Kinds, BTreeMap<String, String>) {
    let mut named = BTreeMap::new();
    let mut ids = |words: &[Name]| -> BTreeSet<String> {
        let id = |word: &Name| in_catalogue(word).unwrap_or_else(|| valid_id(word));
        for word in words {
            named.entry(id(word)).or_insert_with(|| (*word).to_owned());
        }
        words.iter().map(id).collect()
    };
    let mut classes = embedded.classes.clone();
    for stated in &workspace.class_rules {
        let rule = classes.entry(stated.class.to_owned()).or_default();
        rule.gates.extend(ids(&stated.gates));
        rule.production.extend(ids(&stated.production));
        rule.ships.extend(ids(&stated.ships));
        rule.shown.extend(stated.shown.iter().map(|tag| (*tag).to_owned()));
        rule.local |= stated.local_gates.unwrap_or(false);
        match &stated.smokes {
            Some(Smokes::All) => rule.smokes = Taken { all: true, tags: BTreeSet::new() },
            Some(Smokes::Tagged(_)) if rule.smokes.all => {}
            Some(Smokes::Tagged(tags)) => rule.smokes.tags.extend(tags.iter().map(|tag| (*tag).to_owned())),
            Some(Smokes::None) | None => {}
        }
        rule.evidence |= stated.evidence;
        rule.consumed |= stated.consumed;
    }
    let mut kinds = embedded.kinds.clone();
    for stated in &workspace.kind_rules {
        let (gates, tags) = kinds.entry(stated.kind.to_owned()).or_default();
        gates.extend(ids(&stated.gates));
        tags.extend(stated.smokes.iter().map(|tag| (*tag).to_owned()));
    }
    (classes, kinds, named)
}

fn valid_id(word: &str) -> String {
    let bytes = word.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let valid = plain(&bytes[0])
        && bytes.last().is_some_and(plain)
        && bytes.iter().all(|byte| plain(byte) || matches!(byte, b'-' | b'_' | b'.'));
    if valid { word.to_owned() } else { slug(word) }
}

/// Lower case, runs of other bytes than `a-z0-9` one `-`, none at the ends.
fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

/// Returns every domain that has a lane or a row.
pub(crate) fn known_domains(workspace: &Workspace) -> BTreeSet<Name> {
    let mut domains: BTreeSet<Name> = workspace.lanes.iter().map(|lane| lane.domain).collect();
    domains.extend(workspace.rows.iter().flat_map(|row| row.owners.clone()));
    domains.remove("*");
    domains
}

/// Spells out `*`.
pub(crate) fn spelt_out(workspace: &Workspace, words: &[Name]) -> BTreeSet<Name> {
    if words.contains(&"*") { known_domains(workspace) } else { words.iter().copied().collect() }
}

/// Says whether the workspace has a fault that its text shows: a name of nothing, or a cycle of needs.
///
/// The consumer of a smoke need not be known: it may be a product that no map lists yet.
pub(crate) fn has_fault(workspace: &Workspace) -> bool {
    let domains = known_domains(workspace);
    let unknown = |word: &Name| *word != "*" && !domains.contains(word);
    let contracts: Vec<Name> =
        workspace.rows.iter().filter(|row| !row.competes()).flat_map(|row| row.names.clone()).collect();
    let bad_row = |row: &Row| {
        row.consumers.iter().chain(&row.imported_by).flatten().any(unknown)
            || row.consumes.iter().flatten().any(|name| !contracts.contains(name))
    };
    let resolved = resolve(workspace);
    let needs_nothing =
        resolved.gates.values().any(|def| def.needs.iter().any(|need| !resolved.gates.contains_key(need)));
    workspace.rows.iter().any(bad_row)
        || needs_nothing
        || resolved.gates.keys().any(|id| needs_itself(&resolved.gates, id))
}

fn needs_itself(gates: &BTreeMap<String, Def>, id: &str) -> bool {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut left = vec![id];
    while let Some(at) = left.pop() {
        for need in gates.get(at).into_iter().flat_map(|def| &def.needs) {
            if need == id {
                return true;
            }
            if reached.insert(need) {
                left.push(need);
            }
        }
    }
    false
}
