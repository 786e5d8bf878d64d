//! Tables and columns that look like part of a map and count for nothing.

use super::{Subject, at_place};
use crate::finding::{Finding, FindingCode};
use crate::ownership::{NearMiss, NearMissOf};

/// Returns each table that is nearly a map, and each column that nearly means something.
pub(super) fn near_miss_table(subject: &Subject<'_>) -> Vec<Finding> {
    subject.policy.near_misses.iter().map(near_miss).collect()
}

fn near_miss(near: &NearMiss) -> Finding {
    let NearMiss { written, meant, .. } = near;
    let (message, label, help) = match near.of {
        NearMissOf::Table => (
            format!(
                "the table whose first column is `{written}` counts as prose: no row of it maps anything"
            ),
            format!("a map begins with `{meant}`"),
            format!(
                "rename the column to `{meant}`; if the table is prose, word its first header differently"
            ),
        ),
        NearMissOf::Column(kind) => (
            format!("the column `{written}` counts as a note: in a {kind} table it means nothing"),
            format!("did you mean `{meant}`?"),
            format!("rename the column to `{meant}`; if it is a note, word its header differently"),
        ),
        NearMissOf::Html => (
            format!(
                "the table whose first column is `{written}` stands inside an HTML block, where nothing reads it"
            ),
            "no table to Markdown".to_owned(),
            "put an empty line between the HTML tag and the table; comment the table out if it is not meant"
                .to_owned(),
        ),
    };
    let subject = match near.of {
        NearMissOf::Table => format!("table {written}"),
        NearMissOf::Column(kind) => format!("{kind} column {written}"),
        NearMissOf::Html => format!("html table {written}"),
    };
    at_place(FindingCode::NearMissTable, &near.place, (subject, message), label, help)
}
