//! A route document, as `laneway route --format json` writes it, back into a plan.
//!
//! A document comes from elsewhere: an artifact of another job, a cache. It is read strictly, and held to its digest, so
//! that a document that was cut or edited is a fault, and never a shorter route. A digest is no signature: it shows
//! accidents, and whoever can write the document can write its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write as _};
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Value, json};

use super::canonical::{self, Hash};
use super::{Machine, Plan, PlannedGate, Vendor};
use crate::fault::{Code, Fault};
use crate::id::{ARCHITECTURE_REVIEW, DomainId, GateId, is_gate_id, nearest};
use crate::json::{Text, error_message, error_span, first_byte};
use crate::lanes::Layer;
use crate::source::Source;

/// What the `schema` field of a route document says.
pub const ROUTE_V1: &str = "laneway.route/v1";

/// The size, in bytes, beyond which a document is refused: a change of 300,000 files takes about half of it.
pub const MAX_BYTES: usize = 160 << 20;

/// How a document that cannot be used is replaced.
const ANEW: &str = "decide the route anew, with `laneway route --format json`";

/// Reads a plan from a route document, or says everything that is wrong with it.
pub(super) fn parse(source: &Arc<Source>) -> Result<Plan, Vec<Fault>> {
    if source.text().len() > MAX_BYTES {
        let message = format!(
            "{} has {} bytes; a route document may have {MAX_BYTES}",
            source.name(),
            source.text().len()
        );
        return Err(vec![Fault::new(Code::RouteSyntax, message, "name a file that laneway wrote")]);
    }
    version(source).map_err(|fault| vec![*fault])?;
    let document: Document<'_> =
        serde_json::from_str(source.text()).map_err(|error| vec![shape(source, &error)])?;
    let whole: Whole = serde_json::from_str(source.text()).map_err(|error| vec![shape(source, &error)])?;
    let mut faults = gates(source, &document);
    faults.extend(narrow(source, &document));
    let digest = whole.digest().expect("a hash takes everything");
    if digest != document.digest.as_str() {
        faults.push(Fault::at(
            Code::RouteDigest,
            source,
            document.digest.span(source),
            format!("{} says something else than its digest was taken of", source.name()),
            format!("it would be {digest}"),
            format!("it was edited or cut: {ANEW}"),
        ));
    }
    if faults.is_empty() { Ok(document.plan()) } else { Err(faults) }
}

/// Makes sure that the document is a route of a known version, before anything else of it is believed.
fn version(source: &Arc<Source>) -> Result<(), Box<Fault>> {
    #[derive(serde::Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        schema: Option<Text<'a>>,
    }
    let help = format!("name what `laneway route --format json` wrote; else {ANEW}");
    let no_route = |span, label: &str| {
        let message = format!("{} is not a route document", source.name());
        Box::new(Fault::at(Code::RouteSyntax, source, span, message, label, help.clone()))
    };
    let text = source.text();
    if text.trim().is_empty() {
        return Err(no_route(first_byte(source), "it is empty"));
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let message = format!("{} is not JSON: {}", source.name(), error_message(&error));
        let span = error_span(source, &error);
        return Err(Box::new(Fault::at(Code::RouteSyntax, source, span, message, "here", help)));
    }
    let Ok(Head { schema: Some(schema) }) = serde_json::from_str(text) else {
        return Err(no_route(first_byte(source), "`schema` does not say what it is"));
    };
    match schema.as_str() {
        ROUTE_V1 => Ok(()),
        other if other.starts_with("laneway.route/") => Err(Box::new(Fault::at(
            Code::RouteVersion,
            source,
            schema.span(source),
            format!("{} is of another version: `{other}`", source.name()),
            format!("not `{ROUTE_V1}`"),
            format!(
                "this program knows `{ROUTE_V1}`; write and read the document with one version of laneway"
            ),
        ))),
        other => Err(no_route(schema.span(source), &format!("it is a `{other}`"))),
    }
}

/// A field that is missing or is of another type.
pub(super) fn shape(source: &Arc<Source>, error: &serde_json::Error) -> Fault {
    let message = format!("{} is not a whole route: {}", source.name(), error_message(error));
    Fault::at(
        Code::RouteShape,
        source,
        error_span(source, error),
        message,
        "up to here",
        format!("it was edited or cut: {ANEW}"),
    )
}

