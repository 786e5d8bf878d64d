//! Plans to write documents of: ordinary, empty, large and hostile ones, and the tools of the CIs' own makers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, Provenance, Side, Sides, Status};
use laneway::path::RepoPath;
use laneway::plan::Plan;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::render::Report;
use laneway::render::digest::digest;
use laneway::route::{Request, Route, Widen, route};
use serde_json::json;

/// Texts that some format, shell, template or terminal would act on.
pub(crate) const HOSTILE: &[&str] = &[
    "plain",
    "${{ secrets.TOKEN }} $(rm -rf x) `id` ${HOME} $HOME $$ %PATH% !x",
    "$[[ inputs.x ]] $[variables.x] << parameters.x >> <<# x >> {{ x }} {% x %} \\<< x >>",
    "##vso[task.setvariable variable=a]b ::set-output name=a::b %25 %0A",
    "a: b # c - d\n- e\n\"quoted\" 'single' \\ back \t tab \r return",
    "yes",
    "on",
    "null",
    "~",
    "1e3",
    "0x1f",
    "12:30:45",
    "2026-11-22",
    "=",
    "*a",
    "&a",
    "!!python/object x",
    "@x",
    "|",
    ">",
    "\u{1b}[31m\u{7}\u{0085}\u{2028}\u{202e}\u{feff} 😀 é",
    "]]> </script> <!-- --> &amp; ''' \"\"\" $/x/$ //x /* x */",
    ":rocket: a@b.c #1 [x](y)",
    " leading and trailing ",
];

/// The policy of one domain `many` that owns everything, with these local gates: each is the text of one list item.
pub(crate) fn policies(gates: &[String], config: &str) -> Policies {
    let mut lane = "domain_lane:\n  domain_id: many\n  domain_local_gates:\n".to_owned();
    for gate in gates {
        lane += &format!("    - {gate}\n");
    }
    if gates.is_empty() {
        lane = "domain_lane:\n  domain_id: many\n".to_owned();
    }
    let map =
        "| Package | Domain | Class |\n|---|---|---|\n| `**` | many | |\n| `LICENSE` | many | exempt |\n";
    let files = [("ownership-maps/a.md", map), ("lanes/a.yaml", &lane), ("laneway.yaml", config)];
    let files =
        files.into_iter().map(|(path, text)| (RepoPath::from(path), Arc::from(text.as_bytes()))).collect();
    let policy = Arc::new(Policy::load(&PolicyFiles { files, faults: Vec::new() }));
    assert!(policy.faults.is_empty(), "{:?}", policy.faults);
    Policies::new(PolicyBasis::BaseAndHead, Side::ALL.map(|side| (side, Arc::clone(&policy))))
}

/// The route of a change that modifies `paths`; `all` makes it broad.
pub(crate) fn routed(policies: &Policies, paths: &[&str], all: bool) -> Route {
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: Some("b".repeat(40)),
        head: Some("a".repeat(40)),
        merge_base: Some("b".repeat(40)),
        base_method: "flag".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    let file = |path: &&str| ChangedFile {
        path: RepoPath::from(*path),
        status: Status::Modified,
        previous_path: None,
        present: Sides::ALL,
    };
    let change = Change::new(provenance, paths.iter().map(file));
    let widen = Widen { all: all.then(|| "by hand".to_owned()), ..Widen::default() };
    route(&Request { change: &change, policies, tracked: &[], widen })
}

/// The plan of a route.
pub(crate) fn plan(route: &Route, policies: &Policies) -> Plan {
    Plan::new(route, digest(&Report::new(route, policies)).unwrap())
}

/// The plan of a change to the domain of [`policies`].
pub(crate) fn plan_of(gates: &[String]) -> Plan {
    let policies = policies(gates, "version: 1\n");
    plan(&routed(&policies, &["a"], false), &policies)
}

/// Gates with runners, timeouts and needs.
pub(crate) fn ordinary() -> Plan {
    plan_of(&[
        "{id: build, title: Build it, run: make build, timeout_minutes: 20}".to_owned(),
        "{id: unit, title: Unit tests, run: make unit, needs: [build]}".to_owned(),
        "{id: load, title: Load test, run: make load, runner: large, timeout_minutes: 60, needs: [build, unit]}".to_owned(),
        "{id: sign-off, title: A paper that somebody signs}".to_owned(),
    ])
}

/// A plan without any gate that has a command.
pub(crate) fn empty() -> Plan {
    let policies = policies(&[], "version: 1\n");
    plan(&routed(&policies, &["LICENSE"], false), &policies)
}

/// So many gates, on three machines, some of which need others.
pub(crate) fn many(count: usize) -> Plan {
    let gate = |at: usize| {
        let runner = ["small", "large", "gpu"][at % 3];
        let needs = if at % 50 == 30 { format!(", needs: [g{:04}]", at - 30) } else { String::new() };
        format!("{{id: g{at:04}, run: echo {at}, runner: {runner}, timeout_minutes: {}{needs}}}", at % 7 + 1)
    };
    plan_of(&(0..count).map(gate).collect::<Vec<_>>())
}

/// Each hostile text as a title, a command and a runner.
pub(crate) fn hostile() -> Plan {
    let gate = |(at, text): (usize, &&str)| {
        json!({"id": format!("h{at}"), "title": text, "run": format!("printf %s {text}"), "runner": text})
            .to_string()
    };
    plan_of(&HOSTILE.iter().enumerate().map(gate).collect::<Vec<_>>())
}

/// The gates of a plan that a CI runs.
pub(crate) fn runnable(plan: &Plan) -> BTreeSet<String> {
    plan.gates.iter().filter(|(_, gate)| gate.run.is_some()).map(|(id, _)| id.to_string()).collect()
}

/// Where the CIs' own tools are installed, which `tests/ci-tools/install.sh` does; without them a test says that it did
/// not run.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("LANEWAY_CI_TOOLS")?);
    let places = ["node_modules/.bin", "venv/bin", "venv/Scripts"];
    let found = places.iter().map(|place| folder.join(place).join(name)).find(|path| path.exists());
    assert!(found.is_some(), "LANEWAY_CI_TOOLS has no {name}");
    found
}
