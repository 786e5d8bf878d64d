//! What a change ships as, in the word of release profiles.

use crate::ownership::ReleaseClass;
use crate::route::Route;

/// The word of a change that ships as more than one thing, or as nobody knows what.
pub const BROAD: &str = "broad";

/// Returns what a change ships as, in the payload's word: the release class of its files, or `broad` where they have
/// several, where a row leaves it open, or where the route is broad. A change of which nothing ships has none.
pub fn change_class(route: &Route) -> Option<&'static str> {
    let shipped =
        route.files.iter().map(|file| &file.facts).filter(|facts| !facts.exempt && facts.production);
    let mut class: Option<ReleaseClass> = None;
    for facts in shipped.clone() {
        for own in &facts.releases {
            match (own, class) {
                (Some(own), None) => class = Some(*own),
                (Some(own), Some(class)) if *own == class => {}
                (Some(_), Some(_)) | (None, _) => return Some(BROAD),
            }
        }
    }
    let open = shipped.clone().any(|facts| facts.releases.is_empty());
    let nothing = shipped.clone().next().is_none();
    match class {
        _ if !route.broad.is_empty() || open => Some(BROAD),
        Some(class) => Some(class.as_str()),
        None if nothing => None,
        None => Some(BROAD),
    }
}