/// Says what is wrong with the ids and needs of the gates.
fn gates(source: &Arc<Source>, document: &Document<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let help = format!("it was edited or cut: {ANEW}");
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for gate in &document.gates {
        let id = gate.id.as_str();
        let at = |message: String, label: &str| {
            Fault::at(Code::RouteGate, source, gate.id.span(source), message, label, help.clone())
        };
        if !is_gate_id(id) {
            faults.push(at(format!("`{id}` cannot be the id of a gate"), "not an id"));
        } else if !known.insert(id) {
            faults.push(at(format!("gate `{id}` is in the route twice"), "the second one"));
        }
    }
    for gate in &document.gates {
        for need in gate.needs.iter().filter(|need| !known.contains(need.as_str())) {
            let (id, need_id) = (gate.id.as_str(), need.as_str());
            let message = format!("gate `{id}` needs `{need_id}`, which is not in the route");
            let help = match nearest(need_id, known.iter().copied()) {
                Some(nearest) => format!("{help}; the nearest gate is `{nearest}`"),
                None => help.clone(),
            };
            let span = need.span(source);
            faults.push(Fault::at(Code::RouteGate, source, span, message, "no such gate", help));
        }
    }
    faults
}

/// A route that says that it is broad, and skips gates. The digest does not cover the word, and the kill switch relies on
/// it.
fn narrow(source: &Arc<Source>, document: &Document<'_>) -> Option<Fault> {
    let skips = |gate: &&Skipped<'_>| gate.id.as_str() != ARCHITECTURE_REVIEW;
    let gate = document.skipped.iter().find(skips).filter(|_| document.broad.forced)?;
    Some(Fault::at(
        Code::RouteShape,
        source,
        gate.id.span(source),
        format!("{} says that its route is broad, and skips `{}`", source.name(), gate.id.as_str()),
        "a broad route skips no gate",
        format!("it was edited or cut: {ANEW}"),
    ))
}

/// The parts of a route document that a plan is made of. Fields may be added to the version; each of these is there.
#[derive(serde::Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    digest: Text<'a>,
    change: Head,
    #[serde(default)]
    runners: BTreeMap<String, BTreeSet<Ci>>,
    gates: Vec<Gate<'a>>,
    skipped: Vec<Skipped<'a>>,
    review: Review,
    broad: Broad,
}

#[derive(serde::Deserialize)]
struct Head {
    #[serde(deserialize_with = "stated")]
    head: Option<String>,
}

#[derive(serde::Deserialize)]
struct Review {
    architecture: Architecture,
}

#[derive(serde::Deserialize)]
struct Architecture {
    required: bool,
}

#[derive(serde::Deserialize)]
struct Broad {
    forced: bool,
}

#[derive(serde::Deserialize)]
struct Skipped<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(serde::Deserialize)]
struct Gate<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    title: String,
    layer: LayerWord,
    domains: BTreeSet<String>,
    #[serde(deserialize_with = "stated")]
    run: Option<String>,
    #[serde(deserialize_with = "stated")]
    runner: Option<String>,
    #[serde(default)]
    machines: BTreeMap<Ci, Own>,
    #[serde(deserialize_with = "stated")]
    timeout_minutes: Option<u32>,
    #[serde(borrow)]
    needs: Vec<Text<'a>>,
    #[serde(default)]
    family: Option<String>,
    #[serde(default)]
    evidence_types: BTreeSet<String>,
}

impl Document<'_> {
    fn plan(self) -> Plan {
        let vendors = |listed: BTreeSet<Ci>| listed.into_iter().map(|ci| ci.0).collect();
        Plan {
            digest: self.digest.as_str().to_owned(),
            head: self.change.head,
            broad: self.broad.forced,
            architecture_review: self.review.architecture.required,
            gates: self.gates.into_iter().map(Gate::planned).collect(),
            runners: self.runners.into_iter().map(|(label, listed)| (label, vendors(listed))).collect(),
        }
    }
}

