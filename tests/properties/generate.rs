//! Random workspaces and changes, biased so that most routes are narrow: a broad route says little about selection.

use laneway::change::Status;
use laneway::path::RepoPath;

use crate::dice::Dice;
use crate::model::{
    BASE_TIP, CLASSES, Case, ClassRule, DOMAINS, Entry, EntryGate, File, Garbage, Gate, HEAD, KINDS,
    KindRule, LAYERS, Lane, MAPS, MERGE_BASE, Name, OwnGate, PATHS, PLAIN_PATHS, Row, Smokes, Workspace,
};
use crate::mutate::{mutate, settle};

const CONTRACTS: [(Name, [Name; 3]); 3] = [
    ("route", ["GET /v1/a", "/v1/b", "shared"]),
    ("schema", ["t_a", "t_b", "shared"]),
    ("event", ["a.made", "b.made", "shared"]),
];
const ROW_TAGS: [Name; 3] = ["test", "ships", "generated"];
const SMOKE_TAGS: [Name; 3] = ["api", "read-model", "handler"];
const PEOPLE: [Name; 3] = ["@ann", "@bob", "@org/team"];
pub(crate) const CATALOGUE: [(Name, Name); 5] = [
    ("cat0", "Cat zero"),
    ("cat1", "Cat one"),
    ("cat2", "Cat two"),
    ("cat3", "Cat three"),
    ("cat4", "Cat four"),
];
const OWN: [Name; 4] = ["own0", "own1", "own2", "own3"];
const TITLES: [Name; 4] = ["Smoke one", "Smoke two", "Ledger proof", "go test ./t"];
const TEXTS: [Name; 9] = [
    "cat0",
    "Cat one",
    "cat2",
    "Cat three",
    "cat4",
    "go test ./a",
    "npm run b",
    "Ledger check",
    "rollback posture",
];
const RUNS: [Name; 3] = ["make a", "make b", "make c"];

/// Makes a case.
pub(crate) fn case(dice: &mut Dice) -> Case {
    let wild = dice.percent(20);
    let first = workspace(dice, wild);
    let derived = |dice: &mut Dice, from: &Workspace, same: usize| {
        let mut to = from.clone();
        if !dice.percent(same) {
            for _ in 0..=dice.below(3) {
                mutate(dice, &mut to, wild);
            }
            settle(dice, &mut to, wild);
        }
        to
    };
    let base_tip = derived(dice, &first, 60);
    let head = derived(dice, &first, 35);
    let mut policies = [Some(first), Some(base_tip), Some(head)];
    let mut missing_base = false;
    if dice.percent(if wild { 15 } else { 2 }) {
        missing_base = dice.percent(60);
        policies[MERGE_BASE] = None;
        // The tip of an unrelated history has a policy, but no merge base.
        if !missing_base || dice.percent(70) {
            policies[BASE_TIP] = None;
        }
    }
    let plain_style = dice.byte();
    let style = [
        plain_style,
        if dice.percent(70) { plain_style } else { dice.byte() },
        if dice.percent(70) { plain_style } else { dice.byte() },
    ];
    let mut garbage = [None; 3];
    for spoilt in &mut garbage {
        if dice.percent(if wild { 4 } else { 1 }) {
            *spoilt = Some(dice.pick(&Garbage::ALL));
        }
    }
    let mut case = Case {
        policies,
        style,
        garbage,
        files: Vec::new(),
        tracked: Vec::new(),
        missing_base,
        external: false,
        all: dice.percent(2),
        kill_switch: dice.percent(1),
        add: if dice.percent(10) { vec![dice.pick(&["cat0", "own1", "contracts"])] } else { Vec::new() },
    };
    if case.policies[MERGE_BASE].is_some() && !case.missing_base && dice.percent(2) {
        case.external = true;
        case.policies =
            [case.policies[HEAD].clone(), case.policies[HEAD].clone(), case.policies[HEAD].clone()];
        (case.style, case.garbage) = ([plain_style; 3], [case.garbage[HEAD]; 3]);
    }
    for _ in 0..pick_count(dice) {
        let file = file(dice, case.has_base());
        if case.files.iter().all(|known| known.path != file.path) {
            case.files.push(file);
        }
    }
    if case.files.is_empty() && !case.missing_base {
        // Where nothing changed, the policy did not either.
        let same = case.policies[HEAD].clone();
        for policy in case.policies.iter_mut().flatten() {
            policy.clone_from(same.as_ref().expect("the head always has a policy"));
        }
    }
    case.tracked = dice
        .some(&PATHS[..PLAIN_PATHS], 40)
        .into_iter()
        .map(RepoPath::new)
        .filter(|path| case.files.iter().all(|file| file.path != *path || file.present == [true; 3]))
        .collect();
    case
}

