//! The graph as a page: a search over domains and contracts, and at a click who depends on whom.
//!
//! The page carries the JSON document and the gates of the lanes, and lays out one domain at a time, so that its size
//! and its speed follow the maps and not the number of paths through them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::wire::GraphV1;
use crate::graph::View;
use crate::lanes::Ask;
use crate::policy::Policy;
use crate::render::page::{self, Page};
use crate::render::wire_part::{Ids, LayerV1};

/// Writes the page. `commit` is the one whose policy it is, where it is that of a commit.
pub fn write(out: &mut impl Write, view: &View<'_>, commit: Option<&str>) -> io::Result<()> {
    let page = Page {
        title: "Producers and consumers",
        css: include_str!("page.css"),
        body: include_str!("page.html"),
        script: include_str!("page.js"),
    };
    let lanes = view.domains.keys().filter_map(|id| view.policy.lanes.lanes.get(id));
    let gates = lanes.map(|lane| {
        (lane.domain.as_str(), lane.asks.iter().map(|ask| GateOfLane::new(view.policy, ask)).collect())
    });
    page::write(out, &page, &Data { graph: GraphV1::new(view, commit), gates: gates.collect() })
}

/// What the page's script reads.
#[derive(Serialize)]
struct Data<'a> {
    graph: GraphV1<'a>,
    /// What each lane asks for, in the order of the file.
    gates: BTreeMap<&'a str, Vec<GateOfLane<'a>>>,
}

/// A gate that a lane asks for.
#[derive(Serialize)]
struct GateOfLane<'a> {
    id: &'a str,
    title: Option<&'a str>,
    layer: LayerV1,
    run: Option<&'a str>,
    consumer: Option<&'a str>,
    tags: Ids<'a, String>,
}

impl<'a> GateOfLane<'a> {
    fn new(policy: &'a Policy, ask: &'a Ask) -> Self {
        let gate = policy.lanes.gates.get(&ask.gate);
        Self {
            id: ask.gate.as_str(),
            title: gate.map(|gate| gate.title.as_str()),
            layer: ask.slot.into(),
            run: gate.and_then(|gate| gate.run.as_deref()),
            consumer: ask.consumer.as_ref().map(|consumer| consumer.as_str()),
            tags: Ids(&ask.tags),
        }
    }
}
