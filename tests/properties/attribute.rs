//! The oracle's reading of files: rows, classes, domains, contracts, and what moved.

use std::collections::{BTreeMap, BTreeSet};

use laneway::path::RepoPath;

use crate::model::{BASE_TIP, Case, HEAD, MERGE_BASE, Name, Row, Workspace};
use crate::pattern::{self, Rank};
use crate::resolve::{Resolved, has_fault, resolve, spelt_out};

/// The policies of a case, those that hold together resolved.
pub(crate) struct World<'a> {
    pub(crate) case: &'a Case,
    pub(crate) broken: bool,
    pub(crate) sound: Vec<(usize, &'a Workspace, Resolved)>,
}

impl<'a> World<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        let mut world = Self { case, broken: false, sound: Vec::new() };
        for side in [MERGE_BASE, BASE_TIP, HEAD] {
            let Some(workspace) = &case.policies[side] else { continue };
            if case.garbage[side].is_some() || has_fault(workspace) {
                world.broken = true;
            } else {
                world.sound.push((side, workspace, resolve(workspace)));
            }
        }
        world
    }

    pub(crate) fn workspace(&self, side: usize) -> &'a Workspace {
        self.case.policies[side].as_ref().expect("a row's side has a policy")
    }

    pub(crate) fn row(&self, side: usize, row: usize) -> &'a Row {
        &self.workspace(side).rows[row]
    }
}

/// What a row is to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) side: usize,
    pub(crate) row: usize,
    pub(crate) owner: bool,
    /// It is of a kind that attaches a contract.
    pub(crate) attached: bool,
    /// The column that matches gives a class.
    pub(crate) by_column: bool,
    /// The classes that it gives.
    pub(crate) gives: BTreeSet<Name>,
    /// It owns the file, and all that it says of it is that it is docs.
    pub(crate) makes_docs: bool,
}

/// What the policies say of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) roles: Vec<Role>,
    pub(crate) domains: BTreeSet<Name>,
    /// Kind and name.
    pub(crate) contracts: BTreeSet<(Name, Name)>,
    pub(crate) classes: BTreeSet<Name>,
    pub(crate) mapped: bool,
    pub(crate) exempt: bool,
    pub(crate) production: bool,
    /// The class that a file of the policy gets from its owner.
    pub(crate) policy_class: Option<Name>,
}

impl Facts {
    pub(crate) fn is_docs(&self) -> bool {
        self.classes.len() == 1 && self.classes.contains("docs")
    }

    /// Says whether every row that owns the file states `class`. A file of the policy has its class from elsewhere.
    pub(crate) fn states_only(&self, world: &World<'_>, class: Name) -> bool {
        let mut owners = self.roles.iter().filter(|role| role.owner).peekable();
        self.policy_class.is_none()
            && owners.peek().is_some()
            && owners.all(|role| world.row(role.side, role.row).class == Some(class))
    }
}

/// Reads every file of the change, and those of `moved`.
pub(crate) fn facts<'a>(
    world: &World<'_>,
    moved: impl Iterator<Item = &'a RepoPath>,
) -> BTreeMap<RepoPath, Facts> {
    let mut present: BTreeMap<RepoPath, [bool; 3]> = BTreeMap::new();
    for file in &world.case.files {
        present.insert(file.path.clone(), file.present);
    }
    for path in moved {
        present.insert(path.clone(), [true; 3]);
    }
    present.into_iter().map(|(path, present)| (path.clone(), facts_of(world, &path, present))).collect()
}

