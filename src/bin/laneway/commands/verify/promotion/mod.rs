//! `laneway verify --promotion`: whether a domain may be promoted on its own.

mod gathered;
mod keep;
mod packet;

use std::collections::BTreeSet;
use std::ffi::OsStr;

use laneway::evidence::Outcome;
use laneway::fault::{Code, Fault};
use laneway::id::{DomainId, nearest};
use laneway::policy::Policies;
use laneway::release::promotion::{Claim, Question, needed, promotion, proofs};
use laneway::render::promotion::{self as shown, Report};
use laneway::render::verdict::Kept;
use laneway::route::route;
use laneway::store;
use laneway::verdict::{Asked, architects, trust};

use super::{only_of_commits, run_name, tracked, writes};
use crate::args::{PlaceArgs, PromotionClaim, VerdictFormat, VerifyArgs};
use crate::commands::gather::{gather, is_blank};
use crate::commands::{proof, release};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Runs the command for a domain.
pub(super) fn run(
    place: &PlaceArgs,
    args: &VerifyArgs,
    domain: &str,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    checked(args, domain)?;
    let target = release::asked(&args.release.release)?;
    let mut change = args.change.clone();
    if change.head.is_none() && !environment.variables.contains_key("CI") {
        change.head = Some("HEAD".to_owned());
    }
    let gathered = gather(place, &change, environment)?;
    only_of_commits(&gathered)?;
    let faults = gathered.head_faults();
    if !faults.is_empty() {
        return Err(faults.to_vec());
    }
    let policies = &gathered.policies;
    let domain = known(domain, policies)?;
    let packets = packet::packets(place, &gathered)?;
    let packet = packets.of(&domain);
    let commit = proof::commit(gathered.change.provenance.head.as_deref()).map_err(one)?;
    let now = proof::now().map_err(one)?;
    let run = run_name(&args.store, environment, now)?;
    let key = if writes(args) { proof::key(&args.store, environment).map_err(one)? } else { None };
    let store = proof::open(place, &args.store, &proof::configured(policies))?;
    tracked::refuse(place, &args.store, &gathered)?;

    let trust = trust(policies);
    let keys: Vec<_> = trust.keys.iter().map(|own| own.key.clone()).collect();
    let plans = gathered::plans(&*store, &commit, &keys).map_err(one)?;
    let stated = packet.packet().map(|own| (own.profile.as_str(), own.environment.as_str()));
    let route = route(&gathered.request());
    let wanted = needed(&domain, packet.packet(), policies);
    let about = (&commit, &domain);
    let proofs = proofs(&wanted, &plans, (&route, policies), about, target.or(stated), now);
    let sealed = gathered::sealed(&*store, &commit, &keys).map_err(one)?;
    let standing = target.or(stated).and_then(|target| gathered::standing(&sealed, target, (&trust, now)));
    let guarded = gathered::guarded(place, &gathered, now)?;
    let tree = gathered.tree();
    let found = promotion(&Question {
        domain: &domain,
        claim: match args.release.claim {
            PromotionClaim::Independent => Claim::Independent,
            PromotionClaim::L2 => Claim::Level2,
        },
        packet,
        profile: target.map(|own| own.0),
        environment: target.map(|own| own.1),
        policies,
        proofs: &proofs,
        standing: standing.as_ref(),
        tree: &tree,
        guarded: &guarded,
        now,
    });
    let plan = found.requirements().digest();
    let asked = Asked {
        plan,
        expectations: std::collections::BTreeMap::new(),
        trust,
        architects: architects(policies),
        basis: policies.basis,
        profile: None,
        environment: None,
        drift: laneway::evidence::DriftLimits::default(),
    };
    let subject = laneway::evidence::key::Subject::Commit(commit.clone());
    let evidence = store::load(&*store, &subject, plan, &asked.keys()).map_err(one)?;
    let basis = gathered::basis(&asked, policies, (&commit, domain.as_str()), &evidence, now);
    let outcome = match (found.holds() && basis.stops.is_empty(), basis.is_owed) {
        (false, _) => Outcome::Fails,
        (true, true) => Outcome::WithDebt,
        (true, false) if found.rests_on_debt(standing.as_ref()) => Outcome::WithDebt,
        (true, false) => Outcome::Clean,
    };
    let mut notes = Vec::new();
    let keeping = keep::Keeping { store: &*store, asked: &asked, evidence: &evidence, run: &run, key, now };
    let (kept, unkept) = match writes(args) {
        true => keeping.keep(&found, outcome, (&commit, &plans), &mut notes)?,
        false => (Kept::Nowhere, None),
    };
    let answer = Report {
        promotion: &found,
        outcome,
        packet: packet.packet(),
        commit: &commit,
        plan,
        stops: &basis.stops,
        kept,
        notes: &notes,
        run: &run,
    };
    print(args, &answer, environment)?;
    if let Some(fault) = unkept {
        report::print(&[fault], place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if args.report || answer.holds() { Exit::Holds } else { Exit::Fails })
}

/// Reports what is empty, and what says nothing of a promotion.
fn checked(args: &VerifyArgs, domain: &str) -> Result<(), Vec<Fault>> {
    let mut faults = proof::blank(&args.store);
    if is_blank(OsStr::new(domain)) {
        let help = "give `--promotion` a value, or leave it out";
        faults.push(Fault::new(Code::EmptyValue, "the value of `--promotion` is empty", help));
    }
    let release = &args.release;
    let divergence = &release.divergence;
    let meaningless = [
        ("--route", args.route.is_some()),
        ("--deployed", release.release.deployed.is_some()),
        ("--validated-against", release.validated_against.is_some()),
        ("--divergence-reason", divergence.divergence_reason.is_some()),
        ("--divergence-owner", divergence.divergence_owner.is_some()),
        ("--divergence-until", divergence.divergence_until.is_some()),
        ("--follow-up", divergence.follow_up.is_some()),
        ("--format payload", args.format == VerdictFormat::Payload),
    ];
    faults.extend(meaningless.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| {
        let help = "leave it out: a promotion is judged by the packet of its domain";
        Fault::new(Code::Usage, format!("`{flag}` means nothing with `--promotion`"), help)
    }));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Looks the domain up.
fn known(name: &str, policies: &Policies) -> Result<DomainId, Vec<Fault>> {
    let domain = DomainId::new(name);
    let head = policies.of(laneway::change::Side::Head);
    if head.is_some_and(|policy| policy.lanes.lanes.contains_key(&domain)) {
        return Ok(domain);
    }
    let lanes: BTreeSet<&str> =
        head.into_iter().flat_map(|policy| policy.lanes.lanes.keys()).map(DomainId::as_str).collect();
    let help = match nearest(name, lanes) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a domain that has a lane: `laneway graph` shows them".to_owned(),
    };
    let message = format!("`--promotion` names domain `{name}`, which has no lane");
    Err(vec![Fault::new(Code::PacketDomain, message, help)])
}

fn print(args: &VerifyArgs, answer: &Report<'_>, environment: &Environment) -> Result<(), Vec<Fault>> {
    let file = args.change.output.as_deref();
    let written = match args.format {
        // The payload was refused before.
        VerdictFormat::Text | VerdictFormat::Payload => {
            output::write(file, true, |out| shown::text(out, answer))
        }
        VerdictFormat::Json => output::write(file, false, |out| shown::json(out, answer)),
        VerdictFormat::Markdown => output::write(file, false, |out| shown::markdown(out, answer)),
        VerdictFormat::Github => {
            let summary = environment.path("GITHUB_STEP_SUMMARY").map_err(|fault| vec![fault])?;
            let page = summary.map(|summary| output::append(&summary, |out| shown::markdown(out, answer)));
            page.transpose().and_then(|_| output::write(file, true, |out| shown::text(out, answer)))
        }
    };
    written.map_err(|fault| vec![fault])
}
