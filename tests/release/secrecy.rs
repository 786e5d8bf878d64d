//! Nothing of a description is printed that may be a secret.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::contract::{World, described, world};
use crate::support::{laneway, run};

/// What must appear nowhere.
const SECRET: &str = "hunter2-QXJ7";

const ENVIRONMENT: &str = r#"environments:
  - id: prod
    owner: "@ops"
    target: the-target
    description: {command: sh describe.sh}
    artifacts: [{name: api, owner: "@api"}]
    config: [{name: BASE_URL, owner: "@config"}]
    tls: [{name: api.example, owner: "@tls"}]
    secrets: [{name: password, owner: "@secrets", max_age_days: 90}]
    registry: [{name: product/gpu, owner: "@registry", equals: active}]
    checks:
      - {id: file, gate: preflight, file: d.yaml, pointer: /secrets/password/value, equals: nothing}
      - {id: run, gate: preflight, run: sh describe.sh, pointer: /secrets/password/value, equals: nothing}
      - {id: fails, gate: preflight, run: sh describe.sh; exit 3}
    rollback: {command: sh back.sh, manifest_or_revision: before, migration_posture: reversible, owner: "@ops"}
"#;

/// Returns descriptions that have the secret in one place each: every key, every value, and where no key or value is.
fn descriptions() -> Vec<String> {
    let whole = described();
    let mut all = Vec::new();
    for (at, _) in whole.char_indices() {
        let rest = &whole[at..];
        let is_start = at == 0 || matches!(whole.as_bytes()[at - 1], b' ' | b'\n' | b'{' | b'\'');
        let length = rest.find([' ', '\n', '}', '\'', ',']).unwrap_or(rest.len());
        let word = &rest[..length];
        if !is_start || word.is_empty() || word.starts_with('{') {
            continue;
        }
        let end = &whole[at + length..];
        let is_key = word.ends_with(':');
        let with = |text: &str| {
            let colon = if is_key { ":" } else { "" };
            format!("{}{text}{colon}{end}", &whole[..at])
        };
        all.push(with(SECRET));
        all.push(with(&format!("{}{SECRET}", word.trim_end_matches(':'))));
        all.push(with(&format!("\"{SECRET}\\x\"")));
        if !is_key {
            let wrong = [
                format!("[{SECRET}]"),
                format!("{{{SECRET}: {SECRET}}}"),
                format!("&{SECRET} {word}"),
                format!("*{SECRET}"),
                format!("!{SECRET} {word}"),
                format!("sha256:{SECRET}"),
                format!("registry.example/{SECRET}:latest"),
                format!("{word} # {SECRET}"),
                format!("\"{SECRET}"),
            ];
            // Each in some of the places: all of them in all places take a minute.
            let some = wrong.iter().cycle().skip(all.len()).take(3);
            all.extend(some.map(|wrong| with(wrong)));
        }
    }
    all.push(format!("# {SECRET}\n{whole}"));
    all.push(format!("{whole}{SECRET}: {SECRET}\n{SECRET}: {SECRET}\n"));
    all.push(format!("{whole}? [{SECRET}]\n: {SECRET}\n"));
    all.push(format!("{whole}<<: {SECRET}\n"));
    all.push(format!("{whole}\t{SECRET}\n"));
    all.push(format!("{whole}---\n{SECRET}\n"));
    all.push(format!("{whole}  {SECRET}: [\n"));
    all.push(SECRET.to_owned());
    all.push(format!("[{SECRET}]"));
    all.push(format!("{whole}{}{SECRET}{}", "[".repeat(100), "]".repeat(100)));
    all.push(whole.replace("password: {", &format!("password: {{value: {SECRET}, ")));
    all.push(whole.replace("password: {", &format!("password: {{{SECRET}: {SECRET}, ")));
    all.push(whole.replace("password: {", &format!("password: {{present: {SECRET}, ")));
    for text in [
        format!("{{\"environment\": \"prod\", \"{SECRET}\": \"{SECRET}\""),
        format!("{{\"environment\": \"{SECRET}\", \"environment\": \"{SECRET}\"}}"),
        format!("{{\"secrets\": {{\"password\": {{\"value\": \"{SECRET}\", \"value\": \"{SECRET}\"}}}}}}"),
        format!("{{\"secrets\": {{\"password\": \"{SECRET}\"}}, \"taken\": \"{SECRET}\"}}"),
        format!("{{\"secrets\": {{\"{SECRET}\": {{\"present\": true}}}}}} {SECRET}"),
    ] {
        all.push(text);
    }
    all
}

fn clean(what: &str, (code, out, err): (i32, String, String)) -> i32 {
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "{what}: {out}{err}");
    assert!((0..=2).contains(&code), "{what}: {code} {err}");
    code
}

