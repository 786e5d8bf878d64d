//! The graph for Graphviz.

use std::io::{self, Write};

use super::drawn::{Drawn, Edge, Node};
use crate::graph::{EdgeKind, View};
use crate::ownership::MapKind;
use crate::render::escape::terminal;
use crate::render::reason::count;

/// Writes the graph in the DOT language: `dot -Tsvg` draws it.
pub fn write(out: &mut impl Write, view: &View<'_>) -> io::Result<()> {
    let drawn = Drawn::new(view);
    out.write_all(HEAD.as_bytes())?;
    if drawn.left_out > 0 {
        writeln!(out, "  // Left out: {} that nobody consumes.", count(drawn.left_out, "contract"))?;
    }
    for node in &drawn.nodes {
        writeln!(out, "  {} [{}];", quoted(id(node)), attributes(view, node))?;
    }
    for edge in &drawn.edges {
        let (from, to) = (id(&drawn.nodes[edge.from]), id(&drawn.nodes[edge.to]));
        writeln!(out, "  {} -> {}{};", quoted(from), quoted(to), style(*edge))?;
    }
    out.write_all(b"}\n")
}

const HEAD: &str = "\
// An impact travels along the arrows: a domain offers a contract, and others consume it, or compile it in (bold).
// Dashed: not known. Red: part of a cycle.
digraph laneway {
  rankdir=LR;
  node [fontname=\"Helvetica\", fontsize=11, shape=box];
  edge [fontname=\"Helvetica\", fontsize=9, color=\"#5b6676\"];
";

fn id(node: &Node) -> &str {
    match node {
        Node::Domain(domain) => domain.as_str(),
        Node::Contract(contract) => contract.as_str(),
        Node::Every => "*",
        Node::Anyone => "?",
    }
}

fn attributes(view: &View<'_>, node: &Node) -> String {
    match node {
        Node::Domain(id) => {
            let title = view.domains.get(id).and_then(|domain| domain.title.as_deref());
            let label = [Some(id.as_str()), title].into_iter().flatten().map(label).collect::<Vec<_>>();
            // Only this line break is ours.
            format!("label=\"{}\", style=\"rounded,filled,bold\", fillcolor=\"#e2eefb\"", label.join("\\n"))
        }
        Node::Contract(id) => {
            let contract = view.contracts.get(id);
            let shape = match contract.map(|contract| contract.kind) {
                Some(MapKind::Route) => "cds",
                Some(MapKind::Schema) => "cylinder",
                Some(MapKind::Event) => "note",
                Some(MapKind::Binary | MapKind::Surface) => "component",
                Some(MapKind::Package) | None => "folder",
            };
            format!("label=\"{}\", shape={shape}, fontsize=10", label(id.as_str()))
        }
        Node::Every => "label=\"every domain\", style=\"rounded\"".to_owned(),
        Node::Anyone => "label=\"not known: any domain\", style=\"rounded,dashed\"".to_owned(),
    }
}

fn style(edge: Edge) -> String {
    let mut style = match edge.kind {
        EdgeKind::Produces => vec!["arrowhead=none"],
        EdgeKind::Consumes => Vec::new(),
        EdgeKind::Imports => vec!["penwidth=2"],
    };
    if edge.unknown {
        style.push("style=dashed");
    }
    if edge.cyclic {
        style.push("color=\"#b3261e\"");
    }
    if style.is_empty() { String::new() } else { format!(" [{}]", style.join(", ")) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Writes `text` as it stands within quotes, where a backslash begins an escape.
fn escaped(text: &str) -> String {
    terminal(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Writes `text` as it stands within the quotes of a label, where `&` begins a character reference as well.
fn label(text: &str) -> String {
    escaped(text).replace('&', "&amp;")
}
