//! Contracts as wide as their domain.

use std::collections::BTreeMap;

use super::{Subject, at_place, count};
use crate::attribute::Hit;
use crate::class::{ChangeClass, ChangeClasses};
use crate::finding::{Finding, FindingCode};
use crate::id::DomainId;
use crate::ownership::{Column, Owners, Row};

/// A domain with fewer files than this may well be nothing but its contract.
const HANDFUL: usize = 6;

/// The columns that attach a contract.
const COLUMNS: [(Column, &str); 5] = [
    (Column::Handler, "Handler"),
    (Column::Contract, "Contract"),
    (Column::Migrations, "Migrations"),
    (Column::Seeds, "Seeds"),
    (Column::Code, "Code"),
];

/// Returns the columns of contracts that match all the code of the domain that offers it: every change there is then a
/// change of the contract. What the domain's own rows call documentation, contract or schema is not its code.
pub(super) fn wide_contract(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let row = |hit: &Hit| -> &Row { &policy.rows[hit.row] };
    let named = ChangeClasses::only(ChangeClass::Docs).with(ChangeClass::Contract).with(ChangeClass::Schema);
    let is_code = |owners: &[Hit]| {
        let classes = owners.iter().map(|hit| policy.owner_classes(row(hit), hit.columns));
        owners.iter().all(|hit| row(hit).kind.owns())
            && classes.fold(ChangeClasses::NONE, ChangeClasses::union).iter().any(|class| !named.has(class))
    };
    let mut code: BTreeMap<&DomainId, (usize, usize)> = BTreeMap::new();
    let mut covered: BTreeMap<(usize, usize, &DomainId), usize> = BTreeMap::new();
    for (file, (owners, attached)) in subject.attributed.iter().enumerate() {
        if owners.is_empty() || !is_code(owners) {
            continue;
        }
        for domain in owners.iter().filter_map(|hit| listed(row(hit))).flatten() {
            code.entry(domain).or_insert((file, 0)).1 += 1;
            for hit in attached.iter().filter(|hit| listed(row(hit)).is_some_and(|own| own.contains(domain)))
            {
                for (at, _) in COLUMNS.iter().enumerate().filter(|(_, (column, _))| hit.columns.has(*column))
                {
                    *covered.entry((hit.row, at, domain)).or_default() += 1;
                }
            }
        }
    }
    let wide = covered.into_iter().filter_map(|((index, at, domain), files)| {
        let (first, all) = *code.get(domain)?;
        if files < all || all < HANDFUL {
            return None;
        }
        let (row, (column, header)) = (&policy.rows[index], COLUMNS[at]);
        let name = row.names.first().map_or("", String::as_str);
        let what = match column.class() {
            Some(class) => format!("every change there is of class `{class}`"),
            None => "every change there reaches all its consumers".to_owned(),
        };
        let message = format!(
            "`{header}` of `{name}` matches all the code of `{domain}`, {}: {what}",
            count(all, "file")
        );
        let help = format!("name in `{header}` only the files that the {} is made of", row.kind);
        let text = (format!("{domain}: {header} of {name}"), message);
        let finding = at_place(FindingCode::WideContract, &row.place, text, "as wide as its domain", help);
        Some(finding.shown_by(&subject.tree[first]))
    });
    wide.collect()
}

fn listed(row: &Row) -> Option<&std::collections::BTreeSet<DomainId>> {
    match &row.owners {
        Owners::Every => None,
        Owners::Listed(domains) => Some(domains),
    }
}
