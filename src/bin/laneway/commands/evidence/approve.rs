//! `laneway evidence approve`: a signed permission.

use std::ffi::OsStr;
use std::io::Write as _;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::PublicKey;
use laneway::evidence::is_name;
use laneway::fault::{Code, Fault};
use laneway::id::{GateId, is_gate_id, nearest};
use laneway::permission::{Kind, LONGEST_BREAK_GLASS_DAYS, Permission, Scope, Whose, expiry};
use laneway::policy::Policies;
use laneway::render::escape::terminal;
use laneway::store;
use laneway::trust::Power;

use super::super::gather::is_blank;
use super::super::proof;
use super::base;
use crate::args::{ApproveArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Signs a permission, keeps it, and prints its digest and what it does.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ApproveArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let now = proof::now().map_err(one)?;
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    blank(args)?;
    let signer = proof::key(&args.store, environment).map_err(one)?.ok_or_else(|| {
        let help = "name the file of your key with `--key`, or set `LANEWAY_SIGNING_KEY`; `laneway evidence keygen` makes one";
        one(Fault::new(Code::EvidenceSecretKey, "a permission must be signed, and there is no key", help))
    })?;
    let key = signer.public();
    let mut permission = permission(args, &key, now)?;
    let policies = base::policies(place, &args.store, environment)?;
    if let Some(policies) = &policies {
        resolve(&mut permission.scope, policies).map_err(one)?;
    }
    permission.id = args.id.clone().unwrap_or_else(|| made_id(&permission, &key));
    let store = base::open(place, &args.store, policies.as_ref())?;
    let digest = store::save_permission(store.as_ref(), &permission, &signer).map_err(one)?;
    let counts = counts(&permission, &key, policies.as_ref(), now);
    output::write(None, false, |out| {
        writeln!(out, "{}", terminal(&says(&permission)))?;
        writeln!(out, "record  {digest}")?;
        writeln!(out, "key     {}", key.id())?;
        writeln!(out, "store   {}", terminal(&store.place()))?;
        writeln!(out, "{}", terminal(&counts))
    })
    .map_err(one)?;
    Ok(Exit::Holds)
}

/// Reports every value that is given and empty.
fn blank(args: &ApproveArgs) -> Result<(), Vec<Fault>> {
    let flags = [
        ("--kind", Some(&*args.kind)),
        ("--gate", args.gate.as_deref()),
        ("--family", args.family.as_deref()),
        ("--finding", args.finding.as_deref()),
        ("--plan-digest", args.plan_digest.as_deref()),
        ("--subject", Some(&*args.subject)),
        ("--id", args.id.as_deref()),
        ("--owner", Some(&*args.owner)),
        ("--residual-risk-owner", args.residual_risk_owner.as_deref()),
        ("--reason", Some(&*args.reason)),
        ("--expires", Some(&*args.expires)),
    ];
    let mut faults = proof::blank(&args.store);
    let empty = flags.into_iter().filter(|(_, value)| value.is_some_and(|value| is_blank(OsStr::new(value))));
    faults.extend(empty.map(|(flag, _)| {
        let help = format!("give `{flag}` a value");
        Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
    }));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Takes the permission out of the arguments, or says everything that is wrong with them.
fn permission(args: &ApproveArgs, key: &PublicKey, now: Timestamp) -> Result<Permission, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut unfit = |code, flag: &str, why: &str, help: &str| {
        faults.push(Fault::new(code, format!("the value of `{flag}` does not fit: {why}"), help));
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == args.kind);
    if kind.is_none() {
        let near = nearest(&args.kind, Kind::ALL.map(Kind::as_str));
        let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        let help = help + "The kinds are `approval`, `waiver` and `break_glass`";
        unfit(Code::EvidenceValue, "--kind", &format!("`{}` is not known", args.kind), &help);
    }
    let subject = match &*args.subject {
        "*" => Some(Whose::Any),
        text => CommitHash::parse(text)
            .map(Whose::Commit)
            .map_err(|why| {
                let help = "name the commit by its full hash, as `git rev-parse` prints it; `*` is any";
                unfit(Code::EvidenceCommit, "--subject", &why, help);
            })
            .ok(),
    };
    if args.id.as_deref().is_some_and(|id| !is_name(id)) {
        let help =
            "letters, digits, `-`, `_` and `.` make an id, at most 100 of them, a letter or a digit first";
        unfit(Code::EvidenceValue, "--id", "it is no id", help);
    }
    let expires = expiry(&args.expires, now).map_err(|why| {
        unfit(Code::PermissionTime, "--expires", &why, "let it expire when it is not needed any more");
    });
    if let (Ok(expires), Some(kind)) = (&expires, kind) {
        if *expires <= now {
            unfit(Code::PermissionTime, "--expires", "it is over already", "let it expire later");
        }
        if Permission::is_too_long(kind, now, *expires) {
            let why = format!("break-glass ends within {LONGEST_BREAK_GLASS_DAYS} days");
            unfit(
                Code::PermissionTooLong,
                "--expires",
                &why,
                "let it expire sooner; a waiver may take longer",
            );
        }
    }
    let scope = scope(args, &mut unfit);
    match (kind, scope, subject, expires) {
        (Some(kind), Some(scope), Some(subject), Ok(expires)) if faults.is_empty() => Ok(Permission {
            id: key.id().to_string(),
            kind,
            scope,
            subject,
            owner: args.owner.clone(),
            residual_risk_owner: args.residual_risk_owner.clone(),
            reason: args.reason.clone(),
            created: now,
            expires,
            place: None,
        }),
        _ => Err(faults),
    }
}

