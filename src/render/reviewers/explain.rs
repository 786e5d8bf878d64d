//! Why somebody is asked for a review, or is not: each step.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::report::Report;
use super::says;
use crate::fault::{Code, Fault};
use crate::id::nearest;
use crate::policy::Policies;
use crate::render::escape::terminal;
use crate::render::reason::{self, count, place, witness};
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, listed};
use crate::review::{Requirement, ReviewerReason};
use crate::reviewers::{Asked, Candidate, LeftOut, People, Unmet};

/// What leads to somebody, and what became of it.
#[derive(Debug)]
pub struct Explained<'a> {
    /// Whom the name means.
    pub who: Candidate,
    /// What people call them.
    pub title: Option<&'a str>,
    /// Those who stand behind the name, each with what became of them.
    pub behind: Vec<(Candidate, Fate<'a>)>,
    /// The teams and other names by which maps and lanes may mean them.
    pub named_as: BTreeSet<String>,
    /// The requirements that name them.
    pub steps: Vec<Step<'a>>,
}

/// What became of somebody.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'a> {
    /// They are asked.
    Asked(&'a Asked),
    /// They are not.
    LeftOut(&'a LeftOut),
    /// No requirement of the change names them.
    NotNamed,
}

/// A requirement that names somebody.
#[derive(Debug)]
pub struct Step<'a> {
    /// Its place in the review, counted from 0.
    pub at: usize,
    /// The requirement.
    pub requirement: &'a Requirement,
    /// What leads from the files to it: file, row, domain, quorum.
    pub chains: Vec<Vec<String>>,
    /// Why it is not met, if it is not.
    pub unmet: Option<&'a Unmet>,
    /// Who is asked and counts for it.
    pub asked: Vec<&'a Asked>,
}

/// Explains a name of the roster, of a map or of a lane; a fault where nothing names anybody so.
pub fn explain<'a>(report: &'a Report<'_>, policies: &Policies, name: &str) -> Result<Explained<'a>, Fault> {
    let people = People::new(report.roster);
    let named = named(policies);
    let who = people.find(name);
    let means = |other: &str| people.same(&who, other);
    if matches!(who, Candidate::Unknown(_)) && !named.iter().any(|other| means(other)) {
        let roster = report.roster;
        let known = named.iter().chain(roster.people.keys()).chain(roster.teams.keys()).map(String::as_str);
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name somebody whom the roster, a row, a lane or laneway.yaml names".to_owned(),
        };
        return Err(Fault::new(Code::Usage, format!("nobody is named `{name}`"), help));
    }
    let leads = |other: &str| means(other) || people.behind(other).contains(&who);
    let behind = people.behind(name).into_iter().map(|own| {
        let fate = fate(report, &own);
        (own, fate)
    });
    let requirements = report.requirements().iter().enumerate();
    let steps = requirements.filter(|(_, own)| own.quorum.of.iter().any(|name| leads(name)));
    Ok(Explained {
        title: report.title(&who),
        behind: behind.collect(),
        named_as: named.iter().filter(|other| leads(other)).cloned().collect(),
        steps: steps.map(|(at, own)| step(report, at, own)).collect(),
        who,
    })
}

/// Returns every name that a policy has for reviewers.
fn named(policies: &Policies) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, policy) in &policies.each {
        let rows = policy.rows.iter().map(|row| &row.reviewers);
        let lanes = policy.lanes.lanes.values().map(|lane| &lane.reviewers);
        for quorums in rows.chain(lanes).chain([&policy.config.architecture_reviewers]) {
            names.extend(quorums.names().into_iter().map(str::to_owned));
        }
    }
    names
}

fn fate<'a>(report: &'a Report<'_>, who: &Candidate) -> Fate<'a> {
    match report.choice.asked.iter().find(|asked| asked.who == *who) {
        Some(asked) => Fate::Asked(asked),
        None => report.choice.left_out.get(who).map_or(Fate::NotNamed, Fate::LeftOut),
    }
}

fn step<'a>(report: &'a Report<'_>, at: usize, requirement: &'a Requirement) -> Step<'a> {
    let asked = report.choice.asked.iter();
    Step {
        at,
        requirement,
        chains: chains(report, requirement),
        unmet: report.choice.unmet.get(&at),
        asked: asked
            .filter(|asked| asked.counts_for.contains(&at) || asked.stands_in_for.contains(&at))
            .collect(),
    }
}

