//! A backtest for a developer at a terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::report::{Against, Backtest, Source, Used, What, headline, timestamp};
use crate::backtest::{
    Cause, Explained, HistoryEnd, Judged, Replayed, Spread, Sums, Tally, Unplaced, Verdict,
};
use crate::lanes::Layer;
use crate::render::escape::terminal;
use crate::render::reason::{self, count};
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// How many items of a list are shown.
const FEW: usize = 10;

/// Writes the report.
pub fn write(out: &mut impl Write, report: &Backtest<'_>, detail: Detail) -> io::Result<()> {
    let missed = report.judged.as_ref().is_some_and(|judged| !judged.missed.is_empty());
    let style = if missed { ALARM } else { STRONG };
    writeln!(out, "{style}{}{style:#}", report.headline())?;
    writeln!(out)?;
    over(out, report)?;
    gates(out, &report.sums)?;
    layers(out, &report.sums)?;
    domains(out, &report.sums, detail)?;
    broad(out, report, detail)?;
    spots(out, report, detail)?;
    if let Some(judged) = &report.judged {
        results(out, judged, report.changes, detail)?;
    }
    if let Some(against) = &report.against {
        differences(out, report, against, detail)?;
    }
    if detail.verbose {
        changes(out, report)?;
    }
    Ok(())
}

/// Says over which changes, and by which policy.
fn over(out: &mut impl Write, report: &Backtest<'_>) -> io::Result<()> {
    let sums = &report.sums;
    let seconds = report.changes.iter().map(|change| change.seconds);
    let span = match (seconds.clone().min(), seconds.max()) {
        (Some(first), Some(last)) => format!(", {} to {}", day(first), day(last)),
        _ => String::new(),
    };
    writeln!(out, "{STRONG}{}{STRONG:#}{span}", counted(sums.changes, "change"))?;
    let from = match &report.told.source {
        Source::FirstParents { head, asked } => {
            format!("first parents of {}, {} asked for", &head[..head.len().min(12)], grouped(*asked))
        }
        Source::Pairs { file, repeated: 0 } => format!("pairs of {file}"),
        Source::Pairs { file, repeated } => {
            format!("pairs of {file}; {} left out", counted(*repeated, "repeated line"))
        }
    };
    writeln!(out, "  {FAINT}from{FAINT:#}    {}", terminal(&from))?;
    match &report.told.end {
        None | Some(HistoryEnd::Enough) => {}
        Some(HistoryEnd::Root) => {
            writeln!(out, "          the history begins there: {} in all", counted(sums.changes, "change"))?;
        }
        Some(HistoryEnd::Shallow { commit }) => writeln!(
            out,
            "          {CARE}the clone is shallow and ends at {}: only {} can be reached{CARE:#}",
            terminal(commit),
            counted(sums.changes, "change"),
        )?,
        Some(HistoryEnd::Missing { commit, why }) => writeln!(
            out,
            "          {CARE}{} cannot be read, so that only {} can be reached: {}{CARE:#}",
            terminal(commit),
            counted(sums.changes, "change"),
            terminal(why),
        )?,
    }
    writeln!(out, "  {FAINT}policy{FAINT:#}  {}", terminal(&used(&report.policy)))?;
    let mut with = vec![format!("{} changed", counted(sums.files, "file"))];
    if sums.merges > 0 {
        let more = if sums.octopuses > 0 {
            format!(" ({} with more than two parents)", grouped(sums.octopuses))
        } else {
            String::new()
        };
        with.push(format!("{}{more}", counted(sums.merges, "merge")));
    }
    if sums.empty > 0 {
        with.push(format!("{} in which nothing changed", grouped(sums.empty)));
    }
    if sums.without_base > 0 {
        with.push(format!("{} without a base or unreadable", grouped(sums.without_base)));
    }
    writeln!(out, "  {FAINT}with{FAINT:#}    {}", with.join(", "))?;
    if report.policy.observes {
        writeln!(out, "  {CARE}the policy only observes; it is told here as if it enforced{CARE:#}")?;
    }
    writeln!(out)
}

fn used(policy: &Used) -> String {
    let digest =
        policy.digest.as_ref().map(|digest| format!(" (digest {})", &digest[..digest.len().min(12)]));
    let what = match &policy.what {
        What::Revision { name, commit: Some(commit) } => {
            format!("of {name}, {}, for every change", &commit[..commit.len().min(12)])
        }
        What::Revision { name, commit: None } => format!("of {name}, for every change"),
        What::Folder(folder) => format!("of the folder {folder}, for every change"),
        What::Own => "each change by its own commits'".to_owned(),
    };
    what + digest.as_deref().unwrap_or_default()
}

