//! A workspace as text: Markdown maps, YAML lanes, `laneway.yaml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{
    Case, ClassRule, Entry, EntryGate, Garbage, Gate, KindRule, Lane, MAPS, Name, Row, SLOTS, Smokes,
    Workspace,
};

/// The files of a policy: path to bytes.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What a style chooses. None of it means anything.
#[derive(Clone, Copy)]
struct Style(u8);

impl Style {
    const fn aliases(self) -> bool {
        self.0 & 1 != 0
    }
    const fn breaks(self) -> bool {
        self.0 & 2 != 0
    }
    const fn bang_before(self) -> bool {
        self.0 & 4 != 0
    }
    const fn prose(self) -> bool {
        self.0 & 8 != 0
    }
    const fn leaves_out(self) -> bool {
        self.0 & 16 != 0
    }
    const fn bare(self) -> bool {
        self.0 & 32 != 0
    }
    const fn none(self) -> &'static str {
        if self.0 & 64 != 0 { "—" } else { "-" }
    }
    const fn crlf(self) -> bool {
        self.0 & 128 != 0
    }
    const fn separator(self) -> &'static str {
        if self.breaks() { "<br>" } else { ", " }
    }
}

/// Prints the files of one side, spoilt where the case says so; nothing where the side has no policy.
pub(crate) fn files(case: &Case, side: usize) -> Option<Files> {
    let workspace = case.policies[side].as_ref()?;
    let mut files = sound_files(workspace, case.style[side]);
    if let Some(garbage) = case.garbage[side] {
        spoil(&mut files, garbage);
    }
    Some(files)
}

fn sound_files(workspace: &Workspace, style: u8) -> Files {
    let style = Style(style);
    let mut files = Files::new();
    let mut put = |path: &str, text: String| {
        let text = if style.crlf() { text.replace('\n', "\r\n") } else { text };
        files.insert(path.to_owned(), text.into_bytes());
    };
    for (index, path) in MAPS.iter().enumerate() {
        let rows: Vec<&Row> = workspace.rows.iter().filter(|row| row.map == index).collect();
        if !rows.is_empty() {
            put(path, map(&rows, style));
        }
    }
    if style.prose() {
        put(
            "ownership-maps/notes.md",
            "Nothing but prose, and a table of something else.\n\n| What | Why |\n|---|---|\n| a | b |\n"
                .to_owned(),
        );
    }
    let folder = if workspace.lanes_in_ci { "ci" } else { "lanes" };
    for lane in &workspace.lanes {
        put(&format!("{folder}/{}.yaml", lane.domain), lane_text(lane, style));
    }
    if !workspace.gates.is_empty() {
        put(&format!("{folder}/gates.yml"), catalogue(&workspace.gates, style));
    }
    if !(workspace.class_rules.is_empty() && workspace.kind_rules.is_empty()) {
        put(&format!("{folder}/deep/rules.yaml"), rules(&workspace.class_rules, &workspace.kind_rules));
    }
    if workspace.lanes_in_ci || workspace.observe || !workspace.architects.is_empty() || style.prose() {
        let mut text = "version: 1\n".to_owned();
        if workspace.lanes_in_ci {
            text.push_str("lanes: ci\n");
        }
        if workspace.observe {
            text.push_str("mode: observe\n");
        }
        if !workspace.architects.is_empty() {
            let _ = writeln!(text, "architecture_reviewers: {}", list(&workspace.architects));
        }
        put("laneway.yaml", text);
    }
    files
}

