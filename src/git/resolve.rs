//! From a request to the commits that it means, and the change between them.

use gix::ObjectId;
use gix::bstr::ByteSlice;

use crate::base::{BaseChoice, BaseRequest, Comparison, Head, Named, Reach, Revision};
use crate::change::{Change, ChangeSource, Confidence, MissingBase, Provenance};
use crate::fault::{Code, Fault};
use crate::git::repository::{CommitId, HeadState, Repository, Resolved, says};
use crate::id::nearest;

/// Why a revision or a comparison gives nothing.
enum Miss {
    /// There is no base, with what is known of its tip.
    Base(MissingBase, Option<CommitId>),
    /// Somebody asked for what does not exist.
    Asked(Vec<Fault>),
}

impl From<MissingBase> for Miss {
    fn from(cause: MissingBase) -> Self {
        Self::Base(cause, None)
    }
}

impl Repository {
    /// Finds the change that a request means.
    ///
    /// A base that is not to be had is no fault: the change says why, and its route is broad. A revision of a flag
    /// that does not exist is one.
    pub fn change(&self, request: &BaseRequest) -> Result<Resolved, Vec<Fault>> {
        let comparisons = match &request.base {
            BaseChoice::AnyOf(comparisons) => comparisons.as_slice(),
            BaseChoice::Missing(cause) => {
                return self.without_base(request, request.method, cause.clone(), None);
            }
        };
        let mut first_miss = None;
        for comparison in comparisons {
            match self.compare(comparison) {
                Ok(resolved) => return Ok(resolved),
                Err(Miss::Asked(faults)) => return Err(faults),
                Err(Miss::Base(cause, tip)) => {
                    first_miss.get_or_insert((comparison.method, cause, tip));
                }
            }
        }
        let (method, cause, tip) = first_miss.unwrap_or((request.method, MissingBase::Unknown, None));
        self.without_base(request, method, cause, tip)
    }

    fn compare(&self, comparison: &Comparison) -> Result<Resolved, Miss> {
        let head = self.head_state(&comparison.head);
        let base = self.revision(&comparison.base);
        let (head, base_tip) = match (head, base) {
            (Ok(head), Ok(base)) => (head, base),
            // Faults of both revisions are told in one run.
            (Err(Miss::Asked(mut faults)), Err(Miss::Asked(more))) => {
                faults.extend(more);
                return Err(Miss::Asked(faults));
            }
            (_, Err(Miss::Asked(faults))) => return Err(Miss::Asked(faults)),
            // Without a commit there is nothing to compare, whatever the base.
            (Ok(head), Err(_)) if head.commit().is_none() => return Err(MissingBase::Unborn.into()),
            (Err(Miss::Base(cause, _)), Ok(base)) => return Err(Miss::Base(cause, Some(base))),
            (Err(miss), _) | (_, Err(miss)) => return Err(miss),
        };
        let Some(head_commit) = head.commit() else {
            return Err(Miss::Base(MissingBase::Unborn, Some(base_tip)));
        };
        let (merge_base, several) = match comparison.reach {
            Reach::Exact => (base_tip, false),
            Reach::MergeBase => {
                self.merge_base(base_tip, head_commit).map_err(|cause| Miss::Base(cause, Some(base_tip)))?
            }
        };
        if comparison.guess && merge_base == head_commit {
            return Err(Miss::Base(MissingBase::Unknown, Some(base_tip)));
        }
        let newest = comparison.tip.as_ref().and_then(|tip| self.revision(tip).ok()).unwrap_or(base_tip);
        let unreadable = |why| Miss::Base(MissingBase::Unreadable { why }, Some(newest));
        let differences = match head {
            HeadState::Commit(head) => self.diff_commits(merge_base, head),
            HeadState::Index(_) => self.index_differences(Some(merge_base)),
            HeadState::WorkingTree(_) => self.working_tree_differences(Some(merge_base)),
            HeadState::Nothing => Ok(Vec::new()),
        };
        let files = differences
            .and_then(|differences| self.changed_files(merge_base, newest, differences))
            .map_err(unreadable)?;
        let provenance = Provenance {
            source: source_of(head),
            base: Some(base_tip.to_string()),
            head: Some(head_commit.to_string()),
            merge_base: Some(merge_base.to_string()),
            base_method: comparison.method.to_owned(),
            confidence: if several {
                comparison.confidence.max(Confidence::Likely)
            } else {
                comparison.confidence
            },
            missing: None,
        };
        Ok(Resolved {
            change: Change::new(provenance, files),
            merge_base: Some(merge_base),
            base_tip: Some(newest),
            head,
        })
    }

