//! Change after change, in batches: what a batch came to is kept before the next begins.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use laneway::backtest::state::Key;
use laneway::backtest::{self, Difference, Explained, Replayed};
use laneway::change::ChangedFile;
use laneway::fault::Fault;
use laneway::git::{Readers, Recorded};
use rayon::prelude::*;

use super::by::{By, Read};
use super::store::Store;

/// How many neighbours one reader takes: what it has read of one change is what it needs for the next.
const NEIGHBOURS: usize = 128;

/// How many changes are done before they are kept.
const BATCH: usize = 8 * NEIGHBOURS;

/// Why the gates of a change differ: those of the first policy alone, and those of the second.
pub(crate) type Explanation = (Vec<Explained>, Vec<Explained>);

/// Returns what would have run for each change, by each policy. What the store has is not asked again.
pub(crate) fn replay(
    readers: &Readers,
    recorded: &[Recorded],
    by: &mut [By],
    store: &mut Store,
) -> Result<Vec<Vec<Replayed>>, Vec<Fault>> {
    let progress = progress(recorded.len());
    let mut all: Vec<Vec<Replayed>> = vec![Vec::with_capacity(recorded.len()); by.len()];
    for batch in recorded.chunks(BATCH) {
        let kept: Vec<Vec<Option<Replayed>>> =
            by.iter().map(|by| batch.iter().map(|one| store.find(by.key(), one)).collect()).collect();
        let is_kept: Vec<bool> =
            (0..batch.len()).map(|at| kept.iter().all(|kept| kept[at].is_some())).collect();
        let open: Vec<&Recorded> =
            batch.iter().zip(&is_kept).filter(|(_, is_kept)| !**is_kept).map(|(one, _)| one).collect();
        let files = files_of(readers, &open);
        let read: Vec<Read<'_>> = open.iter().copied().zip(&files).collect();
        for ((by, kept), all) in by.iter_mut().zip(kept).zip(&mut all) {
            let fresh = by.replay(readers, &read).into_iter().zip(&read);
            let mut fresh = fresh.map(|((unmapped, outcome), (recorded, files))| {
                finished(recorded, files.as_ref().map_or(0, Vec::len), unmapped, outcome)
            });
            // A change that one policy lacks was asked by all of them.
            for (own, is_kept) in kept.into_iter().zip(&is_kept) {
                let fresh = if *is_kept { None } else { fresh.next() };
                if let (None, Some(fresh)) = (&own, &fresh) {
                    store.keep(by.key(), fresh);
                }
                all.extend(own.or(fresh));
            }
        }
        store.flush()?;
        progress.inc(batch.len() as u64);
    }
    progress.finish_and_clear();
    Ok(all)
}

/// Says of changes that differ between two policies why each gate does. Their files are read once more: no replay
/// keeps them.
pub(crate) fn explain(
    readers: &Readers,
    recorded: &[Recorded],
    by: &mut [By],
    differences: &[Difference],
) -> Vec<Explanation> {
    let [first, second] = by else { return Vec::new() };
    let mut explained = Vec::with_capacity(differences.len());
    for batch in differences.chunks(BATCH) {
        let open: Vec<&Recorded> = batch.iter().map(|difference| &recorded[difference.change]).collect();
        let files = files_of(readers, &open);
        let read: Vec<Read<'_>> = open.iter().copied().zip(&files).collect();
        let (first, second) = (first.asked(readers, &read), second.asked(readers, &read));
        let why = (0..batch.len()).into_par_iter();
        explained.par_extend(
            why.map(|at| backtest::explain(&batch[at], &first[at].request(), &second[at].request())),
        );
    }
    explained
}

fn files_of(readers: &Readers, changes: &[&Recorded]) -> Vec<Result<Vec<ChangedFile>, String>> {
    changes
        .par_chunks(NEIGHBOURS)
        .flat_map_iter(|chunk| {
            readers.with(|reader| chunk.iter().map(|one| reader.files_changed(one)).collect::<Vec<_>>())
        })
        .collect()
}

fn finished(
    recorded: &Recorded,
    files: usize,
    unmapped: Vec<laneway::path::RepoPath>,
    outcome: Arc<backtest::Outcome>,
) -> Replayed {
    Replayed {
        base: recorded.base.map(|id| id.to_string()),
        merge_base: recorded.merge_base.as_ref().ok().copied().flatten().map(|id| id.to_string()),
        head: recorded.head.to_string(),
        parents: recorded.parents,
        seconds: recorded.seconds,
        subject: recorded.subject.clone(),
        files,
        unmapped,
        outcome,
    }
}

/// Returns what a state knows a change by.
pub(crate) fn key(policy: &str, recorded: &Recorded) -> Key {
    let merge_base = recorded.merge_base.as_ref().ok().copied().flatten();
    let id = |commit: Option<laneway::git::CommitId>| commit.map(|id| id.to_string());
    (policy.to_owned(), id(recorded.base), id(merge_base), recorded.head.to_string())
}

/// Returns a change as the state has it.
pub(crate) fn restored(recorded: &Recorded, kept: &backtest::state::Kept) -> Replayed {
    finished(recorded, kept.0, kept.1.clone(), Arc::clone(&kept.2))
}

/// Returns a bar on standard error, which is drawn on a terminal only.
fn progress(changes: usize) -> ProgressBar {
    let bar = ProgressBar::new(changes as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} changes, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
