//! `environments` of a document of the lanes' folder.

use std::collections::BTreeSet;

use super::{Check, Deploy, Description, Environment, Excused, Expect, Probe, Section, Want, Wanted};
use crate::fault::Code;
use crate::id::{GateId, is_gate_id};
use crate::posture::{MigrationPosture, Rollback};
use crate::source::{Place, Spanned};
use crate::yaml::{Mapping, Node, Reader, shortened};

/// The keys of one of `environments`.
pub(crate) const ENVIRONMENT_KEYS: &[&str] = &[
    "id",
    "title",
    "owner",
    "target",
    "change_classes",
    "profiles",
    "description",
    "max_age_hours",
    "artifacts",
    "config",
    "dns",
    "tls",
    "secrets",
    "registry",
    "schema",
    "seed",
    "checks",
    "deploy",
    "rollback",
];
/// The keys of `description`.
pub(crate) const DESCRIPTION_KEYS: &[&str] = &["file", "command"];
/// The keys of an item of a section.
pub(crate) const WANTED_KEYS: &[&str] =
    &["name", "owner", "equals", "max_age_days", "min_days", "profiles", "not_applicable"];
/// The keys of `not_applicable` of an item.
pub(crate) const EXCUSE_KEYS: &[&str] = &["profiles", "reason"];
/// The keys of one of `checks`.
pub(crate) const CHECK_KEYS: &[&str] = &[
    "id",
    "gate",
    "owner",
    "timeout_seconds",
    "tcp",
    "tls",
    "http",
    "run",
    "file",
    "min_days",
    "status",
    "pointer",
    "equals",
];
/// The keys of `deploy`.
pub(crate) const DEPLOY_KEYS: &[&str] = &["run", "timeout_minutes"];
/// The keys of `rollback`.
pub(crate) const ROLLBACK_KEYS: &[&str] = &["command", "manifest_or_revision", "migration_posture", "owner"];

/// The words of `change_classes`.
pub(crate) const CHANGE_CLASSES: [&str; 7] =
    ["web", "api", "runtime", "node_agent", "config", "validation", "broad"];

/// How old a description may be where nothing is said.
const MAX_AGE_HOURS: u32 = 24;
/// For how long a certificate must be valid where nothing is said.
const MIN_DAYS: u32 = 14;
/// How long a check may take where nothing is said.
const TIMEOUT_SECONDS: u32 = 10;
/// How long a check may take at most.
const LONGEST_TIMEOUT_SECONDS: u32 = 600;

