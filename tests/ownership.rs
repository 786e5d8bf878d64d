//! Ownership maps, case by case: each Markdown file of `testdata` holds maps and what must come of them.
//!
//! A case is a `map` block (its words: the name of the file, `crlf`, `bom`), then a `rows` block with the rows that
//! are read, or a `faults` block with what is wrong, or both. Without a `faults` block nothing may be wrong.
//! `LANEWAY_BLESS=1 cargo test --test ownership` writes what comes out into the blocks.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a case that cannot be read is a failure")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use laneway::fault::{Code, Fault};
use laneway::id::DomainId;
use laneway::ownership::{Cell, Owners, OwnershipMap, Row, RowClass};
use laneway::path::RepoPath;
use laneway::pattern::Pattern;
use laneway::source::{Source, Span};
use proptest::prelude::*;

#[test]
fn cases() {
    let mut cases = 0;
    for folder in ["testdata/ownership", "testdata/invalid/ownership"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let expected = fs::read_to_string(&path).unwrap();
            let actual = replay(&expected, &mut cases);
            if env::var_os("LANEWAY_BLESS").is_some() {
                fs::write(&path, &actual).unwrap();
                continue;
            }
            for (number, (line, wanted)) in actual.lines().zip(expected.lines()).enumerate() {
                assert_eq!(line, wanted, "{}:{}", path.display(), number + 1);
            }
            assert_eq!(actual, expected, "{}", path.display());
        }
    }
    assert!(cases >= 50, "only {cases} cases were found");
}

/// Returns the text of a case file with the `rows` and `faults` blocks that its maps really give.
fn replay(text: &str, cases: &mut usize) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    let mut last: Option<(Vec<Row>, Vec<Fault>)> = None;
    while let Some(line) = lines.next() {
        let fence = line.len() - line.trim_start_matches('`').len();
        let (close, words) = line.split_at(fence);
        let mut words = words.split(' ');
        let kind = words.next().unwrap_or_default();
        if fence < 3 || !["map", "rows", "faults"].contains(&kind) {
            writeln!(out, "{line}").unwrap();
            continue;
        }
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != close).collect();
        let told = match kind {
            "map" => {
                if let Some((_, faults)) = last.take() {
                    assert!(faults.is_empty(), "a fault that no block names: {faults:?}");
                }
                *cases += 1;
                last = Some(read(words, &body));
                body.iter().map(|line| format!("{line}\n")).collect()
            }
            "rows" => last.as_ref().unwrap().0.iter().map(|row| format!("{}\n", show(row))).collect(),
            _ => std::mem::take(&mut last.as_mut().unwrap().1).iter().map(show_fault).collect::<String>(),
        };
        write!(out, "{line}\n{told}{close}\n").unwrap();
    }
    assert!(last.is_none_or(|(_, faults)| faults.is_empty()), "a fault that no block names");
    out
}

fn read<'a>(words: impl Iterator<Item = &'a str>, body: &[&str]) -> (Vec<Row>, Vec<Fault>) {
    let mut text: String = body.iter().map(|line| format!("{line}\n")).collect();
    let mut name = "case.md";
    for word in words {
        match word {
            "crlf" => text = text.replace('\n', "\r\n"),
            "bom" => text.insert(0, '\u{FEFF}'),
            _ => name = word,
        }
    }
    let (map, faults) = parse(name, text);
    (map.rows, faults)
}

fn parse(name: &str, text: String) -> (OwnershipMap, Vec<Fault>) {
    OwnershipMap::parse(&RepoPath::from(name), &Source::new(name, text))
}

/// Prints a row on one line: `LINE kind names by owners`, then whatever else it says.
fn show(row: &Row) -> String {
    let mut out = format!("{} {} {} by ", row.line(), row.kind, quoted(&row.names));
    match &row.owners {
        Owners::Every => out.push('*'),
        Owners::Listed(domains) => out.push_str(&joined(domains.iter())),
    }
    for paths in &row.paths {
        let column = format!("{:?}", paths.column).to_lowercase();
        write!(out, "; {column} {}", quoted(paths.patterns.iter().map(Pattern::as_str))).unwrap();
    }
    if !row.excluded.is_empty() {
        write!(out, "; except {}", quoted(row.excluded.iter().map(Pattern::as_str))).unwrap();
    }
    let text = row.place.source.text();
    for (what, cell) in [("consumers", &row.consumers), ("imported by", &row.imported_by)] {
        if let Cell::Listed(domains) = cell {
            check_spans(domains, text);
            write!(out, "; {what} {}", joined(domains.keys())).unwrap();
        }
    }
    if let Cell::Listed(names) = &row.consumes {
        write!(out, "; consumes {}", quoted(names.keys())).unwrap();
    }
    if !row.reviewers.is_empty() {
        write!(out, "; reviewers {}", row.reviewers).unwrap();
    }
    match row.class {
        Some(RowClass::Class(class)) => write!(out, "; class {class}").unwrap(),
        Some(RowClass::Exempt) => out.push_str("; class exempt"),
        None => {}
    }
    if !row.tags.is_empty() {
        write!(out, "; tags {}", joined(&row.tags)).unwrap();
    }
    if let Some(class) = row.release_class {
        write!(out, "; release class {}", class.as_str()).unwrap();
    }
    for (header, note) in &row.notes {
        write!(out, "; {header:?}: {note:?}").unwrap();
    }
    out
}

