//! What holds of the drawings, the page and the document, whatever the names are.

use std::sync::Arc;

use serde_json::Value;

use super::{dot, html, json, mermaid, text};
use crate::graph::{Choice, View};
use crate::policy::Policy;
use crate::render::fixture::{FILES, policy};
use crate::render::text::Detail;

/// Names that would end a string, a line, a label, a comment or an element.
const HOSTILE: &[(&str, &str)] = &[
    (
        "ownership-maps/a.md",
        "| Event | Domain | Contract | Consumers | Reviewers |\n|---|---|---|---|---|\n\
         | `a\"];b -> c\\` | evil | `x` | good | |\n\
         | `</script><script>alert(1)</script>` | evil | `y` | | |\n\
         | `a --> b #quot; &lt; %% ``c`` {{d}}` | evil | `z` | good | `<b onload=x>` |\n\
         | `__proto__`, `constructor` | good | `w` | evil | |\n",
    ),
    (
        "lanes/a.yaml",
        "domain_lane:\n  domain_id: evil\n  title: \"end\\\"]\\n-->\\u202e </title><!--\\x1b[31m\"\n  \
         domain_local_gates:\n    - {id: g, run: \"echo '</script>' && a\"}\n",
    ),
    ("lanes/b.yaml", "domain_lane:\n  domain_id: good\n  domain_local_gates: [go test]\n"),
];

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes everything");
    String::from_utf8(out).expect("it is text")
}

fn view(policy: &Policy) -> View<'_> {
    View::new(policy, &[], Choice::All)
}

fn plain(view: &View<'_>) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    text::write(&mut out, view, Detail::default()).expect("memory takes everything");
    String::from_utf8(out.into_inner()).expect("it is text")
}

#[test]
fn a_terminal_shows_who_depends_on_whom() {
    let policy = policy(FILES);
    let text = plain(&view(&policy));
    for line in [
        "3 domains, 7 contracts: 2 service edges, 1 import edge\n",
        "    package:packages/pki  ownership-maps/package-ownership.md:4\n      imported by billing\n",
        "    event:invoice.paid  ownership-maps/event-ownership.md:3\n      consumed by gpu\n",
        "  a change here rebuilds  billing\n",
        "    without consumers: package:docs\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    let policy = policy(&[(
        "ownership-maps/a.md",
        "| Package | Domain |\n|---|---|\n| `a` | a |\n\n| Surface | Domain | Paths |\n|---|---|---|\n| `s` | b | `b` |\n",
    )]);
    let text = plain(&view(&policy));
    assert!(
        text.contains("consumed by unknown: any domain\n      imported by unknown: any domain\n"),
        "{text}"
    );
    assert!(
        text.contains("unknown: surface:s may show any contract: its cell is blank  ownership-maps/a.md:7\n")
    );
    assert!(text.contains("no lane: a change to it routes as broad"), "{text}");
    for drawing in
        [written(|out| dot::write(out, &view(&policy))), written(|out| mermaid::write(out, &view(&policy)))]
    {
        assert!(drawing.contains("not known: any domain"), "{drawing}");
    }
    let document: Value =
        serde_json::from_str(&written(|out| json::write(out, &view(&policy), None))).expect("it is JSON");
    assert_eq!(document["contracts"][0]["unknown"], serde_json::json!(["consumers", "imported_by"]));
    assert_eq!(document["rows"][1]["unknown"], serde_json::json!(["contracts"]));
}