/// Reads the list. With faults, what is sound stands, so that they are all told; the policy is broken by them.
pub(crate) fn read(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<Environment> {
    let items = reader.items(top, "environments").unwrap_or_default();
    items.into_iter().filter_map(|(path, item)| environment(reader, item, &path)).collect()
}

fn environment(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Environment> {
    let map = reader.mapping(node, path, ENVIRONMENT_KEYS)?;
    let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
    let title = reader.text(&map, "title").map(|text| text.value);
    let owner = reader.required_text(&map, "owner").map(|text| text.value);
    let target = reader.required_text(&map, "target").map(|text| text.value);
    let change_classes = reader.texts(&map, "change_classes").map(|words| {
        let known = CHANGE_CLASSES.map(|word| (word, word));
        let at = map.path_of("change_classes");
        words.iter().filter_map(|word| reader.one_of(word, &at, &known)).map(str::to_owned).collect()
    });
    let mut named = Vec::new();
    let profiles = names(reader, &map, "profiles", &mut named);
    let description = map.get("description").and_then(|node| description(reader, node, &map));
    let max_age_hours = reader.count(&map, "max_age_hours").unwrap_or(MAX_AGE_HOURS);
    let deploy = map.get("deploy").and_then(|node| deploy(reader, node, &map));
    let rollback = map.get("rollback").and_then(|node| rollback(reader, node, &map.path_of("rollback")));
    let answers = owner.clone().unwrap_or_default();
    let mut wanted = Vec::new();
    for section in Section::ALL {
        wanted.extend(self::wanted(reader, &map, section, &answers, &mut named));
    }
    let checks = checks(reader, &map, &answers);
    let id = id?;
    Some(Environment {
        place: Place::new(reader.source(), id.span),
        title: title.unwrap_or_else(|| id.value.clone()),
        id: id.value,
        owner: owner?,
        target: target?,
        change_classes,
        profiles,
        description,
        max_age_hours,
        wanted,
        checks,
        deploy,
        rollback,
        named,
    })
}

/// Takes names of profiles, and keeps where each of them stands.
fn names(
    reader: &mut Reader<'_>,
    map: &Mapping<'_>,
    key: &str,
    named: &mut Vec<(String, Place)>,
) -> Option<BTreeSet<String>> {
    let texts = reader.texts(map, key)?;
    named.extend(
        texts.iter().map(|text| (text.value.clone(), Place::new(reader.source(), text.span.clone()))),
    );
    Some(texts.into_iter().map(|text| text.value).collect())
}

fn is_id(reader: &mut Reader<'_>, text: &Spanned<String>) -> bool {
    let fits = is_gate_id(&text.value);
    if !fits {
        let message = format!("`{}` is not an id", shortened(&text.value));
        let help = "an id is made of a-z and 0-9, with `-`, `_` and `.` between them";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not an id", help);
    }
    fits
}

fn description(reader: &mut Reader<'_>, node: &Node, of: &Mapping<'_>) -> Option<Description> {
    let path = of.path_of("description");
    let map = reader.mapping(node, &path, DESCRIPTION_KEYS)?;
    match (reader.text(&map, "file"), reader.text(&map, "command")) {
        (Some(file), None) => Some(Description::File(file.value)),
        (None, Some(command)) => Some(Description::Command(command.value)),
        (None, None) | (Some(_), Some(_)) => {
            let message = format!("`{path}` states not one of `file` and `command`");
            let help = "write `{file: PATH}`, or `{command: …}` that prints YAML or JSON";
            reader.fault(Code::YamlValue, map.span(), message, "not one", help);
            None
        }
    }
}

fn wanted(
    reader: &mut Reader<'_>,
    of: &Mapping<'_>,
    section: Section,
    answers: &str,
    named: &mut Vec<(String, Place)>,
) -> Vec<Wanted> {
    let key = section.as_str();
    let mut wanted: Vec<Wanted> = Vec::new();
    for (path, item) in reader.items(of, key).unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, WANTED_KEYS) else { continue };
        let name = reader.required_text(&map, "name");
        let owner = reader.text(&map, "owner").map_or_else(|| answers.to_owned(), |text| text.value);
        let want = want(reader, &map, section);
        let profiles = names(reader, &map, "profiles", named);
        let excused = map.get("not_applicable").and_then(|node| excused(reader, node, &map, named));
        let Some(name) = name else { continue };
        if wanted.iter().any(|own| own.name == name.value) {
            let message = format!("`{}` of `{key}` is stated twice", shortened(&name.value));
            let help = "state each item of a section once";
            reader.fault(Code::YamlValue, name.span.clone(), message, "stated before", help);
            continue;
        }
        let place = Place::new(reader.source(), name.span);
        wanted.push(Wanted { section, name: name.value, owner, want, profiles, excused, place });
    }
    wanted
}

/// Takes what is wanted of an item: what its section can tell, one thing.
fn want(reader: &mut Reader<'_>, map: &Mapping<'_>, section: Section) -> Want {
    let (fits, usual): (&[&str], Want) = match section {
        Section::Secrets => (&["max_age_days"], Want::Present),
        Section::Tls => (&["min_days"], Want::Valid { min_days: MIN_DAYS }),
        Section::Schema | Section::Seed => (&["equals"], Want::Present),
        Section::Config | Section::Registry => (&["equals", "max_age_days"], Want::Present),
        Section::Artifacts | Section::Dns => (&[], Want::Present),
    };
    for key in ["equals", "max_age_days", "min_days"] {
        if let Some(entry) = map.entry(key).filter(|_| !fits.contains(&key)) {
            let message = format!("`{}` does not take `{key}`", section.as_str());
            let help = match fits {
                [] => "leave it out: that it is there is all that can be told".to_owned(),
                fits => format!("an item of it takes `{}`", fits.join("`, `")),
            };
            reader.fault(Code::YamlUnknownKey, entry.key.span.clone(), message, "not known here", help);
        }
    }
    let equals = reader.text(map, "equals").map(|text| Want::Equals { value: text.value });
    let fresh = reader.count(map, "max_age_days").map(|max_age_days| Want::Fresh { max_age_days });
    let valid = reader.count(map, "min_days").map(|min_days| Want::Valid { min_days });
    equals.or(fresh).or(valid).unwrap_or(usual)
}

