//! Lists of changed files: what `--files-from` reads.
//!
//! Three formats, told apart by their first bytes, or named: lines, of which one in double quotes is read as git
//! quotes it; paths that end in NUL, as after `-z`; JSON, an array or an object with `files`, whose elements are paths
//! or objects with `path` or `filename` (a route document and GitHub's list of a pull request's files are read as
//! they stand). A path is relative to the root of the repository.
//!
//! A list without a single byte is a fault: it is what a pipe carries when the command before it failed. `[]` is the
//! list of nothing.

mod list;
mod text;
mod json;

pub use list::{Format, Listed, from_arguments, parse};
