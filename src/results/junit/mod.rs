//! JUnit XML, in the dialects of the tools that write it.
//!
//! There is no one format. What counts is what the test cases say, through whatever suites they are nested in; what suites say
//! of them is held against that.

mod counts;
mod read;
mod tally;

pub use read::junit;
