//! The second router: plain loops over the model, written from the design alone.
//!
//! It shares no code with the library. Where it and the library differ, one of them misreads the design.

use std::collections::{BTreeMap, BTreeSet};

use laneway::path::RepoPath;

use crate::attribute::{Facts, World, facts, moved_files};
use crate::model::{BASE_TIP, Case, HEAD, MERGE_BASE, Name, REVIEW, Row, Workspace};
use crate::pattern;
use crate::resolve::{Ask, Resolved, known_domains, spelt_out};

/// What the route must be.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Some policy does not hold together: the route is broad, and nothing else is said.
    pub(crate) broken: bool,
    pub(crate) empty: bool,
    pub(crate) observe: bool,
    pub(crate) broad: bool,
    pub(crate) unmapped: BTreeSet<RepoPath>,
    pub(crate) no_lane: BTreeSet<String>,
    pub(crate) review: bool,
    pub(crate) files: BTreeMap<RepoPath, Facts>,
    pub(crate) moved: BTreeMap<RepoPath, (BTreeSet<Name>, BTreeSet<Name>)>,
    pub(crate) domains: BTreeMap<String, BTreeSet<&'static str>>,
    /// The gates that something asks for, `needs` included: the route where it is neither broad nor observed.
    pub(crate) asked: BTreeSet<String>,
    pub(crate) selected: BTreeSet<String>,
    pub(crate) all: BTreeSet<String>,
    /// The domains whose lanes ask for a gate or define it.
    pub(crate) gate_domains: BTreeMap<String, BTreeSet<Name>>,
    pub(crate) states: BTreeMap<String, &'static str>,
}

/// Routes `case` the naive way.
pub(crate) fn route(case: &Case) -> Expected {
    let world = World::new(case);
    let mut expected = Expected {
        broken: world.broken,
        empty: case.files.is_empty() && !case.missing_base,
        observe: case.policies.iter().flatten().any(|workspace| workspace.observe),
        ..Expected::default()
    };
    for (_, _, resolved) in &world.sound {
        expected.all.extend(resolved.gates.keys().cloned());
        for ask in &resolved.asks {
            expected.gate_domains.entry(ask.gate.clone()).or_default().insert(ask.domain);
        }
    }
    expected.all.insert(REVIEW.to_owned());
    if world.broken {
        return expected;
    }
    expected.states = states(&world);
    expected.moved = moved_files(&world);
    expected.empty &= expected.moved.is_empty();
    if !expected.empty {
        expected.files = facts(&world, expected.moved.keys());
        let mut selection = Selection::new(&world, &expected.files);
        selection.run();
        let Selection { domains, no_lane, asked, .. } = selection;
        (expected.domains, expected.no_lane, expected.asked) = (domains, no_lane, asked);
        expected.unmapped =
            expected.files.iter().filter(|(_, facts)| !facts.mapped).map(|(path, _)| path.clone()).collect();
    }
    // Without a policy of the base it is not known what an empty change would have to pass.
    let unknown_base = case.missing_base || !case.has_base();
    expected.broad = !expected.unmapped.is_empty() || !expected.no_lane.is_empty() || unknown_base;
    expected.review = !expected.unmapped.is_empty()
        || unknown_base
        || expected
            .files
            .values()
            .any(|facts| facts.policy_class.is_some() && facts.classes.contains("delivery"));
    expected.broad |= case.all || case.kill_switch;
    if expected.review {
        expected.asked.insert(REVIEW.to_owned());
    }
    expected.asked.extend(case.add.iter().map(|id| (*id).to_owned()).filter(|id| expected.all.contains(id)));
    close(&world, &mut expected.asked);
    expected.selected = expected.asked.clone();
    if expected.broad || (expected.observe && !expected.empty) {
        expected.selected.extend(expected.all.iter().filter(|id| *id != REVIEW).cloned());
    }
    expected
}

/// Adds what the selected gates need, by any policy's definition.
fn close(world: &World<'_>, asked: &mut BTreeSet<String>) {
    loop {
        let before = asked.len();
        for (_, _, resolved) in &world.sound {
            for id in asked.clone() {
                if let Some(def) = resolved.gates.get(&id) {
                    asked.extend(def.needs.iter().cloned());
                }
            }
        }
        if asked.len() == before {
            return;
        }
    }
}

