//! What was typed, checked: every value that is empty, that cannot be, or that does not fit the others.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use jiff::{SignedDuration, Timestamp};
use laneway::digest::Digest;
use laneway::evidence::{Artifact, Drift, GateResult, Phase, Shard, is_name};
use laneway::fault::{Code, Fault};
use laneway::id::nearest;
use laneway::results::Percent;

use super::super::{gather::is_blank, proof};
use super::about::{artifacts, failure, subjects};
use super::files;
use crate::args::RecordArgs;

/// By how much the clocks of two machines may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Where results come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// From an exit code, from reports, or from both.
    Ran,
    /// From somebody's word, which is never a pass.
    Said,
    /// From a CI's list of jobs.
    Jobs,
    /// From a payload.
    Payload,
    /// From a record of an earlier run.
    Cited,
}

/// What was typed.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) kind: Kind,
    pub(super) result: Option<GateResult>,
    pub(super) least: Option<Percent>,
    pub(super) shard: Shard,
    pub(super) attempt: Option<u32>,
    pub(super) started: Option<Timestamp>,
    pub(super) finished: Option<Timestamp>,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) evidence_types: BTreeSet<String>,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) subjects: BTreeMap<String, Digest>,
    pub(super) failure: Option<Phase>,
    pub(super) drift: Option<Drift>,
    pub(super) reuse: Option<Digest>,
}

/// Checks what was typed.
pub(super) fn given(args: &RecordArgs, now: Timestamp) -> Result<Given, Vec<Fault>> {
    let mut faults = blank(args);
    let kind = kind(args, &mut faults);
    if let Some(kind) = kind {
        meaningless(args, kind, &mut faults);
    }
    let result = args.result.as_deref().and_then(|word| result(word, &mut faults));
    if result.is_some() && args.reason.is_none() {
        let help = "say why with `--reason`: who reads it later was not there";
        faults.push(Fault::new(Code::EvidenceReason, "`--result` has no `--reason`", help));
    }
    let least = args.min_line_rate.and_then(|percent| {
        let help = "write a number from 0 to 100, as in `--min-line-rate 80`";
        let wrong =
            |why: &str| value(Code::EvidenceValue, "--min-line-rate", &percent.to_string(), why, help);
        Percent::new(percent).map_err(|why| faults.push(wrong(&why))).ok()
    });
    let shard = args.shard.as_deref().and_then(|text| shard(text, &mut faults));
    if args.attempt == Some(0) {
        let help = "count from 1";
        faults.push(value(Code::EvidenceValue, "--attempt", "0", "tries are counted from 1", help));
    }
    let mut time =
        |flag: &str, text: &Option<String>| text.as_deref().and_then(|text| time(flag, text, &mut faults));
    let (started, finished) = (time("--started", &args.started), time("--finished", &args.finished));
    let valid_until = time("--valid-until", &args.valid_until);
    for (flag, time) in [("--started", started), ("--finished", finished)] {
        faults.extend(time.and_then(|time| future(flag, time, now)));
    }
    if let Some(time) = valid_until.filter(|time| *time <= now) {
        let help = "let it count for a while, or leave it out";
        let text = time.to_string();
        faults.push(value(Code::EvidenceTime, "--valid-until", &text, "that is over already", help));
    }
    let mut evidence_types = BTreeSet::new();
    for own in &args.evidence_type {
        if !evidence_types.insert(own.clone()) {
            faults.push(value(
                Code::EvidenceValue,
                "--evidence-type",
                own,
                "it is there twice",
                "name it once",
            ));
        }
    }
    for (flag, name) in [("--profile", &args.release.profile), ("--environment", &args.release.environment)] {
        if let Some(name) = name.as_deref().filter(|name| !name.trim().is_empty() && !is_name(name)) {
            let help = "letters, digits, `-`, `_` and `.` make a name, at most 100 of them";
            faults.push(value(Code::EvidenceValue, flag, name, "it is no name", help));
        }
    }
    let artifacts = artifacts(&args.artifact, &mut faults);
    let subjects = subjects(&args.subject, &mut faults);
    let failure = args.failure.as_deref().and_then(|text| failure(text, &mut faults));
    let drift = args.drift.as_deref().and_then(|word| {
        let words = Drift::ALL.map(|drift| (drift.as_str(), drift));
        one_of("--drift", word, &words, &mut faults)
    });
    let reuse = args.reuse.as_deref().and_then(|text| {
        let help = "name the record by its digest, as `laneway evidence show` prints it";
        let wrong = |why: String| value(Code::EvidenceDigest, "--reuse", text, &why, help);
        Digest::parse(text).map_err(|why| faults.push(wrong(why))).ok()
    });
    let (Some(kind), true) = (kind, faults.is_empty()) else { return Err(faults) };
    Ok(Given {
        kind,
        result,
        least,
        shard: shard.unwrap_or(Shard::WHOLE),
        attempt: args.attempt,
        started,
        finished,
        valid_until,
        evidence_types,
        artifacts,
        subjects,
        failure,
        drift,
        reuse,
    })
}