fn pick_count(dice: &mut Dice) -> usize {
    match dice.below(20) {
        0 => 0,
        1..=8 => 1,
        9..=13 => 2,
        _ => 3 + dice.below(6),
    }
}

/// Makes a file of a change; without a base, every file is as good as modified or added.
pub(crate) fn file(dice: &mut Dice, has_base: bool) -> File {
    let path = if dice.percent(8) {
        PATHS[PLAIN_PATHS + dice.below(PATHS.len() - PLAIN_PATHS)]
    } else {
        PATHS[dice.below(PLAIN_PATHS)]
    };
    let tip = dice.percent(85);
    let (status, present) = match dice.below(10) {
        0..=2 => (Status::Added, [false, !tip, true]),
        3..=4 => (Status::Deleted, [true, tip, false]),
        _ => (Status::Modified, [true, tip || !has_base, true]),
    };
    File { path: RepoPath::new(path), status, present }
}

/// Makes a workspace in which every path has a row and every domain a lane, unless it is `wild`.
fn workspace(dice: &mut Dice, wild: bool) -> Workspace {
    let mut workspace =
        Workspace { observe: dice.percent(4), lanes_in_ci: dice.percent(10), ..Workspace::default() };
    if dice.percent(30) {
        workspace.architects = dice.some(&PEOPLE, 50);
    }
    for domain in DOMAINS {
        if dice.percent(if wild { 85 } else { 100 }) {
            workspace.lanes.push(Lane { domain, kind: None, reviewers: Vec::new(), entries: Vec::new() });
        }
    }
    let count = 1 + dice.below(5);
    for _ in 0..count {
        let row = row(dice);
        workspace.rows.push(row);
    }
    if !wild || dice.percent(60) {
        cover(dice, &mut workspace.rows);
    }
    for index in 0..CATALOGUE.len() {
        if dice.percent(60) {
            workspace.gates.push(gate(dice, index));
        }
    }
    for lane in &mut workspace.lanes {
        lane.kind = if dice.percent(75) { Some(dice.pick(&CLASSES)) } else { None };
        if dice.percent(30) {
            lane.reviewers = dice.some(&PEOPLE, 50);
        }
        for _ in 0..dice.below(5) {
            lane.entries.push(entry(dice));
        }
    }
    for class in CLASSES {
        if dice.percent(15) {
            workspace.class_rules.push(class_rule(dice, class));
        }
    }
    for kind in KINDS {
        if dice.percent(15) {
            let rule = kind_rule(dice, kind);
            workspace.kind_rules.push(rule);
        }
    }
    settle(dice, &mut workspace, wild);
    workspace
}

/// Adds rows that match every path, at the bottom of every rank.
fn cover(dice: &mut Dice, rows: &mut Vec<Row>) {
    if dice.percent(60) {
        let mut all = row_of(dice, "package");
        all.columns = vec![("Paths", vec!["**".to_owned()])];
        all.excluded.clear();
        rows.push(all);
        return;
    }
    for patterns in [
        &["a"][..],
        &["b", "bb", "B/"],
        &["c.md", ".x/**", "laneway.yaml"],
        &["ownership-maps/", "lanes", "ci"],
    ] {
        let kind = dice.pick(&KINDS);
        let mut part = row_of(dice, kind);
        part.excluded.clear();
        let column = dice.below(part.columns.len());
        part.columns[column].1 = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        rows.push(part);
    }
}