fn map(rows: &[&Row], style: Style) -> String {
    let mut text = String::new();
    if style.prose() {
        text.push_str("# A map\n\nSome prose, with a `code span`.\n\n");
    }
    for kind in crate::model::KINDS {
        let of_kind: Vec<&&Row> = rows.iter().filter(|row| row.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let columns = columns(kind, style);
        let cells: Vec<Vec<String>> = of_kind
            .iter()
            .map(|row| columns.iter().map(|(_, column)| cell(row, column, style)).collect())
            .collect();
        let kept: Vec<usize> = (0..columns.len())
            .filter(|column| !style.leaves_out() || cells.iter().any(|row| !row[*column].is_empty()))
            .collect();
        let line = |words: Vec<&str>| format!("| {} |\n", words.join(" | "));
        text.push_str(&line(kept.iter().map(|column| columns[*column].0).collect()));
        text.push_str(&line(kept.iter().map(|_| "---").collect()));
        for row in &cells {
            text.push_str(&line(kept.iter().map(|column| row[*column].as_str()).collect()));
        }
        text.push_str(if style.prose() { "\nMore prose.\n\n" } else { "\n" });
    }
    text
}

/// Returns the header that is printed and the word by which [`cell`] knows the column.
fn columns(kind: Name, style: Style) -> Vec<(Name, Name)> {
    let pick = |plain: Name, alias: Name| if style.aliases() { alias } else { plain };
    let mut columns = match kind {
        "package" => vec![
            (pick("Package", "paths"), "Paths"),
            (pick("Consumers", "CONSUMERS"), "Consumers"),
            (pick("Imported by", "imported BY"), "Imported by"),
        ],
        "route" => vec![
            (pick("Route", "API route"), "names"),
            ("Handler", "Handler"),
            ("Contract", "Contract"),
            ("Consumers", "Consumers"),
        ],
        "schema" => vec![
            (pick("Table", "Schema"), "names"),
            ("Migrations", "Migrations"),
            ("Seeds", "Seeds"),
            ("Consumers", "Consumers"),
        ],
        "event" => vec![
            (pick("Event", "event"), "names"),
            ("Contract", "Contract"),
            ("Code", "Code"),
            ("Consumers", "Consumers"),
        ],
        "binary" => vec![(pick("Binary", "Worker"), "names"), ("Paths", "Paths"), ("Consumes", "Consumes")],
        _ => vec![
            (pick("Surface", "Page family"), "names"),
            ("Paths", "Paths"),
            (pick("Contracts", "Routes"), "Consumes"),
        ],
    };
    columns.insert(1, (pick("Domain", "Owning domain"), "Domain"));
    columns.push(("Class", "Class"));
    columns.push(("Tags", "Tags"));
    columns.push((pick("Reviewers", "Review owner"), "Reviewers"));
    columns.push(("Since", "Since"));
    columns
}

fn cell(row: &Row, column: Name, style: Style) -> String {
    let coded = |words: &[Name]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(style.separator())
    };
    let known = |words: &Option<Vec<Name>>| match words {
        None => String::new(),
        Some(words) if words.is_empty() => style.none().to_owned(),
        Some(words) if style.bare() => words.join(style.separator()),
        Some(words) => coded(words),
    };
    let optional = |words: &[Name]| match words {
        [] if style.leaves_out() => String::new(),
        [] => style.none().to_owned(),
        words => words.join(style.separator()),
    };
    match column {
        "names" => coded(&row.names),
        "Domain" => row.owners.join(style.separator()),
        "Consumers" => known(&row.consumers),
        "Imported by" => known(&row.imported_by),
        "Consumes" => row.consumes.as_ref().map_or_else(String::new, |names| {
            if names.is_empty() { style.none().to_owned() } else { coded(names) }
        }),
        "Class" => optional(row.class.as_slice()),
        "Tags" => optional(&row.tags),
        "Reviewers" => match &row.reviewers[..] {
            // Two names or more are a quorum, by who comes first.
            [first, _, ..] => format!("{} {}", words(first), optional(&row.reviewers)),
            _ => optional(&row.reviewers),
        },
        "Since" => "v1".to_owned(),
        paths => patterns(row, paths, style),
    }
}