fn chains(report: &Report<'_>, requirement: &Requirement) -> Vec<Vec<String>> {
    let files = requirement.files.as_ref().map(witness);
    let quorum = requirement.quorum.to_string();
    let chain = |why: &ReviewerReason| {
        let mut chain: Vec<String> = Vec::new();
        match why {
            ReviewerReason::Architecture => {
                chain.extend(report.route.review.architecture.iter().take(1).map(reason::review));
                chain.push("laneway.yaml".to_owned());
            }
            ReviewerReason::Owns { domain }
            | ReviewerReason::Moved { domain }
            | ReviewerReason::Consumes { domain, .. } => {
                chain.extend(files.clone());
                chain.extend(report.rows(domain).first().map(|row| place(row)));
                if let ReviewerReason::Consumes { contract, .. } = why {
                    chain.push(contract.to_string());
                }
                chain.push(domain.to_string());
            }
        }
        chain.push(quorum.clone());
        chain
    };
    requirement.because.iter().map(chain).collect()
}

/// Says what became of somebody.
pub fn fate_said(fate: Fate<'_>) -> String {
    match fate {
        Fate::Asked(asked) => format!("asked: {}", says::passed(asked)),
        Fate::LeftOut(why) => format!("left out: {}", says::left_out(why)),
        Fate::NotNamed => "no requirement of this change names them".to_owned(),
    }
}

/// Writes each step.
pub fn write(
    out: &mut impl Write,
    report: &Report<'_>,
    explained: &Explained<'_>,
    detail: Detail,
) -> io::Result<()> {
    let what = match &explained.who {
        Candidate::Person(_) => "a person of the roster".to_owned(),
        Candidate::Team(_) => match explained.behind.as_slice() {
            [(Candidate::Team(_), _)] => "a team that lists nobody, asked as a whole".to_owned(),
            behind => format!("a team of {}", says::people(behind.len())),
        },
        Candidate::Unknown(_) => "a name that the roster does not know, asked as it stands".to_owned(),
    };
    let title = explained.title.map(|title| format!("  {}", terminal(title))).unwrap_or_default();
    writeln!(out, "{STRONG}{}{STRONG:#}{title}  {what}", terminal(explained.who.name()))?;
    writeln!(out, "{FAINT}roster{FAINT:#}   {}", says::roster(report))?;
    let seed = terminal(&report.known.seed).into_owned();
    writeln!(out, "{FAINT}drawn{FAINT:#}    {}, seed {seed}", report.known.today)?;

    writeln!(out, "\n{STRONG}1. Who names them{STRONG:#}")?;
    let names: Vec<String> = explained.named_as.iter().cloned().collect();
    match names.is_empty() {
        true => writeln!(out, "  no row, lane or laneway.yaml")?,
        false => writeln!(out, "  as {}", terminal(&names.join(", ")))?,
    }
    if explained.steps.is_empty() {
        writeln!(out, "  {FAINT}none of it is asked for by this change{FAINT:#}")?;
    }
    for step in &explained.steps {
        let chains: Vec<String> = step.chains.iter().map(|chain| chain.join(" → ")).collect();
        listed(out, "  ", &chains, detail, 3)?;
    }

    writeln!(out, "\n{STRONG}2. Who stands behind the name, and can look{STRONG:#}")?;
    let shown = detail.shown(explained.behind.len(), 20);
    for (who, fate) in &explained.behind[..shown] {
        let said = fate_said(*fate);
        writeln!(out, "  {NAME}{}{NAME:#}  {FAINT}{}{FAINT:#}", terminal(who.name()), terminal(&said))?;
    }
    if shown < explained.behind.len() {
        writeln!(out, "  {FAINT}and {} more; --verbose shows all{FAINT:#}", explained.behind.len() - shown)?;
    }

    writeln!(out, "\n{STRONG}3. Who is asked instead, or beside them{STRONG:#}")?;
    let all = count(report.requirements().len(), "requirement");
    let few = if report.choice.exact { "no fewer would do" } else { "fewer might do" };
    let asked = says::people(report.choice.asked.len());
    writeln!(out, "  {asked} for {all} of the change; {few}")?;
    for step in &explained.steps {
        writeln!(out, "  {}", terminal(&says::requirement(step.requirement)))?;
        for asked in &step.asked {
            let said = says::passed(asked);
            let name = terminal(asked.who.name()).into_owned();
            writeln!(out, "    {NAME}{name}{NAME:#}  {FAINT}{}{FAINT:#}", terminal(&said))?;
        }
        match step.unmet {
            Some(why) => {
                let said = says::unmet(why, report.known.most);
                writeln!(out, "    {ALARM}unmet{ALARM:#} {CARE}{}{CARE:#}", terminal(&said))?;
            }
            None if step.asked.is_empty() => writeln!(out, "    nobody")?,
            None => {}
        }
    }
    Ok(())
}
