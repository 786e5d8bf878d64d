//! Why a row owns a path, and why the others that match it do not.

use super::{Hit, Room};
use crate::ownership::{Columns, Row};
use crate::path::RepoPath;
use crate::pattern::{Pattern, Rank};
use crate::policy::Policy;

/// A row with a pattern that matches a path, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The index of the row in its policy.
    pub row: usize,
    /// The columns with a pattern that matches.
    pub columns: Columns,
    /// The most specific of the row's patterns that match, as it is written.
    pub pattern: String,
    /// How specific it is.
    pub rank: Rank,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a row that matches a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It owns the path, alone or jointly.
    Owns,
    /// It is no owning row, attaches its contract, and owns the path because no owning row matches.
    AttachesAndOwns,
    /// It is no owning row, and attaches its contract.
    Attaches,
    /// Another row owns the path, or its own `!pattern` takes the path out.
    Loses(Loss),
}

/// Why a row that matches a path does not count for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// It ties with rows that are not exempt, and an exempt row loses every tie.
    Exempt,
    /// It has the winner's literal prefix, and fewer literal bytes.
    FewerLiteralBytes {
        /// Its own.
        own: u32,
        /// The winner's.
        winning: u32,
    },
    /// Its literal prefix is shorter than the winner's.
    ShorterPrefix {
        /// Its own, in bytes.
        own: u32,
        /// The winner's.
        winning: u32,
    },
    /// A pattern of the winner is equal to the path.
    NotEqual,
    /// A `!pattern` of its own row takes the path out.
    Excluded {
        /// That pattern.
        by: String,
    },
}

/// Returns every row that matches `path`: owners first, then what attaches, then those that lose, the nearest first.
pub fn contest(policy: &Policy, path: &RepoPath, room: &mut Room) -> Vec<Contender> {
    let (owners, attached) = room.find(policy, path);
    let (owners, attached) = (owners.to_vec(), attached.to_vec());
    let rank_of = |hit: &Hit| best(&policy.rows[hit.row], path).map(|(rank, _)| rank);
    // Attached rows own without competing, so nothing loses to them.
    let winning = owners.iter().filter(|hit| policy.rows[hit.row].kind.owns()).find_map(rank_of);
    let mut matched: Vec<(usize, Columns)> = Vec::new();
    for one in policy.matcher().matches(path, &mut room.scratch).iter() {
        let (row, column) = one.key;
        match matched.last_mut() {
            Some((last, columns)) if *last == row => *columns = columns.with(column),
            _ => matched.push((row, Columns::default().with(column))),
        }
    }
    let mut contenders: Vec<Contender> = matched
        .into_iter()
        .filter_map(|(index, columns)| {
            let row = &policy.rows[index];
            let (rank, pattern) = best(row, path)?;
            let hit = Hit { row: index, columns };
            let outcome = match (owners.contains(&hit), attached.contains(&hit)) {
                (true, true) => Outcome::AttachesAndOwns,
                (true, false) => Outcome::Owns,
                (false, true) => Outcome::Attaches,
                (false, false) => Outcome::Loses(loss(row, path, rank, winning)),
            };
            Some(Contender { row: index, columns, pattern: pattern.as_str().to_owned(), rank, outcome })
        })
        .collect();
    contenders.sort_by(|left, right| {
        let place = |one: &Contender| match &one.outcome {
            Outcome::Owns | Outcome::AttachesAndOwns => 0,
            Outcome::Attaches => 1,
            Outcome::Loses(_) => 2,
        };
        place(left).cmp(&place(right)).then(right.rank.cmp(&left.rank)).then(left.row.cmp(&right.row))
    });
    contenders
}