fn patterns(row: &Row, column: Name, style: Style) -> String {
    let mut words = Vec::new();
    // What is taken out stands in the first column that has patterns, before the first of them.
    if row.columns.first().is_some_and(|(first, _)| *first == column) {
        for pattern in &row.excluded {
            words.push(if style.bang_before() { format!("!`{pattern}`") } else { format!("`!{pattern}`") });
        }
    }
    for (_, patterns) in row.columns.iter().filter(|(name, _)| *name == column) {
        for pattern in patterns {
            let plain = pattern
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-'));
            // A cell with one code span is read by its code spans.
            let bare = style.bare() && plain && patterns.len() == 1 && words.is_empty();
            words.push(if bare { pattern.clone() } else { format!("`{pattern}`") });
        }
    }
    words.join(style.separator())
}

fn quoted(word: &str) -> String {
    let mut text = "\"".to_owned();
    for character in word.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
    text
}

fn list(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word.as_ref())).collect();
    format!("[{}]", words.join(", "))
}

/// Returns the words of the quorum that names of which this is the first are in.
fn words(first: &str) -> &'static str {
    if first == "@ann" { "all of" } else { "2 of" }
}

fn lane_text(lane: &Lane, style: Style) -> String {
    let mut text = format!("domain_lane:\n  domain_id: {}\n", lane.domain);
    if style.prose() {
        text.insert_str(0, "# Prose.\n");
    }
    if let Some(kind) = lane.kind {
        let _ = writeln!(text, "  kind: {kind}");
    }
    if !lane.reviewers.is_empty() {
        let _ = match (&lane.reviewers[..], words(lane.reviewers[0])) {
            ([_], _) => writeln!(text, "  reviewers: {}", list(&lane.reviewers)),
            (_, "all of") => writeln!(text, "  reviewers: [{{all_of: {}}}]", list(&lane.reviewers)),
            _ => writeln!(text, "  reviewers: [{{at_least: 2, of: {}}}]", list(&lane.reviewers)),
        };
    }
    for slot in SLOTS {
        let entries: Vec<&Entry> = lane.entries.iter().filter(|entry| entry.slot == slot).collect();
        if entries.is_empty() {
            if !style.leaves_out() {
                let _ = writeln!(text, "  {slot}: []");
            }
            continue;
        }
        let _ = writeln!(text, "  {slot}:");
        for entry in entries {
            match &entry.gate {
                EntryGate::Text(word) => {
                    let _ = writeln!(
                        text,
                        "    - {}",
                        if style.bare() { (*word).to_owned() } else { quoted(word) }
                    );
                }
                EntryGate::Embedded(id, consumer, tags) => {
                    let mut keys = vec![format!("id: {id}")];
                    keys.extend(consumer.map(|consumer| format!("consumer: {consumer}")));
                    if !tags.is_empty() {
                        keys.push(format!("tags: {}", list(tags)));
                    }
                    let _ = writeln!(text, "    - {{{}}}", keys.join(", "));
                }
                EntryGate::Own(gate) => {
                    let mut keys = vec![format!("title: {}", quoted(gate.title))];
                    keys.extend(gate.id.map(|id| format!("id: {}", quoted(id))));
                    keys.extend(gate.run.map(|run| format!("run: {}", quoted(run))));
                    keys.extend(gate.consumer.map(|consumer| format!("consumer: {consumer}")));
                    if !gate.needs.is_empty() {
                        keys.push(format!("needs: {}", list(&gate.needs)));
                    }
                    if !gate.tags.is_empty() {
                        keys.push(format!("tags: {}", list(&gate.tags)));
                    }
                    if style.breaks() {
                        let _ = writeln!(text, "    - {}", keys.join("\n      "));
                    } else {
                        let _ = writeln!(text, "    - {{{}}}", keys.join(", "));
                    }
                }
            }
        }
    }
    text
}

