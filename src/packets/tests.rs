//! Packets: what is read, and what is not.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::fault::Code;
use crate::lanes::Lanes;
use crate::source::Source;

fn lanes() -> Lanes {
    let lane = "domain_lane:\n  domain_id: billing\n  domain_local_gates: [{id: harness, run: make harness}, {id: back, run: make back}]\n";
    let other = "domain_lane: {domain_id: gpuaas}\n";
    let sources = [Source::new("lanes/a.yaml", lane), Source::new("lanes/b.yaml", other)];
    Lanes::parse(&sources).0
}

const WHOLE: &str = "extraction_packets:
  - domain: billing
    decision: extract_service
    decided: 2026-05-01
    owner: '@arch'
    callers: [{domain: gpuaas, service_auth: mtls, document: doc/auth.md, owner: '@gpu'}]
    degradation: {gate: harness, document: doc/degradation.md}
    rollback: {gate: back, command: make rollback, document: doc/rollback.md}
    status: {component: billing-api, owner: '@ops', slo: {objective: 99.9, gate: harness}}
    guards: {owner: '@guards'}
";

#[test]
fn a_whole_packet_is_read() {
    let (packets, faults) = Packets::parse(&Source::new("p.yaml", WHOLE), &lanes());
    assert!(faults.is_empty(), "{faults:?}");
    let packet = packets.by_domain.values().next().unwrap();
    assert_eq!(packet.decision, Decision::ExtractService);
    assert_eq!((packet.profile.as_str(), packet.environment.as_str()), ("standard", "production"));
    assert_eq!(packet.callers.values().next().unwrap().owner, "@gpu");
    // Who does not say is answered for by the owner of the packet.
    assert_eq!(packet.degradation.as_ref().unwrap().owner, "@arch");
    assert_eq!(packet.status.as_ref().unwrap().slo.as_ref().unwrap().objective, "99.9");
    assert_eq!(packet.guards_owner, "@guards");
    assert!(packet.means_the_same(packet));
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let cases = [
        ("    decision: extract_service", "    decision: extract", Code::PacketValue, "is no decision"),
        ("2026-05-01", "2026-02-30", Code::PacketValue, "cannot be `2026-02-30`"),
        ("- domain: billing", "- domain: biling", Code::PacketDomain, "domain `biling` has no lane"),
        ("domain: gpuaas", "domain: gpuas", Code::PacketDomain, "domain `gpuas` has no lane"),
        ("{gate: back", "{gate: bak", Code::PacketValue, "no gate `bak`"),
        ("doc/rollback.md", "../rollback.md", Code::PacketValue, "cannot be `../rollback.md`"),
        ("owner: '@arch'", "owner: ''", Code::YamlValue, "is empty"),
        ("command: make rollback, ", "", Code::YamlMissingKey, "`command`"),
        ("decided:", "decide:", Code::YamlUnknownKey, "decide"),
        ("service_auth: mtls, ", "", Code::YamlMissingKey, "`service_auth`"),
        ("    guards", "    profile: stndard\n    guards", Code::PacketValue, "release profile `stndard`"),
        ("    guards", "    environment: moon\n    guards", Code::PacketValue, "environment `moon`"),
        (
            "callers: [",
            "callers: [{domain: gpuaas, service_auth: mtls, document: doc/auth.md}, ",
            Code::PacketValue,
            "caller `gpuaas` is stated twice",
        ),
        ("extraction_packets:", "extraction_packet:", Code::YamlMissingKey, "extraction_packets"),
    ];
    for (from, to, code, says) in cases {
        assert!(WHOLE.contains(from), "{from}");
        let text = WHOLE.replacen(from, to, 1);
        let (_, faults) = Packets::parse(&Source::new("p.yaml", text), &lanes());
        let found = faults.iter().find(|fault| fault.code == code && fault.message.contains(says));
        let found = found.unwrap_or_else(|| panic!("{to}: {faults:?}"));
        assert!(found.place.is_some() && !found.help.is_empty(), "{to}");
    }
}

#[test]
fn a_domain_has_one_packet() {
    let twice = format!("{WHOLE}{}", WHOLE.trim_start_matches("extraction_packets:\n"));
    let (packets, faults) = Packets::parse(&Source::new("p.yaml", twice), &lanes());
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].code, packets.by_domain.len()), (Code::PacketDomain, 1));
}

#[test]
fn every_fault_is_told_at_once() {
    let text = "extraction_packets: [{domain: nobody, decision: maybe, decided: soon, extra: 1}]\n";
    let (packets, faults) = Packets::parse(&Source::new("p.yaml", text), &lanes());
    assert!(packets.by_domain.is_empty());
    assert_eq!(faults.len(), 5, "{faults:?}");
}
