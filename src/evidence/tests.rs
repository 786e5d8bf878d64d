//! Statements: what is written is read again, and what is changed is not.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::*;
use crate::digest::{CommitHash, Digest};
use crate::id::GateId;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

pub(super) fn record() -> Record {
    Record {
        subjects: Subjects {
            commit: CommitHash::parse(&"1f".repeat(20)).unwrap(),
            artifacts: BTreeMap::from([("image".to_owned(), Digest::of(b"image"))]),
        },
        gate: GateId::new("platform-billing.ledger-invariant-tests"),
        plan: Digest::of(b"plan"),
        profile: Some("standard".to_owned()),
        environment: Some("staging".to_owned()),
        result: GateResult::Pass,
        origin: Origin::Executed,
        owner: "@platform/billing".to_owned(),
        evidence_types: BTreeSet::from(["test-report".to_owned()]),
        artifacts: vec![Artifact { name: "junit.xml".to_owned(), digest: Digest::of(b"junit") }],
        command: Some("go test ./...".to_owned()),
        missing_reason: None,
        run: RunId::parse("4711").unwrap(),
        attempt: 1,
        shard: Shard { index: 2, total: 3 },
        started: time(0),
        finished: time(60),
        valid_until: Some(time(86_400)),
        tool: Tool { name: "laneway".to_owned(), version: Some("0.1.0".to_owned()) },
        failure: None,
        drift: Some(Drift::Low),
    }
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let written = Statement::Record(Box::new(record()));
    let bytes = written.to_bytes();
    match Statement::parse("record", &bytes).unwrap() {
        Statement::Record(read) => assert_eq!(*read, record()),
        other => panic!("{other:?}"),
    }
    assert_eq!(Statement::parse("record", &bytes).unwrap().to_bytes(), bytes);
}