fn catalogue(gates: &[Gate], style: Style) -> String {
    let mut text = "gates:\n".to_owned();
    for gate in gates {
        let _ = write!(
            text,
            "  - id: {}\n    title: {}\n    layer: {}\n",
            gate.id,
            quoted(gate.title),
            gate.layer
        );
        if let Some(run) = gate.run {
            let _ = writeln!(text, "    run: {}", quoted(run));
        }
        if !gate.needs.is_empty() {
            let _ = writeln!(text, "    needs: {}", list(&gate.needs));
        }
        if let Some((scope, paths)) = &gate.always {
            let _ = writeln!(text, "    always: {scope}");
            if !paths.is_empty() {
                let _ = writeln!(text, "    paths: {}", list(paths));
            }
        }
        if style.prose() {
            text.push_str("    # Prose.\n");
        }
    }
    text
}

fn rules(classes: &[ClassRule], kinds: &[KindRule]) -> String {
    let mut text = "routing_rules:\n".to_owned();
    if !classes.is_empty() {
        text.push_str("  classes:\n");
    }
    for rule in classes {
        let mut keys = Vec::new();
        let mut names = |key: &str, words: &[Name]| {
            if !words.is_empty() {
                keys.push(format!("{key}: {}", list(words)));
            }
        };
        names("gates", &rule.gates);
        names("production_gates", &rule.production);
        names("shown_contract_smokes", &rule.shown);
        names("ships_gates", &rule.ships);
        if let Some(local) = rule.local_gates {
            keys.push(format!("local_gates: {local}"));
        }
        match &rule.smokes {
            Some(Smokes::All) => keys.push("consumer_smokes: all".to_owned()),
            Some(Smokes::None) => keys.push("consumer_smokes: none".to_owned()),
            Some(Smokes::Tagged(tags)) => keys.push(format!("consumer_smokes: {}", list(tags))),
            None => {}
        }
        if rule.evidence {
            keys.push("service_evidence: production_impacting".to_owned());
        }
        if rule.consumed {
            keys.push("consumed_smokes: true".to_owned());
        }
        let _ = writeln!(text, "    {}: {{{}}}", rule.class, keys.join(", "));
    }
    if !kinds.is_empty() {
        text.push_str("  map_kinds:\n");
    }
    for rule in kinds {
        let mut keys = Vec::new();
        if !rule.gates.is_empty() {
            keys.push(format!("gates: {}", list(&rule.gates)));
        }
        if !rule.smokes.is_empty() {
            keys.push(format!("consumer_smokes: {}", list(&rule.smokes)));
        }
        let _ = writeln!(text, "    {}: {{{}}}", rule.kind, keys.join(", "));
    }
    text
}

fn spoil(files: &mut Files, garbage: Garbage) {
    let map = "ownership-maps/zz.md".to_owned();
    let lane = files.keys().find(|path| path.starts_with("lanes/") || path.starts_with("ci/")).cloned();
    let lane = lane.unwrap_or_else(|| "lanes/zz.yaml".to_owned());
    let named = files.keys().find(|path| path.ends_with("-ownership.md")).cloned();
    let named = named.unwrap_or_else(|| "ownership-maps/zz-ownership.md".to_owned());
    let (path, text): (String, &[u8]) = match garbage {
        Garbage::Fault => return,
        Garbage::RowWithoutDomain => (map, b"| Package | Domain |\n|---|---|\n| `q/**` | |\n"),
        Garbage::Pattern => (map, b"| Package | Domain |\n|---|---|\n| `q/[` | alpha |\n"),
        Garbage::Class => {
            (map, b"| Package | Domain | Class |\n|---|---|---|\n| `q` | alpha | platform-service |\n")
        }
        Garbage::Syntax => (lane, b"domain_lane: [\n"),
        Garbage::Key => (lane, b"domain_lane:\n  domain_id: alpha\n  local_gate: []\n"),
        Garbage::EmptyLane => (lane, b""),
        Garbage::EmptyMap => (named, b"Nothing but prose.\n"),
        Garbage::Bytes => (lane, b"domain_lane:\n  domain_id: \"\xff\"\n"),
        Garbage::Version => ("laneway.yaml".to_owned(), b"version: 7\n"),
    };
    files.insert(path, text.to_vec());
}