fn gates(out: &mut impl Write, sums: &Sums) -> io::Result<()> {
    writeln!(out, "{STRONG}Gates that would have run{STRONG:#}")?;
    writeln!(out, "  {:<16}{}", "in all", share(sums.gates))?;
    writeln!(out, "  {:<16}{}", "a change", spread(sums.spread))?;
    if sums.broad > 0 && sums.narrow.changes > 0 {
        writeln!(out, "  {:<16}{}", "a narrow change", spread(sums.narrow))?;
    }
    if sums.only_broad > 0 {
        let only = Tally { selected: sums.only_broad, possible: sums.gates.selected };
        writeln!(out, "  {:<16}{} of what ran", "only for broad", share(only))?;
    }
    writeln!(out)
}

fn layers(out: &mut impl Write, sums: &Sums) -> io::Result<()> {
    if sums.layers.is_empty() {
        return Ok(());
    }
    writeln!(out, "{STRONG}By layer{STRONG:#}")?;
    for layer in Layer::ALL {
        if let Some(tally) = sums.layers.get(&layer) {
            writeln!(out, "  {:<18}{}", layer.as_str(), share(*tally))?;
        }
    }
    writeln!(out)
}

fn domains(out: &mut impl Write, sums: &Sums, detail: Detail) -> io::Result<()> {
    if sums.domains.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{STRONG}By domain{STRONG:#}  {FAINT}changes that reach it, gates that would have run{FAINT:#}"
    )?;
    let mut domains: Vec<_> = sums.domains.iter().collect();
    domains.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.reached));
    let shown = detail.shown(domains.len(), FEW);
    let width = domains[..shown].iter().map(|(id, _)| id.as_str().len()).max().unwrap_or_default().min(48);
    for (id, tally) in &domains[..shown] {
        let gates = if tally.gates.possible == 0 { "no gates".to_owned() } else { share(tally.gates) };
        let id = terminal(id.as_str());
        writeln!(out, "  {NAME}{id:<width$}{NAME:#}  {:>7}  {gates}", grouped(tally.reached))?;
    }
    more(out, domains.len() - shown, "domain")?;
    writeln!(out)
}

fn broad(out: &mut impl Write, report: &Backtest<'_>, detail: Detail) -> io::Result<()> {
    let sums = &report.sums;
    let routed = Tally { selected: sums.broad, possible: sums.changes - sums.empty };
    writeln!(out, "{STRONG}Broad routes{STRONG:#}  {}", share(routed))?;
    for (cause, changes) in &sums.causes {
        writeln!(out, "  {:>7}  {}", grouped(*changes), terminal(&cause_text(cause)))?;
    }
    let mut files: Vec<_> = sums.unmapped_files.iter().collect();
    files.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.changes, tally.alone)));
    let shown = detail.shown(files.len(), FEW);
    if shown > 0 {
        writeln!(out, "  {FAINT}the files without a row that force it most often:{FAINT:#}")?;
    }
    for (path, tally) in &files[..shown] {
        let alone = if tally.alone > 0 {
            format!(" {FAINT}({} by it alone){FAINT:#}", grouped(tally.alone))
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {:>7}  {NAME}{}{NAME:#}{alone}",
            grouped(tally.changes),
            terminal(&path.to_string())
        )?;
    }
    more(out, files.len() - shown, "file")?;
    writeln!(out)
}

fn spots(out: &mut impl Write, report: &Backtest<'_>, detail: Detail) -> io::Result<()> {
    if report.spots.is_empty() && report.mapped_since == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "{STRONG}Rows that are missing{STRONG:#}  {FAINT}changes with such a file, and those that the row alone would \
         make narrow{FAINT:#}"
    )?;
    let shown = detail.shown(report.spots.len(), FEW);
    for spot in &report.spots[..shown] {
        let beside = spot.proposal.beside.as_ref().map(|row| format!(", beside {}", reason::place(row)));
        let files = counted(spot.proposal.files.files, "file");
        writeln!(
            out,
            "  {:>7} {:>7}  {NAME}{}{NAME:#}  {FAINT}{files}{}{FAINT:#}",
            grouped(spot.changes),
            grouped(spot.alone),
            terminal(&spot.proposal.row()),
            terminal(beside.as_deref().unwrap_or_default()),
        )?;
    }
    more(out, report.spots.len() - shown, "row")?;
    if report.mapped_since > 0 {
        writeln!(out, "  {} had no row then and have one today", counted(report.mapped_since, "file"))?;
    }
    writeln!(out)
}

