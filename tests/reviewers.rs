//! Whom to ask: the laws of the choice, and the command end to end.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

#[path = "reviewers/made.rs"]
mod made;
#[path = "reviewers/repository.rs"]
mod repository;

#[path = "reviewers/authorship.rs"]
mod authorship;
#[path = "reviewers/choice.rs"]
mod choice;
#[path = "reviewers/command.rs"]
mod command;
#[path = "reviewers/laws.rs"]
mod laws;