#[test]
fn the_document_names_ends_and_rows() {
    let policy = policy(FILES);
    let document: Value = serde_json::from_str(&written(|out| json::write(out, &view(&policy), Some("abc"))))
        .expect("it is JSON");
    assert_eq!(
        (&document["schema"], &document["commit"]),
        (&Value::from("laneway.graph/v1"), &Value::from("abc"))
    );
    let edges = document["edges"].as_array().expect("a list");
    let edge = |kind: &str, from: &str| {
        edges.iter().find(|edge| edge["kind"] == kind && edge["from"] == from).expect("the edge is there")
    };
    let imports = edge("imports", "package:packages/pki");
    assert_eq!(imports["to"], "billing");
    let row = imports["rows"][0].as_u64().and_then(|at| document["rows"].get(usize::try_from(at).ok()?));
    assert_eq!(row.expect("the row is there")["line"], 4);
    assert_eq!(edge("consumes", "event:invoice.paid")["to"], "gpu");
    // Every end is a node.
    for edge in edges {
        for end in [&edge["from"], &edge["to"]] {
            let is =
                |list: &str| document[list].as_array().expect("a list").iter().any(|node| node["id"] == *end);
            assert!(is("domains") || is("contracts"), "{end}");
        }
    }
}

/// Says whether a line of DOT ends every string that it begins.
fn ends_its_strings(line: &str) -> bool {
    let (mut inside, mut escaped) = (false, false);
    for character in line.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
    }
    !inside
}

#[test]
fn no_name_draws_anything_but_itself() {
    let policy = policy(HOSTILE);
    let text = plain(&view(&policy));
    assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
    let dot = written(|out| dot::write(out, &view(&policy)));
    assert!(dot.lines().all(ends_its_strings), "{dot}");
    assert!(dot.contains(r#"label="event:a\"];b -> c\\""#), "{dot}");
    assert!(dot.contains(r#"label="event:a --> b #quot; &amp;lt; %%"#), "{dot}");
    // Five contracts, two domains, and anyone; each contract has a producer and an end.
    assert_eq!(dot.matches("label=").count(), 8);
    assert_eq!(dot.lines().filter(|line| line.starts_with("  \"") && !line.contains("label=")).count(), 10);
    let mermaid = written(|out| mermaid::write(out, &view(&policy)));
    let labels = mermaid.lines().filter(|line| line.starts_with("  n") && line.contains('"'));
    for line in labels.clone() {
        let label = line.split('"').nth(1).expect("a label").replace("<br>", "");
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(!label.contains(['<', '>', '"', '`', '[', ']', '{', '}', '%', '\\', '\n']), "{line}");
    }
    assert_eq!(labels.count(), 8);
    assert!(mermaid.contains("event:a --#62; b #35;quot#59; #38;lt#59;"), "{mermaid}");
}

#[test]
fn the_page_stands_alone() {
    for files in [FILES, HOSTILE] {
        let policy: Arc<Policy> = policy(files);
        let page = written(|out| html::write(out, &view(&policy), None));
        let lower = page.to_lowercase();
        for fetched in
            ["src=", "@import", "url(", "<link", "<iframe", "<img", "<base", "import(", "fetch(", "//cdn"]
        {
            assert!(!lower.contains(fetched), "{fetched}");
        }
        // The only address is the name of the format of drawings, which nobody fetches.
        let addresses: Vec<_> = lower.match_indices("://").map(|(at, _)| &lower[at - 4..at + 22]).collect();
        assert_eq!(addresses, ["http://www.w3.org/2000/svg"]);
        assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
        assert!(
            !page.contains("innerHTML") && !page.contains("insertAdjacentHTML") && !page.contains("eval(")
        );
        // Two elements of script, the data and what reads it, whatever the names are.
        assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2));
        let (_, data) = page.split_once("id=\"data\">").expect("the data is there");
        let (data, _) = data.split_once("</script>").expect("the data ends");
        assert!(!data.contains(['<', '>', '&']));
        let data: Value = serde_json::from_str(data).expect("it is JSON");
        assert_eq!(data["graph"]["schema"], "laneway.graph/v1");
    }
}

#[test]
fn the_page_has_the_gates_of_each_lane() {
    let policy = policy(FILES);
    let page = written(|out| html::write(out, &view(&policy), None));
    assert!(page.contains(r#""layer":"consumer_smoke","run":"make smoke","consumer":"gpu","tags":["api"]"#));
}
