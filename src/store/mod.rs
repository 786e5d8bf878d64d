//! Where evidence is kept: a folder, or with the feature `cloud` a bucket.
//!
//! Four operations: put if absent, get, head, list. Nothing is overwritten; there is no lock, no index and no server, so
//! any number of writers can add to one store at once, and any of them may die at any moment.

mod archive;
mod around;
mod audit;
#[cfg(feature = "cloud")]
mod cloud;
mod counting;
mod deploy;
mod disk;
mod folder;
mod ignored;
mod load;
mod manifest;
mod memory;
mod model;
mod prior;
mod read;
mod save;

pub use archive::archive;
pub use around::arounds;
pub use audit::audit;
pub use counting::{Counting, Counts};
pub use deploy::{Deployments, deployments, is_deployed};
pub use folder::Folder;
pub use ignored::{IGNORE_FILE, ignore_in_git};
pub use load::load;
pub use manifest::{load_manifest, save_manifest};
pub use memory::Memory;
pub use model::{Object, Put, Store, Strange, Stray, open};
pub use prior::{Prior, prior};
pub use save::{
    save_blob, save_fail, save_permission, save_record, save_result, save_revocation, save_seal,
    save_unpermit,
};
