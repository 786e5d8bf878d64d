//! Which rows stand behind an owner, and why the others that match do not.

use std::io::{self, Write};

use super::text::joined;
use super::{OwnersReport, Said};
use crate::attribute::{Contender, Loss, Outcome, Room, contest};
use crate::path::RepoPath;
use crate::pattern::Rank;
use crate::policy::Policy;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, FAINT, NAME, STRONG};

/// Writes each path with the rows that match it.
pub(super) fn write(out: &mut impl Write, report: &OwnersReport<'_>) -> io::Result<()> {
    let room = &mut Room::default();
    for (index, (path, answer)) in report.paths.iter().zip(&report.owned.of).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let said = Said::new(report.policy, &report.owned.answers[*answer]);
        let contenders = contest(report.policy, path, room);
        of_path(out, report.policy, path, &said, &contenders)?;
    }
    Ok(())
}

fn of_path(
    out: &mut impl Write,
    policy: &Policy,
    path: &RepoPath,
    said: &Said<'_>,
    contenders: &[Contender],
) -> io::Result<()> {
    writeln!(out, "{STRONG}{}{STRONG:#}", terminal(&path.to_string()))?;
    if said.is_mapped() {
        let every = if said.every { " (every domain)" } else { "" };
        let exempt = if said.exempt { ", exempt" } else { "" };
        let domains = joined(said.domains.iter().map(|domain| domain.as_str()));
        writeln!(out, "  {FAINT}domains{FAINT:#}    {NAME}{domains}{NAME:#}{every}{exempt}")?;
        if !said.reviewers.is_empty() {
            writeln!(out, "  {FAINT}reviewers{FAINT:#}  {}", said.asked())?;
        }
    } else {
        writeln!(out, "  {ALARM}unmapped{ALARM:#}: no row owns it")?;
    }
    let owners = contenders.iter().filter(|one| one.outcome == Outcome::Owns).count();
    for one in contenders {
        let row = &policy.rows[one.row];
        let word = match one.outcome {
            Outcome::Owns | Outcome::AttachesAndOwns => "owns",
            Outcome::Attaches => "attaches",
            Outcome::Loses(_) => "loses",
        };
        let style = if word == "loses" { FAINT } else { NAME };
        let domains = joined(policy.owners(row).iter().map(|domain| domain.as_str()));
        writeln!(
            out,
            "  {style}{word:<9}{style:#}  {}:{}  {FAINT}`{}`{FAINT:#}  {}: {}",
            terminal(&row.map.to_string()),
            row.line(),
            terminal(&one.pattern),
            if row.owners == crate::ownership::Owners::Every { "*".to_owned() } else { domains },
            terminal(&sentence(policy, path, one, contenders, owners)),
        )?;
    }
    Ok(())
}

/// Says why a row owns, attaches or loses, as one clause.
pub(super) fn sentence(
    policy: &Policy,
    path: &RepoPath,
    one: &Contender,
    contenders: &[Contender],
    owners: usize,
) -> String {
    let row = &policy.rows[one.row];
    match &one.outcome {
        Outcome::Owns => {
            let joint = if owners > 1 {
                format!("; ties, {} own it jointly", count(owners, "row"))
            } else {
                String::new()
            };
            let losers = || {
                contenders.iter().filter(|other| policy.rows[other.row].kind.owns() && other.row != one.row)
            };
            let excluded = |other: &Contender| matches!(other.outcome, Outcome::Loses(Loss::Excluded { .. }));
            let why = if one.rank.is_equal() {
                "equal to the path".to_owned()
            } else if losers().all(|other| other.outcome == Outcome::Owns || excluded(other)) {
                match owners {
                    1 => "no other owning row matches".to_owned(),
                    _ => format!("literal prefix {}", prefix(path, one.rank)),
                }
            } else if losers().any(|other| {
                other.rank.prefix() == one.rank.prefix()
                    && other.rank.literal() < one.rank.literal()
                    && !excluded(other)
            }) {
                format!(
                    "most literal bytes ({}) after the literal prefix {}",
                    one.rank.literal(),
                    prefix(path, one.rank)
                )
            } else {
                format!("longest literal prefix {}", prefix(path, one.rank))
            };
            why + &joint
        }
        Outcome::AttachesAndOwns => {
            format!("{} row, owns because no owning row matches", row.kind)
        }
        Outcome::Attaches => {
            let names: Vec<String> = row.contracts().map(|contract| contract.to_string()).collect();
            names.join(", ")
        }
        Outcome::Loses(loss) => match loss {
            Loss::Excluded { by } => format!("`!{by}` of its own row takes the path out"),
            Loss::NotEqual => "not equal to the path, as the winner is".to_owned(),
            Loss::ShorterPrefix { .. } => format!("shorter literal prefix {}", prefix(path, one.rank)),
            Loss::FewerLiteralBytes { own, winning } => format!("fewer literal bytes: {own} to {winning}"),
            Loss::Exempt => "exempt, and an exempt row loses every tie".to_owned(),
        },
    }
}

/// The literal prefix, which the path begins with.
fn prefix(path: &RepoPath, rank: Rank) -> String {
    let bytes = path.as_bytes();
    let end = (rank.prefix() as usize).min(bytes.len());
    match end {
        0 => "(none)".to_owned(),
        _ => format!("`{}`", String::from_utf8_lossy(&bytes[..end])),
    }
}