struct Selection<'a> {
    world: &'a World<'a>,
    files: &'a BTreeMap<RepoPath, Facts>,
    asked: BTreeSet<String>,
    consulted: BTreeSet<Name>,
    domains: BTreeMap<String, BTreeSet<&'static str>>,
    no_lane: BTreeSet<String>,
}

impl<'a> Selection<'a> {
    fn new(world: &'a World<'a>, files: &'a BTreeMap<RepoPath, Facts>) -> Self {
        Self {
            world,
            files,
            asked: BTreeSet::new(),
            consulted: BTreeSet::new(),
            domains: BTreeMap::new(),
            no_lane: BTreeSet::new(),
        }
    }

    fn run(&mut self) {
        let mut impacts: BTreeMap<Name, BTreeSet<&'static str>> = BTreeMap::new();
        // The rows whose contracts the change touches, by side.
        let touched: BTreeSet<(usize, usize)> = self
            .files
            .values()
            .flat_map(|facts| &facts.roles)
            .filter(|role| role.attached)
            .map(|role| (role.side, role.row))
            .collect();
        for (path, facts) in self.files {
            for domain in &facts.domains {
                impacts.entry(domain).or_default().insert("changed");
            }
            let rebuilt = self.rebuilt(facts);
            for domain in &rebuilt {
                impacts.entry(domain).or_default().insert("rebuilt");
            }
            for consumer in self.service_edges(facts) {
                impacts.entry(consumer).or_default().insert("consumer");
            }
            let affected: BTreeSet<Name> = facts.domains.union(&rebuilt).copied().collect();
            if !facts.exempt {
                self.class_rules(facts, &affected, &touched);
                self.kind_rules(facts);
                if !facts.is_docs() {
                    self.take(&affected, "global_gates", |_| true);
                }
            }
            self.always(path, facts);
        }
        let mut need_lane: BTreeSet<Name> = self.consulted.clone();
        for (domain, how) in &impacts {
            if how.contains("changed") || how.contains("rebuilt") {
                need_lane.insert(domain);
            }
        }
        for domain in need_lane {
            for (_, workspace, _) in &self.world.sound {
                if names(workspace, domain) && workspace.lanes.iter().all(|lane| lane.domain != domain) {
                    self.no_lane.insert(domain.to_owned());
                }
            }
        }
        self.domains = impacts.into_iter().map(|(domain, how)| (domain.to_owned(), how)).collect();
    }

    /// Asks for the entries of a list, in every policy's lane of each of `domains`, that `wanted` accepts.
    fn take(&mut self, domains: &BTreeSet<Name>, slot: Name, wanted: impl Fn(&Ask) -> bool) {
        for (_, workspace, resolved) in &self.world.sound {
            let known = known_domains(workspace);
            for ask in &resolved.asks {
                // A consumer that the policy does not know may be anyone.
                let consumer = ask.consumer.filter(|one| known.contains(one));
                let asked = Ask { consumer, ..ask.clone() };
                if domains.contains(ask.domain) && ask.slot == slot && wanted(&asked) {
                    self.asked.insert(ask.gate.clone());
                }
            }
        }
    }