fn results(out: &mut impl Write, judged: &Judged, changes: &[Replayed], detail: Detail) -> io::Result<()> {
    writeln!(out, "{STRONG}Recorded results{STRONG:#}  {}", grouped(judged.records))?;
    let caught = judged.failures - judged.missed.len();
    writeln!(out, "  {:>7}  {} that the route runs", grouped(caught), noun(caught, "failure"))?;
    if judged.caught_by_broad > 0 {
        writeln!(out, "  {:>7}  of them only because the route is broad", grouped(judged.caught_by_broad))?;
    }
    let style = if judged.missed.is_empty() { STRONG } else { ALARM };
    writeln!(out, "  {style}{:>7}  missed{style:#}", grouped(judged.missed.len()))?;
    let shown = detail.shown(judged.missed.len(), FEW);
    for miss in &judged.missed[..shown] {
        let change = &changes[miss.change];
        let unsteady = if miss.also_passed { "; it also passed on this commit" } else { "" };
        writeln!(out, "    {NAME}{}{NAME:#} {}", short(&change.head), terminal(&change.subject))?;
        let why = reason::skip(&miss.because);
        writeln!(
            out,
            "      {}: {why}{unsteady} {FAINT}(line {}){FAINT:#}",
            terminal(miss.gate.as_str()),
            miss.line
        )?;
    }
    more(out, judged.missed.len() - shown, "missed failure")?;
    if judged.took > 0 {
        let percent = percent(Tally {
            selected: usize::try_from(judged.saved).unwrap_or(usize::MAX),
            possible: usize::try_from(judged.took).unwrap_or(usize::MAX),
        });
        writeln!(
            out,
            "  of {} that the runs took, the route leaves out {} ({percent})",
            time(judged.took),
            time(judged.saved)
        )?;
    }
    for (list, what) in [
        (&judged.unknown_commits, "on commits that are no head of these changes"),
        (&judged.ambiguous_commits, "on shortened ids that several heads begin with"),
        (&judged.unknown_gates, "of gates that the policy does not know"),
    ] {
        if list.is_empty() {
            continue;
        }
        let records: usize = list.values().map(|own| own.records).sum();
        let failures: usize = list.values().map(|own| own.failures).sum();
        writeln!(
            out,
            "  {CARE}{:>7}  {what}, {} among them{CARE:#}",
            grouped(records),
            counted(failures, "failure")
        )?;
        let mut named: Vec<(&String, &Unplaced)> = list.iter().collect();
        named.sort_by_key(|(_, own)| (std::cmp::Reverse(own.failures), own.line));
        let shown = detail.shown(named.len(), 3);
        for (name, own) in &named[..shown] {
            writeln!(
                out,
                "           {} {FAINT}({}, first on line {}){FAINT:#}",
                terminal(name),
                grouped(own.records),
                own.line
            )?;
        }
        more(out, named.len() - shown, "name")?;
    }
    writeln!(out)
}

fn differences(
    out: &mut impl Write,
    report: &Backtest<'_>,
    against: &Against<'_>,
    detail: Detail,
) -> io::Result<()> {
    let differs = &against.comparison;
    let routed = Tally { selected: differs.changes.len(), possible: report.sums.changes };
    writeln!(out, "{STRONG}Against the policy {}{STRONG:#}", terminal(&used(&against.policy)))?;
    if report.judged.is_some() {
        writeln!(out, "  by it, {}", headline(against.judged.as_ref()))?;
    }
    writeln!(out, "  {:<22}{}", "by it would have run", share(against.sums.gates))?;
    writeln!(out, "  {:<22}{}", "", spread(against.sums.spread))?;
    let broad = Tally { selected: against.sums.broad, possible: against.sums.changes - against.sums.empty };
    writeln!(out, "  {:<22}{}", "broad by it", share(broad))?;
    writeln!(out, "  {:<22}{}", "changes that differ", share(routed))?;
    writeln!(
        out,
        "  {:<22}{} here alone, {} there alone",
        "gates that would run",
        grouped(differs.only.0),
        grouped(differs.only.1)
    )?;
    let mut gates: Vec<_> = differs.gates.iter().collect();
    gates.sort_by_key(|(_, (here, there))| std::cmp::Reverse(here + there));
    let shown = detail.shown(gates.len(), FEW);
    for (gate, (here, there)) in &gates[..shown] {
        writeln!(
            out,
            "    {:>7} {:>7}  {NAME}{}{NAME:#}",
            grouped(*here),
            grouped(*there),
            terminal(gate.as_str())
        )?;
    }
    more(out, gates.len() - shown, "gate")?;
    let shown = detail.shown(differs.changes.len(), FEW);
    for (difference, explained) in differs.changes[..shown].iter().zip(&against.explained) {
        let change = &report.changes[difference.change];
        writeln!(out, "  {NAME}{}{NAME:#} {}", short(&change.head), terminal(&change.subject))?;
        for (list, sign) in [(&explained.0, "here "), (&explained.1, "there")] {
            for line in why(list, detail) {
                writeln!(out, "    {sign} {}", terminal(&line))?;
            }
        }
    }
    more(out, differs.changes.len() - shown, "change")?;
    writeln!(out)
}