/// Makes a row of any kind.
pub(crate) fn row(dice: &mut Dice) -> Row {
    let kind = if dice.percent(45) { "package" } else { dice.pick(&KINDS) };
    row_of(dice, kind)
}

pub(crate) fn row_of(dice: &mut Dice, kind: Name) -> Row {
    let columns: &[Name] = match kind {
        "route" => &["Handler", "Contract"],
        "schema" => &["Migrations", "Seeds"],
        "event" => &["Contract", "Code"],
        _ => &["Paths"],
    };
    let mut columns: Vec<(Name, Vec<String>)> = columns
        .iter()
        .map(|column| (*column, (0..=dice.below(2)).map(|_| pattern(dice)).collect()))
        .collect();
    if columns.len() == 2 && dice.percent(50) {
        columns.remove(dice.below(2));
    }
    let names = match CONTRACTS.iter().find(|(of, _)| *of == kind) {
        Some((_, names)) if dice.percent(15) => vec![names[0], names[2]],
        Some((_, names)) => vec![dice.pick(names)],
        None if kind == "package" => Vec::new(),
        None => vec![dice.pick(&["one", "two", "three"])],
    };
    let domains = |dice: &mut Dice| {
        if dice.percent(4) {
            return vec!["*"];
        }
        let mut some = vec![dice.pick(&DOMAINS)];
        if dice.percent(20) {
            some.push(dice.pick(&DOMAINS));
            some.sort_unstable();
            some.dedup();
        }
        some
    };
    let known = |dice: &mut Dice, blank: usize| {
        let fate = dice.below(100);
        if fate < blank {
            None
        } else if fate < 50 {
            Some(Vec::new())
        } else {
            Some(domains(dice))
        }
    };
    let contract_row = matches!(kind, "route" | "schema" | "event");
    let class = match dice.below(100) {
        0..=9 => Some("docs"),
        10..=19 => Some("exempt"),
        20..=49 => Some(dice.pick(&CLASSES)),
        50..=54 => Some("schema"),
        _ => None,
    };
    let all_contracts = ["GET /v1/a", "/v1/b", "shared", "t_a", "t_b", "a.made", "b.made"];
    Row {
        map: dice.below(MAPS.len()),
        kind,
        names,
        columns,
        excluded: if dice.percent(12) { vec![pattern(dice)] } else { Vec::new() },
        owners: domains(dice),
        consumers: if contract_row || kind == "package" { known(dice, 20) } else { None },
        imported_by: if kind == "package" { known(dice, 15) } else { None },
        consumes: match kind {
            "binary" | "surface" if dice.percent(30) => None,
            "binary" | "surface" => Some(dice.some(&all_contracts, 25)),
            _ => None,
        },
        class,
        tags: if dice.percent(35) { dice.some(&ROW_TAGS, 45) } else { Vec::new() },
        reviewers: if dice.percent(20) { dice.some(&PEOPLE, 50) } else { Vec::new() },
    }
}

/// Makes a pattern that compiles and is relative.
pub(crate) fn pattern(dice: &mut Dice) -> String {
    const WHOLE: [&str; 22] = [
        "a/**",
        "a",
        "a/b",
        "a/b/**",
        "a/b/x",
        "a/",
        "b/**",
        "b/x",
        "bb",
        "**/x",
        "**/*.md",
        "*.md",
        "a/**/x",
        "a/*/x",
        "{a,b}/x",
        "a/b{,/c}/x",
        "[ab]/**",
        "a**x",
        "**/b**",
        "a/b**",
        "{a/{b,bb},b}/x",
        "**",
    ];
    const PART: [&str; 18] = [
        "a", "b", "c", "bb", "x", "*", "**", "?", "[ab]", "[!a]", "[^x]", "{a,b}", "b*", "*x", "**x", "*.md",
        "[a-c]", "\\b",
    ];
    if dice.percent(70) {
        return dice.pick(&WHOLE).to_owned();
    }
    let parts: Vec<&str> = (0..=dice.below(3)).map(|_| dice.pick(&PART)).collect();
    let mut text = parts.join("/");
    // `**/` at the end: whether its slash makes it more specific is nobody's business.
    if dice.percent(10) && !text.ends_with("**") {
        text.push('/');
    }
    text
}