/// A value that cannot be.
pub(super) fn value(code: Code, flag: &str, value: &str, why: &str, help: &str) -> Fault {
    Fault::new(code, format!("`{flag}` cannot be `{value}`: {why}"), help)
}

/// Says that a time has not come yet.
pub(super) fn future(what: &str, time: Timestamp, now: Timestamp) -> Option<Fault> {
    (time.duration_since(now) > SKEW).then(|| {
        let help = "set the clocks of both machines, and record it anew";
        Fault::new(
            Code::EvidenceTime,
            format!("`{what}` is {time}, which is in the future: it is {now}"),
            help,
        )
    })
}

/// Reports every value that is there and empty, as where a variable was not set.
fn blank(args: &RecordArgs) -> Vec<Fault> {
    let text = |flag: &'static str, value: &Option<String>| {
        value.as_deref().is_some_and(|text| is_blank(OsStr::new(text))).then_some(flag)
    };
    let each = |flag: &'static str, values: &[String]| {
        values.iter().any(|text| is_blank(OsStr::new(text))).then_some(flag)
    };
    let empty = [
        text("--result", &args.result),
        text("--reason", &args.reason),
        text("--reuse", &args.reuse),
        text("--shard", &args.shard),
        text("--started", &args.started),
        text("--finished", &args.finished),
        text("--valid-until", &args.valid_until),
        text("--command", &args.command),
        text("--owner", &args.owner),
        text("--profile", &args.release.profile),
        text("--environment", &args.release.environment),
        text("--failure", &args.failure),
        text("--drift", &args.drift),
        each("GATE", &args.gates),
        each("--job", &args.job),
        each("--evidence-type", &args.evidence_type),
        each("--artifact", &args.artifact),
        each("--subject", &args.subject),
    ];
    let files = files::named(args).into_iter().filter(|(_, file)| is_blank(file)).map(|(flag, _)| flag);
    let from_route = args.from_route.as_deref().filter(|file| is_blank(file)).map(|_| "--from-route");
    let mut flags: Vec<&str> = empty.into_iter().flatten().chain(files).chain(from_route).collect();
    flags.dedup();
    let fault = |flag: &str| {
        let help = format!("give `{flag}` a value, or leave it out: a variable that is not set says nothing");
        Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
    };
    flags.into_iter().map(fault).chain(proof::blank(&args.store)).collect()
}

/// Finds out where results come from: it is one source, so that it is clear what counts.
fn kind(args: &RecordArgs, faults: &mut Vec<Fault>) -> Option<Kind> {
    let has_report = !args.junit.is_empty() || !args.sarif.is_empty() || !args.cobertura.is_empty();
    let sources: Vec<(&str, Kind)> = [
        (args.exit_code.is_some() || has_report).then_some(("an exit code or reports", Kind::Ran)),
        args.result.is_some().then_some(("`--result`", Kind::Said)),
        args.github_needs.is_some().then_some(("`--github-needs`", Kind::Jobs)),
        args.gitlab_jobs.is_some().then_some(("`--gitlab-jobs`", Kind::Jobs)),
        args.buildkite_jobs.is_some().then_some(("`--buildkite-jobs`", Kind::Jobs)),
        args.payload.is_some().then_some(("`--payload`", Kind::Payload)),
        args.reuse.is_some().then_some(("`--reuse`", Kind::Cited)),
    ]
    .into_iter()
    .flatten()
    .collect();
    match sources.as_slice() {
        [(_, kind)] => Some(*kind),
        [] => {
            let help = "give `--exit-code`, a report, a CI's list of jobs, `--payload`, `--reuse`, or `--result` with `--reason`";
            faults.push(Fault::new(Code::Usage, "nothing says what became of the gate", help));
            None
        }
        several => {
            let named = several.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let help = "record each on its own; an exit code and reports of one run may stand together, and the worst counts";
            faults.push(Fault::new(
                Code::Usage,
                format!("a result comes from one source, and there are {named}"),
                help,
            ));
            None
        }
    }
}

