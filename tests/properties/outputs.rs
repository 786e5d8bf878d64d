//! The outputs of a route agree: text, JSON, Markdown and GitHub's say the same of every gate.

use std::collections::{BTreeMap, BTreeSet};

use laneway::plan::Plan;
use laneway::render::ci::{Options, github};
use laneway::render::digest::digest;
use laneway::render::{Report, json, markdown, text};
use laneway::source::Source;
use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use serde_json::Value;

use crate::run::for_all;
use crate::system::{Loader, selected};

type Outcome = Result<(), TestCaseError>;

#[test]
fn text_json_markdown_and_github_agree() {
    let tally = for_all(|drawn, tally| {
        let loaded = Loader::default().load(&drawn.case);
        let route = loaded.route();
        let report = Report::new(&route, &loaded.policies);
        let chosen = selected(&route);
        let left: BTreeSet<String> = route.skipped.keys().map(ToString::to_string).collect();
        if !chosen.is_empty() && !left.is_empty() {
            tally.count("both");
        }

        let mut out = Vec::new();
        json::write(&mut out, &report).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(ids(&document["gates"]), chosen.clone(), "JSON, gates");
        let plan = Plan::new(report.route, digest(&report).unwrap());
        // Reading takes longer than all the rest, so a draw of the cases must do.
        if plan.digest.starts_with('0') {
            tally.count("read again");
            let source = Source::new("route.json", std::str::from_utf8(&out).unwrap());
            prop_assert_eq!(&Plan::parse(&source).unwrap(), &plan, "JSON, read again");
        }
        prop_assert_eq!(ids(&document["skipped"]), left.clone(), "JSON, skipped");
        let forced = !route.broad.is_empty();
        prop_assert_eq!(document["broad"]["forced"].as_bool(), Some(forced));
        let review = !route.review.architecture.is_empty();
        prop_assert_eq!(document["review"]["architecture"]["required"].as_bool(), Some(review));
        let files = document["files"].as_array().unwrap().len();
        prop_assert_eq!(files, route.files.len(), "JSON, files");

        let mut out = Vec::new();
        text::write(&mut out, &report, text::Detail { verbose: true }).unwrap();
        let page = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        agree_on_text(&page, &chosen, &left, forced, review)?;

        let mut out = Vec::new();
        markdown::write(&mut out, &report).unwrap();
        let page = String::from_utf8(out).unwrap();
        let all = chosen.len() + left.len();
        let headline = format!("### Laneway: {} of {all} gate", chosen.len());
        prop_assert!(page.contains(&headline), "Markdown has no `{}`", headline);
        prop_assert_eq!(page.contains("**The route is broad"), forced, "Markdown, broad");
        for id in &chosen {
            let cell = format!("| <code>{}</code>", id.replace('_', "&#95;"));
            prop_assert!(page.contains(&cell), "Markdown has no {}", id);
        }

        let outputs = github::Outputs::new(&plan, Options::default()).unwrap();
        let mut out = Vec::new();
        outputs.write(&mut out).unwrap();
        let values = github_values(&String::from_utf8(out).unwrap());
        let matrix: Value = serde_json::from_str(&values["matrix"]).unwrap();
        let jobs = matrix["include"].as_array().unwrap();
        let mut routed: BTreeSet<String> = jobs.iter().flat_map(|job| strings(&job["gates"])).collect();
        routed.extend(strings(&serde_json::from_str(&values["evidence"]).unwrap()));
        prop_assert_eq!(routed, chosen, "GitHub, matrix and evidence");
        prop_assert_eq!(&values["any"], &(!jobs.is_empty()).to_string());
        prop_assert_eq!(&values["count"], &jobs.len().to_string());
        prop_assert_eq!(&values["broad"], &forced.to_string());
        prop_assert_eq!(&values["architecture_review"], &review.to_string());
        prop_assert_eq!(Some(values["digest"].as_str()), document["digest"].as_str());
        Ok(())
    });
    tally.at_least(30.0, "both");
    tally.at_least(3.0, "read again");
}

/// Reads the tree of gates and the list of skips back from the verbose text.
fn agree_on_text(
    page: &str,
    chosen: &BTreeSet<String>,
    left: &BTreeSet<String>,
    forced: bool,
    review: bool,
) -> Outcome {
    let section = |title: &str| -> Vec<&str> {
        let lines = page.lines().skip_while(|line| line.split(' ').next() != Some(title)).skip(1);
        lines.take_while(|line| !line.is_empty()).collect()
    };
    let gate = |line: &&str| {
        let rest: String = line.chars().skip(3).collect();
        let rest = rest.strip_prefix("├─ ").or_else(|| rest.strip_prefix("└─ "))?;
        rest.split("  ").next().map(str::to_owned)
    };
    let gates: BTreeSet<String> = section("Gates").iter().filter_map(gate).collect();
    prop_assert_eq!(&gates, chosen, "text, gates");
    let skips: BTreeSet<String> =
        section("Skipped").iter().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
    prop_assert_eq!(&skips, left, "text, skipped");
    prop_assert_eq!(page.lines().any(|line| line.starts_with("BROAD ")), forced, "text, broad");
    prop_assert_eq!(
        page.lines().any(|line| line.starts_with("  architecture review ")),
        review,
        "text, review"
    );
    let counts = format!("{} of {} gate", chosen.len(), chosen.len() + left.len());
    prop_assert!(
        page.lines().next().is_some_and(|line| line.contains(&counts)),
        "text does not say `{}`",
        counts
    );
    Ok(())
}

fn ids(list: &Value) -> BTreeSet<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["id"].as_str())
        .map(str::to_owned)
        .collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reads the file that `GITHUB_OUTPUT` names, as GitHub does.
fn github_values(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut lines = text.lines();
    while let Some((name, end)) = lines.next().and_then(|line| line.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        values.insert(name.to_owned(), value.join("\n"));
    }
    values
}