/// Looks into every file below a folder but the description and what prints it.
fn clean_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            clean_files(&path);
        } else if !matches!(path.file_name().and_then(|own| own.to_str()), Some("d.yaml" | "describe.sh")) {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

fn resolve(world: &World, profile: &str, arguments: &[&str]) -> i32 {
    let own = ["--profile", profile, "--environment", "prod"];
    clean(&format!("{arguments:?}"), world.ask("resolve", &[&own[..], arguments].concat()))
}

#[test]
fn a_secret_in_any_place_of_a_description_appears_nowhere() {
    let world = world(ENVIRONMENT);
    let all = descriptions();
    assert!(all.len() > 150, "{}", all.len());
    let mut codes = [0; 3];
    for (number, text) in all.iter().enumerate() {
        fs::write(world.root.join("d.yaml"), text).unwrap();
        let format = ["text", "json", "yaml"][number % 3];
        let profile = ["full", "lean"][number % 2];
        let code = resolve(&world, profile, &["--description", "d.yaml", "--format", format, "-v"]);
        codes[usize::try_from(code).unwrap()] += 1;
    }
    assert!(codes.iter().all(|times| *times > 0), "{codes:?}");
    clean_files(&world.root);
}

#[test]
fn what_a_command_prints_appears_nowhere_on_either_stream() {
    let world = world(ENVIRONMENT);
    let whole = described().replace("password: {", &format!("password: {{value: {SECRET}, "));
    fs::write(world.root.join("d.yaml"), &whole).unwrap();
    let before = format!("echo {SECRET} >&2\n");
    for (script, expected) in [
        (format!("{before}cat d.yaml\n"), 1),
        (format!("{before}cat d.yaml\nexit 4\n"), 2),
        (format!("{before}echo '{SECRET}: ['\n"), 2),
        (format!("{before}echo {SECRET}\nkill -9 $$\n"), 2),
        (format!("{before}if then {SECRET} fi\n"), 2),
        (format!("{before}{SECRET}\n"), 2),
    ] {
        fs::write(world.root.join("describe.sh"), &script).unwrap();
        for format in ["text", "json", "yaml"] {
            let code = resolve(&world, "full", &["--format", format, "-v"]);
            assert_eq!(code, expected, "{script}");
        }
        for format in ["text", "json"] {
            let own = ["--profile", "full", "--environment", "prod", "--format", format, "-v"];
            assert_eq!(clean(&script, world.ask("preflight", &own)), 1, "{script}");
        }
    }
    let release = ["--profile", "full", "--environment", "prod"];
    let change = ["--base", "HEAD~1", "--head", "HEAD"];
    let head = world.head();
    let asks: [&[&str]; 5] = [
        &["verify", "--format", "json"],
        &["verify", "-v"],
        &["evidence", "show", &head, "-v"],
        &["evidence", "export", &head],
        &["dashboard", "--output", "page.html"],
    ];
    for ask in asks {
        let mut command = laneway(&world.root);
        command.args(ask);
        if ask[0] == "verify" {
            command.args(change).args(release);
        }
        clean(&format!("{ask:?}"), run(&mut command));
    }
    clean_files(&world.root);
    let contract: Vec<_> =
        fs::read_dir(world.root.join(".laneway/evidence/v1/blob/sha256")).unwrap().collect();
    assert!(!contract.is_empty(), "contracts are kept");
}

#[test]
fn a_contract_has_no_value_of_the_environment() {
    let world = world(ENVIRONMENT);
    fs::write(world.root.join("d.yaml"), described().replace("active", SECRET)).unwrap();
    let own = ["--profile", "full", "--environment", "prod", "--description", "d.yaml", "--format", "json"];
    let (code, out, err) = world.ask("resolve", &own);
    assert_eq!(code, 1, "{err}");
    let contract: Value = serde_json::from_str(&out).unwrap();
    let item = contract["items"].as_array().unwrap().iter().find(|own| own["section"] == "registry").unwrap();
    assert_eq!((&item["state"], &item["want"]["equals"]), (&"differs".into(), &"active".into()));
    assert!(!out.contains(SECRET));
}

#[test]
fn not_even_a_panic_could_say_what_a_description_says() {
    let text = described().replace("the-target", SECRET);
    let source = laneway::source::Source::new("d.yaml", text);
    let facts = laneway::release::facts::read(&source, &[], jiff::Timestamp::now()).unwrap();
    let said = format!("{facts:?}");
    assert!(said.contains("Hidden") && !said.contains(SECRET), "{said}");
    assert!(facts.target.is(SECRET) && facts.unlisted >= 9);
}
