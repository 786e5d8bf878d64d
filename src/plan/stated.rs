//! A route document with everything that its digest is taken of, so that it can be held against another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Plan, canonical};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::id::GateId;
use crate::source::Source;

/// What a route document states.
///
/// The parts are kept as they stand, field by field, so that a field which a later version adds is compared as well.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The digest, which the document was held to.
    pub digest: String,
    /// Whether the route is broad.
    pub broad: bool,
    /// `base`, `head`, `merge_base` and `policy` of the change, `policies`, and `runners`.
    pub(super) facts: BTreeMap<&'static str, Value>,
    /// The path of each file, with the digest of what is said of it.
    pub(super) files: BTreeSet<(String, Digest)>,
    /// What is said of each gate.
    pub(super) gates: BTreeMap<GateId, Map<String, Value>>,
    /// Who must look.
    pub(super) review: Map<String, Value>,
}

impl Stated {
    /// Reads a route document, held to its digest, or says everything that is wrong with it.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Vec<Fault>> {
        let plan = Plan::parse(source)?;
        let parts: Parts = serde_json::from_str(source.text())
            .map_err(|error| vec![super::document::shape(source, &error)])?;
        let Change { base, head, merge_base, policy } = parts.change;
        let facts = [
            ("change.base", base),
            ("change.head", head),
            ("change.merge_base", merge_base),
            ("change.policy", policy),
            ("policies", parts.policies),
            ("runners", parts.runners.unwrap_or_else(|| Value::Object(Map::new()))),
        ];
        let gates = parts.gates.into_iter().filter_map(|gate| {
            let id = gate.get("id")?.as_str()?.into();
            Some((id, gate))
        });
        Ok(Self {
            digest: plan.digest,
            broad: plan.broad,
            facts: facts.into(),
            files: parts.files.0,
            gates: gates.collect(),
            review: parts.review,
        })
    }

    /// Returns the gates that the document holds.
    pub fn gates(&self) -> impl Iterator<Item = &GateId> {
        self.gates.keys()
    }
}

/// The parts that a digest is taken of. That each is there, and of its type, was seen to before.
#[derive(Deserialize)]
struct Parts {
    change: Change,
    policies: Value,
    #[serde(default)]
    runners: Option<Value>,
    files: Files,
    gates: Vec<Map<String, Value>>,
    review: Map<String, Value>,
}

#[derive(Deserialize)]
struct Change {
    base: Value,
    head: Value,
    merge_base: Value,
    policy: Value,
}

/// Files may be many, and each is kept as a tree only while it is read.
struct Files(BTreeSet<(String, Digest)>);

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Files, A::Error> {
                let mut files = BTreeSet::new();
                while let Some(item) = items.next_element::<Value>()? {
                    let path = item.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
                    let mut bytes = Vec::new();
                    canonical::write(&mut bytes, item).map_err(A::Error::custom)?;
                    files.insert((path, Digest::of(&bytes)));
                }
                Ok(Files(files))
            }
        }

        deserializer.deserialize_seq(Items)
    }
}
