//! The tables of the operating model, each row shown: what a command prints for it, in `docs/conformance.md`.
//!
//! One world, the sample platform, and one list of commands in the order in which they are run; a row names the command that shows it,
//! and the lines that do. The page is made from both, and compared: `LANEWAY_BLESS=1 cargo test --test release conformance` writes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::{git, laneway, root, run};

/// A command: its name in the rows, and how it is typed. `$base` is the commit that the environment runs, `$dir` the folder beside the
/// repository.
type Step = (&'static str, &'static str);

/// A row: its words in the operating model, the command that shows it, and what begins the lines that do, each with how many lines follow
/// it.
type Row = (&'static str, &'static str, &'static [(&'static str, usize)]);

/// A table: its title, what it says, its rows.
type Table = (&'static str, &'static str, &'static [Row]);

const STEPS: &[Step] = &[
    ("list standard", "profile list standard"),
    ("list web-fast", "profile list web-fast"),
    ("list api-fast", "profile list api-fast"),
    ("list runtime-fast", "profile list runtime-fast"),
    ("list node-agent-fast", "profile list node-agent-fast"),
    ("list config-only", "profile list config-only"),
    ("list validation-only", "profile list validation-only"),
    ("list dev-test", "profile list dev-test"),
    ("suggest", "profile suggest --base $base --head HEAD"),
    ("nothing proved", "verify --profile standard --environment production --base $base --no-seal"),
    ("no prior proof", "verify --profile web-fast --environment production --base $base --no-seal"),
    (
        "missing value",
        "profile resolve --profile standard --environment production --base $base --description $dir/value.yaml --no-record",
    ),
    (
        "missing secret",
        "profile resolve --profile standard --environment production --base $base --description $dir/secret.yaml --no-record",
    ),
    (
        "stale registry",
        "profile resolve --profile standard --environment production --base $base --description $dir/registry.yaml --no-record",
    ),
    (
        "prove the source",
        "record --base $base --head HEAD --exit-code 0 boundary_guard codegen contracts security_baseline source-docs-ux \
        page-family-tests surface-review frontend-web.typecheck frontend-web.unit-tests frontend-web.focused-page-family-tests \
        frontend-web.global-navigation-and-typecheck",
    ),
    (
        "create",
        "manifest create --profile web-fast --environment production --base $base \
        --image control-api=registry.platform.example/control-api@sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9 \
        --image web=registry.platform.example/web@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b \
        --output $dir/release.json",
    ),
    (
        "resolve",
        "profile resolve --profile web-fast --environment production --base $base --description $dir/production.yaml --manifest \
        $dir/release.json",
    ),
    ("preflight", "profile preflight --profile standard --environment production --base $base"),
    ("deploy too early", "manifest deploy $dir/release.json --base $base"),
    ("smoke", "run --profile web-fast --environment production --base $base web-smoke"),
    ("verdict", "verify --manifest $dir/release.json --base $base"),
    ("payload", "verify --manifest $dir/release.json --base $base --no-seal --format payload"),
    ("deploy", "manifest deploy $dir/release.json --base $base"),
    (
        "remote failure",
        "record --profile standard --environment production --base $base --exit-code 1 rollout-health --reason unhealthy --owner \
        @platform/release-engineering --failure \
        {\"phase\":\"health\",\"principal\":\"svc-validator\",\"project\":\"p-7\",\"correlation_id\":\"c-42\",\"rollback\":\"doc/operations/Rollback_Runbook_v1.md\"}",
    ),
    (
        "drift",
        "record --profile standard --environment production --base $base --exit-code 0 reconciliation-drift --drift high",
    ),
    ("failures", "verify --profile standard --environment production --base $base --no-seal"),
    ("report", "verify --profile standard --environment production --base $base --no-seal --report"),
    ("promotion", "verify --promotion platform-billing --base $base --head HEAD"),
    ("level 2", "verify --promotion platform-billing --claim l2 --base $base --head HEAD"),
    ("graduation", "evidence graduation -v"),
    ("graduation lowered", "evidence graduation --policy $dir/lowered"),
    ("graduation ended", "evidence graduation --policy $dir/ended"),
];

const TABLES: &[Table] = &[
    (
        "Gate families",
        "Each family, with the proof that it asks for, and the gates of `standard` that are missing while nothing proves it.",
        &[
            (
                "Source and promotion",
                "list standard",
                &[("  source-and-promotion  ", 1), ("    release-contract ", 0), ("    boundary_guard ", 0)],
            ),
            (
                "Contract and codegen",
                "list standard",
                &[("  contract-and-codegen  ", 1), ("    codegen ", 0), ("    contracts ", 0)],
            ),
            ("Schema and seed", "nothing proved", &[("    nothing proves ", 0), ("  release-schema ", 2)]),
            (
                "Artifact and image",
                "nothing proved",
                &[("    nothing proves ", 0), ("  release-artifacts ", 2)],
            ),
            ("Registry", "nothing proved", &[("    nothing proves ", 0), ("  release-registry ", 2)]),
            ("Secrets and PKI", "nothing proved", &[("    nothing proves ", 0), ("  release-secrets ", 2)]),
            ("DNS/TLS/edge", "nothing proved", &[("    nothing proves ", 0), ("  release-edge ", 2)]),
            ("Runtime health", "nothing proved", &[("    nothing proves ", 0), ("  rollout-health ", 2)]),
            ("UAT and security", "nothing proved", &[("  security-evidence ", 2), ("  uat-acceptance ", 2)]),
            (
                "Reconciliation",
                "nothing proved",
                &[("    nothing proves ", 0), ("  reconciliation-drift ", 2)],
            ),
            ("Rollback", "nothing proved", &[("  release-rollback ", 2), ("Rollback ", 0)]),
        ],
    ),
    (
        "Profile matrix",
        "Each profile: when to use it, what it may ship, and what it asks for.",
        &[
            (
                "`standard`",
                "list standard",
                &[("standard  ", 8), ("  gates in the environment", 13), ("  on top", 1)],
            ),
            (
                "`web-fast`",
                "list web-fast",
                &[("web-fast  ", 10), ("  gates in the environment", 5), ("  on top", 3)],
            ),
            ("`api-fast`", "list api-fast", &[("api-fast  ", 10), ("  gates in the environment", 5)]),
            (
                "`runtime-fast`",
                "list runtime-fast",
                &[("runtime-fast  ", 10), ("  gates in the environment", 5)],
            ),
            (
                "`node-agent-fast`",
                "list node-agent-fast",
                &[("node-agent-fast  ", 10), ("  gates in the environment", 5)],
            ),
            ("`config-only`", "list config-only", &[("config-only  ", 9), ("  gates in the environment", 8)]),
            (
                "`validation-only`",
                "list validation-only",
                &[("validation-only  ", 9), ("  gates in the environment", 2)],
            ),
            ("`dev-test`", "list dev-test", &[("dev-test  ", 8), ("  gates in the environment", 1)]),
        ],
    ),
    (
        "Required evidence payload",
        "The keys of `release_profile_evidence`, as a verdict prints them.",
        &[
            ("`source_commit`", "payload", &[("  source_commit: ", 0)]),
            ("`release_profile`", "payload", &[("  release_profile: ", 0)]),
            ("`environment_profile`", "payload", &[("  environment_profile: ", 0)]),
            ("`release_manifest_digest`", "payload", &[("  release_manifest_digest: ", 0)]),
            ("`change_class`", "payload", &[("  change_class: ", 0)]),
            ("`validated_against_source_sha`", "payload", &[("  validated_against_source_sha: ", 0)]),
            (
                "`gates`: `gate_id`, `result`, `owner`, `evidence_types`, `artifact`",
                "payload",
                &[("    - gate_id: \"release-artifacts\"", 6)],
            ),
            ("`missing_reason`", "remote failure", &[("fail ", 1)]),
            (
                "`rollback`: `command`, `manifest_or_revision`, `migration_posture`, `owner`",
                "payload",
                &[("  rollback:", 4)],
            ),
        ],
    ),
    (
        "Failure handling",
        "What the operator gets.",
        &[
            (
                "Missing profile value: preflight fails before deploy; profile resolver artifact identifies field",
                "missing value",
                &[("✘ release-contract ", 1), ("The contract does not hold", 0)],
            ),
            (
                "Missing secret/cert: deploy blocks unless profile explicitly marks it not applicable",
                "missing secret",
                &[("✘ release-secrets ", 1), ("The contract does not hold", 0)],
            ),
            (
                "Stale registry/seed value: release gate fails and points to registry/seed owner",
                "stale registry",
                &[("✘ release-registry ", 1), ("✘ release-schema ", 1)],
            ),
            (
                "Remote validation failure: evidence identifies phase, principal/project, correlation id, owner, and forward-fix or rollback path",
                "failures",
                &[("  rollout-health ", 4)],
            ),
            (
                "Reconciliation drift: gate fails or becomes partial based on severity and profile policy",
                "failures",
                &[("  reconciliation-drift ", 3)],
            ),
            (
                "Fast-profile skipped gate: gate must reference the source SHA and artifact that already passed the skipped global validation",
                "no prior proof",
                &[("  source gates proved ", 3)],
            ),
        ],
    ),
    (
        "Relationship to existing scripts",
        "The command that does what each script did.",
        &[
            (
                "`platform_control_resolve_release_profile_contract.sh`: produces redacted profile contract and catches stale profile values",
                "resolve",
                &[("Release contract of ", 3), ("The contract holds", 0)],
            ),
            (
                "`platform_control_remote_preflight.sh`: validates target environment before deploy",
                "preflight",
                &[("", 8)],
            ),
            (
                "`platform_control_release_manifest.sh`: produces immutable release manifest",
                "create",
                &[("manifest ", 0), ("pins ", 0), ("rollback ", 1)],
            ),
            (
                "`platform_control_deploy_from_manifest.sh`: deploys without rebuilding artifacts",
                "deploy",
                &[("deploy | ", 0), ("deployed ", 1)],
            ),
            (
                "`platform_evidence_payload.sh`: builds release evidence payload",
                "payload",
                &[("release_profile_evidence:", 2)],
            ),
            (
                "`platform_evidence_gate.sh`: evaluates release gates in report or enforce mode",
                "report",
                &[("Does not hold", 1)],
            ),
            (
                "`platform_foundation_l2_promotion_gate.sh`: blocks PSSM L2 claims unless guards, degradation, and evidence pass",
                "level 2",
                &[("platform-billing may not claim level 2", 0), ("fails   3 ", 0), ("fails   8 ", 0)],
            ),
        ],
    ),
    (
        "Graduation rule",
        "The order of the levels, what is missing to step up, and the kinds that may not stay report-only.",
        &[
            (
                "Report-only for new gate families while evidence quality is checked",
                "graduation lowered",
                &[("  registry ", 1)],
            ),
            (
                "Warning for repeated missing evidence or profile drift",
                "graduation lowered",
                &[("  runtime-health ", 1)],
            ),
            (
                "Blocking for production-impacting shared-service claims and PSSM L2 claims",
                "graduation lowered",
                &[("  reconciliation ", 1)],
            ),
            (
                "Blocking for normal production promotion once false positives have explicit owner/debt records",
                "graduation",
                &[("  rollback ", 2)],
            ),
            (
                "Report-only is no permanent default: profile values",
                "graduation ended",
                &[("  profile_values ", 1)],
            ),
            ("Secrets", "graduation ended", &[("  secrets ", 1)]),
            ("DNS/TLS", "graduation ended", &[("  dns_tls ", 1)]),
            ("Migrations", "graduation ended", &[("  migrations ", 1)]),
            ("Artifact digests", "graduation ended", &[("  artifact_digests ", 1)]),
            ("UAT", "graduation ended", &[("  uat ", 1)]),
            ("Security", "graduation ended", &[("  security ", 1)]),
            ("Rollback", "graduation ended", &[("  rollback ", 1)]),
            ("Reconciliation evidence", "graduation ended", &[("  reconciliation ", 1)]),
        ],
    ),
    (
        "Independent promotion eligibility",
        "The eight conditions.",
        &[
            (
                "1. keep/split/extract decision packet exists and recommends `split_worker` or `extract_service`",
                "promotion",
                &[("holds   1 ", 3)],
            ),
            (
                "2. service-auth packet exists for every cross-process caller",
                "promotion",
                &[("holds   2 ", 5)],
            ),
            ("3. degradation contract has an executable smoke or harness", "promotion", &[("fails   3 ", 3)]),
            ("4. rollback command is tested and documented", "promotion", &[("fails   4 ", 3)]),
            (
                "5. release profile gates pass in enforcing mode for the domain",
                "promotion",
                &[("fails   5 ", 3)],
            ),
            (
                "6. consumer smokes pass for every supported product consumer",
                "promotion",
                &[("fails   6 ", 3)],
            ),
            (
                "7. Status/Ops has a component row and SLO evidence for the domain",
                "promotion",
                &[("fails   7 ", 4)],
            ),
            (
                "8. boundary guards are clean in `blocking_new` for new findings",
                "promotion",
                &[("fails   8 ", 2)],
            ),
        ],
    ),
    (
        "Fast profiles and gate skips",
        "The five elements of fast-profile evidence.",
        &[
            (
                "1. source SHA or manifest digest validated by global gates",
                "verdict",
                &[("  prior validation ", 0), ("Proved before ", 1)],
            ),
            ("2. skipped gate list with reason", "verdict", &[("Skipped ", 3)]),
            ("3. profile-specific smoke", "no prior proof", &[("  web-smoke ", 2)]),
            ("4. rollback posture", "verdict", &[("Rollback ", 0)]),
            ("5. owner approval when residual risk remains", "failures", &[("  reconciliation-drift ", 3)]),
        ],
    ),
];

/// The description of the environment, as it is just now, with one thing out of order.
fn describe(folder: &Path, now: &str) {
    let text =
        std::fs::read_to_string(root().join("testdata/sample-platform/deploy/environments/production.yaml"))
            .unwrap();
    let fresh: String = text
        .lines()
        .map(|line| match line.split_once("changed: ") {
            Some((before, _)) => format!("{before}changed: {now}}}\n"),
            None if line.starts_with("taken:") => format!("taken: {now}\n"),
            None => match line.split_once("valid_until: ") {
                Some((before, _)) => format!("{before}valid_until: 2099-01-01T00:00:00Z}}\n"),
                None => format!("{line}\n"),
            },
        })
        .collect();
    let without = |needle: &str| {
        fresh
            .lines()
            .filter(|line| !line.contains(needle))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let files = [
        ("production.yaml", fresh.clone()),
        ("value.yaml", without("OIDC_REDIRECT_URL")),
        ("secret.yaml", without("database-password")),
        (
            "registry.yaml",
            fresh.replace("value: active}", "value: retired}").replace("\"2026-01\"", "\"2025-07\""),
        ),
    ];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// Copies the policy, with levels: of some families, or of all of them and of every kind of evidence.
fn lower(platform: &Path, folder: &Path, levels: &[(&str, &str)]) {
    std::fs::create_dir(folder).unwrap();
    for part in ["ownership-maps", "lanes"] {
        let copied = Command::new("cp").arg("-R").arg(platform.join(part)).arg(folder).status().unwrap();
        assert!(copied.success());
    }
    std::fs::copy(platform.join("laneway.yaml"), folder.join("laneway.yaml")).unwrap();
    let families = folder.join("lanes/gate-families.yaml");
    let text = std::fs::read_to_string(&families).unwrap();
    let leveled = |line: &str| -> String {
        let id = line.strip_prefix("  - id: ");
        let level = id.and_then(|id| levels.iter().find(|(own, _)| *own == id || *own == "*"));
        level.map_or_else(|| format!("{line}\n"), |(_, level)| format!("{line}\n    {level}\n"))
    };
    std::fs::write(families, text.lines().map(leveled).collect::<String>()).unwrap();
    if levels.iter().any(|(own, _)| *own == "*") {
        let kinds = KINDS.map(|kind| format!("  - {{id: {kind}, {ENDED}}}\n")).concat();
        std::fs::write(folder.join("lanes/evidence-kinds.yaml"), format!("evidence_kinds:\n{kinds}"))
            .unwrap();
    }
}

/// The kinds of evidence that may not stay report-only.
const KINDS: [&str; 9] = [
    "profile_values",
    "secrets",
    "dns_tls",
    "migrations",
    "artifact_digests",
    "uat",
    "security",
    "rollback",
    "reconciliation",
];

/// A level that has run out.
const ENDED: &str = "enforcement: report_only, report_only_until: 2026-01-31";

/// Runs every command, and returns what each printed.
fn printed() -> BTreeMap<&'static str, String> {
    let work = tempfile::tempdir().unwrap();
    let platform = work.path().join("platform");
    let mut script = Command::new("sh");
    script.arg(root().join("testdata/sample-platform.sh")).arg(&platform);
    let (code, _, stderr) = run(&mut script);
    assert_eq!(code, 0, "{stderr}");
    git(&platform, &["merge", "-q", "--ff-only", "change/frontend"]);
    let base = git(&platform, &["rev-parse", "HEAD~1"]).trim().to_owned();
    describe(work.path(), &jiff::Timestamp::now().to_string());
    let levels = [
        ("registry", "enforcement: report_only"),
        ("runtime-health", "enforcement: warning"),
        ("reconciliation", "enforcement: blocking_claims"),
    ];
    lower(&platform, &work.path().join("lowered"), &levels);
    let ended = ENDED.replace(", ", "\n    ");
    lower(&platform, &work.path().join("ended"), &[("*", &ended)]);

    let folder = work.path().to_str().unwrap().to_owned();
    let mut printed = BTreeMap::new();
    for (name, typed) in STEPS {
        let words =
            typed.split_whitespace().map(|word| word.replace("$base", &base).replace("$dir", &folder));
        let (code, stdout, stderr) = run(laneway(&platform).args(words));
        assert!(code == 0 || code == 1, "{name}: {code}\n{stdout}\n{stderr}");
        printed.insert(*name, normalised(&format!("{stdout}{stderr}"), &base, &folder));
    }
    printed
}

/// Takes out what differs from run to run.
fn normalised(text: &str, base: &str, folder: &str) -> String {
    let text = text.replace(base, "<base>").replace(folder, "..");
    let hash = regex_lite(&text, 64, "<digest>");
    let hash = regex_lite(&hash, 40, "<commit>");
    times(&hash)
}

/// Replaces each run of so many lower-case hexadecimal digits.
fn regex_lite(text: &str, length: usize, word: &str) -> String {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let (bytes, mut out, mut at) = (text.as_bytes(), String::new(), 0);
    while at < text.len() {
        let end = (at..text.len()).find(|index| !is_hex(bytes[*index])).unwrap_or(text.len());
        if end - at == length {
            out.push_str(word);
            at = end;
        } else if end > at {
            out.push_str(&text[at..end]);
            at = end;
        } else {
            let next = text[at..].chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

/// Replaces points in time, durations and the names of runs.
fn times(text: &str) -> String {
    let one = |word: &str| -> String {
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let rest = &word[bare.len()..];
        if bare.parse::<jiff::Timestamp>().is_ok() {
            format!("<time>{rest}")
        } else if bare.starts_with("local-") {
            format!("<run>{rest}")
        } else if bare.strip_suffix('s').is_some_and(|own| own.contains('.') && own.parse::<f64>().is_ok()) {
            format!("<duration>{rest}")
        } else {
            word.to_owned()
        }
    };
    text.lines().map(|line| line.split(' ').map(one).collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// Returns the lines that show a row.
fn shown(row: &Row, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (begins, more) in row.2 {
        let found = lines.iter().position(|line| line.starts_with(begins));
        let at = found.unwrap_or_else(|| panic!("{}: no line begins with {begins:?} in\n{text}", row.0));
        for line in lines[at..].iter().take(more + 1) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[test]
fn every_row_of_the_operating_model_is_shown() {
    let printed = printed();
    let typed: BTreeMap<&str, &str> = STEPS.iter().copied().collect();
    let mut page = String::from(
        "# Conformance\n\nEvery row of the tables of the operating model's release profiles and of its promotion, with what a command prints for it. The case is \
         `every_row_of_the_operating_model_is_shown` of `tests/release/conformance.rs`: one run of these commands on the sample platform, on which a page of the \
         web changed; it writes this page and compares it. `<base>` is the commit that the environment runs; digests, commits and times are left out.\n\
         What must happen beside what is printed, and each row that fails alone, is held by the other cases of `tests/release`.\n",
    );
    for (title, what, rows) in TABLES {
        page.push_str(&format!("\n## {title}\n\n{what}\n"));
        for row in *rows {
            let command = typed[row.1]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace("$base", "<base>")
                .replace("$dir", "..");
            let lines = shown(row, &printed[row.1]);
            page.push_str(&format!("\n### {}\n\n```text\n$ laneway {command}\n{lines}```\n", row.0));
        }
    }
    let path = root().join("docs/conformance.md");
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let own = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(
        own == page,
        "docs/conformance.md is stale: LANEWAY_BLESS=1 cargo test --test release conformance"
    );
}
