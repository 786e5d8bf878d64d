//! Signatures: what others made verifies, and what was changed does not. The data and its sources are in `testdata/dsse`.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{Detached, Envelope, IN_TOTO, KeyId, PublicKey, SecretKey, pae};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{Outcome, Requirements, RunId, Seal, Statement};
use laneway::fault::Code;
use laneway::lanes::Lanes;
use laneway::source::Source;
use laneway::store::{self, Folder, Store as _};
use laneway::trust::{Power, Trust};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::root;

fn data(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("testdata/dsse").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn public(bytes: &[u8]) -> Result<PublicKey, String> {
    PublicKey::parse(&format!("ed25519:{}", STANDARD.encode(bytes)))
}

fn envelope(value: &Value) -> Envelope {
    Envelope::parse(&Source::new("envelope", value.to_string())).unwrap()
}

/// Returns the 32 bytes of a number in decimal digits.
fn decimal(value: &Value) -> [u8; 32] {
    let mut bytes = [0_u8; 32];
    for digit in value.as_str().unwrap().bytes() {
        let mut carry = u32::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 10;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        assert_eq!(carry, 0);
    }
    bytes
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

const STATEMENT: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1"}"#;

#[test]
fn the_vector_of_the_specification_verifies_and_one_before_version_1_does_not() {
    let all = data("specification.json");
    let point = [&[4][..], &decimal(&all["key"]["x"]), &decimal(&all["key"]["y"])].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let verifies = |version: &str, encoded: &[u8]| {
        let own = envelope(&all[version]["envelope"]);
        key.verify(encoded, &Signature::from_slice(&own.signatures[0].1).unwrap()).is_ok()
    };
    let own = envelope(&all["v1.0.2"]["envelope"]);
    let encoded = pae(&own.payload_type, &own.payload);
    assert_eq!(own.payload, all["serialized_body"].as_str().unwrap().as_bytes());
    assert_eq!(own.payload_type, all["payload_type"].as_str().unwrap());
    assert_eq!(encoded, all["v1.0.2"]["pae"].as_str().unwrap().as_bytes());
    assert!(verifies("v1.0.2", &encoded));
    assert!(verifies("v0.1.0", &hex(&all["v0.1.0"]["pae_hex"])));
    assert!(!verifies("v0.1.0", &encoded));
}

#[test]
fn the_vectors_of_the_protocol_are_taken_and_refused_as_they_say() {
    let all = data("vectors.json");
    let mut seen = BTreeSet::new();
    for vector in all["vectors"].as_array().unwrap() {
        let own = envelope(&vector["envelope"]);
        let named = |name: &Value| public(&hex(&all["keys"][name.as_str().unwrap()]["public"])).unwrap();
        let keys: Vec<PublicKey> = vector["trustedKeys"].as_array().unwrap().iter().map(named).collect();
        let threshold = usize::try_from(vector["threshold"].as_u64().unwrap()).unwrap();
        let types = vector["supportedPayloadTypes"].as_array().unwrap();
        let opened = types.iter().find_map(|kind| own.open(kind.as_str().unwrap(), &keys, threshold));
        let expected = vector["expect"].as_str().unwrap();
        assert_eq!(opened.is_some(), expected == "accept", "{}", vector["id"]);
        if expected == "accept" {
            assert_eq!(pae(&own.payload_type, &own.payload), hex(&vector["pae"]), "{}", vector["id"]);
        }
        seen.insert(expected);
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn what_the_reference_implementation_in_go_signed_verifies() {
    let all = data("go.json");
    let key = PublicKey::parse(all["public_key_pem"].as_str().unwrap()).unwrap();
    for fixture in all["fixtures"].as_array().unwrap() {
        let own = envelope(&fixture["envelope"]);
        assert_eq!(
            own.signers(std::slice::from_ref(&key)),
            BTreeSet::from([key.id()]),
            "{}",
            fixture["name"]
        );
        // What is written is read again.
        let again = String::from_utf8(own.to_json()).unwrap();
        assert_eq!(Envelope::parse(&Source::new("again", again)).unwrap(), own);
    }
}

#[test]
fn keys_are_those_of_rfc_8032_and_a_signature_over_a_message_is_none_over_its_encoding() {
    for test in data("rfc8032.json").as_array().unwrap() {
        let seed: [u8; 32] = hex(&test["seed"]).try_into().unwrap();
        let key = SecretKey::from_seed(&seed).public();
        assert_eq!(key, public(&hex(&test["public"])).unwrap());
        for payload_type in ["", IN_TOTO] {
            assert!(!key.verifies(payload_type, &hex(&test["message"]), &hex(&test["signature"])));
        }
    }
}

#[test]
fn a_signature_over_the_encoding_before_version_1_does_not_verify() {
    let old = data("pre-v1.json");
    let key = public(&hex(&old["public"])).unwrap();
    let own = envelope(&old["envelope"]);
    assert!(own.signers(std::slice::from_ref(&key)).is_empty());
    // The same payload and key, as version 1 has it.
    let new = envelope(&data("vectors.json")["vectors"][0]["envelope"]);
    assert_eq!((&new.payload, &new.payload_type), (&own.payload, &own.payload_type));
    assert_eq!(new.signers(std::slice::from_ref(&key)).len(), 1);
}

#[test]
fn a_key_signs_for_itself_alone_whatever_it_is_called() {
    let (right, wrong) = (secret(1), secret(2));
    let signed = Detached::sign(&right, STATEMENT);
    assert!(signed.is_by(&right.public(), STATEMENT));
    assert!(!signed.is_by(&wrong.public(), STATEMENT));
    let renamed = Detached { key: wrong.public().id(), ..signed.clone() };
    assert!(!renamed.is_by(&wrong.public(), STATEMENT));
    let mut own = Envelope::of(STATEMENT, &[renamed]);
    // The name in the envelope is a hint: it neither makes a signature nor breaks one.
    assert_eq!(own.signers(&[right.public(), wrong.public()]), BTreeSet::from([right.public().id()]));
    own.payload_type = "application/json".to_owned();
    assert!(own.signers(&[right.public(), wrong.public()]).is_empty());
}

#[test]
fn one_key_is_one_signer_however_often_it_signs_or_is_trusted() {
    let (one, two) = (secret(1), secret(2));
    let twice = [Detached::sign(&one, STATEMENT), Detached::sign(&one, STATEMENT)];
    let mut own = Envelope::of(STATEMENT, &twice);
    own.signatures[1].0 = two.public().id().to_string();
    let keys = [one.public(), one.public(), two.public()];
    assert!(own.open(IN_TOTO, &keys, 1).is_some());
    assert!(own.open(IN_TOTO, &keys, 2).is_none());
    // A threshold of nought is none: what nobody signed proves nothing.
    assert!(own.open(IN_TOTO, &[two.public()], 0).is_none());
    let both = Envelope::of(STATEMENT, &[twice[0].clone(), Detached::sign(&two, STATEMENT)]);
    assert_eq!(both.open(IN_TOTO, &keys, 2), Some(STATEMENT));

    // Two lines for one key are a fault; were they none, they would still count once.
    let line = |id: &str, key: &PublicKey| {
        format!("  - {{id: {id}, public_key: \"{key}\", owner: ana, may: [attest]}}\n")
    };
    let lines = |keys: &[(&str, &PublicKey)]| {
        let text: String = keys.iter().map(|(id, key)| line(id, key)).collect();
        Lanes::parse(&[Source::new("keys.yaml", format!("trusted_keys:\n{text}"))])
    };
    let (lanes, faults) = lines(&[("a", &one.public()), ("b", &one.public())]);
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::TrustDuplicate]);
    assert_eq!(lanes.trust.keys.len(), 1);
    let (lanes, faults) = lines(&[("a", &one.public()), ("b", &two.public())]);
    assert!(faults.is_empty());
    let mut aliased = lanes.trust.keys.clone();
    aliased[1].key = one.public();
    let trust = Trust { keys: aliased, signing: lanes.trust.signing };
    let count = |trust: &Trust, signers: &[KeyId]| {
        let signers = signers.iter().copied().collect();
        trust.count(&signers, Power::Attest, None, Timestamp::UNIX_EPOCH).len()
    };
    let ids = [one.public().id(), two.public().id()];
    assert_eq!(count(&trust, &ids), 1);
    assert_eq!(count(&lanes.trust, &ids), 2);
    assert_eq!(count(&lanes.trust, &ids[..1]), 1);
}

#[test]
fn no_byte_of_a_statement_or_a_signature_can_be_altered() {
    let key = secret(7);
    let statement = Statement::Seal(Box::new(seal(Digest::of(b"plan"), &"1f".repeat(20)))).to_bytes();
    let signed = Detached::sign(&key, &statement);
    assert!(signed.is_by(&key.public(), &statement));
    for at in 0..statement.len() {
        let mut altered = statement.clone();
        altered[at] ^= 1 << (at % 8);
        assert!(!signed.is_by(&key.public(), &altered), "byte {at} of the statement");
    }
    for at in 0..signed.signature.len() {
        for bit in [at % 8, 7] {
            let mut altered = signed.clone();
            altered.signature[at] ^= 1 << bit;
            assert!(!altered.is_by(&key.public(), &statement), "byte {at} of the signature");
        }
    }
    for length in [0, 32, 63, 65] {
        let mut altered = signed.clone();
        altered.signature.resize(length, 0);
        assert!(!altered.is_by(&key.public(), &statement));
    }
}

/// The points of small order: those eight, and the ways to write them that are not their own.
#[test]
fn a_weak_key_is_no_key() {
    let ones = |first: u8, last: u8| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes.to_vec()
    };
    let noughts = |first: u8, last: u8| {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes.to_vec()
    };
    let order_eight = |start: &str, last: &str| hex(&Value::from(format!("{start}{last}")));
    let first = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc";
    let second = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03";
    let weak = [
        noughts(1, 0),
        ones(0xec, 0x7f),
        noughts(0, 0),
        noughts(0, 0x80),
        order_eight(first, "05"),
        order_eight(first, "85"),
        order_eight(second, "7a"),
        order_eight(second, "fa"),
        noughts(1, 0x80),
        ones(0xec, 0xff),
        ones(0xee, 0x7f),
        ones(0xee, 0xff),
        ones(0xed, 0x7f),
        ones(0xed, 0xff),
    ];
    for bytes in weak {
        assert!(public(&bytes).is_err(), "{bytes:02x?}");
    }
    // A sound point with its height written beyond the field's prime: 2^255 - 19 + 4.
    assert!(public(&ones(0xf1, 0x7f)).is_err());
}

/// The order of the group, little-endian.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

#[test]
fn a_malleated_signature_does_not_verify() {
    let key = secret(3);
    let mut signed = Detached::sign(&key, STATEMENT);
    let mut carry = 0;
    for (own, add) in signed.signature[32..].iter_mut().zip(hex(&Value::from(ORDER))) {
        carry += u32::from(*own) + u32::from(add);
        *own = (carry & 0xff) as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    assert!(!signed.is_by(&key.public(), STATEMENT));
}

fn seal(plan: Digest, commit: &str) -> Seal {
    Seal {
        commit: CommitHash::parse(commit).unwrap(),
        plan,
        route: None,
        epoch: 0,
        outcome: Outcome::Clean,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: std::collections::BTreeMap::new(),
        rollback: None,
        run: RunId::parse("4711").unwrap(),
        decided: Timestamp::from_second(1_780_000_000).unwrap(),
        key_hint: Some(secret(1).public().id()),
    }
}

fn plan(environment: Option<&str>) -> Digest {
    let environment = environment.map(str::to_owned);
    Requirements { profile: None, environment, gates: std::collections::BTreeMap::new() }.digest()
}

#[test]
fn a_seal_that_is_copied_to_another_subject_plan_or_environment_is_none() {
    let guard = tempfile::tempdir().unwrap();
    let folder = Folder::new(guard.path().to_path_buf());
    let (own, other) = ("1f".repeat(20), "2e".repeat(20));
    let sealed = seal(plan(Some("staging")), &own);
    let keys = [secret(1).public()];
    store::save_seal(&folder, &sealed, Some(&secret(1))).unwrap();
    let there = store::prior(&folder, &sealed.commit, sealed.plan, &keys).unwrap().unwrap();
    assert_eq!(there.seal.signers, BTreeSet::from([keys[0].id()]));

    let bytes = folder.get(&key::seal(&sealed.commit, sealed.plan, 0)).unwrap().unwrap();
    let elsewhere = [
        (&other, sealed.plan),
        (&own, Digest::of(b"another plan")),
        (&own, plan(Some("production"))),
        (&own, plan(None)),
    ];
    for (commit, plan) in elsewhere {
        let commit = CommitHash::parse(commit).unwrap();
        folder.put(&key::seal(&commit, plan, 0), &bytes).unwrap();
        let found = store::prior(&folder, &commit, plan, &keys);
        assert!(!matches!(found, Ok(Some(_))), "{commit} {plan}");
        let held = store::load(&folder, &Subject::Commit(commit), plan, &keys).unwrap();
        assert!(held.seals.is_empty() && held.broken.len() == 1, "{plan}");
    }
}

#[test]
fn an_envelope_that_its_specification_rejects_is_refused() {
    let whole =
        r#"{"payload": "aGk=", "payloadType": "t", "signatures": [{"sig": "AAAA"}], "more": {"x": 1}}"#;
    let parse = |text: &str| Envelope::parse(&Source::new("e.json", text)).map_err(|fault| fault.code);
    let read = parse(whole).unwrap();
    assert_eq!((&*read.payload, &*read.payload_type), (&b"hi"[..], "t"));
    assert_eq!(read.signatures, [(String::new(), vec![0, 0, 0])]);
    assert_eq!(parse(&whole.replace(r#"{"sig""#, r#"{"keyid": "", "extension": [], "sig""#)).unwrap(), read);
    let many = format!(r#"{{"sig": "AAAA"}}{}"#, r#",{"sig": "AAAA"}"#.repeat(128));
    let wrong = [
        String::new(),
        "[]".to_owned(),
        whole.replace(r#""payload": "aGk=","#, ""),
        whole.replace(r#""payloadType": "t","#, ""),
        whole.replace(r#""sig": "AAAA""#, ""),
        whole.replace(r#"[{"sig": "AAAA"}]"#, "[]"),
        whole.replace(r#"{"sig": "AAAA"}"#, &many),
        whole.replace("aGk=", "aGk"),
        whole.replace("aGk=", "aGl="),
        whole.replace("aGk=", "a-/="),
        whole.replace("AAAA", "A A A A"),
        whole.replace(r#""t""#, "null"),
        whole.replace(r#""more""#, r#""payload""#),
        whole[..whole.len() - 1].to_owned(),
    ];
    for text in wrong {
        assert_eq!(parse(&text), Err(Code::EvidenceSyntax), "{text}");
    }
}

#[test]
fn a_detached_signature_is_read_as_it_was_written() {
    let signed = Detached::sign(&secret(1), STATEMENT);
    let text = String::from_utf8(signed.to_json()).unwrap();
    let parse = |text: &str| Detached::parse(&Arc::clone(&Source::new("sig", text)));
    assert_eq!(parse(&text).unwrap(), signed);
    let digits = signed.key.to_string();
    for wrong in [
        text.replace(IN_TOTO, "application/json"),
        text.replace(&digits, &digits.to_uppercase()),
        text.replace(&digits, "ana"),
        text.replace("\"keyid\"", "\"key\""),
        text.replace("\"sig\":\"", "\"sig\":\"AAAA"),
        text.replace('{', "{\"more\":1,"),
    ] {
        assert_eq!(parse(&wrong).unwrap_err().code, Code::EvidenceSignature, "{wrong}");
    }
}

proptest! {
    // Each case signs and checks several times, which takes long where nothing is optimised.
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is signed verifies with the key that signed it, as what it was signed as, and as nothing else.
    #[test]
    fn a_signature_is_over_a_type_and_a_payload(
        seed in any::<[u8; 32]>(),
        kind in "[a-z/+ 0-9]{0,30}",
        other in "[a-z/+ 0-9]{0,30}",
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let key = SecretKey::from_seed(&seed);
        let signature = key.sign(&kind, &payload);
        prop_assert!(key.public().verifies(&kind, &payload, &signature));
        prop_assert_eq!(key.public().verifies(&other, &payload, &signature), kind == other);
        prop_assert_eq!(PublicKey::parse(&key.public().to_string()), Ok(key.public()));
        prop_assert_eq!(SecretKey::parse(&key.reveal()).unwrap().public(), key.public());
        let debugged = format!("{key:?}");
        prop_assert!(!debugged.contains(&key.reveal()[15..]));
    }

    /// Two pairs of type and payload never have one encoding, however they are divided.
    #[test]
    fn an_encoding_is_of_one_type_and_one_payload(text in "[0-9a ]{0,40}", left in 0..40_usize, right in 0..40_usize) {
        let (left, right) = (left.min(text.len()), right.min(text.len()));
        let encoded = |at: usize| pae(&text[..at], &text.as_bytes()[at..]);
        prop_assert_eq!(encoded(left) == encoded(right), left == right);
    }

    /// No text makes the readers of keys and envelopes fall over.
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let _ = PublicKey::parse(&text);
        let _ = PublicKey::parse(&format!("-----BEGIN PUBLIC KEY-----{text}-----END PUBLIC KEY-----"));
        let _ = SecretKey::parse(&text);
        let _ = Envelope::parse(&Source::new("e", &*text));
        let _ = Detached::parse(&Source::new("s", text));
    }
}
