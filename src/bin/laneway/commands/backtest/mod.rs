//! `laneway backtest`: what would have run, over the history.

mod ask;
mod by;
mod replay;
mod store;

use std::io::{self, Write as _};

use laneway::backtest::{Judged, Record, Replayed, Sums, compare, judge};
use laneway::fault::{Code, Fault};
use laneway::git::{Readers, Recorded};
use laneway::render::backtest::report::hot_spots;
use laneway::render::backtest::{Against, Backtest, html, json, text};
use laneway::render::text::Detail;

use self::ask::Asked;
use self::store::Store;
use crate::args::{BacktestArgs, BacktestFormat, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Replays and reports.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &BacktestArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let asked = ask::ask(place, args)?;
    let threads = args.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
        let help = "ask for fewer with --threads";
        vec![Fault::new(Code::Usage, format!("the threads cannot be started: {error}"), help)]
    })?;
    let mut store = Store::open(args.state.as_deref())?;
    let report = pool.install(|| replayed(asked, &mut store));
    // What was dropped or used again is no part of the answer, which is the same with and without a state.
    let _ = io::stderr().lock().write_all(store.notes().as_bytes());
    report?.write(args, place)
}

/// Everything that is told.
struct Done {
    asked: Asked,
    changes: Vec<Vec<Replayed>>,
    explained: Vec<replay::Explanation>,
}

fn replayed(mut asked: Asked, store: &mut Store) -> Result<Done, Vec<Fault>> {
    let readers: &Readers = &asked.readers;
    let recorded: &[Recorded] = &asked.recorded;
    let changes = replay::replay(readers, recorded, &mut asked.by, store)?;
    let explained = match &changes[..] {
        [first, second] => {
            let differences = compare(first, second).changes;
            replay::explain(readers, recorded, &mut asked.by, &differences)
        }
        _ => Vec::new(),
    };
    Ok(Done { asked, changes, explained })
}

impl Done {
    fn write(self, args: &BacktestArgs, place: &PlaceArgs) -> Result<Exit, Vec<Fault>> {
        let Self { asked, changes, explained } = self;
        let judged = |changes: &[Replayed]| -> Option<Judged> {
            let results: Option<&[Record]> = asked.results.as_deref();
            results.map(|results| judge(changes, results))
        };
        let mut used = asked.used.into_iter();
        let (Some(policy), Some(first)) = (used.next(), changes.first()) else { return Ok(Exit::Undecided) };
        let against = used.next().zip(changes.get(1)).map(|(policy, second)| Against {
            policy,
            changes: second,
            sums: Sums::new(second),
            comparison: compare(first, second),
            explained,
            judged: judged(second),
        });
        let sums = Sums::new(first);
        let (spots, mapped_since) = hot_spots(first, &sums, &asked.today);
        let report = Backtest {
            policy,
            told: asked.told,
            changes: first,
            sums,
            spots,
            mapped_since,
            judged: judged(first),
            against,
        };
        let file = args.output.as_deref();
        let detail = Detail { verbose: place.verbose };
        let written = match args.format {
            BacktestFormat::Text => output::write(file, true, |out| text::write(out, &report, detail)),
            BacktestFormat::Json => output::write(file, false, |out| json::write(out, &report)),
            BacktestFormat::Html => output::write(file, false, |out| html::write(out, &report)),
        };
        written.map_err(|fault| vec![fault])?;
        Ok(Exit::Holds)
    }
}
