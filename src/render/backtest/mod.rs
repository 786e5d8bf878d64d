//! A backtest for its readers: a terminal, a program, a browser.
//!
//! Each renderer takes a [`Backtest`]. The first line of each is how many recorded failures the route would have missed.

pub mod report;
pub mod text;
pub mod wire;
pub mod wire_part;
pub mod wire_results;
pub mod json;
pub mod html;

pub use report::{Against, Backtest, HotSpot, Source, Told, Used, What};
