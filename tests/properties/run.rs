//! Running a law over many cases, and counting what the cases were.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngSeed, TestCaseResult, TestError, TestRunner};

use crate::shrink::{Cases, Drawn};

/// How many cases a law runs over at least.
const CASES: u32 = 10_000;

/// How often each thing occurred.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cases: u32,
    seen: BTreeMap<String, u32>,
}

impl Tally {
    /// Counts `what` once.
    pub(crate) fn count(&mut self, what: impl Into<String>) {
        *self.seen.entry(what.into()).or_default() += 1;
    }

    /// Fails where `what` occurred in fewer than `percent` of a hundred cases: the law would hold for want of cases.
    pub(crate) fn at_least(&self, percent: f64, what: &str) {
        let seen = self.seen.get(what).copied().unwrap_or(0);
        let share = 100.0 * f64::from(seen) / f64::from(self.cases);
        assert!(
            share >= percent,
            "`{what}` in {share:.2} % of the cases, fewer than {percent} %\n{:#?}",
            self.seen
        );
    }
}

/// Checks `law` over many cases; a failure is shrunk first.
pub(crate) fn for_all(law: impl Fn(&Drawn, &mut Tally) -> TestCaseResult) -> Tally {
    let defaults = ProptestConfig::default();
    let config = ProptestConfig {
        cases: defaults.cases.max(CASES),
        failure_persistence: None,
        max_shrink_iters: 5_000,
        // The same cases on every machine: a build does not fail by the luck of a draw.
        rng_seed: match defaults.rng_seed {
            RngSeed::Random => RngSeed::Fixed(2026),
            chosen => chosen,
        },
        ..defaults
    };
    let tally = RefCell::new(Tally::default());
    let result = TestRunner::new(config).run(&Cases, |drawn| {
        let mut tally = tally.borrow_mut();
        tally.cases += 1;
        law(&drawn, &mut tally)
    });
    match result {
        Ok(()) => tally.into_inner(),
        Err(TestError::Fail(why, drawn)) => panic!("{why}\n{:?}", drawn.case),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
