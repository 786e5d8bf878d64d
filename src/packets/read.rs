//! Text to packets.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::keys::{
    CALLER_KEYS, DEGRADATION_KEYS, DOCUMENT_KEYS, GUARDS_KEYS, OBJECTIVE_KEYS, PACKET_KEYS, ROLLBACK_KEYS,
    STATUS_KEYS,
};
use super::{Caller, Decision, Degradation, Objective, Packet, Packets, Retreat, StatusRow};
use crate::fault::{Code, Fault};
use crate::id::{DomainId, GateId, nearest};
use crate::lanes::Lanes;
use crate::source::{Place, Source, Spanned};
use crate::yaml::{self, Mapping, Node, Reader, shortened};

/// The profile and the environment of a packet that names none.
const PROFILE: &str = "standard";
const ENVIRONMENT: &str = "production";

impl Packets {
    /// Reads the text of the document. With faults, what could be read stands. Domains, gates, profiles and environments are
    /// those of `lanes`.
    pub fn parse(source: &Arc<Source>, lanes: &Lanes) -> (Self, Vec<Fault>) {
        let (root, faults) = yaml::parse(source);
        let mut reader = Reader::new(source, faults);
        let packets = root.and_then(|root| read(&mut reader, &root, lanes)).unwrap_or_default();
        (packets, reader.into_faults())
    }
}

fn read(reader: &mut Reader<'_>, root: &Node, lanes: &Lanes) -> Option<Packets> {
    let map = reader.mapping(root, "", DOCUMENT_KEYS)?;
    if map.get("extraction_packets").is_none() {
        reader.missing_key(&map, "extraction_packets");
    }
    let mut packets = Packets::default();
    for (path, item) in reader.items(&map, "extraction_packets")? {
        let Some(packet) = packet(reader, item, &path, lanes) else { continue };
        if packets.by_domain.contains_key(&packet.domain) {
            let message = format!("domain `{}` has two packets", packet.domain);
            let help = "keep one packet for each domain";
            let span = packet.place.span.clone();
            reader.fault(Code::PacketDomain, span, message, "stated before", help);
            continue;
        }
        packets.by_domain.insert(packet.domain.clone(), packet);
    }
    Some(packets)
}

fn packet(reader: &mut Reader<'_>, node: &Node, path: &str, lanes: &Lanes) -> Option<Packet> {
    let map = reader.mapping(node, path, PACKET_KEYS)?;
    let id = reader.required_text(&map, "domain");
    let domain = id.as_ref().and_then(|id| domain(reader, id, lanes));
    let decision = required_choice(reader, &map);
    let decided = decided(reader, &map);
    let owner = reader.required_text(&map, "owner").map(|text| text.value);
    let answers = owner.clone().unwrap_or_default();
    let document = document(reader, &map, "document");
    let profiles = lanes.profiles.keys().map(String::as_str);
    let profile = known(reader, &map, "profile", "release profile", profiles, PROFILE);
    let environments = lanes.environments.keys().map(String::as_str);
    let environment = known(reader, &map, "environment", "environment", environments, ENVIRONMENT);
    let callers = callers(reader, &map, lanes, &answers);
    let degradation =
        map.get("degradation").and_then(|node| degradation(reader, node, &map, lanes, &answers));
    let rollback = map.get("rollback").and_then(|node| rollback(reader, node, &map, lanes, &answers));
    let status = map.get("status").and_then(|node| status(reader, node, &map, lanes, &answers));
    let guards_owner = map.get("guards").and_then(|node| {
        let guards = reader.mapping(node, &map.path_of("guards"), GUARDS_KEYS)?;
        reader.required_text(&guards, "owner").map(|text| text.value)
    });
    Some(Packet {
        place: Place::new(reader.source(), id?.span),
        domain: domain?,
        decision: decision?,
        decided: decided?,
        owner: owner?,
        document,
        profile,
        environment,
        callers,
        degradation,
        rollback,
        status,
        guards_owner: guards_owner.unwrap_or(answers),
    })
}