    /// Answers without a base. What is checked out stands in for a head that the clone does not have.
    fn without_base(
        &self,
        request: &BaseRequest,
        method: &str,
        cause: MissingBase,
        base_tip: Option<CommitId>,
    ) -> Result<Resolved, Vec<Fault>> {
        let head = match self.head_state(&request.head) {
            Ok(head) => head,
            Err(Miss::Asked(faults)) => return Err(faults),
            Err(Miss::Base(..)) => self.checked_out().map_or(HeadState::Nothing, HeadState::Commit),
        };
        // Before the first commit everything is new, and that much is known.
        let differences = match (&cause, head) {
            (MissingBase::Unborn, HeadState::Index(None)) => self.index_differences(None),
            (MissingBase::Unborn, HeadState::WorkingTree(None)) => self.working_tree_differences(None),
            _ => Ok(Vec::new()),
        };
        let cause = match differences {
            Ok(_) => cause,
            Err(ref why) => MissingBase::Unreadable { why: why.clone() },
        };
        let files =
            differences.unwrap_or_default().into_iter().map(|(path, status)| crate::change::ChangedFile {
                path,
                status,
                previous_path: None,
                present: crate::change::Sides::NONE.with(crate::change::Side::Head),
            });
        let provenance = Provenance {
            source: source_of(head),
            base: base_tip.map(|id| id.to_string()),
            head: head.commit().map(|id| id.to_string()),
            merge_base: None,
            base_method: method.to_owned(),
            confidence: Confidence::None,
            missing: Some(cause),
        };
        Ok(Resolved { change: Change::new(provenance, files), merge_base: None, base_tip, head })
    }

    fn head_state(&self, head: &Head) -> Result<HeadState, Miss> {
        match head {
            Head::Commit(Revision::CheckedOut) => {
                Ok(self.checked_out().map_or(HeadState::Nothing, HeadState::Commit))
            }
            Head::Commit(revision) => self.revision(revision).map(HeadState::Commit),
            Head::Index | Head::WorkingTree if self.work_tree().is_none() => {
                Err(Miss::Asked(vec![Fault::new(
                    Code::Git,
                    "the repository is bare: it has neither an index nor a working tree",
                    "name the revisions with --base and --head",
                )]))
            }
            Head::Index => Ok(HeadState::Index(self.checked_out())),
            Head::WorkingTree => Ok(HeadState::WorkingTree(self.checked_out())),
        }
    }

    /// Returns the commit that a revision names.
    fn revision(&self, revision: &Revision) -> Result<CommitId, Miss> {
        match revision {
            Revision::Spec { text, named } => self.spec(text).or_else(|why| match named {
                Named::Flag(flag) => Err(Miss::Asked(vec![self.unknown_revision(flag, text, &why)])),
                // The base of a workspace may be the name of a branch that this clone has from its remote only.
                Named::Config => self.remote_branch(text).ok_or_else(|| not_in_clone(text)),
            }),
            Revision::Commit(id) => self.commit(id).ok_or_else(|| not_in_clone(id)),
            // A local branch of that name may be the pull request itself, from a fork that works on its own `main`.
            Revision::Branch(name) => self.remote_branch(name).ok_or_else(|| not_in_clone(name)),
            Revision::DefaultBranch => self.default_branch().ok_or_else(|| MissingBase::Unknown.into()),
            Revision::CheckedOut => self.checked_out().ok_or_else(|| MissingBase::Unborn.into()),
            Revision::FirstParent { merge, source } => {
                let merge_id = self.commit(merge).ok_or_else(|| not_in_clone(merge))?;
                let commit = self.git.find_commit(merge_id.0).map_err(|_| not_in_clone(merge))?;
                let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
                match parents[..] {
                    [first, second] if ObjectId::from_hex(source.as_bytes()).is_ok_and(|id| id == second) => {
                        let first = first.to_string();
                        self.commit(&first).ok_or_else(|| not_in_clone(&first))
                    }
                    _ => Err(not_in_clone(merge)),
                }
            }
        }
    }

