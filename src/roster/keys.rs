//! The keys of the roster.

/// Of the document.
pub(crate) const ROSTER_KEYS: &[&str] = &["version", "capacity", "most", "people", "teams"];
/// Of a person.
pub(crate) const PERSON_KEYS: &[&str] = &["title", "github", "gitlab", "emails", "capacity", "absent"];
/// Of an absence.
pub(crate) const ABSENCE_KEYS: &[&str] = &["from", "until", "reason"];
/// Of a team.
pub(crate) const TEAM_KEYS: &[&str] = &["title", "github", "gitlab", "members"];
