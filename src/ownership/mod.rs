//! Who owns what: Markdown tables, read into rows and checked.
//!
//! The way of a file: `table` finds its tables and the lines that were meant to be one, `columns` says what each
//! column of a table means, `cell` takes a cell apart into values, `words` checks those that are ids or words of a
//! closed set, `quorums` makes groups of reviewers, `read` makes a [`Row`] of each line, and [`OwnershipMap`] puts the rows of the file together. No step
//! stops at a fault: all of them are handed back. `near` finds what is nearly part of a map, and is none.

mod cell;
mod columns;
mod faults;
mod near;
pub mod map;
mod quorums;
mod read;
pub mod row;
mod table;
mod words;

pub use map::{NearMiss, OwnershipMap};
pub use near::NearMissOf;
pub use row::{Cell, Column, Columns, MapKind, Owners, ReleaseClass, Row, RowClass, RowPaths};