/// Says why gates would have run by one policy and not by the other, those with one reason in one line.
fn why(list: &[Explained], detail: Detail) -> Vec<String> {
    let mut alike: BTreeMap<String, Vec<&Explained>> = BTreeMap::new();
    for one in list {
        alike.entry(one.selected.first().map(reason::gate).unwrap_or_default()).or_default().push(one);
    }
    let line = |(selected, own): (String, Vec<&Explained>)| {
        let shown = detail.shown(own.len(), 3);
        let mut gates: Vec<String> = own[..shown].iter().map(|one| one.gate.to_string()).collect();
        if shown < own.len() {
            gates.push(format!("{} more", grouped(own.len() - shown)));
        }
        let skipped = own[0].skipped.as_ref();
        let other = if own.iter().any(|one| one.skipped.as_ref() != skipped) {
            String::new()
        } else {
            format!("; by the other, {}", skipped.map_or("there is no such gate", reason::skip))
        };
        format!("{}: {selected}{other}", gates.join(", "))
    };
    alike.into_iter().map(line).collect()
}

fn changes(out: &mut impl Write, report: &Backtest<'_>) -> io::Result<()> {
    writeln!(out, "{STRONG}Changes{STRONG:#}")?;
    for change in report.changes {
        let outcome = &*change.outcome;
        let possible = outcome.universe.gates.len();
        let broad = if outcome.is_broad() { format!(" {ALARM}broad{ALARM:#}") } else { String::new() };
        writeln!(
            out,
            "  {NAME}{}{NAME:#} {} {:>4} of {possible}, {}{broad} {}",
            short(&change.head),
            day(change.seconds),
            outcome.selected(),
            counted(change.files, "file"),
            terminal(&change.subject),
        )?;
        for (cause, path) in outcome.causes.iter().map(|cause| (cause, change.unmapped.first())) {
            let path = path.filter(|_| *cause == Cause::Unmapped).map(|path| format!(": {path}"));
            writeln!(
                out,
                "      {}{}",
                terminal(&cause_text(cause)),
                terminal(path.as_deref().unwrap_or_default())
            )?;
        }
        let runs = outcome.gates().filter(|(_, verdict)| **verdict == Verdict::Selected);
        let runs: Vec<&str> = runs.map(|(gate, _)| gate.id.as_str()).collect();
        if !runs.is_empty() {
            writeln!(out, "      {FAINT}{}{FAINT:#}", terminal(&runs.join(" ")))?;
        }
    }
    Ok(())
}

/// Says why a route was broad.
pub(super) fn cause_text(cause: &Cause) -> String {
    match cause {
        Cause::Unmapped => "a file that no row maps".to_owned(),
        Cause::BrokenPolicy => "a policy that does not hold together".to_owned(),
        Cause::NoBasePolicy => "there is no policy of the base".to_owned(),
        Cause::NoLane(domain) => format!("{domain} has no lane"),
        Cause::MissingBase(why) => format!("the base is not known: {}", reason::missing_base(why)),
    }
}

fn more(out: &mut impl Write, left: usize, word: &str) -> io::Result<()> {
    if left == 0 {
        return Ok(());
    }
    writeln!(out, "  {FAINT}and {} more {}; --verbose lists all{FAINT:#}", grouped(left), noun(left, word))
}

fn noun(number: usize, noun: &str) -> String {
    let text = count(number, noun);
    text.split_once(' ').map_or_else(String::new, |(_, noun)| noun.to_owned())
}

fn counted(number: usize, word: &str) -> String {
    format!("{} {}", grouped(number), noun(number, word))
}

fn spread(spread: Spread) -> String {
    format!("median {}, p90 {}, most {}", grouped(spread.median), grouped(spread.p90), grouped(spread.most))
}

fn share(tally: Tally) -> String {
    format!("{} of {} ({})", grouped(tally.selected), grouped(tally.possible), percent(tally))
}

fn percent(tally: Tally) -> String {
    if tally.possible == 0 {
        return "none".to_owned();
    }
    // In tenths, rounded, without floats: the same on every machine.
    let tenths = (tally.selected as u128 * 2000 + tally.possible as u128) / (2 * tally.possible as u128);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Writes a number with a comma between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn short(commit: &str) -> &str {
    &commit[..commit.len().min(10)]
}

fn day(seconds: i64) -> String {
    let time = timestamp(seconds);
    time.split_once('T').map_or_else(|| time.clone(), |(day, _)| day.to_owned())
}

/// Writes a duration in the largest unit that keeps two digits.
fn time(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", grouped(usize::try_from(seconds / 3_600).unwrap_or(usize::MAX))),
    }
}
