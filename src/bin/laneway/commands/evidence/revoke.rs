//! `laneway evidence revoke`: what is taken back.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;

use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::{Cause, Revocation, Statement, key};
use laneway::fault::{Code, Fault};
use laneway::render::escape::terminal;
use laneway::store::{self, Put, Store};

use super::super::gather::is_blank;
use super::super::proof;
use super::base;
use crate::args::{PlaceArgs, RevokeArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// What is to be taken back.
enum What {
    /// The seals that stand for a commit, of every plan or of one.
    Seals(CommitHash, Option<Digest>),
    /// A permission, by the digest of its record.
    Permission(Digest),
}

/// Takes back, and prints what it was. Where nothing stands that could be, it exits with 1.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &RevokeArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let what = checked(args)?;
    let signer = proof::key(&args.store, environment).map_err(one)?;
    let policies = base::policies(place, &args.store, environment)?;
    let store = base::open(place, &args.store, policies.as_ref())?;
    let lines = match what {
        What::Seals(commit, plan) => {
            seals(store.as_ref(), &commit, plan, args, signer.as_ref()).map_err(one)?
        }
        What::Permission(record) => vec![permission(store.as_ref(), record, args)?],
    };
    let nothing = lines.is_empty();
    output::write(None, false, |out| {
        for line in &lines {
            writeln!(out, "{line}")?;
        }
        match (nothing, &args.commit) {
            (true, Some(commit)) => {
                writeln!(out, "no seal stands for {}: nothing was taken back", terminal(commit))
            }
            _ => Ok(()),
        }
    })
    .map_err(one)?;
    Ok(if nothing { Exit::Fails } else { Exit::Holds })
}

fn checked(args: &RevokeArgs) -> Result<What, Vec<Fault>> {
    let mut faults = proof::blank(&args.store);
    let flags = [
        ("--commit", args.commit.as_deref()),
        ("--plan-digest", args.plan_digest.as_deref()),
        ("--permission", args.permission.as_deref()),
        ("--owner", Some(&*args.owner)),
        ("--reason", Some(&*args.reason)),
    ];
    for (flag, _) in
        flags.into_iter().filter(|(_, value)| value.is_some_and(|value| is_blank(OsStr::new(value))))
    {
        let help = format!("give `{flag}` a value");
        faults.push(Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut digest = |flag: &str, text: &Option<String>| {
        let read = text.as_deref().map(Digest::parse).transpose();
        read.map_err(|why| {
            let help = "write the 64 hexadecimal digits that `laneway evidence show` prints";
            faults.push(Fault::new(
                Code::EvidenceDigest,
                format!("the value of `{flag}` is no digest: {why}"),
                help,
            ));
        })
        .ok()
        .flatten()
    };
    let plan = digest("--plan-digest", &args.plan_digest);
    let permission = digest("--permission", &args.permission);
    let commit = args.commit.as_deref().map(CommitHash::parse).transpose();
    let commit = commit.map_err(|why| {
        let help = "name the commit by its full hash, as `git rev-parse` prints it";
        faults.push(Fault::new(
            Code::EvidenceCommit,
            format!("the value of `--commit` is no commit: {why}"),
            help,
        ));
    });
    match (commit, permission) {
        _ if !faults.is_empty() => Err(faults),
        (Ok(Some(commit)), _) => Ok(What::Seals(commit, plan)),
        (_, Some(permission)) => Ok(What::Permission(permission)),
        _ => {
            let help = "name a commit with `--commit`, or a permission with `--permission`";
            Err(vec![Fault::new(Code::Usage, "nothing is named that could be taken back", help)])
        }
    }
}

/// Takes back the seals that stand, and says which.
fn seals(
    store: &dyn Store,
    commit: &CommitHash,
    plan: Option<Digest>,
    args: &RevokeArgs,
    signer: Option<&SecretKey>,
) -> Result<Vec<String>, Fault> {
    let prefix = format!("v1/seal/{commit}/");
    let plans: BTreeSet<Digest> = store
        .list(&prefix)?
        .iter()
        .filter_map(|at| at.as_str().strip_prefix(&prefix)?.split('/').next())
        .filter_map(|own| Digest::parse(own).ok())
        .filter(|own| plan.is_none_or(|plan| plan == *own))
        .collect();
    let mut lines = Vec::new();
    for plan in plans {
        let Some(epoch) = standing(store, commit, plan)? else { continue };
        let revocation = Revocation {
            commit: commit.clone(),
            plan,
            epoch,
            owner: args.owner.clone(),
            reason: args.reason.clone(),
            cause: Cause::ByHand,
            revoked: proof::now()?,
        };
        let by = match store::save_revocation(store, &revocation, signer)? {
            Put::Created => "taken back",
            Put::Exists => "taken back by somebody else at the same time",
        };
        lines.push(format!("seal {epoch} of plan {plan} on {commit}: {by}"));
    }
    Ok(lines)
}

/// Returns the epoch of the seal that stands.
fn standing(store: &dyn Store, commit: &CommitHash, plan: Digest) -> Result<Option<u32>, Fault> {
    for epoch in 0.. {
        if !store.head(&key::seal(commit, plan, epoch))? {
            return Ok(None);
        }
        if !store.head(&key::revoke(commit, plan, epoch))? {
            return Ok(Some(epoch));
        }
    }
    Ok(None)
}

/// Takes back a permission, and says which.
fn permission(store: &dyn Store, record: Digest, args: &RevokeArgs) -> Result<String, Vec<Fault>> {
    let one = |fault| vec![fault];
    let at = key::record(record);
    let unfit = |why: &str| {
        let help = "name the permission by the digest that `laneway evidence approve` printed";
        one(Fault::new(Code::EvidenceDigest, format!("`{record}` {why}"), help))
    };
    let bytes = store.get(&at).map_err(one)?.ok_or_else(|| unfit("is not in the store"))?;
    // Of one that was altered, only the name is left to take back.
    let id = match Statement::parse(at.as_str(), &bytes) {
        Ok(Statement::Permission(own)) => own.id,
        Ok(_) => return Err(unfit("is no permission")),
        Err(_) => "that cannot be read".to_owned(),
    };
    let by = match store::save_unpermit(store, record, &args.owner, &args.reason).map_err(one)? {
        Put::Created => "taken back",
        Put::Exists => "was taken back before",
    };
    Ok(format!("permission {} ({record}): {by}", terminal(&id)))
}
