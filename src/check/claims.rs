//! Which rows could ever win which paths: the questions of the exact proofs.

use crate::attribute::{Room, attribute_path};
use crate::ownership::Row;
use crate::path::RepoPath;
use crate::pattern::{Answer, Language, Pattern, Question, Veto, witness};
use crate::policy::Policy;

/// How many positions the questions of one kind may look at, all together: about a second.
const WORK: usize = 50_000_000;

/// How many rivals are looked at one after the other before all are.
const ROUNDS: usize = 24;

/// What a row claims through one alternative of one of its patterns.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    /// The bytes with which every path of it begins.
    pub(super) head: Vec<u8>,
    /// The index of the row.
    pub(super) row: usize,
    /// The paths.
    pub(super) language: Language<'a>,
}

/// What others have to win over, to win.
struct Rival<'a> {
    /// The language that gives the rank.
    of: Language<'a>,
    /// Says that it loses a tie.
    exempt: bool,
}

/// What the rows of a policy claim, by what the paths begin with.
pub(super) struct Claims<'a> {
    policy: &'a Policy,
    /// Sorted by head, rank and row.
    each: Vec<Claim<'a>>,
    /// For each row the indices of its claims.
    of_row: Vec<Vec<usize>>,
    /// What each row takes out of its own claims.
    excluded: Vec<Vec<Language<'a>>>,
}

impl<'a> Claims<'a> {
    /// Collects what the rows claim of which `counts` is true.
    pub(super) fn of(policy: &'a Policy, counts: impl Fn(&Row) -> bool) -> Self {
        let mut each = Vec::new();
        for (index, row) in policy.rows.iter().enumerate().filter(|(_, row)| counts(row)) {
            for language in patterns(row).flat_map(Pattern::languages) {
                each.push(Claim { head: language.head(), row: index, language });
            }
        }
        each.sort_by(|left, right| {
            let rank = |claim: &Claim<'_>| claim.language.rank();
            (&left.head, rank(left), left.row).cmp(&(&right.head, rank(right), right.row))
        });
        let languages = |row: &'a Row| row.excluded.iter().flat_map(Pattern::languages).collect();
        let mut of_row: Vec<Vec<usize>> = vec![Vec::new(); policy.rows.len()];
        each.iter().enumerate().for_each(|(at, claim)| of_row[claim.row].push(at));
        Self { policy, each, of_row, excluded: policy.rows.iter().map(languages).collect() }
    }

    /// Returns every claim, sorted by head, rank and row.
    pub(super) fn each(&self) -> &[Claim<'a>] {
        &self.each
    }

    /// Returns the claims whose paths all begin with `head`.
    pub(super) fn within(&self, head: &[u8]) -> &[Claim<'a>] {
        let from = self.each.partition_point(|claim| claim.head.as_slice() < head);
        let len = self.each[from..].partition_point(|claim| claim.head.starts_with(head));
        &self.each[from..from + len]
    }

