//! What is asked about: a path, a gate or a domain.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Code, Fault};
use crate::id::{DomainId, GateId, nearest};
use crate::ownership::{Owners, Row};
use crate::path::RepoPath;
use crate::policy::Policies;
use crate::route::Route;

/// Something that can be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A path, changed or not.
    Path(RepoPath),
    /// A gate.
    Gate(GateId),
    /// A domain.
    Domain(DomainId),
}

/// The paths that the head has, sorted.
pub type Tree<'a> = &'a [RepoPath];

impl Subject {
    /// Finds what `name` names: a changed path, a path of the tree, a gate's id or title, or a domain, in this order.
    ///
    /// `path:`, `gate:` and `domain:` in front of it say which is meant. A path that is named so need not exist: what
    /// is explained then is where it would belong.
    pub fn find(name: &[u8], route: &Route, policies: &Policies, tree: Tree<'_>) -> Result<Self, Fault> {
        let names = Names::of(route, policies);
        if let Some(path) = name.strip_prefix(b"path:") {
            let path = path.strip_prefix(b"./").unwrap_or(path);
            if path.is_empty() {
                return Err(Fault::new(
                    Code::EmptyValue,
                    "`path:` names no path",
                    "write the path behind it, relative to the root of the repository",
                ));
            }
            return Ok(Self::Path(RepoPath::new(path)));
        }
        let text = String::from_utf8_lossy(name);
        if let Some(gate) = text.strip_prefix("gate:") {
            return names.gate(gate).map(Self::Gate).ok_or_else(|| unknown(gate, "gate", names.gate_names()));
        }
        if let Some(domain) = text.strip_prefix("domain:") {
            let ids = names.domains.iter().map(DomainId::as_str);
            return names.domain(domain).map(Self::Domain).ok_or_else(|| unknown(domain, "domain", ids));
        }
        let path = RepoPath::new(name.strip_prefix(b"./").unwrap_or(name));
        let changed = || route.files.binary_search_by(|file| file.file.path.cmp(&path)).is_ok();
        if changed() || tree.binary_search(&path).is_ok() {
            return Ok(Self::Path(path));
        }
        let found = names.gate(&text).map(Self::Gate).or_else(|| names.domain(&text).map(Self::Domain));
        found.ok_or_else(|| {
            let paths =
                route.files.iter().map(|file| &file.file.path).chain(tree).filter_map(RepoPath::as_str);
            let known = names.gate_names().chain(names.domains.iter().map(DomainId::as_str)).chain(paths);
            unknown(&text, "path, gate or domain", known)
        })
    }
}

fn unknown<'a>(name: &str, what: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let help = match nearest(name, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => {
            "`laneway route --verbose` lists every gate; `path:` in front asks where a new path would belong"
                .to_owned()
        }
    };
    Fault::new(Code::Usage, format!("there is no {what} `{name}`"), help)
}

/// Every gate and domain that the route or a policy knows.
struct Names {
    gates: BTreeMap<GateId, String>,
    domains: BTreeSet<DomainId>,
}

impl Names {
    fn of(route: &Route, policies: &Policies) -> Self {
        let selected = route.gates.values().map(|gate| &gate.gate);
        let skipped = route.skipped.values().map(|gate| &gate.gate);
        let gates = selected.chain(skipped).map(|gate| (gate.id.clone(), gate.title.clone())).collect();
        let mut domains: BTreeSet<DomainId> = route.domains.keys().cloned().collect();
        for (_, policy) in &policies.each {
            domains.extend(policy.lanes.lanes.keys().cloned());
            domains.extend(policy.rows.iter().flat_map(named));
        }
        Self { gates, domains }
    }

    fn gate(&self, name: &str) -> Option<GateId> {
        let by_title = || self.gates.iter().find(|(_, title)| *title == name);
        self.gates.get_key_value(name).or_else(by_title).map(|(id, _)| id.clone())
    }

    fn gate_names(&self) -> impl Iterator<Item = &str> {
        self.gates.iter().flat_map(|(id, title)| [id.as_str(), title])
    }

    fn domain(&self, name: &str) -> Option<DomainId> {
        self.domains.get(name).cloned()
    }
}

/// Returns every domain that a row names.
fn named(row: &Row) -> impl Iterator<Item = DomainId> {
    let owners = match &row.owners {
        Owners::Every => None,
        Owners::Listed(domains) => Some(domains),
    };
    let edges = [&row.consumers, &row.imported_by].into_iter().filter_map(|cell| cell.listed());
    owners.into_iter().flatten().chain(edges.flat_map(BTreeMap::keys)).cloned()
}
