//! The graph for Mermaid, which GitHub and GitLab draw in Markdown.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::drawn::{Drawn, Node};
use crate::graph::{EdgeKind, View};
use crate::render::escape::terminal;
use crate::render::reason::count;

/// More edges than these Mermaid refuses to draw, unless it is told otherwise.
const MOST_EDGES: usize = 500;

/// Writes the graph as a flowchart.
pub fn write(out: &mut impl Write, view: &View<'_>) -> io::Result<()> {
    let drawn = Drawn::new(view);
    writeln!(out, "flowchart LR")?;
    writeln!(out, "  %% --- offers, --> is consumed by, ==> is compiled into, -.-> not known")?;
    if drawn.left_out > 0 {
        writeln!(out, "  %% Left out: {} that nobody consumes.", count(drawn.left_out, "contract"))?;
    }
    if drawn.edges.len() > MOST_EDGES {
        writeln!(
            out,
            "  %% {} edges: a viewer draws {MOST_EDGES} unless its maxEdges is raised.",
            drawn.edges.len()
        )?;
    }
    for (at, node) in drawn.nodes.iter().enumerate() {
        match node {
            Node::Domain(id) => {
                let title = view.domains.get(id).and_then(|domain| domain.title.as_deref());
                let title = title.map(|title| format!("<br>{}", escaped(title))).unwrap_or_default();
                writeln!(out, "  n{at}(\"{}{title}\"):::domain", escaped(id.as_str()))?;
            }
            Node::Contract(id) => writeln!(out, "  n{at}[\"{}\"]", escaped(id.as_str()))?,
            Node::Every => writeln!(out, "  n{at}(\"every domain\"):::domain")?,
            Node::Anyone => writeln!(out, "  n{at}(\"not known: any domain\"):::open")?,
        }
    }
    let mut cyclic = Vec::new();
    for (at, edge) in drawn.edges.iter().enumerate() {
        let arrow = match (edge.unknown, edge.kind) {
            (true, _) => "-.->",
            (false, EdgeKind::Produces) => "---",
            (false, EdgeKind::Consumes) => "-->",
            (false, EdgeKind::Imports) => "==>",
        };
        writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to)?;
        if edge.cyclic {
            cyclic.push(at.to_string());
        }
    }
    if !cyclic.is_empty() {
        writeln!(out, "  linkStyle {} stroke:#b3261e", cyclic.join(","))?;
    }
    writeln!(out, "  classDef domain fill:#e2eefb,stroke:#0b5cad,color:#1b2330")?;
    writeln!(out, "  classDef open stroke-dasharray:4 3")
}

/// Writes `text` as it stands within quotes: every character that Mermaid, Markdown or HTML could read as its own
/// becomes a character code.
fn escaped(text: &str) -> String {
    let safe = terminal(text);
    let mut escaped = String::with_capacity(safe.len() + 8);
    for character in safe.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '-' | '.' | ',' | '/' | ':') {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