    /// The domains that compile in what the file is part of.
    fn rebuilt(&self, facts: &Facts) -> BTreeSet<Name> {
        let mut reached: BTreeSet<Name> = BTreeSet::new();
        for role in facts.roles.iter().filter(|role| role.owner && !role.makes_docs) {
            let row = self.world.row(role.side, role.row);
            if row.kind == "package" && !row.is_exempt() {
                reached.extend(self.importers(role.side, row));
            }
        }
        loop {
            let before = reached.len();
            for (side, workspace, _) in &self.world.sound {
                for row in &workspace.rows {
                    let owners = spelt_out(workspace, &row.owners);
                    if row.kind == "package" && !row.is_exempt() && !owners.is_disjoint(&reached) {
                        reached.extend(self.importers(*side, row));
                    }
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn importers(&self, side: usize, row: &Row) -> BTreeSet<Name> {
        row.imported_by
            .as_ref()
            .map_or_else(BTreeSet::new, |words| spelt_out(self.world.workspace(side), words))
    }

    /// The consumers of what the file is part of; asks for their smokes.
    fn service_edges(&mut self, facts: &Facts) -> BTreeSet<Name> {
        let mut all = BTreeSet::new();
        for role in &facts.roles {
            let row = self.world.row(role.side, role.row);
            let starts = match row.kind {
                "package" => role.owner && !role.makes_docs && !row.is_exempt(),
                "route" | "schema" | "event" => true,
                _ => false,
            };
            if !starts {
                continue;
            }
            let workspace = self.world.workspace(role.side);
            let producers = spelt_out(workspace, &row.owners);
            let mut consumers = BTreeSet::new();
            match &row.consumers {
                Some(words) => consumers.extend(spelt_out(workspace, words)),
                None => self.take(&producers, "consumer_smokes", |_| true),
            }
            if row.kind != "package" {
                for (_, other, _) in &self.world.sound {
                    for caller in &other.rows {
                        if row.names.iter().any(|name| calls(caller, name)) {
                            consumers.extend(spelt_out(other, &caller.owners));
                        }
                    }
                }
            }
            self.take(&producers, "consumer_smokes", |ask| {
                ask.consumer.is_none_or(|one| consumers.contains(one)) && !consumers.is_empty()
            });
            all.extend(consumers);
        }
        all
    }

    fn class_rules(&mut self, facts: &Facts, affected: &BTreeSet<Name>, touched: &BTreeSet<(usize, usize)>) {
        let world = self.world;
        for (_, _, resolved) in &world.sound {
            for class in &facts.classes {
                let Some(rule) = resolved.classes.get(*class) else { continue };
                self.asked.extend(rule.gates.iter().cloned());
                if rule.local {
                    self.take(affected, "domain_local_gates", |_| true);
                }
                let narrow = facts.states_only(world, class);
                if rule.smokes.all || (!rule.smokes.tags.is_empty() && !narrow) {
                    self.take(affected, "consumer_smokes", |_| true);
                } else if !rule.smokes.tags.is_empty() {
                    self.take(affected, "consumer_smokes", |ask| tagged(ask, &rule.smokes.tags));
                }
                if facts.production {
                    self.asked.extend(rule.production.iter().cloned());
                    if rule.evidence {
                        self.take(&facts.domains, "service_evidence", |_| true);
                    }
                }
                if rule.consumed {
                    for product in affected {
                        self.consumed(product);
                    }
                }
                if facts
                    .roles
                    .iter()
                    .any(|role| role.owner && world.row(role.side, role.row).tags.contains(&"ships"))
                {
                    self.asked.extend(rule.ships.iter().cloned());
                }
                if !rule.shown.is_empty() {
                    self.shown(facts, touched, &rule.shown);
                }
            }
        }
    }

    /// Asks for the smokes, in the lanes of the services that `product` may consume, that name it or nobody.
    fn consumed(&mut self, product: Name) {
        let mut services: BTreeSet<Name> = BTreeSet::new();
        for (_, workspace, _) in &self.world.sound {
            for row in &workspace.rows {
                if matches!(row.kind, "binary" | "surface") {
                    continue;
                }
                let consumes = match &row.consumers {
                    None => true,
                    Some(words) => spelt_out(workspace, words).contains(product),
                };
                let called = row.kind != "package" && self.callers(row).contains(product);
                let silent = row.is_exempt() && row.kind == "package";
                if (consumes || called) && !silent {
                    services.extend(spelt_out(workspace, &row.owners));
                }
            }
        }
        self.take(&services, "consumer_smokes", |ask| ask.consumer.is_none_or(|one| one == product));
        self.consulted.extend(services);
    }

    /// The domains of the binaries and surfaces, in any policy, that call a contract of `row`.
    fn callers(&self, row: &Row) -> BTreeSet<Name> {
        let mut callers = BTreeSet::new();
        for (_, workspace, _) in &self.world.sound {
            for caller in &workspace.rows {
                if row.names.iter().any(|name| calls(caller, name)) {
                    callers.extend(spelt_out(workspace, &caller.owners));
                }
            }
        }
        callers
    }

    /// Asks for the tagged smokes of the domains of those contracts that the change touches and the file shows.
    ///
    /// The domains are those of the rows that the change touches: others that offer a contract of the name did not change.
    fn shown(&mut self, facts: &Facts, touched: &BTreeSet<(usize, usize)>, tags: &BTreeSet<String>) {
        let world = self.world;
        for role in facts.roles.iter().filter(|role| role.owner) {
            let owner = world.row(role.side, role.row);
            for (side, row) in touched {
                let row = world.row(*side, *row);
                if owner.kind != "surface" || row.names.iter().any(|name| calls(owner, name)) {
                    let domains = spelt_out(world.workspace(*side), &row.owners);
                    self.take(&domains, "consumer_smokes", |ask| tagged(ask, tags));
                }
            }
        }
    }

    fn kind_rules(&mut self, facts: &Facts) {
        let world = self.world;
        for role in &facts.roles {
            let row = world.row(role.side, role.row);
            // No row is exempt for a file of the policy.
            if row.competes() && row.is_exempt() && facts.policy_class.is_none() {
                continue;
            }
            let domains = spelt_out(world.workspace(role.side), &row.owners);
            for (_, _, resolved) in &world.sound {
                let Some((gates, tags)) = resolved.kinds.get(row.kind) else { continue };
                self.asked.extend(gates.iter().cloned());
                if !tags.is_empty() {
                    self.take(&domains, "consumer_smokes", |ask| tagged(ask, tags));
                }
            }
        }
    }

    fn always(&mut self, path: &RepoPath, facts: &Facts) {
        for (_, _, resolved) in &self.world.sound {
            for (id, def) in &resolved.gates {
                let Some((scope, paths)) = &def.always else { continue };
                let counts = scope == "every_change" || (!facts.exempt && !facts.is_docs());
                if counts && listed(paths, path.as_bytes()) {
                    self.asked.insert(id.clone());
                }
            }
        }
    }
}

/// Says whether `paths`, with `!` for what is taken out, match; an empty list matches everything.
fn listed(paths: &[String], path: &[u8]) -> bool {
    let (out, within): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|pattern| pattern.starts_with('!'));
    (within.is_empty() || within.iter().any(|pattern| pattern::matches(pattern, path)))
        && !out.iter().any(|pattern| pattern::matches(&pattern[1..], path))
}

fn tagged(ask: &Ask, tags: &BTreeSet<String>) -> bool {
    ask.tags.is_empty() || ask.tags.iter().any(|tag| tags.contains(*tag))
}

/// Says whether a binary or surface row may call the contract `name`.
fn calls(caller: &Row, name: &str) -> bool {
    match (caller.kind, &caller.consumes) {
        ("binary" | "surface", Some(names)) => names.contains(&name),
        ("surface", None) => true,
        _ => false,
    }
}

/// Says whether a row of the policy names `domain`.
fn names(workspace: &Workspace, domain: Name) -> bool {
    workspace.rows.iter().any(|row| {
        row.owners.contains(&domain)
            || row.consumers.iter().flatten().any(|one| *one == domain)
            || row.imported_by.iter().flatten().any(|one| *one == domain)
    })
}

/// The state of each gate, by the policies of merge base and head.
fn states(world: &World<'_>) -> BTreeMap<String, &'static str> {
    let at = |side: usize| world.sound.iter().find(|(of, _, _)| *of == side).map(|(_, _, resolved)| resolved);
    let (base, tip, head) = (at(MERGE_BASE), at(BASE_TIP), at(HEAD));
    let selectors = |resolved: &Resolved, id: &str| -> BTreeSet<Ask> {
        // Which lanes list a gate of the catalogue is no part of its definition.
        let own = resolved.gates[id].lane.is_some();
        resolved.asks.iter().filter(|ask| own && ask.gate == id).cloned().collect()
    };
    let mut states = BTreeMap::new();
    for resolved in [base, tip, head].into_iter().flatten() {
        for id in resolved.gates.keys() {
            states.insert(id.clone(), "current");
        }
    }
    if let (Some(base), Some(head)) = (base, head) {
        for (id, was) in &base.gates {
            let state = match head.gates.get(id) {
                None => "retired",
                Some(is) if is != was || selectors(base, id) != selectors(head, id) => "redefined",
                Some(_) => "current",
            };
            states.insert(id.clone(), state);
        }
    }
    states
}
