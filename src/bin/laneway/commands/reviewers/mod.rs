//! `laneway reviewers`: who must look, and whom to ask.

pub(crate) mod known;
mod post;
mod posting;

use laneway::fault::{Code, Fault};
use laneway::graph::Impact;
use laneway::id::DomainId;
use laneway::render::digest::digest;
use laneway::render::reviewers::{Report, json, markdown, text};
use laneway::render::text::Detail;
use laneway::reviewers::{Request, choose};
use laneway::route::{Route, route};

use self::known::{Told, known};
use self::post::Post;
use super::gather::gather;
use crate::args::{PlaceArgs, ReviewersArgs, ReviewersFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Chooses the reviewers and prints them, or posts them.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ReviewersArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let post = Post::new(&args.post, environment)?;
    let gathered = gather(place, &args.change, environment)?;
    let route = route(&gathered.request());
    let digest = digest_of(&route, &gathered.policies)?;
    let told = told(post.as_ref(), args)?;
    let basis = known(&args.ask, &gathered, (&digest, &told), environment)?;
    let choice = choose(&Request { review: &route.review, roster: &basis.roster, known: &basis.known });
    let mut notes = basis.notes;
    notes.extend(unwatched(&route));
    let posting = post.as_ref().map(|post| posting::people(post.forge(), &choice, &basis.roster));
    notes.extend(posting.iter().flat_map(|posting| posting.notes.iter().cloned()));
    let shown = Report {
        route: &route,
        digest: &digest,
        roster: &basis.roster,
        basis: basis.basis,
        known: &basis.known,
        choice: &choice,
        strangers: &basis.strangers,
        notes: &notes,
    };
    // The calls of a dry run are the answer on standard output then.
    if !post.as_ref().is_some_and(Post::is_dry) {
        print(place, args, &shown)?;
    }
    let faults = gathered.head_faults();
    if let (Some(post), Some(posting)) = (&post, posting) {
        post.post(&posting.with(&shown, faults.is_empty()))?;
    }
    if faults.is_empty() {
        return Ok(Exit::Holds);
    }
    report::print(faults, place.verbose);
    Ok(Exit::Undecided)
}

fn print(place: &PlaceArgs, args: &ReviewersArgs, shown: &Report<'_>) -> Result<(), Vec<Fault>> {
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        ReviewersFormat::Text => output::write(file, true, |out| text::write(out, shown, detail)),
        ReviewersFormat::Json => output::write(file, false, |out| json::write(out, shown)),
        ReviewersFormat::Markdown => output::write(file, false, |out| markdown::write(out, shown)),
    };
    written.map_err(|fault| vec![fault])
}

/// Returns a note for each domain that changes and for which nobody is named: silence would read as nobody being needed.
fn unwatched(route: &Route) -> impl Iterator<Item = String> {
    let is_watched =
        |domain: &DomainId| route.review.requirements.iter().any(|own| own.domains.contains(domain));
    let changed = route.domains.iter().filter(|(_, own)| own.impact.contains(&Impact::Changed));
    changed
        .filter(move |(domain, _)| !is_watched(domain))
        .map(|(domain, _)| format!("{domain} changes, and neither its rows nor its lane name a reviewer"))
}

/// Asks the forge of a posting who is busy, and who has to do with the pull request.
fn told(post: Option<&Post>, args: &ReviewersArgs) -> Result<Told, Vec<Fault>> {
    let Some(post) = post else { return Ok(Told::default()) };
    let one = |fault| vec![fault];
    let open = if args.ask.load.is_none() { post.open_reviews().map_err(one)? } else { None };
    let already = post.already().map_err(one)?;
    Ok(Told { author: post.author().map(str::to_owned), open, already })
}

/// Returns the digest of a route.
pub(crate) fn digest_of(route: &Route, policies: &laneway::policy::Policies) -> Result<String, Vec<Fault>> {
    digest(&laneway::render::Report::new(route, policies)).map_err(|error| {
        let help = "report this: it cannot happen";
        vec![Fault::new(Code::Output, format!("the digest cannot be taken: {error}"), help)]
    })
}
