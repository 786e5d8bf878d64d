//! What the tree keeps: places, written texts, aliases.
#![expect(clippy::unwrap_used, reason = "a test that fails says so")]

use std::sync::Arc;

use super::{Mapping, Node, Reader, Value, parse};
use crate::fault::Code;
use crate::source::Source;

fn sound(text: &str) -> (Arc<Source>, Node) {
    let source = Source::new("test.yaml", text);
    let (node, faults) = parse(&source);
    assert!(faults.is_empty(), "{faults:?}");
    (source, node.unwrap())
}

fn open(node: &Node) -> Mapping<'_> {
    let source = Source::new("test.yaml", "");
    Reader::new(&source, Vec::new()).open_mapping(node, "").unwrap()
}

/// Returns the bytes that the value of `key` was read from.
fn under<'s>(source: &'s Source, node: &Node, key: &str) -> &'s str {
    &source.text()[open(node).get(key).unwrap().span.clone()]
}

#[test]
fn places_are_bytes_whatever_stands_before_them() {
    let text = "\u{feff}größe: 'ä'\r\nnäme: \"é\\n\"\r\nlist:\r\n  - ü\r\n  - x\r\nflow: {a: [b,\r\n  c]}\r\nblock: |\r\n  text\r\nlast: z";
    let (source, node) = sound(text);
    assert_eq!(under(&source, &node, "größe"), "'ä'");
    assert_eq!(under(&source, &node, "näme"), "\"é\\n\"");
    assert_eq!(under(&source, &node, "list"), "- ü");
    assert_eq!(under(&source, &node, "flow"), "{a: [b,", "what spans lines is underlined on its first");
    assert_eq!(under(&source, &node, "last"), "z");
    let map = open(&node);
    assert!(map.entries().iter().all(|entry| source.text()[entry.key.span.clone()] == *entry.key.value));
}

#[test]
fn plain_scalars_keep_their_written_text() {
    let (_, node) = sound("[no, 123, 1.20, 0x1F, 1e3, 2026-01-01, 'null', true]");
    let Value::Seq(items) = &node.value else { panic!("a list") };
    let texts: Vec<&str> = items
        .iter()
        .map(|item| match &item.value {
            Value::Scalar { text, .. } => &**text,
            Value::Seq(_) | Value::Map(_) => panic!("a scalar"),
        })
        .collect();
    assert_eq!(texts, ["no", "123", "1.20", "0x1F", "1e3", "2026-01-01", "null", "true"]);
    assert!(items.iter().all(|item| !item.is_null()));
}

#[test]
fn a_part_of_a_text_is_found_where_the_text_stands_as_written() {
    let (source, node) = sound("{a: plain/x, b: 'quo/[', c: \"es\\tc/[\"}");
    let map = open(&node);
    let part = |key: &str, range| {
        let span = map.get(key).unwrap().part(&source, range);
        source.text()[span].to_owned()
    };
    assert_eq!(part("a", 6..7), "x");
    assert_eq!(part("b", 4..5), "[");
    assert_eq!(part("c", 5..6), "\"es\\tc/[\"", "escapes make it unknowable");
    assert_eq!(part("a", 5..90), "plain/x");
}

#[test]
fn a_document_may_begin_and_end_in_the_open() {
    sound("--- # the first\na: b\n...\n");
    sound("%YAML 1.2\n---\na: b\n");
}

#[test]
fn an_alias_stands_where_it_is_written() {
    let (source, node) = sound("a: &x [1]\nb: *x\n");
    assert_eq!(under(&source, &node, "b"), "*x");
}

#[test]
fn a_file_full_of_faults_reports_the_first_thousand() {
    let text: String = (0..5000).map(|index| format!("key-{index}: 1\n")).collect();
    let (source, node) = sound(&text);
    let mut reader = Reader::new(&source, Vec::new());
    assert!(reader.mapping(&node, "", &["known"]).is_some());
    let faults = reader.into_faults();
    assert_eq!(faults.len(), super::MAX_FAULTS);
    assert_eq!(faults[0].code, Code::YamlUnknownKey);
}