fn excused(
    reader: &mut Reader<'_>,
    node: &Node,
    of: &Mapping<'_>,
    named: &mut Vec<(String, Place)>,
) -> Option<Excused> {
    let path = of.path_of("not_applicable");
    let map = reader.mapping(node, &path, EXCUSE_KEYS)?;
    if map.get("profiles").is_none() {
        reader.missing_key(&map, "profiles");
    }
    let profiles = names(reader, &map, "profiles", named);
    if let (Some(entry), Some(true)) = (map.entry("profiles"), profiles.as_ref().map(BTreeSet::is_empty)) {
        let message = format!("`{}` names no profile", map.path_of("profiles"));
        let help = "name the profiles under which the item need not be there, or leave `not_applicable` out";
        reader.fault(Code::YamlValue, entry.key.span.clone(), message, "none", help);
    }
    let reason = reader.required_text(&map, "reason");
    Some(Excused { profiles: profiles.filter(|own| !own.is_empty())?, reason: reason?.value })
}

fn checks(reader: &mut Reader<'_>, of: &Mapping<'_>, answers: &str) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for (path, item) in reader.items(of, "checks").unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, CHECK_KEYS) else { continue };
        let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
        let gate = reader.required_text(&map, "gate").filter(|id| is_id(reader, id));
        let owner = reader.text(&map, "owner").map_or_else(|| answers.to_owned(), |text| text.value);
        let timeout_seconds = reader.count(&map, "timeout_seconds").unwrap_or(TIMEOUT_SECONDS);
        if let Some(node) = map.get("timeout_seconds").filter(|_| timeout_seconds > LONGEST_TIMEOUT_SECONDS) {
            let message = format!("`{}` cannot be {timeout_seconds}", map.path_of("timeout_seconds"));
            let help = format!("write at most {LONGEST_TIMEOUT_SECONDS} seconds");
            reader.fault(Code::YamlValue, node.span.clone(), message, "too long", help);
        }
        let probe = probe(reader, &map);
        let (Some(id), Some(gate), Some(probe)) = (id, gate, probe) else { continue };
        if checks.iter().any(|own| own.id == id.value) {
            let message = format!("check `{}` is stated twice", id.value);
            let help = "give each check an id of its own";
            reader.fault(Code::YamlValue, id.span.clone(), message, "stated before", help);
            continue;
        }
        let place = Place::new(reader.source(), id.span);
        let gate_place = Place::new(reader.source(), gate.span);
        checks.push(Check {
            id: id.value,
            gate: GateId::new(&gate.value),
            owner,
            probe,
            timeout_seconds,
            place,
            gate_place,
        });
    }
    checks
}

