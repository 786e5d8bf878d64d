//! Whether there is a path that some languages hold and others do not: exact, by walking through all of them at once.
//!
//! A state is the set of positions at which each language stands, and what may come next in a path of git. States are
//! made as they are reached, the cheapest path first, so that the first that is accepted has the most readable witness.
//! Of the bytes that no position tells apart, one is tried. A question has a budget: patterns come from files that
//! anyone may write, and some have exponentially many states.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::bytes::{COST, Component, READABLE, is_path};
use super::language::{Language, Step};
use super::token::ByteSet;
use crate::path::RepoPath;

/// Which path is asked for.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    /// Languages that all hold the path. Not empty: without one, no path is asked for.
    pub all: Vec<Language<'a>>,
    /// Languages that do not hold it.
    pub none: Vec<Veto<'a>>,
}

/// A language that must not hold the path, unless one of others does.
#[derive(Clone, Debug)]
pub struct Veto<'a> {
    /// The language.
    pub language: Language<'a>,
    /// What lifts the veto.
    pub unless: Vec<Language<'a>>,
}

impl<'a> From<Language<'a>> for Veto<'a> {
    fn from(language: Language<'a>) -> Self {
        Self { language, unless: Vec::new() }
    }
}

/// What a question comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is such a path: this one.
    Path(RepoPath),
    /// There is none.
    Empty,
    /// The budget ran out before either was found.
    Undecided,
}

/// Returns a path as it is asked for, or that there is none. `budget` is how many positions may be looked at.
pub fn witness(question: &Question<'_>, budget: usize) -> Answer {
    let Some(first) = question.all.first() else { return Answer::Empty };
    // A single path needs no search, and neither does whatever is below a folder that nobody else claims.
    if let Some(path) = question.all.iter().find_map(Language::exact) {
        let path = RepoPath::new(path);
        return if is_path(path.as_bytes()) && question.holds(&path) {
            Answer::Path(path)
        } else {
            Answer::Empty
        };
    }
    if question.all.len() == 1 && question.none.is_empty() && first.is_below() {
        let head = first.head();
        return if is_path(&head[..head.len() - 1]) {
            Answer::Path(RepoPath::new([&head[..], b"x"].concat()))
        } else {
            Answer::Empty
        };
    }
    Search::new(question).run(budget)
}

impl Question<'_> {
    /// Says whether `path` is one that is asked for.
    fn holds(&self, path: &RepoPath) -> bool {
        self.all.iter().all(|language| language.matches(path))
            && !self.none.iter().any(|veto| {
                veto.language.matches(path) && !veto.unless.iter().any(|language| language.matches(path))
            })
    }
}

/// A language, by its index in [`Search::languages`], and a position of it.
type Item = (u32, u32);

/// What is known of the bytes so far.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    component: Component,
    /// Sorted.
    items: Box<[Item]>,
}

/// A state that was reached, and from where.
struct Reached {
    from: usize,
    byte: u8,
    cost: u32,
}

struct Search<'q> {
    /// Those that all must hold the path, then those that must not, then those that lift a veto.
    languages: Vec<Language<'q>>,
    /// How many must hold the path.
    all: usize,
    /// For each veto what lifts it.
    lifts: Vec<Range<usize>>,
    /// For each of those that lift a veto, that veto.
    lifted: Vec<usize>,
    positions: Vec<usize>,
}

impl<'q> Search<'q> {
    fn new(question: &'q Question<'_>) -> Self {
        let mut languages = question.all.clone();
        languages.extend(question.none.iter().map(|veto| veto.language));
        let (mut lifts, mut lifted) = (Vec::with_capacity(question.none.len()), Vec::new());
        for (index, veto) in question.none.iter().enumerate() {
            let from = languages.len();
            languages.extend(&veto.unless);
            lifts.push(from..languages.len());
            lifted.resize(lifted.len() + veto.unless.len(), question.all.len() + index);
        }
        Self { languages, all: question.all.len(), lifts, lifted, positions: Vec::new() }
    }

    fn run(&mut self, budget: usize) -> Answer {
        let mut left = budget;
        let mut reached: Vec<Reached> = Vec::new();
        let mut known: HashMap<State, u32> = HashMap::new();
        let mut open: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
        let mut states: HashMap<usize, State> = HashMap::new();
        let start = (0..self.languages.len()).flat_map(|language| self.enter(language)).collect();
        if let Some(state) = self.settled(Component::Empty, start) {
            reached.push(Reached { from: usize::MAX, byte: 0, cost: 0 });
            states.insert(0, state);
            open.push(Reverse((0, 0)));
        }
        while let Some(Reverse((cost, at))) = open.pop() {
            let Some(state) = states.remove(&at) else { continue };
            // A cheaper way to the same state has been taken.
            if known.get(&state).is_some_and(|known| *known < cost) {
                continue;
            }
            if self.accepts(&state) {
                return Answer::Path(path(&reached, at));
            }
            for byte in self.bytes(&state) {
                let Some(component) = state.component.after(byte) else { continue };
                let work = state.items.len() + 1;
                let Some(rest) = left.checked_sub(work) else { return Answer::Undecided };
                left = rest;
                let items = self.follow(&state, byte);
                let Some(next) = self.settled(component, items) else { continue };
                let cost = reached[at].cost + COST[usize::from(byte)];
                if known.get(&next).is_none_or(|known| cost < *known) {
                    known.insert(next.clone(), cost);
                    states.insert(reached.len(), next);
                    open.push(Reverse((cost, reached.len())));
                    reached.push(Reached { from: at, byte, cost });
                }
            }
        }
        Answer::Empty
    }

