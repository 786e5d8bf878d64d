//! Every case of `testdata/verdict/*.md`: what is asked for and what was proved, and the verdict that follows.
//!
//! `testdata/verdict/README.md` is the format. `LANEWAY_BLESS=1 cargo test --test verify cases` rewrites what is expected
//! to what is: read every line of the difference against docs/verdict.md before you keep it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use laneway::digest::Digest;
use laneway::evidence::{
    Artifact, Broken, Cause, Drift, Evidence, GateResult, Held, Origin, Outcome, Revocation, RunId, Seal,
    SealedGate, Shard, Shown,
};
use laneway::id::GateId;
use laneway::lanes::Enforcement;
use laneway::permission::{Kind, Scope, Whose};
use laneway::policy::PolicyBasis;
use laneway::render::verdict::because::sentence;
use laneway::route::GateState;
use laneway::trust::{GateGlob, Power};
use laneway::verdict::Verdict;

use crate::markdown::{blocks, sections};
use crate::world::{
    World, commit, expectation, held, held_permission, key, minute, permission, record, trusted,
};

#[test]
fn every_case_is_judged_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/verdict");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md"));
    files.sort();
    let bless = std::env::var_os("LANEWAY_BLESS").is_some();
    let (mut cases, mut failures) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for range in sections(&text).into_iter().rev() {
            cases += 1;
            let (title, first) = (lines[range.start].clone(), range.start);
            let section = lines[range].join("\n");
            let parts = blocks(&section);
            let given = parts.iter().find(|block| block.info == "given").unwrap();
            let verdict = parts.iter().find(|block| block.info == "verdict").unwrap();
            let case = Case::read(&given.text);
            let (expected, actual) = (verdict.text.clone(), case.words(&case.world.verdict()));
            if bless {
                let actual = actual.lines().map(str::to_owned);
                lines.splice(first + verdict.lines.start..first + verdict.lines.end, actual);
            } else if expected != actual {
                let name = file.file_name().unwrap().to_string_lossy();
                failures.push(format!("{name}:{}: {title}\nexpected\n{expected}\nis\n{actual}\n", first + 1));
            }
        }
        if bless {
            std::fs::write(&file, lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases differ\n\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= 40, "only {cases} cases were found");
}

/// A case as it is written.
struct Case {
    world: World,
    /// The names of records, by digest.
    names: BTreeMap<String, String>,
}

/// The words of a line behind its directive: `key value` pairs, and words that stand alone.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let mut words = Vec::new();
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 1 { words.push(part) } else { words.extend(part.split_whitespace()) }
        }
        Self(words)
    }

    fn first(&mut self) -> &'a str {
        self.0.remove(0)
    }

    fn is(&mut self, word: &str) -> bool {
        let at = self.0.iter().position(|own| *own == word);
        at.map(|at| self.0.remove(at)).is_some()
    }

    fn value(&mut self, word: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|own| *own == word)?;
        self.0.remove(at);
        Some(self.0.remove(at))
    }

    fn list(&mut self, word: &str) -> Vec<&'a str> {
        self.value(word).map(|value| value.split(',').collect()).unwrap_or_default()
    }

    fn minute(&mut self, word: &str) -> Option<Timestamp> {
        self.value(word).map(|value| minute(value.parse().unwrap()))
    }
}

fn owned(list: Vec<&str>) -> BTreeSet<String> {
    list.into_iter().map(str::to_owned).collect()
}

fn one<T: Copy>(word: &str, all: &[T], text: impl Fn(&T) -> &'static str) -> T {
    *all.iter().find(|own| text(own) == word).unwrap_or_else(|| panic!("`{word}` is not known"))
}

