//! The loop that starts jobs, watches them and stops them.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::process::{Running, Shell};
use super::schedule::{Rest, Schedule};
use super::{Ending, Event, Job, Limits, Ran, Signals};
use crate::id::GateId;

/// How much output is read at once.
const CHUNK: usize = 64 << 10;

/// How long is waited at most when nothing is due: no signal is lost, and if one were, this is how late it is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Runs jobs, each after what it needs, until all are done or a signal asks to stop. Every try is told to `on`, and
/// returned in the order of the jobs; a job that never began is there with the reason.
pub fn run(jobs: &[Job], limits: &Limits, signals: &mut Signals, on: &mut dyn FnMut(Event<'_>)) -> Vec<Ran> {
    let mut schedule = Schedule::new(jobs, limits.keep_going);
    let mut attempts = vec![0_u32; jobs.len()];
    let mut running: Vec<Running> = Vec::new();
    let mut shell = Shell::Bash;
    let mut stopped_by: Option<&'static str> = None;
    let mut all = Vec::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        for by in signals.requests() {
            let now = Instant::now();
            schedule.stop();
            if stopped_by.is_none() {
                on(Event::Stopping { by });
                running.iter_mut().for_each(|own| own.stop(Ending::Interrupted { by }, now, limits.grace));
                stopped_by = Some(by);
            } else {
                running.iter_mut().for_each(|own| own.kill(now));
            }
        }
        while running.len() < limits.parallel.max(1)
            && let Some(job) = schedule.next()
        {
            attempts[job] += 1;
            let attempt = attempts[job];
            on(Event::Started { job, attempt });
            match Running::start((job, &jobs[job], attempt), limits, &mut shell) {
                Ok(own) => running.push(own),
                Err(why) => {
                    let ran = at_once(job, attempt, Ending::CannotStart(why));
                    on(Event::Ended { ran: &ran, log: Vec::new() });
                    schedule.ended(job, false);
                    all.push(ran);
                }
            }
        }
        if running.is_empty() {
            break;
        }
        let readable = wait(signals, &running);
        for (own, _) in running.iter_mut().zip(readable).filter(|(_, readable)| *readable) {
            let job = own.job;
            let bytes = own.read(&mut buffer);
            if !bytes.is_empty() {
                on(Event::Wrote { job, bytes });
            }
        }
        let now = Instant::now();
        let over: Vec<bool> = running.iter_mut().map(|own| own.step(now, limits.grace)).collect();
        for at in (0..over.len()).rev().filter(|at| over[*at]) {
            let (ran, log) = running.remove(at).finish();
            on(Event::Ended { ran: &ran, log });
            match &ran.ending {
                Ending::Interrupted { .. } => schedule.interrupted(ran.job),
                ending if !ending.is_pass() && ran.attempt <= limits.retries && stopped_by.is_none() => {
                    schedule.again(ran.job);
                }
                ending => schedule.ended(ran.job, ending.is_pass()),
            }
            all.push(ran);
        }
    }
    for (job, why) in schedule.rest() {
        let gate =
            |job: usize| -> GateId { jobs[job].gates.first().cloned().unwrap_or_else(|| GateId::new("")) };
        let ending = match why {
            Rest::NeedFailed(need) => Ending::NeedFailed(need_of(&jobs[job], &jobs[need])),
            Rest::Halted(by) => Ending::NotStarted { failed: gate(by) },
            Rest::Stopped => Ending::Interrupted { by: stopped_by.unwrap_or("request") },
            Rest::Circle => Ending::Circle,
        };
        let ran = at_once(job, 1, ending);
        on(Event::Ended { ran: &ran, log: Vec::new() });
        all.push(ran);
    }
    all.sort_by_key(|ran| (ran.job, ran.attempt));
    all
}

/// Returns which of a job's needs another job decides.
fn need_of(job: &Job, need: &Job) -> GateId {
    let own = job.needs.intersection(&need.gates).next().or_else(|| need.gates.first());
    own.cloned().unwrap_or_else(|| GateId::new(""))
}

/// Returns a try that never began.
fn at_once(job: usize, attempt: u32, ending: Ending) -> Ran {
    let now = Timestamp::now();
    Ran { job, attempt, ending, notes: Vec::new(), started: now, finished: now }
}

/// Waits until there is output, a signal, or something due. Says of each command whether it has output.
fn wait(signals: &Signals, running: &[Running]) -> Vec<bool> {
    let due = running.iter().filter_map(Running::due).min();
    let longest =
        due.map_or(LONGEST_WAIT, |due| due.saturating_duration_since(Instant::now()).min(LONGEST_WAIT));
    // Rounded up: a wait that ends a moment before something is due would only be waited again.
    let timeout = Timespec::try_from(longest + Duration::from_micros(100)).ok();
    let outputs: Vec<(usize, BorrowedFd<'_>)> =
        running.iter().enumerate().filter_map(|(at, own)| Some((at, own.fd()?))).collect();
    let mut fds: Vec<PollFd<'_>> = outputs
        .iter()
        .map(|(_, fd)| *fd)
        .chain(signals.fds())
        .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
        .collect();
    let mut readable = vec![false; running.len()];
    // Interrupted by a signal: what there is will be seen the next time.
    if poll(&mut fds, timeout.as_ref()).is_ok() {
        for ((at, _), fd) in outputs.iter().zip(&fds) {
            readable[*at] = !fd.revents().is_empty();
        }
    }
    readable
}
