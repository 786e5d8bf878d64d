//! From a choice to what is to hold on a forge.

use std::collections::BTreeSet;

use laneway::forge::{Posting, State, Status};
use laneway::render::reviewers::{Report, markdown};
use laneway::reviewers::{Candidate, Choice};
use laneway::roster::{Forge, Roster};

/// Whom to ask on a forge.
#[derive(Debug, Default)]
pub(crate) struct People {
    people: BTreeSet<String>,
    teams: BTreeSet<String>,
    /// Who cannot be asked there, and why.
    pub(crate) notes: Vec<String>,
}

/// Returns the handles of those who are asked. A name that the roster does not know may be a handle as it stands.
pub(crate) fn people(forge: Forge, choice: &Choice, roster: &Roster) -> People {
    let mut found = People::default();
    let forge_name = match forge {
        Forge::Github => "GitHub",
        Forge::Gitlab => "GitLab",
    };
    for asked in &choice.asked {
        let name = asked.who.name();
        let (handle, is_team) = match &asked.who {
            Candidate::Person(_) => {
                (roster.people.get(name).and_then(|own| own.handles.get(&forge)).cloned(), false)
            }
            Candidate::Team(_) => {
                let own = roster.teams.get(name).and_then(|own| own.handles.get(&forge)).cloned();
                (own.or_else(|| as_handle(name).filter(|name| name.contains('/'))), true)
            }
            Candidate::Unknown(_) => (as_handle(name), name.contains('/')),
        };
        // The key of a person is a handle only where the roster writes it as one.
        let as_written = || as_handle(name).filter(|_| name.starts_with('@'));
        match (handle.or_else(as_written), is_team, forge) {
            (Some(_), true, Forge::Gitlab) => found.notes.push(format!(
                "{name} cannot be asked: on GitLab people review, so list its people in the roster"
            )),
            (Some(handle), true, Forge::Github) => {
                found.teams.insert(handle);
            }
            (Some(handle), false, _) => {
                found.people.insert(handle);
            }
            (None, _, _) => found.notes.push(format!(
                "{name} cannot be asked: nothing says the handle on {forge_name}; state it in the roster"
            )),
        }
    }
    found
}

impl People {
    /// Returns what is to hold on the forge.
    pub(crate) fn with(self, report: &Report<'_>, is_sound: bool) -> Posting {
        Posting {
            people: self.people,
            teams: self.teams,
            comment: markdown::page(report),
            status: Status {
                state: if is_sound { State::Success } else { State::Error },
                description: match is_sound {
                    true => markdown::headline(report),
                    false => "the policy of this change does not hold together".to_owned(),
                },
                target_url: None,
            },
        }
    }
}

/// Returns a name as a handle, if it can be one; an address is none.
fn as_handle(name: &str) -> Option<String> {
    let bare = name.strip_prefix('@').unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    (!bare.is_empty() && bare.bytes().all(plain)).then(|| bare.to_owned())
}
