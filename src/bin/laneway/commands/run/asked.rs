//! What is run and where: the plan, the policies that say who answers for it, the repository.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use laneway::change::Side;
use laneway::config::Config;
use laneway::evidence::Requirements;
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::id::DomainId;
use laneway::path::RepoPath;
use laneway::plan::Plan;
use laneway::policy::{Policies, Policy, PolicyBasis};
use laneway::render::Report;
use laneway::render::digest::digest;
use laneway::route::route;
use laneway::verdict;

use super::super::document::{self, Commits};
use super::super::gather::gather;
use super::super::standing::directory;
use super::super::{proof, release};
use crate::args::{ChangeArgs, PlaceArgs, ReleaseArgs};
use crate::environment::Environment;

/// What is run and where.
#[derive(Debug)]
pub(in crate::commands) struct Asked {
    /// The plan.
    pub(in crate::commands) plan: Plan,
    /// What must be proved, under which profile and in which environment: its digest is that of the plan.
    pub(in crate::commands) requirements: Requirements,
    /// Who answers for the environment of a release, and so for its gates, which no domain has.
    pub(in crate::commands) owner: Option<String>,
    /// The policies that say who answers for a gate and whose signatures count: with a route document those of its base.
    pub(in crate::commands) policies: Policies,
    /// The configuration that says where evidence is; nothing where the clone lacks the base of a route document.
    pub(in crate::commands) config: Option<Config>,
    /// The repository, unless there is none.
    pub(in crate::commands) repository: Option<Repository>,
    /// The folder in which commands run: the root of the working tree.
    pub(in crate::commands) root: PathBuf,
    /// What differed from the commit before anything ran, where somebody looked.
    pub(in crate::commands) before: OnceCell<BTreeSet<RepoPath>>,
    /// The folder of the evidence, where it lies in the working tree: what is written there is no change.
    pub(in crate::commands) beside: OnceCell<RepoPath>,
}

impl Asked {
    /// Returns who answers for a gate of these domains.
    pub(in crate::commands) fn owner(&self, domains: &BTreeSet<DomainId>) -> String {
        let of_domains = || verdict::joined(&verdict::owners(domains, &self.policies));
        self.owner.clone().unwrap_or_else(of_domains)
    }

    /// Returns what differs from the commit that is checked out, evidence left out.
    pub(in crate::commands) fn uncommitted(&self) -> Result<BTreeSet<RepoPath>, String> {
        let beside: Vec<RepoPath> = self.beside.get().cloned().into_iter().collect();
        self.repository.as_ref().map_or_else(|| Ok(BTreeSet::new()), |own| own.uncommitted(&beside))
    }

    /// Returns the paths that differ now and did not before; none where nobody looked before. Where it cannot be told any
    /// more, that is said in their place.
    pub(in crate::commands) fn changed_since(&self) -> Vec<String> {
        let Some(before) = self.before.get() else { return Vec::new() };
        match self.uncommitted() {
            Ok(now) => now.difference(before).map(ToString::to_string).collect(),
            Err(why) => vec![format!("what, cannot be told: {why}")],
        }
    }
}

