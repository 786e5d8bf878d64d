//! The keys of the document.

/// The keys of the document.
pub(crate) const DOCUMENT_KEYS: &[&str] = &["extraction_packets"];
/// The keys of a packet.
pub(crate) const PACKET_KEYS: &[&str] = &[
    "domain",
    "decision",
    "decided",
    "owner",
    "document",
    "profile",
    "environment",
    "callers",
    "degradation",
    "rollback",
    "status",
    "guards",
];
/// The keys of one of `callers`.
pub(crate) const CALLER_KEYS: &[&str] = &["domain", "service_auth", "document", "owner"];
/// The keys of `degradation`.
pub(crate) const DEGRADATION_KEYS: &[&str] = &["gate", "document", "owner"];
/// The keys of `rollback`.
pub(crate) const ROLLBACK_KEYS: &[&str] = &["gate", "command", "document", "owner"];
/// The keys of `status`.
pub(crate) const STATUS_KEYS: &[&str] = &["component", "owner", "slo"];
/// The keys of `slo`.
pub(crate) const OBJECTIVE_KEYS: &[&str] = &["objective", "gate"];
/// The keys of `guards`.
pub(crate) const GUARDS_KEYS: &[&str] = &["owner"];