    /// Returns the claims on paths that begin with `head`, and those on paths of which only some do.
    pub(super) fn about(&self, head: &[u8]) -> impl Iterator<Item = &Claim<'a>> {
        let above = (0..head.len()).flat_map(move |len| {
            let from = self.each.partition_point(|claim| claim.head.as_slice() < &head[..len]);
            self.each[from..].iter().take_while(move |claim| claim.head == head[..len])
        });
        above.chain(self.within(head))
    }

    /// Returns vetoes on what holds `path` of the claims of a row.
    pub(super) fn matching<'s>(
        &'s self,
        row: usize,
        path: &'s RepoPath,
    ) -> impl Iterator<Item = Veto<'a>> + 's {
        let claims = self.of_row[row].iter().map(|at| &self.each[*at]);
        claims.filter(|claim| claim.language.matches(path)).map(|claim| self.veto(claim))
    }

    /// Returns a veto on what a claim holds: its row's exclusions lift it.
    pub(super) fn veto(&self, claim: &Claim<'a>) -> Veto<'a> {
        Veto { language: claim.language, unless: self.excluded[claim.row].clone() }
    }

    /// Asks for a path that `row` matches through `language`, whoever wins it.
    pub(super) fn matched(&self, row: usize, language: Language<'a>) -> Question<'a> {
        Question { all: vec![language], none: self.excluded[row].iter().copied().map(Veto::from).collect() }
    }

    /// Returns a path that `row` owns while it matches all of `languages`, the first of which gives it its rank.
    pub(super) fn owned(
        &self,
        row: usize,
        languages: Vec<Language<'a>>,
        asked: usize,
        room: &mut Room,
    ) -> Answer {
        let Some(first) = languages.first().copied() else { return Answer::Empty };
        let own = self.excluded[row].iter().copied().map(Veto::from).collect();
        let question = Question { all: languages, none: own };
        self.won(question, &[row], &Rival { of: first, exempt: self.is_exempt(row) }, asked, room)
    }

    /// Returns a path that two rows own jointly through claims of one head and one rank.
    pub(super) fn tied(&self, left: &Claim<'a>, right: &Claim<'a>, asked: usize, room: &mut Room) -> Answer {
        let same = left.language.is_below() && right.language.is_below();
        let all = if same { vec![left.language] } else { vec![left.language, right.language] };
        let exempt = self.is_exempt(left.row) && self.is_exempt(right.row);
        let rows = [left.row, right.row];
        let own = rows.into_iter().flat_map(|row| &self.excluded[row]).copied().map(Veto::from).collect();
        let question = Question { all, none: own };
        self.won(question, &rows, &Rival { of: left.language, exempt }, asked, room)
    }

    /// Returns a path as `question` asks for it that all of `rows` own.
    ///
    /// A rival is looked at when it wins a path that would do otherwise: of thousands, few ever do. What nobody can own
    /// beside some rivals, nobody can beside all of them; and what is found is asked of the matcher.
    fn won(
        &self,
        mut question: Question<'a>,
        rows: &[usize],
        rival: &Rival<'a>,
        asked: usize,
        room: &mut Room,
    ) -> Answer {
        let own = question.none.len();
        for _ in 0..ROUNDS {
            let path = match answered(&question, asked) {
                Answer::Path(path) => path,
                Answer::Empty => return Answer::Empty,
                Answer::Undecided => break,
            };
            let (owners, _) = attribute_path(self.policy, &path, room);
            if rows.iter().all(|row| owners.iter().any(|hit| hit.row == *row)) {
                return Answer::Path(path);
            }
            let known = question.none.len();
            let claims = owners.iter().flat_map(|hit| &self.of_row[hit.row]).map(|at| &self.each[*at]);
            let winning = claims.filter(|claim| self.beats(claim, rival) && claim.language.matches(&path));
            question.none.extend(winning.map(|claim| self.veto(claim)));
            if question.none.len() == known {
                break;
            }
        }
        question.none.truncate(own);
        let rivals = self.within(&rival.of.head()).iter().filter(|claim| self.beats(claim, rival));
        question.none.extend(rivals.map(|claim| self.veto(claim)));
        answered(&question, asked)
    }

    /// Says whether a claim wins over another. What does has a head that is as long or longer.
    fn beats(&self, claim: &Claim<'a>, rival: &Rival<'a>) -> bool {
        let (own, other) = (claim.language.rank(), rival.of.rank());
        own > other || own == other && rival.exempt && !self.is_exempt(claim.row)
    }

    fn is_exempt(&self, row: usize) -> bool {
        self.policy.rows[row].is_exempt()
    }
}

/// Returns the patterns of a row, of every column.
pub(super) fn patterns(row: &Row) -> impl Iterator<Item = &Pattern> {
    row.paths.iter().flat_map(|paths| &paths.patterns)
}

/// Returns the first path among `answers`; `Undecided` where there is none and one is not decided.
pub(super) fn first(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut answer = Answer::Empty;
    for one in answers {
        match one {
            Answer::Path(path) => return Answer::Path(path),
            Answer::Undecided => answer = Answer::Undecided,
            Answer::Empty => {}
        }
    }
    answer
}

/// Answers a question. A wide one may look at more, but each has its share of the work of all that are `asked`, so that
/// the order of threads changes nothing.
pub(super) fn answered(question: &Question<'_>, asked: usize) -> Answer {
    let wide = 1 + question.none.iter().map(|veto| 1 + veto.unless.len()).sum::<usize>();
    witness(question, (WORK / asked.max(1)).clamp(200 * wide, 20_000 * wide))
}

/// Returns the path of an answer.
pub(super) fn path(answer: Answer) -> Option<RepoPath> {
    match answer {
        Answer::Path(path) => Some(path),
        Answer::Empty | Answer::Undecided => None,
    }
}