impl Gate<'_> {
    fn planned(self) -> (GateId, PlannedGate) {
        let planned = PlannedGate {
            title: self.title,
            layer: self.layer.0,
            domains: self.domains.iter().map(DomainId::new).collect(),
            run: self.run,
            runner: self.runner,
            machines: self.machines.into_iter().map(|(ci, own)| (ci.0, own.0)).collect(),
            timeout_minutes: self.timeout_minutes,
            needs: self.needs.iter().map(|need| GateId::new(need.as_str())).collect(),
            family: self.family,
            evidence_types: self.evidence_types,
        };
        (GateId::new(self.id.as_str()), planned)
    }
}

/// Everything that the digest is taken of, as it stands.
#[derive(serde::Deserialize)]
struct Whole {
    change: Change,
    policies: Value,
    #[serde(default)]
    runners: Option<Value>,
    files: Canonical,
    gates: Value,
    review: Value,
}

#[derive(serde::Deserialize)]
struct Change {
    #[serde(deserialize_with = "stated")]
    base: Value,
    #[serde(deserialize_with = "stated")]
    head: Value,
    #[serde(deserialize_with = "stated")]
    merge_base: Value,
    policy: Value,
}

impl Whole {
    /// Returns the digest, which is taken as [`render::digest`](crate::render) takes it of a route.
    fn digest(self) -> io::Result<String> {
        let Change { base, head, merge_base, policy } = self.change;
        let mut policies = json!({"basis": policy, "digests": self.policies});
        if let Some(runners) = self.runners {
            policies["runners"] = runners;
        }
        let mut hash = Hash::default();
        hash.write_all(b"{\"commits\":")?;
        canonical::write(&mut hash, json!({"base": base, "head": head, "merge_base": merge_base}))?;
        hash.write_all(b",\"files\":[")?;
        hash.write_all(&self.files.0)?;
        hash.write_all(b"],\"gates\":")?;
        canonical::write(&mut hash, self.gates)?;
        hash.write_all(b",\"policies\":")?;
        canonical::write(&mut hash, policies)?;
        hash.write_all(b",\"reviews\":")?;
        canonical::write(&mut hash, self.review)?;
        hash.write_all(b"}")?;
        Ok(hash.finish())
    }
}

/// A list in its canonical form, without its brackets. Files may be many, and each is kept as a tree only while it is
/// read.
struct Canonical(Vec<u8>);

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Canonical;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Canonical, A::Error> {
                let mut bytes = Vec::new();
                while let Some(item) = items.next_element::<Value>()? {
                    if !bytes.is_empty() {
                        bytes.push(b',');
                    }
                    canonical::write(&mut bytes, item).map_err(A::Error::custom)?;
                }
                Ok(Canonical(bytes))
            }
        }

        deserializer.deserialize_seq(Items)
    }
}

/// Reads a value that may be null and must be there: by default a field that is missing would be null.
fn stated<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(deserializer)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Ci(Vendor);

impl<'de> Deserialize<'de> for Ci {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Vendor::named(&word).map(Self).ok_or_else(|| D::Error::custom(format!("`{word}` is no CI")))
    }
}

struct LayerWord(Layer);

impl<'de> Deserialize<'de> for LayerWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let layer = Layer::ALL.into_iter().find(|layer| layer.as_str() == word);
        layer.map(Self).ok_or_else(|| D::Error::custom(format!("`{word}` is no layer")))
    }
}

struct Own(Machine);

impl<'de> Deserialize<'de> for Own {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong =
            || D::Error::custom("a machine is a label, a list of labels, or keys with lists of labels");
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(wrong())
            }
        };
        let texts = |value: Value| match value {
            Value::Array(items) => items.into_iter().map(text).collect::<Result<Vec<String>, D::Error>>(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Err(wrong())
            }
        };
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Object(keys) => {
                let keys = keys.into_iter().map(|(key, value)| Ok((key, texts(value)?)));
                Machine::Keys(keys.collect::<Result<_, D::Error>>()?)
            }
            Value::Array(items) => Machine::Labels(texts(Value::Array(items))?),
            label => Machine::Label(text(label)?),
        }))
    }
}