fn quoted(values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    joined(values.into_iter().map(|value| format!("`{}`", value.as_ref())))
}

fn joined(values: impl IntoIterator<Item = impl ToString>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    if values.is_empty() { "none".to_owned() } else { values.join(", ") }
}

/// Prints `code LINE:COLUMN-COLUMN` and the underlined bytes, then message, label and help.
fn show_fault(fault: &Fault) -> String {
    let place = fault.place.as_ref().unwrap();
    let (line, column) = place.source.line_column(place.span.start);
    let code = fault.code.as_str().trim_start_matches("laneway::ownership::");
    let bytes = &place.source.text()[place.span.clone()];
    let end = column as usize + place.span.len();
    assert!(!fault.message.is_empty() && !fault.label.is_empty() && !fault.help.is_empty());
    format!(
        "{code} {line}:{column}-{end} [{bytes}]\n  {} ({})\n  help: {}\n",
        fault.message, fault.label, fault.help
    )
}

/// Checks that each domain stands where its bytes are said to be; a star may be escaped there.
fn check_spans(domains: &BTreeMap<DomainId, Span>, text: &str) {
    for (domain, span) in domains {
        assert_eq!(text[span.clone()].replace("\\*", "*"), domain.as_str());
    }
}

/// Reads any text, and checks what holds for every place of every row and fault.
fn check_places(text: &str) {
    let (map, faults) = parse("any-ownership.md", text.to_owned());
    for fault in &faults {
        let place = fault.place.as_ref().unwrap();
        assert!(text.get(place.span.clone()).is_some(), "{fault:?}");
        assert!(!fault.help.is_empty());
    }
    for row in &map.rows {
        assert!(text.get(row.place.span.clone()).is_some_and(|line| !line.is_empty()));
        let edges = [&row.consumers, &row.imported_by].into_iter().filter_map(|cell| cell.listed());
        edges.for_each(|domains| check_spans(domains, text));
    }
}

/// Pieces that tables are made of, so that random text is often a table, and a broken one.
fn table_like() -> impl Strategy<Value = String> {
    let pieces = [
        "|",
        "|",
        "|",
        "|",
        " ",
        " ",
        "\n",
        "\n",
        "\r\n",
        "\n|",
        "|---|---|\n",
        "| Package | Domain |\n|---|---|\n",
        "| Event | Contract | Owner | Consumers |\n| - | - | - | - |\n",
        "`",
        "``",
        "a/**",
        "!",
        "-",
        "—",
        "n/a",
        ",",
        "<br>",
        "<b>",
        "<!--",
        "-->",
        "{",
        "}",
        "\\",
        "\\|",
        "*",
        "_",
        "[",
        "]",
        "(x)",
        "&amp;",
        "é",
        "\u{FEFF}",
        "> ",
        "- ",
        "1. ",
        "    ",
        "\t",
        "iam",
        "Domain",
        "Class",
        "docs",
        "Consumers",
        "\0",
        "\u{85}",
        "\u{2028}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check_places(&text);
    }

    #[test]
    fn any_table_is_read(text in table_like()) {
        check_places(&text);
    }
}

#[test]
fn a_cell_of_unusual_space_is_empty() {
    check_places("| Package | Domain |\n|---|---|\n`|\u{85} ");
    let (map, faults) =
        parse("map.md", "| Package | Domain |\n|---|---|\n|\u{A0}a\u{A0}|\u{A0}|\n".to_owned());
    assert!(map.rows.is_empty());
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::NoDomain]);
}

#[test]
fn hostile_text_costs_linear_time() {
    let head = "| Package | Domain |\n|---|---|\n";
    let wide = |cell: &str| format!("{}|\n{}|\n", format!("|{cell}").repeat(30_000), "|-".repeat(30_000));
    let texts = [
        format!("{head}| {} | iam |\n", "[".repeat(500_000)),
        format!("{head}| {} | iam |\n", "`a`,".repeat(100_000)),
        format!("{head}| {} | iam |\n", "!".repeat(500_000)),
        format!("{head}| {} | iam |\n", "\\|!".repeat(100_000)),
        format!("{head}| {} | iam |\n", "<br>-,".repeat(100_000)),
        format!("{head}| a | {} |\n", "*,".repeat(100_000)),
        format!("{head}{}", "|\n".repeat(200_000)),
        wide("Package"),
        wide("Domain"),
        format!("{}| a |\n", wide("Package")).repeat(3),
        head.repeat(20_000).replace("|---|---|\n", "|---|---|\n\n"),
        "| a\n\n".repeat(200_000),
        format!("{head}{}", "| a | b | c".repeat(100_000)),
        ">".repeat(200_000),
    ];
    for text in texts {
        let started = std::time::Instant::now();
        check_places(&text);
        let took = started.elapsed();
        assert!(took.as_secs() < 20, "{took:?} for {:?}…", &text[..60]);
    }
}
