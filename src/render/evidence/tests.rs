//! What is found in an archive, and how it is laid out where little is known.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Asked, Shelf, Unknown, find, view};
use super::wire::ViewV1;
use super::{json, text};
use crate::evidence::{Archive, Broken};
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::render::text::Detail;
use crate::trust::Trust;

fn with_broken(keys: &[&str]) -> Archive {
    let broken = keys.iter().map(|key| Broken {
        key: (*key).to_owned(),
        gate: Some(GateId::new("ledger")),
        faults: vec![Fault::new(Code::StoreAltered, "it is \x1b[31mred", "mend it")],
    });
    Archive { broken: broken.collect(), ..Archive::default() }
}

fn looked<T>(archive: &Archive, look: impl FnOnce(&Shelf<'_>) -> T) -> T {
    let (trust, signatures, blobs) = (Trust::default(), BTreeMap::new(), BTreeSet::new());
    let (signatures, blobs) = (&signatures, &blobs);
    look(&Shelf { place: "store", archive, trust: &trust, signatures, blobs })
}

#[test]
fn a_commit_of_which_only_broken_objects_are_left_is_found() {
    let commit = "1f".repeat(20);
    let archive = with_broken(&[&format!("v1/run/{commit}/{}/ledger/1.1.1of1.json", "a".repeat(64))]);
    let asked = looked(&archive, |shelf| find(shelf, &commit)).unwrap();
    assert!(matches!(asked, Asked::Commit(_)), "{asked:?}");
    assert_eq!(looked(&archive, |shelf| find(shelf, "ledger")), Ok(Asked::Gate(GateId::new("ledger"))));
    let document = looked(&archive, |shelf| view(shelf, &asked));
    assert!(matches!(&document.view, ViewV1::Commit(own) if own.plans.is_empty()));
    let mut out = anstream::StripStream::new(Vec::new());
    text::write(&mut out, &document, Detail::default()).unwrap();
    let text = String::from_utf8(out.into_inner()).unwrap();
    assert!(text.contains("Nothing that can be read is kept of it."), "{text}");
    assert!(
        text.contains("BROKEN 1 object that cannot be read") && text.contains("it is \\x1b[31mred"),
        "{text}"
    );
    let mut bytes = Vec::new();
    json::write(&mut bytes, &document).unwrap();
    let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&read["view"]["kind"], &read["broken"][0]["gate"]), (&"commit".into(), &"ledger".into()));
}

#[test]
fn digits_that_mean_two_things_mean_none() {
    let (one, other) = (format!("{}00", "1f".repeat(19)), format!("{}11", "1f".repeat(19)));
    let archive = with_broken(&[&format!("v1/seal/{one}/x/0.json"), &format!("v1/seal/{other}/x/0.json")]);
    let found = looked(&archive, |shelf| find(shelf, &"1f".repeat(10)));
    assert_eq!(found, Err(Unknown::Several { names: vec![one, other] }));
    for word in ["1f1f1f", "HEAD", "", "\x1b", &"f".repeat(1 << 20)] {
        let found = looked(&archive, |shelf| find(shelf, word));
        assert!(matches!(found, Err(Unknown::Nothing { .. })), "{word}");
    }
}