fn probe(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Probe> {
    let kinds = ["tcp", "tls", "http", "run", "file"];
    let stated: Vec<&str> = kinds.into_iter().filter(|key| map.get(key).is_some()).collect();
    let [kind] = stated.as_slice() else {
        let message = "a check does not state one of `tcp`, `tls`, `http`, `run` and `file`";
        let help = "state what is looked at: `tls: api.platform.example:443`";
        reader.fault(Code::YamlValue, map.span(), message, "not one", help);
        return None;
    };
    let fits: &[&str] = match *kind {
        "tcp" => &[],
        "tls" => &["min_days"],
        "http" => &["status"],
        _ => &["pointer", "equals"],
    };
    for key in ["min_days", "status", "pointer", "equals"] {
        if let Some(entry) = map.entry(key).filter(|_| !fits.contains(&key)) {
            let message = format!("a check by `{kind}` does not take `{key}`");
            let help = "leave it out, or look at something that can tell it";
            reader.fault(Code::YamlUnknownKey, entry.key.span.clone(), message, "not known here", help);
        }
    }
    let what = reader.text(map, kind)?;
    Some(match *kind {
        "tcp" => {
            let (host, port) = host(reader, &what)?;
            Probe::Tcp { host, port }
        }
        "tls" => {
            let (host, port) = host(reader, &what)?;
            Probe::Tls { host, port, min_days: reader.count(map, "min_days").unwrap_or(MIN_DAYS) }
        }
        "http" => {
            let status = match map.get("status") {
                None => 200,
                Some(node) => {
                    let number = reader.count(map, "status")?;
                    let status = u16::try_from(number).ok().filter(|own| (100..600).contains(own));
                    if status.is_none() {
                        let message = format!("`{}` is not a status of HTTP", map.path_of("status"));
                        let help = "write a number from 100 to 599";
                        reader.fault(Code::YamlValue, node.span.clone(), message, "no status", help);
                    }
                    status?
                }
            };
            let known = what.value.strip_prefix("https://").or_else(|| what.value.strip_prefix("http://"));
            if known.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains('@')) {
                // It is not repeated: what it should not hold may be a password.
                let message = format!("`{}` is not an address that can be asked", map.path_of("http"));
                let help = "write `https://HOST/PATH`, without a user or a password";
                reader.fault(Code::YamlValue, what.span, message, "no address", help);
                return None;
            }
            Probe::Http { url: what.value, status }
        }
        "run" => Probe::Command { run: what.value, expect: expect(reader, map) },
        _ => Probe::File { path: what.value, expect: expect(reader, map) },
    })
}

fn expect(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Expect> {
    let pointer = reader.text(map, "pointer");
    let equals = reader.text(map, "equals").map(|text| text.value);
    if pointer.is_none()
        && let Some(entry) = map.entry("equals")
    {
        let message = format!("`{}` stands without `pointer`", map.path_of("equals"));
        let help = "say with `pointer` where in the document it is: `/migrations/pending`";
        reader.fault(Code::YamlMissingKey, entry.key.span.clone(), message, "of what?", help);
    }
    let pointer = pointer?;
    if !pointer.value.starts_with('/') {
        let message = format!("`{}` is not a JSON pointer", shortened(&pointer.value));
        let help = "a pointer begins with `/`: `/migrations/pending`";
        reader.fault(Code::YamlValue, pointer.span, message, "no `/` in front", help);
        return None;
    }
    Some(Expect { pointer: pointer.value, equals })
}

/// Takes `HOST:PORT`.
fn host(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<(String, u16)> {
    let parts = text.value.rsplit_once(':');
    let found = parts.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let plain = |host: &str| {
        let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        match inner {
            Some(inner) => inner.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')),
            None => !host.is_empty() && host.bytes().all(fits),
        }
    };
    let found = found.filter(|(host, port)| *port > 0 && plain(host));
    if found.is_none() {
        let message = format!("`{}` is no host with a port", shortened(&text.value));
        let help = "write `HOST:PORT`: `api.platform.example:443`";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not HOST:PORT", help);
    }
    found.map(|(host, port)| (host.to_owned(), port))
}

fn deploy(reader: &mut Reader<'_>, node: &Node, of: &Mapping<'_>) -> Option<Deploy> {
    let map = reader.mapping(node, &of.path_of("deploy"), DEPLOY_KEYS)?;
    let run = reader.required_text(&map, "run")?.value;
    Some(Deploy { run, timeout_minutes: reader.count(&map, "timeout_minutes") })
}

/// Takes a rollback, of which every key is wanted.
fn rollback(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Rollback> {
    let map = reader.mapping(node, path, ROLLBACK_KEYS)?;
    let command = reader.required_text(&map, "command");
    let revision = reader.required_text(&map, "manifest_or_revision");
    let owner = reader.required_text(&map, "owner");
    if map.get("migration_posture").is_none() {
        reader.missing_key(&map, "migration_posture");
    }
    let words = MigrationPosture::ALL.map(|own| (own.as_str(), own));
    let posture = reader.choice(&map, "migration_posture", &words);
    Some(Rollback {
        command: command?.value,
        manifest_or_revision: revision?.value,
        migration_posture: posture?.value,
        owner: owner?.value,
    })
}