impl Case {
    fn read(text: &str) -> Self {
        let mut case = Self { world: World::new(), names: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let mut words = Words::of(line);
            match words.first() {
                "gate" => case.gate(&mut words),
                "record" => case.record(&mut words),
                "permission" => case.permission(&mut words),
                "key" => case.key(&mut words),
                "signing" => {
                    let count = |word: &str, words: &mut Words<'_>| {
                        words.value(word).map_or(0, |value| value.parse().unwrap())
                    };
                    case.world.trust.signing.records = count("records", &mut words);
                    case.world.trust.signing.permissions = count("permissions", &mut words);
                }
                "architects" => case.world.architects = words.0.drain(..).map(str::to_owned).collect(),
                "basis" => {
                    let all = [PolicyBasis::BaseAndHead, PolicyBasis::HeadOnly, PolicyBasis::External];
                    case.world.basis = one(words.first(), &all, |own| own.as_str());
                }
                "profile" => case.world.profile = Some(words.first().to_owned()),
                "environment" => case.world.environment = Some(words.first().to_owned()),
                "asked" => {
                    case.world.artifacts.insert(Digest::of(words.first().as_bytes()));
                }
                "broken" => {
                    let key = words.first().to_owned();
                    let gate = words.value("gate").map(GateId::from);
                    case.world.evidence.broken.push(Broken { key, gate, faults: Vec::new() });
                }
                "seal" => case.seal(&mut words),
                "revoked" => case.revoked(&mut words),
                other => panic!("`{other}` is no directive"),
            }
            assert!(words.0.is_empty(), "{:?} is left of `{line}`", words.0);
        }
        case
    }

    fn gate(&mut self, words: &mut Words<'_>) {
        let id = words.first();
        let mut own = expectation(id);
        if words.is("unbound") {
            own.required.run = None;
        }
        own.required.run = words.value("run").map(str::to_owned).or(own.required.run);
        own.required.evidence_types = owned(words.list("types"));
        own.required.family = words.value("family").map(str::to_owned);
        if let Some(level) = words.value("enforcement") {
            own.enforcement = one(level, &Enforcement::ALL, |own| own.as_str());
        }
        for state in [GateState::Retired, GateState::Redefined] {
            if words.is(state.as_str()) {
                own.state = state;
            }
        }
        own.may_not_apply = words.is("may-not-apply");
        own.needs_artifact = words.is("needs-artifact");
        self.world.expectations.insert(GateId::from(id), own);
    }

    fn record(&mut self, words: &mut Words<'_>) {
        let name = words.first();
        let gate = words.first();
        let result = GateResult::parse(words.first()).unwrap();
        let mut own = record(&self.world, gate, result, words.value("run").unwrap_or("1"));
        own.command = match words.value("ran") {
            Some("nothing") => None,
            ran => ran.map(str::to_owned).or(own.command),
        };
        own.attempt = words.value("attempt").map_or(1, |value| value.parse().unwrap());
        if let Some((index, total)) = words.value("part").and_then(|part| part.split_once('/')) {
            own.shard = Shard { index: index.parse().unwrap(), total: total.parse().unwrap() };
        }
        own.missing_reason = words.value("because").map(str::to_owned).or(own.missing_reason);
        own.started = words.minute("from").unwrap_or(own.started);
        own.finished = words.minute("to").unwrap_or(own.finished);
        own.valid_until = words.minute("until");
        own.evidence_types = owned(words.list("types"));
        let named = |names: Vec<&str>| -> Vec<Artifact> {
            let of = |name: &str| Artifact { name: name.to_owned(), digest: Digest::of(name.as_bytes()) };
            names.into_iter().map(of).collect()
        };
        own.artifacts = named(words.list("left"));
        own.subjects.artifacts =
            named(words.list("ships")).into_iter().map(|own| (own.name, own.digest)).collect();
        own.drift = words.value("drift").map(|word| one(word, &Drift::ALL, |own| own.as_str()));
        if let Some(digit) = words.value("commit") {
            own.subjects.commit = commit(digit);
        }
        if let Some(text) = words.value("plan") {
            own.plan = Digest::of(text.as_bytes());
        }
        own.profile = words.value("profile").map(str::to_owned).or(own.profile);
        own.environment = words.value("environment").map(str::to_owned).or(own.environment);
        if let Some(cited) = words.value("cites") {
            own.origin = Origin::Reused { from: self.digest(cited) };
        }
        let held = held(&own, &words.list("signed"));
        self.names.insert(held.digest.to_string(), name.to_owned());
        let evidence = &mut self.world.evidence;
        if words.is("elsewhere") {
            let around = evidence.elsewhere.entry(own.subjects.commit.clone()).or_default();
            around.records.push(held.clone());
            evidence.cited.insert(held.digest, held);
        } else if words.is("cited") {
            evidence.cited.insert(held.digest, held);
        } else {
            evidence.records.push(held);
        }
    }

    /// Returns the digest of a record by its name; of a name that nothing has, one that nothing has.
    fn digest(&self, name: &str) -> Digest {
        let known = self.names.iter().find(|(_, own)| *own == name);
        known.map_or(Digest::of(name.as_bytes()), |(digest, _)| Digest::parse(digest).unwrap())
    }

    fn permission(&mut self, words: &mut Words<'_>) {
        let id = words.first();
        let kind = one(words.first(), &Kind::ALL, |own| own.as_str());
        let scope = match words.first().split_once(':').unwrap() {
            ("gate", gate) => Scope::Gate(GateId::from(gate)),
            ("family", family) => Scope::Family(family.to_owned()),
            ("finding", print) => Scope::Finding(print.to_owned()),
            ("plan", "this") => Scope::Plan(self.world.plan),
            (_, other) => Scope::Plan(Digest::of(other.as_bytes())),
        };
        let mut own = permission(id, kind, scope, words.value("owner").unwrap());
        own.residual_risk_owner = words.value("risk").map(str::to_owned);
        own.created = words.minute("from").unwrap_or(own.created);
        own.expires = words.minute("to").unwrap_or(own.expires);
        if let Some(digit) = words.value("commit") {
            own.subject = Whose::Commit(commit(digit));
        }
        match words.value("signed") {
            None => self.world.permissions.push(own),
            Some(keys) => {
                let keys: Vec<&str> = keys.split(',').collect();
                self.world.evidence.permissions.push(held_permission(&own, &keys));
            }
        }
    }

    fn key(&mut self, words: &mut Words<'_>) {
        let name = words.first();
        let mut own = trusted(name, words.value("owner").unwrap());
        // The name of a line decides nothing: `as` says which key it is.
        own.key = key(words.value("as").unwrap_or(name));
        let may = words.list("may");
        own.may = may.into_iter().map(|word| one(word, &Power::ALL, |own| own.as_str())).collect();
        own.gates = words.list("gates").into_iter().map(|glob| GateGlob(glob.to_owned())).collect();
        own.expires = words.minute("until");
        self.world.trust.keys.push(own);
    }

    fn seal(&mut self, words: &mut Words<'_>) {
        let epoch = words.first().parse().unwrap();
        let records = words.list("of").into_iter().map(|name| self.digest(name)).collect();
        let gate = SealedGate {
            result: GateResult::Pass,
            shown: Shown::Passed,
            owner: "@own".to_owned(),
            evidence_types: BTreeSet::new(),
            artifact: None,
            missing_reason: None,
            records,
            permissions: BTreeMap::new(),
        };
        let content = Seal {
            commit: self.world.commit.clone(),
            plan: self.world.plan,
            route: None,
            epoch,
            outcome: Outcome::Clean,
            profile: None,
            environment: None,
            release_manifest: None,
            change_class: None,
            validated_against: None,
            gates: [(GateId::from("a"), gate)].into(),
            rollback: None,
            run: RunId::parse("1").unwrap(),
            decided: minute(100),
            key_hint: None,
        };
        let held = Held { digest: Digest::of(b"seal"), content, signers: BTreeSet::new() };
        self.world.evidence.seals.insert(epoch, held);
    }

    fn revoked(&mut self, words: &mut Words<'_>) {
        let epoch = words.first().parse().unwrap();
        let cause = match words.value("by") {
            Some("hand") | None => Cause::ByHand,
            Some(name) => Cause::LaterFailure { record: self.digest(name) },
        };
        let content = Revocation {
            commit: self.world.commit.clone(),
            plan: self.world.plan,
            epoch,
            owner: "@ops".to_owned(),
            reason: "because".to_owned(),
            cause,
            revoked: minute(200),
        };
        let held = Held { digest: Digest::of(b"revocation"), content, signers: BTreeSet::new() };
        let around: &mut Evidence = match words.value("of-commit") {
            Some(digit) => self.world.evidence.elsewhere.entry(commit(digit)).or_default(),
            None => &mut self.world.evidence,
        };
        around.revocations.insert(epoch, held);
    }

    /// Says what a verdict says, with the names of the case.
    fn words(&self, verdict: &Verdict) -> String {
        let mut lines = vec![verdict.outcome.as_str().to_owned()];
        for (id, judged) in &verdict.gates {
            let stands = match (judged.holds, judged.blocks) {
                (true, false) => "holds",
                (false, false) => "does not hold, and does not stop",
                (false, true) => "stops",
                (true, true) => "CONTRADICTION",
            };
            let sealed = &judged.sealed;
            lines.push(format!("{id}: {} ({}), {stands}", sealed.shown.as_str(), sealed.result));
            assert_eq!(sealed.missing_reason.is_none(), sealed.result == GateResult::Pass, "{id}");
            lines.extend(judged.because.iter().map(|because| format!("  {}", sentence(because))));
        }
        for debt in &verdict.debts {
            let of = debt.gate.as_ref().map_or("the basis", GateId::as_str);
            let by = debt.permission.as_ref().map(|(id, _)| format!(", by {id}")).unwrap_or_default();
            lines.push(format!("debt of {of}: {}, {}{by}", debt.kind.as_str(), debt.owner));
        }
        lines.extend(verdict.stops.iter().map(|stop| format!("stop: {stop}")));
        lines.extend(verdict.expired.keys().map(|id| format!("expired: {id}")));
        lines.extend(verdict.unread.iter().map(|key| format!("unread: {key}")));
        let mut text = lines.join("\n").replace(&self.world.plan.to_string(), "PLAN");
        for (digest, name) in &self.names {
            text = text.replace(digest, name);
        }
        text
    }
}