/// Reports flags that would be passed over: nobody may believe that they did something.
fn meaningless(args: &RecordArgs, kind: Kind, faults: &mut Vec<Fault>) {
    let mut usage = |is_wrong: bool, message: &str, help: &str| {
        if is_wrong {
            faults.push(Fault::new(Code::Usage, message, help));
        }
    };
    let names_gates = matches!(kind, Kind::Ran | Kind::Said | Kind::Cited);
    usage(
        names_gates && args.gates.is_empty(),
        "no gate is named",
        "name the gate that the result is of, by its id or title",
    );
    usage(
        !names_gates && !args.gates.is_empty(),
        "gates are named, and the source names them itself",
        "leave them out",
    );
    let is_jobs = kind == Kind::Jobs;
    let help = "it says how a CI's list of jobs is read";
    usage(!is_jobs && !args.job.is_empty(), "`--job` means nothing here", help);
    usage(!is_jobs && args.max_jobs.is_some(), "`--max-jobs` means nothing here", help);
    usage(
        args.github_needs.is_none() && args.stages.is_some(),
        "`--stages` means nothing here",
        "it is for `--github-needs`",
    );
    usage(args.stages == Some(0), "there cannot be 0 stages", "give `--stages` a number from 1 on");
    usage(args.max_jobs == Some(0), "the gates cannot run in 0 jobs", "give `--max-jobs` a number from 1 on");
    let gives_reason = matches!(kind, Kind::Ran | Kind::Said);
    usage(
        !gives_reason && args.reason.is_some(),
        "`--reason` means nothing here",
        "the source gives its reasons itself",
    );
    usage(
        !gives_reason && args.command.is_some(),
        "`--command` means nothing here",
        "it is of a gate that ran here",
    );
    usage(
        !names_gates && args.shard.is_some(),
        "`--shard` means nothing here",
        "the source says itself what is a part",
    );
    let rate = (args.cobertura.is_empty(), args.min_line_rate.is_none());
    usage(
        rate == (false, true),
        "`--cobertura` has no `--min-line-rate`",
        "say how many percent of the lines must be covered",
    );
    usage(
        rate == (true, false),
        "`--min-line-rate` has no `--cobertura`",
        "name the report with `--cobertura`",
    );
    let standard_inputs =
        files::named(args).into_iter().map(|(_, file)| file).chain(args.from_route.as_deref());
    let from_stdin = standard_inputs.filter(|file| *file == "-").count();
    usage(
        from_stdin > 1,
        "standard input is named more than once",
        "it can be read once: name files for the others",
    );
}

fn result(word: &str, faults: &mut Vec<Fault>) -> Option<GateResult> {
    if word.trim().is_empty() {
        return None;
    }
    match GateResult::parse(word) {
        Some(GateResult::Pass) => {
            let help =
                "a pass needs proof: `--exit-code`, or a report with `--junit`, `--sarif` or `--cobertura`";
            faults.push(value(
                Code::EvidenceValue,
                "--result",
                word,
                "nobody's word makes a gate pass",
                help,
            ));
            None
        }
        Some(GateResult::Missing) => {
            let help = "`laneway verify` finds out what is missing; what could not run is `blocked`";
            faults.push(value(
                Code::EvidenceValue,
                "--result",
                word,
                "what is recorded is not missing",
                help,
            ));
            None
        }
        Some(result) => Some(result),
        None => {
            let words =
                [GateResult::Fail, GateResult::Partial, GateResult::Blocked, GateResult::NotApplicable]
                    .map(|result| (result.as_str(), result));
            one_of("--result", word, &words, faults)
        }
    }
}

fn one_of<T: Copy>(flag: &str, word: &str, words: &[(&str, T)], faults: &mut Vec<Fault>) -> Option<T> {
    if let Some((_, meaning)) = words.iter().find(|(known, _)| *known == word) {
        return Some(*meaning);
    }
    if !word.trim().is_empty() {
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the words are `{}`", known.join("`, `")),
        };
        faults.push(value(Code::EvidenceValue, flag, word, "the word is not known", &help));
    }
    None
}

fn shard(text: &str, faults: &mut Vec<Fault>) -> Option<Shard> {
    let parts =
        text.split_once('/').and_then(|(index, total)| Some((index.parse().ok()?, total.parse().ok()?)));
    let shard =
        parts.map(|(index, total)| Shard { index, total }).filter(|own| (1..=own.total).contains(&own.index));
    if shard.is_none() && !text.trim().is_empty() {
        let help = "write `I/N`, as in `2/3`: parts are counted from 1 to N";
        faults.push(value(Code::EvidenceShard, "--shard", text, "there is no such part", help));
    }
    shard
}

fn time(flag: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Timestamp> {
    let time = text.parse().ok();
    if time.is_none() && !text.trim().is_empty() {
        let help = "write it as RFC 3339 with a zone, such as 2026-01-31T12:00:00Z";
        faults.push(value(Code::EvidenceTime, flag, text, "it is no point in time, or has no zone", help));
    }
    time
}
