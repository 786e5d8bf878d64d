//! What may begin when. No process is known here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Job;
use crate::id::GateId;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It waits for what it needs, or for a place.
    Waiting,
    /// It runs.
    Running,
    /// It ran to no end that counts: it may be tried again, or was interrupted.
    Open,
    /// It passed.
    Passed,
    /// It did not.
    Failed,
}

/// Why a job never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// A job that it needs did not pass, or never began.
    NeedFailed(usize),
    /// This one failed, and nothing new starts.
    Halted(usize),
    /// The run was stopped.
    Stopped,
    /// Jobs need one another.
    Circle,
}

/// The jobs of a run: which may begin, and which never will.
#[derive(Debug)]
pub(super) struct Schedule {
    keep_going: bool,
    needs: Vec<Vec<usize>>,
    users: Vec<Vec<usize>>,
    /// How many of its needs have not passed yet.
    waits: Vec<usize>,
    /// How many jobs at most come one after another behind it: the longest chain goes first, so that it does not go last.
    heights: Vec<usize>,
    state: Vec<State>,
    ready: BTreeSet<(Reverse<usize>, usize)>,
    halted: Option<usize>,
    stopped: bool,
}

impl Schedule {
    /// Takes the jobs. A need that no job decides, or that the job itself decides, is nothing to wait for.
    pub(super) fn new(jobs: &[Job], keep_going: bool) -> Self {
        let of: BTreeMap<&GateId, usize> = jobs
            .iter()
            .enumerate()
            .flat_map(|(at, job)| job.gates.iter().map(move |gate| (gate, at)))
            .collect();
        let needs: Vec<Vec<usize>> = jobs
            .iter()
            .enumerate()
            .map(|(at, job)| {
                let needs: BTreeSet<usize> =
                    job.needs.iter().filter_map(|need| of.get(need).copied()).collect();
                needs.into_iter().filter(|need| *need != at).collect()
            })
            .collect();
        let mut users = vec![Vec::new(); jobs.len()];
        for (at, own) in needs.iter().enumerate() {
            own.iter().for_each(|need| users[*need].push(at));
        }
        let waits: Vec<usize> = needs.iter().map(Vec::len).collect();
        let heights = heights(&needs, &users);
        let ready =
            (0..jobs.len()).filter(|at| waits[*at] == 0).map(|at| (Reverse(heights[at]), at)).collect();
        let state = vec![State::Waiting; jobs.len()];
        Self { keep_going, needs, users, waits, heights, state, ready, halted: None, stopped: false }
    }

    /// Returns a job that may begin now, and counts it as running.
    pub(super) fn next(&mut self) -> Option<usize> {
        if self.stopped || self.halted.is_some() {
            return None;
        }
        let (_, job) = self.ready.pop_first()?;
        self.state[job] = State::Running;
        Some(job)
    }

    /// Takes how a job ended for good.
    pub(super) fn ended(&mut self, job: usize, is_pass: bool) {
        self.state[job] = if is_pass { State::Passed } else { State::Failed };
        if !is_pass {
            if !self.keep_going {
                self.halted.get_or_insert(job);
            }
            return;
        }
        for user in self.users[job].clone() {
            self.waits[user] -= 1;
            if self.waits[user] == 0 {
                self.ready.insert((Reverse(self.heights[user]), user));
            }
        }
    }

    /// Lets a job that failed be tried again.
    pub(super) fn again(&mut self, job: usize) {
        self.state[job] = State::Open;
        self.ready.insert((Reverse(self.heights[job]), job));
    }

    /// Takes that a job was interrupted: it did not fail, and what needs it was interrupted with it.
    pub(super) fn interrupted(&mut self, job: usize) {
        self.state[job] = State::Open;
    }

    /// Lets nothing new begin.
    pub(super) const fn stop(&mut self) {
        self.stopped = true;
    }

    /// Returns every job that never began, with the reason, once nothing runs any more.
    pub(super) fn rest(&self) -> Vec<(usize, Rest)> {
        let waiting = |job: &usize| self.state[*job] == State::Waiting;
        let mut failed: Vec<bool> = self.state.iter().map(|state| *state == State::Failed).collect();
        let mut rest: BTreeMap<usize, Rest> = BTreeMap::new();
        let mut open: Vec<usize> = (0..failed.len()).filter(|job| failed[*job]).collect();
        while let Some(job) = open.pop() {
            for user in self.users[job].iter().copied().filter(waiting) {
                if !failed[user] {
                    failed[user] = true;
                    open.push(user);
                }
            }
        }
        for job in (0..self.state.len()).filter(waiting) {
            let need = self.needs[job].iter().copied().find(|need| failed[*need]);
            let why = match (need, self.halted) {
                (Some(need), _) => Rest::NeedFailed(need),
                (None, Some(by)) => Rest::Halted(by),
                (None, None) if self.stopped => Rest::Stopped,
                (None, None) => Rest::Circle,
            };
            rest.insert(job, why);
        }
        rest.into_iter().collect()
    }
}

/// Returns for each job how many come one after another behind it. Those of a circle, which never begin, have none.
fn heights(needs: &[Vec<usize>], users: &[Vec<usize>]) -> Vec<usize> {
    let mut heights = vec![0; needs.len()];
    let mut waits: Vec<usize> = users.iter().map(Vec::len).collect();
    let mut open: Vec<usize> = (0..needs.len()).filter(|job| waits[*job] == 0).collect();
    while let Some(job) = open.pop() {
        for need in &needs[job] {
            heights[*need] = heights[*need].max(heights[job] + 1);
            waits[*need] -= 1;
            if waits[*need] == 0 {
                open.push(*need);
            }
        }
    }
    heights
}