/// Takes what the permission is about: one thing. A gate may be named by its title; it is looked up later.
fn scope(args: &ApproveArgs, unfit: &mut impl FnMut(Code, &str, &str, &str)) -> Option<Scope> {
    let stated = [
        ("--gate", &args.gate),
        ("--family", &args.family),
        ("--finding", &args.finding),
        ("--plan-digest", &args.plan_digest),
    ];
    let stated: Vec<(&str, &str)> =
        stated.into_iter().filter_map(|(flag, value)| value.as_deref().map(|value| (flag, value))).collect();
    let [(flag, value)] = stated.as_slice() else {
        let flags: Vec<&str> = stated.iter().map(|(flag, _)| *flag).collect();
        let why = match flags.as_slice() {
            [] => "nothing says what it is about".to_owned(),
            flags => format!("it is about `{}` at once", flags.join("` and `")),
        };
        let help = "state one of `--gate`, `--family`, `--finding` and `--plan-digest`";
        unfit(Code::PermissionScope, flags.get(1).unwrap_or(&"--gate"), &why, help);
        return None;
    };
    match *flag {
        "--gate" => Some(Scope::Gate(GateId::new(value))),
        "--family" if is_gate_id(value) => Some(Scope::Family((*value).to_owned())),
        "--family" => {
            unfit(
                Code::EvidenceValue,
                flag,
                "it is no id of a family",
                "`laneway explain` of a gate names its family",
            );
            None
        }
        "--finding" if is_name(value) => Some(Scope::Finding((*value).to_owned())),
        "--finding" => {
            unfit(Code::EvidenceValue, flag, "it is no fingerprint", "`laneway guard` prints fingerprints");
            None
        }
        _ => match Digest::parse(value) {
            Ok(plan) => Some(Scope::Plan(plan)),
            Err(why) => {
                unfit(Code::EvidenceDigest, flag, &why, "`laneway verify` prints the digest of its plan");
                None
            }
        },
    }
}

/// Looks up the gate by its id or title, or the family, in every policy: what the base has and the head does not may need
/// an approval most of all. A policy that cannot be read may have the very thing.
fn resolve(scope: &mut Scope, policies: &Policies) -> Result<(), Fault> {
    let lanes = || policies.each.iter().map(|(_, policy)| &policy.lanes);
    let is_broken = policies.each.iter().any(|(_, policy)| policy.is_broken());
    let unknown = |what: &str, name: &str, known: Vec<&str>| {
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`laneway route --verbose` lists every gate".to_owned(),
        };
        Fault::new(Code::EvidenceUnknownGate, format!("there is no {what} `{name}`"), help)
    };
    match scope {
        Scope::Gate(name) => {
            let gates = || lanes().flat_map(|lanes| lanes.gates.values().chain(lanes.release_gates.values()));
            let by_id = gates().find(|gate| gate.id == *name);
            match by_id.or_else(|| gates().find(|gate| gate.title == name.as_str())) {
                Some(gate) => *name = gate.id.clone(),
                None if is_broken && is_gate_id(name.as_str()) => {}
                None => {
                    let known = gates().flat_map(|gate| [gate.id.as_str(), gate.title.as_str()]);
                    return Err(unknown("gate", name.as_str(), known.collect()));
                }
            }
        }
        Scope::Family(name) => {
            let families = || lanes().flat_map(|lanes| lanes.families.keys());
            if !is_broken && !families().any(|family| family == name) {
                return Err(unknown("gate family", name, families().map(String::as_str).collect()));
            }
        }
        Scope::Finding(_) | Scope::Plan(_) => {}
    }
    Ok(())
}

/// Makes an id of what the permission does, what it is about, when it was given, and with which key.
fn made_id(permission: &Permission, key: &PublicKey) -> String {
    let about = match &permission.scope {
        Scope::Gate(gate) => gate.to_string(),
        Scope::Family(family) => family.clone(),
        Scope::Finding(print) => print.clone(),
        Scope::Plan(digest) => digest.to_string()[..12].to_owned(),
    };
    let about: String = about.chars().take(50).collect();
    let when = permission.created.to_string().replace([':', '-'], "");
    format!("{}.{about}.{when}.{}", permission.kind.as_str(), &key.id().to_string()[..8])
}

/// Says what the permission does, in one line.
fn says(permission: &Permission) -> String {
    let (what, debt) = match permission.kind {
        Kind::Approval => ("approves", ""),
        Kind::Waiver => ("waives", ", as release debt"),
        Kind::BreakGlass => ("breaks the glass over", ", as release debt"),
    };
    let subject = match &permission.subject {
        Whose::Any => "any commit".to_owned(),
        Whose::Commit(commit) => format!("commit {commit}"),
    };
    let Permission { id, owner, scope, expires, .. } = permission;
    format!("{id}: {owner} {what} {scope} on {subject} until {expires}{debt}")
}

/// Says whether the permission counts, as far as the base says so today.
fn counts(permission: &Permission, key: &PublicKey, policies: Option<&Policies>, now: Timestamp) -> String {
    let Some(policy) = policies.and_then(base::of_base) else {
        return "whether it counts, the lanes of the base say: they were not read".to_owned();
    };
    let trust = &policy.lanes.trust;
    let power = Power::to_grant(permission.kind);
    let gate = match &permission.scope {
        Scope::Gate(gate) => Some(gate),
        Scope::Family(_) | Scope::Finding(_) | Scope::Plan(_) => None,
    };
    let needed = trust.signing.permissions.max(1);
    if !trust.keys.iter().any(|own| own.key.id() == key.id() && own.may(power, gate, now)) {
        let word = power.as_str();
        return format!("it does not count yet: the base does not trust this key with `{word}` for that");
    }
    match needed {
        1 => "the base trusts this key with it".to_owned(),
        more => format!(
            "the base trusts this key with it, and asks for {more} distinct keys: `laneway evidence sign` adds the others"
        ),
    }
}