    fn enter(&mut self, language: usize) -> Vec<Item> {
        self.positions.clear();
        self.languages[language].enter(0, &mut self.positions);
        items(language, &self.languages[language], &mut self.positions)
    }

    /// Returns where every language stands after another byte.
    fn follow(&mut self, state: &State, byte: u8) -> Vec<Item> {
        let mut found = Vec::with_capacity(state.items.len());
        for of_one in state.items.chunk_by(|left, right| left.0 == right.0) {
            let language = of_one[0].0 as usize;
            self.positions.clear();
            for (_, at) in of_one {
                self.languages[language].follow(*at as usize, byte, &mut self.positions);
            }
            found.extend(items(language, &self.languages[language], &mut self.positions));
        }
        found
    }

    /// Returns the state without what no longer matters; nothing where no path can lead from it to acceptance.
    fn settled(&self, component: Component, mut items: Vec<Item>) -> Option<State> {
        let live: Vec<usize> = {
            let mut live: Vec<usize> = items.iter().map(|item| item.0 as usize).collect();
            live.dedup();
            live
        };
        let is_live = |language: usize| live.binary_search(&language).is_ok();
        if !(0..self.all).all(is_live) {
            return None;
        }
        // A veto that holds whatever follows ends the way, unless it may still be lifted.
        let for_good = |item: &Item| {
            let language = item.0 as usize;
            self.is_veto(language)
                && matches!(self.languages[language].step(item.1 as usize), Step::Open)
                && !self.lifts[language - self.all].clone().any(is_live)
        };
        if items.iter().any(for_good) {
            return None;
        }
        // What lifts a veto that is over does not matter.
        items.retain(|(language, _)| {
            let lift = (*language as usize).checked_sub(self.all + self.lifts.len());
            lift.is_none_or(|lift| is_live(self.lifted[lift]))
        });
        Some(State { component, items: items.into() })
    }

    fn is_veto(&self, language: usize) -> bool {
        (self.all..self.all + self.lifts.len()).contains(&language)
    }

    /// Says whether the path may end in the state.
    fn accepts(&self, state: &State) -> bool {
        if !state.component.may_end() {
            return false;
        }
        let ended = |item: &&Item| item.1 as usize == self.languages[item.0 as usize].end();
        let ended: Vec<usize> = state.items.iter().filter(ended).map(|item| item.0 as usize).collect();
        (0..self.all).all(|language| ended.binary_search(&language).is_ok())
            && ended.iter().filter(|language| self.is_veto(**language)).all(|language| {
                self.lifts[language - self.all].clone().any(|lift| ended.binary_search(&lift).is_ok())
            })
    }

    /// Returns the bytes to try: one of each class that the state tells apart, the most readable of it, where all that
    /// must hold the path take it.
    fn bytes(&self, state: &State) -> Vec<u8> {
        let mut allowed = ByteSet::ALL;
        let mut named = state.component.named();
        let mut classes: Vec<&ByteSet> = Vec::new();
        for of_one in state.items.chunk_by(|left, right| left.0 == right.0) {
            let language = of_one[0].0 as usize;
            let mut taken = ByteSet::default();
            for (_, at) in of_one {
                match self.languages[language].step(*at as usize) {
                    Step::Byte(byte) => {
                        named.insert(byte);
                        taken.insert(byte);
                    }
                    Step::Class(set) => {
                        if !classes.contains(&set) {
                            classes.push(set);
                        }
                        taken.join(set);
                    }
                    // `/` is told apart below.
                    Step::One | Step::Many | Step::Cross | Step::Folders | Step::Rest | Step::Open => {
                        taken.join(&ByteSet::ALL);
                    }
                    Step::End => {}
                }
            }
            if language < self.all {
                allowed.meet(&taken);
            }
        }
        named.insert(b'/');
        let mut tried: Vec<Vec<bool>> = Vec::new();
        let mut bytes = Vec::new();
        for byte in READABLE.iter().copied().filter(|byte| allowed.has(*byte)) {
            if !named.has(byte) {
                let class: Vec<bool> = classes.iter().map(|set| set.has(byte)).collect();
                if tried.contains(&class) {
                    continue;
                }
                tried.push(class);
            }
            bytes.push(byte);
        }
        bytes
    }
}

/// Returns the positions of a language as items, sorted. One that matches whatever follows is all that matters.
fn items(language: usize, of: &Language<'_>, positions: &mut [usize]) -> Vec<Item> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let end = of.end();
    if positions.contains(&end) && matches!(of.step(end), Step::Open) {
        return vec![(number(language), number(end))];
    }
    positions.sort_unstable();
    positions.iter().map(|at| (number(language), number(*at))).collect()
}

fn path(reached: &[Reached], mut at: usize) -> RepoPath {
    let mut bytes = Vec::new();
    while at != 0 {
        bytes.push(reached[at].byte);
        at = reached[at].from;
    }
    bytes.reverse();
    RepoPath::new(bytes)
}
