//! The system under test: a case as text, loaded and routed by the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, MissingBase, Provenance, Side, Sides};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::route::{Request, Route, Widen, route};

use crate::model::{BASE_TIP, Case, Garbage, HEAD, MERGE_BASE};
use crate::print::{self, Files};

/// The sides in the order of the model's arrays.
pub(crate) const SIDES: [Side; 3] = [Side::MergeBase, Side::BaseTip, Side::Head];

/// A case as the library sees it.
pub(crate) struct Loaded {
    pub(crate) change: Change,
    pub(crate) policies: Policies,
    pub(crate) tracked: Vec<RepoPath>,
    pub(crate) widen: Widen,
}

/// Loads policies, what is the same only once, as from the same blobs.
#[derive(Default)]
pub(crate) struct Loader {
    read: Vec<(Files, bool, Arc<Policy>)>,
}

impl Loader {
    /// Prints the policies of a case and has the library load them.
    pub(crate) fn load(&mut self, case: &Case) -> Loaded {
        let mut sides = Vec::new();
        for (index, side) in SIDES.into_iter().enumerate() {
            let Some(files) = print::files(case, index) else { continue };
            let unreadable = case.garbage[index] == Some(Garbage::Fault);
            sides.push((side, self.policy(files, unreadable)));
        }
        let basis = if case.external {
            PolicyBasis::External
        } else if case.has_base() {
            PolicyBasis::BaseAndHead
        } else {
            PolicyBasis::HeadOnly
        };
        let policies = Policies::new(basis, sides);
        let known = |id: &GateId| policies.each.iter().any(|(_, policy)| policy.lanes.gates.contains_key(id));
        let widen = Widen {
            all: case.all.then(|| "a reason".to_owned()),
            kill_switch: case.kill_switch.then(|| "1".to_owned()),
            add: case.add.iter().map(|id| GateId::from(*id)).filter(known).collect(),
        };
        Loaded { change: change(case), policies, tracked: case.tracked.clone(), widen }
    }

    fn policy(&mut self, files: Files, unreadable: bool) -> Arc<Policy> {
        let known = self.read.iter().find(|(known, spoilt, _)| *known == files && *spoilt == unreadable);
        if let Some((_, _, policy)) = known {
            return Arc::clone(policy);
        }
        let policy = Arc::new(Policy::load(&policy_files(&files, unreadable)));
        self.read.push((files, unreadable, Arc::clone(&policy)));
        policy
    }

    /// Loads a case and has the library decide.
    pub(crate) fn route(&mut self, case: &Case) -> Route {
        self.load(case).route()
    }
}

fn policy_files(files: &Files, unreadable: bool) -> PolicyFiles {
    let files = files
        .iter()
        .map(|(path, bytes)| (RepoPath::from(path.as_str()), Arc::from(bytes.as_slice())))
        .collect();
    let fault = || Fault::new(Code::Unreadable, "a blob is missing", "fetch it");
    PolicyFiles { files, faults: unreadable.then(fault).into_iter().collect() }
}

fn change(case: &Case) -> Change {
    let commit = |known: bool, digit: &str| known.then(|| digit.repeat(40));
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: commit(!case.missing_base, "b"),
        head: commit(true, "c"),
        merge_base: commit(!case.missing_base, "a"),
        base_method: "flag".to_owned(),
        confidence: if case.missing_base { Confidence::None } else { Confidence::Certain },
        missing: case.missing_base.then_some(MissingBase::Unrelated),
    };
    let files = case.files.iter().map(|file| ChangedFile {
        path: file.path.clone(),
        status: file.status,
        previous_path: None,
        present: SIDES
            .into_iter()
            .enumerate()
            .filter(|(index, _)| file.present[*index])
            .fold(Sides::NONE, |sides, (_, side)| sides.with(side)),
    });
    Change::new(provenance, files)
}

impl Loaded {
    /// Has the library decide.
    pub(crate) fn route(&self) -> Route {
        route(&Request {
            change: &self.change,
            policies: &self.policies,
            tracked: &self.tracked,
            widen: self.widen.clone(),
        })
    }
}

/// Returns the ids of the gates that are selected.
pub(crate) fn selected(route: &Route) -> BTreeSet<String> {
    route.gates.keys().map(ToString::to_string).collect()
}

/// Returns the ids of all gates.
pub(crate) fn known(route: &Route) -> BTreeSet<String> {
    route.gates.keys().chain(route.skipped.keys()).map(ToString::to_string).collect()
}

/// Shows a case as what it is: files of policies, and a change.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown: BTreeMap<&str, Files> = BTreeMap::new();
        for (side, name) in [(MERGE_BASE, "merge base"), (BASE_TIP, "base tip"), (HEAD, "head")] {
            let Some(files) = print::files(self, side) else {
                writeln!(f, "\n==== {name}: no policy")?;
                continue;
            };
            if let Some((other, _)) = shown.iter().find(|(_, known)| **known == files) {
                writeln!(f, "\n==== {name}: as {other}")?;
                continue;
            }
            writeln!(f, "\n==== {name} (spoilt: {:?})", self.garbage[side])?;
            for (path, bytes) in &files {
                writeln!(f, "---- {path}\n{}", String::from_utf8_lossy(bytes))?;
            }
            shown.insert(name, files);
        }
        for file in &self.files {
            writeln!(
                f,
                "{} {:?}, present (merge base, base tip, head) {:?}",
                file.status.letter(),
                file.path,
                file.present
            )?;
        }
        writeln!(f, "tracked {:?}", self.tracked)?;
        write!(
            f,
            "external {}, missing base {}, --all {}, kill switch {}, --add {:?}",
            self.external, self.missing_base, self.all, self.kill_switch, self.add
        )
    }
}