/// Returns the most specific pattern of a row that matches, the first of those that are alike.
fn best<'a>(row: &'a Row, path: &RepoPath) -> Option<(Rank, &'a Pattern)> {
    let patterns = row.paths.iter().flat_map(|paths| &paths.patterns);
    let ranked = patterns.filter_map(|pattern| Some((pattern.rank(path)?, pattern)));
    ranked.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

fn loss(row: &Row, path: &RepoPath, own: Rank, winning: Option<Rank>) -> Loss {
    if let Some(by) = row.excluded.iter().find(|pattern| pattern.matches(path)) {
        return Loss::Excluded { by: by.as_str().to_owned() };
    }
    let winning = winning.unwrap_or(own);
    if winning.is_equal() && !own.is_equal() {
        Loss::NotEqual
    } else if own.prefix() < winning.prefix() {
        Loss::ShorterPrefix { own: own.prefix(), winning: winning.prefix() }
    } else if own.literal() < winning.literal() {
        Loss::FewerLiteralBytes { own: own.literal(), winning: winning.literal() }
    } else {
        Loss::Exempt
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::attribute::{attribute_path, owned};
    use crate::policy::PolicyFiles;

    fn policy(rows: &str, events: &str) -> Policy {
        let files = [
            ("ownership-maps/p.md", format!("| Package | Domain | Class |\n|---|---|---|\n{rows}")),
            ("ownership-maps/e.md", format!("| Event | Domain | Contract |\n|---|---|---|\n{events}")),
        ];
        let files = files.map(|(path, text)| (RepoPath::from(path), Arc::from(text.as_bytes())));
        let policy = Policy::load(&PolicyFiles { files: files.into(), faults: Vec::new() });
        assert!(policy.faults.is_empty(), "{:?}", policy.faults);
        policy
    }

    const ROWS: &str = "| `a/**` | all | |\n\
                        | `a/b/**` | deep | |\n\
                        | `a/b/*.go` | wild | |\n\
                        | `a/b/x.go` | exact | |\n\
                        | `a/*/LICENSE`, `!a/c/LICENSE` | law | exempt |\n\
                        | `a/b` | folder | |\n\
                        | `a/b/` | free | exempt |\n";
    const EVENTS: &str = "| `e` | events | `a/b/*.go`, `lone/e.json` |\n";

    fn said(path: &str) -> Vec<(u32, Outcome)> {
        let policy = policy(ROWS, EVENTS);
        let mut room = Room::default();
        let found = contest(&policy, &RepoPath::from(path), &mut room);
        found.into_iter().map(|one| (policy.rows[one.row].line(), one.outcome)).collect()
    }

    #[test]
    fn each_loser_says_why() {
        use Loss::{Excluded, Exempt, FewerLiteralBytes, NotEqual, ShorterPrefix};
        use Outcome::{Attaches, AttachesAndOwns, Loses, Owns};
        assert_eq!(
            said("a/b/x.go"),
            [
                (6, Owns),
                (3, Attaches),
                (5, Loses(NotEqual)),
                (4, Loses(NotEqual)),
                (8, Loses(NotEqual)),
                (9, Loses(NotEqual)),
                (3, Loses(NotEqual)),
            ]
        );
        assert_eq!(
            said("a/b/y.c"),
            [(4, Owns), (8, Owns), (9, Loses(Exempt)), (3, Loses(ShorterPrefix { own: 2, winning: 4 })),]
        );
        let fewer = || Loses(FewerLiteralBytes { own: 4, winning: 7 });
        assert_eq!(
            said("a/b/y.go")[..5],
            [(5, Owns), (3, Attaches), (4, fewer()), (8, fewer()), (9, fewer())]
        );
        assert_eq!(said("a/c/LICENSE"), [(3, Owns), (7, Loses(Excluded { by: "a/c/LICENSE".to_owned() }))]);
        assert_eq!(said("lone/e.json"), [(3, AttachesAndOwns)]);
        assert_eq!(said("nobody/here"), []);
    }

    #[test]
    fn every_way_to_ask_gives_the_same_owners() {
        let policy = policy(ROWS, EVENTS);
        let paths: Vec<RepoPath> =
            ["a/b/x.go", "a/b/y.go", "a/b/y.c", "a/c/LICENSE", "a/b/LICENSE", "lone/e.json", "z"]
                .into_iter()
                .cycle()
                .take(3000)
                .map(RepoPath::from)
                .collect();
        let many = owned(&policy, &paths);
        assert_eq!((many.of.len(), many.answers.len()), (3000, 6));
        let room = &mut Room::default();
        for (path, answer) in paths.iter().zip(&many.of) {
            let (owners, attached) = attribute_path(&policy, path, room);
            let answer = &many.answers[*answer];
            assert_eq!((&answer.owners, &answer.attached), (&owners, &attached), "{path}");
            let contenders = contest(&policy, path, room);
            let having = |wanted: fn(&Outcome) -> bool| -> BTreeSet<usize> {
                contenders.iter().filter(|one| wanted(&one.outcome)).map(|one| one.row).collect()
            };
            let rows = |hits: &[Hit]| -> BTreeSet<usize> { hits.iter().map(|hit| hit.row).collect() };
            assert_eq!(
                having(|one| matches!(one, Outcome::Owns | Outcome::AttachesAndOwns)),
                rows(&owners),
                "{path}"
            );
            assert_eq!(
                having(|one| matches!(one, Outcome::Attaches | Outcome::AttachesAndOwns)),
                rows(&attached),
                "{path}"
            );
        }
    }
}