/// Decides what is asked for: a route of the change, or the one of a document.
pub(in crate::commands) fn asked(
    place: &PlaceArgs,
    change: &ChangeArgs,
    (release, from_route): (&ReleaseArgs, Option<&OsStr>),
    environment: &Environment,
) -> Result<Asked, Vec<Fault>> {
    if let Some(asked) = release::asked(release)? {
        if from_route.is_some() {
            let help =
                "leave `--from-route` out: the plan of a release is made of its profile, not of a route";
            let message = "`--from-route` and `--profile` exclude each other";
            return Err(vec![Fault::new(Code::ReleaseFlag, message, help)]);
        }
        let deployed = release::deployed_of(release.deployed.as_deref())?;
        let commit = deployed.as_ref().map(|own| own.commit.as_str());
        let released = release::released(place, change, asked, commit, environment)?;
        let plan = Plan::new(&released.plan.route, released.route_digest);
        let repository = Some(Repository::open(&directory(place)?).map_err(|fault| vec![fault])?)
            .filter(|_| released.gathered.origin().is_some());
        let config = proof::configured(&released.gathered.policies);
        let requirements = released.plan.requirements();
        let policies = released.gathered.policies;
        let asked = finished(place, (plan, requirements), (policies, Some(config)), repository)?;
        return Ok(Asked { owner: Some(released.plan.asked.environment.owner), ..asked });
    }
    match from_route {
        Some(file) => {
            let source = document::source_of("--from-route", file)?;
            let plan = document::plan_from("--from-route", &source, place, environment)?;
            let repository = Repository::open(&directory(place)?).ok();
            let (policies, config) = of_document(repository.as_ref(), &document::commits_of(&source));
            let requirements = Requirements::of_route(&plan);
            finished(place, (plan, requirements), (policies, config), repository)
        }
        None => {
            let gathered = gather(place, change, environment)?;
            let faults = gathered.head_faults();
            if !faults.is_empty() {
                // A broad route of a policy that does not hold together would run everything, and prove nothing.
                return Err(faults.to_vec());
            }
            let route = route(&gathered.request());
            let shown = Report { route: &route, proposals: Vec::new() };
            let digest = digest(&shown).map_err(|error| {
                let message = format!("the digest cannot be taken: {error}");
                vec![Fault::new(Code::Output, message, "report this: it cannot happen")]
            })?;
            let plan = Plan::new(&route, digest);
            let repository = match gathered.origin() {
                Some(_) => Some(Repository::open(&directory(place)?).map_err(|fault| vec![fault])?),
                None => None,
            };
            let config = proof::configured(&gathered.policies);
            let requirements = Requirements::of_route(&plan);
            finished(place, (plan, requirements), (gathered.policies, Some(config)), repository)
        }
    }
}

fn finished(
    place: &PlaceArgs,
    (plan, requirements): (Plan, Requirements),
    (policies, config): (Policies, Option<Config>),
    repository: Option<Repository>,
) -> Result<Asked, Vec<Fault>> {
    let root = match &repository {
        Some(own) => own.work_tree().map(PathBuf::from).ok_or_else(|| {
            let help = "run it in a clone with a working tree, or make one: git worktree add";
            vec![Fault::new(
                Code::Git,
                "the repository is bare: it has no working tree to run gates in",
                help,
            )]
        })?,
        None => directory(place)?,
    };
    let (before, beside) = (OnceCell::new(), OnceCell::new());
    Ok(Asked { plan, requirements, owner: None, policies, config, repository, root, before, beside })
}

/// Returns the policies of the commits that a route document names, as far as the clone has them, and the configuration
/// that says where evidence is. That is the base's; where the document has a base that the clone lacks, it is not known.
fn of_document(repository: Option<&Repository>, commits: &Commits) -> (Policies, Option<Config>) {
    let sides =
        [(Side::BaseTip, &commits.base), (Side::MergeBase, &commits.merge_base), (Side::Head, &commits.head)];
    let mut found = Vec::new();
    let mut config = None;
    let mut is_lacking = repository.is_none() && sides.iter().any(|(_, commit)| commit.is_some());
    for (side, commit) in sides {
        let (Some(commit), Some(repository)) = (commit, repository) else { continue };
        match repository.commit_named("--from-route", commit) {
            Ok(id) => {
                let policy = Arc::new(Policy::load(&repository.commit_policy(id)));
                config = config.or_else(|| (!is_lacking).then(|| policy.config.clone()));
                found.push((side, policy));
            }
            Err(_) => is_lacking |= config.is_none(),
        }
    }
    if config.is_none() && !is_lacking {
        config = Some(Config::default());
    }
    (Policies::new(PolicyBasis::BaseAndHead, found), config)
}
