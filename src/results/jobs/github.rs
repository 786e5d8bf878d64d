//! GitHub's `needs`: `{"job": {"result": "success", "outputs": {…}}, …}`.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::shared::{nothing, syntax, text, unknown, wrong};
use crate::evidence::{GateResult, Shard};
use crate::fault::Fault;
use crate::json::Text;
use crate::results::Job;
use crate::source::Source;

/// Reads GitHub's `needs` object: `${{ toJSON(needs) }}`. A matrix is one job in it, with one result.
pub fn github(source: &Arc<Source>) -> Result<Vec<Job>, Vec<Fault>> {
    let needs: Needs<'_> = serde_json::from_str(text(source))
        .map_err(|error| vec![syntax(source, &error, "GitHub's `needs` object, `${{ toJSON(needs) }}`")])?;
    if needs.0.is_empty() {
        return Err(vec![nothing(source)]);
    }
    let mut faults = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut jobs = Vec::new();
    for (name, need) in &needs.0 {
        if !seen.insert(name.as_str()) {
            let message = format!("job `{}` is there twice", name.as_str());
            faults.push(wrong(source, name.span(source), message));
        }
        let (result, reason) = match need.result.as_str() {
            "success" => (GateResult::Pass, None),
            "failure" => (GateResult::Fail, Some("the job failed")),
            "cancelled" => (GateResult::Blocked, Some("the job was cancelled")),
            "skipped" => (GateResult::Blocked, Some("the job was skipped")),
            _ => {
                faults.push(unknown(source, &need.result, name.as_str(), "GitHub"));
                continue;
            }
        };
        jobs.push(Job {
            name: name.as_str().to_owned(),
            result,
            reason: reason.map(str::to_owned),
            attempt: 1,
            shard: Shard::WHOLE,
            started: None,
            finished: None,
            url: None,
            outputs: need.outputs.clone().unwrap_or_default(),
        });
    }
    if faults.is_empty() { Ok(jobs) } else { Err(faults) }
}

#[derive(Deserialize)]
struct Need<'a> {
    #[serde(borrow)]
    result: Text<'a>,
    outputs: Option<BTreeMap<String, String>>,
}

/// The entries as they stand: a map would keep one of two that have one name.
struct Needs<'a>(Vec<(Text<'a>, Need<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Needs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Needs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a job in each entry")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Needs(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
