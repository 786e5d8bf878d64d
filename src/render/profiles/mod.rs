//! Release profiles, for people, programs and pull requests: which there are, and which a change may ship under.

mod json;
mod list;
mod markdown;
mod text;
mod wire;
pub mod wire_list;
mod words;

use crate::lanes::Profile;
use crate::policy::Policy;
use crate::release::Suggested;
use crate::route::Route;

pub use json::{list as list_json, list_schema, suggest as suggest_json, suggest_schema};
pub use list::write as list_text;
pub use markdown::write as suggest_markdown;
pub use text::write as suggest_text;
pub use wire::SUGGEST_V1;
pub use wire_list::PROFILE_LIST_V1;

/// What the profiles say of a change.
#[derive(Debug)]
pub struct SuggestReport<'a> {
    /// The route of the change.
    pub route: &'a Route,
    /// The profiles, those that allow it first.
    pub profiles: &'a [Suggested],
}

impl SuggestReport<'_> {
    /// Returns how many profiles allow the change.
    pub fn allowed(&self) -> usize {
        self.profiles.iter().filter(|own| own.is_allowed()).count()
    }
}

/// The release profiles of a policy, or one of them.
#[derive(Debug)]
pub struct ProfileList<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The only profile that is asked about; all where there is none.
    pub only: Option<&'a str>,
}

impl<'a> ProfileList<'a> {
    fn profiles(&self) -> impl Iterator<Item = &'a Profile> {
        let only = self.only;
        self.policy.lanes.profiles.values().filter(move |own| only.is_none_or(|id| own.id == id))
    }
}
