//! Ids of domains, from the names that owners, teams and packages have elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::id::{DomainId, slug};

/// Gives every name an id of its own, which is the same whatever order the names come in.
///
/// Each name comes with what it would like to be called, shortest first: `team`, then `org-team`. It gets the first of
/// these, as a slug, that no other name wants at the same place and that is not `taken`; where all are wanted by
/// others, the last one with some digits of the name's own digest.
pub fn domain_ids<'a>(
    names: impl IntoIterator<Item = (&'a str, Vec<String>)>,
    taken: &BTreeSet<DomainId>,
) -> BTreeMap<String, DomainId> {
    let mut waiting: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, wishes) in names {
        let slugs = wishes.iter().map(|wish| slug(wish)).filter(|slug| !slug.is_empty()).collect();
        waiting.insert(name, slugs);
    }
    let longest = waiting.values().map(Vec::len).max().unwrap_or(0);
    let mut used: BTreeSet<String> = taken.iter().map(|id| id.as_str().to_owned()).collect();
    let mut ids = BTreeMap::new();
    for place in 0..longest {
        let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
        for slug in waiting.values().filter_map(|slugs| slugs.get(place)) {
            *wanted.entry(slug).or_default() += 1;
        }
        let given: Vec<(&str, String)> = waiting
            .iter()
            .filter_map(|(name, slugs)| Some((*name, slugs.get(place)?)))
            .filter(|(_, slug)| wanted[slug.as_str()] == 1 && !used.contains(*slug))
            .map(|(name, slug)| (name, slug.clone()))
            .collect();
        for (name, slug) in given {
            waiting.remove(name);
            used.insert(slug.clone());
            ids.insert(name.to_owned(), DomainId::new(slug));
        }
    }
    for (name, slugs) in waiting {
        let stem = slugs.last().map_or("domain", String::as_str);
        let mut id = stem.to_owned();
        // A digest is as long as it must be: two names that share six digits are rare, and must not share an id.
        let digest: String =
            Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        for digits in 6..=digest.len() {
            id = format!("{stem}-{}", &digest[..digits]);
            if !used.contains(&id) {
                break;
            }
        }
        used.insert(id.clone());
        ids.insert(name.to_owned(), DomainId::new(id));
    }
    ids
}

/// Returns what an owner of a CODEOWNERS or OWNERS file would like to be called: a team by its own name, a user by
/// the user's, either with what stands before it where that alone is not clear.
pub fn wishes(owner: &str) -> Vec<String> {
    if let Some(role) = owner.strip_prefix("@@") {
        return vec![format!("role-{role}")];
    }
    if let Some(name) = owner.strip_prefix('@') {
        let parts: Vec<&str> = name.split('/').collect();
        let mut wishes: Vec<String> = (0..parts.len()).rev().map(|from| parts[from..].join("-")).collect();
        if let [user] = parts.as_slice() {
            wishes.push(format!("user-{user}"));
        }
        return wishes;
    }
    match owner.split_once('@') {
        Some((user, _)) => vec![user.to_owned(), owner.to_owned()],
        None => vec![owner.to_owned(), format!("user-{owner}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::is_kebab_case;

    fn ids(owners: &[&str], taken: &[&str]) -> Vec<(String, String)> {
        let taken = taken.iter().map(|id| DomainId::new(*id)).collect();
        let ids = domain_ids(owners.iter().map(|owner| (*owner, wishes(owner))), &taken);
        ids.into_iter().map(|(owner, id)| (owner, id.to_string())).collect()
    }

    #[test]
    fn names_are_as_short_as_is_clear() {
        let ids = ids(&["@acme/billing", "@other/iam", "@acme/iam", "@ann", "bob@x.io", "@@developer"], &[]);
        let expected = [
            ("@@developer", "role-developer"),
            ("@acme/billing", "billing"),
            ("@acme/iam", "acme-iam"),
            ("@ann", "ann"),
            ("@other/iam", "other-iam"),
            ("bob@x.io", "bob"),
        ];
        assert_eq!(ids, expected.map(|(owner, id)| (owner.to_owned(), id.to_owned())));
    }

    #[test]
    fn every_name_has_an_id_of_its_own() {
        let owners =
            ["@a_b", "@a-b", "@a.b", "a-b@x.io", "a_b@x.io", "@é", "@ü", "@unclaimed", "@x/unclaimed"];
        let ids = ids(&owners, &["unclaimed"]);
        let distinct: BTreeSet<&String> = ids.iter().map(|(_, id)| id).collect();
        assert_eq!(distinct.len(), owners.len(), "{ids:?}");
        assert!(ids.iter().all(|(_, id)| is_kebab_case(id) && id != "unclaimed"), "{ids:?}");
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        let owners = ["@a_b", "@a-b", "@x/a-b", "@y/a-b", "a-b@x.io"];
        let mut reversed = owners;
        reversed.reverse();
        assert_eq!(ids(&owners, &[]), ids(&reversed, &[]));
    }
}