fn facts_of(world: &World<'_>, path: &RepoPath, present: [bool; 3]) -> Facts {
    let policy_class =
        is_policy_file(world.case, path).then(|| if checked_equal(world.case) { "docs" } else { "delivery" });
    let mut facts = Facts { mapped: true, policy_class, ..Facts::default() };
    for (side, workspace, _) in &world.sound {
        if present[*side] {
            let roles = roles(*side, workspace, path, policy_class);
            facts.mapped &= !roles.is_empty();
            facts.roles.extend(roles);
        }
    }
    if present == [false, false, true] && only_excuses(world, path, &facts) {
        // The head may not grant itself an exemption: the base is asked as if it had the file.
        let mut anyone = !world.case.has_base();
        for (side, workspace, _) in world.sound.iter().filter(|(side, _, _)| *side != HEAD) {
            let roles = roles(*side, workspace, path, policy_class);
            anyone |= !roles.is_empty();
            facts.roles.extend(roles);
        }
        facts.mapped &= anyone;
    }
    for role in &facts.roles {
        let row = world.row(role.side, role.row);
        if role.attached || !row.is_exempt() || policy_class.is_some() {
            facts.domains.extend(spelt_out(world.workspace(role.side), &row.owners));
        }
        if role.attached {
            facts.contracts.extend(row.names.iter().map(|name| (row.kind, *name)));
        }
        facts.classes.extend(&role.gives);
    }
    // Where no policy was asked, none maps it either.
    facts.mapped &= !facts.roles.is_empty();
    let mut owners = facts.roles.iter().filter(|role| role.owner).peekable();
    let owned = owners.peek().is_some();
    facts.exempt = facts.mapped
        && owned
        && policy_class.is_none()
        && facts.contracts.is_empty()
        && owners.all(|role| world.row(role.side, role.row).is_exempt());
    if !owned {
        facts.classes.extend(policy_class);
    }
    facts.production = !facts.mapped
        || !owned
        || !facts
            .roles
            .iter()
            .filter(|role| role.owner)
            .all(|role| role.makes_docs || world.row(role.side, role.row).tags.contains(&"test"));
    facts
}

/// Says whether the owning rows in the head say nothing but exempt, docs or test, whatever a file of the policy is.
fn only_excuses(world: &World<'_>, path: &RepoPath, facts: &Facts) -> bool {
    let plain = roles(HEAD, world.workspace(HEAD), path, None);
    let mut owners = facts.roles.iter().filter(|role| role.owner).peekable();
    owners.peek().is_some()
        && owners.all(|role| {
            let row = world.row(role.side, role.row);
            let says_docs = plain.iter().any(|said| said.row == role.row && said.makes_docs);
            (row.is_exempt() && !role.by_column) || says_docs || row.tags.contains(&"test")
        })
}

/// Returns the rows of one policy that own `path` or attach to it.
pub(crate) fn roles(
    side: usize,
    workspace: &Workspace,
    path: &RepoPath,
    policy_class: Option<Name>,
) -> Vec<Role> {
    let mut best: Option<Rank> = None;
    let mut owners: Vec<(usize, Rank)> = Vec::new();
    let mut attached: Vec<(usize, BTreeSet<Name>)> = Vec::new();
    for (index, row) in workspace.rows.iter().enumerate() {
        let Some((rank, columns)) = matching(row, path.as_bytes()) else { continue };
        if row.competes() {
            best = best.max(Some(rank));
            owners.push((index, rank));
        } else {
            attached.push((index, columns));
        }
    }
    owners.retain(|(_, rank)| Some(*rank) == best);
    if owners.iter().any(|(index, _)| !workspace.rows[*index].is_exempt()) {
        owners.retain(|(index, _)| !workspace.rows[*index].is_exempt());
    }
    let mut roles = Vec::new();
    for (index, _) in &owners {
        let row = &workspace.rows[*index];
        let gives: BTreeSet<Name> = match (policy_class, row.class) {
            (Some(class), _) => [class].into(),
            (None, Some("exempt")) => BTreeSet::new(),
            (None, Some(class)) => [class].into(),
            (None, None) if row.kind == "surface" => ["frontend"].into(),
            (None, None) => lane_kinds(workspace, row),
        };
        roles.push(role(side, *index, true, false, gives));
    }
    let owns = owners.is_empty();
    let mut silent = Vec::new();
    for (index, columns) in attached {
        let row = &workspace.rows[index];
        let mut gives = BTreeSet::new();
        for column in columns {
            match column {
                "Contract" => gives.insert("contract"),
                "Migrations" | "Seeds" => gives.insert("schema"),
                _ => false,
            };
        }
        let by_column = !gives.is_empty();
        if !by_column {
            silent.push(roles.len());
        }
        if owns {
            gives.extend(policy_class.or(row.class.filter(|class| *class != "exempt")));
            if gives.is_empty() && !row.is_exempt() {
                gives = lane_kinds(workspace, row);
            }
        }
        let mut role = role(side, index, owns, true, gives);
        role.by_column = by_column;
        // As the owner of a file of the policy it gives the policy's class and nothing else.
        role.makes_docs |= owns && policy_class == Some("docs");
        roles.push(role);
    }
    // `Handler` and `Code` give the lane's kind where no owner, which may be the row itself, says more than docs.
    let nothing =
        |role: &Role| !role.owner || role.gives.iter().all(|class| *class == "docs") || role.makes_docs;
    if roles.iter().all(nothing) {
        for at in silent {
            let kinds = lane_kinds(workspace, &workspace.rows[roles[at].row]);
            roles[at].gives.extend(kinds);
        }
    }
    roles
}

