//! The shapes of trusted keys and of permissions.

use serde_json::{Value, json};

use super::shape::{choice, described, id, list, mapping, name, text, text_like, time};
use crate::permission::Kind;
use crate::trust::Power;

/// One of `trusted_keys`.
pub(super) fn trusted_key() -> Value {
    let some = |mut list: Value| {
        list["minItems"] = json!(1);
        list
    };
    let glob = text_like("^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|[a-z0-9][a-z0-9._-]*\\*|\\*)$");
    let keys = [
        ("id", described("What people call it; unique in the workspace.", name())),
        (
            "public_key",
            described(
                "The public key, as `laneway evidence keygen` prints it, or as the PEM of an Ed25519 key. Each key is stated \
                 once.",
                text_like(
                    "^(ed25519:[A-Za-z0-9+/]{43}=|-----BEGIN PUBLIC KEY-----[\\s\\S]+-----END PUBLIC KEY-----\\s*)$",
                ),
            ),
        ),
        ("owner", described("Who holds it: the one who approves where it approves.", text())),
        (
            "may",
            described(
                "What it may sign: results of gates, verdicts that pass, approvals, waivers, break-glass permissions.",
                some(list(choice(Power::ALL.map(Power::as_str)))),
            ),
        ),
        (
            "gates",
            described(
                "For which gates: ids, beginnings of ids with `*` behind them, or `*`; all where this is left out. A key \
                 that may seal is for all.",
                some(list(glob)),
            ),
        ),
        (
            "expires",
            described(
                "From when on its signatures do not count, whenever they were made: a time, or the last day.",
                time(),
            ),
        ),
    ];
    mapping(keys, &["id", "public_key", "owner", "may"])
}

/// `signing`.
pub(super) fn signing() -> Value {
    let count = || json!({"type": "integer", "minimum": 0, "maximum": u32::MAX, "default": 0});
    let keys = [
        ("records", described("Of each result of a gate.", count())),
        ("seals", described("Of a verdict that passes.", count())),
        (
            "permissions",
            described("Of a permission that is kept as a record; one at least, whatever is stated.", count()),
        ),
    ];
    mapping(keys, &[])
}

/// One of `permissions`.
pub(super) fn permission() -> Value {
    let kinds = [Kind::Approval, Kind::Waiver].map(Kind::as_str);
    let keys = [
        ("id", described("Its id; unique in the workspace.", name())),
        (
            "kind",
            described("What it does. Break-glass is signed with `laneway evidence approve`.", choice(kinds)),
        ),
        ("gate", described("The gate that it is about.", id())),
        ("family", described("The family whose gates it is about.", id())),
        ("finding", described("The finding that it is about, by its fingerprint.", name())),
        (
            "plan",
            described("The plan that it is about, by its digest.", text_like("^(sha256:)?[0-9a-f]{64}$")),
        ),
        (
            "subject",
            described(
                "The commit on which it counts, by its full hash; `*`, in quotes, is any.",
                text_like("^(\\*|[0-9a-f]{40}|[0-9a-f]{64})$"),
            ),
        ),
        ("owner", described("Who allows it.", text())),
        (
            "residual_risk_owner",
            described("Who bears what risk remains; needed where a partial result is to stand.", text()),
        ),
        ("reason", described("Why it is allowed.", text())),
        ("created", described("When it was given: a time, or a day, whose first moment is meant.", time())),
        ("expires", described("From when on it does not count: a time, or the last day.", time())),
    ];
    let mut permission = mapping(keys, &["id", "kind", "subject", "owner", "reason", "created", "expires"]);
    let scopes = ["gate", "family", "finding", "plan"];
    permission["oneOf"] = scopes.map(|scope| json!({"required": [scope]})).into_iter().collect();
    permission
}