fn required_choice(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Decision> {
    let word = reader.required_text(map, "decision")?;
    let found = Decision::ALL.into_iter().find(|own| own.as_str() == word.value);
    if found.is_none() {
        let words = Decision::ALL.map(Decision::as_str);
        let message = format!("`{}` is no decision", shortened(&word.value));
        let help = match nearest(&word.value, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", words.join(", ")),
        };
        reader.fault(Code::PacketValue, word.span, message, "not known", help);
    }
    found
}

fn decided(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Date> {
    let Spanned { value, span } = reader.required_text(map, "decided")?;
    let is_plain = value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = if is_plain { value.parse().ok() } else { None };
    if date.is_none() {
        let message = format!("`{}` cannot be `{}`", map.path_of("decided"), shortened(&value));
        let help = "write the day of the decision as `2026-05-01`";
        reader.fault(Code::PacketValue, span, message, "not a day", help);
    }
    date
}

fn domain(reader: &mut Reader<'_>, id: &Spanned<String>, lanes: &Lanes) -> Option<DomainId> {
    let found = DomainId::new(&id.value);
    if lanes.lanes.contains_key(&found) {
        return Some(found);
    }
    let message = format!("domain `{}` has no lane", shortened(&id.value));
    let help = match nearest(&id.value, lanes.lanes.keys().map(DomainId::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a domain that has a lane".to_owned(),
    };
    reader.fault(Code::PacketDomain, id.span.clone(), message, "not known", help);
    None
}

/// Takes a name that the lanes know, or the usual one.
fn known<'a>(
    reader: &mut Reader<'_>,
    map: &Mapping<'_>,
    key: &str,
    what: &str,
    names: impl Iterator<Item = &'a str>,
    usual: &str,
) -> String {
    let Some(text) = reader.text(map, key) else { return usual.to_owned() };
    let names: Vec<&str> = names.collect();
    if !names.contains(&text.value.as_str()) {
        let message = format!("{what} `{}` is not known", shortened(&text.value));
        let help = match nearest(&text.value, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`laneway profile list` shows those that there are".to_owned(),
        };
        reader.fault(Code::PacketValue, text.span, message, "not known", help);
    }
    text.value
}

fn gate(reader: &mut Reader<'_>, map: &Mapping<'_>, lanes: &Lanes) -> Option<GateId> {
    let text = reader.required_text(map, "gate")?;
    let id = GateId::new(&text.value);
    if lanes.gate(&id).is_some() {
        return Some(id);
    }
    let message = format!("there is no gate `{}`", shortened(&text.value));
    let all = || lanes.gates.values().chain(lanes.release_gates.values());
    let titled = all().find(|gate| gate.title == text.value).map(|gate| gate.id.as_str());
    let help = match titled.or_else(|| nearest(&text.value, all().map(|gate| gate.id.as_str()))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a gate by its id: `laneway route --verbose` lists every one".to_owned(),
    };
    reader.fault(Code::PacketValue, text.span, message, "not known", help);
    None
}

/// Takes a file of the repository.
fn document(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Option<String> {
    let text = reader.text(map, key)?;
    let is_inside = text.value.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !is_inside {
        let message = format!("`{}` cannot be `{}`", map.path_of(key), shortened(&text.value));
        let help = "write a path from the repository's root, without `/` in front, `.` or `..`";
        reader.fault(Code::PacketValue, text.span, message, "not below the root", help);
        return None;
    }
    Some(text.value)
}

fn required_document(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<String> {
    if map.get("document").is_none() {
        reader.missing_key(map, "document");
    }
    document(reader, map, "document")
}

fn owner(reader: &mut Reader<'_>, map: &Mapping<'_>, answers: &str) -> String {
    reader.text(map, "owner").map_or_else(|| answers.to_owned(), |text| text.value)
}

fn callers(
    reader: &mut Reader<'_>,
    of: &Mapping<'_>,
    lanes: &Lanes,
    answers: &str,
) -> BTreeMap<DomainId, Caller> {
    let mut callers = BTreeMap::new();
    for (path, item) in reader.items(of, "callers").unwrap_or_default() {
        let Some(map) = reader.mapping(item, &path, CALLER_KEYS) else { continue };
        let id = reader.required_text(&map, "domain");
        let domain = id.as_ref().and_then(|id| domain(reader, id, lanes));
        let service_auth = reader.required_text(&map, "service_auth");
        let document = required_document(reader, &map);
        let owner = owner(reader, &map, answers);
        let (Some(id), Some(domain)) = (id, domain) else { continue };
        if callers.contains_key(&domain) {
            let message = format!("caller `{domain}` is stated twice");
            let help = "state each caller of a domain once";
            reader.fault(Code::PacketValue, id.span, message, "stated before", help);
            continue;
        }
        let (Some(service_auth), Some(document)) = (service_auth, document) else { continue };
        callers.insert(domain, Caller { service_auth: service_auth.value, document, owner });
    }
    callers
}

fn degradation(
    reader: &mut Reader<'_>,
    node: &Node,
    of: &Mapping<'_>,
    lanes: &Lanes,
    answers: &str,
) -> Option<Degradation> {
    let map = reader.mapping(node, &of.path_of("degradation"), DEGRADATION_KEYS)?;
    let gate = gate(reader, &map, lanes);
    let document = document(reader, &map, "document");
    let owner = owner(reader, &map, answers);
    Some(Degradation { gate: gate?, document, owner })
}

fn rollback(
    reader: &mut Reader<'_>,
    node: &Node,
    of: &Mapping<'_>,
    lanes: &Lanes,
    answers: &str,
) -> Option<Retreat> {
    let map = reader.mapping(node, &of.path_of("rollback"), ROLLBACK_KEYS)?;
    let gate = gate(reader, &map, lanes);
    let command = reader.required_text(&map, "command");
    let document = required_document(reader, &map);
    let owner = owner(reader, &map, answers);
    Some(Retreat { gate: gate?, command: command?.value, document: document?, owner })
}

fn status(
    reader: &mut Reader<'_>,
    node: &Node,
    of: &Mapping<'_>,
    lanes: &Lanes,
    answers: &str,
) -> Option<StatusRow> {
    let map = reader.mapping(node, &of.path_of("status"), STATUS_KEYS)?;
    let component = reader.required_text(&map, "component");
    let owner = owner(reader, &map, answers);
    let slo = map.get("slo").and_then(|node| {
        let slo = reader.mapping(node, &map.path_of("slo"), OBJECTIVE_KEYS)?;
        let objective = reader.required_text(&slo, "objective");
        let gate = gate(reader, &slo, lanes);
        Some(Objective { objective: objective?.value, gate: gate? })
    });
    Some(StatusRow { component: component?.value, owner, slo })
}