    /// Reads git's language of revisions. `^{commit}` looks through annotated tags.
    pub(super) fn spec(&self, text: &str) -> Result<CommitId, String> {
        let peeled = format!("{text}^{{commit}}");
        self.git
            .rev_parse_single(peeled.as_str())
            .map(|id| CommitId(id.detach()))
            .map_err(|error| says(&error))
    }

    /// Returns the commit of a full object id, if the clone has it.
    pub(super) fn commit(&self, id: &str) -> Option<CommitId> {
        let id = ObjectId::from_hex(id.as_bytes()).ok().filter(|id| id.kind() == self.git.object_hash())?;
        let object = self.git.try_find_object(id).ok()??;
        object.peel_to_commit().ok().map(|commit| CommitId(commit.id))
    }

    fn reference(&self, name: &str) -> Option<CommitId> {
        let mut reference = self.git.try_find_reference(name).ok()??;
        reference.peel_to_commit().ok().map(|commit| CommitId(commit.id))
    }

    /// Returns a branch as the remote had it when it was last fetched.
    pub(super) fn remote_branch(&self, name: &str) -> Option<CommitId> {
        let remote = self.remote();
        let name = name.strip_prefix("refs/heads/").unwrap_or(name);
        self.reference(&format!("refs/remotes/{remote}/{name}"))
    }

    /// Returns the remote's default branch, as far as this clone knows it; without a remote, the local one.
    pub(super) fn default_branch(&self) -> Option<CommitId> {
        self.default_branch_named().map(|(_, commit)| commit)
    }

    /// Returns the default branch with its short name.
    pub(super) fn default_branch_named(&self) -> Option<(String, CommitId)> {
        let remote = self.remote();
        ["HEAD", "main", "master"]
            .into_iter()
            .map(|name| (format!("refs/remotes/{remote}/{name}"), format!("{remote}/{name}")))
            .chain(["main", "master"].into_iter().map(|name| (format!("refs/heads/{name}"), name.to_owned())))
            .find_map(|(name, short)| Some((short, self.reference(&name)?)))
    }

    /// Says whether the clone's history was cut; where that cannot be told, it may have been.
    pub(super) fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or(true)
    }

    /// Returns `origin`, or the one remote that there is under another name.
    pub(super) fn remote(&self) -> String {
        let names = self.git.remote_names();
        match names.iter().next() {
            Some(only) if names.len() == 1 => only.to_string(),
            _ => "origin".to_owned(),
        }
    }

    /// Returns the merge base that git takes, and whether there were several.
    pub(super) fn merge_base(&self, base: CommitId, head: CommitId) -> Result<(CommitId, bool), MissingBase> {
        let found = self.merge_bases(base, head).map_err(|why| MissingBase::Unreadable { why })?;
        match found.first() {
            Some(first) => Ok((*first, found.len() > 1)),
            None if self.git.is_shallow().unwrap_or(false) => Err(MissingBase::Shallow),
            None => Err(MissingBase::Unrelated),
        }
    }

    pub(super) fn unknown_revision(&self, flag: &str, text: &str, why: &str) -> Fault {
        let names = self.branch_names();
        let help = match nearest(text, names.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("fetch it if it is on the remote: git fetch origin {text}"),
        };
        Fault::new(
            Code::UnknownRevision,
            format!("`{text}`, the value of {flag}, names no commit of this repository: {why}"),
            help,
        )
    }

    /// Returns the short names of branches and tags, for whoever mistyped one.
    fn branch_names(&self) -> Vec<String> {
        let Ok(references) = self.git.references() else { return Vec::new() };
        let mut names = Vec::new();
        for iter in [references.local_branches(), references.remote_branches(), references.tags()] {
            let Ok(iter) = iter else { continue };
            names.extend(
                iter.filter_map(Result::ok).map(|name| name.name().shorten().to_str_lossy().into_owned()),
            );
        }
        names
    }
}

fn not_in_clone(revision: &str) -> Miss {
    MissingBase::NotInClone { revision: revision.to_owned() }.into()
}

const fn source_of(head: HeadState) -> ChangeSource {
    match head {
        HeadState::Commit(_) | HeadState::Nothing => ChangeSource::Commits,
        HeadState::Index(_) => ChangeSource::Index,
        HeadState::WorkingTree(_) => ChangeSource::WorkingTree,
    }
}