pub(crate) fn gate(dice: &mut Dice, index: usize) -> Gate {
    let (id, title) = CATALOGUE[index];
    Gate {
        id,
        title,
        layer: dice.pick(&LAYERS),
        run: if dice.percent(70) { Some(dice.pick(&RUNS)) } else { None },
        needs: needs(dice),
        always: if dice.percent(20) {
            let scope = dice.pick(&["every_change", "code_change"]);
            let mut paths: Vec<String> = Vec::new();
            if dice.percent(60) {
                paths.extend((0..=dice.below(2)).map(|_| pattern(dice)));
                if dice.percent(25) {
                    paths.push(format!("!{}", pattern(dice)));
                }
            }
            Some((scope, paths))
        } else {
            None
        },
    }
}

pub(crate) fn needs(dice: &mut Dice) -> Vec<Name> {
    if !dice.percent(30) {
        return Vec::new();
    }
    let mut needs = vec![if dice.percent(70) { dice.pick(&CATALOGUE).0 } else { dice.pick(&OWN) }];
    if dice.percent(20) {
        needs.push(dice.pick(&CATALOGUE).0);
        needs.dedup();
    }
    needs
}

pub(crate) fn entry(dice: &mut Dice) -> Entry {
    let slot = dice.pick(&[
        "global_gates",
        "domain_local_gates",
        "consumer_smokes",
        "consumer_smokes",
        "service_evidence",
    ]);
    if dice.percent(40) {
        return Entry { slot, gate: EntryGate::Text(dice.pick(&TEXTS)) };
    }
    let smoke = slot == "consumer_smokes";
    let consumer = if smoke && dice.percent(60) { Some(dice.pick(&DOMAINS)) } else { None };
    let tags = if smoke && dice.percent(60) { dice.some(&SMOKE_TAGS, 50) } else { Vec::new() };
    if dice.percent(10) {
        let id = dice.pick(&["preflight-smoke", "binary-smoke", "uat-evidence"]);
        return Entry { slot, gate: EntryGate::Embedded(id, consumer, tags) };
    }
    let id = if dice.percent(40) { Some(dice.pick(&OWN)) } else { None };
    let own = OwnGate {
        id,
        title: id.unwrap_or_else(|| dice.pick(&TITLES)),
        run: if dice.percent(60) { Some(dice.pick(&RUNS)) } else { None },
        needs: needs(dice),
        consumer,
        tags,
    };
    Entry { slot, gate: EntryGate::Own(own) }
}

pub(crate) fn class_rule(dice: &mut Dice, class: Name) -> ClassRule {
    let gates = |dice: &mut Dice, percent: usize| {
        if dice.percent(percent) {
            vec![dice.pick(&["cat0", "Cat one", "cat3", "nobody", "Nobody Else"])]
        } else {
            Vec::new()
        }
    };
    ClassRule {
        class,
        gates: gates(dice, 60),
        local_gates: if dice.percent(50) { Some(dice.percent(50)) } else { None },
        smokes: match dice.below(6) {
            0 => Some(Smokes::All),
            1 => Some(Smokes::None),
            2 => Some(Smokes::Tagged(vec![dice.pick(&SMOKE_TAGS)])),
            _ => None,
        },
        evidence: dice.percent(20),
        consumed: dice.percent(20),
        production: gates(dice, 20),
        shown: if dice.percent(20) { vec![dice.pick(&SMOKE_TAGS)] } else { Vec::new() },
        ships: gates(dice, 20),
    }
}

fn kind_rule(dice: &mut Dice, kind: Name) -> KindRule {
    KindRule {
        kind,
        gates: if dice.percent(60) { vec![dice.pick(&["cat1", "Cat four", "nobody"])] } else { Vec::new() },
        smokes: if dice.percent(60) { vec![dice.pick(&SMOKE_TAGS)] } else { Vec::new() },
    }
}
