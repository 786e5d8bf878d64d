//! `laneway import packages`: rows from workspace manifests.

use std::io::Write as _;

use laneway::fault::{Code, Fault};
use laneway::id::DomainId;
use laneway::import::edges::edges;
use laneway::import::packages::{DomainBy, plan};
use laneway::manifests::{self, Packages};
use laneway::ownership::Cell;
use laneway::path::RepoPath;
use laneway::pattern::Pattern;
use laneway::render::escape::terminal;

use super::conclude::{Outcome, conclude, contents};
use crate::args::{DomainByArg, ImportPackagesArgs, PlaceArgs};
use crate::commands::standing::{Standing, standing};
use crate::exit::Exit;
use crate::output;

/// Reads the manifests and writes a row for each package; where the maps have rows already, says what their `Imported
/// by` should hold, and writes nothing.
pub(super) fn run(place: &PlaceArgs, args: &ImportPackagesArgs) -> Result<Exit, Vec<Fault>> {
    let excluded = patterns(&args.exclude)?;
    let standing = standing(place, None)?;
    let is_wanted = |path: &RepoPath| {
        manifests::is_manifest(path) && !excluded.iter().any(|pattern| pattern.matches(path))
    };
    let (packages, faults) = manifests::read(&contents(&standing, is_wanted)?);
    if !faults.is_empty() {
        return Err(faults);
    }
    if packages.packages.is_empty() {
        let help = "packages are declared by Cargo.toml, package.json and go.mod files that git tracks";
        return Err(vec![Fault::new(Code::Usage, "no package is declared here", help)]);
    }
    // A broken policy has rows that are not known, and a second map beside these would tie with them.
    if standing.policy.is_broken() {
        return Err(standing.policy.faults.clone());
    }
    if !standing.policy.rows.is_empty() {
        return propose(&standing, &packages);
    }
    let by = match args.domain_by {
        DomainByArg::Package => DomainBy::Package,
        DomainByArg::Folder => DomainBy::Folder,
        DomainByArg::TopFolder => DomainBy::TopFolder,
    };
    let plan = plan(&packages, &standing.tree, by);
    let imported = plan.write(&packages, &standing.policy.config);
    let differences = |policy: &_, tree: &[RepoPath]| plan.differences(&packages, policy, tree);
    let outcome = Outcome {
        imported: &imported,
        heading: String::new(),
        by: "their manifests",
        differences: &differences,
    };
    conclude(&standing, &outcome, &args.how, place.verbose)
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, Vec<Fault>> {
    let (mut patterns, mut faults) = (Vec::new(), Vec::new());
    for text in texts {
        match Pattern::parse(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                let message = format!("`--exclude` takes a pattern, and `{text}` is none: {}", error.message);
                let help = "write a path from the repository's root, such as `fixtures/**`";
                faults.push(Fault::new(Code::PatternSyntax, message, help));
            }
        }
    }
    if faults.is_empty() { Ok(patterns) } else { Err(faults) }
}

/// Prints the rows whose `Imported by` differs from the manifests, each with the cell that it should have.
fn propose(standing: &Standing, packages: &Packages) -> Result<Exit, Vec<Fault>> {
    let (policy, tree) = (&standing.policy, &standing.tree);
    let empty = std::collections::BTreeMap::new();
    let attributed = laneway::check::Subject::new(policy, tree, packages, &empty).attributed;
    let edges = edges(policy, tree, &attributed, packages);
    let mut lines = Vec::new();
    let (mut rows, mut unmapped) = (0, 0);
    for (index, wanted) in edges.rows(policy) {
        rows += 1;
        let row = &policy.rows[index];
        let is_listed = match &row.imported_by {
            Cell::Unknown => false,
            Cell::Listed(listed) => {
                listed.contains_key("*") || wanted.iter().all(|domain| listed.contains_key(*domain))
            }
        };
        if !is_listed {
            let cell = if wanted.is_empty() {
                "-".to_owned()
            } else {
                // What people have listed stays: there are more imports than manifests know.
                let listed = row.imported_by.listed().into_iter().flat_map(|listed| listed.keys());
                let all: std::collections::BTreeSet<&DomainId> = listed.chain(wanted).collect();
                all.into_iter().map(DomainId::as_str).collect::<Vec<_>>().join(", ")
            };
            let place = format!("{}:{}", row.map, row.line());
            lines.push(format!("{place}: {}\n    Imported by: {cell}", row.names.join(", ")));
        }
    }
    for (package, home) in packages.packages.iter().zip(&edges.homes) {
        if home.is_none() {
            unmapped += 1;
            lines.push(format!("{}: no row is its home", package.manifest));
        }
    }
    let written = output::write(None, false, |out| {
        for line in &lines {
            for part in line.split('\n') {
                writeln!(out, "{}", terminal(part))?;
            }
        }
        if !lines.is_empty() {
            writeln!(out)?;
        }
        let (of, differ) = (packages.packages.len(), lines.len() - unmapped);
        writeln!(
            out,
            "{of} packages in {rows} rows of the maps: {differ} rows lack importers, {unmapped} packages lack a row"
        )?;
        writeln!(out, "The maps have rows already, so nothing is written: copy the cells into them.")
    });
    written.map_err(|fault| vec![fault])?;
    Ok(Exit::Holds)
}