fn role(side: usize, row: usize, owner: bool, attached: bool, gives: BTreeSet<Name>) -> Role {
    let makes_docs = owner && gives.len() == 1 && gives.contains("docs");
    Role { side, row, owner, attached, by_column: false, gives, makes_docs }
}

/// Returns the best rank of the row's patterns and the columns that match.
pub(crate) fn matching(row: &Row, path: &[u8]) -> Option<(Rank, BTreeSet<Name>)> {
    if row.excluded.iter().any(|pattern| pattern::matches(pattern, path)) {
        return None;
    }
    let mut best = None;
    let mut columns = BTreeSet::new();
    for (column, patterns) in &row.columns {
        for pattern in patterns {
            if let Some(rank) = pattern::rank(pattern, path) {
                best = best.max(Some(rank));
                columns.insert(*column);
            }
        }
    }
    best.map(|best| (best, columns))
}

fn lane_kinds(workspace: &Workspace, row: &Row) -> BTreeSet<Name> {
    spelt_out(workspace, &row.owners)
        .into_iter()
        .map(|domain| {
            let lane = workspace.lanes.iter().find(|lane| lane.domain == domain);
            lane.and_then(|lane| lane.kind).unwrap_or("platform_service")
        })
        .collect()
}

/// Says whether the file belongs to the policy, by the settings of any side.
pub(crate) fn is_policy_file(case: &Case, path: &RepoPath) -> bool {
    let Some(path) = path.as_str() else { return false };
    path == "laneway.yaml"
        || path == ".fairway/artifacts/platform-shared-services-extraction-packets.yaml"
        || (path.starts_with("ownership-maps/") && (path.ends_with(".md") || path.ends_with(".tsv")))
        || matches!(path, "ownership-maps/reviewers.yaml" | "ownership-maps/reviewers.yml")
        || case.policies.iter().flatten().any(|workspace| {
            let folder = if workspace.lanes_in_ci { "ci/" } else { "lanes/" };
            path.starts_with(folder) && (path.ends_with(".yaml") || path.ends_with(".yml"))
        })
}

/// Says whether the policies of merge base and head mean the same: rows, lanes, gates, rules and settings.
pub(crate) fn checked_equal(case: &Case) -> bool {
    let [Some(base), _, Some(head)] = &case.policies else { return false };
    if case.external {
        // It says nothing of what the commits' own policies are.
        return false;
    }
    let plain = |workspace: &Workspace| {
        // A rule that states what holds anyway states nothing, and gates have no order.
        Workspace { gates: Vec::new(), class_rules: Vec::new(), kind_rules: Vec::new(), ..workspace.clone() }
    };
    base == head || (plain(base) == plain(head) && resolve(base) == resolve(head))
}

/// Returns the files that no commit changed and that merge base and head map differently.
pub(crate) fn moved_files(world: &World<'_>) -> BTreeMap<RepoPath, (BTreeSet<Name>, BTreeSet<Name>)> {
    let mut moved = BTreeMap::new();
    if world.case.policies[MERGE_BASE].is_none() {
        return moved;
    }
    for path in &world.case.tracked {
        let by = |side: usize| {
            let workspace = world.workspace(side);
            let roles = roles(side, workspace, path, None);
            let (mut domains, mut contracts) = (BTreeSet::new(), BTreeSet::new());
            for role in &roles {
                let row = &workspace.rows[role.row];
                if role.attached || !row.is_exempt() {
                    domains.extend(spelt_out(workspace, &row.owners));
                }
                if role.attached {
                    contracts.extend(row.names.iter().map(|name| (row.kind, *name)));
                }
            }
            (domains, contracts, !roles.is_empty())
        };
        let (was, is) = (by(MERGE_BASE), by(HEAD));
        if was != is {
            moved.insert(path.clone(), (was.0, is.0));
        }
    }
    moved
}
