//! Whom to ask, for a developer at a terminal.

use std::io::{self, Write};

use super::report::Report;
use super::says;
use crate::policy::RosterBasis;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, listed};

/// How many of those left out are shown, unless all are wanted.
const LEFT_OUT: usize = 20;

/// How many requirements of one person are shown.
const FOR: usize = 4;

/// Writes the choice.
pub fn write(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    headline(out, report)?;
    asked(out, report, detail)?;
    unmet(out, report, detail)?;
    left_out(out, report, detail)?;
    unknown(out, report, detail)?;
    if !report.notes.is_empty() {
        writeln!(out, "\n{STRONG}Notes{STRONG:#}")?;
        listed(out, "  ", report.notes, detail, 10)?;
    }
    Ok(())
}

fn headline(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let (choice, requirements) = (report.choice, report.requirements().len());
    if requirements == 0 && !report.lacks_architects() {
        let why = if report.route.empty { "nothing changed" } else { "no row or lane names a reviewer" };
        writeln!(out, "{STRONG}Nobody need be asked: {why}{STRONG:#}")?;
    } else {
        let whom = match choice.asked.len() {
            0 => "Nobody can be asked".to_owned(),
            number => format!("Ask {}", says::people(number)),
        };
        let for_what = count(requirements, "requirement");
        let few = match (choice.asked.len(), choice.exact) {
            (0, _) => "",
            (_, true) => "; no fewer would do",
            (_, false) => "; fewer might do",
        };
        writeln!(out, "{STRONG}{whom}{STRONG:#} {FAINT}for {for_what}{few}{FAINT:#}")?;
    }
    writeln!(out, "{FAINT}roster{FAINT:#}   {}", says::roster(report))?;
    let known = report.known;
    if !known.authors.is_empty() {
        let authors: Vec<String> = known.authors.iter().cloned().collect();
        writeln!(out, "{FAINT}author{FAINT:#}   {}", terminal(&says::few(&authors)))?;
    }
    writeln!(
        out,
        "{FAINT}drawn{FAINT:#}    {}, seed {}, at most {}",
        known.today,
        terminal(&known.seed),
        says::people(known.most)
    )
}

fn asked(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let all = &report.choice.asked;
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Ask{STRONG:#}")?;
    let shown = detail.shown(all.len(), 40);
    for asked in &all[..shown] {
        write!(out, "  {NAME}{}{NAME:#}", terminal(asked.who.name()))?;
        if let Some(title) = report.title(&asked.who) {
            write!(out, "  {}", terminal(title))?;
        }
        if let Some(what) = says::what(&asked.who)
            && report.basis != RosterBasis::Absent
        {
            write!(out, "  {FAINT}({what}){FAINT:#}")?;
        }
        writeln!(out, "  {FAINT}{}{FAINT:#}", terminal(&says::passed(asked)))?;
        let needed: Vec<usize> = says::needed_for(asked).into_iter().collect();
        let few = detail.shown(needed.len(), FOR);
        for &at in &needed[..few] {
            let requirement = &report.requirements()[at];
            let stands_in = if asked.stands_in_for.contains(&at) { "stands in for " } else { "" };
            writeln!(out, "    {stands_in}{}", terminal(&says::requirement(requirement)))?;
            listed(out, "      ", &says::because(report, requirement), detail, 2)?;
        }
        if few < needed.len() {
            writeln!(out, "    {FAINT}and for {} more{FAINT:#}", count(needed.len() - few, "requirement"))?;
        }
    }
    if shown < all.len() {
        writeln!(out, "  {FAINT}and {} more; --verbose shows all{FAINT:#}", all.len() - shown)?;
    }
    Ok(())
}

fn unmet(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let unmet = &report.choice.unmet;
    if unmet.is_empty() && !report.lacks_architects() {
        return Ok(());
    }
    writeln!(out, "\n{ALARM}UNMET{ALARM:#} {STRONG}what those asked do not satisfy{STRONG:#}")?;
    if report.lacks_architects() {
        writeln!(out, "  {}", says::NO_ARCHITECTS)?;
    }
    let shown = detail.shown(unmet.len(), 20);
    for (&at, why) in unmet.iter().take(shown) {
        let requirement = &report.requirements()[at];
        writeln!(out, "  {}", terminal(&says::requirement(requirement)))?;
        writeln!(out, "    {CARE}{}{CARE:#}", terminal(&says::unmet(why, report.known.most)))?;
        listed(out, "    ", &says::because(report, requirement), detail, 1)?;
    }
    if shown < unmet.len() {
        writeln!(out, "  {FAINT}and {} more; --verbose shows all{FAINT:#}", unmet.len() - shown)?;
    }
    Ok(())
}

fn left_out(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let all = &report.choice.left_out;
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Left out{STRONG:#} {}", all.len())?;
    let shown = detail.shown(all.len(), LEFT_OUT);
    // Whoever cannot be asked is of more interest than who is not needed.
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_by_key(|(_, why)| *why);
    for (who, why) in &sorted[..shown] {
        let why = says::left_out(why);
        writeln!(out, "  {}  {FAINT}{}{FAINT:#}", terminal(who.name()), terminal(&why))?;
    }
    if shown < all.len() {
        writeln!(out, "  {FAINT}and {} more; --verbose shows all{FAINT:#}", all.len() - shown)?;
    }
    Ok(())
}

fn unknown(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    // Without a roster no name is known, and that has been said.
    let has_roster = !matches!(report.basis, RosterBasis::Absent | RosterBasis::NoBase);
    if has_roster && !report.choice.unknown.is_empty() {
        let names: Vec<String> = report.choice.unknown.iter().cloned().collect();
        let title = count(names.len(), "name");
        writeln!(out, "\n{CARE}Unknown{CARE:#} {title} of maps and lanes that the roster does not know")?;
        listed(out, "  ", &names, detail, 20)?;
    }
    if has_roster && !report.strangers.is_empty() {
        let words: Vec<String> =
            report.strangers.iter().map(|(by, word)| format!("{word} ({})", says::said_by(*by))).collect();
        writeln!(
            out,
            "\n{CARE}Unknown{CARE:#} {} that the roster does not know",
            count(words.len(), "word")
        )?;
        listed(out, "  ", &words, detail, 10)?;
    }
    Ok(())
}
