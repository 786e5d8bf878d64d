//! The packets of base and head.

use std::path::Path;

use laneway::change::Side;
use laneway::fault::{Code, Fault};
use laneway::git::{CommitId, HeadState, Repository};
use laneway::id::DomainId;
use laneway::packets::Packets;
use laneway::path::RepoPath;
use laneway::policy::Policy;
use laneway::release::promotion::PacketState;
use laneway::source::Source;
use laneway::workspace;

use crate::args::PlaceArgs;
use crate::commands::gather::Gathered;

/// The packets as both sides have them.
pub(super) struct Both {
    head: Packets,
    /// Of each side of the base that there is; a change grants itself nothing.
    base: Vec<Packets>,
}

impl Both {
    /// Returns the packet of a domain.
    pub(super) fn of(&self, domain: &DomainId) -> PacketState<'_> {
        let Some(packet) = self.head.by_domain.get(domain) else { return PacketState::Absent };
        let has = |own: &Packets| own.by_domain.get(domain).is_some_and(|own| own.means_the_same(packet));
        match !self.base.is_empty() && self.base.iter().all(has) {
            true => PacketState::Stands(packet),
            false => PacketState::Brought(packet),
        }
    }
}

/// Reads the packets of the head, and those of the base. What of the base cannot be read does not count.
pub(super) fn packets(place: &PlaceArgs, gathered: &Gathered) -> Result<Both, Vec<Fault>> {
    let policies = &gathered.policies;
    let head = policies.of(Side::Head).ok_or_else(|| missing("packets"))?;
    let file = &head.config.packets;
    if let Some(folder) = &place.policy {
        let bytes = workspace::read(&Path::new(folder).join(file)).map_err(|_| missing(file))?;
        let own = parsed(file, &bytes, head)?;
        return Ok(Both { base: vec![own.clone()], head: own });
    }
    let (repository, resolved) = gathered.origin().ok_or_else(|| missing(file))?;
    let bytes = content(repository, resolved.head, file)?.ok_or_else(|| missing(file))?;
    let own = parsed(file, &bytes, head)?;
    let side = |side: Side, commit: Option<CommitId>| {
        let (policy, commit) = (policies.of(side)?, commit?);
        let file = &policy.config.packets;
        let bytes = content(repository, HeadState::Commit(commit), file).ok().flatten();
        let read = bytes.and_then(|bytes| parsed(file, &bytes, policy).ok());
        Some(read.unwrap_or_default())
    };
    let sides = [side(Side::MergeBase, resolved.merge_base), side(Side::BaseTip, resolved.base_tip)];
    Ok(Both { head: own, base: sides.into_iter().flatten().collect() })
}

fn content(
    repository: &Repository,
    state: HeadState,
    file: &str,
) -> Result<Option<std::sync::Arc<[u8]>>, Vec<Fault>> {
    let path = RepoPath::from(file);
    let (mut contents, faults) = repository.contents_of(state, std::slice::from_ref(&path));
    if let Some((path, why)) = faults.into_iter().next() {
        let help = "see whether `git status` works there, and complete a partial clone";
        return Err(vec![Fault::new(Code::Git, format!("`{path}` cannot be read: {why}"), help)]);
    }
    Ok(contents.remove(&path))
}

fn parsed(file: &str, bytes: &[u8], policy: &Policy) -> Result<Packets, Vec<Fault>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("{file} is not UTF-8 at byte {}", error.valid_up_to());
        vec![Fault::new(Code::NotUtf8, message, "save it as UTF-8")]
    })?;
    let (packets, faults) = Packets::parse(&Source::new(file, text), &policy.lanes);
    if faults.is_empty() { Ok(packets) } else { Err(faults) }
}

fn missing(file: &str) -> Vec<Fault> {
    let message = format!("there are no extraction packets: the commit has no file `{file}`");
    let help = "docs/promotion.md has an example; name another file with `packets` of laneway.yaml";
    vec![Fault::new(Code::PacketsMissing, message, help)]
}
